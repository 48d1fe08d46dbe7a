"""Coverage for the views: a strip of signs for each account, silences, and halves of utterances.

Reads the JSON document alone; holds no layout. Invariant: each sign stands for one point and one account
as the document has them, and each passage shown is a slice of an account's text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .facts import Account, Document, Facts, Row
from .page import Quote, anchor
from .passages import Mark, Piece, context, pieces

COLUMNS = 60
"""Points that a strip shows; the rest are counted."""
SAYS = {
    "headline": "in the headline",
    "lead": "in the lead",
    "body": "further down",
    "silent": "silent, though it could have had it",
    "lacunose": "could not have had it",
    "absent": "not found",
}


@dataclass(frozen=True, slots=True)
class Sign:
    """How one account has one point: a key of ``SAYS``, and what is said of it in words."""

    state: str
    says: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One account: its signs, one for each point shown, and its counts."""

    account: Account
    signs: tuple[Sign, ...]
    shared: int
    alone: int
    silent: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Points that several accounts have, by account; ``left`` counts those beyond the last column."""

    rows: tuple[Row, ...]
    strips: tuple[Strip, ...]
    left: int


def grid(facts: Facts, columns: int = COLUMNS) -> Grid:
    """Where each account has each point that two or more have, the points in their order."""
    shared = facts.shared
    rows = tuple(shared[:columns])
    reasons = _reasons(facts)
    strips = []
    for a in facts.accounts:
        cells = [_sign(r, a, reasons) for r in shared]
        strips.append(
            Strip(
                a,
                tuple(cells[:columns]),
                sum(r.cells[a.index].carried for r in shared),
                sum(r.cells[a.index].carried for r in facts.alone),
                sum(c.state == "silent" for c in cells),
            )
        )
    return Grid(rows, tuple(strips), len(shared) - len(rows))


def _reasons(facts: Facts) -> dict[tuple[str, str], str]:
    """Why an account is called silent or lacunose at a point."""
    found = {(o.get("article"), o.get("point")): o.get("why") or "" for o in facts.listed("omissions")}
    for c in facts.listed("coverage"):
        found |= {(c.get("article"), x["point"]): x["why"] for x in c.get("cells") or [] if x.get("why")}
    return {(str(a), str(p)): why for (a, p), why in found.items()}


def _sign(row: Row, account: Account, reasons: dict[tuple[str, str], str]) -> Sign:
    cell, rank = row.cells[account.index], row.raw.get("rank") or {}
    if not cell.carried:
        why = reasons.get((account.id, str(row.raw.get("id"))), "")
        return Sign(cell.state, f"{SAYS[cell.state]}. {why}".rstrip(" .") + "." if why else SAYS[cell.state])
    state = next((n for n in ("headline", "lead") if account.id in (rank.get(n) or [])), "body")
    return Sign(state, SAYS[state])


def most_said(facts: Facts, limit: int = 5) -> list[str]:
    """The speakers of whom most is told, most first."""
    of: dict[str, int] = {}
    for row in facts.listed("coverage"):
        for s in row.get("speakers") or []:
            of[s["name"]] = max(of.get(s["name"], 0), s["of"])
    return sorted(of, key=lambda name: (-of[name], name))[:limit]


# -- silences --


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one account does not carry, each with the reason; ``few`` are points of one account alone."""

    account: Account
    could: tuple[tuple[Row, str], ...]
    few: tuple[tuple[Row, str], ...]
    could_not: tuple[tuple[Row, str], ...]


def left_out(facts: Facts) -> list[LeftOut]:
    """Silences by account: what it could have had, first from whom it follows, and what it could not."""
    rows = {r.raw.get("id"): r for r in facts.rows}
    found = []
    for a in facts.accounts:
        told = [o for o in facts.listed("omissions") if o.get("article") == a.id and o.get("point") in rows]
        told.sort(key=lambda o: not o.get("follows"))
        mine = [(rows[o["point"]], o.get("why") or "", bool(o.get("could", True))) for o in told]
        cells = [
            x for c in facts.listed("coverage") if c.get("article") == a.id for x in c.get("cells") or []
        ]
        gaps = [(rows[x["point"]], x.get("why") or "", False) for x in cells if x["state"] == "lacunose"]
        mine += [g for g in gaps if all(g[0].number != m[0].number for m in mine)]
        found.append(
            LeftOut(
                a,
                tuple((r, why) for r, why, could in mine if could and r.carried > 1),
                tuple((r, why) for r, why, could in mine if could and r.carried <= 1),
                tuple((r, why) for r, why, could in mine if not could),
            )
        )
    return found


# -- halves of utterances --


@dataclass(frozen=True, slots=True)
class Half:
    """An utterance of which one account quotes a half: its words, and the whole, the other half marked."""

    kept: Quote
    whole: Quote
    why: str


def halves(facts: Facts) -> list[Half]:
    """Selective quotations between accounts that are here."""
    found = []
    for s in facts.listed("selections"):
        named = [s["article"], *(w["article"] for w in s["whole"])]
        if all(n in facts.by_id for n in named):
            found.append(Half(_kept(facts, s), _whole(facts, s), s["why"]))
    return found


def _kept(facts: Facts, s: Document) -> Quote:
    account, place = facts.by_id[s["article"]], s["kept"]
    cut, more = _cut(account, place["start"], place["end"], [])
    return Quote((account,), cut, (anchor(account, place["start"], place["end"]),), more)


def _whole(facts: Facts, s: Document) -> Quote:
    """The first account's words for both halves; the others are named beside them."""
    first, dropped = s["whole"][0], s["dropped"][0]
    cut, more = _cut(
        facts.by_id[first["article"]],
        first["start"],
        first["end"],
        [Mark(dropped["start"], dropped["end"], "differs")],
    )
    accounts = tuple(facts.by_id[w["article"]] for w in s["whole"])
    places = tuple(anchor(facts.by_id[w["article"]], w["start"], w["end"]) for w in s["whole"])
    return Quote(accounts, cut, places, more)


def _cut(
    account: Account, start: int, end: int, marks: Sequence[Mark]
) -> tuple[tuple[Piece, ...], tuple[bool, bool]]:
    a, b, before, after = context(account.text, start, end)
    return pieces(account.text, a, b, list(marks)), (before, after)
