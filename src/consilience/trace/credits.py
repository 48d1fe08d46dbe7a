"""Credit lines: the outlets, agencies and documents an account says it has something from.

Finds wordings of the lexicon ``credits`` around a name that is an outlet (``outlets`` says which) or
a public body, the chains of attribution of statements, and what the page itself states
(``imprint``); gives each its scope. Does not decide what was copied.

A credit's kind is one of
    report       an outlet's report is cited: "according to", "X reported", "citing", "via", h/t
    interview    somebody told an outlet: "told X", "in an interview with X"
    first        an outlet had it first, or the text is said to be its: "first reported by"
    contributed  an outlet has a part in the account: "contributed to this report"
    dateline     an agency at the head or foot of the text: "CITY (X) —", "Source: X"
    byline       an agency instead of an author: "By X", "Staff and X"
    copyright    an agency holds the rights
    readout      a public body's statement, readout or other document is used
    translation  the text is said to be translated from an outlet's
    chain        an outlet or body in the chain of attribution of a statement
    link         a link in the text leads to an outlet's site
    address      the page calls an address of another outlet its own (a canonical link)
    feed         the page, record or feed names another outlet as where it is from

Invariant: a credit's span slices to words that hold the name (for ``address`` and ``feed``, which
stand in no text, to the account's first line; for ``link``, to what is linked); its scope lies
round it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from ..data import lexicon
from ..model import UNREAD, Annotated, Credit, Entity, Span
from .outlets import (
    CALENDAR,
    CLASS,
    HOST,
    PLAIN,
    STATION,
    Names,
    called,
    ends,
    foreign,
    is_body,
    known,
    names_of,
    outlet_key,
    own_names,
    plain,
    same_outlet,
    shown,
    trim,
)
from .reuse import QUOTED

__all__ = ["find_credits", "lead", "outlet_key", "plain", "whole"]

LOWER = (
    r"of|for|and|the|de|foreign|state|news|health|interior|transport|justice|finance|defence|defense|press"
)
DOCUMENTS = frozenset({"readout"})
WHOLE = frozenset({"first", "dateline", "byline", "copyright", "translation", "address", "feed"})
"""Kinds that say where the whole account is from."""
FOOT = frozenset({"contributed", "dateline", "byline", "copyright"})
"""Kinds that stand in the furniture of a page too."""
DOCUMENT = re.compile(r"\b(?:statement|readout|communiqu[eé]|press release|news release|transcript)\b")
MINE = re.compile(r"\b(?:its|this|our|own)\b", re.IGNORECASE)
PICTURE = re.compile(
    r"\b(?:photos?|images?|file|handout|pictures?|video|pool|screen(?:shot|grab)|getty|illustration|graphic)\b"
    r"|(?-i:[a-z]\.?/[A-Z])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Wording:
    """One line of the lexicon: what stands before and after which slot."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    slot: str
    kind: str
    scope: str


SLOTS = ("outlet", "agency", "dateline", "any", "body")
ARTICLE = r"(?:[Tt]he |[Aa] )?"
CLASSED = rf"(?:(?:[\w’'-]+ ){{0,4}}?(?:{CLASS}),? (?:the )?)?"
LISTED = r"(?-i:(?:[A-Z][\w.&’'-]*(?: [A-Z][\w.&’'-]*){0,3}(?:, and |, | and | or )(?:the )?){1,2})?"
"""Other names before the one that is looked at: "according to Reuters and the AP"."""


@cache
def _wordings() -> tuple[_Wording, ...]:
    """The lexicon's wordings, cut at the place of the name."""
    out = []
    for row in lexicon("credits"):
        slot = next(s for s in SLOTS if f"{{{s}}}" in row["pattern"])
        head, tail = row["pattern"].split(f"{{{slot}}}")
        more = (CLASSED if slot == "outlet" and head else "") + (LISTED if head and not tail else "")
        before = re.compile(rf"(?:{head}){ARTICLE}{more}$", _flags(head))
        out.append(_Wording(before, re.compile(tail, _flags(tail)), slot, row["kind"], row["scope"]))
    return tuple(out)


def _flags(pattern: str) -> re.RegexFlag:
    """ "According to" opens a sentence too; a dateline's capitals must stay capitals."""
    return re.MULTILINE if "[A-Z" in pattern else re.MULTILINE | re.IGNORECASE


