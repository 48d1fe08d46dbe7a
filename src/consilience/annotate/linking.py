"""One key for each person, body, place and group across the accounts of a story.

Joins names that agree: lexicon names exactly, people by first and family name, bodies and
groups by name, acronym or transliteration, an office on its own with the one person who
holds it. Does not join people on a family name that several bear, nor across offices that
no one person would hold. Invariant: the accounts' order changes no key and no name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from unicodedata import normalize

from rapidfuzz.distance.Levenshtein import distance
from rapidfuzz.fuzz import ratio

from ..model import Annotated, Entity, Link, Mention, Role, Speaker, Statement, tagged_hash
from . import gazetteer
from .clusters import Cluster, clusters_of, plain, rank
from .identify import initials
from .people import family, given, parts, same_person
from .roles import WEIGHTY, at_once, class_of
from .voices import together

Reason = tuple[str, float]
"""Why two are one, in words, and how sure that is."""
SWAPS = tuple(
    pair.split(":")
    for pair in (
        "ts:z tz:z dzh:j tch:ch tsch:ch sch:sh zh:j kh:h gh:g ph:f ck:k q:k w:v x:ks ou:u oe:o ae:a ye:e ie:i"
        " y:i j:i"
    ).split()
)
SAME = "same name"
DOUBLE = re.compile(r"(\w)\1+")
VOWEL = re.compile("(?!^)[aeiou]")
SHORTEST = 5
"""Letters of the shortest name that may be a slip for another."""
FIRMS = frozenset("co inc corp corporation ltd llc plc company group holdings ag sa".split())
SMALL = frozenset({"the", "of", "for", "and", "on", "in"})
REMEMBERED = 1 << 14
"""Names and words whose normal form is kept: each is compared with many."""


def link(accounts: Sequence[Annotated]) -> tuple[tuple[Annotated, ...], tuple[Entity, ...]]:
    """Give one key to each entity across accounts; see ``consilience.annotate.link``."""
    clusters = clusters_of(accounts)
    for rule in (*RULES, _same_name):
        clusters = rule(clusters)
    table: dict[tuple[int, str], Entity] = {}
    for cluster in clusters:
        entity = _entity(cluster)
        table.update(dict.fromkeys(cluster.keys, entity))
    story = _full_names(set(table.values()))
    linked = tuple(_rewrite(i, account, table, story) for i, account in enumerate(accounts))
    return linked, tuple(sorted(set(table.values()), key=lambda e: e.key))


def _join(
    clusters: Sequence[Cluster], block: Callable[[str], str], why: Callable[[Cluster, Cluster], Reason | None]
) -> list[Cluster]:
    """Merge greedily in canonical order: each cluster into the first that it is the same as.

    :param block: what two names must share to be compared at all.
    """
    kept: list[Cluster] = []
    blocks: dict[tuple[str, str], list[Cluster]] = {}
    for cluster in sorted(clusters, key=rank):
        near = blocks.setdefault((cluster.kind, block(cluster.name)), [])
        match = next(((k, told) for k in near if (told := why(k, cluster))), None)
        if match:
            match[0].absorb(cluster, *match[1])
        else:
            kept.append(cluster)
            near.append(cluster)
    return kept


def _same_name(clusters: Sequence[Cluster]) -> list[Cluster]:
    """One name is one entity; but "Mr. Lee" and "Mrs. Lee", and two ministers Li, are two."""
    kept: dict[tuple[str, str], list[Cluster]] = {}
    for cluster in sorted(clusters, key=rank):
        held = kept.setdefault((cluster.kind, _even(cluster.name)), [])
        match = next((k for k in held if _one_bearer(k, cluster)), None)
        if match is None:
            held.append(cluster)
        else:
            match.absorb(cluster, SAME, 1.0)
    for held in kept.values():
        for cluster in held if len(held) > 1 else ():
            cluster.call(_titled(cluster))
    return [c for held in kept.values() for c in held]


def _even(name: str) -> str:
    return name.casefold().replace("’", "'")


def _one_bearer(a: Cluster, b: Cluster) -> bool:
    """Whether one name is one person's: a surname alone is not where titles part two."""
    return a.kind != "person" or len(parts(a.name)) > 1 or _compatible(a, b)


