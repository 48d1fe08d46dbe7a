"""The same thing affirmed in one account and denied in another, or told with the opposite word.

Looks at lines that tell the same and at the predicates they share: negated in one and not in the
other, with the same words about them, is a finding; so is a word exchanged for its opposite
(``data/antonyms.tsv``) where its neighbours are the same. Both sides of "refused to", "failed to" and
"denied" (``data/implicatives.tsv``) count as negation. Reads no sense beyond that.

Invariant: both readings share the predicate or its opposite, and at least two content words near it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..annotate.modality import denials, denied
from ..annotate.tree import Tree
from ..model import Span, Token
from .lists import listed
from .sheet import Line, Pair, Sheet, key_of, overlap, stop_words
from .slots import Finding, reach
from .wording import Quote, gaps, opposites, shared_runs, sort_of_opposites, words_of

NOTS = frozenset({"not", "never"})
MERE = listed("just")
"""What a denial of says little: who was "not just watching" was watching."""
LIMITS = listed("limit")
EVEN = listed("even")
"""Words that go with a denial of the whole: "he cannot see it, not even through a glass"."""
"""What stands after these is not denied: "cannot open until May" says that it opens in May."""
TO_COME = listed("to come")
NEAR_NOT = 8
"""Words before a place among which a "not" denies it too."""
STRONG, WEAK = listed("sure or due"), listed("possible")
DEGREES = {"strong": "sure or due", "weak": "possible"}
WILLING = listed("willing")
"""What governs a deed that somebody may yet not do."""
MODAL = 0.4
"""Least likeness of lines that part in how sure a thing is."""
RELATIVES = frozenset({"who", "which", "that"})
AUXILIARIES = listed("auxiliary")
NEAR_DENIAL = listed("denial near")
LIKE = 0.22
"""Least likeness of lines that are compared at all."""
ALIKE = 0.3
"""Least likeness of lines of which one may deny the other."""
VERBATIM = 0.55
"""Least likeness of lines that are compared word by word."""
FRAMED = 0.3
"""Least likeness of lines that part in a word such as "young" or "with", which is said of many things."""
ASSERTED = frozenset(
    {"ROOT", "ccomp", "conj", "acomp", "parataxis", "attr", "oprd", "xcomp", "relcl", "advcl"}
)


@dataclass(frozen=True, slots=True)
class Predicate:
    """A word that says something, whether it is denied, its clause, and the weighed words of that."""

    line: Line
    token: int
    key: str
    denied: bool
    clause: tuple[int, int]
    words: Mapping[str, float]


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find statements reversed between accounts."""
    alike = [pair for pair in laid.pairs if pair.likeness >= LIKE]
    lines = {(line.account, line.number): line for pair in alike for line in (pair.a, pair.b)}
    predicates = {at: _predicates(laid, line) for at, line in lines.items()}
    words = {at: _words(laid, line) for at, line in lines.items()}
    near = [line for pair in alike if pair.likeness >= VERBATIM for line in (pair.a, pair.b)]
    plain = {(line.account, line.number): _plain(laid, line) for line in near}
    for pair in alike:
        found = list(_edited(laid, pair, plain)) if pair.likeness >= VERBATIM else []
        yield from found or _negated(laid, pair, predicates)
        yield from _opposite(laid, pair, words)


# -- negation --


def _edited(laid: Sheet, pair: Pair, plain: Mapping[tuple[int, int], Quote]) -> Iterator[Finding]:
    """Lines nearly word for word the same, but for a "not" in one."""
    mine, theirs = (plain[line.account, line.number] for line in (pair.a, pair.b))
    runs = shared_runs(mine.words, theirs.words)
    if set(mine.words) & LIMITS != set(theirs.words) & LIMITS:
        return
    for n, change in enumerate(gaps(runs)):
        left, right = mine.words[slice(*change.a)], theirs.words[slice(*change.b)]
        lost = set(left) ^ set(right)
        before, after = mine.words[runs[n][0] : sum(runs[n][::2])], mine.words[runs[n + 1][0] :][:1]
        # "To not sell the pier" is no denial of "the last chance to sell the pier".
        told = before[-1:] != ("to",)
        doubled = set(before[-1:] + after) & (NOTS | MERE | EVEN)
        if (
            runs[n + 1][2] < 2
            or bool(set(left) & NOTS) == bool(set(right) & NOTS)
            or lost - NOTS - AUXILIARIES
            or (left and right and len(lost) == 1)
            or (lost & TO_COME and "not" in lost)
            or doubled
            or not told
            or _denied_before(mine, change.a) != _denied_before(theirs, change.b)
        ):
            continue
        spans = mine.part(runs[n][0], sum(runs[n + 1][::2])), theirs.part(runs[n][1], sum(runs[n + 1][1:]))
        sides = tuple((s, _short(laid.text(s))) for s in spans)
        no, yes = (1, 0) if set(right) & NOTS else (0, 1)
        says = f"One account denies what the other states: “{sides[no][1]}” against “{sides[yes][1]}”."
        yield Finding("polarity", sides, says, None, min(0.95, 0.4 + 0.55 * pair.likeness), pair.point)
        return


