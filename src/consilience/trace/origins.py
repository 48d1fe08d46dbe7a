"""Origins: where each point enters the record, and how many of them are independent.

Takes the groups of carriers that ``ties`` finds, says in one sentence what ties them, and bounds the number
of origins: at most one for each group that nothing ties to another, at least two only where ``apart`` shows
them. One named speaker's words are one origin however many reporters were told: two recordings of a claim
do not make it two claims. Speakers without a name ("a resident") may be several; nothing shows that they
are. Does not judge whether a point is true, nor whether two outlets have one owner.

Invariant: ``1 <= low <= high``; ``low`` exceeds 1 only where two groups each show reporting of their own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from ..data import lexicon
from ..model import Annotated, Descent, Intervention, Origin, Point, tagged_hash
from .apart import Own, cues, each, shown, told
from .credits import outlet_key, plain
from .draft import listed
from .outlets import known
from .ties import AGENCY, Case, Story, issuer

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
LONG = 34
"""Most words of a reason; clauses that would make it longer are left out."""
ODD = 0.4
"""Least weight of an odd reading that is told; names one letter apart have less, and may be two names."""
FEW = 3
"""Most outlets that a clause names."""
UNNAMED = re.compile(
    r"^(?:an?|one|two|three|some|several|many|most|other|another)\b"
    r"|\b(?:(?:eye)?witness(?:es)?|residents?|neighbou?rs?|bystanders?|passengers?|survivors?|sources?|locals?|"
    r"relatives?|friends?|users?|critics?|experts?|analysts?)$",
    re.IGNORECASE,
)
"""Descriptions that may stand for different people in different accounts."""


def origins(points: Sequence[Point], accounts: Sequence[Annotated], descent: Descent) -> Descent:
    """Fill the origins of a story into its descent."""
    story = Story(accounts, descent)
    found: dict[str, Origin] = {}
    for point in points:
        for origin in _judge(Case(story, point)).origins:
            found.setdefault(origin.id, origin)
    return replace(descent, origins=tuple(found.values()))


def placed(points: Sequence[Point], accounts: Sequence[Annotated], descent: Descent) -> tuple[Point, ...]:
    """Give each point its origins and the bounds of their number."""
    story = Story(accounts, descent)
    out = []
    for point in points:
        found = _judge(Case(story, point))
        ids = tuple(dict.fromkeys(o.id for o in found.origins))
        out.append(replace(point, origins=ids, low=found.low, high=found.high, why=found.why))
    return tuple(out)


@dataclass(frozen=True)
class _Judged:
    origins: Sequence[Origin]
    low: int
    high: int
    why: str


def _judge(case: Case) -> _Judged:
    """Origins, bounds and the reason for one point."""
    if not case.carriers:
        return _Judged([], 1, 1, "No account in hand carries it.")
    entered = _entered(case)
    if len(case.carriers) == 1:
        return _Judged(entered, 1, 1, "One account alone carries it.")
    many = f"{_words(len(case.carriers)).capitalize()} accounts"
    if _one_speaker(case.point):
        return _Judged(entered, 1, 1, _sentence(f"{many}, one origin: {_of_speaker(case)}", _besides(case)))
    if len(case.groups) == 1:
        return _Judged(entered, 1, 1, _sentence(f"{many}, one origin: {_tie(case)}", _besides(case)))
    own = [] if case.point.speaker else shown(case)
    low, high = max(1, len(own)), len(case.groups)
    first = f"{many}, {_bounds(low, high)}: {listed([o.says(case) for o in own[:2]]) or _apart(case)}"
    return _Judged(entered, low, high, _sentence(first, [] if own else [_unshown(case)]))


# -- words --


def _words(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)


def _bounds(low: int, high: int) -> str:
    """Two bounds in words.

    >>> _bounds(1, 2), _bounds(1, 4), _bounds(2, 2), _bounds(2, 3)
    ('one or two origins', 'one to four origins', 'two origins shown', 'two origins shown, three at most')
    """
    if low == 1:
        return f"one {'or' if high == 2 else 'to'} {_words(high)} origins"
    return f"{_words(low)} origins shown" + (f", {_words(high)} at most" if high > low else "")


def _who(case: Case, held: Sequence[int]) -> str:
    """Some carriers in words: by name where they are few, else their number.

    Two accounts of one outlet are "X (twice)".
    """
    count = Counter(case.story.label(n) for n in held)
    names = [
        x if k == 1 else f"{x} ({'twice' if k == 2 else f'{_words(k)} times'})" for x, k in count.items()
    ]
    if len(held) == len(case.carriers):
        return "all" if len(held) > 2 else "both"
    return listed(names) if len(names) <= FEW else f"{_words(len(held))} of them"


def _does(held: Sequence[int], verb: str) -> str:
    return f"{verb}s" if len(held) == 1 else verb


def _sentence(first: str, more: Sequence[str]) -> str:
    """A sentence of a first clause and as many more as it has room for."""
    for clause in more:
        if clause and len(f"{first} {clause}".split()) <= LONG:
            first = f"{first}; {clause}"
    return f"{first}."


# -- one speaker --


def _one_speaker(point: Point) -> bool:
    """Whether a point's speaker is one and the same wherever it is told.

    >>> [_one_speaker(Point("p1:x", "s1:x", "", "", (), speaker=s)) for s in ("Ann Poe", "a resident", None)]
    [True, False, False]
    """
    return bool(point.speaker) and (bool(point.speaker_key) or not UNNAMED.search(point.speaker or ""))


def _of_speaker(case: Case) -> str:
    """That all report one speaker, and by which way."""
    ways = _ways(case)
    base = f"{_who(case, case.carriers)} report what {case.point.speaker} said"
    if not ways:
        lost = _lost(case)
        return f"{base}, by way of {lost[0]}" if lost else base
    if ways[0][1] == len(case.carriers):
        return f"{base}, by way of {ways[0][0]}"
    return f"{base}, {listed([f'{_words(k)} by way of {name}' for name, k in ways[:2]])}"


def _ways(case: Case) -> list[tuple[str, int]]:
    """The names by way of which a speaker's words came, with how many carriers say so, most first."""
    name: dict[str, str] = {}
    count: Counter[str] = Counter()
    for n in case.carriers:
        for way in _via(case, n):
            name.setdefault(outlet_key(way), way)
            count[outlet_key(way)] += 1
    here = {case.story.outlets[n]: case.story.label(n) for n in case.carriers}
    ranked = sorted(count.items(), key=lambda item: (-item[1], item[0]))
    return [(here.get(key, name[key]), k) for key, k in ranked]


