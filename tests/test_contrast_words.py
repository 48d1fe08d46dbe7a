"""Comparers of words: invented pairs of accounts with the kinds of conflict between them."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.contrast import discrepancies
from consilience.model import Discrepancy, Witness, witness_id

CASES = Path(__file__).parent / "cases" / "words.txt"


def read(path: Path) -> list[tuple[str, str, str, bool]]:
    """Kinds, two texts, and whether the case is a known fault."""
    out = []
    for block in path.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            kinds, one, other = lines
            out.append((kinds.removeprefix("!"), one, other, kinds.startswith("!")))
    return out


def compare(*texts: str) -> tuple[Discrepancy, ...]:
    """Compare texts as accounts a, b, c …"""
    made = [
        annotate(Witness(witness_id("abcdef"[i], text, None, None, None), "abcdef"[i], text))
        for i, text in enumerate(texts)
    ]
    linked, entities = link(made)
    return discrepancies(linked, (), entities)


def conflicts(*texts: str) -> str:
    """Kinds of the conflicts in alphabetical order, or "-"."""
    return " ".join(sorted({d.kind for d in compare(*texts) if d.innocent is None})) or "-"


@pytest.mark.parametrize(("kinds", "one", "other", "fault"), read(CASES))
def test_cases(kinds: str, one: str, other: str, fault: bool, request: pytest.FixtureRequest) -> None:
    if fault:
        request.applymarker(pytest.mark.xfail(strict=True))
    assert conflicts(one, other) == kinds


QUOTED = [
    # two sentences that share a phrase
    (
        "“I support the jobs on the quay, I support the old pier and the new mole,” Lind said.",
        "“I support the old pier and the new mole,” Lind said.",
        None,
    ),
    # another speaker says much the same
    (
        "“No pilot should be dismissed just for doing his work,” Tora Lind said. Nils Aas listened.",
        "“No captain should be punished for doing his work,” Nils Aas said. Tora Lind listened.",
        None,
    ),
    # an ellipsis, here of two dots, marks what is left out
    (
        "“This is a time for more patience, more honour, and I want to be part of it. Thank you all,” Lind said.",
        "“This is a time for more patience, more honour.. Thank you all,” Lind said.",
        None,
    ),
    # abbreviations, ordinals, hyphens and dropped letters
    ("“The harbour board ruled on it in May,” Lind said.", "“The HB ruled on it in May,” Lind said.", None),
    (
        "“The ninth no-go zone of the harbour is sailin’ away from us,” Lind said.",
        "“The 9th no go zone of the harbor is sailing away from us,” Lind said.",
        None,
    ),
    # a name called out
    (
        "“I would rather have, Tora Lind, a storm in the harbour than a fire,” Aas said.",
        "“I would rather have a storm in the harbour than a fire,” Aas said.",
        "one word more or less",
    ),
    # an editor's bracket for a word of sense
    (
        "“We do not want the strait to turn into a battlefield of fishermen,” Lind said.",
        "“We do not want the strait [becoming] a battlefield of fishermen,” Lind said.",
        "editor's word",
    ),
    # a condition that one account leaves off
    (
        "“We shall give the old pier back to the fishermen of Orsund, unless they sell it,” Lind said.",
        "“We shall give the old pier back to the fishermen of Orsund.” Lind left.",
        "trimmed at its end",
    ),
]


@pytest.mark.parametrize(("one", "other", "excuse"), QUOTED)
def test_quotations_that_are_no_conflict(one: str, other: str, excuse: str | None) -> None:
    found = [d for d in compare(one, other) if d.kind == "quotation"]
    assert [d.explanation for d in found if d.innocent is None] == []
    assert (excuse is None) is (not found)
    assert all(excuse in (d.innocent or "") for d in found if excuse)


DIFFERENT = {
    "negation": (
        "“The old ferry will never sail again from Orsund,” Lind said.",
        "“The old ferry will sail again from Orsund,” Lind said.",
    ),
    "word": (
        "“This was a tragic loss that nobody at the quay foresaw,” Lind said.",
        "“This was a welcome loss that nobody at the quay foresaw,” Lind said.",
    ),
    "cut": (
        "“Today, for the first time, the board throws away the rights of the fishermen of Orsund,” Lind said.",
        "“Today the board throws away the rights of the fishermen of Orsund,” Lind said.",
    ),
}


@pytest.mark.parametrize("sort", sorted(DIFFERENT))
def test_quotations_that_differ(sort: str) -> None:
    assert conflicts(*DIFFERENT[sort]) == "quotation"


def test_who_speaks_for_another_is_no_other_speaker() -> None:
    """The words of an office are given to its head and to its spokeswoman."""
    words = "“The people of Orsund deserve to know what the ferry company knew about the leak,”"
    found = compare(
        f"{words} Ada Kreel said. Tora Lind was there.",
        f"{words} said Tora Lind, a spokeswoman for Kreel. Ada Kreel was there.",
    )
    assert [d.innocent for d in found if d.kind == "attribution"] == ["one speaks for the other"]
