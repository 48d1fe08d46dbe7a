"""The library's value types as JSON values, in one form for commands, pages, their twins and the API.

Pure: from the store's value types to dictionaries. Invariant: every id is given whole; what a view
shortens, it shortens from these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the stages take a second to load, and a list of stories needs none
    from ..model import Problem
    from ..store import Event, Hit, Interest, Kept, Ledger, Line, Results, Said, Tale

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


def _line(found: Line) -> Json:
    """A wording of theirs with every account that carries it."""
    return {"speaker": found.speaker, "wording": found.wording, "said": [said(s) for s in found.said]}


def interest(one: Interest) -> Json:
    """Something that is followed or muted."""
    return {
        "number": one.number, "kind": one.kind, "value": one.value, "muted": one.muted, "at": one.at,
    }  # fmt: skip


def said(one: Said) -> Json:
    """An utterance in one account, with the way it came."""
    return {
        "statement": one.statement, "form": one.form, "chain": list(one.chain), "account": one.account,
        "outlet": one.outlet, "published": one.published, "story": one.story,
        "spans": [list(p) for p in one.spans],
    }  # fmt: skip
