"""Labels the lines of a text: title, standfirst, byline, body, quotation, furniture.

Rules in order, each of which may label lines that no earlier rule has: what the
file itself says, the furniture lexicon, videos, the head of the text, block
quotations, teasers, the tail. What is left is body. Precision of ``boilerplate``
goes before recall: a sentence of the account is never dropped for looking odd.

Does not change the text and reads no metadata but a title that is known already.
Invariant: regions are in text order, do not overlap, and cover every line that
is not blank.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..model import Region
from .bylines import agencies, byline, dateline, stamp
from .lines import BREAK, TOLD, Line, ends, furniture, headline, lines, prose, quotation

Label = tuple[str, str]
Layout = Sequence[tuple[int, int, str, str]]
HEAD = 14
"""Lines at most in which the head of a text is looked for."""
DURATION = "video duration"
LINKS = "heading of links to other stories"
TWICE = "headline printed twice: title of a video or picture"
HEADING = "heading"
WRAPPED = "paragraph of several lines"
POST = re.compile(
    r"^(?:\S+ ){1,6}(?:staff|writer|reporter|correspondent|editor|columnist|bureau|desk)s?$", re.IGNORECASE
)
BULLET = re.compile(r"^\s*(?:[•·▪◦‣*–—-]|\d{1,2}[.)])\s+")
QUOTE_MARK = re.compile(r"[\"“”«»]")
NAME_WORD = re.compile(r"(?:[^\W\d_]\.)+|[^\W\d_][\w.’'/-]*|&")
SMALL = frozenset("of the for and de la le di da du van von der den bin ibn al el to in at on".split())
NOT_NAMES = frozenset(
    "according a an how why what when where who which this these those our your is are".split()
)


@dataclass(slots=True)
class Page:
    """The lines of one text while they are being labelled."""

    lines: list[Line]
    labels: list[Label | None]
    title: str | None = None
    layout: Layout = ()
    english: bool = True
    wrapped: bool = False

    def free(self, n: int) -> bool:
        """Whether line ``n`` exists and has no label yet."""
        return 0 <= n < len(self.lines) and self.labels[n] is None

    def kind(self, n: int) -> str | None:
        """Kind of line ``n`` so far, None for one without a label or beyond the ends."""
        found = self.labels[n] if 0 <= n < len(self.lines) else None
        return found[0] if found else None

    def mark(self, n: int, kind: str, reason: str) -> None:
        """Label a line unless it has a label."""
        if self.labels[n] is None:
            self.labels[n] = (kind, reason)

    def near(self, n: int, step: int) -> int | None:
        """The next line in a direction that is not furniture."""
        n += step
        while 0 <= n < len(self.lines):
            label = self.labels[n]
            if label is None or label[0] not in ("boilerplate", "caption"):
                return n
            n += step
        return None


def label(
    text: str, *, title: str | None = None, layout: Layout = (), english: bool = True, markdown: bool = False
) -> tuple[Region, ...]:
    """Label the lines of a text.

    >>> for r in label("Ferry strike ends\\n\\nBy Ann Poe\\n\\nCrews went back to work on Monday at noon."):
    ...     print(r.kind, "|", r.reason)
    title | headline above the text
    byline | names the author
    body | text

    :param title: the title where metadata state one; it is looked for in the text.
    :param layout: kinds that the file itself states, in text order.
    :param english: whether rules on English headlines may be used.
    :param markdown: whether marks of Markdown are left outside the regions.
    :returns: regions in text order; adjacent lines of one kind and reason are one region.
    """
    found = lines(text, markdown=markdown)
    page = Page(found, [None] * len(found), title, layout, english, _wrapped(found))
    for rule in (_stated, _lexicon, _videos, _head, _quotations, _teasers, _tail, _rest):
        rule(page)
    return _regions(page, text)


def _wrapped(found: Sequence[Line]) -> bool:
    """Whether paragraphs are broken into short lines, so that a line is not a paragraph."""
    runs = [b for a, b in pairwise(found) if not b.gap and not ends(a.text)]
    return sum(line.text[0].islower() for line in runs) * 5 > len(found)


def _stated(page: Page) -> None:
    """Kinds that the file states (an HTML block quotation, a Markdown heading)."""
    at = 0
    for n, line in enumerate(page.lines):
        while at < len(page.layout) and page.layout[at][1] <= line.start:
            at += 1
        if at < len(page.layout) and page.layout[at][0] <= line.start:
            page.mark(n, *page.layout[at][2:])


def _lexicon(page: Page) -> None:
    """Lines that the furniture lexicon knows."""
    for n, line in enumerate(page.lines):
        found = furniture(line)
        if found:
            page.mark(n, *found)


def _videos(page: Page) -> None:
    """The caption lines under a duration, and headline-like lines printed twice running."""
    for n in range(len(page.lines)):
        if page.labels[n] == ("boilerplate", DURATION):
            at = n + 1
            while page.free(at) and at <= n + 2 and _captions(page, n, at):
                page.mark(at, "boilerplate", "title of a video")
                at += 1
        twice = page.free(n) and page.free(n + 1) and page.lines[n].text == page.lines[n + 1].text
        if twice and headline(page.lines[n]):
            page.mark(n, "boilerplate", TWICE)
            page.mark(n + 1, "boilerplate", TWICE)


def _captions(page: Page, duration: int, at: int) -> bool:
    """Whether line ``at`` is the title of the video whose duration is on another line, or its copy."""
    line = page.lines[at]
    same = at + 1 < len(page.lines) and page.lines[at + 1].text == line.text
    again = at > duration + 1 and page.lines[at - 1].text == line.text
    if at == duration + 1:
        return same or (line.words <= 25 and not ends(line.text))
    return again


# -- the head of the text --


def _head(page: Page) -> None:
    """Title, standfirst, byline and furniture above the first paragraph."""
    first = _first_paragraph(page)
    last = min(HEAD, len(page.lines) if first is None else first)
    for n in range(last):
        if page.free(n) and byline(page.lines[n].text) is not None:
            page.mark(n, "byline", "names the author")
        elif page.free(n) and page.kind(n - 1) == "byline" and POST.search(page.lines[n].text):
            page.mark(n, "byline", "names the author's post")
        elif page.free(n) and stamp(page.lines[n].text):
            page.mark(n, "byline", "gives the date")
    where = _title(page, last)
    if where:
        for n in where:
            page.labels[n] = ("title", "the stated title" if page.title else "headline above the text")
    end = where[-1] if where else -1
    _standfirst(page, end, last, first)
    for n in range(last if first is not None else 0):
        words = page.lines[n].text
        above = n < end and re.search(r"\s[·•|]\s", words)
        if page.free(n) and not ends(words) and (page.lines[n].words <= 6 or above):
            page.mark(n, "boilerplate", "label above the text" if n < end else "short line above the text")
        elif page.free(n) and n < end:
            page.mark(n, "standfirst", "summary above the title")


def _first_paragraph(page: Page) -> int | None:
    """Index of the first line of the body: behind a byline, where one stands near the top."""
    if page.wrapped:
        return next((n for n, line in enumerate(page.lines[1:]) if not line.gap), None)
    opens = [n for n, line in enumerate(page.lines[: 4 * HEAD]) if _opens_body(page, n, line)]
    if not opens:
        return None
    for n in range(opens[0] + 1, min(opens[0] + 3, len(page.lines))):
        if opens[0] > 0 and page.free(n) and _imprint(page.lines[n].text):
            return next((later for later in opens if later > n), None)
    return opens[0]


def _imprint(text: str) -> bool:
    return byline(text) is not None or stamp(text) is not None


def _opens_body(page: Page, n: int, line: Line) -> bool:
    return (
        page.labels[n] is None and prose(line) and not BULLET.match(line.text) and byline(line.text) is None
    )


def _fold(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _title(page: Page, last: int) -> list[int]:
    """Indices of the lines of the title: the stated one, else the first headline-like line."""
    free = [n for n in range(last) if page.free(n)]
    if page.title:
        top = [n for n in range(min(HEAD, len(page.lines))) if page.kind(n) in (None, "body")]
        return next(([n] for n in top if _alike(page.title, page.lines[n].text)), [])
    able = [n for n in free if _could_head(page.lines[n])]
    headed = [n for n in range(last) if page.labels[n] == ("body", HEADING)]
    best = headed or [n for n in able if page.lines[n].words >= 4] or able[-1:]
    if not best:
        return []
    n = best[0]
    runs_on = page.free(n + 1) and n + 1 < last and not page.lines[n + 1].gap
    return [n, n + 1] if runs_on and page.lines[n + 1].text[0].islower() else [n]


def _alike(a: str, b: str) -> bool:
    """Whether two titles share seven words in ten: a page's headline is often trimmed in its metadata."""
    want, have = Counter(_fold(a)), Counter(_fold(b))
    return bool(want) and (want & have).total() >= 0.7 * max(want.total(), have.total())


