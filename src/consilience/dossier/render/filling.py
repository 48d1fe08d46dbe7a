"""What fills the templates of a dossier: the environment, its words and filters, the style and script.

Every text of an account is untrusted: templates escape all they print, and an address is linked only when
it is http or https. Holds no section. Invariant: a name that a template does not know is an error.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from . import coverage, descent, framing, page, variants
from .facts import Document, by_value, capital, counted, moment, verb

if TYPE_CHECKING:
    from jinja2 import Environment

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML forbids."""


@cache
def static(name: str) -> str:
    """A style or script of the page."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")


@cache
def shared_environment() -> Environment:
    """What fills the templates of a dossier, made once."""
    return environment()


def environment() -> Environment:
    """What fills the templates of a dossier; a new one, to which a caller may add its own."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {
        "answer": descent.answer,
        "apparatus": variants.apparatus,
        "by_value": by_value,
        "cards": page.cards,
        "counted": counted,
        "entries": descent.entries,
        "framed": framing.framed,
        "grid": coverage.grid,
        "halves": coverage.halves,
        "href": href,
        "in_order": page.in_order,
        "left_out": coverage.left_out,
        "most_said": coverage.most_said,
        "origins": page.origins,
        "shown": descent.shown,
        "sides": page.sides,
        "timeline": page.timeline,
        "told": descent.told,
        "verb": verb,
    }
    env.filters |= {"moment": moment, "web": web, "capital": capital}
    return env


def href(known: Any, place: Document) -> str:
    """The address within the page of a passage; empty when its account is not in the dossier."""
    account = known.by_id.get(place.get("article"))
    return f"#{page.anchor(account, place['start'], place['end'])}" if account else ""


def web(url: str | None) -> str:
    """An address that may be linked, or nothing.

    >>> web("javascript:alert(1)"), web("https://courier.example/a")
    ('', 'https://courier.example/a')
    """
    return url if url and re.match(r"https?://[^\s]+$", url, re.IGNORECASE) else ""
