"""The wording shown for a point: cases; passages and normal forms."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.collate.wordings import fullest, readings_of
from consilience.model import Region, Span, Witness

CASES = [Path(__file__).parent / "cases" / name for name in ("says.txt", "says_held_out.txt")]
MARKED = re.compile(r"⟦(.*)⟧")


def cases() -> list[tuple[str, ...]]:
    """Blocks of lines."""
    blocks = [b for path in CASES for b in re.split(r"\n\s*\n", path.read_text("utf-8"))]
    lines = [tuple(x for x in b.split("\n") if x and not x.startswith("#")) for b in blocks]
    return [block for block in lines if block]


def shown(block: tuple[str, ...]) -> tuple[str, str]:
    """The wording that is shown, and the one that should be."""
    accounts, spans, wanted = [], [], ""
    for n, line in enumerate(block):
        marked = re.sub(r"^(>!?|=) ", "", line)
        found = MARKED.search(marked)
        assert found, line
        text = MARKED.sub(r"\1", marked)
        kind = "title" if line.startswith("=") else "body"
        region = Region(0, len(text), kind, "test")
        accounts.append(annotate(Witness(f"w1:{n}", str(n), text, language="en", regions=(region,))))
        spans.append(Span(f"w1:{n}", found.start(), found.start() + len(found[1])))
        if line.startswith(">"):
            wanted = found[1]
    by_id = {a.witness.id: a for a in link(accounts)[0]}
    return fullest(readings_of(spans, by_id), by_id).wording, wanted


def faulty(block: tuple[str, ...]) -> bool:
    return any(line.startswith(">!") for line in block)


@pytest.mark.parametrize("block", [b for b in cases() if not faulty(b)], ids=lambda b: b[0][:50])
def test_case(block: tuple[str, ...]) -> None:
    got, wanted = shown(block)
    assert got == wanted


@pytest.mark.parametrize("block", [b for b in cases() if faulty(b)], ids=lambda b: b[0][:50])
@pytest.mark.xfail(strict=True, reason="a known fault")
def test_known_fault(block: tuple[str, ...]) -> None:
    got, wanted = shown(block)
    assert got == wanted


def test_there_are_forty_cases() -> None:
    assert len(cases()) >= 40
