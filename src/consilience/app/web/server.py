"""Puts the web app together: routes, files, errors, guard.

Holds no route. Invariant: whatever is asked passes the guard first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from ... import __version__
from . import actions, api, mending, pages, stories
from .site import Site, static_folder

READERS = 8
"""Requests that are answered at once; each has a connection to the library of its own."""
FORM: Any = {"max_fields": 400, "max_files": 100, "max_part_size": 8_000_000}
"""What a form may hold; its bytes in all are bounded by the guard, an article by ``ingest.max_chars``."""
KEEP = 0.5
"""Seconds after which what was looked at and wanted is written."""


def create_app(site: Site) -> FastAPI:
    """The app over a library, without its guard (see ``security.guarded``)."""
    app = FastAPI(
        title="Consilience", version=__version__, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", lifespan=partial(_running, site=site),
        redirect_slashes=False, form_limits=FORM,
    )  # fmt: skip
    app.state.site = site
    for part in (api, actions, mending, stories, pages):
        app.include_router(part.router)
    shared: list[str | tuple[str, str]] = [("consilience.dossier.render", "static")]  # a dossier's look
    app.mount("/static", StaticFiles(directory=static_folder(), packages=shared), name="static")
    return app


@asynccontextmanager
async def _running(app: FastAPI, site: Site) -> AsyncIterator[None]:
    """While the app runs, write what the reader looked at, and what pages want, now and then."""
    current_default_thread_limiter().total_tokens = READERS

    async def keep() -> None:
        while True:
            await anyio.sleep(KEEP)
            await run_sync(site.keep)

    await run_sync(site.warm)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(keep)
        yield
        tasks.cancel_scope.cancel()
    await run_sync(site.close)
