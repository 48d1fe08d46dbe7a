"""A dossier on the terminal: who says what, what differs, how independent, in a minute.

Works from the JSON document alone, at any width from 60 columns. Texts of accounts are
untrusted: they are printed as plain text, without markup and without control characters, so
that no account can move the cursor or colour the screen. Invariant: what is cut short says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .render.facts import (
    Cell,
    Document,
    Edge,
    Facts,
    Row,
    bounds,
    by_value,
    capital,
    counted,
    day_and_hour,
    facts,
    moment,
    sure,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

POINTS, FINDINGS, SPEAKERS, SAID = 12, 8, 6, 3  # rows shown without --verbose
WIDE = 90  # columns from which accounts are named beside their sigla
SHOWN = 160  # characters of a passage that shows descent
# control characters, line and paragraph separators, marks that turn the writing direction, lone surrogates
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
SIGNS = {
    "own": "●",
    "reported": "○",
    "quoted": "“",
    "part": "◐",
    "silent": "–",
    "lacunose": "/",
    "absent": " ",
}
COVERED = {"headline": "█", "lead": "▅", "body": "▂", "silent": "–", "lacunose": "/", "absent": " "}
COVERED_KEY = "█ headline · ▅ lead · ▂ further down · – silent · / could not have had it"
STYLES = {"silent": "dim", "lacunose": "dim", "absent": "dim"}
KEY = (
    "● says so itself · ○ reports · “ quotes · ◐ quotes in part · – silent · / could not have had it · "
    "← shares words with another · ≠ differs"
)


def print_dossier(document: Document, console: Console, *, verbose: bool = False, explain: int = 0) -> None:
    """Print a dossier in columns that fit the console.

    :param document: a document of the contract (``Dossier.to_dict()``).
    :param verbose: adds what the short form leaves out: every point and finding, evidence, silences,
        framing and the timeline.
    :param explain: how many of the weakest links to list.
    """
    known = facts(document)
    _head(known, console)
    if not known.accounts:
        _problems(known, console)
        return
    _accounts(known, console)
    _points(known, console, verbose)
    if explain:
        _links(known, console, explain)
    _discrepancies(known, console, verbose)
    _speakers(known, console, verbose)
    if verbose:
        _descent(known, console)
        _origins(known, console)
        _coverage(known, console)
        _silences(known, console)
        _timeline(known, console)
        _framing(known, console)
    _problems(known, console)


def clean(words: object) -> str:
    """Words fit for a terminal: one line, no control or direction characters.

    >>> clean("a\\x1b[31mb\\n c")
    'a [31mb c'
    """
    return " ".join(HIDDEN.sub(" ", str(words)).split())


def _text(words: object, style: str = "") -> Text:
    from rich.text import Text

    return Text(clean(words), style=style)


def _line(*parts: tuple[object, str] | str) -> Text:
    """Parts side by side; a bare string is ours and unstyled, a pair is words and style."""
    from rich.text import Text

    line = Text()
    for part in parts:
        words, style = part if isinstance(part, tuple) else (part, "")
        kept = HIDDEN.sub(" ", str(words)).replace("\n", " ")
        line.append(kept, style=style or None)
    return line


def _grid(*widths: int | None) -> Table:
    """A table without lines; a width of None takes the room that is left."""
    from rich.table import Table

    table = Table.grid(padding=(0, 1), expand=any(w is None for w in widths))
    for width in widths:
        if width is None:
            table.add_column(ratio=1, overflow="fold")
        else:
            table.add_column(width=width, no_wrap=False, overflow="ellipsis")
    return table


def _title(console: Console, words: str, more: str = "") -> None:
    console.print()
    console.print(_line((words, "bold"), (f"  {more}" if more else "", "dim")))


def _cut(console: Console, left: int, noun: str, plural: str = "") -> None:
    if left > 0:
        more = counted(left, f"more {noun}", f"more {plural or noun + 's'}")
        console.print(_text(f"… and {more} (--verbose shows all)", "dim"))


# -- parts --


def _head(known: Facts, console: Console) -> None:
    story = known.document["story"]
    console.print(_text(story["label"] or "Dossier", "bold"))
    if known.accounts:
        console.print(_text(known.dates, "dim"))
    console.print(_text(known.verdict))


def _accounts(known: Facts, console: Console) -> None:
    _title(console, "Accounts")
    wide = console.width >= WIDE
    dated = 13 if any(a.when for a in known.accounts) else 1
    table = _grid(3, None, dated, None) if wide else _grid(3, None, dated)
    for a in known.accounts:
        follows = _follows(known.follows(a), a.id)
        words = f"{a.raw.get('words') or 0} words"
        name: list[tuple[object, str] | str] = [(a.name, ""), (f"  {words}", "dim")]
        if not wide and follows:
            name.append((f"  {follows}", "italic"))
        cells: list[RenderableType] = [_text(a.siglum, "bold"), _line(*name)]
        cells.append(_text(day_and_hour(a.raw.get("published")) or ("no date" if dated > 1 else ""), "dim"))
        if wide:
            cells.append(_text(follows or "no parent found", "italic" if follows else "dim"))
        table.add_row(*cells)
    console.print(table)


def _follows(edges: Iterable[Edge], child: str) -> str:
    """Whom an account follows, in few words: "rewrites A; credits X, Y"."""
    by_verb: dict[str, list[str]] = {}
    for e in edges:
        by_verb.setdefault(e.verb, []).append(e.parent_sign if e.child == child else e.child_sign)
    return "; ".join(f"{verb} {', '.join(dict.fromkeys(signs))}" for verb, signs in by_verb.items())


def _points(known: Facts, console: Console, verbose: bool) -> None:
    from rich.text import Text

    rows = known.rows if verbose or not known.shared else tuple(known.shared[:POINTS])
    shared = f"{len(known.shared)} of {len(known.rows)} in two or more accounts"
    _title(console, "Points", shared if len(known.accounts) > 1 else "")
    if not rows:
        console.print(_text("none found", "dim"))
        return
    grid = len(known.accounts) <= max(6, (console.width - 50) // 3)
    signs = 3 * len(known.accounts) if grid else 22
    table = _grid(3, None, signs, 9)
    sigla = "".join(f"{a.siglum:^3}" for a in known.accounts) if grid else "accounts"
    table.add_row("", "", Text(sigla, style="bold"), Text("origins", style="dim"))
    for row in rows:
        speaker = clean(row.raw.get("speaker") or "")
        who = _line((capital(clean(row.raw["says"])), ""), (f" · {speaker}" if speaker else "", "dim"))
        cells = _signs(row.cells) if grid else _carriers(row)
        style = "yellow" if row.independent[1] == 1 and row.carried > 1 else ""
        origins = _line((row.bounds, style), (f" of {row.carried}", "dim"))
        table.add_row(_text(row.number, "dim"), who, cells, origins)
        if verbose:
            _passages(row, table)
    console.print(table)
    if not verbose:
        _cut(console, len(known.rows) - len(rows), "point")
    console.print(_text(KEY, "dim"))


def _signs(cells: Iterable[Cell]) -> Text:
    from rich.text import Text

    line = Text()
    for c in cells:
        mark = "≠" if c.differs else "←" if c.after else " "
        style = "red" if c.differs else "yellow" if c.after else STYLES.get(c.state, "")
        line.append(f" {SIGNS[c.state]}{mark}", style=style or None)
    return line


def _carriers(row: Row) -> Text:
    """For many accounts: the sigla of those that have it, those that differ marked."""
    parts: list[tuple[object, str] | str] = []
    for c in row.cells:
        if c.carried:
            parts.append((f"{c.account.siglum}{'≠' if c.differs else ''} ", "red" if c.differs else ""))
    return _line(*parts)


def _passages(row: Row, table: Table) -> None:
    for c in row.cells:
        words = " … ".join(c.account.text[a:b] for a, b in c.spans)
        if words:
            table.add_row(_line((f"{c.account.siglum:>3}", "bold")), _text(words, "dim"), "", "")
    why = (row.raw.get("independent") or {}).get("why")
    if why:
        table.add_row("", _text(why, "italic dim"), "", "")


def _links(known: Facts, console: Console, count: int) -> None:
    """The links that are least sure, so that a reader can judge them."""
    found = known.weakest
    _title(console, "Weakest links", f"{min(count, len(found))} of {len(found)}" if found else "")
    if not found:
        console.print(_text("no passage is linked to another", "dim"))
        return
    table = _grid(3, 3, None)
    for row, link in found[:count]:
        score = f"{link['score']:.2f}"
        table.add_row(_text(row.number, "dim"), "", _line((score, "bold"), f"  {clean(link['reason'])}"))
        for place in (link["a"], link["b"]):
            account = known.by_id[place["article"]]
            words = clean(account.text[place["start"] : place["end"]])
            table.add_row("", _text(account.siglum, "bold"), _text(words, "dim"))
    console.print(table)
    console.print(_text("Score: from 0 to 1, for ordering; no probability.", "dim"))


def _discrepancies(known: Facts, console: Console, verbose: bool) -> None:
    found = known.conflicts + (known.unsure + known.harmless if verbose else [])
    if len(known.accounts) < 2:
        return
    harmless = len(known.harmless)
    _title(console, "Discrepancies", f"and {harmless} with a harmless explanation" if harmless else "")
    if not found:
        console.print(_text("none found; that is no proof that there is none", "dim"))
        return
    shown = found if verbose else found[:FINDINGS]
    table = _grid(2, 12, None)
    for _, d in shown:
        sign = ("≈", "yellow") if d.get("innocent") else ("≠", "red") if sure(d) else ("?", "yellow")
        table.add_row(_line(sign), _text(d["kind"], "bold"), _text(d["explanation"]))
        for value, readings in by_value(d):
            side = _sides(known, value, readings, verbose)
            table.add_row("", "", side.append(_behind(known, d, value), style="dim"))
        if d.get("innocent"):
            table.add_row("", "", _line(("harmless: ", "yellow"), (clean(d["innocent"]), "")))
    console.print(table)
    _cut(console, len(found) - len(shown), "discrepancy", "discrepancies")


def _behind(known: Facts, discrepancy: Document, value: str) -> str:
    """How many independent origins several accounts have a value from, and which is a body's own text."""
    side = next((s for s in discrepancy.get("sides") or [] if s["value"] == value), None)
    if side is None or len(side["articles"]) < 2:
        return ""
    found = bounds(side["independent"])
    own = [known.by_id[a].siglum for a in side["primary"] if a in known.by_id]
    return f"  {found} {'origin' if found == '1' else 'origins'}" + (
        f"; primary: {' '.join(own)}" if own else ""
    )


