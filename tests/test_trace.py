"""Descent: shared passages, credits, interventions, the stemma and the count of origins."""

from __future__ import annotations

import inspect
import math
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.model import (
    Annotated,
    Descent,
    Point,
    Reading,
    Region,
    Span,
    Upstream,
    Witness,
    witness_id,
)
from consilience.trace import trace, with_origins
from consilience.trace.forest import Option, above, best_forest, branching, cheapest, marginals
from consilience.trace.reuse import align_all, passages, rarity, words_of

STORM = """\
The harbour at Vessel Bay was closed on Monday after a storm tore two pontoons from their moorings, the port office said.

Fourteen boats were damaged and three sank at the inner quay before dawn, according to the first count by the wardens.

"We heard it tear before we saw anything at all, and then it was simply gone," said Maro Tessin, the senior warden.

The ferry to Lower Kell will not sail before Thursday, and passengers are asked to take the mountain road instead.

The regional council has set aside 40,000 crowns for the owners of small boats that were not insured against storms.

Divers are to inspect the foundations of the old breakwater on Wednesday, weather permitting, and to report by Friday.

A storm of this strength was last recorded in the bay in the winter of 1987, when the fish market lost its roof.
"""
ORCHARD = """\
Growers in the Tamsel valley say that the late frost has cost them more than half of this year's plum crop.

Night after night they lit smudge pots between the rows, yet the blossom froze on the lower terraces all the same.

The cooperative in Orlo expects to press no more than a third of what it pressed a year ago and has laid off pickers.

An adviser from the farm bureau counselled patience: trees that lost their blossom may bear all the better next year.
"""


def account(name: str, text: str, outlet: str | None = None, published: str | None = None) -> Annotated:
    outlet = outlet or f"The {name.title()} Post"
    ident = witness_id(name, text, outlet, published, None)
    regions = (Region(0, len(text), "body", "text"),)
    return Annotated(Witness(ident, name, text, outlet=outlet, published=published, regions=regions), (), ())


def lines(text: str) -> list[str]:
    return text.strip().split("\n\n")


