"""Feeds, outlines, sitemaps, agency formats, e-mail, WARC and Parquet: whole samples and damaged ones."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consilience.errors import InputError
from consilience.ingest import read, stream
from consilience.ingest.draft import Draft, Source
from consilience.ingest.feeds import read_feed, whole
from consilience.ingest.outlines import read_opml, read_sitemap
from consilience.ingest.readers import kind, read_source
from consilience.model import Problem, Witness
from consilience.settings import Ingest

FIRST = "The bridge at Seahaven was closed on Monday after engineers found a crack in its main span."
SECOND = "Ferries will run every ten minutes until the bridge can be used again, the harbour master said."
PARAGRAPHS = f"<p>{FIRST}</p><p>{SECOND}</p><p>{FIRST} It is 40 years old.</p>"
PAGE = f"<html><head><title>Bridge closed</title></head><body><article>{PARAGRAPHS}</article></body></html>"

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- made by hand -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>World - The Melden Post</title><link>https://meldenpost.example/</link><ttl>60</ttl>
<item><title>Bridge &amp; ferry</title><link>/2031/bridge</link><guid isPermaLink="false">m-1</guid>
<author>desk@melden.press (Ann Poe)</author><pubDate>Tue, 06 May 2031 10:20:00 +0200</pubDate>
<source url="https://wire.example/rss">Harbour Wire</source><description>Bridge closed.</description>
<content:encoded><![CDATA[{PARAGRAPHS}<blockquote>“We will not reopen it,” she said.</blockquote>
<p>The post Bridge first appeared on The Melden Post.</p>]]></content:encoded></item>
<item><title>Ferry</title><link>https://meldenpost.example/ferry</link><description>{FIRST} […]</description></item>
</channel></rss>"""

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Dravik Courier</title><link href="https://dravik.example/"/>
<entry><id>https://dravik.example/a</id><title type="html">Bridge &lt;b&gt;closed&lt;/b&gt;</title>
<link rel="alternate" href="https://dravik.example/a"/><updated>2031-05-06T09:00:00Z</updated>
<author><name>Raj Lal</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{PARAGRAPHS}</div></content></entry></feed>"""

JSON_FEED = json.dumps({
    "version": "https://jsonfeed.org/version/1.1", "title": "Ilvane Record", "home_page_url": "https://ilvane.example",
    "items": [
        {"id": "1", "url": "https://ilvane.example/1", "title": "Bridge closed", "content_html": PARAGRAPHS,
         "date_published": "2031-05-06T10:20:00+02:00", "authors": [{"name": "Mara Quill"}]},
        {"id": "2", "url": "https://ilvane.example/2", "summary": "Short."},
    ],
})  # fmt: skip

OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>Mine</title></head><body>
<outline text="Local"><outline type="rss" text="Melden" xmlUrl="https://meldenpost.example/rss"/>
<outline text="More"><outline type="rss" xmlUrl="https://dravik.example/atom"/></outline></outline>
<outline type="include" url="https://dravik.example/more.opml"/><outline xmlUrl="file:///etc/passwd"/></body></opml>"""

SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc> https://dravik.example/a </loc><lastmod>2031-05-07</lastmod><news:news><news:publication>
<news:name>Dravik Courier</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2031-05-06T09:00:00Z</news:publication_date><news:title>Bridge closed</news:title></news:news></url>
<url><loc>https://dravik.example/b</loc></url><url><loc>javascript:alert(1)</loc></url></urlset>"""

NEWSML = f"""<?xml version="1.0" encoding="UTF-8"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:wire.example:1" version="2">
<itemMeta><itemClass qcode="ninat:text"/><provider qcode="n:hw"><name>Harbour Wire</name></provider>
<versionCreated>2031-05-06T11:00:00Z</versionCreated><pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><urgency>3</urgency><contentCreated>2031-05-06T10:20:00+02:00</contentCreated><by>By Ann Poe</by>
<creditline>Harbour Wire</creditline><headline role="hl:sub">A crack</headline><headline>Bridge closed</headline></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>
<body>{PARAGRAPHS}<blockquote><p>We will not reopen it.</p></blockquote></body></html></inlineXML></contentSet></newsItem>"""

