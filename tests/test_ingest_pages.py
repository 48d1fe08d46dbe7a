"""Web pages, PDF and Word documents: text, kinds, metadata, and pages built to hurt."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from consilience.ingest import read
from consilience.ingest.draft import Draft, Source
from consilience.ingest.html import read_html
from consilience.ingest.nesting import flatten
from consilience.ingest.pagemeta import page_metadata
from consilience.ingest.readers import kind
from consilience.model import Problem, Witness
from consilience.settings import Ingest

FIRST = "The bridge at Seahaven was closed on Monday after engineers found a crack in its main span."
SECOND = "The crack is forty centimetres long, and it was found during an inspection on Sunday night."
THIRD = "Ferries will run every ten minutes until the bridge can be used again, the harbour master said."
QUOTE = "We will not reopen it until we are certain that it will bear a lorry and a bus at once."
PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Bridge closed | The Example Post</title>
<link rel="canonical" href="/2031/bridge"><meta property="og:site_name" content="The Example Post">
<meta property="og:title" content="Seahaven bridge closed after crack is found">
<meta name="author" content="Ann Poe"><meta property="article:published_time" content="2031-05-06T10:20:00+00:00">
</head><body><nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article><h1>Seahaven bridge closed after crack is found</h1><p>{FIRST}</p>
<p>{SECOND} The <a href="https://port.example/statement#top">statement</a> gave no date.</p>
<h2>Ferries</h2><p>{THIRD}</p><blockquote><p>{QUOTE}</p></blockquote><p>Raj Lal</p><p>{FIRST.replace("Monday", "May Day")}</p>
</article><footer>© 2031 The Example Post</footer></body></html>"""


def account(tmp_path: Path, name: str, data: bytes) -> Witness:
    """The account in one file."""
    (tmp_path / name).write_bytes(data)
    (found,), problems = read([tmp_path / name])
    assert problems == ()
    return found


def kinds(found: Witness) -> list[tuple[str, str]]:
    """Kind and opening words of each region."""
    return [(r.kind, found.text[r.start : r.end][:24]) for r in found.regions]


def test_a_page(tmp_path: Path) -> None:
    found = account(tmp_path, "page.html", PAGE.encode())
    assert found.text.split("\n\n")[:2] == ["Seahaven bridge closed after crack is found", FIRST]
    assert (found.outlet, found.authors, found.published) == (
        "The Example Post",
        ("Ann Poe",),
        "2031-05-06T10:20:00Z",
    )
    assert found.title == "Seahaven bridge closed after crack is found"
    assert found.links == ("https://port.example/statement",)
    assert {e.field: e.how for e in found.evidence} == {
        "title": "meta og:title", "outlet": "meta og:site_name", "authors": "meta author",
        "published": "meta article:published_time",
    }  # fmt: skip
    assert ("title", "Seahaven bridge closed a") in kinds(found)
    assert ("body", "Ferries") in kinds(found)
    assert ("quotation", QUOTE[:24]) in kinds(found)
    assert ("attribution", "Raj Lal") in kinds(found)
    assert "Home" not in found.text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-15"])
def test_encoding_of_a_page(tmp_path: Path, encoding: str) -> None:
    page = PAGE.replace('charset="utf-8"', f'charset="{encoding}"').replace(
        "Ferries will", "Fähren – they will"
    )
    assert "Fähren – they will" in account(
        tmp_path, "a.html", page.replace("–", "-").encode(encoding)
    ).text.replace("-", "–")


def test_linked_data_goes_before_meta_elements() -> None:
    from lxml import html

    data = {"@graph": [{"@type": "WebSite", "name": "x"}, {
        "@type": ["NewsArticle"], "headline": "Bridge &#8211; closed", "datePublished": "2031-05-06",
        "author": [{"@type": "Person", "name": "Ann Poe"}, {"name": "The Example Post"}],
        "publisher": {"name": "The Example Post"},
    }]}  # fmt: skip
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    tree = html.fromstring(
        f'<html><head>{script}<meta property="og:title" content="Other"></head><body/></html>'
    )
    fields, evidence = page_metadata(tree, "https://post.example/bridge")
    assert fields == {
        "outlet": "The Example Post", "title": "Bridge – closed", "authors": ("Ann Poe",), "published": "2031-05-06",
        "url": "https://post.example/bridge",
    }  # fmt: skip
    assert [e.how for e in evidence][:2] == ["JSON-LD publisher", "JSON-LD headline"]


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": [], "author": {"x": 1}}</script>',
        '<script type="application/ld+json">' + "[" * 5000 + "</script>",
        '<meta property="article:published_time" content="yesterday"><link rel="canonical" href="http://[">',
        "<title></title>",
    ],
)
def test_odd_metadata_is_unknown(head: str) -> None:
    found = read_html(Source("a", "a", ".html", PAGE.replace("<head>", f"<head>{head}").encode()), Ingest())
    assert isinstance(found, Draft)
    assert found.title == "Seahaven bridge closed after crack is found"


