"""The pages beside the stories: each answers, has its twin, escapes what accounts hold, and shows what it says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from consilience.app.web.drawings import circles, place
from consilience.app.web.pages import _meanings
from consilience.app.web.security import PAGE_POLICY, Guard, guarded
from consilience.app.web.server import create_app
from consilience.app.web.site import Site, static_folder
from consilience.app.worker import Worker
from consilience.data import lexicon
from consilience.ingest.following import Followed
from consilience.model import Witness
from consilience.settings import Settings
from consilience.store import Library
from consilience.store.protocol import Entry

NOW = "2031-10-18T10:00:00+00:00"
HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(1)>'
ROOT = Path(__file__).resolve().parent.parent


def served(place: Path, now: str = NOW) -> Iterator[TestClient]:
    site = Site(place, clock=lambda: now)
    client = TestClient(guarded(create_app(site), Guard()), base_url="http://127.0.0.1:8400")
    yield client
    site.close()


CLAIM = "The ferry was carrying 112 people."


@pytest.fixture(scope="module")
def web(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app over the example, with claims that the worker has checked."""
    own = Path(shutil.copy(filled, tmp_path_factory.mktemp("pages") / "library.db"))
    with Library.open(own) as library:
        for words in (CLAIM, "ferry " * 200):
            library.ask("check", Site(own).claim(words), at=NOW)
        worker = Worker(library, Settings(), clock=lambda: NOW)
        while worker.step():
            pass
    yield from served(own)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    Library.open(tmp_path / "library.db", create=True).close()
    yield from served(tmp_path / "library.db")


@pytest.fixture(scope="module")
def account(web: TestClient) -> dict[str, str]:
    hits = web.get("/search.json?q=radar&in=account").json()["hits"]
    return next(h for h in hits if h["outlet"] == "The Melisk Hour")


PAGES = (
    "/feed",
    "/feed?only=disputed",
    "/feed?only=muted",
    "/search",
    "/search?q=ferry",
    "/search?q=ferry&in=point&page=2",
    "/outlets",
    "/outlets/The Melisk Hour",
    "/people/Irena Valdosk",
    "/people/Irena Valdosk?about=radar",
    "/people/Nobody Atall",
    "/add",
    "/jobs",
    "/jobs/1",
    "/follows",
    "/digest",
    "/digest?day=2031-10-17",
    "/reports",
    "/check",
    "/settings",
    "/help",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_and_has_a_twin(web: TestClient, path: str) -> None:
    shown = web.get(path)
    assert shown.status_code == 200
    assert shown.headers["content-security-policy"] == PAGE_POLICY
    html = shown.text
    assert html.count("<h1") == 1, "one heading of the first order"
    assert '<main id="main"' in html and 'href="#main"' in html
    assert not re.search(r"<script(?! src=)|\sstyle=|\son\w+=|javascript:", html), (
        "nothing that the policy forbids"
    )
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), "an id stands twice"
    assert set(re.findall(r'(?:for|aria-labelledby|aria-describedby)="([^"]+)"', html)) <= set(ids)
    before, _, query = path.partition("?")
    twin = web.get(f"{before}.json?{query}")
    assert twin.status_code == 200 and isinstance(twin.json(), dict)
    assert f'href="{quote(before)}.json' in html


def test_the_first_view_of_a_page_is_light(web: TestClient, account: dict[str, str]) -> None:
    for path in ("/feed", f"/accounts/{account['id']}", "/help"):
        html = web.get(path).text
        parts = re.findall(r'(?:href|src)="(/static/[^"]+)"', html)
        assert parts
        size = len(html.encode()) + sum(len(web.get(p).content) for p in parts)
        assert size <= 150_000, f"{path}: {size}"


def test_the_start_leads_to_the_feed(web: TestClient) -> None:
    assert web.get("/", follow_redirects=False).headers["location"] == "/feed"


def test_the_feed_tells_accounts_and_origins_and_what_is_disputed(web: TestClient) -> None:
    html = web.get("/feed").text
    ferry = html[html.index("Ilvane</bdi>") - 1200 : html.index("Ilvane</bdi>") + 3000]
    assert re.search(r'class="n">6</span> <span class="of-what">accounts', ferry)
    assert re.search(
        r'class="figure agree"><span class="n">2</span> <span class="of-what">independent origins', ferry
    )
    assert "more than 150" in ferry and 'class="sign small differ"' in ferry
    assert "14–17 October 2031" in ferry, "the sparkline in words"


def test_an_empty_library_says_what_to_do(empty: TestClient) -> None:
    html = empty.get("/feed").text
    assert "Begin with a few accounts" in html
    assert 'name="way" value="example"' in html
    for path in ("/outlets", "/digest", "/reports", "/follows", "/jobs"):
        assert 'class="empty"' in empty.get(path).text, path


def test_a_search_marks_what_matched_and_offers_to_follow_it(web: TestClient) -> None:
    html = web.get("/search?q=radar").text
    assert "<mark>radar</mark>" in html
    assert '<input type="hidden" name="value" value="radar">' in html
    none = web.get("/search?q=zeppelin").text
    assert "Nothing holds all of that" in none and "/check?claim=zeppelin" in none
    only = web.get("/search?q=radar&in=statement").text
    assert only.count("checked") == 1