NITF = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nitf PUBLIC "-//IPTC//DTD NITF 3.3//EN" "nitf-3-3.dtd">
<nitf><head><title>Bridge</title><docdata management-status="usable"><date.issue norm="20310506T102000Z"/>
<doc.copyright holder="Harbour Wire"/></docdata></head><body><body.head><hedline><hl1>Bridge closed</hl1></hedline>
<byline>By <person>Ann Poe</person></byline><dateline><location>Seahaven</location></dateline></body.head>
<body.content><block>{PARAGRAPHS}<media media-type="image"><media-caption>A crane</media-caption></media></block></body.content>
<body.end><tagline>x</tagline></body.end></body></nitf>"""

NINJS = {
    "1": {"uri": "urn:wire.example:1", "type": "text", "pubstatus": "usable", "versioncreated": "2031-05-06T10:20:00Z",
          "headline": "Bridge closed", "byline": "By Ann Poe", "infosource": [{"name": "Harbour Wire"}], "body_xhtml": PARAGRAPHS},
    "3": {"uri": "https://wire.example/1", "standard": {"name": "ninjs", "version": "3.0"}, "pubStatus": "usable",
          "versionCreated": "2031-05-06T10:20:00Z", "by": "Ann Poe", "infoSources": [{"name": "Harbour Wire"}],
          "headlines": [{"role": "short", "value": "Bridge"}, {"role": "main", "value": "Bridge closed"}],
          "bodies": [{"contentType": "text/plain", "value": "x"}, {"contentType": "text/html", "value": PARAGRAPHS}]},
}  # fmt: skip

EML = f"""From: =?utf-8?q?The_Melden_Post?= <news@meldenpost.example>
To: reader@home.example
Subject: =?utf-8?b?QnJpZGdlIGNsb3NlZCDigJMgdGhlIG1vcm5pbmc=?=
Date: Tue, 06 May 2031 10:20:00 +0200
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b1"

--b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

{FIRST}=20
{SECOND}

--b1
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<html><body><script>alert(1)</script><article>{PARAGRAPHS}<p>The caf=E9 on the quay stays open all day, its owner said.</p></article></body></html>

