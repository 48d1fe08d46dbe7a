"""Days, dates and hours that differ for one event.

Compares intervals where they were resolved, and days of the week where they were not: Monday lies
outside a weekend, inside its week. The day of a statement ("said on Tuesday") is left out, since two
accounts often quote two statements. Tries the date line and the time zone before calling a conflict.

Invariant: the two times share no moment, and hang on predicates of lines that tell the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ..model import Mention, When
from .sheet import Sheet, key_of
from .slots import Finding, Match, Slot, matches, rivalled

LEAST = 0.3
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ZONES = frozenset("et est edt pt pst pdt ct cst cdt gmt utc bst cet cest ist jst local".split())
WEEKEND = frozenset({5, 6})
SAYING = frozenset("say tell add state write tweet report announce note quote".split())


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find times that differ."""
    slots = list(_slots(laid))
    rival = rivalled(laid, slots, _equal)
    for match in matches(laid, slots, least=LEAST, same=_equal):
        if not _agree(match.a, match.b) and not rival(match):
            yield _finding(laid, match)


def _slots(laid: Sheet) -> Iterator[Slot]:
    for i, by_line in enumerate(laid.mentions):
        for number in sorted(by_line):
            for mention in by_line[number]:
                if isinstance(mention.value, When):
                    yield from _slot(laid, i, number, mention, mention.value)


def _slot(laid: Sheet, i: int, number: int, mention: Mention, value: When) -> Iterator[Slot]:
    line, grown = laid.lines[i][number], laid.trees[i]
    first, last = grown.at(mention.span.start), grown.at(mention.span.end - 1) + 1
    verb = _governor(laid, i, first)
    tokens = laid.accounts[i].tokens
    if (verb is not None and tokens[verb].lemma.lower() in SAYING) or not _comparable(value):
        return
    sort = "hour" if value.grain == "minute" else "day"
    frame = "" if verb is None else key_of(tokens, verb) or ""
    yield Slot(line, first, last, mention.span, sort, value, laid.text(mention.span), frame)


def _governor(laid: Sheet, i: int, token: int) -> int | None:
    """The predicate that a time hangs on."""
    tokens = laid.accounts[i].tokens
    ups = (up for up in laid.trees[i].up(token) if up != token and tokens[up].pos in ("VERB", "AUX"))
    return next(ups, None)


def _comparable(when: When) -> bool:
    return when.start is not None or when.weekday is not None or when.grain == "weekend"


def _agree(a: Slot, b: Slot) -> bool:
    """Whether two times share a moment, as far as they can be told."""
    x, y = a.value, b.value
    if x.start and x.end and y.start and y.end:
        if min(len(x.start), len(y.start)) <= 10:
            return bool(x.start[:10] <= _last(y) and y.start[:10] <= _last(x))
        return bool(x.start < y.end and y.start < x.end)
    mine, theirs = _weekdays(x), _weekdays(y)
    return not mine or not theirs or bool(mine & theirs)


def _equal(a: Slot, b: Slot) -> bool:
    """Whether two times are one day or one stretch; a year does not equal a day in it."""
    x, y = a.value, b.value
    if x.start and y.start:
        return bool((x.start[:10], x.grain) == (y.start[:10], y.grain))
    return bool(_weekdays(x)) and _weekdays(x) == _weekdays(y)


def _last(when: When) -> str:
    """The last day of an interval: its end is half-open."""
    end = when.end or when.start or ""
    if len(end) > 10:
        return end[:10]
    try:
        return (date.fromisoformat(end) - timedelta(days=1)).isoformat()
    except ValueError:
        return end


def _weekdays(when: When) -> frozenset[int]:
    """Days of the week that an unresolved time may mean; empty for any."""
    if when.grain == "weekend":
        return WEEKEND
    if when.weekday is not None:
        return frozenset({when.weekday})
    if when.start and when.grain in ("day", "part", "minute"):
        try:
            return frozenset({date.fromisoformat(when.start[:10]).weekday()})
        except ValueError:
            return frozenset()
    return frozenset()


def _finding(laid: Sheet, match: Match) -> Finding:
    a, b = match.a, match.b
    told = [_told(laid, s) for s in (a, b)]
    says = f"The {'time' if a.sort == 'hour' else 'date'} differs: {told[0]} against {told[1]}."
    sides = tuple((s.span, _normal(s.value)) for s in (a, b, *match.more))
    return Finding("date", sides, says, _innocent(laid, a, b), min(0.95, 0.3 + match.score), match.point)


def _told(laid: Sheet, slot: Slot) -> str:
    """The time as written, with the predicate it hangs on."""
    tokens = laid.accounts[slot.line.account].tokens
    verb = _governor(laid, slot.line.account, slot.first)
    if verb is None:
        return f"“{slot.shown}”"
    words = (tokens[verb].text, slot.shown)
    return "“{} … {}”".format(*(words if verb < slot.first else words[::-1]))


def _normal(when: When) -> str:
    if when.start is None:
        return "weekend" if when.grain == "weekend" else DAYS[when.weekday or 0]
    if when.end is None or when.grain in ("day", "minute"):
        return when.start
    return f"{when.start}/{when.end}"


def _innocent(laid: Sheet, a: Slot, b: Slot) -> str | None:
    if a.sort == "hour" and any(_zoned(laid, s) for s in (a, b)):
        return "time zones: at least one account names its zone"
    x, y = a.value, b.value
    if x.start and y.start and any(_zoned(laid, s) for s in (a, b)):
        return "the date line: the day may differ with the zone"
    return None


def _zoned(laid: Sheet, slot: Slot) -> bool:
    tokens = laid.accounts[slot.line.account].tokens
    around = tokens[slot.first : min(slot.line.sentence.last, slot.last + 3)]
    return any(t.text.lower().strip(".") in ZONES for t in around)
