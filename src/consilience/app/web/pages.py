"""The pages beside the stories: feed, search, accounts, people, outlets, follows, reports, settings, help.

Each view asks ``desk`` or the library for a view-model and gives it on; ``shown`` makes page and twin of
it. Finds nothing itself. Invariant: no view compares, reads or fetches anything, and none writes.
"""

from __future__ import annotations

import pathlib
from dataclasses import asdict, fields
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from ...data import lexicon
from ...desk import accounts as desk_accounts
from ...desk import digest as desk_digest
from ...desk import feed as desk_feed
from ...desk import interests as desk_interests
from ...desk import outlets as desk_outlets
from ...desk import people as desk_people
from ...desk import reports as desk_reports
from ...desk import shapes
from ...engine import shelf
from ...engine.intake import annotation_stage
from ...errors import InputError
from ...settings import Settings
from ...store import KINDS, Job, Library
from ...store.codec import name_key
from .. import views
from ..place import MOST, example_folders
from . import drawings
from .security import LETTER_POLICY, attachment
from .shown import page
from .site import Site, the_site

router = APIRouter()
Json = dict[str, Any]
TheSite = Annotated[Site, Depends(the_site)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]
Number = Annotated[int, Path(ge=1, le=MOST)]
Day = Annotated[str, Query(max_length=20)]
ENTRIES = 50
"""Stories of an Atom feed."""
LISTS = 20
"""Stories on a page: a first view stays under 150 kB however much is disputed in them."""
HITS = 10
"""Things found on a page."""
OUTLETS = 200
"""Outlets offered as one writes."""
STORIES = 60
"""Stories offered as an account's new place."""
MAIL = 1_900
"""Signs of a mail draft: longer addresses are cut by some mail programs."""
LISTED = 200
"""Accounts of a task that are listed."""


@router.get("/", include_in_schema=False)
def start() -> Response:
    """The feed is where one begins."""
    return RedirectResponse("/feed")


# -- the feed --


def _drawn_feed(model: Json) -> Json:
    return {"drawings": drawings.of_stories(model["items"])}


@page(router, "/feed", "feed.html.j2", _drawn_feed)
def feed(site: Site, page: Page = 1, only: str = "") -> Json:
    """Stories, newest first."""
    told = desk_feed.feed(site.library, now=site.now(), page=page, size=LISTS, only=only)
    if not only and page == 1:
        site.look("feed")
    return {
        **told,
        "empty": not told["items"] and not site.library.stories(limit=1),
        "followed": _followed(site.library),
        "example": bool(example_folders()),
    }


def _held(library: Library, kind: str, *values: str) -> Json | None:
    """What is followed or muted of this kind under one of these values."""
    key = name_key if kind in ("person", "place") else str.casefold
    keys = {key(v) for v in values}
    return next(
        (shapes.interest(i) for i in library.interests() if i.kind == kind and key(i.value) in keys), None
    )


def _followed(library: Library) -> dict[str, Json]:
    """The stories that are followed or muted, by their ids."""
    return {i.value: shapes.interest(i) for i in library.interests() if i.kind == "story"}


# -- the digest, and feeds for other readers --


def _drawn_digest(model: Json) -> Json:
    return {"drawings": drawings.of_stories(s for g in model["groups"] for s in g["items"])}


@page(router, "/digest", "digest.html.j2", _drawn_digest)
def digest(site: Site, day: Day = "") -> Json:
    """What came on a day, by why it is shown."""
    told = _digest(site, day)
    newest = site.library.stories(limit=1)
    return {
        **told,
        "last_day": newest[0].grew[:10] if newest else "",
        "followed": _followed(site.library),
        "mail": _draft(f"Digest of {told['day']}", desk_digest.to_plain(told, site.base)),
    }


def _digest(site: Site, day: str) -> Json:
    """The digest of a day (UTC), with the days beside it."""
    today = date.fromisoformat(site.now()[:10])
    try:
        asked = min(today, date.fromisoformat(day)) if day else today
    except ValueError as error:
        raise InputError("is no day", where=day, todo="write it as 2031-10-14") from error
    asked = max(asked, date(1000, 1, 2))
    before, after = asked - timedelta(days=1), asked + timedelta(days=1)
    told = desk_digest.digest(site.library, since=asked.isoformat(), until=after.isoformat())
    days = {"day": asked.isoformat(), "before": before.isoformat()}
    return {**told, **days, "after": after.isoformat() if asked < today else ""}


