"""What stands beside a word of saying: its words, its complement and its subject.

Reads the parse and proposes every verb, noun, adjective, phrase or colon that could report
something, with the frame it stands in (clause, inf, ing, obj, a preposition, …). Does not
judge: the lexicon in ``cues`` says which word and frame report. Invariant: content and cue
never share a token.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .tree import VERBAL, Tree

Ranges = tuple[tuple[int, int], ...]
SUBJECT = ("nsubj", "nsubjpass", "csubj", "csubjpass")
LINKS = frozenset(("aux", "auxpass", "neg", "prt"))
SHUT = frozenset(("conj", "cc", "parataxis"))
SHARED = frozenset(("conj", "advcl", "xcomp", "acl", "dep", "ccomp", "parataxis", "pcomp", "prep"))
RAISING = frozenset(("seem", "appear", "tend", "happen"))
ADVERBS = frozenset(("reportedly", "allegedly", "apparently", "supposedly", "purportedly", "seemingly"))
VIEWS = frozenset(("view", "opinion", "words", "estimation", "judgment", "judgement", "telling"))
DAYS = frozenset(
    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "yesterday", "today")
)
DATELINE = 12
"""Most tokens of a dateline before its dash."""
REACH = 6
"""Verbs up from a participle to look for its subject."""
QUOTING = frozenset(("quote", "cite"))
COMPLEMENTS = ("xcomp", "dobj", "oprd", "prep", "attr", "acomp")


@dataclass(frozen=True, slots=True)
class Frame:
    """A candidate: ``cue`` token indices, ``content`` token ranges, the ``subject``'s range.

    ``lemma`` is the word that reports, ``kind`` its class (verb, noun, adj, phrase, colon) and
    ``name`` the frame; ``passive`` frames have no subject unless an agent is named.
    """

    head: int
    lemma: str
    kind: str
    name: str
    cue: tuple[int, ...]
    content: Ranges
    subject: tuple[int, int] | None
    passive: bool = False


def frames(tree: Tree, nouns: frozenset[str]) -> Iterator[Frame]:
    """Every candidate of an account, in text order of its head.

    :param nouns: lemmas of reporting nouns (claim, hope), so "expressed hope that" is one cue.
    """
    for i, token in enumerate(tree.tokens):
        if token.pos in VERBAL and token.dep not in ("aux", "auxpass"):
            if token.text.lower() == "according":
                yield from _phrase(tree, i)
            else:
                yield from _verb(tree, i, nouns)
        elif token.pos == "NOUN":
            yield from _noun(tree, i, nouns)
        elif token.text == ":":
            yield from _colon(tree, i)
        elif token.pos in ("ADP", "SCONJ") and token.text.lower() in ("according", "in", "per", "to"):
            yield from _phrase(tree, i)
        elif token.pos == "ADV" and token.lemma.lower() in ADVERBS:
            yield from _adverb(tree, i)


def _verb(tree: Tree, i: int, nouns: frozenset[str]) -> Iterator[Frame]:
    """The frame of a verb; "is confident that" is the frame of its adjective."""
    token = tree.tokens[i]
    passive = is_passive(tree, i)
    lemma, kind = token.lemma.lower(), "verb"
    name, cue, content = _complement(tree, i)
    adjective = tree.child(i, "acomp")
    noun = tree.child(i, "dobj")
    if adjective is not None and name in ("obj", "clause"):
        kind, lemma = "adj", tree.tokens[adjective].lemma.lower()
        name, cue, content = _inner(tree, i, adjective)
    elif noun is not None and name == "obj" and tree.tokens[noun].lemma.lower() in nouns:
        inner = _inner(tree, i, noun)
        if inner[2] and not _anothers(tree, noun):
            kind, lemma = "noun", tree.tokens[noun].lemma.lower()
            name, cue, content = inner
    subject = subject_of(tree, i)
    if content and name != "clause" and (passive or lemma in RAISING):
        whole = tree.child(i, *SUBJECT)
        if whole is not None and reach(tree, whole)[1] <= min(cue):
            content = (reach(tree, whole), *content)
    if lemma in RAISING:
        subject = None
    yield Frame(i, lemma, kind, name, cue, content, subject, passive)


def is_passive(tree: Tree, i: int) -> bool:
    """Whether a verb's subject hears rather than speaks: "was told", "Asked about the toll, …"."""
    if tree.child(i, "auxpass") is not None:
        return True
    token = tree.tokens[i]
    return token.tag == "VBN" and token.dep in ("advcl", "acl") and tree.child(i, "aux") is None


