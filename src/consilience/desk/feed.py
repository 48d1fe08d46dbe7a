"""The feed: stories, newest and most relevant first, each with why it is shown.

Stories stand by the day (UTC) of their newest account, the latest first; within a day those that match
what the reader follows come before the others, and among these the one whose newest account is newer.
Nothing else counts: not how many accounts a story has, nor what was opened or how often. A story is left
out when more than half of its accounts match what the reader muted, unless the story itself is followed.
Does not compare: what a story's last dossier says is shown, and whether the story has grown since.
Invariant: each item says why it is shown, and the feed what it leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..errors import InputError
from ..store import Arrival, Event, Heading, Interest, Store, Tale
from .shapes import Json, interest, tale

ORDER = (
    "Latest day first; within a day (UTC), stories that match what you follow come first, and then the one "
    "with the newer account."
)
ONLY = ("", "follows", "new", "disputed", "muted")
LARGEST = 100
"""Stories of a page."""
DEEPEST = 2_000
"""Stories that the feed goes back; older ones are found by search."""
FOUND = 3_000
"""Accounts that are looked at for what is followed alone, a share for each interest."""
LEAST = 50
BUCKETS = 24
OUTLETS = 12
WHY = {
    "story": "is a story you {did}",
    "outlet": "is told by {value}, an outlet you {did}",
    "topic": "matches “{value}”, a topic you {did}",
    "person": "names {value}, whom you {did}",
    "place": "names {value}, a place you {did}",
}
"""Why a story is shown, or left out: it …"""


@dataclass(slots=True)
class Walk:
    """The stories gone through, and what was found of them."""

    times: dict[str, float]
    sizes: dict[str, int]
    follows: dict[str, list[Interest]] = field(default_factory=dict)
    mutes: dict[str, list[Interest]] = field(default_factory=dict)
    muted: set[str] = field(default_factory=set)

    def rank(self, story: str) -> tuple[float, bool, float, str]:
        """Where a story stands; see the module."""
        at = self.times[story]
        return -(at // 1), story not in self.follows, -at, story


def feed(library: Store, *, now: str, page: int = 1, size: int = 30, only: str = "") -> Json:
    """A page of the feed.

    :param now: the time, as ISO 8601; what is new is told by it and by the reader's looks.
    :param only: follows, new, disputed or muted; all but muted ones where it is empty.
    """
    _known(page, size, only)
    interests = library.interests()
    notes: list[str] = []
    since = _since(library, now)
    walk, shown = _chosen(library, interests, only, (page * size, since), notes)
    some = shown[(page - 1) * size : page * size]
    return {
        "only": only,
        "page": page,
        "size": size,
        "more": len(shown) > page * size,
        "order": ORDER,
        "since": since,
        "interests": sum(not i.muted for i in interests),
        "mutes": sum(i.muted for i in interests),
        "muted": len(walk.muted) if only != "muted" else 0,
        "notes": notes,
        "items": items(library, some, since, walk.mutes if only == "muted" else walk.follows),
    }


def _known(page: int, size: int, only: str) -> None:
    if only not in ONLY:
        raise InputError(f"{only[:80]!r} is no part of the feed", todo=f"use {', '.join(ONLY[1:])}")
    if not (1 <= page <= DEEPEST and 1 <= size <= LARGEST):
        what = f"there is no page {page} of {size} stories"
        raise InputError(what, where="feed", todo=f"use pages of 1 to {LARGEST}, counted from 1")


def _since(library: Store, now: str) -> str:
    """When the reader looked at the feed in the visit before; empty where never."""
    return library.looked(("feed",), now)["feed"]


# -- which stories --


def _chosen(
    library: Store, interests: Sequence[Interest], only: str, asked: tuple[int, str], notes: list[str]
) -> tuple[Walk, list[str]]:
    """The stories gone through for a page and one more, and those to be shown, in order."""
    most, since = asked
    candidates = _candidates(library, interests, only, since, notes)
    taken = 0
    while True:
        taken = _to_a_days_end(candidates, max(most + 1, 2 * taken))
        walk = walked(library, interests, candidates[:taken])
        shown = _shown(library, walk, only, since)
        if len(shown) > most or taken == len(candidates):
            break
    if taken >= DEEPEST:
        notes.append(f"The feed goes back {DEEPEST:,} stories; older ones are found by search.")
    return walk, sorted(shown, key=walk.rank)


def _candidates(
    library: Store, interests: Sequence[Interest], only: str, since: str, notes: list[str]
) -> tuple[Heading, ...]:
    """Stories that may be shown, newest first."""
    if only not in ("follows", "muted"):
        return library.front(DEEPEST, disputed=only == "disputed", since=since if only == "new" else None)
    wanted = [i for i in interests if i.muted == (only == "muted")]
    most = max(LEAST, FOUND // max(1, len(wanted)))
    found, whole = library.found(wanted, most)
    if not whole:
        notes.append(f"Of each, the {most:,} accounts that came last are looked at.")
    return found[:DEEPEST]


def _to_a_days_end(stories: Sequence[Heading], least: int) -> int:
    """How many stories make up so many, and the rest of the last one's day."""
    if least >= len(stories):
        return len(stories)
    day = stories[least - 1][1] // 1
    return next((n for n in range(least, len(stories)) if stories[n][1] // 1 != day), len(stories))


def walked(library: Store, interests: Sequence[Interest], stories: Sequence[Heading]) -> Walk:
    """What the reader follows and has muted, found in some stories."""
    walk = Walk({key: at for key, at, _ in stories}, {key: size for key, _, size in stories})
    matched = library.matched(interests, list(walk.times))
    against: dict[str, set[int]] = {}
    for one in interests:
        into = walk.mutes if one.muted else walk.follows
        for story, accounts in matched[one.number].items():
            into.setdefault(story, []).append(one)
            if one.muted:
                against.setdefault(story, set()).update(accounts)
    walk.muted = {
        story
        for story, accounts in against.items()
        if 2 * len(accounts) > walk.sizes[story]
        and not any(i.kind == "story" for i in walk.follows.get(story, ()))
    }
    return walk


def _shown(library: Store, walk: Walk, only: str, since: str) -> list[str]:
    if only == "muted":
        return [s for s in walk.times if s in walk.muted]
    shown = [s for s in walk.times if s not in walk.muted]
    if only == "follows":
        return [s for s in shown if s in walk.follows]
    if only == "new":
        fresh = _fresh(library, shown, since)
        return [s for s in shown if fresh.get(s)]
    if only == "disputed" and (remarks := library.remarks(*shown)):
        briefs = library.briefs(shown)
        return [s for s in shown if _conflicts(briefs[s], remarks)]
    return shown


def _conflicts(brief: Json, remarks: Mapping[str, Event]) -> int:
    """How many conflicts of a story the reader does not hold for harmless."""
    return int(brief.get("conflicts", 0)) - sum(one in remarks for one in brief.get("conflict_ids", ()))


def _fresh(library: Store, stories: Sequence[str], since: str) -> dict[str, int]:
    """How many accounts came to each story since the reader opened it or, where never, saw the feed."""
    looks = library.looks(stories)
    marks = {s: looks[s].at if s in looks else since for s in stories}
    return library.fresh({s: at for s, at in marks.items() if at})


# -- what is shown of a story --


def items(
    library: Store, stories: Sequence[str], since: str, why: Mapping[str, Sequence[Interest]] | None = None
) -> list[Json]:
    """Stories as the feed shows them.

    :param since: the time after which an account is new in a story that was never opened.
    :param why: the interests that each matches.
    """
    briefs, fresh = library.briefs(stories), _fresh(library, stories, since)
    arrivals = library.arrivals(stories)
    remarks = library.remarks(*briefs)
    return [
        {
            **tale(one),
            **_compared(one, briefs.get(one.id), remarks),
            "outlets": _outlets(arrivals[one.id]),
            "arrivals": sparkline(arrivals[one.id]),
            "new": fresh.get(one.id, 0),
            "because": [because(i) for i in (why or {}).get(one.id, ())],
        }
        for one in library.tales(stories)
    ]


def because(one: Interest) -> Json:
    """Why something is shown, or left out."""
    text = WHY[one.kind].format(value=one.value, did="muted" if one.muted else "follow")
    return {**interest(one), "text": text}


def _compared(one: Tale, brief: Json | None, remarks: Mapping[str, Event]) -> Json:
    """What the story's last dossier says, less what the reader holds for harmless.

    ``compared`` is alone (one account: there is nothing to compare), no, older (than the story) or yes.
    """
    found = brief or {}
    state = "alone" if one.accounts < 2 else "no" if brief is None else "yes" if found["fresh"] else "older"
    return {
        "compared": state,
        "origins": found.get("origins"),
        "independent": found.get("independent"),
        "shared": found.get("shared", 0),
        "conflicts": _conflicts(found, remarks),
        "disputed": [d for d in found.get("disputed", ()) if d["id"] not in remarks],
        "verdict": found.get("verdict", ""),
        "summary": found.get("summary", []),
    }


def _outlets(arrivals: Sequence[Arrival]) -> Json:
    """The outlets of a story in the order of their first accounts, and how many more there are."""
    names = list(dict.fromkeys(outlet for _, _, outlet in arrivals if outlet))
    return {"names": names[:OUTLETS], "more": len(names[OUTLETS:])}


def sparkline(arrivals: Sequence[Arrival]) -> Json:
    """When accounts came: how many in each of equal stretches from the first to the last.

    An account without a time of publication counts when it came into the library.

    >>> sparkline([("2031-05-01T09:00Z", "", None), ("soon", "2031-05-01T09:00Z", None)])["counts"]
    [2]
    """
    times = sorted(t for t in (instant(published) or instant(added) for published, added, _ in arrivals) if t)
    if not times:
        return {"first": None, "last": None, "counts": []}
    first, last = times[0], times[-1]
    counts = [0] * (BUCKETS if first < last else 1)
    for at in times:
        counts[min(len(counts) - 1, int((at - first) / (last - first) * BUCKETS)) if first < last else 0] += 1
    return {"first": _iso(first), "last": _iso(last), "counts": counts}


def instant(written: str | None) -> datetime | None:
    """A date or time as it was written, in UTC; None where it is none."""
    try:
        read = datetime.fromisoformat(written or "")
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
