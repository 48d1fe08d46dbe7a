"""One key for each person, body, place and group across the accounts of a story.

Joins names that agree: lexicon names exactly, people by first and family name, bodies and
groups by name, acronym or transliteration, an office on its own with the one person who
holds it. Does not join people on a family name that several bear, nor across offices that
no one person would hold. Invariant: the accounts' order changes no key and no name.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from unicodedata import normalize

from rapidfuzz.distance.Levenshtein import distance
from rapidfuzz.fuzz import ratio

from ..data import lexicon
from ..model import Annotated, Entity, Mention, Role, Speaker, Statement, tagged_hash
from . import gazetteer
from .identify import initials
from .names import split_key
from .people import family, given, parts, same_person
from .roles import holds

SHOWN = frozenset({"name", "surname", "acronym", "metonym"})
SWAPS = tuple(
    pair.split(":")
    for pair in (
        "ts:z tz:z dzh:j tch:ch tsch:ch sch:sh zh:j kh:h gh:g ph:f ck:k q:k w:v x:ks ou:u oe:o ae:a ye:e ie:i"
        " y:i j:i"
    ).split()
)
DOUBLE = re.compile(r"(\w)\1+")
VOWEL = re.compile("(?!^)[aeiou]")
SHORTEST = 5
"""Letters of the shortest name that may be a slip for another."""
HIGH = frozenset("leader diplomat minister legislator governor mayor police military law cleric".split())
"""Classes of office of which nobody holds two unlike ones at once."""
FIRMS = frozenset("co inc corp corporation ltd llc plc company group holdings ag sa".split())
SMALL = frozenset({"the", "of", "for", "and", "on", "in"})
REMEMBERED = 1 << 14
"""Names and words whose normal form is kept: each is compared with many."""


@dataclass(slots=True)
class Cluster:
    """What is known of one entity: keys within accounts, forms with counts, offices held."""

    kind: str
    names: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    keys: set[tuple[int, str]] = field(default_factory=set)
    offices: set[tuple[str, str | None]] = field(default_factory=set)
    nouns: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The commonest full form as written, then the longest."""
        return max(self.names, key=lambda n: (min(len(parts(n)), 2), self.forms[n], len(n), n))

    def absorb(self, other: Cluster) -> None:
        """Take over all of another cluster."""
        self.names.update(other.names)
        self.forms.update(other.forms)
        self.keys |= other.keys
        self.offices |= other.offices
        self.nouns |= other.nouns


def link(accounts: Sequence[Annotated]) -> tuple[tuple[Annotated, ...], tuple[Entity, ...]]:
    """Give one key to each entity across accounts; see ``consilience.annotate.link``."""
    clusters = _clusters(accounts)
    for rule in (*RULES, _same_name):
        clusters = rule(clusters)
    table: dict[tuple[int, str], Entity] = {}
    for cluster in clusters:
        entity = _entity(cluster)
        table.update(dict.fromkeys(cluster.keys, entity))
    linked = tuple(_rewrite(i, account, table) for i, account in enumerate(accounts))
    return linked, tuple(sorted(set(table.values()), key=lambda e: e.key))


def _clusters(accounts: Sequence[Annotated]) -> list[Cluster]:
    """One cluster for each key of each account, by kind and name."""
    found: dict[tuple[int, str], Cluster] = {}
    for i, account in enumerate(accounts):
        for mention in account.mentions:
            if isinstance(mention.value, str):
                kind, name = split_key(mention.value)
                name = _own_outlet(account.witness.outlet, kind, name) or name
                cluster = found.setdefault((i, mention.value), Cluster(kind))
                cluster.names[name] += 1
                cluster.keys.add((i, mention.value))
                if mention.how in SHOWN:
                    cluster.forms[_plain(mention.span.of(account.witness.text))] += 1
                    cluster.nouns |= _noun_before(account, mention)
        for mention in account.mentions:
            role = mention.value
            if isinstance(role, Role) and role.holder and (i, role.holder) in found:
                found[i, role.holder].offices.add((role.office, role.of))
    return [found[k] for k in sorted(found, key=lambda k: (k[1], sorted(found[k].forms.items())))]


def _own_outlet(outlet: str | None, kind: str, name: str) -> str | None:
    """The outlet's name where an account names itself: "told the Courier" in The Essel Courier."""
    mine, words = _plain(outlet or "").casefold().split(), _plain(name).casefold().split()
    own = kind not in {"person", "place"} and words and mine[-len(words) :] == words
    return _plain(outlet) if outlet and own else None


def _noun_before(account: Annotated, mention: Mention) -> set[str]:
    """The common noun that a name follows: "the tug Tern", "a tug, the Tern"."""
    at = bisect_left(account.tokens, mention.span.start, key=lambda t: t.start) - 1
    while at >= 0 and account.tokens[at].text.lower() in {",", "the"}:
        at -= 1
    return {account.tokens[at].lemma} if at >= 0 and account.tokens[at].pos == "NOUN" else set()


