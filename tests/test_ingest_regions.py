"""Lines of a text and their kinds; bylines, dates and datelines; what the text says of itself."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.ingest.bylines import author_note, byline, dateline, day, stamp
from consilience.ingest.draft import Draft
from consilience.ingest.lines import LINE, lines
from consilience.ingest.metadata import complete, language
from consilience.ingest.regions import label

CASES = Path(__file__).parent / "cases" / "ingest_regions.txt"


def cases() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each block of the file: its name, and its lines as (kind, words); a blank line is ("", "")."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in CASES.read_text("utf-8").split("\n"):
        if line.startswith("== "):
            found.append((line[3:], []))
        elif found and not line.startswith("#"):
            kind, _, words = line.partition("\t")
            found[-1][1].append((kind, words))
    return found


def page(rows: list[tuple[str, str]]) -> str:
    """The page that the rows of a case make up."""
    return "\n".join(words for _, words in rows).replace(" >> \n", " ").strip("\n") + "\n"


@pytest.mark.parametrize(("name", "rows"), cases(), ids=[name for name, _ in cases()])
def test_lines_have_their_kinds(name: str, rows: list[tuple[str, str]]) -> None:
    text = page(rows)
    got = [
        (region.kind, words.strip())
        for region in label(text)
        for words in text[region.start : region.end].split("\n")
        if words.strip()
    ]
    want = [(kind, words.removesuffix(" >> ").removesuffix(" —").strip()) for kind, words in rows if kind]
    assert got == want


PIECES = """Advertisement|03:24|By Ann Poe|6 May 2031|“It is not safe at all, not today.”|Ann Poe||
Ferry crews warn of a winter without boats|The bridge was closed on Monday, the harbour said.|• one
SEAHAVEN (AP) — The bridge fell on Monday.|مرحبا بالعالم|桥梁今天重新开放。|e\u0301|> “No.”|# One|**Two**|***""".replace(
    "\n", "|"
)
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES.split("|")), st.text(max_size=40)), max_size=30).map(
    "\n".join
)


@given(TEXTS, st.booleans())
def test_regions_are_ordered_apart_and_cover_every_line(text: str, markdown: bool) -> None:
    regions = label(text, markdown=markdown)
    assert all(0 <= r.start < r.end <= len(text) for r in regions)
    assert all(a.end <= b.start for a, b in pairwise(regions))
    covered = {i for r in regions for i in range(r.start, r.end)}
    for line in lines(text, markdown=markdown):
        assert line.text == text[line.start : line.end]
        assert covered & set(range(line.start, line.end))
    if not markdown:
        solid = [
            m.start() + n for m in LINE.finditer(text) for n, c in enumerate(m.group()) if not c.isspace()
        ]
        assert {i for i in solid if text[i] not in "—–-: "} <= covered


@given(st.text(max_size=200))
def test_line_rules_never_fail(text: str) -> None:
    for rule in (byline, author_note, day, stamp, dateline, language):
        rule(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Ann Poe", ("Ann Poe",)),
        ("BY ANN POE AND RAJ LAL", ("Ann Poe", "Raj Lal")),
        ("By Ann Poe on Netter’s Quay", ("Ann Poe",)),
        ("By Ludo van der Quill, Example Post", ("Ludo van der Quill",)),
        ("Author: Ann Poe", ("Ann Poe",)),
        ("By our harbour correspondent", ()),
        ("By the Example Post desk · 5 May 2031", ()),
        ("By Monday morning the bridge was shut", None),
        ("By Tuesday Evening", None),
        ("By and large the ferries ran on time.", None),
    ],
)
def test_bylines(text: str, names: tuple[str, ...] | None) -> None:
    assert byline(text) == names


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Published 5 May 2031", "2031-05-05"),
        ("Tuesday, 14 October 2031, 11:30", "2031-10-14"),
        ("Oct. 14, 2031 | 11.30 a.m. GMT", "2031-10-14"),
        ("2031-05-06T10:20:00Z", "2031-05-06T10:20:00Z"),
        ("No. 41 · Friday, 17 October 2031", "2031-10-17"),
        ("05/06/2031", None),
        ("30 February 2031", None),
        ("On 5 May 2031 the bridge was closed", None),
        ("Bridge closed since 5 May 2031", None),
    ],
)
def test_date_lines(text: str, iso: str | None) -> None:
    found = stamp(text)
    assert (found[0] if found else None) == iso


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("SEAHAVEN, Marland, Oct. 14 (MNA) - A bridge was closed.", "SEAHAVEN, Marland, Oct. 14 (MNA)"),
        ("NEW SEAHAVEN (AP) — A bridge was closed.", "NEW SEAHAVEN (AP)"),
        ("Seahaven (Reuters) A bridge was closed.", "Seahaven (Reuters)"),
        ("(CNN) A bridge was closed.", "(CNN)"),
        ("The Seahaven Union (SU) said it would not.", None),
        ("Sen. Ann Poe (R-MA) The senator said no.", None),
        ("The Associated Press (AP) reported a crack.", None),
        ("The Movement for Bridges (see below) was founded.", None),
        ("Ann Poe - who runs the ferries - said no.", None),
        ("A bridge was closed.", None),
    ],
)
def test_datelines(text: str, head: str | None) -> None:
    cut = dateline(text)
    assert (text[: cut[0]] if cut else None) == head


