"""Odd requests to the API, made from its own document: no server error, and answers as documented.

The requests are the same each time (``seed`` is printed where one fails). A longer run against a live
server is a command in docs/api.md.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from consilience.app.web import api
from consilience.app.web.security import Guard, guarded
from consilience.app.web.security_limits import Rate
from consilience.app.web.server import create_app
from consilience.app.web.site import Site
from consilience.store import Library

schemathesis = pytest.importorskip("schemathesis")

EXAMPLES, SEED = 8, 8
HERE = "http://localhost:8400"
AT = "2031-10-18T09:00:00+00:00"
OPERATIONS = [
    (path, method, mode)
    for path, found in api.document()["paths"].items()
    for method, operation in found.items()
    for mode in ("positive", "negative")
    if mode == "positive" or operation.keys() & {"parameters", "requestBody"}  # else nothing can be wrong
]


class Idle(Thread):
    """In the worker's place: every job fails at once, and no address is opened."""

    def __init__(self, place: Path) -> None:
        super().__init__(daemon=True)
        self._place, self.over = place, Event()

    def run(self) -> None:
        problem = {"problem": {"what": "nobody works here", "where": "", "todo": ""}}
        with Library.open(self._place) as library:
            while not self.over.wait(0.02):
                while job := library.begin_job():
                    library.end_job(job.number, problem, at=AT, failed=True)


@pytest.fixture(scope="module")
def asked(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any]]:
    """The API's operations, and a client of an app over a library of their own."""
    from schemathesis.python import asgi

    place = Path(shutil.copy(filled, tmp_path_factory.mktemp("fuzz") / "library.db"))
    endless = Rate(1e9, 10**9)
    site = Site(place)
    app = guarded(create_app(site), Guard(dear=endless, every=endless))

    async def begun(scope: Any, receive: Any, send: Any) -> None:
        """The app without its beginning and end, which the client would let it have at each call."""
        if scope["type"] == "http":
            await app(scope, receive, send)
        else:
            for told in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{told}.complete"})

    idle = Idle(place)
    idle.start()
    with asgi.get_client(begun, max_stream_events=None) as client:
        yield schemathesis.openapi.from_dict(_told(place)), client
    idle.over.set()
    idle.join()
    site.close()


def _told(place: Path) -> dict[str, Any]:
    """The document with ids that are there: what odd ones alone find is nothing."""
    document = copy.deepcopy(api.document())
    with Library.open(place) as library:
        story = library.stories(order="largest", limit=1)[0].id
        ids = {"stories": story, "accounts": next(library.accounts(story=story)).witness.id}
        library.new_report("The Melden dam, week by week", at=AT)
    for path, found in document["paths"].items():
        for operation in found.values():
            for taken in operation.get("parameters", ()):
                if taken["name"] == "ident":
                    one = {"enum": [ids[path.split("/")[3]]]}
                    taken["schema"] = {"anyOf": [one, taken["schema"]]}
                elif taken["name"] == "number":
                    taken["schema"] = {"anyOf": [{"enum": [1]}, taken["schema"]]}
    return document


@pytest.mark.parametrize(("path", "method", "mode"), OPERATIONS)
def test_an_operation_answers_as_documented(
    asked: tuple[Any, Any], path: str, method: str, mode: str
) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.generation.modes import GenerationMode
    from schemathesis.specs.openapi import checks

    schema, client = asked
    operation = schema[path][method]
    wanted = (
        not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
        checks.response_schema_conformance, checks.unsupported_method,
    )  # fmt: skip
    cases = operation.as_strategy(generation_mode=GenerationMode(mode))

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    @given(case=cases)
    def answers(case: Any) -> None:
        response = case.call(base_url=HERE, session=client)
        case.validate_response(response, checks=list(wanted))

    answers()
