"""A story's page beside its dossier: its accounts, how fresh the dossier is, what is new, what people said.

The dossier document is shown as it is; here is what surrounds it. Finds nothing itself. Invariant: ids of
accounts are the library's own, and ``named`` says which article of the dossier each is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..model import tagged_hash
from . import shapes
from .shapes import Json

if TYPE_CHECKING:
    from ..store import Interest, Kept, Store, Tale

MOST_MOMENTS = 120
"""Steps of the time slider; of more, some are left out evenly."""
MOST_ACCOUNTS = 500
"""Accounts listed."""
MOST_HISTORY = 50
MOST_MAIL = 1_900
"""Signs of a mail draft: longer addresses are cut by some mail programs."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")


def standing(document: Json | None, accounts: Sequence[Kept], since: str) -> Json:
    """What a story's page shows that stays as it is while accounts, dossier and the look before do.

    :param document: the dossier that is shown, or None where none is made yet.
    :param since: the time of the look before; what came after it is new. Empty: nothing is marked.
    """
    steps, left_out = moments(accounts)
    named = names(document, accounts) if document else {}
    return {
        "accounts": [shapes.account(a) for a in accounts[:MOST_ACCOUNTS]],
        "accounts_left_out": max(0, len(accounts) - MOST_ACCOUNTS),
        "named": {name: ident for name, ident in named.items() if ident},
        "moments": steps,
        "moments_left_out": left_out,
        "fresh": fresh(document, accounts, since),
    }


def said(
    library: Store, document: Json | None, tale: Tale, accounts: Sequence[Kept], settled: str, link: str
) -> Json:
    """What its page shows that people and the program said of it since, and who wants to know.

    :param settled: the time slider's place, if the dossier is of what was known then.
    :param link: the story's address, for the mail draft.
    """
    brief = library.briefs([tale.id]).get(tale.id)
    return {
        "tale": shapes.tale(tale),
        "brief": brief,
        "freshness": _freshness(document, accounts, brief, settled),
        "history": [shapes.event(e) for e in library.history(story=tale.id, limit=MOST_HISTORY)],
        "remarks": remarks(library, tale.id),
        "interests": [shapes.interest(i) for i in concerned(library, tale.id)],
        "mail": mail_draft(tale.label, brief, link),
    }


def _freshness(document: Json | None, accounts: Sequence[Kept], brief: Json | None, settled: str) -> Json:
    """Whether a dossier is made, of how many accounts, and what is not ready."""
    pending = sum(a.annotated is None for a in accounts)
    return {
        "made": document is not None,
        "accounts": len(document["articles"]) if document else 0,
        "of": len(accounts),
        "pending": pending,
        "until": settled or None,
        "fresh": bool(brief and brief["fresh"]),
    }


# -- articles and accounts --


def names(document: Json, accounts: Iterable[Kept]) -> dict[str, str | None]:
    """The library's id of each article of a dossier; None of one that is in the story no more."""
    ids = {_content(w.text, w.outlet, w.published, w.url): w.id for w in (a.witness for a in accounts)}
    return {
        a["id"]: ids.get(_content(a["text"], a["outlet"], a["published"], a["url"]))
        for a in document["articles"]
    }


def _content(text: str, outlet: str | None, published: str | None, url: str | None) -> str:
    return tagged_hash("c1", text, outlet, published, url)


def moments(accounts: Sequence[Kept]) -> tuple[list[Json], int]:
    """The times at which accounts of a story came out, each with what came, and how many are left out."""
    found: dict[str, list[Json]] = {}
    for a in accounts:
        if a.witness.published:
            came = {"id": a.witness.id, "outlet": a.witness.outlet, "title": a.witness.title}
            found.setdefault(a.witness.published, []).append(came)
    steps = [{"at": at, "accounts": came} for at, came in found.items()]
    if len(steps) <= MOST_MOMENTS:
        return steps, 0
    places = sorted({round(n * (len(steps) - 1) / (MOST_MOMENTS - 1)) for n in range(MOST_MOMENTS)})
    return [steps[n] for n in places], len(steps) - len(places)


