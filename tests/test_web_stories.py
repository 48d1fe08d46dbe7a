"""The pages of a story: each answers and has its twin, links hold, the slider keeps the time, nothing is heavy."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlencode

import pytest
from starlette.testclient import TestClient

from consilience.app.web import dossiers, stories
from consilience.app.web.dossiers import Recent
from consilience.app.web.security import PAGE_POLICY, Guard, guarded
from consilience.app.web.server import create_app
from consilience.app.web.site import Site
from consilience.app.worker import Worker
from consilience.settings import Settings
from consilience.store import Library

NOW = "2031-10-18T10:00:00+00:00"
PARTS = [
    "", "/points", "/points?show=differs", "/points?show=single", "/points?show=several", "/points?show=alone",
    "/points/1", "/points/78", "/discrepancies", "/descent", "/origins", "/ledger", "/timeline", "/coverage",
    "/framing", "/texts", "/texts/D", "/compare", "/compare?a=D&b=E", "/method", "/correct", "/correct?q=fog",
]  # fmt: skip
FIRST_VIEW = 150_000
EARLY = "2031-10-14T13:05:00+02:00"
HOSTILE = "<script>alert(1)</script>"


@contextmanager
def served(place: Path, now: str = NOW) -> Iterator[TestClient]:
    site = Site(place, clock=lambda: now)
    with TestClient(guarded(create_app(site), Guard()), base_url="http://127.0.0.1:8400") as client:
        yield client


@pytest.fixture(scope="module")
def place(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, and what was known of its story on 15 October."""
    import shutil

    own = Path(shutil.copy(filled, tmp_path_factory.mktemp("stories") / "library.db"))
    with Library.open(own) as library:
        library.ask("compare", {"story": ferry(library), "until": "2031-10-15"}, at=NOW)
        work(library)
    return own


@pytest.fixture(scope="module")
def web(place: Path) -> Iterator[TestClient]:
    with served(place) as client:
        yield client


@pytest.fixture(scope="module")
def story(place: Path) -> str:
    with Library.open(place) as library:
        return ferry(library)


@pytest.fixture
def mine(copied: Path) -> Iterator[TestClient]:
    """The app over a library of the test's own."""
    with served(copied) as client:
        yield client


def ferry(library: Library) -> str:
    return next(s.id for s in library.stories() if s.accounts == 6)


def work(library: Library) -> None:
    worker = Worker(library, Settings(), clock=lambda: NOW)
    while worker.step():
        pass


def wanted(library: Library) -> int:
    """How much waits for the worker, once what pages want has been written."""
    until = time.monotonic() + 10
    while not library.waiting() and time.monotonic() < until:
        time.sleep(0.05)
    return library.waiting()


