"""The quality gate: measured figures must not fall below their pinned floors.

    python bench/gate.py          measure, compare with bench/floors.json; exit 1 below a floor
    python bench/gate.py --pin    write what was measured as the new floors

Runs the invented example (``examples/``) against its key and, where the evaluation
material lies beside the checkout (``../shared``), the five real accounts and two streams of
articles there with the scorers that come with them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import consilience
from consilience.evaluate import broken, digest, pin, read_floors, score

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
FLOORS = ROOT / "bench" / "floors.json"
EXAMPLE = ROOT / "examples" / "ilvane"
STREAMS = ("gva", "5w1h")
"""Sets of stories that are grouped as streams; half of each was fitted on: they guard, and prove nothing."""


def example(pinning: bool) -> list[str]:
    """Measure the invented example; what is below its floors, in words."""
    gold = ROOT / "examples" / "key" / EXAMPLE.name / "gold.json"
    dossier = consilience.compare([EXAMPLE])
    figures = score(json.loads(gold.read_text("utf-8")), dossier.to_dict())
    for name, value in figures.items():
        print(f"  {name:<28}{value:.4f}")
    found = digest(gold.parent.iterdir())
    if pinning:
        pin(FLOORS, "example", figures, found)
        return []
    return broken(figures, read_floors(FLOORS).get("example"), found)


def scored_outside(pinning: bool) -> list[str]:
    """Measure the five real accounts with the scorer beside them."""
    folder = SHARED / "data" / "kabul-call"
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "dossier.json"
        out.write_text(consilience.compare(sorted(folder.glob("*.txt"))).to_json(), "utf-8")
        return _scored("dossier.py", folder / "gold.json", out, pinning)


def streams(pinning: bool) -> list[str]:
    """Group the articles of two sets one by one, and score the stories."""
    from stories import load, ours

    faults = []
    for name in STREAMS:
        print(f"a stream of articles: {name}")
        stream = load(SHARED, name)
        story = ours(stream.profiles)
        lines = [json.dumps({"id": a.name, "story": story[a.id]}) for a in stream.accounts]
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "stories.jsonl"
            out.write_text("\n".join(lines), "utf-8")
            gold = SHARED / "data" / f"stories-{name}" / "articles.jsonl.gz"
            faults += _scored("stories.py", gold, out, pinning)
    return faults


def _scored(scorer: str, gold: Path, out: Path, pinning: bool) -> list[str]:
    """What a scorer finds below its floors; it writes them when pinning."""
    options = ["--pin", str(FLOORS), "--allow-regression"] if pinning else ["--floor", str(FLOORS)]
    command = [sys.executable, SHARED / "score" / scorer, gold, out, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print("  " + done.stdout.strip().replace("\n", "\n  "))
    return done.stderr.strip().splitlines() if done.returncode else []


def main() -> int:
    """Run the gate."""
    pinning = "--pin" in sys.argv[1:]
    print("example")
    faults = example(pinning)
    if (SHARED / "score" / "dossier.py").exists():
        print("five real accounts")
        faults += scored_outside(pinning)
        faults += streams(pinning)
    else:
        print("five real accounts, two streams: skipped, ../shared is not beside this checkout")
    for fault in faults:
        print(f"gate: {fault}", file=sys.stderr)
    print("gate: " + ("below its floors" if faults else "pinned" if pinning else "holds"))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