SMALL = re.compile(r"(?:the|an?|in|while|but|and|of|for|on|as|that) ", re.IGNORECASE)
LEADING = re.compile(
    r"(?:Citing|Quoting|Telling|Seeing|Both|Neither|Either|Copyright|Source|Credit|Via|According|On|In|At|But|And|As|When|While|After|If|For|From|By|To|With|Meanwhile|Then|Yet|Later|Earlier|Also|Since|"
    r"Because|That|What|Although|Though|Separately|However|Today|Yesterday|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|"
    r"Sun)day),? "
)
TITLE = re.compile(
    rf"\b[Ss]tate (?:media|television|TV)\b|{STATION.pattern}|(?:{PLAIN})(?: (?:{PLAIN}|{LOWER})){{0,11}}|"
    rf"{HOST}|\b(?:dpa|apa|sda|ats|epa|epd|ots)\b|@\w+"
)
PART = re.compile(r"[’']s? | and (?:the )?|,? (?=The [A-Z])")


@cache
def _bodies() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The last words of a body's name with what may follow, and what may stand before them."""
    last = "|".join(re.escape(f) for w in ends("body") for f in (w, w[0].upper() + w[1:], w.title()))
    more = rf"(?: (?:of|for) (?:the )?(?:{PLAIN})(?: (?:and |of )?(?:{PLAIN})){{0,6}})?"
    return re.compile(rf"\b(?:{last})\b{more}"), re.compile(
        rf"(?:(?:{PLAIN}) ){{0,7}}(?:(?:{LOWER}) ){{0,4}}$"
    )


def _titles(text: str) -> list[tuple[int, int]]:
    """Where runs of capitals and hosts stand, and the parts of those that hold several names."""
    out: dict[tuple[int, int], None] = {}
    for m in TITLE.finditer(text):
        start, end = m.span()
        while skip := LEADING.match(text, start, end):
            start = skip.end()
        out[start, end] = None
        cuts = [(p.start(), p.end()) for p in PART.finditer(text, start, end)]
        for before, after in cuts:
            out[start, before] = None
            out[after, end] = None
    return [place for place in out if place[0] < place[1]]


def _body_places(text: str) -> list[tuple[int, int]]:
    """Where names of public bodies stand."""
    end, start = _bodies()
    bodies = []
    for m in end.finditer(text):
        head = start.search(text, max(0, m.start() - 60), m.start())
        low = head.start() if head else m.start()
        while (first := SMALL.match(text, low)) and first.end() <= m.start():
            low = first.end()
        bodies.append((low, m.end()))
    return bodies


def find_credits(accounts: Sequence[Annotated], entities: Sequence[Entity]) -> tuple[Credit, ...]:
    """Every credit of every account, in text order; an account's own name is none.

    :returns: credits of the kinds that the module lists.
    """
    names = names_of(accounts, entities)
    return tuple(c for account in accounts for c in _of_account(account, names))


def _of_account(account: Annotated, names: Names) -> list[Credit]:
    from .imprint import stated

    names = replace(names, called=frozenset(called(account.witness.text)))
    own = own_names(account)
    found: dict[tuple[Span, str], Credit] = {}
    spots: set[tuple[int, str]] = set()
    raw = (*stated(account, names), *_worded(account, names), *_chained(account, names))
    # "The Ledger first reported it" is told by "first" rather than by "reported": the wider goes first.
    for credit in sorted(raw, key=lambda c: c.kind not in WHOLE):
        name = known().get(plain(credit.name), credit.name)
        key = outlet_key(name)
        if (credit.span.start, key) in spots or any(same_outlet(name, mine) for mine in own):
            continue
        if credit.kind == "chain" and _cut_short(credit, key, found, own):
            continue
        spots.add((credit.span.start, key))
        found.setdefault((credit.scope, key), replace(credit, name=name))
    return sorted(found.values(), key=lambda c: (c.span, c.kind, c.name))


def _cut_short(credit: Credit, key: str, found: Collection[tuple[Span, str]], own: Sequence[str]) -> bool:
    """Whether a chain of attribution has but part of a name: "Kell" of "Kell 2", or of its own "kell2.tv"."""
    here = [k for scope, k in found if scope == credit.scope]
    return any(k.startswith(key) or key.startswith(k) for k in here) or any(
        outlet_key(mine).startswith(key) for mine in own
    )


