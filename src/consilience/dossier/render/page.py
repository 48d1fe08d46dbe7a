"""The parts of the page that need more than a look-up: marked texts, cards, sides, timeline.

Turns a document's spans into pieces a template can print as they come. Holds no HTML.
Invariant: every passage shown is a slice of an account's text and has an anchor there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .facts import Account, Cell, Document, Facts, Row, by_value, moment
from .passages import Mark, Piece, context, differing, lines, pieces

POINT = ("pt", "pt-alone")  # a point that other accounts have, and one that none has
SHORT = 60  # a passage of up to so many characters is marked whole


@dataclass(frozen=True, slots=True)
class Block:
    """A line of an account's text: its kind of region and why, pieces, numbers of its points."""

    kind: str
    reason: str
    gap: bool
    pieces: tuple[Piece, ...]
    points: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one or more accounts, with the stretches that differ marked ``differs``."""

    accounts: tuple[Account, ...]
    pieces: tuple[Piece, ...]
    places: tuple[str, ...]
    cut: tuple[bool, bool] = (False, False)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One value of a discrepancy: who has it, in what words, and what stands behind it.

    ``rest`` are the anchors in further accounts; ``origins`` says in a sentence how many independent
    origins several accounts have it from; ``primary`` are the accounts that are a body's own text.
    """

    value: str
    quotes: tuple[Quote, ...]
    rest: tuple[tuple[Account, str], ...]
    origins: str = ""
    primary: tuple[Account, ...] = ()


def anchor(account: Account, start: int, end: int) -> str:
    """The id of a passage in the text of an account."""
    return f"t{account.index}-{start}-{end}"


def places(value: Any) -> Iterator[tuple[str, int, int]]:
    """Every passage that any part of a document names: account, start, end."""
    if isinstance(value, dict):
        if {"article", "start", "end"} <= value.keys():
            yield value["article"], value["start"], value["end"]
        for part in value.values():
            yield from places(part)
    elif isinstance(value, list):
        for part in value:
            yield from places(part)


def in_order(facts: Facts, cites: Sequence[Document]) -> list[Document]:
    """Passages in story order, each once."""
    known = {
        (facts.by_id[c["article"]].index, c["start"], c["end"]): c
        for c in cites
        if c["article"] in facts.by_id
    }
    return [known[k] for k in sorted(known)]


# -- the texts --


def texts(facts: Facts) -> list[tuple[Account, list[Block]]]:
    """Each account's text, line by line, with its statements and points marked."""
    named = anchors(facts)
    return [(a, blocks(facts, a, named.get(a.id, ()))) for a in facts.accounts]


def anchors(facts: Facts) -> dict[str, list[tuple[int, int]]]:
    """The passages of each account that any part of the document names, in text order."""
    named = [v for k, v in facts.document.items() if k not in ("articles", "entities")]
    found: dict[str, set[tuple[int, int]]] = {}
    for article, start, end in places(named):
        found.setdefault(article, set()).add((start, end))
    for s in facts.listed("statements"):
        found.setdefault(s.get("article", ""), set()).update((a, b) for a, b in s.get("content") or [])
    return {article: sorted(some) for article, some in found.items()}


def blocks(facts: Facts, account: Account, anchors: Sequence[tuple[int, int]]) -> list[Block]:
    """The lines of one account with all that is to be marked in them."""
    marks = [*_statement_marks(facts, account), *_point_marks(facts, account)]
    rows = spread_lines(account)
    found = []
    for number, (start, end, gap, region) in enumerate(rows):
        # an anchor before this line that no earlier line took stands at its start
        since = rows[number - 1][1] if number else 0
        here = [
            Mark(max(s, start), max(e, start + 1), "at", anchor(account, s, e))
            for s, e in anchors if since <= s < end
        ]  # fmt: skip
        near = [m for m in marks if m.start < end and m.end > start]
        numbers = sorted({int(m.label) for m in near if m.kind in POINT and m.start >= start})
        cut = pieces(account.text, start, end, near + here)
        found.append(Block(region["kind"], region["reason"], gap, cut, tuple(numbers)))
    return found


def spread_lines(account: Account) -> list[tuple[int, int, bool, Document]]:
    """The lines of an account: start, end, whether a gap stands before, and the region it lies in."""
    regions = _spread(account.raw.get("regions") or [], len(account.text))
    return [(*line, region) for region in regions for line in _within(account.text, region)]


def _spread(regions: Sequence[Document], length: int) -> list[Document]:
    """Regions in text order, with what they leave open filled in as body."""
    found: list[Document] = []
    at = 0
    for r in sorted(regions, key=lambda r: (r["start"], r["end"])):
        if r["start"] > at:
            found.append({"start": at, "end": r["start"], "kind": "body", "reason": ""})
        if r["end"] > at:
            found.append({**r, "start": max(at, r["start"]), "reason": r.get("reason", "")})
            at = r["end"]
    return [*found, {"start": at, "end": length, "kind": "body", "reason": ""}]


def _within(text: str, region: Document) -> list[tuple[int, int, bool]]:
    low, high = region["start"], region["end"]
    found = lines(text[low:high])
    blank = text[max(0, low - 40) : low]
    before = blank[len(blank.rstrip()) :].count("\n") > 1
    return [(low + a, low + b, gap or (n == 0 and before)) for n, (a, b, gap) in enumerate(found)]


def _statement_marks(facts: Facts, account: Account) -> Iterator[Mark]:
    for s in facts.listed("statements"):
        if s.get("article") == account.id:
            who = (s.get("speaker") or {}).get("name") or "speaker not named"
            for start, end in s.get("content") or []:
                yield Mark(start, end, f"st-{s.get('form', 'indirect')}", who)


