"""Feeds: RSS, Atom and JSON Feed, and the articles that they hold.

Tells an entry that holds its article whole from one that holds an opening alone (a teaser), by its
length, how it ends and which element it stands in. Fetches nothing: ``visits`` fetches the page of
a teaser. Feeds that are not well formed are read as far as they go. Invariant: an entry's text is what
the feed holds, and what the feed says of where an entry is from goes into ``upstream``, never in the
place of the outlet that published it.
"""

from __future__ import annotations

import io
import json
import re
import xml.sax
import xml.sax.handler
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

from ..data import lexicon
from ..errors import InputError
from ..model import Evidence, Problem, Upstream
from ..settings import Ingest
from .addresses import host, page_name, site, split
from .decode import decode
from .draft import HALVES, Draft, Source
from .lines import count, ends
from .manifest import FIELDS, clean
from .markup import plain

MOST_TAGS = 100_000
"""A feed of more is refused: the parser's time grows with them."""
BREAKS = re.compile(r"<br\s*/?>(?:(?:\s|&nbsp;)*<br\s*/?>)+", re.IGNORECASE)
LONGEST_AUTHOR = 400
WHOLE = 100
"""Words from which a summary that ends with a full stop is held to be the whole article; set by hand."""
WHOLE_CONTENT = 40
"""The same for the element that is meant for the whole text (content:encoded, Atom's content)."""
TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,2000}|!--.{0,2000}?--|!\[CDATA\[)>?", re.DOTALL)
MARKED = re.compile(r"</?(?:p|br|div|a|img|em|strong|b|i|ul|li|h\d|span|blockquote|figure)\b", re.IGNORECASE)
BETWEEN = re.compile(r"\s+[|–—·•»:-]\s+|\s*[|»]\s*|:\s+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a feed or sitemap names it.

    ``key`` is what the feed itself calls it, else its address; ``html`` is marked-up text, ``text`` plain;
    ``whole`` is False for an opening and for an address alone; ``stated`` says where ``outlet`` is from.
    """

    url: str | None
    key: str
    title: str | None = None
    published: str | None = None
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    upstream: tuple[Upstream, ...] = ()
    html: str = ""
    text: str = ""
    whole: bool = False
    stated: str = "feed"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed, an outline (OPML) or a sitemap holds.

    ``kind`` is feed, opml or sitemap; ``more`` are the addresses of further lists: the next page of a
    JSON feed, the feeds of an outline, the parts of a sitemap index; ``every`` is the number of seconds
    after which it asks to be read again, if it says so.
    """

    kind: str
    title: str | None
    outlet: str | None
    entries: tuple[Entry, ...]
    more: tuple[str, ...] = ()
    every: float | None = None
    problems: tuple[Problem, ...] = ()


def read_feed(source: Source, settings: Ingest = Ingest()) -> Feed:  # noqa: B008 - frozen
    """Read RSS, Atom or JSON Feed.

    >>> rss = b"<rss><channel><title>Melden Post</title><item><title>Ferry is back</title></item></channel>"
    >>> feed = read_feed(Source("feed", "feed.xml", ".xml", rss))
    >>> feed.outlet, feed.entries[0].title, feed.entries[0].whole
    ('Melden Post', 'Ferry is back', False)

    :raises InputError: when it is no feed, or one that cannot be read.
    """
    if source.data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_feed(source)
    text = plain(source, settings)
    if text.count("<") > MOST_TAGS:
        raise InputError(f"has more than {MOST_TAGS:,} tags", todo="give a part of the feed")
    info, items, broken = _parse(text)
    where = source.url or _said(info, "link")
    title = _line(_said(info, "title"))
    home = _absolute(_said(info, "link"), source.url) or source.url
    outlet = _line(_said(info, "publisher")) or _outlet(title, home)
    entries = tuple(_entry(item, outlet, where, home) for item in items)
    if not entries and not info:
        raise InputError("is not a feed that can be read", todo="check that it is whole")
    fault = Problem("is damaged XML; what could be read of it was", source.where, "check that it is whole")
    return Feed(
        "feed", title, outlet, entries, _next(info, where), _every(info), (fault,) if broken else ()
    )  # fmt: skip


def _parse(text: str) -> tuple[Mapping[str, Any], Sequence[Any], bool]:
    """What feedparser makes of a feed: its own fields, its entries, and whether it is damaged.

    Its two parsers are driven here, not by ``feedparser.parse``, so that no address is ever opened and
    the one step that costs the square of an author's length is bounded.

    :raises InputError: when it trips over the feed.
    """
    strict, loose = _parsers()
    parser = strict(None, None, "utf-8")
    parser.resolve_relative_uris = parser.sanitize_html = False
    damaged = False
    try:
        try:
            sax = xml.sax.make_parser()
            sax.setFeature(xml.sax.handler.feature_namespaces, True)
            sax.setFeature(xml.sax.handler.feature_external_ges, False)
            sax.setContentHandler(parser)
            sax.setErrorHandler(parser)
            sax.parse(io.BytesIO(text.encode("utf-8", "replace")))
        except xml.sax.SAXException:
            damaged = True
            parser = loose(None, None, "utf-8", {})
            parser.resolve_relative_uris = parser.sanitize_html = False
            parser.feed(text)
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError,
            OverflowError) as error:  # fmt: skip
        what = f"is a damaged feed ({type(error).__name__})"
        raise InputError(what, todo="check that it is whole") from error
    return parser.feeddata, parser.entries, damaged or bool(getattr(parser, "bozo", 0))


@cache
def _parsers() -> tuple[Any, Any]:
    """feedparser's parsers, the strict and the loose one, with a bound on what is an author."""
    from feedparser import api

    plain_step = api.StrictFeedParser._sync_author_detail

    def bounded(self: Any, key: str = "author") -> None:
        """Its own step searches a text of any length for an e-mail address, and takes .press for .pres."""
        context = self._get_context()
        people = _said(context, f"{key}s")
        given = _said(context, key)
        if (people and people[-1]) or not isinstance(given, str):
            plain_step(self, key)
        elif people:
            people[-1]["name"] = _person(given)
        else:
            context[key] = _person(given)

    made = {"_sync_author_detail": bounded}
    return type("Strict", (api.StrictFeedParser,), made), type("Loose", (api.LooseFeedParser,), made)


def _said(item: Mapping[str, Any], key: str) -> Any:
    """A field as it stands; feedparser's own look-up puts other fields in the place of absent ones."""
    return dict.get(item, key) if isinstance(item, dict) else None


def _line(value: Any) -> str | None:
    """A field on one line, without tags; None for nothing."""
    if not isinstance(value, str):
        return None
    bare = unescape(TAG.sub(" ", value)) if "<" in value else value
    return HALVES.sub("\N{REPLACEMENT CHARACTER}", " ".join(bare.split()))[:1000] or None


def _absolute(value: Any, base: str | None) -> str | None:
    """An absolute web address; None for what is none."""
    try:
        address = urljoin(base or "", str(value).strip()) if value else ""
    except ValueError:
        return None
    return address if split(address) and not re.search(r"\s", address) else None


def _outlet(title: str | None, home: str | None) -> str | None:
    """The outlet that a feed's title names: of several parts, the one the host is called by.

    >>> _outlet("World - The Melden Post", "https://meldenpost.example/world"), _outlet("Latest news", None)
    ('The Melden Post', None)
    """
    parts = [p.strip() for p in BETWEEN.split(title or "") if p.strip()]
    named = [p for p in parts if not _bland().fullmatch(p)]
    tight = re.sub(r"\W", "", site(home))
    fit = [p for p in named if len(_tight(p)) > 2 and _tight(p) in tight]
    return (fit or named)[0] if fit or len(named) == 1 else None


@cache
def _bland() -> re.Pattern[str]:
    """Parts of a title that name no outlet."""
    rows = lexicon("feed_sections")
    before, name, after = (
        "|".join(re.escape(row["word"]) for row in rows if row["kind"] == kind)
        for kind in ("before", "name", "after")
    )
    return re.compile(rf"(?:(?:{before}) )?(?:{name})(?: (?:{after}))*", re.IGNORECASE)


def _tight(words: str) -> str:
    return re.sub(r"\W|^the\s+", "", words.casefold())


def _next(info: Any, base: str | None) -> tuple[str, ...]:
    """The next page of a feed that is cut into pages (RFC 5005)."""
    links = _said(info, "links") or ()
    found = (_absolute(link.get("href"), base) for link in links if link.get("rel") == "next")
    return tuple(dict.fromkeys(address for address in found if address))


def _every(info: Any) -> float | None:
    """Seconds after which a feed asks to be read again: its ttl, or the period of RSS 1.0."""
    ttl = str(_said(info, "ttl") or "")
    if ttl.isascii() and ttl.isdigit() and 0 < int(ttl[:6]) < 100_000:
        return 60.0 * int(ttl[:6])
    spans = {"hourly": 3600.0, "daily": 86_400.0, "weekly": 604_800.0}
    period = spans.get(str(_said(info, "sy_updateperiod") or "").strip().casefold())
    often = str(_said(info, "sy_updatefrequency") or "1").strip()
    return period / max(1, int(often[:4])) if period and often.isascii() and often.isdigit() else None


def _entry(item: Any, outlet: str | None, base: str | None, home: str | None) -> Entry:
    """One entry of RSS or Atom."""
    address = _absolute(_said(item, "link"), base)
    given = _said(item, "id")
    if address is None and isinstance(given, str) and _said(item, "guidislink") is not False:
        address = _absolute(given, None)
    upstream, named, origin = _taken_from(_said(item, "source"), outlet, home)
    own = named if named and origin and address and site(origin) == site(address) else None
    publisher = _line(_said(item, "publisher"))
    how = "element source" if own else "publisher" if publisher else ""
    body, meant = _body(item)
    markup = bool(MARKED.search(body))
    tail = _plain_words(body) if markup else body
    return Entry(
        address, str(given or address or _line(_said(item, "title")) or ""),
        title=_line(_said(item, "title")),
        published=_date(item),
        authors=_authors(item),
        outlet=own or publisher or outlet,
        upstream=() if own else upstream,
        html=body if markup else "",
        text="" if markup else unescape(body).strip(),
        whole=whole(tail, meant=meant),
        stated=f"{how} of the entry" if how else "title of the feed",
    )  # fmt: skip


def _body(item: Any) -> tuple[str, bool]:
    """The longest text of an entry, and whether it stands where the whole text belongs."""
    texts = [
        (c["value"], True)
        for c in _said(item, "content") or ()
        if isinstance(_said(c, "value"), str) and re.search("html|plain", str(_said(c, "type")))
    ]
    summary = _said(item, "summary")
    texts += [(summary, False)] if isinstance(summary, str) else []
    body, meant = max(texts, key=lambda pair: len(pair[0]), default=("", False))
    return HALVES.sub("\N{REPLACEMENT CHARACTER}", body), meant


def _plain_words(body: str) -> str:
    return " ".join(unescape(TAG.sub(" ", body)).split())


def whole(text: str, *, meant: bool) -> bool:
    """Whether the text of an entry is its article, not an opening.

    >>> story = "The bridge was closed on Monday after engineers found a crack in it. " * 10
    >>> whole(story, meant=False), whole(story + "Read more", meant=True), whole("Bridge closed.", meant=True)
    (True, False, False)

    :param text: its words without tags.
    :param meant: whether it stands in an element for the whole text.
    """
    end = " ".join(text[-500:].split())
    for pattern, kind in _tails():
        found = pattern.search(end)
        if found and kind == "teaser":
            return False
        end = end[: found.start()].rstrip() if found else end
    return count(text) >= (WHOLE_CONTENT if meant else WHOLE) and (meant or ends(end))


@cache
def _tails() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = sorted(lexicon("teasers"), key=lambda row: row["kind"] == "teaser")
    return tuple(
        (re.compile(rf"(?:(?<=\W)|\A){row['pattern']}\s*\Z", re.IGNORECASE), row["kind"]) for row in rows
    )


def _date(item: Any) -> str | None:
    """When an entry was published, else when it was changed, in UTC."""
    for key in ("published_parsed", "updated_parsed", "created_parsed"):
        moment = _said(item, key)
        if moment:
            year, month, day, hour, minute, second = tuple(moment)[:6]
            clock = f"{hour:02}:{minute:02}:{min(second, 59):02}Z"
            found, _ = clean("published", f"{year:04}-{month:02}-{day:02}T{clock}")
            if found:
                return str(found)
    return None


def _authors(item: Any) -> tuple[str, ...]:
    people = [_said(person, "name") for person in _said(item, "authors") or () if isinstance(person, dict)]
    names = [name for name in map(_line, people or [_said(item, "author")]) if name]
    bare = [_person(name) for name in names]
    found, _ = clean("authors", [name for name in bare if name])
    return tuple(found or ())


def _person(words: str) -> str:
    """A name without the e-mail address beside it: RSS 2.0 wants an address there, and gets both.

    >>> _person("desk@melden.press (Ann Poe)"), _person("Ann Poe <ann@melden.press>")
    ('Ann Poe', 'Ann Poe')
    """
    return " ".join(re.sub(r"[^\s<>()@]+@[^\s<>()@]+", " ", words[:LONGEST_AUTHOR]).strip(" ()<>\n").split())


def _taken_from(
    value: Any, outlet: str | None, home: str | None
) -> tuple[tuple[Upstream, ...], str | None, str | None]:
    """What an entry's ``source`` names, its name and its address; nothing for the feed itself."""
    name = _line(_said(value, "title") or _said(value, "value"))
    places = (_absolute(_said(value, key), None) for key in ("href", "url", "link", "id"))
    address = next(filter(None, places), None)
    if (name and name == outlet) or (address and host(address) == host(home)):
        return (), None, None
    how = "element source of the feed's entry"
    if name and 1 < len(name) <= 60:
        return (Upstream(name, None, "feed", how),), name, address
    return (Upstream(None, address, "feed", how),) if address else (), None, address


# -- JSON Feed --


def is_json_feed(value: Any) -> bool:
    """Whether a JSON value is a feed."""
    return isinstance(value, Mapping) and "jsonfeed.org/version" in str(value.get("version"))


def _json_feed(source: Source) -> Feed:
    try:
        value = json.loads(decode(source.data, declared=source.charset).text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON ({error})", todo="check that the feed is whole") from error
    if not is_json_feed(value):
        raise InputError("is not a JSON feed", todo="give the address of a feed")
    title = _line(value.get("title"))
    home = _absolute(value.get("home_page_url"), source.url) or source.url
    outlet = _outlet(title, home)
    rows = value.get("items") if isinstance(value.get("items"), list) else []
    items = [row for row in rows if isinstance(row, Mapping)]
    people = value.get("authors") or value.get("author")
    entries = tuple(_json_entry(item, outlet, home, people) for item in items)
    more = _absolute(value.get("next_url"), source.url)
    return Feed("feed", title, outlet, entries, (more,) if more else ())


def _json_entry(item: Mapping[str, Any], outlet: str | None, base: str | None, people: Any) -> Entry:
    fields = {k: HALVES.sub("\N{REPLACEMENT CHARACTER}", v) for k, v in item.items() if isinstance(v, str)}
    address = _absolute(fields.get("url") or fields.get("external_url"), base)
    markup, text = fields.get("content_html", ""), fields.get("content_text", "")
    summary = fields.get("summary", "")
    meant = bool(markup or text)
    published, _ = clean("published", fields.get("date_published") or fields.get("date_modified"))
    authors, _ = clean("authors", item.get("authors") or item.get("author") or people)
    return Entry(
        address, str(item.get("id") or address or ""),
        title=_line(fields.get("title")),
        published=published,
        authors=tuple(authors or ()),
        outlet=outlet,
        html=markup,
        text="" if markup else text or summary,
        whole=whole(_plain_words(markup) if markup else text or summary, meant=meant),
        stated="title of the feed",
    )  # fmt: skip


# -- an entry as an account --


def entry_draft(entry: Entry, source: Source, settings: Ingest) -> Draft | Problem:
    """The draft of an entry that holds its article."""
    where = entry.url or f"{source.where} entry {entry.key[:200]!r}"
    name = page_name(entry.url) if entry.url else source.name
    if entry.html:
        from .html import read_html

        head = f"<head><title>{escape(entry.title)}</title></head>" if entry.title else ""
        body = BREAKS.sub("<p>", entry.html)  # Blogger and others know no other paragraphs
        page = f"<html>{head}<body><article>{body}</article></body></html>"
        found = read_html(Source(name, where, ".html", page.encode("utf-8"), entry.url), settings)
        return found if isinstance(found, Problem) else _tailed(stated(found, entry, first=True))
    if not entry.text.strip():
        return Problem("holds no text", where, "give the address of the page")
    digest = _digest(entry.text)
    return _tailed(stated(Draft(name, where, _titled(entry), digest), entry, first=True))


def _tailed(draft: Draft) -> Draft:
    """A draft whose last line is marked as furniture where it is what feeds add to each entry."""
    text = draft.text.rstrip()
    start = text.rfind("\n") + 1
    if not any(kind == "tail" and pattern.fullmatch(text[start:][:1000]) for pattern, kind in _tails()):
        return draft
    mark = (start, len(text), "boilerplate", "added to each entry of the feed")
    return replace(draft, layout=(*(row for row in draft.layout if row[1] <= start), mark))


def _titled(entry: Entry) -> str:
    """The title over a plain text that does not open with it."""
    title = entry.title or ""
    opens = _tight(title) in _tight(entry.text[: len(title) + 200])
    return entry.text if not title or opens else f"{title}\n\n{entry.text}"


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def stated(draft: Draft, entry: Entry, *, first: bool = False) -> Draft:
    """A draft with what its entry says of it.

    :param first: whether the entry goes before what the text's own page states.
    """
    said = {key: getattr(entry, key) for key in FIELDS}
    taken = {key: value for key, value in said.items() if value and (first or not getattr(draft, key))}
    how = {"outlet": entry.stated, "url": "link of the entry"}
    evidence = [e for e in draft.evidence if e.field not in taken]
    evidence += [Evidence(key, how.get(key, f"{key} of the entry")) for key in taken]
    fields: dict[str, Any] = dict(taken)
    upstream = tuple(dict.fromkeys((*draft.upstream, *entry.upstream)))
    return replace(draft, evidence=tuple(evidence), upstream=upstream, **fields)
