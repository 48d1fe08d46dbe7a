"""A dossier as one HTML file that asks for nothing outside itself.

Works from the JSON document alone. Every text of an account is untrusted: templates escape
all they print, addresses are linked only when they are http or https, and the page's content
policy admits this page's own style and script by hash and nothing else. Invariant: equal
documents give equal bytes; the page reads without its script.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from . import page
from .facts import Document, facts
from .filling import CONTROL, environment, shared_environment, static, web
from .sections import NONE
from .stemma import NARROW, draw

__all__ = ["environment", "policy", "to_html", "web"]


def to_html(document: Document) -> str:
    """The page of a dossier.

    >>> to_html({})[:15]
    '<!DOCTYPE html>'

    :param document: a document of the contract; missing parts count as empty.
    :returns: HTML that can be written as UTF-8, with characters HTML forbids replaced by U+FFFD.
    """
    from markupsafe import Markup

    known = facts(document)
    style, script = static("base.css") + static("page.css"), static("page.js")
    html = shared_environment().get_template("page.html.j2").render(
        facts=known,
        doc=known.document,
        story=known.document["story"],
        texts=page.texts(known),
        drawings=(draw(known), draw(known, NARROW)),
        hooks=NONE,
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
