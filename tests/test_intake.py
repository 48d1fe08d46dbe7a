"""Taking accounts into a library: in one call or many, from any time, after corrections."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from test_group_stream import FLOOD, TRIAL

from consilience.engine.intake import Intake, Taken, annotation_stage
from consilience.engine.shelf import document
from consilience.group.profiles import profile
from consilience.group.stream import story_key
from consilience.ingest import stream as read_one_by_one
from consilience.model import Problem, Witness, witness_id
from consilience.settings import Annotate, Settings
from consilience.store import Entry, Library

AT = "2031-05-20T08:00:00+00:00"
EVENTS = (
    (
        "The river Ostra burst its banks at Melden on Monday and flooded four hundred houses. Mayor Ilse Brandt said "
        "the dam above the town had held, and that schools would stay shut until Thursday.",
        "Four hundred houses in Melden stand under water after the Ostra river flooded the lower town on Monday. The "
        "dam held, mayor Ilse Brandt said; schools stay shut.",
    ),
    (
        "A court in Karsund acquitted the banker Per Aune of fraud on Wednesday. Judge Siv Moe found no proof that he "
        "knew of the forged ledgers. Prosecutors will appeal.",
        "The banker Per Aune walked free from the Karsund court after judge Siv Moe threw out fraud charges over "
        "forged ledgers. The prosecutors said they would appeal.",
    ),
    (
        "Bakers in Tolvik ended their strike after eleven days. The union leader Edda Krans said wages would rise by "
        "six per cent from July, and ovens were lit again at dawn.",
        "Bread is back in Tolvik: the bakers' union under Edda Krans called off its eleven-day strike after owners "
        "offered six per cent more pay from July.",
    ),
    (
        "A lynx that had escaped from the Brenna wildlife park was caught on a golf course. Keeper Jorun Vask lured it "
        "into a crate with a rabbit; nobody was hurt.",
        "Golfers near Brenna met an escaped lynx at the ninth hole before keeper Jorun Vask of the wildlife park coaxed "
        "it into a crate with a rabbit.",
    ),
)
TITLES = (
    "Flood in Melden",
    "Karsund banker acquitted",
    "Tolvik bakers end strike",
    "Lynx caught near Brenna",
)


def account(name: str, event: int, telling: int = 0, outlet: str = "") -> Witness:
    """One of two tellings of an invented event."""
    text, published = EVENTS[event][telling], f"2031-05-{3 + 2 * event + telling:02d}"
    ident = witness_id(name, text, outlet or name, published, None)
    return Witness(ident, name, text, TITLES[event], outlet or name, published=published, language="en")


def stream() -> list[Witness]:
    return [account(f"{'ab'[k]}{e}", e, k) for e in range(len(EVENTS)) for k in range(2)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db", create=True) as opened:
        yield opened


def stories(library: Library) -> set[frozenset[str]]:
    """The stories, each as the names of its accounts."""
    return {frozenset(a.witness.name for a in library.accounts(story=s.id)) for s in library.stories()}


def take(library: Library, witnesses: Sequence[Witness]) -> tuple[Taken, ...]:
    return Intake(library).take(witnesses, AT)


def test_accounts_of_one_event_are_one_story(library: Library) -> None:
    taken = take(library, stream())
    assert all(t.fresh for t in taken)
    assert stories(library) == {frozenset({f"a{e}", f"b{e}"}) for e in range(len(EVENTS))}
    assert all(t.why for t in taken)


def test_adding_again_changes_nothing_whatever_the_file_is_called(library: Library) -> None:
    take(library, stream())
    before = stories(library)
    again = [
        account(f"copy-{w.name}", int(w.name[1]), "ab".index(w.name[0]), w.outlet or "") for w in stream()
    ]
    taken = take(library, [*stream(), *again])
    assert not any(t.fresh for t in taken)
    assert {t.name for t in taken} == {w.name for w in stream()}
    assert stories(library) == before


def test_one_call_many_calls_and_a_closed_library_give_the_same(tmp_path: Path) -> None:
    with Library.open(tmp_path / "one.db", create=True) as library:
        at_once = [(t.account, t.story) for t in take(library, stream())]
    one_by_one = []
    for witness in stream():
        with Library.open(tmp_path / "many.db", create=True) as library:
            one_by_one += [(t.account, t.story) for t in take(library, [witness])]
    assert one_by_one == at_once


def test_an_account_from_long_ago_is_set_beside_those_of_its_time(library: Library) -> None:
    old = stream()
    take(library, old[:-1])
    later = Witness("w1:new", "later", EVENTS[3][1], published="2035-08-01", outlet="x")
    intake = Intake(library)
    intake.take([later], AT)
    (taken,) = intake.take([old[-1]], AT)
    assert taken.story == library.account("a3").story


def test_a_person_is_not_overruled(library: Library) -> None:
    first = stream()
    intake = Intake(library)
    intake.take(first[:1], AT)
    intake.take(first[2:3], AT)
    library.merge(library.account("a0").story, library.account("a1").story, at=AT)
    (taken,) = intake.take([first[3]], AT)
    assert taken.story == library.account("a1").story == library.account("a0").story


def test_what_fails_is_not_there_and_was_not_grouped(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Intake(library)
    broken = account("b0", 0, 1)
    with monkeypatch.context() as patched:
        patched.setattr("consilience.engine.intake.Entry", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            intake.take([broken], AT)
    assert library.counts()["accounts"] == 0
    (taken,) = intake.take([account("a0", 0)], AT)
    assert taken.founds


def test_annotation_is_kept_and_not_made_twice(library: Library) -> None:
    intake = Intake(library)
    intake.take(stream()[:2], AT)
    told: list[tuple[str, int, int]] = []
    assert intake.annotate(lambda *step: told.append(step)) == 2
    assert told[-1] == ("reading who said what", 1, 2)
    assert intake.annotate() == 0
    assert library.account("a0").annotated == annotation_stage(Annotate())
    other = Intake(library, Settings(annotate=Annotate(max_sentence=90)))
    assert other.annotate() == 2


def test_a_stop_leaves_the_rest_for_later(library: Library) -> None:
    intake = Intake(library)
    intake.take(stream()[:2], AT)
    assert intake.annotate(stop=lambda: True) == 0
    assert library.pending_count(annotation_stage(Annotate())) == 2


def test_a_dossier_is_made_once_until_its_story_changes(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(library, stream()[:2])
    story = library.account("a0").story
    made = document(library, story)
    assert [a["id"] for a in made["articles"]] == ["a0", "b0"]
    with monkeypatch.context() as patched:
        patched.setattr("consilience.engine.shelf.compare_story", lambda *_, **__: 1 / 0)
        assert document(library, story) == made
        library.move("b0", None, at=AT)
        with pytest.raises(ZeroDivisionError):
            document(library, story)
    assert [a["id"] for a in document(library, story)["articles"]] == ["a0"]


def test_accounts_of_one_name_are_told_apart_in_a_dossier(library: Library) -> None:
    take(library, [account("index", 0, 0, "one"), account("index", 0, 1, "two")])
    made = document(library, library.stories()[0].id)
    assert sorted(a["id"] for a in made["articles"]) == ["index", "index-2"]


def test_a_story_of_too_many_accounts_says_what_was_left_out(library: Library) -> None:
    take(library, stream()[:2])
    made = document(library, library.stories()[0].id, Settings.from_toml("[ingest]\nmax_accounts = 1"))
    assert len(made["articles"]) == 1
    assert any("2 accounts; the 1 published first" in p["what"] for p in made["problems"])


def test_the_example_is_four_stories(library: Library, example: Path) -> None:
    found = list(read_one_by_one([example, example.parent / "week"]))
    assert not [item for item in found if isinstance(item, Problem)]
    take(library, [item for item in found if isinstance(item, Witness)])
    assert sorted(map(len, stories(library))) == [2, 3, 4, 6]
    assert {a.witness.outlet for a in library.accounts()} == {
        "Lock and Lantern", "Ministry of Transport and Waterways", "Tavorian Press Agency", "The Dravik Courier",
        "The Melisk Hour", "Westshore Notes",
    }  # fmt: skip


def test_two_programs_may_add_at_the_same_time(tmp_path: Path) -> None:
    place = tmp_path / "library.db"
    code = (
        "import sys\n"
        "from test_intake import AT, EVENTS, account\n"
        "from consilience.engine.intake import Intake\n"
        "from consilience.store import Library\n"
        "telling = int(sys.argv[2])\n"
        "with Library.open(sys.argv[1], create=True) as library:\n"
        "    intake = Intake(library)\n"
        "    for event in range(len(EVENTS)):\n"
        "        intake.take([account(f'{telling}-{event}', event, telling)], AT)\n"
    )
    command = [sys.executable, "-c", code, str(place)]
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    running = [subprocess.Popen([*command, str(n)], env=here) for n in range(2)]
    assert [one.wait(60) for one in running] == [0, 0]
    with Library.open(place) as library:
        assert stories(library) == {frozenset({f"0-{e}", f"1-{e}"}) for e in range(len(EVENTS))}
        assert library.check() == ()


def test_no_more_accounts_are_held_than_the_settings_say(tmp_path: Path) -> None:
    settings = Settings.from_toml("[group]\nheld = 3")
    at_once, one_by_one = [], []
    with Library.open(tmp_path / "one.db", create=True) as library:
        at_once = [t.story for t in Intake(library, settings).take(stream(), AT)]
    for witness in stream():
        with Library.open(tmp_path / "many.db", create=True) as library:
            one_by_one += [t.story for t in Intake(library, settings).take([witness], AT)]
    assert one_by_one == at_once
    with Library.open(tmp_path / "late.db", create=True) as library:
        Intake(library, settings).take(stream()[:-1], AT)
        Intake(library, settings).take([account("late", 0, 1, "x")], AT)
        assert library.account("late").story == library.account("a0").story


def put(
    library: Library, told: Sequence[tuple[str, str | None, str]], tag: str, story: str | None
) -> list[Witness]:
    """Put accounts into the library as a grouper with less before it might have; ``story`` None: each its own."""
    made = [
        Witness(witness_id(f"{tag}{n}", text, None, day, None), f"{tag}{n}", text, title, published=day)
        for n, (title, day, text) in enumerate(told)
    ]
    with library.writing() as writer:
        for one in made:
            seen = profile(one, arrived=30000.0)
            writer.add(Entry(one, story or story_key(one.id), seen.to_bytes(), seen.when, AT))
    return made


def test_a_merge_by_the_program_is_carried_out_and_told(library: Library) -> None:
    first, second = put(library, FLOOD[:2], "f", None)
    title, day, text = FLOOD[2]
    bridge = Witness(witness_id("b", text, None, day, None), "b", text, title, published=day)
    (taken,) = take(library, [bridge])
    assert [c.kind for c in taken.changes] == ["merge"]
    assert taken.story == story_key(first.id)
    assert stories(library) == {frozenset({"f0", "f1", "b"})}
    (told,) = library.history()
    assert (told.actor, told.kind, told.other) == ("program", "merge", story_key(second.id))
    assert library.story(story_key(second.id)).id == taken.story
    assert library.check() == ()


def test_a_split_by_the_program_is_carried_out_told_and_not_made_against_peoples_word(
    library: Library,
) -> None:
    story = story_key(put(library, FLOOD[:1], "f", None)[0].id)
    put(library, FLOOD[1:2], "g", story)
    put(library, TRIAL[:1], "t", story)
    title, day, text = FLOOD[2]
    last = Witness(witness_id("l", text, None, day, None), "l", text, title, published=day)
    (taken,) = take(library, [last])
    assert [c.kind for c in taken.changes] == ["split"]
    assert stories(library) == {frozenset({"f0", "g0", "l"}), frozenset({"t0"})}
    library.undo(at=AT, number=library.history()[0].number)
    assert stories(library) == {frozenset({"f0", "g0", "l", "t0"})}
    assert library.check() == ()


@pytest.mark.parametrize("left", [b"", b"\x00", b"\x01not packed"])
def test_a_profile_that_cannot_be_read_is_made_anew(library: Library, left: bytes) -> None:
    first, second = stream()[:2]
    seen = Intake(library).take([first], AT)[0].story
    path = library.path
    with closing(
        sqlite3.connect(path, isolation_level=None)
    ) as base:  # as another version may have written it
        base.execute("UPDATE profile SET body = ?", (left,))
    assert Intake(library).take([second], AT)[0].story == seen


def test_accounts_dated_after_their_arrival_are_grouped_all_the_same(tmp_path: Path) -> None:
    early = "2026-05-20T08:00:00+00:00"
    for witness in stream():
        with Library.open(tmp_path / "library.db", create=True) as library:
            Intake(library).take([witness], early)
    with Library.open(tmp_path / "library.db") as library:
        assert stories(library) == {frozenset({f"a{e}", f"b{e}"}) for e in range(len(EVENTS))}
        assert library.check() == ()
