"""The digest of a time: stories that are new or grew, by why they are shown; as page, mail and feed.

What one follows comes first, each story under the first interest it matches; what is muted is left out as
in the feed. New are accounts that came into the library in the time; what is disputed and how many origins
there are is as the story's last dossier has it. Invariant: what a mail or feed leaves out, it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ..dossier.export import FORBIDDEN
from ..store.codec import stamp
from .feed import instant, items, walked
from .shapes import Json, interest

if TYPE_CHECKING:
    from jinja2 import Environment

    from ..store import Interest, Store

MOST = 300
"""Stories of a digest, those with the newest accounts."""
COUNTED = 3_000
"""Stories that are counted, of more than are shown."""
ACCOUNTS = 12
"""New accounts listed of a story."""
LOOKED = 500
"""Accounts of a story among which the new ones are looked for."""
MAIL_SIZE = 100_000
"""Bytes of a mail; of more, some programs show a part alone."""
STEPS = (200, 150, 100, 80, 60, 40, 30, 20, 10, 5, 2, 1)
"""Stories that a mail is tried with."""
SPACES = re.compile(r"\s+")


def digest(library: Store, *, since: str, until: str) -> Json:
    """What came from ``since`` to before ``until``, both ISO dates or times.

    :returns: ``groups``, one for each interest that something matches, then one without.
    """
    first, last = stamp(since), stamp(until)
    grown = library.stories(since=first, limit=MOST + 1)
    interests = library.interests()
    came = {t.id: found for t in grown[:MOST] if (found := _came(library, t.id, first, last))["count"]}
    walk = walked(library, interests, [(t.id, _days(t.last), t.accounts) for t in grown if t.id in came])
    told = [s for s in came if s not in walk.muted]
    shown = {one["id"]: one | {"news": came[one["id"]]} for one in items(library, told, first, walk.follows)}
    groups = _grouped(interests, walk.follows, list(shown))
    left_out = len(library.stories(since=first, limit=COUNTED)) - MOST if len(grown) > MOST else 0
    least = "At least " if left_out == COUNTED - MOST else ""
    return {
        "since": first,
        "until": last,
        "groups": [_group(one, [shown[s] for s in stories]) for one, stories in groups],
        "stories": len(shown),
        "new_stories": sum(s["news"]["state"] == "new" for s in shown.values()),
        "accounts": sum(s["news"]["count"] for s in shown.values()),
        "muted": len(came) - len(told),
        "left_out": left_out,
        "notes": [f"{least}{left_out:,} more stories grew; the feed has them."] if left_out else [],
    }


def _came(library: Store, story: str, first: str, last: str) -> Json:
    """What came to a story in a time: new accounts, and whether the story was there before."""
    arrived = library.arrivals([story], LOOKED)[story]
    new = [n for n, (_, added, _) in enumerate(arrived) if first <= added < last]
    imprints = library.imprints([story], LOOKED)[story] if new else ()
    listed = [imprints[n] for n in new[:ACCOUNTS]]
    return {
        "state": "grown" if any(added < first for _, added, _ in arrived) else "new",
        "count": len(new),
        "accounts": [
            {"id": a.id, "title": a.title or a.name, "outlet": a.outlet, "published": a.published}
            for a in listed
        ],
        "left_out": len(new) - len(listed),
    }


def _days(last: str | None) -> float:
    at = instant(last)
    return at.timestamp() / 86_400 if at else 0.0


def _grouped(
    interests: Sequence[Interest], follows: dict[str, list[Interest]], stories: Sequence[str]
) -> list[tuple[Interest | None, list[str]]]:
    """Stories under the first interest each matches, in the order these were taken up; the rest last."""
    places: dict[int | None, list[str]] = {}
    for story in stories:
        mine = follows.get(story)
        places.setdefault(mine[0].number if mine else None, []).append(story)
    found = [(i, places[i.number]) for i in interests if i.number in places]
    return [*found, (None, places[None])] if None in places else [*found]


def _group(one: Interest | None, stories: Sequence[Json]) -> Json:
    return {
        "interest": interest(one) if one else None,
        "items": list(stories),
    }


# -- mail --


def to_mail(found: Json, base: str) -> str:
    """A digest as HTML that mail programs show: tables, inline styles, no picture and no script.

    :param base: the address of the app, without a slash at its end.
    """
    for most in (found["stories"], *STEPS):
        if most <= max(1, found["stories"]):
            html = _filled(
                "mail.html.j2", found=_shortened(found, most), base=base, missing=_missing(found, most)
            )
            if len(html.encode("utf-8")) <= MAIL_SIZE:
                return html
    return _filled("mail.html.j2", found=_shortened(found, 0), base=base, missing=found["stories"])


def to_plain(found: Json, base: str) -> str:
    """A digest as plain text, the twin of the mail."""
    text = _filled("mail.txt.j2", found=found, base=base, missing=0)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _shortened(found: Json, most: int) -> Json:
    """A digest of so many stories."""
    groups, left = [], most
    for group in found["groups"]:
        groups.append({**group, "items": group["items"][:left]})
        left -= len(groups[-1]["items"])
    return {**found, "groups": [g for g in groups if g["items"]]}


def _missing(found: Json, most: int) -> int:
    return max(0, int(found["stories"]) - most)


# -- Atom --


def to_atom(stories: Iterable[Json], *, title: str, self_url: str, base: str, updated: str) -> str:
    """Stories as an Atom feed (RFC 4287).

    :param stories: items of the feed, as ``feed`` gives them.
    :param self_url: the feed's own address; its path makes the feed's id.
    :param updated: when the feed changed last, if no story of it says.
    """
    entries = [_entry(one, base) for one in stories]
    newest = max([e["updated"] for e in entries], default=_rfc3339(updated) or "1970-01-01T00:00:00Z")
    ident = f"urn:consilience:feed:{quote(urlsplit(self_url).path.strip('/') or 'feed', safe='/')}"
    head = {"title": _one_line(title), "id": ident, "self": self_url, "base": base, "updated": newest}
    return _filled("atom.xml.j2", feed=head, entries=entries)


def _entry(one: Json, base: str) -> Json:
    published = _rfc3339(one["first"])
    return {
        "id": f"urn:consilience:story:{quote(one['id'], safe=':')}",
        "title": _one_line(one["label"]) or "(no title)",
        "link": f"{base}/stories/{quote(one['id'], safe=':')}",
        "updated": _rfc3339(one["grew"]) or published or "1970-01-01T00:00:00Z",
        "published": published,
        "story": one,
    }


def _rfc3339(at: str | None) -> str:
    """An ISO date or time as Atom wants it; empty where it is none.

    >>> _rfc3339("2031-10-14T13:05:00+02:00"), _rfc3339("2031-10-14"), _rfc3339("soon")
    ('2031-10-14T11:05:00Z', '2031-10-14T00:00:00Z', '')
    """
    read = instant(at)
    return read.isoformat(timespec="seconds").replace("+00:00", "Z") if read else ""


def _one_line(words: str) -> str:
    return SPACES.sub(" ", FORBIDDEN.sub(" ", words)).strip()


# -- templates --


def _filled(template: str, **values: Any) -> str:
    """A filled template without the characters that neither XML 1.0 nor a mail takes."""
    return FORBIDDEN.sub("", _environment().get_template(template).render(**values))


@cache
def _environment() -> Environment:
    from jinja2 import PackageLoader

    from ..dossier.render import environment

    made = environment()
    made.loader = PackageLoader(__package__)
    made.filters |= {"part": lambda words: quote(words, safe=":")}
    return made
