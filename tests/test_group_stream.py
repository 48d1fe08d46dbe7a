"""Grouping of a stream: one decision as each account arrives, changes told, people's word kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import permutations

import pytest

from consilience.errors import InputError
from consilience.group.profiles import FIELDS, Profile, profile
from consilience.group.stream import Decision, Grouper, story_key, two_parts
from consilience.model import Witness
from consilience.settings import Group

FLOOD = [
    ("Ostra bursts its banks at Melden", "2031-03-04", "The river Ostra burst its banks at Melden on Monday and flooded "
     "four hundred houses. Mayor Ilse Brandt, 51, said the dam above the town had held. Two people drowned on Mill Lane."),
    ("Four hundred houses flooded at Melden", "2031-03-04", "Four hundred houses in Melden stand under water after the "
     "Ostra river flooded the town. The dam held, mayor Ilse Brandt said on Monday. Two people drowned on Mill Lane."),
    ("Melden mayor says dam held as Ostra floods houses", "2031-03-05", "Mayor Ilse Brandt, 51, of Melden said the dam "
     "had held when the Ostra burst its banks on Monday, flooding four hundred houses. Two people drowned."),
]  # fmt: skip
TRIAL = [
    ("Banker Aune acquitted in Karsund", "2031-03-04", "A court in Karsund acquitted the banker Per Aune, 44, of fraud "
     "on Tuesday. Judge Siv Moe found no proof that he knew of the forged ledgers of Halden Bank."),
    ("Per Aune walks free", "2031-03-04", "The banker Per Aune, 44, walked free from the Karsund court on Tuesday after "
     "judge Siv Moe threw out fraud charges over forged ledgers at Halden Bank."),
]  # fmt: skip


def made(told: Sequence[tuple[str, str | None, str]], tag: str) -> list[Profile]:
    return [
        profile(Witness(f"w1:{tag}{n}", f"{tag}{n}", text, title=title, published=day), arrived=22_400.0)
        for n, (title, day, text) in enumerate(told)
    ]


@pytest.fixture(scope="module")
def flood() -> list[Profile]:
    return made(FLOOD, "f")


@pytest.fixture(scope="module")
def trial() -> list[Profile]:
    return made(TRIAL, "t")


def stories(decisions: Iterable[Decision]) -> dict[str, str]:
    """Where each account is in the end, every change carried out as it is told."""
    found: dict[str, str] = {}
    for decision in decisions:
        found[decision.key] = decision.story
        for change in decision.changes:
            for key in change.accounts:
                found[key] = change.story if change.kind == "merge" else change.other
    return found


def parts(found: dict[str, str]) -> set[frozenset[str]]:
    return {frozenset(k for k in found if found[k] == story) for story in found.values()}


def test_a_story_begins_with_its_founder_and_grows(flood: list[Profile], trial: list[Profile]) -> None:
    grouper = Grouper()
    first, second, other = (grouper.add(p) for p in (flood[0], flood[1], trial[0]))
    assert first.new and first.story == story_key("w1:f0") and first.near is None
    assert not second.new and second.story == first.story and second.near == "w1:f0"
    assert other.new and other.story == story_key("w1:t0")
    assert all(d.why.endswith(".") for d in (first, second, other))
    assert "w1:f0" in grouper and "w1:x" not in grouper and len(grouper) == 3


def test_an_account_that_is_held_stays_where_it_is(flood: list[Profile]) -> None:
    grouper = Grouper()
    grouper.add(flood[0])
    again = grouper.add(flood[0])
    assert (again.story, again.new, again.changes, len(grouper)) == (story_key("w1:f0"), False, (), 1)


def test_clear_cases_do_not_hang_on_the_order(flood: list[Profile], trial: list[Profile]) -> None:
    want = {frozenset(p.key for p in flood), frozenset(p.key for p in trial)}
    for order in permutations([*flood, *trial]):
        grouper = Grouper()
        assert parts(stories(grouper.add(p) for p in order)) == want


def test_copies_join_first_in_any_order(flood: list[Profile], trial: list[Profile]) -> None:
    copy = made([("Another headline altogether", None, FLOOD[0][2])], "c")[0]
    for order in ([flood[0], trial[0], copy], [copy, trial[0], flood[0]]):
        grouper = Grouper()
        found = stories(grouper.add(p) for p in order)
        assert found["w1:c0"] == found["w1:f0"] != found["w1:t0"]


def test_one_restored_decides_as_one_never_closed(flood: list[Profile], trial: list[Profile]) -> None:
    order = [flood[0], trial[0], flood[1], trial[1], flood[2]]
    whole = Grouper()
    decided = [whole.add(p) for p in order]
    for cut in range(1, len(order)):
        kept = stories(decided[:cut])
        restored = Grouper()
        for item in order[:cut]:
            restored.keep(Profile.from_bytes(item.key, item.to_bytes()), kept[item.key])
        assert [restored.add(p) for p in order[cut:]] == decided[cut:]


def test_forgetting_leaves_no_trace(flood: list[Profile], trial: list[Profile]) -> None:
    old = made([(t, "2001-01-01", b) for t, _, b in FLOOD], "o")
    grown, fresh = Grouper(Group(window=100.0)), Grouper(Group(window=100.0))
    for item in old:
        grown.add(item)
    assert [grown.add(p) for p in (*trial, *flood)] == [fresh.add(p) for p in (*trial, *flood)]
    assert "w1:o0" not in grown and len(grown) == 5
    assert grown.covers(flood[0].when) and not grown.covers(old[0].when)


def test_an_account_older_than_the_window_is_decided_and_not_held(flood: list[Profile]) -> None:
    grouper = Grouper(Group(window=100.0))
    grouper.add(flood[0])
    late = made([(FLOOD[1][0], "2001-01-01", FLOOD[1][2])], "o")[0]
    assert grouper.add(late).story
    assert late.key not in grouper


def test_people_tie_and_part_accounts(flood: list[Profile], trial: list[Profile]) -> None:
    grouper = Grouper()
    grouper.tie("w1:f0", "w1:t0", True)
    grouper.tie("w1:f0", "w1:f1", False)
    found = stories(grouper.add(p) for p in (flood[0], trial[0], flood[1], flood[2]))
    assert found["w1:t0"] == found["w1:f0"] != found["w1:f1"]


def test_what_people_parted_is_not_joined_through_a_tie(flood: list[Profile]) -> None:
    grouper = Grouper()
    grouper.tie("w1:f0", "w1:t9", True)
    grouper.tie("w1:t9", "w1:f1", False)
    grouper.add(flood[0])
    assert grouper.add(flood[1]).new


def test_a_word_taken_back_counts_no_more(flood: list[Profile]) -> None:
    grouper = Grouper()
    grouper.tie("w1:f0", "w1:f1", False)
    grouper.tie("w1:f0", "w1:f1", True)
    grouper.add(flood[0])
    assert not grouper.add(flood[1]).new


def test_a_bridge_merges_two_stories_and_says_so(flood: list[Profile]) -> None:
    grouper = Grouper()
    grouper.keep(flood[0], story_key("w1:f0"))
    grouper.keep(flood[1], story_key("w1:f1"))
    decision = grouper.add(flood[2])
    (change,) = decision.changes
    assert (change.kind, change.story, change.other) == ("merge", story_key("w1:f0"), story_key("w1:f1"))
    assert change.accounts and change.why.endswith(".") and decision.story == story_key("w1:f0")


def test_no_merge_against_peoples_word(flood: list[Profile]) -> None:
    grouper = Grouper()
    grouper.tie("w1:f0", "w1:f1", False)
    grouper.keep(flood[0], story_key("w1:f0"))
    grouper.keep(flood[1], story_key("w1:f1"))
    assert grouper.add(flood[2]).changes == ()


def test_a_story_of_two_events_falls_apart_at_four(flood: list[Profile], trial: list[Profile]) -> None:
    for tied in (False, True):
        grouper = Grouper()
        if tied:
            grouper.tie("w1:f0", "w1:t0", True)
        for item in (flood[0], flood[1], trial[0]):
            grouper.keep(item, story_key("w1:f0"))
        decision = grouper.add(flood[2])
        assert [c.kind for c in decision.changes] == ([] if tied else ["split"])
        if not tied:
            (change,) = decision.changes
            assert (change.story, change.other, change.accounts) == (
                story_key("w1:f0"), story_key("w1:t0"), ("w1:t0",)
            )  # fmt: skip


def test_odd_accounts_make_profiles() -> None:
    grouper = Grouper()
    for n, text in enumerate(("", "…", "a", "\ud800 Melden", "1 2 3", "A" * 5000, "漢字 かな")):
        item = profile(Witness(f"w1:{n}", "x", text), arrived=1.0)
        assert Profile.from_bytes(item.key, item.to_bytes()) == item
        assert grouper.add(item).story


def test_a_profile_is_small_and_of_one_version(flood: list[Profile]) -> None:
    data = flood[0].to_bytes()
    assert len(data) < 4096
    assert all(getattr(flood[0], name) for name in FIELDS)
    with pytest.raises(InputError):
        Profile.from_bytes("w1:f0", b"\xff" + data[1:])


def test_a_date_far_ahead_moves_no_window(flood: list[Profile]) -> None:
    slip = profile(Witness("w1:a", "a", "Melden", published="2999-01-01"), arrived=22_400.0)
    assert (slip.dated, slip.ahead, flood[0].ahead) == (True, True, False)
    grouper = Grouper(Group(window=30.0))
    grouper.add(flood[0])
    grouper.add(slip)
    assert not grouper.add(flood[1]).new


def test_two_parts_of_one_account() -> None:
    import numpy as np

    assert two_parts(np.ones((1, 1))) == ([0], [])