def test_an_account_shows_its_text_with_regions_and_statements(
    web: TestClient, account: dict[str, str]
) -> None:
    html = web.get(f"/accounts/{account['id']}").text
    assert 'class="line furniture' in html and "Winter tyres" in html
    assert re.search(r'class="st-direct"[^>]*>No lamp', html)
    assert 'href="/people/Irena%20Valdosk"' in html
    assert 'action="/corrections/move"' in html and 'name="account"' in html
    assert "It follows" in html and "Tavorian Press Agency" in html
    model = web.get(f"/accounts/{account['id']}.json").json()
    assert "drawn" not in model
    for said in model["statements"]:
        start, end = said["spans"][0]
        assert f'id="t0-{start}-{end}"' in html, "a statement leads to its place in the text"
    for near in model["neighbours"]:
        for p in near["passages"]:
            assert f'id="t0-{p["start"]}-{p["end"]}"' in html, "and so does what two accounts share"


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=ferry&in=statement",
        "/check?claim=The ferry was carrying 112 people.",
        "/people/Irena Valdosk",
    ],
)
def test_what_is_found_leads_to_its_place_in_the_account(web: TestClient, path: str) -> None:
    links = re.findall(r'href="(/accounts/[^"#]+\?at=[^"#]+)#([^"]+)"', web.get(path).text)
    assert links
    for to, anchor in links:
        assert f'id="{anchor}"' in web.get(to).text


def test_a_person_is_shown_with_outlets_ways_and_time(web: TestClient) -> None:
    html = web.get("/people/Irena Valdosk").text
    assert "In which outlets" in html and "Through whom" in html and 'class="days"' in html
    assert 'action="/corrections/same"' in html
    assert "Nobody of that name speaks" in web.get("/people/Nobody Atall").text


def test_places_in_time_lie_between_first_and_last() -> None:
    rows = [{"when": "2031-01"}, {"when": "2031-07"}, {"when": "2032-01"}]
    place(rows)
    assert [round(float(r["place"]), 1) for r in rows] == [0.0, 0.5, 1.0]


def test_circles_are_drawn_for_as_many_accounts_as_can_be_seen() -> None:
    assert circles({"origins": 2, "accounts": 11})["height"] == 26
    assert circles({"origins": 2, "accounts": 11})["own"].count("z") == 2
    for story in ({"origins": None, "accounts": 3}, {"origins": 2, "accounts": 200}):
        assert not circles(story)["own"]


def test_an_outlet_is_told_in_counts_without_a_verdict(web: TestClient) -> None:
    html = web.get("/outlets/The Melisk Hour").text
    assert "no verdict on an outlet" in html
    for title in (
        "Whom it credits",
        "Who credits it",
        "Whom it takes from",
        "Who takes from it",
        "Reporting verbs",
    ):
        assert title in html
    assert web.get("/outlets/No Such Outlet").status_code == 404


def test_a_claim_is_checked(web: TestClient) -> None:
    html = web.get("/check", params={"claim": CLAIM}).text
    assert re.search(r'class="n">6</span> <span class="of-what">accounts report it', html)
    assert "Contradicted" in html and "more than 150" in html
    long = web.get("/check", params={"claim": "ferry " * 200})
    assert long.status_code == 200 and 'role="alert"' in long.text
    asked = web.get("/check?claim=The lake was calm on that day.").text
    assert 'data-poll="1"' in asked and '<noscript><meta http-equiv="refresh"' in asked


def test_a_digest_tells_what_came_on_a_day(web: TestClient) -> None:
    html = web.get("/digest?day=2031-10-18").text
    assert "15 accounts came, to four stories, all of them new" in html
    assert 'href="/digest?day=2031-10-17"' in html
    assert "The last day on which something came" in web.get("/digest?day=2031-10-17").text
    assert web.get("/digest?day=2031-02-31").status_code == 400
    mail = web.get("/digest/mail?day=2031-10-18")
    assert "unsafe-inline" in mail.headers["content-security-policy"] and "<script" not in mail.text


def test_the_feed_as_atom(web: TestClient) -> None:
    told = web.get("/feed.atom")
    assert told.headers["content-type"].startswith("application/atom+xml")
    assert told.text.count("<entry>") == 4


def test_settings_tell_what_each_means(web: TestClient) -> None:
    html = web.get("/settings").text
    assert "max_bytes" in html and "largest file or response read" in html
    model = web.get("/settings.json").json()
    assert all(f["says"] for stage in model["stages"] for f in stage["fields"]), (
        "a setting without a word on it"
    )
    assert _meanings("") == ("", {})


def test_a_backup_is_a_library(web: TestClient, tmp_path: Path) -> None:
    got = web.get("/settings/backup")
    assert got.headers["content-disposition"].startswith("attachment")
    (tmp_path / "copy.db").write_bytes(got.content)
    with Library.open(tmp_path / "copy.db") as library:
        assert library.counts()["accounts"] == 15