@router.get("/digest/mail", include_in_schema=False)
def digest_mail(site: TheSite, day: Day = "") -> Response:
    """The digest of a day as a mail shows it."""
    html = desk_digest.to_mail(_digest(site, day), site.base)
    return HTMLResponse(html, headers={"Content-Security-Policy": LETTER_POLICY})


@router.get("/feed.atom", include_in_schema=False)
def feed_atom(site: TheSite) -> Response:
    """The feed for other readers of feeds."""
    told = desk_feed.feed(site.library, now=site.now())
    return _atom(site, told["items"], "Consilience", "/feed.atom")


@router.get("/follows/{number}/atom", include_in_schema=False)
def follow_atom(site: TheSite, number: Number) -> Response:
    """What is followed, for other readers of feeds."""
    one = desk_interests.interest(site.library, number)
    found, _ = site.library.found((one,), ENTRIES)
    stories = [story for story, *_ in found[:ENTRIES]]
    items = desk_feed.items(site.library, stories, "", dict.fromkeys(stories, (one,)))
    return _atom(site, items, f"Consilience: {one.value}", f"/follows/{number}/atom")


def _atom(site: Site, items: list[Json], title: str, path: str) -> Response:
    told = desk_digest.to_atom(
        items, title=title, self_url=site.base + path, base=site.base, updated=site.now()
    )
    return Response(told, media_type="application/atom+xml")


def _draft(subject: str, body: str) -> str:
    """The address of a mail draft (RFC 6068), its last lines left out where it grows too long."""
    lines = body[:MAIL].splitlines()
    while lines:
        told = "\r\n".join(lines)
        draft = f"mailto:?subject={quote(subject, safe='')}&body={quote(told, safe='')}"
        if len(draft) <= MAIL:
            return draft
        lines.pop()
    return f"mailto:?subject={quote(subject[:60], safe='')}"


# -- search --


@page(router, "/search", "search.html.j2")
def search(
    site: Site,
    q: Annotated[str, Query(max_length=2000)] = "",
    kinds: Annotated[list[str] | None, Query(alias="in", max_length=3)] = None,
    page: Page = 1,
) -> Json:
    """Accounts, statements and points that hold what is asked for."""
    chosen = [k for k in KINDS if k in (kinds or KINDS)] or list(KINDS)
    first = (page - 1) * HITS
    told: Json = {"hits": [], "totals": [], "notes": []}
    if q.strip():
        told = shapes.results(site.library.search(q, chosen, limit=HITS + 1, offset=first))
    return {
        **told,
        "hits": told["hits"][:HITS], "more": len(told["hits"]) > HITS, "page": page, "first": first + 1,
        "q": q, "kinds": chosen, "counts": site.library.counts() if not q.strip() else {},
        "interest": _held(site.library, "topic", " ".join(q.split())),
    }  # fmt: skip


@page(router, "/check", "check.html.j2")
def check(site: Site, claim: Annotated[str, Query(max_length=5000)] = "") -> Json:
    """Who reports a claim, how independently, and who contradicts it."""
    told: Json = {"claim": claim, "state": "", "problem": None, "checked": None}
    if not claim.strip():
        return told
    what = site.claim(claim)
    last = site.library.last_job("check", what)
    if last and not last.open:
        return told | {"state": last.state} | last.outcome
    if last is None:
        site.want("check", what)
    return told | {"state": "waiting"}


# -- accounts, people, outlets --


@page(router, "/accounts/{ref}", "account.html.j2", drawings.text)
def account(site: Site, ref: str, at: Annotated[str, Query(pattern=r"^(\d{1,9}-\d{1,9})?$")] = "") -> Json:
    """One account; ``at`` is a passage of it that is led to, as start and end."""
    found = site.library.account(ref)
    document = shelf.kept(site.library, found.story, site.settings)
    newest = site.library.stories(limit=STORIES)
    start, _, end = at.partition("-")
    return {
        **desk_accounts.account(site.library, found.witness.id, document),
        "others": [{"id": s.id, "label": s.label} for s in newest if s.id != found.story],
        "at": [int(start), int(end)] if at else None,
    }


@page(router, "/people/{name:path}", "person.html.j2")
def person(site: Site, name: str, about: Annotated[str, Query(max_length=300)] = "", page: Page = 1) -> Json:
    """What a person or body said."""
    told = desk_people.person(site.library, name, about=about, page=page)
    drawings.place(told["times"]["rows"])
    return {**told, "interest": _held(site.library, "person", name, *told["names"])}


@page(router, "/outlets", "outlets.html.j2")
def outlets(site: Site, page: Page = 1) -> Json:
    """All outlets in counts."""
    return desk_outlets.outlets(site.library, page)


