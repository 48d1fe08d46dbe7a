"""What stands beside a word of saying: its words, its complement and its subject.

Reads the parse and proposes every verb, noun or phrase that could report something, with the
frame it stands in (clause, inf, ing, obj, a preposition, …). Does not judge: the lexicon in
``cues`` says which word and frame report. Invariant: content and cue never share a token.
"""

from __future__ import annotations

from dataclasses import dataclass

from .tree import Tree

SUBJECT = ("nsubj", "nsubjpass", "csubj", "csubjpass", "expl")
VERBAL = frozenset(("VERB", "AUX"))
LINKS = frozenset(("aux", "auxpass", "neg", "prt"))
SHUT = frozenset(("conj", "cc", "parataxis"))


@dataclass(frozen=True, slots=True)
class Frame:
    """A candidate: ``cue`` token indices, ``content`` token ranges, the ``subject``'s head token.

    ``name`` is the frame, ``lemma`` the word that reports; ``hearer`` is the token told.
    """

    head: int
    lemma: str
    name: str
    cue: tuple[int, ...]
    content: tuple[tuple[int, int], ...]
    subject: tuple[int, int] | None
    passive: bool = False


def verb_frames(tree: Tree, i: int) -> list[Frame]:
    """Candidates of the verb at token ``i``, likeliest first; usually one."""
    name, cue, content = _complement(tree, i)
    passive = tree.child(i, "auxpass") is not None
    subject = subject_of(tree, i)
    lemma = tree.tokens[i].lemma.lower()
    return [Frame(i, lemma, name, cue, content, subject, passive)]


def cue_words(tree: Tree, i: int) -> list[int]:
    """A verb with its auxiliaries, negation, particle and the adverbs between them."""
    kept = [k for k in tree.kids[i] if tree.tokens[k].dep in LINKS]
    near = {i, *kept}
    for k in tree.children(i, "advmod"):
        if tree.kids[k] == [] and (k + 1 in near or k - 1 in near) and k < i:
            near.add(k)
    first = min(near)
    return [k for k in range(first, i + 1) if k in near] + [k for k in sorted(near) if k > i]


def subject_of(tree: Tree, i: int) -> tuple[int, int] | None:
    """Token range of who does what the verb at ``i`` says, or None where it is left out.

    A participle (saying), an infinitive and a second verb of a pair take the subject of the
    verb above; a relative clause keeps its pronoun.
    """
    for step, at in enumerate(tree.up(i)):
        if step > 4:
            return None
        token = tree.tokens[at]
        if token.pos not in VERBAL and step:
            if tree.tokens[i].dep in ("acl",) and tree.tokens[i].head == at:
                return tree.left[at], i
            return None
        if (agent := _agent(tree, at)) is not None:
            return agent
        passive = tree.child(at, "auxpass") is not None
        subject = tree.child(at, *SUBJECT)
        if subject is not None:
            if tree.tokens[subject].dep == "nsubjpass" and at == i:
                return None
            if passive and at != i:
                return reach(tree, subject)
            return reach(tree, subject)
        if tree.tokens[at].dep not in ("conj", "advcl", "xcomp", "acl", "dep", "ccomp", "parataxis"):
            return None
    return None


def _agent(tree: Tree, i: int) -> tuple[int, int] | None:
    by = tree.child(i, "agent")
    noun = None if by is None else tree.child(by, "pobj")
    return None if noun is None else reach(tree, noun)


def reach(tree: Tree, i: int) -> tuple[int, int]:
    """Token range of everything below token ``i``, outer commas left off."""
    first, last = tree.left[i], tree.right[i] + 1
    while first < last and tree.tokens[first].pos == "PUNCT":
        first += 1
    while last > first and tree.tokens[last - 1].pos == "PUNCT":
        last -= 1
    return first, max(last, first + 1)


