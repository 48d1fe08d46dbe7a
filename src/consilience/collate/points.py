"""Points: what is asserted, with every passage that asserts it.

Cuts accounts into units, scores pairs of them, cuts long units where another account words
one clause alone, groups units over all accounts at once, and makes a ``Point`` of each group.
Does not judge whether readings agree, nor where they come from. Invariant: every passage is a
slice of its account; the order of accounts changes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ..data import lexicon
from ..model import Annotated, Entity, Link, Point, Reading, Span, Speaker, Story, story_order, tagged_hash
from ..settings import Collate
from .apparatus import apparatus, words_of
from .clauses import CONDITIONS, FINITE, HEADS, PRONOUNS, READ, SUBJECTS, Unit, units
from .dividing import divide, pool
from .evidence import FEATURES, Pairs, Sketch, american, compare_units, folded, sketch
from .grouping import gather

LINK = re.compile(r"[^\w\n]*(?:(?:and|but|or|that)\b[^\w\n]*)?")
END = re.compile(r"\s*(?:$|[.,;:!?”\"’'\n])")
WORD = re.compile(r"\w+(?:['’.\-]\w+)*")
LINKED = re.compile(r"\[([^\[\]]+)\]\((?:https?:|mailto:|/|#)[^()\s]*\)?")
"""A link of Markdown, whose address is no word: "[the report](https://port.example/report)"."""
COUNTING = frozenset({"nummod", "quantmod", "dobj"})
SHOWN = 0.2
"""Least score of a pair of passages that is listed as a link."""

MARKS, CLOSING = '“”"[]…*_#|<>', frozenset('”"')
MARKDOWN = ("](", "*", "_", "`", "~~")
ALIKE = 0.5
"""Share of the lighter one's words from which "sounding" and "not sounding" are contraries."""
UTTERANCE = 7
"""Words of a sentence that two people do not say alike by chance; "nobody was hurt" they may."""

LEAST = {"part": 0.15, "unit": 0.02}
"""Least score that is kept at all."""

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

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
    points = [
        _point(story, [(i, table.units[i]) for i in group], by_id, names, table)
        for group in grouped(table, settings.threshold)
        if _stands([table.units[i] for i in group], by_id, settings)
    ]
    return tuple(sorted(points, key=lambda p: _rank(p, by_id)))


def grouped(table: Table, threshold: float) -> list[list[int]]:
    """Groups of unit numbers that assert one thing each."""
    return gather(table.units, table.scores, threshold, table.apart)


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


def align(accounts: Sequence[Annotated], entities: Sequence[Entity]) -> Table:
    """Units of all accounts, cut where another account asks for it, and the scores of their pairs."""
    kinds = {e.key: e.kind for e in entities}
    by_id = {a.witness.id: a for a in accounts}
    parts = pool([u for a in accounts for u in units(a, kinds)], by_id)
    pieces = [unit for _, _, unit in parts]
    drafts = [sketch(u, by_id[u.witness]) for u in pieces]
    pairs = compare_units(pieces, drafts, context=False)
    kept = divide(
        parts, _scores(pairs, "part", drafts, np.logical_or(*_barred(pairs, pieces, drafts, kinds)))
    )
    pieces, drafts = [pieces[n] for n in kept], [drafts[n] for n in kept]
    pairs = compare_units(pieces, drafts, context=True)
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
    table: Table,
) -> Point:
    """A point from a group of units, which are in text order account by account."""
    spans = _passages([u for _, u in group], by_id)
    readings = _readings(spans, by_id)
    says = _fullest(readings, by_id)
    name, key = _speaker([u for _, u in group], by_id, names)
    ident = tagged_hash("p1", story.id, [[s.witness, s.start, s.end] for s in sorted(spans)])
    words = [words_of(r.accounts[0], by_id[r.accounts[0].witness]) for r in readings]
    return Point(
        id=ident,
        story=story.id,
        says=says.wording,
        kind=kind([u for _, u in group], by_id, spoken=name is not None),
        readings=readings,
        speaker=name,
        speaker_key=key,
        links=_links(group, table),
        apparatus=apparatus(words),
    )


