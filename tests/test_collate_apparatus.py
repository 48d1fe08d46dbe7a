"""The apparatus: kinds of variation, any number of readings, no dependence on their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consilience.annotate import annotate
from consilience.collate.apparatus import Word, apparatus, words_of
from consilience.model import Column, Span, Witness


def row(text: str) -> tuple[Word, ...]:
    return tuple(Word(w.lower(), w, w.lower()) for w in text.split())


def columns(*texts: str) -> list[tuple[str, tuple[str | None, ...]]]:
    return [(c.kind, c.cells) for c in apparatus([row(t) for t in texts])]


def test_shared_words_variants_and_omissions() -> None:
    assert columns(
        "the ferry struck a rock at dawn", "the ferry struck a sandbank", "the ferry struck a rock"
    ) == [
        ("same", ("the ferry struck a", "the ferry struck a", "the ferry struck a")),
        ("variant", ("rock", "sandbank", "rock")),
        ("omission", ("at dawn", None, None)),
    ]


def test_spelling_is_told_from_substance() -> None:
    assert ("spelling", ("Turmekistan", "Turmekestan")) in columns("in Turmekistan now", "in Turmekestan now")
    assert ("variant", ("Sollmar", "Dravik")) in columns("in Sollmar now", "in Dravik now")


def test_synonyms_and_opposites() -> None:
    assert ("synonym", ("buy", "purchase")) in columns("they buy boats", "they purchase boats")
    assert ("variant", ("accept", "reject")) in columns("they accept it", "they reject it")


def test_numbers_and_names_match_by_value() -> None:
    full, short = Word("ada renning", "Ada Renning", "", "e1:r"), Word("renning", "Renning", "", "e1:r")
    one = [full, *row("counted"), Word("twelve", "twelve", "twelve", "12")]
    two = [short, *row("counted"), Word("12", "12", "12", "12")]
    assert [(c.kind, c.cells) for c in apparatus([one, two])] == [
        ("value", ("Ada Renning", "Renning")), ("same", ("counted", "counted")), ("value", ("twelve", "12")),
    ]  # fmt: skip


def test_words_of_a_passage_carry_their_values() -> None:
    text = "Twelve boats, all of them old, sank off Sollmar."
    account = annotate(Witness("w1:0", "a", text))
    found = words_of(Span("w1:0", 0, len(text)), account)
    assert [w.text for w in found][:3] == ["Twelve", "boats", "all"]
    assert found[0].value


def test_none_one_and_forty_readings() -> None:
    assert apparatus([]) == ()
    assert apparatus([()]) == ()
    assert apparatus([row("one reading")]) == (Column("same", ("one reading",)),)
    many = apparatus([row(f"the boat left port {n} at noon with mail") for n in range(40)])
    assert all(len(c.cells) == 40 for c in many)
    assert many[0].cells[0] == "the boat left port"


@given(
    st.lists(st.lists(st.sampled_from("a b c d e f".split()), max_size=8), min_size=1, max_size=5),
    st.randoms(),
)
def test_rows_spell_their_readings_in_any_order(texts: list[list[str]], random: object) -> None:
    rows = [row(" ".join(t)) for t in texts]
    found = apparatus(rows)
    for n, words in enumerate(texts):
        assert [w for c in found if (cell := c.cells[n]) for w in cell.split()] == words
    turned = apparatus(rows[::-1])
    assert [(c.kind, c.cells[::-1]) for c in turned] == [(c.kind, c.cells) for c in found]