def _complement(tree: Tree, i: int) -> tuple[str, tuple[int, ...], tuple[tuple[int, int], ...]]:
    """Name, cue and content of what the verb at ``i`` governs."""
    cue = cue_words(tree, i)
    tokens = tree.tokens
    clause = tree.child(i, "ccomp")
    if clause is not None:
        return _clause(tree, i, clause, cue)
    if (main := _host(tree, i)) is not None:
        return "aside", tuple(cue), main
    for k in tree.kids[i]:
        if k > i and tokens[k].dep in ("xcomp", "dobj", "oprd", "prep", "attr", "acomp"):
            return _after(tree, i, k, cue)
    return "none", tuple(cue), ()


def _clause(
    tree: Tree, i: int, clause: int, cue: list[int]
) -> tuple[str, tuple[int, ...], tuple[tuple[int, int], ...]]:
    """A clause said: after the verb, or before it ("…, she said")."""
    if clause > i:
        return "clause", tuple(cue), ((tree.left[clause], end_of(tree, i, clause)),)
    block = [*cue]
    subject = tree.child(i, *SUBJECT)
    if subject is not None:
        first, last = tree.left[subject], tree.right[subject] + 1
        block += range(first, last)
    low, high = min(block), max(block)
    pieces = []
    start = tree.left[clause]
    if tree.tokens[i].dep == "ROOT":
        start = min(start, tree.left[i])
    if start < low:
        pieces.append((start, min(low, max(tree.right[clause] + 1, start + 1))))
    if tree.right[clause] > high:
        pieces.append((high + 1, tree.right[clause] + 1))
    return "clause", tuple(cue), tuple(pieces)


def _host(tree: Tree, i: int) -> tuple[tuple[int, int], ...] | None:
    """The clause round an aside: "…, she said, …" taken as parataxis, or "As she said, …"."""
    token = tree.tokens[i]
    head = token.head
    if head == i or tree.tokens[head].pos not in VERBAL:
        return None
    mark = tree.child(i, "mark")
    as_said = token.dep == "advcl" and mark is not None and tree.tokens[mark].lemma == "as"
    if token.dep != "parataxis" and not as_said:
        return None
    return without(tree, (tree.left[head], tree.right[head] + 1), (tree.left[i], tree.right[i] + 1))


def without(tree: Tree, whole: tuple[int, int], hole: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """A token range less another; pieces without a word are dropped."""
    pieces = ((whole[0], min(hole[0], whole[1])), (max(hole[1], whole[0]), whole[1]))
    return tuple(
        (a, b) for a, b in pieces if any(tree.tokens[k].pos not in ("PUNCT", "SPACE") for k in range(a, b))
    )


def _after(
    tree: Tree, i: int, k: int, cue: list[int]
) -> tuple[str, tuple[int, ...], tuple[tuple[int, int], ...]]:
    """An infinitive, gerund, object or preposition after the verb."""
    tokens = tree.tokens
    kind = tokens[k].dep
    end = end_of(tree, i, k)
    if kind == "xcomp":
        name = "inf" if any(tokens[c].text.lower() == "to" for c in tree.kids[k]) else "ing"
        return name, tuple(cue), ((tree.left[k], end),)
    if kind == "prep":
        start = k + 1
        if start >= end:
            return "none", tuple(cue), ()
        return tokens[k].text.lower(), (*cue, k), ((start, end),)
    return "obj", tuple(cue), ((tree.left[k], end),)


def end_of(tree: Tree, i: int, k: int) -> int:
    """Where the complement that opens at ``k`` ends: before a second verb or a new participle."""
    end = tree.right[k] + 1
    for c in tree.kids[i]:
        if c <= k:
            continue
        token = tree.tokens[c]
        comma = tree.tokens[tree.left[c] - 1].text in (",", ";", "—", "–")
        if token.dep in SHUT or (comma and token.dep in ("advcl", "prep", "npadvmod", "advmod")):
            break
        if token.dep == "punct":
            continue
        end = max(end, tree.right[c] + 1)
    return end
