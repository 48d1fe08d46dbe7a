"""Names, roles, references, sentences and linking, on invented texts."""

from __future__ import annotations

import random
from dataclasses import replace
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.annotate import annotate, link
from consilience.annotate.mentions import mentions
from consilience.annotate.text import parse
from consilience.model import Annotated, Mention, Role, Witness, witness_id


def read(text: str, name: str = "a", published: str | None = "2031-05-06") -> Annotated:
    """Parse a text and find its mentions."""
    parsed = parse(Witness(witness_id(name, text, None, published, None), name, text, published=published))
    return replace(parsed, mentions=mentions(parsed))


def named(account: Annotated) -> dict[str, set[str]]:
    """Keys of the names and references, by the words they stand on."""
    found: dict[str, set[str]] = {}
    for mention in account.mentions:
        if isinstance(mention.value, str):
            found.setdefault(mention.span.of(account.witness.text), set()).add(mention.value)
    return found


def roles(account: Annotated) -> list[tuple[str, str | None, str | None]]:
    """Office, holder, state of each role."""
    values = [m.value for m in account.mentions]
    return [(v.office, v.holder, v.of) for v in values if isinstance(v, Role)]


def how(account: Annotated, words: str) -> list[str]:
    """What links each mention on these words to its value."""
    return [m.how for m in account.mentions if m.span.of(account.witness.text) == words]


# -- one kind and key for each name --


def test_a_surname_goes_with_the_full_name() -> None:
    found = named(read("Mayor Eva Ortiz opened the port. Ortiz said it was safe. Ortiz left."))
    assert found["Ortiz"] == {"person:Eva Ortiz"}


def test_a_family_name_may_stand_first() -> None:
    found = named(read("Foreign Minister Wang Lin spoke on Monday. Wang said the talks went well."))
    assert found["Wang"] == {"person:Wang Lin"}


def test_two_people_of_one_surname_stay_apart() -> None:
    account = read("Mayor Ann Lee thanked her brother Bruce Lee. Ann Lee left early.")
    assert {"person:Ann Lee", "person:Bruce Lee"} <= set().union(*named(account).values())


def test_a_relative_is_not_who_was_named_before() -> None:
    account = read("President Ortiz spoke. Ortiz thanked his daughter, Iva Ortiz. Ortiz left.")
    assert named(account)["Ortiz"] == {"person:Ortiz"}
    assert named(account)["Iva Ortiz"] == {"person:Iva Ortiz"}
    _, entities = link([account])
    assert {e.name for e in entities} == {"Ortiz", "Iva Ortiz"}


def test_a_headline_is_cut_at_words_that_are_no_names() -> None:
    text = "Ortiz Writes Harland Long Angry Letter\n\nEva Ortiz wrote to Paul Harland on Friday. Ortiz was angry."
    found = named(read(text))
    assert found["Harland"] == {"person:Paul Harland"}
    assert found["Ortiz"] == {"person:Eva Ortiz"}


def test_a_short_given_name_is_the_long_one() -> None:
    found = named(read("Gov. Joseph Harland spoke first. Joe Harland said he was tired."))
    assert found["Joe Harland"] == found["Joseph Harland"]


def test_the_hyphen_between_two_surnames_parts_them() -> None:
    found = named(read("Eva Ortiz called Paul Harland. The Ortiz-Harland call lasted an hour."))
    assert found["Ortiz"] == {"person:Eva Ortiz"}
    assert found["Harland"] == {"person:Paul Harland"}


@pytest.mark.parametrize(
    ("text", "words", "key"),
    [
        ("The US and France agreed.", "US", "place:United States"),
        ("The U.S. Navy sailed to France.", "France", "place:France"),
        ("French officials spoke.", "French", "place:France"),
        ("It was reported by Agence France-Presse.", "Agence France-Presse", "body:Agence France-Presse"),
        ("The AFP correspondent was there.", "AFP", "body:Agence France-Presse"),
        (
            "Norway's foreign ministry confirmed it.",
            "Norway's foreign ministry",
            "body:Norwegian foreign ministry",
        ),
        (
            "The Norwegian Foreign Ministry spoke.",
            "Norwegian Foreign Ministry",
            "body:Norwegian foreign ministry",
        ),
        (
            "Norway’s Ministry of Foreign Affairs spoke.",
            "Ministry of Foreign Affairs",
            "body:Norwegian foreign ministry",
        ),
    ],
)
def test_known_names(text: str, words: str, key: str) -> None:
    assert key in set().union(*named(read(text)).values()), named(read(text))
    del words


def test_brackets_give_a_short_form() -> None:
    found = named(read("The Ostrel Workers Front (OWF) called a strike. OWF leaders met on Friday."))
    assert found["OWF"] == {"group:Ostrel Workers Front"}