@pytest.mark.parametrize("tag", ["div", "blockquote", 'div a="<"'])
def test_a_page_nested_100000_deep(tag: str) -> None:
    page = f"<html><body>{f'<{tag}>' * 100_000}<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
    found = read_html(Source("a", "a", ".html", page.encode()), Ingest())
    assert isinstance(found, Draft)
    assert FIRST in found.text
    assert found.problems[0].what.startswith("nests too deep: ")


@pytest.mark.parametrize("tag", ["table><tr><td", "ul><li"])
def test_lists_and_tables_nest_by_more_than_one(tag: str) -> None:
    page = f"<html><body>{f'<{tag}>' * 20_000}<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
    found = read_html(Source("a", "a", ".html", page.encode()), Ingest())
    assert isinstance(found, Draft)
    assert FIRST in found.text


@pytest.mark.parametrize("junk", ['<a "', "<a ='<a =\"", "<", "<!--", "<script>", "<div/", "<p><li><td>"])
def test_broken_tags_cost_one_pass(junk: str) -> None:
    page = junk * 100_000 + FIRST
    assert flatten(page, 100) == (page, 0)


@given(st.text(alphabet="<>/ab=\"' !-p", max_size=200))
def test_a_shallow_page_is_left_alone(page: str) -> None:
    assert flatten(page, 200) == (page, 0)
    assert flatten(flatten(page, 2)[0], 2)[1] == 0


# -- PDF --


