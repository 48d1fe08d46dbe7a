"""People's words hold, whatever people and the program do, in any order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from store_sample import entry, story, witness

from consilience.errors import InputError
from consilience.store import Library

AT = "2031-06-01T12:00Z"
ACCOUNTS = 12


@dataclass(frozen=True)
class Change:
    kind: str
    story: str
    other: str
    accounts: tuple[str, ...] = ()
    score: float = 0.9
    why: str = "Invented."


def homes(library: Library) -> dict[str, str]:
    return {a.witness.id: a.story for a in library.accounts()}


def broken(library: Library) -> list[object]:
    """Ties that the stories go against."""
    home = homes(library)
    return [t for t in library.ties() if (home[t.a] == home[t.b]) != t.together]


def act(library: Library, random: Random, fresh: int) -> str:
    """Something a person or the program does, as far as it is allowed."""
    home = homes(library)
    a, b = random.sample(sorted(home), 2)
    part = [i for i in home if home[i] == home[a] and random.random() < 0.5] or [a]
    what = random.choice(
        ["merge", "split", "move", "alone", "undo", "undo this", "program merge", "program split"]
    )
    number = random.randint(1, max(1, len(library.history())))
    try:
        if what.startswith("program"):
            kind = what.split()[1]
            other = home[b] if kind == "merge" else story(1000 + fresh)
            with library.writing() as writer:
                writer.apply(Change(kind, home[a], other, tuple(part)), AT)
        else:
            {
                "merge": lambda: library.merge(home[a], home[b], at=AT),
                "split": lambda: library.split(home[a], part, at=AT),
                "move": lambda: library.move(a, home[b], at=AT),
                "alone": lambda: library.move(a, None, at=AT),
                "undo": lambda: library.undo(at=AT),
                "undo this": lambda: library.undo(at=AT, number=number),
            }[what]()
    except InputError:
        return f"{what} (refused)"
    return what


@pytest.mark.parametrize("seed", range(12))
def test_words_hold_in_any_order(tmp_path: Path, seed: int) -> None:
    random, done = Random(seed), list[str]()
    with Library.open(tmp_path / "words.library", create=True) as library:
        with library.writing() as writer:
            for number in range(ACCOUNTS):
                writer.add(entry(witness(number), story(number % 5)))
        for step in range(40):
            ties, before = library.ties(), homes(library)
            done.append(act(library, random, step))
            assert broken(library) == [], done
            if done[-1].startswith("program"):
                after = homes(library)
                assert library.ties() == ties, "the program says nothing"
                assert all((after[t.a] == after[t.b]) == t.together for t in ties)
                assert set(after) == set(before)
        assert library.check() == (), done
        assert library.counts()["accounts"] == ACCOUNTS


@pytest.mark.parametrize("seed", range(6))
def test_undoing_all_from_the_last_restores_all(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    with Library.open(tmp_path / "words.library", create=True) as library:
        with library.writing() as writer:
            for number in range(ACCOUNTS):
                writer.add(entry(witness(number), story(number % 5)))
        before = homes(library)
        while len(library.history()) < 8:
            home = homes(library)
            a, b = random.sample(sorted(home), 2)
            try:
                random.choice([
                    lambda a=a, b=b, home=home: library.merge(home[a], home[b], at=AT),
                    lambda a=a, home=home: library.split(home[a], [a], at=AT),
                    lambda a=a, b=b, home=home: library.move(a, home[b], at=AT),
                ])()  # fmt: skip
            except InputError:
                continue
        for _ in range(8):
            assert library.undo(at=AT).note == ""
        assert homes(library) == before
        assert library.ties() == ()
        assert library.check() == ()