def _denied_before(line: Quote, part: tuple[int, int]) -> bool:
    """Whether a word shortly before denies: "did not believe that she could", "said that she could not"."""
    return bool(set(line.words[max(0, part[0] - NEAR_NOT) : part[0]]) & NOTS)


def _plain(laid: Sheet, line: Line) -> Quote:
    """A line as a run of words in normal form."""
    witness, sentence = laid.accounts[line.account].witness, line.sentence
    words, places = words_of(witness.text, sentence.start, sentence.end)
    return Quote(line.account, Span(witness.id, sentence.start, sentence.end), words, places)


def _short(words: str, most: int = 14) -> str:
    parts = words.split()
    return " ".join(parts[:most]) + (" …" if len(parts) > most else "")


Held = Mapping[tuple[int, int], Mapping[str, Sequence[Predicate]]]
Words = Sequence[tuple[int, str]]
Written = Mapping[tuple[int, int], Words]


def _negated(laid: Sheet, pair: Pair, held: Held) -> Iterator[Finding]:
    """Predicates that two lines share, denied in one of them."""
    if pair.likeness < ALIKE:
        return
    mine, theirs = (held[line.account, line.number] for line in (pair.a, pair.b))
    for key in sorted(mine.keys() & theirs.keys()):
        # A predicate that stands twice in a line may be denied once: nothing follows from that.
        if len(mine[key]) > 1 or len(theirs[key]) > 1:
            continue
        a, b = mine[key][0], theirs[key][0]
        about = _about(a, b)
        if a.denied == b.denied:
            yield from _weaker(laid, pair, (a, b), about)
            continue
        if about < 0.45 or not _one_subject(laid, a, b) or not _one_object(laid, a, b):
            continue
        if _to_come(laid, a) != _to_come(laid, b) or _one_wording(laid, a, b):
            continue
        against, plain = (a, b) if a.denied else (b, a)
        word = laid.accounts[plain.line.account].tokens[plain.token].text
        words = f"“{_clause(laid, against)}” against “{_clause(laid, plain)}”"
        says = f"One account denies what the other states: {words}."
        sides = tuple((_span(laid, p), f"{'not ' if p.denied else ''}{word.lower()}") for p in (a, b))
        score = min(0.95, 0.3 + 0.35 * pair.likeness + 0.4 * about)
        yield Finding("polarity", sides, says, None, score, pair.point)


def _weaker(laid: Sheet, pair: Pair, both: tuple[Predicate, Predicate], about: float) -> Iterator[Finding]:
    """One predicate as certain or required in one account, and as possible or wished in the other."""
    a, b = both
    if about < 0.5 or pair.likeness < MODAL:
        return
    strengths = [_strength(laid, p) for p in both]
    if (
        set(strengths) != {"strong", "weak"}
        or not (_subject(laid, a) & _subject(laid, b))
        or not _one_object(laid, a, b)
    ):
        return
    words = f"“{_clause(laid, a)}” against “{_clause(laid, b)}”"
    says = f"One account gives as sure or due what the other gives as possible: {words}."
    sides = tuple((_span(laid, p), DEGREES[s]) for p, s in zip(both, strengths, strict=True))
    yield Finding(
        "modality", sides, says, None, min(0.9, 0.2 + 0.4 * pair.likeness + 0.4 * about), pair.point
    )


def _strength(laid: Sheet, p: Predicate) -> str:
    """ "strong" of what will or must be, "weak" of what may be or somebody is willing to do, else ""."""
    grown = laid.trees[p.line.account]
    words = {grown.tokens[k].text.lower() for k in grown.children(p.token, "aux")}
    head = grown.tokens[p.token].head
    if grown.tokens[p.token].dep == "xcomp" and grown.tokens[head].text.lower() in WILLING:
        return "weak"
    return "weak" if words & WEAK else "strong" if words & STRONG else ""


