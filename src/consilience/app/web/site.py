"""What a request needs: the library, the settings, the time, the templates.

Opens the library once for each thread that answers requests, and keeps what the reader looked at, and what
is wanted of the worker for a page, until it can be written without anybody waiting. Makes no page.
Invariant: a GET writes nothing itself, so that reading goes on while the worker writes.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import finalize

from starlette.requests import Request
from starlette.responses import HTMLResponse

from ... import __version__
from ...errors import InputError
from ...settings import Settings
from ..place import now

if TYPE_CHECKING:
    from jinja2 import Environment

    from ...store import Library

Json = dict[str, Any]
PATIENT = 50
"""Jobs that may wait before a page that is read asks for no more: somebody may be opening them all."""


@dataclass
class _Held:
    """A thread's connection."""

    library: Library


class Site:
    """A library as it is served.

    :param place: the library's file.
    :param base: the address it is served under, without a slash at its end; for links in feeds and mail.
    :param clock: gives the time as a library keeps it.
    """

    def __init__(
        self,
        place: Path,
        settings: Settings = Settings(),  # noqa: B008 - frozen
        *,
        base: str = "http://127.0.0.1:8400",
        clock: Callable[[], str] = now,
    ) -> None:
        self.place, self.settings, self.base, self.now = place, settings, base.rstrip("/"), clock
        self._own = threading.local()
        self._opened: list[finalize[..., _Held]] = []
        self._looks: dict[str, str] = {}
        self._wants: dict[str, tuple[str, Json]] = {}

    @property
    def library(self) -> Library:
        """This thread's connection to the library."""
        from ...store import Library

        held = getattr(self._own, "held", None)
        if held is None or held.library.replaced:
            library = Library.open(self.place)
            self._own.held = _Held(library)
            # A thread that has nothing to do for ten seconds ends; its connection is closed with it.
            self._opened = [f for f in self._opened if f.alive]
            self._opened.append(finalize(self._own.held, library.close))
        return self._own.held.library  # type: ignore[no-any-return]

    def close(self) -> None:
        """Keep what was looked at, and close every connection; nothing may be asked after that."""
        self.keep()
        for closing in self._opened:
            closing()

    def look(self, what: str) -> None:
        """Note that the reader looked at the feed or a story now."""
        self._looks[what] = self.now()

    def want(self, kind: str, what: Json) -> None:
        """Ask something of the worker for a page that is read; where much waits already, it is not asked."""
        self._wants[json.dumps((kind, what), sort_keys=True)] = (kind, what)

    def claim(self, words: str) -> Json:
        """What the worker is asked of a claim: the same words of the same library are asked once."""
        last = self.library.history(limit=1)
        of = [self.library.counts()["accounts"], last[0].number if last else 0]
        return {"claim": " ".join(words.split()), "of": of}

    def keep(self) -> None:
        """Write what was looked at and what is wanted since the last call."""
        looks, self._looks = self._looks, {}
        wants, self._wants = self._wants, {}
        try:
            for what, at in looks.items():
                self.library.look(what, at)
            for kind, asked in wants.values():
                if self.library.waiting() < PATIENT:
                    self.library.ask(kind, asked, at=self.now())
        except (InputError, sqlite3.Error):  # a long write, a full disk: they are kept with the next ones
            self._looks = {**looks, **self._looks}
            self._wants = {**wants, **self._wants}

    def render(
        self, template: str, request: Request, model: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        """A page: a template filled with a view-model."""
        html = self._templates.get_template(template).render(**model, site=self, request=request)
        return HTMLResponse(html, status)

    def warm(self) -> None:
        """Read all templates: the first twenty readers would wait for one another a second."""
        from ...dossier.render.filling import shared_environment

        for own in (self._templates, shared_environment()):
            for name in own.list_templates():
                own.get_template(name)

    @cached_property
    def _templates(self) -> Environment:
        from jinja2 import ChoiceLoader, PackageLoader

        from ...desk.history import entry
        from ...dossier.render import environment

        own = environment()
        own.loader = ChoiceLoader([PackageLoader(__package__), *filter(None, [own.loader])])
        own.auto_reload = False
        own.globals |= {"version": __version__, "asset": asset, "past_entry": entry}
        return own


def asset(name: str) -> str:
    """The address of a file of the package; it changes when the program does.

    >>> asset("web.css").startswith("/static/web.css?v=")
    True
    """
    return f"/static/{name}?v={__version__}"


def static_folder() -> Path:
    """Where the package's style, script and pictures lie."""
    return Path(str(files(__package__).joinpath("static")))


async def the_site(request: Request) -> Site:
    """The site that a request is made to."""
    return request.app.state.site  # type: ignore[no-any-return]
