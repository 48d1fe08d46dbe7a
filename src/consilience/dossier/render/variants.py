"""What the page shows of a point's apparatus: running text with its places of variation.

Words that all accounts have run on as text; where they part, each version stands with the sigla of its
accounts. Does not align. Invariant: every account of the point stands at every place; one that words the
point twice lacks only what neither wording has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .facts import Document, Facts, Row

QUIET = {
    "spelling": "spelt otherwise",
    "synonym": "another word for the same",
    "value": "the same, written otherwise",
}
"""Kinds of variation that are not of substance, in words."""


@dataclass(frozen=True, slots=True)
class Version:
    """What some accounts have at a place (None: nothing there), and their sigla."""

    text: str | None
    sigla: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A place of the apparatus: its kind, its versions, most accounts first, and what is said of it aloud.

    ``move`` numbers words that stand elsewhere in other accounts; ``later``: this is their second place.
    """

    kind: str
    versions: tuple[Version, ...]
    says: str = ""
    move: int = 0
    later: bool = False


def apparatus(row: Row, facts: Facts) -> list[Variant]:
    """The places of a point's apparatus in order; none where it has one reading."""
    raw = row.raw.get("apparatus") or {}
    witnesses = raw.get("witnesses") or []
    if len(witnesses) < 2:
        return []
    groups = [[_siglum(facts, a) for a in group] for group in witnesses]
    columns = raw.get("columns") or []
    return [_variant(column, columns[:n], groups) for n, column in enumerate(columns)]


def _siglum(facts: Facts, article: str) -> str:
    account = facts.by_id.get(article)
    return account.siglum if account else article


def _variant(column: Document, before: Sequence[Document], groups: Sequence[Sequence[str]]) -> Variant:
    kind, move = column["kind"], column.get("move", 0)
    if kind == "same":
        return Variant(kind, (Version(column["cells"][0], ""),))
    versions = _versions(column["cells"], groups)
    later = bool(move) and any(c.get("move") == move for c in before)
    return Variant(kind, versions, _says(kind, versions, move), move, later)


def _versions(cells: Sequence[str | None], groups: Sequence[Sequence[str]]) -> tuple[Version, ...]:
    """The different texts of a place, capitals aside, with who has them; what is absent last."""
    texts: dict[str | None, str | None] = {}
    who: dict[str | None, list[str]] = {}
    for cell, group in zip(cells, groups, strict=False):
        key = cell.casefold() if cell else None
        texts.setdefault(key, cell)
        who.setdefault(key, []).extend(group)
    if None in who:
        has = {siglum for key, held in who.items() if key is not None for siglum in held}
        who[None] = [siglum for siglum in who[None] if siglum not in has]
    who = {key: held for key, held in who.items() if held}
    order = sorted(who, key=lambda key: (key is None, -len(set(who[key]))))
    return tuple(Version(texts[key], " ".join(sorted(set(who[key]), key=_by_length))) for key in order)


def _by_length(siglum: str) -> tuple[int, str]:
    return len(siglum), siglum


def _says(kind: str, versions: Sequence[Version], move: int) -> str:
    """A place in words, for a tooltip and for who listens."""
    have = " ".join(v.sigla for v in versions if v.text is not None)
    lack = " ".join(v.sigla for v in versions if v.text is None)
    if kind == "transposition":
        return f"moved: {have} here, other accounts in the other place marked {move}"
    moved = f"; moved: others have it in the other place marked {move}" if move else ""
    if not lack and kind in ("omission", "addition"):
        return f"in one wording of {have} only{moved}"
    if kind == "omission":
        return f"not in {lack}{moved}"
    if kind == "addition":
        return f"in {have} only{moved}"
    return QUIET.get(kind, "accounts differ")
