"""The pages of a story: its overview, the parts of its dossier, what was known when, the files of it.

A page that needs a dossier which is not made yet shows the accounts, asks the worker once, and fills itself
when it is done. Makes no finding: what stands beside a dossier comes from ``desk``, its parts are filled by
``dossier.render``. Invariant: every page of a story has a twin of the same model, and keeps the time asked
for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...dossier.build import as_text
from ...dossier.export import export_stemma
from ...dossier.render import sections, to_html
from ...dossier.render.beside import columns
from ...dossier.render.facts import Account, Facts, counted, day_and_hour, in_word, span_of_time
from ...engine import shelf
from ...errors import InputError
from .dossiers import Dossier, Opened, filled, opened
from .notes import noted
from .security import attachment
from .shown import page
from .site import Site

Json = dict[str, Any]
View = Callable[..., Any]
router = APIRouter()

TITLES = {
    "": "Overview",
    "points": "Points",
    "discrepancies": "Discrepancies",
    "descent": "Descent",
    "origins": "Origins",
    "ledger": "Who said what",
    "timeline": "Timeline",
    "coverage": "Coverage",
    "framing": "Framing",
    "texts": "Texts",
    "compare": "Two texts",
    "method": "Method",
}
"""The pages of a story, in their order, and what leads to each."""
OF_DOCUMENT = {
    "descent": ("stemma",),
    "origins": ("origins",),
    "timeline": ("timeline",),
    "coverage": ("coverage", "omissions", "selections"),
    "framing": ("framing",),
    "method": ("problems", "run"),
}
"""The pages that show a part of the dossier whole, and what of the document their twins hold."""
SHOWN = ("shared", "differs", "single", "several", "alone")
"""Points that can be asked for; see ``sections.rows``."""
ROOM = 56_000
"""Bytes of a page that lines of the matrix may take, by what a line and a sign in it take."""
LINE, SIGN = 800, 200
STATEMENTS = 120
"""Statements on a page of the ledger; a speaker is not divided."""
FILES = {
    "html": ("text/html", ".html"),
    "json": ("application/json", ".json"),
    "graphml": ("application/graphml+xml", ".graphml"),
    "dot": ("text/vnd.graphviz", ".dot"),
    "prov": ("application/json", ".prov.json"),
}
"""The files a dossier can be saved as: type and ending."""
AGE = 86_400
Until = Annotated[str, Query(max_length=40)]
Step = Annotated[int, Query(ge=0, le=100_000)]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]
Word = Annotated[str, Query(max_length=60)]


# -- a page of a story --


def shown(part: str, path: str, template: str, *, made: bool = True) -> Callable[[View], View]:
    """Serve a view of an opened story, and its twin, with all that its pages have in common.

    The view takes the opened story, the request, and values of the address. Where it needs the dossier
    ``made`` and that is not, it is not called: its page says how far that is.
    """

    def wrap(view: View) -> View:
        def of_story(
            site: Site, request: Request, story: str, until: Until = "", step: Step = 0, **values: Any
        ) -> Any:
            found = opened(site, story, until)
            if found.tale.id != story or step:
                return _elsewhere(request, found, story, step)
            if not request.url.path.endswith(".json"):
                site.look(found.tale.id)
            model = frame(site, request, found, part)
            return model | (view(found, request, **values) if found.dossier or not made else {})

        given = inspect.signature(of_story, eval_str=True).parameters
        own = list(inspect.signature(view, eval_str=True).parameters.values())[2:]
        common = [p for p in given.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        asked = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*common[2:], *own)]
        of_story.__signature__ = inspect.Signature([*common[:2], *asked])  # type: ignore[attr-defined]
        of_story.__name__ = f"story_{part}"
        page(router, f"/stories/{{story}}{path}", template)(of_story)
        return view

    return wrap


def _elsewhere(request: Request, found: Opened, story: str, step: int) -> Response:
    """Where the story is called by its whole id, and the slider's place by its time."""
    asked = {k: v for k, v in request.query_params.items() if k not in ("step", "until")}
    moments = found.beside["moments"]
    if 0 < step < len(moments):
        asked["until"] = moments[step - 1]["at"]
    elif not step and found.until:
        asked["until"] = found.until
    path = str(request.scope["path"]).replace(f"/stories/{story}", f"/stories/{found.tale.id}", 1)
    return RedirectResponse(f"{path}?{urlencode(asked)}" if asked else path, 303)