--b1--
"""


def record(kind: str, url: str, block: bytes, extra: str = "", version: str = "WARC/1.1") -> bytes:
    """One record of a WARC."""
    head = f"{version}\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2031-05-06T12:00:00Z\r\n{extra}"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def answer(
    body: bytes, extra: str = "", status: str = "200 OK", media: str = "text/html; charset=utf-8"
) -> bytes:
    """An HTTP answer."""
    return f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n{extra}\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    """A body in chunks."""
    parts = [body[i : i + 100] for i in range(0, len(body), 100)]
    return b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"


WEB = PAGE.encode()
RECORDS = [
    record("warcinfo", "", b"software: x\r\n", "Content-Type: application/warc-fields\r\n"),
    record("request", "https://dravik.example/a", b"GET / HTTP/1.1\r\n\r\n"),
    record("response", "https://dravik.example/a", answer(WEB)),
    record("response", "https://dravik.example/b", answer(gzip.compress(WEB), "Content-Encoding: gzip\r\n")),
    record("response", "https://dravik.example/c", answer(chunked(brotli.compress(WEB)), "Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n")),
    record("response", "<https://dravik.example/d>", answer(WEB, "Content-Encoding: gzip\r\n")),
    record("response", "https://dravik.example/e", answer(b"", "Location: /a\r\n", "301 Moved")),
    record("response", "https://dravik.example/f", answer(b"no", "", "404 Not Found")),
    record("response", "https://dravik.example/g.png", answer(b"\x89PNG", "", media="image/png")),
    record("revisit", "https://dravik.example/a", b"HTTP/1.1 200 OK\r\n\r\n"),
    record("resource", "https://dravik.example/h", WEB, "Content-Type: text/html\r\n"),
    record("conversion", "https://dravik.example/i", f"{FIRST} {SECOND} {FIRST}".encode(), "Content-Type: text/plain\r\n", "WARC/1.0"),
]  # fmt: skip
WARC = b"".join(RECORDS)


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """Rows as a Parquet file."""
    from pyarrow import Table
    from pyarrow import parquet as files

    out = io.BytesIO()
    files.write_table(Table.from_pylist(rows), out, row_group_size=2)
    return out.getvalue()


ROWS = [
    {"id": f"p{n}", "text": f"{FIRST} {SECOND} {n}", "outlet": "Dravik Courier", "published": "2031-05-06"}
    for n in range(5)
]

SAMPLES: dict[str, bytes] = {
    "rss.xml": RSS.encode(),
    "atom.xml": ATOM.encode(),
    "feed.json": JSON_FEED.encode(),
    "feeds.opml": OPML.encode(),
    "map.xml": SITEMAP.encode(),
    "map.xml.gz": gzip.compress(SITEMAP.encode()),
    "item.newsml.xml": NEWSML.encode(),
    "item.nitf": NITF.encode(),
    "ninjs1.json": json.dumps(NINJS["1"]).encode(),
    "ninjs3.json": json.dumps(NINJS["3"]).encode(),
    "letter.eml": EML.encode("ascii"),
    "letters.mbox": b"".join(b"From x Tue May  6\n" + EML.encode("ascii") + b"\n" for _ in range(2)),
    "crawl.warc": WARC,
    "crawl.warc.gz": b"".join(map(gzip.compress, RECORDS)),
    "rows.jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
    "rows.jsonl.gz": gzip.compress("\n".join(map(json.dumps, ROWS)).encode()),
    "rows.parquet": parquet(ROWS),
}


def all_of(folder: Path, name: str, data: bytes, **limits: Any) -> tuple[list[Witness], list[Problem]]:
    """What a file gives as a stream."""
    (folder / name).write_bytes(data)
    items = list(stream([folder / name], settings=Ingest(**limits)))
    return [i for i in items if isinstance(i, Witness)], [i for i in items if isinstance(i, Problem)]


def source(text: str, name: str = "feed") -> Source:
    return Source(name, name, ".xml", text.encode())


# -- feeds --


def test_an_rss_feed(tmp_path: Path) -> None:
    (account,), (problem,) = all_of(tmp_path, "feed.rss", RSS.encode())
    assert (account.title, account.outlet, account.authors) == (
        "Bridge & ferry",
        "The Melden Post",
        ("Ann Poe",),
    )
    assert (account.published, account.url) == (
        "2031-05-06T08:20:00Z",
        "https://meldenpost.example/2031/bridge",
    )
    assert FIRST in account.text and SECOND in account.text
    assert [(u.name, u.url, u.kind) for u in account.upstream] == [("Harbour Wire", None, "feed")]
    kinds = {account.text[r.start : r.end]: r.kind for r in account.regions}
    assert kinds["“We will not reopen it,” she said."] == "quotation"
    assert kinds["The post Bridge first appeared on The Melden Post."] == "boilerplate"
    assert problem.what == "holds no more than the opening or the address of 1 of its 2 articles"
    assert read([tmp_path / "feed.rss"])[0] == (account,)


def test_a_publisher_named_as_the_source_of_its_own_page_is_the_outlet() -> None:
    feed = read_feed(source(RSS.replace("/2031/bridge", "https://www.wire.example/9")))
    assert (feed.entries[0].outlet, feed.entries[0].upstream) == ("Harbour Wire", ())


def test_breaks_are_paragraphs(tmp_path: Path) -> None:
    text = RSS.replace(PARAGRAPHS, f"{FIRST}<br/> <br>{SECOND}<BR /><br/><br/>{FIRST}")
    (account,), _ = all_of(tmp_path, "feed.rss", text.encode())
    assert f"{FIRST}\n\n{SECOND}\n\n{FIRST}" in account.text


def test_an_atom_feed(tmp_path: Path) -> None:
    (account,), problems = all_of(tmp_path, "feed.atom", ATOM.encode())
    assert (account.title, account.outlet, account.authors) == (
        "Bridge closed",
        "Dravik Courier",
        ("Raj Lal",),
    )
    assert (account.published, account.url, problems) == (
        "2031-05-06T09:00:00Z",
        "https://dravik.example/a",
        [],
    )
    assert account.text.count(FIRST) == 2


def test_a_json_feed(tmp_path: Path) -> None:
    (account,), (problem,) = all_of(tmp_path, "feed.json", JSON_FEED.encode())
    assert (account.title, account.outlet, account.authors) == (
        "Bridge closed",
        "Ilvane Record",
        ("Mara Quill",),
    )
    assert account.published == "2031-05-06T10:20:00+02:00"
    assert "1 of its 2" in problem.what


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_feeds_in_other_encodings(encoding: str) -> None:
    text = ATOM.replace("Courier", "Courrier né").replace('encoding="utf-8"', f'encoding="{encoding}"')
    given_as = Source("feed", "feed", ".xml", text.encode(encoding))
    assert kind(given_as) == ".rss"
    assert read_feed(given_as).outlet == "Dravik Courrier né"


def test_a_feed_cut_in_two_is_read_as_far_as_it_goes() -> None:
    feed = read_feed(source(RSS[: RSS.index("<item><title>Ferry")]))
    assert [e.title for e in feed.entries] == ["Bridge & ferry"]
    assert [p.what for p in feed.problems] == ["is damaged XML; what could be read of it was"]


@pytest.mark.parametrize(
    ("text", "meant", "is_whole"),
    [
        (f"{FIRST} " * 8, False, True),
        (f"{FIRST} " * 8 + "Read the full story at Melden Post", True, False),
        (f"{FIRST} " * 8 + "Continue reading Bridge closed →", True, False),
        (f"{FIRST} " * 8 + "and so on […]", True, False),
        (f"{FIRST} " * 8 + "and so on", False, False),
        (f"{FIRST} " * 4 + "The post Bridge appeared first on Melden Post.", True, True),
        (f"{FIRST} … The post Bridge appeared first on Melden Post.", True, False),
        (FIRST, False, False),
        ("", True, False),
    ],
)
def test_openings_are_told_from_whole_texts(text: str, meant: bool, is_whole: bool) -> None:
    assert whole(text, meant=meant) is is_whole


# -- lists of addresses --


def test_an_outline() -> None:
    assert read_opml(source(OPML)).more == ("https://meldenpost.example/rss", "https://dravik.example/atom")


def test_sitemaps(tmp_path: Path) -> None:
    feed = read_sitemap(source(SITEMAP))
    assert [e.url for e in feed.entries] == ["https://dravik.example/a", "https://dravik.example/b"]
    first = feed.entries[0]
    assert (first.outlet, first.published, first.title) == (
        "Dravik Courier",
        "2031-05-06T09:00:00Z",
        "Bridge closed",
    )
    index = "<sitemapindex><sitemap><loc>https://dravik.example/1.xml.gz</loc></sitemap></sitemapindex>"
    assert read_sitemap(source(index)).more == ("https://dravik.example/1.xml.gz",)
    _, (problem,) = all_of(tmp_path, "map.xml.gz", gzip.compress(SITEMAP.encode()))
    assert "address of 2 of its 2" in problem.what


def test_pages_of_lists_are_visited() -> None:
    pages = {
        "https://dravik.example/index.xml": b"<sitemapindex><sitemap><loc>https://dravik.example/map.xml</loc></sitemap>"
        b"<sitemap><loc>https://dravik.example/index.xml</loc></sitemap></sitemapindex>",
        "https://dravik.example/map.xml": SITEMAP.encode(),
        "https://dravik.example/a": WEB,
        "https://dravik.example/b": SITEMAP.encode(),
    }
    asked = []

    def visit(url: str) -> Source:
        asked.append(url)
        return Source("page", url, "", pages[url], url)

    index = Source(
        "index",
        "index.xml",
        ".xml",
        pages["https://dravik.example/index.xml"],
        "https://dravik.example/index.xml",
    )
    draft, problem = read_source(index, Ingest(), visit)
    assert isinstance(draft, Draft) and isinstance(problem, Problem)
    assert (draft.outlet, draft.title, draft.url) == (
        "Dravik Courier",
        "Bridge closed",
        "https://dravik.example/a",
    )
    assert problem.what == "is a list of articles, not one"
    assert asked == ["https://dravik.example/map.xml", "https://dravik.example/a", "https://dravik.example/b"]


def test_so_many_pages_of_a_list_are_visited() -> None:
    asked = []

    def visit(url: str) -> Source:
        asked.append(url)
        return Source("page", url, "", WEB, url)

    rows = "".join(f"<url><loc>https://dravik.example/{n}</loc></url>" for n in range(9))
    *drafts, problem = read_source(source(f"<urlset>{rows}</urlset>"), Ingest(max_items=4), visit)
    assert (len(drafts), len(asked)) == (4, 4)
    assert isinstance(problem, Problem)
    assert problem.what == "names 9 pages, of which 4 were fetched"


# -- agency formats --


@pytest.mark.parametrize("name", ["item.newsml.xml", "item.nitf", "ninjs1.json", "ninjs3.json"])
def test_agency_formats(tmp_path: Path, name: str) -> None:
    (account,), problems = all_of(tmp_path, name, SAMPLES[name])
    assert (account.title, account.outlet, account.authors) == ("Bridge closed", "Harbour Wire", ("Ann Poe",))
    assert account.published in (
        "2031-05-06T10:20:00+02:00",
        "2031-05-06T10:20:00Z",
        "2031-05-06T10:20:00+00:00",
    )
    assert problems == []
    assert account.text.startswith(f"Bridge closed\n\n{FIRST}\n\n{SECOND}\n\n{FIRST} It is")
    assert "crane" not in account.text
    if "newsml" in name:
        assert account.text[account.regions[-1].start :] == "We will not reopen it."
        assert account.regions[-1].kind == "quotation"


def test_messages_and_packages(tmp_path: Path) -> None:
    inner = NEWSML.partition("?>")[2]
    message = f"<newsMessage><header/><itemSet>{inner}{inner}<packageItem/></itemSet></newsMessage>"
    accounts, problems = all_of(tmp_path, "message.xml", message.encode())
    assert ([a.name for a in accounts], problems) == (["message-1", "message-2"], [])
    package = "<packageItem><groupSet><group><itemRef/><itemRef/></group></groupSet></packageItem>"
    _, (problem,) = all_of(tmp_path, "package.xml", package.encode())
    assert problem.what == "is a package that names 2 items and holds none"


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("item.newsml.xml", "stat:usable", "stat:canceled", "was canceled by its provider"),
        ("item.newsml.xml", "stat:usable", "stat:withheld", "was withheld by its provider"),
        ("item.nitf", '"usable"', '"embargoed"', "was embargoed by its provider"),
        ("ninjs1.json", '"usable"', '"canceled"', "was canceled by its provider"),
        ("ninjs3.json", '"usable"', '"withheld"', "was withheld by its provider"),
        ("ninjs1.json", '"type": "text"', '"type": "picture"', "is a picture, not a text"),
        ("item.newsml.xml", "inlineXML", "remoteContent", "holds no text (text)"),
    ],
)
def test_what_an_agency_takes_back_is_no_account(
    tmp_path: Path, name: str, old: str, new: str, what: str
) -> None:
    accounts, (problem,) = all_of(tmp_path, name, SAMPLES[name].replace(old.encode(), new.encode()))
    assert (accounts, problem.what) == ([], what)


# -- e-mail --


def test_a_newsletter(tmp_path: Path) -> None:
    (account,), problems = all_of(tmp_path, "letter.eml", SAMPLES["letter.eml"])
    assert (account.title, account.outlet) == ("Bridge closed – the morning", "The Melden Post")
    assert (account.published, problems) == ("2031-05-06T10:20:00+02:00", [])
    assert "café" in account.text and "alert" not in account.text
    assert {e.how for e in account.evidence} == {
        "Subject of the e-mail",
        "From of the e-mail",
        "Date of the e-mail",
    }
    accounts, problems = all_of(tmp_path, "box.mbox", SAMPLES["letters.mbox"])
    assert ([a.name for a in accounts], problems) == (["box-1", "box-2"], [])


def test_the_plain_part_is_taken_where_it_says_more(tmp_path: Path) -> None:
    thin = EML.replace(PARAGRAPHS, "<p>See our page.</p>")
    (account,), _ = all_of(tmp_path, "letter.eml", thin.encode("ascii"))
    assert account.text.endswith(SECOND)


# -- archives --


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_a_warc(tmp_path: Path, name: str) -> None:
    accounts, (problem,) = all_of(tmp_path, name, SAMPLES[name])
    assert [a.url for a in accounts] == [f"https://dravik.example/{n}" for n in "abcdhi"]
    assert {a.retrieved for a in accounts} == {"2031-05-06T12:00:00Z"}
    assert all(SECOND in a.text for a in accounts)
    assert problem.what == (
        "has records that hold no article: 1 answers that are errors; 1 pictures, scripts, feeds and the like; "
        "2 requests, notes and metadata; 1 redirects; 1 repeats of other records"
    )


def test_a_warc_packed_as_one(tmp_path: Path) -> None:
    assert len(all_of(tmp_path, "crawl.warc.gz", gzip.compress(WARC))[0]) == 6


@pytest.mark.parametrize(
    ("block", "extra", "left"),
    [
        (gzip.compress(bytes(5_000_000)), "Content-Encoding: gzip\r\n", "larger than"),
        (brotli.compress(bytes(5_000_000)), "Content-Encoding: br\r\n", "larger than"),
        (zstandard.compress(bytes(5_000_000)), "Content-Encoding: zstd\r\n", "larger than"),
        (gzip.compress(brotli.compress(bytes(5_000_000))), "Content-Encoding: br, gzip\r\n", "larger than"),
        (b"\x00\x01\x02" * 9, "Content-Encoding: gzip\r\n", "packed in a way"),
        (WEB, "X: " + "y" * 70_000 + "\r\n", "errors"),
    ],
)
def test_bombs_in_a_warc(tmp_path: Path, block: bytes, extra: str, left: str) -> None:
    data = record("response", "https://dravik.example/z", answer(block, extra)) + RECORDS[2]
    accounts, (problem,) = all_of(tmp_path, "bomb.warc", data, max_bytes=200_000)
    assert len(accounts) == 1
    assert left in problem.what


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"WARC/1.0\r\n" + b"A: b\r\n" * 200_000, "the header of a record is too long"),
        (b"WARC/1.0\r\nA: " + b"b" * 9_000_000, "the header of a record is too long"),
        (b"WARC/1.0\r\nContent-Length: x\r\n\r\n", "does not say how long it is"),
        (b"WARC/1.0\r\nContent-Length: 99999999999999\r\n\r\nshort", "ends too soon"),
        (RECORDS[2] + b"\r\n" * 50_000, "only blank lines"),
        (RECORDS[2] + b"nonsense\r\n", "no record begins where one should"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_archives_that_break(tmp_path: Path, data: bytes, what: str, packed: bool) -> None:
    name = "broken.warc.gz" if packed else "broken.warc"
    accounts, problems = all_of(tmp_path, name, gzip.compress(data) if packed else data)
    assert len(accounts) == data.startswith(RECORDS[2])
    assert what in problems[0].what


@pytest.mark.parametrize("cut", [30, 200])
def test_a_box_that_is_cut_off(tmp_path: Path, cut: int) -> None:
    letter = b"From a@dravik.example Mon\nFrom: Dravik Post <desk@dravik.example>\nSubject: Ferry\n\n%s\n\n"
    box = b"".join(letter % sha256(bytes([n])).hexdigest().encode() for n in range(40))
    _, problems = all_of(tmp_path, "box.mbox.gz", gzip.compress(box)[:-cut])
    assert "is damaged after message" in problems[-1].what


def test_a_large_record_is_passed_over(tmp_path: Path) -> None:
    data = record("response", "https://dravik.example/z", answer(b"x" * 300_000)) + RECORDS[2]
    accounts, (problem,) = all_of(tmp_path, "large.warc", data, max_bytes=200_000)
    assert (len(accounts), "1 larger than" in problem.what) == (1, True)


def test_rows(tmp_path: Path) -> None:
    for name in ("rows.jsonl", "rows.jsonl.gz", "rows.parquet"):
        accounts, problems = all_of(tmp_path, name, SAMPLES[name])
        assert ([a.name for a in accounts], problems) == ([f"p{n}" for n in range(5)], [])
        assert accounts[0].outlet == "Dravik Courier"


def test_a_file_of_lines_may_be_larger_than_any_of_them(tmp_path: Path) -> None:
    lines = [json.dumps(ROWS[0]), "x" * 4_000, json.dumps(ROWS[1])]
    accounts, (problem,) = all_of(tmp_path, "rows.jsonl", "\n".join(lines).encode(), max_bytes=1_000)
    assert [a.name for a in accounts] == ["p0", "p1"]
    assert problem.what == "has more than the 1,000 bytes read"
    assert problem.where.endswith("line 2")


def test_a_packed_file_is_bounded(tmp_path: Path) -> None:
    for name in ("map.xml.gz", "feed.json.gz", "text.txt.gz"):
        _, (problem,) = all_of(tmp_path, name, gzip.compress(bytes(5_000_000)), max_bytes=100_000)
        assert problem.what == "has more than 100,000 bytes"


# -- hostile XML --

LAUGHS = "<!DOCTYPE rss [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
)
QUADRATIC = f"<!DOCTYPE rss [<!ENTITY a '{'a' * 50_000}'>"
OUTSIDE = "<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>"


@pytest.mark.parametrize("declared", [LAUGHS, QUADRATIC, OUTSIDE], ids=["laughs", "quadratic", "outside"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", ["rss", "opml", "urlset", "nitf", "newsItem"])
def test_entities_are_never_opened(tmp_path: Path, declared: str, encoding: str, name: str) -> None:
    text = f"{declared.replace('rss', name, 1)}]><{name}><channel><title>{'&a;' * 10_000}</title></channel></{name}>"
    accounts, (problem,) = all_of(tmp_path, "bad.xml", text.encode(encoding))
    assert accounts == []
    assert problem.what == "declares a document type with entities of its own, which are not read"


@pytest.mark.parametrize("name", ["rss", "opml", "urlset", "nitf", "newsItem", "html"])
def test_deep_nesting_is_bounded(tmp_path: Path, name: str) -> None:
    accounts, problems = all_of(tmp_path, "deep.xml", (f"<{name}>" + "<a>" * 60_000).encode())
    assert accounts == []
    assert problems


def test_a_feed_of_tags_without_end_is_refused(tmp_path: Path) -> None:
    _, (problem,) = all_of(tmp_path, "tags.xml", b"<rss>" + b"<item/>" * 150_000)
    assert problem.what == "has more than 100,000 tags"


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "map.xml", "item.newsml.xml", "item.nitf"])
@pytest.mark.parametrize("sign", ["&#xD800;", "&#57343;", "&#0;", "&#x110000;", f"&#{'9' * 300};"])
def test_references_to_no_character(tmp_path: Path, name: str, sign: str) -> None:
    """libxml2 mends what is damaged, lets such references by, and cannot give the text they stand in."""
    data = (
        SAMPLES[name].decode().replace("Bridge", f"Bridge {sign}").replace("crack", f"crack {sign}").encode()
    )
    accounts, problems = all_of(tmp_path, name, data)
    assert accounts or problems
    assert "".join(f"{a.text}{a.title}" for a in accounts).encode().count(
        "\N{REPLACEMENT CHARACTER}".encode()
    ) >= len(accounts)


# -- damage --


def parts(data: bytes) -> Iterator[bytes]:
    """A file cut off at some fifty places, and with a byte changed at others."""
    step = max(1, len(data) // 50)
    for end in range(1, len(data), step):
        yield data[:end]
    for at in range(0, len(data), step * 2):
        yield data[:at] + bytes([data[at] ^ 0x2A]) + data[at + 1 :]


@pytest.mark.parametrize("name", SAMPLES)
def test_damaged_files_are_problems_or_less(tmp_path: Path, name: str) -> None:
    limits = Ingest(min_words=1)
    for data in parts(SAMPLES[name]):
        (tmp_path / name).write_bytes(data)
        for item in stream([tmp_path / name], settings=limits):
            assert isinstance(item, Witness | Problem)


OPENINGS: list[bytes] = [data[:n] for data in SAMPLES.values() for n in (6, 60, 300)]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(SAMPLES)), st.sampled_from([b"", *OPENINGS]), st.binary(max_size=300))
def test_any_bytes_are_problems_or_less(tmp_path: Path, name: str, opening: bytes, data: bytes) -> None:
    (tmp_path / name).write_bytes(opening + data)
    for item in stream([tmp_path / name], settings=Ingest(min_words=1)):
        assert isinstance(item, Witness | Problem)


READERS: list[Callable[[Source], Any]] = [read_feed, read_opml, read_sitemap]


@pytest.mark.parametrize("reader", READERS)
@given(st.text(max_size=200))
def test_any_text_is_a_list_or_an_error(reader: Callable[[Source], Any], text: str) -> None:
    try:
        reader(source(f"<rss><channel><item>{text}"))
    except InputError as error:
        assert error.what


@pytest.mark.parametrize(
    "unit", ["1", "a@", "a ", "(", "&lt;", "&amp;", "a@b (", "http://", "… ", "read more ", "\n"]
)
@pytest.mark.parametrize("element", ["author", "pubDate", "title", "link", "description", "source", "guid"])
def test_a_field_of_any_length_costs_one_pass(element: str, unit: str) -> None:
    """An author of 200,000 digits took six minutes: each might have begun an e-mail address."""
    text = f"<rss><channel><item><{element}>{(unit * 60_000)[:60_000]}</{element}></item></channel></rss>"
    begun = process_time()
    list(read_source(source(text), Ingest()))
    assert process_time() - begun < 2
