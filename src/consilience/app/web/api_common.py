"""What every operation of the API has in common: the site, the errors it may answer, jobs.

Holds no operation. Invariant: an operation tells every error it can answer.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from starlette.responses import JSONResponse

from ...store import Job
from .site import Site, the_site

Json = dict[str, Any]
The = Annotated[Site, Depends(the_site)]
LIMIT = 200
"""Most items of a page."""
MOST = 1_000_000_000
ERRORS = {
    400: "The request cannot be used as it is.",
    401: "The library is locked, and the token is missing or wrong.",
    403: "A page of another site asked for this.",
    404: "There is no such story, account, job, report or name.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is not application/json.",
    421: "The app is not served under the host named.",
    422: "A value is not of the form told here.",
    431: "The headers are too long.",
    429: "Too many calls; Retry-After says how long to wait.",
    500: "The program failed; its log says how.",
    503: "The library is being written to; Retry-After says how long to wait.",
}
USUAL = (400, 401, 403, 414, 421, 422, 429, 431, 500, 503)


def told(*more: int) -> dict[int | str, dict[str, Any]]:
    """The errors of an operation: those that all have, and some of its own."""
    return {
        status: {"description": ERRORS[status], "content": {"application/problem+json": {"schema": PROBLEM}}}
        for status in sorted({*USUAL, *more})
    }


PROBLEM = {"$ref": "#/components/schemas/Problem"}


def job_of(job: Job, *, short: bool = False) -> Json:
    """A job; ``short`` leaves out a dossier, which is fetched with the job itself."""
    outcome = {k: v for k, v in job.outcome.items() if k != "dossier"} if short else job.outcome
    return {
        "number": job.number, "kind": job.kind, "state": job.state, "at": job.at, "ended": job.ended,
        "outcome": outcome,
    }  # fmt: skip


def on_its_way(job: Job) -> JSONResponse:
    """The answer to what takes longer: the job, and where to ask what became of it."""
    return JSONResponse(job_of(job, short=True), 202, {"Location": f"/api/v1/jobs/{job.number}"})
