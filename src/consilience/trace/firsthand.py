"""Reporting of one's own: where an account shows that its reporter was there, or was told.

Reads wordings of the lexicon ``firsthand``. Does not judge whether they are true.
Invariant: every cue is a span of the account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from ..data import lexicon
from ..model import Annotated, Span
from .reuse import QUOTED


def firsthand(account: Annotated, spans: Sequence[Span]) -> list[Span]:
    """Cues, in the paragraphs of some passages, that the account's own reporter saw or was told it."""
    text = account.witness.text
    out = []
    for span in spans:
        start = text.rfind("\n", 0, span.start) + 1
        end = text.find("\n", span.end)
        for cue in _cues(account, start, end if end >= 0 else len(text)):
            out.append(cue)
    return sorted(set(out))


def any_firsthand(account: Annotated) -> bool:
    """Whether an account shows any reporting of its own."""
    return next(_cues(account, 0, len(account.witness.text)), None) is not None


def _cues(account: Annotated, start: int, end: int) -> Iterator[Span]:
    quotes = quoted_spans(account.witness.text, start, end)
    for pattern in _patterns(account.witness.outlet or ""):
        for m in pattern.finditer(account.witness.text, start, end):
            if not any(s < m.start() < e for s, e in quotes):
                yield Span(account.witness.id, *m.span())


def quoted_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Quotations: what stands in them is not the account's own voice."""
    return [m.span() for m in QUOTED.finditer(text, start, end)]


@cache
def _patterns(outlet: str) -> tuple[re.Pattern[str], ...]:
    """The lexicon's wordings, with the account's own outlet in its place."""
    own = [outlet, outlet.rsplit(maxsplit=1)[-1]] if outlet.split() else ["\0"]
    name = rf"(?:[Tt]he )?(?:{'|'.join(re.escape(w) for w in own)})\b"
    rows = lexicon("firsthand")
    return tuple(re.compile(row["pattern"].replace("{own}", name), re.IGNORECASE) for row in rows)
