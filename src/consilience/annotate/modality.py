"""Polarity and modality of what is said: whether its speaker affirms it, and as what.

Two axes, as in FactBank (Saurí and Pustejovsky 2009; the algorithm of 2012 is the model): *polarity*
is affirmed, negated, mixed (one clause so, another not) or open; *modality* is asserted, probable,
possible or uncommitted (FactBank's underspecified: "did not say whether …"), and, for what is not
told as a fact, the event modality of Palmer (Mood and Modality, 2001): obligatory, wished, future,
conditional, asked. The content's own clause is read over the parse (particles, auxiliaries, adverbs,
``data/modals.tsv``); the cue may add to it or overrule it (``data/commitments.tsv``, else its stance).
Says what the speaker commits to, not what is so: a fact known to the reporter alone is not looked
for. Invariant: the same parse and spans give the same two words; odd spans give affirmed, asserted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ..data import lexicon
from ..model import Token
from .cues import KINDS, cues
from .tree import VERBAL, Tree

NEGATORS = frozenset(("not", "n't", "n’t", "never", "hardly", "barely", "scarcely"))
NEITHER = frozenset(("neither", "Neither"))
NOBODY = frozenset(("nobody", "none", "nothing"))
CONDITIONS = frozenset(("if", "unless", "provided"))
EMBEDDED = frozenset("whether if who whom whose what which when where why how".split())
"""Words that open a question inside another sentence."""
WEAKER = {"probable": ("asserted", "future"), "possible": ("asserted", "future", "probable")}
"""What a content may be of itself for a cue to make it only probable, or only possible."""
ASIDE = frozenset(("advcl", "relcl", "acl"))
"""Clauses that tell when, why or which: "not to be named because the inquiry is open"."""
FLIPPED = {"affirmed": "negated", "negated": "affirmed"}
BY_STANCE = {
    # stance: sign, modality, modality with an infinitive, modality of a mere noun
    "orders": ("+", "obligatory", "", ""),
    "urges": ("+", "obligatory", "", ""),
    "asks": ("+", "asked", "obligatory", "obligatory"),
    "promises": ("+", "future", "", ""),
    "hopes": ("+", "wished", "", ""),
    "agrees": ("+", "", "future", ""),
    "warns": ("+", "", "obligatory", "possible"),
    "denies": ("-", "", "", ""),
    "declines": ("-", "", "", ""),
}
QUOTES = "\"'“”‘’«»"


class Commitment(NamedTuple):
    """What a cue says of its content; an empty modality leaves the content its own."""

    sign: str
    modality: str
    infinitive: str
    noun: str
    negated: str


PLAIN = Commitment("+", "", "", "", "opens")


def modality_of(
    found: Tree, content: Sequence[tuple[int, int]], cue: Sequence[tuple[int, int]]
) -> tuple[str, str]:
    """Polarity and modality of a statement's content, in that order.

    >>> from consilience.annotate.text import parse
    >>> from consilience.annotate.tree import tree
    >>> from consilience.model import Witness
    >>> told = tree(parse(Witness("w1:0", "a", "Ann Lee denied that the bridge was safe.")))
    >>> modality_of(told, [(15, 39)], [(8, 14)])
    ('negated', 'asserted')

    :param content: code points of what is said; ``cue``: of its cue, empty where it has none.
    """
    inside, words = _tokens(found, content), _tokens(found, cue)
    heads = _heads(found, inside)
    if not heads:
        return "affirmed", "asserted"
    own = _several([_clause(found, k, inside) for k in heads])
    if not words:
        return own
    said = commitment(found, words)
    infinitive = any(_infinitive(found, k) for k in heads)
    noun = not any(found.tokens[k].pos in VERBAL for k in heads)
    asked = min(words) < min(inside) and found.tokens[min(inside)].text.lower() in EMBEDDED
    if asked and said.negated in ("keeps", "raises"):
        said = said._replace(negated="opens")  # "does not know whether …"
    return _of_cue(found, words, said, own, _committed(said, own, infinitive, noun))


def _tokens(found: Tree, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Indices of the tokens that spans touch."""
    last = len(found.tokens)
    return frozenset(k for a, b in spans for k in range(found.at(a), min(found.at(b - 1) + 1, last)))


def _heads(found: Tree, inside: frozenset[int]) -> list[int]:
    """Tokens of the content that hang on none of it: verbs if there are any, else nouns."""
    tokens = found.tokens
    tops = [k for k in sorted(inside) if tokens[k].head == k or tokens[k].head not in inside]
    verbs = [k for k in tops if tokens[k].pos in VERBAL or found.child(k, "nsubj") is not None]
    verbs = [k for k in verbs if tokens[k].dep not in ASIDE] or verbs
    return verbs or [k for k in tops if tokens[k].pos not in ("PUNCT", "SPACE", "CCONJ")]


# -- the content's own clause --


