"""The contract of the store, run by every implementation of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_sample import annotated, entry, full, story, witness

from consilience.errors import InputError
from consilience.group import story_of
from consilience.ingest.following import Followed
from consilience.model import Point, Reading, Span, Witness, story_order, witness_id
from consilience.store import Library, Store

AT = "2031-06-01T12:00Z"
IMPLEMENTATIONS: dict[str, Callable[[Path], Store]] = {
    "sqlite": lambda folder: Library.open(folder / "contract.library", create=True),
}


@pytest.fixture(params=IMPLEMENTATIONS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = IMPLEMENTATIONS[request.param](tmp_path)
    yield opened
    assert opened.check() == (), "whatever a test does, the library is whole"
    opened.close()


def fill(store: Store, *sizes: int) -> list[list[str]]:
    """Stories of so many accounts; the ids of each one's accounts."""
    made: list[list[str]] = []
    number = 0
    with store.writing() as writer:
        for which, size in enumerate(sizes):
            made.append([])
            for _ in range(size):
                account = witness(number)
                assert writer.add(entry(account, story(which), 22_400.0 + number))
                made[-1].append(account.id)
                number += 1
    return made


@dataclass(frozen=True)
class Change:
    kind: str
    story: str
    other: str
    accounts: tuple[str, ...] = ()
    score: float = 0.9
    why: str = "They tell of one flood."


# -- accounts --


def test_an_account_comes_out_as_it_went_in(store: Store) -> None:
    account = full()
    put = replace(entry(account, story(0)), near="w1:0", why="Odd \ud800")
    with store.writing() as writer:
        writer.add(put)
    found = store.account(account.id)
    assert found.witness == account
    assert (found.story, found.when, found.added_at, found.score, found.near) == (
        story(0), 22_400.0, put.added_at, 0.75, "w1:0",
    )  # fmt: skip
    assert list(store.profiles()) == [(account.id, put.profile, story(0))]


TEXTS = st.text(st.characters(codec=None), min_size=1, max_size=40)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS, st.none() | TEXTS, st.none() | TEXTS, st.lists(TEXTS, max_size=2))
def test_any_text_round_trips(
    store: Store, text: str, name: str, title: str | None, outlet: str | None, authors: list[str]
) -> None:
    key = witness_id(name, text, outlet, None, None)
    account = Witness(key, name, text, title, outlet, tuple(authors))
    with store.writing() as writer:
        known = writer.known(account)
        assert writer.add(entry(account, story(0))) == (known is None)
    if known is None:
        assert store.account(account.id).witness == account


def test_adding_twice_changes_nothing(store: Store) -> None:
    account = witness(1)
    renamed = witness(1, name="another-name")
    with store.writing() as writer:
        assert writer.add(entry(account, story(0)))
        assert not writer.add(entry(account, story(1)))
        assert not writer.add(entry(renamed, story(1)))
        known = writer.known(renamed)
        assert known is not None
        assert known.witness == account
        assert writer.add(entry(witness(1, outlet="The Ostra Hour"), story(1))), "another outlet's is another"
    assert renamed.id != account.id
    assert store.counts()["accounts"] == 2


def test_a_block_is_kept_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as writer:
        writer.add(entry(witness(1), story(0)))
        raise ZeroDivisionError
    assert store.counts() == {"accounts": 0, "stories": 0, "statements": 0}


def test_accounts_are_found_by_id_beginning_and_name(store: Store) -> None:
    ((first, second),) = fill(store, 2)
    for ref in (first, first[3:9], first[:8], first[3:9].upper(), "report-0"):
        assert store.account(ref).witness.id == first
    with pytest.raises(InputError, match="no account"):
        store.account("w1:ffffffffffffffff")
    with pytest.raises(InputError, match="no account"):
        store.account(second[3:6])  # too short to be meant as an id
    with store.writing() as writer:
        writer.add(entry(witness(9, name="report-0"), story(0)))
    with pytest.raises(InputError, match="fits 2 accounts"):
        store.account("report-0")


def test_accounts_in_order(store: Store) -> None:
    fill(store, 3, 2)
    whole = [a.witness for a in store.accounts()]
    assert [a.number for a in store.accounts()] == [1, 2, 3, 4, 5]
    assert [a.witness for a in store.accounts(story=story(1))] == sorted(whole[3:], key=story_order)
    assert store.newest() == 22_404.0
    assert store.seen("https://melden.example/4")
    assert not store.seen("https://melden.example/5")


