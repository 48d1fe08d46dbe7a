"""Paragraphs, sentences and tokens keep their offsets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience import read
from consilience.annotate.text import parse
from consilience.model import Region, Witness

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
    account = parse(Witness("w1:0", "a", text, regions=(Region(0, len(text), "body", "text"),) if text else ()))
    for token in account.tokens:
        assert text[token.start : token.end].split() == token.text.split()
    assert all(0 <= t.head < len(account.tokens) for t in account.tokens)
    assert [s.first for s in account.sentences] == sorted(s.first for s in account.sentences)
