"""Reporting of one's own: cues count only in the account's own voice, and only for its own outlet."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.annotate import annotate
from consilience.model import Annotated, Region, Span, Witness
from consilience.trace.credits import find_credits
from consilience.trace.firsthand import any_firsthand, firsthand

CASES = Path(__file__).parent / "cases" / "firsthand.txt"
ROWS = [r for r in CASES.read_text("utf-8").split("\n") if r.strip() and not r.startswith("#")]


def cues(text: str, outlet: str, *, parsed: bool) -> set[str]:
    witness = Witness("w1:a", "a", text, outlet=outlet.strip() or None)
    account = annotate(witness) if parsed else Annotated(witness, (), ())
    return {cue.of(text) for cue in firsthand(account, [Span("w1:a", 0, len(text))])}


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("parsed", [False, True], ids=["words", "parsed"])
def test_cues_of_own_reporting(row: str, parsed: bool) -> None:
    outlet, _, marked = row.lstrip("! ").partition("|")
    text = marked.strip().replace("⏎", "\n").replace("⟦", "").replace("⟧", "")
    found = cues(text, outlet, parsed=parsed)
    wanted = marked.split("⟦")[1].split("⟧")[0] if "⟦" in marked else None
    right = (found == set()) if wanted is None else any(wanted in f or f in wanted for f in found)
    assert right != row.startswith("!"), found


def account(text: str, outlet: str = "The Morning Ledger", **fields: object) -> Annotated:
    return Annotated(Witness("w1:a", "a", text, outlet=outlet, **fields), (), ())  # type: ignore[arg-type]


def test_a_cue_counts_for_its_own_paragraph_alone() -> None:
    text = "The pier is closed.\nThe pilot told the Ledger so.\nNobody was hurt."
    held = account(text)
    assert not firsthand(held, [Span("w1:a", 0, 19)])
    assert firsthand(held, [Span("w1:a", 20, 30)])


def test_a_cue_in_a_shared_passage_shows_nothing() -> None:
    held = account("The pilot told this newspaper that the lamp was out.")
    whole = Span("w1:a", 0, 50)
    assert firsthand(held, [whole])
    assert not firsthand(held, [whole], shared=[whole])


def test_a_cue_under_the_credit_of_another_outlet_shows_nothing() -> None:
    text = "ORLO (Reuters) — The pilot told this reporter that the lamp was out."
    held = account(text)
    named = find_credits([held], ())
    assert any_firsthand(held)
    assert not any_firsthand(held, credits=named)


@pytest.mark.parametrize("kind", ["quotation", "caption", "boilerplate", "title"])
def test_a_cue_outside_the_running_text_shows_nothing(kind: str) -> None:
    text = "At noon I counted three boats at the pier."
    assert any_firsthand(account(text))
    assert not any_firsthand(account(text, regions=(Region(0, len(text), kind, "test"),)))
