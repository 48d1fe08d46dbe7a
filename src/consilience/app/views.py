"""What the library's commands show, as JSON values: terminal and ``--json`` tell the same.

What other views show too stands in ``desk.shapes``; here is what was taken in and what is watched.
Invariant: every id is given whole; what the terminal shortens, it shortens from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..desk.shapes import Json, account, event, hit, ledger, problem, results, short, story, tale

if TYPE_CHECKING:  # the stages take a second to load, and a list of stories needs none
    from ..engine.intake import Taken
    from ..ingest.following import Followed
    from ..model import Problem
    from .watch import Round

__all__ = [
    "account", "event", "followed", "hit", "ledger", "problem", "results", "round_of", "short", "story",
    "taken", "tale",
]  # fmt: skip


def taken(results: Sequence[Taken], problems: Iterable[Problem], annotated: int = 0) -> Json:
    """What became of the accounts that were given."""
    at_last = _at_last(results)
    return {
        "added": sum(t.fresh for t in results),
        "known": sum(not t.fresh for t in results),
        "stories": len({at_last[t.account] for t in results if t.founds}),
        "annotated": annotated,
        "accounts": [{**_taken(t), "story": at_last[t.account]} for t in results],
        "problems": [problem(p) for p in problems],
    }


def _at_last(results: Sequence[Taken]) -> dict[str, str]:
    """The story of each account after all of them came: one may have merged or split that of another."""
    story: dict[str, str] = {}
    for one in results:
        story[one.account] = one.story
        for change in one.changes:
            to = change.story if change.kind == "merge" else change.other
            story |= {a: to for a in change.accounts if a in story}
    return story


def _taken(one: Taken) -> Json:
    return {
        "id": one.account, "name": one.name, "story": one.story, "new": one.fresh, "founds": one.founds,
        "near": one.near, "score": round(one.score, 3), "why": one.why,
        "changes": [
            {"kind": c.kind, "story": c.story, "other": c.other, "accounts": list(c.accounts), "why": c.why}
            for c in one.changes
        ],
    }  # fmt: skip


def followed(one: Followed) -> Json:
    """A feed, sitemap, page or folder that is watched."""
    return {
        "url": one.url, "kind": one.kind, "next": _moment(one.due), "failures": one.failures,
        "note": one.note, "parent": one.parent,
    }  # fmt: skip


def round_of(found: Round) -> Json:
    """What one round to a watched address brought."""
    return {"url": found.url, "next": _moment(found.due), **taken(found.taken, found.problems)}


def _moment(seconds: float) -> str | None:
    """A time in seconds since 1970 as ISO 8601; None where it is at once."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds") if seconds else None