def test_us_in_a_line_of_capitals_is_a_word() -> None:
    assert "US" not in named(read("PLEASE CONTACT US TODAY FOR MORE"))


# -- capitals that stand for governments --


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Paris urged restraint on both sides.", "place:France"),
        ("The minister repeated Paris’s stance on fishing.", "place:France"),
        ("They called on Paris to lift the ban.", "place:France"),
        ("The talks between Paris and Rome failed.", "place:France"),
        ("The meeting took place in Paris on Friday.", "place:Paris"),
        ("Rebels captured Paris at dawn.", "place:Paris"),
        ("The streets of Paris were empty.", "place:Paris"),
    ],
)
def test_a_capital_is_a_city_or_a_government(text: str, key: str) -> None:
    assert named(read(text))["Paris"] == {key}


# -- roles --


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Norwegian Foreign Minister Eva Ortiz spoke.", ("foreign minister", "person:Eva Ortiz", "Norway")),
        ("Norwegian FM Eva Ortiz spoke.", ("foreign minister", "person:Eva Ortiz", "Norway")),
        ("Premier Eva Ortiz spoke.", ("prime minister", "person:Eva Ortiz", None)),
        ("Paul Harland, the mayor of Oslo, resigned.", ("mayor", "person:Paul Harland", "Oslo")),
        ("Oslo's mayor, Paul Harland, resigned.", ("mayor", "person:Paul Harland", "Oslo")),
        ("Paul Harland, spokesman for Norway's trade ministry, declined.",
         ("spokesperson", "person:Paul Harland", "Norwegian trade ministry")),
        ("Former President Eva Ortiz spoke.", ("former president", "person:Eva Ortiz", None)),
        ("Nato's secretary general Eva Ortiz spoke.",
         ("secretary-general", "person:Eva Ortiz", "North Atlantic Treaty Organization")),
    ],
)  # fmt: skip
def test_roles(text: str, role: tuple[str, str | None, str | None]) -> None:
    assert role in roles(read(text)), roles(read(text))


def test_a_compound_office_is_split() -> None:
    account = read("State Councilor and Foreign Minister Eva Ortiz flew home.")
    assert {office for office, _, _ in roles(account)} == {"state councillor", "foreign minister"}


def test_a_counterpart_holds_the_same_office_elsewhere() -> None:
    account = read(
        "Norwegian Foreign Minister Eva Ortiz flew in. She met her Danish counterpart Paul Harland."
    )
    assert ("foreign minister", "person:Paul Harland", "Denmark") in roles(account)


def test_a_counterpart_without_a_name_is_never_oneself() -> None:
    account = read(
        "Norwegian Foreign Minister Eva Ortiz flew in. Ortiz met her Danish counterpart on Monday."
    )
    assert ("foreign minister", "person:foreign minister of Denmark", "Denmark") in roles(account)


def test_the_president_is_the_one_without_a_state() -> None:
    text = "President Eva Ortiz met Danish President Paul Harland. Harland left. The president was pleased."
    assert named(read(text))["The president"] == {"person:Eva Ortiz"}


def test_a_general_election_has_no_general() -> None:
    assert roles(read("The general election is near.")) == []


# -- references --


@pytest.mark.parametrize(
    ("text", "words", "key"),
    [
        ("Norwegian Foreign Minister Eva Ortiz came. The Norwegian diplomat smiled.",
         "The Norwegian diplomat", "person:Eva Ortiz"),
        ("Foreign Minister Eva Ortiz came. The minister smiled.", "The minister", "person:Eva Ortiz"),
        ("US Secretary of State Eva Ortiz came. It was late, the top US diplomat said.",
         "the top US diplomat", "person:Eva Ortiz"),
        ("Eva Ortiz spoke to reporters. She was tired.", "She", "person:Eva Ortiz"),
        ("In his remarks, Paul Harland said the port was shut.", "his", "person:Paul Harland"),
        ("Norway's foreign minister will come. It was Norwegian Foreign Minister Eva Ortiz who called.",
         "Norway's foreign minister", "person:Eva Ortiz"),
        ("Danish President Paul Harland came. The Norwegian president stayed away.",
         "The Norwegian president", "person:president of Norway"),
        ("Norway's foreign minister will come.", "Norway's foreign minister", "person:foreign minister of Norway"),
        ("The Norwegian Fisheries Agency spoke. Later the agency fell silent.",
         "the agency", "body:Norwegian Fisheries Agency"),
    ],
)  # fmt: skip
def test_references(text: str, words: str, key: str) -> None:
    assert named(read(text)).get(words) == {key}, named(read(text))