# -- what is new --


def fresh(document: Json | None, accounts: Sequence[Kept], since: str) -> Json:
    """What a dossier tells that the reader has not seen.

    :returns: ``accounts`` by the library's id and ``articles`` by the dossier's that came after ``since``;
        ``points`` and ``statements`` that stand in those alone, and ``discrepancies`` that were none
        before them.
    """
    new = {a.witness.id for a in accounts if since and a.added_at > since}
    found: Json = {"since": since, "accounts": sorted(new), "articles": []}
    found |= {"points": [], "discrepancies": [], "statements": []}
    if not document or not new:
        return found
    came = {name for name, ident in names(document, accounts).items() if ident in new}
    points = document["points"]
    old = [p for p in points if any(a["article"] not in came for a in p["accounts"])]
    return found | {
        "articles": sorted(came),
        "points": [p["id"] for p in points if p not in old and p["accounts"]],
        "discrepancies": [d["id"] for d in document["discrepancies"] if _arose(d["readings"], came)],
        "statements": _only_there(document["statements"], old, came),
    }


def _arose(readings: Sequence[Json], came: Collection[str]) -> bool:
    """Whether the values that differ were not there without the new accounts."""
    before = {r["value"] for r in readings if r["article"] not in came}
    values = {r["value"] for r in readings}
    return any(r["article"] in came for r in readings) and len(before) < min(2, len(values))


def _only_there(statements: Iterable[Json], old: Iterable[Json], came: Collection[str]) -> list[str]:
    """Statements of new accounts that are no reading of a point which an older account has."""
    told: dict[str, list[tuple[int, int]]] = {}
    for point in old:
        for a in point["accounts"]:
            told.setdefault(a["article"], []).append((a["start"], a["end"]))
    return [
        s["id"]
        for s in statements
        if s["article"] in came
        and not any(a < y and x < b for a, b in s["content"] for x, y in told.get(s["article"], ()))
    ]


# -- what people said of it, and who wants to know --


def remarks(library: Store, story: str) -> dict[str, Json]:
    """Discrepancies that people hold for harmless, each with why, when, and the entry of the history."""
    found = library.remarks(story)
    return {key: {"why": e.why, "at": e.at, "number": e.number} for key, e in found.items()}


def concerned(library: Store, story: str) -> list[Interest]:
    """What is followed or muted that a story matches."""
    interests = library.interests()
    matched = library.matched(interests, [story])
    return [i for i in interests if matched.get(i.number, {}).get(story)]


def mail_draft(label: str, brief: Mapping[str, Any] | None, link: str) -> str:
    """A draft that suggests a story to a friend, as a ``mailto:`` address (RFC 6068) of few signs.

    It holds the summary as far as it fits, how many origins stand behind it, and the link.

    >>> mail_draft("A ferry & a rock", None, "http://127.0.0.1:8400/stories/s1")
    'mailto:?subject=A%20ferry%20%26%20a%20rock&body=http%3A%2F%2F127.0.0.1%3A8400%2Fstories%2Fs1'
    """
    told = [_line(s) for s in (brief or {}).get("summary", [])]
    verdict = [_line(brief["verdict"])] if brief else []
    subject = _line(label)[:150]
    for most in range(len(told), -1, -1):
        body = "\r\n\r\n".join([*told[:most], *verdict, *filter(None, [link])])
        draft = f"mailto:?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
        if len(draft) <= MOST_MAIL:
            return draft
    # an address in a script of three bytes a letter: the link is what counts
    return f"mailto:?subject={quote(subject[:60], safe='')}&body={quote(link, safe='')}"


def _line(words: str) -> str:
    return CONTROL.sub(" ", words).strip()
