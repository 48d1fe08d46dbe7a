"""Points: what is asserted, with every passage that asserts it.

Cuts accounts into units, scores pairs of them, cuts long units where another account words
one clause alone, groups units over all accounts at once, and makes a ``Point`` of each group.
Does not judge whether readings agree, nor where they come from. Invariant: every passage is a
slice of its account; the order of accounts changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..data import lexicon
from ..model import Annotated, Entity, Point, Speaker, Story, story_order, tagged_hash
from ..settings import Collate
from .apparatus import apparatus
from .clauses import FINITE, HEADS, PRONOUNS, READ, Unit, units
from .dividing import divide, pool
from .evidence import FEATURES, Pairs, Sketch, compare_units, folded, sketch
from .grouping import gather, serving
from .kinds import Kinds
from .links import Links
from .wordings import fullest, normal, passages, readings_of
from .words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..encoder import Encoder

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ALIKE = 0.5
"""Share of the lighter one's words from which "sounding" and "not sounding" are contraries."""
UTTERANCE = 7
"""Words of a sentence that two people do not say alike by chance; "nobody was hurt" they may."""
BESIDES = 0.2
"""How much more it takes that a passage serves a second point."""
LEAST = {"part": 0.15, "unit": 0.02}
"""Least score that is kept at all."""
CHARS, WORDS = FEATURES.index("chars"), FEATURES.index("words_long")
Scores = dict[tuple[int, int], float]
Pairing = Mapping[int, AbstractSet[int]]


def collate(
    story: Story,
    accounts: Sequence[Annotated],
    entities: Sequence[Entity],
    settings: Collate = Collate(),  # noqa: B008 - frozen
) -> tuple[Point, ...]:
    """Align the accounts of a story into points, the most widely carried first.

    :param accounts: linked accounts; those outside the story are passed over.
    """
    chosen = sorted(
        (a for a in accounts if a.witness.id in story.witnesses),
        key=lambda a: story_order(a.witness),
    )
    table = align(chosen, entities)
    names = {e.key: e for e in entities}
    by_id = {a.witness.id: a for a in chosen}
    told, linked = Kinds(by_id), Links(table, by_id, names)
    points = [
        _point(story, [(i, table.units[i]) for i in group], by_id, names, linked, told)
        for group in grouped(table, settings.threshold)
        if _stands([table.units[i] for i in group], by_id, settings)
    ]
    return tuple(sorted(points, key=lambda p: _rank(p, by_id)))


def grouped(table: Table, threshold: float) -> list[list[int]]:
    """Groups of unit numbers that assert one thing each."""
    groups = gather(table.units, table.scores, threshold, table.apart)
    return serving(groups, table.units, table.scores, threshold + BESIDES, table.apart)


@dataclass(frozen=True, slots=True)
class Table:
    """Units with the score of each pair ``(i, j)``, ``i < j``, that has one, and the features behind it.

    ``apart`` holds, for a unit, later ones that may not stand in one point with it.
    """

    units: list[Unit]
    scores: Scores
    pairs: Pairs
    apart: Pairing

    def features_of(self, i: int, j: int) -> list[float]:
        """The features of one pair."""
        first, last = np.searchsorted(self.pairs.left, [i, i + 1])
        at = first + int(np.searchsorted(self.pairs.right[first:last], j))
        return [float(x) for x in self.pairs.features[at]]


def align(accounts: Sequence[Annotated], entities: Sequence[Entity], meaning: Encoder | None = None) -> Table:
    """Units of all accounts, cut where another account asks for it, and the scores of their pairs.

    :param meaning: the encoder of passages, if another than the one that ships.
    """
    kinds = {e.key: e.kind for e in entities}
    by_id = {a.witness.id: a for a in accounts}
    parts = pool([u for a in accounts for u in units(a, kinds)], by_id)
    pieces = [unit for _, _, unit in parts]
    drafts = [sketch(u, by_id[u.witness]) for u in pieces]
    pairs = compare_units(pieces, drafts, context=False, meaning=meaning)
    kept = divide(
        parts, _scores(pairs, "part", drafts, np.logical_or(*_barred(pairs, pieces, drafts, kinds)))
    )
    pieces, drafts = [pieces[n] for n in kept], [drafts[n] for n in kept]
    pairs = compare_units(pieces, drafts, context=True, meaning=meaning)
    barred, contrary = _barred(pairs, pieces, drafts, kinds)
    scores = _scores(pairs, "unit", drafts, barred | contrary)
    return Table(pieces, scores, pairs, _apart(pieces, pairs, contrary, kinds))


