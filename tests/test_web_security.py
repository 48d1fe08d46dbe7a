"""The guard of the web app: what it refuses, what it adds to every answer, who it lets in."""

from __future__ import annotations

import re
from typing import Any

import anyio
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from consilience.app.web.security import (
    FILE_POLICY,
    LETTER_POLICY,
    PAGE_POLICY,
    Guard,
    attachment,
    guarded,
)
from consilience.app.web.security_limits import CLIENTS, Buckets, Rate, client_of
from consilience.app.web.security_login import LASTS, Sessions, once_more, safe_next
from consilience.errors import InputError

HERE = "http://localhost:8400"
SECRET = "harbour-lamp"


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def read(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def fail(request: Request) -> Response:
    raise RuntimeError("the key lies under the mat")


async def save(request: Request) -> Response:
    name = request.query_params.get("name", "dossier.html")
    return HTMLResponse("<p>all", headers={"Content-Disposition": attachment(name)})


async def letter(request: Request) -> Response:
    return HTMLResponse(
        "<p style='color: red'>Good morning", headers={"Content-Security-Policy": LETTER_POLICY}
    )


async def loose(request: Request) -> Response:
    return HTMLResponse(
        "<p>", headers={"Content-Security-Policy": "default-src *", "Cache-Control": "public"}
    )


PATHS = (
    "/",
    "/feed",
    "/feed.json",
    "/feed.atom",
    "/static/web.css",
    "/login",
    "/api/v1/status",
    "/api/v1/compare",
)
METHODS = ["GET", "POST", "DELETE"]


class Plain:
    """A site without pages."""

    def render(self, template: str, *_: Any) -> Response:
        raise TemplateNotFound(template)


APP = FastAPI(
    openapi_url=None,
    redirect_slashes=False,
    routes=[
        *(Route(path, read, methods=METHODS) for path in PATHS),
        Route("/fail", fail),
        Route("/api/v1/fail", fail),
        Route("/file", save),
        Route("/mail", letter),
        Route("/loose", loose),
    ],
)
APP.state.site = Plain()


def client(guard: Guard = Guard(), base: str = HERE, **more: Any) -> TestClient:  # noqa: B008 - frozen
    return TestClient(guarded(APP, guard), base_url=base, follow_redirects=False, **more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def locked(clock: Clock) -> TestClient:
    return client(Guard(secret=SECRET, clock=clock))


def log_in(visitor: TestClient, password: str = SECRET, to: str = "/feed") -> Any:
    return visitor.post("/login", data={"password": password, "next": to})


# -- the host --


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8400", "127.0.0.1:1", "[::1]:8400", "LOCALHOST", "localhost."]
)
def test_own_names_are_known(host: str) -> None:
    assert client().get("/feed", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:8400", "localhost@evil.example", "127.0.0.1.evil.example",
     "evil.example#localhost", "", "localhost:80:80", "localhost:x", "[::1", "::1", "127.0.0.2", "0.0.0.0", "localhost/",
     "localhost%2eevil.example", "localhost evil.example"],
)  # fmt: skip
def test_another_host_is_refused(host: str) -> None:
    answer = client().get("/feed", headers={"Host": host})
    assert answer.status_code in (400, 421)
    assert answer.text.count("\n") == 1 and "evil" not in answer.text


def test_two_hosts_are_refused() -> None:
    answer = send(Guard(), "GET", "/feed", [(b"host", b"localhost"), (b"host", b"evil.example")])
    assert answer[0]["status"] == 400


def test_a_public_name_is_given() -> None:
    guard = Guard(hosts=("desk.example:8443",), secret=SECRET)
    bearer = {"Authorization": f"Bearer {SECRET}"}
    assert client(guard).get("/feed", headers={"Host": "desk.example:8443", **bearer}).status_code == 200
    assert client(guard).get("/feed", headers={"Host": "desk.example", **bearer}).status_code == 421
    assert client(guard).get("/feed", headers=bearer).status_code == 421