@dataclass(frozen=True)
class _Place:
    """A name in a text, and what it may be: an outlet (the name shown), a known one."""

    start: int
    end: int
    words: str
    outlet: str | None = None
    titled: bool = False

    def fits(self, slot: str, *, told: bool = False) -> bool:
        """Whether the name may fill a slot of the lexicon; ``told`` says that words stand before it."""
        if slot == "outlet" and told and self.titled:
            return True
        if slot == "agency":
            return bool(self.outlet) and plain(self.outlet or "") in known()
        if slot == "dateline":
            return bool(self.outlet) or (self.words.isupper() and len(self.words) <= 6)
        return slot == "any" or bool(self.outlet)


def _places(text: str, names: Names) -> list[_Place]:
    """Every name that may be an outlet's, shown as the outlet is where it is one."""
    out: list[_Place] = []
    for start, end in _titles(text):
        words = trim(text[start:end].lstrip("@"))
        bare = not (words.startswith("The ") or re.search(r"\b[Tt]he $", text[max(0, start - 5) : start]))
        outlet = names.outlet(words, bare=bare) if words else None
        # "told The Untried": no other name keeps its capital article inside a sentence
        inside = re.search(r"[\w,] $", text[max(0, start - 2) : start])
        titled = bool(inside) and words.startswith("The ") and not outlet and not is_body(words)
        out.append(_Place(start, end, words, outlet, titled))
    single = [p for p in out if p.outlet and " and " not in p.words]
    # "Reuters and the Courier" are two; the "Trade and Harbour Gazette" is one
    return [
        p for p in out
        if " and " not in p.words or not any(p.start == s.start and s.end < p.end for s in single)
    ]  # fmt: skip


@dataclass(frozen=True)
class _Page:
    """An account with what its credits are looked for in."""

    account: Annotated
    titles: Sequence[_Place]
    bodies: Sequence[_Place]
    quotes: Sequence[tuple[int, int]]

    @cached_property
    def outlets(self) -> list[_Place]:
        """The names that may be an outlet's; a dateline's capitals may be an unknown one's."""
        return [p for p in self.titles if p.outlet or p.titled or p.words.isupper()]

    def of_slot(self, slot: str) -> Sequence[_Place]:
        """The names that are worth trying for a slot."""
        return {"body": self.bodies, "any": self.titles}.get(slot, self.outlets)

    def holds(self, wording: _Wording, place: _Place) -> bool:
        """Whether a wording stands round a name."""
        text = self.account.witness.text
        told = not wording.before.pattern.startswith("(?:)")
        fits = wording.slot == "body" or place.fits(wording.slot, told=told)
        if not fits or not wording.after.match(text, place.end):
            return False
        return bool(wording.before.search(text, max(0, place.start - 90), place.start))

    def speaks(self, wording: _Wording, place: _Place) -> bool:
        """Whether it is the account that says so: no caption, no furniture, no speaker's "I told the BBC"."""
        kinds = {r.kind for r in self.account.witness.regions if r.start <= place.start < r.end}
        furniture = wording.kind not in FOOT and "boilerplate" in kinds
        quoted = wording.kind == "interview" and _within(place.start, self.quotes)
        picture = "caption" in kinds or _picture(self.account.witness.text, place.start, place.end)
        return not (furniture or quoted or picture)


def _worded(account: Annotated, names: Names) -> Iterator[Credit]:
    """Credits by the wordings of the lexicon."""
    text = account.witness.text
    bodies = [_Place(*place, text[slice(*place)]) for place in _body_places(text)]
    page = _Page(account, _places(text, names), bodies, [m.span() for m in QUOTED.finditer(text)])
    for wording in _wordings():
        for place in page.of_slot(wording.slot):
            if page.holds(wording, place) and page.speaks(wording, place):
                span = Span(account.witness.id, place.start, place.end)
                entity = _meant(account, span, names)
                name = _shown(place, wording, names, entity)
                if name and not MINE.fullmatch(name):
                    scope = _scope(account, span, wording.scope)
                    yield Credit(span, name, entity.key if entity else None, scope, wording.kind)


def _within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _picture(text: str, start: int, end: int) -> bool:
    """Whether a name stands in the credit of a picture: "(Ann Poe/Harbour Wire via AP)", "Photo: AP"."""
    line = text.rfind("\n", 0, start) + 1
    opened = max(text.rfind("(", line, start), text.rfind("[", line, start))
    if opened > max(text.rfind(")", line, start), text.rfind("]", line, start)):
        closed = re.compile(r"[)\]\n]|\Z").search(text, end)
        inside = text[opened : closed.end() if closed else end]
        # "ORLO (Reuters/Harbour Wire) —" is no picture
        dateline = closed and re.match(r"\s*[-–—:]", text[closed.end() :][:4])
        handout = re.match(r"[(\[][^)\]]*\w[^)\]]* via ", inside)  # "(Harbour Police via AP)"
        return bool(handout or PICTURE.search(inside)) and not dateline
    return bool(re.match(r"\W*(?:photos?|images?|picture|video|graphic)(?: credit| courtesy)?\b.{0,40}$",
                         text[line:start], re.IGNORECASE))  # fmt: skip