@page(router, "/outlets/{name:path}", "outlet.html.j2")
def outlet(site: Site, name: str, page: Page = 1) -> Json:
    """An outlet in counts."""
    return {**desk_outlets.outlet(site.library, name, page), "interest": _held(site.library, "outlet", name)}


# -- what the reader follows and collects --


@page(router, "/follows", "follows.html.j2")
def follows(site: Site) -> Json:
    """What is followed and muted, and what is watched for new accounts."""
    return {**desk_interests.interests(site.library), "watched": _watched(site.library)}


def _watched(library: Library) -> list[Json]:
    return [views.followed(f) for f in sorted(library.followed(), key=lambda f: (f.parent or f.url, f.url))]


@router.get("/follows/feeds.opml", include_in_schema=False)
def outline(request: Request, site: TheSite) -> Response:
    """The feeds that are watched, for other readers of feeds."""
    feeds = [w for w in _watched(site.library) if w["kind"] not in ("folder", "page", "sitemap")]
    told = site.render("feeds.opml.j2", request, {"watched": feeds})
    told.headers["Content-Disposition"] = attachment("feeds.opml")
    told.headers["Content-Type"] = "text/x-opml; charset=utf-8"
    return told


@page(router, "/reports", "reports.html.j2")
def reports(site: Site) -> Json:
    """The reader's own collections."""
    return desk_reports.reports(site.library)


@page(router, "/reports/{number}", "report.html.j2")
def report(site: Site, number: Number) -> Json:
    """One collection, with what its items are now."""
    told = desk_reports.report(site.library, number)
    held = {i["ref"] for i in told["items"]}
    offered = [{"id": s.id, "label": s.label} for s in site.library.stories(limit=STORIES)]
    free = [s for s in offered if s["id"] not in held]
    return {**told, "offered": free, "mail": _mail(told, site.base)}


def _mail(told: Json, base: str) -> str:
    """The address of a mail draft that tells of a report."""
    lines = [told["title"], "", told["note"], ""]
    for i in told["items"]:
        name = i["story"]["label"] if i["kind"] == "story" else i["account"]["title"] or i["account"]["name"]
        lines += [f"{i['place']}. {name}", *([f"   {i['note']}"] if i["note"] else [])]
    return _draft(told["title"], "\n".join([*lines, "", f"{base}/reports/{told['number']}"]))


@router.get("/reports/{number}/file", include_in_schema=False)
def report_file(site: TheSite, number: Number) -> Response:
    """A report as one HTML file."""
    told = desk_reports.report(site.library, number)
    named = {"Content-Disposition": attachment(f"{told['title']}.html")}
    return HTMLResponse(desk_reports.to_html(told), headers=named)


# -- taking in --


def add_model(site: Site, **given: Any) -> Json:
    """What the page of ways to add shows, with what was given so far."""
    return {
        "texts": [{"text": "", "outlet": "", "title": "", "published": ""}],
        "addresses": "", "watch": "", "wrong": None, "most": 64,
        "example": bool(example_folders()),
        "outlets": [name for name, _, _ in site.library.outlets(OUTLETS)],
        **given,
    }  # fmt: skip


@page(router, "/add", "add.html.j2")
def add(site: Site) -> Json:
    """Ways to take accounts in."""
    return add_model(site)


@page(router, "/jobs", "jobs.html.j2")
def jobs(site: Site) -> Json:
    """What was asked of the worker lately."""
    found = site.library.jobs(50)
    return {
        "jobs": [_job(j) for j in found],
        "open": any(j.open for j in found),
        "pending": _pending(site),
    }


@page(router, "/jobs/{number}", "job.html.j2")
def job(site: Site, number: Number) -> Json:
    """What was asked of the worker, how far it is, and what became of it."""
    found = site.library.job(number)
    ahead = sum(j.open and j.number < number for j in site.library.jobs(200)) if found.open else 0
    outcome = found.outcome
    listed = outcome.get("accounts", [])[:LISTED]
    return {
        **_job(found),
        "ahead": ahead,
        "story": _tale(site.library, outcome["story"]) if "story" in outcome else None,
        "stories": _came(site.library, listed),
        "left_out": len(outcome.get("accounts", [])) - len(listed),
        "problems": outcome.get("problems", []),
        "problem": outcome.get("problem"),
    }


def _job(found: Job) -> Json:
    told = {"number": found.number, "kind": found.kind, "at": found.at, "state": found.state}
    return {**told, "ended": found.ended, "open": found.open, "title": _title(found), "done": _done(found)}


