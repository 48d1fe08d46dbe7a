"""The apparatus on the page: who has what at each place, moves in words, additions told briefly."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from consilience.dossier.render.variants import apparatus

ACCOUNTS = {
    name: SimpleNamespace(siglum=siglum) for name, siglum in (("one", "A"), ("two", "B"), ("three", "C"))
}


def places(witnesses: list[list[str]], columns: list[dict[str, Any]]) -> Any:
    row = SimpleNamespace(raw={"apparatus": {"witnesses": witnesses, "columns": columns}})
    return apparatus(row, SimpleNamespace(by_id=ACCOUNTS))  # type: ignore[arg-type]


def column(kind: str, *cells: str | None, move: int = 0) -> dict[str, Any]:
    return {"kind": kind, "cells": list(cells), "move": move}


def test_versions_name_their_accounts_most_first_and_what_lacks_last() -> None:
    (place,) = places([["one"], ["two"], ["three"]], [column("variant", None, "rock", "Rock")])
    assert [(v.text, v.sigla) for v in place.versions] == [("rock", "B C"), (None, "A")]
    assert place.says == "accounts differ"


def test_a_move_is_told_in_both_places() -> None:
    first, middle, last = places(
        [["one"], ["two", "three"]],
        [
            column("transposition", "on Tuesday", None, move=1),
            column("same", "it sank", "it sank"),
            column("transposition", None, "on Tuesday", move=1),
        ],
    )
    assert (first.later, middle.move, last.later) == (False, 0, True)
    assert first.says == "moved: A here, other accounts in the other place marked 1"
    assert last.says == "moved: B C here, other accounts in the other place marked 1"


def test_kinds_in_words() -> None:
    said = [p.says for p in places([["one"], ["two"]], [
        column("omission", "old", None), column("addition", None, "old"),
        column("spelling", "Kyiv", "Kiev"), column("synonym", "buy", "purchase"), column("value", "12", "twelve"),
    ])]  # fmt: skip
    assert said == [
        "not in B", "in B only", "spelt otherwise", "another word for the same", "the same, written otherwise",
    ]  # fmt: skip


def test_one_reading_has_no_apparatus() -> None:
    assert places([["one", "two"]], [column("same", "it sank")]) == []


def test_an_account_with_two_wordings_lacks_what_neither_has() -> None:
    (place,) = places([["one"], ["one", "two"]], [column("omission", "at dawn", None)])
    assert [(v.text, v.sigla) for v in place.versions] == [("at dawn", "A"), (None, "B")]
    (place,) = places([["one"], ["one"]], [column("omission", "at dawn", None)])
    assert [(v.text, v.sigla) for v in place.versions] == [("at dawn", "A")]
    assert place.says == "in one wording of A only"
