"""Who does what a verb says, and with which words: its subject and its helpers in the parse.

Serves where the tagger read no speaker: a participle, an infinitive and a second verb have the
subject of the verb above. Does not judge whether the verb reports. Invariant: a subject is a
token range of the verb's own sentence.
"""

from __future__ import annotations

from .tree import VERBAL, Tree

SUBJECT = ("nsubj", "nsubjpass", "csubj", "csubjpass")
SHARED = frozenset(("conj", "advcl", "xcomp", "acl", "dep", "ccomp", "parataxis", "pcomp", "prep"))
LINKS = frozenset(("aux", "auxpass", "neg", "prt"))
DATELINE = 12
"""Most tokens of a dateline before its dash."""
REACH = 6
"""Verbs up from a participle to look for its subject."""
QUOTING = frozenset(("quote", "cite"))


def cue_words(tree: Tree, i: int) -> list[int]:
    """A verb with its auxiliaries, negation, particle and the adverbs between them."""
    near = {i, *(k for k in tree.kids[i] if tree.tokens[k].dep in LINKS and k < i + 3)}
    for k in tree.children(i, "advmod"):
        if not tree.kids[k] and k < i and (k + 1 in near or k - 1 in near):
            near.add(k)
    return sorted(near)


def is_passive(tree: Tree, i: int) -> bool:
    """Whether a verb's subject hears rather than speaks: "was told", "Asked about the toll, …"."""
    if tree.child(i, "auxpass") is not None:
        return True
    token = tree.tokens[i]
    return token.tag == "VBN" and token.dep in ("advcl", "acl") and tree.child(i, "aux") is None


def subject_of(tree: Tree, i: int) -> tuple[int, int] | None:
    """Token range of who does what the verb at ``i`` says, or None where it is left out.

    A participle (saying), an infinitive and a second verb of a pair take the subject of the
    verb above; a relative clause keeps its pronoun; a passive has its agent or nobody.
    """
    path = [at for at, _ in zip(tree.up(i), range(REACH), strict=False)]
    for at in path:
        token = tree.tokens[at]
        if at != i and token.pos not in VERBAL and token.dep != "prep":
            if at == path[1] and token.dep in ("oprd", "attr"):
                # "Lee called it a trick, saying …": the trick says nothing.
                continue
            return (tree.left[at], i) if at == path[1] and token.pos in ("NOUN", "PROPN") else None
        own = _own(tree, at, i)
        if own is not None or token.dep not in SHARED or is_passive(tree, i):
            return own
    return None


def _own(tree: Tree, at: int, i: int) -> tuple[int, int] | None:
    """The agent, the one quoted ("quoted Lee as saying") or the subject of the verb at ``at``."""
    if (agent := _agent(tree, at)) is not None:
        return agent
    quoted = tree.child(at, "dobj") if tree.tokens[at].lemma.lower() in QUOTING else None
    if quoted is not None and at != i and quoted < i:
        return _before(tree, quoted, i)
    subject = tree.child(at, *SUBJECT)
    if subject is None or (at == i and tree.tokens[subject].dep == "nsubjpass"):
        return None
    return _speaker(tree, subject)


def _speaker(tree: Tree, subject: int) -> tuple[int, int]:
    """A subject without a dateline, and without what it does meanwhile ("speaking on condition …")."""
    first, last = _reach(tree, subject)
    for k in range(first, min(subject, first + DATELINE)):
        if tree.tokens[k].text in ("—", "–", "-", "--") and first == tree.within(k).first:
            first = k + 1  # "PORT ESSEL, May 4 — Mayor Ann Lee said"
    for k in tree.kids[subject]:
        comma = k > subject and tree.tokens[tree.left[k] - 1].text == ","
        if comma and tree.tokens[k].tag == "VBG" and tree.tokens[k].dep in ("acl", "advcl"):
            last = min(last, tree.left[k] - 1)
    return first, max(last, first + 1)


def _agent(tree: Tree, i: int) -> tuple[int, int] | None:
    by = tree.child(i, "agent")
    noun = None if by is None else tree.child(by, "pobj")
    return None if noun is None else _reach(tree, noun)


def _reach(tree: Tree, i: int) -> tuple[int, int]:
    """Token range of everything below token ``i``, outer commas left off."""
    first, last = tree.left[i], tree.right[i] + 1
    while first < last and tree.tokens[first].pos in ("PUNCT", "CCONJ"):
        first += 1
    while last > first and tree.tokens[last - 1].pos in ("PUNCT", "CCONJ"):
        last -= 1
    return first, max(last, first + 1)


def _before(tree: Tree, i: int, stop: int) -> tuple[int, int]:
    """Token range below ``i`` that ends before "as saying"."""
    first, last = _reach(tree, i)
    while last > first + 1 and (last > stop or tree.tokens[last - 1].text.lower() == "as"):
        last -= 1
    return first, last
