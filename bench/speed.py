"""Measure time and memory of the whole comparison.

    python bench/speed.py [FILE …]      the invented example, or the accounts named

Prints, as medians of ``--runs`` runs: seconds for ``consilience --help``; seconds and peak
memory of ``consilience compare`` in a fresh process; seconds of ``consilience.compare`` once
everything is loaded, of each of its stages, and of each output. Times on a busy machine say
little: compare ratios.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import consilience

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "ilvane"
COMMAND = [sys.executable, "-m", "consilience"]


def seconds(work: Callable[[], object], runs: int) -> float:
    """Median wall-clock seconds of some work."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times)


def process(*arguments: str) -> None:
    """Run the command line once, output unread."""
    subprocess.run([*COMMAND, *arguments], check=True, capture_output=True)


def stages(files: list[str], runs: int) -> dict[str, float]:
    """Median seconds of each stage of a warm comparison, by the names it reports."""
    held: dict[str, list[float]] = {}
    for _ in range(runs):
        begun: dict[str, float] = {}
        consilience.compare(files, progress=lambda stage, _, __: begun.setdefault(stage, time.perf_counter()))  # noqa: B023
        ends = [*list(begun.values())[1:], time.perf_counter()]
        for (stage, start), end in zip(begun.items(), ends, strict=True):
            held.setdefault(stage, []).append(end - start)
    return {f"  of which {stage}, s": median(times) for stage, times in held.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Time and memory of the whole comparison.")
    parser.add_argument("files", nargs="*", default=[str(EXAMPLE)])
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    rows = {
        "help, fresh process, s": seconds(lambda: process("--help"), given.runs),
        "compare, fresh process, s": seconds(lambda: process("compare", *given.files, "-q"), given.runs),
        "peak memory of a process, MB": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }
    dossier = consilience.compare(given.files)
    rows["compare, warm, s"] = seconds(lambda: consilience.compare(given.files), given.runs)
    rows |= stages(given.files, given.runs)
    rows["JSON, s"] = seconds(dossier.to_json, given.runs)
    rows["HTML, s"] = seconds(dossier.to_html, given.runs)
    for name, value in rows.items():
        print(f"{name:<32}{value:8.2f}")


if __name__ == "__main__":
    main()
