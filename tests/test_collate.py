"""Points over invented accounts: units, cuts, groups, speakers, order, odd text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consilience.annotate import annotate, link
from consilience.collate import collate
from consilience.collate.clauses import Unit, units
from consilience.collate.grouping import gather, serving
from consilience.model import Annotated, Point, Region, Story, Witness, witness_id

MINISTRY = (
    "Harbour Minister Ada Renning said the old breakwater at Sollmar would be closed on Friday, adding that "
    "fishing crews should move their boats to the eastern basin.\n"
    "The ministry set aside 40 million crowns for repairs.\n"
)
DAILY = (
    "The old breakwater at Sollmar will be closed on Friday, Harbour Minister Ada Renning said.\n"
    "Renning said that fishing crews should move their boats to the eastern basin.\n"
    "Gulls nested on the lighthouse roof again this year.\n"
)
BULLETIN = (
    "Forty million crowns were set aside for repairs by the ministry.\n"
    "Harbour Minister Ada Renning said the old breakwater in Sollmar would close on Friday.\n"
)


def witness(name: str, text: str, **fields: str) -> Witness:
    return Witness(witness_id(name, text, None, None, None), name, text, **fields)


def points(*texts: str) -> tuple[tuple[Point, ...], dict[str, Annotated]]:
    accounts = [annotate(witness(f"w{n}", text)) for n, text in enumerate(texts)]
    linked, entities = link(accounts)
    story = Story("s1:test", tuple(a.witness.id for a in linked), "test")
    return collate(story, linked, entities), {a.witness.id: a for a in linked}


def wordings(point: Point, accounts: dict[str, Annotated]) -> list[str]:
    return [s.of(accounts[s.witness].witness.text) for s in point.spans]


def having(found: Sequence[Point], word: str) -> Point:
    return next(p for p in found if word in " ".join(r.wording for r in p.readings))


def test_what_several_accounts_assert_is_one_point() -> None:
    found, _ = points(MINISTRY, DAILY, BULLETIN)
    closing = having(found, "breakwater")
    assert len(closing.witnesses) == 3
    assert closing.speaker == "Ada Renning"
    assert len(having(found, "crowns").witnesses) == 2
    assert found[0] is closing, "the most widely carried comes first"
    assert {p.id for p in found} == {p.id for p in points(MINISTRY, DAILY, BULLETIN)[0]}


def test_a_clause_that_another_account_words_alone_is_a_point() -> None:
    found, accounts = points(MINISTRY, DAILY)
    boats = having(found, "eastern basin")
    assert len(boats.witnesses) == 2
    assert not any("breakwater" in w for w in wordings(boats, accounts))


def test_a_sentence_that_nobody_divides_stays_whole() -> None:
    text = "The council opened the bridge, widened the quay and planted forty lime trees along the canal.\n"
    found, _ = points(text, text.replace("opened", "has opened"))
    assert len(found) == 1


def test_alike_words_of_two_people_are_two_points() -> None:
    found, _ = points(
        "“The dam is safe and the village has nothing to fear,” said the engineer Tomas Vell.\n",
        "“The dam is safe and the village has little to fear,” said the mayor Irina Koss.\n",
    )
    assert len(found) == 2


def test_a_sentence_word_for_word_is_one_point_whoever_is_let_say_it() -> None:
    quotation = "“The dam is safe and the village has nothing to fear,”"
    found, _ = points(
        f"{quotation} said the engineer Tomas Vell.\n", f"{quotation} said the mayor Irina Koss.\n"
    )
    assert len(found) == 1


def test_what_one_account_alone_has_is_a_point_and_headlines_alone_are_none() -> None:
    title = "Gulls, gulls, gulls on Sollmar pier\n"
    body = "The old breakwater at Sollmar will be closed on Friday.\n"
    regions = (
        Region(0, len(title), "title", "first line"), Region(len(title), len(title + body), "body", "text"),
    )  # fmt: skip
    account = annotate(Witness("w1:t", "a", title + body, regions=regions))
    found = collate(Story("s1:t", ("w1:t",), ""), [account], ())
    assert [p.says for p in found] == ["The old breakwater at Sollmar will be closed on Friday"]


def test_order_of_accounts_changes_nothing() -> None:
    accounts, entities = link(
        [annotate(witness(n, t)) for n, t in zip("abc", (MINISTRY, DAILY, BULLETIN), strict=True)]
    )
    story = Story("s1:test", tuple(a.witness.id for a in accounts), "test")
    assert collate(story, accounts, entities) == collate(story, accounts[::-1], entities)


def test_links_give_score_and_reason() -> None:
    found, _ = points(MINISTRY, DAILY, BULLETIN)
    links = having(found, "breakwater").links
    assert links == tuple(sorted(links, key=lambda x: (x.score, x.a, x.b)))
    assert all(0 < x.score <= 1 and x.reason for x in links)


def test_kinds() -> None:
    found, _ = points(
        "The crews must move their boats to the eastern basin.\n"
        "It was wrong and reckless to leave the pier open.\n"
        "The ministry set aside 40 million crowns.\n"
        "The pier fell into the sea.\n"
    )
    assert [having(found, w).kind for w in ("boats", "reckless", "crowns", "fell")] == [
        "demand", "judgement", "figure", "event",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "Hm.",
        "…",
        "—, —; and",
        "שלום עולם. זה מבחן.",
        "é" * 50,
        "word " * 3000,
        "A, " * 400 + "said Bo.",
    ],
)
def test_odd_text_raises_nothing(text: str) -> None:
    found, accounts = points(text, DAILY)
    for point in found:
        assert all(s.of(accounts[s.witness].witness.text).strip() for s in point.spans)


STORM = (
    "Der Sturm hat am Montag in Brenkow mehrere Dächer abgedeckt.\n"
    "Die Feuerwehr von Brenkow rückte zu mehr als vierzig Einsätzen aus.\n"
    "Bürgermeisterin Hanne Trost sprach von einem schweren Tag für die Stadt.\n"
    "Die Schule am Markt bleibt bis Mittwoch geschlossen, weil das Dach der Turnhalle fehlt.\n"
    "Verletzt wurde nach ersten Angaben niemand in Brenkow.\n"
)
AFTERMATH = (
    "In Brenkow räumen die Bewohner nach dem Sturm ihre Straßen auf.\n"
    "Die Feuerwehr zählte bis zum Abend achtundvierzig Einsätze in der Stadt.\n"
    "Trost dankte den Helfern und versprach schnelle Hilfe für die Familien am Markt.\n"
    "Die Schule am Markt bleibt bis Mittwoch geschlossen, weil das Dach der Turnhalle fehlt.\n"
    "Der Wetterdienst erwartet für Montag neue Böen.\n"
)


def test_of_a_language_that_is_not_read_shared_wording_alone_counts() -> None:
    accounts = [annotate(witness(n, t, language="de")) for n, t in zip("ab", (STORM, AFTERMATH), strict=True)]
    linked, entities = link(accounts)
    found = collate(Story("s1:t", tuple(a.witness.id for a in linked), ""), linked, entities)
    assert [p.says for p in found if len(p.witnesses) > 1] == [
        "Die Schule am Markt bleibt bis Mittwoch geschlossen, weil das Dach der Turnhalle fehlt"
    ]
    assert len(found) == 9


MARKED = (
    "The café owner Zoé Brønn said the “Möwe” would sail again on Friday. "
    "The señor’s façade in Malmö was damaged. Crews repaired the old jetty."
)


@pytest.mark.parametrize(
    "other",
    [
        unicodedata.normalize("NFD", MARKED),
        MARKED.translate(str.maketrans("“”’", '""\'')),
        MARKED.replace("the ", "the\u00a0"),
        MARKED.replace("damaged", "dam\u00adaged").replace("jetty", "jet\u00adty"),
    ],
    ids=["decomposed", "straight", "unbroken", "soft hyphens"],
)
def test_marks_and_code_points_make_no_reading(other: str) -> None:
    found, _ = points(MARKED, other)
    assert [(len(p.witnesses), len(p.readings)) for p in found] == [(2, 1)] * 3


def cut(text: str) -> list[str]:
    account = annotate(witness("a", text))
    return [text[u.start : u.end] for u in units(account)]


def breaks(text: str) -> list[str]:
    return [text[b:] for u in units(annotate(witness("a", text))) for b in u.breaks]


def test_no_cut_parts_a_subject_from_its_verb() -> None:
    assert not breaks("The tanker Orsella, bound from Dravik for Ostrel, ran onto the rocks off Sollmar.")
    assert not breaks("The harbour master, who arrived at noon with two divers, ordered the pier closed.")


def test_what_happened_when_and_what_came_of_it_may_be_cut_off() -> None:
    assert breaks("At least 14 people were hurt when the tanker struck the pier at Sollmar.") == [
        "when the tanker struck the pier at Sollmar."
    ]
    assert not breaks("The two ports work together when it comes to the dredging of the canal.")
    assert breaks("The ship left the harbour in fog so thick that the pilot could not see the pier.") == [
        "that the pilot could not see the pier."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "“The pier is closed and will stay closed,” she told reporters on the quay.",
        "In its statement on Tuesday the ministry said that the pier is closed and will stay closed.",
    ],
)
def test_that_somebody_speaks_is_no_unit(text: str) -> None:
    assert cut(text) == ["The pier is closed and will stay closed"] or cut(text) == [
        "the pier is closed and will stay closed"
    ]


def test_nothing_is_asserted_by_a_remark_on_speaking_or_a_question() -> None:
    assert cut("The ministry tells it differently.") == []
    found, _ = points("Whose duty was it to close the pier?\nTransport Minister Irena Koss.\n" + DAILY)
    assert not any("duty" in p.says or p.says.endswith("Koss") for p in found)


@pytest.mark.parametrize(
    ("line", "told"),
    [("How many were on board", []), ("What we know so far", []), ("Why the ferry sank", []),
     ("How many were on board is not known.", ["How many were on board is not known"]),
     ("“How could they sail in such fog?” asked Mara Doel.", ["How could they sail in such fog"]),
     ("When the ship struck, the lamps went out.", ["When the ship struck, the lamps went out"])],
)  # fmt: skip
def test_a_line_that_names_a_question_asserts_nothing(line: str, told: list[str]) -> None:
    assert cut(f"{line}\n\nThe ferry sank off Dalm.") == [*told, "The ferry sank off Dalm"]


def test_what_a_firm_reports_is_told() -> None:
    assert cut("The company reported a profit of 86 million crowns.") == [
        "The company reported a profit of 86 million crowns"
    ]


def test_contraries_of_two_speakers_are_two_points() -> None:
    found, _ = points(
        "The fog signal was sounding when the tanker struck, the harbour office said.\n",
        "“The fog signal was not sounding when the tanker struck,” said the diver Mira Tolk.\n",
    )
    assert len([p for p in found if "sounding" in p.says]) == 2


def test_two_people_of_one_account_are_never_one_voice() -> None:
    found, _ = points(
        "“The fog signal was not sounding,” said the diver Mira Tolk. "
        "“The fog signal was not sounding at all,” said the fisherman Pavel Onder.\n",
        "The fog signal was not sounding.\n",
    )
    assert not any(len(p.spans) > 2 for p in found)


def test_the_reading_that_stands_by_itself_is_shown() -> None:
    found, _ = points(
        "The tanker left at dawn. It was leaking oil into the eastern basin.\n",
        "The tanker was leaking oil into the eastern basin.\n",
    )
    assert having(found, "leaking").says == "The tanker was leaking oil into the eastern basin"


def test_a_number_that_one_alone_has_is_not_shown() -> None:
    line = "Fishing boats took {} people off the tanker before the first launch came.\n"
    found, _ = points(line.format(38), "On Friday. " + line.format(38), line.format(83))
    assert "38" in having(found, "tanker").says


def test_the_address_of_a_link_is_no_word() -> None:
    plain = "The old pier at Sollmar was closed after an inspection found three broken beams."
    found, _ = points(plain.replace("an inspection", "[an inspection](https://quay.example/i?id=3)"), plain)
    assert [(len(p.readings), p.says) for p in found] == [(1, plain[:-1])]


def test_a_quotation_opened_in_a_passage_is_closed_there() -> None:
    text = "Aune Strand called the harbour master “the most careful man on the whole lake”.\n"
    found, _ = points(text)
    assert found[0].says.count("“") == found[0].says.count("”")


def test_no_accounts_no_points() -> None:
    assert collate(Story("s1:none", (), ""), [], ()) == ()


def test_units_are_in_order_and_do_not_overlap() -> None:
    account = annotate(witness("a", MINISTRY + DAILY))
    found = units(account)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert not any("said" in account.witness.text[u.start : u.end] for u in found), "who says it is left out"


def unit(n: int, account: str, sentence: int | None = None) -> Unit:
    return Unit(
        account, n * 10, n * 10 + 9, n * 3, n * 3 + 3, n if sentence is None else sentence, 0.0, "body"
    )


def test_a_chain_of_weak_links_does_not_drift() -> None:
    chain = [unit(n, f"w{n}") for n in range(4)]
    scores = {(0, 1): 0.9, (1, 2): 0.6, (2, 3): 0.9}
    assert gather(chain, scores, 0.5) == [[0, 1], [2, 3]]


def test_two_passages_need_more_to_begin_a_point_than_a_third_to_join_it() -> None:
    three = [unit(0, "a"), unit(1, "b"), unit(2, "c")]
    assert gather(three[:2], {(0, 1): 0.6}, 0.5) == [[0], [1]]
    assert gather(three, {(0, 1): 0.9, (0, 2): 0.55, (1, 2): 0.55}, 0.5) == [[0, 1, 2]]


def test_parts_always_found_together_are_mended() -> None:
    both = [unit(0, "a", 0), unit(1, "a", 0), unit(2, "b", 0), unit(3, "b", 0)]
    assert gather(both, {(0, 2): 0.9, (1, 3): 0.9}, 0.5) == [[0, 1, 2, 3]]
    assert gather([*both, unit(4, "c")], {(0, 2): 0.9, (1, 3): 0.9, (0, 4): 0.9, (2, 4): 0.9}, 0.5) == [
        [0, 2, 4], [1, 3],
    ]  # fmt: skip


def test_a_passage_that_says_both_serves_both_points() -> None:
    some = [unit(n, name) for n, name in enumerate("aabcd")]
    groups = [[0, 2, 3], [1, 4]]
    scores = {(0, 2): 0.9, (0, 3): 0.9, (2, 3): 0.9, (1, 4): 0.9, (1, 2): 0.85}
    assert serving(groups, some, scores, 0.8) == groups, "it fits one passage of the two, not both"
    fits = {**scores, (2, 4): 0.85}
    assert serving(groups, some, fits, 0.8) == [[0, 2, 3], [1, 2, 4]]
    assert serving(groups, some, fits, 0.8, {2: {4}}) == groups


def test_a_group_takes_no_two_passages_that_stand_apart() -> None:
    some = [unit(n, name) for n, name in enumerate("abcde")]
    groups, scores = [[0], [1, 3], [2, 4]], {(0, 1): 0.9, (0, 2): 0.9, (1, 3): 0.95, (2, 4): 0.95}
    assert serving(groups, some, scores, 0.8)[0] == [0, 1, 2]
    assert serving(groups, some, scores, 0.8, {1: {2}})[0] == [0, 1]


@given(
    st.dictionaries(st.tuples(st.integers(0, 7), st.integers(0, 7)), st.floats(0, 1), max_size=20),
    st.permutations(range(8)),
)
def test_groups_do_not_depend_on_the_order_of_scores(
    raw: dict[tuple[int, int], float], order: list[int]
) -> None:
    some = [unit(n, f"w{n % 3}") for n in range(8)]
    scores = {
        (i, j): round(s, 4) for (i, j), s in raw.items() if i < j and some[i].witness != some[j].witness
    }
    shuffled = {key: scores[key] for key in sorted(scores, key=lambda k: (order[k[0]], order[k[1]]))}
    groups = gather(some, scores, 0.5)
    assert groups == gather(some, shuffled, 0.5)
    assert serving(groups, some, scores, 0.8) == serving(groups, some, shuffled, 0.8)
    assert sorted(i for g in groups for i in g) == list(range(8))
