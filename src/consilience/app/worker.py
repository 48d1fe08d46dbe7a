"""The processes beside the web app: one does what is asked and what is left undone, one watches feeds.

What a page asks for goes first; then accounts that nobody has read for who said what; then the stories
that changed since they were compared, newest first. Holds no method of a stage. Invariant: whatever goes
wrong with a job, it ends with a line that says so, and the next one is done.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConsilienceError, InputError
from ..settings import Settings
from .place import example_folders, now

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from ..engine.intake import Intake
    from ..model import Problem
    from ..store import Job, Library

IDLE = 0.2
"""Seconds between two looks at the queue."""
REST = 5.0
"""Seconds to wait where nothing can be written: the disk is full, or the file gone."""
PART = 10
"""Accounts read between two looks at the queue: about a second."""
UNASKED = 40
"""Accounts of a story that is compared unasked: one of hundreds takes minutes, in which others wait."""
Json = dict[str, Any]


class Worker:
    """Does one thing at a time, what is asked first."""

    def __init__(self, library: Library, settings: Settings, clock: Callable[[], str] = now) -> None:
        from ..engine.intake import Intake

        self.library, self.settings, self._now = library, settings, clock
        self._intake: Intake = Intake(library, settings)
        self._failed: dict[str, str] = {}
        self._open = False

    def step(self) -> bool:
        """Do the next thing; False if there is nothing to do."""
        if self._open:  # what became of a job could not be written: nobody else would ever end it
            self.library.jobs_again(at=self._now())
            self._open = False
        job = self.library.begin_job()
        if job is not None:
            self._do(job)
            return True
        return self._annotate() or self._compare()

    def _do(self, job: Job) -> None:
        self._open = True
        try:
            outcome, failed = JOBS[job.kind](self, job), False
        except ConsilienceError as error:
            outcome, failed = {"problem": _told(error)}, True
        except Exception as error:
            traceback.print_exc()
            what = f"ended on an unforeseen fault ({type(error).__name__})"
            outcome, failed = {"problem": {"what": what, "where": job.kind, "todo": "report it"}}, True
        self.library.end_job(job.number, _as_given(outcome), at=self._now(), failed=failed)
        self._open = False

    # -- what is left undone --

    def _annotate(self) -> bool:
        started = self.library.waiting
        done = 0

        def enough() -> bool:
            nonlocal done
            done += 1
            return done > 1 or started() > 0

        return self._intake.annotate(stop=enough, at_once=PART) > 0

    def _compare(self) -> bool:
        """Compare the newest story that changed; one that failed is left until it changes again."""
        from ..engine.shelf import document

        for story in self.library.uncompared(len(self._failed) + 1):
            tale = self.library.story(story)
            if self._failed.get(story) == tale.grew:
                continue
            if tale.accounts > UNASKED:
                self._failed[story] = tale.grew
                continue
            try:
                document(self.library, story, self.settings)
            except Exception:
                traceback.print_exc()
                self._failed[story] = tale.grew
            return True
        return False

    # -- what is asked --

    def add(self, job: Job) -> Json:
        """Take in texts, files and addresses."""
        with _laid_out(job.what, self.library.job_files(job.number)) as (given, manifest):
            return self._take_in([*given, *job.what.get("addresses", ())], manifest)

    def example(self, job: Job) -> Json:
        """Take in the invented example."""
        folders = example_folders()
        if not folders:
            raise InputError("the example is not installed", where="example", todo="add accounts of your own")
        return self._take_in([str(f) for f in folders], None)

    def _take_in(self, given: list[str], manifest: Path | None) -> Json:
        from ..ingest import stream
        from ..ingest.visits import Visitor
        from . import views
        from .taking import AT_ONCE, apart

        problems: list[Problem] = []
        visit = Visitor(self.settings.ingest, clock=time.monotonic, wait=time.sleep)
        found = stream(given, manifest=manifest, settings=self.settings.ingest, visit=visit)
        taken = self._intake.take_all(apart(found, problems), self._now, AT_ONCE)
        return views.taken(taken, problems)

    def compare(self, job: Job) -> Json:
        """Make the dossier of a story, now or as of a time, or of texts and addresses that are not kept."""
        from ..engine import shelf

        story = job.what.get("story")
        if story is None:
            return {"dossier": self._of_texts(job)}
        shelf.document(self.library, story, self.settings, until=job.what.get("until"))
        return {"story": story}

    def check(self, job: Job) -> Json:
        """Lay a claim beside the accounts."""
        from ..desk.claims import check

        return {"checked": check(self.library, str(job.what["claim"]), settings=self.settings)}

    def _of_texts(self, job: Job) -> Json:
        from ..engine import compare

        with _laid_out(job.what, self.library.job_files(job.number)) as (given, manifest):
            named = [*given, *job.what.get("addresses", ())]
            return compare(named, manifest=manifest, settings=self.settings).to_dict()


JOBS: dict[str, Callable[[Worker, Job], Json]] = {
    "add": Worker.add,
    "check": Worker.check,
    "compare": Worker.compare,
    "example": Worker.example,
}
"""What can be asked."""
LAID_OUT = re.compile(r'"[^"]*[/\\]consilience-[a-z0-9_]+[/\\]+(?:\d+[/\\]+)?')
TOLD = ("title", "outlet", "published", "url", "authors")
"""What may be said of a text beside its words."""


@contextmanager
def _laid_out(what: Json, files: tuple[tuple[str, bytes], ...]) -> Iterator[tuple[list[str], Path | None]]:
    """Texts and files of a job as files, with what is said of the texts in a manifest."""
    with tempfile.TemporaryDirectory(prefix="consilience-") as at:
        folder, said, given = Path(at), list[Json](), list[str]()
        for number, text in enumerate(what.get("texts", ()), 1):
            name = f"text-{number}.txt"
            (folder / name).write_text(text["text"], "utf-8", errors="surrogatepass", newline="")
            said.append({"file": name, **{k: text[k] for k in TOLD if text.get(k)}})
            given.append(str(folder / name))
        for number, (name, body) in enumerate(files, 1):
            place = folder / str(number) / _plain(name)  # two files of one name stay two
            place.parent.mkdir()
            place.write_bytes(body)
            given.append(str(place))
        manifest = folder / "manifest.json"
        manifest.write_text(json.dumps(said), "utf-8")
        yield given, manifest if said else None


def _plain(name: str) -> str:
    r"""The last part of a file's name, and nothing that leads out of its folder.

    >>> _plain("../../etc/passwd"), _plain("C:\\a\\b.txt"), _plain("..")
    ('passwd', 'b.txt', 'file')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable()).strip()[-120:]
    return kept if kept.strip(".") else "file"


