"""What can go wrong, as a small tree.

    ConsilienceError        anything the program says on purpose
    ├── InputError          the call or a file cannot be used (exit 2)
    ├── FetchError          an address was refused or did not answer
    │   ├── UnfitError      it may not be opened, or is no article        (``ingest.fetch``)
    │   ├── AnswerError     its host answered with an error; with its pause
    │   │   └── NotModified it is as it was
    │   ├── ForbiddenError  robots.txt does not allow it                  (``ingest.visits``)
    │   ├── LaterError      its host wants a longer pause than is waited
    │   └── StoppedError    the person has asked to stop
    └── DossierError        a dossier breaks its format or does not verify

Every error says what, where, and what to do next; ``str(error)`` is one line.
"""

from __future__ import annotations


class ConsilienceError(Exception):
    """An error with its place and its remedy.

    >>> str(InputError("no accounts given", where="compare", todo="name one or more files"))
    'compare: no accounts given; name one or more files'
    """

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        line = ": ".join(part for part in (where, what) if part)
        super().__init__("; ".join(part for part in (line, todo) if part))


class InputError(ConsilienceError):
    """The call, a file or a manifest cannot be used."""


class FetchError(ConsilienceError):
    """An address was refused or did not answer."""


class DossierError(ConsilienceError):
    """A dossier breaks its format or does not verify."""
