"""Speakers and chains: who says it, through whom.

Names a draft's subject by the mention at its head, a document by its issuer, a pronoun by the
mention's person, and nests statements: what stands inside the content of another was said by
way of that one's speaker. Invariant: a chain ends with the speaker and repeats no name in a row.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from ..model import Annotated, Mention, Span, Speaker
from .channels import SEEN, Said, Within, channels
from .drafts import Draft, by_sentence
from .gazetteer import heads
from .tree import Tree
from .voices import ISSUERS, MEDIA, Voices, documents, together

NEAR = 2
"""Sentences back that an unresolved he or she looks for the last person who spoke."""
CARRIED = 0.8
"""What is left of the score where a chain is carried into the next sentence."""
NAMED = ("person", "body", "group", "place")
PRONOUNS = frozenset(("he", "she", "it", "they"))
ISSUING = frozenset("issue publish release send write post put make give file sign circulate tweet".split())
ISSUED = 4
"""Sentences back that "the statement" looks for who issued it."""


class Speakers:
    """Names the speakers of one account."""

    def __init__(self, account: Annotated, found: Tree) -> None:
        self.account, self.found, self.text = account, found, account.witness.text
        self.mentions = [m for m in account.mentions if m.kind in NAMED and isinstance(m.value, str)]
        self.starts = [m.span.start for m in self.mentions]
        self.issuers: dict[str, Speaker] = {}
        self.last: dict[str, tuple[int, str, str | None]] = {}
        self.pronouns = {(m.span.of(self.text).lower(), m.value) for m in self.mentions if m.how == "pronoun"}
        self.voices = Voices.of(account, found)

    def of(self, draft: Draft) -> Speaker | None:
        """The speaker of a draft, or None where it is left out."""
        if draft.speaker is not None:
            return self.stretch(*draft.speaker)
        if draft.subject is None:
            return None
        head, span = self.head(*draft.subject), self._span(*draft.subject)
        if self.voices.kind(head) == "document":
            return self._document(head, draft.subject, span)
        if self._several(*draft.subject):
            speaker = self._together(draft.subject, span)
        else:
            mention = self._mention(draft.subject)
            speaker = (
                self._named(head, span, mention) if mention else self._unnamed(draft.subject, head, span)
            )
        self._issues(draft.head, speaker)
        return speaker

    def _mention(self, subject: tuple[int, int]) -> Mention | None:
        """The mention that a subject's words are about; for "who" the one it stands for.

        A common noun is itself ("a ministry spokesman" is not the ministry) unless a name
        stands beside it ("the mayor, Ann Lee").
        """
        head, span = self.head(*subject), self._span(*subject)
        token = self.found.tokens[head]
        if token.tag in ("WP", "WDT"):
            noun = self._antecedent(head)
            return None if noun is None else self.at(noun)
        mention = self.at(head)
        if mention is not None and mention.kind == "place" and span.end > mention.span.end + 2:
            # "Passengers … at Stone Point on Monday say": a misread subject, not the place's words.
            mention = None
        if mention is not None or token.pos == "PROPN":
            return mention or self._within(span)
        beside = self.found.child(head, "appos")
        return None if beside is None else self.at(beside)

    def _antecedent(self, head: int) -> int | None:
        """The noun that a relative pronoun stands for."""
        verb = next((k for k in self.found.up(head) if self.found.tokens[k].dep == "relcl"), None)
        return None if verb is None else self.found.tokens[verb].head

    def _named(self, head: int, span: Span, mention: Mention) -> Speaker:
        name, key = self.name(mention)
        if mention.kind in ("person", "body"):
            self.last[mention.kind] = (self.found.sentence[head], name, key)
        return Speaker((span,), name, key, "person" if mention.kind == "person" else "body")

    def _together(self, subject: tuple[int, int], span: Span) -> Speaker:
        """Several names joined: "Lee, the mayor, and Roe"."""
        tokens = self.found.tokens
        inside = self._inside(tokens[subject[0]].start, tokens[subject[1] - 1].end)
        held = {str(m.value): m for m in reversed(inside) if not self._owns(m) and m.how != "demonym"}
        people = [m for m in held.values() if m.kind == "person"]
        group = sorted(people if len(people) > 1 else held.values(), key=lambda m: m.span)
        return (
            self._group(span, group) if len(group) > 1 else Speaker((span,), self._words(span), None, "group")
        )

    def _group(self, span: Span, group: Sequence[Mention]) -> Speaker:
        pairs = [self.name(m) for m in group]
        return together(Speaker((span,), ""), [n for n, _ in pairs], [k for _, k in pairs])

    def _unnamed(self, subject: tuple[int, int], head: int, span: Span) -> Speaker:
        """A speaker without a mention: a pronoun left open, several at once, or a description."""
        many = self.voices.asked(*subject, head)
        group = self.voices.members(head, many, self.mentions) if many else []
        if group:
            return self._group(span, group)
        if self._words(span).lower() in PRONOUNS:
            return self._pronoun(head, span)
        noun = self._antecedent(head) if self.found.tokens[head].tag in ("WP", "WDT") else None
        if noun is not None and self.found.left[noun] < head:
            return self._described(self.found.left[noun], head, noun, span)
        return self._described(*subject, head, span)

    def _described(self, first: int, last: int, head: int, span: Span) -> Speaker:
        return Speaker((span,), self.voices.describe(first, last, head), None, self.voices.kind(head))

    def _pronoun(self, head: int, span: Span) -> Speaker:
        """He, she, it or they without a mention: the noun it stands for, else the last who spoke, if near."""
        word = self._words(span)
        noun = self.voices.stands_for(head)
        if noun is not None:
            return self._noun(noun, span)
        kind = {"he": "person", "she": "person", "it": "body"}.get(word.lower())
        kinds = {"it": ("body", "place"), "they": ("group",)}.get(word.lower(), ())
        body = self._before(head, kinds) if kinds else None
        if body is not None:
            return self._named(head, span, body)
        last = self.last.get(kind or "")
        if last and self.found.sentence[head] - last[0] <= NEAR and self._agrees(word.lower(), last[2]):
            return Speaker((span,), *last[1:], kind or "")
        return Speaker((span,), word, None, "unnamed")

    def _noun(self, noun: int, span: Span) -> Speaker:
        """What a pronoun stands for, where that is a common noun: "the officer", "the letter"."""
        reach = self.found.left[noun], self.found.right[noun] + 1
        mention = self.at(noun)
        if mention is not None:
            return self._named(noun, span, mention)
        if self.voices.kind(noun) == "document":
            return self._document(noun, reach, span)
        return self._described(*reach, noun, span)

    def _before(self, head: int, kinds: Sequence[str]) -> Mention | None:
        """The body or state that was the last subject before "it", the movement before "they"."""
        for k in self.voices.subjects(head, NEAR):
            mention = self.at(k)
            if mention is not None and mention.kind in kinds and mention.how != "demonym":
                return mention
            if self.found.tokens[k].pos in ("PROPN", "NOUN"):
                return None
        return None

    def _agrees(self, pronoun: str, key: str | None) -> bool:
        """Whether no other pronoun of the account says that this is a man, or a woman."""
        other = {"he": "she", "she": "he"}.get(pronoun)
        return (other, key) not in self.pronouns

    def _issues(self, verb: int, speaker: Speaker) -> None:
        """Remember that "the ministry said in a statement", for "the statement" later."""
        for c in self.found.children(verb, "prep") if verb >= 0 else ():
            noun = self.found.child(c, "pobj")
            if noun is not None and self.found.tokens[noun].lemma.lower() in documents():
                self.issuers[self.found.tokens[noun].lemma.lower()] = speaker

    def personal(self, subject: tuple[int, int] | None) -> bool:
        """Whether a subject is a person: by its mention, else he, she or a name the parser takes for one."""
        if subject is None:
            return False
        head = self.head(*subject)
        mention = self.at(head) or self._within(self._span(*subject))
        if mention is not None:
            return mention.kind == "person"
        words = self.found.tokens[subject[0] : subject[1]]
        return any(t.ent == "PERSON" for t in words) or [t.text.lower() for t in words] in (["he"], ["she"])

    def institution(self, subject: tuple[int, int] | None) -> bool:
        """Whether a subject is a body, a state or a document, which may pass on what others say."""
        if subject is None:
            return False
        head = self.head(*subject)
        if self.voices.kind(head) == "document":
            return True
        mention = self.at(head)
        if mention is not None:
            return mention.kind in ("body", "place")
        return self.found.tokens[head].ent in ("ORG", "GPE") or self.found.tokens[head].lemma.lower() in MEDIA

    def stretch(self, start: int, end: int) -> Speaker:
        """The speaker that a line outside the parse names: "Minister Ann Lee", "Ann Lee, mayor of Ostry"."""
        span = Span(self.account.witness.id, start, end)
        words = self._words(span)
        name = words.split(",")[0].strip() or words
        have = set(name.lower().split())
        fits = [
            m
            for m in self.mentions
            if (m.kind == "person" and set(self.name(m)[0].lower().split()) <= have)
            or (m.kind == "body" and self.name(m)[0].lower() == name.lower())
        ]
        best = max(fits, key=lambda m: (len(self.name(m)[0]), m.span), default=None)
        if best is not None:
            return Speaker((span,), *self.name(best), best.kind)
        row = name.split()
        person = (
            1 < len(row) < 5 and all(w[0].isupper() for w in row) and row[-1].lower() not in heads("head")
        )
        return Speaker((span,), name, None, "person" if person else "unnamed")

    def name(self, mention: Mention) -> tuple[str, str]:
        """The fullest name and the key of a mention's entity."""
        key = str(mention.value)
        return key.partition(":")[2] or key, key

    def called(self, mention: Mention) -> Speaker:
        """A mention as a speaker."""
        return Speaker((mention.span,), *self.name(mention), "person" if mention.kind == "person" else "body")

    def head(self, first: int, last: int) -> int:
        """The token of a range that hangs on one outside it."""
        tokens = self.found.tokens
        return next((k for k in range(first, last) if not first <= tokens[k].head < last), last - 1)

    def _span(self, first: int, last: int) -> Span:
        tokens = self.found.tokens
        return Span(self.account.witness.id, tokens[first].start, tokens[last - 1].end)

    def _words(self, span: Span) -> str:
        return " ".join(span.of(self.text).split())

    def _several(self, first: int, last: int) -> bool:
        """Whether a subject is two names joined ("Lee, the mayor, and Roe"), not one with a clause."""
        words = self.found.tokens[first:last]
        if any(t.pos == "VERB" for t in words) or not any(t.text.lower() in ("and", "or") for t in words):
            return False
        inside = [m for m in self._inside(words[0].start, words[-1].end) if not self._owns(m)]
        people = {str(m.value) for m in inside if m.kind == "person"}
        head = self.head(first, last)
        joined = any(t.dep == "conj" and t.head == head and t.pos == "PROPN" for t in words)
        return len(people) > 1 or (not people and joined)

    def _inside(self, start: int, end: int) -> list[Mention]:
        low, high = bisect_left(self.starts, start), bisect_right(self.starts, end)
        return [m for m in self.mentions[low:high] if m.span.end <= end + 2]

    def at(self, head: int) -> Mention | None:
        """The mention that holds a token, people first."""
        token = self.found.tokens[head]
        low = max(0, bisect_right(self.starts, token.start) - 6)
        near = self.mentions[low : bisect_right(self.starts, token.start)]
        held = [m for m in near if m.span.start <= token.start < m.span.end]
        return min(held, key=lambda m: (NAMED.index(m.kind), m.span.start - m.span.end), default=None)

    def _within(self, span: Span) -> Mention | None:
        """The one person, else the one body, that a speaker's words name."""
        inside = [m for m in self._inside(span.start, span.end) if m.how != "pronoun"]
        for kind in ("person", "body"):
            named = [m for m in inside if m.kind == kind and not self._owns(m)]
            if len({str(m.value) for m in named}) == 1:
                return named[0]
        return None

    def _owns(self, mention: Mention) -> bool:
        """Whether a mention is a possessive ("Lee's adviser" is not Lee)."""
        return self.text[mention.span.end : mention.span.end + 2] in ("'s", "’s") or self.text[
            mention.span.start : mention.span.end
        ].endswith(("'s", "’s"))

    def _document(self, head: int, reach: tuple[int, int], span: Span) -> Speaker:
        """A statement, readout or letter speaks for its issuer, named beside it or before."""
        lemma = self.found.tokens[head].lemma.lower()
        issuer = self._issuer(head)
        if issuer is not None:
            mention = self.at(self.head(*issuer)) or self._within(self._span(*issuer))
            name, key = self.name(mention) if mention else (self._bare(issuer), None)
            speaker = Speaker((span,), name, key, "document")
            self.issuers[lemma] = speaker
            return speaker
        if self.found.tokens[reach[0]].text.lower() in ("the", "it", "that", "this"):
            known = self.issuers.get(lemma) or self._published(head)
            if known is not None:
                return Speaker((span,), known.name, known.key, "document", known.members)
        return Speaker((span,), self.voices.describe(*reach, head), None, "document")

    def _published(self, head: int) -> Speaker | None:
        """Who issued it, where a sentence before tells: "The agency issued a statement"."""
        found, lemma = self.found, self.found.tokens[head].lemma.lower()
        first = found.sentences[max(0, found.sentence[head] - ISSUED)].first
        for k in range(head - 1, first - 1, -1):
            token = found.tokens[k]
            verb = found.tokens[token.head]
            if token.lemma.lower() != lemma or token.dep != "dobj" or verb.lemma.lower() not in ISSUING:
                continue
            by = found.child(token.head, "nsubj")
            mention = None if by is None else self.at(by)
            if mention is not None:
                return Speaker((), *self.name(mention))
        return None

    def _bare(self, issuer: tuple[int, int]) -> str:
        """An issuer's words without article and possessive ending."""
        words = re.sub(r"['’]s?$", "", self._words(self._span(*issuer)))
        return re.sub(r"^(?:the|a|an) ", "", words, flags=re.IGNORECASE)

    def _issuing(self, k: int) -> bool:
        """Whether a word before "statement" is its issuer: a body, the police."""
        mention = self.at(k)
        return self.found.tokens[k].lemma.lower() in ISSUERS or (
            mention is not None and mention.kind == "body"
        )

    def _issuer(self, head: int) -> tuple[int, int] | None:
        found = self.found
        owner = found.child(head, "poss")
        if owner is None:
            for c in found.children(head, "prep", "agent", "acl"):
                by = found.child(c, "agent") if found.tokens[c].dep == "acl" else c
                if found.tokens[c].dep == "acl" and found.tokens[c].lemma.lower() in SEEN:
                    continue  # "a letter seen by the Tribune" is not the Tribune's
                if by is not None and found.tokens[by].text.lower() in ("from", "by", "of"):
                    owner = found.child(by, "pobj")
                    break
        if owner is None:
            owner = next((k for k in found.children(head, "compound", "amod") if self._issuing(k)), None)
        if owner is None or found.tokens[owner].pos == "PRON":
            return None
        return found.left[owner], found.right[owner] + 1


