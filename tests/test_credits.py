"""Credits: who is named as where an account has something from, with kind and scope."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.model import Annotated, Credit, Witness
from consilience.trace.credits import find_credits

CASES = Path(__file__).parent / "cases" / "credits.txt"
BELOW = "\nNobody was hurt on the lake that day."
Case = tuple[str, str | None, list[str]]


def cases() -> list[Case]:
    """Text, own outlet, and what is to be found."""
    out: list[Case] = []
    for block in CASES.read_text("utf-8").split("\n\n"):
        rows = [row for row in block.split("\n") if row and not row.startswith("#")]
        if rows:
            own = next((row[2:].strip() for row in rows if row.startswith("@ ")), None)
            out.append((rows[0].replace("⏎", "\n") + BELOW, own, [r for r in rows if r.startswith(">")]))
    return out


def credited(text: str, outlet: str | None = None, **fields: object) -> tuple[Annotated, list[Credit]]:
    account = annotate(Witness("w1:a", "a", text, outlet=outlet, **fields))  # type: ignore[arg-type]
    linked, entities = link([account])
    return linked[0], list(find_credits(linked, entities))


def scopes(text: str, credit: Credit) -> set[str]:
    """The names that a scope can go by."""
    words = credit.scope.of(text)
    if words == text:
        return {"account"}
    line = text[text.rfind("\n", 0, credit.scope.start) + 1 :].split("\n", maxsplit=1)[0]
    one = len([s for s in line.split(". ") if s]) == 1
    return (
        {"paragraph", "sentence"} if words == line and one else {"paragraph" if words == line else "sentence"}
    )


def faults(case: Case) -> list[str]:
    text, own, rows = case
    _, found = credited(text, own)
    left = list(found)
    wrong = []
    for row in rows:
        name, kind, scope = (cell.strip() for cell in row.lstrip(">! ").split("|"))
        match = [c for c in left if c.name == name and c.kind == kind and scope in scopes(text, c)]
        wrong += [] if match else [row]
        left = [c for c in left if c not in match[:1]]
    return wrong + [f"too many: {c.name} {c.kind} {c.scope.of(text)!r}" for c in left]


@pytest.mark.parametrize("case", cases(), ids=lambda c: c[0][:50])
def test_credits_of_an_account(case: Case) -> None:
    known = any(row.startswith(">!") for row in case[2])
    assert bool(faults(case)) == known, faults(case)
