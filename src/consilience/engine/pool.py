"""Annotates several accounts at once, each by itself, on as many processors as there are.

A pool pays only where there is much to read: its processes are copies of this one with the
pipeline and the models loaded. So it is used on systems that can copy a process, from a process without other
threads, and for at least ``WORTH`` characters; else the accounts are read one after the other.
Holds no method of its own. Invariant: the result is that of ``annotate`` on each account, in the
order given, whatever the number of processes; a worker's failure ends the call.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import repeat
from typing import Any

from ..annotate import annotate
from ..errors import ConsilienceError
from ..model import Annotated, Token, Witness
from ..settings import Annotate

WORTH = 40_000
"""Characters of all accounts from which a second process has paid for its start."""
MOST = 8
"""Processes at most: each holds up to 100 MB of its own."""
TOKEN = tuple(field.name for field in fields(Token))
Columns = list[list[Any]]


def annotate_all(
    witnesses: Sequence[Witness],
    settings: Annotate,
    done: Callable[[int], None] = lambda _: None,
    *,
    workers: int | None = None,
) -> list[Annotated]:
    """``annotate`` of each account, in order.

    :param done: told how many accounts are annotated.
    :param workers: processes to use, where this system can; as many as pay if not given.
    :raises ConsilienceError: a worker was ended from outside.
    """
    count = min(workers or _paying(witnesses), len(witnesses)) if _can_copy() else 1
    accounts = list[Annotated]()
    made = _pooled(witnesses, settings, count) if count > 1 else map(annotate, witnesses, repeat(settings))
    for account in made:
        accounts.append(account)
        done(len(accounts))
    return accounts


def _can_copy() -> bool:
    """Whether a copy of this process is safe: a lock that another thread holds, the copy never gets."""
    return sys.platform == "linux" and threading.active_count() == 1


def _paying(witnesses: Sequence[Witness]) -> int:
    """How many processes have enough to do."""
    if sum(len(witness.text) for witness in witnesses) < WORTH:
        return 1
    return min(len(os.sched_getaffinity(0)), MOST)


def _pooled(witnesses: Sequence[Witness], settings: Annotate, count: int) -> Iterator[Annotated]:
    """Results in order; the longest account is begun first, so that none is left running alone at the end."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    from ..annotate.pipeline import pipeline
    from ..annotate.tagger import Tagger
    from ..encoder import StaticEncoder

    pipeline(settings.max_sentence)  # all loaded before the copies are made, once for all of them
    Tagger.load()
    StaticEncoder.load()
    gc.freeze()  # a copy's collector would touch, and so copy, every page
    order = sorted(range(len(witnesses)), key=lambda i: (-len(witnesses[i].text), i))
    pool = ProcessPoolExecutor(count, get_context("fork"))
    try:
        running = {i: pool.submit(_sent, witnesses[i], settings) for i in order}
        for i in range(len(witnesses)):
            yield _received(witnesses[i], running.pop(i).result())
    except BrokenProcessPool as error:
        raise ConsilienceError(
            "a worker process was ended from outside, perhaps for want of memory",
            where="annotate",
            todo="compare fewer accounts at once",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
        gc.unfreeze()


def _sent(witness: Witness, settings: Annotate) -> tuple[Annotated, Columns]:
    """What a worker sends: tokens go as columns, a tenth of the time that a thousand objects take."""
    account = annotate(witness, settings)
    columns = [[getattr(token, name) for token in account.tokens] for name in TOKEN]
    return replace(account, tokens=()), columns


def _received(witness: Witness, sent: tuple[Annotated, Columns]) -> Annotated:
    account, columns = sent
    return replace(account, witness=witness, tokens=tuple(map(Token, *columns)))
