"""The apparatus: invented cases, kinds of variation, optimal alignment, no dependence on order or number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.annotate import annotate, link
from consilience.collate import alignment
from consilience.collate.alignment import CONTEXT, EMPTY, Worth, align
from consilience.collate.apparatus import apparatus, unaligned
from consilience.collate.evidence import NEGATIVE
from consilience.collate.relations import relation
from consilience.collate.words import Word, form_of, light, members, words_of
from consilience.data import lexicon
from consilience.model import Column, Span, Witness

CASES = Path(__file__).parent / "cases" / "apparatus.txt"
Rows = Sequence[Sequence[int]]


# -- invented cases --


def cases() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The line of kinds and the lines of readings of each case."""
    for block in CASES.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if lines:
            yield lines[0], tuple(lines[1:])


def shown(found: Sequence[Column], readings: int) -> list[str]:
    kinds = " | ".join(c.kind + (f"^{c.move}" if c.move else "") for c in found)
    return [kinds, *(" | ".join(c.cells[n] or "-" for c in found) for n in range(readings))]


def read(lines: Sequence[str]) -> list[str]:
    """The apparatus of the readings that a case cuts up."""
    texts = [
        " ".join(cell for cell in line.split(" | ") if cell != "-").replace(" n’t", "n’t") for line in lines
    ]
    accounts, _ = link([annotate(Witness(f"w1:{n}", f"a{n}", text)) for n, text in enumerate(texts)])
    by_id = {a.witness.id: a for a in accounts}
    rows = [words_of(Span(w, 0, len(a.witness.text)), a) for w, a in sorted(by_id.items())]
    return shown(apparatus(rows), len(rows))


@pytest.mark.parametrize(("kinds", "lines"), [c for c in cases() if c[0][0] != "!"])
def test_case(kinds: str, lines: tuple[str, ...]) -> None:
    assert read(lines) == [kinds, *lines]


@pytest.mark.parametrize(("kinds", "lines"), [c for c in cases() if c[0][0] == "!"])
@pytest.mark.xfail(strict=True, reason="a known fault")
def test_known_fault(kinds: str, lines: tuple[str, ...]) -> None:
    assert read(lines) == [kinds.removeprefix("! "), *lines]


def row(text: str) -> tuple[Word, ...]:
    return tuple(Word(w.lower(), w, w.lower()) for w in text.split())


def columns(*texts: str) -> list[tuple[str, tuple[str | None, ...]]]:
    return [(c.kind, c.cells) for c in apparatus([row(t) for t in texts])]


def test_numbers_and_names_match_by_value() -> None:
    full = [Word("ada", "Ada", whole="e1:r"), Word("renning", "Renning", whole="e1:r")]
    one = [*full, *row("counted"), Word("twelve", "twelve", "twelve", "12")]
    two = [Word("renning", "Renning", "", "e1:r"), *row("counted"), Word("12", "12", "12", "12")]
    assert [(c.kind, c.cells) for c in apparatus([one, two])] == [
        ("value", ("Ada Renning", "Renning")), ("same", ("counted", "counted")), ("value", ("twelve", "12")),
    ]  # fmt: skip


def test_words_of_a_passage_carry_their_values() -> None:
    text = "Twelve boats, all of them old, sank off Sollmar."
    account = annotate(Witness("w1:0", "a", text))
    found = words_of(Span("w1:0", 0, len(text)), account)
    assert [w.text for w in found][:3] == ["Twelve", "boats", "all"]
    assert found[0].value == "12"


def test_cells_keep_what_joins_their_words() -> None:
    text = "They didn’t see the well-known boat."
    account = annotate(Witness("w1:0", "a", text))
    (column,) = apparatus([words_of(Span("w1:0", 0, len(text)), account)])
    assert column.cells == ("They didn’t see the well-known boat",)


