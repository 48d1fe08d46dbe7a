"""The same words in another mouth.

Compares statements of different accounts that share a run of words, or nearly all their content, and
whose speakers are two people by key. A body and the person who speaks for it, a chain that names both
speakers, and a speaker who is only a pronoun are no difference.

Invariant: both statements have a resolved speaker who is a person, and neither account gives the
same words to the other's speaker too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..model import Span, Statement
from .lists import forms, listed
from .sheet import Sheet, stop_words
from .slots import Finding
from .wording import shared_runs, words_of

PRONOUNS = listed("pronoun of a speaker")
WHOLE = 0.8
"""Share of the shorter statement's words from which two statements are the same words throughout."""
SPOKEN_FOR = "one speaks for the other"
VOICES = tuple(forms("speaks for another"))
"""How words begin for one who speaks for another."""
FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
"""Tags of verbs that make a clause."""
IN_A_ROW = 3
"""Words in a row that count as shared."""
RUN = 6
"""Words in a row that make two statements the same words."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement with its words in normal form; ``named`` unless the speaker is but a pronoun there."""

    account: int
    statement: Statement
    words: tuple[str, ...]
    named: bool = True

    @property
    def key(self) -> str:
        return (self.statement.speaker.key if self.statement.speaker else None) or ""

    @property
    def name(self) -> str:
        return self.statement.speaker.name if self.statement.speaker else ""


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find statements with two speakers."""
    said = [s for i in range(len(laid.accounts)) for s in _said(laid, i)]
    runs: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for n, one in enumerate(said):
        for i in range(len(one.words) - RUN + 1):
            run = one.words[i : i + RUN]
            if sum(w not in stop_words() for w in run) >= 2:
                runs[run].add(n)
    pairs = {(n, m) for held in runs.values() if len(held) < 40 for n in held for m in held}
    named = {(n, m) for n, m in pairs if said[n].named and said[m].named}
    alike = sorted((n, m) for n, m in named if said[n].account < said[m].account)
    known = _speakers(said, named)
    for n, m in alike:
        a, b = said[n], said[m]
        if (
            _same_words(a, b)
            and _differ(laid, a, b)
            and b.key not in known[n, a.account]
            and a.key not in known[m, b.account]
        ):
            beside = _beside(laid, a, b.name), _beside(laid, b, a.name)
            spokesman = _speaks_for(laid, a, b.name) or _speaks_for(laid, b, a.name)
            if any(beside) and not spokesman:
                continue
            others = [said[k] for k in sorted({k for j, k in pairs if j in (n, m)} - {n, m})]
            same = [c for c in others if c.key in (a.key, b.key) and _share(a, c) >= WHOLE]
            yield _finding(a, b, same, SPOKEN_FOR if spokesman else None)


def _said(laid: Sheet, i: int) -> Iterator[Said]:
    text = laid.accounts[i].witness.text
    keys = _keys_by_name(laid)
    for statement in laid.accounts[i].statements:
        if statement.speaker is None:
            continue
        if not statement.speaker.key and statement.speaker.name.lower() in keys:
            # The line below a block quotation names its speaker in full; it holds no mention.
            key = keys[statement.speaker.name.lower()]
            statement = replace(statement, speaker=replace(statement.speaker, key=key))
        named = _named(laid, statement)
        words = tuple(w for span in statement.content for w in words_of(text, span.start, span.end)[0])
        if len(words) >= RUN and _says(laid, i, statement):
            yield Said(i, statement, words, named)
        for span in statement.content if len(statement.content) > 1 else ():
            part = words_of(text, span.start, span.end)[0]
            if len(part) >= RUN:
                yield Said(i, replace(statement, content=(span,)), part, named)


def _says(laid: Sheet, i: int, statement: Statement) -> bool:
    """Whether what is said is a clause: "pleaded guilty to two counts of theft" tells what many plead."""
    if statement.form == "direct":
        return True
    grown = laid.trees[i]
    spans = [(grown.at(s.start), grown.at(s.end - 1) + 1) for s in statement.content]
    return any(t.tag in FINITE for low, high in spans for t in laid.accounts[i].tokens[low:high])


def _keys_by_name(laid: Sheet) -> dict[str, str]:
    """Keys of people by their full names."""
    people = [e for e in laid.entities.values() if e.kind == "person" and len(e.name.split()) > 1]
    return {e.name.lower(): e.key for e in sorted(people, key=lambda e: e.key)}


def _named(laid: Sheet, statement: Statement) -> bool:
    """Whether the speaker stands there by name: a pronoun is too often laid to the wrong person."""
    spans = statement.speaker.spans if statement.speaker else ()
    words = {word.lower() for span in spans for word in words_of_name(laid.text(span))}
    named = words_of_name(statement.speaker.name) if statement.speaker else []
    return any(len(word) > 2 and word.lower() in words - PRONOUNS for word in named)


def words_of_name(name: str) -> list[str]:
    """Words of a name without marks.

    >>> words_of_name("Lind, Tora")
    ['Lind', 'Tora']
    """
    return [word.strip(",.;:’'") for word in name.split()]


def _speakers(said: Sequence[Said], pairs: set[tuple[int, int]]) -> dict[tuple[int, int], set[str]]:
    """Speakers to whom an account gives the words of a statement, by statement and account."""
    out: dict[tuple[int, int], set[str]] = defaultdict(set)
    for n, m in pairs:
        if _share(said[n], said[m]) >= WHOLE:
            out[n, said[m].account].add(said[m].key)
    return out


def _same_words(a: Said, b: Said) -> bool:
    """Whether one statement is mostly the words of the other, in order, or both quote a long run."""
    quoted = "indirect" not in (a.statement.form, b.statement.form)
    shared = len(_content(a) & _content(b))
    return _share(a, b) >= (0.65 if quoted else 0.7) and shared >= (3 if quoted else 4)


def _share(a: Said, b: Said) -> float:
    """Share of the shorter statement's words that the longer has too, in order, three in a row or more.

    A long statement holds the small words of any short one.
    """
    runs = sum(size for _, _, size in shared_runs(a.words, b.words) if size >= IN_A_ROW)
    return runs / min(len(a.words), len(b.words))


def _content(said: Said) -> set[str]:
    return {word for word in said.words if word not in stop_words()}


def _differ(laid: Sheet, a: Said, b: Said) -> bool:
    kinds = [laid.entities[s.key].kind if s.key in laid.entities else "" for s in (a, b)]
    if a.key == b.key or kinds != ["person", "person"]:
        return False
    names = [set(s.name.lower().split()) for s in (a, b)]
    if names[0] & names[1] or not all(names):
        return False
    chains = {name.lower() for s in (a, b) for name in s.statement.chain[:-1]}
    return not any(s.name.lower() in chains for s in (a, b))


def _beside(laid: Sheet, said: Said, name: str) -> bool:
    """Whether another speaker is named where words are given to one: whose they are is not told surely.

    "Lind answered a letter by Nils Aas that reads “…”" gives the words to Aas.
    """
    surname = name.rsplit(maxsplit=1)[-1].lower()
    return any(surname in words_of_name(words.lower()) for words in _about(laid, said))


def _speaks_for(laid: Sheet, said: Said, name: str) -> bool:
    """Whether the speaker is shown as another's voice: "Tora Lind, a spokeswoman for Aas"."""
    speaker = said.statement.speaker
    texts = [laid.text(span) for span in speaker.spans] if speaker and said.named else []
    voices = {word for text in texts for word in words_of_name(text.lower())}
    surname = name.rsplit(maxsplit=1)[-1].lower()
    return surname in {word.removesuffix("’s").removesuffix("'s") for word in voices} and any(
        word.startswith(VOICES) for word in voices
    )


def _about(laid: Sheet, said: Said) -> Iterator[str]:
    """The sentences in which a statement and its speaker stand."""
    speaker = said.statement.speaker
    seen: set[int] = set()
    for span in (*said.statement.content, *(speaker.spans if speaker else ())):
        for at in (span.start, span.end - 1):
            line = laid.line_at(said.account, at)
            if line is not None and line.number not in seen:
                seen.add(line.number)
                sentence = line.sentence
                yield (
                    laid.accounts[said.account].witness.text[sentence.start : sentence.end].replace("’s", "")
                )


def _finding(a: Said, b: Said, others: Sequence[Said], innocent: str | None) -> Finding:
    """Both sides, with the further accounts that give the words to either, if only as "he said"."""
    says = f"The same words are given to {a.name} in one account and to {b.name} in another."
    sides = tuple((span, s.name) for s in (a, b, *others) for span in _spans(s))
    return Finding("attribution", sides, says, innocent, min(0.95, 0.3 + 0.6 * _share(a, b)))


def _spans(said: Said) -> tuple[Span, ...]:
    """The speaker's name where it stands, and the words."""
    speaker = said.statement.speaker
    name = speaker.spans[:1] if speaker and said.named else ()
    return (*name, *said.statement.content[:1])
