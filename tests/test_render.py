"""The page: self-contained, safe with any text, whole, and the same for equal documents."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest
import render_sample
from hypothesis import given
from hypothesis import strategies as st

from consilience.dossier.render import page, to_html
from consilience.dossier.render.facts import facts
from consilience.dossier.render.layers import spread
from consilience.dossier.render.passages import Mark, context, differing, lines, pieces

Doc = dict[str, Any]
SAMPLES = {
    f.__name__: f for f in (render_sample.sample, render_sample.one, render_sample.many, render_sample.empty)
}


@cache
def rendered(name: str) -> str:
    """The page of a sample; tests that change a document render their own."""
    return to_html(SAMPLES[name]())


VOID = {"meta", "link", "br", "hr", "img", "input", "path", "circle", "rect", "use"}
EVIL = (
    "</style></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\x00\x1b\u202e\ud800"
)


class Page(HTMLParser):
    """Collects what the tests ask about, and checks that tags close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: dict[str, str] = {}
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.said[self.open[-1] if self.open else ""] = (
            self.said.get(self.open[-1] if self.open else "", "") + data
        )

    def all(self, name: str) -> list[str]:
        """Values of an attribute, in order."""
        return [a[name] or "" for _, a in self.tags if name in a]


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_follows_the_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(files("consilience.dossier").joinpath("schema.json").read_text(encoding="utf-8"))
    if name != "empty":  # a dossier of nothing is for the page alone: compare never makes one
        jsonschema.validate(SAMPLES[name](), schema)


@pytest.mark.parametrize("name", SAMPLES)
def test_page_asks_for_nothing_outside(name: str) -> None:
    html = rendered(name)
    seen = Page(html)
    assert (
        not seen.all("src") and not seen.all("style") and not re.search(r"url\(|@import", seen.said["style"])
    )
    assert [t for t, _ in seen.tags].count("script") == 1
    assert not [a for _, attrs in seen.tags for a in attrs if a.startswith("on")]
    outside = [h for h in seen.all("href") if not h.startswith("#")]
    assert all(re.fullmatch(r"https://[a-z]+\.example/\S*", h) for h in outside)


def test_policy_admits_this_style_and_script_alone() -> None:
    seen = Page(rendered("sample"))
    policy = next(a["content"] for t, a in seen.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy and policy.startswith("default-src 'none'") and "unsafe" not in policy
    for part in ("style", "script"):
        digest = b64encode(sha256(seen.said[part].encode()).digest()).decode()
        assert f"{part}-src 'sha256-{digest}'" in policy


@pytest.mark.parametrize("name", SAMPLES)
def test_every_inner_link_has_its_target(name: str) -> None:
    seen = Page(rendered(name))
    ids = seen.all("id")
    assert len(ids) == len(set(ids))
    inner = [h[1:] for h in seen.all("href") if h.startswith("#")] + seen.all("aria-controls")
    assert set(inner) <= set(ids)


@pytest.mark.parametrize("name", SAMPLES)
def test_page_can_be_found_through_without_eyes(name: str) -> None:
    seen = Page(rendered(name))
    tags = [t for t, _ in seen.tags]
    assert tags.count("h1") == 1 and tags.count("main") == 1 and {"header", "nav", "footer"} <= set(tags)
    levels = [int(t[1]) for t in tags if re.fullmatch(r"h[1-6]", t)]
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert all("scope" in a for t, a in seen.tags if t == "th")
    assert set(seen.all("aria-labelledby")) <= set(seen.all("id"))


@pytest.mark.parametrize("name", SAMPLES)
def test_equal_documents_give_equal_pages(name: str) -> None:
    doc = SAMPLES[name]()
    turned = json.loads(json.dumps(doc, sort_keys=True))
    assert rendered(name) == to_html(turned)
    assert doc == SAMPLES[name](), "the document is only read"


def _every_text(value: Any, change: Callable[[str], str]) -> Any:
    kept = ("id", "article", "point", "parent", "child", "key", "speaker_key")
    if isinstance(value, dict):
        return {k: v if k in kept else _every_text(v, change) for k, v in value.items()}
    if isinstance(value, list):
        return [_every_text(v, change) for v in value]
    return change(value) if isinstance(value, str) else value


def test_texts_are_never_markup() -> None:
    doc = _every_text(render_sample.sample(), lambda s: EVIL + s)
    html = to_html(doc)
    seen = Page(html)
    tags = [t for t, _ in seen.tags]
    assert tags.count("script") == 1 and tags.count("style") == 1 and "img" not in tags
    assert "49" not in re.findall(r"\{\{.*?\}\}", html) and "{{ 7*7 }}" in html
    assert not re.search("[\x00-\x08\x1b\ud800-\udfff]", html)
    html.encode("utf-8")


def test_the_ledger_says_what_is_not_plainly_asserted() -> None:
    html = to_html(render_sample.sample())
    assert "“said” · in the negative · as to come · <a" in html
    assert "“said” · <a" in html


def test_a_dossier_made_before_polarity_is_shown() -> None:
    doc = render_sample.sample()
    for statement in doc["statements"]:
        del statement["polarity"], statement["modality"]
    assert "in the negative" not in to_html(doc)


def test_only_web_addresses_are_linked() -> None:
    doc = render_sample.sample()
    doc["articles"][0]["url"] = "javascript:alert(1)"
    doc["articles"][1]["url"] = "data:text/html,<script>"
    assert "javascript:alert" not in to_html(doc) and "data:text/html" not in to_html(doc)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "שלום עולם. " * 30, "é́ a\u0301\u0308 " * 50, "word " * 10_000, "x" * 20_000]
)
def test_odd_texts_are_shown(text: str) -> None:
    doc = render_sample.one()
    doc["articles"][0] |= {
        "text": text,
        "regions": [],
        "title": None,
        "outlet": None,
        "published": "yesterday",
    }
    Page(to_html(doc))