def _sides(known: Facts, value: str, readings: list[Document], verbose: bool) -> Text:
    sigla = dict.fromkeys(known.by_id[r["article"]].siglum for r in readings if r["article"] in known.by_id)
    parts: list[tuple[object, str] | str] = [(" ".join(sigla), "bold"), ": ", (clean(moment(value)), "")]
    if verbose and readings and readings[0]["article"] in known.by_id:
        r = readings[0]
        words = clean(known.by_id[r["article"]].text[r["start"] : r["end"]])
        if words.casefold() != value.casefold():
            parts.append((f"  “{words}”", "dim"))
    return _line(*parts)


def _descent(known: Facts, console: Console) -> None:
    if len(known.accounts) < 2:
        return
    from .render.descent import answer, shown

    _title(console, "Who follows whom")
    for sentence in answer(known):
        console.print(_text(sentence))
    if not known.edges:
        return
    table = _grid(3, None)
    for e in known.edges:
        score = f" ({e.raw['score']:.2f})" if e.raw.get("score") is not None else ""
        what = _line((f"{clean(e.child_name)} {e.verb} {clean(e.parent_name)}{score}", "bold"))
        what.append(f". {clean(e.raw.get('reason') or '')}", style="dim")
        table.add_row(_text(e.number, "dim"), what)
        for found in shown(e, known)[:2]:
            for quote in found.quotes:
                words = clean("".join(p.text for p in quote.pieces))
                words = words if len(words) <= SHOWN else words[:SHOWN].rpartition(" ")[0] + " …"
                table.add_row("", _line((f"{quote.accounts[0].siglum}  ", "bold"), (words, "dim")))
    console.print(table)


