"""What is asked of the worker, what it does unasked, and what it says when something cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience.app.worker import Worker
from consilience.engine import shelf
from consilience.errors import InputError
from consilience.settings import Settings
from consilience.store import Job, Library

AT = "2031-10-18T10:00:00+00:00"
FLOOD = (
    "The Ostra burst its banks at Melden on Monday and flooded four hundred houses, mayor Ilse Brandt said. "
    "The dam above the town held, and schools stay shut until Thursday.",
    "Mayor Ilse Brandt said on Monday that four hundred houses in Melden stood under water after the Ostra burst "
    "its banks. The dam above the town held.",
)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library.db", create=True)


def done(library: Library, kind: str, what: dict[str, object], *files: tuple[str, bytes]) -> Job:
    number = library.ask(kind, what, files, at=AT)
    worker = Worker(library, Settings(), clock=lambda: AT)
    while library.job(number).open:
        assert worker.step()
    return library.job(number)


def test_the_example_is_taken_in_read_and_compared(filled: Path) -> None:
    with Library.open(filled) as library:
        assert library.counts()["stories"] == 4
        briefs = library.briefs([t.id for t in library.stories()])
        assert all(b["fresh"] for b in briefs.values())
        assert max(b["accounts"] for b in briefs.values()) == 6
        assert not library.uncompared(9)
        assert library.jobs()[0].outcome["added"] == 15


def test_texts_and_files_are_taken_in_with_what_is_said_of_them(library: Library) -> None:
    texts = [{"text": FLOOD[0], "outlet": "Melden Post", "title": "Flood", "published": "2031-05-06"}]
    job = done(
        library, "add", {"texts": texts}, ("../evil/note.txt", FLOOD[1].encode()), ("note.txt", b"short")
    )
    assert job.state == "done"
    assert job.outcome["added"] == 2
    assert job.outcome["stories"] == 1
    assert [p["where"] for p in job.outcome["problems"]] == ["note.txt"]
    kept = [k.witness for k in library.accounts()]
    assert ("Melden Post", "Flood") in [(w.outlet, w.title) for w in kept]
    assert library.job_files(job.number) == ()


def test_texts_are_compared_and_not_kept(library: Library) -> None:
    job = done(
        library, "compare", {"texts": [{"text": t, "outlet": o} for t, o in zip(FLOOD, "AB", strict=True)]}
    )
    assert job.state == "done"
    assert [a["outlet"] for a in job.outcome["dossier"]["articles"]] == ["A", "B"]
    assert library.counts()["accounts"] == 0


def test_what_cannot_be_used_is_said_in_a_line_without_a_place_of_this_machine(library: Library) -> None:
    job = done(library, "compare", {"texts": [{"text": "Too short."}]})
    assert job.state == "failed"
    assert job.outcome["problem"]["where"] == "text-1.txt"
    assert "2 words" in job.outcome["problem"]["what"]


def test_a_private_address_is_refused(library: Library) -> None:
    job = done(library, "add", {"addresses": ["http://127.0.0.1:9/secret"]})
    assert library.counts()["accounts"] == 0
    assert "127.0.0.1" in str(job.outcome["problems"])


def test_an_unforeseen_fault_ends_the_job_and_not_the_worker(
    library: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("consilience.app.worker.example_folders", lambda: 1 / 0)
    job = done(library, "example", {})
    assert job.state == "failed"
    assert "ZeroDivisionError" in job.outcome["problem"]["what"]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_what_waits_is_not_asked_twice_and_what_was_begun_waits_again(library: Library) -> None:
    first = library.ask("compare", {"story": "s1:0000"}, at=AT)
    assert library.ask("compare", {"story": "s1:0000"}, at=AT) == first
    assert library.waiting() == 1
    begun = library.begin_job()
    assert begun is not None
    assert begun.number == first
    assert library.begin_job() is None
    assert library.jobs_again(at=AT) == 1
    assert library.begin_job() == begun


def test_a_job_whose_end_could_not_be_written_is_done_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = library.ask("add", {"texts": [{"text": "Too short."}]}, at=AT)
    worker = Worker(library, Settings(), lambda: AT)
    with monkeypatch.context() as full:
        full.setattr(Library, "end_job", lambda *_, **__: _full())
        with pytest.raises(InputError, match="disk is full"):
            worker.step()
    assert library.job(number).state == "begun"
    worker.step()
    assert library.job(number).state == "done"


def _full() -> None:
    raise InputError("cannot be written (database or disk is full)")


def test_what_ends_the_worker_again_and_again_fails_and_the_next_is_done(library: Library) -> None:
    number = library.ask("add", {"texts": [{"text": "It ends whoever reads it."}]}, [("a.pdf", b"%")], at=AT)
    last = library.ask("compare", {"story": "s1:0000"}, at=AT)
    for waits in (1, 1, 0):
        begun = library.begin_job()
        assert begun is not None
        assert (begun.number, begun.outcome) == (number, {})
        assert library.jobs_again(at=AT) == waits
    failed, begun = library.job(number), library.begin_job()
    assert (failed.state, failed.ended) == ("failed", AT)
    assert failed.outcome["problem"]["what"] == "the worker was stopped 3 times while it did this"
    assert library.job_files(number) == ()
    assert begun is not None
    assert begun.number == last


def test_a_story_that_fails_is_left_until_it_changes(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library.open(copied) as library:
        story = max(library.stories(), key=lambda t: t.accounts)
        library.move(next(k.witness.id for k in library.accounts(story=story.id)), None, at=AT)
        assert library.uncompared(9) == (story.id,)
        calls: list[str] = []

        def fails(library: Library, story: str, settings: Settings) -> None:
            calls.append(story)
            raise ValueError("cannot be")

        monkeypatch.setattr(shelf, "document", fails)
        worker = Worker(library, Settings(), clock=lambda: AT)
        while worker.step():
            pass
        assert calls == [story.id]


def test_a_dossier_without_its_brief_is_summed_up_and_not_made_again(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(copied) as library:
        library._db.execute("DELETE FROM brief")
        assert len(library.uncompared(9)) == 4
        monkeypatch.setattr(shelf, "compare_story", lambda *_, **__: 1 / 0)
        worker = Worker(library, Settings(), clock=lambda: AT)
        while worker.step():
            pass
        assert library.uncompared(9) == ()


def test_what_was_known_at_a_time_is_the_dossier_of_the_accounts_until_then(copied: Path) -> None:
    with Library.open(copied) as library:
        story = max(library.stories(), key=lambda t: t.accounts).id
        kept = sorted(library.accounts(story=story), key=lambda k: k.witness.published or "")
        until = kept[1].witness.published
        assert shelf.kept(library, story, until=until) is None
        job = done(library, "compare", {"story": story, "until": until})
        assert job.outcome == {"story": story}
        then = shelf.kept(library, story, until=until)
        assert then is not None
        assert {a["id"] for a in then["articles"]} == {k.witness.name for k in kept[:2]}
        now = shelf.kept(library, story)
        assert now is not None
        assert len(now["articles"]) == len(kept)
        assert shelf.kept(library, story, until="2099-01-01") == now
        job = done(library, "compare", {"story": story, "until": "1999-01-01"})
        assert job.outcome["problem"]["what"] == "no account was published by 1999-01-01"
