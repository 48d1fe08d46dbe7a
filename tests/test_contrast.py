"""Discrepancies by kind: what must be found, what must be excused, what must not be said."""

from __future__ import annotations

from itertools import permutations

import pytest

from consilience.annotate import annotate, link
from consilience.contrast import discrepancies
from consilience.model import Annotated, Discrepancy, Point, Reading, Region, Span, Witness, witness_id


def account(name: str, text: str, published: str | None = None) -> Annotated:
    """An account of one invented outlet."""
    ident = witness_id(name, text, None, published, None)
    return annotate(Witness(ident, name, text, published=published))


def compare(*texts: str, days: tuple[str | None, ...] = ()) -> tuple[Discrepancy, ...]:
    """Compare texts as accounts a, b, c …, published on the days given."""
    dates = (*days, *[None] * len(texts))
    made = [account("abcdef"[i], text, dates[i]) for i, text in enumerate(texts)]
    linked, entities = link(made)
    return discrepancies(linked, (), entities)


def kinds(found: tuple[Discrepancy, ...], *, innocent: bool = False) -> list[str]:
    """Kinds of the conflicts, or of the findings explained as harmless."""
    return sorted({d.kind for d in found if (d.innocent is not None) is innocent})


CONFLICTS = {
    "number": (
        "Four harbour pilots led the trawler out of the flooded basin at Orsund before dawn.",
        "Seven harbour pilots led the trawler out of the basin at Orsund, which had flooded, before dawn.",
    ),
    "money": (
        "The council of Velden agreed to spend $25 million on the new flood barrier at Orsund.",
        "Velden's council agreed to spend $30 million on the new flood barrier at Orsund.",
    ),
    "age": (
        "The skipper, 41-year-old Tora Lind, was pulled from the water by a rescue boat.",
        "A rescue boat pulled the skipper, 47-year-old Tora Lind, from the water.",
    ),
    "date": (
        "The ferry Skagra ran aground off Orsund on Tuesday with forty people aboard.",
        "The ferry Skagra ran aground off Orsund over the weekend with forty people aboard.",
    ),
    "role": (
        "Foreign Minister Ada Kreel spoke to the fishermen at the quay. The fishermen were angry.",
        "The fishermen heard Prime Minister Ada Kreel speak at the quay. They were angry.",
    ),
    "place": (
        "The rescued crew of the ferry were taken to a hospital in Oslo on the night of the storm.",
        "The rescued crew of the ferry were taken to a hospital in Dublin on the night of the storm.",
    ),
    "quotation": (
        "“We will rebuild the old lighthouse before the winter storms come back,” the mayor said.",
        "“We will demolish the old lighthouse before the winter storms come back,” the mayor said.",
    ),
    "polarity": (
        "The harbour board approved the plan to widen the northern channel on the advice of its pilots.",
        "The harbour board has not approved the plan to widen the northern channel, on the advice of its pilots.",
    ),
}


@pytest.mark.parametrize("kind", sorted(CONFLICTS))
def test_a_conflict_is_found_and_nothing_else(kind: str) -> None:
    found = compare(*CONFLICTS[kind])
    assert kinds(found) == [kind], found
    (conflict,) = [d for d in found if d.innocent is None]
    assert len({v.span.witness for v in conflict.readings}) == 2
    assert conflict.explanation.endswith(".")
    assert 0 < conflict.score <= 1


@pytest.mark.parametrize("kind", sorted(CONFLICTS))
def test_an_account_does_not_differ_from_its_copy(kind: str) -> None:
    assert compare(CONFLICTS[kind][0], CONFLICTS[kind][0]) == ()


