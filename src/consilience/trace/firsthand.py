"""Reporting of one's own: where an account shows that its reporter was there, or was told.

Reads wordings of the lexicon ``firsthand`` where the account itself speaks: outside quotations (also
those that run over paragraphs, and single ones), captions, furniture and the lines of a transcript; an
"I" or "we" counts only where no speaker is being reported. "Told reporters" is nobody's own: all who
stood there have it. Does not judge whether a cue is true, nor, by itself, whether it was copied: a
cue that stands in a passage shared with another account, or under a credit, is left out where
these are given.

Invariant: every cue is a span of the account; fewer passages or more credits never add one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ..data import lexicon
from ..model import UNREAD, Annotated, Credit, Span
from .outlets import HOST, PLAIN, STATION, own_names, same_outlet, trim
from .reuse import QUOTED

NAMED = (
    rf"(?-i:(?:[Tt]he )?(?P<own>{STATION.pattern}|{HOST}|"
    rf"(?:{PLAIN})(?: (?:(?:of|and|the) ){{0,2}}(?:{PLAIN})){{0,6}}))"
)
NOT_OWN = UNREAD | {"title", "caption", "quotation", "dateline"}
"""Kinds of region in which the account does not tell what it saw."""
ELSEWHERE = frozenset(
    "report interview first dateline byline copyright translation chain address feed".split()
)
"""Kinds of credit that say that what stands under them is another outlet's."""
LABEL = re.compile(
    r"(?:[A-Z][A-Z .’'-]{0,40}|(?:[A-Z][\w.’'-]* ?){1,4}|Q|A|Question|Answer)"
    r"(?: ?[(\[][^)\]\n]{1,60}[)\]])?:\s"
)
"""The head of a line of a transcript: "POE (through an interpreter): …"."""
REPORTED = re.compile(
    r"\b(?:said|says|saying|told|tells|adds?|added|adding|recall(?:s|ed|ing)|wrote|writes|explain(?:s|ed)|"
    r"claim(?:s|ed)|insist(?:s|ed)|according to|testif(?:ied|ies)|remember(?:s|ed)|stated|tweeted|posted|"
    r"argued|warned|thinks?|believes?|statement|quoted)\b(?!\s*[”\"])[^.!?\n]{0,300}$",
    re.IGNORECASE,
)
STOP = re.compile(r"[.!?][”\"’)]*\s+(?=[A-Z“\"‘])|\n")
SINGLE = re.compile(
    r"(?:(?<=[\s(—–-])|^)[‘'](?=\w)[^\n]{0,600}?[’'](?=[\s,.;:!?)—–]|$)(?<=[\s\w,.!?…][’'])", re.MULTILINE
)


@dataclass(frozen=True)
class _Wording:
    """A wording with the kind of reporting that it shows."""

    pattern: re.Pattern[str]
    kind: str


@cache
def _wordings() -> tuple[_Wording, ...]:
    rows = lexicon("firsthand")
    return tuple(
        _Wording(re.compile(r["pattern"].replace("{own}", NAMED), re.IGNORECASE), r["kind"]) for r in rows
    )


def firsthand(
    account: Annotated, spans: Sequence[Span], *, shared: Sequence[Span] = (), credits: Sequence[Credit] = ()
) -> list[Span]:
    """Cues, in the paragraphs of some passages, that the account's own reporter saw or was told it.

    >>> from consilience.model import Witness
    >>> text = "Ann Poe told the Ledger that it fell. “He told us so,” she said."
    >>> account = Annotated(Witness("w1:a", "a", text, outlet="The Morning Ledger"), (), ())
    >>> [cue.of(text) for cue in firsthand(account, [Span("w1:a", 0, 4)])]
    ['told the Ledger']

    :param shared: passages that other accounts have too; a cue that stands in one shows nothing.
    :param credits: the account's credits; a cue under one that names another outlet shows nothing.
    """
    text = account.witness.text
    out = set()
    for span in spans:
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.end)
        out |= set(_cues(account, start, end if end >= 0 else len(text)))
    others = [c.scope for c in credits if c.kind in ELSEWHERE] + list(shared)
    return sorted(cue for cue in out if not any(cue.overlap(s) for s in others))


def any_firsthand(account: Annotated, *, credits: Sequence[Credit] = ()) -> bool:
    """Whether an account shows any reporting of its own."""
    whole = Span(account.witness.id, 0, max(1, len(account.witness.text)))
    return bool(firsthand(account, [whole], credits=credits))


def _cues(account: Annotated, start: int, end: int) -> Iterator[Span]:
    text, own = account.witness.text, own_names(account)
    for wording in _wordings():
        for m in wording.pattern.finditer(text, start, end):
            name = m.groupdict().get("own")
            if name and not any(same_outlet(_bare(name), mine) for mine in own):
                continue
            if _own_voice(account, m.start(), m.end(), personal=wording.kind == "first person"):
                yield Span(account.witness.id, *m.span())


def _bare(name: str) -> str:
    """A name without a possessive and what follows it: "the Ledger’s Ann Poe"."""
    return re.sub(r"^An? ", "", trim(re.split(r"[’']s? ", name)[0]))


def _own_voice(account: Annotated, start: int, end: int, *, personal: bool) -> bool:
    """Whether the account itself speaks at a place."""
    text = account.witness.text
    if any(r.start <= start < r.end and r.kind in NOT_OWN for r in account.witness.regions):
        return False
    line, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    stop = stop if stop >= 0 else len(text)
    if quoted(text, line, stop, start):
        return False
    if not personal:
        return True
    first = max((m.end() for m in STOP.finditer(text, line, start)), default=line)
    reported = REPORTED.search(text, first, start) or LABEL.match(text, line, stop)
    # "She showed us the lamp": what she "says" begins behind the verb
    said = (c for s in account.statements if s.speaker for c in s.content)
    return not reported and not any(c.start <= start < c.end for c in said)


def quoted(text: str, line: int, stop: int, place: int) -> bool:
    """Whether a place of a line stands in a quotation, also one that began or goes on in other lines.

    >>> words = "We saw it fall,” he said."
    >>> quoted(words, 0, len(words), 0)
    True
    """
    if any(s <= place < e for s, e in quoted_spans(text, line, stop)):
        return True
    if text.count('"', line, stop) % 2 and '"' in text[place:stop]:
        return True
    opened, closed = text.find("“", line, stop), text.find("”", line, stop)
    return place < closed and not 0 <= opened < closed


def quoted_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Quotations: what stands in them is not the account's own voice."""
    spans = [m.span() for p in (QUOTED, SINGLE) for m in p.finditer(text, start, end)]
    return sorted(spans)
