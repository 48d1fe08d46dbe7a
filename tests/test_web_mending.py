"""Corrections from the page: each is done, told and undone; what is wrong is said where it was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from consilience.app.web.mending import _with
from consilience.app.web.security import Guard, guarded
from consilience.app.web.server import create_app
from consilience.app.web.site import Site
from consilience.desk.history import SIZE
from consilience.store import Event, Library

NOW = "2031-10-18T10:00:00+00:00"
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8400"}


@contextmanager
def served(place: Path) -> Iterator[TestClient]:
    site = Site(place, clock=lambda: NOW)
    app = guarded(create_app(site), Guard())
    yield TestClient(app, base_url="http://127.0.0.1:8400", headers=OWN)
    site.close()


@pytest.fixture
def web(copied: Path) -> Iterator[TestClient]:
    with served(copied) as client:
        yield client


@pytest.fixture
def library(copied: Path) -> Iterator[Library]:
    with Library.open(copied) as found:
        yield found


@pytest.fixture
def story(library: Library) -> str:
    return next(s.id for s in library.stories() if s.accounts == 6)


def members(library: Library, story: str) -> list[str]:
    return [a.witness.id for a in library.accounts(story=story)]


def last(library: Library) -> Event:
    return library.history(limit=1)[0]


def conflict(web: TestClient, story: str) -> str:
    found = web.get(f"/stories/{story}/discrepancies.json").json()["discrepancies"]
    return str(found[0]["id"])


# -- each correction, and back --


def test_chosen_accounts_become_a_story_and_come_back(web: TestClient, library: Library, story: str) -> None:
    before = members(library, story)
    back = f"/stories/{story}/correct"
    page = web.get(back).text
    assert page.count('name="accounts"') == 6
    answer = web.post("/corrections/split", data={"story": story, "accounts": before[:2], "back": back})
    assert answer.url.path == back
    assert answer.history[0].status_code == 303
    made = last(library)
    assert (made.kind, made.accounts) == ("split", tuple(before[:2]))
    assert answer.url.params["did"] == str(made.number)
    assert "Undo" in answer.text
    assert members(library, str(made.other)) == before[:2]
    web.post(f"/corrections/{made.number}/undo", data={"back": back})
    assert members(library, story) == before


def test_an_account_is_moved_from_its_page_and_from_the_storys(
    web: TestClient, library: Library, story: str
) -> None:
    other = next(s.id for s in library.stories() if s.id != story)
    one, two = members(library, story)[:2]
    web.post("/corrections/move", data={"account": one, "story": other, "back": "/feed"})
    assert library.account(one).story == other
    data = {"story": story, "accounts": [two], "to": other, "back": f"/stories/{story}/correct"}
    web.post("/corrections/move", data=data)
    assert library.account(two).story == other
    web.post("/corrections/move", data={"accounts": [two], "to": "", "back": "/history"})
    assert last(library).kind in ("move", "split")
    assert library.account(two).story not in (story, other)


def test_stories_are_joined_by_id_or_address(web: TestClient, library: Library, story: str) -> None:
    others = [s.id for s in library.stories() if s.id != story]
    web.post("/corrections/merge", data={"story": story, "other": others[0], "back": f"/stories/{story}"})
    given = f"http://127.0.0.1:8400/stories/{others[1].replace(':', '%3A')}/points?show=alone"
    web.post("/corrections/merge", data={"story": story, "other": given, "back": f"/stories/{story}"})
    assert library.story(others[0]).id == library.story(others[1]).id == story


def test_names_are_said_to_be_one_and_to_be_two(web: TestClient, library: Library, story: str) -> None:
    data = {"a": "Irena Valdosk", "b": "Ms Valdosk", "back": "/people/Irena Valdosk"}
    answer = web.post("/corrections/same", data=data, follow_redirects=False)
    assert answer.headers["location"].startswith("/people/Irena")
    assert last(library).names == ("Irena Valdosk", "Ms Valdosk")
    web.post("/corrections/not-same", data={"name": "Tomas Brelik", "stories": [story], "back": "/history"})
    assert (last(library).kind, last(library).names) == ("not same", ("Tomas Brelik", story))


def test_what_is_held_harmless_is_disputed_on_no_page(web: TestClient, library: Library, story: str) -> None:
    """The figures of feed, story, digest and report agree, whichever discrepancy it is."""
    report = library.new_report("The lake", at=NOW)
    library.add_item(report.number, "story", story, "")
    found = web.get(f"/stories/{story}/discrepancies.json").json()["discrepancies"]
    chosen = [d["id"] for d in found if not d["innocent"]][-2:]
    for held, ident in enumerate(["", *chosen]):
        if ident:
            library.harmless(story, ident, "the crew is counted as well", at=NOW)
        page = web.get(f"/stories/{story}").text
        counted = int(re.findall(r'discrepancies">Discrepancies <span class="n">(\d+)', page)[0])
        listed = {
            "feed": web.get("/feed.json").json()["items"],
            "digest": [s for g in web.get("/digest.json").json()["groups"] for s in g["items"]],
            "report": [i["story"] for i in web.get(f"/reports/{report.number}.json").json()["items"]],
        }
        for where, told in listed.items():
            one = next(s for s in told if s["id"] == story)
            assert (one["conflicts"], one["origins"]) == (counted, 2), where
            assert not {d["id"] for d in one["disputed"]} & set(chosen[:held]), where
        told = web.get(f"/stories/{story}/discrepancies").text
        assert told.count('class="discrepancy harmless"') == 5 + held
        assert told.count("Held harmless by you") == held
    saved = web.get(f"/stories/{story}/file").text
    assert saved.count("Held harmless by a reader") == 2
    raw = web.get(f"/stories/{story}/file?form=json").json()["discrepancies"]
    assert not [d for d in raw if "held" in d]


def test_a_discrepancy_is_held_harmless_and_no_more(web: TestClient, library: Library, story: str) -> None:
    ident, back = conflict(web, story), f"/stories/{story}/discrepancies#d1"
    front = web.get(f"/stories/{story}.json").json()["disputed"]
    why = "The paper <b>came out</b> a day late."
    data = {"story": story, "discrepancy": ident, "why": why, "back": back}
    page = web.post("/corrections/harmless", data=data)
    assert page.url.path == f"/stories/{story}/discrepancies"
    assert "Held harmless by you" in page.text
    assert "&lt;b&gt;came out" in page.text
    assert len(web.get(f"/stories/{story}.json").json()["disputed"]) == len(front) - 1
    number = last(library).number
    page = web.post(f"/corrections/{number}/undo", data={"back": back})
    assert "Held harmless by you" not in page.text
    assert page.text.count("This is harmless") == 12


# -- what is wrong --


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("split", {}, "no account is chosen"),
        ("move", {"accounts": ["a", "b"]}, "2 accounts are chosen"),
        ("move", {}, "0 accounts are chosen"),
        ("merge", {"other": "s1:ffffffff"}, "s1:ffffffff"),
        ("merge", {"other": ""}, "no story is named"),
        ("same", {"a": "Ada", "b": " "}, "no name is given"),
        ("not-same", {"name": ""}, "no name is given"),
        ("999/undo", {}, "999"),
    ],
)
def test_what_could_not_be_done_is_said_on_the_page(
    web: TestClient, library: Library, story: str, path: str, data: dict[str, str], said: str
) -> None:
    back = f"/stories/{story}/correct"
    answer = web.post(f"/corrections/{path}", data={"story": story, "back": back} | data)
    assert answer.url.path == back
    (line,) = re.findall(r'<p class="wrong" role="alert">(.*?)</p>', answer.text)
    assert said in line
    assert library.history() == ()
    assert "That could not be done" not in web.get(back).text


def test_what_was_given_stands_in_the_form_still(web: TestClient, library: Library, story: str) -> None:
    back, accounts = f"/stories/{story}/correct", members(library, story)
    page = web.post("/corrections/split", data={"story": story, "accounts": accounts, "back": back}).text
    assert "name some, not all" in page
    assert page.count(" checked>") == 6
    page = web.post("/corrections/same", data={"a": "Ada “the” Brandt", "b": "", "back": back}).text
    assert 'value="Ada “the” Brandt"' in page


def test_a_reason_that_is_none_is_said_under_its_discrepancy(web: TestClient, story: str) -> None:
    ident = conflict(web, story)
    back = f"/stories/{story}/discrepancies#d1"
    page = web.post(
        "/corrections/harmless", data={"story": story, "discrepancy": ident, "why": " ", "back": back}
    )
    assert page.text.count('class="wrong"') == 1
    assert '<details class="remark" open>' in page.text
    assert 'class="wrong"' not in web.get(f"/stories/{story}/discrepancies").text


def test_elsewhere_the_error_page_says_it(web: TestClient) -> None:
    answer = web.post(
        "/corrections/move", data={"account": "nobody", "story": "", "back": "/accounts/nobody"}
    )
    assert answer.status_code in (400, 404)
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:x", ""]
)
def test_an_answer_leads_to_no_other_server(web: TestClient, library: Library, story: str, back: str) -> None:
    one = members(library, story)[0]
    answer = web.post("/corrections/move", data={"accounts": [one], "back": back}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/")
    assert "evil" not in answer.headers["location"]


def test_another_site_cannot_send_it(web: TestClient, library: Library, story: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = web.post("/corrections/split", data={"story": story}, headers=headers)
    assert answer.status_code == 403
    assert library.history() == ()


def test_nobody_can_write_a_problem_into_an_address(web: TestClient, story: str) -> None:
    page = web.get(f"/stories/{story}/correct?wrong=Call+this+number").text
    assert "Call this number" not in page.split("<footer")[0]
    assert "That could not be done" not in page


def test_where_it_leads_back_says_one_thing() -> None:
    assert (
        _with("/stories/s1:0?until=2031-10-15&did=3#d2", did="4") == "/stories/s1:0?until=2031-10-15&did=4#d2"
    )
    assert _with("/history?did=1", wrong="x") == "/history?wrong=x"


# -- the page of corrections --


def test_stories_that_may_be_the_same_are_offered(web: TestClient, library: Library, story: str) -> None:
    found = web.get(f"/stories/{story}/correct.json?q=bakers+OR+bread").json()["near"]
    assert [s["label"] for s in found] == ["No butter, no bread: the Dravik strike"]
    assert story not in [s["id"] for s in web.get(f"/stories/{story}/correct.json").json()["near"]]
    page = web.get(f"/stories/{story}/correct?q=bread").text
    assert f'name="other" value="{found[0]["id"]}"' in page
    assert "Irena Valdosk" in page  # offered as a name


def test_a_story_that_is_not_compared_can_be_corrected(web: TestClient, library: Library, story: str) -> None:
    library.split(story, members(library, story)[:2], at=NOW)
    page = web.get(f"/stories/{story}/correct").text
    assert page.count('name="accounts"') == 4
    assert "data-poll" not in page


# -- the history --


def test_the_history_tells_each_entry_in_words(web: TestClient, library: Library, story: str) -> None:
    other = next(s.id for s in library.stories() if s.id != story)
    ids = members(library, story)
    library.split(story, ids[:2], at=NOW)
    library.move(ids[2], other, at=NOW)
    library.same("Ada Brandt", "the mayor", at=NOW)
    library.not_same("Ada Brandt", [story], at=NOW)
    library.undo(at=NOW, number=2)
    library.merge(story, other, at=NOW)
    says = [e["says"] for e in web.get("/history.json").json()["entries"]]
    assert len(says) == 6
    assert says[0].startswith("You joined two stories: ")
    assert says[1] == "You took back entry 2."
    assert says[2].startswith("You said that “Ada Brandt” is somebody else in “")
    assert says[3] == "You said that “Ada Brandt” and “the mayor” are one person or body."
    assert says[4].startswith("You moved “")
    assert says[5].startswith("You made two accounts of “")
    page = web.get("/history").text
    assert page.count('/undo"') == 4
    assert "taken back in 5" in page


def test_the_history_is_paged_and_of_one_story(web: TestClient, library: Library, story: str) -> None:
    for n in range(SIZE + 2):
        library.same(f"Ada {n}", f"Brandt {n}", at=NOW)
    library.split(story, members(library, story)[:1], at=NOW)
    first, second = web.get("/history.json").json(), web.get("/history.json?page=2").json()
    assert (len(first["entries"]), first["more"]) == (SIZE, True)
    assert (len(second["entries"]), second["more"]) == (3, False)
    assert not {e["number"] for e in first["entries"]} & {e["number"] for e in second["entries"]}
    own = web.get(f"/history.json?story={story}").json()
    assert [e["kind"] for e in own["entries"]] == ["split"]
    assert unquote(str(web.get(f"/history?story={story[3:9]}").url)).endswith(story[3:9])
    assert web.get("/history?page=9").status_code == 200


def test_an_entry_is_undone_from_the_history_once(web: TestClient, library: Library) -> None:
    library.same("Ada Brandt", "the mayor", at=NOW)
    page = web.post("/corrections/1/undo", data={"back": "/history"})
    assert page.status_code == 200
    assert last(library).undoes == 1
    page = web.post("/corrections/1/undo", data={"back": "/history"})
    assert "That could not be done" in page.text
    assert len(library.history()) == 2


def test_an_empty_history_says_so(web: TestClient) -> None:
    assert "Nothing was changed yet" in web.get("/history").text
