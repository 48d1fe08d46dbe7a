"""Polarity and modality: cases with marked cue and content, odd spans, the statement's own fields."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.annotate.modality import commitments, denied, modality_of, modals
from consilience.annotate.text import parse
from consilience.annotate.tree import Tree, tree
from consilience.model import Witness

CASES = Path(__file__).parent / "cases" / "modality.txt"
SPAN = re.compile(r"⟦(C )?([^⟧]*)⟧")
POLARITIES = {"affirmed", "negated", "mixed", "open"}
MODALITIES = {
    *("asserted", "probable", "possible", "uncommitted"),
    *("obligatory", "wished", "future", "conditional", "asked"),
}


def cases() -> list[tuple[str, str, str]]:
    """Marked sentences with the two words wanted."""
    rows = CASES.read_text("utf-8").split("\n")
    return [tuple(row.split(" | ")) for row in rows if row and not row.startswith("#")]  # type: ignore[misc]


def grown(text: str) -> Tree:
    return tree(parse(Witness("w1:0", "a", text)))


def read(marked: str) -> tuple[str, str]:
    """Polarity and modality of a marked sentence."""
    spans: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    text, at = "", 0
    for m in SPAN.finditer(marked):
        text += marked[at : m.start()]
        spans[bool(m[1])].append((len(text), len(text) + len(m[2])))
        text, at = text + m[2], m.end()
    return modality_of(grown(text + marked[at:]), spans[False], spans[True])


@pytest.mark.parametrize(("marked", "polarity", "modality"), [c for c in cases() if c[0][0] != "!"])
def test_case(marked: str, polarity: str, modality: str) -> None:
    assert read(marked) == (polarity, modality)


@pytest.mark.parametrize(("marked", "polarity", "modality"), [c for c in cases() if c[0][0] == "!"])
@pytest.mark.xfail(strict=True, reason="a known fault")
def test_known_fault(marked: str, polarity: str, modality: str) -> None:
    assert read(marked.removeprefix("! ")) == (polarity, modality)


def test_the_cases_use_the_words_there_are() -> None:
    assert {p for _, p, _ in cases()} == POLARITIES
    assert {m for _, _, m in cases()} == MODALITIES


def test_the_lexicons_use_the_words_there_are() -> None:
    assert {m for m, _ in modals().values()} <= MODALITIES | {""}
    assert {s for _, s in modals().values()} == {"+", "-"}
    for c in commitments().values():
        assert {c.modality, c.infinitive} <= MODALITIES | {""}
        assert c.sign in "+-" and c.negated in ("opens", "raises", "keeps", "turns")


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="abs .,?!’“”not don't will may :אé\u0301\n", max_size=60),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=3),
)
def test_odd_spans_never_raise(text: str, spans: list[tuple[int, int]]) -> None:
    found = grown(f"Ann Lee said: {text}")
    polarity, modality = modality_of(found, [(min(s), max(s)) for s in spans], [(8, 12)])
    assert polarity in POLARITIES and modality in MODALITIES


def test_a_double_denial_affirms() -> None:
    found = grown("The council did not refuse to pay.")
    pay = next(k for k, t in enumerate(found.tokens) if t.text == "pay")
    assert not denied(found, pay)
