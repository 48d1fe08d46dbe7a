"""Set the project up and run it: ``python3 tasks.py demo`` or ``python3 tasks.py test``.

    demo    compare the invented example and write its page
    test    run the tests
    gate    run the quality gate
    lint    check style and types
    lock    write the pinned requirements anew
    setup   only install

Needs Python 3.11 or later with pip, and nothing else. The first run installs the pinned,
hashed packages of ``requirements/`` into ``.venv``; later runs install nothing and work
offline. Arguments after ``test`` and ``gate`` are passed on.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PINS = ROOT / "requirements"
EXAMPLE = Path("examples") / "ilvane"
PINNED = ["--universal", "--python-version=3.11", "--generate-hashes"]
PLAIN = ["--no-header", "--no-annotate", "--quiet"]


def run(*command: str | Path) -> None:
    """Run a program of the virtual environment; its failure is ours."""
    done = subprocess.run([str(BIN / command[0]), *map(str, command[1:])], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def setup() -> None:
    """Install the pinned packages and the project, unless that has been done."""
    pinned = b"".join(p.read_bytes() for p in [ROOT / "pyproject.toml", *sorted(PINS.glob("*.txt"))])
    stamp = VENV / f"set-up-{hashlib.sha256(pinned).hexdigest()[:16]}"
    if stamp.exists():
        return
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        print("Installing the pinned packages into .venv (a minute or so, once) …", flush=True)
        venv.create(VENV, with_pip=True)
    quiet = ("--quiet", "--disable-pip-version-check")
    run("python", "-m", "pip", "install", *quiet, "--require-hashes", "-r", PINS / "uv.txt")
    here = ("--quiet", "--python", BIN / "python")
    run("uv", "pip", "sync", *here, "--require-hashes", PINS / "all.txt", PINS / "uv.txt")
    run("uv", "pip", "install", *here, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    stamp.touch()


def demo() -> None:
    """Compare the invented example; say where the page lies."""
    out = ROOT / "out"
    out.mkdir(exist_ok=True)
    page = out / "dossier.html"
    files = ("--json", out / "dossier.json", "--html", page)
    run("consilience", "compare", EXAMPLE, *files)
    print(f"\nOpen the page in a browser: {page.as_uri()}")


def test(*options: str) -> None:
    """Run the tests."""
    run("python", "-m", "pytest", *options)


def gate(*options: str) -> None:
    """Run the quality gate: measured figures against pinned floors."""
    run("python", "bench/gate.py", *options)


def lint() -> None:
    """Check style, format and types."""
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")
    run("mypy")


def lock() -> None:
    """Write the pinned requirements from pyproject.toml, without an index address."""
    everything = ("--group", "dev", "--group", "build")
    run("uv", "pip", "compile", *PINNED, *PLAIN, *everything, "pyproject.toml", "-o", PINS / "all.txt")


def main(arguments: list[str]) -> None:
    """Run one task."""
    tasks = {"demo": demo, "test": test, "gate": gate, "lint": lint, "lock": lock, "setup": lambda: None}
    if sys.version_info < (3, 11):  # noqa: UP036 - said in a line, not as a syntax error
        sys.exit(f"tasks.py: Python {sys.version.split()[0]} is too old; run it with Python 3.11 or later")
    if not arguments or arguments[0] not in tasks:
        sys.exit(__doc__)
    setup()
    tasks[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
