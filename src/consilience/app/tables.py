"""How the library's commands look in a terminal.

Prints the documents of ``views``; adds nothing to them. Invariant: control characters in titles,
names and words do not reach the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from ..dossier.terminal import clean
from .views import short

if TYPE_CHECKING:
    from rich.console import Console

    from .doctor import Finding

Json = dict[str, Any]
SHOWN = 12
"""Stories that are listed after accounts were added."""
STATES = {"ok": ("●", "green"), "missing": ("○", "yellow"), "fault": ("✗", "red")}


def print_taken(done: Json, labels: dict[str, Json], console: Console) -> None:
    """What was added, the stories it went to, the merges and splits it brought about, and problems."""
    fresh = [a for a in done["accounts"] if a["new"]]
    into = list(dict.fromkeys(a["story"] for a in fresh))
    known = f"; {_many(done['known'], 'was', 'were')} known already" if done["known"] else ""
    new = f", {done['stories']} of them new" if done["stories"] else ""
    told = f" to {_many(len(into), 'story', 'stories')}{new}" if into else ""
    console.print(Text(f"Added {_many(len(fresh), 'account')}{told}{known}", "bold"))
    if done["annotated"] > len(fresh):  # what was left for later
        console.print(Text(f"Read who said what in {_many(done['annotated'], 'account')}"))
    founded = {a["story"] for a in fresh if a["founds"]}
    grid = _grid()
    for ident in into[:SHOWN]:
        one = labels.get(ident)
        if one:
            grid.add_row(*_row(one), "new" if ident in founded else "")
    console.print(grid)
    if len(into) > SHOWN:
        console.print(Text(f"… and {len(into) - SHOWN} more", "dim"))
    for change in (c for a in fresh for c in a["changes"]):
        told = "joins" if change["kind"] == "merge" else "parts from"
        line = f"{short(change['other'])} {told} {short(change['story'])}: {clean(change['why'])}"
        console.print(Text(line))
    print_problems(done["problems"], console)


def print_problems(problems: Sequence[Json], console: Console) -> None:
    """What could not be used, where and what to do."""
    for one in problems[:SHOWN]:
        todo = f"; {clean(one['todo'])}" if one["todo"] else ""
        console.print(Text(f"! {clean(one['where'])}: {clean(one['what'])}{todo}", "yellow"))
    if len(problems) > SHOWN:
        console.print(Text(f"… and {len(problems) - SHOWN} more problems (--json lists all)", "dim"))


def print_stories(stories: Sequence[Json], console: Console) -> None:
    """Stories, a line each."""
    grid = _grid()
    for one in stories:
        grid.add_row(*_row(one), "")
    console.print(grid)
    if not stories:
        console.print("No stories.")


def print_story(one: Json, console: Console) -> None:
    """A story, its accounts with the reason of each, and its history."""
    console.print(Text(clean(one["label"]), "bold"))
    also = f"; also {', '.join(map(short, one['also']))}" if one["also"] else ""
    console.print(
        Text(f"{short(one['id'])}  {_dates(one)}  {_many(one['accounts'], 'account')}{also}", "dim")
    )
    grid = Table.grid(padding=(0, 2))
    for _ in range(4):
        grid.add_column()
    for member in one["members"]:
        what = Text(clean(member["title"] or member["name"]))
        if member["why"]:
            what.append(f"\n{clean(member['why'])}", "dim")
        grid.add_row(
            Text(short(member["id"]), "cyan"),
            clean(_day(member["published"])),
            clean(member["outlet"] or ""),
            what,
        )
    console.print(grid)
    if one["history"]:
        console.print(Text("History", "bold"))
        print_history(one["history"], console)


def print_history(events: Sequence[Json], console: Console) -> None:
    """Merges, splits, moves and names joined or parted, newest first."""
    grid = Table.grid(padding=(0, 2))
    for _ in range(4):
        grid.add_column()
    for one in events:
        what = _told(one)
        if one["undone"]:
            what.append(f"  (undone by {one['undone']})", "dim")
        grid.add_row(Text(str(one["number"]), "cyan"), clean(one["at"])[:16], one["actor"], what)
    console.print(grid)
    if not events:
        console.print("Nothing was changed yet.")


def _told(one: Json) -> Text:
    """An entry of the history in words."""
    stories = [short(s) for s in (one["story"], one["other"]) if s]
    things = " ".join([*stories, *(f"“{clean(n)}”" for n in one["names"])])
    moved = f" ({_many(len(one['accounts']), 'account')})" if one["accounts"] else ""
    undoes = f" of {one['undoes']}" if one["undoes"] else ""
    told = Text(f"{one['kind']}{undoes} {things}{moved}")
    for more in (one["why"], one["note"]):
        if more:
            told.append(f"\n{clean(more)}", "dim")
    return told


def print_results(found: Json, console: Console) -> None:
    """What a search found, the matched words marked."""
    for one in found["hits"]:
        head = [
            one["kind"],
            short(one["story"]),
            _day(one["published"]),
            one["outlet"] or "",
            one["speaker"] or "",
        ]
        console.print(Text("  ".join(clean(h) for h in head if h), "dim"))
        if one["kind"] == "account" and one["title"]:
            console.print(Text(clean(one["title"]), "bold"))
        console.print(_marked(one))
        console.print()
    totals = ", ".join(
        ("" if t["exact"] else "over ") + _many(t["count"], t["kind"]) for t in found["totals"] if t["count"]
    )
    console.print(Text(f"Found {totals or 'nothing'}", "bold"))
    for note in found["notes"]:
        console.print(Text(clean(note), "dim"))


def _marked(one: Json) -> Text:
    """A snippet with its matches in bold; its offsets are code points of the account."""
    told = Text("".join(c if c.isprintable() else " " for c in one["snippet"]))
    for start, end in one["spans"]:
        told.stylize("bold yellow", start - one["start"], end - one["start"])
    return told


def print_ledger(found: Json, console: Console) -> None:
    """What someone said, and which accounts carry it."""
    for line in found["lines"]:
        console.print(Text(f"{clean(line['speaker'])}: ", "bold").append(clean(line["wording"]), "not bold"))
        for said in line["said"]:
            chain = " ← ".join(clean(c) for c in said["chain"][:-1])  # the last is who said it
            parts = (short(said["story"]), _day(said["published"]), said["outlet"] or "", said["form"], chain)
            console.print(Text("    " + "  ".join(clean(p) for p in parts if p), "dim"))
    if not found["lines"]:
        console.print(f"Nothing is known to have been said by “{clean(found['name'])}”.")


def print_round(done: Json, at: str, console: Console) -> None:
    """A line on a round that brought something or failed."""
    fresh = [a for a in done["accounts"] if a["new"]]
    if fresh:
        into = len({a["story"] for a in fresh})
        new = f", {done['stories']} new" if done["stories"] else ""
        told = f"{_many(len(fresh), 'account')} to {_many(into, 'story', 'stories')}{new}"
        console.print(Text(f"{at[11:16]}  {clean(done['url'])}  {told}"))
    print_problems(done["problems"], console)


def print_followed(sources: Sequence[Json], console: Console) -> None:
    """The feeds and folders that are watched."""
    grid = Table.grid(padding=(0, 2))
    for _ in range(3):
        grid.add_column()
    for one in sources:
        failed = f"{_many(one['failures'], 'failure')} in a row; " if one["failures"] else ""
        grid.add_row(clean(one["url"]), clean(one["next"] or "")[:16], failed + clean(one["note"]))
    console.print(grid)


def print_findings(findings: Iterable[Finding], console: Console) -> None:
    """What ``doctor`` found."""
    grid = Table.grid(padding=(0, 2))
    for _ in range(3):
        grid.add_column()
    for one in findings:
        sign, style = STATES[one.state]
        todo = Text(f"\n→ {one.todo}", "bold") if one.todo else Text()
        grid.add_row(Text(sign, style), one.what, Text(clean(one.found)).append(todo))
    console.print(grid)


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="cyan")
    grid.add_column(justify="right")
    grid.add_column()
    grid.add_column(ratio=1)
    grid.add_column()
    return grid


def _row(one: Json) -> tuple[str, str, str, str]:
    return short(one["id"]), _many(one["accounts"], "account"), _dates(one), clean(one["label"])


def _dates(one: Json) -> str:
    first, last = _day(one["first"]), _day(one["last"])
    return first if first == last else f"{first} – {last}"


def _day(published: str | None) -> str:
    return (published or "")[:10]


def _many(count: int, noun: str, plural: str = "") -> str:
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
