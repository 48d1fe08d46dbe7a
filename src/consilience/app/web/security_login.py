"""Who may read: a password for people, the same as a token for programs, and a signed cookie.

A log-in gives a cookie that ends by itself, by a log-out, or with the server, whose key signs it: no
session lies on the disk. Makes no page. Invariant: a secret is compared in a time that tells nothing
about it, and a client that guesses is made to wait.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import parse_qs, quote

from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response

from .security_faults import Fault
from .security_limits import Buckets, Clock, Rate

GUESSES = Rate(5 / 60, 5)
"""At most ten failed log-ins in any minute: five at once and five that come back."""
LASTS = 30 * 86_400
"""Seconds after which a log-in ends."""
ENDED = 10_000
FORM = 4096
"""Most bytes of a log-in form."""


class Sessions:
    """Log-ins of this server."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._clock, self._key = clock, secrets.token_bytes(32)
        self._secret = self._digest(secret)
        self._ended: OrderedDict[str, None] = OrderedDict()
        self.guesses = Buckets(GUESSES, clock)

    def _digest(self, words: str) -> bytes:
        return hmac.digest(self._key, words.encode("utf-8", "surrogatepass"), "sha256")

    def knows(self, secret: str) -> bool:
        """Whether this is the password."""
        return hmac.compare_digest(self._digest(secret), self._secret)

    def begin(self) -> str:
        """A new log-in, as a cookie's value."""
        said = f"{int(self._clock()) + LASTS}.{secrets.token_urlsafe(16)}"
        return f"{said}.{self._signed(said)}"

    def holds(self, cookie: str) -> bool:
        """Whether a cookie is of a log-in that lasts."""
        said, _, mark = cookie.rpartition(".")
        if not hmac.compare_digest(self._signed(said).encode(), mark.encode("utf-8", "surrogatepass")):
            return False
        return int(said.partition(".")[0]) > self._clock() and said not in self._ended

    def end(self, cookie: str) -> None:
        """End a log-in."""
        if self.holds(cookie):
            self._ended[cookie.rpartition(".")[0]] = None
            if len(self._ended) > ENDED:
                self._ended.popitem(last=False)

    def _signed(self, said: str) -> str:
        return self._digest(f"session {said}").hex()


def cookie_name(*, secure: bool) -> str:
    """The cookie's name; under TLS one that no other host or plain page can set."""
    return "__Host-consilience" if secure else "consilience"


def cookie_of(headers: Mapping[str, str], *, secure: bool) -> str:
    """The log-in cookie of a request, or nothing."""
    return cookie_parser(headers.get("cookie", "")).get(cookie_name(secure=secure), "")


def credential(headers: Mapping[str, str]) -> str | None:
    """The secret a program sends along: a bearer token, or the password of basic authentication.

    Basic is taken because readers of Atom feeds know nothing else.

    >>> credential({"authorization": "Bearer harbour-lamp"})
    'harbour-lamp'
    """
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _as_sent(given.strip())
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, ValueError):
            return ""
    return None


def _as_sent(given: str) -> str:
    """A header's words as they were sent: in UTF-8, as a rule, which the server reads as Latin-1."""
    try:
        return given.encode("latin-1").decode()
    except UnicodeError:
        return given


def safe_next(asked: str) -> str:
    """Where to go after a log-in: an address of this server, never another's.

    >>> safe_next("/stories/s1:4c02?until=2031"), safe_next("//evil.example"), safe_next("https://evil.example")
    ('/stories/s1:4c02?until=2031', '/', '/')
    """
    own = asked.startswith("/") and not asked.startswith(("//", "/\\"))
    return asked if own and asked.isprintable() and "\\" not in asked and len(asked) < 2048 else "/"


def to_login(asked: str, *, failed: bool = False) -> Response:
    """Lead to the log-in page, and from there to what was asked."""
    said = "failed=1&" if failed else ""
    return RedirectResponse(f"/login?{said}next={quote(safe_next(asked), safe='/')}", 303)


def once_more(asked: str) -> Response:
    """A page that asks for itself: a strict cookie does not come with a link from another site."""
    to = quote(safe_next(asked), safe="/?&=%:~+,;@!$'()*-._")
    to = to.replace("&", "&amp;").replace("'", "&#39;")
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Consilience</title>'
        f'<meta http-equiv="refresh" content="0;url=\'{to}\'"><p><a href="{to}">Open the page</a></p></html>'
    )


def unknown(path: str) -> Fault:
    """What is said to a program that may not read."""
    way = 'Basic realm="consilience", charset="UTF-8"' if path.endswith("atom") else "Bearer"
    todo = "send 'Authorization: Bearer' with the token the server was started with"
    return Fault(401, "this library is locked", todo=todo, headers={"WWW-Authenticate": way})


def guessing(wait: int) -> Fault:
    """What is said to a client that guesses."""
    return Fault(
        429, "too many failed log-ins", todo=f"wait {wait} seconds", headers={"Retry-After": str(wait)}
    )


def form_of(body: bytes) -> dict[str, str]:
    """The fields of a form, the last where one is there twice."""
    found = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20)
    return {name: values[-1] for name, values in found.items()}
