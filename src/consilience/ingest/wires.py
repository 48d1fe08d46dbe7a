"""Agency formats of the IPTC: NewsML-G2 (items, messages, packages), NITF and ninjs.

Takes headline, byline, provider or credit line, and date as the item states them, and its text paragraph by
paragraph: an agency's item holds no page furniture, so that nothing is weighed. Ignores urgency and
subject codes, and fetches no remote content. Invariant: an item that its provider has cancelled or
withheld is a ``Problem``, never an account.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import InputError
from ..model import Evidence, Problem
from ..settings import Ingest
from .draft import HALVES, Draft, Source
from .html import Blocks
from .manifest import FIELDS, clean
from .markup import children, descendants, first, local, parsed, words

BLOCK = {
    "p": "p", "block": "div", "div": "div", "section": "div", "article": "div", "body.content": "div",
    **{f"h{n}": "head" for n in range(1, 7)}, "hl1": "head", "hl2": "head",
    "blockquote": "quote", "bq": "quote", "ul": "list", "ol": "list", "dl": "list",
    "li": "item", "dt": "item", "dd": "item", "table": "table", "tr": "row", "td": "cell", "th": "cell",
    "pre": "code", "br": "lb", "body": "body",
}  # fmt: skip
"""Elements of XHTML and NITF, and what a paragraph of them is."""
ASIDE = frozenset(
    {"script", "style", "media", "figure", "nav", "head", "body.head", "body.end", "note", "img"}
)
WITHDRAWN = re.compile(r"(?:^|:)(cancell?ed|withheld|killed|embargoed)$", re.IGNORECASE)
TODO = "give the item's text"


def read_newsml(source: Source, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield the texts of a NewsML-G2 item, package or message.

    :raises InputError: when it cannot be read at all.
    """
    tree, fault = parsed(source, settings)
    if fault:
        yield Problem(fault, source.where, "check that it is whole")
    items = [tree] if local(tree) == "newsItem" else list(descendants(tree, "newsItem"))
    if not items:
        named = len(list(descendants(tree, "itemRef")))
        what = f"is a package that names {named} items and holds none" if named else "holds no item"
        yield Problem(what, source.where, "give the items themselves")
    for number, item in enumerate(items, 1):
        where = source.where if len(items) == 1 else f"{source.where} item {number}"
        yield _news_item(item, where, source.name if len(items) == 1 else f"{source.name}-{number}")


def _news_item(item: Any, where: str, name: str) -> Draft | Problem:
    """The text of one item, with what its two blocks of metadata state."""
    meta, content = first(item, "itemMeta"), first(item, "contentMeta")
    status = first(meta, "pubStatus")
    said = status.get("qcode") or status.get("literal") or "" if status is not None else ""
    gone = _withdrawn(said, where)
    if gone:
        return gone
    stated = [
        ("title", "headline", _main(content, "headline")),
        ("title", "title of the item", words(first(meta, "title"))),
        ("outlet", "provider", _named(first(meta, "provider"))),
        ("outlet", "creditline", words(first(content, "creditline"))),
        ("outlet", "infosource", _named(first(content, "infoSource") if content is not None else None)),
        ("authors", "by", [words(by) for by in children(content, "by")] if content is not None else []),
        ("authors", "creator", _named(first(content, "creator"))),
        ("published", "contentCreated", words(first(content, "contentCreated"))),
        ("published", "versionCreated", words(first(meta, "versionCreated"))),
        ("url", "guid", str(item.get("guid") or "")),
    ]
    text, layout = _inline(first(item, "contentSet"))
    if not text:
        kind = first(meta, "itemClass")
        shown = kind.get("qcode", "").rpartition(":")[2] if kind is not None else ""
        what = f"holds no text ({shown})" if shown else "holds no text"
        return Problem(what, where, TODO)
    return _draft(name, where, (text, layout), stated)


def _withdrawn(status: str, where: str) -> Problem | None:
    found = WITHDRAWN.search(status.strip())
    if not found:
        return None
    return Problem(f"was {found[1].lower()} by its provider", where, "leave it out, or give its correction")


