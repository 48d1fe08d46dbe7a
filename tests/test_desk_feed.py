"""The feed and what is followed: order, reasons, what is new, what is left out."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_sample import annotated, entry, story, witness

from consilience.desk import feed as module
from consilience.desk.feed import BUCKETS, ORDER, feed, items, sparkline
from consilience.desk.interests import interest, interests
from consilience.errors import InputError
from consilience.store import Library

AT, NOW = "2031-06-01T12:00:00+00:00", "2031-06-02T12:00:00+00:00"
DAY = 22_400
Add = Callable[..., str]


@pytest.fixture
def library(tmp_path: Path) -> Any:
    with Library.open(tmp_path / "feed.db", create=True) as opened:
        yield opened
        assert opened.check() == ()


@pytest.fixture
def add(library: Library) -> Add:
    """Adds an account to a story, at a day of its own; gives the story's id."""
    count = iter(range(10_000))

    def adding(
        which: int, day: float = 0.5, text: str = "", at: str = "2031-05-10T00:00:00+00:00", **fields: Any
    ) -> str:
        n = next(count)
        with library.writing() as writer:
            account = witness(n, text=f"{text} It was report {n}." if text else "", **fields)
            writer.add(entry(account, story(which), DAY + day, at))
        return story(which)

    return adding


def shown(library: Library, only: str = "", **more: Any) -> list[str]:
    model = feed(library, now=NOW, only=only, **more)
    json.dumps(model)
    return [i["id"] for i in model["items"]]


def one(library: Library, which: int, only: str = "") -> dict[str, Any]:
    return next(i for i in feed(library, now=NOW, only=only)["items"] if i["id"] == story(which))


def summed(library: Library, which: int, **brief: Any) -> None:
    with library.writing() as writer:
        writer.summed(
            story(which),
            library.story(story(which)).grew,
            {"origins": 1, "conflicts": 0, "disputed": [], **brief},
            [],
        )


# -- order --


def test_newest_day_first_and_what_is_followed_first_within_it(library: Library, add: Add) -> None:
    add(0, 0.9), add(1, 0.5), add(2, 0.1, "A weir held."), add(3, 1.1), add(4, -0.5, "A weir broke.")
    assert shown(library) == [story(n) for n in (3, 0, 1, 2, 4)]
    topic = library.take_interest("topic", "weir", at=AT)
    assert shown(library) == [story(n) for n in (3, 2, 0, 1, 4)]
    assert shown(library, "follows") == [story(2), story(4)]
    model = feed(library, now=NOW)
    assert (model["order"], model["interests"], model["mutes"], model["more"]) == (ORDER, 1, 0, False)
    assert model["items"][1]["because"] == [
        {
            "number": topic.number,
            "kind": "topic",
            "value": "weir",
            "muted": False,
            "at": AT,
            "text": "matches “weir”, a topic you follow",
        }
    ]
    assert model["items"][0]["because"] == []


def test_how_often_something_is_told_or_opened_moves_nothing(library: Library, add: Add) -> None:
    add(0, 0.5)
    for n in range(20):
        add(1, 0.4 - n / 100)
    for _ in range(5):
        library.look(story(1), NOW)
    assert shown(library) == [story(0), story(1)]


def test_each_reason_is_told(library: Library, add: Add) -> None:
    add(0, outlet="The Meliskhour")
    with library.writing() as writer:
        writer.annotated(
            witness(0, outlet="The Meliskhour").id, "v1", annotated(witness(0, outlet="The Meliskhour"))
        )
    for kind, value in (
        ("outlet", "the meliskhour"),
        ("person", "Poe"),
        ("place", "Melden"),
        ("topic", "flooded"),
        ("story", story(0)),
    ):
        library.take_interest(kind, value, at=AT)
    assert [b["text"] for b in one(library, 0)["because"]] == [
        "is told by the meliskhour, an outlet you follow", "names Poe, whom you follow", "names Melden, a place you follow",
        "matches “flooded”, a topic you follow", "is a story you follow",
    ]  # fmt: skip


