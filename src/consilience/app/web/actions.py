"""What the pages' forms do: take in, follow and mute, watch, collect in reports, mark as read.

Each form is answered with the way to a page (303); where something is amiss with what was typed, the page
of the form comes again with all of it. Takes in and fetches nothing itself: that is asked of the worker.
Invariant: no form names a file of this machine, and an address is http(s) or refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from ...errors import InputError
from ...ingest.addresses import split
from ...ingest.following import Followed
from ...ingest.manifest import published
from .documents import MOST_CHARS, MOST_GIVEN
from .pages import TheSite, add_model
from .security_login import safe_next
from .site import Site

router = APIRouter(include_in_schema=False)
Json = dict[str, Any]
Words = Annotated[str, Form()]
Back = Annotated[str, Form(alias="back", max_length=2000)]
Number = Annotated[int, Form()]
Several = Annotated[list[str], Form()]
MOST_FILES = 200
"""Files of one form."""


def back(to: str, did: str = "") -> Response:
    """The way back to a page of this server, which says what was done."""
    parts = urlsplit(safe_next(to))
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "did"]
    asked = urlencode([*query, *([("did", did)] if did else [])])
    return RedirectResponse(parts.path + (f"?{asked}" if asked else ""), 303)


# -- taking in --


@router.post("/add")
def add(
    request: Request,
    site: TheSite,
    way: Words = "text",
    text: Several = [],  # noqa: B006 - never changed
    outlet: Several = [],  # noqa: B006
    title: Several = [],  # noqa: B006
    published: Several = [],  # noqa: B006
    addresses: Words = "",
    files: Annotated[list[UploadFile], File()] = [],  # noqa: B006
    more: Words = "",
) -> Response:
    """Take in what a form holds; the page of the task follows."""
    texts = _rows(text, outlet, title, published)
    if more:
        return _again(site, request, None, texts=[*texts, *_rows([""], [], [], [])])
    try:
        what, given = _given(way, texts, addresses, files)
    except InputError as error:
        return _again(site, request, error, texts=texts, addresses=addresses)
    number = site.library.ask("example" if way == "example" else "add", what, given, at=site.now())
    return back(f"/jobs/{number}")


def _rows(*columns: Sequence[str]) -> list[dict[str, str]]:
    """The texts of a form, each with what is said of it; a field left out is empty."""
    names = ("text", "outlet", "title", "published")
    return [
        {name: column[n] if n < len(column) else "" for name, column in zip(names, columns, strict=True)}
        for n in range(len(columns[0]))
    ]


def _again(site: Site, request: Request, error: InputError | None, **typed: Any) -> Response:
    """The page of ways to add, with what was typed and what is amiss."""
    wrong = {"what": error.what, "where": error.where, "todo": error.todo} if error else None
    typed["texts"] = typed.get("texts") or add_model(site)["texts"]
    return site.render("add.html.j2", request, add_model(site, wrong=wrong, **typed), 400 if error else 200)


def _given(
    way: str, texts: Sequence[dict[str, str]], addresses: str, files: Sequence[UploadFile]
) -> tuple[Json, list[tuple[str, bytes]]]:
    """What is asked of the worker, and the files it needs.

    :raises InputError: when nothing is given, or something cannot be taken.
    """
    if way == "example":
        return {}, []
    if way == "addresses":
        return {"addresses": _addresses(addresses)}, []
    if way == "files":
        given = [(f.filename or "file", f.file.read()) for f in files if f.filename]
        if not 1 <= len(given) <= MOST_FILES:
            what = "no file is chosen" if not given else f"{len(given)} files are too many at once"
            raise InputError(what, where="files", todo=f"choose 1 to {MOST_FILES}")
        return {}, given
    filled = [(n, t) for n, t in enumerate(texts, 1) if t["text"].strip()]
    if not 1 <= len(filled) <= MOST_GIVEN:
        raise InputError(
            "there is no text", where="text", todo=f"paste the words of 1 to {MOST_GIVEN} accounts"
        )
    return {"texts": [_text(n, t) for n, t in filled]}, []


def _text(number: int, given: dict[str, str]) -> dict[str, str]:
    """A pasted text with what is said of it."""
    where = f"text {number}"
    if len(given["text"]) > MOST_CHARS:
        raise InputError(
            f"has {len(given['text']):,} signs", where=where, todo=f"paste {MOST_CHARS:,} at most"
        )
    told = {k: v.strip() for k, v in given.items() if k != "text" and v.strip()}
    if "published" in told:
        moment, amiss = published(told["published"])
        if amiss:
            raise InputError(amiss, where=where, todo="write it as 2031-10-14 or 2031-10-14 08:25")
        told["published"] = moment or ""
    return {"text": given["text"].replace("\r\n", "\n"), **told}


def _addresses(typed: str) -> list[str]:
    found = list(dict.fromkeys(map(_address, typed.split())))
    if not 1 <= len(found) <= MOST_GIVEN:
        what = "there is no address" if not found else f"{len(found)} addresses are too many at once"
        raise InputError(what, where="addresses", todo=f"give 1 to {MOST_GIVEN}, one a line")
    return found


def _address(typed: str) -> str:
    """An address of the web: a file of this machine is not read because a page asks for it."""
    told = typed.strip()
    if not told.lower().startswith(("http://", "https://")) or split(told) is None or not told.isprintable():
        raise InputError("is not a web address", where=told[:200], todo="give http://… or https://…")
    return told


# -- feeds --


@router.post("/watch")
def watch(request: Request, site: TheSite, address: Words = "") -> Response:
    """Watch a feed, sitemap, outline or page from now on."""
    try:
        url = _address(address)
    except InputError as error:
        return _again(site, request, error, watch=address)
    if url not in {f.url for f in site.library.followed()}:
        site.library.follow(Followed(url))
    return back("/follows", "watch")


@router.post("/unwatch")
def unwatch(site: TheSite, url: Words) -> Response:
    """Watch something, and the feeds it named, no more."""
    for one in [f.url for f in site.library.followed() if url in (f.url, f.parent)]:
        site.library.forget(one)
    return back("/follows", "unwatched")


# -- what the reader follows and has read --


@router.post("/follow")
def follow(
    site: TheSite, kind: Words, value: Words, back_to: Back = "/follows", muted: Words = ""
) -> Response:
    """Follow or mute something."""
    told = site.library.story(value).id if kind == "story" else value
    site.library.take_interest(kind, told, muted=bool(muted), at=site.now())
    return back(back_to, "muted" if muted else "followed")


@router.post("/unfollow")
def unfollow(site: TheSite, number: Number, back_to: Back = "/follows") -> Response:
    """Follow or mute something no more."""
    held = next((i for i in site.library.interests() if i.number == number), None)
    site.library.lose_interest(number)
    return back(back_to, "unmuted" if held and held.muted else "unfollowed")


@router.post("/read")
def read(
    site: TheSite, story: Annotated[list[str], Form(max_length=100)], back_to: Back = "/feed"
) -> Response:
    """Mark stories as read."""
    for one in story:
        site.library.look(site.library.story(one).id, site.now())
    return back(back_to, "read")


# -- reports --


@router.post("/reports")
def new_report(site: TheSite, title: Words, note: Words = "") -> Response:
    """Begin a report."""
    made = site.library.new_report(title, note, at=site.now())
    return back(f"/reports/{made.number}", "report")


@router.post("/reports/add")
def add_item(
    site: TheSite,
    kind: Words,
    ref: Words,
    report: Words = "",
    title: Words = "",
    note: Words = "",
    back_to: Back = "",
) -> Response:
    """Put a story or account into a report, or into a new one."""
    library = site.library
    told = library.story(ref).id if kind == "story" else library.account(ref).witness.id
    if report.isdecimal():
        number = library.report(int(report[:18])).number
    else:
        name = title.strip() or f"Report of {site.now()[:10]}"
        number = library.new_report(name, at=site.now()).number
    library.add_item(number, "story" if kind == "story" else "account", told, note)
    return back(back_to or f"/reports/{number}", "item")


@router.post("/reports/{number}")
def change_report(site: TheSite, number: int, title: Words, note: Words = "") -> Response:
    """Give a report another title or note."""
    site.library.change_report(number, title=title, note=note)
    return back(f"/reports/{number}", "kept")


@router.post("/reports/{number}/drop")
def drop_report(site: TheSite, number: int) -> Response:
    """Throw a report away with its notes."""
    site.library.drop_report(number)
    return back("/reports", "report-dropped")


@router.post("/reports/{number}/items/{item}")
def change_item(site: TheSite, number: int, item: int, note: Words = "") -> Response:
    """Write another note to an item."""
    site.library.change_item(item, note)
    return back(f"/reports/{number}", "kept")


@router.post("/reports/{number}/items/{item}/move")
def move_item(site: TheSite, number: int, item: int, by: Annotated[int, Form(ge=-1, le=1)]) -> Response:
    """Move an item up or down by one."""
    held = [i.number for i in site.library.report(number).items]
    if item in held:
        site.library.move_item(item, held.index(item) + 1 + by)
    return back(f"/reports/{number}", "moved")


@router.post("/reports/{number}/items/{item}/drop")
def drop_item(site: TheSite, number: int, item: int) -> Response:
    """Take an item out of a report."""
    site.library.drop_item(item)
    return back(f"/reports/{number}", "dropped")