def _passages(group: Sequence[Unit], by_id: Mapping[str, Annotated]) -> list[Span]:
    """Spans of the units; those of one account that follow one another are joined."""
    out: list[Span] = []
    for unit in sorted(group, key=lambda u: (u.witness, u.start)):
        text = by_id[unit.witness].witness.text
        if out and out[-1].witness == unit.witness and LINK.fullmatch(text, out[-1].end, unit.start):
            out[-1] = Span(unit.witness, out[-1].start, unit.end)
        else:
            out.append(Span(unit.witness, unit.start, unit.end))
    return [_closed(span, by_id[span.witness].witness.text) for span in out]


def _closed(span: Span, text: str) -> Span:
    """With the mark that closes a quotation opened inside: "called him “the most careful man”"."""
    inside, after = text[span.start : span.end], text[span.end : span.end + 1]
    opened = inside.count("“") > inside.count("”") if after == "”" else inside.count('"') % 2
    return Span(span.witness, span.start, span.end + 1) if after in CLOSING and opened else span


def normal(text: str) -> str:
    """The form in which two wordings count as one: words alone, lower case, American spelling."""
    return " ".join(american(w) for w in WORD.findall(LINKED.sub(r"\1", folded(text)).lower()))


def _readings(spans: Iterable[Span], by_id: Mapping[str, Annotated]) -> tuple[Reading, ...]:
    """Wordings with the accounts that have them, the most widely held first."""
    forms: dict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans):
        forms[normal(span.of(by_id[span.witness].witness.text))].append(span)
    readings = [
        Reading(_plainest(s.of(by_id[s.witness].witness.text) for s in held), tuple(held), form)
        for form, held in forms.items()
    ]
    return tuple(sorted(readings, key=lambda r: (-len(r.accounts), -len(r.wording), r.normal)))


def _plainest(wordings: Iterable[str]) -> str:
    """The first of those with the fewest marks of Markdown."""
    return min(wordings, key=lambda w: sum(w.count(mark) for mark in MARKDOWN))


def _fullest(readings: Sequence[Reading], by_id: Mapping[str, Annotated]) -> Reading:
    """The reading with most of the words that others have too, few of its own, that stands by itself.

    A number that no other reading has counts against it: of 38, 38 and 83 it is not 83 that is shown.
    """
    count = Counter(w for r in readings for w in set(r.normal.split()))
    shared = {w for w, c in count.items() if c > 1} or set(count)

    def worth(reading: Reading) -> tuple[float, int, str]:
        words = set(reading.normal.split())
        marks = sum(reading.wording.count(mark) for mark in MARKS)
        alone = words - shared
        odd = sum(any(c.isdigit() for c in w) for w in alone) if len(readings) > 2 else 0
        value = len(words & shared) - 0.4 * len(alone) - 2 * odd - marks
        value += max(_standing(span, by_id[span.witness]) for span in reading.accounts)
        return (round(value, 3), len(reading.accounts), reading.normal)

    return max(readings, key=worth)


def _standing(span: Span, account: Annotated) -> float:
    """How far a passage reads as a sentence by itself: a subject and a finite verb, named, not subordinate.

    "It was not sounding" and "all of them were saved" lean on what went before, "when the ship struck"
    on its main clause; a headline leaves words out.
    """
    first, last = (bisect_left(account.tokens, at, key=lambda t: t.start) for at in (span.start, span.end))
    tokens = account.tokens[first:last]
    subjects = [n for n, t in enumerate(tokens) if t.dep in SUBJECTS]
    ended = END.match(account.witness.text, span.end) is not None
    if not subjects or tokens[0].pos in {"VERB", "SCONJ", "ADP"} or not any(t.tag in FINITE for t in tokens):
        return float(ended)
    sentence = account.sentences[bisect_left(account.sentences, span.end, key=lambda s: s.end)]
    under = tokens[0].tag in {"WRB", "WDT", "WP", "IN"} or tokens[0].text.lower() in CONDITIONS
    leaning = any(t.tag in {"PRP", "PRP$", "DT", "EX"} and t.dep not in {"det", "expl"} and t.text != "I"
                  for t in tokens[: subjects[0] + 1])  # fmt: skip
    return 2.0 + ended - 1.5 * under - leaning - 2 * (sentence.kind in HEADS)


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


