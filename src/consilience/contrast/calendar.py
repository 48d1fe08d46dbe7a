"""A weekday and a date that do not belong together, where another account has the day right.

"Wednesday, 14 October" of a year in which that was a Tuesday is a slip that the calendar shows by itself.
It is told when another account, in a line that tells the same, names the right day of the week for
that date. Which of the two words is the slip, the day or the date, is not decided.

Invariant: weekday and date stand side by side, and the date's year is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from ..model import Mention, When
from .sheet import Line, Sheet
from .slots import Finding

SURE = 0.96
"""The calendar is surer than two sentences that are alike."""
BETWEEN = 4
"""Code points between a weekday and the date beside it, at most."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find dates whose weekday is another's."""
    slips = [slip for i in range(len(laid.accounts)) for slip in _slips(laid, i)]
    if not slips:
        return
    partners: dict[tuple[int, int], list[Line]] = defaultdict(list)
    for pair in laid.pairs:
        partners[pair.a.account, pair.a.number].append(pair.b)
        partners[pair.b.account, pair.b.number].append(pair.a)
    for i, number, weekday, day in slips:
        for line in partners[i, number]:
            for other in laid.mentions[line.account].get(line.number, ()):
                if _right(laid, other, day):
                    yield _finding(laid, weekday, day, other)


def _slips(laid: Sheet, i: int) -> Iterator[tuple[int, int, Mention, Mention]]:
    """Weekdays beside a date that fell on another: account, line, weekday and date."""
    for number in sorted(laid.mentions[i]):
        times = [m for m in laid.mentions[i][number] if isinstance(m.value, When)]
        for weekday in times:
            name = laid.text(weekday.span)
            for day in times:
                gap = day.span.start - weekday.span.end
                beside = 0 < gap <= BETWEEN and any(c.isdigit() for c in laid.text(day.span))
                if name in DAYS and beside and _falls(day) not in (None, DAYS.index(name)):
                    yield i, number, weekday, day


def _falls(mention: Mention) -> int | None:
    """Day of the week of a date, 0 for Monday."""
    when = mention.value
    if not isinstance(when, When) or when.grain != "day" or not when.start:
        return None
    try:
        return date.fromisoformat(when.start[:10]).weekday()
    except ValueError:
        return None


def _right(laid: Sheet, other: Mention, day: Mention) -> bool:
    """Whether a mention names the right day of the week, of the very date."""
    there, here = other.value, day.value
    if not isinstance(there, When) or not isinstance(here, When) or not there.start or not here.start:
        return False
    falls = _falls(day)
    named = falls is not None and DAYS[falls].lower() in laid.text(other.span).lower()
    return named and there.start[:10] == here.start[:10]


def _finding(laid: Sheet, weekday: Mention, day: Mention, other: Mention) -> Finding:
    falls = _falls(day) or 0
    mine, theirs = (laid.accounts[laid.index[m.span.witness]].witness for m in (weekday, other))
    where = theirs.outlet or theirs.name
    words = mine.text[weekday.span.start : day.span.end]
    says = f"“{' '.join(words.split())}” was a {DAYS[falls]}: “{laid.text(other.span)}” in {where}."
    order = sorted((weekday, other), key=lambda m: (laid.index[m.span.witness], m.span))
    named = {weekday.span: laid.text(weekday.span), other.span: DAYS[falls]}
    return Finding("date", tuple((m.span, named[m.span]) for m in order), says, None, SURE)