def test_profiles_of_a_time(store: Store) -> None:
    ((*_, late),) = fill(store, 4)
    assert [p[0] for p in store.profiles(22_402.5)] == [late]
    assert len(list(store.profiles(None, 22_402.0))) == 3


# -- stories --


def test_a_story_is_that_of_its_members(store: Store) -> None:
    undated = witness(30, published=None, title="The earliest by nothing")
    untitled = witness(31, published="2031-04-01", title=None)
    with store.writing() as writer:
        for account in (witness(3), undated, witness(2), untitled):
            writer.add(entry(account, story(0)))
    members = [a.witness for a in store.accounts(story=story(0))]
    told, made = store.story(story(0)), story_of(members)
    assert (told.label, told.first, told.last) == (made.label, made.first, made.last)
    assert told.label == "Flood report 2"
    assert tuple(w.id for w in members) == made.witnesses
    assert told.accounts == 4


def test_stories_are_listed(store: Store) -> None:
    fill(store, 1, 3, 2)
    assert [s.id for s in store.stories()] == [story(2), story(1), story(0)]
    assert [s.accounts for s in store.stories(order="largest")] == [3, 2, 1]
    assert [s.id for s in store.stories(limit=1, offset=1)] == [story(1)]
    assert not store.stories(since="2031-05-11")
    store.merge(story(1), story(0), at=AT)
    assert [s.id for s in store.stories(since="2031-05-11")] == [story(1)]
    with pytest.raises(InputError, match="newest or largest"):
        store.stories(order="oldest")
    assert store.story(story(1)[3:8]).id == story(1)


# -- the program's changes --


def test_the_program_merges_and_splits(store: Store) -> None:
    groups = fill(store, 2, 2)
    with store.writing() as writer:
        assert writer.apply(Change("merge", story(0), story(1)), AT)
    assert store.story(story(1)).id == story(0), "the old id leads on"
    assert store.story(story(0)).also == (story(1),)
    assert [s.accounts for s in store.stories()] == [4]
    with store.writing() as writer:
        assert writer.apply(Change("split", story(0), story(7), tuple(groups[1])), AT)
        assert not writer.apply(Change("split", story(0), story(8), tuple(groups[1])), AT), "not its accounts"
        assert not writer.apply(Change("merge", story(0), story(99)), AT)
    assert {s.id: s.accounts for s in store.stories()} == {story(0): 2, story(7): 2}
    kinds = [(e.actor, e.kind, e.accounts) for e in store.history()]
    assert kinds == [("program", "split", tuple(groups[1])), ("program", "merge", tuple(groups[1]))]


def test_an_account_joins_what_a_story_has_become(store: Store) -> None:
    fill(store, 1, 1)
    with store.writing() as writer:
        writer.apply(Change("merge", story(0), story(1)), AT)
        writer.add(entry(witness(5), story(1)))
    assert store.story(story(0)).accounts == 3


# -- people's corrections --


def test_a_person_merges_and_the_program_may_not_part(store: Store) -> None:
    groups = fill(store, 2, 2)
    event = store.merge(story(0), story(1), at=AT)
    assert (event.actor, event.accounts, event.joined) == ("person", tuple(groups[1]), tuple(groups[0]))
    with store.writing() as writer:
        assert not writer.apply(Change("split", story(0), story(7), (groups[1][0],)), AT)
    tied = {(t.a, t.b) for t in store.ties() if t.together}
    assert {i for pair in tied for i in pair} == {*groups[0], *groups[1]}
    assert len(tied) == 3, "a chain is enough"


def test_a_person_splits_and_the_program_may_not_join(store: Store) -> None:
    ((a, b, c),) = fill(store, 3)
    event = store.split(story(0), [b], at=AT)
    assert event.other is not None
    with store.writing() as writer:
        assert not writer.apply(Change("merge", story(0), event.other), AT)
    assert {(frozenset((t.a, t.b)), t.together) for t in store.ties()} == {
        (frozenset((a, b)), False), (frozenset((b, c)), False),
    }  # fmt: skip