def _titled(cluster: Cluster) -> str:
    """A surname with the office or the word of address that tells it from another's."""
    offices = sorted(o for o, _ in cluster.offices)
    title = offices[0].title() if offices else {"m": "Mr.", "f": "Mrs."}.get(cluster.gender, "")
    return f"{title} {cluster.name}".strip()


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
                best.absorb(other, "same name, taken for another kind of thing", 0.6)
                gone.add(id(other))
    return [c for c in clusters if id(c) not in gone]


def _same_person(clusters: Sequence[Cluster]) -> list[Cluster]:
    def why(a: Cluster, b: Cluster) -> Reason | None:
        if a.kind != "person" or len(parts(a.name)) < 2 or len(parts(b.name)) < 2:
            return None
        if _apart(a, b) or not same_person(a.name, b.name):
            return None
        if parts(a.name) == parts(b.name):
            return "same full name", 1.0
        return "same family name, and the first names agree", 0.9

    return _join(clusters, family, why)


def _apart(a: Cluster, b: Cluster) -> bool:
    """Whether one account holds them to be two people by their full names."""
    return any(i == j and x != y for i, x in a.keys for j, y in b.keys)


def _spelling(clusters: Sequence[Cluster]) -> list[Cluster]:
    def why(a: Cluster, b: Cluster) -> Reason | None:
        person = a.kind == "person"
        fits = not person or _compatible(a, b)
        if a.kind == "place" or not fits or not alike(a.name, b.name, person=person):
            return None
        shared = person and bool({o for o, _ in a.offices} & {o for o, _ in b.offices})
        return "one name in two spellings" + (
            ", and the same office" if shared else ""
        ), 0.9 if shared else 0.7

    return _join(clusters, _opening, why)


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
    for spelt, one in SWAPS:
        word = word.replace(spelt, one)
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
    for cluster in sorted(clusters, key=rank):
        if (
            " " in cluster.name
            or len(cluster.name) < SHORTEST
            or cluster.name.casefold() in gazetteer.proper()
        ):
            continue
        near = [c for noun in sorted(cluster.nouns) for c in by_noun.get(noun, ())]
        match = next((c for c in near if _misspelt(c, cluster)), None)
        if match is not None:
            match.absorb(cluster, "a letter apart, after the same noun", 0.6)
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
            fits[0].absorb(short, "the one ministry of the story that it can be", 0.8)
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
            fits[0].absorb(cluster, *_by_surname(fits[0], cluster))
        else:
            kept.append(cluster)
    return kept


def _by_surname(full: Cluster, short: Cluster) -> Reason:
    if {o for o, _ in full.offices} & {o for o, _ in short.offices}:
        return "family name and office agree", 0.95
    return "family name of one person in the story", 0.8


def _unknown(cluster: Cluster) -> bool:
    """A body or place that no lexicon knows may be a mislabelled surname."""
    return cluster.kind in {"body", "place", "group"} and cluster.name.casefold() not in gazetteer.proper()


def _compatible(a: Cluster, b: Cluster) -> bool:
    """Whether one person may hold the offices of both."""
    if {a.gender, b.gender} == {"m", "f"}:
        return False
    high = [{(o, s) for o, s in c.offices if class_of(o) in WEIGHTY} for c in (a, b)]
    if not all(high):
        return True
    for x, of in high[0]:
        for y, to in high[1]:
            states = of is None or to is None or of == to
            if states and at_once(x, y):
                return True
    return False


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
            fits[0].absorb(cluster, "acronym of the name", 0.9)
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
            fits[0].absorb(cluster, "the one holder of the office in the story", 0.85)
        else:
            kept.append(cluster)
    return kept


def _entity(cluster: Cluster) -> Entity:
    real = Counter({n: c for n, c in cluster.names.items() if not n[0].islower() or " of " not in n})
    cluster = replace(cluster, names=real or cluster.names)
    name = _shown(cluster)
    aliases = (set(cluster.forms) | set(real)) - {name}
    key = tagged_hash("e1", cluster.kind, normalize("NFC", cluster.name).casefold())
    return Entity(key, cluster.kind, name, tuple(sorted(aliases)), _links(cluster))


def _links(cluster: Cluster) -> tuple[Link, ...]:
    """One link for each form and reason, the first of the story."""
    first: dict[tuple[str, str], Link] = {}
    forms = {spot: form for form, spot in sorted(cluster.spots.items())}
    turned = [replace(k, a=k.b, b=k.a) if forms.get(k.a) == cluster.name else k for k in cluster.links]
    for link in sorted(turned, key=lambda k: (k.a, k.b, k.reason)):
        form = "" if link.reason == SAME else forms.get(link.a, str(link.a))
        first.setdefault((form, link.reason), link)
    return tuple(sorted(first.values(), key=lambda k: (k.a, k.b, k.reason)))