def _main(content: Any, name: str) -> str:
    """The main one of several headlines: that without a role, or with the role "main"."""
    found = list(children(content, name)) if content is not None else []
    ranked = sorted(found, key=lambda e: bool(e.get("role")) and not e.get("role", "").endswith("main"))
    return words(ranked[0]) if ranked else ""


def _named(element: Any) -> str:
    """The name of a party: its name element, else its literal, else its text."""
    if element is None:
        return ""
    return words(first(element, "name")) or element.get("literal") or words(element)


def _inline(content: Any) -> tuple[str, list[tuple[int, int, str, str]]]:
    """The text of an item's content, and the kinds that its mark-up tells."""
    if content is None:
        return "", []
    for part in children(content, "inlineXML"):
        nitf = next(descendants(part, "body.content"), None)
        text, layout = marked(nitf if nitf is not None else part)
        if text:
            return text, layout
    plain = ["".join(part.itertext()).strip() for part in children(content, "inlineData")]
    return next(filter(None, plain), ""), []


def marked(tree: Any) -> tuple[str, list[tuple[int, int, str, str]]]:
    """The paragraphs of XHTML or NITF content.

    >>> from lxml import etree
    >>> marked(etree.fromstring("<body><p>One <b>word</b>.</p><blockquote><p>No.</p></blockquote></body>"))
    ('One word.\\n\\nNo.', [(11, 14, 'quotation', 'marked as a quotation in the page')])
    """
    for element in list(tree.iter()):
        name = local(element).lower()
        if name in ASIDE and element is not tree:
            tail, parent = element.tail, element.getparent()
            if parent is not None:
                parent.remove(element)
                if tail:
                    blank = parent.makeelement("b")
                    blank.text = tail
                    parent.append(blank)
        elif isinstance(element.tag, str):
            element.tag = BLOCK.get(name, "b")
    blocks = Blocks()
    blocks.walk(tree)
    return "".join(blocks.parts), blocks.layout


