"""Outlets: what was counted of each over the stories compared so far.

Counts and no verdict: an outlet that credits an agency often may be careful and not dependent, and one
that is first often may have the shorter way to this library. Counts nothing itself (see
``dossier.brief``). Invariant: every count says over how many stories it was taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import InputError
from . import shapes
from .shapes import Json

if TYPE_CHECKING:
    from ..store import Store, Tally

PAGE = 50
"""Outlets of a page; accounts of one."""
MOST = 30
"""Rows of each count; the rest is summed."""
NOTES = (
    "These are counts over the stories compared so far, and no verdict on an outlet.",
    "Copying is counted where the texts tell its direction; accounts that share words without telling who "
    "had them first are not in it.",
    "First means first among the accounts in this library, where the times of publication tell it.",
)


def outlets(library: Store, page: int = 1) -> Json:
    """All outlets, those with most accounts first."""
    page = max(1, page)
    found = library.outlets(PAGE + 1, (page - 1) * PAGE)
    return {
        "page": page,
        "more": len(found) > PAGE,
        "outlets": [
            {"name": name, "accounts": accounts, "stories": stories, **_firsts(library.tallies(name))}
            for name, accounts, stories in found[:PAGE]
        ],
        "notes": list(NOTES),
    }


def outlet(library: Store, name: str, page: int = 1) -> Json:
    """An outlet: whom it credits and copies, who copies and credits it, its verbs, its accounts.

    :raises InputError: when no account is of that outlet and none copies or credits it.
    """
    page = max(1, page)
    accounts = library.outlet_accounts(name, PAGE + 1, (page - 1) * PAGE)
    tallies = library.tallies(name)
    to_it = {kind: library.tallied_to(name, kind) for kind in ("copies", "credits")}
    if not accounts and not tallies and not any(to_it.values()) and page == 1:
        raise InputError(f"there is no outlet {name!r}", todo="see the list of outlets for their names")
    of = {kind: [t for t in tallies if t.kind == kind] for kind in ("credits", "copies", "verb", "stories")}
    compared = of["stories"]
    return {
        "name": name,
        "compared": {
            "accounts": sum(t.count for t in compared),
            "stories": sum(t.stories for t in compared),
        },
        **_firsts(tallies),
        "credits": _rows((t.value, t) for t in of["credits"]),
        "credited_by": _rows((t.outlet, t) for t in to_it["credits"]),
        "copies": _rows((t.value, t) for t in of["copies"]),
        "copied_by": _rows((t.outlet, t) for t in to_it["copies"]),
        "verbs": _rows((t.value, t) for t in of["verb"]),
        "accounts": [shapes.account(a) for a in accounts[:PAGE]],
        "page": page,
        "more": len(accounts) > PAGE,
        "notes": list(NOTES),
    }


def _firsts(tallies: Iterable[Tally]) -> Json:
    """In how many stories it was first, of how many where that can be known."""
    counts = {t.kind: t.stories for t in tallies if t.kind in ("first", "dated")}
    return {"first": counts.get("first", 0), "first_of": counts.get("dated", 0)}


def _rows(found: Iterable[tuple[str, Tally]]) -> Json:
    """Names with how often and in how many stories, and the sum of what is left out."""
    listed = [{"name": name, "count": t.count, "stories": t.stories} for name, t in found]
    return {
        "rows": listed[:MOST],
        "others": len(listed[MOST:]),
        "others_count": sum(row["count"] for row in listed[MOST:]),
    }