def _shown(cluster: Cluster) -> str:
    """The name with a capital; a ministry's is the fullest that an account gives it."""
    name = cluster.name
    if name.endswith(" ministry") and cluster.kind == "body":
        full = [f for f in cluster.forms if f.startswith("Ministry ") or f.endswith(" Ministry")]
        longest = max(full, key=lambda f: (len(f), f), default=name)
        name = longest if len(longest) >= len(name) else name
    plain = name.split()[0].islower() and (cluster.kind != "person" or " of " in name)
    return name[0].upper() + name[1:] if plain else name


RULES = (
    _same_name, _one_kind, _same_person, _spelling, _slip, _short, _acronym, _ministry, _by_office,
)  # fmt: skip
"""In this order; each takes clusters and gives fewer."""


# -- rewriting --

Table = Mapping[tuple[int, str], Entity]


@dataclass(frozen=True, slots=True)
class Known:
    """What a speaker's name may be found by: keys of one account, its forms, the story's full names."""

    account: int
    table: Table
    forms: Mapping[str, Entity]
    story: Mapping[str, Entity]

    def of(self, key: str | None, name: str) -> Entity | None:
        """The entity of a key within the account, else of a name."""
        form = plain(name).casefold()
        return self.table.get((self.account, key or "")) or self.forms.get(form) or self.story.get(form)


def _rewrite(i: int, account: Annotated, table: Table, story: Mapping[str, Entity]) -> Annotated:
    known = Known(i, table, _aliases({e for (j, _), e in table.items() if j == i}), story)
    own = plain(account.witness.outlet or "").casefold()
    return replace(
        account,
        mentions=tuple(_mention(m, known) for m in account.mentions),
        statements=tuple(_statement(s, known, own) for s in account.statements),
    )


def _aliases(entities: Iterable[Entity]) -> dict[str, Entity]:
    """Entities of an account by each form; a form of two entities names neither."""
    found: dict[str, set[Entity]] = {}
    for entity in entities:
        for form in (entity.name, *entity.aliases):
            found.setdefault(plain(form).casefold(), set()).add(entity)
    return {form: next(iter(held)) for form, held in found.items() if len(held) == 1}


def _full_names(entities: Iterable[Entity]) -> dict[str, Entity]:
    """People of the story by full name, for lines outside the parse: "— Ann Lee" under a quotation."""
    return {form: e for form, e in _aliases(entities).items() if e.kind == "person" and " " in form}


def _mention(mention: Mention, known: Known) -> Mention:
    value = mention.value
    if isinstance(value, str):
        entity = known.table[known.account, value]
        return replace(mention, kind=entity.kind, value=entity.key)
    if isinstance(value, Role) and value.holder:
        held = known.table.get((known.account, value.holder))
        return replace(mention, value=replace(value, holder=held.key if held else None))
    return mention


def _statement(statement: Statement, known: Known, own: str) -> Statement:
    said = statement.speaker
    speaker = said and _speaker(said, known)
    chain = tuple(e.name if (e := known.of(None, name)) else name for name in statement.chain)
    if len(chain) > 1 and plain(chain[0]).casefold() == own:
        chain = chain[1:]  # what an account tells its own outlet came through nobody
    if speaker and said and chain and statement.chain[-1] == said.name:
        chain = (*chain[:-1], speaker.name)
    return replace(statement, speaker=speaker, chain=chain)


def _speaker(speaker: Speaker, known: Known) -> Speaker:
    """A speaker with the entity's name and key; a group with those of its members."""
    if speaker.members:
        held = [known.table.get((known.account, key)) for key in speaker.members]
        group = list(dict.fromkeys(e for e in held if e is not None))
        if len(group) > 1:
            return together(speaker, [e.name for e in group], [e.key for e in group])
    entity = known.of(speaker.key, speaker.name)
    if entity is None:
        return replace(speaker, kind=speaker.kind or "unnamed")
    kind = "person" if entity.kind == "person" else "body"
    return replace(
        speaker, name=entity.name, key=entity.key, kind="document" if speaker.kind == "document" else kind
    )
