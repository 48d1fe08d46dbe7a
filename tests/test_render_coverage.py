"""Coverage and framing on the page and in the terminal: signs, halves, and what differs first."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import render_sample
from rich.console import Console

from consilience.dossier.render import to_html
from consilience.dossier.render.coverage import grid, halves, left_out
from consilience.dossier.render.facts import facts
from consilience.dossier.render.framing import framed
from consilience.dossier.terminal import print_dossier

Doc = dict[str, Any]


def sample() -> Doc:
    """The sample with an utterance of which one account quotes a half."""
    doc = render_sample.sample()
    texts = {a["id"]: a["text"] for a in doc["articles"]}
    whole, half = "acted at once and by the book", "by the book"
    a, b = texts["authority"].index(whole), texts["courier"].index(half)
    doc["selections"] = [
        {
            "article": "courier",
            "speaker": "Ilse Marrow",
            "kept": {"article": "courier", "start": b, "end": b + len(half)},
            "whole": [{"article": "authority", "start": a, "end": a + len(whole)}],
            "dropped": [{"article": "authority", "start": a, "end": a + len("acted at once")}],
            "hinge": "but",
            "why": "The Courier quotes a half.",
            "score": 0.8,
        }
    ]
    return doc


def section(html: str, name: str) -> str:
    """One section of the page."""
    found = re.search(rf'<section id="{name}".*?</section>', html, re.DOTALL)
    assert found
    return found.group()


def frame(article: str, kind: str, word: str, note: str, who: str | None = None) -> Doc:
    """A row of framing with one passage."""
    cites = [{"article": article, "start": 0, "end": 5}]
    return {
        "article": article, "kind": kind, "who": who, "word": word, "count": 1, "note": note, "cites": cites,
    }  # fmt: skip


def test_each_account_has_a_sign_for_each_shared_point() -> None:
    known = facts(sample())
    found = grid(known)
    assert [len(s.signs) for s in found.strips] == [len(found.rows)] * len(known.accounts)
    for strip in found.strips:
        states = [x.state for x in strip.signs]
        assert strip.shared == sum(s in ("headline", "lead", "body") for s in states)
        assert strip.silent == states.count("silent")


def test_the_page_says_each_sign_in_words_and_why() -> None:
    doc = sample()
    html = section(to_html(doc), "coverage")
    shown = sum(x.state != "absent" for s in grid(facts(doc)).strips for x in s.signs)
    table = re.search(r'<table class="strips">.*?</table>', html, re.DOTALL)
    assert table and table.group().count('<span class="vh">') == shown + len(doc["articles"])  # and the sigla
    assert 'class="at-silent"' in html and "published before it was known" in html


def test_more_points_than_fit_are_counted() -> None:
    doc = sample()
    doc["points"] = [p | {"id": f"{p['id']}{n}"} for n in range(30) for p in doc["points"]]
    found = grid(facts(doc))
    assert len(found.rows) == 60 and found.left > 0
    assert f"the first 60 of {60 + found.left}" in section(to_html(doc), "coverage")


def test_the_half_that_is_dropped_is_marked() -> None:
    doc = sample()
    (half,) = halves(facts(doc))
    assert [p.text for p in half.whole.pieces if "differs" in p.kinds] == ["acted at once"]
    html = section(to_html(doc), "coverage")
    assert "One half of an utterance" in html and "<mark>acted at once</mark>" in html
    assert "One half of an utterance" not in section(to_html(render_sample.sample()), "coverage")


def test_silences_on_what_an_account_follows_come_first() -> None:
    doc = sample()
    shared = [r.raw["id"] for r in facts(doc).shared][:2]
    rows = [{"article": "brief", "point": p, "why": "", "could": True} for p in shared]
    rows[1]["follows"] = "norwire"
    doc["omissions"] = rows
    brief = next(o for o in left_out(facts(doc)) if o.account.id == "brief")
    assert [r.raw["id"] for r, _ in brief.could] == [shared[1], shared[0]]


def test_lacunose_cells_give_their_reason() -> None:
    doc = sample()
    doc["omissions"] = []
    point = facts(doc).shared[0].raw["id"]
    cell = {"point": point, "state": "lacunose", "why": "It is a list of headlines."}
    doc["coverage"] = [{"article": "brief", "points": 0, "share": 0.0, "speakers": [], "cells": [cell]}]
    brief = next(o for o in left_out(facts(doc)) if o.account.id == "brief")
    assert [why for _, why in brief.could_not] == ["It is a list of headlines."]


def test_what_differs_between_accounts_comes_first() -> None:
    doc = sample()
    doc["framing"] = [
        frame("authority", "verb", "say", "neutral", "Ilse Marrow"),
        frame("norwire", "verb", "claim", "claims", "Ilse Marrow"),
        *(frame(a, "verb", "say", "neutral", "Bea Lindqvar") for a in ("courier", "strand", "today")),
        frame("courier", "acted-on", "hit", "by the Tolva", "the Maren"),
        frame("strand", "acted-on", "hit", "by no one named", "the Maren"),
        frame("courier", "loaded", "reckless", "evaluation"),
        frame("strand", "loaded", "reckless", "evaluation, inside quotation marks"),
        frame("today", "loaded", "reckless", "evaluation, in reported words"),
        frame("today", "headline", "fact", "“Nine hurt” is stated in the headline."),
    ]
    found = framed(facts(doc))
    assert [(x.head, x.telling) for x in found.verbs] == [("Ilse Marrow", True), ("Bea Lindqvar", False)]
    (act,), (word,) = found.acts, found.loaded
    assert [(w, [u.account.id for u in us]) for w, us in act.by_word] == [
        ("no one is named", ["strand"]),
        ("the Tolva", ["courier"]),
    ]
    assert [v for v, _ in word.by_voice] == ["", "in a quotation", "in reported words"]
    profile = next(p for p in found.profiles if p.account.id == "today")
    assert (profile.loaded.count, profile.quoted.count) == (0, 1)
    assert profile.quoted.rate == 1000 / profile.account.raw["words"]
    html = section(to_html(doc), "framing")
    assert html.index("Headline against body") < html.index("How each speaker is reported")
    assert "1 speakers" not in html


def test_the_terminal_shows_the_same() -> None:
    doc = sample()
    for width in (60, 120):
        out = StringIO()
        print_dossier(doc, Console(file=out, width=width, color_system=None), verbose=True)
        assert "█ headline" in out.getvalue() and "The Courier quotes a half." in out.getvalue()
        assert max(map(len, out.getvalue().splitlines())) <= width