def test_a_later_word_of_a_person_wins(store: Store) -> None:
    ((a, b, c),) = fill(store, 3)
    parted = store.split(story(0), [b, c], at=AT)
    store.merge(story(0), str(parted.other), at=AT)
    assert all(t.together for t in store.ties())
    store.split(story(0), [c], at=AT)
    with store.writing() as writer:
        assert not writer.apply(Change("split", story(0), story(5), (b,)), AT), (
            "a and b are still held together"
        )
    apart = {frozenset((t.a, t.b)) for t in store.ties() if not t.together}
    assert any(c in pair for pair in apart)
    assert frozenset((a, b)) not in apart


def test_a_person_moves_an_account(store: Store) -> None:
    groups = fill(store, 2, 2)
    event = store.move(groups[0][1], story(1), at=AT)
    assert (event.kind, event.story, event.other) == ("move", story(0), story(1))
    assert store.account(groups[0][1]).story == story(1)
    alone = store.move(groups[1][0], None, at=AT)
    assert store.story(str(alone.other)).accounts == 1
    assert alone.other not in (story(0), story(1))
    store.move(groups[0][0], story(1), at=AT)
    assert store.story(story(0)).id == story(1), "the id of a story left empty leads on"
    with pytest.raises(InputError, match="already"):
        store.move(groups[0][0], story(1), at=AT)
    with pytest.raises(InputError, match="alone"):
        store.move(groups[1][0], None, at=AT)


def test_what_cannot_be_corrected_is_said_and_changes_nothing(store: Store) -> None:
    groups = fill(store, 2, 1)
    for wrong in (
        lambda: store.merge(story(0), story(0), at=AT),
        lambda: store.split(story(0), groups[0], at=AT),
        lambda: store.split(story(0), groups[1], at=AT),
        lambda: store.split(story(0), [], at=AT),
        lambda: store.merge(story(0), "s1:ffffffffffffffff", at=AT),
        lambda: store.not_same("Ann Poe", [], at=AT),
        lambda: store.undo(at=AT),
        lambda: store.undo(at=AT, number=12),
    ):
        with pytest.raises(InputError):
            wrong()
    assert store.history() == ()
    assert [s.accounts for s in store.stories(order="largest")] == [2, 1]


# -- undo --


def state(store: Store) -> dict[str, tuple[str, ...]]:
    return {s.id: tuple(a.witness.id for a in store.accounts(story=s.id)) for s in store.stories()}


def test_undo_restores_each_correction(store: Store) -> None:
    groups = fill(store, 3, 2)
    for correct in (
        lambda: store.merge(story(0), story(1), at=AT),
        lambda: store.split(story(0), groups[0][:2], at=AT),
        lambda: store.move(groups[0][0], story(1), at=AT),
        lambda: store.move(groups[0][0], None, at=AT),
    ):
        before, ties = state(store), store.ties()
        event = correct()
        assert state(store) != before
        undone = store.undo(at=AT)
        assert (undone.undoes, undone.note) == (event.number, "")
        assert (state(store), store.ties()) == (before, ties)
        assert store.history()[1].undone == undone.number
    with pytest.raises(InputError, match="no correction"):
        store.undo(at=AT)


def test_corrections_are_undone_one_after_the_other(store: Store) -> None:
    groups = fill(store, 2, 2, 1)
    before = state(store)
    store.merge(story(0), story(1), at=AT)
    store.merge(story(2), story(0), at=AT)
    store.move(groups[1][0], None, at=AT)
    for _ in range(3):
        assert store.undo(at=AT).note == ""
    assert state(store) == before
    assert store.ties() == ()
    assert len(store.history()) == 6, "nothing of the history is lost"


def test_undo_says_what_it_cannot_restore(store: Store) -> None:
    groups = fill(store, 2, 2)
    first = store.merge(story(0), story(1), at=AT)
    store.move(groups[1][0], None, at=AT)
    undone = store.undo(at=AT, number=first.number)
    assert undone.note.startswith("1 of 2 accounts stay")
    assert store.account(groups[1][1]).story == story(1)
    assert store.account(groups[1][0]).story not in (story(0), story(1))
    with pytest.raises(InputError, match="was undone by 3"):
        store.undo(at=AT, number=first.number)


