"""Links of points: which are listed, in which order, and what their reasons say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from consilience.annotate import annotate, link
from consilience.collate import collate
from consilience.collate.clauses import Unit
from consilience.collate.evidence import FEATURES, Pairs
from consilience.collate.links import SHOWN, Links
from consilience.collate.points import Table
from consilience.model import Point, Story, Witness

DAILY = "Harbour Minister Ada Renning said the old pier at Sollmar would be closed on Friday for 12 weeks.\n"
WEEKLY = "The old pier at Sollmar would be closed on Friday, Harbour Minister Ada Renning said.\n"
BULLETIN = "Renning: the pier in Sollmar will close on Friday for twelve weeks.\n"


def points(*texts: str) -> tuple[Point, ...]:
    accounts = [annotate(Witness(f"w1:{n}", str(n), text, language="en")) for n, text in enumerate(texts)]
    linked, entities = link(accounts)
    return collate(Story("s1:t", tuple(a.witness.id for a in linked), ""), linked, entities)


def links(scores: Mapping[tuple[int, int], float], accounts: str) -> list[tuple[int, int, float]]:
    """The links of one point whose units stand in these accounts, as numbers of units and score."""
    texts = {
        name: annotate(Witness(name, name, "The old pier closes. " * len(accounts))) for name in accounts
    }
    units = [
        Unit(name, 21 * n, 21 * n + 19, 5 * n, 5 * n + 4, n, 0.0, "body") for n, name in enumerate(accounts)
    ]
    left, right = np.array(sorted(scores), np.int64).reshape(-1, 2).T
    table = Table(units, dict(scores), Pairs(left, right, np.zeros((len(left), len(FEATURES)))), {})
    found = Links(table, texts, {}).of(range(len(accounts)))
    return [(link.a.start // 21, link.b.start // 21, link.score) for link in found]


def test_links_stand_weakest_first() -> None:
    assert links({(0, 1): 0.9, (0, 2): 0.4, (1, 2): 0.6}, "abc") == [(0, 2, 0.4), (1, 2, 0.6), (0, 1, 0.9)]


def test_each_passage_has_its_strongest_link_however_weak() -> None:
    weak = SHOWN / 2
    assert links({(0, 1): 0.9, (0, 2): weak, (1, 2): weak / 2}, "abc") == [(0, 2, weak), (0, 1, 0.9)]
    assert links({(0, 1): 0.9}, "abc") == [(0, 2, 0.0), (0, 1, 0.9)]


def test_passages_of_one_account_are_not_linked() -> None:
    assert links({(0, 2): 0.9, (1, 2): 0.8}, "aab") == [(1, 2, 0.8), (0, 2, 0.9)]


def test_the_reason_names_what_is_shared() -> None:
    found = next(p for p in points(DAILY, WEEKLY, BULLETIN) if len(p.witnesses) == 3)
    reasons = " | ".join(k.reason for k in found.links)
    assert "both say 12" in reasons
    assert "Sollmar" in reasons
    assert "words in a row" in reasons
    assert "same speaker" in reasons


def test_the_same_words_are_told_as_such() -> None:
    text = "The old pier at Sollmar was closed after an inspection.\n"
    assert points(text, text)[0].links[0].reason.startswith("word for word the same")


def test_of_a_point_with_many_passages_the_strongest_links_of_each_are_listed() -> None:
    names = "abcdefghijklmnop"
    scores = {(i, j): round(1 - (j - i) / 40, 3) for i in range(16) for j in range(i + 1, 16)}
    scores[14, 15] = 0.01
    for i in range(14):
        scores[i, 15] = 0.001 * (i + 1)
    found = links(scores, names)
    assert len(found) < 16 * 3
    assert {n for i, j, _ in found for n in (i, j)} == set(range(16))
    assert found[0] == (13, 15, 0.014), "the passage that hangs on least comes first"