def nest(found: Tree, drafts: Sequence[Draft]) -> dict[int, Draft]:
    """For each draft (by ``id``) the smallest one whose content its cue stands in.

    A draft without a cue goes by its content.
    """
    near = by_sentence(found, drafts)
    out: dict[int, Draft] = {}
    for d in drafts:
        marks = d.cue or d.content
        at = found.sentence[min(found.at(marks[0][0]), len(found.tokens) - 1)] if marks else -1
        holders = [
            o
            for o in near.get(at, ())
            if o is not d
            and (o.cue or o.frame == "carried")
            and _holds(o.content, marks)
            and not _holds(d.content, o.cue)
        ]
        if holders:
            out[id(d)] = min(holders, key=_size)
    return out


def carry(speakers: Speakers, drafts: Sequence[Draft], said: Said, within: Within) -> None:
    """Put channels into chains, and let a credit reach the next sentences of its paragraph.

    In "The agency reported that Lee had said A. He also hoped that B." B is the agency's too, and
    so is what Lee says next after "According to the readout". Adds to ``within``; what is carried
    scores less.
    """
    found, last = speakers.found, dict[int, Draft]()
    for d in sorted((d for d in drafts if d.head >= 0 and d.cue), key=lambda d: d.head):
        number, speaker = found.sentence[d.head], said.get(id(d))
        outer, before = within.get(id(d)), last.get(number - 1)
        if outer is None and before is not None and speaker is not None:
            same = found.sentences[number].paragraph == found.sentences[number - 1].paragraph
            first = said.get(id(before))
            governed = _goes_on(speakers, d) or _governs(within[id(before)])
            if same and governed and first is not None and first.name == speaker.name:
                outer = within[id(d)] = within[id(before)]
                d.score *= CARRIED
        if outer is not None and outer.head >= 0 and speakers.institution(outer.subject):
            last[number] = d
    channels(speakers, list(drafts), said, within)


