"""What could not be done, kept until the page tells it: in one line, with what was given.

A form that is sent leads back to its page, so that loading that anew sends nothing twice; what went wrong
would be lost on the way, or stand in the address for anyone to write there. Invariant: a page tells only what
this program has kept.
"""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from .dossiers import Recent

if TYPE_CHECKING:
    from .site import Site

Json = dict[str, Any]
MOST = 200
_kept: Recent[Json] = Recent(MOST)


def note(site: Site, problem: str, given: Json) -> str:
    """Keep what went wrong; the word that finds it again."""
    word = token_urlsafe(9)
    _kept.get((site.place, word), lambda: {"problem": problem, "given": given})
    return word


def noted(request: Request) -> Json:
    """What went wrong before this page was asked for, and what was given; empty if nothing did."""
    word = request.query_params.get("wrong", "")
    found = _kept.get((request.app.state.site.place, word), lambda: None) if word else None
    return found or {"problem": "", "given": {}}