def test_pages_hold_each_story_once(library: Library, add: Add) -> None:
    rng = random.Random(3)
    for n in range(40):
        add(n, rng.random() * 4, rng.choice(("A weir.", "A dam.")))
    library.take_interest("topic", "weir", at=AT)
    library.take_interest("outlet", "The Melden Post 1", muted=True, at=AT)
    whole = shown(library, size=100)
    parts = [shown(library, page=p, size=7) for p in range(1, 8)]
    assert [s for part in parts for s in part] == whole
    assert [feed(library, now=NOW, page=p, size=7)["more"] for p in (1, len(whole) // 7 + 1)] == [True, False]
    assert len(whole) + len(shown(library, "muted", size=100)) == 40


def test_the_order_is_that_of_the_whole_sorted(
    library: Library, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow way to the same: every story looked at, sorted by the rule as it is told."""
    rng = random.Random(5)
    at: dict[str, float] = {}
    for n in range(60):
        day = rng.randrange(300) / 100
        at[add(n, day, rng.choice(("A weir.", "A dam.", "A dyke.")))] = day
    library.take_interest("topic", "weir", at=AT)
    library.take_interest("topic", "dyke", muted=True, at=AT)
    dykes = set(shown(library, "muted", size=100))
    weirs = {s for s, _, _ in library.found(library.interests()[:1], 99)[0]}
    rule = sorted(at.keys() - dykes, key=lambda s: (-(at[s] // 1), s not in weirs, -at[s]))
    for size in (1, 9, 60):
        got = [s for p in range(1, 60 // size + 2) for s in shown(library, page=p, size=size)]
        assert [at[s] for s in got] == [at[s] for s in rule]
        assert set(got) == set(rule)


def test_how_far_the_feed_goes_back_is_told(
    library: Library, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DEEPEST", 3)
    for n in range(5):
        add(n, n)
    model = feed(library, now=NOW)
    assert len(model["items"]) == 3
    assert "goes back 3 stories" in model["notes"][0]
    monkeypatch.setattr(module, "FOUND", 1)
    monkeypatch.setattr(module, "LEAST", 1)
    library.take_interest("topic", "flooded", at=AT)
    model = feed(library, now=NOW, only="follows")
    assert ([i["id"] for i in model["items"]], model["notes"]) == (
        [story(4)],
        ["Of each, the 1 accounts that came last are looked at."],
    )


@pytest.mark.parametrize(
    ("page", "size", "only"), [(0, 30, ""), (1, 0, ""), (1, 101, ""), (1, 30, "odd"), (9_999, 1, "")]
)
def test_what_is_no_page_is_said(library: Library, page: int, size: int, only: str) -> None:
    with pytest.raises(InputError):
        feed(library, now=NOW, page=page, size=size, only=only)


def test_an_empty_library_has_an_empty_feed(library: Library) -> None:
    for only in module.ONLY:
        assert shown(library, only) == []
    assert interests(library) == {"follows": [], "mutes": [], "looked_at": module.FOUND}


# -- what is left out --


def test_a_story_is_muted_by_more_than_half_of_its_accounts(library: Library, add: Add) -> None:
    add(0, text="A drill."), add(0, text="A drill."), add(0, text="A dam.")
    add(1, text="A drill."), add(1, text="A dam.")
    add(2, text="A drill.", outlet="The Hour"), add(2, text="A dam.", outlet="The Hour")
    library.take_interest("topic", "drill", muted=True, at=AT)
    assert shown(library, "muted") == [story(0)]
    model = feed(library, now=NOW)
    assert ({i["id"] for i in model["items"]}, model["muted"], model["mutes"]) == ({story(1), story(2)}, 1, 1)
    library.take_interest("outlet", "the hour", muted=True, at=AT)
    assert set(shown(library, "muted")) == {story(0), story(2)}, "an account that matches both counts once"
    told = [b["text"] for b in one(library, 2, "muted")["because"]]
    assert told == ["matches “drill”, a topic you muted", "is told by the hour, an outlet you muted"]
    own = library.take_interest("story", story(2), at=AT)
    assert story(2) in shown(library), "the story itself is followed"
    library.take_interest("story", story(2), muted=True, at=AT)
    assert story(2) not in shown(library)
    library.lose_interest(own.number)


def test_what_is_followed_and_muted_is_left_out(library: Library, add: Add) -> None:
    add(0, text="A weir drill.")
    library.take_interest("topic", "weir", at=AT)
    library.take_interest("topic", "drill", muted=True, at=AT)
    assert shown(library) == shown(library, "follows") == shown(library, "new") == []
    assert feed(library, now=NOW, only="follows")["muted"] == 1


# -- what is new --


def test_what_came_since_the_reader_looked_is_new(library: Library, add: Add) -> None:
    add(0), add(0), add(1)
    assert one(library, 0)["new"] == 0, "nothing was seen yet: all of it is"
    assert shown(library, "new") == []
    library.look("feed", "2031-06-01T08:00Z")
    add(0, at=AT), add(2, at=AT)
    assert [(s, one(library, s)["new"]) for s in (0, 1, 2)] == [(0, 1), (1, 0), (2, 1)]
    assert set(shown(library, "new")) == {story(0), story(2)}
    library.look(story(0), NOW)
    assert one(library, 0)["new"] == 0, "it was opened"
    assert shown(library, "new") == [story(2)]
    library.look("feed", NOW)
    assert one(library, 2)["new"] == 1, "while the visit lasts"
    assert feed(library, now="2031-06-02T13:00Z")["items"][0]["new"] == 0


# -- what a comparison said --


def test_what_the_last_comparison_said_is_shown_and_how_old_it_is(library: Library, add: Add) -> None:
    add(0), add(0), add(1)
    assert [one(library, n)["compared"] for n in (0, 1)] == ["no", "alone"]
    assert (one(library, 0)["origins"], one(library, 0)["summary"]) == (None, [])
    disputed = [{"id": "d1:" + f"{n:016}", "kind": "number", "explanation": f"It is {n}."} for n in range(2)]
    ids = [*(d["id"] for d in disputed), *(f"d1:{n:016}" for n in range(2, 5))]
    rest = {"verdict": "So.", "summary": ["One."], "shared": 4}
    summed(library, 0, origins=2, conflicts=5, conflict_ids=ids, disputed=disputed, **rest)
    told = one(library, 0)
    assert (told["compared"], told["origins"], told["conflicts"], told["shared"]) == ("yes", 2, 5, 4)
    assert (told["disputed"], told["verdict"], told["summary"]) == (disputed, "So.", ["One."])
    assert shown(library, "disputed") == [story(0)]
    library.harmless(story(0), disputed[0]["id"], "They round.", at=AT)
    assert one(library, 0)["disputed"] == disputed[1:]
    assert one(library, 0)["conflicts"] == 4
    add(0, at=AT)
    assert one(library, 0)["compared"] == "older"
    for conflict in ids[1:]:
        assert shown(library, "disputed") == [story(0)]
        library.harmless(story(0), conflict, "They round.", at=AT)
    assert shown(library, "disputed") == []
    assert one(library, 0)["conflicts"] == 0


def test_outlets_are_told_once_and_counted(library: Library, add: Add) -> None:
    for n in range(14):
        add(0, 0.5, outlet=f"Outlet {n}", published=f"2031-05-{n + 1:02}")
        add(0, 0.5, outlet=f"Outlet {n}", published=f"2031-05-{n + 1:02}")
    add(0, 0.5, outlet=None)
    assert one(library, 0)["outlets"] == {"names": [f"Outlet {n}" for n in range(12)], "more": 2}
    assert sum(one(library, 0)["arrivals"]["counts"]) == 29


# -- arrivals --


def test_arrivals_are_counted_in_equal_stretches() -> None:
    day = [(f"2031-05-01T{h:02}:00Z", "", None) for h in range(24)]
    told = sparkline(day)
    assert (told["first"], told["last"]) == ("2031-05-01T00:00:00+00:00", "2031-05-01T23:00:00+00:00")
    assert told["counts"] == [1] * BUCKETS
    assert sparkline([("2031-05-01", "", None)] * 3)["counts"] == [3]
    assert sparkline([]) == {"first": None, "last": None, "counts": []}
    assert sparkline([("soon", "2031-05-01T09:00+02:00", None)])["first"] == "2031-05-01T07:00:00+00:00"


TIMES = st.datetimes().map(lambda t: t.isoformat()) | st.sampled_from(
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00", "never", ""]
)


@given(st.lists(st.tuples(st.none() | TIMES, TIMES, st.none()), max_size=30))
def test_no_arrival_is_lost(arrivals: list[tuple[str | None, str, None]]) -> None:
    told = sparkline(arrivals)
    known = [a for a in arrivals if any(module.instant(t) for t in a[:2])]
    assert sum(told["counts"]) == len(known)
    assert len(told["counts"]) in (0, 1, BUCKETS)
    if len(told["counts"]) > 1:
        assert told["counts"][0], "a stretch begins with an account"
        assert told["counts"][-1], "and ends with one"


# -- what is followed --


def test_what_is_followed_is_told_with_what_it_brings(
    library: Library, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(0, 0.1, "A weir."), add(1, 0.2, "A weir."), add(1, 0.3, "A weir.")
    topic = library.take_interest("topic", "weir", at=AT)
    own = library.take_interest("story", story(0), at=AT)
    library.take_interest("place", "Nowhere", muted=True, at=AT)
    told = interests(library)
    assert [(f["name"], f["stories"], f["exact"]) for f in told["follows"]] == [
        ("weir", 2, True),
        ("Flood report 0", 1, True),
    ]
    assert told["follows"][0]["newest"]["id"] == story(1)
    assert [(m["name"], m["stories"], m["newest"]) for m in told["mutes"]] == [("Nowhere", 0, None)]
    monkeypatch.setattr("consilience.desk.interests.FOUND", 1)
    monkeypatch.setattr("consilience.desk.interests.LEAST", 1)
    assert [(f["stories"], f["exact"]) for f in interests(library)["follows"]] == [(1, False), (1, True)]
    assert interest(library, topic.number).value == "weir"
    library.lose_interest(own.number)
    with pytest.raises(InputError, match="there is no follow"):
        interest(library, own.number)


def test_stories_are_shown_by_themselves(library: Library, add: Add) -> None:
    add(0), add(1)
    assert [i["id"] for i in items(library, [story(1), "s1:none", story(0)], "")] == [story(1), story(0)]
