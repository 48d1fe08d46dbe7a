"""What a query means, and what a search finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_sample import entry, story, witness

from consilience.errors import InputError
from consilience.model import (
    Annotated,
    Mention,
    Point,
    Reading,
    Span,
    Speaker,
    Statement,
    Witness,
    tagged_hash,
)
from consilience.store import Library, search
from consilience.store.codec import name_key
from consilience.store.query import cover, days_of, parse

NEWS = {
    "flood": (
        "Dam at Melden holds", "The Melden Post", "2031-05-06T01:30+03:00",
        "The dam held through the night. “We were lucky,” Ann Poe said. Raj Lal blamed the Ostra pumps.",
    ),
    "vote": (
        "Council votes on pumps", "The Ostra Hour", "2031-06-01",
        "Councillors voted to buy new pumps in Ostra. Ann Poe said that “the dam needs no pumps”. Zoë Ünal abstained.",
    ),
    "fair": (
        "Harvest fair opens", "The Melden Post", "2032-01-02",
        "The fair opened under rain. No dam was discussed, nobody voted, and the elections are far off.",
    ),
}  # fmt: skip
SAID = {
    "flood": [("We were lucky", "Ann Poe", ()), ("the Ostra pumps", "Raj Lal", ("Ostra",))],
    "vote": [("the dam needs no pumps", "Ann Poe", ())],
    "fair": [],
}
NAMES = {
    "flood": {"person": ("Ann Poe", "Raj Lal"), "place": ("Melden", "Ostra")},
    "vote": {"person": ("Ann Poe", "Zoë Ünal"), "place": ("Ostra",)},
    "fair": {},
}


def account(name: str) -> Witness:
    title, outlet, published, body = NEWS[name]
    return witness(
        0, name=name, text=f"{title}\n\n{body}", title=title, outlet=outlet, published=published, url=None
    )


def annotated(name: str) -> Annotated:
    got = account(name)

    def span(words: str) -> Span:
        at = got.text.index(words)
        return Span(got.id, at, at + len(words))

    statements = tuple(
        Statement(
            tagged_hash("s1", got.id, words), (span(words),), (), Speaker((), who.split()[-1], f"person:{who}"),
            "direct", (*via, who),
        )
        for words, who, via in SAID[name]
    )  # fmt: skip
    mentions = tuple(
        Mention(
            "m1:",
            span(n.split()[0] if kind == "person" else n) if n in got.text else Span(got.id, 0, 1),
            kind,
            f"{kind}:{n}",
        )
        for kind, names in NAMES[name].items()
        for n in names
    )
    return Annotated(got, (), (), mentions, statements)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("search") / "news.library", create=True) as opened:
        with opened.writing() as writer:
            for number, name in enumerate(NEWS):
                writer.add(entry(account(name), story(number // 2), 22_400.0 + number))
                writer.annotated(account(name).id, "v1", annotated(name))
            reading = Reading("the dam held", (Span(account("flood").id, 20, 32),), "dam hold")
            writer.pointed(
                story(0),
                "k",
                [Point("p1:a", story(0), "The dam held.", "event", (reading,), low=2, high=3)],
                None,
            )
        yield opened


def found(library: Library, query: str, kind: str = "account") -> list[str]:
    hits = library.search(query, [kind]).hits
    return [library.account(str(h.account)).witness.name for h in hits]


# -- what is found --


ACCOUNTS = {
    "dam": {"flood", "vote", "fair"},
    "dam pumps": {"flood", "vote"},
    "DÄM": {"flood", "vote", "fair"},
    "pump": {"flood", "vote"},  # the singular finds the plural
    '"dam held"': {"flood"},
    '"held dam"': set(),
    "dam -pumps": {"fair"},
    'dam -"needs no pumps"': {"flood", "fair"},
    "dam NOT pumps": {"fair"},
    "lucky OR fair": {"flood", "fair"},
    "rain OR lucky dam": {"flood", "fair"},
    "elect*": {"fair"},
    "elec*": {"fair"},
    "outlet:melden": {"flood", "fair"},
    'outlet:"Melden Post" rain': {"fair"},
    "-outlet:melden dam": {"vote"},
    "title:dam": {"flood"},
    "person:poe": {"flood", "vote"},
    'person:"Zoe Unal"': {"vote"},
    'person:"unal, zoë"': {"vote"},
    "place:ostra": {"flood", "vote"},
    "place:ostra outlet:hour": {"vote"},
    "speaker:lal": {"flood"},
    'said:"Ann Poe" pumps': {"flood", "vote"},
    "on:2031-05-06": {"flood"},  # as it is written, though it was the fifth in UTC
    "on:2031-05-05": set(),
    "on:2031-05": {"flood"},
    "on:2031": {"flood", "vote"},
    "after:2031-06-01": {"vote", "fair"},
    "before:2031-06-01": {"flood"},
    "after:2031-05-06 before:2032": {"flood", "vote"},
    "dam after:2040": set(),
    "language:en": {"flood", "vote", "fair"},
    "language:fr dam": set(),
    "kind:account fair": {"fair"},
    "kind:statement fair": set(),
    "ostra hour": {"vote"},
}


@pytest.mark.parametrize("query", ACCOUNTS)
def test_accounts_found(library: Library, query: str) -> None:
    assert set(found(library, query)) == ACCOUNTS[query]


STATEMENTS = {
    "dam": ["vote"],
    "speaker:poe": ["vote", "flood"],
    "speaker:poe lucky": ["flood"],
    "who said something about pumps?": ["flood", "vote"],
    "what did Ann Poe say about the dam?": ["vote"],
    "What has Poe said?": ["vote", "flood"],
    "what did Raj Lal say about dams?": [],
    "who said that the pumps need rain": ["flood", "vote"],  # not all of the words, so one
    "place:ostra": ["flood"],
    "outlet:hour pumps": ["vote"],
    "title:dam": [],
    "pumps before:2031-06": ["flood"],
}


@pytest.mark.parametrize("query", STATEMENTS)
def test_statements_found(library: Library, query: str) -> None:
    assert sorted(found(library, query, "statement")) == sorted(STATEMENTS[query])


def test_points_found(library: Library) -> None:
    (hit,) = library.search("dam held", ["point"]).hits
    assert (hit.snippet, [hit.snippet[a:b] for a, b in hit.spans]) == ("The dam held.", ["dam", "held"])
    assert library.search("dam on:2031-05", ["point"]).hits
    assert not library.search("dam after:2033", ["point"]).hits
    assert not library.search("outlet:melden dam", ["point"]).hits


def test_a_story_is_searched(library: Library) -> None:
    short = story(0)[3:9]
    assert set(found(library, f"story:{short} dam")) == {"flood", "vote"}
    assert set(found(library, f"story:{short}")) == {"flood", "vote"}
    assert set(found(library, f"story:{short} pumps", "statement")) == {"flood", "vote"}
    assert found(library, f"story:{story(1)} pumps", "statement") == []
    nothing = library.search("story:ffffffff dam")
    assert not nothing.hits
    assert "there is no story" in nothing.notes[0]


def test_a_title_counts_more_than_a_text(library: Library) -> None:
    assert found(library, "dam")[0] == "flood"
    assert found(library, "fair") == ["fair"]


def test_hits_show_where(library: Library) -> None:
    for query in ("dam pumps", "lucky", "speaker:poe", "outlet:post", "on:2031-05-06", '"no pumps"', "votes"):
        for hit in library.search(query, ["account", "statement"]).hits:
            text = library.account(str(hit.account)).witness.text
            assert hit.snippet == text[hit.start : hit.end]
            assert all(hit.start <= a < b <= hit.end for a, b in hit.spans)
    (hit,) = library.search("vote", ["account"], limit=1).hits
    text = library.account(str(hit.account)).witness.text
    assert {text[a:b].lower() for a, b in hit.spans} <= {"votes", "voted"}
    assert hit.spans


def test_spans_count_code_points(tmp_path: Path) -> None:
    text = "𝔐𝔐 \x00 \ud800 — “é̈” " + "long before it. " * 40 + "The wéir broke at 𝔐elden."
    with Library.open(tmp_path / "a.library", create=True) as library:
        with library.writing() as writer:
            writer.add(entry(witness(1, text=text, title=None), story(0)))
        (hit,) = library.search("weir").hits
        assert [text[a:b] for a, b in hit.spans] == ["wéir"]
        assert "long before" in hit.snippet
        assert hit.start > 0
        (hit,) = library.search('"it the weir"').hits
        assert text[hit.spans[0][0] : hit.spans[-1][1]] == "it. The wéir"


def test_pages_and_totals(library: Library) -> None:
    whole = library.search("dam OR pumps")
    assert {t.kind: (t.count, t.exact) for t in whole.totals} == {
        "account": (3, True), "statement": (2, True), "point": (1, True),
    }  # fmt: skip
    parts = [library.search("dam OR pumps", limit=2, offset=n).hits for n in (0, 2, 4, 6)]
    assert [h for part in parts for h in part] == list(whole.hits)
    assert library.search("dam", limit=0).hits == ()
    with pytest.raises(InputError, match="unknown kind"):
        library.search("dam", ["page"])


def test_too_many_matches_are_bounded_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "POOL", 5)
    with Library.open(tmp_path / "a.library", create=True) as library:
        with library.writing() as writer:
            writer.add(entry(witness(0, title="Weir breaks", text="A weir broke at Melden."), story(0)))
            for number in range(1, 12):
                writer.add(
                    entry(witness(number, text=f"A weir, the weir {number}.", title="River"), story(0))
                )
        got = library.search("weir", limit=20)
        assert got.notes == ("more than 5 accounts match: the 5 added last were ranked",)
        assert next(t for t in got.totals if t.kind == "account").count == 5
        assert not next(t for t in got.totals if t.kind == "account").exact
        assert len(got.hits) == 6
        assert got.hits[0].title == "Weir breaks", "its title brings in one added before"


# -- what a query means --


def test_no_text_is_an_error(library: Library) -> None:
    for query in (
        "", " ", '"', '""', "*", "-", "- -", "(", ")(", "a AND", "OR", "NOT", "a OR OR b", "NEAR(a b)", "a^2", "{title}:x",
        "title:", "on:x", "after:2031-99-99", "before:99999", "kind:", "kind:page", "story:", "x:y:z", "'; DROP TABLE account",
        'outlet:"', "a" * 5000, "a " * 5000, "\x00", "\ud800", "dam\x00held", "-dam", "who said", "what did say", "on:0000",
        "person:*", "*a", "a**", "“dam held”", "„dam“", "dam's", "co-op", "日本", "language:", "-language:en dam", "after:9999",
        "before:0001-01-01", "on:9999-12-31", "what did * say about *", "story:zz*", "(dam OR fair) AND (held)",
    ):  # fmt: skip
        library.search(query)
    assert set(found(library, "“dam held”")) == {"flood"}
    assert set(found(library, "(dam held)")) == {"flood"}


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_a_query(library: Library, query: str) -> None:
    library.search(query, limit=2)


@given(
    st.lists(
        st.sampled_from(
            "dam \" * - OR AND NOT ( ) { } : ^ + outlet: said: on:2031 story:ab kind:point who said about what did say NEAR , . ' \x00".split(
                " "
            )
        ),
        max_size=9,
    )
)
def test_any_mixture_is_a_query(library: Library, pieces: list[str]) -> None:
    for joiner in ("", " "):
        library.search(joiner.join(pieces), limit=2)


def test_what_was_not_understood_is_told(library: Library) -> None:
    assert library.search("dam on:someday").notes == ("'someday' is no date and was read as a word",)
    assert "only the first 40" in library.search("dam " * 50).notes[0]
    assert "only the first 1,000 signs" in library.search("said:" * 500).notes[-1]


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 9000), st.integers(0, 20_000))
def test_a_cover_holds_just_its_days(first: date, length: int, probe: int) -> None:
    last = first + timedelta(days=length)
    words = cover(first, last)
    day = date(1985, 1, 1) + timedelta(days=probe)
    marks = [f"xd{day:%Y%m%d}", f"xm{day:%Y%m}", f"xy{day:%Y}"]
    inside = any(m == w or (prefix and m.startswith(w)) for w, prefix in words for m in marks)
    assert inside == (first <= day < last)
    assert len(words) < 110


def test_days() -> None:
    assert days_of("2031") == (date(2031, 1, 1), date(2032, 1, 1))
    assert days_of("2031-12") == (date(2031, 12, 1), date(2032, 1, 1))
    assert [days_of(x) for x in ("2031-13", "2031-02-30", "0000", "9999-12-31", "31", "2031-5-6x")] == [
        None
    ] * 6


def test_a_question_is_no_query_with_fields() -> None:
    assert parse("who said:poe").question is False
    assert parse("who said dam").question is True


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Ann Poe", "ANN POE"), ("Ann Poe", "Dr. Ann Poe"), ("Zoë Ünal", "Zoe Unal"), ("Ann O’Hara", "Ann O'Hara"),
        ("President Ann Poe", "Ann Poe"), ("Mr Ann Poe", "Mrs. Ann Poe"), ("Ann-Lise Poe", "Ann Lise Poe"),
    ],
)  # fmt: skip
def test_names_that_are_one(a: str, b: str) -> None:
    assert name_key(a) == name_key(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [("Ann Q. Poe", "Ann Poe"), ("A. Poe", "Ann Poe"), ("Poe", "Ann Poe"), ("President Poe", "Poe")],
)
def test_names_that_are_not_one_by_themselves(a: str, b: str) -> None:
    assert name_key(a) != name_key(b)


# -- beside a slow oracle --

VOCABULARY = ("kar", "lum", "teb", "vok", "ruh")


def texts(count: int = 60) -> list[str]:
    random = Random(5)
    return [" ".join(random.choices(VOCABULARY, k=random.randint(1, 6))) for _ in range(count)]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("oracle") / "news.library", create=True) as opened:
        with opened.writing() as writer:
            for number, text in enumerate(texts()):
                writer.add(entry(witness(number, text=text, title=None, outlet=None), story(0)))
        yield opened


PHRASES = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=3).map(" ".join)
CLAUSES = st.lists(
    st.tuples(st.booleans(), st.lists(PHRASES, min_size=1, max_size=2)), min_size=1, max_size=3
).filter(lambda clauses: any(not no for no, _ in clauses))


@given(CLAUSES)
def test_what_is_found_is_what_a_slow_search_finds(
    many: Library, clauses: list[tuple[bool, list[str]]]
) -> None:
    query = " ".join(
        f'-"{words[0]}"' if no else " OR ".join(f'"{w}"' for w in words) for no, words in clauses
    )
    wanted = set()
    for number, text in enumerate(texts()):
        padded = f" {text} "
        holds = [any(f" {w} " in padded for w in (words[:1] if no else words)) != no for no, words in clauses]
        if all(holds):
            wanted.add(f"report-{number}")
    results = many.search(query, ["account"], limit=100)
    assert {many.account(h.id).witness.name for h in results.hits} == wanted
    assert results.totals[0].count == len(wanted)
    for hit in results.hits:
        assert hit.spans, "each shows why"
