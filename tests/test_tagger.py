"""The tagger: what it reads, the best path, its ranges, its file as its card states it."""

from __future__ import annotations

import hashlib
from importlib import resources
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.annotate import tagger
from consilience.annotate.cues import reporting, speaks
from consilience.annotate.quotes import paragraphs_of
from consilience.annotate.signs import KIN, PAIR_SIZES, SIZES, WIDEST, pairs, reach, signs
from consilience.annotate.statements import lines
from consilience.annotate.tagger import LEAST, Tagged, Tagger, best_paths
from consilience.annotate.text import parse
from consilience.annotate.tree import Tree, tree
from consilience.model import Witness

TEXT = """Mayor Ann Lee told the council on Monday that the bridge is safe. “It will stand,” she said.

The builder, Tom Roe, denied any fault: “We did as we were told.” According to the ministry, it was he who asked."""
PIECES = st.sampled_from(
    ["Ann Lee ", "said ", "that ", "“", "” ", ", ", ". ", ": ", "\n\n", "according to ", "(", "؟ "]
)


def read(text: str) -> tuple[Tree, list[Tagged]]:
    """The tree of a text, and what the tagger reads in it."""
    account = parse(Witness("w1:0", "a", text))
    found = tree(account, reporting())
    quoted = [q for line in paragraphs_of(text, lines(account)) for q in line]
    return found, Tagger.load().read(found, quoted)


def words(found: Tree, ranges: tuple[tuple[int, int], ...]) -> str:
    return " ".join(t.text for first, last in ranges for t in found.tokens[first:last])


def test_who_says_what() -> None:
    found, told = read(TEXT)
    heads = {found.tokens[t.head].text: t for t in told if t.score > 0.5}
    assert words(found, heads["told"].speaker) == "Mayor Ann Lee"
    assert words(found, heads["told"].content).endswith("that the bridge is safe")
    assert "It will stand" in words(found, heads["said"].content)


def test_signs_are_within_their_sizes() -> None:
    found, told = read(TEXT)
    seen = signs(found, [])
    assert seen.ids.shape == (len(found.tokens), len(SIZES))
    assert (seen.ids < np.array(SIZES)).all()
    assert seen.kin.shape == (len(found.tokens), KIN)
    for t in told:
        start, stop = reach(found, t.head)
        reached = pairs(found, seen, [t.head], [(start, stop)])
        assert reached.between.shape == (stop - start + 1, len(PAIR_SIZES))
        assert (reached.between < np.array(PAIR_SIZES)).all()
        assert not reached.live[-1]


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_ranges_lie_in_reach_and_apart(text: str) -> None:
    found, told = read(text)
    for t in told:
        start, stop = reach(found, t.head)
        assert stop - start <= WIDEST
        ranges = sorted([*t.cue, *t.content, *t.speaker])
        assert all(start <= first < last <= stop for first, last in ranges)
        assert all(one[1] <= two[0] for one, two in pairwise(ranges))


def test_faint_cues_are_verbs_of_saying_beside_a_sure_one() -> None:
    found, told = read("The Norland Press Agency reported that Ann Lee had said the bridge was safe.")
    sure = {found.sentence[t.head] for t in told if t.score >= LEAST}
    faint = [t for t in told if t.score < LEAST]
    assert [found.tokens[t.head].text for t in faint] == ["said"]
    assert all(speaks(found.tokens[t.head]) and found.sentence[t.head] in sure for t in faint)


def test_many_cues_are_read_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read(TEXT)[1]
    monkeypatch.setattr(tagger, "CUES", 1)
    assert [t[2:] for t in read(TEXT)[1]] == [t[2:] for t in whole]


def test_an_account_reads_the_same_again() -> None:
    assert read(TEXT)[1] == read(TEXT)[1]


def test_the_best_path_is_the_best_of_all() -> None:
    chance = np.random.default_rng(3)
    scores = chance.normal(size=(5, 4, 3)).astype(np.float32)
    follows = chance.normal(size=(3, 3)).astype(np.float32)
    lengths = [4, 4, 3, 2, 1]
    mask = np.array([[k < n for k in range(4)] for n in lengths], np.float32)
    for row, n in enumerate(lengths):

        def worth(path: tuple[int, ...], row: int = row) -> float:
            steps = sum(float(follows[a, b]) for a, b in pairwise(path))
            return steps + sum(float(scores[row, k, label]) for k, label in enumerate(path))

        best = max(product(range(3), repeat=n), key=worth)
        assert tuple(best_paths(scores, mask, follows)[row, :n]) == best


def test_the_weights_are_those_the_card_describes() -> None:
    folder = resources.files("consilience.data")
    raw = (folder / "tagger.npz").read_bytes()
    assert len(raw) <= 3_000_000
    assert hashlib.sha256(raw).hexdigest() in (folder / "tagger.md").read_text("utf-8")