def _title(found: Job) -> str:
    """What was asked, in words."""
    what = found.what
    if found.kind == "example":
        return "Adding the example"
    if found.kind == "compare":
        return "Comparing a story as of a time" if what.get("until") else "Comparing"
    if what.get("addresses"):
        return f"Fetching {_many(len(what['addresses']), 'address', 'addresses')}"
    return f"Adding {_many(len(what['texts']), 'text', 'texts')}" if what.get("texts") else "Adding files"


def _done(found: Job) -> str:
    """What became of it, in a line."""
    outcome = found.outcome
    if found.state == "failed":
        return str((outcome.get("problem") or {}).get("what", "failed"))
    if found.state != "done":
        return ""
    if "added" not in outcome:
        return "Compared."
    told = [f"{_many(outcome['added'], 'account was', 'accounts were')} added"]
    if outcome["known"]:
        told.append(f"{_many(outcome['known'], 'was', 'were')} there already")
    if outcome["problems"]:
        told.append(f"{len(outcome['problems'])} could not be used")
    return ", ".join(told) + "."


def _many(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _tale(library: Library, story: str) -> Json:
    return shapes.tale(library.story(story))


def _came(library: Library, listed: list[Json]) -> list[Json]:
    """The stories that accounts of a task came to, each with these."""
    found: dict[str, list[Json]] = {}
    for one in listed:
        found.setdefault(one["story"], []).append(one)
    imprints = library.imprints(list(found), LISTED)
    told = []
    for story, members in found.items():
        tale = _tale(library, story)
        known = {i.id: {"title": i.title, "outlet": i.outlet} for i in imprints.get(story, ())}
        accounts = [{**m, "title": None, "outlet": None, **known.get(m["id"], {})} for m in members]
        own = any(m["founds"] for m in members)
        told.append({**tale, "total": tale["accounts"], "founds": own, "accounts": accounts})
    return told


def _pending(site: Site) -> int:
    """Accounts that nobody has read for who said what."""
    return site.library.pending_count(annotation_stage(site.settings.annotate))


# -- the program itself --


@page(router, "/settings", "settings.html.j2")
def settings(site: Site) -> Json:
    """Where the library lies, what it holds, and the settings of the stages."""
    counts = site.library.counts()  # where the file is gone, this says so
    return {
        "place": str(site.place), "bytes": site.place.stat().st_size, "counts": counts,
        "pending": _pending(site), "waiting": site.library.waiting(),
        "fingerprint": site.settings.fingerprint, "stages": _stages(site.settings),
    }  # fmt: skip


def _stages(now: Settings) -> list[Json]:
    """Each stage's settings with what they mean, as their docstrings say it."""
    found = []
    for stage in fields(Settings):
        table, default = getattr(now, stage.name), getattr(Settings(), stage.name)
        says, meanings = _meanings(type(table).__doc__ or "")
        rows = [
            {
                "name": name, "value": _value(value), "default": _value(asdict(default)[name]),
                "changed": value != asdict(default)[name], "says": meanings.get(name, ""),
            }
            for name, value in asdict(table).items()
        ]  # fmt: skip
        found.append({"name": stage.name, "says": says, "fields": rows})
    return found


def _meanings(doc: str) -> tuple[str, dict[str, str]]:
    """The first line of a docstring, and what it says of each field.

    >>> _meanings("Limits.\\n\\n    :param most: how\\n        many.\\n")
    ('Limits.', {'most': 'how many.'})
    """
    first, *params = doc.split(":param ")
    told = (p.partition(":") for p in params)
    return first.split("\n")[0].strip(), {name: " ".join(says.split()) for name, _, says in told}


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


@router.get("/settings/backup", include_in_schema=False)
def backup(site: TheSite) -> Response:
    """The whole library as a file."""
    import tempfile

    folder = tempfile.TemporaryDirectory(prefix="consilience-")
    copy = pathlib.Path(folder.name) / "library.db"
    site.library.backup(copy)
    headers = {"Content-Disposition": attachment(f"library {site.now()[:10]}.db")}
    done = BackgroundTask(folder.cleanup)
    return FileResponse(copy, media_type="application/vnd.sqlite3", headers=headers, background=done)


@page(router, "/help", "help.html.j2")
def explained(site: Site) -> Json:
    """The method in plain words, the signs, the measured rates, the keys."""
    return {"measures": [{k: m[k] for k in ("what", "figure", "material")} for m in lexicon("measured")]}


@router.get("/login", include_in_schema=False)
def login(request: Request, site: TheSite, next: str = "/", failed: int = 0) -> Response:
    """The only page of a locked library."""
    from .security_login import safe_next

    return site.render("login.html.j2", request, {"next": safe_next(next), "failed": bool(failed)})
