"""What the pages' forms do, and that a form with a fault comes again with all that was typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from consilience.app.web.actions import back
from consilience.app.web.security import Guard, guarded
from consilience.app.web.server import create_app
from consilience.app.web.site import Site
from consilience.app.worker import Worker
from consilience.settings import Settings
from consilience.store import Library

NOW = "2031-10-18T10:00:00+00:00"
TEXT = "The dam at Ostrel held through the night, the lake police said on Tuesday.\r\nNobody was hurt, and the quay stayed open to the morning ferry, said Ann Poe."


class Desk:
    """A browser and the library behind it."""

    def __init__(self, place: Path) -> None:
        self.site = Site(place, clock=lambda: NOW)
        self.library = self.site.library
        self.web = TestClient(
            guarded(create_app(self.site), Guard()), base_url="http://127.0.0.1:8400", follow_redirects=False
        )

    def post(self, path: str, **data: Any) -> Any:
        """Send a form; the address it leads to."""
        got = self.web.post(path, data=data)
        assert got.status_code == 303, got.text[-2000:]
        return got.headers["location"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    Library.open(tmp_path / "library.db", create=True).close()
    made = Desk(tmp_path / "library.db")
    yield made
    made.site.close()


@pytest.fixture
def full(copied: Path) -> Iterator[Desk]:
    made = Desk(copied)
    yield made
    made.site.close()


def ferry(desk: Desk) -> str:
    return next(t.id for t in desk.library.stories() if "Ilvane" in t.label)


# -- taking in --


def test_a_pasted_text_is_asked_of_the_worker(desk: Desk) -> None:
    to = desk.post(
        "/add", way="text", text=TEXT, outlet=" Melden Post ", title="", published="2031-10-14 08:25"
    )
    assert to == "/jobs/1"
    asked = desk.library.job(1)
    assert asked.kind == "add"
    said = {"text": TEXT.replace("\r\n", "\n"), "outlet": "Melden Post", "published": "2031-10-14T08:25:00"}
    assert asked.what == {"texts": [said]}
    page = desk.web.get("/jobs/1")
    assert "Adding one text" not in page.text and "Adding 1 text" in page.text
    assert 'data-poll="1"' in page.text and 'http-equiv="refresh"' in page.text, (
        "it follows, without script too"
    )


def test_a_task_done_tells_what_became_of_each_account(desk: Desk) -> None:
    desk.post(
        "/add",
        way="text",
        text=[TEXT, "Too short."],
        outlet=["Melden Post", ""],
        title=["", ""],
        published=["", ""],
    )
    assert Worker(desk.library, Settings(), clock=lambda: NOW).step()
    page = desk.web.get("/jobs/1").text
    assert "1 account was added, 1 could not be used." in page
    assert "What could not be used" in page and 'data-poll="' not in page
    assert desk.web.get("/jobs.json").json()["jobs"][0]["state"] == "done"
    story = desk.library.stories()[0]
    assert f'href="/stories/{story.id.replace(":", "%3A")}"' in page


def test_several_texts_are_added_at_once_and_empty_ones_passed_over(desk: Desk) -> None:
    desk.post(
        "/add",
        way="text",
        text=[TEXT, " ", "Another."],
        outlet=["A", "B", "C"],
        title=["", "", ""],
        published=["", "", ""],
    )
    assert [t["outlet"] for t in desk.library.job(1).what["texts"]] == ["A", "C"]


def test_one_more_text_keeps_what_was_typed(desk: Desk) -> None:
    got = desk.web.post("/add", data={"way": "text", "text": "First & last", "outlet": "Melden", "more": "1"})
    assert got.status_code == 200
    assert (
        got.text.count("<textarea") == 3 and "First &amp; last" in got.text and 'value="Melden"' in got.text
    )
    assert not desk.library.jobs()


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"way": "text", "text": "  ", "outlet": "Melden"}, "There is no text"),
        ({"way": "text", "text": "The dam held.", "outlet": "Melden", "published": "soon"}, "is not a date"),
        ({"way": "text", "text": "x" * 400_001, "outlet": "Melden"}, "Has 400,001 signs"),
        ({"way": "addresses", "addresses": ""}, "There is no address"),
        ({"way": "addresses", "addresses": "/etc/passwd"}, "Is not a web address"),
        ({"way": "addresses", "addresses": "file:///etc/passwd"}, "Is not a web address"),
        ({"way": "files"}, "No file is chosen"),
    ],
)
def test_a_form_with_a_fault_comes_again_with_what_was_typed(
    desk: Desk, form: dict[str, str], says: str
) -> None:
    got = desk.web.post("/add", data=form)
    assert got.status_code == 400
    assert 'role="alert"' in got.text and says in got.text
    for typed in (form.get("outlet"), form.get("addresses"), form.get("published")):
        assert not typed or typed in got.text
    assert not desk.library.jobs()


def test_addresses_are_asked_of_the_worker_each_once(desk: Desk) -> None:
    desk.post(
        "/add",
        way="addresses",
        addresses="https://courier.example/a\n https://courier.example/b https://courier.example/a",
    )
    assert desk.library.job(1).what == {
        "addresses": ["https://courier.example/a", "https://courier.example/b"]
    }


def test_files_go_to_the_worker_under_their_names(desk: Desk) -> None:
    files = [("files", ("dam.txt", b"The dam held.")), ("files", ("../quay.txt", b"The quay is open."))]
    got = desk.web.post("/add", data={"way": "files"}, files=files)
    assert got.headers["location"] == "/jobs/1"
    assert desk.library.job_files(1) == (("dam.txt", b"The dam held."), ("../quay.txt", b"The quay is open."))


def test_the_example_is_asked_for_once(desk: Desk) -> None:
    assert desk.post("/add", way="example") == desk.post("/add", way="example") == "/jobs/1"
    assert desk.library.job(1).kind == "example"


# -- feeds --


def test_a_feed_is_watched_and_no_more(desk: Desk) -> None:
    assert desk.post("/watch", address=" https://courier.example/feed.xml ") == "/follows?did=watch"
    desk.post("/watch", address="https://courier.example/feed.xml")
    assert [f.url for f in desk.library.followed()] == ["https://courier.example/feed.xml"]
    assert "courier.example" in desk.web.get("/follows").text
    assert desk.post("/unwatch", url="https://courier.example/feed.xml") == "/follows?did=unwatched"
    assert not desk.library.followed()


def test_a_page_cannot_make_the_program_read_a_folder(desk: Desk) -> None:
    got = desk.web.post("/watch", data={"address": "/home"})
    assert got.status_code == 400 and 'value="/home"' in got.text
    assert not desk.library.followed()


# -- what the reader follows and has read --


def test_following_muting_and_giving_up(full: Desk) -> None:
    story = ferry(full)
    assert (
        full.post("/follow", kind="story", value=story[:12], back="/feed?page=1")
        == "/feed?page=1&did=followed"
    )
    (held,) = full.library.interests()
    assert (held.kind, held.value, held.muted) == ("story", story, False)
    assert "Shown because it is a story you follow" in full.web.get("/feed").text
    assert full.post("/follow", kind="story", value=story, muted="1", back="/feed") == "/feed?did=muted"
    assert "Ilvane</bdi></a></h2>" not in full.web.get("/feed").text
    assert "Ilvane</bdi></a></h2>" in full.web.get("/feed?only=muted").text
    assert full.post("/unfollow", number=held.number, back="/follows") == "/follows?did=unmuted"
    assert not full.library.interests()


@pytest.mark.parametrize(
    ("kind", "value"), [("person", "Irena Valdosk"), ("outlet", "The Melisk Hour"), ("topic", "radar")]
)
def test_what_is_followed_is_told_on_its_own_page(full: Desk, kind: str, value: str) -> None:
    page = {
        "person": "/people/Irena Valdosk",
        "outlet": "/outlets/The Melisk Hour",
        "topic": "/search?q=radar",
    }[kind]
    assert ">Follow<" in full.web.get(page).text
    full.post("/follow", kind=kind, value=value)
    assert "Following" in full.web.get(page).text and ">Follow<" not in full.web.get(page).text
    number = full.library.interests()[0].number
    atom = full.web.get(f"/follows/{number}/atom")
    assert atom.status_code == 200 and "<entry>" in atom.text


def test_what_cannot_be_followed_is_told(full: Desk) -> None:
    for kind, value in (("mood", "grim"), ("topic", "  "), ("story", "s1:nowhere")):
        assert full.web.post("/follow", data={"kind": kind, "value": value}).status_code in (400, 404, 422)
    assert not full.library.interests()


def test_stories_are_marked_as_read(full: Desk) -> None:
    full.library.look("feed", "2031-10-17T10:00:00+00:00")
    page = full.web.get("/feed").text
    assert "new since you last looked" in page and "Mark these as read" in page
    stories = [t.id for t in full.library.stories()]
    assert full.post("/read", story=stories, back="/feed") == "/feed?did=read"
    assert "new since you last looked" not in full.web.get("/feed").text


# -- reports --


def test_a_report_from_its_beginning_to_its_end(full: Desk) -> None:
    assert full.post("/reports", title="The lake", note="One week") == "/reports/1?did=report"
    story, other = ferry(full), full.library.stories()[0].id
    to = full.post(
        "/reports/add", kind="story", ref=story, report="1", note="The horn", back=f"/stories/{story}"
    )
    assert to == f"/stories/{story}?did=item"
    assert full.post("/reports/add", kind="story", ref=other, report="1") == "/reports/1?did=item"
    account = next(full.library.accounts(story=story)).witness.id
    full.post("/reports/add", kind="account", ref=account, report="1")
    page = full.web.get("/reports/1").text
    assert "The horn" in page and "independent origins" in page and 'href="mailto:?subject=The%20lake' in page
    first, second, _ = (i.number for i in full.library.report(1).items)
    full.post(f"/reports/1/items/{second}/move", by="-1")
    assert [i.number for i in full.library.report(1).items][:2] == [second, first]
    full.post(f"/reports/1/items/{second}/move", by="-1")
    full.post(f"/reports/1/items/{second}/move", by="1")
    assert [i.number for i in full.library.report(1).items][:2] == [first, second]
    full.post(f"/reports/1/items/{first}", note="Who heard the horn?")
    full.post(f"/reports/1/items/{second}/drop")
    full.post("/reports/1", title="The lake, in short", note="")
    report = full.library.report(1)
    assert (report.title, report.note, [i.note for i in report.items]) == (
        "The lake, in short",
        "",
        ["Who heard the horn?", ""],
    )
    file = full.web.get("/reports/1/file")
    assert file.headers["content-disposition"].startswith("attachment") and "Who heard the horn?" in file.text
    assert full.post("/reports/1/drop") == "/reports?did=report-dropped"
    assert not full.library.reports()


def test_adding_without_a_report_begins_one(full: Desk) -> None:
    assert full.post("/reports/add", kind="story", ref=ferry(full)) == "/reports/1?did=item"
    assert full.library.report(1).title == "Report of 2031-10-18"


def test_a_report_without_a_title_is_refused(desk: Desk) -> None:
    assert desk.web.post("/reports", data={"title": " "}).status_code == 400
    assert not desk.library.reports()


# -- the way back --


@pytest.mark.parametrize(
    ("to", "leads"),
    [
        ("/feed?page=2&did=muted", "/feed?page=2&did=followed"),
        ("//evil.example/feed", "/?did=followed"),
        ("https://evil.example", "/?did=followed"),
        ("/outlets/The%20Melisk%20Hour", "/outlets/The%20Melisk%20Hour?did=followed"),
        ("/outlets/Who%3F", "/outlets/Who%3F?did=followed"),
    ],
)
def test_the_way_back_leads_to_this_server_alone(to: str, leads: str) -> None:
    answer: Response = back(to, "followed")
    assert answer.status_code == 303 and answer.headers["location"] == leads


def test_another_site_can_do_none_of_it(desk: Desk) -> None:
    for path in ("/add", "/follow", "/watch", "/reports", "/read"):
        got = desk.web.post(
            path, data={"kind": "topic", "value": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert got.status_code == 403, path


def test_a_correction_is_told_in_words_with_its_undo_and_that_with_its_end(full: Desk) -> None:
    to = full.post("/corrections/same", a="Irena Valdosk", b="Minister", back="/follows")
    told = full.web.get(to).text
    assert "are one person or body" in told and '/undo"' in told
    number = full.library.history(limit=1)[0].number
    undone = full.web.get(full.post(f"/corrections/{number}/undo", back="/follows")).text
    assert re.search(r"You took back entry \d+\.", undone) and '/undo"' not in undone
