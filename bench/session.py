"""Write the sessions shown in the README anew from what the program prints.

    python bench/session.py           rewrite README.md
    python bench/session.py --check   exit 1 when it no longer shows what is printed

The first session is the dossier of the invented example on a terminal of 100 columns, to the end of
its list of discrepancies; the second takes a week of invented news into a library.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console

import consilience
from consilience.dossier.terminal import print_dossier

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
COLUMNS = 100
STORY = "Landslide"
"""What the title of the story begins with whose id the second session names."""


def comparing() -> str:
    """The command ``compare`` and what it prints, as a Markdown block."""
    out = StringIO()
    dossier = consilience.compare([ROOT / "examples" / "ilvane"])
    print_dossier(dossier.to_dict(), Console(file=out, width=COLUMNS, no_color=True), verbose=False)
    told = out.getvalue().partition("\nWho said what")[0]
    return _block(["$ consilience compare examples/ilvane", "", *told.strip("\n").splitlines(), "…"])


def library() -> str:
    """Commands on a library and what they print, as a Markdown block."""
    with tempfile.TemporaryDirectory() as folder:
        place = str(Path(folder) / "library.db")
        lines = _told("add examples/ilvane examples/week", place)
        row = next(line for line in lines if STORY in line)
        for command in (f"story {row.split()[0]}", "search railway report", "who 'Edda Krans' --about bread"):
            lines += ["", *_told(command, place)]
    return _block(lines)


def _told(command: str, place: str) -> list[str]:
    """A command as a person types it, and the lines it prints."""
    environment = {**os.environ, "COLUMNS": str(COLUMNS), "CONSILIENCE_LIBRARY": place}
    words = [sys.executable, "-m", "consilience", *shlex.split(command)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    return [f"$ consilience {command}", *done.stdout.rstrip().splitlines()]


def _block(lines: list[str]) -> str:
    return "\n".join(["```text", *(line.rstrip() for line in lines), "```", ""])


def main() -> int:
    """Rewrite or check."""
    old = text = README.read_text("utf-8")
    for name, made in (("session", comparing()), ("library session", library())):
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        text = block.sub(lambda m, made=made: m.group(1) + made + m.group(2), text)  # type: ignore[misc]
    if "--check" in sys.argv[1:]:
        return int(text != old)
    README.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