def _predicates(laid: Sheet, line: Line) -> Mapping[str, list[Predicate]]:
    """Verbs and predicate adjectives of a line by normal form."""
    grown, tokens = laid.trees[line.account], laid.accounts[line.account].tokens
    out: dict[str, list[Predicate]] = {}
    for i in range(line.sentence.first, line.sentence.last):
        token = tokens[i]
        if token.pos == "VERB" or (token.pos == "ADJ" and token.dep in ("acomp", "ROOT", "oprd", "attr")):
            key = token.lemma.lower()
            if not _asserted(grown, i) or _unclear(grown, i) or (key in stop_words() and not _lone(token)):
                continue
            clause = reach(grown, i)
            no = denied(grown, i) or _nor(grown, i)
            found = Predicate(line, i, key, no, clause, _weighed(laid, line, i, clause))
            out.setdefault(key, []).append(found)
    return out


def _nor(grown: Tree, i: int) -> bool:
    """ "Nor has the board met"."""
    return any(grown.tokens[k].text.lower() in ("nor", "neither") for k in grown.kids[i] if k < i)


def _asserted(grown: Tree, i: int) -> bool:
    """Whether a predicate is said of something: not "a subpoena to testify", not "if they agree"."""
    tokens, kids = grown.tokens, grown.kids[i]
    if any(tokens[k].dep == "mark" and tokens[k].text.lower() in ("if", "unless", "whether") for k in kids):
        return False
    infinitive = any(tokens[k].dep == "aux" and tokens[k].tag == "TO" for k in kids)
    if tokens[i].tag in ("VBG", "VBN") and tokens[i].dep not in ("ROOT", "conj", "ccomp"):
        return grown.child(i, "aux", "auxpass") is not None
    return tokens[i].dep == "xcomp" if infinitive else tokens[i].dep in ASSERTED


def _lone(token: Token) -> bool:
    """A light verb counts only where it is the sentence's main verb."""
    return token.dep == "ROOT" and token.lemma not in ("say", "tell")


def _unclear(grown: Tree, i: int) -> bool:
    """Whether a verb is joined to or governs one that is denied ("does not repeal the law or lower the tax").

    How far a particle reaches over joined verbs is a guess, and who does "not find that it sank" does not
    say that it did not: nothing is made of either. Nor of "not just", and of "not … until".
    """
    tokens = grown.tokens
    nots = (k + 1 for k in grown.kids[i] if tokens[k].dep == "neg" and k + 1 < len(tokens))
    if any(tokens[k].text.lower() in MERE | EVEN for k in nots):
        return True
    if any(tokens[k].text.lower() in MERE | LIMITS for j in (i, *grown.kids[i]) for k in grown.kids[j]):
        return True
    if denials(grown, i) and any(tokens[k].text.lower() in ("or", "nor") for k in grown.children(i, "cc")):
        return True
    while tokens[i].dep in ("conj", "xcomp", "ccomp") and tokens[i].head != i:
        joined, i = tokens[i].dep != "xcomp", tokens[i].head
        if joined and denials(grown, i):
            return True
    return False


def _one_subject(laid: Sheet, a: Predicate, b: Predicate) -> bool:
    """Whether the subjects may be the same: share a word or an entity, or one is not stated or a pronoun."""
    mine, theirs = (_subject(laid, p) for p in (a, b))
    if mine and theirs:
        return bool(mine & theirs)
    deps = (laid.accounts[p.line.account].tokens[p.token].dep for p in (a, b))
    return "xcomp" not in deps


def _one_object(laid: Sheet, a: Predicate, b: Predicate) -> bool:
    """Whether what is acted on may be the same: "the wreck was found", "they did not find a rope"."""
    things = []
    for p in (a, b):
        grown, noun = laid.trees[p.line.account], _patient(laid, p)
        parts = () if noun is None else (noun, *grown.children(noun, "compound", "poss"))
        things.append({key for k in parts if (key := key_of(grown.tokens, k))})
    return bool(things[0] & things[1]) or not all(things)


def _patient(laid: Sheet, p: Predicate) -> int | None:
    grown = laid.trees[p.line.account]
    found = grown.child(p.token, "nsubjpass", "dobj")
    return _antecedent(grown, p.token, found)


def _antecedent(grown: Tree, i: int, child: int | None) -> int | None:
    """What a relative pronoun stands for: the noun that its clause hangs on."""
    relative = child is not None and grown.tokens[child].text.lower() in RELATIVES
    return grown.tokens[i].head if relative and grown.tokens[i].dep == "relcl" else child


