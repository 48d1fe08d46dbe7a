"""The one outgoing door: fetches an address over http or https.

Resolves a host, checks every address it has, and connects to those checked, so
that a name that resolves anew (DNS rebinding) gains nothing. Private, loopback,
link-local, metadata and other special addresses are refused unless the host is
allowed by name; each redirect is checked again, and none may lead from https to http. Sends no
cookies, credentials or referrer, reads no proxy from the environment, and bounds size, time,
redirects and expansion. Keeps nothing: what robots.txt says is ``robots``'s. Invariant: no byte goes
to an address that ``public`` refuses, unless its host is allowed by name.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import zip_longest
from urllib.parse import SplitResult, urljoin, urlsplit

from ..errors import FetchError
from ..settings import Ingest
from .addresses import page_name
from .draft import Source, media_suffix
from .following import Validators, retry_after
from .unpack import BrokenOffError, PackedError, TooLargeError, encodings, unpacked

AGENT = "Consilience"
HEADERS = {
    "User-Agent": f"{AGENT}/0.1 (compares news accounts for one reader)",
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,text/plain,"
    "application/feed+json,application/pdf,application/json;q=0.9,application/xml;q=0.9,text/xml;q=0.9",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Connection": "close",
}
MAX_REDIRECTS = 5
CHUNK = 65_536
FIRST_TRY = 3.0
"""Seconds given to each address of a host but the last: a way that is cut off (often IPv6) shows no error."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that is given out; site-local fec0:: and ::7f00:1 lie outside and yet count as global."""
UNFIT = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")
TAG = re.compile(r"[\x20-\x7e]{1,500}")


class AnswerError(FetchError):
    """A host answered, but not with what was asked for.

    :param status: its HTTP status.
    :param pause: seconds that it asks to be left alone (Retry-After), if it says so.
    """

    def __init__(self, what: str, *, where: str, todo: str, status: int, pause: float | None = None) -> None:
        super().__init__(what, where=where, todo=todo)
        self.status, self.pause = status, pause

    @property
    def lasting(self) -> bool:
        """Whether asking again soon is vain: any 4xx but those that say "later"."""
        return 400 <= self.status < 500 and self.status not in (408, 425, 429)


class UnfitError(FetchError):
    """What lies at an address cannot be used, however often it is asked for."""

    lasting = True


class NotModified(AnswerError):
    """What lies at an address has not changed since it was last read (304)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked place to connect to: the addresses of its host, in the order to be tried."""

    parts: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...]


Gate = Callable[[str], None]
"""Called before each address is opened, redirects too; raises ``FetchError`` where it may not be."""


def fetch(
    url: str,
    settings: Ingest,
    *,
    since: Validators = Validators(),  # noqa: B008 - frozen
    gate: Gate | None = None,
    any_kind: bool = False,
) -> Source:
    """Fetch one address.

    :param since: what the last answer said of its state; a host that knows it answers in a word.
    :param gate: asked before each request; the time it takes does not count.
    :param any_kind: whether content of any type will do (robots.txt comes as all sorts).
    :returns: the body, unpacked, as a source; its ``url`` is where redirects ended.
    :raises NotModified: when it is as it was at ``since``.
    :raises FetchError: when the address is refused or does not answer as it should.
    """
    left = settings.timeout
    here = url
    for _ in range(MAX_REDIRECTS + 1):
        if gate is not None:
            _parts(here)  # a gate asks the host, and there is none in "http://[/"
            gate(here)
        begun = time.monotonic()
        stated = since if here == (since.url or url) else Validators()
        found = _visit(here, settings, begun + left, _conditions(stated), any_kind)
        left -= time.monotonic() - begun
        if isinstance(found, Source):
            return found
        if here.lower().startswith("https:") and found.lower().startswith("http:"):
            raise FetchError("redirects from https to http", where=url, todo="give the http address itself")
        here = found
    raise FetchError(f"redirects more than {MAX_REDIRECTS} times", where=url, todo="give the final address")


def _conditions(since: Validators) -> dict[str, str]:
    """Headers that ask only for what has changed; they go to the address that gave them alone."""
    stated = {"If-None-Match": since.etag, "If-Modified-Since": since.modified}
    return {name: value for name, value in stated.items() if value and TAG.fullmatch(value)}