def _plain(form: str) -> str:
    words = normalize("NFC", form).split()
    if len(words) > 1 and words[0].lower() == "the":
        words = words[1:]
    return " ".join(words)


def _join(
    clusters: Sequence[Cluster], block: Callable[[str], str], same: Callable[[Cluster, Cluster], bool]
) -> list[Cluster]:
    """Merge greedily in canonical order: each cluster into the first that it is the same as.

    :param block: what two names must share to be compared at all.
    """
    kept: list[Cluster] = []
    blocks: dict[tuple[str, str], list[Cluster]] = {}
    for cluster in sorted(clusters, key=_rank):
        near = blocks.setdefault((cluster.kind, block(cluster.name)), [])
        match = next((k for k in near if same(k, cluster)), None)
        if match:
            match.absorb(cluster)
        else:
            kept.append(cluster)
            near.append(cluster)
    return kept


def _rank(cluster: Cluster) -> tuple[object, ...]:
    return (cluster.kind, -len(parts(cluster.name)), -sum(cluster.names.values()), cluster.name)


def _same_name(clusters: Sequence[Cluster]) -> list[Cluster]:
    kept: dict[tuple[str, str], Cluster] = {}
    for cluster in sorted(clusters, key=_rank):
        held = kept.setdefault((cluster.kind, cluster.name.casefold()), cluster)
        if held is not cluster:
            held.absorb(cluster)
    return list(kept.values())


def _one_kind(clusters: Sequence[Cluster]) -> list[Cluster]:
    """A name that no lexicon knows is one thing throughout: what most of its mentions take it for."""
    unknown: dict[str, list[Cluster]] = {}
    for cluster in clusters:
        if _unknown(cluster):
            unknown.setdefault(cluster.name.casefold(), []).append(cluster)
    gone: set[int] = set()
    for same in unknown.values():
        best = max(same, key=lambda c: (sum(c.names.values()), c.kind))
        for other in same:
            if other is not best:
                best.absorb(other)
                gone.add(id(other))
    return [c for c in clusters if id(c) not in gone]


def _same_person(clusters: Sequence[Cluster]) -> list[Cluster]:
    def same(a: Cluster, b: Cluster) -> bool:
        if a.kind != "person" or len(parts(a.name)) < 2 or len(parts(b.name)) < 2:
            return False
        return not _apart(a, b) and same_person(a.name, b.name)

    return _join(clusters, family, same)


def _apart(a: Cluster, b: Cluster) -> bool:
    """Whether one account holds them to be two people by their full names."""
    return any(i == j and x != y for i, x in a.keys for j, y in b.keys)


def _spelling(clusters: Sequence[Cluster]) -> list[Cluster]:
    def same(a: Cluster, b: Cluster) -> bool:
        person = a.kind == "person"
        fits = not person or _compatible(a, b)
        return a.kind != "place" and fits and alike(a.name, b.name, person=person)

    return _join(clusters, _opening, same)


def _opening(name: str) -> str:
    """The sounds that a name's words open with: names that are alike open alike."""
    return "".join(sounds(word)[:1] for word in _tokens(name) or (name.casefold(),))


def alike(a: str, b: str, *, person: bool = False) -> bool:
    """Whether two names are one name spelt or transliterated in two ways.

    >>> alike("East Zandistan Party", "Eastern Zandestan Party"), alike("North Sea Union", "South Sea Union")
    (True, False)
    """
    x, y = _tokens(a), _tokens(b)
    if len(x) != len(y) or not x or (len(x) < 2 and (person or x != y)):
        return False
    floor = 85 if person else 80
    if person and _bones(x[0]) != _bones(y[0]):
        return False  # Maria and Marina are two given names, Muhammad and Mohammed one
    return all(_close(p, q, floor, person) for p, q in zip(x, y, strict=True))


@lru_cache(REMEMBERED)
def _tokens(name: str) -> tuple[str, ...]:
    """Words that tell names apart: no articles, no "Inc."."""
    found = [m.group().casefold() for m in gazetteer.WORD.finditer(name)]
    kept = tuple(t for t in found if t not in SMALL)
    return kept[:-1] if len(kept) > 1 and kept[-1] in FIRMS else kept


def _close(p: str, q: str, floor: int, person: bool) -> bool:
    if p == q:
        return True
    if min(len(p), len(q)) < 4 or any(c.isdigit() for c in p + q):
        return False
    if person and _gender(p) != _gender(q) and "" not in {_gender(p), _gender(q)}:
        return False
    index = gazetteer.proper()
    if p in index and q in index and not p.startswith(q[:4]):
        return False  # Austria and Australia are close in letters alone
    if not person and (p.startswith(q) or q.startswith(p)):
        return abs(len(p) - len(q)) <= 3  # East, Eastern
    return sounds(p) == sounds(q) or (p[0] == q[0] and ratio(p, q) >= floor)


