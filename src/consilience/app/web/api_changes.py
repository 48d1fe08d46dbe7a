"""The operations of the API that change the library or ask something of the worker.

Bodies are JSON of the forms in ``documents``. Takes in and compares nothing itself: that is asked of the
worker, which alone opens addresses. Invariant: what was asked is in the library's file when it is answered.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import anyio
from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from ...desk import shapes
from ...errors import InputError
from ...ingest.following import Followed
from ...store import Event, Job, Library
from .. import views
from . import documents
from .api_common import MOST, Json, The, on_its_way, told
from .security_faults import Fault, short_answer
from .site import Site

router = APIRouter()
Wait = Annotated[int, Query(ge=0, le=documents.MOST_WAIT, description="Seconds to wait for it.")]
MADE_BY = {"compare": "dossier", "check": "checked"}
"""What the outcome of a job that is waited for holds."""
LOOK = 0.15
"""Seconds between two looks at a job that is waited for."""
Row = Annotated[int, Path(ge=1, le=MOST, description="Its number.")]
GONE: Json = {"description": "It is there no more."}
MADE: Json = {"description": "It was made."}


def gone(done: bool, what: str) -> Response:
    """The answer to a deletion: nothing, or that there was nothing to delete."""
    if not done:
        raise InputError(f"there is no {what}", todo="see the list for what there is")
    return Response(status_code=204)


# -- what is given to read --


@router.post(
    "/accounts",
    tags=["Work"],
    status_code=202,
    response_model=documents.Job,
    responses={**told(413, 415), 202: {"description": "They are being taken in; Location leads to the job."}},
)
def add(given: documents.Accounts, site: The) -> Response:
    """Take accounts in: each joins a story or begins one.

    Addresses are opened by the worker, and none that leads into a private network.
    """
    return on_its_way(_asked("add", given, site))


def _asked(kind: str, given: documents.Accounts, site: Site) -> Job:
    if not given.texts and not given.addresses:
        raise InputError("no account is given", where=kind, todo="send texts, addresses, or both")
    what = given.model_dump(exclude_none=True, include={"texts", "addresses"})
    return site.library.job(site.library.ask(kind, what, at=site.now()))


@router.post(
    "/compare",
    tags=["Work"],
    response_model=None,
    responses={
        **told(413, 415),
        200: {
            "description": "The dossier: the document that `consilience compare --json` writes.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Dossier"}}},
        },
        202: {"model": documents.Job, "description": "It takes longer; Location leads to the job."},
    },
)
async def compare(given: documents.Accounts, site: The, wait: Wait = 20) -> Response:
    """Compare accounts that are not kept: texts, pages, or both, of one event."""
    return await _awaited(await run_sync(_asked, "compare", given, site), site, wait)


@router.get(
    "/claims",
    tags=["Work"],
    response_model=documents.Checked,
    responses={
        **told(),
        202: {"model": documents.Job, "description": "It takes longer; Location leads to the job."},
    },
)
async def claim(
    site: The,
    text: Annotated[str, Query(description="One assertion in a sentence.", min_length=1, max_length=600)],
    wait: Wait = 20,
) -> Response:
    """Check a claim: who reports it, how independently, who contradicts it.

    What is reported is not thereby true.
    """
    return await _awaited(await run_sync(_claim, text, site), site, wait)


def _claim(text: str, site: Site) -> Job:
    """The job of a claim; one that was done for the library as it stands serves again."""
    what = site.claim(text)
    last = site.library.last_job("check", what)
    if last and last.state != "failed":
        return last
    return site.library.job(site.library.ask("check", what, at=site.now()))


async def _awaited(job: Job, site: Site, wait: float) -> Response:
    """Wait for the worker: what it made, what it failed of, or where it will be."""
    with anyio.move_on_after(wait):
        while job.state in ("waiting", "begun"):
            await anyio.sleep(LOOK)
            job = await run_sync(_again, site, job.number)
    if job.state == "done":
        return JSONResponse(job.outcome[MADE_BY[job.kind]])
    return _failed(job) if job.state == "failed" else on_its_way(job)


def _again(site: Site, number: int) -> Job:
    return site.library.job(number)


def _failed(job: Job) -> Response:
    """What it failed of: what was given, as far as the program can tell."""
    problem = job.outcome.get("problem", {})
    detail, where, todo = (str(problem.get(k, "")) for k in ("what", "where", "todo"))
    return short_answer("/api/", Fault(422, detail or "it could not be done", where, todo))


# -- what is followed, what is watched --


@router.get("/follows", tags=["Reader"], response_model=documents.Interests, responses=told())
def follows(site: The) -> Json:
    """List what you follow and have muted."""
    found = site.library.interests()
    return {"items": [asdict(i) for i in found], "total": len(found)}


@router.post(
    "/follows",
    tags=["Reader"],
    status_code=201,
    response_model=documents.Interest,
    responses={**told(404, 413, 415), 201: MADE},
)
def follow(asked: documents.NewInterest, site: The) -> Json:
    """Follow or mute a topic, person, place, outlet or story."""
    library = site.library
    value = library.story(asked.value).id if asked.kind == "story" else asked.value
    return asdict(library.take_interest(asked.kind, value, muted=asked.muted, at=site.now()))


@router.delete(
    "/follows/{number}",
    tags=["Reader"],
    status_code=204,
    responses={**told(404), 204: GONE},
    response_model=None,
)
def unfollow(number: Row, site: The) -> Response:
    """Follow or mute something no more."""
    return gone(site.library.lose_interest(number), f"follow {number}")


@router.get("/feeds", tags=["Reader"], response_model=documents.Feeds, responses=told())
def feeds(site: The) -> Json:
    """List the feeds, sitemaps and pages that are watched."""
    found = site.library.followed()
    return {"items": [views.followed(f) for f in found], "total": len(found)}


@router.post(
    "/feeds",
    tags=["Reader"],
    status_code=201,
    response_model=documents.Feed,
    responses={**told(413, 415), 201: MADE},
)
def watch(asked: documents.NewFeed, site: The) -> Json:
    """Watch a feed, sitemap or page: what is new there is taken in."""
    library = site.library
    known = {f.url: f for f in library.followed()}
    if asked.url not in known:
        library.follow(Followed(asked.url))
    return views.followed(known.get(asked.url) or Followed(asked.url))


@router.delete(
    "/feeds", tags=["Reader"], status_code=204, responses={**told(404), 204: GONE}, response_model=None
)
def unwatch(
    site: The, url: Annotated[str, Query(description="Its address, as listed.", max_length=2000)]
) -> Response:
    """Watch a feed, and those it named, no more."""
    library = site.library
    children = [f.url for f in library.followed() if f.parent == url]
    there = library.forget(url)
    for child in children:
        library.forget(child)
    return gone(there, f"feed {url[:200]!r}")


# -- reports --


@router.get("/reports", tags=["Reader"], response_model=documents.Reports, responses=told())
def reports(site: The) -> Json:
    """List the special reports, the newest first."""
    found = site.library.reports()
    return {"items": [asdict(r) for r in found], "total": len(found)}


@router.post(
    "/reports",
    tags=["Reader"],
    status_code=201,
    response_model=documents.Report,
    responses={**told(413, 415), 201: MADE},
)
def new_report(asked: documents.NewReport, site: The) -> Json:
    """Begin a special report."""
    return asdict(site.library.new_report(asked.title, asked.note, at=site.now()))


@router.get("/reports/{number}", tags=["Reader"], response_model=documents.Report, responses=told(404))
def report(number: Row, site: The) -> Json:
    """Show a report with its items in order."""
    return asdict(site.library.report(number))


@router.patch(
    "/reports/{number}", tags=["Reader"], response_model=documents.Report, responses=told(404, 413, 415)
)
def change_report(number: Row, asked: documents.ReportChange, site: The) -> Json:
    """Give a report another title or note."""
    return asdict(site.library.change_report(number, title=asked.title, note=asked.note))


@router.delete(
    "/reports/{number}",
    tags=["Reader"],
    status_code=204,
    responses={**told(404), 204: GONE},
    response_model=None,
)
def drop_report(number: Row, site: The) -> Response:
    """Throw a report away; its stories and accounts stay in the library."""
    return gone(site.library.drop_report(number), f"report {number}")


@router.post(
    "/reports/{number}/items",
    tags=["Reader"],
    status_code=201,
    response_model=documents.Report,
    responses={**told(404, 413, 415), 201: MADE},
)
def add_item(number: Row, asked: documents.NewItem, site: The) -> Json:
    """Put a story or an account at the end of a report."""
    library = site.library
    story = asked.kind == "story"
    ref = library.story(asked.ref).id if story else library.account(asked.ref).witness.id
    library.add_item(number, asked.kind, ref, asked.note)
    return asdict(library.report(number))


@router.patch(
    "/reports/{number}/items/{item}",
    tags=["Reader"],
    response_model=documents.Report,
    responses=told(404, 413, 415),
)
def change_item(number: Row, item: Row, asked: documents.ItemChange, site: The) -> Json:
    """Write another note to an item, or put it at another place."""
    library = site.library
    _is_of(library, number, item)
    if asked.note is not None:
        library.change_item(item, asked.note)
    if asked.place is not None:
        library.move_item(item, asked.place)
    return asdict(library.report(number))


@router.delete(
    "/reports/{number}/items/{item}",
    tags=["Reader"],
    status_code=204,
    responses={**told(404), 204: GONE},
    response_model=None,
)
def drop_item(number: Row, item: Row, site: The) -> Response:
    """Take an item out of a report."""
    _is_of(site.library, number, item)
    return gone(site.library.drop_item(item), f"item {item}")


def _is_of(library: Library, number: int, item: int) -> None:
    if all(i.number != item for i in library.report(number).items):
        raise InputError(f"there is no item {item}", where=f"report {number}", todo="see the report")


# -- corrections --


@router.post(
    "/corrections",
    tags=["Corrections"],
    status_code=201,
    response_model=documents.Event,
    responses={**told(404, 413, 415), 201: {"description": "It was done; the entry of the history."}},
)
def correct(asked: documents.Correction, site: The) -> Json:
    """Merge, split or move; say who is one person or not; say why a discrepancy is harmless."""
    return shapes.event(_corrected(asked, site.library, site.now()))


def _corrected(asked: documents.Correction, library: Library, at: str) -> Event:
    match asked:
        case documents.Merge():
            return library.merge(asked.story, asked.other, at=at)
        case documents.Split():
            return library.split(asked.story, asked.accounts, at=at)
        case documents.Move():
            return library.move(asked.account, asked.story, at=at)
        case documents.Same():
            return library.same(*asked.names, at=at)
        case documents.NotSame():
            return library.not_same(asked.name, asked.stories, at=at)
        case documents.Harmless():
            return library.harmless(asked.story, asked.discrepancy, asked.why, at=at)


@router.post(
    "/corrections/{number}/undo",
    tags=["Corrections"],
    status_code=201,
    response_model=documents.Event,
    responses={**told(404), 201: {"description": "It was undone; the entry of the history."}},
)
def undo(number: Row, site: The) -> Json:
    """Undo a correction, or a merge or split by the program."""
    return shapes.event(site.library.undo(at=site.now(), number=number))
