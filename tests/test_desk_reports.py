"""Special reports: what is collected is shown as it is now, and its file asks for nothing outside itself."""

from __future__ import annotations

import itertools
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from store_sample import entry, story, witness

from consilience.desk.reports import LISTED, report, reports, to_html
from consilience.errors import InputError
from consilience.store import Library

AT = "2031-06-01T12:00:00+00:00"
EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
CONFLICT = "d1:" + "0" * 16


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "reports.db", create=True) as opened:
        with opened.writing() as writer:
            for n, which in enumerate((0, 0, 1, 2)):
                writer.add(entry(witness(n), story(which), 22_400.0 + n))
            brief = {
                "origins": 2, "conflicts": 3, "verdict": "Two accounts share four points.",
                "summary": ["The weir held.", "Pumps failed."], "conflict_ids": [CONFLICT, "d1:b", "d1:c"],
                "disputed": [{"id": CONFLICT, "kind": "number", "explanation": "One says 5, the other 6."}],
            }  # fmt: skip
            writer.summed(story(0), opened.story(story(0)).grew, brief, [])
        yield opened
        assert opened.check() == ()


def collected(library: Library, *refs: str, note: str = "") -> int:
    made = library.new_report("The flood", "First line.\n\nSecond line.", at=AT)
    for ref in refs:
        library.add_item(made.number, "story" if ref.startswith("s1:") else "account", ref, note)
    return made.number


class Seen(HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "link", "img", "input", "path", "use", "circle", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag, f"</{tag}> closes another"

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words += data


def file_of(library: Library, number: int) -> Seen:
    return Seen(to_html(report(library, number)))


def test_reports_are_listed(library: Library) -> None:
    assert reports(library) == {"reports": []}
    first, second = collected(library, story(0), "report-3"), collected(library)
    told = reports(library)["reports"]
    assert [(r["number"], r["title"], r["items"]) for r in told] == [
        (second, "The flood", 0),
        (first, "The flood", 2),
    ]


def test_a_report_shows_its_items_as_they_are_now(library: Library) -> None:
    number = collected(library, story(0), "report-3", story(1), note="Look.")
    library.harmless(story(0), CONFLICT, "They round.", at=AT)
    told = report(library, number)
    json.dumps(told)
    first, second, third = told["items"]
    assert [i["place"] for i in told["items"]] == [1, 2, 3]
    assert (first["kind"], first["note"], first["merged"]) == ("story", "Look.", False)
    assert (first["story"]["origins"], first["story"]["disputed"], first["story"]["conflicts"]) == (2, [], 2)
    assert [r["why"] for r in first["story"]["remarks"]] == ["They round."]
    assert [a["name"] for a in first["accounts"]] == ["report-0", "report-1"]
    assert (second["account"]["name"], second["story"]["id"]) == ("report-3", story(2))
    assert second["account"]["begins"].startswith("The Ostra flooded")
    assert third["story"]["compared"] == "alone"
    with pytest.raises(InputError, match="no report 99"):
        report(library, 99)


def test_a_merged_story_leads_on_and_a_split_one_back(library: Library) -> None:
    number = collected(library, story(0), story(1))
    library.merge(story(0), story(1), at=AT)
    told = report(library, number)["items"]
    assert [(i["merged"], i["story"]["id"], len(i["accounts"])) for i in told] == [
        (False, story(0), 3),
        (True, story(0), 3),
    ]
    assert "part of this one now" in file_of(library, number).words
    library.undo(at=AT)
    assert [i["merged"] for i in report(library, number)["items"]] == [False, False]


def test_long_stories_are_listed_in_part(library: Library) -> None:
    with library.writing() as writer:
        for n in range(LISTED + 5):
            writer.add(entry(witness(100 + n), story(5)))
    number = collected(library, story(5))
    assert len(report(library, number)["items"][0]["accounts"]) == LISTED
    assert "and 5 earlier ones" in file_of(library, number).words


def test_the_file_tells_all_of_it(library: Library) -> None:
    number = collected(library, story(0), "report-3", note="Look at this.")
    seen = file_of(library, number)
    for words in (
        "The flood", "First line.", "Second line.", "Look at this.", "The weir held.", "Pumps failed.", "1 June 2031",
        "Two accounts share four points.", "One says 5, the other 6.", "The Melden Post 1", "2 May 2031",
        "The Ostra flooded", "the surest 1 of 3",
    ):  # fmt: skip
        assert words in seen.words, words
    assert "Nothing is collected yet" in file_of(library, collected(library)).words
    headings = [t for t, _ in seen.tags if re.fullmatch(r"h\d", t)]
    assert headings.count("h1") == 1
    assert all(int(b[1]) <= int(a[1]) + 1 for a, b in itertools.pairwise(headings)), "no level is left out"
    ids = [a["id"] for _, a in seen.tags if a.get("id")]
    assert len(ids) == len(set(ids))


def test_the_file_asks_for_nothing_and_runs_nothing(library: Library) -> None:
    with library.writing() as writer:
        evil = witness(
            50, text=f"{EVIL} \x00\ud800 text.", title=EVIL, outlet=EVIL, url="javascript:alert(1)"
        )
        writer.add(entry(evil, story(6)))
        writer.add(entry(witness(51, title=EVIL, url='https://melden.example/?a=<b>&"c'), story(6)))
        brief = {
            "origins": 1,
            "conflicts": 1,
            "verdict": EVIL,
            "summary": [EVIL],
            "disputed": [{"id": CONFLICT, "kind": EVIL, "explanation": EVIL}],
        }
        writer.summed(story(6), "", brief, [])
    made = library.new_report(EVIL, EVIL, at=AT)
    library.add_item(made.number, "story", story(6), EVIL)
    library.add_item(made.number, "account", evil.id, EVIL)
    library.harmless(story(6), CONFLICT, EVIL, at=AT)
    html = to_html(report(library, made.number))
    html.encode("utf-8")
    seen = Seen(html)
    tags = {t for t, _ in seen.tags}
    assert not tags & {"script", "img", "link", "iframe", "object", "form", "base"}
    assert not any(name.startswith("on") or name == "style" for _, given in seen.tags for name in given)
    links = {a["href"] or "" for t, a in seen.tags if t == "a"}
    assert all(link.startswith(("#", "https://melden.example/")) for link in links)
    assert "alert(1)" in seen.words, "it is shown as what it is: words"
    assert "\x00" not in html


def test_the_file_admits_its_own_style_alone(library: Library) -> None:
    html = to_html(report(library, collected(library, story(0))))
    style = html.partition("<style>")[2].partition("</style>")[0]
    policy = next(a["content"] or "" for t, a in Seen(html).tags if t == "meta" and a.get("http-equiv"))
    assert f"style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "url(" not in style
    assert "@import" not in style
    for scheme in ("prefers-color-scheme: dark", "@media print"):
        assert scheme in style
    assert to_html(report(library, 1)) == html, "equal reports give equal bytes"


def test_a_title_of_another_script_keeps_its_direction(library: Library) -> None:
    made: Any = library.new_report("عنوان", "ملاحظة", at=AT)
    html = to_html(report(library, made.number))
    assert '<h1 dir="auto">عنوان</h1>' in html