HARMLESS = [
    # digits against words
    ("Three divers searched the wreck off Orsund.", "Off Orsund, 3 divers searched the wreck."),
    # a rounded figure that says so
    (
        "The storm cut power to 142,721 homes in Velden on the first night.",
        "The storm cut power to about 140,000 homes in Velden on the first night.",
    ),
    # spelling
    (
        "“The harbour is closed until further notice,” he said.",
        '"The harbor is closed until further notice," he said.',
    ),
    # a day that lies in the other's week or month
    ("The ferry ran aground off Orsund on 3 May 2031.", "The ferry ran aground off Orsund in May 2031."),
    # a shorter quotation of the same words
    (
        "“We shall rebuild the lighthouse before winter, and we shall do it together,” she said.",
        "“We shall rebuild the lighthouse before winter,” she said.",
    ),
    # an omission that is marked
    (
        "“We shall rebuild the old lighthouse, whatever the owners say, before winter comes,” she said.",
        "“We shall rebuild the old lighthouse … before winter comes,” she said.",
    ),
    # a fuller title holds the shorter one
    ("Senator Ada Kreel visited the quay.", "Majority Leader Ada Kreel visited the quay."),
    # two counts of two things
    (
        "Two of the 12 aldermen left the hall in Velden.",
        "The 12 aldermen of Velden met in the hall, and two left it.",
    ),
    # an event named by its year, and another dated by one
    (
        "The question stood on the 2030 census form of Velden.",
        "The question stood on the census form of Velden in 1990.",
    ),
    # two statements on two days
    (
        "The harbour master said on Monday that the quay was safe.",
        "On Thursday the harbour master said the crane was new.",
    ),
    # a denial told with another verb
    (
        "The plan does not raise the harbour tax.",
        "Neither of the plans of the board raises the harbour tax.",
    ),
    # a body with its capital in its name
    ("The crew were taken to South Velden.", "The crew were taken to North Velden."),
    # a former office
    ("Former Prime Minister Ada Kreel visited the quay.", "Foreign Minister Ada Kreel visited the quay."),
]


@pytest.mark.parametrize("texts", HARMLESS)
def test_what_is_harmless_is_no_conflict(texts: tuple[str, str]) -> None:
    assert kinds(compare(*texts)) == []


def test_a_later_count_of_the_dead_is_an_update() -> None:
    texts = (
        "The storm killed 12 people in the villages north of Orsund, officials said.",
        "The storm killed 19 people in the villages north of Orsund, officials said.",
    )
    (found,) = compare(*texts, days=("2031-05-06", "2031-05-08"))
    assert found.innocent and "later" in found.innocent
    (found,) = compare(*texts, days=("2031-05-06", "2031-05-06"))
    assert found.innocent is None


def test_an_age_after_a_birthday_is_harmless() -> None:
    texts = (
        "Tora Lind, 41, pleaded guilty at the court in Velden.",
        "Tora Lind, 42, pleaded guilty at the court in Velden.",
    )
    (found,) = compare(*texts, days=("2031-05-06", "2032-01-08"))
    assert found.innocent and "birthday" in found.innocent


def test_two_spellings_of_a_name_are_one_name() -> None:
    (found,) = compare(
        "The Orsund Seafarers' League met in Velden. The Eastern Turalan Movement did not come.",
        "The East Turelan Movement stayed away from the meeting of the league in Velden.",
    )
    assert (found.kind, found.innocent is not None) == ("name", True)


def test_two_translations_are_told_from_one_changed_word() -> None:
    found = compare(
        "“Our country is willing to hold talks and dialogue with the islands to push for a calm end of the fishing"
        " dispute,” the minister said.",
        "“Our country is ready to conduct talks and dialogue with the islands to promote a quiet end of the fishing"
        " conflict,” the minister said.",
    )
    assert kinds(found) == []
    assert kinds(found, innocent=True) == ["quotation"]


def test_a_dropped_opening_is_told() -> None:
    found = compare(
        "“But the islands should not close their ports and then ask us for help,” Kreel said.",
        "“The islands should not close their ports and then ask us for help,” Kreel said.",
    )
    assert any("opening" in d.explanation for d in found)


def test_who_sought_the_call() -> None:
    found = compare(
        "Velden Foreign Minister Ada Kreel phoned Norway Foreign Minister Nils Aas on Monday about the ferry.",
        "Norway Foreign Minister Nils Aas phoned Velden Foreign Minister Ada Kreel on Monday about the ferry.",
    )
    assert "initiator" in kinds(found)


def test_both_offices_in_one_account_contradict_nobody() -> None:
    both = "Prime Minister Ada Kreel, who was Foreign Minister Ada Kreel until May, visited the quay."
    assert "role" not in kinds(compare(both, "Foreign Minister Ada Kreel visited the quay in the morning."))


def test_a_weekday_of_another_week_is_no_conflict() -> None:
    texts = CONFLICTS["date"]
    assert kinds(compare(*texts, days=("2031-05-06", "2031-06-20"))) == []


