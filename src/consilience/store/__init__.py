"""The library: accounts and their stories, kept in one file.

``Store`` is what a library can do, ``Library`` the one in a SQLite file. Does not decide what
belongs to which story (see ``group``), nor read files or feeds. Invariant: what is acknowledged is
kept, and what a person has corrected stays so.
"""

from __future__ import annotations

from .library import Library
from .protocol import (
    KINDS,
    Entry,
    Event,
    Hit,
    Imported,
    Job,
    Kept,
    Ledger,
    Line,
    Results,
    Said,
    Store,
    Tale,
    Tie,
    Total,
    Writer,
    content_key,
)

__all__ = [
    "KINDS",
    "Entry",
    "Event",
    "Hit",
    "Imported",
    "Job",
    "Kept",
    "Ledger",
    "Library",
    "Line",
    "Results",
    "Said",
    "Store",
    "Tale",
    "Tie",
    "Total",
    "Writer",
    "content_key",
]
