"""Several accounts annotated at once are what they are one by one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Event, Thread

import pytest

from consilience.annotate import annotate
from consilience.engine import pool
from consilience.engine.pool import annotate_all
from consilience.errors import ConsilienceError
from consilience.model import Annotated, Witness
from consilience.settings import Annotate

SAID = (
    "The mayor of Melden, Ann Lee, said on Monday that the dam of {} would hold. “It is safe,” she added.\n"
)
WITNESSES = [
    Witness(f"w1:{i}", f"a{i}", SAID.format(place) * (1 + i % 3), published="2021-05-04")
    for i, place in enumerate("Ostra Essel Norland Brig Talme".split())
]


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(os, "fork"):
        pytest.skip("this system cannot copy a process")
    monkeypatch.setattr(pool, "_can_copy", lambda: True)
    yield


@pytest.mark.usefixtures("copied")
def test_pooled_is_serial() -> None:
    told = list[int]()
    serial = annotate_all(WITNESSES, Annotate(), workers=1)
    pooled = annotate_all(WITNESSES, Annotate(), told.append, workers=2)
    assert repr(pooled) == repr(serial) == repr([annotate(witness) for witness in WITNESSES])
    assert told == [1, 2, 3, 4, 5]


def _ended(witness: Witness, settings: Annotate) -> Annotated:
    os._exit(9)


def _failing(witness: Witness, settings: Annotate) -> Annotated:
    raise ValueError(f"cannot read {witness.name}")


@pytest.mark.usefixtures("copied")
def test_a_worker_that_is_ended_ends_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "annotate", _ended)
    with pytest.raises(ConsilienceError, match="a worker process was ended from outside"):
        annotate_all(WITNESSES, Annotate(), workers=2)


@pytest.mark.usefixtures("copied")
def test_a_worker_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "annotate", _failing)
    with pytest.raises(ValueError, match="cannot read a0"):
        annotate_all(WITNESSES, Annotate(), workers=2)


def test_few_words_need_one_process() -> None:
    assert pool._paying(WITNESSES) == 1


def test_no_copy_is_made_beside_another_thread() -> None:
    rest = Event()
    thread = Thread(target=rest.wait)
    thread.start()
    try:
        assert not pool._can_copy()
    finally:
        rest.set()
        thread.join()
