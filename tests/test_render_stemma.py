"""The drawing of the stemma and the words beside it: nothing overlaps, nothing is lost, nothing is added."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from typing import Any

import pytest
import render_sample
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.dossier.render import to_html
from consilience.dossier.render.descent import answer, entries, shown, told
from consilience.dossier.render.facts import facts
from consilience.dossier.render.layers import acyclic, peers
from consilience.dossier.render.stemma import (
    NARROW,
    WIDE,
    Box,
    Drawing,
    Line,
    breadth,
    draw,
    families,
    wrapped,
)

Doc = dict[str, Any]
KINDS = ("copy", "rewrite", "quote", "credit", "translation", "exemplar", "version")
NAMES = (
    "Coastline News",
    "The Incorporated Northern and Eastern Harbours Commercial Advertiser",
    "Schifffahrtsgesellschaftsnachrichtenblatt",
    "X",
    "灯塔湾晚报国际新闻中心编辑部",
    "עיתון הנמל של העיר הגדולה",
    "Радио Приморья и Озёрного края",
)


def story(witnesses: int, others: int, edges: list[tuple[int, int, int, bool]]) -> Doc:
    """A document of invented accounts, lost texts and cited bodies, joined by edges between their numbers."""
    articles = [
        {
            "id": f"a{i}",
            "siglum": f"{'ABCDEFGHIJ'[i % 10]}{i // 10 or ''}",
            "outlet": NAMES[i % len(NAMES)],
            "text": f"Account {i} of the flood.",
            "published": f"2031-05-{i % 28 + 1:02d}T08:10" if i % 3 else None,
        }
        for i in range(witnesses)
    ]
    extra = [
        {"id": f"x{i}", "kind": "archetype", "label": "α (Norwire)"}
        if i % 2
        else {"id": f"x{i}", "kind": "cited", "label": NAMES[i % len(NAMES)]}
        for i in range(others)
    ]
    ids = [a["id"] for a in articles] + [n["id"] for n in extra]
    return {
        "articles": articles,
        "stemma": {
            "nodes": [{"id": a["id"], "kind": "witness", "label": a["outlet"]} for a in articles] + extra,
            "edges": [
                {
                    "parent": ids[p % len(ids)],
                    "child": ids[c % len(ids)],
                    "kind": KINDS[k % len(KINDS)],
                    "score": 0.5,
                    "directed": directed,
                    "reason": "They share a slip.",
                    "evidence": [],
                }
                for p, c, k, directed in edges
                if ids and p % len(ids) != c % len(ids)
            ],
        },
    }


def shapes(count: int, kind: str) -> Doc:
    """Stories of the shapes that stemmas have."""
    chance = random.Random(count)
    if kind == "star":
        found = [(0, i, 0, True) for i in range(1, count)]
    elif kind == "chain":
        found = [(i, i + 1, i, True) for i in range(count - 1)]
    elif kind == "twins":
        found = [(i, i + 1, 0, False) for i in range(count - 1)]
    elif kind == "apart":
        found = [(2 * i, 2 * i + 1, i, i % 2 == 0) for i in range(count // 2 - 1)]
    else:
        found = [
            (chance.randrange(i), i, chance.randrange(7), chance.random() > 0.2) for i in range(1, count)
        ]
        found += [(chance.randrange(count), chance.randrange(count), 2, True) for _ in range(count // 4)]
    return story(count, 0 if kind == "apart" else 3, found)


def apart(a: Box, b: Box) -> bool:
    return a[2] <= b[0] + 0.1 or b[2] <= a[0] + 0.1 or a[3] <= b[1] + 0.1 or b[3] <= a[1] + 0.1


def sampled(line: Line) -> Iterator[tuple[float, float]]:
    """Points along a path of straight and cubic pieces."""
    at = (0.0, 0.0)
    for sign, numbers in re.findall(r"([MLC])([^MLC]*)", line.path):
        n = [float(v) for v in numbers.split()]
        points = [*zip(n[::2], n[1::2], strict=True)]
        bow = [at, *points] if sign == "C" else [at, at, points[-1], points[-1]]
        for t in (i / 24 for i in range(25) if sign != "M"):
            k = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3)
            yield tuple(sum(w * p[i] for w, p in zip(k, bow, strict=True)) for i in (0, 1))  # type: ignore[misc]
        at = points[-1]


def check(drawing: Drawing, edges: int) -> None:
    assert len(drawing.lines) == edges
    whole: Box = (0, 0, drawing.width, drawing.height)
    boxes = [b for s in drawing.spots for b in (s.shape, s.words)]
    for s in drawing.spots:
        assert s.kind == "cited" or apart(s.shape, s.words)
    for a, b in combinations(drawing.spots, 2):
        assert apart(a.box, b.box), (a.key, b.key)
    tags = [(k.x - k.half, k.y - 10, k.x + k.half, k.y + 10) for k in drawing.lines]
    frames = [(f.x, f.y, f.x + f.width, f.y + f.height) for f in drawing.frames]
    for box in [*boxes, *tags, *frames]:
        assert not outside(box, whole), (box, whole)
    for a, b in combinations(frames, 2):
        assert apart(a, b)
    for box in boxes:
        assert not frames or any(not outside(box, f) for f in frames)
    for line in drawing.lines:
        for x, y in sampled(line):
            assert not outside((x, y, x, y), whole)
            for s in drawing.spots:
                near = (
                    (s.x - x) ** 2 + (s.y - y) ** 2 < s.tall**2
                    if s.kind != "cited"
                    else inside(x, y, s.shape)
                )
                assert not near, (line.edge.parent, line.edge.child, s.key)
                assert not inside(x, y, s.words), (line.edge.parent, line.edge.child, s.key)


def outside(box: Box, whole: Box) -> bool:
    return box[0] < whole[0] or box[1] < whole[1] or box[2] > whole[2] or box[3] > whole[3]


def inside(x: float, y: float, box: Box) -> bool:
    return box[0] < x < box[2] and box[1] < y < box[3]


@pytest.mark.parametrize("kind", ["star", "chain", "twins", "apart", "mixed"])
@pytest.mark.parametrize("count", [1, 2, 5, 12, 40])
def test_a_stemma_of_any_shape_is_drawn_clear(count: int, kind: str) -> None:
    document = shapes(count, kind)
    for page in (WIDE, NARROW):
        check(draw(facts(document), page), len(document["stemma"]["edges"]))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 9),
    st.integers(0, 4),
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 6), st.booleans()), max_size=16
    ),
)
def test_any_stemma_is_drawn_clear(
    witnesses: int, others: int, edges: list[tuple[int, int, int, bool]]
) -> None:
    document = story(witnesses, others, edges)
    known = facts(document)
    drawing = draw(known)
    check(drawing, len(document["stemma"]["edges"]))
    assert len(drawing.spots) == witnesses + others
    groups = families(known)
    assert sorted(n for g in groups for n in g) == sorted(n["id"] for n in document["stemma"]["nodes"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.data())
def test_peers_stand_in_no_line(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    nodes = [f"n{i}" for i in range(8)]
    edges = acyclic(nodes, [(f"n{a}", f"n{b}") for a, b in pairs])
    level = [
        (f"n{a}", f"n{b}") for a, b in data.draw(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7))))
    ]
    beside = peers(nodes, edges, level)
    assert all(sorted(beside[m]) == sorted(beside[n]) for n in nodes for m in beside[n])
    assert not any(b in beside[a] for a, b in edges)


def test_a_long_name_is_cut_to_its_room() -> None:
    for name in NAMES:
        for room in (8, 12, 20):
            assert all(breadth(line) <= (room + 0.8) * breadth("a") for line in wrapped(name, room))


def test_who_follows_is_told_account_by_account() -> None:
    known = facts(render_sample.sample())
    rows = told(known)
    assert [t.sign for t in rows] == [*"ABCDEF", "α"]
    for t in rows:
        for e in t.follows:
            assert e.directed and e.child_sign == t.sign
    assert {e.number for t in rows for e in (*t.follows, *t.shares)} == {e.number for e in known.edges}
    assert [e.number for e in known.edges] == list(range(1, len(known.edges) + 1))


def test_the_answer_counts_families_and_origins() -> None:
    document = story(6, 0, [(0, 1, 0, True), (0, 2, 0, True), (3, 4, 0, False)])
    said = " ".join(answer(facts(document)))
    assert said.startswith("Two families of three and two accounts, and one account tied to no other.")
    assert ") or E (" in said and "whichever came first" in said
    assert answer(facts(story(1, 0, []))) == []
    assert answer(facts(story(3, 0, []))) == ["None of the three accounts is seen to follow another."]


def test_the_answer_tells_wording_from_naming() -> None:
    document = story(
        5, 1, [(0, 1, 0, True), (0, 2, 3, True), (2, 3, 1, True), (5, 4, 3, True), (5, 0, 2, True)]
    )
    first, _, second, *_ = answer(facts(document))
    assert first == "All five accounts are tied together, in one family."
    assert second == (
        "By wording alone the accounts fall into three groups: A and B; C and D; E by itself. "
        "The rest is naming or quoting."
    )
    named = answer(facts(story(2, 1, [(2, 0, 3, True), (2, 1, 3, True)])))
    assert named[2].startswith("What ties them is naming or quoting;")


@pytest.mark.parametrize(
    ("bounds", "says"),
    [
        ([(1, 1), (1, 1)], "Of the two points that two or more accounts have, each goes back to one origin."),
        (
            [(1, 1), (1, 2)],
            "one goes back to one origin; one may have two, and none is shown to have more than one.",
        ),
        ([(1, 3), (2, 2)], "two may have up to three origins, and one is shown to have two or more."),
        ([(1, 1)], "The one point that two or more accounts have goes back to one origin."),
    ],
)
def test_the_answer_follows_the_bounds(bounds: list[tuple[int, int]], says: str) -> None:
    document = story(2, 0, [])
    document["points"] = [
        {
            "id": f"p{n}",
            "says": "It flooded.",
            "accounts": [{"article": a, "start": 0, "end": 7} for a in ("a0", "a1")],
            "independent": {"low": low, "high": high, "why": ""},
        }
        for n, (low, high) in enumerate(bounds)
    ]
    assert says in answer(facts(document))[-1]


def test_passages_of_an_edge_stand_side_by_side() -> None:
    document = story(2, 0, [(0, 1, 0, True)])
    first = "The mill at Orlo burnt down on Sunday night. Nobody [of the crew] was hurt."
    second = "A mill at Orlo burnt down late on Sunday night. “Nobody [of the crew] was hurt.”"
    document["articles"][0]["text"], document["articles"][1]["text"] = first, second
    places = [("a1", "A mill at Orlo burnt down"), ("a1", "[of the crew]"), ("a0", "[of the crew]"),
              ("a0", "The mill at Orlo burnt down"), ("a1", "late")]  # fmt: skip
    texts = {"a0": first, "a1": second}
    document["stemma"]["edges"][0]["evidence"] = [
        {"article": a, "start": texts[a].index(w), "end": texts[a].index(w) + len(w)} for a, w in places
    ]
    known = facts(document)
    found = shown(known.edges[0], known)
    assert [[q.accounts[0].id for q in s.quotes] for s in found] == [["a1"], ["a0", "a1"], ["a0", "a1"]]
    for s in found:
        for q in s.quotes:
            assert "".join(p.text for p in q.pieces) in q.accounts[0].text
    assert [p.text for q in found[2].quotes for p in q.pieces if "named" in p.kinds] == ["[of the crew]"] * 2


def test_origins_gather_their_points() -> None:
    known = facts(render_sample.sample())
    rows = entries(known)
    assert [len(e.shared) for e in rows] == sorted((len(e.shared) for e in rows), reverse=True)
    named = {o for r in known.rows for o in r.raw["origins"]}
    assert len(rows) == len(named)
    assert sum(len(e.shared) + len(e.alone) for e in rows) == sum(
        len(set(r.raw["origins"])) for r in known.rows
    )


def test_the_page_tells_the_origins_and_the_reason_of_each_point() -> None:
    document = render_sample.sample()
    document["points"][0]["independent"]["why"] = "Six accounts, <one> origin."
    page = to_html(document)
    assert 'id="origins"' in page and "Velmark Harbour Authority, statement" in page
    assert '<span class="because">Six accounts, &lt;one&gt; origin.</span>' in page


def test_every_line_can_be_reached_and_is_named() -> None:
    document = render_sample.sample()
    page = to_html(document)
    drawn = re.findall(r'<a id="edge-(\d+)"[^>]*href="#why-(\d+)"[^>]*aria-label="([^"]+)"', page)
    assert len(drawn) == len(document["stemma"]["edges"])
    for number, target, label in drawn:
        assert number == target and label.startswith(f"{number}: ")
        assert f'id="why-{number}"' in page and f'id="why-{number}-says"' in page


def test_a_kind_that_is_not_known_is_no_class_name() -> None:
    document = render_sample.sample()
    document["stemma"]["edges"][0]["kind"] = '"><script>'
    page = to_html(document)
    assert 'class="edge k-other' in page and 'k-"' not in page


def test_a_drawing_does_not_depend_on_the_order_of_keys() -> None:
    document = shapes(12, "mixed")
    turned = json.loads(json.dumps(document, sort_keys=True))
    assert draw(facts(document)) == draw(facts(turned))
    assert [a.number for a, _ in pairwise(facts(document).edges)] == list(
        range(1, len(facts(document).edges))
    )