@lru_cache(REMEMBERED)
def sounds(word: str) -> str:
    """A word with the spellings that transliterations swap made one.

    >>> sounds("dzhorin") == sounds("jorin"), sounds("muhammad") == sounds("mohammed")
    (True, False)
    """
    for spelt, plain in SWAPS:
        word = word.replace(spelt, plain)
    return DOUBLE.sub(r"\1", word)


def _bones(word: str) -> str:
    """The consonants that a word sounds like."""
    return VOWEL.sub("", sounds(word))


def _gender(word: str) -> str:
    return given().get(word.capitalize(), ("", ""))[0]


def _slip(clusters: Sequence[Cluster]) -> list[Cluster]:
    """One word a letter off after one noun: "the tug Tern" of one account, "the tug Turn" of another."""
    by_noun: dict[str, list[Cluster]] = {}
    gone: set[int] = set()
    for cluster in sorted(clusters, key=_rank):
        if (
            " " in cluster.name
            or len(cluster.name) < SHORTEST
            or cluster.name.casefold() in gazetteer.proper()
        ):
            continue
        near = [c for noun in sorted(cluster.nouns) for c in by_noun.get(noun, ())]
        match = next((c for c in near if _misspelt(c, cluster)), None)
        if match is not None:
            match.absorb(cluster)
            gone.add(id(cluster))
        for noun in cluster.nouns if match is None else ():
            by_noun.setdefault(noun, []).append(cluster)
    return [c for c in clusters if id(c) not in gone]


def _misspelt(a: Cluster, b: Cluster) -> bool:
    x, y = a.name.casefold(), b.name.casefold()
    return x[0] == y[0] and not _apart(a, b) and (sounds(x) == sounds(y) or distance(x, y) == 1)


def _ministry(clusters: Sequence[Cluster]) -> list[Cluster]:
    """ "the ministry", "the transport ministry": the only one of the story that it can be."""
    kept = list(clusters)
    for short in sorted((c for c in clusters if c.name.islower()), key=lambda c: -len(c.name)):
        if short.kind != "body" or short.name.split()[-1] != "ministry":
            continue
        fits = [c for c in kept if c is not short and c.kind == "body" and _ends_as(c.name, short.name)]
        if len(fits) == 1:
            fits[0].absorb(short)
            kept = [c for c in kept if c is not short]
    return kept


def _ends_as(name: str, short: str) -> bool:
    return name.casefold().endswith(" " + short)


def _short(clusters: Sequence[Cluster]) -> list[Cluster]:
    """A single word with the one full name that has it: "Ortiz" of one account, "Eva Ortiz" of another."""
    families: dict[str, list[Cluster]] = {}
    others: dict[str, list[Cluster]] = {}
    for cluster in clusters:
        row = parts(cluster.name)
        if cluster.kind == "person" and len(row) > 1:
            families.setdefault(family(cluster.name), []).append(cluster)
            for word in sorted(set(row)):
                others.setdefault(word, []).append(cluster)
    kept: list[Cluster] = []
    for cluster in clusters:
        row = parts(cluster.name)
        fits: list[Cluster] = []
        if len(row) == 1 and (cluster.kind == "person" or _unknown(cluster)):
            given_name = row[0].capitalize() in given()
            fits = families.get(row[0], []) or ([] if given_name else others.get(row[0], []))
            fits = [c for c in fits if _compatible(c, cluster) and not _apart(c, cluster)]
        if len(fits) == 1:
            fits[0].absorb(cluster)
        else:
            kept.append(cluster)
    return kept


def _unknown(cluster: Cluster) -> bool:
    """A body or place that no lexicon knows may be a mislabelled surname."""
    return cluster.kind in {"body", "place", "group"} and cluster.name.casefold() not in gazetteer.proper()


def _compatible(a: Cluster, b: Cluster) -> bool:
    """Whether one person may hold the offices of both."""
    high = [{(o, s) for o, s in c.offices if _class(o) in HIGH} for c in (a, b)]
    if not all(high):
        return True
    for x, of in high[0]:
        for y, to in high[1]:
            states = of is None or to is None or of == to
            if states and (holds(x, y) or holds(y, x) or _class(x) == _class(y)):
                return True
    return False


@cache
def _classes() -> dict[str, str]:
    return {
        row["office"]: row["class"] for row in lexicon("titles") if row["office"] and row["class"] != "plural"
    }


def _class(office: str) -> str:
    return _classes().get(office.removeprefix("former "), office)


