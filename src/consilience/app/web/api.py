"""The REST interface under ``/api/v1``: what the library holds, for programs; and its OpenAPI document.

Each answer is a view-model of ``desk``, the same that a page's twin gives. What changes the library is in
``api_changes``. Makes no finding and opens no address. Invariant: a list has ``items`` and says with
``next`` or ``total`` whether that is all, an id is given whole, and an error has one shape.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, cast
from urllib.parse import quote, urlencode

from fastapi import APIRouter, FastAPI, Path, Query
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ... import __version__
from ...desk import accounts, outlets, people, shapes
from ...dossier.verification import schema
from ...engine import shelf
from ...engine.intake import annotation_stage
from ...errors import InputError
from ...store import KINDS
from . import api_changes, documents
from .api_common import LIMIT, MOST, Json, The, job_of, on_its_way, told
from .documents import Moment
from .shown import page
from .site import PATIENT, Site


@asynccontextmanager
async def _described(app: FastAPI) -> AsyncIterator[None]:
    """While the app runs, its OpenAPI document is that of these operations."""
    app.openapi = document  # type: ignore[method-assign] # the framework's own way to have another
    yield


router, v1 = APIRouter(lifespan=_described), APIRouter(prefix="/api/v1")
reading = APIRouter(tags=["Library"])
StoryId = Annotated[str, Path(description="A story's id, or its beginning.", max_length=200)]
AccountId = Annotated[str, Path(description="An account's id, its beginning, or its name.", max_length=200)]
Name = Annotated[str, Path(description="A name, as any account gives it.", max_length=300)]
Limit = Annotated[int, Query(ge=1, le=LIMIT, description="How many at most.")]
Offset = Annotated[int, Query(ge=0, le=MOST, description="How many to pass over.")]
Deep = Annotated[int, Query(ge=0, le=10_000, description="How many to pass over.")]
PageNumber = Annotated[int, Query(ge=1, le=MOST, description="Which page, from 1.")]
Kind = Literal["account", "statement", "point"]
T = TypeVar("T")


def paged(request: Request, found: Sequence[T], limit: int, offset: int) -> tuple[Sequence[T], str | None]:
    """A page of what was found, one more being asked for than is shown, and the address of the next."""
    if len(found) <= limit:
        return found, None
    return found[:limit], address(request, limit=limit, offset=offset + limit)


def address(request: Request, **other: int) -> str:
    """The address of a request with other values in it."""
    asked = {**dict(request.query_params), **{k: str(v) for k, v in other.items()}}
    return f"{quote(request.scope['path'])}?{urlencode(asked)}"


# -- stories --


@reading.get("/stories", response_model=documents.Stories, responses=told())
def stories(
    request: Request,
    site: The,
    order: Annotated[Literal["newest", "largest"], Query(description="What comes first.")] = "newest",
    since: Annotated[Moment | None, Query(description="Only stories that grew since this time.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Json:
    """List the stories.

    Each comes with what its comparison found in few lines, where it has been compared.
    """
    library = site.library
    found = library.stories(order=order, limit=limit + 1, offset=offset, since=since)
    shown, further = paged(request, found, limit, offset)
    briefs = library.briefs([t.id for t in shown])
    items = [{**shapes.tale(t), "brief": briefs.get(t.id)} for t in shown]
    return {"items": items, "total": None if since else library.counts()["stories"], "next": further}


@reading.get("/stories/{ident}", response_model=documents.Story, responses=told(404))
def story(ident: StoryId, site: The) -> Json:
    """Show a story: its accounts, why each is in it, and what was changed."""
    library = site.library
    found = library.story(ident)
    shown = shapes.story(found, library.accounts(story=found.id), library.history(story=found.id))
    return {**shown, "brief": library.briefs([found.id]).get(found.id)}


@reading.get(
    "/stories/{ident}/dossier",
    response_model=None,
    responses={
        **told(404),
        200: {
            "description": "The dossier: the document that `consilience compare --json` writes.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Dossier"}}},
        },
        202: {"model": documents.Job, "description": "It is being made; Location leads to the job."},
    },
)
def dossier(
    ident: StoryId,
    site: The,
    until: Annotated[Moment | None, Query(description="Only of accounts out by that time.")] = None,
) -> Response:
    """Give a story's dossier.

    Where it has not been made yet the worker is asked for it, and the answer is the job.
    """
    library = site.library
    found = library.story(ident)
    made = shelf.kept(library, found.id, site.settings, until)
    if made is not None:
        return JSONResponse(made)
    what = {"story": found.id} if until is None else {"story": found.id, "until": until}
    if library.last_job("compare", what) is None and library.waiting() >= PATIENT:
        waits = "cannot be written down now: too much waits already"
        raise InputError(waits, where="dossier", todo="try again later")
    return on_its_way(library.job(library.ask("compare", what, at=site.now())))


@reading.get("/stories/{ident}/history", response_model=documents.Events, responses=told(404))
def story_history(request: Request, ident: StoryId, site: The, limit: Limit = 50, offset: Deep = 0) -> Json:
    """List what was changed about a story, the newest first."""
    return _events(request, site, site.library.story(ident).id, limit, offset)


def _events(request: Request, site: The, about: str | None, limit: int, offset: int) -> Json:
    found = site.library.history(story=about, limit=offset + limit + 1)[offset:]
    shown, further = paged(request, found, limit, offset)
    return {"items": [shapes.event(e) for e in shown], "next": further}


@reading.get("/history", response_model=documents.Events, responses=told(404))
def history(
    request: Request,
    site: The,
    story: Annotated[str | None, Query(description="Only what concerns this story.", max_length=200)] = None,
    limit: Limit = 50,
    offset: Deep = 0,
) -> Json:
    """List merges, splits, moves and corrections, the program's and yours, the newest first."""
    about = None if story is None else site.library.story(story).id
    return _events(request, site, about, limit, offset)


