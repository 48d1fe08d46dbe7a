"""Write the session shown in the README anew from what the program prints.

    python bench/session.py           rewrite README.md
    python bench/session.py --check   exit 1 when it no longer shows what is printed

The session is the dossier of the invented example on a terminal of 100 columns, to the end of
its list of discrepancies.
"""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console

import consilience
from consilience.dossier.terminal import print_dossier

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"(<!-- session -->\n).*?(<!-- end of session -->)", re.DOTALL)
COLUMNS = 100


def session() -> str:
    """The command and what it prints, as a Markdown block."""
    out = StringIO()
    dossier = consilience.compare([ROOT / "examples" / "ilvane"])
    print_dossier(dossier.to_dict(), Console(file=out, width=COLUMNS, no_color=True), verbose=False)
    told = out.getvalue().partition("\nWho said what")[0]
    lines = [line.rstrip() for line in told.strip("\n").splitlines()]
    return "\n".join(["```text", "$ consilience compare examples/ilvane", "", *lines, "…", "```", ""])


def main() -> int:
    """Rewrite or check."""
    text = README.read_text("utf-8")
    new = BLOCK.sub(lambda m: m.group(1) + session() + m.group(2), text)
    if "--check" in sys.argv[1:]:
        return int(new != text)
    README.write_text(new, "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