def _could_head(line: Line) -> bool:
    plain = line.text.rstrip("\"'”’» ")
    return (
        3 <= line.words <= 30
        and not plain.endswith((".", ":", ",", ";"))
        and not BULLET.match(line.text)
        and not BREAK.search(line.text)
    )


def _standfirst(page: Page, title: int, last: int, first: int | None) -> None:
    """Lines between title and body that tell the story in short."""
    for n in range(title + 1, last):
        line = page.lines[n]
        if page.free(n) and line.words <= 8 and "," in line.text and names_speaker(line.text):
            page.mark(n, "byline", "names who issued it")
        if page.free(n) and (BULLET.match(line.text) or line.words >= 5 or ends(line.text)):
            page.mark(n, "standfirst", "summary between title and text")
    if title >= 0 and first is not None and page.free(first) and _told_below(page, first):
        page.mark(first, "standfirst", "one sentence under the title that a paragraph below repeats")


def _told_below(page: Page, n: int) -> bool:
    """Whether a short first paragraph is told again in one later paragraph."""
    line = page.lines[n]
    want = {w for w in _fold(line.text) if len(w) > 3}
    if line.words > 35 or len(want) < 5 or line.text.rstrip(".").count(". "):
        return False
    return any(len(want & set(_fold(later.text))) >= 0.75 * len(want) for later in page.lines[n + 1 :])


