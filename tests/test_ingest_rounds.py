"""What is followed: feeds, sitemaps, outlines and folders, round after round, against listeners on this machine."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.errors import FetchError, InputError
from consilience.ingest import stream
from consilience.ingest.draft import Source
from consilience.ingest.fetch import AnswerError, NotModified, UnfitError, fetch
from consilience.ingest.following import LATEST, Followed, Spacing, Validators, answered, failed, retry_after
from consilience.ingest.robots import MOST_HOSTS, Robots
from consilience.ingest.rounds import follow
from consilience.ingest.visits import Visitor
from consilience.model import Problem, Witness
from consilience.settings import Ingest

LIMITS = Ingest(allow_hosts=("127.0.0.1",), timeout=5.0, delay=0.5, max_bytes=300_000, max_items=3)
NOW = 1_936_000_000.0
"""The seventh of May 2031, about."""
STORY = (
    "<p>The bridge at Seahaven was closed on Monday after engineers found a crack in span {0}.</p>"
    "<p>Ferry {0} will run every ten minutes until the bridge can be used again, the harbour master said.</p>"
    "<p>Nobody was hurt when pier {0} gave way, and the quay stays open to those who live there.</p>"
)


def page(name: str) -> bytes:
    return f"<html><head><title>Story {name}</title></head><body><article>{STORY.format(name)}</article></body></html>".encode()


@dataclass
class Site:
    """A listener that answers from a table, counts what it was asked, and knows one version of each page."""

    base: str = ""
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)

    def put(
        self, path: str, body: bytes | str, media: str = "text/html", status: int = 200, **headers: str
    ) -> None:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (
            status,
            {"Content-Type": media, **named},
            data.replace(b"BASE", self.base.encode()),
        )

    def paths(self) -> list[str]:
        """What was asked for since the last call."""
        found, self.asked[:] = list(self.asked), []
        return found


@pytest.fixture
def site() -> Iterator[Site]:
    """A listener of its own for each test."""
    here = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(self.path)
            here.heads.append(dict(self.headers))
            status, headers, body = here.pages.get(self.path, (404, {}, b""))
            etag = headers.get("ETag")
            if status == 200 and etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    here.base = f"http://127.0.0.1:{server.server_address[1]}"
    yield here
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Time:
    """A clock that goes on when somebody waits."""

    now: float = 1_000.0
    waits: list[float] = field(default_factory=list)
    stop_after: int = 10**9

    def wait(self, seconds: float) -> bool:
        self.waits.append(round(seconds, 3))
        self.now += seconds
        return len(self.waits) > self.stop_after

    def visitor(self, settings: Ingest = LIMITS) -> Visitor:
        return Visitor(settings, clock=lambda: self.now, wait=self.wait)


def rss(*names: str, more: str = "") -> str:
    """A feed of openings."""
    items = "".join(
        f"<item><title>{n}</title><link>BASE/{n}</link><description>{n} …</description>{more}</item>"
        for n in names
    )
    return f"<rss><channel><title>The Melden Post</title><link>BASE/</link>{items}</channel></rss>"


def round_of(
    followed: Followed, visitor: Visitor, seen: Callable[[str], bool] = lambda url: False, now: float = NOW
) -> tuple[list[str], list[str], list[Followed]]:
    """Titles of the accounts, problems and states of one round."""
    items = list(follow(followed, visitor, seen, now=now))
    titles = [i.title or "" for i in items if isinstance(i, Witness)]
    return (
        titles,
        [i.what for i in items if isinstance(i, Problem)],
        [i for i in items if isinstance(i, Followed)],
    )


# -- conditional requests and the words of a host --


def test_an_answer_that_has_not_changed(site: Site) -> None:
    site.put(
        "/feed", rss("a"), "application/rss+xml", ETag='"7"', Last_Modified="Tue, 06 May 2031 10:20:00 GMT"
    )
    source = fetch(f"{site.base}/feed", LIMITS)
    assert (source.etag, source.modified) == ('"7"', "Tue, 06 May 2031 10:20:00 GMT")
    since = Validators(source.etag, source.modified, source.url)
    with pytest.raises(NotModified) as error:
        fetch(f"{site.base}/feed", LIMITS, since=since)
    assert error.value.status == 304
    assert site.heads[-1]["If-Modified-Since"] == source.modified


def test_validators_go_to_the_address_that_gave_them_alone(site: Site) -> None:
    site.put("/old", "", status=301, Location="/new")
    site.put("/new", rss("a"), "text/xml", ETag='"1"')
    source = fetch(f"{site.base}/old", LIMITS)
    with pytest.raises(NotModified):
        fetch(f"{site.base}/old", LIMITS, since=Validators(source.etag, None, source.url))
    assert ["If-None-Match" in head for head in site.heads] == [False, False, False, True]
    fetch(f"{site.base}/new", LIMITS, since=Validators('"1"\r\nX: y', None, source.url))
    assert "X" not in site.heads[-1]


@pytest.mark.parametrize(
    ("status", "lasting"),
    [(404, True), (410, True), (403, True), (429, False), (503, False), (500, False), (408, False)],
)
def test_errors_carry_what_the_host_said(site: Site, status: int, lasting: bool) -> None:
    site.put("/x", "", status=status, Retry_After="120")
    with pytest.raises(AnswerError) as error:
        fetch(f"{site.base}/x", LIMITS)
    assert (error.value.status, error.value.pause, error.value.lasting) == (status, 120.0, lasting)


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1e9", "Thu, 99 Foo 1970 00:02:00 GMT", "٣"])
def test_retry_after_that_says_nothing(value: str | None) -> None:
    assert retry_after(value, 0.0) in (None, 0.0)


def test_retry_after_is_bounded() -> None:
    assert retry_after("9" * 400, 0.0) == 7 * 86_400
    assert retry_after("Thu, 01 Jan 2099 00:00:00 GMT", 0.0) == 7 * 86_400


# -- robots --


def test_robots_are_obeyed_in_rounds_and_not_for_a_page_that_is_named(site: Site) -> None:
    site.put(
        "/robots.txt",
        "User-agent: consilience\nDisallow: /b\nCrawl-delay: 4\n\nUser-agent: *\nDisallow: /",
        "text/plain",
    )
    site.put("/feed", rss("a", "b", "c"), "application/rss+xml")
    for name in "abc":
        site.put(f"/{name}", page(name))
    time = Time()
    titles, problems, (state,) = round_of(Followed(f"{site.base}/feed"), time.visitor())
    assert titles == ["Story a", "Story c"]
    assert problems == ["may not be fetched by programs (robots.txt)"]
    assert site.paths() == ["/robots.txt", "/feed", "/a", "/c"]
    assert time.waits == [0.0, 0.5, 4.0, 4.0]
    assert (state.kind, len(state.tried), state.failures) == ("feed", 3, 0)
    (account,) = stream([f"{site.base}/b"], settings=LIMITS)
    assert isinstance(account, Witness)


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (410, True), (500, False), (503, False), (429, False)]
)
def test_a_host_that_cannot_say_what_it_allows(site: Site, status: int, allowed: bool) -> None:
    site.put("/robots.txt", "", status=status)
    site.put("/a", page("a"))
    visitor = Time().visitor()
    if allowed:
        assert visitor(f"{site.base}/a").data == page("a")
    else:
        with pytest.raises(FetchError, match=r"its robots\.txt answered"):
            visitor(f"{site.base}/a")
        assert site.paths() == ["/robots.txt"]


def test_robots_that_are_pictures_or_pages_allow_all(site: Site) -> None:
    site.put("/robots.txt", b"\x89PNG\r\n\x1a\n" + bytes(999), "image/png")
    site.put("/a", page("a"))
    assert Time().visitor()(f"{site.base}/a").name == "a"


def test_a_redirect_is_asked_about_too(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /secret", "text/plain")
    site.put("/a", "", status=302, Location="/secret/a")
    site.put("/secret/a", page("a"))
    with pytest.raises(FetchError, match=r"may not be fetched by programs"):
        Time().visitor()(f"{site.base}/a")
    assert site.paths() == ["/robots.txt", "/a"]


def test_rules_are_asked_for_once_a_day_and_of_so_many_hosts() -> None:
    asked = []

    def ask(url: str) -> Source:
        asked.append(url)
        return Source("robots", url, "", b"User-agent: *\nDisallow: /x")

    robots = Robots(ask, "Consilience")
    url = "https://dravik.example/x"
    for now in (0.0, 100.0, 86_399.0, 86_401.0):
        rule = robots.known(url, now)
        if rule is None:
            rule = robots.asked(url, now)
            robots.keep(url, rule)
        assert not rule.allows(url, "Consilience")
    assert len(asked) == 2
    rule = robots.asked(url, 0.0)
    for n in range(MOST_HOSTS + 50):
        robots.keep(f"https://h{n}.example/", rule)
    assert len(robots._rules) == MOST_HOSTS


@given(st.binary(max_size=400))
def test_any_robots_give_a_rule(data: bytes) -> None:
    robots = Robots(lambda url: Source("robots", url, "", b"User-agent: *\n" + data), "Consilience")
    rule = robots.asked("https://dravik.example/a", 0.0)
    assert rule.allows("https://dravik.example/a?b=" + "x" * 50, "Consilience") in (True, False)
    assert rule.delay("Consilience") >= 0


def test_a_host_is_left_in_peace(site: Site) -> None:
    site.put("/a", page("a"))
    site.put("/busy", "", status=503, Retry_After="30")
    site.put("/ill", "", status=503, Retry_After="3600")
    time = Time()
    visitor = time.visitor()
    visitor(f"{site.base}/a")
    with pytest.raises(AnswerError):
        visitor(f"{site.base}/busy")
    visitor(f"{site.base}/a")
    assert time.waits[-1] == 30.0
    with pytest.raises(AnswerError):
        visitor(f"{site.base}/ill")
    with pytest.raises(FetchError, match="wants 3600 seconds between two requests"):
        visitor(f"{site.base}/a")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 50), st.floats(0, 20)), max_size=40))
def test_requests_to_one_host_are_apart(requests: list[tuple[str, float, float]]) -> None:
    spacing, now = Spacing(), 0.0
    last: dict[str, float] = {}
    for host, passed, gap in requests:
        now += passed
        at = now + spacing.reserve(host, now, gap)
        assert at >= last.get(host, 0.0) - 1e-6
        last[host] = at + gap


# -- rounds --


def test_round_after_round_only_what_is_new_is_fetched(site: Site) -> None:
    site.put("/feed", rss("a", "b"), "application/rss+xml", ETag='"1"')
    site.put("/a", "", status=302, Location="/2031/a")
    site.put("/2031/a", page("a"))
    site.put("/b", page("b"))
    site.put("/c", page("c"))
    visitor = Time().visitor()
    titles, problems, (state,) = round_of(Followed(f"{site.base}/feed"), visitor)
    assert (titles, problems) == (["Story a", "Story b"], [])
    assert site.paths() == ["/robots.txt", "/feed", "/a", "/2031/a", "/b"]
    state = Followed.load(state.dump())
    assert round_of(state, visitor)[0] == [] and site.paths() == ["/feed"]
    site.put("/feed", rss("c", "b"), "application/rss+xml", ETag='"2"')
    titles, _, (after,) = round_of(state, visitor)
    assert titles == ["Story c"] and site.paths() == ["/feed", "/c"]
    assert len(after.tried) == 2, "what is listed no more is forgotten"
    site.put("/feed", rss("d", "e"), "application/rss+xml", ETag='"3"')
    site.put("/d", page("d"))
    assert round_of(after, visitor, lambda url: url.endswith("/e"))[0] == ["Story d"]


def test_entries_are_completed_by_what_the_feed_says(site: Site) -> None:
    site.put(
        "/feed",
        rss("a", more='<source url="https://wire.example/rss">Harbour Wire</source>'),
        "application/rss+xml",
    )
    site.put("/a", page("a"))
    account, state = follow(Followed(f"{site.base}/feed"), Time().visitor(), lambda url: False, now=NOW)
    assert isinstance(account, Witness) and isinstance(state, Followed)
    assert (account.outlet, account.url) == ("The Melden Post", f"{site.base}/a")
    assert account.upstream[0].name == "Harbour Wire"


def test_what_fails_now_is_asked_for_again_and_what_fails_for_good_is_not(site: Site) -> None:
    site.put("/feed", rss("a", "gone", "ill"), "application/rss+xml", ETag='"1"')
    site.put("/a", page("a"))
    site.put("/ill", "", status=500)
    visitor = Time().visitor()
    titles, problems, (state,) = round_of(Followed(f"{site.base}/feed"), visitor)
    assert (titles, problems) == (
        ["Story a"],
        ["answered 404 Not Found", "answered 500 Internal Server Error"],
    )
    assert state.etag is None, "an unfinished feed is asked for whole"
    site.put("/ill", page("i"))
    site.paths()
    assert round_of(state, visitor)[0] == ["Story i"]
    assert site.paths() == ["/feed", "/ill"]


def test_so_many_entries_a_round_and_none_from_another_time(site: Site) -> None:
    dated = (
        "".join(f"<url><loc>BASE/{n}</loc><lastmod>2031-05-0{n}</lastmod></url>" for n in (1, 2, 3, 4, 5))
        + "<url><loc>BASE/9</loc><lastmod>2030-01-01</lastmod></url>"
    )
    site.put("/map.xml", f"<urlset>{dated}</urlset>", "application/xml")
    for n in "123459":
        site.put(f"/{n}", page(n))
    visitor = Time().visitor()
    titles, _, (state,) = round_of(Followed(f"{site.base}/map.xml"), visitor)
    assert titles == ["Story 5", "Story 4", "Story 3"]
    titles, _, (state,) = round_of(state, visitor)
    assert titles == ["Story 2", "Story 1"]
    assert round_of(state, visitor)[0] == []


@pytest.mark.parametrize(
    "media", ["application/gzip", "application/x-gzip", "application/octet-stream", "text/xml"]
)
def test_a_packed_sitemap(site: Site, media: str) -> None:
    site.put(
        "/map.xml.gz", gzip.compress(f"<urlset><url><loc>{site.base}/a</loc></url></urlset>".encode()), media
    )
    site.put("/a", page("a"))
    assert round_of(Followed(f"{site.base}/map.xml.gz"), Time().visitor())[0] == ["Story a"]
    site.put("/map.xml.gz", gzip.compress(bytes(5_000_000)), media)
    _, problems, (state,) = round_of(Followed(f"{site.base}/map.xml.gz"), Time().visitor())
    assert (problems, state.failures) == (["has more than 300,000 bytes"], 1)


def test_outlines_and_indexes_name_what_else_to_follow(site: Site) -> None:
    site.put("/mine.opml", "<opml><body><outline xmlUrl='BASE/feed'/></body></opml>", "text/x-opml")
    site.put(
        "/index.xml", "<sitemapindex><sitemap><loc>BASE/map.xml</loc></sitemap></sitemapindex>", "text/xml"
    )
    visitor = Time().visitor()
    for path, child in (("/mine.opml", "/feed"), ("/index.xml", "/map.xml")):
        titles, problems, (named, state) = round_of(Followed(site.base + path), visitor)
        assert (titles, problems, named.url, named.parent) == ([], [], site.base + child, site.base + path)
        assert state.url == site.base + path


def test_a_page_is_followed_as_it_changes(site: Site) -> None:
    site.put("/live", page("a"), ETag='"1"')
    visitor = Time().visitor()
    titles, _, (state,) = round_of(Followed(f"{site.base}/live"), visitor)
    assert (titles, state.kind) == (["Story a"], "page")
    assert round_of(state, visitor)[0] == []
    site.put("/live", page("b"), ETag='"2"')
    assert round_of(state, visitor)[0] == ["Story b"]


def test_stopping_loses_nothing(site: Site) -> None:
    site.put("/feed", rss("a", "b"), "application/rss+xml", ETag='"1"')
    site.put("/a", page("a"))
    site.put("/b", page("b"))
    titles, problems, (state,) = round_of(Followed(f"{site.base}/feed"), Time(stop_after=3).visitor())
    assert (titles, problems) == (["Story a"], [])
    assert round_of(state, Time().visitor())[0] == ["Story b"]
    start = Followed(f"{site.base}/feed", etag='"0"')
    assert round_of(start, Time(stop_after=0).visitor())[2] == [start]


def test_failures_put_the_next_round_off(site: Site) -> None:
    site.put("/feed", "", status=503, Retry_After="5000")
    state = Followed(f"{site.base}/feed")
    _, problems, (state,) = round_of(state, Time().visitor())
    assert (problems, state.note) == (["answered 503 Service Unavailable"],) * 1 + (problems[0],)
    assert state.due == NOW + 5000
    site.put("/feed", "no feed at all", "application/rss+xml")
    _, problems, (state,) = round_of(state, Time().visitor())
    assert (state.failures, state.due - NOW) == (2, 3600.0)
    site.put("/feed", rss(), "application/rss+xml")
    _, problems, (state,) = round_of(state, Time().visitor())
    assert (problems, state.failures, state.note) == ([], 0, "")


@given(st.integers(0, 400), st.floats(0, 1), st.floats(0, 1e7), st.booleans())
def test_the_next_round_is_never_at_once_and_never_in_a_week(
    times: int, chance: float, every: float, well: bool
) -> None:
    state = Followed("https://dravik.example/rss", every=every, failures=times, quiet=times)
    if well:
        state = answered(state, fresh=False, now=0.0, chance=chance, settings=LIMITS)
    else:
        state = failed(state, "x", now=0.0, chance=chance, settings=LIMITS)
    assert 270 <= state.due <= LATEST * 1.1


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"url": "x", "tried": 3}', '{"etag": "x"}'])
def test_a_state_that_is_none(text: str) -> None:
    with pytest.raises(InputError, match="is not the state of an address that is followed"):
        Followed.load(text)


def test_a_state_of_another_version_is_read() -> None:
    assert Followed.load('{"url": "x", "later": 1}') == Followed("x")


# -- folders --


def test_a_folder_is_followed(tmp_path: Path) -> None:
    def put(name: str, number: str, when: float) -> None:
        (tmp_path / name).write_bytes(page(number))
        os.utime(tmp_path / name, (when, when))

    visitor = Time().visitor()
    put("a.html", "a", 100.0)
    (tmp_path / "inner").mkdir()
    put("inner/b.html", "b", 100.0)
    now = max(p.stat().st_ctime for p in tmp_path.rglob("*.html"))
    assert round_of(Followed(str(tmp_path)), visitor, now=now + 0.5)[0] == [], (
        "a file just written is left alone"
    )
    titles, problems, (state,) = round_of(Followed(str(tmp_path)), visitor, now=now + 10)
    assert (sorted(titles), problems, state.kind) == (["Story a", "Story b"], [], "folder")
    assert round_of(state, visitor, now=now + 20)[0] == []
    put("c.html", "c", 50.0)  # moved in: an old time of change
    titles, _, (state,) = round_of(state, visitor, now=now + 1_000)
    assert titles == ["Story c"]
    put("a.html", "d", now + 500)
    assert round_of(state, visitor, now=now + 2_000)[0] == ["Story d"]


def test_a_file_dated_in_the_future_is_taken_in_once(tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    file.write_bytes(page("a"))
    os.utime(file, (4e9, 4e9))
    visitor, now = Time().visitor(), file.stat().st_ctime
    assert round_of(Followed(str(tmp_path)), visitor, now=now + 0.5)[0] == []
    titles, problems, (state,) = round_of(Followed(str(tmp_path)), visitor, now=now + 10)
    assert (titles, problems) == (["Story a"], [])
    assert round_of(state, visitor, now=now + 20)[0] == []


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    _, problems, (state,) = round_of(Followed(str(tmp_path / "gone")), Time().visitor())
    assert problems == ["cannot be read (no such file or directory)"]
    assert state.failures == 1


def test_threads_may_share_a_visitor(site: Site) -> None:
    for n in range(8):
        site.put(f"/{n}", page("a"))
    visitor = Time().visitor()
    threads = [threading.Thread(target=visitor, args=(f"{site.base}/{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(path != "/robots.txt" for path in site.paths()) == 8


def test_what_is_unfit_says_so(site: Site) -> None:
    site.put("/x", b"x", "image/png")
    visitor = Visitor(LIMITS, clock=lambda: 0.0, wait=lambda seconds: None)
    for url in (f"{site.base}/x", "ftp://dravik.example/", "http://10.0.0.1/", "http://[", "http://[::1/a"):
        with pytest.raises(UnfitError):
            fetch(url, LIMITS)
        with pytest.raises(UnfitError):
            visitor(url)