def _visit(
    url: str, settings: Ingest, deadline: float, extra: Mapping[str, str], any_kind: bool
) -> Source | str:
    """The source at an address, or where it redirects to."""
    with _connected(resolve(url, settings), deadline, extra) as connection:
        try:
            with closing(connection.getresponse()) as response:
                place = response.getheader("Location")
                if response.status in (301, 302, 303, 307, 308) and place:
                    return urljoin(url, place)
                if response.status != 200:
                    raise _refusal(response, url)
                media, charset = _kind(response, url, any_kind)
                data = _body(response, url, settings, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = f"did not answer as it should ({_why(error)})"
            raise FetchError(why, where=url, todo="try again later") from error
        etag, modified = response.getheader("ETag"), response.getheader("Last-Modified")
        name = page_name(url)
        return Source(name, url, "", data, url, media, charset, etag=etag, modified=modified)


def resolve(url: str, settings: Ingest) -> Target:
    """Check an address and pin it to the IP addresses that its host has now.

    :raises FetchError: when it is no web address, does not resolve, or leads to a private place.
    """
    parts, host, ascii_host, port = _parts(url)
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
            raise UnfitError(
                f"host {host!r} is at {private}, which is not on the public internet",
                where=url, todo=f"add {host!r} to ingest.allow_hosts if that is meant",
            )  # fmt: skip
    return Target(parts, ascii_host, port, in_turn(addresses))


def _parts(url: str) -> tuple[SplitResult, str, str, int]:
    """The parts of a web address, its host as written and in ASCII, and its port.

    :raises UnfitError: when it is none, or holds a password.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise UnfitError("is not a web address", where=url, todo="give http://… or https://…") from error
    if parts.scheme not in ("http", "https") or not host or UNFIT.search(url):
        raise UnfitError("is not a web address", where=url, todo="give http://… or https://…")
    if parts.username is not None or parts.password is not None:
        raise UnfitError(
            "holds a user name or password", where=f"{parts.scheme}://{host}", todo="leave them out"
        )
    return parts, host, ascii_host, port


def in_turn(addresses: list[str]) -> tuple[str, ...]:
    """Addresses in the order to be tried: that of the resolver, but the two kinds by turns (RFC 8305).

    >>> in_turn(["2606:4700::1", "2606:4700::2", "1.1.1.1"])
    ('2606:4700::1', '1.1.1.1', '2606:4700::2')
    """
    once = list(dict.fromkeys(addresses))
    kinds = [[a for a in once if (":" in a) == wanted] for wanted in (True, False)]
    if once and once[0] not in kinds[0]:
        kinds.reverse()
    return tuple(a for pair in zip_longest(*kinds) for a in pair if a)


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
def _connected(
    target: Target, deadline: float, extra: Mapping[str, str]
) -> Iterator[http.client.HTTPConnection]:
    """A connection to a pinned address with the request sent, which ends at the deadline."""
    where = target.parts.geturl()
    if deadline <= time.monotonic():
        raise FetchError("took too long", where=where, todo="try again or raise ingest.timeout")
    connection = http.client.HTTPConnection(target.host, target.port)
    with ExitStack() as stack:
        stack.callback(connection.close)
        try:
            connection.sock = _plug(target, deadline)
            stack.enter_context(_cut_off(connection.sock, deadline))
            if target.parts.scheme == "https":
                secure = ssl.create_default_context()
                connection.sock = secure.wrap_socket(connection.sock, server_hostname=target.host)
                connection.default_port = 443
            path = (target.parts.path or "/") + (f"?{target.parts.query}" if target.parts.query else "")
            connection.request("GET", _quoted(path), headers={**HEADERS, **extra})
        except (OSError, http.client.HTTPException) as error:
            raise FetchError(
                f"cannot be reached ({_why(error)})", where=where, todo="check the address"
            ) from error
        yield connection


def _plug(target: Target, deadline: float) -> socket.socket:
    """A socket to the first of the checked addresses that answers."""
    failed = OSError("it has no address")
    for left, address in zip(range(len(target.addresses) - 1, -1, -1), target.addresses, strict=True):
        rest = deadline - time.monotonic()
        if rest <= 0:
            break
        try:
            plug = socket.create_connection(
                (address, target.port), timeout=min(rest, FIRST_TRY) if left else rest
            )
            plug.settimeout(max(0.001, deadline - time.monotonic()))
            return plug
        except OSError as error:
            failed = error
    raise failed


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


def _kind(response: http.client.HTTPResponse, url: str, any_kind: bool) -> tuple[str, str | None]:
    """Media type and character set of an answer."""
    kind, _, rest = (response.getheader("Content-Type") or "").partition(";")
    media = kind.strip().casefold()
    if media and not any_kind and media_suffix(media, url) is None:
        raise UnfitError(
            f"is {media}, not an article", where=url, todo="give the address of a page, feed, PDF or text"
        )
    charset = re.search(r"charset=[\"']?([\w.:-]+)", rest, re.IGNORECASE)
    return media, charset[1] if charset else None


def _refusal(response: http.client.HTTPResponse, url: str) -> AnswerError:
    """The error for an answer that is no page."""
    if response.status == 304:
        return NotModified("has not changed", where=url, todo="", status=304)
    what = f"answered {response.status} {response.reason}".rstrip()
    pause = retry_after(response.getheader("Retry-After"), time.time())
    todo = f"try again in {pause:.0f} seconds" if pause else "check the address"
    return AnswerError(what, where=url, todo=todo, status=response.status, pause=pause)


def _body(response: http.client.HTTPResponse, url: str, settings: Ingest, deadline: float) -> bytes:
    """Read and unpack a body within the bounds of size and time."""
    late = FetchError("took too long", where=url, todo="try again or raise ingest.timeout")

    def chunks() -> Iterator[bytes]:
        size = 0
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if size > settings.max_bytes:
                raise TooLargeError(f"has more than {settings.max_bytes:,} bytes")
            if time.monotonic() > deadline:
                raise late
            yield chunk

    todo = "save the page as a file"
    try:
        names = encodings(response.getheader("Content-Encoding"))
        data = b"".join(unpacked(chunks(), names, settings.max_bytes))
    except TooLargeError as error:
        raise UnfitError(str(error), where=url, todo="raise ingest.max_bytes") from error
    except BrokenOffError as error:
        raise (late if time.monotonic() > deadline else _broken(url)) from error
    except PackedError as error:
        raise FetchError(str(error), where=url, todo=todo) from error
    if time.monotonic() > deadline:
        raise late
    # A connection that drops looks like the end: an account cut short would pass for a whole one.
    if response.length:
        raise _broken(url)
    return data


def _broken(url: str) -> FetchError:
    return FetchError("broke off before its end", where=url, todo="try again later")


def _why(error: BaseException) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