# -- other sites --


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # no browser
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),  # another port of this machine
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 200),  # the browser knows best
        ({"Sec-Fetch-Site": ""}, 403),
        ({"Origin": HERE}, 200),
        ({"Origin": "http://LOCALHOST:8400"}, 200),
        ({"Origin": "http://localhost:9000"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "http://localhost:8400.evil.example"}, 403),
        ({"Origin": "http://[evil"}, 403),
        ({"Origin": "localhost:8400"}, 403),
    ],
)
@pytest.mark.parametrize("path", ["/feed", "/login"])
def test_what_another_site_sends_is_refused(headers: dict[str, str], status: int, path: str) -> None:
    answer = client(Guard(secret=SECRET)).post(path, headers={**headers, "Authorization": f"Bearer {SECRET}"})
    assert (answer.status_code == 403) == (status == 403)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
    ],
)
def test_another_site_may_link_here_and_no_more(headers: dict[str, str], status: int) -> None:
    assert client().get("/feed", headers=headers).status_code == status


def test_the_api_takes_json_alone() -> None:
    visitor = client()
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/jsonx",
    ):
        answer = visitor.post("/api/v1/compare", content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 415, kind
        assert answer.headers["content-type"] == "application/problem+json"
    for kind in ("application/json", "Application/JSON; charset=utf-8"):
        assert (
            visitor.post("/api/v1/compare", content=b"{}", headers={"Content-Type": kind}).status_code == 200
        )
    assert visitor.delete("/api/v1/compare").status_code == 200


# -- what every answer carries --


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/feed", {}),
        ("GET", "/nowhere", {}),
        ("PUT", "/feed", {}),
        ("GET", "/fail", {}),
        ("GET", "/api/v1/fail", {}),
        ("GET", "/feed", {"Host": "evil.example"}),
        ("POST", "/feed", {"Origin": "null"}),
        ("GET", "/loose", {}),
        ("GET", "/" + "a" * 9000, {}),
    ],
)
def test_headers_of_every_answer(method: str, path: str, headers: dict[str, str]) -> None:
    answer = client(raise_server_exceptions=False).request(method, path, headers=headers)
    got = answer.headers
    assert got["content-security-policy"] == PAGE_POLICY
    assert "unsafe" not in PAGE_POLICY
    assert got["x-content-type-options"] == "nosniff"
    assert got["x-frame-options"] == "DENY"
    assert got["referrer-policy"] == "same-origin"
    assert got["cross-origin-opener-policy"] == got["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in got["permissions-policy"]
    assert got["cache-control"] == "no-store"
    assert "strict-transport-security" not in got
    assert got.get_list("content-security-policy") == [PAGE_POLICY]


def test_headers_under_tls() -> None:
    answer = client(base="https://localhost:8400").get("/feed")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    behind = client(Guard(secure=True)).get("/feed")
    assert "strict-transport-security" in behind.headers


def test_own_files_are_kept_until_the_version_changes() -> None:
    visitor = client()
    assert "immutable" in visitor.get("/static/web.css?v=0.1.0").headers["cache-control"]
    assert visitor.get("/static/web.css").headers["cache-control"] == "no-cache"
    assert visitor.get("/feed?v=0.1.0").headers["cache-control"] == "no-store"


def test_what_is_saved_runs_nothing_here() -> None:
    assert client().get("/file").headers["content-security-policy"] == FILE_POLICY
    assert "sandbox" in FILE_POLICY and "sandbox" in LETTER_POLICY
    assert client().get("/mail").headers["content-security-policy"] == LETTER_POLICY


@pytest.mark.parametrize(
    "name",
    ['a"; filename="b.exe', "a\r\nSet-Cookie: x=y", "../../etc/passwd", "", "Дамба", "a" * 500, "\ud800"],
)
def test_the_name_of_a_saved_file_is_harmless(name: str) -> None:
    told = attachment(name)
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[A-Za-z0-9._~%-]{1,1200}", told)
    assert not {"/", "\\", "\r", "\n", '"'} & set(told.partition("''")[2])


def test_a_failure_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    for path, kind in (("/fail", "text/plain; charset=utf-8"), ("/api/v1/fail", "application/problem+json")):
        answer = client(raise_server_exceptions=False).get(path)
        assert answer.status_code == 500
        assert "mat" not in answer.text and "Traceback" not in answer.text
        assert kind.startswith("text") or answer.json()["status"] == 500
    assert "the key lies under the mat" in caplog.text


# -- sizes and times --


def send(
    guard: Guard, method: str, path: str, headers: list[tuple[bytes, bytes]], receive: Any = None
) -> list[Any]:
    """What the guard answers to a request made by hand."""
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    async def nothing() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    where, _, query = path.partition("?")
    scope = {
        "type": "http", "method": method, "path": where, "raw_path": where.encode(), "headers": headers,
        "query_string": query.encode(), "scheme": "http", "client": ("127.0.0.1", 1), "http_version": "1.1",
        "root_path": "", "server": ("localhost", 8400),
    }  # fmt: skip
    anyio.run(guarded(APP, guard), scope, receive or nothing, keep)
    return sent


OWN = [(b"host", b"localhost"), (b"content-type", b"application/json")]


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    async def never() -> Any:
        raise AssertionError("the body was read")

    for path, limit in (("/feed", 20), ("/api/v1/compare", 10)):
        guard = Guard(body=20, document=10)
        for length in (str(limit + 1), "9" * 30):
            sent = send(guard, "POST", path, [*OWN, (b"content-length", length.encode())], never)
            assert sent[0]["status"] == 413


def test_a_body_in_parts_is_counted() -> None:
    read_so_far = 0

    async def endless() -> Any:
        nonlocal read_so_far
        read_so_far += 1
        return {"type": "http.request", "body": b"12345", "more_body": True}

    sent = send(
        Guard(document=22), "POST", "/api/v1/compare", [*OWN, (b"transfer-encoding", b"chunked")], endless
    )
    assert sent[0]["status"] == 413
    assert read_so_far == 5


def test_a_body_that_lies_about_its_length_is_counted() -> None:
    async def more() -> Any:
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    sent = send(Guard(document=50), "POST", "/api/v1/compare", [*OWN, (b"content-length", b"5")], more)
    assert sent[0]["status"] == 413


def test_a_slow_body_is_given_up() -> None:
    async def slow() -> Any:
        await anyio.sleep(30)

    sent = send(Guard(pause=0.05), "POST", "/feed", [*OWN, (b"content-length", b"5")], slow)
    assert sent[0]["status"] == 408


def test_a_body_that_drips_is_given_up(clock: Clock) -> None:
    async def drip() -> Any:
        clock.now += 9
        return {"type": "http.request", "body": b"x", "more_body": True}

    sent = send(Guard(pause=10, clock=clock), "POST", "/feed", [*OWN, (b"content-length", b"500")], drip)
    assert sent[0]["status"] == 408


def test_long_addresses_and_headers_are_refused() -> None:
    visitor = client()
    assert visitor.get("/feed?q=" + "a" * 8200).status_code == 414
    assert visitor.get("/feed", headers={"X-Much": "a" * 40_000}).status_code == 431
    assert visitor.get("/feed", headers={f"X-{n}": "a" for n in range(120)}).status_code == 431


def test_a_socket_is_refused() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def keep(message: Any) -> None:
        sent.append(message)

    anyio.run(guarded(APP, Guard()), {"type": "websocket", "path": "/", "headers": []}, receive, keep)
    assert sent == [{"type": "websocket.close", "code": 1008}]


# -- how often --


def test_dear_calls_are_counted(clock: Clock) -> None:
    visitor = client(Guard(clock=clock, dear=Rate(0.5, 3)))
    ask = {"content": b"{}", "headers": {"Content-Type": "application/json"}}
    got = [visitor.post("/api/v1/compare", **ask).status_code for _ in range(5)]
    assert got == [200, 200, 200, 429, 429]
    answer = visitor.post("/api/v1/compare", **ask)
    assert answer.headers["retry-after"] == "2" and answer.json()["status"] == 429
    assert visitor.get("/feed").status_code == 200
    clock.now += 2
    assert visitor.post("/api/v1/compare", **ask).status_code == 200


def test_all_calls_are_counted_where_there_is_a_password(clock: Clock) -> None:
    every = Rate(1, 4)
    bearer = {"Authorization": f"Bearer {SECRET}"}
    visitor = client(Guard(secret=SECRET, clock=clock, every=every))
    assert [visitor.get("/feed", headers=bearer).status_code for _ in range(5)] == [200] * 4 + [429]
    free = client(Guard(clock=clock, every=every))
    assert {free.get("/feed").status_code for _ in range(20)} == {200}


def test_what_is_counted_is_bounded(clock: Clock) -> None:
    bucket = Buckets(Rate(1, 1), clock)
    for n in range(3 * CLIENTS):
        bucket.take(str(n))
    assert len(bucket._held) == CLIENTS


@given(st.lists(st.floats(0, 20), max_size=40), st.integers(1, 5), st.floats(0.1, 3))
def test_no_more_than_the_rate_allows(waits: list[float], burst: int, second: float) -> None:
    clock = Clock()
    bucket = Buckets(Rate(second, burst), clock)
    begun, taken = clock.now, 0
    for wait in waits:
        clock.now += wait
        taken += not bucket.take("a")
        assert taken <= burst + (clock.now - begun) * second + 1e-6


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_whom_calls_are_counted_for(address: str, name: str) -> None:
    assert client_of({"client": (address, 5)}) == name
    assert client_of({"client": None}) == ""


# -- who may read --


def test_a_short_password_is_refused() -> None:
    with pytest.raises(InputError, match="too short"):
        Guard(secret="lamp")


def test_a_locked_library_is_closed(locked: TestClient) -> None:
    for path in ("/", "/feed", "/fail", "/nowhere", "/file", "/staticx", "/login/x", "/LOGIN", "/static"):
        answer = locked.get(path)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/login?next="), path
    for path in ("/feed.json", "/api/v1/status", "/api/v1/nowhere", "/api/v1/openapi.json"):
        answer = locked.get(path)
        assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["todo"]
    assert locked.get("/login").status_code == locked.get("/static/web.css").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../feed",
        "/static/..%2ffeed",
        "/static//../feed",
        "//feed",
        "/feed/",
        "/%2e/feed",
        "/static/%2e%2e/feed",
    ],
)
def test_no_spelling_of_a_path_opens_it(path: str) -> None:
    for name in (path, path.replace("%2f", "/").replace("%2e", ".")):
        sent = send(Guard(secret=SECRET), "GET", name, [(b"host", b"localhost")])
        assert sent[0]["status"] in (303, 404), name


