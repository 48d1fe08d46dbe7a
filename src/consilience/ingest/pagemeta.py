"""Title, outlet, authors, date and address that a web page states about itself.

Reads JSON-LD, meta elements, the canonical link and marked-up bylines, in an order
of trust, and says which it used; beside them, the outlet that the page says it has the article
from. Never infers an outlet from a host name or a date
from an address. Invariant: each field found has one ``Evidence``.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from ..model import Evidence, Upstream
from .addresses import site
from .bylines import byline
from .manifest import clean

ARTICLE = re.compile(r"(?:\w*Article|\w*Posting|Report\w*|LiveBlog\w*|Review\w*|WebPage)$")
METAS = {
    "title": ("og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title", "headline"),
    "outlet": ("og:site_name", "dc.publisher", "citation_publisher", "application-name"),
    "authors": ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl"),
    "published": (
        "article:published_time", "datepublished", "og:published_time", "parsely-pub-date", "sailthru.date",
        "pubdate", "publishdate", "publish-date", "publication_date", "dc.date.issued", "dc.date",
        "dcterms.created", "citation_publication_date", "date",
    ),
}  # fmt: skip
LD = {
    "title": ("headline", "name"),
    "outlet": ("publisher", "sourceOrganization"),
    "authors": ("author", "creator"),
    "published": ("datePublished", "dateCreated"),
}
SITE_TAIL = re.compile(r"\s+[|–—·•»-]\s+[^|–—·•»]{2,40}$")


def page_metadata(tree: Any, address: str | None) -> tuple[dict[str, Any], tuple[Evidence, ...]]:
    """Fields that a page states, and where each stands.

    >>> from lxml import html
    >>> page = html.fromstring('<head><meta property="og:title" content="Ferry is back"></head>')
    >>> page_metadata(page, None)[0]
    {'title': 'Ferry is back'}

    :param address: where the page was fetched from, if it was.
    """
    fields: dict[str, Any] = {}
    evidence: list[Evidence] = []
    for field, how, value in _candidates(tree, address):
        if field in fields:
            continue
        got, fault = clean(field, value)
        if field == "authors" and got:
            got = tuple(
                a for a in got if not a.startswith(("http", "www.", "@")) and a != fields.get("outlet")
            )
        if got and not fault:
            fields[field] = got
            evidence.append(Evidence(field, how))
    title = fields.get("title")
    if title:
        fields["title"] = _bare_title(title, fields.get("outlet"))
    return fields, tuple(evidence)


def _candidates(tree: Any, address: str | None) -> Iterator[tuple[str, str, Any]]:
    """Field, in words from where, and value, the most trusted first."""
    linked = _linked_data(tree)
    metas = _metas(tree)
    for field in ("outlet", "title", "authors", "published"):
        for key in LD[field]:
            if linked.get(key) and (key != "name" or "headline" not in linked):
                yield field, f"JSON-LD {key}", _names(linked[key], field)
        for key in METAS[field]:
            if key in metas:
                yield field, f"meta {key}", metas[key]
    yield from _marked(tree)
    for how, value in _own_addresses(tree, address):
        yield "url", how, value


CANONICAL = "canonical link"
ADDRESSES = (
    ("//link[translate(@rel,'CANOIL','canoil')='canonical']/@href", CANONICAL),
    ("//meta[@property='og:url']/@content", "meta og:url"),
)


def _stated_addresses(tree: Any, address: str | None) -> list[tuple[str, str]]:
    """The addresses that a page calls its own, with where it does so."""
    return [
        (how, _absolute(str(value), address))
        for expression, how in ADDRESSES
        for value in tree.xpath(expression)[:1]
    ]


def _own_addresses(tree: Any, address: str | None) -> list[tuple[str, str]]:
    """Its addresses, the best first; one on another site tells where the article is from."""
    found = _stated_addresses(tree, address)
    here = address or next((value for how, value in found if how != CANONICAL), None)
    if address:
        found.append(("address", address))
    return [(how, value) for how, value in found if not site(here) or site(value) in ("", site(here))]


NAMED = ("isBasedOn", "isBasedOnUrl", "sourceOrganization", "copyrightHolder", "provider", "creditText")
GIVEN = (
    "syndication-source", "original-source", "dc.source", "dcterms.source", "source", "news_source",
    "article:source", "og:article:source", "parsely-source", "content_source", "wire", "newsagency",
)  # fmt: skip


def upstream(tree: Any, address: str | None) -> tuple[Upstream, ...]:
    """The outlets and addresses that a page says its article is from, its own outlet among them.

    >>> from lxml import html
    >>> page = html.fromstring('<head><meta name="original-source" content="https://wire.example/a"></head>')
    >>> upstream(page, "https://dravik.example/b")[0].url
    'https://wire.example/a'
    """
    found: list[Upstream] = []
    own = [site(value) for _, value in _own_addresses(tree, address)]
    for how, value in _stated_addresses(tree, address):
        if site(value) and own and site(value) not in own:
            found.append(Upstream(None, value, "address", how))
    metas, linked = _metas(tree), _linked_data(tree)
    for key in GIVEN:
        found += given(metas.get(key), f"meta {key}")
    for key in NAMED:
        for item in linked[key] if isinstance(linked.get(key), list) else [linked.get(key)]:
            found += given(item, f"JSON-LD {key}")
    return tuple(dict.fromkeys(found))


def given(value: Any, how: str) -> Iterator[Upstream]:
    """An outlet or address out of a field that says where an article is from: words, an address or an object.

    >>> next(given({"name": "Harbour Wire"}, "field 'source'")).name
    'Harbour Wire'
    """
    if isinstance(value, Mapping):
        nested = next((value[k] for k in ("publisher", "sourceOrganization", "provider") if k in value), None)
        if isinstance(nested, Mapping):
            value = {"url": value.get("url") or value.get("@id"), **nested}
        name, address = value.get("name"), value.get("url") or value.get("href") or value.get("@id")
    else:
        name, address = value, None
    if isinstance(name, str) and re.match(r"https?://\S+$", name.strip()):
        address, name = name.strip(), None
    words = " ".join(html.unescape(name).split()) if isinstance(name, str) else ""
    if 1 < len(words) <= 60:
        yield Upstream(words, None, "feed", how)
    elif isinstance(address, str) and site(address):
        yield Upstream(None, address, "feed", how)


def _absolute(value: str, address: str | None) -> str:
    try:
        return urljoin(address or "", value.strip())
    except ValueError:
        return ""


def _marked(tree: Any) -> Iterator[tuple[str, str, Any]]:
    """Fields in the page's visible mark-up."""
    heads = [text for h in tree.xpath("//h1")[:3] if (text := _words(h))]
    if len(heads) == 1:
        yield "title", "element h1", heads[0]
    for element in tree.xpath("//title")[:1]:
        yield "title", "element title", SITE_TAIL.sub("", _words(element))
    for element in tree.xpath("//*[@itemprop='datePublished' or @pubdate]")[:1]:
        yield "published", "marked datePublished", element.get("content") or element.get("datetime")
    times = tree.xpath("//time[@datetime]")
    if len(times) == 1:
        yield "published", "element time", times[0].get("datetime")
    for element in tree.xpath("//*[@rel='author' or @itemprop='author']|//*[contains(@class,'byline')]")[:4]:
        text = _words(element)[:200]
        names = byline(text) or byline(f"By {text}")
        if names:
            yield "authors", "marked byline", list(names)


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _metas(tree: Any) -> dict[str, str]:
    """The first content of each meta element, by property, name or itemprop in lower case."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        key = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").casefold()
        value = " ".join((meta.get("content") or "").split())
        if key and value:
            found.setdefault(key, value)
    return found


def _linked_data(tree: Any) -> Mapping[str, Any]:
    """The first JSON-LD object that describes an article; {} if there is none."""
    pages: list[Mapping[str, Any]] = []
    for script in tree.xpath("//script[contains(@type,'ld+json')]"):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(data):
            kinds = item.get("@type")
            named = [k for k in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(k, str)]
            if any(ARTICLE.match(k) and k != "WebPage" for k in named) and "headline" in item:
                return item
            if "WebPage" in named and "datePublished" in item:
                pages.append(item)
    return {k: v for k, v in pages[0].items() if k in ("datePublished", "publisher")} if pages else {}


def _objects(data: Any) -> Iterator[Mapping[str, Any]]:
    """Objects of a JSON-LD document: a list, a graph, or one object."""
    waiting = deque([data])
    while waiting:
        item = waiting.popleft()
        if isinstance(item, list):
            waiting.extendleft(reversed(item))
        elif isinstance(item, Mapping):
            yield item
            waiting += [
                item[k]
                for k in ("@graph", "mainEntity", "mainEntityOfPage")
                if isinstance(item.get(k), list | dict)
            ]


def _names(value: Any, field: str) -> Any:
    """Names out of JSON-LD people and bodies; other values as they are."""
    if field not in ("outlet", "authors"):
        return html.unescape(value) if isinstance(value, str) else value
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") if isinstance(item, Mapping) else item for item in items]
    flat = [n for name in names for n in (name if isinstance(name, list) else [name]) if isinstance(n, str)]
    return [html.unescape(n) for n in flat] if field == "authors" else next(iter(flat), None)


def _bare_title(title: str, outlet: str | None) -> str:
    """The title without the outlet's name behind it."""
    tail = SITE_TAIL.search(title)
    if outlet and tail and _tight(outlet) in _tight(tail.group()):
        return title[: tail.start()]
    return title


def _tight(words: str) -> str:
    return re.sub(r"\W", "", words).casefold()
