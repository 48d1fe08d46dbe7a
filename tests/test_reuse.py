"""Shared passages: the aligner against slow ways of doing the same, and a library of accounts."""

from __future__ import annotations

import random
import time
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.model import Annotated, Passage, Witness
from consilience.trace import library as library_module
from consilience.trace.library import SURE, Library, Match, winnow
from consilience.trace.packed import Packed
from consilience.trace.reuse import (
    GAP,
    LEAST_WEIGHT,
    LEAST_WORDS,
    Alignment,
    Words,
    align_all,
    align_one,
    all_passages,
    amounts,
    passages,
    rarity,
    shared_runs,
    words_of,
)

STOCK = (
    "harbour storm pontoon warden morning ferry council crowns divers breakwater winter market roof quay boats "
    "mountain road frost plum orchard terrace cooperative adviser pickers smoke valley bridge river mill grain"
).split()


def read(key: str, text: str) -> Words:
    return words_of(Annotated(Witness(key, key, text), (), ()))


def invented(rng: random.Random, length: int) -> list[str]:
    """Words that hardly make the same run twice."""
    return [rng.choice(STOCK) + str(rng.randrange(100)) for _ in range(length)]


def copied(rng: random.Random, words: list[str]) -> list[str]:
    """A copy with words changed, a stretch dropped and one moved."""
    out = [f"odd{rng.randrange(1000)}" if rng.random() < 0.05 else word for word in words]
    cut = rng.randrange(len(out) // 2)
    del out[cut : cut + rng.randrange(15)]
    at = rng.randrange(len(out) // 2)
    moved = out[at : at + 12]
    del out[at : at + 12]
    return [*out, *moved]


def written(rng: random.Random, words: list[str]) -> str:
    """A text of some words: lines, sentences and quotations."""
    out = ""
    quoted = False
    for word in words:
        mark = rng.random()
        if mark < 0.05:
            out += "”" if quoted else " “"
            quoted = not quoted
        out += ("\n" if mark > 0.97 else " ") + word
        quoted = quoted and mark <= 0.97
    return out


def story(seed: int, count: int = 5) -> list[Words]:
    rng = random.Random(seed)
    held = [invented(rng, 80)]
    while len(held) < count:
        held.append(copied(rng, rng.choice(held)) if rng.random() < 0.8 else invented(rng, 60))
    return [read(f"w{n}", written(rng, words)) for n, words in enumerate(held)]


# -- the aligner --


def slow_runs(a: Words, b: Words, seed: int) -> list[tuple[int, int, int]]:
    """All longest runs of equal words, by trying all pairs of places."""
    out = []
    for i in range(len(a)):
        for j in range(len(b)):
            if i and j and a.norms[i - 1] == b.norms[j - 1]:
                continue
            n = 0
            while i + n < len(a) and j + n < len(b) and a.norms[i + n] == b.norms[j + n]:
                n += 1
            if n >= seed:
                out.append((i, j, n))
    return sorted(out, key=lambda run: (-run[2], run[0], run[1]))


@pytest.mark.parametrize("seed", range(8))
def test_runs_are_those_of_trying_all_places(seed: int) -> None:
    a, b, *_ = story(seed)
    assert dict(shared_runs(b.prints(4), [a.prints(4)], 4)).get(0, []) == slow_runs(a, b, 4)


@given(
    st.lists(st.sampled_from("a b c".split()), max_size=7),
    st.lists(st.sampled_from("a b c".split()), max_size=7),
)
def test_runs_of_few_words_too(left: list[str], right: list[str]) -> None:
    a, b = read("a", " ".join(left)), read("b", " ".join(right))
    assert dict(shared_runs(b.prints(2), [a.prints(2)], 2)).get(0, []) == slow_runs(a, b, 2)


@pytest.mark.parametrize("seed", range(4))
def test_one_by_one_aligns_as_all_at_once(seed: int) -> None:
    accounts = story(seed, 6)
    held = align_all(accounts)
    for b in range(1, len(accounts)):
        for a, found in enumerate(align_one(accounts[b], accounts[:b])):
            assert (found.runs if found else None) == (held[a, b].runs if (a, b) in held else None)


def test_an_alignment_says_the_same_in_every_form() -> None:
    found = align_all(story(1, 2))[0, 1]
    assert found.count == len(found.forward) == (found.partner >= 0).sum()
    assert {n: int(m) for n, m in enumerate(found.partner) if m >= 0} == found.forward
    assert found.turned().forward == found.backward
    assert found.turned().turned().runs == found.runs


def slow_passages(found: Alignment, weights: dict[str, float]) -> list[Passage]:
    """Passages word by word."""
    a, b = found.a, found.b
    chains: list[list[tuple[int, int]]] = []
    for i, j in found.forward.items():
        both = a.quoted[i] and b.quoted[j]
        if chains:
            p, q = chains[-1][-1]
            near = 0 < i - p <= GAP and 0 < j - q <= GAP
            line = a.line[p] == a.line[i] and b.line[q] == b.line[j]
            if near and line and both == (a.quoted[p] and b.quoted[q]):
                chains[-1].append((i, j))
                continue
        chains.append([(i, j)])
    out = []
    for chain in chains:
        (i, j), (p, q) = chain[0], chain[-1]
        shared = sum(weights[a.norms[k]] for k, _ in chain)
        if len(chain) >= LEAST_WORDS and shared >= LEAST_WEIGHT:
            every = sum(weights[w] for w in (*a.norms[i : p + 1], *b.norms[j : q + 1]))
            score = 2 * shared / every * (1 - float(np.exp(-shared / 4)))
            out.append(
                Passage(a.span(i, p + 1), b.span(j, q + 1), round(score, 3), a.quoted[i] and b.quoted[j])
            )
    return out


@pytest.mark.parametrize("seed", range(8))
def test_passages_are_those_cut_word_by_word(seed: int) -> None:
    accounts = story(seed, 6)
    aligned, weights = align_all(accounts), rarity(accounts)
    held = all_passages(aligned, weights)
    shared = amounts(aligned, weights)
    for pair, found in aligned.items():
        assert held[pair] == slow_passages(found, weights) == passages(found, weights)
        words = dict.fromkeys((False, True), 0)
        for p in held[pair]:
            words[p.quoted] += sum(k in found.forward for k in range(*found.a.inside(p.a.start, p.a.end)))
        assert (shared[pair].prose, shared[pair].quoted) == (words[False], words[True])
        alone = rarity([found.a, found.b])
        assert all_passages({pair: found})[pair] == passages(found, alone)


def test_nothing_aligned_has_no_passages() -> None:
    assert all_passages({}, {}) == {}
    assert all_passages(align_all([read("a", ""), read("b", "")]), {}) == {}


# -- the library --


def pairs(found: dict[str, list[Match]]) -> dict[tuple[str, str], list[Passage]]:
    """Matches of many accounts by pair of keys, both ways."""
    out: dict[tuple[str, str], list[Passage]] = {}
    for key, matches in found.items():
        for match in matches:
            out[key, match.key] = list(match.passages)
            out[match.key, key] = [Passage(p.b, p.a, p.score, p.quoted) for p in match.passages]
    return out


def filled(accounts: list[Words], **kwargs: float) -> tuple[Library, dict[str, list[Match]]]:
    held = Library(**kwargs)
    return held, {words.key: held.add(words, when) for when, words in enumerate(accounts)}


def share_a_run(a: Words, b: Words) -> bool:
    runs = (set(zip(*(w.norms[k:] for k in range(SURE)), strict=False)) for w in (a, b))
    return bool(set.intersection(*runs))


@pytest.mark.parametrize("seed", range(10))
def test_all_that_share_a_run_are_found_with_the_passages_of_the_one_aligner(seed: int) -> None:
    accounts = story(seed, 7)
    held, found = filled(accounts)
    got = pairs(found)
    assert held.tally.unaligned == 0
    for a, b in combinations(accounts, 2):
        alone = all_passages(align_all([a, b]), rarity([a, b]), least=SURE).get((0, 1), [])
        assert got.get((a.key, b.key), alone) == alone
        if share_a_run(a, b) and alone and not held.tally.faint:
            assert (a.key, b.key) in got


def test_the_order_of_coming_is_no_matter() -> None:
    accounts = story(3, 4)
    first = pairs(filled(accounts)[1])
    assert first
    for order in permutations(accounts):
        again = pairs(filled(list(order))[1])
        assert {pair: sorted(p, key=lambda q: (q.a, q.b)) for pair, p in again.items()} == {
            pair: sorted(p, key=lambda q: (q.a, q.b)) for pair, p in first.items()
        }


def test_adding_again_changes_nothing() -> None:
    accounts = story(4, 5)
    held, found = filled(accounts)
    before = held.save()
    again = held.add(accounts[-1], 99)
    assert again == found[accounts[-1].key] == held.find(accounts[-1])
    assert len(held) == 5
    assert accounts[0].key in held
    assert {**vars(held.tally), "faint": 0} == {**vars(Library.load(before).tally), "faint": 0}


def test_a_saved_library_goes_on_as_if_it_had_not_been_saved() -> None:
    accounts = story(5, 8)
    straight, found = filled(accounts, keep=5)
    saved, _ = filled(accounts[:4], keep=5)
    data = saved.save()
    assert data == saved.save() == Library.load(data).save()
    loaded = Library.load(data)
    for when in range(4, 8):
        assert loaded.add(accounts[when], when) == found[accounts[when].key]
    assert loaded.tally == straight.tally
    assert len(loaded) == len(straight) == 6


def test_what_falls_out_of_the_window_is_forgotten() -> None:
    text = " ".join(invented(random.Random(1), 60))
    held = Library(keep=10)
    held.add(read("old", text), 0)
    held.add(read("new", text), 8)
    assert [m.key for m in held.find(read("x", text))] == ["new", "old"]
    assert [m.key for m in held.add(read("late", text), 11)] == ["new"]
    assert "old" not in held
    assert [m.key for m in held.add(read("too late", text), 0)] == ["late", "new"]
    assert "too late" not in held
    assert (held.tally.forgotten, held.tally.late, len(held)) == (1, 1, 2)
    assert held.forget(float("inf")) == 2
    assert held.find(read("x", text)) == []
    assert [m.key for m in held.add(read("old", text), 12)] == []


def test_a_window_that_moves_keeps_its_room() -> None:
    rng = random.Random(2)
    held = Library(keep=20)
    for when in range(400):
        held.add(read(f"w{when}", " ".join(invented(rng, 50))), when)
    assert len(held) == 21
    index, packed = held._index, held._packed
    assert index._size < 4 * 21 * 50
    assert len(packed._word) < 4 * 21 * 50


def test_caps_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_module, "ALIGNED", 3)
    monkeypatch.setattr(library_module, "CARRIERS", 5)
    text = " ".join(invented(random.Random(3), 60))
    held, found = filled([read(f"w{n}", text) for n in range(8)])
    assert [len(found[f"w{n}"]) for n in range(8)] == [0, 1, 2, 3, 3, 3, 3, 3]
    assert held.tally.unaligned == 1 + 2 + 2 + 2
    assert held.tally.common == 3 * len(winnow(read("x", text).prints(5)))
    refrain = " ".join(invented(random.Random(4), SURE))
    shared, _ = filled(
        [read(f"r{n}", " ".join(invented(random.Random(n), 30)) + " " + refrain) for n in range(9)]
    )
    assert shared.tally.faint


@given(st.lists(st.text(max_size=30), max_size=6))
def test_odd_texts_go_in_and_come_out(texts: list[str]) -> None:
    held = Library()
    for when, text in enumerate(texts):
        held.add(read(f"key\n{when}", text), when)
    assert Library.load(held.save()).save() == held.save()
    packed = Packed()
    for number, text in enumerate(texts):
        packed.put(number, read(str(number), text))
    assert [packed.get(n) for n in range(len(texts))] == [read(str(n), text) for n, text in enumerate(texts)]


LONG = "".join(f"word{n * n % 9973} " for n in range(60_000))


@pytest.mark.parametrize(
    "text", ["", "again " * 100_000, "a b " * 60_000, "x" * 1_000_000, LONG, "“" * 50_000, "1 2 3 4 5 6 7 8 9 " * 9_000],
    ids=["empty", "one word", "two words", "one long word", "one long line", "quotes", "refrain"],
)  # fmt: skip
def test_hostile_texts_take_bounded_time(text: str) -> None:
    began = time.perf_counter()
    accounts = [read(f"w{n}", text + f" tail{n}") for n in range(2)]
    filled(accounts)
    all_passages(align_all(accounts), rarity(accounts))
    assert time.perf_counter() - began < 20