class Page(HTMLParser):
    """Links, ids, and what a policy without inline style or script would not let run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.ids: set[str] = set()
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        href = found.get("href") or ""
        if tag == "a":
            self.links.append(href)
        if tag == "link" or (tag == "script" and found.get("src")):
            self.files.append(href or found.get("src") or "")
        if found.get("id"):
            assert found["id"] not in self.ids, f"{found['id']} twice"
            self.ids.add(found["id"] or "")
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not found.get("src")):
            self.inline.append(tag)


# -- every page --


@pytest.mark.parametrize("part", PARTS)
def test_a_page_answers_and_is_light(web: TestClient, story: str, part: str) -> None:
    answer = web.get(f"/stories/{story}{part}")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    page = Page(answer.text)
    assert page.inline == []
    assert answer.text.count("<h1") == 1
    files = [web.get(f) for f in page.files]
    assert {f.status_code for f in files} == {200}
    assert len(answer.content) + sum(len(f.content) for f in files) <= FIRST_VIEW


@pytest.mark.parametrize("part", PARTS)
def test_a_page_has_its_twin(web: TestClient, story: str, part: str) -> None:
    path, _, query = f"/stories/{story}{part}".partition("?")
    twin = web.get(f"{path}.json?{query}")
    assert twin.status_code == 200
    told = json.loads(twin.text)
    assert told["tale"]["id"] == story
    assert told["counts"]["shared"] == 43
    assert "<" not in told["verdict"] if "verdict" in told else True


def test_links_lead_somewhere(web: TestClient, story: str) -> None:
    pages: dict[str, Page] = {}

    def fetched(path: str) -> Page:
        if path not in pages:
            answer = web.get(path)
            assert answer.status_code == 200, path
            pages[path] = Page("" if path.partition("?")[0].endswith(".json") else answer.text)
        return pages[path]

    for part in PARTS:
        page = fetched(f"/stories/{story}{part}")
        for link in dict.fromkeys(page.links):
            path, _, anchor = link.partition("#")
            there = page if not path else None
            if path.startswith("/stories/") and "/file" not in path:
                there = fetched(path)
            assert there is None or not anchor or anchor in there.ids, f"{part}: {link}"


@pytest.mark.parametrize(
    "part", ["/points/79", "/points/0", "/texts/Z", "/compare?a=Z", "/nothing", "/points?show=all"]
)
def test_what_is_not_there_is_said_in_a_line(web: TestClient, story: str, part: str) -> None:
    answer = web.get(f"/stories/{story}{part}")
    assert answer.status_code in (400, 404)
    assert "<h1" in answer.text
    assert web.get(f"/stories/s1:ffff{part}").status_code in (400, 404)


def test_a_style_of_no_part_is_not_there(web: TestClient) -> None:
    assert web.get("/style/points.css").headers["content-type"].startswith("text/css")
    assert web.get("/style/nothing.css").status_code == 404


# -- ids --


def test_the_beginning_of_an_id_leads_to_the_whole(web: TestClient, story: str) -> None:
    answer = web.get(f"/stories/{story[3:10]}/points?show=alone&until=2031-10-15")
    assert answer.url.path == f"/stories/{story}/points"
    assert dict(answer.url.params) == {"show": "alone", "until": "2031-10-15"}


def test_an_id_that_was_joined_leads_on(mine: TestClient, copied: Path) -> None:
    with Library.open(copied) as library:
        story = ferry(library)
        other = next(s.id for s in library.stories() if s.id != story)
        library.merge(story, other, at=NOW)
    answer = mine.get(f"/stories/{other}")
    assert answer.url.path == f"/stories/{story}"


# -- points --


def test_points_are_dealt_out_whole(web: TestClient, story: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "ROOM", 20_000)
    first = web.get(f"/stories/{story}/points.json").json()
    assert first["pages"] > 1
    pages = [web.get(f"/stories/{story}/points.json?page={n + 1}").json() for n in range(first["pages"])]
    ids = [p["id"] for page in pages for p in page["points"]]
    assert len(ids) == len(set(ids)) == 43
    last = web.get(f"/stories/{story}/points?page=99")
    assert f"Page {first['pages']} of {first['pages']}" in last.text
    assert 'rel="prev"' in last.text


def test_a_point_is_found_by_its_id(web: TestClient, story: str) -> None:
    told = web.get(f"/stories/{story}/points/3.json").json()
    found = web.get(f"/stories/{story}/points/{told['point']['id']}.json").json()
    assert (found["number"], found["point"]) == (3, told["point"])


def test_discrepancies_are_dealt_out_and_each_is_led_to(
    mine: TestClient, story: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On whichever page it stands: a link to it says so, where there are several."""
    base = f"/stories/{story}/discrepancies"
    whole = mine.get(f"{base}.json").json()
    assert whole["pages"] == 1 and "?at=" not in mine.get(f"/stories/{story}").text
    monkeypatch.setattr(dossiers, "ROOM", 12_000)
    monkeypatch.setattr(dossiers, "_read", dossiers.Recent(10))
    monkeypatch.setattr(dossiers, "_filled", dossiers.Recent(10))
    first = mine.get(f"{base}.json").json()
    assert first["pages"] > 2
    dealt = [mine.get(f"{base}.json?page={n + 1}").json()["discrepancies"] for n in range(first["pages"])]
    assert sorted(d["id"] for page in dealt for d in page) == sorted(d["id"] for d in whole["discrepancies"])
    links = set(
        re.findall(r'href="([^"]*discrepancies[^"]*)#(d\d+)"', mine.get(f"/stories/{story}/points").text)
    )
    assert links
    for at, anchor in links:
        assert f'id="{anchor}"' in mine.get(at.replace("&amp;", "&")).text


def test_a_point_shows_its_words_and_its_neighbours(web: TestClient, story: str) -> None:
    told = web.get(f"/stories/{story}/points/1.json").json()
    page = web.get(f"/stories/{story}/points/1").text
    assert told["before"] is None
    assert f"/stories/{story}/points/{told['after']}" in page
    assert "112" in page
    assert page.count('<figure class="card">') >= 2
    assert "<mark>" in page


def test_texts_stand_beside_each_other(web: TestClient, story: str) -> None:
    page = web.get(f"/stories/{story}/compare?a=D&b=E").text
    assert page.count('class="wide column"') == 2
    assert '<mark class="shared">' in page
    assert re.search(r'name="a".*?value="D" selected', page)
    told = web.get(f"/stories/{story}/compare.json?a=D&b=E").json()
    assert [c["account"] for c in told["columns"]] == ["courier", "westshore"]
    assert all(0 < c["share"] < 1 for c in told["columns"])


