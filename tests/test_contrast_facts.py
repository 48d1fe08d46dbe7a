"""Discrepancies of facts: figures, days, places, ages, offices and names, and what excuses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.contrast import discrepancies
from consilience.model import Annotated, Discrepancy, Point, Reading, Span, Witness, witness_id


def account(name: str, text: str, published: str | None = None) -> Annotated:
    """An account of one invented outlet."""
    ident = witness_id(name, text, None, published, None)
    return annotate(Witness(ident, name, text, published=published, language="en"))


def compare(*texts: str, days: tuple[str | None, ...] = ()) -> tuple[Discrepancy, ...]:
    """Compare texts as accounts a, b, c …, published on the days given, each one sentence a point."""
    dates = (*days, *[None] * len(texts))
    made = [account("abcdef"[i], text, dates[i]) for i, text in enumerate(texts)]
    linked, entities = link(made)
    readings = tuple(
        Reading(t, (Span(a.witness.id, 0, len(t)),), "") for t, a in zip(texts, linked, strict=True)
    )
    return discrepancies(linked, [Point("p1:1", "s1:1", texts[0], "event", readings)], entities)


def conflicts(found: tuple[Discrepancy, ...]) -> list[str]:
    """Kinds of what is no harmless difference."""
    return sorted(d.kind for d in found if d.innocent is None)


def reasons(found: tuple[Discrepancy, ...], kind: str) -> str:
    """The harmless explanations of a kind."""
    return "; ".join(sorted(d.innocent for d in found if d.kind == kind and d.innocent))


def cases() -> list[tuple[str, str, str]]:
    """The cases of names: what is expected, and two accounts."""
    text = (Path(__file__).parent / "cases" / "names.txt").read_text("utf-8")
    blocks = [[line for line in block.splitlines() if line[:1] != "#"] for block in text.split("\n\n")]
    return [(b[0], b[1], b[2]) for b in blocks if len(b) == 3]


@pytest.mark.parametrize(("expected", "one", "other"), cases())
def test_names(expected: str, one: str, other: str) -> None:
    found = [d for d in compare(one, other) if d.kind == "name"]
    told = {"conflict" if d.innocent is None else "spelling" for d in found}
    assert told == ({expected} - {"nothing"}), found