def _anothers(tree: Tree, noun: int) -> bool:
    """Whether a noun has a named owner: "rejected Lee's plan to …" is about the plan."""
    owner = tree.child(noun, "poss")
    return owner is not None and tree.tokens[owner].pos != "PRON"


def _inner(tree: Tree, i: int, k: int) -> tuple[str, tuple[int, ...], Ranges]:
    """The complement of an adjective or noun that the verb at ``i`` brings in."""
    for c in tree.kids[k]:
        token = tree.tokens[c]
        if c > k and token.dep in ("ccomp", "xcomp", "acl", "prep"):
            name = _inner_name(tree, c)
            start = c + 1 if token.dep == "prep" else tree.left[c]
            end = max(tree.right[c] + 1, end_of(tree, i, k) if token.dep != "prep" else 0)
            if start >= end or name == "relative":
                continue
            skip = {j for j in range(tree.left[k], start) if tree.tokens[j].pos != "PUNCT"}
            return name, tuple(sorted({*cue_words(tree, i), *skip})), ((start, end),)
    return "none", (i,), ()


def _inner_name(tree: Tree, c: int) -> str:
    """Frame of a noun's or adjective's complement."""
    token = tree.tokens[c]
    if token.dep == "prep":
        return token.text.lower()
    if tree.tokens[tree.left[c]].text.lower() == "to" or any(
        tree.tokens[j].text.lower() == "to" and tree.tokens[j].dep == "aux" for j in tree.kids[c]
    ):
        return "inf"
    if token.tag in ("VBG", "VBN") and token.dep == "acl":
        return "relative"
    return "clause"


def _noun(tree: Tree, i: int, nouns: frozenset[str]) -> Iterator[Frame]:
    """A reporting noun with its owner: "her claim that …", "a warning from the mayor that …"."""
    lemma = tree.tokens[i].lemma.lower()
    head = tree.tokens[i].head
    if lemma not in nouns or (tree.tokens[i].dep == "dobj" and tree.tokens[head].pos in VERBAL):
        owner = tree.child(i, "poss")
        if lemma not in nouns or owner is None:
            return
    owner, by = tree.child(i, "poss"), None
    for c in tree.children(i, "prep"):
        if owner is None and tree.tokens[c].text.lower() in ("by", "from") and tree.child(c, "pobj"):
            owner, by = tree.child(c, "pobj"), c
    for c in tree.kids[i]:
        token = tree.tokens[c]
        if c <= i or c == by or token.dep not in ("acl", "prep", "ccomp", "xcomp"):
            continue
        name = _inner_name(tree, c)
        start = c + 1 if token.dep == "prep" else tree.left[c]
        if name == "relative" or start > tree.right[c]:
            continue
        near = [i, *(k for k in tree.children(i, "amod", "det", "compound") if k < i)]
        cue = (*near, c) if token.dep == "prep" else tuple(near)
        subject = None if owner is None else _owner(tree, owner)
        kept = tuple(k for k in sorted(cue) if subject is None or not subject[0] <= k < subject[1])
        yield Frame(i, lemma, "noun", f"n-{name}", kept, ((start, tree.right[c] + 1),), subject)
        return


def _owner(tree: Tree, i: int) -> tuple[int, int]:
    """An owner without its possessive ending."""
    first, last = reach(tree, i)
    if last - 1 > first and tree.tokens[last - 1].dep == "case":
        last -= 1
    return first, last


def _phrase(tree: Tree, i: int) -> Iterator[Frame]:
    """According to X, per X, in X's view: the clause about it is the content."""
    tokens = tree.tokens
    word = tokens[i].text.lower()
    cue: tuple[int, ...] = (i,)
    noun = tree.child(i, "pobj")
    if word == "according":
        to = tree.child(i, "prep")
        if to is None or tokens[to].text.lower() != "to" or tree.child(to, "pobj") is None:
            return
        cue, noun, lemma = (i, to), tree.child(to, "pobj"), "according to"
    elif noun is None:
        return
    elif word == "per":
        lemma = "per"
        if tokens[noun].pos != "PROPN" or tokens[i - 1 if i else 0].text != ",":
            return
    else:
        lemma = "in view"
        owner = tree.child(noun, "poss")
        if tokens[noun].text.lower() not in VIEWS or owner is None:
            return
        subject = _owner(tree, owner)
        cue = (i, *range(subject[1], noun + 1))
        yield from _about(tree, i, lemma, cue, subject)
        return
    if noun is not None:
        yield from _about(tree, i, lemma, cue, reach(tree, noun))


