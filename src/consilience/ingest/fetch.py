"""The one outgoing door: fetches a page over http or https.

Resolves a host, checks every address it has, and connects to the one checked, so
that a name that resolves anew (DNS rebinding) gains nothing. Private, loopback,
link-local, metadata and other special addresses are refused unless the host is
allowed by name; each redirect is checked again. Sends no cookies, credentials or
referrer, reads no proxy from the environment, and bounds size, time, redirects and
expansion. Keeps nothing. Invariant: no byte goes to an address that ``public`` refuses,
unless its host is allowed by name.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from ..errors import FetchError
from ..settings import Ingest
from .draft import MEDIA, Source

HEADERS = {
    "User-Agent": "Consilience/0.1 (compares news accounts for one reader)",
    "Accept": "text/html,application/xhtml+xml,text/plain,application/pdf,application/json;q=0.9",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}
MAX_REDIRECTS = 5
CHUNK = 65_536
TYPES = frozenset({*MEDIA, ""})
NAT64 = ipaddress.ip_network("64:ff9b::/96")
UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out; site-local fec0:: and ::7f00:1 lie outside and yet count as global."""
UNFIT = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to connect to."""

    parts: SplitResult
    host: str
    port: int
    address: str


def fetch(url: str, settings: Ingest) -> Source:
    """Fetch one address.

    :returns: the body, unpacked, as a source; its ``url`` is where redirects ended.
    :raises FetchError: when the address is refused or does not answer as it should.
    """
    deadline = time.monotonic() + settings.timeout
    here = url
    for _ in range(MAX_REDIRECTS + 1):
        found = _visit(here, settings, deadline)
        if isinstance(found, Source):
            return found
        here = found
    raise FetchError(f"redirects more than {MAX_REDIRECTS} times", where=url, todo="give the final address")


def _visit(url: str, settings: Ingest, deadline: float) -> Source | str:
    """The source at an address, or where it redirects to."""
    with _connected(resolve(url, settings), deadline) as connection:
        try:
            with closing(connection.getresponse()) as response:
                place = response.getheader("Location")
                if response.status in (301, 302, 303, 307, 308) and place:
                    return urljoin(url, place)
                return _source(response, url, settings, deadline)
        except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
            why = f"did not answer as it should ({_why(error)})"
            raise FetchError(why, where=url, todo="try again later") from error


def resolve(url: str, settings: Ingest) -> Target:
    """Check an address and pin it to one of the host's IP addresses.

    :raises FetchError: when it is no web address, does not resolve, or leads to a private place.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise FetchError("is not a web address", where=url, todo="give http://… or https://…") from error
    if parts.scheme not in ("http", "https") or not host or UNFIT.search(url):
        raise FetchError("is not a web address", where=url, todo="give http://… or https://…")
    if parts.username is not None or parts.password is not None:
        raise FetchError(
            "holds a user name or password", where=f"{parts.scheme}://{host}", todo="leave them out"
        )
    try:
        answers = socket.getaddrinfo(ascii_host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"host {host!r} is not known ({_why(error)})", where=url, todo="check the address"
        ) from error
    addresses = [str(answer[4][0]) for answer in answers]
    if host.casefold() not in {h.casefold() for h in settings.allow_hosts}:
        private = next((a for a in addresses if not public(a)), None)
        if private is not None or not addresses:
            raise FetchError(
                f"host {host!r} is at {private}, which is not on the public internet",
                where=url, todo=f"add {host!r} to ingest.allow_hosts if that is meant",
            )  # fmt: skip
    return Target(parts, ascii_host, port, addresses[0])


def public(address: str) -> bool:
    """Whether an IP address is on the public internet, and so is any address inside it.

    >>> public("127.0.0.1"), public("169.254.169.254"), public("::ffff:10.0.0.1"), public("1.1.1.1")
    (False, False, False, True)
    """
    try:
        ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    inner: list[ipaddress.IPv4Address] = []
    if isinstance(ip, ipaddress.IPv6Address):
        inner += [a for a in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if a is not None]
        if ip in NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.ipv4_mapped is None and ip not in NAT64 and not (ip in UNICAST and ip.is_global):
            return False
        return all(public(str(a)) for a in inner)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