def _point_marks(facts: Facts, account: Account) -> Iterator[Mark]:
    for row in facts.rows:
        for start, end in row.cells[account.index].spans:
            yield Mark(start, end, "pt" if row.carried > 1 else "pt-alone", str(row.number))


# -- passages side by side --


def cards(row: Row) -> list[Quote]:
    """The passages of a point side by side; accounts with the very same words share a card."""
    groups: dict[str, list[Cell]] = {}
    for c in row.cells:
        if c.carried:
            words = " … ".join(c.account.text[a:b].strip(" ,;:") for a, b in c.spans)
            groups.setdefault(words, []).append(c)
    odd = differing(list(groups))
    return [
        Quote(
            tuple(c.account for c in cells),
            pieces(words, 0, len(words), [Mark(a, b, "differs") for a, b in spans]),
            tuple(anchor(c.account, *c.spans[0]) for c in cells),
            note=_how(cells),
        )
        for (words, cells), spans in zip(groups.items(), odd, strict=True)
    ]


def _how(cells: Sequence[Cell]) -> str:
    if len({c.says for c in cells}) == 1:
        return cells[0].says
    return "; ".join(f"{c.account.siglum} {c.says}" for c in cells)


def origins(row: Row, facts: Facts) -> list[str]:
    """The labels of the origins a point may go back to."""
    labels = {o.get("id"): _origin(o) for o in facts.listed("origins")}
    return [labels[o] for o in row.raw.get("origins") or [] if labels.get(o)]


def _origin(origin: Document) -> str:
    label = str(origin.get("label") or origin.get("kind") or "")
    via = " and ".join(str(v) for v in origin.get("via") or [])
    return f"{label}, by way of {via}" if via else label


def sides(discrepancy: Document, facts: Facts, limit: int = 2) -> list[Side]:
    """The values of a discrepancy, each with its words in their sentence and what differs marked."""
    groups = by_value(discrepancy)
    kept = [[r for r in rows if r.get("article") in facts.by_id] for _, rows in groups]
    first = [rows[0] if rows else None for rows in kept]
    wordings = [facts.by_id[r["article"]].text[r["start"] : r["end"]] if r else "" for r in first]
    odd = differing(wordings)
    found = []
    for (value, _), rows, spans in zip(groups, kept, odd, strict=True):
        quotes: dict[str, Quote] = {}
        for r in rows:
            q = _quote(facts.by_id[r["article"]], r, spans if r is rows[0] else [])
            words = "".join(p.text for p in q.pieces)
            seen = quotes.setdefault(words, q)
            if q.accounts[0] not in seen.accounts:
                both = seen.accounts + q.accounts
                quotes[words] = Quote(both, seen.pieces, seen.places + q.places, seen.cut)
        behind: Document = next((s for s in discrepancy.get("sides") or [] if s["value"] == value), {})
        found.append(_side(value, list(quotes.values()), limit, _origins(behind), _primary(behind, facts)))
    return found


def _origins(side: Document) -> str:
    """The sentence on the origins of a value that several accounts have."""
    return str(side["independent"].get("why") or "") if len(side.get("articles") or []) > 1 else ""


def _primary(side: Document, facts: Facts) -> tuple[Account, ...]:
    return tuple(facts.by_id[a] for a in side.get("primary") or [] if a in facts.by_id)


def _side(
    value: str, quotes: Sequence[Quote], limit: int, origins: str, primary: tuple[Account, ...]
) -> Side:
    """The first passage of each account, the first few in full."""
    shown: list[Quote] = []
    rest: dict[str, tuple[Account, str]] = {}
    for q in quotes:
        seen = {a.id for s in shown for a in s.accounts} | rest.keys()
        fresh = [(a, at) for a, at in zip(q.accounts, q.places, strict=True) if a.id not in seen]
        if fresh and len(shown) < limit:
            shown.append(q)
        else:
            rest |= {a.id: (a, at) for a, at in fresh}
    return Side(value, tuple(shown), tuple(rest.values()), origins, primary)


def _quote(account: Account, place: Document, odd: Sequence[tuple[int, int]]) -> Quote:
    start, end = place["start"], place["end"]
    a, b, before, after = context(account.text, start, end)
    found = [(0, end - start)] if end - start <= SHORT else odd
    cut = pieces(account.text, a, b, [Mark(start + x, start + y, "differs") for x, y in found])
    return Quote((account,), cut, (anchor(account, start, end),), (before, after))


# -- the timeline --


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the timeline: what an account places in time, or the publishing of one."""

    start: str
    when: str
    text: str
    how: str
    cites: tuple[Document, ...] = ()
    published: tuple[Account, ...] = ()


def timeline(facts: Facts) -> list[Moment]:
    """What the accounts place in time, and their publishing among it, in order of time.

    What begins at the same time keeps the document's order; what has no date stands last.
    """
    found = [
        Moment(
            t.get("start") or "~",
            moment(t["when"]),
            t["text"],
            _reckoned(t.get("kind") or ""),
            tuple(t["cites"]),
        )
        for t in facts.listed("timeline")
    ]
    together: dict[str, list[Account]] = {}
    for a in facts.accounts:
        if a.when:
            together.setdefault(a.raw["published"], []).append(a)
    found += [Moment(iso, moment(iso), "", "", (), tuple(some)) for iso, some in together.items()]
    return sorted(found, key=lambda m: m.start[:16])


def _reckoned(how: str) -> str:
    if how.startswith(("published", "event")):
        return "inferred"
    return "" if how == "stated" else how
