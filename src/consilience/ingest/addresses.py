"""Web addresses: the host, the site it belongs to, and one form for all addresses of one article.

Reads the address alone and fetches nothing: two addresses that differ in more than custom
(tracking, a mobile host, a page for phones) are held to be different, though one may lead to
the other. Invariant: an address made of ``article_address``'s result has that result again, and
odd text gives "".
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from ..data import lexicon

SECOND = frozenset("ac co com edu gob gov go gouv mil ne net nom or org".split())
"""Labels under which a country registers names: example.co.uk is a site, co.uk is none."""
SPARE = re.compile(r"(?:www\d?|m|amp|mobile|touch|edition)\.(?=.+\.)")
"""Names of hosts that serve the same articles as the bare one."""
INDEX = re.compile(r"/(?:index|default|home)\.\w{2,5}$")
PHONE = re.compile(r"(?:(?<=/)amp(?:/|$)|\.amp(?=\.\w{2,5}$|$)|(?<=\.)amp\.(?=html?$))")


def split(address: str) -> SplitResult | None:
    """The parts of a web address; None for anything else.

    >>> split("https://dravikcourier.example/a").hostname, split("mailto:desk@dravik.example")
    ('dravikcourier.example', None)
    """
    try:
        parts = urlsplit(address.strip())
        return parts if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def host(address: str | None) -> str:
    """The host in lower case, without "www."; "" where there is none.

    >>> host("https://WWW.Dravik.example:443/ferry"), host("ferry"), host(None)
    ('dravik.example', '', '')
    """
    parts = split(address or "")
    return SPARE.sub("", (parts.hostname or "").rstrip("."), count=1) if parts else ""


def site(address: str | None) -> str:
    """The registered name that a host belongs to.

    >>> site("https://sport.dravik.example/x"), site("http://news.ledger.co.uk"), site("http://10.0.0.7/x")
    ('dravik.example', 'ledger.co.uk', '10.0.0.7')
    """
    name = host(address)
    if re.fullmatch(r"[\d.]+|.*:.*", name):
        return name
    labels = name.split(".")
    held = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND else 2
    return ".".join(labels[-held:])


def page_name(address: str) -> str:
    """What a page may be called: the last part of its path, else its host.

    >>> page_name("https://dravik.example/2031/ferry-is-back.html?x=1"), page_name("https://dravik.example/")
    ('ferry-is-back', 'dravik.example')
    """
    parts = split(address)
    stem = PurePosixPath(unquote(parts.path, errors="replace")).stem if parts else ""
    name = re.sub(r"[^\w.-]+", "-", stem).strip("-.")[:80]
    return name or ((parts.hostname or "") if parts else "") or "page"


def article_address(address: str | None) -> str:
    """One form for the addresses of one article; "" for no web address.

    >>> article_address("http://www.dravik.example/ferry/?utm_source=feed#top")
    'dravik.example/ferry'
    >>> article_address("https://amp.dravik.example/ferry/amp/?page=2&amp=1")
    'dravik.example/ferry?page=2'
    >>> article_address("https://dravik-example.cdn.ampproject.org/c/s/dravik.example/ferry")
    'dravik.example/ferry'
    """
    parts = split(_unwrapped(address or ""))
    if parts is None:
        return ""
    path = INDEX.sub("/", unquote(parts.path, errors="replace"))
    path = PHONE.sub("", re.sub(r"/{2,}", "/", path)).rstrip("/")
    try:
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        given = []
    kept = sorted((k, v) for k, v in given if not _tracking().fullmatch(f"{k}={v}"))
    name = host(parts.geturl())
    return f"{name}{path}" + (f"?{urlencode(kept)}" if kept else "")


def _unwrapped(address: str) -> str:
    """The address inside that of a cache of pages for phones."""
    cached = re.match(
        r"https?://(?:[\w-]+\.cdn\.ampproject\.org/[cv]/(?:s/)?|(?:www\.)?google\.[\w.]+/amp/(?:s/)?)(.+)",
        address.strip(),
    )
    return f"https://{cached[1]}" if cached else address


@cache
def _tracking() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row['pattern']})" for row in lexicon("tracking")), re.IGNORECASE)