def _governs(outer: Draft) -> bool:
    """Whether a credit is one that governs more than its sentence: "According to the readout"."""
    return outer.lemma == "according to"


def _goes_on(speakers: Speakers, draft: Draft) -> bool:
    """Whether a draft opens its sentence with a pronoun: "He also said …"."""
    if draft.subject is None:
        return False
    words = speakers.found.tokens[draft.subject[0] : draft.subject[1]]
    opens = draft.subject[0] <= speakers.found.within(draft.head).first + 1
    return opens and len(words) == 1 and words[0].text.lower() in ("he", "she", "it", "they")


def _holds(content: Sequence[tuple[int, int]], marks: Sequence[tuple[int, int]]) -> bool:
    return bool(marks) and all(any(a <= s and e <= b for a, b in content) for s, e in marks)


def _size(draft: Draft) -> int:
    return sum(b - a for a, b in draft.content)


def chain(draft: Draft, within: Mapping[int, Draft], names: Mapping[int, str]) -> tuple[str, ...]:
    """Names from the outermost speaker to the draft's own, both maps by ``id`` of drafts."""
    out: list[str] = []
    at: Draft | None = draft
    for _ in range(8):
        if at is None:
            break
        name = names.get(id(at), "")
        if name and (not out or out[-1] != name):
            out.append(name)
        at = within.get(id(at))
    return tuple(reversed(out))