# -- the body --


def _quotations(page: Page) -> None:
    """Block quotations: a line from mark to mark with its speaker alone on the line beside it."""
    for n, line in enumerate(page.lines):
        after, before = n + 1, n - 1
        last = page.kind(n) == page.kind(before) == "quotation" != page.kind(after)
        if last and names_speaker(line.text):
            page.labels[n] = ("attribution", "names the speaker of the quotation above")
            continue
        if page.kind(n) != "quotation" and not (page.free(n) and quotation(line.text)):
            continue
        if page.free(after) and names_speaker(page.lines[after].text):
            page.mark(n, "quotation", "in quotation marks, its speaker on the next line")
            page.mark(after, "attribution", "names the speaker of the quotation above")
        elif page.free(before) and _introduces(page.lines[before].text):
            page.mark(n, "quotation", "in quotation marks, its speaker on the line before")
            page.mark(before, "attribution", "names the speaker of the quotation below")


def _introduces(text: str) -> bool:
    return text.endswith(":") and names_speaker(text[:-1])


def names_speaker(text: str) -> bool:
    """Whether a line is a name, a role and a name, or a name, a comma and a role.

    >>> names_speaker("Harbour Master Ann Poe"), names_speaker("— Ann Poe, who runs the ferries")
    (True, True)
    >>> names_speaker("A Second Try"), names_speaker("Ann Poe, the mayor, was against it")
    (False, False)
    """
    dashed = text[:1] in "-–—~"
    head, _, role = text.lstrip("-–—~ ").replace(" (", ",").partition(",")
    words = head.split()
    if not (2 if role else 1) <= len(words) <= 9 or len(text) > 120 or ends(text) or text.endswith(":"):
        return False
    if (text.isupper() and len(words) > 3) or QUOTE_MARK.search(role) or TOLD.search(role):
        return False
    named = all(
        NAME_WORD.fullmatch(w) and (w[0].isupper() or w.casefold() in SMALL or w == "&") for w in words
    )
    return named and words[0][0].isupper() and (dashed or words[0].casefold() not in NOT_NAMES)