def _acronym(clusters: Sequence[Cluster]) -> list[Cluster]:
    """An acronym that stands alone in one account with the body that another writes out."""
    kept: list[Cluster] = []
    long = [c for c in clusters if c.kind in {"body", "group"} and " " in c.name]
    for cluster in clusters:
        fits: list[Cluster] = []
        if cluster.kind in {"body", "group", "place"} and cluster.name.isupper() and " " not in cluster.name:
            fits = [c for c in long if cluster.name in c.forms] or [
                c for c in long if initials(c.name) == cluster.name and len(cluster.name) > 2
            ]
        if len(fits) == 1:
            fits[0].absorb(cluster)
        else:
            kept.append(cluster)
    return kept


def _by_office(clusters: Sequence[Cluster]) -> list[Cluster]:
    """ "foreign minister of X" of one account with the one person who holds it in another."""
    kept: list[Cluster] = []
    for cluster in clusters:
        office, _, of = cluster.name.partition(" of ")
        fits = [
            c
            for c in clusters
            if cluster.kind == c.kind == "person"
            and c is not cluster
            and (office, of) in c.offices
            and of
            and not c.name.islower()
            and " of " not in c.name
        ]
        if len(fits) == 1:
            fits[0].absorb(cluster)
        else:
            kept.append(cluster)
    return kept


def _entity(cluster: Cluster) -> Entity:
    real = Counter({n: c for n, c in cluster.names.items() if not n[0].islower() or " of " not in n})
    cluster = replace(cluster, names=real or cluster.names)
    name = _shown(cluster)
    aliases = (set(cluster.forms) | set(real)) - {name}
    key = tagged_hash("e1", cluster.kind, normalize("NFC", cluster.name).casefold())
    return Entity(key, cluster.kind, name, tuple(sorted(aliases)))


def _shown(cluster: Cluster) -> str:
    """The name with a capital; a ministry's is the fullest that an account gives it."""
    name = cluster.name
    if name.endswith(" ministry") and cluster.kind == "body":
        full = [f for f in cluster.forms if f.startswith("Ministry ") or f.endswith(" Ministry")]
        name = max(full, key=lambda f: (len(f), f), default=name)
    plain = name.split()[0].islower() and (cluster.kind != "person" or " of " in name)
    return name[0].upper() + name[1:] if plain else name


RULES = (
    _same_name, _one_kind, _same_person, _spelling, _slip, _short, _acronym, _ministry, _by_office,
)  # fmt: skip
"""In this order; each takes clusters and gives fewer."""


# -- rewriting --


def _rewrite(i: int, account: Annotated, table: dict[tuple[int, str], Entity]) -> Annotated:
    aliases = _aliases(e for (j, _), e in table.items() if j == i)
    own = _plain(account.witness.outlet or "").casefold()
    return replace(
        account,
        mentions=tuple(_mention(i, m, table) for m in account.mentions),
        statements=tuple(_statement(i, s, table, aliases, own) for s in account.statements),
    )


def _aliases(entities: Iterable[Entity]) -> dict[str, Entity]:
    """Entities of an account by each form; a form of two entities names neither."""
    found: dict[str, set[Entity]] = {}
    for entity in entities:
        for form in (entity.name, *entity.aliases):
            found.setdefault(_plain(form).casefold(), set()).add(entity)
    return {form: next(iter(held)) for form, held in found.items() if len(held) == 1}


def _mention(i: int, mention: Mention, table: dict[tuple[int, str], Entity]) -> Mention:
    value = mention.value
    if isinstance(value, str):
        entity = table[i, value]
        return replace(mention, kind=entity.kind, value=entity.key)
    if isinstance(value, Role) and value.holder:
        held = table.get((i, value.holder))
        return replace(mention, value=replace(value, holder=held.key if held else None))
    return mention


def _statement(
    i: int, statement: Statement, table: dict[tuple[int, str], Entity], aliases: dict[str, Entity], own: str
) -> Statement:
    speaker = statement.speaker and _speaker(i, statement.speaker, table, aliases)
    chain = tuple(
        aliases[_plain(n).casefold()].name if _plain(n).casefold() in aliases else n for n in statement.chain
    )
    if len(chain) > 1 and _plain(chain[0]).casefold() == own:
        chain = chain[1:]  # what an account tells its own outlet came through nobody
    if speaker and chain and statement.speaker and statement.chain[-1] == statement.speaker.name:
        chain = (*chain[:-1], speaker.name)
    return replace(statement, speaker=speaker, chain=chain)


def _speaker(
    i: int, speaker: Speaker, table: dict[tuple[int, str], Entity], aliases: dict[str, Entity]
) -> Speaker:
    entity = table.get((i, speaker.key or "")) or aliases.get(_plain(speaker.name).casefold())
    return replace(speaker, name=entity.name, key=entity.key) if entity else speaker