def _clause(found: Tree, i: int, inside: frozenset[int]) -> tuple[str, str]:
    """Polarity and modality of the clause at a token; clauses joined to it may make the first mixed."""
    if _question(found, i, inside):
        return "open", "asked"
    flips, modality = _modal(found, i, inside)
    if found.tokens[i].pos not in VERBAL:  # "no evidence of a leak"; "No," she said
        flips += found.tokens[i].text.lower() == "no" or any(_no(found.tokens, k) for k in found.kids[i])
    polarity = "negated" if (_own_denials(found, i) + flips) % 2 else "affirmed"
    joined = (k for k in found.children(i, "conj") if k in inside)
    whole = [k for k in joined if found.child(k, "nsubj", "nsubjpass", "expl") is not None]
    if any(_clause(found, k, inside)[0] != polarity for k in whole):
        polarity = "mixed"
    return polarity, modality


def _several(found: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The polarity of several clauses, mixed where they differ, and the modality of the first."""
    signs = {polarity for polarity, _ in found if polarity != "open"} or {"open"}
    return signs.pop() if len(signs) == 1 else "mixed", found[0][1]


def _question(found: Tree, i: int, inside: frozenset[int]) -> bool:
    """Whether the sentence of a clause ends, inside the content, with a question mark."""
    sentence = found.within(i)
    for k in range(sentence.last - 1, i, -1):
        if k in inside and found.tokens[k].text not in QUOTES:
            return found.tokens[k].text.endswith("?")
    return False


def _modal(found: Tree, i: int, inside: frozenset[int]) -> tuple[int, str]:
    """How often a clause's adjective or second verb denies it, and its modality."""
    tokens = found.tokens
    helpers = [tokens[k] for k in found.children(i, "aux")]
    named = _named("aux", helpers)
    if _conditional(found, i, inside, helpers):
        return 0, "conditional"
    if _imperative(found, i, helpers):
        return 0, "obligatory"
    perfect = any(t.lemma.lower() == "have" for t in helpers)
    if named == "obligatory" and perfect and helpers[0].text.lower() == "must":
        return 0, "probable"  # "someone must have opened the gates"
    flips, governed = _governed(found, i)
    adverb = _named("adverb", [tokens[k] for k in found.children(i, "advmod")])
    if named == "possible" or not governed:
        governed = named or governed  # "may have to pay" is possible, "will have to pay" obligatory
    return flips, adverb or governed or "asserted"


def _named(kind: str, words: Sequence[Token]) -> str:
    """The modality of the first word that has one."""
    rows = modals()
    return next((rows[key][0] for t in words for key in _keys(kind, t) if key in rows), "")


def _keys(kind: str, token: Token) -> tuple[tuple[str, str], ...]:
    return (kind, token.text.lower()), (kind, token.lemma.lower())


def _conditional(found: Tree, i: int, inside: frozenset[int], helpers: Sequence[Token]) -> bool:
    """Whether a clause holds on a condition: "if the rain goes on", "would have broken"."""
    forms = [t.text.lower() for t in helpers]
    if "would" in forms and "have" in (t.lemma.lower() for t in helpers):
        return True
    for k in found.children(i, "advcl"):
        mark = found.child(k, "mark")
        if mark in inside and found.tokens[mark or 0].text.lower() in CONDITIONS:
            return True
    return False


def _imperative(found: Tree, i: int, helpers: Sequence[Token]) -> bool:
    """Whether a verb orders: its plain form, nobody who does it, no helper but "do" ("Don't touch it")."""
    token = found.tokens[i]
    if token.tag != "VB" or token.dep not in ("ROOT", "ccomp", "conj"):
        return False
    if found.child(i, "nsubj", "nsubjpass", "csubj", "expl") is not None:
        return False
    return all(t.text.lower() in ("do", "don") for t in helpers)


def _governed(found: Tree, i: int) -> tuple[int, str]:
    """What a verb with an infinitive ("has to pay") or an adjective ("unlikely to break") makes of it."""
    tokens, rows = found.tokens, modals()
    below = found.children(i, "xcomp", "ccomp", "advcl")
    if any(_infinitive(found, k) for k in below):
        if tokens[i].lemma.lower() in implicatives():
            return 1, ""
        row = rows.get(("verb", tokens[i].lemma.lower()))
        if row is not None and (tokens[i].lemma.lower() != "go" or tokens[i].tag == "VBG"):
            return row[1] == "-", row[0]
    k = found.child(i, "acomp", "oprd")
    row = None if k is None else rows.get(("adjective", tokens[k].text.lower()))
    if k is None or row is None or not (found.child(k, "xcomp", "ccomp", "advcl") or below or not row[0]):
        return 0, ""
    return (row[1] == "-"), row[0]


def _infinitive(found: Tree, i: int) -> bool:
    return any(found.tokens[k].tag == "TO" for k in found.children(i, "aux"))


@cache
def modals() -> dict[tuple[str, str], tuple[str, str]]:
    """Modality and sign of the words that show one, by kind and word."""
    return {(r["kind"], r["word"]): (r["modality"], r["sign"]) for r in lexicon("modals")}


# -- denial --


def denied(found: Tree, i: int) -> bool:
    """Whether a predicate is denied: an odd number of times.

    >>> from consilience.annotate.text import parse
    >>> from consilience.annotate.tree import tree
    >>> from consilience.model import Witness
    >>> denied(tree(parse(Witness("w1:0", "a", "The bridge did not fall."))), 4)
    True
    """
    return denials(found, i) % 2 == 1


def denials(found: Tree, i: int) -> int:
    """How often token ``i`` is denied: by particles, by "no" and by verbs such as "refuse"."""
    tokens = found.tokens
    count, head = _own_denials(found, i), tokens[i].head
    if head != i and tokens[i].dep in ("xcomp", "pcomp", "ccomp"):
        count += tokens[head].lemma.lower() in implicatives()
        if tokens[i].dep == "xcomp" or tokens[head].lemma.lower() in implicatives():
            count += sum(_negator(tokens, k) for k in found.kids[head])
    return count


def _own_denials(found: Tree, i: int) -> int:
    """How often token ``i`` is denied in its own clause."""
    tokens = found.tokens
    count = sum(_negator(tokens, k) for k in found.kids[i])
    # "not all of it met the standard": the particle hangs on the subject.
    count += sum(
        _negator(tokens, j)
        for k in found.kids[i]
        if tokens[k].dep.startswith("nsubj")
        for j in found.kids[k]
        if j < k
    )
    for k in found.kids[i]:
        if tokens[k].dep in ("dobj", "nsubj", "nsubjpass", "attr", "aux", "prep", "xcomp"):
            count += sum(_no(tokens, j) for j in found.kids[k])
            count += tokens[k].text.lower() in NOBODY and tokens[k].dep != "aux"
            count += any(tokens[j].dep == "preconj" and tokens[j].text in NEITHER for j in found.kids[k])
    return count + sum(tokens[j].text.lower() in ("neither", "nor") for j in found.kids[i])


def _negator(tokens: Sequence[Token], k: int) -> bool:
    return tokens[k].dep == "neg" or tokens[k].text.lower() in NEGATORS


def _no(tokens: Sequence[Token], k: int) -> bool:
    return tokens[k].text.lower() == "no" and tokens[k].dep in ("det", "neg")


@cache
def implicatives() -> frozenset[str]:
    """Verbs that deny what they govern."""
    return frozenset(row["lemma"] for row in lexicon("implicatives"))


# -- the cue --


def commitment(found: Tree, words: frozenset[int]) -> Commitment:
    """What the word of a cue that reports says of the content; with its preposition first ("call for")."""
    tokens, rows = found.tokens, commitments()
    order = sorted(words, key=lambda k: (tokens[k].pos not in ("NOUN", "ADJ"), -k))
    particles = [k for k in sorted(words) if tokens[k].pos in ("ADP", "SCONJ")]
    for k in order:
        lemma = tokens[k].lemma.lower()
        for name in (*(f"{lemma} {tokens[j].text.lower()}" for j in particles if j > k), lemma):
            if name in rows:
                return rows[name]
        stance = _stance(tokens[k])
        if stance:
            return Commitment(*BY_STANCE.get(stance, PLAIN[:4]), "opens")
    return PLAIN


def _stance(token: Token) -> str:
    cue = cues().get((KINDS.get(token.pos, "verb"), token.lemma.lower()))
    return cue.stance if cue else ""


@cache
def commitments() -> dict[str, Commitment]:
    """The lexicon of words that say more of their content than their stance does."""
    return {
        r["word"]: Commitment(r["sign"], r["modality"], r["infinitive"], "", r["negated"])
        for r in lexicon("commitments")
    }


def _committed(said: Commitment, own: tuple[str, str], infinitive: bool, noun: bool) -> tuple[str, str]:
    """Polarity and modality with what an unnegated cue adds."""
    polarity, modality = own
    if said.sign == "-":
        polarity = FLIPPED.get(polarity, polarity)
    given = (infinitive and said.infinitive) or (noun and said.noun) or said.modality
    if "asked" in (given, modality):
        return (polarity if modality == "asked" else "open"), "asked"
    if given in WEAKER and modality not in WEAKER[given]:
        given = ""
    return polarity, given or modality


def _of_cue(
    found: Tree, words: frozenset[int], said: Commitment, own: tuple[str, str], held: tuple[str, str]
) -> tuple[str, str]:
    """Polarity and modality with the cue's own negation and modal verb."""
    tokens = found.tokens
    if any(_negator(tokens, k) or tokens[k].text.lower() == "no" for k in words):
        if said.negated == "opens":
            return "open", "uncommitted"
        if said.negated == "turns":
            return own
        return (FLIPPED.get(held[0], held[0]), held[1]) if said.negated == "raises" else held
    helpers = [tokens[k] for k in sorted(words) if tokens[k].tag == "MD"]
    modal = _named("aux", [t for t in helpers if t.text.lower() != "would"])
    return held[0], modal or held[1]