@contextmanager
def _connected(target: Target, deadline: float) -> Iterator[http.client.HTTPConnection]:
    """A connection to the pinned address with the request sent, which ends at the deadline."""
    where = target.parts.geturl()
    left = deadline - time.monotonic()
    if left <= 0:
        raise FetchError("took too long", where=where, todo="try again or raise ingest.timeout")
    connection = http.client.HTTPConnection(target.host, target.port, timeout=left)
    with ExitStack() as stack:
        stack.callback(connection.close)
        try:
            connection.sock = socket.create_connection((target.address, target.port), timeout=left)
            stack.enter_context(_cut_off(connection.sock, deadline))
            if target.parts.scheme == "https":
                secure = ssl.create_default_context()
                connection.sock = secure.wrap_socket(connection.sock, server_hostname=target.host)
                connection.default_port = 443
            path = (target.parts.path or "/") + (f"?{target.parts.query}" if target.parts.query else "")
            connection.request("GET", _quoted(path), headers=HEADERS)
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(
                f"cannot be reached ({_why(error)})", where=where, todo="check the address"
            ) from error
        yield connection


@contextmanager
def _cut_off(plug: socket.socket, deadline: float) -> Iterator[None]:
    """Shut a connection at the deadline: its own timeout begins anew with every byte of a trickle."""
    with closing(plug.dup()) as same:  # wrapped by TLS, the socket itself is taken over
        timer = threading.Timer(deadline - time.monotonic(), _shut, (same,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _shut(plug: socket.socket) -> None:
    with suppress(OSError):  # the other side was quicker
        plug.shutdown(socket.SHUT_RDWR)


def _quoted(path: str) -> str:
    """A path and query in ASCII; what is quoted already stays."""
    return re.sub(r"[^\x21-\x7e]+", lambda m: "".join(f"%{b:02X}" for b in m.group().encode("utf-8")), path)


def _source(response: http.client.HTTPResponse, url: str, settings: Ingest, deadline: float) -> Source:
    """The body of a good response as a source."""
    if response.status != 200:
        raise FetchError(f"answered {response.status} {response.reason}", where=url, todo="check the address")
    kind, _, rest = (response.getheader("Content-Type") or "").partition(";")
    media = kind.strip().casefold()
    if media not in TYPES:
        raise FetchError(
            f"is {media}, not an article", where=url, todo="give the address of a page, PDF or text"
        )
    charset = re.search(r"charset=[\"']?([\w.:-]+)", rest, re.IGNORECASE)
    parts = urlsplit(url)
    stem = PurePosixPath(unquote(parts.path)).stem
    name = re.sub(r"[^\w.-]+", "-", stem).strip("-.") or (parts.hostname or "page")
    return Source(
        name, url, "", _body(response, url, settings, deadline), url, media, charset[1] if charset else None
    )


def _body(response: http.client.HTTPResponse, url: str, settings: Ingest, deadline: float) -> bytes:
    """Read and unpack a body within the bounds of size and time."""
    encoding = (response.getheader("Content-Encoding") or "identity").strip().casefold()
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise FetchError(
            f"is packed as {encoding!r}, which was not asked for", where=url, todo="save the page as a file"
        )
    unpack = None if encoding == "identity" else zlib.decompressobj(47 if "gzip" in encoding else 15)
    out = bytearray()
    while chunk := response.read1(CHUNK):
        room = settings.max_bytes - len(out) + 1
        if unpack is not None and encoding == "deflate" and not out:
            unpack = _deflate(chunk)
        out += chunk[:room] if unpack is None else unpack.decompress(chunk, room)
        if len(out) > settings.max_bytes:
            raise FetchError(
                f"has more than {settings.max_bytes:,} bytes", where=url, todo="raise ingest.max_bytes"
            )
    if time.monotonic() > deadline:
        raise FetchError("took too long", where=url, todo="try again or raise ingest.timeout")
    # A connection that drops looks like the end: an account cut short would pass for a whole one.
    if response.length or (unpack is not None and out and not unpack.eof):
        raise FetchError("broke off before its end", where=url, todo="try again later")
    return bytes(out)


def _deflate(chunk: bytes) -> zlib._Decompress:
    """An unpacker for "deflate", which servers send with or without the zlib header."""
    wrapped = len(chunk) > 1 and chunk[0] & 0x0F == 8 and (chunk[0] * 256 + chunk[1]) % 31 == 0
    return zlib.decompressobj(15 if wrapped else -15)


def _why(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
