"""What a poll of feeds and folders has to decide, without a clock, chance or network of its own.

When an address is due again (back-off after failures, jitter, Retry-After), how long to wait between
two requests to one host, and which entries have been tried. Times are seconds and come in as
arguments, chance as a number from 0 to 1. Does not fetch or read: ``visits`` does. Invariant: the same
arguments give the same answer.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256

from ..errors import InputError
from ..settings import Ingest

LONGEST_PAUSE = 7 * 86_400.0
"""A host that asks to be left alone for longer is asked again after a week."""


FAR = 1e11
"""Seconds since 1970 that no calendar reaches: no state is due then."""
SOONEST, LATEST = 300.0, 86_400.0
"""No address is asked more often than every five minutes, and none less often than once a day."""
MOST_TRIED = 5_000
MOST_HOSTS = 4_000


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer said of its state, to be asked with again; ``url`` is where it came from."""

    etag: str | None = None
    modified: str | None = None
    url: str | None = None


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds that a Retry-After header asks for; None where it says nothing that can be read.

    >>> retry_after("120", 0.0), retry_after("Thu, 01 Jan 1970 00:02:00 GMT", 30.0), retry_after("soon", 0.0)
    (120.0, 90.0, None)
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return min(max(0.0, since.total_seconds() - now), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Followed:
    """A feed, sitemap, outline, page or folder that is followed, and what is known of its state.

    ``kind`` is "" until it was read, then feed, sitemap, opml, page or folder. ``due`` is when it is to
    be asked again, in seconds since 1970 (0: at once); ``failures`` and ``quiet`` count the rounds in a
    row that failed or brought nothing; ``tried`` holds marks of the entries that need not be fetched
    again; ``parent`` is the outline or index that named it; ``note`` says what went wrong last, if it did.

    >>> one = Followed("https://dravik.example/rss", etag='"7"')
    >>> Followed.load(one.dump()) == one
    True
    """

    url: str
    kind: str = ""
    etag: str | None = None
    modified: str | None = None
    answered: str | None = None
    due: float = 0.0
    every: float | None = None
    failures: int = 0
    quiet: int = 0
    tried: tuple[str, ...] = ()
    parent: str | None = None
    note: str = ""

    @property
    def validators(self) -> Validators:
        """What to ask with."""
        return Validators(self.etag, self.modified, self.answered)

    def dump(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=True, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Followed:
        """Read what ``dump`` wrote; fields of another version are left out.

        :raises InputError: when it is not that.
        """
        try:
            data = json.loads(text)
            known = {f.name: data[f.name] for f in fields(cls) if f.name in data}
            known["tried"] = tuple(map(str, known.get("tried", ())))
            found = cls(**known)
            if not (isinstance(found.url, str) and isinstance(found.note, str) and 0 <= found.due < FAR):
                raise ValueError("a field is of another type")
            return found
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise InputError("is not the state of an address that is followed", where=text[:80]) from error


def mark(address: str) -> str:
    """A short mark of an entry's address.

    >>> mark("https://dravik.example/ferry")
    '021a4f68ff'
    """
    return sha256(address.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def remembered(tried: Iterable[str], listed: Iterable[str]) -> tuple[str, ...]:
    """Of the entries tried those that are still listed, the first ones listed where they are too many."""
    kept = set(tried)
    return tuple([m for m in dict.fromkeys(listed) if m in kept][:MOST_TRIED])


def answered(followed: Followed, *, fresh: bool, now: float, chance: float, settings: Ingest) -> Followed:
    """The state after a round that went well.

    :param fresh: whether it brought anything.
    :param chance: from 0 to 1, so that many addresses are not asked at one moment.
    """
    quiet = 0 if fresh else followed.quiet + 1
    pause = _base(followed, settings) * 1.5 ** min(max(0, quiet - 3), 8)
    due = now + _spread(min(pause, LATEST), chance)
    return replace(followed, due=due, failures=0, quiet=quiet, note="")


def failed(
    followed: Followed, why: str, *, now: float, chance: float, settings: Ingest, pause: float | None = None
) -> Followed:
    """The state after a round that failed: twice as long a pause each time, and no less than the host asks.

    >>> feed = Followed("https://dravik.example/rss")
    >>> one = failed(feed, "answered 503", now=0, chance=0.5, settings=Ingest())
    >>> two = failed(one, "answered 503", now=0, chance=0.5, settings=Ingest())
    >>> one.due, two.due, two.failures
    (1800.0, 3600.0, 2)

    :param pause: seconds that the host asks to be left alone.
    """
    failures = followed.failures + 1
    wanted = min(_base(followed, settings) * 2.0 ** min(failures, 20), LATEST)
    due = now + max(_spread(wanted, chance), pause or 0.0)
    return replace(followed, due=due, failures=failures, note=why)


def _base(followed: Followed, settings: Ingest) -> float:
    """The usual time between two rounds: what the settings say, or longer where the feed asks for it."""
    return min(max(settings.poll, followed.every or 0.0, SOONEST), LATEST)


def _spread(pause: float, chance: float) -> float:
    return pause * (0.9 + 0.2 * min(max(chance, 0.0), 1.0))


class Spacing:
    """When the next request may go to each host; holds the latest few thousand hosts.

    >>> spacing = Spacing()
    >>> spacing.reserve("dravik.example", 10.0, 2.0), spacing.reserve("dravik.example", 10.5, 2.0)
    (0.0, 1.5)
    """

    def __init__(self) -> None:
        self._free: OrderedDict[str, float] = OrderedDict()

    def wait(self, host: str, now: float) -> float:
        """Seconds before a request may go to a host."""
        return max(0.0, self._free.get(host, now) - now)

    def reserve(self, host: str, now: float, gap: float) -> float:
        """Take the next free time of a host.

        :param gap: seconds that must pass before the one after it.
        :returns: seconds to wait for it.
        """
        pause = self.wait(host, now)
        self.hold(host, now + pause, gap)
        return pause

    def hold(self, host: str, now: float, pause: float) -> None:
        """Let no request go to a host for a while."""
        self._free[host] = max(self._free.get(host, 0.0), now + pause)
        self._free.move_to_end(host)
        while len(self._free) > MOST_HOSTS:
            self._free.popitem(last=False)
