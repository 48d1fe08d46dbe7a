"""Discrepancies of facts: figures, days, places, ages, offices and names, and what excuses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.annotate import annotate, link
from consilience.contrast import discrepancies
from consilience.model import Annotated, Discrepancy, Point, Reading, Span, Witness, witness_id


def account(name: str, text: str, published: str | None = None) -> Annotated:
    """An account of one invented outlet."""
    ident = witness_id(name, text, None, published, None)
    return annotate(Witness(ident, name, text, published=published, language="en"))


def compare(*texts: str, days: tuple[str | None, ...] = ()) -> tuple[Discrepancy, ...]:
    """Compare texts as accounts a, b, c …, published on the days given, each one sentence a point."""
    dates = (*days, *[None] * len(texts))
    made = [account("abcdef"[i], text, dates[i]) for i, text in enumerate(texts)]
    linked, entities = link(made)
    readings = tuple(
        Reading(t, (Span(a.witness.id, 0, len(t)),), "") for t, a in zip(texts, linked, strict=True)
    )
    return discrepancies(linked, [Point("p1:1", "s1:1", texts[0], "event", readings)], entities)


def conflicts(found: tuple[Discrepancy, ...]) -> list[str]:
    """Kinds of what is no harmless difference."""
    return sorted(d.kind for d in found if d.innocent is None)


def reasons(found: tuple[Discrepancy, ...], kind: str) -> str:
    """The harmless explanations of a kind."""
    return "; ".join(sorted(d.innocent for d in found if d.kind == kind and d.innocent))


def cases() -> list[tuple[str, str, str]]:
    """The cases of names: what is expected, and two accounts."""
    text = (Path(__file__).parent / "cases" / "names.txt").read_text("utf-8")
    blocks = [[line for line in block.splitlines() if line[:1] != "#"] for block in text.split("\n\n")]
    return [(b[0], b[1], b[2]) for b in blocks if len(b) == 3]


@pytest.mark.parametrize(("expected", "one", "other"), cases())
def test_names(expected: str, one: str, other: str) -> None:
    found = [d for d in compare(one, other) if d.kind == "name"]
    told = {"conflict" if d.innocent is None else "spelling" for d in found}
    assert told == ({expected} - {"nothing"}), found


HARMLESS = [
    # rounding of a figure that does not say so
    (
        "number",
        "rounding",
        "The storm cut power to 142,721 homes in Velden on the first night.",
        "The storm cut power to 143,000 homes in Velden on the first night.",
    ),
    # at least
    (
        "number",
        "rounding",
        "At least 40 boats were lost in the harbour of Orsund in the storm.",
        "The harbour of Orsund lost 43 boats in the storm.",
    ),
    # dozens against a figure
    (
        "number",
        "rounding",
        "Dozens of boats were lost in the harbour of Orsund in the storm.",
        "The harbour of Orsund lost 43 boats in the storm.",
    ),
    # miles and kilometres
    (
        "number",
        "another unit",
        "The wreck of the ferry lies 150 miles off the coast of Orsund, the navy said.",
        "The wreck of the ferry lies 240 km off the coast of Orsund, the navy said.",
    ),
    # a total and a part
    (
        "number",
        "another scope",
        "The storm sank a total of 19 trawlers in the harbour of Orsund on Monday.",
        "The storm sank 12 trawlers in the harbour of Orsund on Monday.",
    ),
    # a share in words
    (
        "percentage",
        "rounding",
        "A third of the fishing boats in the harbour of Orsund were lost in the storm.",
        "The storm cost 33.9 percent of the fishing boats in the harbour of Orsund.",
    ),
    # two currencies
    (
        "money",
        "another currency",
        "The council of Velden will spend $25 million on the new flood barrier at Orsund.",
        "The council of Velden will spend €23 million on the new flood barrier at Orsund.",
    ),
    # an hour with its zone
    (
        "date",
        "time zones",
        "The ferry Skagra left the harbour of Orsund at 4:10 p.m. GMT with forty people aboard.",
        "The ferry Skagra left the harbour of Orsund at 6:10 p.m. with forty people aboard.",
    ),
    # an hour in round figures
    (
        "date",
        "rounding",
        "The ferry Skagra left the harbour of Orsund at about 4 p.m. with forty people aboard.",
        "The ferry Skagra left the harbour of Orsund at 4:12 p.m. with forty people aboard.",
    ),
    # the day changes with the zone
    (
        "date",
        "time zones: the day",
        "The rocket rose from the island of Orsund on Tuesday GMT with two satellites.",
        "The rocket rose from the island of Orsund on Wednesday with two satellites.",
    ),
    # an age, dates unknown
    (
        "age",
        "birthday",
        "Tora Lind, 41, pleaded guilty at the court in Velden.",
        "Tora Lind, 42, pleaded guilty at the court in Velden.",
    ),
]


@pytest.mark.parametrize(("kind", "why", "one", "other"), HARMLESS)
def test_a_harmless_difference_is_named(kind: str, why: str, one: str, other: str) -> None:
    found = compare(one, other, days=() if kind == "age" else ("2031-05-07", "2031-05-07"))
    assert kind not in conflicts(found)
    assert why in reasons(found, kind), found


NOTHING = [
    # the weekend holds Saturday
    ("The ferry ran aground off Orsund over the weekend.", "The ferry ran aground off Orsund on Saturday."),
    # one night
    (
        "The ferry ran aground off Orsund late on Monday night.",
        "The ferry ran aground off Orsund early on Tuesday.",
    ),
    # an account that knows both days tells of two events
    (
        "The ferry ran aground off Orsund on Monday. It was towed in on Tuesday.",
        "The ferry ran aground off Orsund on Tuesday.",
    ),
    # a kind of aircraft, and a part of the crew
    ("The barge can lift a 747 aircraft.", "The barge can lift a 737 aircraft."),
    # a street that both name; a street and its abbreviation
    (
        "The fire broke out in the 300 block of Sixth Street in Velden.",
        "The fire broke out in the 300 block of 6th St in Velden.",
    ),
    # digits and words
    ("Twenty-one boats were lost in the storm.", "In the storm 21 boats were lost."),
    # a title in short, and one within another
    ("PM Ada Kreel visited the quay.", "Prime Minister Ada Kreel visited the quay."),
    (
        "State Councilor and Foreign Minister Ada Kreel visited the quay.",
        "Foreign Minister Ada Kreel visited the quay.",
    ),
    # the age of a house
    ("The 2-century-old net loft burned.", "The 180-year-old net loft burned."),
    # the spelling of two countries
    ("The harbour programme was cancelled.", "The harbor program was canceled."),
]


@pytest.mark.parametrize(("one", "other"), NOTHING)
def test_what_is_no_difference(one: str, other: str) -> None:
    assert conflicts(compare(one, other)) == []


CONFLICTS = [
    (
        "place",
        "The fire broke out in the 300 block of Alder Street after midnight.",
        "Crews came to the 300 block of Birch Street, where a net loft burned.",
    ),
    (
        "place",
        "The trawler sank three miles north of Orsund in the storm on its way home.",
        "The trawler sank three miles south of Orsund in the storm on its way home.",
    ),
    (
        "role",
        "Velden Deputy Police Chief Ada Kreel spoke on the quay.",
        "Velden Police Chief Ada Kreel spoke on the quay.",
    ),
    (
        "role",
        "HRA Director Nils Aas resigned over the barrier.",
        "BKO Director Nils Aas resigned over the barrier.",
    ),
    (
        "date",
        "The ferry left at 2 a.m. on Monday from Orsund.",
        "The ferry left at 2 a.m. on Saturday from Orsund.",
    ),
    (
        "number",
        "The wave at Orsund killed 12 people. The mayor wept on the quay.",
        "Boats searched all night. The disaster left 14 people dead, the coast guard said.",
    ),
    (
        "age",
        "The dead man was Tora Lind, 32, a customer of the shop.",
        "A 72-year-old customer, Tora Lind, was among the dead.",
    ),
]


@pytest.mark.parametrize(("kind", "one", "other"), CONFLICTS)
def test_a_conflict_of_facts(kind: str, one: str, other: str) -> None:
    assert conflicts(compare(one, other)) == [kind]


def test_former_offices_of_which_one_may_have_held_both_are_no_conflict() -> None:
    assert conflicts(compare("Former Mayor Ada Kreel spoke.", "Former Senator Ada Kreel spoke.")) == []
