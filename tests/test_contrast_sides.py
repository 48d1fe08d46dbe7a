"""What stands behind each value of a discrepancy."""

from __future__ import annotations

from dataclasses import replace

import pytest

import consilience
from consilience.contrast.discrepancies import one_value
from consilience.model import Witness

BODY = "Ministry of Harbours"
LEAD = (
    "A barge carrying gravel sank in the harbour of Vellin early on Sunday after it struck the northern mole, "
    "and the crew climbed onto the stones and waited there for the pilot boat to take them off. "
)


def account(name: str, text: str, outlet: str, day: int) -> Witness:
    return Witness(f"w1:{name}", name, text, outlet=outlet, published=f"2031-03-{day:02}")


@pytest.fixture(scope="module")
def dossier() -> consilience.Dossier:
    """A ministry's text, a copy of it, a copy that errs, and a copy of that."""
    right = LEAD + "The barge carried 36 sailors, and all of them were brought ashore by the pilot boat."
    wrong = right.replace("36", "63")
    rows = [
        account("ministry", right, BODY, 2),
        account("gazette", f"VELLIN — {right}", "Vellin Gazette", 3),
        account("echo", wrong, "Harbour Echo", 4),
        account("mirror", f"By our staff. {wrong}", "Vellin Mirror", 5),
    ]
    return consilience.compare_witnesses(rows)


def test_a_copied_error_has_one_origin(dossier: consilience.Dossier) -> None:
    found = next(d for d in dossier.discrepancies if d.kind == "number")
    names = {a.witness.id: a.witness.name for a in dossier.accounts}
    by = {s.value: s for s in found.sides}
    assert {v: [names[w] for w in s.witnesses] for v, s in by.items()} == {
        "36 sailors": ["ministry", "gazette"],
        "63 sailors": ["echo", "mirror"],
    }
    assert (by["63 sailors"].low, by["63 sailors"].high) == (1, 1)
    assert "follow" in by["63 sailors"].why


def test_the_text_of_a_body_is_primary(dossier: consilience.Dossier) -> None:
    found = next(d for d in dossier.discrepancies if d.kind == "number")
    primary = {s.value: len(s.primary) for s in found.sides}
    assert primary == {"36 sailors": 1, "63 sailors": 0}


def test_every_reading_is_on_a_side(dossier: consilience.Dossier) -> None:
    for d in dossier.discrepancies:
        assert {r.value for r in d.readings} == {s.value for s in d.sides}
        assert all(1 <= s.low <= s.high for s in d.sides)


def test_a_figure_with_its_noun_and_without_is_one_value() -> None:
    assert set(one_value(["112 people", "112", "112 people"]).values()) == {"112 people"}
    assert one_value(["14 dead", "14", "14 hurt"])["14"] == "14", "of which of the two is open"


def test_a_conflict_under_a_half_is_no_sure_one(dossier: consilience.Dossier) -> None:
    found = next(d for d in dossier.discrepancies if d.kind == "number")
    assert found.sure
    assert not replace(found, score=0.49).sure
    assert not replace(found, innocent="rounding").sure


def test_a_conflict_under_a_half_is_listed_apart(dossier: consilience.Dossier) -> None:
    doubted = replace(
        dossier, discrepancies=tuple(replace(d, score=0.3) for d in dossier.discrepancies)
    ).to_html()
    assert "wrong more often than right" in doubted
    assert "wrong more often than right" not in dossier.to_html()