def test_texts_are_shown_whole() -> None:
    known = facts(render_sample.sample())
    for account, rows in page.texts(known):
        shown = ["".join(p.text for p in b.pieces) for b in rows]
        assert shown == [line.strip() for line in account.text.splitlines() if line.strip()]
        assert all(account.text.startswith(p.text, p.start) for b in rows for p in b.pieces)


def test_cells_say_how_an_account_has_a_point() -> None:
    known = facts(render_sample.sample())
    states = {(r.number, c.account.siglum): c for r in known.rows for c in r.cells}
    assert states[4, "A"].state == "quoted" and states[2, "B"].state == "reported"
    assert states[8, "D"].state == "part" and states[1, "A"].state == "own"
    assert states[15, "A"].state == "silent" and states[7, "A"].state == "lacunose"
    assert states[10, "E"].after == "α" and not states[10, "D"].after
    assert states[1, "F"].differs and not states[1, "A"].differs


def test_one_account_confirms_nothing() -> None:
    html = rendered("one")
    assert "nothing here is confirmed" in html and "One account has nothing to be compared with" in html


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_pieces_put_together_are_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [Mark(min(s), min(max(s), len(text)), "m") for s in spans]
    cut = pieces(text, 0, len(text), marks)
    assert "".join(p.text for p in cut) == text
    marked = {p.start + i for p in cut if "m" in p.kinds for i in range(len(p.text))}
    assert marked == {i for m in marks for i in range(m.start, m.end)}


