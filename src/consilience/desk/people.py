"""A person or body: what they said, by which way it came, when, and where they are only named.

Counts statements, not utterances: one sentence in five accounts is five. Does not guess that two names
are one. Invariant: every line carries the account, and the spans its words stand at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from . import shapes
from .shapes import Json

if TYPE_CHECKING:
    from ..store import Store, Voice

PAGE = 30
"""Wordings of a page, and accounts that only name somebody."""
MOST = 30
"""Outlets, ways and stories counted on the page; the rest is summed."""
MOST_DAYS = 62
"""Days shown one by one; over a longer time they are added up by month."""
QUOTES = str.maketrans(dict.fromkeys('"“”„', " "))


def person(library: Store, name: str, *, about: str = "", page: int = 1) -> Json:
    """What a person or body said over all stories, and what names them.

    :param name: a name as any account gives it, or one that no other speaker shares a part of.
    :param about: only what they said of this.
    :raises InputError: when part of a name fits several speakers; it names some.
    """
    page = max(1, page)
    ledger = library.who(name, about=about, limit=PAGE + 1, offset=(page - 1) * PAGE)
    voice = library.voice(name, about=about)
    told = shapes.ledger(name, ledger)
    named = _named(library, (*ledger.names, name), ledger.apart)
    return {
        **told,
        "lines": told["lines"][:PAGE],
        "about": about,
        "page": page,
        "more": len(told["lines"]) > PAGE,
        "known": bool(voice.total or named["total"]),
        "forms": _counted(voice.forms),
        "outlets": _counted(voice.outlets),
        "ways": _counted([(" ← ".join(way), count) for way, count in voice.ways]),
        "carriers": _carriers(voice),
        "times": times(voice.days),
        "stories": _stories(library, voice.stories[:MOST]),
        "stories_left_out": max(0, len(voice.stories) - MOST),
        "somebody_else_in": _stories(library, [(key, 0) for key in ledger.apart[:MOST]]),
        "named": named,
    }


def _counted(rows: Iterable[tuple[str, int]]) -> Json:
    """Values with their counts, and the sum of what is left out."""
    listed = list(rows)
    return {
        "rows": [{"value": value, "count": count} for value, count in listed[:MOST]],
        "others": len(listed[MOST:]),
        "others_count": sum(count for _, count in listed[MOST:]),
    }


def _carriers(voice: Voice) -> Json:
    """Who stands between the accounts and the speaker; each name counts once for a statement."""
    found: Counter[str] = Counter()
    for way, count in voice.ways:
        found.update(dict.fromkeys(way, count))
    return _counted(sorted(found.items(), key=lambda row: (-row[1], row[0])))


def times(days: Sequence[tuple[str, int]]) -> Json:
    """Statements by the day their account came out, or by month over a longer time.

    >>> times([("", 2), ("2031-05-06", 1)])
    {'grain': 'day', 'rows': [{'when': '2031-05-06', 'count': 1}], 'undated': 2}
    """
    dated = [(day, count) for day, count in days if day[:4].isdigit()]
    by_day = len(dated) <= MOST_DAYS
    found: Counter[str] = Counter()
    for day, count in dated:
        found[day if by_day else day[:7]] += count
    return {
        "grain": "day" if by_day else "month",
        "rows": [{"when": when, "count": count} for when, count in sorted(found.items())],
        "undated": sum(count for _, count in days) - sum(count for _, count in dated),
    }


def _stories(library: Store, counted: Iterable[tuple[str, int]]) -> list[Json]:
    return [{**shapes.tale(library.story(key)), "statements": count} for key, count in counted]


def _named(library: Store, names: Sequence[str], apart: Sequence[str]) -> Json:
    """Accounts that name somebody without giving their words."""
    words = next((w for n in names if (w := " ".join(n.translate(QUOTES).split()))), "")
    if not any(c.isalnum() for c in words):
        return {"accounts": [], "total": 0, "exact": True}
    query = f'person:"{words}" OR body:"{words}" -speaker:"{words}"'
    found = library.search(query, ("account",), limit=PAGE)
    kept = [h for h in found.hits if h.story not in apart]
    return {
        "accounts": [shapes.hit(h) for h in kept],
        "total": found.totals[0].count,
        "exact": found.totals[0].exact,
    }
