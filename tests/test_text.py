"""Paragraphs, sentences and tokens keep their offsets."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience import read
from consilience.annotate import annotate, link
from consilience.annotate.sentences import HARD
from consilience.annotate.text import parse
from consilience.annotate.tree import tree
from consilience.model import Region, Witness
from consilience.settings import Annotate

WRAPPED = """Dam above Melden holds

The river Ostra burst its banks at Melden on Monday
and flooded four hundred houses, and the mayor, Ms
Brandt, said that the dam above the town had held.

Schools and shops in the lower town will stay shut
until Thursday, and buses run only on the northern
road, where a single lane was open in the evening.
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_wrapped_by_hand_are_one_sentence(tmp_path: Path, newline: str) -> None:
    (tmp_path / "one.txt").write_bytes(WRAPPED.replace("\n", newline).encode())
    witnesses, _ = read([tmp_path / "one.txt"])
    text = witnesses[0].text
    sentences = [text[s.start : s.end] for s in parse(witnesses[0]).sentences]
    assert sentences[1].startswith("The river") and sentences[1].endswith("had held.")
    assert sentences[2].startswith("Schools")


@given(st.text(max_size=200))
def test_tokens_slice_to_their_text(text: str) -> None:
    account = parse(
        Witness("w1:0", "a", text, regions=(Region(0, len(text), "body", "text"),) if text else ())
    )
    for token in account.tokens:
        assert text[token.start : token.end].split() == token.text.split()
    assert all(0 <= t.head < len(account.tokens) for t in account.tokens)
    assert [s.first for s in account.sentences] == sorted(s.first for s in account.sentences)


ODD = {
    "words": "word " * 2000,
    "commas": ", " * 800,
    "quotation marks": '“a "b ' * 600,
    "brackets": "( [a " * 500,
    "speakers": "Ann Lee said that he told Roe " * 300,
    "apostrophes": "'a " * 1500,
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_a_text_without_a_stop_costs_little(name: str) -> None:
    text = ODD[name]
    began = process_time()
    account = annotate(Witness("w1:0", "a", text))
    link([account])
    assert process_time() - began < 6
    assert max(s.last - s.first for s in account.sentences) <= HARD * Annotate().max_sentence
    assert "".join(t.text for t in account.tokens) == "".join(text.split())


def test_reach_of_a_token_is_all_below_it() -> None:
    account = parse(Witness("w1:0", "a", "The mayor of the town, Ann Lee, said that the old bridge is safe."))
    found = tree(account)
    for i in range(len(account.tokens)):
        below = [k for k in range(len(account.tokens)) if i in found.up(k)]
        assert (found.left[i], found.right[i]) == (min(below), max(below))