@pytest.mark.parametrize("first", [0, 1])
def test_moves_are_undone_in_whatever_order(store: Store, first: int) -> None:
    """The older undone first, its account stayed in the other story, where its history did not have it."""
    groups = fill(store, 2, 1)
    before = state(store)
    moves = [store.move(one, story(1), at=AT).number for one in groups[0]]
    store.undo(at=AT, number=moves[first])
    assert store.account(groups[0][first]).story == story(0)
    store.undo(at=AT, number=moves[1 - first])
    assert (state(store), store.check()) == (before, ())


def test_what_was_put_back_into_a_merged_story_leaves_with_it(store: Store) -> None:
    groups = fill(store, 2, 1, 1)
    before = state(store)
    moved = store.move(groups[0][0], story(2), at=AT)
    merged = store.merge(story(1), story(0), at=AT)
    store.undo(at=AT, number=moved.number)
    assert store.account(groups[0][0]).story == story(1), "what it came from is a part of that"
    store.undo(at=AT, number=merged.number)
    assert (state(store), store.check()) == (before, ())


def test_whatever_is_corrected_and_undone_the_history_tells_where_each_account_is(store: Store) -> None:
    groups = fill(store, 3, 2, 2, 1)
    before, accounts = state(store), [one for group in groups for one in group]
    for seed in range(12):
        dice = Random(seed)
        for _ in range(14):
            one, other = dice.sample(accounts, 2)
            here, there = store.account(one).story, store.account(other).story
            open_ = [e.number for e in store.history() if e.kind != "undo" and e.undone is None]
            with suppress(InputError):  # what cannot be: of one story already, or alone in it
                match dice.randrange(5):
                    case 0:
                        store.merge(here, there, at=AT)
                    case 1:
                        store.move(one, dice.choice([there, None]), at=AT)
                    case 2:
                        store.split(here, [one, other], at=AT)
                    case _:
                        store.undo(at=AT, number=dice.choice(open_ or [0]))
            assert store.check() == (), seed
        for number in [e.number for e in store.history(limit=999) if e.kind != "undo" and e.undone is None]:
            store.undo(at=AT, number=number)
            assert store.check() == (), seed
        assert sorted(i for held in state(store).values() for i in held) == sorted(accounts)
    assert before.keys() <= state(store).keys() | {t for s in store.stories() for t in s.also}


def test_what_joined_since_stays_where_it_is(store: Store) -> None:
    fill(store, 1, 1)
    store.merge(story(0), story(1), at=AT)
    with store.writing() as writer:
        writer.add(entry(witness(8), story(0)))
    store.undo(at=AT)
    assert {s.id: s.accounts for s in store.stories()} == {story(0): 2, story(1): 1}


def test_undoing_the_program_is_a_word_too(store: Store) -> None:
    fill(store, 1, 1)
    with store.writing() as writer:
        writer.apply(Change("merge", story(0), story(1)), AT)
    store.undo(at=AT, number=1)
    assert [s.accounts for s in store.stories()] == [1, 1]
    with store.writing() as writer:
        assert not writer.apply(Change("merge", story(0), story(1)), AT)
    assert [t.together for t in store.ties()] == [False]


# -- statements, names, points --


def say(store: Store, *numbers: int, which: int = 0) -> list[Witness]:
    made = [witness(n) for n in numbers]
    with store.writing() as writer:
        for account in made:
            writer.add(entry(account, story(which)))
            writer.annotated(account.id, "v1", annotated(account))
    return made


def test_who_said_what(store: Store) -> None:
    say(store, 1, 2)
    say(store, 3, which=1)
    book = store.who("Ms. Ann Poe")
    assert (book.names, book.total, len(book.lines)) == (("Ann Poe",), 3, 1)
    line = book.lines[0]
    assert (line.wording, line.speaker) == ("The dam held", "Ann Poe")
    assert {s.story for s in line.said} == {story(0), story(1)}
    for said in line.said:
        text = store.account(said.account).witness.text
        assert [text[a:b] for a, b in said.spans] == ["The dam held"]
        assert (said.form, said.chain) == ("direct", ("Ostra Wire", "Ann Poe"))
    assert store.who("Ann Poe", about="pumps").total == 0
    assert store.who("Lal", about="pumps").total == 3, "part of a name that fits one speaker"
    assert store.who("Nobody Known").lines == ()


