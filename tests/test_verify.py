"""Verification finds each kind of fault, and none in a sound dossier."""

from __future__ import annotations

import copy
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from consilience import Dossier, verify
from consilience.dossier import document_digest
from consilience.dossier.verification import schema
from consilience.model import (
    Annotated,
    Descent,
    Discrepancy,
    Edge,
    Entity,
    Node,
    Origin,
    Point,
    Reading,
    Region,
    Silence,
    Span,
    Speaker,
    Statement,
    Story,
    Value,
    Witness,
)

TEXTS = ("Mayor Brandt said the dam held.", "The dam had held, Ilse Brandt said.")
A, B = "w1:a", "w1:b"


def dossier() -> Dossier:
    """A small sound dossier of two accounts."""
    digest = sha256(TEXTS[0].encode()).hexdigest()
    region = (Region(0, 31, "body", "text"),)
    witnesses = (
        Witness(A, "one", TEXTS[0], regions=region, raw_digest=digest),
        Witness(B, "two", TEXTS[1]),
    )
    said = (Span(A, 18, 30),)
    who = Speaker((Span(A, 6, 12),), "Ilse Brandt", "e1:b")
    statement = Statement("st1:x", said, (Span(A, 13, 17),), who, "indirect", ("Ilse Brandt",))
    readings = (
        Reading("the dam held", said, "the dam held"),
        Reading("The dam had held", (Span(B, 0, 16),), "the dam had held"),
    )
    point = Point(
        "p1:x", "s1:x", "the dam held", "statement", readings, "Ilse Brandt", "e1:b", origins=("o1:x",)
    )
    alone = Point("p1:y", "s1:x", "Mayor", "event", (Reading("Mayor", (Span(A, 0, 5),), "mayor"),))
    values = (Value(Span(A, 6, 12), "Brandt"), Value(Span(B, 18, 29), "Ilse Brandt"))
    return Dossier(
        Story("s1:x", (A, B), "The dam"),
        (Annotated(witnesses[0], (), (), (), (statement,)), Annotated(witnesses[1], (), ())),
        (Entity("e1:b", "person", "Ilse Brandt", ("Brandt",)),),
        (point, alone),
        Descent(
            (Node(A, "witness", "one"), Node(B, "witness", "two")),
            (Edge(A, B, "copy", (Span(B, 0, 7),), 0.5),),
            (Origin("o1:x", "speaker", "Ilse Brandt"),),
        ),
        (Discrepancy("d1:x", "name", "One says less.", "a fuller form", 0.6, values, "p1:x"),),
        (Silence(B, "p1:y", "it could have had it"),),
    )


def test_a_sound_dossier_has_no_fault() -> None:
    document = dossier().to_dict()
    assert verify(document) == []
    Draft202012Validator.check_schema(schema())


WORDINGS = ("the dam held", "The dam had held")


def columns(document: dict[str, Any], kind: str, move: int, *cells: str | None) -> None:
    """Give the first point an apparatus of one column."""
    column = {"kind": kind, "cells": list(cells), "move": move}
    document["points"][0]["apparatus"]["columns"] = [column]


def link(document: dict[str, Any], a: str, b: str, early: int = 0) -> None:
    """Give the first point a link between passages of two accounts, the first of which begins too early."""
    passages = {p["article"]: p for p in document["points"][0]["accounts"]}
    one, two = ({k: passages[name][k] for k in ("article", "start", "end")} for name in (a, b))
    one["start"] -= early
    document["points"][0]["links"] = [{"a": one, "b": two, "score": 0.5, "reason": "test"}]


def selection(
    document: dict[str, Any],
    article: str = "two",
    kept: tuple[int, int] = (0, 16),
    dropped: tuple[int, int] = (18, 30),
) -> None:
    """Say that an account quotes one half of what the first one has from 6 to 30."""

    def at(name: str, start: int, end: int) -> dict[str, Any]:
        return {"article": name, "start": start, "end": end}

    document["selections"] = [{
        "article": article, "speaker": None, "kept": at(article, *kept), "whole": [at("one", 6, 30)],
        "dropped": [at("one", *dropped)], "hinge": "but", "why": "test", "score": 0.5,
    }]  # fmt: skip


def test_a_sound_selection_has_no_fault() -> None:
    assert fault(selection) == []


