"""Speakers: who they are, of what kind, through whom, and why each form is one of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.model import Annotated, Entity, Statement, Witness

CASES = Path(__file__).parent / "cases" / "speakers.txt"
KINDS = {"person", "body", "group", "unnamed", "document"}
Case = tuple[list[str], list[str]]


def cases() -> list[Case]:
    """Accounts with the lines of what is expected."""
    out: list[Case] = []
    for block in CASES.read_text("utf-8").split("\n\n"):
        rows = [row for row in block.split("\n") if row and not row.startswith("#")]
        if rows:
            out.append((rows[0].replace("⏎", "\n").split(" ‖ "), rows[1:]))
    return out


def faulty(case: Case) -> bool:
    return any(row.startswith("!") for row in case[1])


def read(*texts: str) -> tuple[tuple[Annotated, ...], tuple[Entity, ...]]:
    """Texts as the linked accounts of one story."""
    return link([annotate(Witness(f"w1:{n}", f"a{n}", text)) for n, text in enumerate(texts)])


def content(account: Annotated, statement: Statement) -> str:
    return " … ".join(s.of(account.witness.text) for s in statement.content)


def said(accounts: tuple[Annotated, ...], words: str) -> Statement:
    """The innermost statement that holds the words."""
    held = [
        (content(a, s), n, s) for a in accounts for n, s in enumerate(a.statements) if words in content(a, s)
    ]
    assert held, f"nobody says {words!r}"
    return min(held, key=lambda row: (len(row[0]), row[1]))[2]


def holds(case: Case) -> list[str]:
    """What a case expects and does not get."""
    accounts, entities = read(*case[0])
    wrong = []
    for row in case[1]:
        row = row.removeprefix("! ")
        cells = [cell.strip() for cell in row[2:].split("|")]
        if row.startswith("~"):
            wrong += [] if reasoned(accounts, entities, *cells) else [row]
            continue
        statement = said(accounts, cells[0])
        speaker = statement.speaker
        chain = tuple(cells[3].split(" > ")) if len(cells) > 3 else (cells[1],)
        got = (speaker.name, speaker.kind, statement.chain) if speaker else None
        wrong += [] if got == (cells[1], cells[2], chain) else [f"{row}: {got}"]
    return wrong


def reasoned(
    accounts: tuple[Annotated, ...], entities: tuple[Entity, ...], form: str, name: str, why: str
) -> bool:
    """Whether a form is an entity's for the reason told, in a mention or in a link between accounts."""
    texts = {a.witness.id: a.witness.text for a in accounts}
    entity = next(e for e in entities if e.name == name)
    reasons = [k.reason for k in entity.links if k.a.of(texts[k.a.witness]) == form]
    for a in accounts:
        reasons += [m.why for m in a.mentions if m.value == entity.key and m.span.of(a.witness.text) == form]
    return any(why in reason for reason in reasons)


@pytest.mark.parametrize("case", [c for c in cases() if not faulty(c)], ids=lambda c: c[0][0][:60])
def test_case(case: Case) -> None:
    assert holds(case) == []


@pytest.mark.parametrize("case", [c for c in cases() if faulty(c)], ids=lambda c: c[0][0][:60])
@pytest.mark.xfail(strict=True, reason="a known fault")
def test_known_fault(case: Case) -> None:
    assert holds(case) == []


def test_there_are_cases_of_every_kind() -> None:
    kinds = {row.split("|")[2].strip() for _, rows in cases() for row in rows if row.startswith(">")}
    assert kinds == KINDS and len(cases()) >= 60


@pytest.mark.parametrize("case", [c for c in cases() if len(c[0]) > 1], ids=lambda c: c[0][0][:60])
def test_two_speakers_have_two_keys(case: Case) -> None:
    accounts, _ = read(*case[0])
    named = {
        s.speaker.name: s.speaker.key for a in accounts for s in a.statements if s.speaker and s.speaker.key
    }
    assert len(set(named.values())) == len(named)


@pytest.mark.parametrize("case", cases(), ids=lambda c: c[0][0][:60])
def test_chains_end_with_the_speaker_and_repeat_nobody(case: Case) -> None:
    accounts, entities = read(*case[0])
    keys = {e.key for e in entities}
    for statement in (s for a in accounts for s in a.statements if s.speaker):
        assert statement.speaker is not None and statement.speaker.kind in KINDS
        assert statement.chain[-1] == statement.speaker.name
        assert len(set(statement.chain)) == len(statement.chain)
        assert set(statement.speaker.members) <= keys
        assert statement.speaker.key is None or statement.speaker.kind not in {"unnamed", "group"}


def test_links_slice_to_the_forms_they_join() -> None:
    texts = (
        "Mayor Olga Khusen spoke. Khusen left.",
        "Khusen said that it was shut.",
        "Mayor Olga Husen came.",
    )
    accounts, entities = read(*texts)
    words = {a.witness.id: a.witness.text for a in accounts}
    entity = next(e for e in entities if e.kind == "person")
    assert {k.a.of(words[k.a.witness]) for k in entity.links} == {"Khusen", "Olga Husen"}
    assert all("usen" in k.b.of(words[k.b.witness]) and 0 < k.score <= 1 for k in entity.links)


def test_the_order_of_accounts_changes_no_link() -> None:
    texts = [
        "Foreign Minister Li spoke.",
        "Defence Minister Li said the sea was shut.",
        "Li Wen said it was open.",
    ]
    witnesses = [Witness(f"w1:{n}", f"a{n}", text) for n, text in enumerate(texts)]
    one = link([annotate(w) for w in witnesses])[1]
    other = link([annotate(w) for w in reversed(witnesses)])[1]
    assert one == other
