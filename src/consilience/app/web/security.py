"""The guard of the web app: everything that is asked passes it, everything that is answered leaves by it.

``guarded`` wraps the app and asks in this order: is the request of a sane size, was it meant for this
host, are there not too many, does another site send it, may the client read. Holds no page and no
route but those of the log-in. Invariant: every answer, an error too, carries the headers that keep a
browser from running or loading anything that is not the program's own.

The rule on requests from other sites is that of Go's ``net/http.CrossOriginProtection``; what a page of
another site may load is refused as in the resource isolation policy of Fetch Metadata.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...errors import InputError
from .security_faults import Fault, answer_errors, for_program, short_answer
from .security_limits import Buckets, Clock, Rate, bounded, client_of, too_large, too_long
from .security_login import (
    FORM,
    LASTS,
    Sessions,
    cookie_name,
    cookie_of,
    credential,
    form_of,
    guessing,
    once_more,
    safe_next,
    to_login,
    unknown,
)

__all__ = ["FILE_POLICY", "LETTER_POLICY", "LOOPBACK", "PAGE_POLICY", "Guard", "attachment", "guarded"]

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SAFE = ("GET", "HEAD", "OPTIONS")
OPEN = ("/login", "/static/")
DEAR = ("/api/v1/compare", "/api/v1/accounts", "/api/v1/feeds", "/add", "/watch")
READ = ("/api/v1/claims", "/check", "/check.json")
"""Dear as well, though nothing is written: a claim is read as an account is."""
SHORTEST = 8
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Of what is saved: opened here it would show nothing; the file itself allows its own style and script."""
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Of a page made to be mailed: a mail knows no style but that in its words. It runs nothing."""
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it a browser says "Origin: null" of the program's own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
log = logging.getLogger("consilience.web")


@dataclass(frozen=True, slots=True)
class Guard:
    """What the guard lets pass.

    :param hosts: names the app is served under; one without a port stands for any port of it.
    :param secret: password of people and token of programs; without it everybody who reaches it may read.
    :param secure: whether it is served under TLS, also where a proxy in front of it sees to that.
    :param body: most bytes of a form; ``document`` of a body of the API.
    :param pause: seconds a body may pause; in all it may take four times that.
    :param dear: calls that cost the worker seconds; ``every`` are all calls, counted where there is a secret.
    """

    hosts: tuple[str, ...] = LOOPBACK
    secret: str = ""
    secure: bool = False
    body: int = 64_000_000
    document: int = 16_000_000
    pause: float = 15.0
    dear: Rate = Rate(1.0, 60)  # noqa: RUF009 - frozen
    every: Rate = Rate(200.0, 400)  # noqa: RUF009 - frozen
    clock: Clock = time.monotonic

    def __post_init__(self) -> None:
        if self.secret and len(self.secret) < SHORTEST:
            todo = f"take {SHORTEST} characters or more"
            raise InputError("the password is too short", where="serve", todo=todo)


def guarded(app: ASGIApp, guard: Guard) -> ASGIApp:
    """The app behind its guard; its errors are answered in the one shape that the guard's have."""
    if isinstance(app, FastAPI):
        answer_errors(app)
    return _Guarded(app, guard)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as far as the guard looks at it."""

    method: str
    path: str
    target: str
    headers: Headers
    client: str
    secure: bool

    @property
    def writes(self) -> bool:
        return self.method not in SAFE


class _Guarded:
    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app, self._guard = app, guard
        self._sessions = Sessions(guard.secret, guard.clock)
        self._every, self._dear = Buckets(guard.every, guard.clock), Buckets(guard.dear, guard.clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, _Leaving(scope, send, self._guard))
        else:  # nothing here speaks over a socket
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, leaving: _Leaving) -> None:
        asked = _asked(scope, self._guard)
        try:
            fault = too_long(scope) or self._refused(asked)
            most = self._guard.document if asked.path.startswith("/api/") else self._guard.body
            reading = bounded(receive, most, self._guard.pause, self._guard.clock)
            answer = short_answer(asked.path, fault) if fault else await self._door(asked, reading)
            if answer is None:
                scope.setdefault("state", {})["locked"] = bool(self._guard.secret)
                await self._app(scope, reading, leaving)
            else:
                await answer(scope, receive, leaving)
        except Exception:
            log.exception("%s %s failed", asked.method, asked.path)
            if not leaving.begun:
                fault = Fault(500, "the program failed at this", todo="see the log of the server")
                await short_answer(asked.path, fault)(scope, receive, leaving)

    def _refused(self, asked: _Asked) -> Fault | None:
        return (
            _elsewhere(asked.headers, self._guard.hosts)
            or self._too_many(asked)
            or _from_another_site(asked)
            or _unfit_body(asked, self._guard)
        )

    def _too_many(self, asked: _Asked) -> Fault | None:
        wait = self._every.take(asked.client) if self._guard.secret else 0
        if not wait and _is_dear(asked):
            wait = self._dear.take(asked.client)
        if not wait:
            return None
        return Fault(429, "too many calls", todo=f"wait {wait} seconds", headers={"Retry-After": str(wait)})

    # -- who may read --

    async def _door(self, asked: _Asked, receive: Receive) -> Response | None:
        """The answer to one who may not read, or who logs in or out; None where the app answers."""
        if not self._guard.secret:
            return RedirectResponse("/", 303) if asked.path in ("/login", "/logout") else None
        if asked.path == "/login" and asked.method == "POST":
            return await self._log_in(asked, receive)
        if asked.path == "/logout" and asked.method == "POST":
            return self._log_out(asked)
        if asked.path.startswith(OPEN[1]) or asked.path == OPEN[0]:
            return None
        return self._unless_known(asked)

    def _unless_known(self, asked: _Asked) -> Response | None:
        given = credential(asked.headers)
        if given is not None:
            return self._guessed(asked, given)
        if self._sessions.holds(cookie_of(asked.headers, secure=asked.secure)):
            return None
        if for_program(asked.path) or asked.path.endswith("atom"):
            return short_answer(asked.path, unknown(asked.path))
        if asked.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return once_more(asked.target)
        return to_login(asked.target if not asked.writes else "/")

    def _guessed(self, asked: _Asked, given: str) -> Response | None:
        """Hear a secret: None where it is right."""
        wait = self._sessions.guesses.wait(asked.client)
        if wait:
            return short_answer(asked.path, guessing(wait))
        if self._sessions.knows(given):
            return None
        self._sessions.guesses.take(asked.client)
        return short_answer(asked.path, unknown(asked.path))

    async def _log_in(self, asked: _Asked, receive: Receive) -> Response:
        body = b""
        more = True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
            if len(body) > FORM:
                return short_answer(asked.path, Fault(413, too_large(FORM)))
        try:
            form = form_of(body)
        except ValueError:
            return short_answer(asked.path, Fault(400, "holds too many fields", where="log-in"))
        refusal = self._guessed(asked, form.get("password", ""))
        if refusal is not None:
            return refusal if refusal.status_code == 429 else to_login(form.get("next", "/"), failed=True)
        answer = RedirectResponse(safe_next(form.get("next", "/")), 303)
        answer.set_cookie(
            cookie_name(secure=asked.secure), self._sessions.begin(), max_age=LASTS, path="/",
            secure=asked.secure, httponly=True, samesite="strict",
        )  # fmt: skip
        return answer

    def _log_out(self, asked: _Asked) -> Response:
        self._sessions.end(cookie_of(asked.headers, secure=asked.secure))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(
            cookie_name(secure=asked.secure), path="/", secure=asked.secure, httponly=True, samesite="strict"
        )
        return answer


# -- what is asked --


def _asked(scope: Scope, guard: Guard) -> _Asked:
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope["query_string"]
    target = (raw + b"?" + query if query else raw).decode("latin-1")
    secure = guard.secure or scope.get("scheme") == "https"
    headers = Headers(scope=scope)
    return _Asked(scope["method"], scope["path"], target, headers, client_of(scope), secure)


def _elsewhere(headers: Headers, hosts: tuple[str, ...]) -> Fault | None:
    """A fault where the request names a host this is not: a page elsewhere may have led its name here."""
    named = headers.getlist("host")
    if len(named) != 1:
        return Fault(400, "names no host, or several", where="Host")
    host = named[0].lower()
    known = {name.lower() for name in hosts}
    if host in known or _without_port(host).rstrip(".") in known:
        return None
    todo = "open it under a name it is served under, or give this one with --address"
    return Fault(421, "this is no host of that name", where="Host", todo=todo)


def _without_port(host: str) -> str:
    """A host without its port.

    >>> _without_port("[::1]:8400"), _without_port("localhost:8400"), _without_port("localhost:x")
    ('[::1]', 'localhost', 'localhost:x')
    """
    name, colon, port = host.rpartition(":")
    return name if colon and port.isascii() and port.isdigit() else host


def _from_another_site(asked: _Asked) -> Fault | None:
    """A fault where a page of another site sends this, or loads it into itself."""
    sites = set(asked.headers.getlist("sec-fetch-site"))
    if sites <= {"same-origin", "none"}:
        strange = not sites and asked.writes and _of_another_origin(asked.headers)
    else:
        strange = asked.writes or not _is_link(asked.headers)
    if not strange:
        return None
    return Fault(403, "another site asked for this", todo="do it on the program's own page")


def _of_another_origin(headers: Headers) -> bool:
    """Whether a browser that says nothing of sites names another origin; what is no browser names none."""
    origins, host = headers.getlist("origin"), headers.get("host", "").lower()
    return any(_host_of(origin) != host for origin in origins)


def _host_of(origin: str) -> str:
    """The host and port of a web page's origin; nothing of another's."""
    try:
        parts = urlsplit(origin)
    except ValueError:  # "http://[evil"
        return ""
    return parts.netloc.lower() if parts.scheme in ("http", "https") else ""


def _is_link(headers: Headers) -> bool:
    """Whether a browser follows a link to a page of its own, not into a frame or a picture."""
    mode, goal = headers.get("sec-fetch-mode", "navigate"), headers.get("sec-fetch-dest", "document")
    return mode == "navigate" and goal == "document"


def _unfit_body(asked: _Asked, guard: Guard) -> Fault | None:
    """A fault where a body says itself that it is too large, or is no JSON where the API takes that."""
    headers, api = asked.headers, asked.path.startswith("/api/")
    most = guard.document if api else guard.body
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) > most:
        return Fault(413, too_large(most))
    holds = headers.get("transfer-encoding") is not None or length not in ("", "0")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if api and asked.writes and holds and kind != "application/json":
        return Fault(415, "the API takes JSON", "Content-Type", "send application/json")
    return None


def _is_dear(asked: _Asked) -> bool:
    return asked.path in READ or (asked.writes and asked.path in DEAR)


# -- what is answered --


class _Leaving:
    """Sends an answer on, with the headers that every answer has."""

    def __init__(self, scope: Scope, send: Send, guard: Guard) -> None:
        self._scope, self._send, self._guard, self.begun = scope, send, guard, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            _dress(MutableHeaders(scope=message), self._scope, self._guard)
        await self._send(message)


def _dress(headers: MutableHeaders, scope: Scope, guard: Guard) -> None:
    """Give an answer its headers: no route takes one away."""
    headers.update(ALWAYS)
    headers["Content-Security-Policy"] = _policy(headers)
    headers["Cache-Control"] = _keeping(scope)
    if guard.secure or scope.get("scheme") == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"


def _policy(headers: Mapping[str, str]) -> str:
    """What a browser may run and load of an answer: of a page to be mailed, by the route's own word."""
    if headers.get("content-disposition", "").startswith("attachment"):
        return FILE_POLICY
    return LETTER_POLICY if headers.get("content-security-policy") == LETTER_POLICY else PAGE_POLICY


def _keeping(scope: Scope) -> str:
    """How long an answer may be kept: pages never, the package's own files until its version changes."""
    if not scope["path"].startswith(("/static/", "/style/")):
        return "no-store"
    return "public, max-age=31536000, immutable" if scope["query_string"].startswith(b"v=") else "no-cache"


def attachment(name: str) -> str:
    """The ``Content-Disposition`` of a file to be saved, whatever its name holds.

    >>> attachment('Dam "breaks"\\r\\nSet-Cookie: a=b.html')
    "attachment; filename*=UTF-8''Dam%20breaks%20Set-Cookie%20a%3Db.html"
    """
    kept = "".join(c if c.isalnum() or c in " .-_=()" else " " for c in name)
    return f"attachment; filename*=UTF-8''{quote(' '.join(kept.split())[:120].strip() or 'file', safe='')}"
