"""Which points come first, and which links are weakest."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import consilience
from consilience import compare_witnesses, weakest_links
from consilience.annotate import annotate
from consilience.contrast.coverage import LEAD
from consilience.dossier.ranking import ranked, ranks
from consilience.model import (
    Annotated,
    Discrepancy,
    Link,
    Point,
    Reading,
    Region,
    Span,
    Value,
    Witness,
    witness_id,
)

TITLE = "Pier at Sollmar closes\n"
BODY = (
    "The pier at Sollmar closed on Friday. Gulls nested there. Divers found rust. The repair will cost much."
)


def account(name: str) -> Annotated:
    text = TITLE + BODY
    regions = (Region(0, len(TITLE), "title", "test"), Region(len(TITLE), len(text), "body", "test"))
    return annotate(Witness(f"w1:{name}", name, text, language="en", regions=regions))


def point(ident: str, *passages: tuple[str, str]) -> Point:
    """A point whose passages are given as account and words."""
    spans = [(w, (TITLE + BODY).index(words), words) for w, words in passages]
    readings = tuple(Reading(x, (Span(f"w1:{w}", at, at + len(x)),), x.lower()) for w, at, x in spans)
    return Point(ident, "s1", passages[0][1], "event", readings)


ACCOUNTS = [account(name) for name in "abc"]
RUST, GULLS = "Divers found rust", "Gulls nested there"
CLOSED, HEAD, COST = "The pier at Sollmar closed", "Pier at Sollmar closes", "The repair will cost much"


def order(*points: Point, open_ones: tuple[Discrepancy, ...] = ()) -> list[str]:
    found = {tuple(p.id for p in ranked(list(some), list(among), open_ones))
             for some in permutations(points) for among in permutations(ACCOUNTS)}  # fmt: skip
    assert len(found) == 1, "no order of points or accounts changes it"
    return list(found.pop())


def differing(point: Point, innocent: str | None, ident: str | None) -> Discrepancy:
    values = tuple(Value(s, "x") for s in point.spans)
    return Discrepancy("d1", "number", "They differ.", innocent, 0.9, values, ident)


def test_of_points_told_alike_the_more_widely_carried_comes_first() -> None:
    assert order(point("one", ("a", RUST)), point("two", ("a", RUST), ("b", RUST))) == ["two", "one"]


def test_what_is_told_early_comes_first() -> None:
    assert order(point("late", ("a", COST)), point("early", ("a", RUST))) == ["early", "late"]


def test_headlines_and_leads_raise_a_point() -> None:
    headed = point("headed", ("a", HEAD), ("b", HEAD))
    assert order(point("three", ("a", RUST), ("b", RUST), ("c", RUST)), headed) == ["headed", "three"]
    found = ranks([headed, point("lead", ("b", GULLS), ("c", RUST))], ACCOUNTS, ())
    assert found["headed"].headline == ("w1:a", "w1:b")
    assert found["headed"].lead == ()
    assert found["lead"].lead == ("w1:b",), f"the first {LEAD} sentences of the body are the lead"


def test_a_disputed_point_is_raised_but_not_by_what_is_harmless() -> None:
    rust, cost = point("rust", ("a", RUST), ("b", RUST)), point("cost", ("a", COST), ("b", COST))
    assert order(rust, cost) == ["rust", "cost"]
    assert order(rust, cost, open_ones=(differing(cost, None, "cost"),)) == ["cost", "rust"]
    assert order(rust, cost, open_ones=(differing(cost, None, None),)) == ["cost", "rust"]
    assert order(rust, cost, open_ones=(differing(cost, "rounding", "cost"),)) == ["rust", "cost"]


def dossier() -> consilience.Dossier:
    texts = (
        "The pier at Sollmar closed on Friday, the harbour office said. Divers found rust in the beams.\n",
        "The harbour office said the old pier at Sollmar closed on Friday. Rust was found in the beams.\n",
        "The pier in Sollmar has closed.\n",
    )
    some = [Witness(witness_id(n, t, None, None, None), n, t) for n, t in zip("abc", texts, strict=True)]
    return compare_witnesses(some)


def test_the_document_holds_what_the_order_rests_on() -> None:
    points = dossier().to_dict()["points"]
    standing = [p["rank"]["standing"] for p in points]
    assert standing == sorted(standing, reverse=True)
    for p in points:
        r = p["rank"]
        early = 1 - r["place"]
        sums = r["accounts"] + len(r["headline"]) + len(r["lead"]) / 2 + early + r["disputed"] / 2
        assert abs(r["standing"] - sums) < 0.001
        assert r["accounts"] == len({a["article"] for a in p["accounts"]})


def test_the_weakest_links_come_first() -> None:
    made = dossier()
    found = weakest_links(made, count=99)
    assert len(found) == sum(len(p.links) for p in made.points) > 1
    scores = [link.score for _, link in found]
    assert scores == sorted(scores)
    assert all(link in p.links for p, link in found)
    assert weakest_links(made, count=1) == found[:1]
    assert weakest_links(made, count=0) == weakest_links(made, count=-1) == ()


def test_of_links_equally_weak_the_first_point_s_comes_first() -> None:
    made = dossier()
    span = made.points[0].spans[0]
    link = Link(span, span, 0.0, "test")
    twice = replace(made, points=tuple(replace(p, links=(link,)) for p in made.points))
    assert [p.id for p, _ in weakest_links(twice)] == [p.id for p in made.points]
