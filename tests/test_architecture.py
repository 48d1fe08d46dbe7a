"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consilience.data import lexicon

SOURCE = Path(__file__).resolve().parent.parent / "src" / "consilience"
ORDER = (
    "model errors settings data encoder ingest annotate group collate trace contrast dossier store engine desk evaluate app __main__"
).split()
LONGEST_FILE, LONGEST_FUNCTION, MOST_ARGUMENTS = 800, 60, 6
MODULES = sorted(SOURCE.rglob("*.py"))
IMPURE = {"time", "random", "secrets", "uuid"}


def room(path: Path) -> str:
    """The first part of a module's name below the package."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield ``(name, ours)`` of each module that a file imports, ours below the package."""
    package = path.relative_to(SOURCE.parent).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.removeprefix("consilience."), alias.name.startswith("consilience.")
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *filter(None, (node.module or "").split("."))]
            names = base[1:] or [alias.name for alias in node.names]
            for name in names[:1] if base[1:] else names:
                yield name, True
        elif isinstance(node, ast.ImportFrom):
            yield (
                (node.module or "").removeprefix("consilience."),
                (node.module or "").startswith("consilience"),
            )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_go_one_way(path: Path) -> None:
    mine = room(path)
    if mine == "__init__":
        return
    for name, ours in imported(path):
        head = name.split(".")[0]
        if ours and head in ORDER:
            assert ORDER.index(head) <= ORDER.index(mine), f"{mine} imports {head}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_shape_of_a_module(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with what it does"
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{node.name} is too long"
            if room(path) != "app":  # a command has an argument for each of its options
                assert len(node.args.posonlyargs + node.args.args) <= MOST_ARGUMENTS, node.name


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_clock_or_chance_below_the_app(path: Path) -> None:
    if room(path) != "app" and path.name != "fetch.py":
        assert not {name.split(".")[0] for name, ours in imported(path) if not ours} & IMPURE
        asked = {n.attr for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Attribute)}
        assert not asked & {"now", "today", "utcnow", "environ", "getenv"}


def test_only_fetch_opens_outgoing_connections() -> None:
    doors = {"socket", "http", "urllib", "requests", "httpx", "urllib3", "ssl", "ftplib", "asyncio"}
    for path in MODULES:
        if path.name != "fetch.py":
            names = {name for name, ours in imported(path) if not ours} - {"urllib.parse"}
            assert not {name.split(".")[0] for name in names} & doors, path


@pytest.mark.parametrize("path", sorted((SOURCE / "data").glob("*.tsv")), ids=lambda p: p.stem)
def test_each_lexicon_entry_has_a_source(path: Path) -> None:
    rows = lexicon(path.stem)
    assert rows
    assert all(row["source"].strip() for row in rows)
    assert len({tuple(row.items()) for row in rows}) == len(rows), "an entry stands twice"


def test_importing_the_command_line_is_cheap() -> None:
    code = "import sys, consilience.app.cli; print(sorted({'spacy','numpy','trafilatura','rich','jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
