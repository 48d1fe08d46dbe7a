"""A headline against its body: what can be pointed at, and nothing that the body bears out."""

from __future__ import annotations

import pytest

from consilience.annotate import annotate, link
from consilience.contrast.headlines import headline
from consilience.contrast.sheet import sheet
from consilience.model import Region, Witness, witness_id

REST = (
    " Schools in Orsund stay closed until the roads are clear of snow. A baker on Mill Street gave away two "
    "hundred loaves before noon. The council votes on the new water tariff in spring. Nobody could say why "
    "the museum had sold the painting. Farmers in the upper valley expect a poor harvest of barley this year."
    " The railway company apologised for the broken heating in its carriages."
)


def rows(title: str, body: str) -> list[tuple[str, str]]:
    """What is found: kind and words of the headline."""
    text = f"{title}\n\n{body}{REST}"
    regions = (
        Region(0, len(title), "title", "first line"),
        Region(len(title) + 2, len(text), "body", "prose"),
    )
    witness = Witness(witness_id("a", text, None, None, None), "a", text, title=title, regions=regions)
    accounts, entities = link([annotate(witness)])
    laid = sheet(accounts, (), entities)
    out = []
    for kind, _, says, spans in headline(laid, 0):
        assert spans[0].end <= len(title) and says.endswith(".")
        out.append((kind, spans[0].of(text)))
    return out


FOUND = [
    (
        "Ferry Maren struck the reef at full speed",
        "The ferry Maren struck the reef at full speed, her cook told reporters on the quay.",
        "fact",
    ),
    (
        "Mine owners hid the cracks from inspectors",
        "Mine owners reportedly hid the cracks in the shaft from inspectors.",
        "fact",
    ),
    (
        "At least 90 sheep drown in flooded meadow",
        "A dozen sheep drowned when a meadow flooded on Monday.",
        "figure",
    ),
    (
        "Tora Lind blamed for the blackout",
        "The minister was blamed for the blackout by many in the town.",
        "name",
    ),
]


@pytest.mark.parametrize(("title", "body", "kind"), FOUND, ids=[f[0] for f in FOUND])
def test_what_the_body_does_not_bear_out(title: str, body: str, kind: str) -> None:
    assert [k for k, _ in rows(title, body)] == [kind]


BORNE_OUT = [
    # the body states it too
    ("Ferry Maren struck the reef at full speed", "The ferry Maren struck the reef at full speed on Monday."),
    # the headline says who says so, quotes, asks, or does not say that it is so
    ("Cook: ferry struck the reef at full speed", "The ferry struck the reef at full speed, her cook said."),
    ("Ferry ‘struck the reef at full speed’", "The ferry struck the reef at full speed, her cook said."),
    (
        "Did the ferry strike the reef at full speed?",
        "The ferry struck the reef at full speed, her cook said.",
    ),
    (
        "How the ferry struck the reef at full speed",
        "The ferry struck the reef at full speed, her cook said.",
    ),
    ("Council should close the mine, inspectors find", "The council should close the mine, inspectors said."),
    ("Ferry may have struck the reef at full speed", "The ferry may have struck the reef at full speed."),
    # a decision is an act
    ("Council decides to close the mine", "The council on Monday decided to close the mine for good."),
    (
        "Mine owners hid the cracks, inspectors claim",
        "Mine owners hid the cracks, inspectors said on Monday.",
    ),
    ("Ida Holm: the mine should never open again", "The mine should never open again."),
    # figures: in other forms, rounded, and added up
    ("12 sheep drown in flooded meadow", "A dozen sheep drowned when a meadow flooded on Monday."),
    ("100 sheep drown in flooded meadow", "Some 98 sheep drowned when a meadow flooded on Monday."),
    (
        "112 aboard as ferry hits the reef",
        "The ferry had 104 passengers and a crew of eight when it hit the reef.",
    ),
    ("Mine reopens after 4 years", "The mine was closed in 2027. It reopened on Monday."),
    # names: in part, and by their initials
    ("Lind blamed for the blackout", "Tora Lind, the minister, was blamed for the blackout."),
    ("LRS saves nine from the lake", "The Lake Rescue Service saved nine people from the lake on Monday."),
]


@pytest.mark.parametrize(("title", "body"), BORNE_OUT, ids=[b[0] for b in BORNE_OUT])
def test_what_the_body_bears_out_is_not_listed(title: str, body: str) -> None:
    assert rows(title, body) == []


def test_a_brief_or_an_account_without_a_headline_says_nothing() -> None:
    text = "At least 90 sheep drown in flooded meadow\n\nIt happened on Monday."
    regions = (Region(0, 41, "title", ""), Region(43, len(text), "body", ""))
    for witness in (
        Witness(witness_id("a", text, None, None, None), "a", text, regions=regions),
        Witness(witness_id("b", REST, None, None, None), "b", REST),
        Witness(witness_id("c", "", None, None, None), "c", ""),
    ):
        assert list(headline(sheet([annotate(witness)]), 0)) == []