# -- what was known when --


def test_a_place_of_the_slider_is_a_time(web: TestClient, story: str) -> None:
    answer = web.get(f"/stories/{story}/points?show=alone&step=4")
    assert dict(answer.url.params) == {"show": "alone", "until": "2031-10-15"}
    last = web.get(f"/stories/{story}?step=5&until=2031-10-15")
    assert dict(last.url.params) == {}


def test_what_was_known_then_is_shown_on_every_part(web: TestClient, story: str) -> None:
    now = web.get(f"/stories/{story}.json").json()
    then = web.get(f"/stories/{story}.json?until=2031-10-15").json()
    assert (now["counts"]["accounts"], then["counts"]["accounts"]) == (6, 5)
    assert then["counts"]["discrepancies"] < now["counts"]["discrepancies"]
    page = Page(web.get(f"/stories/{story}?until=2031-10-15").text)
    parts = [k for k in page.links if k.startswith(f"/stories/{story}/") and "/correct" not in k]
    assert parts
    assert [k for k in parts if "until=" not in k and "step=" not in k] == []
    assert (
        "Lock and Lantern" not in web.get(f"/stories/{story}/descent?until=2031-10-15").text.split("as-of")[0]
    )


def test_the_slider_tells_what_each_account_changed(web: TestClient, story: str) -> None:
    slider = web.get(f"/stories/{story}.json?until=2031-10-15").json()["slider"]
    assert slider["place"] == 3
    assert [s["at"] for s in slider["stops"]] == sorted(s["at"] for s in slider["stops"])
    assert slider["stops"][4]["says"].startswith("F (Lock and Lantern) repeats")
    assert sum(len(s["appeared"]) for s in slider["stops"]) == 6
    page = web.get(f"/stories/{story}?until=2031-10-15").text
    assert "five of six accounts had come out" in page
    assert 'type="range"' in page


def test_what_is_no_time_is_refused(web: TestClient, story: str) -> None:
    assert web.get(f"/stories/{story}?until=yesterday").status_code == 400


# -- a dossier that is not made yet --


def test_a_dossier_is_asked_for_once_and_shown_when_made(mine: TestClient, copied: Path) -> None:
    with Library.open(copied) as library:
        story = ferry(library)
        asked = [mine.get(f"/stories/{story}/points?until=2031-10-14T15:40:00%2B02:00") for _ in range(3)]
        told = mine.get(f"/stories/{story}.json?until=2031-10-14T15:40:00%2B02:00").json()
        assert wanted(library) == 1
        assert told["making"]["state"] == "waiting"
        assert len(told["making"]["accounts"]) == 3
        for answer in asked:
            assert answer.status_code == 200
            assert 'data-poll="2"' in answer.text
            assert '<noscript><meta http-equiv="refresh"' in answer.text
        assert "Lock and Lantern" not in asked[0].text
        work(library)
    made = mine.get(f"/stories/{story}/points?until=2031-10-14T15:40:00%2B02:00").text
    assert "data-poll" not in made
    assert "three of six accounts had come out" in made


def test_no_page_needs_the_dossier_to_be_made(mine: TestClient, copied: Path) -> None:
    with Library.open(copied) as library:
        story = ferry(library)
        library.split(story, [next(library.accounts(story=story)).witness.id], at=NOW)
    for part in PARTS:
        path, _, query = f"/stories/{story}{part}".partition("?")
        assert mine.get(f"{path}?{query}").status_code == 200
        assert mine.get(f"{path}.json?{query}").json()["counts"] == {}
    assert mine.get(f"/stories/{story}/file").url.path == f"/stories/{story}"


