"""What the library's commands show, as JSON values: terminal and ``--json`` tell the same.

Pure: from the store's value types to dictionaries. Invariant: every id is given whole; what the
terminal shortens, it shortens from these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the stages take a second to load, and a list of stories needs none
    from ..engine.intake import Taken
    from ..ingest.following import Followed
    from ..model import Problem
    from ..store import Event, Hit, Kept, Ledger, Line, Results, Tale
    from .watch import Round

Json = dict[str, Any]


def short(ident: str) -> str:
    """An id as the terminal shows it.

    >>> short("s1:4c02eef4777a3cbf")
    '4c02eef'
    """
    return ident.partition(":")[2][:7] or ident


def problem(found: Problem) -> Json:
    """Something that could not be used."""
    return {"what": found.what, "where": found.where, "todo": found.todo}


def tale(story: Tale) -> Json:
    """A story in a list."""
    return {
        "id": story.id, "label": story.label, "first": story.first, "last": story.last,
        "accounts": story.accounts, "grew": story.grew, "also": list(story.also),
    }  # fmt: skip


def account(kept: Kept) -> Json:
    """An account of a story, without its text: what it is, and why it is there."""
    w = kept.witness
    return {
        "id": w.id, "name": w.name, "title": w.title, "outlet": w.outlet, "authors": list(w.authors),
        "published": w.published, "url": w.url, "language": w.language, "words": len(w.text.split()),
        "added": kept.added_at, "story": kept.story, "near": kept.near, "score": round(kept.score, 3),
        "why": kept.why,
    }  # fmt: skip


def event(entry: Event) -> Json:
    """An entry of the history."""
    return {
        "number": entry.number, "at": entry.at, "actor": entry.actor, "kind": entry.kind,
        "story": entry.story, "other": entry.other, "accounts": list(entry.accounts),
        "names": list(entry.names), "why": entry.why, "undone": entry.undone, "undoes": entry.undoes,
        "note": entry.note,
    }  # fmt: skip


def story(found: Tale, accounts: Iterable[Kept], history: Iterable[Event]) -> Json:
    """A story with its accounts and what happened to it."""
    return {
        **tale(found),
        "members": [account(a) for a in accounts],
        "history": [event(e) for e in history],
    }


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


def hit(found: Hit) -> Json:
    """Something found, with the stretch that shows why."""
    return {
        "kind": found.kind, "id": found.id, "account": found.account, "story": found.story,
        "title": found.title, "outlet": found.outlet, "published": found.published,
        "speaker": found.speaker, "snippet": found.snippet, "start": found.start, "end": found.end,
        "spans": [list(s) for s in found.spans], "score": round(found.score, 4),
    }  # fmt: skip


def results(found: Results) -> Json:
    """What a search found."""
    return {
        "hits": [hit(h) for h in found.hits],
        "totals": [{"kind": t.kind, "count": t.count, "exact": t.exact} for t in found.totals],
        "notes": list(found.notes),
    }


def ledger(name: str, found: Ledger) -> Json:
    """What someone said over all stories."""
    return {
        "name": name, "names": list(found.names), "total": found.total, "apart": list(found.apart),
        "lines": [_line(line) for line in found.lines],
    }  # fmt: skip


def _line(line: Line) -> Json:
    said = [
        {
            "statement": s.statement, "form": s.form, "chain": list(s.chain), "account": s.account,
            "outlet": s.outlet, "published": s.published, "story": s.story,
            "spans": [list(p) for p in s.spans],
        }
        for s in line.said
    ]  # fmt: skip
    return {"speaker": line.speaker, "wording": line.wording, "said": said}


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