def _told(error: ConsilienceError) -> Json:
    if isinstance(error, InputError):
        return {"what": error.what, "where": error.where, "todo": error.todo}
    return {"what": str(error), "where": "", "todo": ""}


def _as_given(outcome: Json) -> Json:
    """An outcome in which files are called as they were given, not as they were laid out.

    >>> _as_given({"problem": {"where": "/tmp/consilience-a1b_2/3/note.txt"}})
    {'problem': {'where': 'note.txt'}}
    """
    told = {**outcome}
    for part in ("problem", "problems"):
        if part in told:
            told[part] = json.loads(LAID_OUT.sub('"', json.dumps(told[part])))
    if isinstance(told.get("dossier"), dict):
        told["dossier"] = _as_given(told["dossier"])
    return told


# -- the processes --


def work(place: Path, settings: Settings) -> None:
    """Do what is asked of a library until told to end; the main of a process."""
    from ..store import Library

    stop, server = _begun(), parent_process()
    with Library.open(place) as library:
        library.jobs_again(at=now())
        worker = Worker(library, settings)
        while not stop.is_set() and (server is None or server.is_alive()):
            try:
                busy = worker.step()
            except ConsilienceError as error:  # another program writes for long: the thing stays undone
                print(f"consilience: {error}", file=sys.stderr)
                stop.wait(REST)
                continue
            if not busy:
                stop.wait(IDLE)


def watch(place: Path, settings: Settings) -> None:
    """Take in what is new at the feeds a library follows until told to end; the main of a process."""
    from ..engine.intake import Intake
    from ..store import Library
    from .watch import Watch

    stop, server = _begun(), parent_process()
    if server is not None:  # it may be killed while this one waits for the next round
        threading.Thread(target=_end_with, args=(server, stop), daemon=True).start()
    with Library.open(place) as library:
        for _ in Watch(library, Intake(library, settings), stop, now).rounds(once=False):
            pass


def _end_with(server: BaseProcess, stop: threading.Event) -> None:
    server.join()
    stop.set()


def _begun() -> threading.Event:
    """Set up a process beside the server, in a group with those it starts itself; what tells it to end."""
    if hasattr(os, "setsid"):
        os.setsid()
        os.nice(10)  # whoever reads a page comes first
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
