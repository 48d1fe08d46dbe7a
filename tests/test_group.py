"""Grouping: one story, two stories, any order."""

from __future__ import annotations

from itertools import permutations

from consilience.annotate.text import parse
from consilience.group import group
from consilience.model import Annotated, Witness
from consilience.settings import Group

FLOOD = (
    "The river Ostra burst its banks at Melden on Monday and flooded four hundred houses. Mayor Ilse Brandt said "
    "the dam above the town had held.",
    "Four hundred houses in Melden stand under water after the Ostra river flooded the town. The dam held, mayor "
    "Ilse Brandt said on Monday.",
)
TRIAL = (
    "A court in Karsund acquitted the banker Per Aune of fraud. Judge Siv Moe found no proof that he knew of the "
    "forged ledgers.",
    "The banker Per Aune walked free from the Karsund court after judge Siv Moe threw out fraud charges over "
    "forged ledgers.",
)


def accounts() -> list[Annotated]:
    texts = [*FLOOD, *TRIAL, FLOOD[0] + " Schools stay shut."]
    return [parse(Witness(f"w1:{i}", f"a{i}", text)) for i, text in enumerate(texts)]


def test_two_events_are_two_stories_the_larger_first() -> None:
    assert [s.witnesses for s in group(accounts())] == [("w1:0", "w1:1", "w1:4"), ("w1:2", "w1:3")]


def test_order_does_not_matter() -> None:
    given = accounts()
    want = group(given)
    assert all(group(order) == want for order in list(permutations(given))[::20])


def test_an_account_without_words_stands_alone() -> None:
    assert len(group([parse(Witness("w1:a", "a", "…")), parse(Witness("w1:b", "b", "***"))])) == 2


def test_at_threshold_0_all_accounts_are_one_story() -> None:
    assert [len(s.witnesses) for s in group(accounts(), Group(threshold=0.0))] == [5]
    apart = [parse(Witness(f"w1:{w}", w, f"{w.capitalize()} runs.")) for w in ("ann", "bob", "cyd")]
    assert [len(s.witnesses) for s in group(apart, Group(threshold=0.0))] == [3]
