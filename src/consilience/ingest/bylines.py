"""Bylines, date lines and datelines: who wrote it, when it was published, where it was filed.

Reads single lines only. A date inside a sentence is the event's and is never taken
for the publication's. Invariant: what is returned stands in the line, word for word;
a day that could be read two ways (05/06/2031) is no date.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from ..data import lexicon

MONTHS = ("january february march april may june july august september october november december").split()
_SMALL = "de|da|di|do|dos|du|la|le|van|von|der|den|ter|bin|bint|ibn|al|el|y|e"
_CAP = r"[^\W\d_a-zß-ÿ]"
_NAME = rf"(?:Dr\.? |Prof\.? )?{_CAP}[\w’'.-]*(?: (?:{_SMALL}|{_CAP}\.|{_CAP}[\w’'-]*)){{1,4}}"
_NAMES = rf"{_NAME}(?:(?:, | & |,? and |,? AND ){_NAME})*"
_BY = "by|written by|reported by|story by|words by|authors?|text by|from"
BYLINE = re.compile(
    rf"(?:(?i:{_BY})(?::\s*|\s+))"
    rf"(?P<names>{_NAMES})(?:\s*(?:[,|•·/–—-]|\b(?:for|in|on|at|from|near)\b).*)?"
)
DESK = re.compile(
    r"by (?:(?:our|staff|the|a) )?(?:[\w-]+ ){0,3}(?:staff|correspondents?|reporters?|desk|editorial board|"
    r"agencies|writers?|newsroom)(?: (?:in|and) .*|\s*[,|·•–—-].*)?",
    re.IGNORECASE,
)
_TITLED = r"(?:[Tt]he )?[A-Z][\w.’'-]*(?: (?:of |the |and |& )?[A-Z][\w.’'-]*){0,4}"
AUTHOR_NOTE = re.compile(
    rf"(?P<name>{_NAME}) (?:is|was) (?:an?|the|our) (?P<role>[\w ,’'-]{{3,60}}?) "
    rf"(?:of|at|for|with) (?P<outlet>{_TITLED})"
)
PRESS_ROLE = re.compile(
    r"\b(?:editor|reporter|writer|correspondent|columnist|journalist|producer|fellow|critic)\b", re.I
)
STAMP = re.compile(
    r"(?:(?:first |last |originally )?(?:published|updated|posted|modified|created|released|date|dated|"
    r"release date|publication date)(?: on| at)?:?\s*)",
    re.IGNORECASE,
)
_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?" if m != "september" else "sept?(?:ember)?" for m in MONTHS)
DATES = (
    re.compile(
        r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"
        r"(?:[T ](?P<t>\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)\s*(?P<z>Z|[+-]\d{2}:?\d{2})?)?"
    ),
    re.compile(rf"(?P<mon>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})", re.IGNORECASE),
    re.compile(
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.? (?:of )?(?P<mon>{_MONTH})\.?,? (?P<y>\d{{4}})", re.IGNORECASE
    ),
    re.compile(r"(?P<y>\d{4})[/.](?P<m>\d{2})[/.](?P<d>\d{2})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日"),
    re.compile(r"(?P<d>1[3-9]|2\d|3[01])[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})"),
    re.compile(r"(?P<m>\d{1,2})/(?P<d>1[3-9]|2\d|3[01])/(?P<y>\d{4})"),
)
# Atomic: "sat" is a day, a time zone and half of another; twenty of them had billions of readings.
_REST = re.compile(
    r"(?>[\s,.|•·()@–—:-]|\d{1,2}[:.]\d{2}(?::\d{2})?|\d{1,2} ?[ap]\.?m\.?|"
    r"(?:no|nr|vol|volume|issue|edition|number)\.? ?\d+|UTC[+-]\d+|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|"
    r"[A-Z]{2,4}T?\b|[ap]\.?m\.?|o[’']clock|h(?:rs)?\b|updated|published|last|first)*",
    re.IGNORECASE,
)
_CAPITALS = r"[A-Z][A-Z.’'-]+(?: [A-Z][A-Z.’'-]*){0,3}"
_PLACE = r"[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,3}(?:, [A-Z][\w.]*(?: [A-Z][\w.]*){0,2})?"
_ON = rf"(?:,\s+(?i:{_MONTH})\.? \d{{1,2}}(?:, \d{{4}})?)?"
_DASH = r"\s*(?:[-–—]{1,2}|:)\s+"
DATELINES = (
    # SEAHAVEN, Oct. 5 (Example News) — … ; the agency in brackets may be any name here
    re.compile(rf"(?P<head>{_CAPITALS}(?:,\s+[A-Z][\w.]*(?: [A-Z][\w.]*){{0,2}})?{_ON}"
               rf"(?:\s*[(（](?P<agency>[A-Z][^()（）\n]{{1,40}})[)）])?){_DASH}"),
    # Seahaven (AP) — … and, without a dash, (AP) The … : a known agency or call letters, then a sentence
    re.compile(rf"(?P<head>(?:{_PLACE}{_ON}\s+)?[(（](?P<known>[A-Z][^()（）\n]{{1,40}})[)）])(?:{_DASH}|\s+)"),
)  # fmt: skip


def byline(text: str) -> tuple[str, ...] | None:
    """Names in a byline, () for a desk without a name, None if the line is no byline.

    >>> byline("By Ann Poe and Raj Lal, The Example Post")
    ('Ann Poe', 'Raj Lal')
    >>> byline("By Monday the ferries had stopped.") is None
    True
    """
    if len(text) > 160 or text.endswith("."):
        return None
    match = BYLINE.fullmatch(text)
    if DESK.fullmatch(text) or not match:
        return () if DESK.fullmatch(text) else None
    names = [n.strip() for n in re.split(r",?\s+(?:and|AND)\s+|\s+&\s+|,\s+", match["names"])]
    if not _is_name(names[0]):
        return None
    others = [n for n in names[1:] if _is_name(n) and not outlet_words() & set(n.casefold().split())]
    return tuple(map(_case, [names[0], *others]))


def _is_name(text: str) -> bool:
    words = [w for w in text.split() if w[:1].isupper() or w.isalpha()]
    caps = [w for w in words if w[:1].isupper()]
    dull = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "the", "a", *MONTHS}
    return len(caps) >= 2 and len(caps) * 2 >= len(words) and words[0].casefold() not in dull


def _case(name: str) -> str:
    """A name printed in capitals in ordinary case."""
    return name.title() if name.isupper() and len(name) > 4 else name


def author_note(text: str) -> tuple[str, str] | None:
    """Author and outlet from "Ann Poe is a reporter at The Example Post", else None.

    >>> author_note("Ann Poe is the harbour reporter of The Example Post, write to her.")
    ('Ann Poe', 'The Example Post')
    """
    match = AUTHOR_NOTE.match(text[:400])
    if not match or not PRESS_ROLE.search(match["role"]):
        return None
    return match["name"], match["outlet"].rstrip(".’'-")


def day(text: str, start: int = 0) -> tuple[str, int, int] | None:
    """The first whole date in a line as ISO, with its place.

    >>> day("Posted 5 May 2031, 10:20")
    ('2031-05-05', 7, 17)
    >>> day("05/06/2031") is None
    True
    """
    hits = [m for m in (p.search(text, start) for p in DATES) if m]
    for match in sorted(hits, key=lambda m: (m.start(), -m.end())):
        part = match.groupdict()
        month = int(part["m"]) if part.get("m") else _month(part["mon"])
        try:
            iso = date(int(part["y"]), month, int(part["d"])).isoformat()
        except ValueError:
            continue
        if part.get("t"):
            iso += f"T{part['t']}{part['z'] or ''}"
        return iso, match.start(), match.end()
    return None


def _month(name: str) -> int:
    return next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name.casefold()[:3]))


def stamp(text: str) -> tuple[str, int, int] | None:
    """The date of a line that gives nothing but a date, "Published" and the like before it.

    >>> stamp("Last updated: May 5, 2031 at 10:20 a.m. GMT")
    ('2031-05-05', 14, 25)
    >>> stamp("On May 5, 2031, the bridge fell.") is None
    True
    """
    if len(text) > 90:
        return None
    lead = STAMP.match(text)
    found = day(text, lead.end() if lead else 0)
    if not found:
        return None
    before, after = text[lead.end() if lead else 0 : found[1]], text[found[2] :]
    if lead and not re.search(r"[a-z]{4,}", re.sub(_REST, "", after), re.IGNORECASE):
        return found
    return found if _REST.fullmatch(before) and _REST.fullmatch(after) else None


def dateline(text: str) -> tuple[int, int] | None:
    """End of the dateline that opens a paragraph, and start of its first sentence.

    >>> dateline("SEAHAVEN (AP) — The bridge fell."), dateline("The bridge fell.")
    ((13, 16), None)
    """
    for pattern in DATELINES:
        match = pattern.match(text[:160])
        if match and match.end() < len(text):
            known = match.groupdict().get("known")
            if known is None or (_files_stories(known, match) and not text[match.end()].islower()):
                return match.end("head"), match.end()
    return None


def _files_stories(name: str, match: re.Match[str]) -> bool:
    """Whether a name in brackets is an agency, or call letters where a dash or nothing else is beside them.

    "Seahaven Union (SU) said" and "Sen. Ann Poe (R-MA)" open no dateline.
    """
    if name.removeprefix("The ").removeprefix("the ") in agencies():
        return True
    alone = match["head"].startswith(("(", "（")) or match.group().rstrip().endswith(("-", "–", "—"))
    return alone and re.fullmatch(r"[A-Z]{2,6}", name) is not None


@cache
def outlet_words() -> frozenset[str]:
    """Words, in lower case, that no person is called in a byline."""
    return frozenset(row["word"].casefold() for row in lexicon("outlet_words"))


@cache
def agencies() -> frozenset[str]:
    """All names of news agencies as they are written, without "the"."""
    names = (n for row in lexicon("agencies") for n in (row["name"], *row["also"].split(";")))
    return frozenset(n.removeprefix("The ") for n in names if n)
