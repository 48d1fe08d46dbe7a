"""Corrections from the page, of stories, accounts, names and discrepancies; and the history.

Each is one entry of the history, from which it can be undone; the answer leads back to where it was said.
What could not be done is told there in one line, and what was given stands in the form still. Decides
nothing: the library does. Invariant: an answer leads to an address of this server alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from fastapi import APIRouter, Form, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...desk import history as desk
from ...desk import shapes
from ...errors import ConsilienceError, InputError
from ...store import Event, Library
from ...store.codec import stamp
from .dossiers import Opened
from .notes import note, noted
from .security_login import safe_next
from .shown import page
from .site import Site
from .stories import PageNumber, Word, shown

Json = dict[str, Any]
router = APIRouter()
NEAR, HITS, WORDS, NAMES = 12, 60, 8, 200
"""Stories offered to be joined, accounts looked through for them, words looked for; names offered."""
OWN = re.compile(r"/(stories/|history)")
"""Pages that tell what could not be done."""
Field = Annotated[str, Form(max_length=4000)]
Fields = Annotated[list[str], Form(max_length=500)]
Entry = Annotated[int, Path(ge=1, le=1_000_000_000)]
Query_ = Annotated[str, Query(max_length=300)]


# -- pages --


@page(router, "/history", "history.html.j2")
def history(site: Site, request: Request, page: PageNumber = 1, story: Word = "") -> Json:
    """What was joined, parted and said."""
    found = desk.history(site.library, page=page, story=story)
    return {**found, "story": story, **noted(request)}


@shown("correct", "/correct", "story_correct.html.j2", made=False)
def correct(found: Opened, request: Request, q: Query_ = "") -> Json:
    """The forms by which a story is corrected, with stories that it may be one with."""
    library, tale = request.app.state.site.library, found.tale
    query = q.strip() or " OR ".join(re.findall(r"\w{4,}", tale.label)[:WORDS])
    near: dict[str, Json] = {}
    for hit in library.search(query, ("account",), limit=HITS).hits if query else ():
        if hit.story != tale.id and len(near) < NEAR:
            near.setdefault(hit.story, shapes.tale(library.story(hit.story)))
    entities = found.dossier.known.listed("entities") if found.dossier else []
    return {"q": q, "near": list(near.values()), "names": [e["name"] for e in entities[:NAMES]]}


# -- what is said --


def _done(request: Request, back: str, given: Json, say: Callable[[Library, str], Event]) -> Response:
    """Say it to the library and lead back: with the entry's number, or with what was wrong."""
    site: Site = request.app.state.site
    to = safe_next(back or "/history")
    try:
        event = say(site.library, site.now())
    except ConsilienceError as error:
        if not OWN.match(to):
            raise
        return RedirectResponse(_with(to, wrong=note(site, _line(error), given)), 303)
    return RedirectResponse(_with(to, did=str(event.number)), 303)


def _line(error: ConsilienceError) -> str:
    """What was wrong, without the name of the command."""
    return f"{error.what}; {error.todo}" if error.todo else error.what


def _with(address: str, **more: str) -> str:
    """An address with something said of what was done, in place of what was said before."""
    parts = urlsplit(address)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in ("did", "wrong")]
    return parts._replace(query=urlencode([*kept, *more.items()])).geturl()


@router.post("/corrections/merge", include_in_schema=False)
def merge(request: Request, story: Field = "", other: Field = "", back: Field = "") -> Response:
    """Two stories are one."""

    def say(library: Library, at: str) -> Event:
        if not other.strip():
            raise InputError("no story is named", where="merge", todo="give its address or its id")
        return library.merge(story, _ident(other), at=at)

    return _done(request, back, {"kind": "merge", "other": other}, say)


@router.post("/corrections/split", include_in_schema=False)
def split(request: Request, story: Field = "", accounts: Fields = [], back: Field = "") -> Response:  # noqa: B006
    """Some accounts of a story are a story of their own."""

    def say(library: Library, at: str) -> Event:
        if not accounts:
            raise InputError("no account is chosen", where="split", todo="choose those that do not belong")
        return library.split(story, accounts, at=at)

    return _done(request, back, {"kind": "split", "accounts": accounts}, say)


@router.post("/corrections/move", include_in_schema=False)
def move(
    request: Request,
    account: Field = "",
    accounts: Fields = [],  # noqa: B006
    story: Field = "",
    to: Field = "",
    back: Field = "",
) -> Response:
    """One account belongs to another story, or to one of its own.

    The page of an account names it and the story it goes to; that of a story has it among those chosen.
    """

    def say(library: Library, at: str) -> Event:
        chosen = [account] if account else accounts
        if len(chosen) != 1:
            todo = "choose one; several make a story of their own"
            raise InputError(f"{len(chosen)} accounts are chosen to be moved", where="move", todo=todo)
        return library.move(chosen[0], _ident(story if account else to) or None, at=at)

    return _done(request, back, {"kind": "move", "accounts": accounts, "to": to}, say)


@router.post("/corrections/same", include_in_schema=False)
def same(request: Request, a: Field = "", b: Field = "", back: Field = "") -> Response:
    """Two names are one person or body."""
    given = {"kind": "same", "a": a, "b": b}
    return _done(request, back, given, lambda library, at: library.same(_name(a), _name(b), at=at))


@router.post("/corrections/not-same", include_in_schema=False)
def not_same(request: Request, name: Field = "", stories: Fields = [], back: Field = "") -> Response:  # noqa: B006
    """In some stories a name is somebody else's."""
    given = {"kind": "not same", "name": name}
    return _done(request, back, given, lambda library, at: library.not_same(_name(name), stories, at=at))


@router.post("/corrections/harmless", include_in_schema=False)
def harmless(
    request: Request, story: Field = "", discrepancy: Field = "", why: Field = "", back: Field = ""
) -> Response:
    """A discrepancy is harmless, because …"""
    given = {"kind": "harmless", "discrepancy": discrepancy, "why": why}
    return _done(request, back, given, lambda library, at: library.harmless(story, discrepancy, why, at=at))


@router.post("/corrections/{number}/undo", include_in_schema=False)
def undo(request: Request, number: Entry, back: Field = "") -> Response:
    """Take an entry of the history back."""
    return _done(request, back, {}, lambda library, at: library.undo(at=at, number=number))


@router.post("/stories/{story}/compare", include_in_schema=False)
def again(request: Request, story: str, until: Field = "") -> Response:
    """Ask for the dossier once more."""
    site: Site = request.app.state.site
    tale = site.library.story(story)
    if until:
        stamp(until)
    what = {"story": tale.id} | ({"until": until} if until else {})
    site.library.ask("compare", what, at=site.now())
    query = f"?{urlencode({'until': until})}" if until else ""
    return RedirectResponse(f"/stories/{tale.id}{query}", 303)


def _ident(given: str) -> str:
    """The id of a story in what was pasted: the id itself, or the address of its page."""
    found = re.search(r"/stories/([^/?#\s]+)", given)
    return unquote(found[1]) if found else given.strip()


def _name(given: str) -> str:
    if not given.strip():
        raise InputError("no name is given", where="names", todo="write the name as an account has it")
    return given.strip()
