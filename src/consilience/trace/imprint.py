"""Credits that a page states beside its words: links, addresses, fields and authors.

Reads what ingest carried over: ``Witness.anchors``, ``upstream`` and ``authors``. Fetches nothing, and
takes no link for more than it is: what is linked may be mere background.

Invariant: every credit has a span; what stands in no text is placed on the account's first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..ingest.addresses import article_address, host, site
from ..model import UNREAD, Annotated, Credit, Span
from .outlets import Names, known, plain, plausible

AGENCY_WORDS = re.compile(
    r"^(?:(?:by|from|via|[\w.’' -]+,|[\w.’' -]+ (?:for|of|/)|staff (?:and|&)) )?(?:the )?"
    r"(?P<name>[\w .&’'-]+?)(?: (?:staff|news|newswire|news service|agency|wire|reports?|reporters?))?$",
    re.IGNORECASE,
)


def stated(account: Annotated, names: Names) -> Iterator[Credit]:
    """Credits of an account that its page, record or feed states.

    >>> from consilience.model import Anchor, Upstream, Witness
    >>> words = "The ferry sank, the wire said."
    >>> from_wire = (Upstream("Harbour Wire", None, "feed", "field 'source' of the record"),)
    >>> witness = Witness("w1:a", "a", words, upstream=from_wire)
    >>> [(c.name, c.kind) for c in stated(Annotated(witness, (), ()), Names({}, {}, {}, {}))]
    [('Harbour Wire', 'feed')]
    """
    if not account.witness.text.strip():
        return
    yield from _upstream(account, names)
    yield from _authors(account)
    yield from _links(account, names)


def _upstream(account: Annotated, names: Names) -> Iterator[Credit]:
    """The outlet that the page's address or a field of it is of; a company that is no outlet is none."""
    for item in account.witness.upstream:
        if item.url:
            name = names.of_address(item.url)
        elif item.name and item.how.startswith("JSON-LD"):
            name = names.outlet(item.name, bare=True)
        else:
            name = names.outlet(item.name or "") or item.name
        if name:
            yield _whole(account, name, item.kind)


def _authors(account: Annotated) -> Iterator[Credit]:
    """Agencies among the authors ("Reuters", "Staff and agencies" names none)."""
    for author in account.witness.authors:
        match = AGENCY_WORDS.match(author)
        for form in (author, match["name"]) if match else (author,):
            if plausible(form, bare=True):
                yield _whole(account, known()[plain(form)], "byline")


def _whole(account: Annotated, name: str, kind: str) -> Credit:
    """A credit for the whole of an account, at the name if it stands in its head, else on its first line."""
    text, key = account.witness.text, account.witness.id
    first = re.search(r"\S[^\n]*", text) or re.match("", text)
    head = next((r.start for r in account.witness.regions if r.kind not in UNREAD | {"title"}), 0)
    found = re.search(rf"\b{re.escape(name)}\b", text[:head]) if kind == "byline" else None
    at = found or first
    start, end = at.span() if at else (0, len(text))
    return Credit(Span(key, start, end), name, None, Span(key, 0, len(text)), kind)


def _links(account: Annotated, names: Names) -> Iterator[Credit]:
    """Links of the body that lead to another site."""
    witness = account.witness
    here = {site(witness.url), site(f"https://{witness.outlet}")}
    for anchor in witness.anchors:
        if site(anchor.url) in here or not 0 <= anchor.start < anchor.end <= len(witness.text):
            continue
        name = names.of_address(anchor.url)
        if name and article_address(anchor.url) != host(anchor.url):
            span = Span(witness.id, anchor.start, anchor.end)
            yield Credit(span, name, None, _sentence(account, span), "link")


def _sentence(account: Annotated, span: Span) -> Span:
    """The sentence that holds a link, else its line."""
    for s in account.sentences:
        if s.start <= span.start < s.end:
            return Span(span.witness, s.start, max(s.end, span.end))
    text = account.witness.text
    end = text.find("\n", span.end)
    return Span(span.witness, text.rfind("\n", 0, span.start) + 1, end if end >= 0 else len(text))