@given(st.text(alphabet="ab. \n“é", max_size=80), st.data())
def test_context_holds_its_passage(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first, last, *_ = context(text, start, end, reach=10)
    assert 0 <= first <= start and end <= last <= len(text)
    assert start - first <= 10 and last - end <= 10


@given(st.lists(st.text(alphabet="ab c1.,", max_size=30), min_size=1, max_size=5))
def test_differing_words_lie_in_their_text(texts: list[str]) -> None:
    found = differing(texts)
    assert len(found) == len(texts)
    for text, spans in zip(texts, found, strict=True):
        assert all(0 <= a < b <= len(text) for a, b in spans)
        assert all(b < c for (_, b), (c, _) in pairwise(spans))
    assert all(not spans for spans in differing([texts[0], texts[0]]))


@given(st.text(max_size=60))
def test_lines_are_trimmed_and_in_order(text: str) -> None:
    found = [text[a:b] for a, b, _ in lines(text)]
    assert found == [line.strip() for line in text.splitlines() if line.strip()]


@given(st.lists(st.floats(-100, 100), max_size=8))
def test_spread_keeps_order_and_distance(wanted: list[float]) -> None:
    at = spread(wanted, [10.0] * max(0, len(wanted) - 1))
    assert len(at) == len(wanted) and all(b - a >= 10 - 1e-6 for a, b in pairwise(at))


def test_context_is_not_cut_at_an_abbreviation() -> None:
    text = "It was late. Velmark and the U.S. have both sent ships to J. Marrow. None came."
    first, last, *_ = context(text, text.index("ships"), text.index("ships") + 5)
    assert text[first:last] == "Velmark and the U.S. have both sent ships to J. Marrow."


def test_harmless_and_open_discrepancies_are_told_apart() -> None:
    known = facts(render_sample.sample())
    by_number = {r.number: r for r in known.rows}
    assert by_number[1].conflicts == (2,) and by_number[1].harmless == ()
    assert by_number[2].conflicts == () and by_number[2].harmless == (5,)
    assert not any(c.differs for c in by_number[2].cells)


def test_a_discrepancy_without_a_point_is_shown_where_its_words_lie() -> None:
    doc = render_sample.sample()
    for d in doc["discrepancies"]:
        d["point"] = None
    known = facts(doc)
    assert 4 in next(r for r in known.rows if r.number == 5).conflicts


def test_timeline_tells_publishing_in_its_place() -> None:
    moments = page.timeline(facts(render_sample.sample()))
    assert [m.start for m in moments] == sorted(m.start for m in moments)
    assert [a.siglum for m in moments for a in m.published] == list("ABCDEF")
    assert moments[0].how == "inferred"


def test_sides_show_each_account_once() -> None:
    doc = render_sample.sample()
    known = facts(doc)
    for d in doc["discrepancies"]:
        for side in page.sides(d, known):
            named = [a.siglum for q in side.quotes for a in q.accounts] + [a.siglum for a, _ in side.rest]
            assert len(named) == len(set(named)) and len(side.quotes) <= 2


def test_a_sentence_that_holds_two_passages_of_a_side_names_its_account_once() -> None:
    """The words and the speaker of an attribution stand in one sentence."""
    doc = render_sample.sample()
    known = facts(doc)
    found = next(d for d in doc["discrepancies"] if d["readings"])
    first = found["readings"][0]
    part = {**first, "end": first["start"] + 1}
    (side, *_) = page.sides({**found, "readings": [first, part]}, known)
    assert [a.id for q in side.quotes for a in q.accounts] == [first["article"]]


def test_a_point_says_whose_headline_it_is_and_what_holds_it_together_least() -> None:
    document = render_sample.sample()
    point = document["points"][0]
    a, b = point["accounts"][:2]
    point["rank"] = {"standing": 7.0, "accounts": 5, "headline": [a["article"]],
                     "lead": [a["article"], b["article"]], "place": 0.1, "disputed": False}  # fmt: skip
    point["links"] = [
        {"a": a, "b": b, "score": 0.314, "reason": "both name <Maren>"},
        {"a": a, "b": b, "score": 0.9, "reason": "word for word the same"},
    ]
    page = to_html(document)
    signs = {x["id"]: x["siglum"] for x in document["articles"]}
    first, second = signs[a["article"]], signs[b["article"]]
    assert f"In the headline of {first}. In the lead of {second}." in page
    assert (
        f"Weakest of two links: {first} and {second}, score 0.31: <bdi>both name &lt;Maren&gt;</bdi>." in page
    )
    del point["links"], point["rank"]
    assert "In the headline" not in to_html(document)


def test_the_apparatus_sets_foreign_text_apart_and_is_told_aloud() -> None:
    document = render_sample.sample()
    point = document["points"][0]
    names = [a["article"] for a in point["accounts"]][:2]
    point["apparatus"] = {
        "witnesses": [[names[0]], [names[1]]],
        "columns": [
            {"kind": "same", "cells": ["the <dam>", "the <dam>"], "move": 0},
            {"kind": "omission", "cells": ["שלום & co", None], "move": 0},
        ],
    }
    page = to_html(document)
    start = page.index('<p class="collation">')
    words = page[start : page.index("</p>", start)]
    signs = {x["id"]: x["siglum"] for x in document["articles"]}
    assert "<bdi>the &lt;dam&gt;</bdi>" in words
    assert "<bdi>שלום &amp; co</bdi>" in words
    aloud = re.sub(r"<[^>]+>", "", re.sub(r"<i aria-hidden.*?</i>", "", words))
    assert f"שלום &amp; co in {signs[names[0]]}; nothing in {signs[names[1]]}" in aloud