def fault(change: Callable[[dict[str, Any]], object]) -> list[str]:
    """The faults after a change, with the digest made to fit."""
    document = copy.deepcopy(dossier().to_dict())
    change(document)
    document["run"]["digest"] = document_digest(document)
    return verify(document)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["points"][0]["accounts"][0].update(end=999), "span 18..999 is empty or outside 'one'"),
        (lambda d: d["points"][0]["accounts"][0].update(start=2), "the words at one 2..30 are not those shown"),
        (lambda d: d["points"][0].update(says="the dam broke"), "'says' is none of its readings"),
        (lambda d: d["points"][0]["readings"][1].update(wording="THE DAM HAD HELD"), "no account has the wording of reading 1"),
        (lambda d: d["points"][0].update(origins=["o1:?"]), "'o1:?' is not in the dossier"),
        (lambda d: columns(d, "same", 0, "the dam held", "x"), "the apparatus does not spell reading 1"),
        (lambda d: columns(d, "transposition", 1, *WORDINGS), "move 1 of the apparatus has one place"),
        (lambda d: columns(d, "same", 0, WORDINGS[0], None), "a place of the apparatus that all readings share is empty"),
        (lambda d: d["points"][0]["apparatus"]["witnesses"].reverse(), "the apparatus gives readings to other accounts"),
        (lambda d: link(d, "one", "one"), "a link does not join two of its passages"),
        (lambda d: link(d, "one", "two", 3), "a link does not join two of its passages"),
        (lambda d: d["points"][0]["rank"].update(accounts=3), "its rank is not that of its passages"),
        (lambda d: d["points"][0]["rank"].update(standing=9.5), "its rank is not that of its passages"),
        (lambda d: d["points"][1]["rank"].update(lead=["two"]), "its rank is not that of its passages"),
        (lambda d: d["statements"][0].update(content=[[5, 6]]), "holds only white space"),
        (lambda d: d["statements"][0].update(form="sung"), "'sung' is not one of"),
        (lambda d: d["articles"][0].update(text=TEXTS[0].upper()), "the text does not match its digest"),
        (lambda d: d["articles"][0]["regions"][0].update(end=99), "region 0..99 is out of place"),
        (lambda d: d["omissions"][0].update(point="p1:?"), "'p1:?' is not in the dossier"),
        (lambda d: d["discrepancies"][0].update(point="p1:?"), "'p1:?' is not in the dossier"),
        (lambda d: d["ledger"][0].update(statements=["st1:?"]), "'st1:?' is not in the dossier"),
        (lambda d: d["stemma"]["edges"].append({**d["stemma"]["edges"][0], "parent": "two", "child": "one"}),
         "one, two descend from themselves"),
        (lambda d: d["stemma"]["edges"][0].update(parent="three"), "'three' is not in the dossier"),
        (lambda d: d.pop("points"), "'points' is a required property"),
        (lambda d: d["coverage"][0]["cells"].pop(), "coverage.one: its cells are not those of the points"),
        (lambda d: d["coverage"][1].update(silent=4), "coverage.two: silent does not count its cells"),
        (lambda d: d["coverage"][1].update(points=4), "coverage.two: points does not count its cells"),
        (lambda d: selection(d, kept=(0, 99)), "span 0..99 is empty or outside 'two'"),
        (lambda d: selection(d, dropped=(0, 12)), "what is dropped does not lie in what was said"),
        (lambda d: selection(d, article="one"), "keeps and drops in the wrong accounts"),
        (lambda d: d["omissions"][0].update(follows="three"), "'three' is not in the dossier"),
    ],
)  # fmt: skip
def test_each_kind_of_fault(change: Callable[[dict[str, Any]], object], words: str) -> None:
    assert any(words in line for line in fault(change))


def test_a_changed_document_does_not_match_its_digest() -> None:
    document = dossier().to_dict()
    document["story"]["label"] = "Another label"
    assert verify(document) == ["run.digest: the document was changed after it was written"]


def test_originals_are_compared_by_their_bytes(tmp_path: Path) -> None:
    document = dossier().to_dict()
    good, missing, other = tmp_path / "one.txt", tmp_path / "none.txt", tmp_path / "three.txt"
    good.write_text(TEXTS[0], "utf-8")
    other.write_text("x", "utf-8")
    assert verify(document, [good]) == []
    good.write_text(TEXTS[0] + " ", "utf-8")
    assert "not the one that was read" in verify(document, [good])[0]
    assert "cannot be read" in verify(document, [missing])[0]
    assert "no account of the dossier" in verify(document, [other])[0]