def pdf(pages: list[list[tuple[float, float, str]]], title: str = "") -> bytes:
    """A PDF whose pages hold lines as (size, base line, words)."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for page in pages:
        body = "\n".join(f"BT /F1 {size} Tf 72 {base} Td ({words}) Tj ET" for size, base, words in page)
        objects.append(f"<< /Length {len(body)} >>\nstream\n{body}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate([*objects, f"<< /Title ({title}) >>"], 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    rows = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(offsets) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{rows}".encode() + trailer.encode()


LETTER = [
    [
        (8, 800, "Example Letter 2031"),
        (20, 760, "Bridge closed at Seahaven"),
        (11, 730, "The bridge at Seahaven was closed on Monday after engineers found a"),
        (11, 716, "crack in its main span. The crack is forty centi-"),
        (11, 702, "metres long."),
        (11, 680, "Ferries will run every ten minutes until the bridge can be used again,"),
        (8, 40, "page 1"),
    ],
    [
        (8, 800, "Example Letter 2031"),
        (11, 760, "the harbour master said on Monday in a short statement to the town."),
        (8, 40, "page 2"),
    ],
]


def test_a_pdf_has_its_paragraphs_back(tmp_path: Path) -> None:
    found = account(tmp_path, "letter.pdf", pdf(LETTER, "Bridge closed at Seahaven"))
    body = [found.text[r.start : r.end] for r in found.regions if r.kind == "body"]
    assert body == [
        "The bridge at Seahaven was closed on Monday after engineers found a crack in its main span. "
        "The crack is forty centimetres long.\n\nFerries will run every ten minutes until the bridge can be used "
        "again, the harbour master said on Monday in a short statement to the town."
    ]
    assert found.title == "Bridge closed at Seahaven"
    dull = [found.text[r.start : r.end] for r in found.regions if r.kind == "boilerplate"]
    assert "page 2" in " ".join(dull)


def test_a_pdf_title_that_the_text_does_not_show_is_not_taken(tmp_path: Path) -> None:
    assert (
        account(tmp_path, "a.pdf", pdf(LETTER, "Microsoft Word - draft7")).title
        == "Bridge closed at Seahaven"
    )


def problem(tmp_path: Path, name: str, data: bytes, settings: Ingest | None = None) -> str:
    """What is said of a file that cannot be read, beside one that can."""
    (tmp_path / name).write_bytes(data)
    (tmp_path / "good.txt").write_text(f"{FIRST}\n\n{SECOND}\n")
    accounts, problems = read([tmp_path], settings=settings or Ingest())
    assert [a.name for a in accounts] == ["good"]
    return problems[0].what


def test_an_encrypted_pdf(tmp_path: Path) -> None:
    for owner_only in (False, True):
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(LETTER))))
        writer.encrypt("" if owner_only else "secret", "owner", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)
        if owner_only:
            assert "forty centimetres" in account(tmp_path, "open.pdf", out.getvalue()).text
        else:
            assert problem(tmp_path, "closed.pdf", out.getvalue()) == "is encrypted"
            (tmp_path / "closed.pdf").unlink()
            (tmp_path / "good.txt").unlink()


@pytest.mark.parametrize("cut", [20, 300, 900])
def test_a_damaged_pdf_is_read_or_said(cut: int) -> None:
    from consilience.ingest.documents import read_pdf

    data = pdf(LETTER)
    for broken in (data[:cut], data[:cut] + b"\xff" * 40 + data[cut + 40 :]):
        found = read_pdf(Source("a", "a.pdf", ".pdf", broken), Ingest())
        assert isinstance(found, Draft) or found.what


def test_a_pdf_without_text(tmp_path: Path) -> None:
    assert problem(tmp_path, "scan.pdf", pdf([[]])) == "holds no text (a scan?)"


# -- Word --

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(paragraphs: list[tuple[str, str]], *, entity: str = "") -> bytes:
    """A Word document of (style, words)."""
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>'
        for style, words in paragraphs
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml",
            f'<?xml version="1.0"?>{entity}<w:document xmlns:w="{WORD}">{body}</w:document>',
        )
    return out.getvalue()


def test_a_word_document(tmp_path: Path) -> None:
    found = account(tmp_path, "a.docx", docx([
        ("Title", "Bridge closed at Seahaven"), ("Normal", FIRST), ("Heading2", "Ferries"), ("Normal", THIRD),
        ("Quote", QUOTE), ("Normal", "Raj Lal"), ("Normal", SECOND),
    ]))  # fmt: skip
    assert found.title == "Bridge closed at Seahaven"
    assert kinds(found)[-3:] == [("quotation", QUOTE[:24]), ("attribution", "Raj Lal"), ("body", SECOND[:24])]


def test_a_word_document_that_unpacks_to_too_much(tmp_path: Path) -> None:
    bomb = docx([("Normal", "a " * 500_000)])
    assert len(bomb) < 20_000
    assert "unpacks to 1,000," in problem(tmp_path, "a.docx", bomb, Ingest(max_bytes=100_000))


def test_a_word_document_cannot_multiply_its_words(tmp_path: Path) -> None:
    entity = '<!DOCTYPE x [<!ENTITY a "word word word ">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ) + "]>"  # fmt: skip
    assert problem(tmp_path, "a.docx", docx([("Normal", "&i;")], entity=entity)).split(" (")[0] in (
        "is a damaged or encrypted Word document", "holds no text",
    )  # fmt: skip


def test_a_word_document_that_is_all_fallback(tmp_path: Path) -> None:
    markup = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f'<c:Fallback xmlns:c="{markup}"/>')
    assert problem(tmp_path, "a.docx", out.getvalue()) == "holds no text"


def test_a_file_is_known_by_its_first_bytes() -> None:
    assert kind(Source("a", "a", "", pdf(LETTER))) == ".pdf"
    assert kind(Source("a", "a", "", docx([]))) == ".docx"
    assert kind(Source("a", "a", "", b'{"text": "x"}\n')) == ".json"
    assert kind(Source("a", "a", "", b"[sic] he said")) == ".txt"
    assert kind(Source("a", "a", "", b"x", media_type="text/html")) == ".html"


def test_markdown(tmp_path: Path) -> None:
    text = (
        "---\ntitle: Bridge closed\nauthor: Ann Poe\ndate: 2031-05-06\ntags: [bridge]\n---\n\n# Bridge closed\n\n"
        f"{FIRST} See [the statement](https://port.example/s).\n\n![a bridge](b.png)\n\n> {QUOTE}\n>\n> — Raj Lal\n\n{SECOND}\n"
    )
    found = account(tmp_path, "a.md", text.encode())
    assert found.text == text
    assert (found.title, found.authors, found.published) == ("Bridge closed", ("Ann Poe",), "2031-05-06")
    assert found.links == ("https://port.example/s",)
    assert kinds(found) == [
        ("boilerplate", "---\ntitle: Bridge closed"), ("title", "Bridge closed"), ("body", FIRST[:24]),
        ("caption", "![a bridge](b.png)"), ("quotation", QUOTE[:24]), ("attribution", "— Raj Lal"), ("body", SECOND[:24]),
    ]  # fmt: skip
    assert not isinstance(found, Problem)
