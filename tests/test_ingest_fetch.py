"""The outgoing door, against listeners on this machine."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli
import pytest
import zstandard

from consilience.errors import FetchError, InputError
from consilience.ingest import read
from consilience.ingest.fetch import UnfitError, fetch, public, resolve
from consilience.ingest.readers import kind
from consilience.settings import Ingest

PAGE = (
    "<html><head><meta property='og:title' content='Bridge closed'></head><body><article>"
    + "<p>The bridge at Seahaven was closed on Monday after engineers found a crack in its main span.</p>"
    + "<p>Ferries will run every ten minutes until the bridge can be used again, the harbour master said.</p>"
    + "</article></body></html>"
).encode()
ALLOW = Ingest(allow_hosts=("127.0.0.1",), max_bytes=200_000, timeout=5.0)


def _wide_window() -> bytes:
    """A stream that asks for 128 MB of memory before a word is unpacked."""
    wide = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    return packer.compress(PAGE) + packer.flush()


BODIES: dict[str, tuple[str, str, bytes]] = {
    "news/bridge.html": ("text/html; charset=utf-8", "", PAGE),
    "latin": ("text/plain; charset=iso-8859-1", "", b"caf\xe9"),
    "packed": ("text/html", "gzip", gzip.compress(PAGE)),
    "deflated": ("text/html", "deflate", zlib.compress(PAGE)),
    "raw": ("text/html", "deflate", zlib.compress(PAGE, wbits=-15)),
    "bomb": ("text/html", "gzip", gzip.compress(bytes(5_000_000))),
    "large": ("text/html", "", b"x" * 300_000),
    "odd": ("text/html", "compress", b"x"),
    "picture": ("image/png", "", b"x"),
    "garbled": ("text/html", "gzip", b"this is not gzip"),
    "brotli": ("text/html", "br", brotli.compress(PAGE)),
    "zstd": ("text/html", "zstd", zstandard.compress(PAGE)),
    "zstd2": ("text/html", "zstd", zstandard.compress(PAGE[:50]) + zstandard.compress(PAGE[50:])),
    "members": ("text/html", "x-gzip", gzip.compress(PAGE[:50]) + gzip.compress(PAGE[50:]) + b"\0\0"),
    "nested": ("text/html", "br, gzip", gzip.compress(brotli.compress(PAGE))),
    "thrice": (
        "text/html",
        "zstd,identity, br ,gzip",
        gzip.compress(brotli.compress(zstandard.compress(PAGE))),
    ),
    "plain": ("text/html", "identity", PAGE),
    "often": ("text/html", "gzip, gzip, gzip, gzip", b"x"),
    "deflatebomb": ("text/html", "deflate", zlib.compress(bytes(5_000_000))),
    "brotlibomb": ("text/html", "br", brotli.compress(bytes(50_000_000))),
    "zstdbomb": ("text/html", "zstd", zstandard.compress(bytes(500_000_000))),
    "window": ("text/html", "zstd", _wide_window()),
    "nestedbomb": ("text/html", "gzip, gzip", gzip.compress(gzip.compress(bytes(100_000_000), 9))),
    "brotlihalf": ("text/html", "br", brotli.compress(PAGE)[:-9]),
    "zstdhalf": ("text/html", "zstd", zstandard.compress(PAGE)[:-9]),
    "noise": ("text/html", "br", bytes(range(256))),
    "feed": ("application/rss+xml", "", b"<rss/>"),
    "half": ("text/html", "gzip", gzip.compress(PAGE)[:-20]),
}


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        name = self.path.strip("/").split("?")[0]
        port = self.server.server_address[1]
        moves = {
            "moved": "/news/bridge.html", "loop": "/loop", "inside": f"http://localhost:{port}/news/bridge.html",
            "metadata": "http://169.254.169.254/latest", "file": "file:///etc/passwd",
        }  # fmt: skip
        if name in moves:
            self.send_response(302)
            self.send_header("Location", moves[name])
            self.end_headers()
        elif name in BODIES:
            media, encoding, body = BODIES[name]
            self.send_response(200)
            self.send_header("Content-Type", media)
            if encoding:
                self.send_header("Content-Encoding", encoding)
            self.end_headers()
            self.wfile.write(body)
        elif name == "short":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(2 * len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)
        elif name == "headers":
            self.send_response(200)
            self.send_header("Content-Type", "text/plain")
            self.end_headers()
            self.wfile.write(str(self.headers).encode())
        else:
            self.send_error(404)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The address of a listener."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_is_fetched_and_read(base: str) -> None:
    (account,), problems = read([f"{base}/moved", f"{base}/moved"], settings=ALLOW)
    assert (account.name, account.title, account.url) == (
        "bridge",
        "Bridge closed",
        f"{base}/news/bridge.html",
    )
    assert [p.what for p in problems] == ["named twice, read once"]


@pytest.mark.parametrize(
    "path", ["packed", "deflated", "raw", "brotli", "zstd", "zstd2", "members", "nested", "thrice", "plain"]
)
def test_packed_bodies_are_unpacked(base: str, path: str) -> None:
    assert fetch(f"{base}/{path}", ALLOW).data == PAGE


def test_the_charset_of_the_answer_is_kept(base: str) -> None:
    source = fetch(f"{base}/latin", ALLOW)
    assert (source.charset, source.media_type) == ("iso-8859-1", "text/plain")


def test_nothing_personal_is_sent(base: str) -> None:
    sent = fetch(f"{base}/headers", ALLOW).data.decode()
    assert {line.split(":")[0] for line in sent.splitlines() if line} == {
        "Host", "User-Agent", "Accept", "Accept-Encoding", "Connection",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("loop", "redirects more than 5 times"),
        ("inside", "host 'localhost' is at"),
        ("metadata", "host '169.254.169.254' is at 169.254.169.254, which is not on the public internet"),
        ("file", "is not a web address"),
        ("bomb", "has more than 200,000 bytes"),
        ("large", "has more than 200,000 bytes"),
        ("odd", "is packed as 'compress', which was not asked for"),
        ("often", "is packed 4 times over, more than the 3 allowed"),
        ("deflatebomb", "has more than 200,000 bytes"),
        ("brotlibomb", "has more than 200,000 bytes"),
        ("zstdbomb", "has more than 200,000 bytes"),
        ("nestedbomb", "has more than 200,000 bytes"),
        ("window", "cannot be unpacked"),
        ("brotlihalf", "broke off before its end"),
        ("zstdhalf", "broke off before its end"),
        ("noise", "cannot be unpacked"),
        ("picture", "is image/png, not an article"),
        ("garbled", "cannot be unpacked"),
        ("half", "broke off before its end"),
        ("short", "broke off before its end"),
        ("absent", "answered 404"),
    ],
)
def test_what_is_refused(base: str, path: str, what: str) -> None:
    with pytest.raises(FetchError) as error:
        fetch(f"{base}/{path}", ALLOW)
    assert error.value.what.startswith(what)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://2130706433/",
        "http://0x7f.1/", "http://10.1.2.3/", "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/",
        "http://100.64.0.1/", "http://[fe80::1%25lo]/", "http://[64:ff9b::7f00:1]/", "http://0177.0.0.1/",
        "http://[::7f00:1]/", "http://[fec0::1]/", "http://1.1.1.1/\udc80", "http://user:word@1.1.1.1/",
        "ftp://1.1.1.1/", "http:///x", "http://1.1.1.1:99999/", "http://[/", "http://a b/", "http://\x00/",
    ],
)  # fmt: skip
def test_addresses_that_are_never_opened(url: str) -> None:
    with pytest.raises(FetchError):
        resolve(url, Ingest())


def test_one_private_address_among_many_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("1.1.1.1", 80)), (2, 1, 6, "", ("192.168.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(FetchError, match=r"is at 192\.168\.0\.1"):
        resolve("http://rebind.example/", Ingest())


def test_the_checked_address_is_the_one_connected_to(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that resolves to another place the second time (DNS rebinding) is asked once."""
    asked = []

    def answers(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

    port = base.rsplit(":", 1)[1]
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answers)
        patch.setattr(socket, "create_connection", _direct)
        source = fetch(f"http://news.example:{port}/news/bridge.html", Ingest(allow_hosts=("news.example",)))
    assert asked == ["news.example"]
    assert source.data == PAGE