BODY = "The bridge at Seahaven was closed on Monday, 5 May 2031, the port authority said in a statement. "


def witness(text: str, **fields: object) -> object:
    return complete(Draft("a", "a.txt", text), fields, "a")


def test_a_date_in_a_sentence_is_not_the_date_of_publication() -> None:
    assert complete(Draft("post", "post.txt", BODY * 3), {}, "post").published is None


def test_what_is_unknown_stays_unknown() -> None:
    found = complete(Draft("example-post", "example-post.com.txt", BODY * 3), {}, "example-post")
    assert (found.title, found.outlet, found.authors, found.published, found.evidence) == (
        None,
        None,
        (),
        None,
        (),
    )


def test_each_field_of_the_text_has_its_evidence() -> None:
    text = (
        "Seahaven bridge closed after crack\n\nBy Ann Poe | 6 May 2031\n\n" + BODY * 2
        + "\n\nAnn Poe is the harbour reporter of The Example Post, follow her on Twitter @annpoe.\n"
    )  # fmt: skip
    found = complete(Draft("a", "a.txt", text), {}, "a")
    assert (found.title, found.authors) == ("Seahaven bridge closed after crack", ("Ann Poe",))
    assert (found.outlet, found.published) == ("The Example Post", "2031-05-06")
    assert [e.field for e in found.evidence] == ["title", "outlet", "authors", "published"]
    places = {e.field: text[e.start : e.end] for e in found.evidence if e.start is not None}
    assert places["outlet"] == "The Example Post"
    assert places["published"] == "6 May 2031"
    assert places["title"] == found.title


def test_copyright_of_an_agency_is_not_the_outlet() -> None:
    tail = "\n\nCopyright 2031 {}. All rights reserved.\n"
    assert complete(Draft("a", "a", BODY * 2 + tail.format("The Associated Press")), {}, "a").outlet is None
    assert complete(Draft("a", "a", BODY * 2 + tail.format("Example Post")), {}, "a").outlet == "Example Post"


def test_language_is_told_with_and_without_the_model() -> None:
    assert language(BODY) == "en"
    assert language("Die Brücke in Seehafen wurde am Montag gesperrt, teilte die Hafenbehörde mit.") == "de"
    assert language("كان الجسر مغلقا يوم الاثنين بعد العثور على شق في وسطه") == "ar"
    assert language("3 : 4") is None


@pytest.mark.parametrize(
    "unit", ["x", "“", "x ", " " * 50 + "#", "*", ">", "By Ann ", "1 ", "Ann.", "- ", "(", "Aa "]
)
def test_a_line_of_any_length_costs_one_pass(unit: str) -> None:
    text = (unit * 400_000)[:400_000] + "x"
    assert label(text, markdown=True)
    assert complete(Draft("a", "a", text), {}, "a").regions


def test_a_line_that_can_be_read_in_many_ways_is_read_once() -> None:
    """Each "sat" was a day, a zone and half of another: three to the twentieth readings."""
    begun = process_time()
    assert stamp("2031-05-05 " + "sat " * 18 + "é") is None
    assert dateline("A-" * 80) is None
    assert process_time() - begun < 0.5
