"""The digest of a time, as view, mail and feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

from consilience.desk.digest import MAIL_SIZE, digest, to_atom, to_mail, to_plain
from consilience.desk.feed import feed
from consilience.errors import InputError
from consilience.model import Witness, witness_id
from consilience.store import Entry, Library

BASE = "http://127.0.0.1:8400"
DAY = {"since": "2031-10-18", "until": "2031-10-19"}
NOW = "2031-10-18T10:00:00+00:00"


@pytest.fixture
def library(copied: Path) -> Iterator[Library]:
    with Library.open(copied) as found:
        yield found


def named(found: dict[str, Any]) -> list[tuple[str | None, list[str]]]:
    return [
        (g["interest"] and g["interest"]["value"], [s["label"].split()[0] for s in g["items"]])
        for g in found["groups"]
    ]


def test_what_is_followed_comes_first_and_each_story_once(library: Library) -> None:
    library.take_interest("topic", "strike", at=NOW)
    library.take_interest("outlet", "Westshore Notes", at=NOW)
    found = digest(library, **DAY)
    groups = named(found)
    assert groups[:2] == [("strike", ["No"]), ("Westshore Notes", ["Statement"])]
    assert groups[2][0] is None
    assert sum(len(labels) for _, labels in groups) == found["stories"] == library.counts()["stories"]
    assert found["new_stories"] == found["stories"]
    assert found["accounts"] == library.counts()["accounts"]


def test_what_is_muted_is_left_out_and_counted(library: Library) -> None:
    before = digest(library, **DAY)["stories"]
    tale = library.stories()[0]
    library.take_interest("story", tale.id, muted=True, at=NOW)
    found = digest(library, **DAY)
    assert (found["stories"], found["muted"]) == (before - 1, 1)


def test_a_story_that_grew_tells_what_came(library: Library) -> None:
    tale = next(t for t in library.stories() if "Ilvane" in t.label)
    text = "The tug Bittern pulled the ferry Ilvane clear on Sunday."
    witness = Witness(witness_id("tug", text, "Orvan Echo", None, None), "tug", text, outlet="Orvan Echo")
    with library.writing() as writer:
        writer.add(Entry(witness, tale.id, added_at="2031-10-19T08:00:00+00:00"))
    found = digest(library, since="2031-10-19", until="2031-10-20")
    assert (found["stories"], found["new_stories"], found["accounts"]) == (1, 0, 1)
    news = found["groups"][0]["items"][0]["news"]
    assert (news["state"], [a["id"] for a in news["accounts"]]) == ("grown", [witness.id])
    assert found["groups"][0]["items"][0]["compared"] in ("older", "no")
    assert digest(library, since="2031-10-20", until="2031-10-21")["groups"] == []


def test_a_digest_of_no_time_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match="no ISO date"):
        digest(library, since="soon", until="later")


# -- mail --


def test_a_mail_needs_nothing_from_outside(library: Library) -> None:
    html = to_mail(digest(library, **DAY), BASE)
    assert not re.search(r"<(script|img|link|iframe|object)|url\(|@import", html)
    assert set(re.findall(r'href="([^"]*)"', html)) >= {f"{BASE}/feed"}
    assert all(h.startswith(f"{BASE}/") for h in re.findall(r'href="([^"]*)"', html))
    assert "prefers-color-scheme: dark" in html
    assert "Disputed:" in html


def test_a_mail_tells_a_text_and_never_runs_it() -> None:
    found = many(1)
    found["groups"][0]["items"][0]["label"] = '<script>alert("x")</script>\x0b\ud800'
    html = to_mail(found, BASE)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\x0b" not in html
    assert html.encode()


def many(count: int) -> dict[str, Any]:
    accounts = [{"id": f"w1:{n}", "title": "A title " * 9, "outlet": "Melden Post"} for n in range(12)]
    item = {
        "id": "s1:a", "label": "A story", "accounts": 12, "origins": 1, "independent": {"low": 1, "high": 1},
        "compared": "yes", "summary": ["A sentence of the summary. " * 4] * 3,
        "disputed": [{"id": "d1:a", "kind": "number", "explanation": "It is not settled. " * 5}],
        "news": {"state": "new", "count": 12, "accounts": accounts, "left_out": 0},
    }  # fmt: skip
    return {
        "since": "2031-10-18", "until": "2031-10-19", "stories": count, "new_stories": count, "muted": 0,
        "accounts": 12 * count, "notes": [], "groups": [{"interest": None, "items": [dict(item) for _ in range(count)]}],
    }  # fmt: skip


def test_a_mail_stays_small_and_counts_what_does_not_fit() -> None:
    html = to_mail(many(200), BASE)
    assert len(html.encode()) <= MAIL_SIZE
    shown = html.count("<h3")
    assert 0 < shown < 200
    assert f"{200 - shown} more stories would not fit" in html


def test_a_mail_of_an_empty_day_says_so(library: Library) -> None:
    found = digest(library, since="2040-01-01", until="2040-01-02")
    assert "Nothing came in this time" in to_mail(found, BASE)
    assert "Nothing came in this time" in to_plain(found, BASE)


def test_the_plain_twin_has_every_story(library: Library) -> None:
    found = digest(library, **DAY)
    text = to_plain(found, BASE)
    for group in found["groups"]:
        for one in group["items"]:
            assert one["label"] in text
            assert f"{BASE}/stories/{one['id']}" in text
    assert "&#39;" not in text


# -- Atom --


def atom(stories: list[dict[str, Any]], **rest: str) -> str:
    given = {"title": "Feed", "self_url": f"{BASE}/feed.atom", "base": BASE, "updated": NOW} | rest
    return to_atom(stories, **given)


def test_a_feed_is_read_by_others(library: Library) -> None:
    library.take_interest("topic", "strike", at=NOW)
    stories = feed(library, now=NOW)["items"]
    read = feedparser.parse(atom(stories, title="Follows <&>"))
    assert not read.bozo
    assert (read.version, read.feed.title) == ("atom10", "Follows <&>")
    assert read.feed.id == "urn:consilience:feed:feed.atom"
    assert [e.id for e in read.entries] == [f"urn:consilience:story:{s['id']}" for s in stories]
    assert [e.link for e in read.entries] == [f"{BASE}/stories/{s['id']}" for s in stories]
    assert read.entries[0].updated.endswith("Z")
    assert "Shown because" in "".join(e.content[0].value for e in read.entries)


def test_a_feed_admits_no_character_that_xml_does_not(library: Library) -> None:
    one = feed(library, now=NOW)["items"][0]
    one |= {"label": "A \x0b\ud800]]> story\n", "verdict": "<b>\x00 & bold", "first": "soon", "grew": "never"}
    text = atom([one])
    read = feedparser.parse(text)
    assert not read.bozo
    assert read.entries[0].title == "A ]]> story"
    assert "&lt;b&gt; &amp; bold" in read.entries[0].content[0].value
    assert "published" not in read.entries[0]


def test_an_empty_feed_is_a_feed() -> None:
    read = feedparser.parse(atom([]))
    assert not read.bozo
    assert (read.entries, read.feed.updated) == ([], "2031-10-18T10:00:00Z")
