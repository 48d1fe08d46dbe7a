"""Settings: one frozen dataclass a stage, read from and written to TOML.

The fingerprint of all settings is part of every dossier, so a result can be
told from one made with others. Nothing here reads the environment. Invariant:
``Settings.from_toml(settings.to_toml()) == settings``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

from .errors import InputError


@dataclass(frozen=True, slots=True)
class Ingest:
    """Limits on what is read.

    :param max_bytes: largest file or response read, in bytes.
    :param max_chars: longest account kept, in code points; a longer one is a problem, not cut.
    :param max_accounts: most accounts in one call.
    :param max_depth: deepest nesting of HTML elements that is parsed; libxml2 drops what lies deeper than
        about 250, so a larger number changes nothing.
    :param min_words: fewest words for a text to be taken as an article.
    :param timeout: seconds for one outgoing request.
    :param allow_hosts: hosts that may be fetched although their address is private.
    :param poll: seconds between two rounds to an address that is followed; a feed may ask for longer.
    :param delay: least seconds between two requests to one host; its robots.txt may ask for longer.
    :param max_items: most articles taken from one feed or sitemap in one round.
    :param max_age: days after which an entry of a feed or sitemap that is followed is too old to be fetched.
    """

    max_bytes: int = 20_000_000
    max_chars: int = 400_000
    max_accounts: int = 400
    max_depth: int = 240
    min_words: int = 25
    timeout: float = 20.0
    allow_hosts: tuple[str, ...] = ()
    poll: float = 900.0
    delay: float = 2.0
    max_items: int = 200
    max_age: int = 30


@dataclass(frozen=True, slots=True)
class Annotate:
    """The parse.

    :param max_sentence: tokens after which the parser may end a sentence that shows no end.
    """

    max_sentence: int = 120


@dataclass(frozen=True, slots=True)
class Group:
    """Grouping of accounts into stories.

    :param threshold: least similarity (0–1) that joins an account to a story of one call.
    :param join: least score (0–1) with which an account of a stream joins a story.
    :param merge: least score (0–1) with which two stories of a stream become one.
    :param split: most score (0–1) with which the parts of a story fall into two.
    :param window: days of publication that are held to group what arrives.
    :param held: most accounts that are held for it, the newest: a library of any size is opened in seconds.
    """

    threshold: float = 0.22
    join: float = 0.65
    merge: float = 0.8
    split: float = 0.5
    window: float = 2000.0
    held: int = 20_000


@dataclass(frozen=True, slots=True)
class Collate:
    """Alignment of passages into points.

    :param threshold: least mean score (0–1) with which a passage joins a point; two passages that begin
        one need 0.15 more.
    :param min_chars: shortest passage that can stand as a reading, in code points.
    """

    threshold: float = 0.2
    min_chars: int = 18


@dataclass(frozen=True, slots=True)
class Trace:
    """Descent.

    :param seed_words: length of the word runs that seed a shared passage.
    :param min_share: least share of the shorter account that must be shared for kinship.
    """

    seed_words: int = 4
    min_share: float = 0.12


@dataclass(frozen=True, slots=True)
class Contrast:
    """Discrepancies, silences and framing.

    :param min_score: least score (0–1) of a discrepancy; those under .5 are listed apart, as unsure.
    """

    min_score: float = 0.05


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of every stage."""

    ingest: Ingest = field(default_factory=Ingest)
    annotate: Annotate = field(default_factory=Annotate)
    group: Group = field(default_factory=Group)
    collate: Collate = field(default_factory=Collate)
    trace: Trace = field(default_factory=Trace)
    contrast: Contrast = field(default_factory=Contrast)

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits over all settings.

        >>> Settings().fingerprint == Settings().fingerprint
        True
        """
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    def to_toml(self) -> str:
        """The settings as TOML, a table for each stage."""
        tables = []
        for stage in fields(self):
            rows = [f"{k} = {_toml(v)}" for k, v in asdict(getattr(self, stage.name)).items()]
            tables.append("\n".join([f"[{stage.name}]", *rows]))
        return "\n\n".join(tables) + "\n"

    @classmethod
    def from_toml(cls, text: str, *, where: str = "settings") -> Settings:
        """Read TOML; unknown tables, keys and wrong types are refused with the allowed ones.

        >>> Settings.from_toml("[collate]\\nthreshold = 0.6").collate.threshold
        0.6
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"not valid TOML ({error})", where=where) from error
        stages = {f.name: f.default_factory for f in fields(cls)}
        _known(data, stages, where, "table")
        return cls(**{name: _stage(stages[name], table, f"{where} [{name}]") for name, table in data.items()})

    @classmethod
    def read(cls, path: Path) -> Settings:
        """Read a TOML file."""
        try:
            return cls.from_toml(path.read_text("utf-8"), where=str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot be read ({error})", where=str(path)) from error


def _known(data: Mapping[str, Any], allowed: Mapping[str, Any], where: str, what: str) -> None:
    for name in data:
        if name not in allowed:
            raise InputError(f"unknown {what} {name!r}", where=where, todo=f"use one of {', '.join(allowed)}")


def _stage(make: Any, table: Any, where: str) -> Any:
    """One stage's dataclass from its TOML table, each value of the default's type."""
    if not isinstance(table, Mapping):
        raise InputError(f"{table!r} is not a table", where=where)
    default = asdict(make())
    _known(table, default, where, "setting")
    values: dict[str, Any] = {}
    for name, value in table.items():
        want = type(default[name])
        if want is float and type(value) is int:
            value = float(value)
        if want is tuple and isinstance(value, list):
            value = tuple(map(str, value))
        if type(value) is not want:
            raise InputError(f"{name} = {value!r} is not of type {want.__name__}", where=where)
        if want in (int, float) and not 0 <= value < inf:
            raise InputError(f"{name} = {value!r} is below 0 or no number", where=where)
        values[name] = value
    return make(**values)


def _toml(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value)
