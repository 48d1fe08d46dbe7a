"""The REST interface: every operation, on success and on error, and what its document says of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from consilience.app.web import api
from consilience.app.web.security import Guard, guarded
from consilience.app.web.server import create_app
from consilience.app.web.site import Site
from consilience.app.worker import Worker
from consilience.dossier.verification import verify
from consilience.settings import Settings
from consilience.store import Library

AT = "2031-10-18T09:00:00+00:00"
V1 = "/api/v1"
HELD = (
    "The dam above Melden held on Monday after two days of rain, the mayor, Ada Brandt, said. Four hundred "
    "houses stood in water. She said nobody was hurt and that the road to Orvan was shut until Thursday."
)
BROKE = HELD.replace("Four", "Five").replace("Thursday", "Friday")


def client_of(place: Path) -> TestClient:
    app = guarded(create_app(Site(place, clock=lambda: AT)), Guard())
    return TestClient(app, base_url="http://localhost:8400", raise_server_exceptions=False)


@pytest.fixture(scope="module")
def there(filled: Path) -> Iterator[TestClient]:
    """A library that is only read."""
    with client_of(filled) as client:
        yield client


@pytest.fixture
def own(copied: Path) -> Iterator[TestClient]:
    """A library of the test's own."""
    with client_of(copied) as client:
        yield client


@pytest.fixture(scope="module")
def ferry(there: TestClient) -> str:
    """The id of the largest story."""
    return str(there.get(f"{V1}/stories?order=largest").json()["items"][0]["id"])


