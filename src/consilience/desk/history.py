"""The history in words: what was joined, parted and said, by the program and by people, newest first.

Finds nothing itself. Invariant: an entry is told as the library keeps it, whatever the stories have become.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..dossier.render.facts import counted
from ..errors import InputError
from . import shapes
from .shapes import Json

if TYPE_CHECKING:
    from ..store import Event, Store

SIZE = 30
NAMED = 6
"""Accounts and stories named of an entry; of more, the rest are counted."""


def history(library: Store, *, page: int = 1, story: str = "") -> Json:
    """A page of the history, of one story or of all.

    :param story: a story's id, or its beginning.
    """
    tale = library.story(story) if story else None
    found = library.history(story=tale.id if tale else None, limit=page * SIZE + 1)
    return {
        "entries": [entry(library, e) for e in found[(page - 1) * SIZE : page * SIZE]],
        "page": page,
        "more": len(found) > page * SIZE,
        "tale": shapes.tale(tale) if tale else None,
    }


def entry(library: Store, event: Event) -> Json:
    """An entry with a sentence, the stories and the accounts it is about, and whether it can be undone."""
    accounts = list(_accounts(library, event.accounts[:NAMED]))
    ids = [i for i in (event.story, event.other) if i]
    if event.kind == "not same":
        ids = list(event.names[1:])
    stories = list(_stories(library, ids[:NAMED]))
    return {
        **shapes.event(event),
        "says": says(event, accounts, stories),
        "concerned": {"accounts": accounts, "stories": stories},
        "left_out": max(0, len(event.accounts) - NAMED),
        "can_be_undone": event.undone is None and event.kind != "undo",
    }


def says(event: Event, accounts: list[Json], stories: list[Json]) -> str:
    """An entry in a sentence."""
    who = "You" if event.actor == "person" else "The program"
    many = counted(len(event.accounts), "account")
    label = [f"“{s['label']}”" for s in stories] or ["a story"]
    if event.kind == "merge":
        return f"{who} joined two stories: {many} went to {label[0]}."
    if event.kind == "split":
        whose = "its" if len(event.accounts) == 1 else "their"
        return f"{who} made {many} of {label[0]} a story of {whose} own."
    if event.kind == "move":
        one = f"“{accounts[0]['title'] or accounts[0]['name']}”" if accounts else many
        return (
            f"{who} moved {one} from {label[0]} to {label[-1] if len(label) > 1 else 'a story of its own'}."
        )
    if event.kind == "undo":
        return f"{who} took back entry {event.undoes}."
    return f"{who} said that {_word(event, label)}."


def _word(event: Event, label: list[str]) -> str:
    """What a person said of names and discrepancies."""
    names = [f"“{n}”" for n in event.names]
    if event.kind == "same":
        return f"{' and '.join(names)} are one person or body"
    if event.kind == "not same":
        return f"{names[0]} is somebody else in {' and '.join(label)}"
    return f"a discrepancy of {label[0]} is harmless: {event.why.rstrip('.')}"


def _accounts(library: Store, ids: Iterable[str]) -> Iterable[Json]:
    for ident in ids:
        w = library.account(ident).witness
        yield {"id": ident, "name": w.name, "title": w.title, "outlet": w.outlet}


def _stories(library: Store, ids: Iterable[str]) -> Iterable[Json]:
    """The stories as they are called now, each once: an id that leads into another is that other's."""
    found: dict[str, Json] = {}
    for ident in ids:
        try:
            tale = library.story(ident)
        except InputError:  # taken back, and gone with it
            found[ident] = {"id": ident, "label": shapes.short(ident)}
            continue
        found[tale.id] = {"id": tale.id, "label": tale.label or shapes.short(tale.id)}
    return found.values()