def _origins(known: Facts, console: Console) -> None:
    from .render.descent import entries

    rows = [e for e in entries(known) if e.shared]
    if not rows:
        return
    _title(console, "Where the points enter", "origins of points that two or more accounts have")
    table = _grid(None, 26, 30)
    for e in rows:
        sign = f" {e.account.siglum}" if e.account else ""
        which = ", ".join(str(r.number) for r in e.shared)
        table.add_row(
            _text(f"{capital(clean(e.label))}{sign}"), _text(e.kind, "dim"), _text(f"points {which}")
        )
    console.print(table)


def _speakers(known: Facts, console: Console, verbose: bool) -> None:
    rows = known.listed("ledger")
    if not rows:
        return
    _title(console, "Who said what")
    said = {s["id"]: s for s in known.listed("statements")}
    shown = rows if verbose else rows[:SPEAKERS]
    table = _grid(None, 16, 22) if not verbose else _grid(None)
    for r in shown:
        sigla = " ".join(known.by_id[a].siglum for a in r["articles"] if a in known.by_id)
        many = counted(len(r["statements"]), "statement")
        if not verbose:
            table.add_row(_text(r["speaker"]), _text(many, "dim"), _text(sigla, "bold"))
            continue
        table.add_row(_line((clean(r["speaker"]), "bold"), (f"  {many}  {sigla}", "dim")))
        for key in r["statements"]:
            if key in said:
                table.add_row(_statement(known, said[key]))
    console.print(table)
    _cut(console, len(rows) - len(shown), "speaker")


def _statement(known: Facts, s: Document) -> Text:
    account = known.by_id.get(s["article"])
    if not account:
        return _text("")
    words = " … ".join(account.text[a:b] for a, b in s["content"])
    chain = " ← ".join([account.siglum, *map(clean, s.get("chain") or [])])
    quotes = ("“", "”") if s.get("form") == "direct" else ("", "")
    return _line((f"   {chain}: ", "dim"), (quotes[0] + clean(words) + quotes[1], ""))