def _via(case: Case, n: int) -> list[str]:
    """By which bodies, agencies or outlets the speaker's words reached one account, as far as it says.

    An interview of its own ("told the Courier", in the Courier) counts as well, and a body's own text.
    """
    speaker = outlet_key(case.point.speaker or "")
    mine = {name for key, name in case.speakers(n).items() if key == case.point.speaker_key}
    near = case.named(n, spoken=False).items()
    names = [name for key, name in near if key != speaker and name not in mine]
    outlet = case.story.accounts[n].witness.outlet
    if not names and outlet and outlet_key(outlet) != speaker and (issuer(outlet) or told(case, n)):
        return [outlet]
    return names


def _lost(case: Case) -> list[str]:
    """The lost text that all have a speaker's words from."""
    tops = frozenset().union(*case.tops.values())
    lost = len(case.carriers) > 1 and len(tops) == 1 and min(tops) not in case.story.place
    return [f"the lost text {min(tops)}"] if lost else []


# -- one group --


def _tie(case: Case, whole: Case | None = None) -> str:
    """What makes one origin of several carriers, in a clause.

    :param whole: the case with all carriers, where some of them alone are spoken of.
    """
    everyone = _who(whole or case, case.carriers)
    outlets = {case.story.outlets[n]: n for n in reversed(case.carriers)}
    names = [set(case.named(n)) | {case.story.outlets[n]} for n in case.carriers]
    common = sorted(set.intersection(*names) - {""}, key=lambda key: (key in outlets, key))
    if common and len(outlets) == 1:
        return f"{everyone} is one outlet" if whole else f"{everyone} are from one outlet"
    if common and common[0] not in outlets:
        return f"{everyone} credit {_name(case, common[0])}"
    if common:
        head = outlets[common[0]]
        rest = [n for n in case.carriers if n != head]
        return f"{_rest(case, rest, whole)} {_does(rest, 'credit')} {case.story.label(head)}"
    tops = frozenset().union(*case.tops.values())
    if len(tops) == 1:
        return _descended(case, min(tops), whole)
    speakers = [set(case.speakers(n)) for n in case.carriers]
    if same := sorted(set.intersection(*speakers)):
        return f"{everyone} have it from {case.speakers(case.carriers[0])[same[0]]}"
    return _mixed(case, everyone)


