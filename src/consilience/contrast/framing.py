"""How each account tells it, as far as it can be counted.

Counts the verbs an account reports each speaker with, who acts on whom, what is told in the passive
and with or without its agent, words of a list of loaded ones (``data/loaded.tsv``), in the account's
own voice, in words that it reports or inside quotation marks, and what a headline has that its body
does not bear out (``headlines``). Gives no verdict and no score.

Invariant: every count is the number of its spans, and each span is a place in the account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ..annotate.cues import cues
from ..annotate.quotes import paragraphs_of
from ..annotate.text import paragraphs
from ..annotate.tree import Tree
from ..data import lexicon
from ..model import Annotated, Entity, Framing, Mention, Span, Statement, Token
from .headlines import headline
from .lists import listed
from .sheet import Sheet, sheet

NAMED = frozenset({"person", "body", "place", "group"})
KINDS = ("headline", "verb", "actor", "acted-on", "passive", "loaded")
LIGHT = listed("light verb")
Counted = tuple[str, str, str, str]


def framing(
    accounts: Sequence[Annotated], entities: Sequence[Entity] = (), laid: Sheet | None = None
) -> tuple[Framing, ...]:
    """Count what can be counted in how each account tells it.

    >>> framing([])
    ()

    :param laid: the accounts side by side, if they are laid so already.
    :returns: by account, then kind, then most frequent first.
    """
    names = {e.key: e.name for e in entities}
    laid = laid or sheet(accounts, (), entities)
    out: list[Framing] = []
    for i, account in enumerate(laid.accounts):
        found: dict[Counted, set[Span]] = defaultdict(set)
        for kind, who, says, places in headline(laid, i):
            out.append(Framing(account.witness.id, "headline", kind, places, who or None, says))
        actions = _actions(account, laid.trees[i], names)
        for counted, span in (*_verbs(account, laid.trees[i], names), *actions, *_loaded(account)):
            found[counted].add(span)
        rows = sorted(found.items(), key=lambda r: (KINDS.index(r[0][0]), -len(r[1]), r[0]))
        for (kind, word, who, note), spans in rows:
            out.append(Framing(account.witness.id, kind, word, tuple(sorted(spans)), who or None, note))
    return tuple(out)


# -- reporting verbs --


def _verbs(account: Annotated, grown: Tree, names: Mapping[str, str]) -> Iterator[tuple[Counted, Span]]:
    """The head word of each statement's cue, by speaker."""
    for statement in account.statements:
        head = next((t for span in statement.cue if (t := _head(grown, span)) is not None), None)
        if head is not None and statement.speaker is not None:
            span = Span(account.witness.id, head.start, head.end)
            yield ("verb", _word(head), _speaker(statement, names), statement.stance), span


def _head(grown: Tree, span: Span) -> Token | None:
    """The first verb inside a span, else its first word ("according to")."""
    words = [t for t in grown.tokens[grown.at(span.start) : grown.at(span.end)] if t.end <= span.end]
    words = [t for t in words if t.start >= span.start]
    return next((t for t in words if t.pos == "VERB"), words[0] if words else None)


def _word(head: Token) -> str:
    """The lemma of a cue's head, where the parser's is none: "hopes" is no form of "hop"."""
    lemma = head.lemma.lower()
    if head.text.lower() == "according":
        return "according to"
    return lemma + "e" if ("verb", lemma) not in cues() and ("verb", lemma + "e") in cues() else lemma


def _speaker(statement: Statement, names: Mapping[str, str]) -> str:
    speaker = statement.speaker
    if speaker is None:
        return ""
    return names.get(speaker.key or "", speaker.name)


# -- who acts on whom --


def _actions(account: Annotated, grown: Tree, names: Mapping[str, str]) -> Iterator[tuple[Counted, Span]]:
    """Verbs with a named subject and object, and passives with a named sufferer."""
    said = {span for s in account.statements for span in s.cue}
    at = _mentions_at(account)
    for i, token in enumerate(account.tokens):
        lemma = token.lemma.lower()
        span = Span(account.witness.id, token.start, token.end)
        if token.pos != "VERB" or lemma in LIGHT:
            continue
        if ("verb", lemma) in cues() and any(span.overlap(cue) for cue in said):
            continue  # "said" only reports; "sued" does so too, but is an act, and no cue of the lexicon
        subject = _name(grown, at, names, grown.child(i, "nsubj"))
        target = _name(grown, at, names, grown.child(i, "dobj"))
        sufferer = _name(grown, at, names, grown.child(i, "nsubjpass"))
        if subject and target and subject != target:
            yield ("actor", lemma, subject, f"on {target}"), span
            yield ("acted-on", lemma, target, f"by {subject}"), span
        if sufferer:
            agent = _agent(grown, at, names, i)
            yield ("acted-on", lemma, sufferer, f"by {agent}" if agent else "by no one named"), span
            yield ("passive", lemma, sufferer, f"agent named: {agent}" if agent else "agent not named"), span


def _mentions_at(account: Annotated) -> Mapping[int, Mention]:
    """The name or pronoun that covers each start of a token."""
    named = [m for m in account.mentions if m.kind in NAMED and isinstance(m.value, str)]
    out: dict[int, Mention] = {}
    i = 0
    for token in account.tokens:
        while i < len(named) and named[i].span.end <= token.start:
            i += 1
        if i < len(named) and named[i].span.start <= token.start < named[i].span.end:
            out[token.start] = named[i]
    return out


def _name(grown: Tree, at: Mapping[int, Mention], names: Mapping[str, str], i: int | None) -> str:
    mention = None if i is None else at.get(grown.tokens[i].start)
    if mention is None or not isinstance(mention.value, str):
        return ""
    return names.get(mention.value, mention.value)


def _agent(grown: Tree, at: Mapping[int, Mention], names: Mapping[str, str], i: int) -> str:
    by = grown.child(i, "agent")
    return "" if by is None else _name(grown, at, names, grown.child(by, "pobj"))


# -- loaded words --


@cache
def loaded() -> Mapping[str, str]:
    """Loaded lemma to its sort."""
    return {row["word"]: row["sort"] for row in lexicon("loaded")}


def _loaded(account: Annotated) -> Iterator[tuple[Counted, Span]]:
    """Listed words; apart are those inside quotation marks and those of what somebody is reported to say."""
    lines = list(paragraphs(account.witness))
    marked = paragraphs_of(account.witness.text, [(start, end) for start, end, _ in lines])
    inside = [(q.start, q.end) for found in marked for q in found]
    inside += [(start, end) for start, end, kind in lines if kind == "quotation"]
    said = [(c.start, c.end) for s in account.statements if s.speaker is not None for c in s.content]
    for token in account.tokens:
        sort = loaded().get(token.lemma.lower()) or loaded().get(token.text.lower())
        if sort is not None and token.pos != "PROPN":
            quoted = any(start <= token.start < end for start, end in inside)
            reported = any(start <= token.start < end for start, end in said)
            span = Span(account.witness.id, token.start, token.end)
            voice = ", inside quotation marks" if quoted else ", in reported words" if reported else ""
            yield ("loaded", token.lemma.lower(), "", sort + voice), span
