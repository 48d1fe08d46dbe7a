"""One part of a dossier as a fragment of a larger page, its links leading to the pages of other parts.

The one file and the web app fill the same templates; here what stands on one page there is dealt out over
several. Knows no framework, and of addresses only what ``Way`` is given. Invariant: a link inside a fragment
leads to the page on which its end stands, and to nothing that is on none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from . import beside, page
from .coverage import COLUMNS
from .facts import Account, Document, Edge, Facts, Row
from .filling import CONTROL, shared_environment, static
from .stemma import NARROW, draw

LINK = re.compile(r'href="#([^"]+)"')
PARTS = (
    "accounts summary points discrepancies descent origins ledger timeline coverage framing texts compare "
    "method"
).split()
"""What a dossier's pages are called, in the order of the one file."""
OVERVIEW = ("accounts", "summary")
"""Parts that stand on the story's first page."""
SHEETS = {
    "overview": ("masthead", "accounts", "in short", "discrepancies"),
    "points": ("the matrix", "the passages of a point"),
    "discrepancies": ("discrepancies",),
    "descent": ("stemma", "what shows a line"),
    "origins": ("origins",),
    "ledger": ("ledger",),
    "timeline": ("timeline",),
    "coverage": ("coverage",),
    "framing": ("framing",),
    "texts": ("the texts",),
    "compare": ("the texts",),
    "method": ("foot",),
}
"""The stretches of ``page.css`` that a page needs besides those that each needs."""
FIRST, LAST = ("sections", "what several parts use"), ("paper",)


@dataclass(frozen=True, slots=True)
class Way:
    """Where the parts of one dossier are served: ``base`` has no slash at its end, ``query`` its ``?``.

    Where discrepancies lie on ``several`` pages, a link to one of them says which it leads to.
    """

    base: str
    query: str = ""
    several: bool = False

    def to(self, part: str, anchor: str = "") -> str:
        """The address of a part, or of the overview."""
        path, query = self.base if part in ("", *OVERVIEW) else f"{self.base}/{part}", self.query
        if self.several and part == "discrepancies" and anchor:
            query = f"{query}{'&' if query else '?'}at={anchor.removeprefix('d')}"
        return f"{path}{query}{'#' + anchor if anchor else ''}"


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a page adds: marks of what is new, by kind and id, and a slot under each discrepancy.

    ``account`` and ``person`` give the address of the page of one, by the dossier's id and by the name, and
    ``pair`` that of the two texts of an edge; '' where there is none. ``columns`` are the points that a strip
    of the coverage shows. A page of a ``large`` story shows the first of what that of a small one shows
    whole, and says so: the one file has the rest.
    """

    marks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    slot: Callable[[Document], str] | None = None
    account: Callable[[str], str] = lambda _: ""
    person: Callable[[str], str] = lambda _: ""
    pair: Callable[[Edge], str] = lambda _: ""
    columns: int = COLUMNS
    large: bool = False

    def new(self, kind: str, ident: str) -> bool:
        """Whether something of a kind (accounts, points, discrepancies, statements) is new to the reader."""
        return ident in self.marks.get(kind, ())

    def after(self, discrepancy: Document) -> str:
        """What stands under a discrepancy."""
        return self.slot(discrepancy) if self.slot else ""


NONE = Hooks()


def home(ident: str, accounts: Sequence[Account]) -> tuple[str, str] | None:
    """The part on whose page an id stands, and what is left of the id there; None for a sign or a drawing.

    >>> home("p3-words", ()), home("d2", ()), home("s-own", ())
    (('points/3', ''), ('discrepancies', 'd2'), None)
    """
    if found := re.fullmatch(r"p(\d+)(?:-words|(-\d+))?", ident):
        return f"points/{found[1]}", f"p{found[1]}{found[2]}" if found[2] else ""
    if found := re.fullmatch(r"t(\d+)(-\d+-\d+)?", ident):
        siglum = accounts[int(found[1])].siglum if int(found[1]) < len(accounts) else ""
        return f"texts/{quote(siglum, safe='')}", ident if found[2] else ""
    if re.fullmatch(r"d\d+", ident):
        return "discrepancies", ident
    if re.fullmatch(r"(why|edge)-\d+", ident):
        return "descent", ident
    return (ident, "") if ident in PARTS else None


def section(known: Facts, name: str, way: Way, hooks: Hooks = NONE, **values: Any) -> str:
    """The fragment of one part, safe to print as it stands.

    :param name: a name of ``PARTS``, or ``matrix`` (of ``rows``, with a ``caption``), ``point_words`` (of a
        ``row``), ``account_text`` (of an ``account``), ``text_key``, ``beside`` (of a ``pair`` of accounts),
        with what is in brackets among ``values``; of the ledger, lines alone may be given as ``ledger``, and
        of the discrepancies the numbered conflicts, unsure and harmless ones alone as ``listed``.
    :returns: HTML without a page around it; it needs the signs of ``signs`` on the page.
    """
    made = _template().render(
        part=f"{name}.html.j2",
        facts=known,
        doc=known.document,
        story=known.document["story"],
        hooks=hooks,
        **_extra(known, name, values),
    )
    here = known.accounts

    def lead(found: re.Match[str]) -> str:
        at = home(found[1], here)
        return f'href="{way.to(*at)}"' if at else found[0]

    return CONTROL.sub("\ufffd", LINK.sub(lead, made))


def _extra(known: Facts, name: str, values: dict[str, Any]) -> dict[str, Any]:
    """What a template needs that takes work."""
    if name == "descent":
        return {**values, "drawings": (draw(known), draw(known, NARROW))}
    if name == "account_text":
        account = values["account"]
        return {**values, "lines": page.blocks(known, account, page.anchors(known).get(account.id, ()))}
    if name == "beside":
        return {**values, "columns": beside.columns(known, *values["pair"])}
    return values


@cache
def _template() -> Any:
    return shared_environment().get_template("section.html.j2")


@cache
def signs() -> str:
    """The drawings that signs in fragments refer to; once on each page."""
    return shared_environment().from_string('{% import "marks.html.j2" as m %}{{ m.signs() }}').render()


@cache
def style(part: str) -> str:
    """The style of one part's page, to stand after ``base.css``."""
    cut = {_name(s): s for s in re.split(r"(?m)^(?=/\* )", static("page.css"))}
    wanted = (*FIRST, *SHEETS.get(part, ()), *LAST)
    return "".join(cut[name] for name in wanted)


def _name(stretch: str) -> str:
    """What a stretch of the style is for, by its comment."""
    return re.split(r"[:,;.]| \*/", stretch.removeprefix("/* "), maxsplit=1)[0]


def rows(known: Facts, show: str) -> list[Row]:
    """Points by what is asked: shared, differs, single, several, alone."""
    if show == "alone":
        return known.alone
    if show == "differs":
        return [r for r in known.shared if r.conflicts]
    if show in ("single", "several"):
        return [r for r in known.shared if (r.independent[1] == 1) == (show == "single")]
    return known.shared