def _direct(address: tuple[str, int], timeout: float) -> socket.socket:
    """Connect without resolving again."""
    plug = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    plug.settimeout(timeout)
    plug.connect(address)
    return plug


def test_a_silent_host_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(FetchError, match="did not answer as it should"):
            fetch(url, Ingest(allow_hosts=("127.0.0.1",), timeout=0.2))


@pytest.mark.parametrize("opening", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_trickle_is_given_up(opening: bytes) -> None:
    """A byte now and then, in the head or the body: each one starts the socket's own timeout anew."""

    def drip(server: socket.socket) -> None:
        plug, _ = server.accept()
        with plug, suppress(OSError):
            plug.sendall(opening)
            for _ in range(100):
                plug.sendall(b"x")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        begun = time.monotonic()
        with pytest.raises(FetchError):
            fetch(
                f"http://127.0.0.1:{server.getsockname()[1]}/",
                Ingest(allow_hosts=("127.0.0.1",), timeout=0.3),
            )
        assert time.monotonic() - begun < 2
        thread.join()


def test_a_refused_address_is_a_problem_beside_others() -> None:
    with pytest.raises(InputError, match=r"http://127\.0\.0\.1:9/: host '127\.0\.0\.1' is at 127\.0\.0\.1"):
        read(["http://127.0.0.1:9/"])


def test_public_looks_inside_addresses() -> None:
    assert public("93.184.215.14")
    assert public("2606:4700:4700::1111")
    assert not any(
        map(
            public,
            [
                "2002:7f00:1::",
                "::ffff:127.0.0.1",
                "224.0.0.1",
                "ff02::1",
                "nonsense",
                "::",
                "::7f00:1",
                "fec0::1",
                "::ffff:0:127.0.0.1",
            ],
        )
    )


def test_a_bomb_costs_no_more_than_the_bound(base: str) -> None:
    """Half a gigabyte of zeros lies in 15 kB of zstd; no more than the bound and a few pieces are held."""
    for path in ("bomb", "deflatebomb", "brotlibomb", "zstdbomb", "nestedbomb"):
        tracemalloc.start()
        try:
            with pytest.raises(UnfitError):
                fetch(f"{base}/{path}", ALLOW)
            assert tracemalloc.get_traced_memory()[1] < 12_000_000, path
        finally:
            tracemalloc.stop()


def test_feeds_may_be_fetched(base: str) -> None:
    assert kind(fetch(f"{base}/feed", ALLOW)) == ".rss"


def test_every_checked_address_is_tried(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one is cut off; nothing is asked of the resolver again."""
    port = int(base.rsplit(":", 1)[1])
    tried = []

    def answers(*_: Any, **__: Any) -> list[Any]:
        return [(10, 1, 6, "", (a, port, 0, 0)) for a in ("2606:4700::1", "2606:4700::2")] + [
            (2, 1, 6, "", (a, port)) for a in ("93.184.215.14", "127.0.0.1")
        ]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        tried.append(address[0])
        if address[0] != "127.0.0.1":
            raise OSError(101, "Network is unreachable")
        return _direct(address, timeout)

    allowed = Ingest(allow_hosts=("news.example",), timeout=5.0)
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answers)
        patch.setattr(socket, "create_connection", connect)
        assert fetch(f"http://news.example:{port}/news/bridge.html", allowed).data == PAGE
    assert tried == ["2606:4700::1", "93.184.215.14", "2606:4700::2", "127.0.0.1"]


def test_no_address_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(address: tuple[str, int], timeout: float) -> socket.socket:
        raise ConnectionRefusedError(111, "Connection refused")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("1.1.1.1", 80))] * 3)
        patch.setattr(socket, "create_connection", refused)
        with pytest.raises(FetchError, match=r"cannot be reached \(connection refused\)"):
            fetch("http://news.example/", Ingest())


def test_a_name_that_becomes_private_on_a_redirect_is_refused(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each redirect is resolved and checked anew: public first, private then (DNS rebinding)."""
    port = int(base.rsplit(":", 1)[1])
    turns = iter(["127.0.0.1", "10.0.0.1"])
    names = []

    def answers(host: str, *_: Any, **__: Any) -> list[Any]:
        names.append(host)
        return [(2, 1, 6, "", (next(turns), port))]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", answers)
        patch.setattr(socket, "create_connection", _direct)
        patch.setattr("consilience.ingest.fetch.public", lambda address: address == "127.0.0.1")
        with pytest.raises(FetchError, match=r"'news\.example' is at 10\.0\.0\.1"):
            fetch(f"http://news.example:{port}/moved", Ingest(timeout=5.0))
    assert names == ["news.example"] * 2


def test_no_redirect_from_https_to_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consilience.ingest.fetch._visit", lambda url, *_: "http://dravik.example/b")
    with pytest.raises(FetchError, match="redirects from https to http"):
        fetch("HTTPS://dravik.example/a", Ingest())


def test_proxies_of_the_environment_are_left_alone(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(f"{base}/packed", ALLOW).data == PAGE


def _served(sends: bytes, then: bytes, pause: float) -> tuple[socket.socket, threading.Thread]:
    """A listener that sends an opening, then something again and again."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        plug, _ = server.accept()
        with plug, suppress(OSError):
            plug.sendall(sends)
            until = time.monotonic() + 1.0
            while time.monotonic() < until:
                plug.sendall(then)
                time.sleep(pause)

    thread = threading.Thread(target=serve)
    thread.start()
    return server, thread


@pytest.mark.parametrize(
    ("sends", "then", "pause"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: yes\r\n" * 50, 0.0),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 5_000, 0.0),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.002),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1\r\nx\r\n",
            0.01,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(PAGE)[:20], b"", 0.01),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"fffffffffffffffff\r\n", 0.01),
        (b"\x00\xff" * 50_000, b"\x00", 0.01),
    ],
    ids=["headers", "header", "continue", "chunks", "packed", "chunk", "noise"],
)
def test_hosts_that_never_end(sends: bytes, then: bytes, pause: float) -> None:
    server, thread = _served(sends, then, pause)
    with server:
        begun = time.monotonic()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(FetchError):
            fetch(url, Ingest(allow_hosts=("127.0.0.1",), timeout=0.4))
        assert time.monotonic() - begun < 2
        thread.join()