def _about(tree: Tree, i: int, lemma: str, cue: tuple[int, ...], subject: tuple[int, int]) -> Iterator[Frame]:
    """A phrase's content: its sentence when it opens or closes it, else the clause it stands in."""
    sentence = tree.within(i)
    hole = (tree.left[i], tree.right[i] + 1)
    whole = (sentence.first, sentence.last)
    if tree.left[i] > sentence.first:
        verb = next((k for k in tree.up(i) if tree.tokens[k].pos in VERBAL and k != i), None)
        after = range(hole[1], sentence.last)
        if tree.tokens[hole[0] - 1].text == "," and not any(tree.child(k, *SUBJECT) for k in after):
            # "…, according to an email kept secret": nothing after it is the email's.
            whole = (sentence.first, hole[0])
        elif verb is not None and tree.tokens[verb].dep in ("conj", "ccomp", "advcl", "relcl", "acl"):
            whole = (tree.left[verb], tree.right[verb] + 1)
    content = without(tree, whole, hole)
    if content:
        yield Frame(i, lemma, "phrase", "sentence", cue, content, subject)


def _adverb(tree: Tree, i: int) -> Iterator[Frame]:
    """Reportedly, allegedly: the clause round it, by nobody named."""
    head = tree.tokens[i].head
    if tree.tokens[head].pos in VERBAL:
        content = without(tree, (tree.left[head], tree.right[head] + 1), (i, i + 1))
        yield Frame(i, tree.tokens[i].lemma.lower(), "adverb", "adverb", (i,), content, None)


def _colon(tree: Tree, i: int) -> Iterator[Frame]:
    """A headline's colon: "Minister: dam is safe"."""
    sentence = tree.within(i)
    before = range(sentence.first, i)
    opens = sentence.first == 0 or tree.sentences[tree.sentence[i] - 1].paragraph != sentence.paragraph
    if not opens or not 1 <= len(before) <= 8 or i + 2 >= sentence.last:
        return
    if any(tree.tokens[k].pos in ("VERB", "AUX", "PUNCT", "NUM") for k in before):
        return
    last = max(s.last for s in tree.sentences[tree.sentence[i] :][:8] if s.paragraph == sentence.paragraph)
    yield Frame(i, ":", "colon", "colon", (i,), ((i + 1, last),), (sentence.first, i))


def cue_words(tree: Tree, i: int) -> list[int]:
    """A verb with its auxiliaries, negation, particle and the adverbs between them."""
    near = {i, *(k for k in tree.kids[i] if tree.tokens[k].dep in LINKS and k < i + 3)}
    for k in tree.children(i, "advmod"):
        if not tree.kids[k] and k < i and (k + 1 in near or k - 1 in near):
            near.add(k)
    return sorted(near)


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
        return reach_before(tree, quoted, i)
    subject = tree.child(at, *SUBJECT)
    if subject is None or (at == i and tree.tokens[subject].dep == "nsubjpass"):
        return None
    return _speaker(tree, subject)


def _speaker(tree: Tree, subject: int) -> tuple[int, int]:
    """A subject without a dateline, and without what it does meanwhile ("speaking on condition …")."""
    first, last = reach(tree, subject)
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
    return None if noun is None else reach(tree, noun)


def reach(tree: Tree, i: int) -> tuple[int, int]:
    """Token range of everything below token ``i``, outer commas left off."""
    first, last = tree.left[i], tree.right[i] + 1
    while first < last and tree.tokens[first].pos in ("PUNCT", "CCONJ"):
        first += 1
    while last > first and tree.tokens[last - 1].pos in ("PUNCT", "CCONJ"):
        last -= 1
    return first, max(last, first + 1)


def reach_before(tree: Tree, i: int, stop: int) -> tuple[int, int]:
    """Token range below ``i`` that ends before "as saying"."""
    first, last = reach(tree, i)
    while last > first + 1 and (last > stop or tree.tokens[last - 1].text.lower() == "as"):
        last -= 1
    return first, last


