"""Pinned floors: a figure may rise freely and falls only on purpose.

    {"floors": {"<run>": {"digest": "<sha256 of the key>",
                          "bounds": {"points.f1": {"at_least": 0.8}, …}}}}

A bound is ``at_least`` for what should be high and ``at_most`` for errors. Does not
measure. Invariant: a pinned figure that a run does not give is a fault.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

SLACK = 0.0005
"""A figure this much past its bound is rounding, not a regression."""
LOW = ("extra", "wrong", "overlap")
"""Last parts of the names of figures that should be low."""


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 over the names and bytes of some files, sorted by name."""
    whole = sha256()
    for path in sorted(paths, key=lambda p: p.name):
        whole.update(f"{path.name}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def read_floors(path: Path) -> dict[str, Any]:
    """The entries of a floors file by run; empty where there is no file."""
    if not path.exists():
        return {}
    floors: dict[str, Any] = json.loads(path.read_text("utf-8"))["floors"]
    return floors


def broken(figures: Mapping[str, float], entry: Mapping[str, Any] | None, found: str) -> list[str]:
    """The bounds that a run breaks, in words; a run without an entry breaks one.

    >>> broken({"points.f1": 0.7}, {"digest": "d", "bounds": {"points.f1": {"at_least": 0.8}}}, "d")
    ['points.f1: 0.7000 is below its floor 0.8000']
    """
    if entry is None:
        return ["no floor is pinned; run the gate with --pin"]
    if entry["digest"] != found:
        return [f"the key changed: pinned on {entry['digest'][:12]}, now {found[:12]}"]
    faults = []
    for name, bound in sorted(entry["bounds"].items()):
        value = figures.get(name)
        if value is None:
            faults.append(f"{name}: pinned, but not measured by this run")
        elif value < bound.get("at_least", value) - SLACK:
            faults.append(f"{name}: {value:.4f} is below its floor {bound['at_least']:.4f}")
        elif value > bound.get("at_most", value) + SLACK:
            faults.append(f"{name}: {value:.4f} is above its ceiling {bound['at_most']:.4f}")
    return faults


def pin(path: Path, run: str, figures: Mapping[str, float], found: str) -> None:
    """Write a run's figures as its bounds; who loosens one says why in the changelog."""
    floors = read_floors(path)
    bounds = {n: {_side(n): round(v, 6)} for n, v in sorted(figures.items())}
    floors[run] = {"digest": found, "bounds": bounds}
    path.write_text(json.dumps({"floors": floors}, indent=1, sort_keys=True) + "\n", "utf-8")


def _side(name: str) -> str:
    return "at_most" if name.rsplit(".", 1)[-1] in LOW else "at_least"
