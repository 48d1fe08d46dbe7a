"""What one account after another brought to a story, read off its dossier.

Answers what was known when from the document alone and without comparing again: a point is told first by
the first account that has it, a discrepancy appears when a second value does. Holds no layout. Invariant:
it adds no finding of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .facts import Account, Document, Facts, Row, by_value, capital, counted, in_word, verb


@dataclass(frozen=True, slots=True)
class Step:
    """What came out at one moment: its accounts, the points they told first and those told before them.

    ``at`` is the moment as the accounts have it, empty for those without a date; ``appeared`` are the numbers
    of the discrepancies that came with them, and ``says`` tells it all in a sentence.
    """

    at: str
    accounts: tuple[Account, ...]
    added: tuple[int, ...]
    repeated: int
    appeared: tuple[int, ...]
    says: str


def _carriers(row: Row) -> set[str]:
    return {c.account.id for c in row.cells if c.carried}


def _stands(discrepancy: Document, accounts: Collection[str]) -> bool:
    """Whether these accounts have two values of it."""
    values = (rows for _, rows in by_value(discrepancy))
    return sum(any(r["article"] in accounts for r in rows) for rows in values) > 1


def steps(facts: Facts) -> list[Step]:
    """What came out when, in order of time; accounts without a date last."""
    groups: dict[str, list[Account]] = {}
    for a in facts.accounts:
        groups.setdefault(str(a.raw.get("published") or ""), []).append(a)
    found: list[Step] = []
    there: set[str] = set()
    for at, some in groups.items():
        found.append(_step(facts, at, some, there))
        there |= {a.id for a in some}
    return found


def _step(facts: Facts, at: str, some: Sequence[Account], before: set[str]) -> Step:
    here = {a.id for a in some}
    carried = [(r, _carriers(r)) for r in facts.rows]
    added = tuple(r.number for r, has in carried if has & here and not has & before)
    repeated = sum(bool(has & here and has & before) for _, has in carried)
    known = before | here
    appeared = tuple(n for n, d in facts.conflicts if _stands(d, known) and not _stands(d, before))
    says = _says(facts, some, (added, repeated, appeared), first=not before)
    return Step(at, tuple(some), added, repeated, appeared, says)


def _says(
    facts: Facts,
    some: Sequence[Account],
    changed: tuple[Sequence[int], int, Sequence[int]],
    *,
    first: bool,
) -> str:
    """What changed, in one sentence, or two."""
    added, repeated, appeared = changed
    names = [f"{a.siglum} ({a.name})" for a in some]
    who = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
    if first:
        return f"{who} came first, with {counted(len(added), 'point')}."
    told = [f"{verb(len(some), 'repeats', 'repeat')} {counted(repeated, 'point')}"] if repeated else []
    told.append(f"{verb(len(some), 'adds', 'add')} {in_word(len(added)) if added else 'none'}")
    if not repeated:
        told[-1] = f"{verb(len(some), 'adds', 'add')} {counted(len(added), 'point')}"
    if appeared:
        told.append(
            f"{counted(len(appeared), 'discrepancy', 'discrepancies')} appear{'s' * (len(appeared) == 1)}"
        )
    says = f"{who} {' and '.join(told[:2])}" + (f"; {told[2]}" if len(told) > 2 else "")
    return f"{capital(says)}.{_descent(facts, some)}"


def _descent(facts: Facts, some: Sequence[Account]) -> str:
    """Whom the accounts that came out follow, a sentence for each."""
    told = ""
    for a in some:
        ways: dict[str, list[str]] = {}
        for e in facts.edges:
            if e.child == a.id and e.directed:
                ways.setdefault(e.verb, []).append(e.parent_sign)
        lines = [f"{way} {' and '.join(dict.fromkeys(whom))}" for way, whom in ways.items()]
        told += f" {a.siglum} {' and '.join(lines)}." if lines else ""
    return told
