"""A dossier as one HTML file that asks for nothing outside itself.

Works from the JSON document alone. Every text of an account is untrusted: templates escape
all they print, addresses are linked only when they are http or https, and the page's content
policy admits this page's own style and script by hash and nothing else. Invariant: equal
documents give equal bytes; the page reads without its script.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from . import coverage, descent, framing, page, variants
from .facts import Document, by_value, capital, counted, facts, moment, verb
from .stemma import NARROW, draw

if TYPE_CHECKING:
    from jinja2 import Environment

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def to_html(document: Document) -> str:
    """The page of a dossier.

    >>> to_html({})[:15]
    '<!DOCTYPE html>'

    :param document: a document of the contract; missing parts count as empty.
    :returns: HTML that can be written as UTF-8, with characters HTML forbids replaced by U+FFFD.
    """
    from markupsafe import Markup

    known = facts(document)
    style, script = _static("base.css") + _static("page.css"), _static("page.js")
    html = _environment().get_template("page.html.j2").render(
        facts=known,
        doc=known.document,
        story=known.document["story"],
        texts=page.texts(known),
        drawings=(draw(known), draw(known, NARROW)),
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
    )  # fmt: skip
    return CONTROL.sub("\ufffd", html)


def policy(style: str, script: str) -> str:
    """The content policy of a page with one style and one script, both by hash."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _static(name: str) -> str:
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return environment()


def environment() -> Environment:
    """What fills the templates of a dossier; a new one, to which a caller may add its own."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {
        "answer": descent.answer,
        "apparatus": variants.apparatus,
        "by_value": by_value,
        "cards": page.cards,
        "counted": counted,
        "entries": descent.entries,
        "framed": framing.framed,
        "grid": coverage.grid,
        "halves": coverage.halves,
        "href": href,
        "in_order": page.in_order,
        "left_out": coverage.left_out,
        "most_said": coverage.most_said,
        "origins": page.origins,
        "shown": descent.shown,
        "sides": page.sides,
        "timeline": page.timeline,
        "told": descent.told,
        "verb": verb,
    }
    env.filters |= {"moment": moment, "web": web, "capital": capital}
    return env


def href(known: Any, place: Document) -> str:
    """The address within the page of a passage; empty when its account is not in the dossier."""
    account = known.by_id.get(place.get("article"))
    return f"#{page.anchor(account, place['start'], place['end'])}" if account else ""


def web(url: str | None) -> str:
    """An address that may be linked, or nothing.

    >>> web("javascript:alert(1)"), web("https://courier.example/a")
    ('', 'https://courier.example/a')
    """
    return url if url and re.match(r"https?://[^\s]+$", url, re.IGNORECASE) else ""