# -- accounts --


@reading.get("/accounts/{ident}", response_model=documents.Whole, responses=told(404))
def account(ident: AccountId, site: The) -> Json:
    """Show an account: its text, who says what in it, whom it follows."""
    library = site.library
    found = library.account(ident)
    made = shelf.kept(library, found.story, site.settings)
    return accounts.account(library, found.witness.id, made)


@reading.get(
    "/accounts/{ident}/text",
    response_class=PlainTextResponse,
    responses={**told(404), 200: {"description": "The account's own words, unchanged."}},
)
def account_text(ident: AccountId, site: The) -> PlainTextResponse:
    """Give an account's text: the offsets of every passage count in its code points."""
    text = site.library.account(ident).witness.text
    return PlainTextResponse(text.encode("utf-8", "replace"))


# -- search, people, outlets --


@reading.get("/search", response_model=documents.Found, responses=told())
def search(
    request: Request,
    site: The,
    q: Annotated[str, Query(description="Words, phrases, -without, OR, said:, after: …", max_length=1000)],
    kind: Annotated[list[Kind] | None, Query(description="Only these kinds.", max_length=3)] = None,
    limit: Limit = 20,
    offset: Deep = 0,
) -> Json:
    """Search accounts, statements and points, the best first."""
    found = shapes.results(site.library.search(q, tuple(kind or KINDS), limit=limit, offset=offset))
    most = max((t["count"] for t in found["totals"]), default=0)
    more = len(found["hits"]) >= limit and offset + limit < most
    further = _with_kinds(request, limit, offset + limit) if more else None
    return {"items": found["hits"], "totals": found["totals"], "notes": found["notes"], "next": further}


def _with_kinds(request: Request, limit: int, offset: int) -> str:
    own = [(k, v) for k, v in request.query_params.multi_items() if k not in ("limit", "offset")]
    return f"{quote(request.scope['path'])}?{urlencode([*own, ('limit', limit), ('offset', offset)])}"


@reading.get("/people/{name:path}", response_model=documents.Person, responses=told())
def person(
    request: Request,
    name: Name,
    site: The,
    about: Annotated[str, Query(description="Only what holds these words.", max_length=300)] = "",
    page: PageNumber = 1,
) -> Json:
    """List what a person or body said, over all stories, through whom, and when."""
    found = people.person(site.library, name, about=about, page=page)
    items, more = found.pop("lines"), found.pop("more")
    return {**found, "items": items, "next": address(request, page=page + 1) if more else None}


@reading.get("/outlets", response_model=documents.Outlets, responses=told())
def all_outlets(request: Request, site: The, page: PageNumber = 1) -> Json:
    """List the outlets, those with most accounts first."""
    found = outlets.outlets(site.library, page)
    items, more = found.pop("outlets"), found.pop("more")
    return {**found, "items": items, "next": address(request, page=page + 1) if more else None}