def test_a_token_opens_it(locked: TestClient) -> None:
    assert locked.get("/feed", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 200
    assert locked.get("/api/v1/status", headers={"Authorization": f"bearer {SECRET}"}).status_code == 200
    assert locked.get("/api/v1/status", headers={"Authorization": "Bearer other-word"}).status_code == 401
    assert locked.get("/api/v1/status", headers={"Authorization": "Bearer"}).status_code == 401
    assert locked.get("/api/v1/status", headers={"Authorization": f"Digest {SECRET}"}).status_code == 401


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_token_may_hold_any_letter(encoding: str) -> None:
    """curl sends the letters of a terminal, UTF-8 as a rule, and the server reads headers as Latin-1."""
    word = "hafen-lämpchen"
    sent = send(
        Guard(secret=word),
        "GET",
        "/feed",
        [(b"host", b"localhost"), (b"authorization", f"Bearer {word}".encode(encoding))],
    )
    assert sent[0]["status"] == 200


def test_a_reader_of_feeds_sends_basic_authentication(locked: TestClient) -> None:
    asked = locked.get("/feed.atom")
    assert asked.status_code == 401 and asked.headers["www-authenticate"].startswith("Basic ")
    assert locked.get("/feed.atom", auth=("anybody", SECRET)).status_code == 200
    assert locked.get("/feed.atom", auth=("anybody", "other-word")).status_code == 401
    assert locked.get("/feed.atom", headers={"Authorization": "Basic ÿ".encode("latin-1")}).status_code == 401  # type: ignore[dict-item]


def test_logging_in_and_out(locked: TestClient) -> None:
    answer = log_in(locked)
    assert answer.status_code == 303 and answer.headers["location"] == "/feed"
    cookie = answer.headers["set-cookie"]
    assert (
        "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie and SECRET not in cookie
    )
    assert "Secure" not in cookie and "Domain" not in cookie
    assert locked.get("/feed").status_code == locked.get("/api/v1/status").status_code == 200
    kept = locked.cookies["consilience"]
    assert locked.post("/logout").status_code == 303
    assert locked.get("/feed").status_code == 303
    assert locked.get("/feed", headers={"Cookie": f"consilience={kept}"}).status_code == 303, (
        "it ended for good"
    )


def test_the_cookie_under_tls() -> None:
    visitor = client(Guard(secret=SECRET), "https://localhost:8400")
    cookie = log_in(visitor).headers["set-cookie"]
    assert cookie.startswith("__Host-consilience=") and "Secure" in cookie
    assert visitor.get("/feed").status_code == 200
    plain = cookie.partition("=")[2].partition(";")[0]
    assert (
        client(Guard(secret=SECRET)).get("/feed", headers={"Cookie": f"consilience={plain}"}).status_code
        == 303
    )


def test_a_cookie_ends(locked: TestClient, clock: Clock) -> None:
    log_in(locked)
    clock.now += LASTS - 1
    assert locked.get("/feed").status_code == 200
    clock.now += 2
    assert locked.get("/feed").status_code == 303


def test_a_cookie_cannot_be_made(clock: Clock) -> None:
    own = Sessions(SECRET, clock)
    good = own.begin()
    assert own.holds(good)
    until, name, mark = good.split(".")
    for bad in (
        "", ".", "..", "a.b.c", f"{int(until) + 1}.{name}.{mark}", f"{until}.{name}x.{mark}", f"{until}.{name}.{mark[:-1]}",
        f"{until}.{name}.", f"{until}.{name}", f"{good} ", f"{until}.{name}.{mark}.{mark}", "é.é.é", "\ud800.x.y",
    ):  # fmt: skip
        assert not own.holds(bad), bad
    assert not Sessions(SECRET, clock).holds(good), "another server's"
    assert len({own.begin() for _ in range(50)}) == 50


@given(st.text(max_size=80))
def test_no_text_is_a_cookie(text: str) -> None:
    assert not Sessions(SECRET, Clock()).holds(text)


def test_guessing_takes_time(locked: TestClient, clock: Clock) -> None:
    for _ in range(5):
        assert "failed=1" in log_in(locked, "wrong-word").headers["location"]
    refused = log_in(locked)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1, "the right one too"
    assert locked.get("/api/v1/status", headers={"Authorization": f"Bearer {SECRET}"}).status_code == 429
    assert locked.get("/login").status_code == 200
    clock.now += 12
    assert log_in(locked).headers["location"] == "/feed"


def test_ten_guesses_in_a_minute_at_most(locked: TestClient, clock: Clock) -> None:
    heard = 0
    for _ in range(60):
        heard += log_in(locked, "wrong-word").status_code == 303
        clock.now += 1
    assert heard <= 10


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=y",
     "/\t/evil.example", "", "evil.example", " //evil.example", "/a\x00", "/" + "a" * 3000, "/.\\evil"],
)  # fmt: skip
def test_a_log_in_leads_nowhere_else(locked: TestClient, to: str) -> None:
    assert safe_next(to) == "/"
    answer = log_in(locked, to=to)
    assert answer.headers["location"] == "/" and "x=y" not in str(answer.headers)