@cache
def model(stage: str) -> tuple[Floats, float]:
    """Weights in the order of ``FEATURES``, and the bias; ``stage`` is part or unit."""
    weight = {row["feature"]: float(row[stage]) for row in lexicon("points-model")}
    return np.array([weight[name] for name in FEATURES]), weight["bias"]


def _scores(pairs: Pairs, stage: str, drafts: Sequence[Sketch], barred: Flags) -> Scores:
    """Score 0–1 of each candidate pair, without those that cannot be one assertion.

    Where either is in a language that is not read, the shared wording alone counts, and must be most of
    both: two German reports of one match share "der", "Stadion" and a name in many sentences.
    """
    weights, bias = model(stage)
    values = 1 / (1 + np.exp(-(pairs.features @ weights + bias)))
    read = np.array([d.read for d in drafts], bool)
    wording = np.minimum(pairs.features[:, CHARS], pairs.features[:, WORDS])
    values = np.round(np.where(read[pairs.left] & read[pairs.right], values, wording**2), 4).astype(float)
    kept = (values >= LEAST[stage]) & ~barred
    columns = (column[kept].tolist() for column in (pairs.left, pairs.right, values))
    return {(i, j): value for i, j, value in zip(*columns, strict=True)}


def _barred(
    pairs: Pairs, pieces: Sequence[Unit], drafts: Sequence[Sketch], kinds: Mapping[str, str]
) -> tuple[Flags, Flags]:
    """Pairs that two people say, and pairs that two voices word alike of which one alone says "not".

    A body may speak through a person, so a body and a person can say one thing. A sentence that two accounts
    have word for word is one utterance, whoever they let say it: which of them errs is a discrepancy.
    """
    _, voice = np.unique(np.array([_voice(u) for u in pieces], dtype=str), return_inverse=True)
    person = np.array([bool(key) for key in _persons(pieces, kinds)], bool)
    negated = np.array([d.negated for d in drafts], bool)
    i, j = pairs.left, pairs.right
    told = np.array([u.speaker is not None for u in pieces], bool)
    others = told[i] & told[j] & (voice[i] != voice[j]) & ~_verbatim(i, j, drafts)
    contrary = (negated[i] != negated[j]) & (pairs.features[:, FEATURES.index("words_short")] >= ALIKE)
    return np.asarray(others & (person[i] & person[j])), np.asarray(others & contrary)


def _voice(unit: Unit) -> str:
    """Whose words a unit is: the speaker's key, else the name, else "" for the account's own."""
    return (unit.speaker.key or folded(unit.speaker.name).lower()) if unit.speaker else ""


def _persons(pieces: Sequence[Unit], kinds: Mapping[str, str]) -> list[str]:
    """The key of the person whose words each unit is, or ""."""
    keys = [(u.speaker.key or "") if u.speaker else "" for u in pieces]
    return [key if kinds.get(key, "person") == "person" else "" for key in keys]


def _apart(pieces: Sequence[Unit], pairs: Pairs, contrary: Flags, kinds: Mapping[str, str]) -> Pairing:
    """For each unit those that may not stand in one point with it: contraries, two people of one account."""
    out: defaultdict[int, set[int]] = defaultdict(set)
    for i, j in zip(pairs.left[contrary].tolist(), pairs.right[contrary].tolist(), strict=True):
        out[i].add(j)
    spoken: defaultdict[str, list[int]] = defaultdict(list)
    persons = _persons(pieces, kinds)
    for n, unit in enumerate(pieces):
        for other in spoken[unit.witness] if persons[n] else ():
            if persons[other] != persons[n]:
                out[other].add(n)
        if persons[n]:
            spoken[unit.witness].append(n)
    return out


def _verbatim(left: Ints, right: Ints, drafts: Sequence[Sketch]) -> Flags:
    """Pairs of one wording, too long for two people to have come upon it each by themselves."""
    forms = [normal(d.text) for d in drafts]
    _, code = np.unique(np.array(forms, dtype=str), return_inverse=True)
    long = np.array([form.count(" ") + 1 >= UTTERANCE for form in forms], bool)
    return np.asarray(long[left] & (code[left] == code[right]))


