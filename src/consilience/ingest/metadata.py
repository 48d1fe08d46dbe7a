"""Title, authors, outlet and date of an account, each with its evidence.

A manifest goes before what the file states, and that before what the text shows.
Nothing is guessed: a file's name is no outlet, a date inside a sentence is the
event's, and what is unknown stays None. Invariant: every field that is not None
has an ``Evidence``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..model import Evidence, Region, Upstream, Witness, witness_id
from .addresses import site
from .bylines import AUTHOR_NOTE, agencies, author_note, byline, stamp
from .draft import Draft
from .lines import count
from .regions import label

ENGLISH = frozenset("the of and to in a that for on was".split())
"""The ten commonest words: where they abound, the model need not be loaded (about a second)."""
FIELDS = ("title", "outlet", "authors", "published", "url")
NOT_OUTLETS = frozenset({"all rights reserved", "all rights"})
COPYRIGHT = re.compile(
    r"(?:copyright\s*)?(?:©|\(c\)|copyright)\s*(?:©|\(c\))?\s*(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?,?\s+(?:by\s+)?"
    r"(?P<outlet>[^.,|©]{2,50}?)\s*(?:[.,|]|all rights reserved|$)",
    re.I,
)
BYLINE_OUTLET = re.compile(
    r"(?:,| for| [|–—-])\s+(?P<outlet>(?:The |the )?[A-Z][\w’'.-]*(?: [A-Z&][\w’'.-]*){0,4})\s*$"
)


class Found(NamedTuple):
    """A field read from the text: its value, in words from where, and the place."""

    field: str
    value: Any
    how: str
    start: int
    end: int


def complete(draft: Draft, entry: Mapping[str, Any], name: str) -> Witness:
    """Make the witness of a draft: regions, fields, evidence, language, identity.

    :param entry: the fields that a manifest gives for it.
    :param name: the account's name, unique in the call.
    """
    stated = {f: getattr(draft, f) for f in FIELDS}
    known: dict[str, Any] = {f: entry.get(f) or stated[f] or None for f in FIELDS}
    spoken = language(draft.text)
    regions = label(
        draft.text,
        title=known["title"],
        layout=draft.layout,
        english=spoken == "en",
        markdown=draft.markdown,
    )
    evidence = [Evidence(f, "manifest") for f in FIELDS if entry.get(f)]
    evidence += [e for e in draft.evidence if not entry.get(e.field)]
    for found in from_text(draft.text, regions):
        if known[found.field] is None:
            known[found.field] = found.value
            evidence.append(Evidence(found.field, found.how, found.start, found.end))
    outlet, published, url = known["outlet"], known["published"], known["url"]
    return Witness(
        id=witness_id(name, draft.text, outlet, published, url),
        name=name,
        text=draft.text,
        title=known["title"],
        outlet=outlet,
        authors=tuple(known["authors"] or ()),
        published=published,
        retrieved=draft.retrieved,
        url=url,
        language=spoken,
        regions=regions,
        raw_digest=draft.digest,
        evidence=tuple(sorted(evidence, key=lambda e: FIELDS.index(e.field))),
        links=draft.links,
        anchors=draft.anchors,
        upstream=(*draft.upstream, *_elsewhere(draft, url)),
    )


def _elsewhere(draft: Draft, url: str | None) -> tuple[Upstream, ...]:
    """What the page calls its address, where the manifest says that it stood on another site."""
    how = next((e.how for e in draft.evidence if e.field == "url"), "address")
    if how == "address" or not site(url) or not site(draft.url) or site(url) == site(draft.url):
        return ()
    return (Upstream(None, draft.url, "address", how),)


def from_text(text: str, regions: tuple[Region, ...]) -> list[Found]:
    """What the labelled text says about itself, the surest first."""
    found: list[Found] = []
    for region in regions:
        words = text[region.start : region.end]
        if region.kind == "title":
            found.append(Found("title", _plain(words), region.reason, region.start, region.end))
        elif region.kind in ("byline", "boilerplate"):
            at = region.start
            for line in words.split("\n"):
                found += _imprint(line.strip(), at + line.find(line.strip()), region.kind)
                at += len(line) + 1
    return sorted(found, key=lambda f: f.how == "copyright line")


def _imprint(line: str, at: int, kind: str) -> list[Found]:
    """Authors, outlet and date from one line of byline or furniture."""
    out: list[Found] = []
    names = byline(line)
    if names:
        out.append(Found("authors", names, "byline", at, at + len(line)))
        outlet = BYLINE_OUTLET.search(line)
        if outlet and outlet["outlet"] not in names and not re.search(r"\d", outlet["outlet"]):
            out.append(_at("outlet", outlet, "byline", at))
    when = stamp(line) or (_after(line) if names is not None else None)
    if when and kind == "byline":
        out.append(Found("published", when[0], "date line", at + when[1], at + when[2]))
    note = author_note(line)
    match = AUTHOR_NOTE.match(line[:400])
    if note and match:
        out.append(Found("authors", (note[0],), "note on the author", at, at + len(note[0])))
        start = at + match.start("outlet")
        out.append(Found("outlet", note[1], "note on the author", start, start + len(note[1])))
    notice = COPYRIGHT.match(line)
    holder = re.sub("^the ", "", notice["outlet"], flags=re.IGNORECASE) if notice else ""
    if notice and holder.casefold() not in NOT_OUTLETS and holder not in agencies():
        out.append(_at("outlet", notice, "copyright line", at))
    return out


def _at(field: str, match: re.Match[str], how: str, at: int) -> Found:
    return Found(field, match[field], how, at + match.start(field), at + match.end(field))


def _after(line: str) -> tuple[str, int, int] | None:
    """A date behind the names of a byline ("By Ann Poe | 5 May 2031")."""
    cut = re.search(r"[|•·–—]|,\s(?=\d|[A-Z][a-z]+\.? \d)|(?<=\s)-(?=\s)", line)
    found = stamp(line[cut.end() :].strip()) if cut else None
    if not cut or not found:
        return None
    shift = line.index(line[cut.end() :].strip(), cut.end())
    return found[0], found[1] + shift, found[2] + shift


def _plain(words: str) -> str:
    return " ".join(re.sub(r"^[#×•|»›\s]+|\s#+$|\*\*", "", words).split())


def language(text: str) -> str | None:
    """ISO 639-1 code of an account's language, None where there is too little text.

    Method: py3langid (naive Bayes over byte n-grams, after langid.py), on the longer lines.

    >>> language("42 %") is None
    True
    """
    split = text[:40_000].splitlines()
    told = " ".join([line for line in split if count(line) >= 8] or split)[:4000]
    words = re.findall(r"[^\W\d_]+", told.casefold())
    if len(words) < 4 and count(told) < 4:
        return None
    if words.count("the") * 40 > len(words) and sum(w in ENGLISH for w in words) * 7 > len(words):
        return "en"
    import py3langid

    code: str = py3langid.classify(told)[0]
    return code
