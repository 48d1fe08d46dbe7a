"""Measure the apparatus beside CollateX 2.3: the same tables, and how fast.

    python bench/apparatus.py [--examples FOLDER] [--faults] [--witnesses 5 10 20 40] [--limit 300] [--json]

CollateX (GPL) is an outside oracle: nothing of the project imports it. Install it where this bench runs.
FOLDER is its unpacked source distribution; its own examples, the witnesses that its tests add, are read
from there and copied nowhere. Prints

- on those examples: F1 over pairs of equal words that stand in one column, and the share of equal tables;
- on the invented cases of ``tests/cases/apparatus.txt`` (without those of values): the same for both,
  against the hand-made key;
- on seeded variants of an invented text (substitutions, omissions, additions, phrases moved): the time of
  both in one run. CollateX is given ``--limit`` seconds a table and said to take "more than" that;
- how often an alignment of three short rows is as good as the best there is.

``--faults`` shows each table that is not the same, to be judged by eye.
"""

from __future__ import annotations

import argparse
import ast
import json
import multiprocessing
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

from beside import there

from consilience.collate.alignment import CONTEXT, Worth, align
from consilience.collate.apparatus import apparatus, table
from consilience.collate.words import Word

INSTALL = "python -m venv cx && cx/bin/pip install collatex==2.3 Levenshtein -e ."
CASES = Path(__file__).parent.parent / "tests" / "cases" / "apparatus.txt"
SEED = 11
Texts = list[list[str]]
Pairs = frozenset[tuple[tuple[int, int], tuple[int, int]]]
Columns = list[tuple[int | None, ...]]


def collatex() -> Any:
    """The module, or one line that says how to get it, and the end."""
    try:
        import collatex as module
    except ImportError as missing:
        raise SystemExit(f"collatex 2.3 is not here; give it a venv of its own: {INSTALL}") from missing
    return module


# -- tables as columns of places in each row of words --


def theirs(texts: Texts) -> Columns:
    """CollateX's table: for each column the place in each text, or None."""
    module = collatex()
    collation = module.Collation()
    for n, words in enumerate(texts):
        collation.add_plain_witness(f"W{n:02}", " ".join(words))
    out = json.loads(module.collate(collation, output="json", segmentation=False))
    rows = [dict(zip(out["witnesses"], out["table"], strict=True))[f"W{n:02}"] for n in range(len(texts))]
    return [tuple(cell) for cell in zip(*map(_places, rows), strict=True)]


def _places(row: Sequence[Any]) -> Iterator[int | None]:
    """The places of words in a row of CollateX's cells; signs are passed over."""
    at = 0
    for cell in row:
        word = "".join(t["t"] for t in cell or ()).strip()
        yield at if any(map(str.isalnum, word)) else None
        at += any(map(str.isalnum, word))


def ours(texts: Texts) -> Columns:
    """The project's table of the same words."""
    rows = [[Word(w.lower(), w, w.lower()) for w in words] for words in texts]
    grid = table(rows)[0].grid.tolist()
    return [tuple(None if p < 0 else p for p in cells) for cells in grid]


def pairs(columns: Columns, texts: Texts) -> Pairs:
    """Pairs of equal words in one column."""
    found = set()
    for cells in columns:
        held = [(r, p) for r, p in enumerate(cells) if p is not None]
        for a, b in combinations(held, 2):
            if texts[a[0]][a[1]].lower() == texts[b[0]][b[1]].lower():
                found.add((a, b))
    return frozenset(found)


def f1(a: Sequence[Pairs], b: Sequence[Pairs]) -> float:
    """Agreement over all pairs of all tables."""
    both, all_ = sum(len(x & y) for x, y in zip(a, b, strict=True)), sum(map(len, [*a, *b]))
    return 2 * both / all_ if all_ else 1.0


# -- examples --


def tokens(text: str) -> list[str]:
    """Words as CollateX cuts them, without signs."""
    return re.findall(r"\w+", text)