def read_nitf(source: Source, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield the text of a NITF document.

    :raises InputError: when it cannot be read at all.
    """
    tree, fault = parsed(source, settings)
    if fault:
        yield Problem(fault, source.where, "check that it is whole")
    data, head = first(tree, "head", "docdata"), first(tree, "body", "body.head")
    gone = _withdrawn(data.get("management-status") or "" if data is not None else "", source.where)
    if gone:
        yield gone
        return
    pubdata = first(tree, "head", "pubdata")
    rights = first(data, "doc.copyright")
    stated = [
        ("title", "hl1", words(first(head, "hedline", "hl1"))),
        ("title", "title", words(first(tree, "head", "title"))),
        ("outlet", "pubdata", pubdata.get("name") if pubdata is not None else None),
        ("outlet", "distributor", words(first(head, "distributor"))),
        ("outlet", "doc.copyright", rights.get("holder") if rights is not None else None),
        ("authors", "byline", _byline(head)),
        ("published", "date.issue", _norm(first(data, "date.issue"))),
        ("published", "date.release", _norm(first(data, "date.release"))),
        ("published", "story.date", _norm(first(head, "dateline", "story.date"))),
    ]
    content = first(tree, "body", "body.content")
    text, layout = marked(content) if content is not None else ("", [])
    if not text:
        yield Problem("holds no text", source.where, TODO)
        return
    yield _draft(source.name, source.where, (text, layout), stated)


def _byline(head: Any) -> Any:
    line = first(head, "byline")
    people = [words(person) for person in descendants(line, "person")] if line is not None else []
    return people or words(line)


def _norm(element: Any) -> str:
    return (element.get("norm") or words(element)) if element is not None else ""


# -- ninjs --


def is_ninjs(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object is an item in ninjs, of any version.

    >>> is_ninjs({"uri": "urn:1", "body_text": "The bridge …"}), is_ninjs({"text": "The bridge …"})
    (True, False)
    """
    standard = value.get("standard") or value.get("$standard")
    if isinstance(standard, Mapping) and str(standard.get("name")).casefold() == "ninjs":
        return True
    keys = {str(key) for key in value}
    return "uri" in keys and bool(
        keys
        & {"bodies", "body_html", "body_xhtml", "pubstatus", "pubStatus", "usagestatus", "versioncreated"}
        or ("body_text" in keys and "text" not in keys)
    )


def ninjs(value: Mapping[str, Any], where: str, name: str) -> Draft | Problem:
    """The text of an item in ninjs 1, 2 or 3."""
    get = {str(key).replace("_", "").casefold(): v for key, v in value.items()}.get
    status = get("pubstatus") or get("usagestatus") or ""
    gone = _withdrawn(str(status), where)
    if gone:
        return gone
    kind = str(get("type") or "text")
    if kind not in ("text", "composite"):
        return Problem(f"is a {kind[:40]}, not a text", where, TODO)
    stated = [
        ("title", "headline", get("headline") or _role(get("headlines")) or get("title")),
        ("outlet", "provider", get("provider") or _first_name(get("infosource") or get("infosources"))),
        ("outlet", "copyrightholder", get("copyrightholder")),
        ("authors", "byline", get("byline") or get("by")),
        ("published", "contentcreated", get("contentcreated")),
        ("published", "firstcreated", get("firstcreated")),
        ("published", "versioncreated", get("versioncreated")),
        ("url", "uri", get("uri")),
    ]
    try:
        body = _ninjs_body(get)
    except InputError as error:
        return Problem(error.what, where, error.todo)
    return _draft(name, where, body, stated) if body[0].strip() else Problem("holds no text", where, TODO)


def _ninjs_body(get: Any) -> tuple[str, list[tuple[int, int, str, str]]]:
    """The text of an item: marked up if it is so, else plain."""
    bodies = [b for b in get("bodies") or () if isinstance(b, Mapping) and isinstance(b.get("value"), str)]
    marked_up = [b["value"] for b in bodies if "html" in str(b.get("contenttype") or b.get("contentType"))]
    marked_up += [v for key in ("bodyxhtml", "bodyhtml") if isinstance(v := get(key), str)]
    for text in marked_up:
        found = _from_html(text)
        if found[0]:
            return found
    plain = [get("bodytext"), *(b["value"] for b in bodies)]
    return next((t for t in plain if isinstance(t, str) and t.strip()), ""), []


def _from_html(text: str) -> tuple[str, list[tuple[int, int, str, str]]]:
    from trafilatura import load_html

    from .nesting import flatten

    tree = load_html(f"<html><body>{flatten(text, 200)[0]}</body></html>")
    body = first(tree, "body") if tree is not None else None
    return marked(body) if body is not None else ("", [])


def _role(rows: Any) -> str | None:
    """The main one of the headlines of ninjs 2 and 3."""
    found = [r for r in rows or () if isinstance(r, Mapping) and isinstance(r.get("value"), str)]
    found.sort(key=lambda row: str(row.get("role") or "main") != "main")
    return found[0]["value"] if found else None


def _first_name(rows: Any) -> Any:
    return (
        next((r.get("name") for r in rows if isinstance(r, Mapping)), None)
        if isinstance(rows, list)
        else rows
    )


def _draft(
    name: str,
    where: str,
    body: tuple[str, list[tuple[int, int, str, str]]],
    stated: list[tuple[str, str, Any]],
) -> Draft:
    """A draft of an item's text with the first usable value of each field."""
    text, layout = HALVES.sub("\N{REPLACEMENT CHARACTER}", body[0]), body[1]
    fields: dict[str, Any] = {}
    evidence: list[Evidence] = []
    for field, how, value in stated:
        got, _ = clean(field, value) if value and field not in fields else (None, "")
        if got:
            fields[field] = got
            evidence.append(Evidence(field, f"element {how} of the item"))
    title = fields.get("title")
    if title and title.casefold() not in " ".join(text[: len(title) + 200].split()).casefold():
        shift = len(title) + 2
        text = f"{title}\n\n{text}"
        layout = [(0, len(title), "title", "headline of the item")] + [
            (a + shift, b + shift, kind, why) for a, b, kind, why in layout
        ]
    said = json.dumps([text, *(fields.get(f) for f in FIELDS)], ensure_ascii=False)
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    evidence.sort(key=lambda e: FIELDS.index(e.field))
    return Draft(name, where, text, digest, evidence=tuple(evidence), layout=tuple(layout), **fields)