def kind(group: Sequence[Unit], by_id: Mapping[str, Annotated], *, spoken: bool) -> str:
    """What sort of assertion it is: event, statement, background, demand, judgement or figure."""
    votes = Counter(_kind_of(u, by_id[u.witness]) for u in group)
    order = ("demand", "judgement", "figure", "background", "")
    best = max(order, key=lambda k: (votes[k], -order.index(k)))
    return best or ("statement" if spoken else "event")


def _kind_of(unit: Unit, account: Annotated) -> str:
    """The kind a single unit shows by its words, or ""."""
    tokens = account.tokens[unit.first : unit.last]
    found = {_kind_marks().get((t.lemma.lower(), t.pos == "NOUN"), "") for t in tokens}
    counted = (t for t in tokens if t.tag == "CD" and t.dep in COUNTING and t.lemma.lower() != "one")
    if any(t.ent not in {"DATE", "TIME"} for t in counted):
        found.add("figure")
    if unit.speaker is None and any(t.lemma == "have" and t.tag == "VBD" and t.dep == "aux" for t in tokens):
        found.add("background")
    return next((k for k in ("demand", "judgement", "figure", "background") if k in found), "")


@cache
def _kind_marks() -> dict[tuple[str, bool], str]:
    """Lemma and whether it is a noun, to a kind: "urge" and "a request" are not alike."""
    return {(row["lemma"], row["noun"] == "yes"): row["kind"] for row in lexicon("point-kinds")}


def _links(group: Sequence[tuple[int, Unit]], table: Table) -> tuple[Link, ...]:
    """The scored pairs inside a group, weakest first, each with its reason."""
    out = []
    for n, (i, a) in enumerate(group):
        for j, b in group[n + 1 :]:
            score = table.scores.get((i, j), 0.0)
            if score >= SHOWN:
                ends = (Span(a.witness, a.start, a.end), Span(b.witness, b.start, b.end))
                out.append(Link(*ends, score, reason(table.features_of(i, j))))
    return tuple(sorted(out, key=lambda link: (link.score, link.a, link.b)))


def reason(features: Sequence[float]) -> str:
    """The features that speak for a pair, in words."""
    value = dict(zip(FEATURES, features, strict=True))
    said = [
        text
        for name, least, text in (
            ("chars", 0.6, "nearly the same wording"), ("words_short", 0.5, "shared words"),
            ("soft_short", 0.7, "words of like meaning"), ("names", 0.5, "the same names"),
            ("numbers", 0.5, "the same number"), ("speaker_same", 0.5, "the same speaker"),
            ("neighbours", 0.5, "alike neighbours"),
        )
        if value[name] >= least
    ]  # fmt: skip
    return ", ".join(said) or "likeness of meaning"


def _rank(point: Point, by_id: Mapping[str, Annotated]) -> tuple[int, float, str, int, str]:
    """Most accounts, then earliest place on average, then first in the first account."""
    first: dict[str, int] = {}
    for span in point.spans:
        first[span.witness] = min(first.get(span.witness, span.start), span.start)
    places = [at / max(1, len(by_id[w].witness.text)) for w, at in sorted(first.items())]
    lead = min((by_id[w].witness.name, at) for w, at in first.items())
    return (-len(first), round(sum(places) / len(places), 6), *lead, point.id)
