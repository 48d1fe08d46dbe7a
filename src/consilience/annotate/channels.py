"""Channels: the outlets by way of which somebody's words came, and those whom an outlet cites.

In "Lee told the Post that …" and "in a letter seen by the Post, Lee said …" the Post is a link of
the chain, not the speaker; in "citing two officials, the Post reported …" the officials speak.
Does not find statements. Invariant: a channel never is the speaker whose words it passes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ..data import lexicon
from ..model import Mention, Speaker
from .drafts import Draft
from .refer import is_person
from .voices import documents

if TYPE_CHECKING:
    from .chains import Speakers

Said = dict[int, Speaker | None]
Within = dict[int, Draft]
"""The speaker of each draft, and the draft that it stands in, by ``id`` of drafts."""
SEEN = frozenset("see obtain review read leak cite quote publish carry print report".split())
"""What an outlet does with a document that is another's."""

TALKS = frozenset(("interview", "conversation", "talk", "remark", "comment", "email", "message"))
CITING = frozenset(("cite", "quote"))


@cache
def _outlets() -> tuple[frozenset[str], frozenset[str]]:
    """Known outlets in small letters, and the last words of names that tell one."""
    agencies = {n for r in lexicon("agencies") for n in (r["name"], *r["also"].split(";")) if n}
    bodies = {
        n for r in lexicon("bodies") if r["kind"] == "outlet" for n in (r["name"], *r["aliases"].split(";"))
    }
    ends = {r["word"].casefold() for r in lexicon("mastheads") if r["kind"] == "outlet"}
    return frozenset(n.casefold() for n in agencies | bodies if n), frozenset(ends)


def is_outlet(name: str) -> bool:
    """Whether a name is an outlet's: a known one, or one that ends like a masthead.

    >>> is_outlet("Calder Tribune"), is_outlet("Calder Steel")
    (True, False)
    """
    known, ends = _outlets()
    words = name.casefold().split()
    return name.casefold() in known or (bool(words) and words[-1] in ends)


def channels(speakers: Speakers, drafts: list[Draft], said: Said, within: Within) -> None:
    """Put channels into chains, and give what an outlet says of others to whom it cites.

    Changes ``said`` and ``within``: a channel is a draft of its own without words.
    """
    for draft in drafts:
        speaker = said.get(id(draft))
        if speaker is None or draft.head < 0:
            continue
        cited = _cited(speakers, draft)
        if cited is not None:
            told = speakers.of(_wordless(draft, cited))
            if told is not None and told.name != speaker.name:
                _insert(draft, speaker, said, within)
                said[id(draft)] = replace(told, spans=speaker.spans)  # the words that the cue hangs on
            continue
        for mention in _passed_by(speakers, draft):
            name, key = speakers.name(mention)
            if key != speaker.key and name != speaker.name:
                _insert(draft, speakers.called(mention), said, within)
                break


def _wordless(draft: Draft, subject: tuple[int, int] | None) -> Draft:
    return Draft(-1, draft.lemma, "channel", [], [], subject)


def _insert(draft: Draft, speaker: Speaker, said: Said, within: Within) -> None:
    """Put a channel between a draft and what it stands in."""
    channel = _wordless(draft, None)
    said[id(channel)] = speaker
    outer = within.get(id(draft))
    if outer is not None:
        within[id(channel)] = outer
    within[id(draft)] = channel


def _cited(speakers: Speakers, draft: Draft) -> tuple[int, int] | None:
    """Whom the subject of a verb of saying cites: "citing two officials"."""
    found = speakers.found
    if not speakers.institution(draft.subject):
        return None
    for k in found.kids[draft.head]:
        token = found.tokens[k]
        if token.lemma.lower() in CITING and token.tag == "VBG":
            noun = found.child(k, "dobj", "pobj")
            if noun is not None and _can_speak(speakers, noun):
                return found.left[noun], found.right[noun] + 1
    return None


def _can_speak(speakers: Speakers, noun: int) -> bool:
    """Whether a noun is somebody: not "citing a lack of money"."""
    mention = speakers.at(noun)
    if mention is not None:
        return mention.kind in ("person", "body")
    lemma = speakers.found.tokens[noun].lemma.lower()
    return is_person(lemma) or lemma in ("source", "police")


def _passed_by(speakers: Speakers, draft: Draft) -> Iterator[Mention]:
    """Outlets that somebody told it to, or that saw the letter it stands in."""
    found = speakers.found
    for k in found.children(draft.head, "dobj", "dative"):
        yield from _outlet(speakers, k, named=True)
    nouns = [n for p in found.children(draft.head, "prep") if (n := found.child(p, "pobj")) is not None]
    if draft.subject is not None:
        nouns.append(speakers.head(*draft.subject))
    for noun in nouns:
        lemma = found.tokens[noun].lemma.lower()
        if lemma in documents():
            for c in found.children(noun, "acl"):
                by = found.child(c, "agent")
                if by is not None and found.tokens[c].lemma.lower() in SEEN:
                    yield from _outlet(speakers, found.child(by, "pobj"), named=False)
        if lemma in TALKS:
            for c in found.children(noun, "prep"):
                if found.tokens[c].text.lower() in ("with", "to"):
                    yield from _outlet(speakers, found.child(c, "pobj"), named=True)


def _outlet(speakers: Speakers, noun: int | None, *, named: bool) -> Iterator[Mention]:
    """The outlet at a token; any body will do where its part says enough."""
    mention = None if noun is None else speakers.at(noun)
    if mention is None or mention.kind != "body":
        return
    if not named or is_outlet(speakers.name(mention)[0]):
        yield mention