def test_gender_keeps_a_pronoun_from_the_wrong_person() -> None:
    found = named(read("Mr. Harland met Ms. Ortiz on Friday. She thanked him."))
    assert found["She"] == {"person:Ortiz"}
    assert found["him"] == {"person:Harland"}


@pytest.mark.parametrize(
    ("text", "word", "person"),
    [
        (
            "Otmar Kesh, the harbour master, said few boats had gone out. “I sent nobody,” he said.\n"
            "Among the guests were ten pupils and their teacher, Ilka Brunn, 41, who held a violin. "
            "“The lamps went out,” she said.",
            "she",
            "Ilka Brunn",
        ),
        ("Tervo Saln shook her head. Tervo Saln met Dorn Alk at noon. Then she left.", "she", "Tervo Saln"),
        ("Ralko Imm came with his sister, Tervo Saln. “It rained,” she said.", "she", "Tervo Saln"),
        ("Tervo Saln spoke first. The rope broke when Dorn Alk pushed her down.", "her", "Tervo Saln"),
    ],
)
def test_a_pronoun_means_the_nearest_person_it_can(text: str, word: str, person: str) -> None:
    account = read(text)
    spots = [m for m in account.mentions if m.how == "pronoun" and m.span.of(text) == word]
    assert spots and spots[-1].value == f"person:{person}"


def test_a_pronoun_after_someone_unnamed_stays_open() -> None:
    account = read("Eva Ortiz left. A police officer said he had seen the car.")
    assert "he" not in named(account)


def test_pronouns_inside_quotation_marks_stay_open() -> None:
    account = read("Eva Ortiz was angry. “She knew,” Paul Harland said.")
    assert "She" not in named(account)


# -- sentences --


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("U.S. Secretary Eva Ortiz met Sen. Harland at 5 p.m. Monday. She left the U.S. The end.", 3),
        ("“It was a ‘deal.’ We know,” he said. “We lost.” Then he left.", 4),
        ("“Why?” he asked. “No reason.”", 2),
        ("The firm, Acme Inc., said No. 10 was shut on Aug. 5.", 1),
        ("He left ... and came back.", 1),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert len(read(text).sentences) == sentences


# -- linking --

ACCOUNTS = (
    "Norwegian Foreign Minister Eva Ortiz met Danish Foreign Minister Paul Harland. The US welcomed it.",
    "Ortiz met Harland on Monday. The United States was pleased. Eastern Zandistan Islamic Front fighters left.",
    "Norway's foreign minister met Prime Minister Paul Harland. East Zandestan Islamic Front men left Washington.",
)


def linked(order: list[int]) -> tuple[list[Annotated], dict[str, str], list[object]]:
    """The accounts linked in some order, put back in the first order; names by key; the entities."""
    accounts = [annotate(read(ACCOUNTS[i], name=str(i)).witness) for i in order]
    done, entities = link(accounts)
    back = sorted(done, key=lambda a: a.witness.name)
    return back, {e.key: e.name for e in entities}, list(entities)


def test_one_key_across_accounts() -> None:
    accounts, names, _ = linked([0, 1, 2])
    for account in accounts:
        people = {names[m.value] for m in account.mentions if m.kind == "person" and isinstance(m.value, str)}
        assert people == {"Eva Ortiz", "Paul Harland"}
    assert "United States" in names.values()


def test_transliterations_are_one_name() -> None:
    _, names, _ = linked([0, 1, 2])
    assert sum("Islamic Front" in name for name in names.values()) == 1


@pytest.mark.parametrize("seed", range(3))
def test_order_of_accounts_changes_nothing(seed: int) -> None:
    order = [0, 1, 2]
    random.Random(seed).shuffle(order)
    assert linked(order)[0] == linked([0, 1, 2])[0]
    assert linked(order)[2] == linked([0, 1, 2])[2]


def test_a_shared_surname_joins_nobody() -> None:
    texts = ("Mayor Ann Lee spoke.", "Mayor Bruce Lee spoke.", "Lee spoke.")
    _, entities = link([read(t, name=str(i)) for i, t in enumerate(texts)])
    assert sorted(e.name for e in entities if e.kind == "person") == ["Ann Lee", "Bruce Lee", "Lee"]


def test_offices_that_no_one_person_holds_keep_apart() -> None:
    texts = (
        "Police chief Eva Ortiz spoke.",
        "Foreign Minister Ortiz of Spain spoke. Foreign Minister Ortiz left.",
    )
    _, entities = link([read(t, name=str(i)) for i, t in enumerate(texts)])
    assert len([e for e in entities if e.kind == "person"]) == 2


