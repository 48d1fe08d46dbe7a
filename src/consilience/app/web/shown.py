"""One view, two addresses: a page, and the same as JSON.

A view is a function from the site and the values of the address to a view-model. Holds no view.
Invariant: page and twin are made from one and the same model.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

View = Callable[..., Any]
GIVEN = ("site", "request")
"""Arguments that a view may ask for and that are not part of the address."""


def page(
    router: APIRouter, path: str, template: str, more: Callable[[Any], dict[str, Any]] = lambda _: {}
) -> Callable[[View], View]:
    """Serve a view at ``path`` as HTML and at ``path.json`` as JSON.

    A view that answers with a response of its own (a redirect, a file) is taken at its word. Values of the
    address are checked against the view's annotations.

    :param more: makes of the model what the template needs and JSON does not hold.
    """

    def wrap(view: View) -> View:
        def as_page(request: Request, model: Any) -> Response:
            shown: Response = request.app.state.site.render(template, request, {**model, **more(model)})
            return shown

        def as_json(request: Request, model: Any) -> Response:
            return JSONResponse(model)

        # The twin first: the page's last part would take ".json" for a part of a name.
        for at, answer in ((f"{path}.json", as_json), (path, as_page)):
            router.add_api_route(at, _endpoint(view, answer), methods=["GET"], include_in_schema=False)
        return view

    return wrap


def _endpoint(view: View, answer: Callable[[Request, Any], Response]) -> View:
    """What the framework calls: it sees the view's own arguments, read from the address."""
    given = inspect.signature(view, eval_str=True)
    own = [p for name, p in given.parameters.items() if name not in GIVEN]
    asks = "request" in given.parameters

    def endpoint(request: Request, **values: Any) -> Response:
        if asks:
            values["request"] = request
        model = view(request.app.state.site, **values)
        return model if isinstance(model, Response) else answer(request, model)

    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    named = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    endpoint.__signature__ = inspect.Signature([first, *named])  # type: ignore[attr-defined]
    endpoint.__annotations__ = {"request": Request, **{p.name: p.annotation for p in own}}
    endpoint.__name__ = view.__name__
    return endpoint