def _subject(laid: Sheet, p: Predicate) -> frozenset[str]:
    """Words and entity keys of a predicate's subject, of the verb above it where it has none."""
    grown, i = laid.trees[p.line.account], p.token
    if grown.child(i, "nsubjpass") is not None and grown.child(i, "agent") is None:
        return frozenset()  # what it is done to is its object
    child = grown.child(i, "nsubj", "nsubjpass")
    while child is None and grown.tokens[i].dep in ("xcomp", "conj", "acomp") and grown.tokens[i].head != i:
        i = grown.tokens[i].head
        child = grown.child(i, "nsubj", "nsubjpass")
    return _named(laid, p, _antecedent(grown, i, child))


def _named(laid: Sheet, p: Predicate, noun: int | None) -> frozenset[str]:
    """Words and entity keys of a noun with what hangs on it, but for the predicate's own clause."""
    grown, account = laid.trees[p.line.account], laid.accounts[p.line.account]
    if noun is None:
        return frozenset()
    first, last = grown.left[noun], grown.right[noun]
    if first <= p.token <= last:
        first, last = (first, noun) if p.token > noun else (noun, last)
    low, high = account.tokens[first].start, account.tokens[last].end
    names = {
        m.value
        for m in laid.mentions[p.line.account].get(p.line.number, ())
        if isinstance(m.value, str) and low <= m.span.start < high
    }
    words = {key_of(account.tokens, k) for k in range(first, last + 1)}
    return frozenset(names | {w for w in words if w is not None})


def _to_come(laid: Sheet, p: Predicate) -> bool:
    """Whether something is yet to come: what was not done on Monday may be done on Friday."""
    grown = laid.trees[p.line.account]
    return any(grown.tokens[k].text.lower() in TO_COME for k in grown.children(p.token, "aux"))


def _one_wording(laid: Sheet, a: Predicate, b: Predicate) -> bool:
    """Whether two clauses are the same words: "a no-tax budget", "a no tax budget"."""
    if any(laid.accounts[p.line.account].tokens[p.token].dep == "xcomp" for p in (a, b)):
        return (
            False  # "agreed to open", "refused to open": the clauses are the same, what governs them is not
        )
    spans = _span(laid, a), _span(laid, b)
    texts = (laid.accounts[p.line.account].witness.text for p in (a, b))
    words = [words_of(text, s.start, s.end)[0] for text, s in zip(texts, spans, strict=True)]
    return words[0] == words[1]


def _about(a: Predicate, b: Predicate) -> float:
    """Likeness of two predicates' clauses, their own words apart; 0 where under two words are shared."""
    return overlap(a.words, b.words) if len(a.words.keys() & b.words.keys()) > 1 else 0.0


def _weighed(laid: Sheet, line: Line, i: int, clause: tuple[int, int]) -> Mapping[str, float]:
    """The words of a clause by weight, but for its predicate."""
    tokens = laid.accounts[line.account].tokens
    found = (key_of(tokens, k) for k in range(*clause) if k != i)
    return {key: laid.weights.get(key, 0.0) for key in found if key is not None}


def _clause(laid: Sheet, p: Predicate) -> str:
    return _short(laid.text(_span(laid, p)))


def _span(laid: Sheet, p: Predicate) -> Span:
    account = laid.accounts[p.line.account]
    return Span(account.witness.id, account.tokens[p.clause[0]].start, account.tokens[p.clause[1] - 1].end)


# -- opposites --


def _opposite(laid: Sheet, pair: Pair, held: Written) -> Iterator[Finding]:
    """A word of one line whose opposite stands in the same place of the other."""
    mine, theirs = (held[line.account, line.number] for line in (pair.a, pair.b))
    left, right = {w for _, w in mine}, {w for _, w in theirs}
    for i, (t, word) in enumerate(mine):
        others = opposites().get(word, frozenset()) & right
        for j, (u, other) in enumerate(theirs) if others else ():
            if other not in others or _denied_near(laid, pair.a, t) != _denied_near(laid, pair.b, u):
                continue
            before = i > 0 and j > 0 and mine[i - 1][1] == theirs[j - 1][1]
            after = i + 1 < len(mine) and j + 1 < len(theirs) and mine[i + 1][1] == theirs[j + 1][1]
            # "opposed … opposed" against "opposed … supported": the same words on both sides must tell which.
            both = word in right or other in left
            if both and not (before and after and pair.likeness >= VERBATIM):
                continue
            if _at_home(mine, theirs, word, other) or "no" in _after(laid, pair, t, u):
                continue  # "boats with no lamp", "boats without lamps"
            near = overlap(laid.near(pair.a, t, t + 1), laid.near(pair.b, u, u + 1))
            beside = near >= (0.35 if before or after else 0.6) and (before or after or pair.likeness > 0.6)
            if beside and _one_place(laid, pair, t, u):
                sides = _sides(laid, pair, t, u)
                says = f"One account has “{sides[0][1]}” where the other has “{sides[1][1]}”."
                score = min(0.95, 0.35 + 0.3 * pair.likeness + 0.3 * near + 0.1 * (before and after))
                yield Finding(sort_of_opposites(word), sides, says, None, score, pair.point)