def test_the_same_words_in_another_mouth() -> None:
    found = compare(
        "“The lighthouse was dark for a whole hour before the ferry struck,” Tora Lind said.\n\nNils Aas was aboard.",
        "“The lighthouse was dark for a whole hour before the ferry struck,” Nils Aas said.\n\nTora Lind was aboard.",
    )
    assert kinds(found) == ["attribution"]


def test_many_accounts_of_one_fact_make_one_discrepancy() -> None:
    one, other = CONFLICTS["number"]
    found = compare(one, one.replace("before dawn", "at dawn"), other, other.replace("before dawn", "early"))
    (conflict,) = [d for d in found if d.kind == "number"]
    assert len({v.span.witness for v in conflict.readings}) == 4
    assert len({v.value for v in conflict.readings}) == 2


def test_order_does_not_matter() -> None:
    texts = [text for kind in ("number", "role", "quotation") for text in CONFLICTS[kind]]
    made = [account(f"n{i}", text) for i, text in enumerate(texts)][:3]
    results = set()
    for order in permutations(made):
        linked, entities = link(order)
        results.add(discrepancies(linked, (), entities))
    assert len(results) == 1


@pytest.mark.parametrize(
    "odd", ["", "\n\n", "???", "“", "”””", "שלום עולם", "é" * 300, "word " * 3000, '"" "" ""']
)
def test_odd_texts_do_no_harm(odd: str) -> None:
    assert isinstance(compare(odd, CONFLICTS["number"][0], odd), tuple)


def test_three_values_of_one_fact_are_all_told() -> None:
    text = "The rescue boats took {} passengers off the ferry Skagra before it sank near Orsund."
    (conflict,) = compare(*(text.format(n) for n in (38, 83, 17)))
    assert len(conflict.readings) == 3
    assert all(str(n) in conflict.explanation for n in (38, 83, 17))


def test_an_answer_in_other_words_denies_an_assertion() -> None:
    """A denial may be a pronoun's, or say that the thing was not there; every account stands on its side."""
    found = compare(
        "The harbour office said the storm alarm was ringing at the time. Forty boats were lost.",
        "The harbour office said that “the storm alarm was ringing at the time”. Tora Lind, a net maker, "
        "was asked about that. “It was not ringing,” Lind said. Forty boats went down.",
        "Forty boats were lost at Orsund. People on the quay said they heard no alarm.",
    )
    (conflict,) = [d for d in found if d.kind == "polarity"]
    assert conflict.innocent is None
    assert len({v.span.witness for v in conflict.readings}) == 3
    values = {v.value for v in conflict.readings}
    assert {"not ringing (Tora Lind)", "ringing (harbour office)"} <= values
    assert "no alarm" in " ".join(values)


@pytest.mark.parametrize(
    "texts",
    [
        (
            "The inquiry said the evidence pointed to the harbour master.",
            "The judge said there was no evidence against the clerk.",
        ),
        ("“It was not raining,” said Tora Lind.", "The rain gauge was ringing, said Ada Kreel."),
        (
            "The traffic signal was flashing, said Ada Kreel.",
            "Tora Lind, a net maker, said there was no fog signal.",
        ),
    ],
)
def test_what_denies_nothing(texts: tuple[str, str]) -> None:
    """Part of a thing, another act, another compound of the noun."""
    assert "polarity" not in kinds(compare(*texts))


def test_a_block_quotation_with_its_speaker_below_has_a_speaker() -> None:
    """The line below names in full a person whom another account knows."""
    words = "“Another ten minutes in that surf and the whole quay was gone for good.”"
    parts = {
        "It was a close thing.": "body",
        words: "quotation",
        "Edrin Kolve, harbour master of Orsund": "attribution",
    }
    text = "\n\n".join(parts)
    regions = tuple(Region(text.index(p), text.index(p) + len(p), kind, "") for p, kind in parts.items())
    block = annotate(
        Witness(witness_id("b", text, None, None, None), "b", text, language="en", regions=regions)
    )
    plain = account("a", f"{words[:-2]},” said Tomas Brel. Edrin Kolve, the harbour master, listened.")
    linked, entities = link([plain, block])
    assert "attribution" in kinds(discrepancies(linked, (), entities))


def test_one_person_with_two_family_names_of_the_same_letters() -> None:
    """Transliterations part in the first letter too."""
    found = compare(
        "Captain Oleg Dzhanov steered the ferry Skagra into the storm off Orsund. Dzhanov was unhurt.",
        "Captain Oleg Janov steered the ferry Skagra into the storm off Orsund. Janov was unhurt.",
    )
    assert [d.innocent for d in found if d.kind == "name"] == ["transliteration or spelling of one name"]


