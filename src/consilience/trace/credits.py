"""Credit lines: the outlets, agencies and documents an account says it has something from.

Finds wordings of the lexicon ``credits`` around a name that is an outlet (an agency, an
account of the story, a masthead's last word) or a public body, and the chains of
attribution of statements; gives each its scope. Does not decide what was copied.

Invariant: a credit's span slices to words that hold the name; its scope lies round it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ..data import lexicon
from ..model import UNREAD, Annotated, Credit, Entity, Span

PLAIN = r"[A-Z][\w&’'.-]*[\w’']|[A-Z]"
HOST = r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|news|co\.uk|co|info|eu|io|tv|de|fr|in)\b"
LOWER = (
    r"of|for|and|the|de|foreign|state|news|health|interior|transport|justice|finance|defence|defense|press"
)
DOCUMENTS = frozenset({"readout"})
WHOLE = frozenset({"first", "dateline"})
"""Kinds that say where the whole account is from."""
DOCUMENT = re.compile(r"\b(?:statement|readout|communiqu[eé]|press release|news release|transcript)\b")
MINE = re.compile(r"\b(?:its|this|our|own)\b", re.IGNORECASE)


@cache
def _ends(kind: str) -> tuple[str, ...]:
    """Last words of names of a kind, longest first."""
    words = [row["word"] for row in lexicon("mastheads") if row["kind"] == kind]
    return tuple(sorted(words, key=lambda w: (-len(w), w)))


@cache
def _masthead() -> re.Pattern[str]:
    """The end of a name that tells an outlet."""
    return re.compile(rf"(?:^|\s)(?:{'|'.join(map(re.escape, _ends('outlet')))})$", re.IGNORECASE)


@cache
def _names() -> dict[str, str]:
    """Known outlets by normal form, with the name shown."""
    out: dict[str, str] = {}
    for row in lexicon("agencies"):
        for form in (row["name"], *row["also"].split(";")):
            if form:
                out.setdefault(form.casefold(), row["name"])
    for row in lexicon("bodies"):
        if row["kind"] == "outlet":
            for form in (row["name"], *row["aliases"].split(";")):
                if form:
                    out.setdefault(form.casefold(), row["name"])
    return out


@dataclass(frozen=True)
class _Wording:
    """One line of the lexicon: what stands before and after which slot."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    slot: str
    kind: str
    scope: str


@cache
def _wordings() -> tuple[_Wording, ...]:
    """The lexicon's wordings, cut at the place of the name."""
    out = []
    for row in lexicon("credits"):
        slot = next(s for s in ("outlet", "any", "body") if f"{{{s}}}" in row["pattern"])
        head, tail = row["pattern"].split(f"{{{slot}}}")
        # "According to" opens a sentence too; a dateline's capitals must stay capitals.
        flags = re.MULTILINE if "[A-Z]" in head else re.MULTILINE | re.IGNORECASE
        before = re.compile(rf"{head}(?:[Tt]he |[Aa] )?$", flags)
        out.append(_Wording(before, re.compile(tail, re.MULTILINE), slot, row["kind"], row["scope"]))
    return tuple(out)


SMALL = re.compile(r"(?:the|an?|in|while|but|and|of|for|on|as|that) ", re.IGNORECASE)
TITLE = re.compile(rf"(?:{PLAIN})(?: (?:{PLAIN}|{LOWER}))*|{HOST}|\bstate (?:media|television|TV)\b")


@cache
def _bodies() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The last words of a body's name with what may follow, and what may stand before them."""
    ends = "|".join(re.escape(f) for w in _ends("body") for f in (w, w[0].upper() + w[1:]))
    more = rf"(?: (?:of|for) (?:the )?(?:{PLAIN})(?: (?:and |of )?(?:{PLAIN}))*)?"
    return re.compile(rf"\b(?:{ends})\b{more}"), re.compile(rf"(?:(?:{PLAIN}) )*(?:(?:{LOWER}) )*$")


