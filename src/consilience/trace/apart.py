"""Origins that are shown to be apart: two groups of accounts that each report of their own at a point.

A cue of first-hand reporting counts only where it stands at the point itself, was copied from nobody and
tells of no occasion that many reporters share. Two such reportings are apart where they cannot be one:

- A reporter who saw it is an origin of his own; so is a private person, named, who told a reporter.
- Two people who told two reporters are two only if both are named and not both hold an office: a "fisherman"
  may be one and the same, and two officers of a force speak from one report.
- Who was shown a paper or a video saw what others can be shown: two such are one.
- What was said before many (a briefing, a pool, a press tour, a broadcast, a court) is nobody's own.
- Nothing at all may connect the accounts: no ancestor in the stemma, and near the point no common words and
  no common credit.

Two bodies or agencies credited by name for one fact (the police and the hospital) are *not* shown to be
apart: each commonly has it from the other, and both from one call. Does not judge whether a cue is true.

Invariant: ``shown`` gives no or at least two reportings, of different groups, any two of them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..model import Annotated, Role, Span
from .credits import outlet_key
from .firsthand import firsthand
from .ties import Case, paragraph, sentence_at

BEFORE_MANY = re.compile(
    r"\b(?:pool (?:report|reporter|notes?|photograph\w+)|press (?:pool|tour|conference|briefing|trip|call)|"
    r"(?:news|media) (?:conference|tour)|briefings?|told (?:the )?(?:reporters|journalists|press|media)|"
    r"(?:group|crowd|handful) of (?:reporters|journalists)|(?:gathered|assembled) (?:reporters|journalists)|"
    r"live ?stream\w*|broadcast|televised|on (?:live )?television|on TV|hearing|in court|trial|rally)\b",
    re.IGNORECASE,
)
"""Occasions that many reporters share: what is seen or said there is no one's own."""
PAPER = re.compile(
    r"\b(?:videos?|footage|recordings?|documents?|papers?|letters?|e-?mails?|memos?|reports?|files?|filings?|"
    r"copy|copies|transcripts?|photographs?|photos?|images?|pictures?|messages?|statements?|texts?|records?)\b",
    re.IGNORECASE,
)
"""What may be shown to more than one reporter."""
SAW = re.compile(
    r"\b(?:saw|seen|see|watched|heard?|witness(?:ed)?|counted|observed|visited|stood|walked|smell|make out|"
    r"reached the|arrived|w(?:as|ere) (?:there|standing))\b",
    re.IGNORECASE,
)
HANDED = re.compile(r"\b(?:obtained|reviewed|verified|viewed|shown|read|examined)\b", re.IGNORECASE)
THAT_IT = re.compile(r"^[^.]{0,30}? (?:that|how) (?:it|they|she|he|this|these)\b", re.IGNORECASE)
RANK = {"saw": 0, "told": 1, "handed": 2}


@dataclass(frozen=True)
class Own:
    """One group's own reporting at a point.

    ``how`` is saw, told or handed; ``teller`` is the key of the named person who told it, ``office`` says
    that this person holds one.
    """

    account: int
    how: str
    teller: str | None = None
    name: str = ""
    office: bool = False

    def says(self, case: Case) -> str:
        """The clause that names it."""
        label = case.story.label(self.account)
        if self.how == "told":
            return f"{self.name or 'somebody'} told {label}"
        return f"{label} {'saw it for itself' if self.how == 'saw' else 'was shown papers'}"


def each(case: Case) -> list[Own]:
    """For each group that shows reporting of its own its clearest: seen before told, told before handed."""
    out = []
    for group in case.groups:
        found = [own for n in group for own in _own(case, n, group)]
        found.sort(key=lambda o: (RANK[o.how], o.teller is None, o.office, o.account, o.name))
        out += found[:1]
    return out


def shown(case: Case) -> list[Own]:
    """Reportings of different groups that are shown to be apart from one another."""
    out: list[Own] = []
    for own in each(case):
        if all(_two(own, other) and not _connected(case, own.account, other.account) for other in out):
            out.append(own)
    return out if len(out) > 1 else []


