"""Special reports: a reader's own collection of stories and accounts, with notes, in the reader's order.

Each item is shown as it is now: a story that has become part of another leads there. Compares nothing.
Invariant: the file of a report asks for nothing outside itself, and every text in it is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ..store import Imprint, Item, Report, Store
from . import shapes
from .feed import items
from .shapes import Json
from .story import remarks

if TYPE_CHECKING:
    from jinja2 import Environment

LISTED = 60
"""Accounts of a story that a report lists."""
WORDS = 60
"""Words of an account that a report shows."""


def reports(library: Store) -> Json:
    """All reports, the newest first."""
    return {"reports": [{**_head(one), "items": len(one.items)} for one in library.reports()]}


def report(library: Store, number: int) -> Json:
    """A report with what its items are now.

    :raises InputError: when there is none of this number.
    """
    found = library.report(number)
    now, stories = _stories(library, [i.ref for i in found.items if i.kind == "story"])
    imprints = library.imprints(list(stories), LISTED)
    told = []
    for place, one in enumerate(found.items, 1):
        item = {"number": one.number, "place": place, "kind": one.kind, "ref": one.ref, "note": one.note}
        if one.kind == "story":
            story = stories[now[one.ref]]
            item |= {
                "merged": story["id"] != one.ref,
                "story": {**story, "remarks": _remarks(library, story["id"])},
                "accounts": [_imprint(a) for a in imprints[story["id"]]],
            }
        else:
            item |= _account(library, one)
        told.append(item)
    return {**_head(found), "items": told}


def _head(one: Report) -> Json:
    return {"number": one.number, "title": one.title, "note": one.note, "at": one.at}


def _stories(library: Store, refs: Sequence[str]) -> tuple[dict[str, str], dict[str, Json]]:
    """For each story collected the one it is part of now, and what is shown of these."""
    while True:
        now = {ref: library.story(ref).id for ref in refs}
        found = {s["id"]: s for s in items(library, list(dict.fromkeys(now.values())), "")}
        if found.keys() >= set(now.values()):  # else two were merged between one look and the next
            return now, found


def _remarks(library: Store, story: str) -> list[Json]:
    """What the reader holds for harmless in a story, and why."""
    return [{"id": key, **said} for key, said in sorted(remarks(library, story).items())]


def _imprint(one: Imprint) -> Json:
    return {
        "id": one.id, "name": one.name, "title": one.title, "outlet": one.outlet, "published": one.published,
        "url": one.url,
    }  # fmt: skip


def _account(library: Store, item: Item) -> Json:
    """An account with its first words and the story it is in now."""
    kept = library.account(item.ref)
    words = kept.witness.text.split()
    tale = library.story(kept.story)
    return {
        "account": {**shapes.account(kept), "begins": " ".join(words[:WORDS]), "cut": len(words) > WORDS},
        "story": {"id": tale.id, "label": tale.label, "accounts": tale.accounts},
    }


# -- the file --


def to_html(model: Json) -> str:
    """A report as one HTML file.

    :param model: what ``report`` gives.
    """
    from markupsafe import Markup

    from ..dossier.render import policy
    from ..dossier.render.filling import CONTROL, static

    style = static("base.css") + files(__package__).joinpath("templates", "report.css.j2").read_text("utf-8")
    template = _environment().get_template("report.html.j2")
    html = template.render(report=model, style=Markup(style), policy=policy(style, ""))
    return CONTROL.sub("\ufffd", html)


@cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, PackageLoader

    from ..dossier.render import environment

    made = environment()
    made.loader = ChoiceLoader([PackageLoader(__package__), *filter(None, [made.loader])])
    return made