def test_the_measured_rates_are_those_of_the_document() -> None:
    told = (ROOT / "docs" / "measures.md").read_text("utf-8")
    for row in lexicon("measured"):
        figures = re.findall(r"(?<![\d,])(?:\d+[\d,]*)?\.\d+", row["figure"])
        for figure in figures:
            assert figure in told, f"{row['what']}: {figure} stands nowhere in docs/measures.md"


def test_help_shows_them_with_what_they_were_measured_on(web: TestClient) -> None:
    html = web.get("/help").text
    for row in web.get("/help.json").json()["measures"]:
        assert row["what"] in html and row["material"] in html


@pytest.mark.parametrize(
    "path", ["/accounts/w1:0", "/jobs/77", f"/jobs/{10**20}", "/reports/9", "/feed?only=best", "/nowhere"]
)
def test_what_is_not_there_is_told_with_what_to_do(web: TestClient, path: str) -> None:
    got = web.get(path)
    assert got.status_code in (400, 404, 422)
    assert 'href="/feed"' in got.text and "<h1" in got.text


def test_the_frame_tells_what_was_done_in_its_own_words_alone(web: TestClient) -> None:
    assert "Followed." in web.get("/follows?did=followed").text
    for word in (HOSTILE, "999", "nothing"):
        html = web.get("/follows", params={"did": word}).text
        assert 'class="flash"' not in html and "alert(" not in html


def test_what_an_account_holds_is_escaped_everywhere(tmp_path: Path) -> None:
    text = f"{HOSTILE}\n\n“{HOSTILE} will not stand,” said Ann {HOSTILE} Poe. The dam held at Ostrel.\n"
    witness = Witness(
        "w1:evil",
        HOSTILE,
        text,
        title=HOSTILE,
        outlet=HOSTILE,
        url="javascript:alert(1)",
        published="2031-10-14",
    )
    with Library.open(tmp_path / "library.db", create=True) as library:
        with library.writing() as writer:
            writer.add(Entry(witness, "s1:evil", when=22_000.0, added_at=NOW, why=HOSTILE))
        report = library.new_report(HOSTILE, HOSTILE, at=NOW)
        library.add_item(report.number, "account", "w1:evil", HOSTILE)
        library.take_interest("topic", HOSTILE, at=NOW)
        library.take_interest("outlet", HOSTILE, at=NOW)
        library.follow(Followed("javascript:alert(1)", note=HOSTILE))
        job = library.ask("add", {"texts": []}, at=NOW)
        library.begin_job()
        problem = {"what": HOSTILE, "where": HOSTILE, "todo": HOSTILE}
        library.end_job(job, {"added": 0, "known": 0, "accounts": [], "problems": [problem]}, at=NOW)
    quoted = quote(HOSTILE)
    for web in served(tmp_path / "library.db"):
        for path in (
            "/feed", f"/search?q={quoted}", "/search?q=dam", "/accounts/w1:evil", f"/outlets/{quoted}", "/outlets",
            f"/people/{quoted}", "/follows", "/reports", "/reports/1", "/jobs/1", "/jobs", "/digest", "/add",
            f"/check?claim={quoted}", "/feed.atom", "/follows/1/atom", "/reports/1/file", "/follows/feeds.opml",
        ):  # fmt: skip
            html = web.get(path).text
            assert "<script>alert" not in html and "<img src=x" not in html, path
            assert not re.search(r'href="javascript:', html), path


def test_what_is_watched_can_be_taken_elsewhere(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db", create=True) as library:
        library.follow(
            Followed("https://courier.example/feed.xml?a=1&b=2", kind="feed", failures=2, note="answered 500")
        )
        library.follow(Followed("/srv/news", kind="folder"))
    for web in served(tmp_path / "library.db"):
        html = web.get("/follows").text
        assert "two rounds failed: answered 500" in html and "/srv/news" in html
        outline = web.get("/follows/feeds.opml").text
        assert (
            'xmlUrl="https://courier.example/feed.xml?a=1&amp;b=2"' in outline and "/srv/news" not in outline
        )


def test_a_locked_library_shows_its_door_alone(filled: Path) -> None:
    site = Site(filled, clock=lambda: NOW)
    guard = Guard(secret="harbour lamp")
    web = TestClient(guarded(create_app(site), guard), base_url="http://127.0.0.1:8400")
    door = web.get("/feed")
    assert door.url.path == "/login" and 'name="password"' in door.text
    assert 'href="/feed"' not in door.text and "Ilvane" not in door.text
    wrong = web.post("/login", data={"password": "harbour", "next": "/outlets"})
    assert 'aria-invalid="true"' in wrong.text and 'value="/outlets"' in wrong.text
    inside = web.post("/login", data={"password": "harbour lamp", "next": "/outlets"})
    assert inside.url.path == "/outlets" and "Log out" in inside.text
    site.close()


def test_what_the_package_serves_is_there() -> None:
    names = {p.name for p in static_folder().iterdir()}
    assert {"web.css", "web.js", "favicon.svg"} <= names
    assert len((static_folder() / "web.js").read_text("utf-8").splitlines()) < 160