def _shown(place: _Place, wording: _Wording, names: Names, entity: Entity | None) -> str | None:
    """The name that a wording credits, None if it may not credit this one."""
    if entity and wording.slot == "body":
        return entity.name
    if wording.kind in DOCUMENTS:
        name = trim(place.words)
        if name.casefold() in ends("body") and name.islower():
            return names.issuer(name)
        return name if len(name) > 2 else None
    if place.outlet:
        longer = entity.name if entity and entity.name.istitle() else ""
        # "the Herald" of an account that names the Kell Herald elsewhere
        return longer if longer.endswith(f" {place.outlet}") else shown(place.outlet)
    if place.titled:
        return place.words
    fit = len(place.words) > 1 and plain(place.words).split()[0] not in CALENDAR
    return shown(place.words) if fit and not (wording.slot == "any" and foreign(place.words)) else None


def _meant(account: Annotated, span: Span, names: Names) -> Entity | None:
    """The body that a name, or a mention that ends with it ("the ministry"), stands for."""
    words = trim(span.of(account.witness.text))
    named = names.entities.get(words.casefold())
    # "Ministry of Transport and Waterways" is not meant by a mention of "Waterways".
    least = 0.6 * (span.end - span.start)
    bodies = (m for m in account.mentions if m.kind == "body" and span.overlap(m.span) >= least)
    ends = (m.value for m in bodies if m.span.end >= span.end)
    meant = next((names.keys[v] for v in ends if isinstance(v, str) and v in names.keys), None)
    return named or meant


def _scope(account: Annotated, span: Span, scope: str) -> Span:
    """The sentence, paragraph or account that a credit governs."""
    text = account.witness.text
    if scope == "account":
        return Span(span.witness, 0, len(text))
    if scope == "sentence":
        for s in account.sentences:
            if s.start <= span.start and span.end <= s.end:
                return Span(span.witness, s.start, s.end)
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    return Span(span.witness, start, end if end >= 0 else len(text))


def _chained(account: Annotated, names: Names) -> Iterator[Credit]:
    """Outlets and bodies that statements came through.

    An outlet that speaks itself is left to the wordings: "The Ledger just responded" credits nobody.
    """
    for statement in account.statements:
        spans = statement.speaker.spans if statement.speaker else ()
        spot = (*spans, *statement.cue, *statement.content)[0]
        scope = _scope(account, spot, "sentence")
        for place, name in enumerate(statement.chain):
            outlet = names.outlet(name, bare=True)
            entity = names.entities.get(name.casefold())
            issued = bool(entity and DOCUMENT.search(scope.of(account.witness.text)))
            last = place == len(statement.chain) - 1
            # "The warden told the Tribune" is no name
            words = re.search(rf" (?!(?:{LOWER}) )[a-z]+ ", f"{name} ")
            if (last and (outlet or not issued)) or words or not (outlet or entity):
                continue
            kind = "readout" if issued and not outlet else "chain"
            told = entity.name if entity else outlet or name
            yield Credit(spot, told, entity.key if entity else None, scope, kind)


FULL_STOP = re.compile(r"(?:\b[a-z]+|\w{5}|[\d%])[.!?][”\"’)]*(?=\s|$)|\n|$")
"""The end of a sentence; the word before is no abbreviation (Rep., Jan.)."""


def lead(account: Annotated) -> int:
    """Where the first sentence of the account's running text ends."""
    text = account.witness.text
    skip = UNREAD | {"title", "standfirst", "dateline", "caption"}
    start = next((r.start for r in account.witness.regions if r.kind not in skip), 0)
    line = re.compile(r"\S").search(text, start)
    end = FULL_STOP.search(text, line.start()) if line else None
    return end.end() if end else len(text)


def whole(credit: Credit, account: Annotated) -> bool:
    """Whether a credit says where the account as a whole is from: by its wording, or standing in the lead."""
    return credit.kind in WHOLE or (credit.kind in {"report", "chain"} and credit.span.end <= lead(account))