@pytest.mark.parametrize("name", ["antonyms", "co_hyponyms"])
def test_what_a_lexicon_tells_apart_is_never_a_synonym(name: str) -> None:
    together = [set(members(r["words"])) for r in lexicon("synonyms")]
    for entry in lexicon(name):
        words = members(entry.get("words", f"{entry.get('word')};{entry.get('opposite')}"))
        for a, b in product(words, words):
            if a != b and not any({a, b} <= held for held in together):
                assert relation(Word(a, a, a), Word(b, b, b), 0.99) in ("variant", "spelling"), (a, b)


# -- how many accounts have a reading --


def test_accounts_tell_an_omission_from_an_addition() -> None:
    rows = [row("the old ferry sank"), row("the ferry sank")]
    assert [c.kind for c in apparatus(rows, [1, 4])] == ["same", "addition", "same"]
    assert [c.kind for c in apparatus(rows, [4, 1])] == ["same", "omission", "same"]


# -- optimal --


def small(types: int) -> Worth:
    """Types by number, equal ones worth 100, neighbours (1 and 2, 3 and 4) 60, a function word 20."""
    pairs: list[dict[int, int]] = [{n: 100 if n else 20} for n in range(types)]
    for a in range(1, types - 1, 2):
        pairs[a][a + 1] = pairs[a + 1][a] = 60
    return Worth(list(range(types)), [int(n > 0) for n in range(types)], pairs, ((1, 0), (0, 2)))


def pair_worth(rows: Rows, worth: Worth, a: tuple[int, int], b: tuple[int, int]) -> int:
    """What two words (row, place) are worth side by side: the slow way."""
    (r, i), (s, j) = a, b
    x, y = rows[r][i], rows[s][j]
    total = worth.sorts[worth.sort[x]][worth.sort[y]] + worth.pairs[x].get(y, 0)
    if x == y:
        for step in (-1, 1):
            near = [rows[n][k + step] if 0 <= k + step < len(rows[n]) else EMPTY for n, k in (a, b)]
            total += CONTEXT * (near[0] == near[1])
    return total


def optimum(rows: Rows, worth: Worth) -> int:
    """The worth of the best alignment of any number of rows: every way to step, in the whole table."""

    @cache
    def best(ends: tuple[int, ...]) -> int:
        top = 0
        for step in product((0, 1), repeat=len(rows)):
            before = tuple(e - s for e, s in zip(ends, step, strict=True))
            if any(step) and min(before) >= 0:
                held = [(r, before[r]) for r, s in enumerate(step) if s]
                gain = sum(pair_worth(rows, worth, a, b) for n, a in enumerate(held) for b in held[:n])
                top = max(top, best(before) + gain)
        return top

    return best(tuple(map(len, rows)))


words_list = st.lists(st.integers(0, 5), max_size=7)


@given(st.lists(words_list, min_size=2, max_size=2))
def test_two_readings_are_aligned_optimally(rows: list[list[int]]) -> None:
    assert align(rows, small(6)).worth == optimum(rows, small(6))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 5), max_size=5), min_size=3, max_size=4))
def test_no_reading_can_be_laid_better(rows: list[list[int]]) -> None:
    found = align(rows, small(6))
    assert found.settled
    assert found.worth <= optimum(rows, small(6))
    assert found.worth == sum(
        pair_worth(rows, small(6), (r, int(cells[r])), (s, int(cells[s])))
        for cells in found.grid
        for r in range(len(rows))
        for s in range(r)
        if EMPTY not in (cells[r], cells[s])
    )


@given(st.lists(st.lists(st.integers(0, 5), max_size=9), min_size=2, max_size=4))
def test_many_words_are_aligned_as_few_are(rows: list[list[int]]) -> None:
    """Without the table of what each two words are worth the result is the same."""
    few = align(rows, small(6))
    with mock.patch.object(alignment, "DENSE", 0):
        many = align(rows, small(6))
    assert (many.worth, many.grid.tolist()) == (few.worth, few.grid.tolist())


