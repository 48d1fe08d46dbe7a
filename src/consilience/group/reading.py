"""Light reading of a text for grouping: words, names, places, ages, numbers and days by pattern.

No parser: patterns and lexicons only, so that a few hundred accounts are read in a second. What
it finds is evidence for grouping and nothing else; what people are shown comes from ``annotate``.

Invariant: what is found depends on the text, the title and the day of publication alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise

from ..data import lexicon

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
NAME = re.compile(
    r"(?P<start>(?:^|[.!?:;\n“”\"(\[]\s*|\d\)\s*)?)"
    r"(?P<name>[A-Z][^\W_]*(?:['’-][^\W_]+)*(?:\.(?=[A-Z]|\s[A-Z]))?"
    r"(?:[ \u00a0](?:(?:of|the|de|la|bin|al|von|van|del|and|for)[ \u00a0])?"
    r"[A-Z][^\W_]*(?:['’-][^\W_]+)*(?:\.(?=\s[A-Z]))?){0,5})",
    re.MULTILINE,
)
OLD = re.compile(r"(year|month|week)s?[- ]olds?\b")
BEFORE = re.compile(r"(\d{1,3}|[A-Za-z]+(?:-[a-z]+)?)[- ]$")
AGED = re.compile(r"\b(?:aged?|age of) (\d{1,3})\b")
BETWEEN = re.compile(r", (\d{1,3})(?=,|;|\.\s|\)| and| of )")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?(?:[ -](?:million|billion|trillion))?")
MONTHS = {
    name: n
    for n, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1
    )
    for name in names.split()
}  # fmt: skip
WEEKDAYS = {n: k for k, n in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
DAY = re.compile(
    r"\b(?:(?P<week>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
    r"|(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.? "
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b(?:,? (?P<year>(?:19|20)\d\d)\b)?"
    r"|(?P<day2>\d{1,2})(?:st|nd|rd|th)? (?:of )?"
    r"(?P<month2>January|February|March|April|May|June|July"
    r"|August|September|October|November|December)\b(?:,? (?P<year2>(?:19|20)\d\d)\b)?)"
)
UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
SPELT = {word: n for n, word in enumerate(UNITS)} | {
    word: 10 * n for n, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)
}
BACK, AHEAD = 300, 65
"""Days before and after publication among which a day without a year is sought."""


@cache
def stopwords() -> frozenset[str]:
    """Words that do not tell one event from another."""
    return frozenset(row["word"].casefold() for row in lexicon("stopwords"))


@cache
def known_places() -> Mapping[str, str]:
    """Folded names and aliases of places, to the place's folded name."""
    found: dict[str, str] = {}
    for row in lexicon("places"):
        if row["kind"] in ("state", "province", "region", "city", "territory", "nation"):
            for alias in [row["name"], *filter(None, row["aliases"].split(";"))]:
                found.setdefault(alias.casefold(), row["name"].casefold())
    return found


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A word folded, without the endings that plural and possessive give it.

    >>> [stem(w) for w in ("Cities", "mayor's", "houses", "class", "Bus")]
    ['city', 'mayor', 'house', 'class', 'bus']
    """
    low = word.casefold().replace("’", "'")
    if "'" in low:
        low = low.split("'")[0] if low.endswith(("'s", "'")) else low.replace("'", "")
    if len(low) > 4 and low.endswith("ies"):
        return low[:-3] + "y"
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


def spelt(word: str) -> int | None:
    """The number that a word of a text stands for.

    >>> spelt("17"), spelt("twenty-two"), spelt("two"), spelt("many")
    (17, 22, 2, None)
    """
    if word.isdigit():
        return int(word) if len(word) < 10 and word.isascii() else None
    tens, _, ones = word.casefold().partition("-")
    if tens not in SPELT or (ones and ones not in SPELT):
        return None
    return SPELT[tens] + (SPELT[ones] if ones else 0)


def names(text: str, common: Counter[str]) -> Iterator[tuple[int, int, str]]:
    """Runs of capitalised words, as ``(start, end, folded name)``.

    A word that the text also has in lower case is no name where it stands alone or opens a sentence.

    :param common: how often the text has each folded word in lower case.
    """
    for match in NAME.finditer(text):
        parts = match["name"].split()
        start = match.start("name")
        if match["start"]:
            while parts and _plain(parts[0], common):
                start += len(parts[0]) + 1
                parts = parts[1:]
        while parts and parts[0].casefold() in LEADING:
            start += len(parts[0]) + 1
            parts = parts[1:]
        if not parts or (len(parts) == 1 and (_plain(parts[0], common) or len(parts[0]) < 2)):
            continue
        folded = " ".join(stem(part.rstrip(".")) for part in parts)
        if folded not in MONTHS and folded not in WEEKDAYS:
            yield start, match.end(), folded


LEADING = frozenset("the a an in on at but and for by mr mrs ms mr. mrs. ms. i he she it they we".split())


def _plain(word: str, common: Counter[str]) -> bool:
    low = word.casefold()
    return low in stopwords() or stem(word) in stopwords() or common[low] > 0


def places(found: list[tuple[int, int, str]], text: str) -> Counter[str]:
    """Names that the gazetteer has, that stand after "in" or "at", or before ", State"."""
    counts: Counter[str] = Counter()
    known = known_places()
    for n, (start, end, name) in enumerate(found):
        if name in known:
            counts[known[name]] += 1
            continue
        before = n + 1 < len(found) and text[end : found[n + 1][0]] == ", " and found[n + 1][2] in known
        if before or PLACED.search(text, max(0, start - 12), start):
            counts[name] += 1
    return counts


PLACED = re.compile(r"\b(?:in|near|outside|from|to|of|at) (?:the )?$")


def ages(text: str, found: list[tuple[int, int, str]]) -> Counter[str]:
    """Ages ("31"; "14 m" for months), and each with the last name that it stands behind ("31 lee")."""
    counts: Counter[str] = Counter()
    for match in OLD.finditer(text):
        before = BEFORE.search(text, max(0, match.start() - 20), match.start())
        value = spelt(before[1]) if before else None
        if value is not None:
            counts[f"{value}" if match[1] == "year" else f"{value} {match[1][0]}"] += 1
    for match in AGED.finditer(text):
        counts[f"{int(match[1])}"] += 1
    after = {end: name for _, end, name in found}
    for match in BETWEEN.finditer(text):
        name = after.get(match.start())
        if name and int(match[1]) <= 120:
            counts[f"{int(match[1])}"] += 1
            counts[f"{int(match[1])} {name.split()[-1]}"] += 1
    return counts


def numbers(text: str, stems: Sequence[str]) -> Counter[str]:
    """Figures of two digits or more, scaled ones, and small numbers with the word that follows."""
    counts: Counter[str] = Counter()
    for match in NUMBER.finditer(text):
        before = text[match.start() - 1 : match.start()]
        if before.isalnum():
            continue
        value = match[0].replace(",", "").casefold()
        following = (
            WORD.match(text, match.end() + 1) if text[match.end() : match.end() + 1] in (" ", "-") else None
        )
        unit = stem(following[0]) if following else ""
        if unit and unit not in stopwords() and not unit[0].isdigit():
            counts[f"{value} {unit}"] += 1
        if len(value) > 1 and not (len(value) == 4 and value[:2] in ("19", "20")):
            counts[value] += 1
    for word, unit in pairwise(stems):
        if word in SMALL and len(unit) > 2 and unit not in stopwords() and unit.isalpha():
            counts[f"{SPELT[word]} {unit}"] += 1
    return counts


SMALL = frozenset(UNITS[2:])


def days(text: str, published: date | None) -> Counter[int]:
    """Days mentioned, as days since 1970.

    A weekday is the last one up to publication; a day without a year is the nearest one to it.

    >>> found = days("It broke on Sunday; the dam was built on 3 May 1990.", date(2020, 1, 8))
    >>> [str(date.fromordinal(day + EPOCH)) for day in sorted(found)]
    ['1990-05-03', '2020-01-05']
    """
    counts: Counter[int] = Counter()
    for match in DAY.finditer(text):
        if match["week"]:
            if published:
                back = (published.weekday() - WEEKDAYS[match["week"].casefold()]) % 7
                counts[published.toordinal() - back - EPOCH] += 1
            continue
        month = MONTHS[(match["month"] or match["month2"]).casefold()]
        day, year = int(match["day"] or match["day2"]), match["year"] or match["year2"]
        found = _day(int(year) if year else None, month, day, published)
        if found:
            counts[found.toordinal() - EPOCH] += 1
    return counts


EPOCH = date(1970, 1, 1).toordinal()


def _day(year: int | None, month: int, day: int, published: date | None) -> date | None:
    if year:
        return _date(year, month, day)
    if published is None:
        return None
    near = [_date(published.year + step, month, day) for step in (-1, 0, 1)]
    fit = [d for d in near if d and -BACK <= (d - published).days <= AHEAD]
    return min(fit, key=lambda d: abs((d - published).days), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