def examples(folder: Path) -> list[Texts]:
    """The witnesses that CollateX's own tests add, by test."""
    found: list[Texts] = []
    for path in sorted(there(folder).rglob("test*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                texts = [tokens(text) for text in _added(node)]
                if len(texts) > 1 and all(texts) and texts not in found:
                    found.append(texts)
    return found


def _added(node: ast.FunctionDef) -> Iterator[str]:
    """Plain texts that a test gives to a collation."""
    named: dict[str, str] = {}
    for part in ast.walk(node):
        if (
            isinstance(part, ast.Assign)
            and isinstance(part.value, ast.Constant)
            and isinstance(part.value.value, str)
        ):
            named |= {t.id: part.value.value for t in part.targets if isinstance(t, ast.Name)}
    calls = [c for c in ast.walk(node) if isinstance(c, ast.Call) and isinstance(c.func, ast.Attribute)]
    for call in sorted(calls, key=lambda c: c.lineno):
        if getattr(call.func, "attr", "") == "add_plain_witness" and len(call.args) > 1:
            text = call.args[1]
            if isinstance(text, ast.Constant):
                yield str(text.value)
            elif isinstance(text, ast.Name) and text.id in named:
                yield named[text.id]


def keyed() -> list[tuple[Texts, Pairs]]:
    """The invented cases: their texts, and pairs of equal words that the key puts side by side.

    Those with a name or figure matched by value are passed over: there the key has no single words.
    """
    out = []
    for block in CASES.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if not lines or "value" in lines[0]:
            continue
        cells = [[[] if c == "-" else tokens(c) for c in line.split(" | ")] for line in lines[1:]]
        texts = [[w for cell in row for w in cell] for row in cells]
        columns: Columns = []
        at = [0] * len(cells)
        for place in zip(*cells, strict=True):
            width = max(map(len, place))
            for k in range(width):
                columns.append(tuple(at[r] + k if k < len(c) else None for r, c in enumerate(place)))
            at = [n + len(c) for n, c in zip(at, place, strict=True)]
        out.append((texts, pairs(columns, texts)))
    return out


# -- an invented text, varied --

NOUNS = (
    "ferry harbour council bridge engineer storm letter valley market tower farmer captain teacher river "
    "mill clock"
).split()
VERBS = (
    "crossed praised repaired closed reached measured warned followed opened painted visited counted".split()
)
EXTRA = "quietly yesterday old heavy northern silver empty second narrow wooden patient early".split()
SMALL = "near behind beside above before after".split()


def invented(words: int, chance: random.Random) -> list[str]:
    """An invented text of so many words."""
    out: list[str] = []
    while len(out) < words:
        noun = [chance.choice(NOUNS) for _ in range(3)]
        out += ["the", chance.choice(EXTRA), noun[0], chance.choice(VERBS), "the", noun[1]]
        out += [chance.choice(SMALL), "a", noun[2], "of", chance.choice(("Sollmar", "Dravik", "Ostrel"))]
        out += ["and", "it", "was", chance.choice(EXTRA)] if chance.random() < 0.4 else []
    return out[:words]


def variant(words: Sequence[str], chance: random.Random) -> list[str]:
    """A copy with words changed, left out and added, and three phrases moved."""
    out: list[str] = []
    for word in words:
        draw = chance.random()
        if draw < 0.04:
            out.append(chance.choice(NOUNS + EXTRA))
        elif draw < 0.08:
            continue
        else:
            out += [word, chance.choice(EXTRA)] if draw < 0.11 else [word]
    for _ in range(3):
        start, to = chance.randrange(len(out) - 6), chance.randrange(len(out) - 6)
        phrase = out[start : start + 5]
        del out[start : start + 5]
        out[to:to] = phrase
    return out


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _collatex_time(texts: Texts, pipe: Any) -> None:
    pipe.send(timed(lambda: theirs(texts)))


def collatex_time(texts: Texts, limit: float) -> float | None:
    """Seconds that CollateX takes, None where it is more than the limit."""
    here, there_ = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_collatex_time, args=(texts, there_))
    process.start()
    done = here.poll(limit)
    found = float(here.recv()) if done else None
    process.terminate()
    process.join()
    return found


def our_time(texts: Texts) -> float:
    """Seconds for the whole apparatus of the texts, moves and kinds included; the better of two runs."""
    rows = [[Word(w.lower(), w, w.lower()) for w in words] for words in texts]
    return min(timed(lambda: apparatus(rows)) for _ in range(2))


# -- three rows against the best there is --


def best(rows: Sequence[Sequence[int]], worth: Worth) -> int:
    """The worth of the best alignment of three rows: every step in the whole table."""
    value: dict[tuple[int, ...], int] = {}
    for ends in product(*(range(len(r) + 1) for r in rows)):
        top = 0
        for step in product((0, 1), repeat=len(rows)):
            before = tuple(e - s for e, s in zip(ends, step, strict=True))
            if any(step) and min(before) >= 0:
                held = [(r, before[r]) for r, s in enumerate(step) if s]
                top = max(
                    top, value[before] + sum(_gain(rows, worth, a, b) for a, b in combinations(held, 2))
                )
        value[ends] = top
    found: int = value[tuple(map(len, rows))]
    return found


def _gain(rows: Sequence[Sequence[int]], worth: Worth, a: tuple[int, int], b: tuple[int, int]) -> int:
    x, y = rows[a[0]][a[1]], rows[b[0]][b[1]]
    total = worth.sorts[worth.sort[x]][worth.sort[y]] + worth.pairs[x].get(y, 0)
    for step in (-1, 1) if x == y else ():
        near = [rows[r][p + step] if 0 <= p + step < len(rows[r]) else -1 for r, p in (a, b)]
        total += CONTEXT * (near[0] == near[1])
    return total


def as_good(trials: int, chance: random.Random) -> tuple[float, float]:
    """Of three short variants of a row: the share aligned as well as can be, the worth had of the best."""
    kinds = 14
    worth = Worth(
        range(kinds),
        [int(n > 3) for n in range(kinds)],
        [{n: 100 if n > 3 else 20} for n in range(kinds)],
        ((1, 0), (0, 2)),
    )
    equal, had, all_ = 0, 0, 0
    for _ in range(trials):
        base = [chance.randrange(kinds) for _ in range(12)]
        rows = [
            [chance.randrange(kinds) if chance.random() < 0.2 else w for w in base if chance.random() < 0.85]
            for _ in range(3)
        ]
        found, top = align(rows, worth).worth, best(rows, worth)
        equal, had, all_ = equal + (found == top), had + found, all_ + top
    return equal / trials, had / all_


# -- the report --


def compared(folder: Path, faults: bool) -> dict[str, Any]:
    """Agreement on CollateX's own examples."""
    sets = examples(folder)
    both = [(pairs(ours(t), t), pairs(theirs(t), t)) for t in sets]
    if faults:
        for texts, (a, b) in zip(sets, both, strict=True):
            if a != b:
                show(texts)
    mine, its = [a for a, _ in both], [b for _, b in both]
    return {
        "examples": len(sets), "f1": round(f1(mine, its), 3), "equal": sum(a == b for a, b in both),
        "pairs_ours": sum(map(len, mine)), "pairs_collatex": sum(map(len, its)),
    }  # fmt: skip


def show(texts: Texts) -> None:
    """Both tables of some texts, side by side, a line a text."""
    for name, columns in (("ours", ours(texts)), ("collatex", theirs(texts))):
        print(name)
        for r, words in enumerate(texts):
            print("   ", " | ".join("-" if c[r] is None else words[c[r] or 0] for c in columns))
    print()


def against_key(faults: bool) -> dict[str, Any]:
    """F1 and equal tables of both against the key of the invented cases."""
    cases = keyed()
    out: dict[str, Any] = {"cases": len(cases)}
    for name, maker in (("ours", ours), ("collatex", theirs)):
        found = [pairs(maker(texts), texts) for texts, _ in cases]
        out[name] = {"f1": round(f1(found, [key for _, key in cases]), 3), "equal": 0}
        for (texts, key), mine in zip(cases, found, strict=True):
            out[name]["equal"] += mine == key
            if faults and mine != key:
                print(f"not as the key has it: {name}")
                show(texts)
    return out


def raced(counts: Sequence[int], words: int, limit: float) -> Iterator[dict[str, Any]]:
    """Times of both for so many variants of one text."""
    our_time([["warm"], ["warm", "up"]])
    for count in counts:
        chance = random.Random(SEED)
        base = invented(words, chance)
        texts = [variant(base, chance) for _ in range(count)]
        mine, its = our_time(texts), collatex_time(texts, limit)
        ratio = (its or limit) / mine
        yield {
            "witnesses": count, "ours_s": round(mine, 3), "collatex_s": its and round(its, 1),
            "more_than": its is None, "ratio": round(ratio),
        }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=Path, help="CollateX's unpacked source distribution")
    parser.add_argument("--faults", action="store_true", help="show the tables that differ")
    parser.add_argument("--witnesses", type=int, nargs="*", default=[5, 10, 20, 40])
    parser.add_argument("--words", type=int, default=500)
    parser.add_argument("--limit", type=float, default=300, help="seconds that CollateX may take for a table")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    collatex()
    found: dict[str, Any] = {"key": against_key(options.faults)}
    if options.examples:
        found["examples"] = compared(options.examples, options.faults)
    equal, had = as_good(300, random.Random(SEED))
    found["three"] = {"as_good_as_can_be": round(equal, 3), "worth": round(had, 4)}
    found["times"] = list(raced(options.witnesses, options.words, options.limit))
    print(json.dumps(found, indent=1) if options.json else told(found))


def told(found: dict[str, Any]) -> str:
    """The report as lines."""
    key = found["key"]
    lines = [f"{key['cases']} invented cases against their key: F1 over pairs of equal words, equal tables"]
    lines += [f"  {name:9} {key[name]['f1']:.3f}  {key[name]['equal']}" for name in ("ours", "collatex")]
    if "examples" in found:
        e = found["examples"]
        lines.append(
            f"{e['examples']} examples of CollateX: F1 with its tables {e['f1']:.3f}, equal {e['equal']};"
        )
        lines.append(
            f"  pairs of equal words in one column: ours {e['pairs_ours']}, collatex {e['pairs_collatex']}"
        )
    three = found["three"]
    lines.append(
        f"three short rows: as good as can be {three['as_good_as_can_be']:.1%}, "
        f"worth {three['worth']:.2%} of the best"
    )
    for t in found["times"]:
        its = f"more than {t['ratio'] * t['ours_s']:.0f}" if t["more_than"] else f"{t['collatex_s']:.1f}"
        more = "more than " if t["more_than"] else ""
        lines.append(
            f"{t['witnesses']:3} witnesses: ours {t['ours_s']:.2f} s, collatex {its} s: "
            f"{more}{t['ratio']} times as fast"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