def test_the_way_to_the_log_in_keeps_what_was_asked(locked: TestClient) -> None:
    answer = locked.get("/stories/s1:4c02?until=2031-10-15&b=%3Cscript%3E")
    assert (
        answer.headers["location"]
        == "/login?next=/stories/s1%3A4c02%3Funtil%3D2031-10-15%26b%3D%253Cscript%253E"
    )
    posted = locked.post("/feed")
    assert posted.headers["location"] == "/login?next=/"


def test_a_link_from_another_site_asks_once_more(locked: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = locked.get("/feed?a=1&b='x\"<y", headers=headers)
    assert answer.status_code == 200 and "url='/feed?a=1&amp;b=" in answer.text
    assert "<y" not in answer.text and '"<' not in answer.text
    assert locked.get("/feed", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@given(st.text(max_size=60))
def test_the_page_that_asks_once_more_holds_no_markup(text: str) -> None:
    body = bytes(once_more("/" + text).body).decode()
    assert body.count("<") == 11 and body.count('"') == 10 and body.count("'") == 2


def test_a_log_in_form_is_small(locked: TestClient) -> None:
    assert locked.post("/login", data={"password": "x" * 5000}).status_code == 413
    assert locked.post("/login", data={str(n): "x" for n in range(50)}).status_code == 400
    assert locked.post("/login", content=b"\xff\xfe%ZZ=&&&").status_code == 303


def test_an_open_library_has_no_log_in() -> None:
    assert client().get("/login").headers["location"] == "/"
    assert client().post("/logout").headers["location"] == "/"