def _teasers(page: Page) -> None:
    """A headline of another story alone between two paragraphs of the body."""
    spaced = sum(line.gap for line in page.lines) * 2 > len(page.lines)
    if page.wrapped or not page.english:
        return
    for n, line in enumerate(page.lines):
        if not page.free(n) or not headline(line):
            continue
        before, after = page.near(n, -1), page.near(n, 1)
        if before is None or after is None or not all(_paragraph(page, m) for m in (before, after)):
            continue
        if not spaced or (line.gap and page.lines[n + 1].gap):
            page.mark(n, "boilerplate", "headline of another story between two paragraphs")


def _paragraph(page: Page, n: int) -> bool:
    label = page.labels[n]
    return (label is None or label[0] in ("body", "quotation")) and prose(page.lines[n])


def _tail(page: Page) -> None:
    """Furniture after the last paragraph: a byline, a counter, one short line, a list of links.

    A list of short lines stays in the body, whatever it looks like: it may name the dead.
    """
    body = [n for n in range(len(page.lines)) if _paragraph(page, n)]
    if not body or page.wrapped:
        return
    linked = False
    last = len(page.lines) - 1
    for n in range(body[-1] + 1, last + 1):
        line = page.lines[n]
        linked = linked or page.labels[n] == ("boilerplate", LINKS)
        if not page.free(n) or BULLET.match(line.text):
            continue
        if byline(line.text) is not None:
            page.mark(n, "byline", "names the author")
        elif line.text.isdigit():
            page.mark(n, "boilerplate", "counter")
        elif n == last and line.words <= 12 and re.fullmatch(r"[(（\[][^()（）]+[)）\]]\.?", line.text):
            page.mark(n, "byline", "credit in brackets after the text")
        elif line.words <= 8 and _credits_agency(line.text):
            page.mark(n, "byline", "credits an agency after the text")
        elif linked and not ends(line.text) and line.words <= 25:
            page.mark(n, "boilerplate", "link to another story")
        elif n == last and page.labels[n - 1] is None and line.words <= 4 and not ends(line.text):
            page.mark(n, "boilerplate", "short line after the end of the text")


def _credits_agency(text: str) -> bool:
    """Whether a short line names an agency by its proper capitals ("jm/rl (AFP, dpa)")."""
    return any(word in agencies() for word in re.findall(r"\w+", text))


def _rest(page: Page) -> None:
    """What no rule has labelled is the account."""
    for n, line in enumerate(page.lines):
        if line.text.isdigit() and len(line.text) < 7:
            page.mark(n, "boilerplate", "counter")
        elif page.wrapped:
            page.mark(n, "body", WRAPPED)
        elif line.words <= 12 and not ends(line.text) and not BULLET.match(line.text):
            page.mark(n, "body", "subheading" if line.words <= 8 else "text without a full stop")
        else:
            page.mark(n, "body", "text")


def _regions(page: Page, text: str) -> tuple[Region, ...]:
    """Regions from labels; a dateline is cut off the first paragraph.

    Lines of one label are one region; where lines are wrapped, a paragraph is.
    """
    out: list[Region] = []
    opened = False
    wrapped = page.wrapped
    for line, (kind, reason) in zip(page.lines, map(_sure, page.labels), strict=True):
        start = line.start
        if kind == "body" and not opened and (prose(line) or wrapped):
            opened = True
            cut = dateline(line.text)
            if cut:
                why = "place or agency before the first sentence"
                out.append(Region(start, start + cut[0], "dateline", why))
                start += cut[1]
        before = out[-1] if out else None
        same = before is not None and (before.kind, before.reason) == (kind, reason)
        if before and same and not text[before.end : start].strip() and not (wrapped and line.gap):
            out[-1] = Region(before.start, line.end, kind, reason)
        else:
            out.append(Region(start, line.end, kind, reason))
    return tuple(out)


def _sure(found: Label | None) -> Label:
    return found or ("body", "text")
