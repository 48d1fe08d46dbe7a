"""Quantities, on invented sentences."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from consilience.annotate.mentions import mentions
from consilience.annotate.numerals import value
from consilience.annotate.text import parse
from consilience.model import Quantity, Witness


def found(text: str) -> list[Quantity]:
    """The quantities of a text, in order."""
    parsed = parse(Witness("w1:q", "q", text, published="2031-05-06"))
    account = replace(parsed, mentions=mentions(parsed))
    return [m.value for m in account.mentions if isinstance(m.value, Quantity)]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "hedge", "kind"),
    [
        ("At least 7 people were killed at the quay.", 7, inf, "people killed", "at least", "number"),
        ("At least 82 were killed.", 82, inf, "people killed", "at least", "number"),
        ("The blast killed twelve people.", 12, 12, "people killed", "", "number"),
        ("The quake left 45 dead.", 45, 45, "people killed", "", "number"),
        ("The death toll rose to 45.", 45, 45, "people killed", "", "number"),
        ("Storms wounded 30 others.", 30, 30, "people injured", "", "number"),
        ("Between 10 and 15 soldiers died.", 10, 15, "soldier killed", "range", "number"),
        ("About 10-15 houses burned.", 10, 15, "house", "range", "number"),
        ("Police arrested 13 protesters.", 13, 13, "protester arrested", "", "number"),
        ("There were 112 on board.", 112, 112, "people", "", "number"),
        ("The ferry had a crew of eight.", 8, 8, "crew", "", "number"),
        ("Dozens of residents were evacuated.", 24, 99, "resident evacuated", "about", "number"),
        ("They saw a couple of ferries.", 2, 2, "ferry", "", "number"),
        ("Nearly 40 ferries sailed.", 36, 40, "ferry", "about", "number"),
        ("More than 150 tickets were sold.", 150, inf, "ticket", "more than", "number"),
        ("No more than 20 ferries sailed.", 0, 20, "ferry", "at most", "number"),
        ("It cost $1.2 billion.", 1.2e9, 1.2e9, "usd", "", "money"),
        ("It cost €3m.", 3e6, 3e6, "eur", "", "money"),
        ("It cost 20 million pounds.", 2e7, 2e7, "gbp", "", "money"),
        ("It cost 10 to 15 million dollars.", 1e7, 1.5e7, "usd", "range", "money"),
        ("Sales fell 5.5 per cent.", 5.5, 5.5, "percent", "", "percentage"),
        ("Sales fell 5%.", 5, 5, "percent", "", "percentage"),
        ("Eva Ortiz, 31, left.", 31, 31, "year", "", "age"),
        ("A 31-year-old woman left.", 31, 31, "year", "", "age"),
        ("A boy aged six left.", 6, 6, "year", "", "age"),
        ("He is 44 years old.", 44, 44, "year", "", "age"),
        ("She walked 5 miles.", 8.04672, 8.04672, "km", "", "number"),
        ("It lasted two and a half hours.", 2.5, 2.5, "hour", "", "number"),
        ("It lasted two decades.", 20, 20, "year", "", "number"),
        ("Half a million tonnes sank.", 5e5, 5e5, "tonne", "", "number"),
        ("Her 9.2million followers laughed.", 9.2e6, 9.2e6, "follower", "", "number"),
    ],
)
def test_one_quantity(text: str, low: float, high: float, unit: str, hedge: str, kind: str) -> None:
    assert found(text) == [Quantity(low, high, unit, hedge, kind)]


def test_each_verb_has_its_own_count() -> None:
    units = [(q.low, q.unit) for q in found("The blast killed 12 people and wounded 30 others.")]
    assert units == [(12, "people killed"), (30, "people injured")]


def test_those_who_kill_are_not_the_killed() -> None:
    units = [(q.low, q.unit) for q in found("Three gunmen killed two officers.")]
    assert units == [(3, "gunman"), (2, "officer killed")]


@pytest.mark.parametrize(
    "text",
    [
        "One of them said no one had seen it.",
        "They won 3-2 on Saturday.",
        "Call 555-123-4567 or 0800 000 114.",
        "Flight 370 is late.",
        "It happened at 5:20 p.m. on Monday.",
        "She was the first to leave in 2019.",
        "On the one hand, it rained.",
        "He arrived at ten in the rain.",
        "It was the 10th time.",
        "On 14 May 2031 it rained.",
    ],
)
def test_no_quantity(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("twenty-one", 21),
        ("a hundred and five", 105),
        ("two hundred thousand", 200_000),
        ("1,200.5", 1200.5),
        ("half a million", 500_000),
        ("three dozen", 36),
        ("ferry", None),
        ("", None),
    ],
)
def test_numerals(words: str, number: float | None) -> None:
    assert value(words) == number
