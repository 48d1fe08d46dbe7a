"""Times in news English, resolved to intervals against publication.

Reads dates, months, years, weekdays, weekends, parts of the day, clock times and phrases such
as "last week" or "two days ago". Does not read durations (see ``quantities``) or vague words
("recently"). Without a date of publication, weekdays and days of a year lean on the first full
date in the account; what cannot be placed keeps its weekday and grain. Invariant: intervals
are half-open and start before they end.

Grains besides those of ``When``: quarter, season, decade.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ..model import Annotated, Sentence, When
from .ahead import looks_ahead, token_at
from .numerals import WORDS, value

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PARTS = {
    "morning": (5, 12),
    "afternoon": (12, 18),
    "evening": (17, 24),
    "night": (18, 30),
    "lunchtime": (11, 14),
}
SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9, "winter": 12}
STEPS = {"day": 1, "week": 7, "fortnight": 14}

_DAY = r"(?P<day>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
_PART = r"(?P<part>morning|afternoon|evening|night|lunchtime)"
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_NUMBER = (
    rf"(?P<n>\d{{1,3}}|an?|{'|'.join(sorted(WORDS, key=lambda w: (-len(w), w)))}|several|a few|a couple of)"
)
_EDGE = r"(?:[Ee]arl(?:y|ier)|[Ll]ate[r]?|[Mm]id(?:-|dle of )?)"
_WHICH = (
    r"(?P<which>[Ll]ast|[Nn]ext|[Tt]his(?: past| coming)?|that"
    r"|(?:[Tt]he )?(?:past|coming|previous|following|current))"
)
_UNIT = r"(?P<unit>week(?:end)?|month|year|quarter|decade|century|spring|summer|fall|autumn|winter)"
_MERIDIEM = r"(?:[ap]\.m\.|[ap]m|AM|PM)"
_ZONE = r"(?: (?:GMT|UTC|BST|CET|CEST|E[SD]?T|C[SD]T|M[SD]T|P[SD]?T|IST|JST|local(?: time)?|hours))?"


CLOCK = re.compile(rf"(?P<h>\d{{1,2}})(?P<min>)? ?(?P<half>{_MERIDIEM})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day that relative times count from: ``how`` is "published", "event" or "unresolved"."""

    day: date | None
    how: str

    @property
    def told(self) -> str:
        """For ``When.how``."""
        return f"{self.how} {self.day.isoformat()}" if self.day else "unresolved"


@dataclass(slots=True)
class Context:
    """What a rule may look at: the anchor, the last day spoken of, whether the verb looks ahead."""

    anchor: Anchor
    last: date | None
    ahead: bool


Rule = Callable[[re.Match[str], Context], When | None]


# -- intervals --


def _days(start: date, count: int, grain: str, how: str, weekday: int | None = None) -> When:
    return When(start.isoformat(), (start + timedelta(count)).isoformat(), grain, how, weekday)


def _on(day: date, how: str) -> When:
    return _days(day, 1, "day", how, day.weekday())