def _rest(case: Case, rest: Sequence[int], whole: Case | None) -> str:
    """All but one carrier: "the others" where no more than these are spoken of."""
    return _who(whole or case, rest) if whole or len(rest) == 1 else "the others"


def _name(case: Case, key: str) -> str:
    return next((case.named(n)[key] for n in case.carriers if key in case.named(n)), key)


def _descended(case: Case, top: str, whole: Case | None) -> str:
    """That all carriers come down from one node."""
    story = case.story
    everyone = _who(whole or case, case.carriers)
    if top not in story.place:
        return f"{everyone} go back to one lost text ({top})"
    head = story.place[top]
    edges = [e for n in case.carriers for e in story.edges.get(story.accounts[n].witness.id, ())]
    if any(not e.directed for e in edges):
        return f"{everyone} have one text, and which came first is not shown"
    if head not in case.held:
        return f"{everyone} follow {story.label(head)}"
    rest = [n for n in case.carriers if n != head]
    return f"{_rest(case, rest, whole)} {_does(rest, 'follow')} {story.label(head)}"


def _mixed(case: Case, everyone: str) -> str:
    """That carriers are tied in more ways than one, or by their wording alone."""
    kinds = {t.kind for t in case.ties}
    if kinds == {"wording"}:
        return f"{everyone} word it alike"
    count = Counter(key for n in case.carriers for key in {*case.named(n), case.story.outlets[n]} if key)
    key, most = min(count.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    rest = [n for n in case.carriers if most > 1 and key in case.named(n)]
    told = [f"{_who(case, rest)} {_does(rest, 'credit')} {_name(case, key)}"] if rest else []
    left = [n for n in case.carriers if n not in rest and not (rest and case.story.outlets[n] == key)]
    if left and kinds & {"descent", "wording"}:
        one = bool(told) and len(left) == 1
        how = "follow one another or word it alike" if "descent" in kinds else "word it alike"
        how = "shares words with them" if one else how
        told.append(f"{_who(case, left) if one else 'the rest' if told else everyone} {how}")
    return " and ".join(told) or f"{everyone} share its wording, or the body they credit for it"


def _besides(case: Case) -> list[str]:
    """What else shows that carriers have it from one another: an odd reading, then who follows whom."""
    out = [_odd(case, *found) for found in case.odd[:1] if found[0].weight >= ODD]
    return out + (_following(case) if _one_speaker(case.point) else [])


def _odd(case: Case, item: Intervention, held: Sequence[int]) -> str:
    what = {
        "bracket": f"an editor’s bracket, {item.words}",
        "cut": "a cut in the quotation",
        "trim": "where the quotation ends",
        "number": f"the figure {item.words}",
        "spelling": f"the spelling {item.words}",
    }.get(item.kind, f"an odd reading, {item.words}")
    lacking = len(held) < len(case.carriers) and item.kind == "bracket"
    return f"{_who(case, held)} share {what}{', that the others lack' if lacking else ''}"


def _following(case: Case) -> list[str]:
    """Who merely copies whom among the carriers."""
    story = case.story
    followers: dict[int, list[int]] = {}
    for n in case.carriers:
        for edge in story.edges.get(story.accounts[n].witness.id, ()):
            head = story.place.get(edge.parent, -1)
            other = story.label(head) != story.label(n) if head in case.held else False
            if other and edge.directed and story.everywhere(edge):
                followers.setdefault(head, []).append(n)
    if len(followers) > 1:
        return [f"{_words(len({n for held in followers.values() for n in held}))} of them follow another"]
    return [f"{_who(case, rest)} {_does(rest, 'follow')} {story.label(n)}" for n, rest in followers.items()]


# -- several groups --


def _apart(case: Case) -> str:
    """What ties some of the carriers, others not."""
    tied = max(case.groups, key=lambda g: (len(g), -g[0]))
    if len(tied) == 1:
        return "nothing ties them" if len(case.carriers) == 2 else "nothing ties any two of them"
    rest = [n for n in case.carriers if n not in tied]
    tie = _tie(Case(case.story, _only(case, tied)), case)
    return f"{tie}, {_who(case, rest)} {'is' if len(rest) == 1 else 'are'} not tied to them"


def _only(case: Case, held: Sequence[int]) -> Point:
    """A point with the passages of some carriers alone."""
    ids = {case.story.accounts[n].witness.id for n in held}
    readings = [
        replace(r, accounts=tuple(s for s in r.accounts if s.witness in ids)) for r in case.point.readings
    ]
    return replace(case.point, readings=tuple(r for r in readings if r.accounts))


def _unshown(case: Case) -> str:
    """What is not shown of their being apart."""
    if case.point.speaker:
        return f"“{case.point.speaker}” may be one or several"
    mine = {case.story.outlets[n] for n in case.carriers}
    firsts = [_foreign(case, g, mine)[:1] for g in case.groups]
    bodies = list(dict.fromkeys(name for names in firsts for name in names))
    if len(bodies) > 1:
        return f"{listed(bodies[:2])} are named, and may have it from one another"
    own: list[Own] = each(case)
    if own:
        label = case.story.label(own[0].account)
        return (
            f"only {label} shows reporting of its own"
            if len(own) == 1
            else "what they report may be one thing"
        )
    return "nothing shows that they had it apart"


def _foreign(case: Case, group: Sequence[int], mine: set[str]) -> list[str]:
    return [name for n in group for key, name in case.named(n).items() if key not in mine]


# -- where it enters --


def _entered(case: Case) -> list[Origin]:
    """Where the point enters the record: a speaker, a body or agency credited, an account's own telling."""
    if case.point.speaker:
        via = [name for name, _ in _ways(case)[:2]] or _lost(case)
        return [_origin("speaker", case.point.speaker, via=tuple(via))]
    return [_of_group(case, group) for group in case.groups]


def _of_group(case: Case, group: Sequence[int]) -> Origin:
    """Where one group has the point from: what its first account credits, else what it shows of itself."""
    story, head = case.story, _top(case, group)
    mine = {story.outlets[n] for n in group}
    witness = story.accounts[head].witness
    if issuer(witness.outlet):
        return _origin("document", f"{witness.outlet}, in its own text", witness.id)
    for n in (head, *group):
        for key, name in case.named(n).items():
            if key not in mine:
                return _credited(case, n, key, name)
    for n in (head, *group):
        if cues(case, n, group):
            return _origin("reporting", f"{story.label(n)}’s own reporting", story.accounts[n].witness.id)
    tops = frozenset().union(*(case.tops[n] for n in group))
    if len(group) > 1 and len(tops) == 1 and min(tops) not in story.place:
        return _origin("exemplar", f"the lost text {min(tops)}")
    if witness.outlet and _agency(witness.outlet):
        return _origin("agency", witness.outlet, witness.id)
    return _origin("account", f"the account of {story.label(head)}", witness.id)


def _credited(case: Case, n: int, key: str, name: str) -> Origin:
    """A body or outlet that an account credits: its document, its words, an agency, or another outlet."""
    kinds = {c.kind for c in case.credits(n) if outlet_key(c.name) == key}
    if "readout" in kinds:
        return _origin("readout", name)
    if _agency(name):
        return _origin("agency", name)
    if issuer(name) and not kinds - {"chain"}:
        return _origin("speaker", name)
    return _origin("credited", name)


def _agency(name: str) -> bool:
    """Whether a name is a news agency's.

    >>> _agency("Orlo Press Agency"), _agency("Reuters"), _agency("Kell Courier")
    (True, True, False)
    """
    return bool(AGENCY.search(name)) or known().get(plain(name), "") in _agencies()


@cache
def _agencies() -> frozenset[str]:
    return frozenset(row["name"] for row in lexicon("agencies"))


def _top(case: Case, group: Sequence[int]) -> int:
    """The first account of a group that follows no other of the group, one that others name before all."""
    story = case.story
    ids = {story.accounts[n].witness.id for n in group}
    named = {key for n in group for key in case.named(n)}
    free = [n for n in group if not story.up(n) & ids - {story.accounts[n].witness.id}]
    return next((n for n in free if story.outlets[n] in named), (free or list(group))[0])


def _origin(kind: str, label: str, witness: str | None = None, via: tuple[str, ...] = ()) -> Origin:
    return Origin(tagged_hash("o1", kind, label, witness, via), kind, label, witness, via)
