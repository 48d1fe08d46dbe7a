"""The library: accounts and their stories, kept in one file.

``Store`` is what a library can do, ``Library`` the one in a SQLite file. Does not decide what
belongs to which story (see ``group``), nor read files or feeds. Invariant: what is acknowledged is
kept, and what a person has corrected stays so.
"""

from __future__ import annotations

from .library import Library
from .protocol import (
    INTERESTS,
    KINDS,
    Arrival,
    Entry,
    Event,
    Heading,
    Hit,
    Imported,
    Imprint,
    Interest,
    Item,
    Job,
    Kept,
    Ledger,
    Line,
    Look,
    Report,
    Results,
    Said,
    Spoken,
    Store,
    Tale,
    Tally,
    Tie,
    Total,
    Voice,
    Writer,
    content_key,
)

__all__ = [
    "INTERESTS",
    "KINDS",
    "Arrival",
    "Entry",
    "Event",
    "Heading",
    "Hit",
    "Imported",
    "Imprint",
    "Interest",
    "Item",
    "Job",
    "Kept",
    "Ledger",
    "Library",
    "Line",
    "Look",
    "Report",
    "Results",
    "Said",
    "Spoken",
    "Store",
    "Tale",
    "Tally",
    "Tie",
    "Total",
    "Voice",
    "Writer",
    "content_key",
]