def _months(year: int, month: int, count: int, grain: str, how: str) -> When | None:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    last = month - 1 + count
    if not 1 <= year <= 9900:
        return None
    return When(
        date(year, month, 1).isoformat(), date(year + last // 12, last % 12 + 1, 1).isoformat(), grain, how
    )


def _clocked(start: datetime, end: datetime, grain: str, how: str) -> When:
    return When(
        start.isoformat(timespec="minutes"), end.isoformat(timespec="minutes"), grain, how, start.weekday()
    )


def _part(day: date, part: str, how: str) -> When:
    low, high = PARTS[part]
    start = datetime(day.year, day.month, day.day)
    return _clocked(start + timedelta(hours=low), start + timedelta(hours=high), "part", how)


def _none(grain: str, weekday: int | None = None) -> When:
    return When(None, None, grain, "unresolved", weekday)


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (2000 if int(digits) < 50 else 1900)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# -- rules --


def _iso(m: re.Match[str], at: Context) -> When | None:
    day = _date(int(m["y"]), int(m["m"]), int(m["d"]))
    return _on(day, "stated") if day else None


def _slashed(m: re.Match[str], at: Context) -> When | None:
    a, b = int(m["a"]), int(m["b"])
    month, day = (b, a) if a > 12 else (a, b)
    found = _date(_year(m["y"]), month, day)
    return _on(found, "stated") if found else None


def _month_number(m: re.Match[str]) -> int:
    return MONTHS.index(m["month"][:3].lower()) + 1


def _dated(m: re.Match[str], at: Context) -> When | None:
    """A day of a month, with or without the year."""
    month, number = _month_number(m), int(m["d"])
    if m["y"]:
        day = _date(int(m["y"]), month, number)
        return _on(day, "stated") if day else None
    if not at.anchor.day:
        return _none("day") if _date(2024, month, number) else None
    day = _nearest(month, number, at)
    if day and m.groupdict().get("d2"):
        last = int(m["d2"])
        return _days(day, last - number + 1, "day", at.anchor.told) if number < last < 32 else None
    return _on(day, at.anchor.told) if day else None


def _nearest(month: int, number: int, at: Context) -> date | None:
    """The year that brings a day of the year nearest; a future verb looks ahead."""
    anchor = at.anchor.day
    assert anchor is not None
    days = [d for y in (-1, 0, 1) if (d := _date(anchor.year + y, month, number))]
    ahead = 300 if at.ahead else 150
    good = [d for d in days if d <= anchor + timedelta(ahead)]
    if at.ahead and any(d >= anchor for d in good):
        return min(d for d in good if d >= anchor)
    return max(good, default=None)


def _month(m: re.Match[str], at: Context) -> When | None:
    month, which = _month_number(m), (m.groupdict().get("which") or "").lower()
    if m["y"]:
        return _months(int(m["y"]), month, 1, "month", "stated")
    anchor = at.anchor.day
    if not anchor:
        return _none("month")
    year = anchor.year
    ahead = which == "next" or (at.ahead and which != "last")
    if ahead and month < anchor.month and "this" not in which:
        year += 1
    if not ahead and "this" not in which and month >= anchor.month + (which != "last"):
        year -= 1
    return _months(year, month, 1, "month", at.anchor.told)


def _plain_year(m: re.Match[str], at: Context) -> When | None:
    return _months(int(m["y"]), 1, 12, "year", "stated")


def _decade(m: re.Match[str], at: Context) -> When | None:
    start = int(m["y"]) if len(m["y"]) == 4 else 1900 + int(m["y"])
    return _months(start, 1, 120, "decade", "stated")


def _weekday(m: re.Match[str], at: Context) -> When | None:
    weekday, which = DAYS.index(m["day"].lower()), (m["which"] or "").lower()
    day = _weekday_date(weekday, which, at)
    if not day:
        return _none("part" if m["part"] else "day", weekday)
    return _part(day, m["part"], at.anchor.told) if m["part"] else _on(day, at.anchor.told)


def _weekday_date(weekday: int, which: str, at: Context) -> date | None:
    """The last such day up to the anchor; the next where the verb or "next" looks ahead."""
    anchor = at.anchor.day
    if not anchor:
        return None
    back = (anchor.weekday() - weekday) % 7
    if at.anchor.how == "event":
        return anchor - timedelta(back if back <= 3 else back - 7)
    if which in {"next", "this coming", "coming", "following"} or (at.ahead and not which) or which == "this":
        return anchor + timedelta((7 - back) % 7 or (7 if which == "next" else 0))
    return anchor - timedelta(back or (7 if which == "last" else 0))


def _named_day(m: re.Match[str], at: Context) -> When | None:
    """Yesterday, today, tonight, tomorrow, last night, this morning."""
    word, part = m["word"].lower(), m.groupdict().get("part")
    grain = "part" if part or word in {"tonight", "last night", "overnight"} else "day"
    if not at.anchor.day or at.anchor.how != "published":
        return _none(grain)
    shift = {"yesterday": -1, "tomorrow": 1, "last night": -1}.get(word, 0)
    day = at.anchor.day + timedelta(shift)
    if word in {"tonight", "last night"}:
        part = "night"
    return _part(day, part, at.anchor.told) if part else _on(day, at.anchor.told)


def _which_unit(m: re.Match[str], at: Context) -> When | None:
    """ "last week", "next year", "this month", "the past decade"."""
    unit, which = m["unit"].lower(), m["which"].lower().removeprefix("the ")
    anchor = at.anchor.day
    grain = "season" if unit in SEASONS else unit
    if not anchor or at.anchor.how != "published" or which == "that":
        return _none(grain)
    step = {"last": -1, "past": -1, "this past": -1, "previous": -1}.get(which, 0)
    step = 1 if which in {"next", "coming", "this coming", "following"} else step
    return _shifted(anchor, unit, step, at)


def _shifted(anchor: date, unit: str, step: int, at: Context) -> When | None:
    """The calendar unit that holds the anchor, moved by ``step`` units."""
    told = at.anchor.told
    if unit == "week":
        return _days(anchor - timedelta(anchor.weekday() - 7 * step), 7, "week", told)
    if unit == "weekend":
        saturday = anchor + timedelta(5 - anchor.weekday() + 7 * step)
        early = step == 0 and not at.ahead and anchor.weekday() < 3  # "this weekend" said on a Monday
        return _days(saturday - timedelta(7 * early), 2, "weekend", told)
    if unit in SEASONS:
        return _season(anchor, SEASONS[unit], step, told)
    starts = {
        "month": (anchor.year, anchor.month + step, 1),
        "quarter": (anchor.year, (anchor.month - 1) // 3 * 3 + 1 + 3 * step, 3),
        "year": (anchor.year + step, 1, 12),
        "decade": (anchor.year // 10 * 10 + 10 * step, 1, 120),
    }
    return _months(*starts[unit], unit, told) if unit in starts else None


def _season(anchor: date, month: int, step: int, told: str) -> When | None:
    year = anchor.year
    if step < 0 and date(year, month, 1) + timedelta(80) > anchor:
        year -= 1
    if step > 0 and date(year, month, 1) <= anchor:
        year += 1
    return _months(year, month, 3, "season", told)


def _weekend(m: re.Match[str], at: Context) -> When | None:
    anchor = at.anchor.day
    if not anchor:
        return _none("weekend")
    if at.anchor.how == "event":
        return _days(anchor - timedelta((anchor.weekday() - 5) % 7), 2, "weekend", at.anchor.told)
    back = (anchor.weekday() - 5) % 7
    saturday = anchor + timedelta(7 - back) if at.ahead and back > 1 else anchor - timedelta(back)
    return _days(saturday, 2, "weekend", at.anchor.told)


def _ago(m: re.Match[str], at: Context) -> When | None:
    """ "two days ago", "a year earlier", "three weeks later"."""
    unit, word = m["unit"].lower(), m["dir"].lower()
    anchor = at.anchor.day if word in {"ago", "from now"} else at.last
    if unit == "year" and at.anchor.how == "published":
        anchor = at.anchor.day  # "up from 30 a year earlier": than now
    grain = "day" if unit in STEPS and unit != "week" else unit
    if word == "ago" and at.anchor.how != "published":
        anchor = None
    count = value(m["n"])
    if not anchor or count is None:
        return _none(grain)
    back = -1 if word in {"ago", "earlier", "before"} else 1
    told = at.anchor.told if word in {"ago", "from now"} else f"event {anchor.isoformat()}"
    steps = int(count) * back
    if abs(steps) > 5000:
        return None
    if unit in {"month", "year", "decade"}:
        moved = _shifted(anchor, unit, steps, at)
        return replace(moved, how=told) if moved else None
    if unit == "week":
        day = anchor + timedelta(7 * steps)
        return _days(day - timedelta(day.weekday()), 7, "week", told)
    return _on(anchor + timedelta(STEPS[unit] * steps), told)


def _that_day(m: re.Match[str], at: Context) -> When | None:
    """ "the same day", "the next day", "the day before": counted from the last day spoken of."""
    if not at.last:
        return _none("day")
    words = m.group().lower()
    step = -1 if "before" in words or "previous" in words else 0 if "same" in words or "that" in words else 1
    return _on(at.last + timedelta(step), f"event {at.last.isoformat()}")


def _clock(m: re.Match[str], at: Context) -> When | None:
    """A time of day, on the last day spoken of, else the anchor's."""
    hour, minute = int(m["h"]), int(m["min"] or 0)
    half = (m["half"] or "").lower()[:1]
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    day = at.last or at.anchor.day
    if not day:
        return _none("minute")
    start = datetime(day.year, day.month, day.day, hour, minute)
    told = f"event {day.isoformat()}" if at.last else at.anchor.told
    return _clocked(start, start + timedelta(minutes=1), "minute", told)


def _noon(m: re.Match[str], at: Context) -> When | None:
    match = CLOCK.fullmatch("12 pm" if m["noon"].lower() == "noon" else "12 am")
    return _clock(match, at) if match else None


def _quarter(m: re.Match[str], at: Context) -> When | None:
    number = {"first": 1, "second": 2, "third": 3, "fourth": 4}[m["q"].lower()]
    anchor = at.anchor.day
    year = int(m["y"]) if m["y"] else None
    if year is None and (not anchor or at.anchor.how != "published"):
        return _none("quarter")
    if year is None and anchor:
        year = anchor.year - (3 * number - 2 > anchor.month and not at.ahead)
    return _months(year or 1, 3 * number - 2, 3, "quarter", "stated" if m["y"] else at.anchor.told)


RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"\b(?P<y>[12]\d{3})-(?P<m>\d\d)-(?P<d>\d\d)\b", _iso),
        (r"\b(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}|\d\d)\b", _slashed),
        (
            rf"\b{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:-|–| to )(?P<d2>\d{{1,2}}))?\b"
            r"(?!:\d|,\d{3}\b)(?:,? (?P<y>[12]\d{3})\b)?",
            _dated,
        ),
        (rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? (?P<y>[12]\d{{3}}))?\b", _dated),
        (rf"\b(?:{_EDGE}[ -])?(?:in )?{_MONTH},?(?: of)? (?P<y>[12]\d{{3}})\b", _month),
        (
            rf"\b(?:{_EDGE} )?(?P<which>[Ll]ast|[Nn]ext|[Tt]his|[Ss]ince|[Ii]n|[Uu]ntil|[Bb]y|[Dd]uring"
            rf"|[Ff]rom|[Oo]f|[Ll]ate|[Ee]arly|[Mm]id-?) ?{_MONTH}(?P<y>)\b(?! \d)",
            _month,
        ),
        (
            rf"\b(?:{_EDGE} )?(?:(?P<which>[Ll]ast|[Nn]ext|[Tt]his(?: coming| past)?|[Cc]oming) )?"
            rf"{_DAY}(?! ?['’]?s\b(?! \w))(?: {_PART})?\b",
            _weekday,
        ),
        (rf"\b(?P<h>\d{{1,2}})(?:[:.](?P<min>\d\d))? ?(?P<half>{_MERIDIEM}){_ZONE}(?!\w)", _clock),
        (rf"\b(?P<h>\d{{1,2}}):(?P<min>\d\d)\b(?P<half>){_ZONE}", _clock),
        (r"\b(?P<noon>[Nn]oon|[Mm]idnight)\b(?! (?:curfew|deadline|oil|blue))", _noon),
        (rf"\b(?:{_EDGE} )?(?P<word>[Yy]esterday|[Tt]oday|[Tt]omorrow)(?: {_PART})?\b", _named_day),
        (r"\b(?P<word>[Tt]onight|[Ll]ast night|[Oo]vernight)\b(?P<part>)", _named_day),
        (rf"\b(?P<word>[Tt]his) {_PART}\b", _named_day),
        (rf"\b(?:{_EDGE} )?{_WHICH} {_UNIT}\b(?!-)", _which_unit),
        (rf"\b(?:{_EDGE} )?[Tt]he (?P<unit>weekend)\b", _weekend),
        (
            rf"\b{_NUMBER} (?P<unit>day|week|fortnight|month|year|decade)s?"
            r" (?P<dir>ago|earlier|later|from now|before)\b",
            _ago,
        ),
        (
            r"\b(?:the|that) (?:same|next|following|previous) day\b|\bthe day (?:before|after)\b"
            r"|\bthat (?:same )?day\b",
            _that_day,
        ),
        (
            r"\b(?:the )?(?P<q>first|second|third|fourth)[ -]quarter\b(?: (?:of )?(?P<y>[12]\d{3})\b)?",
            _quarter,
        ),
        (r"(?<![\w$£€.,/-])(?:the )?(?:(?:early|late|mid)[ -])?(?P<y>[12]\d\d0)['’]?s\b", _decade),
        (r"(?<![\w])['’](?P<y>[2-9]0)s\b", _decade),
        (r"(?<![\w$£€.,/:#-])(?P<y>(?:1[5-9]|20)\d\d)(?![\w:%-]|[,.]\d)", _plain_year),
    )
)
HINT = re.compile(
    r"\d|day\b|days\b|oon\b|night|ight\b|month|year|week|decade|quarter|century|"
    r"[Tt]omorrow|morning|evening|spring|summer|fall\b|autumn|winter|"
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
"""Something of every time there is: a sentence without it has none."""
GAP = re.compile(r",? (?:on |at )?|, ")


@dataclass(slots=True)
class Found:
    """A time in the text."""

    start: int
    end: int
    when: When


def find(account: Annotated) -> Iterator[tuple[int, int, When]]:
    """Yield ``(start, end, when)`` of every time in text order."""
    anchor = anchor_of(account)
    last: date | None = None
    event: date | None = None
    paragraph = -1
    for sentence in account.sentences:
        if sentence.paragraph != paragraph and _comes(last, anchor):
            last = event  # "… will report by 14 November. ¶ Buses run from noon": noon of the day told of
        paragraph = sentence.paragraph
        found = _in_sentence(account, sentence, anchor, last)
        for item in _merged(account.witness.text, found):
            if item.when.start and item.when.grain in {"day", "part", "minute"}:
                last = date.fromisoformat(item.when.start[:10])
                event = event or (None if _comes(last, anchor) else last)
            yield item.start, item.end, item.when


def _comes(day: date | None, anchor: Anchor) -> bool:
    """Whether a day lies after publication."""
    return bool(day and anchor.day and anchor.how == "published" and day > anchor.day)


def anchor_of(account: Annotated) -> Anchor:
    """The day of publication, else the first full date in the account, else none."""
    published = account.witness.published
    if published:
        try:
            return Anchor(date.fromisoformat(published[:10]), "published")
        except ValueError:
            pass
    at = Context(Anchor(None, "unresolved"), None, False)
    text = account.witness.text
    for pattern, rule in (RULES[0], RULES[2], RULES[3]):
        for sentence in account.sentences[:40]:
            for m in pattern.finditer(text, sentence.start, sentence.end):
                when = rule(m, at)
                if when and when.start:
                    return Anchor(date.fromisoformat(when.start), "event")
    return Anchor(None, "unresolved")


def _in_sentence(account: Annotated, sentence: Sentence, anchor: Anchor, last: date | None) -> list[Found]:
    text, found = account.witness.text, list[Found]()
    if not HINT.search(text, sentence.start, sentence.end):
        return found
    for pattern, rule in RULES:
        for m in pattern.finditer(text, sentence.start, sentence.end):
            if any(m.start() < f.end and f.start < m.end() for f in found):
                continue
            if rule is _plain_year and not _is_year(account, sentence, m):
                continue
            if rule is _clock and m.end() - m.start() == sentence.end - sentence.start:
                continue  # "03:24" on a line of its own: how long a film runs
            at = Context(
                anchor, last, looks_ahead(account, sentence, m.start("day" if "day" in m.groupdict() else 0))
            )
            when = rule(m, at)
            if when:
                start = _opening(m, rule)
                found.append(Found(start, m.end(), when))
    return sorted(found, key=lambda f: f.start)


def _opening(m: re.Match[str], rule: Rule) -> int:
    """A month's preposition is no part of it: "in March"."""
    groups = m.groupdict()
    which = groups.get("which") or ""
    if rule is _month and which.lower() in {"since", "in", "until", "by", "during", "from", "of"}:
        return m.start("month")
    return m.start()


def _is_year(account: Annotated, sentence: Sentence, m: re.Match[str]) -> bool:
    """Four digits alone: a date to the parser, or after a preposition and no count of things."""
    index = token_at(account, sentence, m.start())
    token = account.tokens[index]
    then = account.tokens[index + 1] if index + 1 < sentence.last else None
    before = account.tokens[index - 1].text.lower() if index > sentence.first else ""
    if before in {"flight", "no.", "number", "route", "highway", "room", "model", "page"}:
        return False
    if token.ent == "DATE":
        return True
    counts = then is not None and then.tag == "NNS"
    return not counts and before in {
        "in",
        "since",
        "by",
        "until",
        "from",
        "of",
        "during",
        "for",
        "the",
        "to",
        "and",
    }


def _merged(text: str, found: list[Found]) -> list[Found]:
    """Join "Monday, Aug. 16" and "5:20 p.m. on Monday" into one time each."""
    out: list[Found] = []
    for item in found:
        if out and GAP.fullmatch(text[out[-1].end : item.start]):
            joined = _joined(out[-1], item)
            if joined:
                out[-1] = joined
                continue
        out.append(item)
    return out


def _joined(a: Found, b: Found) -> Found | None:
    x, y = a.when, b.when
    if (
        x.grain == y.grain == "day"
        and x.weekday is not None
        and (y.weekday is None or y.weekday == x.weekday)
    ):
        return Found(a.start, b.end, y if y.start else replace(y, weekday=x.weekday))
    clock, day = (x, y) if x.grain == "minute" else (y, x)
    if clock.grain == "minute" and day.grain in {"day", "part"}:
        if not (clock.start and day.start and clock.end):
            return Found(a.start, b.end, _none("minute", day.weekday))
        base = day.start[:10]
        end = base if clock.end[11:] != "00:00" else (date.fromisoformat(base) + timedelta(1)).isoformat()
        return Found(
            a.start,
            b.end,
            When(base + clock.start[10:], end + clock.end[10:], "minute", day.how, day.weekday),
        )
    return None