def _candidates(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where names stand that may fill each slot."""
    titles = [m.span() for m in TITLE.finditer(text)]
    end, start = _bodies()
    bodies = []
    for m in end.finditer(text):
        head = start.search(text, max(0, m.start() - 60), m.start())
        low = head.start() if head else m.start()
        while (first := SMALL.match(text, low)) and first.end() <= m.start():
            low = first.end()
        bodies.append((low, m.end()))
    return {"outlet": titles, "any": titles, "body": bodies}


@dataclass(frozen=True)
class Names:
    """Whose names count: outlets of the story by normal form, and bodies by alias and by key."""

    outlets: Mapping[str, str]
    entities: Mapping[str, Entity]
    keys: Mapping[str, Entity]

    def issuer(self, word: str) -> str | None:
        """The one outlet of the story that "the ministry" can be."""
        held = [name for name in self.outlets.values() if word in plain(name).split()]
        return held[0] if len(held) == 1 else None

    def outlet(self, name: str) -> str | None:
        """The name shown of an outlet, or None when it is none."""
        key = plain(name)
        known = self.outlets.get(outlet_key(name)) or _names().get(name.casefold()) or _names().get(key)
        if known:
            return known
        parts = key.split()
        for size in range(len(parts) - 1, 0, -1):
            tail = " ".join(parts[-size:])
            if tail in _names() and size >= 1 and len(tail) > 2:
                return _names()[tail]
        return name if _masthead().search(name) or re.fullmatch(HOST, name) else None


def plain(name: str) -> str:
    """An outlet's name for comparing: no case, article or punctuation.

    >>> plain("The Dravik Courier"), plain("U.S. Coast Guard’s"), plain("dravik.com")
    ('dravik courier', 'us coast guard', 'dravik.com')
    """
    form = re.sub(r"(?<=\b\w)\.(?=\w\b|\s|$)", "", name.casefold().replace("’", "'"))
    words = re.findall(r"[\w.'&-]+", form)
    words = [w.removesuffix("'s").strip(".'-") for w in words]
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def outlet_key(name: str) -> str:
    """One key for an outlet's name and its host.

    >>> outlet_key("The Dravik Courier"), outlet_key("www.dravikcourier.com")
    ('dravikcourier', 'dravikcourier')
    """
    form = plain(name)
    if re.fullmatch(HOST, form):
        labels = form.removeprefix("www.").split(".")
        labels = labels[:-1] if len(labels) < 3 or labels[-2] != "co" else labels[:-2]
        form = labels[-1]
    return form.replace(" ", "").replace("-", "")


def find_credits(accounts: Sequence[Annotated], entities: Sequence[Entity]) -> tuple[Credit, ...]:
    """Every credit of every account, in text order; an account's own name is none.

    :returns: ``Credit`` of kind report, interview, first, contributed, dateline, readout or chain.
    """
    outlets = {outlet_key(a.witness.outlet): a.witness.outlet for a in accounts if a.witness.outlet}
    bodies = [e for e in entities if e.kind == "body"]
    aliases = {form.casefold(): e for e in bodies for form in (*e.aliases, e.name)}
    names = Names(outlets, aliases, {e.key: e for e in bodies})
    return tuple(c for account in accounts for c in _of_account(account, names))


def _of_account(account: Annotated, names: Names) -> list[Credit]:
    own, ours = outlet_key(account.witness.outlet or ""), plain(account.witness.outlet or "")
    found: dict[tuple[int, str], Credit] = {}
    for credit in (*_worded(account, names), *_chained(account, names)):
        key = plain(credit.name)
        if own and (outlet_key(credit.name) == own or ours.endswith(f" {key}")):
            continue
        found.setdefault((credit.scope.start, key), credit)
    return sorted(found.values(), key=lambda c: (c.span, c.kind, c.name))


def _worded(account: Annotated, names: Names) -> Iterator[Credit]:
    """Credits by the wordings of the lexicon."""
    text, key = account.witness.text, account.witness.id
    furniture = [(r.start, r.end) for r in account.witness.regions if r.kind == "boilerplate"]
    places = _candidates(text)
    named = {"outlet": [p for p in places["outlet"] if names.outlet(trim(text[slice(*p)]))]}
    for wording in _wordings():
        held = named if wording.slot == "outlet" and wording.kind != "dateline" else places
        for start, end in held[wording.slot]:
            if any(s <= start < e for s, e in furniture):
                continue
            before, after = wording.before, wording.after
            if not after.match(text, end) or not before.search(text, max(0, start - 80), start):
                continue
            span = Span(key, start, end)
            entity = _meant(account, span, names)
            name = entity.name if entity else _named(text[start:end], wording.kind, names)
            if name and not MINE.fullmatch(name):
                scope = _scope(account, span, wording.scope)
                yield Credit(span, name, entity.key if entity else None, scope, wording.kind)


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


def trim(words: str) -> str:
    """A name without what a run of capitals drags along at its end."""
    name = re.sub(r"(?: (?:of|for|and|the|de))+$", "", words.strip()).rstrip(".’'")
    return re.sub(r"[’']s$", "", name)


def _named(words: str, kind: str, names: Names) -> str | None:
    """The name in a match, if it is one that the wording may credit."""
    name = trim(words)
    if kind in DOCUMENTS:
        if name.casefold() in _ends("body") and name.islower():
            return names.issuer(name)
        return name if len(name) > 2 else None
    outlet = names.outlet(name)
    initials = kind == "dateline" and name.isupper() and len(name) <= 6
    return outlet or (name if kind == "first" or initials else None)


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
    """Outlets in the chains of statements, and outlets that speak themselves."""
    for statement in account.statements:
        spans = statement.speaker.spans if statement.speaker else ()
        spot = (*spans, *statement.cue, *statement.content)[0]
        scope = _scope(account, spot, "sentence")
        for place, name in enumerate(statement.chain):
            outlet = names.outlet(name)
            entity = names.entities.get(name.casefold())
            issued = bool(entity and DOCUMENT.search(scope.of(account.witness.text)))
            if outlet is None and place == len(statement.chain) - 1 and not issued:
                continue
            if outlet or entity:
                kind = "readout" if issued and not outlet else "chain"
                shown = entity.name if entity else outlet or name
                yield Credit(spot, shown, entity.key if entity else None, scope, kind)


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
