"""Not written yet."""

from __future__ import annotations

from collections.abc import Iterator

from .sheet import Sheet
from .slots import Finding


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find nothing yet."""
    yield from ()