def told(case: Case, n: int) -> bool:
    """Whether an account shows at the point that somebody told its own reporter."""
    return any(own.how == "told" for own in _own(case, n, ()))


def _two(a: Own, b: Own) -> bool:
    """Whether two reportings cannot be one and the same.

    >>> _two(Own(0, "saw"), Own(1, "told")), _two(Own(0, "told", "p1"), Own(1, "told"))
    (True, False)
    """
    if "saw" in (a.how, b.how):
        return True
    if "handed" in (a.how, b.how) or not (a.teller and b.teller):
        return False
    return a.teller != b.teller and not (a.office and b.office)


def _connected(case: Case, a: int, b: int) -> bool:
    """Whether anything connects two accounts: an ancestor, or words, outlets or credits near the point."""
    story = case.story
    if story.up(a) & story.up(b):
        return True
    near = {n: [paragraph(story.accounts[n], s) for s in case.held[n]] for n in (a, b)}
    if story.sharers(near[a]) >> b & 1 or story.sharers(near[b]) >> a & 1:
        return True
    names = [
        {outlet_key(c.name) for c in story.credits.get(n, ()) if any(c.scope.overlap(s) for s in near[n])}
        | {story.outlets[n]}
        for n in (a, b)
    ]
    return bool(names[0] & names[1] - {""})


# -- cues --


def cues(case: Case, n: int, group: Sequence[int] = ()) -> list[Span]:
    """First-hand cues of an account at the point that it has from no account outside its group."""
    story = case.story
    account = story.accounts[n]
    found = firsthand(account, case.held[n], credits=story.credits.get(n, ()))
    found = [c for c in found if any(_at(account, c, s) for s in case.held[n]) and not _many(account, c)]
    own = story.below(account.witness.id) | sum(1 << m for m in group)
    return [c for c in found if not story.sharers([c]) & ~own]


def _many(account: Annotated, cue: Span) -> bool:
    """Whether the paragraph of a cue tells of an occasion that many reporters share."""
    return bool(BEFORE_MANY.search(paragraph(account, cue).of(account.witness.text)))


def _at(account: Annotated, cue: Span, reading: Span) -> bool:
    """Whether a cue speaks of a reading: in its sentence, or in the one beside it and plainly of the same.

    Of the same is one that shares a word of five letters or more, one that goes on with "that it …",
    and one by which the reporter stood there.
    """
    text = account.witness.text
    mine, its = sentence_at(account, cue), sentence_at(account, reading)
    if mine.overlap(reading) or its.overlap(cue):
        return True
    between = text[min(mine.end, its.end) : max(mine.start, its.start)]
    if between.strip() or "\n" in between:
        return False
    common = _long(mine.of(text)) & _long(reading.of(text))
    return bool(common or SAW.search(cue.of(text)) or THAT_IT.match(text[cue.end : mine.end]))


def _long(words: str) -> set[str]:
    return {w[:6].casefold() for w in re.findall(r"[^\W\d_]{5,}", words)}


def _own(case: Case, n: int, group: Sequence[int]) -> list[Own]:
    """What an account shows at the point of having seen, been told or been shown it."""
    account = case.story.accounts[n]
    out = []
    for cue in cues(case, n, group):
        sentence = sentence_at(account, cue)
        said, around = cue.of(account.witness.text), sentence.of(account.witness.text)
        if HANDED.search(said) or (SAW.search(said) and PAPER.search(around)):
            out.append(Own(n, "handed"))
        elif SAW.search(said):
            out.append(Own(n, "saw"))
        else:
            out.append(_told(account, n, sentence))
    return out


def _told(account: Annotated, n: int, sentence: Span) -> Own:
    """Who told it: the named person who speaks in the sentence of the cue."""
    for said in account.statements:
        who = said.speaker
        if who and who.key and who.kind in ("person", "") and any(sentence.overlap(c) for c in said.cue):
            office = any(isinstance(m.value, Role) and m.value.holder == who.key for m in account.mentions)
            return Own(n, "told", who.key, who.name, office)
    return Own(n, "told")