def _complement(tree: Tree, i: int) -> tuple[str, tuple[int, ...], Ranges]:
    """Name, cue and content of what the verb at ``i`` governs."""
    cue = tuple(cue_words(tree, i))
    clauses = [k for k in tree.children(i, "ccomp") if k > i or not _apart(tree, i, k)]
    if clauses:
        right = next((k for k in clauses if k > i), clauses[0])
        fronted = tree.tokens[tree.left[clauses[0]]].pos in ("ADP", "SCONJ")
        # "In a statement sent after the vote, Lee said he …": what is said comes after.
        return _clause(tree, i, right if fronted else clauses[0], cue)
    if main := _host(tree, i):
        return "aside", cue, main
    for k in tree.kids[i]:
        if k > i and tree.tokens[k].dep in COMPLEMENTS:
            return _after(tree, i, k, cue)
    return "none", cue, ()


def _apart(tree: Tree, i: int, clause: int) -> bool:
    """Whether a semicolon parts a clause from a verb after it."""
    return any(tree.tokens[k].text == ";" for k in range(clause, i))


def _clause(tree: Tree, i: int, clause: int, cue: tuple[int, ...]) -> tuple[str, tuple[int, ...], Ranges]:
    """A clause said: after the verb, or before it ("…, she said")."""
    if clause > i:
        return "clause", cue, ((_late(tree, i, clause), _credit(tree, clause, end_of(tree, i, clause))),)
    block = [*cue]
    subject = tree.child(i, *SUBJECT)
    if subject is not None:
        block += range(tree.left[subject], tree.right[subject] + 1)
    start = tree.left[clause]
    if tree.tokens[i].dep == "ROOT":
        start = min(start, tree.left[i])
    return "clause", cue, without(tree, (start, tree.right[clause] + 1), (min(block), max(block) + 1))


def _late(tree: Tree, i: int, clause: int) -> int:
    """Where a clause after its verb begins: "said on Tuesday it was …" begins at "it"."""
    start = tree.left[clause]
    words = [t.text.lower() for t in tree.tokens[start : start + 3]]
    if start == i + 1 and words[0] == "on" and words[1:2] and words[1] in DAYS and words[2:] != [","]:
        return start + 2
    return start + 1 if start == i + 1 and words[0] in DAYS and words[1:2] != [","] else start


def _credit(tree: Tree, clause: int, end: int) -> int:
    """The end of a clause before a closing ", according to …"."""
    for k in range(clause + 1, end - 1):
        if tree.tokens[k].text.lower() == "according" and tree.tokens[k - 1].text == ",":
            return k - 1
    return end


def _host(tree: Tree, i: int) -> Ranges:
    """The clause round an aside: "…, she said, …" taken as parataxis, or "As she said, …"."""
    token, head = tree.tokens[i], tree.tokens[i].head
    if head == i or tree.tokens[head].pos not in VERBAL:
        return ()
    mark = tree.child(i, "mark")
    as_said = token.dep == "advcl" and mark is not None and tree.tokens[mark].lemma == "as"
    if token.dep != "parataxis" and not as_said:
        return ()
    return without(tree, (tree.left[head], tree.right[head] + 1), (tree.left[i], tree.right[i] + 1))


def without(tree: Tree, whole: tuple[int, int], hole: tuple[int, int]) -> Ranges:
    """A token range less another; pieces without a word are dropped."""
    pieces = ((whole[0], min(hole[0], whole[1])), (max(hole[1], whole[0]), whole[1]))
    return tuple((a, b) for a, b in pieces if any(tree.tokens[k].pos != "PUNCT" for k in range(a, b)))


def _after(tree: Tree, i: int, k: int, cue: tuple[int, ...]) -> tuple[str, tuple[int, ...], Ranges]:
    """An infinitive, gerund, object or preposition after the verb."""
    token, end = tree.tokens[k], end_of(tree, i, k)
    if token.dep == "xcomp":
        to = any(tree.tokens[c].text.lower() == "to" for c in tree.kids[k])
        return ("inf" if to else "ing"), cue, ((tree.left[k], end),)
    if token.dep == "prep":
        return token.text.lower(), (*cue, k), ((k + 1, end),) if k + 1 < end else ()
    return "obj", cue, ((tree.left[k], end),)


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
        if token.dep != "punct" and not _dated(tree, c):
            end = max(end, tree.right[c] + 1)
    return end


def _dated(tree: Tree, c: int) -> bool:
    """Whether a phrase of the cue only says when: "rejected the offer on Tuesday"."""
    if tree.tokens[c].dep == "npadvmod":
        return tree.tokens[tree.right[c]].text.lower() in DAYS
    noun = tree.child(c, "pobj")
    return tree.tokens[c].text.lower() == "on" and noun is not None and tree.tokens[noun].text.lower() in DAYS