def frame(site: Site, request: Request, found: Opened, part: str) -> Json:
    """What every page of a story shows: what stands beside its dossier, the slider, how far it is made."""
    request.state.way, request.state.titles, request.state.signs = found.way, TITLES, Markup(sections.signs())
    tale = found.tale
    return {
        **found.beside,
        "part": part,
        "until": found.until,
        "base": found.way.base,
        "link": f"{site.base}{found.way.base}",
        "dates": span_of_time(tale.first, tale.last or tale.first) if tale.first else "",
        "slider": _slider(request, found),
        "making": None if found.dossier else _making(site, found) | {"accounts": _by_then(found)},
        "counts": found.dossier.counts if found.dossier else {},
        **noted(request),
    }


def _slider(request: Request, found: Opened) -> Json:
    """The times the story can be seen at, each with what came then, and which of them is shown."""
    told = {s.at: s for s in found.whole.steps} if found.whole else {}
    stops = [
        {
            "at": m["at"], "short": day_and_hour(m["at"]), "outlets": [a["outlet"] for a in m["accounts"]],
            "says": told[m["at"]].says if m["at"] in told else "",
            "added": list(told[m["at"]].added) if m["at"] in told else [],
            "appeared": list(told[m["at"]].appeared) if m["at"] in told else [],
        }
        for m in found.beside["moments"]
    ]  # fmt: skip
    place = len(stops) - 1
    if found.until:
        place = max((n for n, s in enumerate(stops) if s["at"] <= found.until), default=0)
    path, of = request.url.path.removesuffix(".json"), counted(found.tale.accounts, "account")
    near = {"before": place - 1, "after": place + 1}
    to = {way: f"{path}?step={n + 1}" for way, n in near.items() if 0 <= n < len(stops)}
    return {
        "stops": stops,
        "place": place,
        "told": f"{in_word(len(found.dossier.known.accounts))} of {of}" if found.dossier else "",
        "to": {**to, "now": path},
    }


def _by_then(found: Opened) -> list[str]:
    """Ids of the accounts that had come out by the time asked for."""
    beside = found.beside
    if not found.until:
        return [a["id"] for a in beside["accounts"]]
    return [a["id"] for m in beside["moments"] if m["at"] <= found.until for a in m["accounts"]]


def _making(site: Site, found: Opened) -> Json:
    """How far the dossier is: wanted of the worker, unless it failed since the story changed."""
    what = {"story": found.tale.id} | ({"until": found.until} if found.until else {})
    last = site.library.last_job("compare", what)
    if last and last.state == "failed" and last.ended >= found.tale.grew:
        return {"job": last.number, "state": last.state, "problem": last.outcome.get("problem")}
    if last and last.open:
        return {"job": last.number, "state": "waiting", "problem": None}
    site.want("compare", what)
    return {"job": None, "state": "waiting", "problem": None}


def _print(request: Request, fill: Callable[[], str]) -> None:
    """Let the page, and not its twin, be filled."""
    request.state.fill = lambda: Markup(fill())


# -- the parts --


@shown("", "", "story_overview.html.j2")
def overview(found: Opened, request: Request) -> Json:
    """The story in short."""
    known = _known(found)
    request.state.summary = lambda: Markup(filled(found, "summary"))
    request.state.accounts = lambda: Markup(filled(found, "accounts"))
    remarks = found.beside["remarks"]
    return {
        "verdict": _made(found).verdict,
        "summary": known.listed("summary"),
        "disputed": [
            {"number": n, "id": d["id"], "kind": d["kind"], "explanation": d["explanation"]}
            for n, d in known.conflicts if d["id"] not in remarks
        ],
    }  # fmt: skip