def test_names_are_joined_and_parted_by_people(store: Store) -> None:
    say(store, 1)
    say(store, 2, which=1)
    store.same("Ann Poe", "Raj Lal", at=AT)
    assert store.who("Raj Lal").total == 4
    store.not_same("Ann Poe", ["report-2"], at=AT)
    book = store.who("Ann Poe")
    assert (book.total, book.apart) == (2, (story(1),))
    store.undo(at=AT)
    store.undo(at=AT)
    assert store.who("Raj Lal").total == 2


def test_a_name_that_fits_several_is_asked_for(store: Store) -> None:
    account = witness(1, text="“It held,” Ann Poe said. “No,” Ben Poe said.")
    made = annotated(
        replace(account, text=account.text + " The dam held, the pumps had failed. Raj Lal. Melden.")
    )
    both = [
        replace(s, speaker=replace(s.speaker, name=n, key=f"person:{n}"))
        for s, n in zip(made.statements, ("Ann Poe", "Ben Poe"), strict=True)
    ]  # type: ignore[type-var]
    account = made.witness
    account = replace(
        account, id=witness_id(account.name, account.text, account.outlet, account.published, account.url)
    )
    with store.writing() as writer:
        writer.add(entry(account, story(0)))
        writer.annotated(account.id, "v1", replace(made, witness=account, statements=tuple(both)))
    with pytest.raises(InputError, match="fits 2 speakers"):
        store.who("Poe")


def test_annotation_is_kept_by_its_version(store: Store) -> None:
    accounts = say(store, 1, 2)
    with store.writing() as writer:
        writer.add(entry(witness(3), story(0)))
    assert [w.name for w in store.pending("v1")] == ["report-3"]
    assert store.pending_count("v2") == 3
    assert len(store.pending("v2", 2)) == 2
    with store.writing() as writer:
        writer.annotated(accounts[0].id, "v2", replace(annotated(accounts[0]), statements=()))
    assert store.who("Ann Poe").total == 1
    assert store.account(accounts[0].id).annotated == "v2"


def points(account: Witness, *says: str) -> list[Point]:
    reading = Reading("The dam held", (Span(account.id, 5, 9),), "dam hold")
    return [
        Point(f"p1:{n}", story(0), words, "statement", (reading,), "Ann Poe", low=n + 1)
        for n, words in enumerate(says)
    ]


def test_a_dossier_is_kept_until_its_story_changes(store: Store) -> None:
    first, _ = say(store, 1, 2)
    with store.writing() as writer:
        writer.pointed(
            story(0),
            "k1",
            points(first, "The dam held.", "The weir broke."),
            {"schema": "x", "odd": "\ud800"},
        )
    assert store.document(story(0), "k1") == {"schema": "x", "odd": "\ud800"}
    assert store.document(story(0), "k2") is None
    assert [h.snippet for h in store.search("weir").hits] == ["The weir broke."]
    with store.writing() as writer:
        writer.pointed(story(0), "k2", points(first, "The dam held."))
    assert not store.search("weir", ["point"]).hits
    assert store.document(story(0), "k2") is None, "points alone"
    store.split(story(0), [first.id], at=AT)
    assert not store.search("kind:point dam").hits, "points of what is no longer the story are gone"


# -- what is followed, and the rest --


def test_addresses_followed(store: Store) -> None:
    feed = Followed("https://dravik.example/rss", "feed", etag='"7"', due=5.0, tried=("a",))
    store.follow(feed)
    store.follow(replace(feed, failures=2))
    store.follow(Followed("/news", "folder"))
    assert store.followed() == (Followed("/news", "folder"), replace(feed, failures=2))
    assert store.forget("/news")
    assert not store.forget("/news")


def test_the_version_tells_of_people(store: Store) -> None:
    fill(store, 1, 1)
    before = store.version
    with store.writing() as writer:
        writer.add(entry(witness(7), story(0)))
    assert store.version == before, "one's own writing"
    store.merge(story(0), story(1), at=AT)
    assert store.version != before


def test_what_was_exported_is_there_already(store: Store, tmp_path: Path) -> None:
    fill(store, 2, 1)
    store.merge(story(0), story(1), at=AT)
    assert store.export(tmp_path / "all.jsonl") == 3
    again = store.import_(tmp_path / "all.jsonl", at=AT)
    assert (again.added, again.there, again.corrections, again.faults) == (0, 3, 0, ())