def _after(laid: Sheet, pair: Pair, t: int, u: int) -> set[str]:
    """The words right after two words of two lines."""
    accounts = (laid.accounts[line.account].tokens for line in (pair.a, pair.b))
    return {
        tokens[k + 1].text.lower() for tokens, k in zip(accounts, (t, u), strict=True) if k + 1 < len(tokens)
    }


def _at_home(mine: Words, theirs: Words, word: str, other: str) -> bool:
    """Whether a line holds the other's word as often as the other does: "its old and its new members"."""
    left, right = [w for _, w in mine], [w for _, w in theirs]
    return left.count(other) >= right.count(other) or right.count(word) >= left.count(word)


def _one_place(laid: Sheet, pair: Pair, t: int, u: int) -> bool:
    """Whether two words stand by the same: what they hang on, the word of sense before and that after."""
    kinds = {laid.accounts[line.account].tokens[k].pos for line, k in ((pair.a, t), (pair.b, u))}
    sequence = sort_of_opposites(laid.accounts[pair.a.account].tokens[t].text.lower()) == "sequence"
    if sequence and kinds & {"ADP", "SCONJ"}:
        return False  # which came first is told by ``sequence``
    least = VERBATIM if sequence else FRAMED if kinds & {"ADJ", "ADP", "DET", "PRON"} else 0.0
    mine, theirs = _place(laid, pair.a, t), _place(laid, pair.b, u)
    same = sum(x == y for x, y in zip(mine, theirs, strict=True) if x and y)
    return pair.likeness >= least and same >= 2


def _place(laid: Sheet, line: Line, t: int) -> tuple[str | None, str | None, str | None]:
    """Normal forms of what a word hangs on (a verb: of its subject), and of its neighbours of sense."""
    tokens, grown = laid.accounts[line.account].tokens, laid.trees[line.account]
    verbal = tokens[t].pos in ("VERB", "AUX") and tokens[t].dep != "amod"
    above = grown.child(t, "nsubj", "nsubjpass") if verbal else tokens[t].head
    head = None if above is None or above == t else key_of(tokens, above) or tokens[above].lemma.lower()
    keys = sorted((place, key) for key, places in line.keys.items() for place in places if place != t)
    before = next((key for place, key in reversed(keys) if place < t), None)
    return head, before, next((key for place, key in keys if place > t), None)


def _denied_near(laid: Sheet, line: Line, token: int) -> bool:
    """ "Not established that they are likely" does not contradict "unlikely"."""
    tokens = laid.accounts[line.account].tokens[max(line.sentence.first, token - 6) : token]
    return any(t.dep == "neg" or t.text.lower() in NEAR_DENIAL for t in tokens)


def _words(laid: Sheet, line: Line) -> list[tuple[int, str]]:
    tokens = laid.accounts[line.account].tokens
    return [
        (i, tokens[i].text.lower())
        for i in range(line.sentence.first, line.sentence.last)
        if (tokens[i].text.isalnum() or any(c.isalnum() for c in tokens[i].text)) and not _in_name(tokens, i)
    ]


def _in_name(tokens: tuple[Token, ...], i: int) -> bool:
    """Whether a word is part of a name ("South Harbour") or a compound ("a six-year-old boy")."""
    compound = "-" in (tokens[i - 1].text if i else "", tokens[i + 1].text if i + 1 < len(tokens) else "")
    return (
        tokens[i].pos == "PROPN"
        or tokens[i].ent in ("NORP", "GPE", "LOC", "ORG")
        or compound
        or (i + 1 < len(tokens) and tokens[i].text[:1].isupper() and tokens[i + 1].pos == "PROPN")
    )


def _sides(laid: Sheet, pair: Pair, t: int, u: int) -> tuple[tuple[Span, str], ...]:
    out = []
    for line, i in ((pair.a, t), (pair.b, u)):
        account = laid.accounts[line.account]
        token = account.tokens[i]
        out.append((Span(account.witness.id, token.start, token.end), _phrase(account.tokens, i)))
    return tuple(out)


def _phrase(tokens: tuple[Token, ...], i: int) -> str:
    """The word with one neighbour on each side, as written."""
    return " ".join(t.text for t in tokens[max(0, i - 1) : i + 2] if any(c.isalnum() for c in t.text))