# -- order, number, odd input --


@given(
    st.lists(
        st.lists(st.sampled_from("a the boat Ship ship sank".split()), max_size=8), min_size=1, max_size=5
    ),
    st.randoms(use_true_random=False),
)
def test_rows_spell_their_readings_in_any_order_and_number(texts: list[list[str]], random: object) -> None:
    rows = [row(" ".join(t)) for t in texts]
    found = apparatus(rows)
    for n, words in enumerate(texts):
        assert [w for c in found if (cell := c.cells[n]) for w in cell.split()] == words
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = apparatus([rows[n] for n in order])
    assert [(c.kind, c.move, c.cells) for c in turned] == [
        (c.kind, c.move, tuple(c.cells[n] for n in order)) for c in found
    ]
    twice = apparatus(rows * 2)
    assert [(c.kind, c.move, c.cells) for c in twice] == [(c.kind, c.move, c.cells * 2) for c in found]


@given(
    st.lists(st.lists(st.sampled_from("in boat ferry sank dawn".split()), max_size=7), min_size=2, max_size=4)
)
def test_moves_are_told_once(texts: list[list[str]]) -> None:
    """What is moved stands in two places at least, and no reading has it in both."""
    found = apparatus([row(" ".join(t)) for t in texts])
    for number in {c.move for c in found} - {0}:
        sides = [c for c in found if c.move == number]
        assert len(sides) > 1
        assert any(c.kind == "transposition" for c in sides)
        held = [{n for n, cell in enumerate(c.cells) if cell} for c in sides]
        assert all(a == b or not a & b for a in held for b in held)


def test_none_one_and_forty_readings() -> None:
    assert apparatus([]) == ()
    assert apparatus([()]) == ()
    assert apparatus([(), ()]) == ()
    assert apparatus([row("one reading")]) == (Column("same", ("one reading",)),)
    assert columns("", "a boat") == [("omission", (None, "a boat"))]
    many = apparatus([row(f"the boat left port {n} at noon with mail") for n in range(40)])
    assert all(len(c.cells) == 40 for c in many)
    assert many[0].cells[0] == "the boat left port"
    assert columns(*["all the same"] * 40) == [("same", ("all the same",) * 40)]


def test_repeats() -> None:
    assert sorted(columns("the the the", "the the", "the the the the")) == [
        ("addition", (None, None, "the")),
        ("omission", ("the", None, "the")),
        ("same", ("the", "the", "the")),
        ("same", ("the", "the", "the")),
    ]
    long = apparatus([row("the " * n) for n in (470, 480, 500)])
    assert {c.kind for c in long} == {"same", "omission", "addition"}


def test_readings_that_are_too_long_are_not_aligned_but_spelt() -> None:
    long = [row("the old ferry sank off Dalm " * n) for n in (700, 720)]
    found = apparatus(long)
    assert unaligned(found)
    assert [c.cells for c in found] == [tuple(" ".join(w.text for w in r) for r in long)]
    assert not unaligned(apparatus([row("a rock"), row("a sandbank")]))


# -- lexicons --


@pytest.mark.parametrize("name", ["synonyms", "co_hyponyms"])
def test_entries_are_written_as_words_are_compared(name: str) -> None:
    """An entry of another form, or of two spellings, would never be met."""
    for entry in lexicon(name):
        words = members(entry["words"])
        assert len(words) == len(set(words)) > 1, words
        assert words == [form_of(w).lower() for w in words]
    if name == "co_hyponyms":
        assert not [w for entry in lexicon(name) for w in entry["words"].split(";") if " " in w]


def test_no_set_of_synonyms_lies_within_another() -> None:
    sets = [frozenset(r["words"].split(";")) for r in lexicon("synonyms")]
    assert not [(a, b) for a in sets for b in sets if a < b]
    assert len(set(sets)) == len(sets)


def test_negatives_are_no_function_words() -> None:
    assert not light() & NEGATIVE
