"""What a reader follows, has read and collects: the same for every store."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_sample import annotated, entry, story, witness
from test_store_contract import AT, IMPLEMENTATIONS, Change, fill, say

from consilience.errors import InputError
from consilience.model import Witness
from consilience.store import Library, Store
from consilience.store.briefs import MOST_PAST
from consilience.store.matching import EVERY, accounts, interests
from consilience.store.reader import LONGEST, MOST_INTERESTS

ODD = "\x00\ud800 \ufdd0"
CONFLICT = "d1:" + "0" * 16


@pytest.fixture(params=IMPLEMENTATIONS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = IMPLEMENTATIONS[request.param](tmp_path)
    yield opened
    assert opened.check() == (), "whatever a test does, the library is whole"
    opened.close()


def matches(store: Store, number: int, *stories: str) -> dict[str, int]:
    """How many accounts of each story match an interest."""
    some = [i for i in store.interests() if i.number == number]
    return {s: len(a) for s, a in store.matched(some, stories or (story(0), story(1)))[number].items()}


# -- interests --


def test_an_interest_is_kept_changed_and_given_up(store: Store) -> None:
    fill(store, 2)
    topic = store.take_interest("topic", "  flood   Melden ", at=AT)
    assert (topic.kind, topic.value, topic.muted, topic.at) == ("topic", "flood Melden", False, AT)
    person = store.take_interest("person", "Mr Ann Poe", at=AT)
    assert (
        store.take_interest("person", "ann POE", muted=True, at="2031-07-01T00:00Z").number == person.number
    )
    one = store.take_interest("story", story(0)[3:9], at=AT)
    assert one.value == story(0)
    assert [(i.number, i.muted) for i in store.interests()] == [
        (topic.number, False), (person.number, True), (one.number, False),
    ]  # fmt: skip
    assert store.lose_interest(one.number)
    assert not store.lose_interest(one.number)
    assert not store.lose_interest(1 << 80)
    again = store.take_interest("outlet", "The Ostra Hour", at=AT)
    assert again.number > one.number, "a link to what was followed never leads to something else"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("colour", "red"), ("topic", ""), ("topic", " \t"), ("topic", "?!"), ("topic", "x" * 10_000),
        ("person", "…"), ("person", "a" * 301), ("place", ""), ("outlet", "  "), ("story", "s1:ffffffffffffffff"),
        ("topic", "flood story:abcd"), ("story", "x" * 10_000), ("topic", "OR AND"), ("topic", "-drill"), ("topic", "after:2031-05"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_said(store: Store, kind: str, value: str) -> None:
    with pytest.raises(InputError):
        store.take_interest(kind, value, at=AT)
    assert store.interests() == ()


def test_only_so_much_can_be_followed(store: Store) -> None:
    for n in range(MOST_INTERESTS):
        store.take_interest("outlet", f"Outlet {n}", at=AT)
    with pytest.raises(InputError, match="no more"):
        store.take_interest("outlet", "One more", at=AT)
    assert store.take_interest("outlet", "outlet 7", muted=True, at=AT).muted, "what is there can be changed"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(("topic", "person", "place", "outlet")),
    st.text(st.characters(codec=None), min_size=1, max_size=40),
)
def test_any_text_can_be_followed_or_is_refused(store: Store, kind: str, value: str) -> None:
    try:
        made = store.take_interest(kind, value, at=AT)
    except InputError:
        return
    assert made in store.interests()
    with store.writing() as writer:
        writer.add(entry(witness(3), story(0)))
    assert store.check() == ()
    assert store.lose_interest(made.number)


def test_what_matches_is_known_as_accounts_come(store: Store) -> None:
    topic = store.take_interest("topic", "pumps -drill", at=AT)
    outlet = store.take_interest("outlet", "the melden  POST 1", at=AT)
    person = store.take_interest("person", "Poe", at=AT)
    assert matches(store, topic.number) == {}
    say(store, 1)
    with store.writing() as writer:
        writer.add(entry(witness(4), story(1)))
        writer.add(entry(witness(5, text="A drill with pumps."), story(1)))
    assert matches(store, topic.number) == {story(0): 1, story(1): 1}
    assert matches(store, outlet.number) == {story(0): 1, story(1): 1}
    assert matches(store, person.number) == {story(0): 1}, "names are known when an account is annotated"
    late = store.take_interest("place", "Melden", at=AT)
    said = store.take_interest("topic", "pumps kind:statement", at=AT)
    assert matches(store, late.number) == matches(store, said.number) == {story(0): 1}
    with store.writing() as writer:
        writer.annotated(witness(4).id, "v1", annotated(witness(4)))
    assert matches(store, late.number) == matches(store, said.number) == {story(0): 1, story(1): 1}


def test_a_topic_may_be_bound_to_days(store: Store) -> None:
    late = store.take_interest("topic", "flooded after:2031-05-04", at=AT)
    fill(store, 3)
    assert matches(store, late.number) == {}
    with store.writing() as writer:
        writer.add(entry(witness(5), story(1), 22_405.0))
    assert matches(store, late.number) == {story(1): 1}


def test_a_block_that_fails_leaves_no_match(store: Store) -> None:
    topic = store.take_interest("topic", "flooded", at=AT)
    with pytest.raises(ZeroDivisionError), store.writing() as writer:
        writer.add(entry(witness(1), story(0)))
        raise ZeroDivisionError
    fill(store, 1)
    assert matches(store, topic.number) == {story(0): 1}


def test_names_follow_the_words_of_people(store: Store) -> None:
    say(store, 1)
    say(store, 2, which=1)
    one = store.take_interest("person", "Zoë O’Hara", at=AT)
    assert matches(store, one.number) == {}
    store.same("Zoe O'Hara", "Ann Poe", at=AT)
    assert matches(store, one.number) == {story(0): 1, story(1): 1}
    store.not_same("Ann Poe", [story(1)], at=AT)
    assert matches(store, one.number) == {story(0): 1}
    store.merge(story(0), story(1), at=AT)
    assert matches(store, one.number) == {}, "in the story it is part of now, too"
    for _ in range(3):
        store.undo(at=AT)
    assert matches(store, one.number) == {}


def test_a_story_followed_leads_on(store: Store) -> None:
    fill(store, 2, 1, 1)
    one = store.take_interest("story", story(1), at=AT)
    store.merge(story(0), story(1), at=AT)
    assert [i.value for i in store.interests()] == [story(0)]
    assert matches(store, one.number) == {story(0): 3}
    assert store.take_interest("story", story(0), muted=True, at=AT).number == one.number
    assert store.found(store.interests(), 10) == (((story(0), 22_402.0, 3),), True)
    store.undo(at=AT)
    assert matches(store, one.number) == {story(1): 1}
    assert store.take_interest("story", story(0), at=AT).number != one.number


def test_what_matches_is_what_the_index_finds(store: Store) -> None:
    """The slow way to the same: each account is asked for each interest, after a random history."""
    rng = random.Random(7)
    for n in range(30):
        with store.writing() as writer:
            account = witness(
                n,
                text=f"{rng.choice(('Dam', 'Weir', 'Dyke'))} report. The dam held. Ann Poe. Raj Lal. Melden. the pumps had failed",
            )
            writer.add(entry(account, story(n % 4)))
            if rng.random() < 0.5:
                writer.annotated(account.id, "v1", annotated(account))
        if n % 6 == 0:
            kind, value = rng.choice(
                [("topic", "weir"), ("person", "Lal"), ("place", "Melden"), ("outlet", "THE MELDEN POST 2")]
            )
            store.take_interest(kind, value, muted=rng.random() < 0.5, at=AT)
    assert isinstance(store, Library)
    for one in interests(store._db):
        held = store.matched([one], [story(n) for n in range(4)])[one.number]
        assert sorted(n for a in held.values() for n in a) == sorted(accounts(store._db, one, EVERY))


def test_found_says_whether_it_is_all(store: Store) -> None:
    fill(store, 1, 2, 1)
    one = store.take_interest("topic", "flooded", at=AT)
    assert [s for s, _, _ in store.found([one], 10)[0]] == [story(2), story(1), story(0)]
    assert store.found([one], 4)[1]
    some, whole = store.found([one], 2)
    assert ([s for s, _, _ in some], whole) == ([story(2), story(1)], False)
    assert store.found([], 5) == ((), True)


# -- looks --


def test_what_is_new_is_newer_than_the_visit_before(store: Store) -> None:
    def since(at: str) -> str:
        return store.looked(["feed", "never"], at)["feed"]

    assert store.looked(["feed", "never"], "2031-06-01T09:00Z") == {"feed": "", "never": ""}
    store.look("feed", "2031-06-01T09:00Z")
    assert since("2031-06-01T09:20Z") == "", "the first visit lasts"
    store.look("feed", "2031-06-01T09:25Z")
    assert since("2031-06-01T09:50Z") == ""
    assert since("2031-06-01T10:00Z") == "2031-06-01T09:25:00+00:00", "half an hour later is another visit"
    look = store.look("feed", "2031-06-01T11:00Z")
    assert (look.at, look.before) == ("2031-06-01T11:00:00+00:00", "2031-06-01T09:25:00+00:00")
    assert since("2031-06-01T11:29Z") == "2031-06-01T09:25:00+00:00", "so a page loaded again marks the same"
    store.look("feed", "2031-06-01T08:00Z")
    assert store.looks(["feed", "never"]) == {"feed": look}, "a clock that was put back undoes nothing"
    with pytest.raises(InputError):
        store.look("feed", "yesterday")


def test_stories_that_grew_since_they_were_opened(store: Store) -> None:
    fill(store, 1, 1, 1)
    assert store.front(9, since="") == (), "nothing was opened"
    store.look(story(0), "2031-05-09T00:00Z")
    store.look(story(1), "2031-05-11T00:00Z")
    assert [s for s, _, _ in store.front(9, since="")] == [story(0)]
    assert [s for s, _, _ in store.front(9, since="2031-05-09")] == [story(2), story(0)]
    assert [s for s, _, _ in store.front(1, since="2031-05-09")] == [story(2)]
    assert [s for s, _, _ in store.front(9, since="2031-05-12")] == [story(0)]


# -- briefs, outlets --


def summed(store: Store, which: int, **brief: object) -> None:
    with store.writing() as writer:
        writer.summed(
            story(which),
            store.story(story(which)).grew,
            {"conflicts": 0, **brief},
            [("The Melden Post 0", "copies", "Ostra Wire", 2)],
        )


def test_a_brief_stays_while_its_story_grows_and_says_so(store: Store) -> None:
    fill(store, 2, 2, 1)
    assert store.uncompared() == (story(1), story(0)), "one account is nothing to compare"
    summed(store, 0, conflicts=1, summary=[f"Odd {ODD}"])
    assert store.briefs([story(0), story(1), "s1:none"]) == {
        story(0): {"conflicts": 1, "summary": [f"Odd {ODD}"], "fresh": True}
    }
    assert store.uncompared() == (story(1),)
    assert [s for s, _, _ in store.front(9, disputed=True)] == [story(0)]
    with store.writing() as writer:
        writer.add(entry(witness(20), story(0), at="2031-05-11T00:00Z"))
    assert store.briefs([story(0)])[story(0)]["fresh"] is False
    assert set(store.uncompared()) == {story(0), story(1)}
    assert store.uncompared(1) == (story(1),)


def test_what_tells_of_accounts_that_left_is_dropped(store: Store) -> None:
    groups = fill(store, 3, 2)
    for change in (
        lambda: store.merge(story(0), story(1), at=AT),
        lambda: store.undo(at=AT),
        lambda: store.split(story(0), groups[0][:1], at=AT),
        lambda: store.undo(at=AT),
        lambda: store.move(groups[0][0], story(1), at=AT),
    ):
        for which in {0, 1} & {n for n in (0, 1) if store.story(story(n)).id == story(n)}:
            summed(store, which)
            with store.writing() as writer:
                writer.passed(story(which), "then", {"a": which})
        change()
        assert store.briefs([story(0)]) == {}
        assert store.tallies("The Melden Post 0") in ((), store.tallied_to("Ostra Wire", "copies"))
        assert store.past(story(0), "then") is None


def test_dossiers_of_earlier_times_are_bounded(store: Store) -> None:
    fill(store, 2)
    for n in range(MOST_PAST + 1):
        with store.writing() as writer:
            writer.passed(story(0), f"k{n}", {"n": n, "odd": ODD})
            writer.passed(story(0), f"k{n}", {"n": n, "odd": ODD})
    assert store.past(story(0), "k0") is None
    assert store.past(story(0), f"k{MOST_PAST}") == {"n": MOST_PAST, "odd": ODD}


def test_outlets_and_what_was_counted_of_them(store: Store) -> None:
    fill(store, 4, 2)
    assert store.outlets() == (
        ("The Melden Post 0", 2, 1),
        ("The Melden Post 1", 2, 2),
        ("The Melden Post 2", 2, 2),
    )
    assert store.outlets(1, 1) == (("The Melden Post 1", 2, 2),)
    assert [a.witness.name for a in store.outlet_accounts("The Melden Post 0")] == ["report-3", "report-0"]
    assert [a.witness.name for a in store.outlet_accounts("The Melden Post 0", 1, 1)] == ["report-0"]
    assert store.outlet_accounts(ODD) == ()
    with store.writing() as writer:
        writer.summed(
            story(0),
            "",
            {},
            [
                ("A", "copies", "B", 1),
                ("A", "copies", "B", 1),
                ("C", "copies", "B", 1),
                (ODD, "verb", ODD, 1),
            ],
        )
        writer.summed(story(1), "", {}, [("A", "copies", "B", 3), ("A", "verb", "say", 1)])
    told = [(t.outlet, t.kind, t.value, t.count, t.stories) for t in store.tallies("A")]
    assert told == [("A", "copies", "B", 5, 2), ("A", "verb", "say", 1, 1)]
    assert [(t.outlet, t.count) for t in store.tallied_to("B", "copies")] == [("A", 5), ("C", 1)]
    assert [t.count for t in store.tallies(ODD)] == [1]


def test_accounts_of_stories_by_their_outside(store: Store) -> None:
    fill(store, 3)
    assert [a[0] for a in store.arrivals([story(0)], 2)[story(0)]] == [
        "2031-05-02T09:00Z",
        "2031-05-03T09:00Z",
    ]
    assert store.arrivals(["s1:none"]) == {"s1:none": ()}
    first, _ = store.imprints([story(0)], 2)[story(0)]
    assert (first.name, first.title, first.url) == ("report-1", "Flood report 1", "https://melden.example/1")
    assert [i.published for i in store.imprints([story(0)])[story(0)]] == [
        a[0] for a in store.arrivals([story(0)])[story(0)]
    ]
    assert [t.id for t in store.tales([story(7), story(0)])] == [story(0)]
    assert store.fresh({story(0): "2031-05-09", story(1): ""}) == {story(0): 3}
    assert store.fresh({story(0): "2031-05-11"}) == {}


# -- what is harmless --


def test_a_discrepancy_is_held_for_harmless(store: Store) -> None:
    fill(store, 2)
    first = store.harmless(story(0)[:9], CONFLICT, " They\n round. ", at=AT)
    assert (first.actor, first.kind, first.story, first.names, first.why) == (
        "person", "harmless", story(0), (CONFLICT,), "They round.",
    )  # fmt: skip
    later = store.harmless(story(0), "0" * 16, "It is one time in two zones.", at=AT)
    assert store.remarks(story(0)) == {CONFLICT: later}
    assert store.history(story=story(0)) == (later, first)
    assert store.undo(at=AT).undoes == later.number
    assert store.remarks(story(0))[CONFLICT].number == first.number
    store.undo(at=AT)
    assert store.remarks(story(0)) == {}
    assert store.ties() == ()


@pytest.mark.parametrize(
    ("discrepancy", "why"),
    [
        ("", "x"),
        ("d1:12", "x"),
        ("p1:" + "0" * 16, "x"),
        (CONFLICT, " "),
        (CONFLICT, "x" * 2_001),
        (ODD, "x"),
    ],
)
def test_what_is_no_remark_is_refused(store: Store, discrepancy: str, why: str) -> None:
    fill(store, 1)
    with pytest.raises(InputError):
        store.harmless(story(0), discrepancy, why, at=AT)
    with pytest.raises(InputError):
        store.harmless("s1:ffffffffffffffff", CONFLICT, "x", at=AT)
    assert store.history() == ()


def test_a_remark_is_on_what_the_dossier_has(store: Store) -> None:
    fill(store, 2)
    other = "d1:" + "1" * 16
    with store.writing() as writer:
        writer.pointed(story(0), "k", (), {"discrepancies": [{"id": CONFLICT}]})
    with pytest.raises(InputError, match="no discrepancy"):
        store.harmless(story(0), other, "x", at=AT)
    with store.writing() as writer:
        writer.passed(story(0), "then", {"discrepancies": [{"id": other}]})
    assert store.harmless(story(0), other, f"It was so then {ODD}.", at=AT).why.startswith("It was so")


def test_a_remark_goes_where_the_readings_go(store: Store) -> None:
    groups = fill(store, 3, 2, 1)
    store.harmless(story(0), CONFLICT, "They round.", at=AT)
    store.merge(story(1), story(0), at=AT)
    assert set(store.remarks(story(1))) == {CONFLICT}
    parted = store.split(story(1), groups[0], at=AT)
    assert set(store.remarks(str(parted.other))) == {CONFLICT}
    assert store.remarks(story(2)) == {}, "it was never one with them"
    with store.writing() as writer:
        assert writer.apply(Change("merge", story(2), story(1)), AT)
    assert set(store.remarks(story(2))) == {CONFLICT}


# -- reports --


def numbers(store: Store, report: int) -> list[int]:
    return [i.number for i in store.report(report).items]


def test_a_report_is_collected_ordered_and_changed(store: Store) -> None:
    groups = fill(store, 2, 1)
    made = store.new_report(" The flood ", "Line one.\nLine two.", at=AT)
    assert (made.title, made.note, made.at, made.items) == ("The flood", "Line one.\nLine two.", AT, ())
    a = store.add_item(made.number, "story", story(0)[3:9], "first")
    b = store.add_item(made.number, "account", groups[1][0][:9])
    c = store.add_item(made.number, "story", story(1), f"odd {ODD}")
    assert [(i.kind, i.ref) for i in (a, b, c)] == [
        ("story", story(0)),
        ("account", groups[1][0]),
        ("story", story(1)),
    ]
    for item, place, order in ((c, 1, (c, a, b)), (c, 99, (a, b, c)), (a, 2, (b, a, c)), (a, -5, (a, b, c))):
        store.move_item(item.number, place)
        assert numbers(store, made.number) == [i.number for i in order]
    assert store.change_item(b.number, "seen").note == "seen"
    assert store.change_report(made.number, note="").title == "The flood"
    assert store.change_report(made.number, title="Another").note == ""
    assert store.drop_item(a.number)
    assert not store.drop_item(a.number)
    assert numbers(store, made.number) == [b.number, c.number]
    second = store.new_report("Later", at=AT)
    assert [r.number for r in store.reports()] == [second.number, made.number]
    assert store.drop_report(made.number)
    assert not store.drop_report(made.number)
    assert [r.number for r in store.reports()] == [second.number]


def test_what_cannot_be_collected_is_said(store: Store) -> None:
    fill(store, 1)
    made = store.new_report("x", at=AT)
    store.add_item(made.number, "story", story(0))
    for wrong in (
        lambda: store.new_report("  ", at=AT),
        lambda: store.new_report("x" * (LONGEST["title"] + 1), at=AT),
        lambda: store.change_report(made.number, note="x" * (LONGEST["note"] + 1)),
        lambda: store.change_report(99, title="x"),
        lambda: store.report(1 << 70),
        lambda: store.report(-1),
        lambda: store.add_item(made.number, "story", story(0)),
        lambda: store.add_item(made.number, "story", "s1:ffffffffffffffff"),
        lambda: store.add_item(made.number, "point", "p1:0"),
        lambda: store.add_item(99, "story", story(0)),
        lambda: store.add_item(made.number, "account", "report-0", "x" * (LONGEST["note"] + 1)),
        lambda: store.change_item(99, "x"),
        lambda: store.move_item(99, 1),
    ):
        with pytest.raises(InputError):
            wrong()
    assert store.report(made.number).items == store.reports()[0].items
    assert len(store.report(made.number).items) == 1


def test_a_report_holds_only_so_much(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consilience.store.reader.MOST_ITEMS", 2)
    fill(store, 1, 1, 1)
    made = store.new_report("x", at=AT)
    for n in (0, 1):
        store.add_item(made.number, "story", story(n))
    with pytest.raises(InputError, match="no more"):
        store.add_item(made.number, "story", story(2))


# -- export and import --


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_what_the_reader_keeps_goes_with_an_export(store: Store, tmp_path: Path, suffix: str) -> None:
    groups = fill(store, 2, 1)
    store.take_interest("topic", "flooded", at=AT)
    store.take_interest("person", "Ann Poe", muted=True, at=AT)
    store.take_interest("story", story(1), at=AT)
    store.harmless(story(0), CONFLICT, "They round.", at=AT)
    made = store.new_report("The flood", "Two\nlines.", at=AT)
    store.add_item(made.number, "account", groups[0][0], "odd")
    store.add_item(made.number, "story", story(1))
    store.merge(story(0), story(1), at=AT)
    path = tmp_path / f"all.{suffix}"
    store.export(path)
    with Library.open(tmp_path / "other.db", create=True) as other:
        for expected in (0, 1):  # the second time all is there
            found = other.import_(path, at=AT)
            assert (found.there > 0, found.faults) == (bool(expected), ())
            assert [(i.kind, i.value, i.muted, i.at) for i in other.interests()] == [
                (i.kind, i.value, i.muted, i.at) for i in store.interests()
            ]
            assert [(r.title, r.note, r.at) for r in other.reports()] == [("The flood", "Two\nlines.", AT)]
            assert [(i.kind, other.story(i.ref).id if i.kind == "story" else i.ref, i.note) for i in other.reports()[0].items] == [
                ("account", groups[0][0], "odd"), ("story", story(0), ""),
            ]  # fmt: skip
            assert other.remarks(story(0))[CONFLICT].why == "They round."
            assert len(other.found(other.interests()[:1], 9)[0]) == 1
            assert other.check() == ()


def test_an_export_without_what_the_reader_keeps_is_read(store: Store, tmp_path: Path) -> None:
    fill(store, 1)
    path = tmp_path / "all.jsonl"
    store.export(path)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows:
        if row["kind"] == "library":
            row["value"] = {k: v for k, v in row["value"].items() if k not in ("interest", "report")}
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    with Library.open(tmp_path / "other.db", create=True) as other:
        assert other.import_(path, at=AT).faults == ()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("interest", {"kind": "topic"}), ("interest", 3), ("report", {"title": "x"}), ("interest", {"kind": 1, "value": "x", "muted": 0, "at": ""}),
        ("report", {"title": "x", "note": "", "at": "", "items": [{"kind": "story"}]}), ("report", {"title": "x", "note": "", "at": "", "items": 5}),
    ],
)  # fmt: skip
def test_what_is_damaged_in_an_export_is_told_before_anything_is_kept(
    store: Store, tmp_path: Path, kind: str, value: object
) -> None:
    path = _with(store, tmp_path, kind, value)
    with Library.open(tmp_path / "other.db", create=True) as other:
        with pytest.raises(InputError, match="cannot be read"):
            other.import_(path, at=AT)
        assert other.counts()["accounts"] == 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("interest", {"kind": "colour", "value": "red", "muted": False, "at": AT}),
        ("interest", {"kind": "story", "value": "s1:ffffffffffffffff", "muted": False, "at": AT}),
        ("report", {"title": "x", "note": "", "at": AT, "items": [{"kind": "story", "ref": "s1:ffffffffffffffff", "note": ""}]}),
        ("report", {"title": "x", "note": "", "at": AT, "items": [{"kind": "point", "ref": "", "note": ""}]}),
        ("report", {"title": "x" * 999, "note": "", "at": AT, "items": []}),
    ],
)  # fmt: skip
def test_what_of_an_export_does_not_fit_is_told_and_left(
    store: Store, tmp_path: Path, kind: str, value: object
) -> None:
    path = _with(store, tmp_path, kind, value)
    with Library.open(tmp_path / "other.db", create=True) as other:
        found = other.import_(path, at=AT)
        assert found.added == 1
        assert len(found.faults) == 1
        assert other.check() == ()


def _with(store: Store, folder: Path, kind: str, value: object) -> Path:
    """An export with one line more."""
    fill(store, 1)
    path = folder / "all.jsonl"
    store.export(path)
    *rows, last = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    last["value"][kind] += 1
    rows += [{"kind": kind, "format": last["format"], "value": value}, last]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_faults_of_what_the_reader_keeps_are_found(tmp_path: Path) -> None:
    with Library.open(tmp_path / "broken.db", create=True) as library:
        made: list[Witness] = say(library, 1, 2)
        one = library.take_interest("topic", "pumps", at=AT)
        report = library.new_report("x", at=AT)
        library.add_item(report.number, "account", made[0].id)
        library.harmless(story(0), CONFLICT, "x", at=AT)
        with library.writing() as writer:
            writer.summed(story(0), "", {}, [])
        assert library.check() == ()
        db = library._db
        db.execute("DELETE FROM matching WHERE account = 1")
        db.execute("UPDATE report_item SET ref = 'w1:gone'")
        db.execute("UPDATE brief SET body = '[]'")
        db.execute(
            "INSERT INTO interest (kind, value, key, muted, at) VALUES ('colour', 'red', 'red', 0, '')"
        )
        db.execute("INSERT INTO story (id, merged_into) VALUES ('s1:0000000000000000', 1)")
        db.execute("INSERT INTO tally VALUES ('x', 'y', 'z', 2, 1)")
        db.execute(
            "INSERT INTO history SELECT NULL, at, actor, kind, 's1:gone', other, accounts, joined, rest, names, score, why, undoes, note FROM history"
        )
        found = " ".join(library.check())
        for word in (
            f"interest {one.number} is listed",
            "w1:gone",
            "the brief of story",
            "'colour'",
            "still a tally",
            "harmless",
        ):
            assert word in found
