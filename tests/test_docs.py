"""The documentation says what there is, and its snippets run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from consilience.app.cli import main

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(main.commands))
def test_each_command_and_option_is_documented(name: str) -> None:
    section = COMMANDS.partition(f"## `consilience {name}")[2].partition("\n## ")[0]
    assert section, f"docs/commands.md has no section on {name}"
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert f"`{parameter.opts[-1]}" in section, parameter.opts


def test_each_documented_option_exists() -> None:
    known = {o for c in main.commands.values() for p in c.params for o in p.opts} | {"--help", "--version"}
    assert set(re.findall(r"`(--[a-z-]+)", COMMANDS)) <= known


PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_inside_the_project_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_session_in_the_readme_is_what_is_printed() -> None:
    command = [sys.executable, str(ROOT / "bench" / "session.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run 'python bench/session.py'"


def test_python_snippets_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    snippets = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert snippets
    for snippet in snippets:
        exec(compile(snippet, "README.md", "exec"), {})


def test_the_readme_lists_every_folder() -> None:
    for folder in [*(ROOT / "src" / "consilience").iterdir(), *ROOT.iterdir()]:
        if folder.is_dir() and folder.name[0] not in "._" and folder.name not in ("out", "build", "dist"):
            assert f"`{folder.name}/`" in README, f"the README does not say what {folder.name}/ is for"
