"""Days, dates, years and hours that differ for one event.

Compares like with like: weekday with weekday or weekend, day of a month with day of a month, year
with year, hour with hour. Words such as "yesterday" are left out, since they lean on a date of
publication that is often a day off; so is the day of a statement ("said on Tuesday") unless the lines
are nearly the same, since two accounts often quote two statements. Tries the date line and the time
zone before calling a conflict.

Invariant: the two times share no moment, and hang on lines that tell the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ..model import Mention, When
from .sheet import Sheet, key_of
from .slots import Finding, Match, Slot, clause, matches, rivalled

LEAST = {"weekday": 0.3, "said": 0.5, "day": 0.3, "year": 0.45, "hour": 0.4}
STRANGE = 0.1
"""How much closer two times must be that hang on different verbs: they may date two events."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ZONES = frozenset("et est edt pt pst pdt ct cst cdt gmt utc bst cet cest ist jst local".split())
WEEKEND = frozenset({5, 6})
SAYING = frozenset("say tell add state write tweet note quote".split())
DAY = re.compile(
    rf"\b({'|'.join(MONTHS)})[a-z]*\.? (\d{{1,2}})(?!\d)|\b(\d{{1,2}}) ({'|'.join(MONTHS)})", re.I
)
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
LONGEST = 7
"""Days between publications up to which a weekday's name is taken for the same day."""


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find times that differ."""
    slots = list(_slots(laid))
    rival = rivalled(laid, slots, _equal)
    for match in matches(laid, slots, least=min(LEAST.values()), same=_equal):
        sort = match.a.sort
        if _another(laid, match.a) != _another(laid, match.b):
            continue
        known = match.a.frame and match.a.frame == match.b.frame
        least = LEAST[sort] + (0.0 if known else STRANGE)
        if match.score >= least and not _agree(laid, match.a, match.b) and not rival(match):
            yield _finding(laid, match)


def _slots(laid: Sheet) -> Iterator[Slot]:
    for i, by_line in enumerate(laid.mentions):
        for number in sorted(by_line):
            for mention in by_line[number]:
                if isinstance(mention.value, When):
                    yield from _slot(laid, i, number, mention, mention.value)


def _slot(laid: Sheet, i: int, number: int, mention: Mention, when: When) -> Iterator[Slot]:
    line, grown, shown = laid.lines[i][number], laid.trees[i], laid.text(mention.span)
    first, last = grown.at(mention.span.start), grown.at(mention.span.end - 1) + 1
    sort, value = _read(shown, when)
    tokens = laid.accounts[i].tokens
    # "The 2031 census" names a census; "in 2031" dates one.
    if not sort or (sort == "year" and (not first or tokens[first - 1].pos not in ("ADP", "SCONJ"))):
        return
    verb = _governor(laid, i, first)
    if sort == "weekday" and verb is not None and tokens[verb].lemma.lower() in SAYING:
        sort = "said"
    frame = "" if verb is None else key_of(tokens, verb) or ""
    yield Slot(line, first, last, mention.span, sort, value, shown, frame)


def _read(shown: str, when: When) -> tuple[str, object]:
    """What sort of time it is, and its value among those of the sort; ("", None) if not compared.

    A weekday's value is a set of days of the week, a day's (month, day).
    """
    day = DAY.search(shown)
    if when.grain == "minute":
        return ("hour", when.start[11:16]) if when.start and len(when.start) > 10 else ("", None)
    if day:
        month, number = (day.group(1), day.group(2)) if day.group(1) else (day.group(4), day.group(3))
        return "day", (MONTHS.index(month[:3].lower()) + 1, int(number))
    if when.grain == "weekend":
        return "weekday", WEEKEND
    if when.weekday is not None and DAYS[when.weekday].lower()[:3] in shown.lower():
        return "weekday", frozenset({when.weekday})
    if when.grain == "year" and YEAR.fullmatch(shown.strip()):
        return "year", shown.strip()
    return "", None


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
        return bool(a.value & b.value) or _weeks_apart(laid, a, b)
    return _equal(a, b)


def _weeks_apart(laid: Sheet, a: Slot, b: Slot) -> bool:
    """Accounts published long after one another may speak of two weeks."""
    days = []
    for slot in (a, b):
        try:
            days.append(date.fromisoformat((laid.accounts[slot.line.account].witness.published or "")[:10]))
        except ValueError:
            return False
    return abs((days[0] - days[1]).days) > LONGEST


def _finding(laid: Sheet, match: Match) -> Finding:
    a, b = match.a, match.b
    told = " against ".join(f"{_plainly(s)} (“{clause(laid, s)}”)" for s in (a, b))
    says = f"The {'time' if a.sort == 'hour' else 'date'} differs: {told}."
    sides = tuple((s.span, _normal(s)) for s in (a, b, *match.more))
    return Finding("date", sides, says, _innocent(laid, a, b), min(0.95, 0.3 + match.score), match.point)


def _plainly(slot: Slot) -> str:
    """The day of the week by its name, any other time as written."""
    return _normal(slot) if slot.sort in ("weekday", "said") else slot.shown


def _normal(slot: Slot) -> str:
    if slot.sort in ("weekday", "said"):
        return "weekend" if slot.value == WEEKEND else DAYS[min(slot.value)]
    return "{:02}-{:02}".format(*slot.value) if slot.sort == "day" else str(slot.value)


def _innocent(laid: Sheet, a: Slot, b: Slot) -> str | None:
    if not any(_zoned(laid, s) for s in (a, b)):
        return None
    if a.sort == "hour":
        return "time zones: at least one account names its zone"
    return "the date line: the day may differ with the zone"


def _zoned(laid: Sheet, slot: Slot) -> bool:
    tokens = laid.accounts[slot.line.account].tokens
    around = tokens[slot.first : min(slot.line.sentence.last, slot.last + 3)]
    return any(t.text.lower().strip(".") in ZONES for t in around)