def joined(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def shape(accounts: list[Annotated], descent: Descent) -> set[tuple[str, str, str]]:
    """Edges as (parent, child, kind) by the names of accounts."""
    names = {a.witness.id: a.witness.name for a in accounts}
    return {(names.get(e.parent, e.parent), names.get(e.child, e.child), e.kind) for e in descent.edges}


def point(accounts: list[Annotated], words: str, speaker: str | None = None) -> Point:
    """The point that some words make in every account that has them."""
    spans = []
    for a in accounts:
        at = a.witness.text.find(words)
        if at >= 0:
            spans.append(Span(a.witness.id, at, at + len(words)))
    return Point("p1:x", "s1:x", words, "event", (Reading(words, tuple(spans), words),), speaker=speaker)


def bounds(accounts: list[Annotated], words: str, speaker: str | None = None) -> tuple[int, int]:
    (placed,) = with_origins([point(accounts, words, speaker)], accounts, trace(accounts))
    assert placed.why.endswith(".")
    assert placed.origins
    return placed.low, placed.high


# -- reuse --


def test_lightly_edited_passages_are_found_and_slice_to_their_words() -> None:
    edited = STORM.replace("tore two pontoons", "ripped two pontoons").replace("boats were", "vessels were")
    a, b = account("a", STORM), account("b", edited)
    story = [words_of(a), words_of(b)]
    (found,) = align_all(story).values()
    shared = passages(found, rarity(story))
    assert len(shared) == 8  # seven paragraphs, of which one is a quotation and its tail
    assert shared[0].a.of(a.witness.text).startswith("The harbour at Vessel Bay")
    assert shared[0].b.of(edited).endswith("the port office said")
    assert "ripped" in shared[0].b.of(edited)


def test_quotations_are_kept_apart_from_prose() -> None:
    a = account("a", STORM)
    b = account(
        "b", joined("Nobody saw it come.", lines(STORM)[2].replace("said Maro Tessin", "a warden told us"))
    )
    story = [words_of(a), words_of(b)]
    (found,) = align_all(story).values()
    assert [p.quoted for p in passages(found, rarity(story))] == [True]
    assert not trace([a, b]).edges


def test_furniture_is_not_reuse() -> None:
    note = "Sign up for the evening letter and never miss a story from the coast again, free of charge.\n"
    made = []
    for name, text in (("a", STORM), ("b", ORCHARD)):
        whole = note + text
        regions = (
            Region(0, len(note), "boilerplate", "teaser"),
            Region(len(note), len(whole), "body", "text"),
        )
        made.append(Annotated(Witness(f"w1:{name}", name, whole, regions=regions), (), ()))
    assert trace(made).passages == ()


WORDS = st.lists(st.sampled_from("the ship sank near old rocks at dawn while men slept".split()), max_size=40)


@given(WORDS, WORDS, st.integers(1, 6))
def test_alignments_match_equal_words_once(left: list[str], right: list[str], seed: int) -> None:
    story = [words_of(account("a", " ".join(left))), words_of(account("b", " ".join(right)))]
    for found in align_all(story, seed).values():
        assert all(story[0].norms[i] == story[1].norms[j] for i, j in found.forward.items())
        assert len(set(found.forward.values())) == sum(n for _, _, n in found.runs) == len(found.forward)


# -- the forest --


def forests(count: int) -> Iterator[tuple[int, ...]]:
    """Every choice of parents without a cycle; ``count`` stands for none."""
    for parents in product(range(count + 1), repeat=count):
        ends = []
        for node in range(count):
            steps = 0
            while node != count and steps <= count:
                node, steps = parents[node], steps + 1
            ends.append(node == count)
        if all(ends):
            yield parents


@pytest.mark.parametrize("seed", range(8))
def test_chances_and_the_best_forest_are_those_of_trying_every_one(seed: int) -> None:
    rng = random.Random(seed)
    count = 1 + seed % 5
    price = {(c, p): rng.uniform(0, 9) for c in range(count) for p in range(count + 1) if p != c}
    options = [
        [Option(price[c, p], (p,) if p < count else ()) for p in range(count + 1) if p != c]
        for c in range(count)
    ]
    weight = {f: math.exp(-sum(price[c, p] for c, p in enumerate(f))) for f in forests(count)}
    assert sum(o.price for o in cheapest(options)) == pytest.approx(-math.log(max(weight.values())))
    trees = {f: w for f, w in weight.items() if f.count(count) == 1}
    chances = marginals(options, [list(range(count))])
    for child, (row, sure) in enumerate(zip(options, chances, strict=True)):
        for option, chance in zip(row, sure, strict=True):
            parent = option.parents[0] if option.parents else count
            held = sum(w for f, w in trees.items() if f[child] == parent)
            assert chance == pytest.approx(held / sum(trees.values()), abs=1e-7)


def test_a_large_story_has_no_cycles_second_parents_included() -> None:
    count = 60
    options = [
        [
            Option(50.0, ()),
            *(Option(1.0 + abs(c - p), (p,)) for p in range(count) if p != c),
            *(Option(0.5, (p, (p + 7) % count)) for p in range(c) if (p + 7) % count != c),
        ]
        for c in range(count)
    ]
    found = best_forest(options)
    assert sum(not parents for parents in found.parents) == 1
    for node in range(count):
        assert not any(node in above(found.parents, p) for p in found.parents[node])


# -- the stemma --


def test_many_accounts_that_follow_one_another_in_turn_are_borne() -> None:
    many = 200
    worth = np.full((many + 1, many), -np.inf)
    right = np.arange(1, many)
    worth[right, right - 1] = 5.0 + right / many  # each is likeliest to follow the next one
    worth[right - 1, right] = 5.0 + right / many  # and the next one it
    worth[many] = 0.0
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + many // 2)
    try:
        parents = [(p,) if p < many else () for p in branching(worth)]
    finally:
        sys.setrecursionlimit(limit)
    assert sum(not p for p in parents) == 1
    assert all(abs(p - n) == 1 for n, up in enumerate(parents) for p in up)
    assert not any(n in above(parents, p) for n, up in enumerate(parents) for p in up)


def test_an_extract_follows_the_longer_account() -> None:
    told = lines(STORM)
    accounts = [account("short", joined(told[0], told[1], told[3], told[5])), account("long", STORM)]
    descent = trace(accounts)
    assert shape(accounts, descent) == {("long", "short", "copy")}
    (edge,) = descent.edges
    assert edge.directed
    assert edge.evidence
    assert "leaves out" in edge.reason


def test_times_alone_do_not_direct_an_edge() -> None:
    late = STORM.replace("tore two", "ripped two")
    accounts = [account("a", STORM, published="2031-02-03"), account("b", late, published="2031-02-05")]
    (edge,) = trace(accounts).edges
    assert (edge.parent, edge.directed) == (accounts[0].witness.id, False)


def test_a_credit_outweighs_a_wrong_time() -> None:
    note = "The details were first reported by The Kell Post."
    copy = joined(*lines(STORM.replace("tore two", "ripped two")), note)
    accounts = [account("kell", STORM, published="2031-02-07"), account("b", copy, published="2031-02-05")]
    assert shape(accounts, trace(accounts)) == {("kell", "b", "copy")}


def test_two_accounts_that_share_edits_and_each_lack_a_line_follow_a_lost_one_that_is_credited() -> None:
    edited = STORM.replace("tore two", "ripped two").replace("senior warden", "head warden")
    edited = edited.replace("Fourteen boats", "Seventeen boats").replace("old breakwater", "outer mole")
    told = lines(edited)
    note = "The details were first reported by The Kell Post."
    accounts = [
        account("r", STORM, published="2031-02-03T06:00:00Z"),
        account("a", joined(*told[:3], *told[4:], note), published="2031-02-03T12:00:00Z"),
        account("b", joined(*told[:5], *told[6:]), published="2031-02-03T13:00:00Z"),
    ]
    descent = trace(accounts)
    assert {("α", "a", "exemplar"), ("α", "b", "exemplar")} <= shape(accounts, descent)
    assert "Kell Post" in descent.nodes[-1].label


def test_an_account_may_have_two_parents() -> None:
    storm, orchard = lines(STORM), lines(ORCHARD)
    accounts = [
        account("a", STORM, published="2031-02-03T06:00:00Z"),
        account("b", ORCHARD, published="2031-02-03T07:00:00Z"),
        account("c", joined(*storm, *orchard[:3]), published="2031-02-03T12:00:00Z"),
    ]
    assert {(p, c) for p, c, _ in shape(accounts, trace(accounts))} == {("a", "c"), ("b", "c")}


def test_an_outlet_that_is_credited_and_not_in_hand_is_a_cited_node() -> None:
    text = STORM.replace("the port office said.", "Xinhua reported.")
    accounts = [account("a", text)]
    descent = trace(accounts)
    assert [(n.kind, n.label) for n in descent.nodes[1:]] == [("cited", "Xinhua")]
    (edge,) = descent.edges
    assert edge.kind == "credit"
    assert [s.of(text) for s in edge.evidence] == ["Xinhua"]


def test_cited_outlets_in_other_letters_are_not_taken_for_one() -> None:
    named = [(Upstream(name, None, "feed", "field of the feed"),) for name in ("Вести 24", "Голос 24")]
    pair = zip((account("a", STORM), account("b", ORCHARD)), named, strict=True)
    accounts = [replace(a, witness=replace(a.witness, upstream=up)) for a, up in pair]
    cited = [n for n in trace(accounts).nodes if n.kind == "cited"]
    assert [n.label for n in cited] == ["Вести 24", "Голос 24"]
    assert len({n.id for n in cited}) == 2


def test_a_shared_bracket_is_evidence_and_joins() -> None:
    quote = "“When [the pontoon] broke we had no time to cut the ropes,” said Tessin."
    accounts = [
        account("a", joined("Boats lie scattered along the quay in Vessel Bay.", quote)),
        account("b", joined("What the warden saw will stay with her for years.", quote)),
    ]
    descent = trace(accounts)
    (odd,) = descent.interventions
    assert (odd.kind, odd.words) == ("bracket", "[the pontoon]")
    assert {n.kind for n in descent.nodes} == {"witness", "archetype"}
    assert set(odd.spans) <= {s for e in descent.edges for s in e.evidence}


def test_a_quotation_that_two_accounts_end_at_one_word_is_an_intervention() -> None:
    long = "“When it broke we had no time to cut the ropes, and nobody came to help us,” said Tessin."
    short = "“When it broke we had no time to cut the ropes,” said Tessin."
    accounts = [
        account("a", joined("Boats lie on the quay.", long)),
        account("b", joined("What she saw.", short)),
        account("c", joined("The night of the storm.", short)),
    ]
    odd = [i for i in trace(accounts).interventions if i.kind == "trim"]
    assert [(i.words, len(i.spans), i.weight) for i in odd] == [("cut the ropes", 2, 0.6)]
    assert not [i for i in trace(accounts[1:]).interventions if i.kind == "trim"]


def test_a_bracket_that_says_nothing_is_none() -> None:
    quote = "“When it broke […] we had [sic] no time to cut the ropes,” said Tessin."
    accounts = [
        account("a", joined("Boats lie on the quay.", quote)),
        account("b", joined("What she saw.", quote)),
    ]
    assert not [i for i in trace(accounts).interventions if i.kind == "bracket"]


def test_a_shared_wrong_number_is_an_intervention() -> None:
    wrong = STORM.replace("Fourteen boats", "Seventeen boats")
    accounts = [
        account("a", STORM),
        account("c", STORM + "\nMore soon.\n"),
        account("b", wrong),
        account("d", wrong),
    ]
    odd = [i for i in trace(accounts).interventions if i.kind == "number"]
    assert "Seventeen" in {i.words for i in odd}


def test_unrelated_accounts_stay_apart() -> None:
    accounts = [account("a", STORM), account("b", ORCHARD)]
    assert not trace(accounts).edges


def test_the_order_of_accounts_that_are_given_does_not_change_the_stemma() -> None:
    told = lines(STORM)
    accounts = [
        account("a", STORM, published="2031-02-03"),
        account("b", joined(*told[:5]), published="2031-02-04"),
        account("c", joined(told[0], *told[2:]).replace("tore", "ripped"), published="2031-02-05"),
        account("d", ORCHARD),
    ]
    seen = {frozenset(shape(accounts, trace(list(order)))) for order in permutations(accounts)}
    assert len(seen) == 1


@pytest.mark.parametrize(
    "text", ["", "\n", "x", "“", "[", "שלום עולם", "é" * 50, "the " * 3000, "(()) [[ “” ''", "2031 14:05"]
)
def test_odd_texts_are_borne(text: str) -> None:
    accounts = [account("a", text), account("b", text, "Other"), account("c", STORM)]
    assert len(trace(accounts).nodes) >= 3


def test_no_accounts_and_one_account() -> None:
    assert trace([]).nodes == ()
    assert [n.kind for n in trace([account("a", STORM)]).nodes] == ["witness"]


# -- origins --


def test_copies_are_one_origin() -> None:
    accounts = [account(n, STORM) for n in "abc"]
    assert bounds(accounts, "Fourteen boats were damaged") == (1, 1)


def test_one_speaker_is_one_origin() -> None:
    accounts = [
        account("a", "The crew is safe, the harbour master said on Monday."),
        account("b", "Speaking on Monday the harbour master told reporters that the crew is safe."),
    ]
    spans = tuple(Span(a.witness.id, 4, 20) for a in accounts)
    made = Point("p1:x", "s1:x", "x", "statement", (Reading("x", spans, "x"),), speaker="Ola Brandt")
    (placed,) = with_origins([made], accounts, trace(accounts))
    assert (placed.low, placed.high) == (1, 1)
    assert "Ola Brandt" in placed.why


def test_unrelated_accounts_are_at_least_one_and_at_most_two_origins() -> None:
    accounts = [
        account("a", "A storm closed the harbour on Monday. Boats sank."),
        account("b", "Monday's storm has shut the port. Boats sank."),
    ]
    assert bounds(accounts, "Boats sank") == (1, 2)


def test_two_origins_are_shown_by_two_reporters_of_their_own() -> None:
    accounts = [
        account("a", "The bridge has gone. This reporter saw three piers standing at noon."),
        account("b", "A fisherman told The B Post that it fell at dawn. The bridge has gone."),
    ]
    assert bounds(accounts, "The bridge has gone") == (2, 2)


def test_accounts_that_credit_one_agency_are_one_origin() -> None:
    accounts = [
        account("a", "Three miners were freed on Sunday, Reuters reported."),
        account("b", "According to Reuters, Three miners were freed and taken away."),
    ]
    assert bounds(accounts, "Three miners were freed") == (1, 1)


def test_a_name_misspelt_alike_is_an_intervention() -> None:
    accounts = [
        account("a", "The tug Bittern is to pull the ferry clear on Thursday."),
        account("b", "Nobody knows when the ship will move; a tug called Bitten has been sent for."),
        account("c", "Help is coming: the Bitten, out of Orlo, should arrive before the weekend."),
    ]
    odd = [(i.kind, i.words, len(i.spans)) for i in trace(accounts).interventions]
    assert odd == [("spelling", "Bitten", 2)]
