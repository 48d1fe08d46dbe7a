"""What a page, record or feed states about where an account is from: links, addresses, fields, versions."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.ingest import read
from consilience.ingest.addresses import article_address, host, site
from consilience.model import Anchor, Annotated, Upstream, Witness
from consilience.trace import trace
from consilience.trace.credits import find_credits, whole
from consilience.trace.firsthand import any_firsthand
from consilience.trace.outlets import Names, outlet_key, plain, same_outlet
from consilience.trace.translation import kept, may_be_translation
from consilience.trace.versions import same_article, version_pairs

BODY = (
    "The ferry Ilmar ran aground below Kell Point at dawn on Monday, and two tugs were sent from Orlo. "
    "The wardens counted 112 passengers, and all of them were brought ashore before noon in small boats. "
)


def page(head: str, body: str = "") -> str:
    paragraphs = "".join(f"<p>{p}</p>" for p in (body or BODY, BODY.replace("Monday", "that day"), BODY))
    return f"<html><head><title>Ferry aground</title>{head}</head><body><article>{paragraphs}</article></body></html>"


def witness_of(tmp_path: Path, text: str, name: str = "a.html", **entry: str) -> Witness:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    manifest = None
    if entry:
        manifest = tmp_path / "manifest.jsonl"
        manifest.write_text(json.dumps({"file": name, **entry}) + "\n", "utf-8")
    found, problems = read([path], manifest=manifest)
    assert len(found) == 1, problems
    return found[0]


def credits_of(*witnesses: Witness) -> list[tuple[str, str, str]]:
    accounts = [Annotated(w, (), ()) for w in witnesses]
    return [(c.span.witness, c.name, c.kind) for c in find_credits(accounts, ())]


# -- addresses --


@pytest.mark.parametrize(
    "address",
    [
        "https://dravik.example/ferry",
        "http://www.dravik.example/ferry/",
        "https://m.dravik.example/ferry#comments",
        "https://amp.dravik.example/ferry",
        "https://dravik.example/amp/ferry",
        "https://dravik.example/ferry/amp/",
        "https://dravik.example/ferry?utm_source=feed&utm_medium=rss",
        "https://dravik.example/ferry?fbclid=abc",
        "https://DRAVIK.example//ferry/index.html",
        "https://dravik-example.cdn.ampproject.org/c/s/dravik.example/ferry",
        "https://www.google.com/amp/s/dravik.example/ferry",
    ],
)
def test_addresses_of_one_article(address: str) -> None:
    assert article_address(address) == "dravik.example/ferry"


@pytest.mark.parametrize(
    "address",
    [
        "https://dravik.example/ferry-two",
        "https://dravik.example/ferry?page=2",
        "https://dravik.example/Ferry",
        "https://dravik.example/?p=12",
        "https://kell.example/ferry",
        "https://sport.dravik.example/ferry",
        "https://dravik.example/camp/ferry",
    ],
)
def test_addresses_of_another_article(address: str) -> None:
    assert article_address(address) not in ("", "dravik.example/ferry")


@given(st.text(max_size=60))
def test_odd_addresses_do_no_harm(text: str) -> None:
    for address in (text, f"https://{text}", f"https://dravik.example/{text}"):
        form = article_address(address)
        assert article_address(f"https://{form}") == form or not form
        assert isinstance(host(address) + site(address), str)


# -- names --


@pytest.mark.parametrize(
    ("name", "own", "same"),
    [
        ("the Morning Ledger", "The Morning Ledger", True),
        ("Morning Ledger", "morningledger.example", True),
        ("the Ledger", "Morning Ledger", True),
        ("KTRV", "ktrv5.com", True),
        ("KTRV News", "KTRV", True),
        ("BBC", "BBC News", True),
        ("BBC News", "bbc.co.uk", True),
        ("Associated Press", "apnews.com", True),
        ("AP", "The Associated Press", True),
        ("FoxNews.com", "Fox News (Online)", True),
        ("Ledger Herald", "Morning Ledger", False),
        ("Morning Herald", "Morning Ledger", False),
        ("Kell News", "BBC News", False),
        ("Reuters", "AP", False),
        ("CBS", "NBC News", False),
        ("", "Morning Ledger", False),
    ],
)
def test_names_of_one_outlet(name: str, own: str, same: bool) -> None:
    assert same_outlet(name, own) == same


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://www.reuters.com/world/x", "Reuters"),
        ("https://apnews.com/article/x", "AP"),
        ("https://news.bbc.co.uk/1/hi", "BBC"),
        ("https://dravikcourier.example/ferry", "The Dravik Courier"),
        ("https://sport.kell.example/x", "Kell Tribune"),
        ("https://unheard.example/x", "unheard.example"),
        ("https://youtu.be/x", None),
        ("https://en.wikipedia.org/wiki/Ferry", None),
        ("mailto:desk@dravik.example", None),
    ],
)
def test_whose_an_address_is(address: str, name: str | None) -> None:
    outlets = {outlet_key("The Dravik Courier"): "The Dravik Courier"}
    assert Names(outlets, {}, {}, {"kell.example": "Kell Tribune"}).of_address(address) == name


@given(st.text(max_size=40))
def test_odd_names_do_no_harm(text: str) -> None:
    assert isinstance(outlet_key(text) + plain(text), str)
    assert same_outlet(text, text) or not plain(text)
    find_credits([Annotated(Witness("w1:a", "a", f"According to {text}, told {text}. ({text})"), (), ())], ())


@pytest.mark.parametrize(
    "unit", ["A", "A ", "A.", "St. ", "told The ", "'a ", "said ", "according to the the ", "a."]
)
def test_long_odd_texts_take_no_long_time(unit: str) -> None:
    # forty thousand capitals in a row once took a minute: every pattern is bounded
    account = Annotated(Witness("w1:a", "a", unit * (20_000 // len(unit)), outlet="The Ledger"), (), ())
    began = time.perf_counter()
    find_credits([account], ())
    any_firsthand(account)
    assert time.perf_counter() - began < 10


# -- what a page states --


def test_a_canonical_address_at_another_site_is_where_the_account_is_from(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="https://harbourwire.example/1"><meta property="og:url" content="https://kell.example/2">'
    witness = witness_of(tmp_path, page(head))
    assert witness.url == "https://kell.example/2"
    assert witness.upstream == (Upstream(None, "https://harbourwire.example/1", "address", "canonical link"),)
    assert credits_of(witness) == [(witness.id, "harbourwire.example", "address")]


def test_a_canonical_address_is_held_against_the_manifest(tmp_path: Path) -> None:
    head = '<link rel="canonical" href="https://harbourwire.example/1">'
    witness = witness_of(tmp_path, page(head), url="https://kell.example/2")
    assert witness.url == "https://kell.example/2"
    assert credits_of(witness) == [(witness.id, "harbourwire.example", "address")]


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="canonical" href="https://www.kell.example/2">',
        '<link rel="canonical" href="/2"><meta property="og:url" content="https://kell.example/2">',
        '<link rel="canonical" href="https://kell.example/2"><meta property="og:url" content="https://amp.kell.example/2">',
        '<link rel="canonical" href="https://[bad">',
    ],
)
def test_a_canonical_address_at_the_own_site_is_no_credit(tmp_path: Path, head: str) -> None:
    assert credits_of(witness_of(tmp_path, page(head), url="https://kell.example/2")) == []


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<meta name="syndication-source" content="https://www.reuters.com/article/1">', "Reuters"),
        ('<meta name="original-source" content="https://harbourwire.example/1">', "harbourwire.example"),
        ('<meta name="source" content="Harbour Wire">', "Harbour Wire"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry", '
         '"isBasedOn": "https://apnews.com/article/1"}</script>', "AP"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry", '
         '"sourceOrganization": {"@type": "Organization", "name": "Associated Press"}, "publisher": {"name": "Kell Tribune"}}</script>', "AP"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry", '
         '"copyrightHolder": {"name": "Harbour Wire"}, "publisher": {"name": "Kell Tribune"}}</script>', "Harbour Wire"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry", '
         '"copyrightHolder": {"name": "Sundholm Holding"}, "publisher": {"name": "Kell Tribune"}}</script>', None),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry", '
         '"provider": {"name": "The Kell Tribune"}, "publisher": {"name": "Kell Tribune"}}</script>', None),
    ],
)  # fmt: skip
def test_fields_of_a_page_that_name_another_outlet(tmp_path: Path, head: str, name: str | None) -> None:
    witness = witness_of(tmp_path, page(head), url="https://kell.example/2")
    assert [n for _, n, _ in credits_of(witness)] == ([name] if name else [])


def test_a_record_names_its_outlet_and_where_it_is_from(tmp_path: Path) -> None:
    record = {
        "text": BODY,
        "outlet": "Kell Tribune",
        "source": {"name": "Harbour Wire", "url": "https://hw.example"},
    }
    witness = witness_of(tmp_path, json.dumps(record), "a.json")
    assert witness.outlet == "Kell Tribune"
    assert credits_of(witness) == [(witness.id, "Harbour Wire", "feed")]
    alone = witness_of(tmp_path, json.dumps({"text": BODY, "source": "Kell Tribune"}), "b.json")
    assert (alone.outlet, alone.upstream) == ("Kell Tribune", ())


def test_what_is_said_of_the_whole_account_governs_the_whole_account() -> None:
    item = Upstream("Harbour Wire", None, "feed", "field 'source' of the record")
    account = Annotated(
        Witness("w1:a", "a", f"Ferry\n\n{BODY}", outlet="Kell Tribune", upstream=(item,)), (), ()
    )
    (credit,) = find_credits([account], ())
    assert credit.scope.of(account.witness.text) == account.witness.text
    assert credit.span.of(account.witness.text) == "Ferry"
    assert whole(credit, account)


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Reuters", "Reuters"), ("Associated Press", "AP"), ("Reuters Staff", "Reuters"), ("Ann Poe, Reuters", "Reuters"),
        ("AFP", "AFP"), ("Ann Poe", None), ("Petra Poe", None), ("Petra", None), ("Staff", None), ("Dawn", None),
    ],
)  # fmt: skip
def test_agencies_among_the_authors(author: str, name: str | None) -> None:
    witness = Witness("w1:a", "a", BODY, outlet="Kell Tribune", authors=(author,))
    assert credits_of(witness) == ([("w1:a", name, "byline")] if name else [])
    assert not credits_of(replace(witness, outlet=author)) or not name


# -- links --

LINKED = (
    'Two tugs were sent, <a href="https://harbourwire.example/tugs">the wardens said</a>. '
    'The <a href="/older">pier</a> is <a href="https://twitter.com/x/1">closed</a> and will stay so.'
)


def test_a_link_governs_the_sentence_that_holds_it(tmp_path: Path) -> None:
    witness = witness_of(tmp_path, page("", LINKED), url="https://kell.example/2")
    text = witness.text
    assert [text[a.start : a.end] for a in witness.anchors] == ["the wardens said", "closed"]
    assert [c[1:] for c in credits_of(witness)] == [("harbourwire.example", "link")]


def test_places_of_links_survive_a_title_put_first(tmp_path: Path) -> None:
    head = '<meta property="og:title" content="A title that the article does not repeat">'
    witness = witness_of(tmp_path, page(head, LINKED), url="https://kell.example/2")
    assert [witness.text[a.start : a.end] for a in witness.anchors] == ["the wardens said", "closed"]


def test_links_of_markdown_stand_in_the_text(tmp_path: Path) -> None:
    witness = witness_of(tmp_path, f"# Ferry\n\n{BODY}\n\nSee [the log](https://hw.example/log).\n", "a.md")
    (anchor,) = witness.anchors
    assert (witness.text[anchor.start : anchor.end], anchor.url) == ("the log", "https://hw.example/log")


def linking(name: str, url: str, outlet: str, target: str) -> Annotated:
    text = f"{outlet} writes of {name} here and there. See the log of that day for more."
    start = text.index("the log")
    return Annotated(
        Witness(
            f"w1:{name}", name, text, outlet=outlet, url=url, anchors=(Anchor(start, start + 7, target),)
        ),
        (),
        (),
    )


def test_a_link_to_an_account_in_hand_is_an_edge_and_one_to_its_site_is_none() -> None:
    a = linking("rowing", "https://kell.example/1", "Kell Tribune", "https://elsewhere.example/x")
    to_article = linking(
        "sailing", "https://orlo.example/1", "Orlo Post", "http://www.kell.example/1?utm_source=x"
    )
    to_site = linking("diving", "https://sund.example/1", "Sund Herald", "https://kell.example/9")
    edges = {(e.parent, e.child, e.kind) for e in trace([a, to_article, to_site]).edges}
    assert ("w1:rowing", "w1:sailing", "credit") in edges
    assert ("w1:rowing", "w1:diving", "credit") not in edges


def test_a_site_that_one_account_links_to_is_no_node_and_a_known_outlet_is() -> None:
    one = linking("rowing", "https://kell.example/1", "Kell Tribune", "https://elsewhere.example/x")
    two = linking("sailing", "https://orlo.example/1", "Orlo Post", "https://www.reuters.com/x")
    assert [n.label for n in trace([one, two]).nodes if n.kind == "cited"] == ["Reuters"]
    both = linking("diving", "https://sund.example/1", "Sund Herald", "https://elsewhere.example/x")
    cited = [n.label for n in trace([one, two, both]).nodes if n.kind == "cited"]
    assert cited == ["elsewhere.example", "Reuters"]


def test_credits_of_bad_anchors_are_none() -> None:
    witness = Witness(
        "w1:a", "a", "Short.", anchors=(Anchor(3, 90, "https://hw.example/x"), Anchor(2, 2, "x"))
    )
    assert credits_of(witness) == []


# -- versions --

FIRST = Witness("w1:a", "a", BODY, outlet="Kell Tribune", url="https://kell.example/ferry")
OTHER = (
    "Growers in the valley lost half their plums to frost, and the cooperative in Orlo has laid off pickers. "
    "An adviser counselled patience: trees that lost their blossom may bear all the better next year."
)


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"url": "http://www.kell.example/ferry/?utm_source=x"}, True),
        (
            {
                "url": "https://kell.example/ferry",
                "text": BODY + "The pier stays closed until Thursday. " * 3,
            },
            True,
        ),
        ({"url": None, "text": BODY + "Nobody was hurt."}, True),
        ({"url": "https://kell.example/ferry-update", "text": BODY + "Nobody was hurt."}, True),
        ({"url": "https://kell.example/ferry-update", "text": BODY + OTHER * 3}, False),
        ({"url": "https://kell.example/plums", "text": OTHER}, False),
        ({"url": None, "text": OTHER}, False),
        ({"url": "https://kell.example/ferry", "text": OTHER}, False),
        ({"outlet": "Orlo Post"}, False),
        ({"outlet": "Orlo Post", "url": "https://orlo.example/ferry"}, False),
        ({"outlet": None}, True),
        ({"outlet": None, "url": "https://orlo.example/ferry"}, False),
        ({"outlet": "The Kell Tribune", "url": None}, True),
        ({"outlet": "kelltribune.example", "url": None}, True),
    ],
)
def test_versions_of_one_article(fields: dict[str, str | None], same: bool) -> None:
    other = replace(FIRST, id="w1:b", name="b", **fields)  # type: ignore[arg-type]
    assert same_article(FIRST, other) == same
    assert same_article(other, FIRST) == same


def test_a_front_page_is_no_article() -> None:
    weather = "Rain is due on Friday and wind on Saturday, so the market moves into the hall behind the old church. "
    texts = BODY + OTHER, BODY + weather * 2
    for url, same in (("https://kell.example/ferry", True), ("https://kell.example/", False)):
        one, two = (replace(FIRST, id=f"w1:{n}", url=url, text=text) for n, text in enumerate(texts))
        assert same_article(one, two) == same


def test_pairs_of_versions() -> None:
    again = replace(FIRST, id="w1:b", name="b", url="https://m.kell.example/ferry")
    apart = replace(FIRST, id="w1:c", name="c", url=None, text=OTHER)
    assert version_pairs([FIRST, apart, again]) == ((0, 2),)
    assert version_pairs([]) == ()


# -- translation --

ENGLISH = (
    "At 06:42 on 14 October the ferry Ilvane left Dravik for Ostrel with 112 passengers. Captain Jorin saw Kesmer at "
    "06:50. Minister Valdosk said 19 people were hurt. Warden Kolvash sent 12 boats, and Lindrek took in 17. By 23:15 "
    "the tug Bitten of Meliskhour had 3 lines on her, said Harsk; she will lie there until 16 October, Miellan added."
)
GERMAN = (
    "Um 06:42 Uhr am 14. Oktober verließ die Fähre Ilvane Dravik in Richtung Ostrel mit 112 Fahrgästen. Kapitän Jorin "
    "sah Kesmer um 06:50. Ministerin Valdosk sprach von 19 Verletzten. Kolvash, der Hafenmeister, schickte 12 Boote, und "
    "Lindrek nahm 17 auf. Gegen 23:15 hatte der Schlepper Bitten aus Meliskhour 3 Leinen fest, sagte Harsk; bis zum 16. "
    "Oktober bleibe sie dort, fügte Miellan an."
)
APART = (
    "Die Fähre Ilvane sitzt seit 14. Oktober fest. Schlepper Bitten kommt am 16. aus Meliskhour, teilte Harsk mit. "
    "Valdosk war in Ostrel und Dravik: 19 Verletzte, 112 an Bord. Lindrek und Kolvash halfen 17 Leuten. Jorin schweigt; "
    "um 06:50 war Kesmer nicht zu sehen. Miellan zählte 3 Brüche und 12 Prellungen, zuletzt um 23:15, zuerst um 06:42."
)


def told(text: str, language: str | None) -> Witness:
    return Witness(f"w1:{language}", language or "x", text, language=language)


def test_a_translation_keeps_names_and_numbers_in_order() -> None:
    assert may_be_translation(told(ENGLISH, "en"), told(GERMAN, "de"))
    assert may_be_translation(told(GERMAN, "de"), told(ENGLISH, "en"))
    assert kept(ENGLISH, GERMAN) == kept(GERMAN, ENGLISH)


def test_two_reporters_in_two_languages_are_no_translation() -> None:
    assert not may_be_translation(told(ENGLISH, "en"), told(APART, "de"))


def test_little_in_common_is_no_translation() -> None:
    assert not may_be_translation(told("Poe counted 12 boats.", "en"), told("Poe zählte 12 Boote.", "de"))


@pytest.mark.parametrize(("first", "second"), [("en", "en"), ("en", None), (None, None)])
def test_one_language_or_an_unknown_one_is_not_judged(first: str | None, second: str | None) -> None:
    assert not may_be_translation(told(ENGLISH, first), told(ENGLISH, second))


@given(st.text(max_size=80), st.text(max_size=80))
def test_odd_texts_are_compared_both_ways_alike(a: str, b: str) -> None:
    assert kept(a, b) == kept(b, a)


def test_a_translation_is_an_edge_of_its_kind() -> None:
    text = f"Translated from the Ostrel Abendblatt by Ann Poe.\n\n{BODY}"
    account = Annotated(Witness("w1:a", "a", text, outlet="Kell Tribune"), (), ())
    (edge,) = [e for e in trace([account]).edges if e.parent.startswith("cited:")]
    assert edge.kind == "translation"


def test_kinds_of_credits_are_those_that_are_documented() -> None:
    from consilience.data import lexicon
    from consilience.trace import credits as module

    kinds = {row["kind"] for row in lexicon("credits")} | {"chain", "link", "address", "feed"}
    assert all(f"\n    {kind} " in (module.__doc__ or "") for kind in kinds)