def _coverage(known: Facts, console: Console) -> None:
    """A strip of signs for each account, as many points as fit the width."""
    from .render.coverage import grid

    found = grid(known)
    if len(known.accounts) < 2 or not found.rows:
        return
    named = console.width >= WIDE
    shown = min(len(found.rows), console.width - (52 if named else 32))
    left = len(found.rows) + found.left - shown
    _title(console, "Coverage", "a column for each shared point" + (f", the first {shown}" if left else ""))
    table = _grid(3, None if named else 1, 7, 6, 7, shown)
    table.add_row(*(_text(w, "dim") for w in ("", "", "shared", "alone", "silent", "")))
    for s in found.strips:
        strip = "".join(COVERED[x.state] for x in s.signs[:shown])
        counts = (_text(str(n)) for n in (s.shared, s.alone, s.silent))
        name = _text(s.account.name if named else "")
        table.add_row(_text(s.account.siglum, "bold"), name, *counts, _line((strip, "")))
    console.print(table)
    console.print(_text(COVERED_KEY, "dim"))


def _silences(known: Facts, console: Console) -> None:
    from .render.coverage import halves, left_out

    _title(console, "Left out", "shared points an account could have had")
    table = _grid(3, None)
    for o in left_out(known):
        says = [
            _line(f"{r.number} ", (clean(r.raw["says"]), ""), (f"  {clean(why)}", "dim"))
            for r, why in o.could
        ]
        sign = _text(o.account.siglum, "bold")
        for n, line in enumerate(says or [_text("nothing found", "dim")]):
            table.add_row(sign if n == 0 else "", line)
        if o.could_not:
            numbers = ", ".join(str(r.number) for r, _ in o.could_not)
            table.add_row("", _text(f"could not have had: points {numbers}", "dim"))
    console.print(table)
    for n, h in enumerate(halves(known)):
        if n == 0:
            _title(console, "One half of an utterance")
        console.print(_text(h.why))
        for label, quote in (("quotes", h.kept), ("both", h.whole)):
            sigla = " ".join(a.siglum for a in quote.accounts)
            words = "".join(p.text for p in quote.pieces)
            console.print(_line((f" {sigla} ", "bold"), (f"{label}: ", "dim"), (clean(words), "")))


def _timeline(known: Facts, console: Console) -> None:
    rows = known.listed("timeline")
    if not rows:
        return
    _title(console, "Timeline")
    table = _grid(20, None)
    for t in rows:
        cited = dict.fromkeys(
            known.by_id[c["article"]].siglum for c in t["cites"] if c["article"] in known.by_id
        )
        table.add_row(
            _text(moment(t["when"]), "dim"), _line((clean(t["text"]), ""), ("  " + " ".join(cited), "bold"))
        )
    console.print(table)


def _framing(known: Facts, console: Console) -> None:
    """Counts with their rates, then what differs: headlines, verbs by speaker, acts, loaded words."""
    from .render.framing import framed

    found = framed(known)
    if not found.profiles:
        return
    _title(console, "Framing", "counts, and for each thousand words; no verdict")
    named = console.width >= WIDE
    table = _grid(3, None if named else 1, 13, 13, 13, 13)
    heads = ("", "", "verbs", "not neutral", "no agent", "loaded")
    table.add_row(*(_text(w, "dim") for w in heads))
    for p in found.profiles:
        tallies = (p.verbs, p.marked, p.agentless, p.loaded)
        cells = (_line((str(t.count), ""), (f"  {t.rate:.1f}", "dim")) for t in tallies)
        table.add_row(_text(p.account.siglum, "bold"), _text(p.account.name if named else ""), *cells)
    console.print(table)
    lines = _grid(24, None)
    for u in found.headlines:
        lines.add_row(_text("headline", "dim"), _line((f"{u.account.siglum} ", "bold"), (clean(u.note), "")))
    for kind in (found.verbs, found.acts, found.loaded):
        for x in (x for x in kind if x.telling):
            parts: list[tuple[object, str] | str] = []
            for account, uses in x.by_account:
                told = ", ".join(u.word if kind is not found.loaded else u.note or "own voice" for u in uses)
                parts += [(f"{account.siglum} ", "bold"), (f"{clean(told)}  ", "")]
            lines.add_row(_text(f"{x.head} {x.more}".strip()), _line(*parts))
    console.print(lines)


def _problems(known: Facts, console: Console) -> None:
    rows = known.listed("problems")
    if not rows:
        return
    _title(console, "Problems")
    table = _grid(None)
    for p in rows:
        parts: list[Any] = [(f"{clean(p['where'])}: ", "bold"), (clean(p["what"]), "")]
        if p.get("todo"):
            parts.append((f" – {clean(p['todo'])}", "dim"))
        table.add_row(_line(*parts))
    console.print(table)