def test_the_ledger_is_dealt_out_whole(web: TestClient, story: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = web.get(f"/stories/{story}/ledger.json").json()
    monkeypatch.setattr(stories, "STATEMENTS", 25)
    pages = web.get(f"/stories/{story}/ledger.json").json()["pages"]
    told = [web.get(f"/stories/{story}/ledger.json?page={n + 1}").json() for n in range(pages)]
    assert pages > 1
    assert [line for page in told for line in page["ledger"]] == whole["ledger"]
    assert "Page 2 of" in web.get(f"/stories/{story}/ledger?page=2").text


def test_what_failed_is_said_and_not_asked_again(mine: TestClient, copied: Path) -> None:
    with Library.open(copied) as library:
        story = ferry(library)
        number = library.ask("compare", {"story": story, "until": EARLY}, at=NOW)
        library.begin_job()
        problem = {"what": "the disk is full", "where": "library", "todo": "make room"}
        library.end_job(number, {"problem": problem}, at=NOW, failed=True)
        page = mine.get(f"/stories/{story}?{urlencode({'until': EARLY})}").text
        assert "disk is full" in page
        assert "data-poll" not in page
        assert library.waiting() == 0
        again = mine.post(f"/stories/{story}/compare", data={"until": EARLY})
        assert again.status_code == 200
        assert library.waiting() == 1


def test_a_story_of_one_account_has_its_pages(mine: TestClient, copied: Path) -> None:
    with Library.open(copied) as library:
        story = ferry(library)
        one = next(library.accounts(story=story)).witness.id
        alone = library.split(story, [one], at=NOW).other
        assert "being compared" in mine.get(f"/stories/{alone}").text
        assert wanted(library) == 1
        work(library)
    assert "nothing here is confirmed" in mine.get(f"/stories/{alone}").text
    for part in ("/points", "/points/1", "/descent", "/coverage", "/texts/A", "/compare", "/correct"):
        assert mine.get(f"/stories/{alone}{part}").status_code == 200


# -- what is new --


def test_what_came_since_the_last_look_is_marked(copied: Path) -> None:
    with Library.open(copied) as library:
        story = ferry(library)
        library.look(story, "2031-10-18T09:30:00+00:00")
        last = list(library.accounts(story=story))[-1].witness.id
        library._db.execute("UPDATE account SET added_at = '2031-10-18T12:00:00+00:00' WHERE id = ?", (last,))
    with served(copied, now="2031-10-18T14:00:00+00:00") as web:
        front = web.get(f"/stories/{story}").text
        assert "since you last looked" in front
        assert front.count('class="fresh"') >= 3
        for part in ("/points?show=alone", "/discrepancies", "/ledger"):
            assert "</svg> new</span>" in web.get(f"/stories/{story}{part}").text
        assert "new</span>" not in web.get(f"/stories/{story}/timeline").text


def test_to_one_who_never_looked_nothing_is_new(web: TestClient, story: str) -> None:
    assert "new</span>" not in web.get(f"/stories/{story}").text


# -- files --


@pytest.mark.parametrize(
    ("form", "begins"),
    [("html", "<!DOCTYPE html>"), ("json", "{"), ("graphml", "<?xml"), ("dot", "digraph"), ("prov", "{")],
)
def test_a_dossier_is_saved_as_a_file(web: TestClient, story: str, form: str, begins: str) -> None:
    answer = web.get(f"/stories/{story}/file?form={form}")
    assert answer.text.startswith(begins)
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "grounding" in unquote(answer.headers["content-disposition"])
    assert web.get(f"/stories/{story}/file?form=doc").status_code == 400


# -- what accounts hold is data --


def test_an_account_can_neither_run_nor_instruct(tmp_path: Path) -> None:
    texts = [
        f"{HOSTILE} The ferry Ilvane struck a rock at Kesmer Point on Tuesday, Mayor Ada Brandt said. Nine were hurt.",
        f"The ferry Ilvane struck a rock at Kesmer Point on Tuesday, said Ada Brandt. Ten were hurt. {HOSTILE}",
    ]
    with Library.open(tmp_path / "library.db", create=True) as library:
        given = [
            {
                "text": t,
                "title": f'"onmouseover=x {HOSTILE}',
                "outlet": f"{HOSTILE} {n}",
                "published": "2031-10-14",
            }
            for n, t in enumerate(texts)
        ]
        library.ask("add", {"texts": given}, at=NOW)
        work(library)
        found = library.stories()
    with served(tmp_path / "library.db") as web:
        for tale in found:
            for part in (
                "",
                "/points",
                "/points/1",
                "/ledger",
                "/texts/A",
                "/compare",
                "/descent",
                "/correct",
            ):
                page = web.get(f"/stories/{tale.id}{part}")
                assert HOSTILE not in page.text
                assert Page(page.text).inline == []


# -- memory --


def test_the_newest_are_kept_up_to_their_weight() -> None:
    kept: Recent[str] = Recent(6, len)
    made = []

    def make(word: str) -> str:
        made.append(word)
        return word

    for word in ("abc", "def", "abc", "ghi", "def"):
        assert kept.get(word, lambda word=word: make(word)) == word  # type: ignore[misc]
    assert made == ["abc", "def", "ghi", "def"]
    assert kept.get("none", lambda: None) is None
    assert kept.get("long", lambda: "x" * 100) == "x" * 100