def test_two_translations_with_hardly_a_word_in_common_are_one_utterance_in_one_point() -> None:
    """The point tells that they are one; the language spoken is named where an account names it."""
    texts = (
        "The mayor of Orsund, Ada Kreel, came to the quay. “No sandbag and no pump relieves a keeper of the "
        "duty to leave when he cannot stand,” Kreel said in Veldish.",
        "Ada Kreel, the mayor of Orsund, spoke. “No bucket, no pump excuses a watchman from going once he is "
        "no longer on his feet,” Kreel said.",
    )
    linked, entities = link([account("ab"[i], text) for i, text in enumerate(texts)])
    spans = [Span(a.witness.id, t.index("“") + 1, t.index("”")) for a, t in zip(linked, texts, strict=True)]
    readings = tuple(Reading(t[s.start : s.end], (s,), "") for t, s in zip(texts, spans, strict=True))
    point = Point("p1:1", "s1:1", "A keeper must leave in time", "statement", readings)
    (found,) = [d for d in discrepancies(linked, [point], entities) if d.kind == "quotation"]
    assert found.innocent and "translations" in found.innocent
    assert "Veldish" in found.explanation
    assert not [d for d in discrepancies(linked, (), entities) if d.kind == "quotation"]


def test_a_count_that_another_account_counts_on_from_grew() -> None:
    """ "Nineteen, five more than" implies fourteen: harmless; and five is no count of its own."""
    found = compare(
        "At least 14 people were injured when the dyke at Orsund gave way. Five people drowned.",
        "By night the clinic at Orsund had treated 19 people, five more than the council had counted.",
    )
    assert "number" not in kinds(found)
    assert [d.innocent for d in found if d.kind == "number"] and "five more" in found[0].explanation


def test_a_count_that_an_account_calls_open_has_rivals() -> None:
    """The speakers after the words are set against each other; an account with either value joins."""
    found = compare(
        "It is not clear how many were in the hall. The council speaks of 112. Tora Lind, the usher, said "
        "that she had torn more than 150 tickets.",
        "There were 112 people in the hall, the council said.",
    )
    (conflict,) = [d for d in found if d.kind == "number" and d.innocent is None]
    assert "how many were in the hall" in conflict.explanation and "Tora Lind" in conflict.explanation


def test_people_on_a_floor_are_not_people_off_a_ship() -> None:
    """A count that hangs on another verb needs more than the noun and a neighbour in common."""
    assert "number" not in kinds(
        compare(
            "Fishing boats had taken 38 people off the ferry before the first rescue launch came.",
            "When the launch came by, Tora Lind was home again, and there were 17 people in her kitchen.",
        )
    )


def test_a_date_whose_weekday_is_another_is_told_where_one_has_it_right() -> None:
    """The calendar decides: 14 October 2031 was a Tuesday."""
    days = ("2031-10-15", "2031-10-17")
    right = "The ferry Skagra ran onto the rocks off Orsund on Tuesday."
    (found,) = compare(
        right, "On Wednesday, 14 October the ferry Skagra ran onto the rocks off Orsund.", days=days
    )
    assert found.kind == "date" and found.innocent is None
    assert "“Wednesday, 14 October” was a Tuesday" in found.explanation
    assert not compare(
        right, "On Tuesday, 14 October the ferry Skagra ran onto the rocks off Orsund.", days=days
    )


def test_the_day_of_another_ruling_is_no_other_day() -> None:
    """One account says by "another" that it dates another event."""
    found = compare(
        "A harbour court ruled on Monday that the quay at Orsund must close.",
        "Another harbour court ruled on Tuesday that the quay at Orsund must close.",
    )
    assert "date" not in kinds(found)


def test_a_day_may_hang_on_the_noun_of_an_event() -> None:
    """ "The fall of Orsund on Monday" is dated like "Orsund fell over the weekend"."""
    found = compare(
        "The rebels captured Orsund over the weekend.",
        "The fall of Orsund to rebels on Monday stunned Velden.",
    )
    assert "date" in kinds(found)


def test_an_ordinal_is_no_other_word() -> None:
    """ "May 20th" and "May 20" inside quotation marks are one wording."""
    assert not compare(
        "“Things will be different here after May 20th,” said Tora Lind.",
        "“Things will be different here after May 20,” said Tora Lind.",
    )