def _stands(group: Sequence[Unit], by_id: Mapping[str, Annotated], settings: Collate) -> bool:
    """Whether a group is a point: longer than a scrap, not headlines alone, with a verb."""
    body = [u for u in group if u.region not in HEADS]
    if not body or max(u.end - u.start for u in body) < settings.min_chars:
        return False
    return any(_asserts(u, by_id[u.witness]) for u in body)


def _asserts(unit: Unit, account: Annotated) -> bool:
    """Whether a unit has a finite verb, or an order's bare one, and is not an account's own question."""
    if account.witness.language not in READ:
        return True
    sentence = account.sentences[unit.sentence]
    if account.tokens[sentence.last - 1].text == "?" and unit.speaker is None:
        return False
    tokens = account.tokens[unit.first : unit.last]
    return any(t.tag in FINITE or (t.tag == "VB" and t.dep in {"ROOT", "conj"}) for t in tokens)


def _point(
    story: Story,
    group: Sequence[tuple[int, Unit]],
    by_id: Mapping[str, Annotated],
    names: Mapping[str, Entity],
    linked: Links,
    told: Kinds,
) -> Point:
    """A point from a group of units, which are in text order account by account."""
    spans = passages([u for _, u in group], by_id)
    readings = readings_of(spans, by_id)
    says = fullest(readings, by_id)
    name, key = _speaker([u for _, u in group], by_id, names)
    ident = tagged_hash("p1", story.id, [[s.witness, s.start, s.end] for s in sorted(spans)])
    words = [words_of(r.accounts[0], by_id[r.accounts[0].witness]) for r in readings]
    return Point(
        id=ident,
        story=story.id,
        says=says.wording,
        kind=told.of([u for _, u in group], spoken=name is not None),
        readings=readings,
        speaker=name,
        speaker_key=key,
        links=linked.of(i for i, _ in group),
        apparatus=apparatus(words, [len({s.witness for s in r.accounts}) for r in readings]),
    )


def _speaker(
    group: Sequence[Unit], by_id: Mapping[str, Annotated], names: Mapping[str, Entity]
) -> tuple[str | None, str | None]:
    """Whose assertion it is: the one most accounts name, if enough of them do.

    A person is held to be the speaker where a third of the accounts say so (others tell a
    readout as their own text), a body only where most do: "it put the number at 104". Of equals the one
    who stands there by name goes before one whom "she said" points to.
    """
    accounts = len({u.witness for u in group})
    said = sorted({(u.speaker.key, u.witness) for u in group if u.speaker and u.speaker.key})
    votes = Counter(key for key, _ in said)
    people = {key for key in votes if key not in names or names[key].kind == "person"}
    fit = {key: n * (1.5 if key in people else 1) for key, n in votes.items()}
    fit = {key: n for key, n in fit.items() if votes[key] * (3 if key in people else 2) >= accounts}
    if fit:
        plainly = Counter(u.speaker.key for u in group if u.speaker and _by_name(u.speaker, by_id[u.witness]))
        key = min(fit, key=lambda k: (-fit[k], -plainly[k], k))
        shown = sorted(u.speaker.name for u in group if u.speaker and u.speaker.key == key)
        return (names[key].name if key in names else shown[0]), key
    named = sorted(u.speaker.name for u in group if u.speaker and not u.speaker.key)
    named = [name for name in named if name[:1].isupper() and name.lower() not in PRONOUNS]
    return (named[0], None) if len(named) * 2 > len(group) else (None, None)


def _by_name(speaker: Speaker, account: Annotated) -> bool:
    """Whether the speaker is more than a pronoun in the account."""
    return any(span.of(account.witness.text).lower() not in PRONOUNS for span in speaker.spans)


def _rank(point: Point, by_id: Mapping[str, Annotated]) -> tuple[int, float, str, int, str]:
    """Most accounts, then earliest place on average, then first in the first account."""
    first = point.firsts
    places = [at / max(1, len(by_id[w].witness.text)) for w, at in sorted(first.items())]
    lead = min((by_id[w].witness.name, at) for w, at in first.items())
    return (-len(first), round(sum(places) / len(places), 6), *lead, point.id)
