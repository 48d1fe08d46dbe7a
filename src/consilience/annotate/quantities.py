"""Stands in until its rules are written: finds nothing yet."""

from __future__ import annotations
from collections.abc import Iterator, Sequence
from ..model import Annotated, Quantity
def find(account: Annotated, taken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, Quantity]]:
    yield from ()
