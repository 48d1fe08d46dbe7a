"""What a poll of feeds and folders has to decide, without a clock, chance or network of its own.

When an address is due again (back-off after failures, jitter, Retry-After), how long to wait between
two requests to one host, and which entries have been tried. Times are seconds and come in as
arguments, chance as a number from 0 to 1. Does not fetch or read: ``visits`` does. Invariant: the same
arguments give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 7 * 86_400.0
"""A host that asks to be left alone for longer is asked again after a week."""


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
