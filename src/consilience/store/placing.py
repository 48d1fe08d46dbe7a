"""Files that are written beside their place and put there whole.

What is written lies in a new folder of its own, so that no file of anybody is overwritten and none is
left where the writing fails. Does not choose the place. Invariant: at the place is what was there, or
all that was written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import InputError


@contextmanager
def put_at(path: Path) -> Iterator[Path]:
    """A name to write to, which takes the place of ``path`` when the block is left well.

    :raises InputError: when it cannot be written; the error names ``path``.
    """
    try:
        with TemporaryDirectory(prefix=".consilience-", dir=path.absolute().parent) as folder:
            part = Path(folder) / "part"
            yield part
            part.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written ({plainly(error)})", where=str(path)) from error


def plainly(error: Exception) -> str:
    """In words, on one line, what the system says of a file.

    >>> plainly(FileNotFoundError(2, "Failed to open", "all.parquet"))
    'no such file or directory'
    """
    number = getattr(error, "errno", None)
    told = os.strerror(number) if number else str(error) or type(error).__name__
    return " ".join(told.split()).lower() if number else " ".join(told.split())