def test_speakers_and_chains_get_the_full_name() -> None:
    texts = ("Mayor Eva Ortiz said the port was shut.", "Ortiz said the port was shut, according to AFP.")
    done, _ = link([annotate(read(t, name=str(i)).witness) for i, t in enumerate(texts)])
    speakers = {s.speaker.name for a in done for s in a.statements if s.speaker}
    assert "Ortiz" not in speakers


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "a",
        "Lee",
        "؟ مرحبا بالعالم ولد",
        "e\u0301 Jose\u0301 Ortiz said.",
        "“",
        "of of of",
        "The " * 300,
    ],
)
def test_odd_texts(text: str) -> None:
    account = read(text)
    assert all(m.span.of(text) for m in account.mentions)


WORDS = st.sampled_from(
    "Eva Ortiz Lee the The of said , . “ ” ( ) - minister Foreign Minister US France Paris 's ’s he She 12 $ % Monday"
    " two million and Mr. U.S. counterpart ministry killed people \u0301 ا 𝔘 \u200b".split(" ")
)


@given(st.lists(WORDS, max_size=40), st.sampled_from([" ", "", "  ", "\n"]))
@settings(max_examples=25)
def test_any_order_of_words_is_read(words: list[str], gap: str) -> None:
    text = gap.join(words)
    account = read(text)
    starts = [m.span.start for m in account.mentions]
    assert starts == sorted(starts)
    assert all(0 <= m.span.start < m.span.end <= len(text) for m in account.mentions)
    assert account.mentions == read(text).mentions
    done, _ = link([account])
    assert len(done[0].mentions) == len(account.mentions)


def test_ids_are_of_the_content() -> None:
    first: Mention = read("Eva Ortiz spoke.").mentions[0]
    assert first == read("Eva Ortiz spoke.").mentions[0]
    assert first.id.startswith("n1:")


# -- one entity, written in several ways --


def between(*texts: str, outlet: str | None = None) -> tuple[list[Annotated], dict[str, str]]:
    """Texts as linked accounts, and the entities' names by key."""
    witnesses = [
        Witness(witness_id(f"a{n}", t, outlet, None, None), f"a{n}", t, outlet=outlet)
        for n, t in enumerate(texts)
    ]
    accounts, entities = link([annotate(w) for w in witnesses])
    return list(accounts), {e.key: e.name for e in entities}


def test_one_ministry_by_its_fullest_name() -> None:
    _, names = between(
        "The transport ministry said on Monday that the port was safe. The ministry said it would pay.",
        "The Ministry of Transport and Canals spoke of ten ships.",
        "“We know,” Ann Lee said. The ministry denies it.",
    )
    assert [n for n in names.values() if "inistry" in n] == ["Ministry of Transport and Canals"]


def test_two_ministries_leave_the_ministry_open() -> None:
    _, names = between(
        "The transport ministry said that the port was safe.",
        "The health ministry said that ten were hurt.",
        "The ministry denies it.",
    )
    assert sorted(n for n in names.values() if "inistry" in n) == [
        "Health ministry",
        "Ministry",
        "Transport ministry",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The captain, Aleksh Dzhorin, left.", "The captain, Aleksh Jorin, left.", True),
        ("Mayor Olga Khusenova spoke.", "Mayor Olga Husenova spoke.", True),
        ("Mayor Maria Khusenova spoke.", "Mayor Marina Husenova spoke.", False),
        ("Foreign Minister Olga Khusenova spoke.", "Finance Minister Olga Husenova spoke.", False),
        ("The tug Bittorn lay at the quay.", "The tug Bitton lay at the quay.", True),
        ("The tug Bittorn lay at the quay.", "The town Bitton lay at the quay.", False),
    ],
)
def test_slips_and_transliterations(one: str, other: str, same: bool) -> None:
    accounts, names = between(one, other)
    keys = [{m.value for m in a.mentions if m.value in names} for a in accounts]
    assert all(keys) and bool(keys[0] & keys[1]) is same, names


def test_an_outlet_in_its_own_words_is_the_outlet() -> None:
    _, names = between("Ann Lee told the Courier that the bridge was safe.", outlet="The Essel Courier")
    assert "Essel Courier" in names.values() and "Courier" not in names.values()


def test_composed_and_decomposed_letters_give_the_same_keys() -> None:
    text = "Mayor José Núñez of Björk said that Zoë Brûlé had left. Núñez spoke. He smiled."
    (_, one), (_, other) = (between(normalize(form, text)) for form in ("NFC", "NFD"))
    assert one == other and "José Núñez" in one.values()


def test_a_minister_called_so_for_short_holds_the_full_office() -> None:
    account = read("Transport Minister Ann Lee spoke. The minister, Lee, left.")
    assert {office for office, _, _ in roles(account)} == {"transport minister"}
