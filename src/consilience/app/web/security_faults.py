"""What is answered when something cannot be done: one shape for programs, one page for people.

A fault under ``/api/`` or of a ``.json`` twin is a problem document (RFC 9457) with the project's own
where and todo; elsewhere it is the error page. Decides nothing about who may ask. Invariant: what the
program did not say on purpose is not told; the guard writes it to the log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from jinja2 import TemplateNotFound
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match

from ...errors import ConsilienceError

PROBLEM = "application/problem+json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAID = 300
"""Most code points of a sentence that repeats what was asked."""
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be done, as an HTTP status and a line: what, where, what to do."""

    status: int
    detail: str
    where: str = ""
    todo: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The status in words.

        >>> Fault(404, "there is no story 's1:0'").title
        'Not Found'
        """
        return HTTPException(self.status).detail

    @property
    def line(self) -> str:
        """The fault in one line."""
        return str(ConsilienceError(self.detail, where=self.where, todo=self.todo))

    def problem(self) -> Json:
        """The fault as a problem document."""
        return {
            "type": "about:blank", "title": self.title, "status": self.status,
            "detail": self.detail, "where": self.where, "todo": self.todo,
        }  # fmt: skip


def for_program(path: str) -> bool:
    """Whether what is asked at a path is for a program.

    >>> for_program("/api/v1/stories"), for_program("/feed.json"), for_program("/feed")
    (True, True, False)
    """
    return path.startswith("/api/") or path.endswith(".json")


def short_answer(path: str, fault: Fault) -> Response:
    """A fault without a page: a problem document, or one line of text."""
    if for_program(path):
        body = json.dumps(fault.problem(), ensure_ascii=True)
        return Response(body, fault.status, dict(fault.headers), PROBLEM)
    return PlainTextResponse(fault.line + "\n", fault.status, dict(fault.headers))


def answer(request: Request, fault: Fault) -> Response:
    """A fault as the one who asked can read it."""
    path = request.url.path
    if for_program(path):
        return short_answer(path, fault)
    model = {**fault.problem(), "line": fault.line}
    try:
        shown: Response = request.app.state.site.render("error.html.j2", request, model, fault.status)
    except TemplateNotFound:
        return short_answer(path, fault)
    shown.headers.update(fault.headers)
    return shown


def of_error(error: Exception) -> Fault:
    """The fault that an exception tells of; of one nobody foresaw it tells nothing but that."""
    if isinstance(error, ConsilienceError):
        return _of_own(error)
    if isinstance(error, RequestValidationError):
        return _unfit(error.errors())
    if isinstance(error, HTTPException):
        return _of_status(error)
    return Fault(500, "the program failed at this", todo="see the log of the server, and report it")


def _of_own(error: ConsilienceError) -> Fault:
    """What the program says on purpose; the store says of what is not there that "there is no …"."""
    if error.what.startswith("cannot be written"):
        return Fault(503, error.what, "", error.todo, {"Retry-After": "5"})  # where it lies concerns nobody
    status = 404 if error.what.startswith("there is no ") else 400
    return Fault(status, error.what, error.where, error.todo)


def _of_status(error: HTTPException) -> Fault:
    """What the framework found itself: no such address, a method that is not served."""
    said = {
        404: ("there is nothing at this address", "see /api for the operations, / for the pages"),
        405: ("this address does not take that method", "the Allow header lists those it takes"),
    }
    own = error.detail != HTTPException(error.status_code).detail
    detail, todo = said.get(error.status_code, (error.detail, ""))
    return Fault(error.status_code, error.detail if own else detail, "", todo, error.headers or {})


def _unfit(errors: Sequence[Any]) -> Fault:
    """Values that are not of the form asked for: the first is told, and how many more there are."""
    first = errors[0] if errors else {"loc": (), "msg": "cannot be read"}
    where = ".".join(str(part) for part in first["loc"])
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return Fault(422, f"{first['msg'][:SAID]}{more}", where[:SAID], "see /api for what is taken")


def _served(app: FastAPI, request: Request) -> list[str]:
    """The methods that an address takes; each has a route of its own, and one alone was asked."""
    asked = [{**request.scope, "method": method} for method in METHODS]
    found = [a["method"] for a in asked if any(r.matches(a)[0] is Match.FULL for r in app.routes)]
    return found or ["GET"]


def answer_errors(app: FastAPI) -> None:
    """Let an app answer every error so."""

    def told(request: Request, error: Exception) -> Response:
        fault = of_error(error)
        if fault.status == 405:
            fault = replace(fault, headers={"Allow": ", ".join(_served(app, request))})
        return answer(request, fault)

    for kind in (ConsilienceError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, told)
