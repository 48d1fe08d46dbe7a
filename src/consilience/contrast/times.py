"""Days, dates, years and hours that differ for one event.

Compares like with like: weekday with weekday or weekend, day of a month with day of a month, year
with year, hour with hour. Words such as "yesterday" are left out, since they lean on a date of
publication that is often a day off; so is the day of a statement ("said on Tuesday") unless the lines
are nearly the same, since two accounts often quote two statements. Tries the date line, the time
zone and rounding before calling a conflict.

Invariant: the two times share no moment and hang on lines that tell the same; but for a weekend,
neither account names the other's weekday for anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..model import Mention, Span, When
from .lists import forms, listed
from .sheet import Sheet, key_of
from .slots import Finding, Match, Slot, clause, matches, rivalled, stated_elsewhere

LEAST = {"weekday": 0.26, "said": 0.5, "day": 0.26, "year": 0.45, "hour": 0.5}
STRANGE = 0.1
"""How much closer two times must be whose lines no point joins: they may date two events."""
APART = 0.15
"""How much closer two years must be that date different verbs."""
HANDLE = 40
"""Code points before a date in which the handle of who posted on that day stands."""
LONE = 0.06
"""How much less sure a difference is whose lines no point joins."""
CLOSE = 0.44
"""Closeness from which a weekend stands against a day that its account names for something else."""
SURE = 0.6
"""Closeness from which a date counts though one account names the other's date for something else."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SHORT = tuple(month[:3].lower() for month in MONTHS)
ZONES = listed("time zone")
WEEKEND = frozenset({5, 6})
SAYING = listed("saying")
DAY = re.compile(rf"\b({'|'.join(SHORT)})[a-z]*\.? (\d{{1,2}})(?!\d)|\b(\d{{1,2}}) ({'|'.join(SHORT)})", re.I)
WEEKDAY = re.compile(rf"\b(?:{'|'.join(DAYS)})\b")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
LATE = re.compile(rf"\b(?:{'|'.join(forms('late in a day'))})\b|\b(?:9|1[01])(?::\d\d)? ?p", re.I)
EARLY = listed("early in a day")
RANGE = re.compile(r" ?(?:-|–|to|through) ?\d")
PRINTED = listed("date of a page")
"""Words before the date of a page, not of an event."""
LONGEST = 7
"""Days between publications up to which a weekday's name is taken for the same day."""
LOOSELY = 30
"""Minutes by which an hour that is hedged ("about 4 p.m.") or full may differ from another."""
NEARLY = 5
"""Minutes by which two hours may differ where one is a multiple of five."""
HEDGES = listed("near an hour")


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find times that differ."""
    slots = list(_slots(laid))
    rival = rivalled(laid, slots, _equal)
    elsewhere = stated_elsewhere(slots, _equal)
    named = [_days(slots, i) for i in range(len(laid.accounts))]
    for match in matches(laid, slots, least=min(LEAST.values()), same=_equal):
        a, b = match.a, match.b
        if _agree(laid, a, b) or _another(laid, a) != _another(laid, b):
            continue
        # "Laid down in 2010" and "launched in 2011" are two events.
        apart = APART if a.sort == "year" and a.frame != b.frame else 0.0
        if match.score < LEAST[a.sort] + apart + (0.0 if match.point else STRANGE) or rival(match):
            continue
        if a.sort in ("weekday", "said"):
            known = a.value in named[b.line.account] or b.value in named[a.line.account]
            known = known and not (match.point and match.score >= CLOSE and WEEKEND in (a.value, b.value))
        else:
            known = match.score < SURE and elsewhere(a, b)
        if not known:
            yield _finding(laid, match)


def _days(slots: Sequence[Slot], i: int) -> frozenset[frozenset[int]]:
    """Days of the week that an account names: one that knows both days tells of two events."""
    return frozenset(s.value for s in slots if s.line.account == i and s.sort in ("weekday", "said"))


def _slots(laid: Sheet) -> Iterator[Slot]:
    for i, by_line in enumerate(laid.mentions):
        for number in sorted(by_line):
            for mention in by_line[number]:
                if isinstance(mention.value, When):
                    yield from _slot(laid, i, number, mention, mention.value)


def _slot(laid: Sheet, i: int, number: int, mention: Mention, when: When) -> Iterator[Slot]:
    line, grown, shown = laid.lines[i][number], laid.trees[i], laid.text(mention.span)
    first, last = grown.at(mention.span.start), grown.at(mention.span.end - 1) + 1
    tokens = laid.accounts[i].tokens
    # Of a line such as "Updated: 4 May 2031, 13:14" the words before the date tell, a colon between.
    if PRINTED & {t.text.lower().strip(":") for t in tokens[max(0, first - 2) : first]}:
        return
    if "(@" in laid.accounts[i].witness.text[max(0, mention.span.start - HANDLE) : mention.span.start]:
        return  # the line that signs a post
    verb = _governor(laid, i, first)
    frame = "" if verb is None else key_of(tokens, verb) or ""
    for sort, value in _read(shown, when):
        # "The 2031 census" names a census; "in 2031" dates one.
        if sort == "year" and (not first or tokens[first - 1].pos not in ("ADP", "SCONJ")):
            continue
        if sort == "weekday" and verb is not None and tokens[verb].lemma.lower() in SAYING:
            sort = "said"
        yield Slot(line, first, last, _part(mention.span, shown, sort), sort, value, shown, frame)


def _part(span: Span, shown: str, sort: str) -> Span:
    """Of "3 a.m. on Monday, May 4" the date, or the day, is what a date is compared with."""
    day = {"day": DAY, "weekday": WEEKDAY, "said": WEEKDAY}.get(sort, YEAR).search(shown)
    return Span(span.witness, span.start + day.start(), span.start + day.end()) if day else span


def _read(shown: str, when: When) -> Iterator[tuple[str, object]]:
    """What sorts of time it is, each with its value among those of the sort.

    A weekday's value is a set of days of the week, a day's (month from 0, day).
    """
    day = DAY.search(shown)
    if when.grain == "minute" and when.start and len(when.start) > 10:
        yield "hour", when.start[11:16]
    if day and not RANGE.match(shown, day.end()):
        month, number = (day.group(1), day.group(2)) if day.group(1) else (day.group(4), day.group(3))
        yield "day", (SHORT.index(month[:3].lower()), int(number))
    if day:
        return
    if when.grain == "weekend":
        yield "weekday", WEEKEND
    elif when.weekday is not None and DAYS[when.weekday].lower()[:3] in shown.lower():
        yield "weekday", frozenset({when.weekday})
    elif when.grain == "year" and YEAR.fullmatch(shown.strip()):
        yield "year", shown.strip()


def _governor(laid: Sheet, i: int, token: int) -> int | None:
    """The predicate that a time hangs on, or the noun of an event ("the fall of the town on Monday")."""
    tokens = laid.accounts[i].tokens
    for up in laid.trees[i].up(token):
        noun = tokens[up].pos == "NOUN" and (key_of(tokens, up) or "").startswith("=")
        if up != token and (noun or tokens[up].pos in ("VERB", "AUX")):
            return up
    return None


def _another(laid: Sheet, slot: Slot) -> bool:
    """Whether the time is of another event by name: "another judge ruled on Tuesday"."""
    return "another" in clause(laid, slot).lower().split()


def _equal(a: Slot, b: Slot) -> bool:
    return bool(a.value == b.value)


def _agree(laid: Sheet, a: Slot, b: Slot) -> bool:
    """Whether two times share a moment, or may be days of different weeks."""
    if a.sort in ("weekday", "said"):
        return bool(a.value & b.value) or _weeks_apart(laid, a, b) or _one_night(laid, a, b)
    return _equal(a, b)


def _one_night(laid: Sheet, a: Slot, b: Slot) -> bool:
    """ "Monday night" and "early on Tuesday", "1 a.m. on Tuesday": one night, two days."""
    first, then = (a, b) if (min(a.value) + 1) % 7 == min(b.value) else (b, a)
    follows = (min(first.value) + 1) % 7 == min(then.value) and len(first.value) == len(then.value) == 1
    start = max(then.line.sentence.first, then.first - 2)
    tokens = laid.accounts[then.line.account].tokens[start : then.last]
    return follows and bool(LATE.search(first.shown)) and any(t.text.lower() in EARLY for t in tokens)


def _weeks_apart(laid: Sheet, a: Slot, b: Slot) -> bool:
    """Accounts published long after one another may speak of two weeks."""
    one, other = (laid.published(slot.line.account) for slot in (a, b))
    return one is not None and other is not None and abs((one - other).days) > LONGEST


def _finding(laid: Sheet, match: Match) -> Finding:
    a, b = match.a, match.b
    told = " against ".join(f"{_plainly(s)} (“{clause(laid, s)}”)" for s in (a, b))
    says = f"The {'time' if a.sort == 'hour' else 'date'} differs: {told}."
    sides = tuple((s.span, _normal(s)) for s in (a, b, *match.more))
    score = min(0.95, 0.3 + match.score - (0.0 if match.point else LONE))
    return Finding("date", sides, says, _innocent(laid, a, b), score, match.point)


def _plainly(slot: Slot) -> str:
    """The day of the week by its name, any other time as written."""
    return _normal(slot) if slot.sort in ("weekday", "said") else slot.shown


def _normal(slot: Slot) -> str:
    if slot.sort in ("weekday", "said"):
        return "weekend" if slot.value == WEEKEND else DAYS[min(slot.value)]
    if slot.sort == "day":
        month, day = slot.value
        return f"{day} {MONTHS[month]}"
    return str(slot.value)


def _innocent(laid: Sheet, a: Slot, b: Slot) -> str | None:
    if a.sort == "hour" and _nearly(laid, a, b):
        return "rounding: the hours are nearly the same"
    if not any(_zoned(laid, s) for s in (a, b)):
        return None
    if a.sort == "hour":
        return "time zones: at least one account names its zone"
    return "time zones: the day may differ with the zone"


def _nearly(laid: Sheet, a: Slot, b: Slot) -> bool:
    """Hours a few minutes apart, one of them round; or further where one is hedged or a full hour."""
    x, y = (int(s.value[:2]) * 60 + int(s.value[3:]) for s in (a, b))
    apart = min(abs(x - y), 24 * 60 - abs(x - y))
    loose = any(minute % 30 == 0 for minute in (x, y)) or any(_hedged(laid, s) for s in (a, b))
    round_ = any(minute % 5 == 0 for minute in (x, y))
    return apart <= (LOOSELY if loose else NEARLY if round_ else 0)


def _hedged(laid: Sheet, slot: Slot) -> bool:
    start = max(slot.line.sentence.first, slot.first - 2)
    tokens = laid.accounts[slot.line.account].tokens[start : slot.first]
    return any(t.text.lower() in HEDGES for t in tokens) or slot.shown.split()[0].lower() in HEDGES


def _zoned(laid: Sheet, slot: Slot) -> bool:
    tokens = laid.accounts[slot.line.account].tokens
    around = tokens[slot.first : min(slot.line.sentence.last, slot.last + 3)]
    return any(t.text.lower().strip(".") in ZONES for t in around)
