"""What the benches need beside the checkout: said in one line where it is missing."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Evaluation material and scorers, in a folder beside the checkout."""


def there(path: Path) -> Path:
    """The path, where something is; else one line that says what to do, and the end."""
    if not path.exists():
        raise SystemExit(
            f"{path}: not there; benches read evaluation material that is no part of the project"
        )
    return path