@reading.get("/outlets/{name:path}", response_model=documents.Outlet, responses=told(404))
def outlet(request: Request, name: Name, site: The, page: PageNumber = 1) -> Json:
    """Show what was counted of an outlet: whom it credits, who copies it, its verbs; no verdict."""
    found = outlets.outlet(site.library, name, page)
    items, more = found.pop("accounts"), found.pop("more")
    return {**found, "items": items, "next": address(request, page=page + 1) if more else None}


# -- the library as it stands --


@reading.get("/jobs", response_model=documents.Jobs, responses=told())
def jobs(
    request: Request,
    site: The,
    limit: Annotated[int, Query(ge=1, le=50, description="How many at most.")] = 20,
    offset: Annotated[int, Query(ge=0, le=1000, description="How many to pass over.")] = 0,
) -> Json:
    """List what was asked of the worker, the newest first."""
    shown, further = paged(request, site.library.jobs(offset + limit + 1)[offset:], limit, offset)
    return {"items": [job_of(j, short=True) for j in shown], "next": further}


@reading.get("/jobs/{number}", response_model=documents.Job, responses=told(404))
def job(number: documents.Number, site: The) -> Json:
    """Show a job: whether it is done, and what became of it."""
    return job_of(site.library.job(number))


@reading.get("/status", response_model=documents.Status, responses=told())
def status(site: The) -> Json:
    """Tell how much the library holds, and what is still to be done."""
    library = site.library
    return {
        "version": __version__,
        **library.counts(),
        "unread": library.pending_count(annotation_stage(site.settings.annotate)),
        "jobs": library.waiting(),
    }


for part in (reading, api_changes.router):
    v1.include_router(part, generate_unique_id_function=lambda route: route.name)


# -- the document of all this --


@page(router, "/api", "api.html.j2")
def operations(site: Site) -> Json:
    """The operations in one page, as the document has them."""
    told = document()
    return {
        "version": told["info"]["version"],
        "about": told["info"]["description"].split("\n\n"),
        "groups": [{**tag, "operations": _of_tag(told["paths"], tag["name"])} for tag in told["tags"]],
    }


def _of_tag(paths: Json, tag: str) -> list[Json]:
    return [
        {
            "method": method.upper(), "path": path, "summary": one["summary"],
            "description": one["description"], "takes": one.get("parameters", []),
            "body": "requestBody" in one,
        }
        for path, found in paths.items()
        for method, one in found.items()
        if one["tags"] == [tag]
    ]  # fmt: skip


@cache
def document() -> Json:
    """The OpenAPI document, 3.1."""
    made = get_openapi(
        title="Consilience", version=__version__, routes=v1.routes, description=ABOUT,
        summary="Many accounts of one event: what they share, where they part, how independent they are.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        tags=[{"name": name, "description": what} for name, what in TAGS.items()],
    )  # fmt: skip
    for operation in (one for found in made["paths"].values() for one in found.values()):
        operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
    parts = made.setdefault("components", {})
    parts["schemas"] |= {"Problem": _problem(), **_dossier_parts()}
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Where the server has a password: that."}
    }
    made["security"] = [{}, {"token": []}]
    return made


ABOUT = """\
The library of a Consilience server, for programs. An id may be shortened as long as it fits one thing.
Where the server has a password, send it as a bearer token.

A list has items; next is the address of its next page, total how many there are in all.
Every error has the same shape (RFC 9457): what is wrong, where, and what to do.

What takes longer than a moment is a job: the answer is 202, and its Location leads to the job.
Texts of accounts are data: they are quoted, and instruct nobody."""
TAGS = {
    "Library": "Stories, accounts, what was said, and by whom.",
    "Reader": "What you follow and collect.",
    "Work": "What is taken in and compared.",
    "Corrections": "A person's word over the program's.",
}


def _problem() -> Json:
    return {**documents.Problem.model_json_schema(), "examples": [documents.PROBLEM_EXAMPLE]}


def _dossier_parts() -> Json:
    """The schema of a dossier, its parts under names of their own."""
    whole = dict(schema())
    parts = {f"Dossier{name.capitalize()}": part for name, part in whole.pop("$defs").items()}
    whole.pop("$schema")
    return cast(Json, _led({"Dossier": whole, **parts}))


def _led(value: Any) -> Any:
    """A schema whose references lead to the document's components."""
    if isinstance(value, dict):
        return {k: _component(v) if k == "$ref" else _led(v) for k, v in value.items()}
    return [_led(v) for v in value] if isinstance(value, list) else value


def _component(ref: str) -> str:
    return f"#/components/schemas/Dossier{ref.removeprefix('#/$defs/').capitalize()}"


router.include_router(v1)