def problem(answer: Any, status: int, said: str = "") -> dict[str, Any]:
    """The problem document of an answer."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert set(found) == {"type", "title", "status", "detail", "where", "todo"}
    assert found["status"] == status and found["detail"] and "\n" not in found["detail"]
    assert said in json.dumps(found)
    return found


# -- what is read --


def test_the_address_of_the_next_page_is_an_address() -> None:
    """Of an outlet called "Who?" it led to one called "Who"."""
    scope = {
        "type": "http",
        "path": f"{V1}/outlets/Who? 100% #1 Zoë",
        "query_string": b"page=1",
        "headers": [],
    }
    asked = api.address(Request(scope), page=2)
    assert asked == f"{V1}/outlets/Who%3F%20100%25%20%231%20Zo%C3%AB?page=2"


def test_stories_come_in_pages(there: TestClient) -> None:
    whole = there.get(f"{V1}/stories").json()
    assert whole["total"] == len(whole["items"]) == 4 and whole["next"] is None
    address: str | None = f"{V1}/stories?limit=1&order=largest"
    seen = []
    while address:
        part = there.get(address).json()
        seen += [s["id"] for s in part["items"]]
        address = part["next"]
    assert sorted(seen) == sorted(s["id"] for s in whole["items"]) and len(set(seen)) == 4
    first = there.get(f"{V1}/stories?order=largest&limit=1").json()["items"][0]
    assert first["brief"]["origins"] >= 1 and first["brief"]["disputed"]
    assert there.get(f"{V1}/stories?since=2040-01-01").json() == {"items": [], "total": None, "next": None}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "offset=-1",
        "offset=10000000000",
        "order=best",
        "since=Monday",
        "since=2031-99-99",
    ],
)
def test_stories_refuse_what_is_no_page(there: TestClient, query: str) -> None:
    assert problem(there.get(f"{V1}/stories?{query}"), 422)["where"].startswith("query.")


def test_a_story_and_its_history(own: TestClient, ferry: str) -> None:
    found = own.get(f"{V1}/stories/{ferry}").json()
    assert found["id"] == ferry and len(found["members"]) == found["accounts"] == 6
    assert own.get(f"{V1}/stories/{ferry[3:9]}").json()["id"] == ferry
    assert own.get(f"{V1}/stories/{ferry}/history").json()["items"] == []
    account = found["members"][0]["id"]
    own.post(f"{V1}/corrections", json={"kind": "move", "account": account})
    own.post(f"{V1}/corrections/1/undo")
    assert problem(own.get(f"{V1}/stories/{ferry}/history?offset=-1"), 422)
    part = own.get(f"{V1}/stories/{ferry}/history?limit=1").json()
    assert part["items"][0]["kind"] == "undo"
    assert own.get(part["next"]).json()["items"][0]["kind"] == "split", "moved to none is parted from all"
    assert own.get(f"{V1}/history?story={ferry}").json()["items"] == own.get(f"{V1}/history").json()["items"]


def test_a_dossier_is_the_contract(there: TestClient, ferry: str) -> None:
    answer = there.get(f"{V1}/stories/{ferry}/dossier")
    assert answer.status_code == 200
    assert verify(answer.json()) == []


def test_a_dossier_that_is_not_made_is_asked_for(own: TestClient, copied: Path, ferry: str) -> None:
    address = f"{V1}/stories/{ferry}/dossier?until=2031-10-14T13:00:00Z"
    answer = own.get(address)
    assert answer.status_code == 202 and answer.headers["location"] == f"{V1}/jobs/{answer.json()['number']}"
    assert own.get(address).json() == answer.json(), "it is asked for once"
    work(copied)
    assert own.get(answer.headers["location"]).json()["state"] == "done"
    early = own.get(address)
    assert early.status_code == 200 and 1 <= len(early.json()["articles"]) < 6
    assert verify(early.json()) == []
    problem(own.get(f"{V1}/stories/{ferry}/dossier?until=2000-01-01"), 400, "no account was published by")
    problem(own.get(f"{V1}/stories/{ferry}/dossier?until=soon"), 422)


def work(place: Path) -> None:
    """Let the worker do what is asked."""
    with Library.open(place) as library:
        worker = Worker(library, Settings(), clock=lambda: AT)
        while library.waiting():
            worker.step()


def test_an_account_and_its_text(there: TestClient, ferry: str) -> None:
    member = there.get(f"{V1}/stories/{ferry}").json()["members"][1]
    found = there.get(f"{V1}/accounts/{member['id']}").json()
    assert found["account"]["id"] == member["id"] and found["compared"] and found["neighbours"]
    for statement in found["statements"]:
        assert statement["words"] == " … ".join(found["text"][a:b] for a, b in statement["spans"])
    text = there.get(f"{V1}/accounts/{member['id']}/text")
    assert text.text == found["text"] and text.headers["content-type"] == "text/plain; charset=utf-8"


def test_search(there: TestClient) -> None:
    found = there.get(f"{V1}/search?q=ferry&kind=account&limit=2").json()
    assert len(found["items"]) == 2 and {h["kind"] for h in found["items"]} == {"account"}
    more = there.get(found["next"]).json()
    assert more["items"] and not {h["id"] for h in more["items"]} & {h["id"] for h in found["items"]}
    problem(there.get(f"{V1}/search"), 422, "query.q")
    problem(there.get(f"{V1}/search?q=a&kind=secret"), 422)
    assert there.get(f"{V1}/search", params={"q": '"(* OR NEAR( \x00 ) -'}).status_code == 200


def test_people_and_outlets(there: TestClient) -> None:
    person = there.get(f"{V1}/people/Marta Belinsk").json()
    assert person["total"] >= 1 and person["items"][0]["said"][0]["spans"]
    assert there.get(f"{V1}/people/{quote('No/body', safe='')}").json()["known"] is False
    outlets = there.get(f"{V1}/outlets").json()["items"]
    assert outlets[0]["accounts"] >= outlets[-1]["accounts"]
    one = there.get(f"{V1}/outlets/{outlets[0]['name']}").json()
    assert one["items"][0]["outlet"] == outlets[0]["name"] and one["notes"]
    problem(there.get(f"{V1}/outlets/No Such Paper"), 404, "there is no outlet")


def test_the_state(there: TestClient) -> None:
    found = there.get(f"{V1}/status").json()
    assert found["accounts"] == 15 and found["stories"] == 4 and found["unread"] == found["jobs"] == 0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/stories/s1:0000"), ("GET", "/stories/s1:0000/dossier"), ("GET", "/accounts/nobody"), ("GET", "/jobs/4000"),
        ("GET", "/reports/4000"), ("DELETE", "/reports/4000"), ("DELETE", "/follows/4000"), ("DELETE", "/feeds?url=https://a.example"),
        ("GET", "/history?story=nothing"), ("GET", "/nothing"), ("GET", ""), ("GET", "/stories/"), ("GET", "/stories/%2e%2e%2fstatus"),
    ],
)  # fmt: skip
def test_what_is_not_there(there: TestClient, method: str, path: str) -> None:
    assert problem(there.request(method, V1 + path), 404)["todo"]


def test_a_method_that_is_not_served(there: TestClient) -> None:
    answer = there.put(f"{V1}/reports")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, POST"


def test_bodies_that_cannot_be_read(own: TestClient) -> None:
    def send(body: bytes, kind: str = "application/json") -> Any:
        return own.post(f"{V1}/follows", content=body, headers={"Content-Type": kind})

    problem(send(b"{"), 422, "JSON")
    problem(send(b'{"kind": "topic", "value": "\xff"}'), 400)
    problem(send(b"[]"), 422)
    problem(send(b"null"), 422)
    problem(send(b""), 422)
    problem(send(b"{}", "text/plain"), 415)
    problem(send(b'{"kind": "topic", "value": "dam", "admin": true}'), 422, "body.admin")
    problem(send(b'{"kind": "topic", "value": "\\ud800"}'), 422)
    problem(send(b"[" * 100_000), 400)
    problem(send(b'{"kind": "topic", "value": ' + b"9" * 10_000 + b"}"), 400)


# -- what is changed --


def test_follows(own: TestClient, ferry: str) -> None:
    made = own.post(f"{V1}/follows", json={"kind": "topic", "value": "ferry OR fog"})
    assert made.status_code == 201 and made.json()["muted"] is False
    story = own.post(f"{V1}/follows", json={"kind": "story", "value": ferry[3:9], "muted": True}).json()
    assert story["value"] == ferry
    assert own.get(f"{V1}/follows").json()["total"] == 2
    gone = own.delete(f"{V1}/follows/{story['number']}")
    assert gone.status_code == 204 and gone.content == b""
    problem(own.post(f"{V1}/follows", json={"kind": "story", "value": "s1:0000"}), 404)
    problem(own.post(f"{V1}/follows", json={"kind": "mood", "value": "x"}), 422)
    problem(own.post(f"{V1}/follows", json={"kind": "person", "value": " "}), 422)


def test_feeds(own: TestClient) -> None:
    made = own.post(f"{V1}/feeds", json={"url": "https://meldenpost.example/feed"})
    assert made.status_code == 201 and made.json()["url"] == "https://meldenpost.example/feed"
    own.post(f"{V1}/feeds", json={"url": "https://meldenpost.example/feed"})
    assert own.get(f"{V1}/feeds").json()["total"] == 1
    for url in ("/etc", "file:///etc/passwd", "ftp://a.example/x", "https://", "https:///x", "javascript:alert(1)", "http://a b.example/", " http://a.example",
                "http://[::1", "\\\\host\\share", "-", "http://a.example/\u202e"):  # fmt: skip
        problem(own.post(f"{V1}/feeds", json={"url": url}), 422)
        problem(own.post(f"{V1}/accounts", json={"addresses": [url]}), 422)
    assert own.delete(f"{V1}/feeds", params={"url": "https://meldenpost.example/feed"}).status_code == 204


def test_reports(own: TestClient, ferry: str) -> None:
    report = own.post(f"{V1}/reports", json={"title": "The ferry", "note": "<b>week</b> one"}).json()
    at = f"{V1}/reports/{report['number']}"
    member = own.get(f"{V1}/stories/{ferry}").json()["members"][0]["id"]
    own.post(f"{at}/items", json={"kind": "story", "ref": ferry[3:9]})
    made = own.post(f"{at}/items", json={"kind": "account", "ref": member, "note": "first"})
    assert made.status_code == 201
    assert [i["ref"] for i in made.json()["items"]] == [ferry, member]
    last = made.json()["items"][1]["number"]
    moved = own.patch(f"{at}/items/{last}", json={"place": 1, "note": "the first"}).json()
    assert [i["note"] for i in moved["items"]] == ["the first", ""]
    changed = own.patch(at, json={"title": "Ferry"}).json()
    assert (changed["title"], changed["note"]) == ("Ferry", "<b>week</b> one")
    other = own.post(f"{V1}/reports", json={"title": "Another"}).json()["number"]
    problem(own.patch(f"{V1}/reports/{other}/items/{last}", json={"place": 1}), 404)
    problem(own.delete(f"{V1}/reports/{other}/items/{last}"), 404)
    assert own.delete(f"{at}/items/{last}").status_code == 204
    assert [r["title"] for r in own.get(f"{V1}/reports").json()["items"]] == ["Another", "Ferry"]
    assert own.delete(at).status_code == 204
    problem(own.post(f"{V1}/reports", json={"title": ""}), 422)
    problem(own.post(f"{V1}/reports", json={"title": "x" * 400}), 422)


def test_corrections(own: TestClient, ferry: str) -> None:
    stories = [s["id"] for s in own.get(f"{V1}/stories").json()["items"] if s["id"] != ferry]
    members = [m["id"] for m in own.get(f"{V1}/stories/{ferry}").json()["members"]]
    dossier = own.get(f"{V1}/stories/{ferry}/dossier").json()
    for asked in (
        {"kind": "merge", "story": stories[0], "other": stories[1]},
        {"kind": "split", "story": ferry, "accounts": members[:2]},
        {"kind": "move", "account": members[2], "story": stories[2]},
        {"kind": "move", "account": members[3]},
        {"kind": "same", "names": ["Marta Belinsk", "Marta B."]},
        {"kind": "not same", "name": "Marta Belinsk", "stories": [stories[2]]},
        {
            "kind": "harmless",
            "story": ferry,
            "discrepancy": dossier["discrepancies"][0]["id"],
            "why": "Rounded.",
        },
    ):
        made = own.post(f"{V1}/corrections", json=asked)
        assert made.status_code == 201, made.text
        number = made.json()["number"]
        undone = own.post(f"{V1}/corrections/{number}/undo")
        assert undone.status_code == 201 and undone.json()["undoes"] == number
    problem(own.post(f"{V1}/corrections/{number}/undo"), 400, "was undone")
    problem(own.post(f"{V1}/corrections", json={"kind": "merge", "story": ferry, "other": ferry}), 400)
    problem(own.post(f"{V1}/corrections", json={"kind": "merge", "story": ferry, "other": "s1:0000"}), 404)
    problem(own.post(f"{V1}/corrections", json={"kind": "burn", "story": ferry}), 422)
    problem(own.post(f"{V1}/corrections", json={"kind": "split", "story": ferry, "accounts": []}), 422)


# -- what is given to read --


@pytest.fixture
def worked(copied: Path) -> Iterator[TestClient]:
    """A library with its worker, as a thread."""
    over = Event()

    def main() -> None:
        with Library.open(copied) as library:
            worker = Worker(library, Settings(), clock=lambda: AT)
            while not over.is_set():
                if not worker.step():
                    over.wait(0.05)

    thread = Thread(target=main, daemon=True)
    thread.start()
    with client_of(copied) as client:
        yield client
    over.set()
    thread.join()


def test_what_is_given_is_taken_in_and_compared(worked: TestClient) -> None:
    given = {
        "texts": [
            {"text": HELD, "outlet": "Melden Post", "published": "2031-10-14"},
            {"text": BROKE, "title": "<script>"},
        ]
    }
    compared = worked.post(f"{V1}/compare?wait=60", json=given)
    assert compared.status_code == 200 and verify(compared.json()) == []
    assert [a["outlet"] for a in compared.json()["articles"]] == ["Melden Post", None]
    added = worked.post(f"{V1}/accounts", json=given)
    assert added.status_code == 202
    job = worked.get(added.headers["location"]).json()
    while job["state"] in ("waiting", "begun"):
        job = worked.get(added.headers["location"]).json()
    assert job["state"] == "done" and job["outcome"]["added"] == 2
    assert worked.get(f"{V1}/jobs").json()["items"][0]["number"] == job["number"]
    failed = worked.post(f"{V1}/compare?wait=60", json={"addresses": ["http://127.0.0.1:9/a"]})
    problem(failed, 422, "not on the public internet")


def test_a_claim_is_checked(worked: TestClient) -> None:
    asked = {"text": "The ferry was carrying 112 people.", "wait": "60"}
    found = worked.get(f"{V1}/claims", params=asked)
    assert found.status_code == 200, found.text
    assert found.json()["reported"] and found.json()["independent"]["low"] == 1
    problem(worked.get(f"{V1}/claims", params={"text": "???", "wait": "60"}), 422, "write one assertion")
    problem(worked.get(f"{V1}/claims", params={"text": "a" * 601}), 422)
    jobs = len(worked.get(f"{V1}/jobs").json()["items"])
    assert worked.get(f"{V1}/claims", params=asked).json() == found.json()
    assert len(worked.get(f"{V1}/jobs").json()["items"]) == jobs


def test_what_takes_longer_is_a_job(own: TestClient) -> None:
    given = {"texts": [{"text": HELD}]}
    answer = own.post(f"{V1}/compare?wait=0", json=given)
    assert answer.status_code == 202 and answer.json()["state"] == "waiting"
    assert own.post(f"{V1}/compare?wait=0", json=given).headers["location"] == answer.headers["location"]
    problem(own.post(f"{V1}/compare", json={}), 400, "no account is given")
    problem(own.post(f"{V1}/compare?wait=61", json=given), 422)
    problem(own.post(f"{V1}/compare", json={"texts": [{"text": " "}]}), 422)
    problem(own.post(f"{V1}/compare", json={"texts": [{"text": "x" * 400_001}]}), 422)
    problem(own.post(f"{V1}/compare", json={"texts": [{"text": HELD}] * 51}), 422)
    problem(own.post(f"{V1}/compare", json={"texts": [{"text": HELD, "published": "Monday"}]}), 422)
    problem(
        own.post(f"{V1}/compare", content=b"x" * 16_000_001, headers={"Content-Type": "application/json"}),
        413,
    )


# -- the document --


def test_the_document_is_openapi(there: TestClient) -> None:
    document = api.document()
    assert document["openapi"].startswith("3.1")
    answer = there.get(f"{V1}/openapi.json")
    assert answer.headers["content-type"] == "application/json" and answer.json() == document
    for path, found in document["paths"].items():
        assert path.startswith(V1)
        for method, operation in found.items():
            assert operation["summary"] and operation["description"] and len(operation["tags"]) == 1, (
                method,
                path,
            )
            assert {"400", "401", "422", "429", "500"} <= operation["responses"].keys()
            assert any(status.startswith("2") for status in operation["responses"])
    ids = [o["operationId"] for found in document["paths"].values() for o in found.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_of_the_document_leads_somewhere() -> None:
    document = api.document()

    def refs(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            for part in value.values():
                yield from refs(part)
        elif isinstance(value, list):
            for part in value:
                yield from refs(part)

    for ref in set(refs(document)):
        assert (
            ref.startswith("#/components/schemas/")
            and ref.rpartition("/")[2] in document["components"]["schemas"]
        ), ref


def test_a_dossier_fits_the_document(there: TestClient, ferry: str) -> None:
    schema = {**api.document(), "$ref": "#/components/schemas/Dossier"}
    jsonschema.Draft202012Validator(schema).validate(there.get(f"{V1}/stories/{ferry}/dossier").json())


def test_the_operations_on_a_page(there: TestClient) -> None:
    page = there.get("/api").text
    for path in api.document()["paths"]:
        assert f"<code>{path}</code>" in page
    assert [g["name"] for g in there.get("/api.json").json()["groups"]] == list(api.TAGS)


def test_the_examples_of_bodies_are_taken(own: TestClient, ferry: str) -> None:
    """What the document shows as a body has the form asked for."""
    for path, found in api.document()["paths"].items():
        for method, operation in found.items():
            body = (
                operation.get("requestBody", {})
                .get("content", {})
                .get("application/json", {})
                .get("schema", {})
            )
            named = api.document()["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], body)
            for example in named.get("examples", ()):
                address = path.replace("{number}", "1").replace("{item}", "1") + (
                    "?wait=0" if "wait" in json.dumps(operation.get("parameters", "")) else ""
                )
                answer = own.request(method, address, json=example)
                assert answer.status_code != 422, (path, answer.text)


def test_nothing_of_the_library_moved(filled: Path, tmp_path: Path) -> None:
    """The library that is only read is as it was: a GET writes nothing."""
    with Library.open(shutil.copy(filled, tmp_path / "copy.db")) as library:
        assert library.check() == () and library.waiting() == 0