@shown("points", "/points", "story_points.html.j2")
def points(found: Opened, request: Request, show: Word = "shared", page: PageNumber = 1) -> Json:
    """The matrix: points by accounts, some lines of it."""
    known = _known(found)
    if show not in SHOWN:
        raise InputError(f"{show!r} is no choice of points", where="show", todo=f"use {', '.join(SHOWN)}")
    show = "alone" if show == "shared" and not known.shared else show
    per = max(6, ROOM // (LINE + SIGN * len(known.accounts)))
    chosen = sections.rows(known, show)
    pages = max(1, -(-len(chosen) // per))
    lines = chosen[(min(page, pages) - 1) * per :][:per]
    caption = "Points that one account alone has" if show == "alone" else "Points that accounts share"
    _print(request, lambda: filled(found, "matrix", rows=lines, caption=caption))
    return {
        "show": show,
        "page": min(page, pages),
        "pages": pages,
        "choices": [{"show": s, "count": len(sections.rows(known, s))} for s in SHOWN],
        "points": [r.raw for r in lines],
    }


@shown("points", "/points/{number}", "story_point.html.j2")
def point(
    found: Opened, request: Request, asked: Annotated[str, Path(max_length=80, alias="number")]
) -> Json:
    """One point, by its number or its id: its passages side by side, and what stands behind it."""
    known = _known(found)
    row = next((r for r in known.rows if asked in (str(r.number), r.raw.get("id"))), None)
    if row is None:
        raise InputError(f"there is no point {asked!r}", where=found.tale.id, todo="see its points")
    number = row.number
    _print(request, lambda: filled(found, "point_words", row=row))
    order = [r.number for r in (*known.shared, *known.alone)]
    place = order.index(number)
    return {
        "number": number,
        "point": row.raw,
        "conflicts": list(row.conflicts),
        "harmless_numbers": list(row.harmless),
        "silent": [_named(c.account) for c in row.cells if c.state == "silent"],
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
        "new": row.raw.get("id") in found.marks.get("points", ()),
        "word": {"bounds": row.bounds, "carried": row.carried},
    }


def _whole(part: str) -> None:
    """A page that shows a part of the dossier whole."""

    @shown(part, f"/{part}", "story_part.html.j2")
    def view(found: Opened, request: Request) -> Json:
        _print(request, lambda: filled(found, "colophon" if part == "method" else part))
        return {key: _known(found).document[key] for key in OF_DOCUMENT[part]}


for _part in OF_DOCUMENT:
    _whole(_part)


@shown("ledger", "/ledger", "story_paged.html.j2")
def ledger(found: Opened, request: Request, page: PageNumber = 1) -> Json:
    """Who said what: the speakers of whom most is told come first."""
    document = _known(found).document
    pages: list[list[Json]] = [[]]
    held = 0
    for line in document["ledger"]:
        if held + len(line["statements"]) > STATEMENTS and pages[-1]:
            pages.append([])
            held = 0
        pages[-1].append(line)
        held += len(line["statements"])
    page = min(page, len(pages))
    lines = pages[page - 1]
    _print(request, lambda: filled(found, "ledger", slotted=(page, len(pages)), ledger=lines))
    said = {i for line in lines for i in line["statements"]}
    return {
        "page": page,
        "pages": len(pages),
        "ledger": lines,
        "statements": [s for s in document["statements"] if s["id"] in said],
        "entities": document["entities"],
    }


@shown("discrepancies", "/discrepancies", "story_paged.html.j2")
def discrepancies(
    found: Opened, request: Request, page: PageNumber = 1, at: Annotated[int, Query(ge=0)] = 0
) -> Json:
    """The discrepancies, each with what a person said of it; ``at`` is one that is led to."""
    wrong, known, pages = noted(request), _known(found), _made(found).pages
    page = next((n for n, dealt in enumerate(pages, 1) if at in dict(dealt)), min(page, len(pages)))
    here = {n for n, _ in pages[page - 1]}
    groups = (known.conflicts, known.unsure, known.harmless)
    listed = tuple([(n, d) for n, d in group if n in here] for group in groups)
    _print(
        request,
        lambda: filled(found, "discrepancies", _slots(found, wrong), wrong["problem"], listed=listed),
    )
    return {"page": page, "pages": len(pages), "discrepancies": [d for _, d in pages[page - 1]]}


def _slots(found: Opened, wrong: Json) -> Callable[[Json], Markup]:
    """What stands under each discrepancy: why a person holds it for harmless, or the form to say so.

    :param wrong: what could not be kept of one of them, and why.
    """
    numbers = {d["id"]: n for n, d in enumerate(_known(found).listed("discrepancies"), 1)}
    common = {"tale": found.beside["tale"], "way": found.way}

    def slot(discrepancy: Json) -> Markup:
        ident = discrepancy["id"]
        mine = wrong["given"].get("discrepancy") == ident
        said = found.beside["remarks"].get(ident)
        made = _remark().render(
            discrepancy=discrepancy, number=numbers[ident], said=said, **common,
            why=wrong["given"]["why"] if mine else "", wrong=wrong["problem"] if mine else "",
        )  # fmt: skip
        return Markup(made)

    return slot


@cache
def _remark() -> Any:
    from jinja2 import PackageLoader

    from ...dossier.render import environment

    own = environment()
    own.loader = PackageLoader(__package__)
    return own.get_template("story_remark.html.j2")


@shown("texts", "/texts", "story_text.html.j2")
def texts(found: Opened, request: Request) -> Json:
    """The text of the first account."""
    return _text(found, request, _known(found).accounts[0])


@shown("texts", "/texts/{siglum}", "story_text.html.j2")
def text(found: Opened, request: Request, siglum: str) -> Json:
    """The text of one account, its points and statements marked."""
    return _text(found, request, _account(found, siglum))


def _text(found: Opened, request: Request, account: Account) -> Json:
    _print(request, lambda: filled(found, "account_text", account=account))
    request.state.key = lambda: Markup(filled(found, "text_key"))
    return {"account": account.raw, "sigla": _sigla(_known(found)), "siglum": account.siglum}


@shown("compare", "/compare", "story_compare.html.j2")
def compare(found: Opened, request: Request, a: Word = "", b: Word = "") -> Json:
    """Two accounts beside each other: what they share word for word, and where they part."""
    known = _known(found)
    first = _account(found, a) if a else known.accounts[0]
    others = [x for x in known.accounts if x is not first]
    second = _account(found, b) if b else next(iter(others), first)
    _print(request, lambda: filled(found, "beside", pair=(first, second)))
    return {
        "a": first.siglum,
        "b": second.siglum,
        "sigla": _sigla(known),
        "columns": [
            {"account": c.account.id, "share": round(c.share, 3)} for c in columns(known, first, second)
        ]
        if request.url.path.endswith(".json")
        else [],
    }


def _made(found: Opened) -> Dossier:
    assert found.dossier is not None  # views are called when it is made
    return found.dossier


def _known(found: Opened) -> Facts:
    return _made(found).known


def _account(found: Opened, siglum: str) -> Account:
    for account in _known(found).accounts:
        if account.siglum == siglum:
            return account
    raise InputError(f"there is no account {siglum!r}", where=found.tale.id, todo="see its accounts")


def _named(account: Account) -> Json:
    return {"siglum": account.siglum, "name": account.name}


def _sigla(known: Facts) -> Sequence[Json]:
    return [_named(a) for a in known.accounts]


# -- files --


@router.get("/stories/{story}/file", include_in_schema=False)
def file(request: Request, story: str, form: Word = "html", until: Until = "") -> Response:
    """A story's dossier as a file: one page that needs nothing else, JSON, or the stemma."""
    if form not in FILES:
        raise InputError(f"{form!r} is no form of a file", where="form", todo=f"use {', '.join(FILES)}")
    site: Site = request.app.state.site
    found = opened(site, story, until)
    if found.dossier is None:
        return RedirectResponse(found.way.to(""), 303)
    document = found.dossier.known.document
    if form != "html":  # as the program found it, without what people said of it since
        document = shelf.kept(site.library, found.tale.id, site.settings, until or None) or document
    writers: dict[str, Callable[[Json], str]] = {"html": to_html, "json": as_text}
    write = writers.get(form, partial(export_stemma, form=form))
    kind, ending = FILES[form]
    headers = {"Content-Disposition": attachment(f"{found.tale.label or 'story'}{ending}")}
    body = write(document).encode("utf-8", "surrogatepass")
    return Response(body, headers=headers, media_type=kind)


@router.get("/style/{part}.css", include_in_schema=False)
def style(part: str) -> Response:
    """The style of one part of a dossier."""
    if part not in sections.SHEETS:
        raise InputError("there is no such style", where=part[:60])
    headers = {"Cache-Control": f"public, max-age={AGE}"}
    return Response(sections.style(part), headers=headers, media_type="text/css")
