"""Words inside quotation marks that are not the same words in two accounts.

Aligns each two quotations that share wording (``wording``): quoting less than another account is no
discrepancy, other words are, and so are words left out in the middle without a mark. Tells one
changed word from two translations of one utterance, and a paraphrase from both. Does not ask who
speaks.

Invariant: every side of a finding lies inside quotation marks (or a block quotation), but for
the unquoted side of a paraphrase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from ..annotate.quotes import paragraphs_of
from ..annotate.text import paragraphs
from ..model import Annotated, Span
from .lists import forms, listed
from .sheet import Line, Pair, Sheet, stem, stop_words
from .slots import Finding
from .wording import (
    GAP,
    PROOF,
    SEED,
    Alignment,
    Change,
    Part,
    Quote,
    abbreviated,
    align,
    dice,
    gaps,
    kept,
    opposites,
    shared_runs,
    trifling,
    words_of,
)

TURNS = listed("turning opening")
"""Opening words that turn the sense of what follows: dropping one is worth saying."""
TERMS = listed("condition")
"""Words that open a condition on what stands before them."""
TRANSLATED = "two translations or transcripts of one utterance"
TRIMMED = "a quotation trimmed at its start, as is usual; the word dropped turns the sense"
CURTAILED = "a quotation trimmed at its end, as is usual; the words dropped turn the sense"
TRANSCRIBED = "transcripts of one utterance: one word more or less"
SLIPS = "transcripts of one utterance, which part in many small words"
BRACKETED = "an editor's word in brackets for the speaker's own"
MANY = 3
"""Places in which two quotations part, from which they are two transcripts, not one that was changed ..."""
DENSE = 15
"""... where there are no more words than this to each place."""
PARAPHRASED = "a paraphrase or another translation of one utterance"
WHOLE = 9
"""Words of a quotation from which it is a whole utterance, to be compared with one in other words."""
GOES_ON = 160
"""Code points after a quotation in which it may go on ("…", she said, "but only if …")."""
TONGUES = tuple(forms("ending of a language"))
"""Endings of the names of languages that the tagger of names does not know."""
Side = tuple[Span, str]
Speakers = Mapping[Span, str]
"""The key of who says most of each quotation, or ""."""
Said = Sequence[tuple[Span, str]]
"""What is said in an account, and the key of who says it."""


def compare(laid: Sheet) -> Iterator[Finding]:
    """Find quotations of one utterance that differ in their words."""
    quotes = [q for i in range(len(laid.accounts)) for q in quotes_of(laid.accounts[i], i)]
    said = [_said(laid, i) for i in range(len(laid.accounts))]
    speakers = {q.span: _speaker(said[q.account], q) for q in quotes}
    seen: set[tuple[Span, Span]] = set()
    for a, b in _candidates(quotes):
        found = align(a, b)
        if found is not None:
            seen.add((a.span, b.span))
            yield from _verdict(laid, found, (speakers[a.span], speakers[b.span]))
            yield from _beheaded(laid, found)
            yield from _curtailed(laid, found)
    yield from _rendered(laid, quotes, speakers, frozenset(seen))
    yield from _translations(laid, quotes, (speakers, said), seen)


# -- reading --


def quotes_of(account: Annotated, index: int) -> Iterator[Quote]:
    """Quotations of three words and more, block quotations included."""
    witness = account.witness
    lines = list(paragraphs(witness))
    marked = paragraphs_of(witness.text, [(start, end) for start, end, _ in lines])
    for (start, end, kind), found in zip(lines, marked, strict=True):
        spans = [q.inner for q in found] or ([(start, end)] if kind == "quotation" else [])
        for at, to in spans:
            words, places = words_of(witness.text, at, to)
            if len(words) >= 3:
                whole = witness.text[places[0][0]].isupper()
                yield Quote(index, Span(witness.id, places[0][0], places[-1][1]), words, places, whole)


# -- pairing --


def _candidates(quotes: Sequence[Quote]) -> Iterator[tuple[Quote, Quote]]:
    """Pairs of quotations of two accounts that share a run of words."""
    runs: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, quote in enumerate(quotes):
        for i in range(len(quote.words) - SEED + 1):
            run = quote.words[i : i + SEED]
            if any(w not in stop_words() for w in run):
                runs[run].add(number)
    found = {
        (i, j)
        for holders in runs.values()
        if len(holders) <= 60
        for i in holders
        for j in holders
        if quotes[i].account < quotes[j].account
    }
    for i, j in sorted(found):
        yield quotes[i], quotes[j]


# -- judging --


def _verdict(laid: Sheet, found: Alignment, speakers: tuple[str, str]) -> Iterator[Finding]:
    """What two aligned quotations make; nothing where two people say much the same."""
    telling = found.telling
    sides = _side(laid, found.a, found.mine), _side(laid, found.b, found.theirs)
    swaps = [c for c in telling if c.a[0] < c.a[1] and c.b[0] < c.b[1]]
    two = all(speakers) and speakers[0] != speakers[1]
    if found.loose and len(swaps) >= MANY and found.share < 0.8 and not two:
        words = _difference(laid, found.a, found.b, swaps[0])
        says = f"The same utterance stands inside quotation marks in two wordings: {words}."
        yield Finding("quotation", sides, says, TRANSLATED, 0.75)
        return
    sure = found.same >= PROOF and found.share >= 0.85
    again = found.repeated and not any(found.negates(c) for c in telling)
    if not found.one_utterance or again or (two and not sure):
        return
    if telling:
        innocent = _excuse(laid, found, telling)
        known = 0.1 * (bool(speakers[0]) and not two) + min(found.same, 20) / 200
        score = min(0.95, 0.35 + 0.4 * found.share + known)
        yield Finding("quotation", sides, _sentence(laid, found, telling), innocent, score)
        return
    yield from _bracketed(laid, found)


def _excuse(laid: Sheet, found: Alignment, telling: Sequence[Change]) -> str | None:
    """Why the places where two quotations part are harmless, if they are."""
    if any(found.turns(c) for c in telling):
        return None
    if all(_slip(laid, found, c) for c in telling):
        return TRANSCRIBED
    parted = [c for c in found.changes if not marked(found, c)]
    return SLIPS if len(parted) >= MANY and found.same < DENSE * len(parted) else None


def _slip(laid: Sheet, found: Alignment, change: Change) -> bool:
    """One word more or less, one that is said twice, or a name called out ("I would, Ada Kreel, go")."""
    held, part = (found.a, change.a) if change.b[0] == change.b[1] else (found.b, change.b)
    if change.a[0] < change.a[1] and change.b[0] < change.b[1]:
        return False
    words = held.words[slice(*part)]
    size = len(words)
    again = held.words[: part[0]], held.words[part[1] :]
    if size == 1 or any(words == row[i : i + size] for row in again for i in range(len(row) - size + 1)):
        return True
    called = laid.text(held.part(*part))
    before = laid.text(Span(held.span.witness, held.span.start, held.part(*part).start))
    return size <= 3 and before.rstrip().endswith(",") and all(w[0].isupper() for w in called.split())


def marked(found: Alignment, change: Change) -> bool:
    """Whether an editor's mark (an ellipsis, a bracket) stands in a place."""
    words = (*found.a.words[slice(*change.a)], *found.b.words[slice(*change.b)])
    return any(word == GAP or word[0] in "[(" for word in words)


def _bracketed(laid: Sheet, found: Alignment) -> Iterator[Finding]:
    """A word in square brackets where the other quotation has words of the speaker's."""
    for change in found.changes:
        left, right = found.a.words[slice(*change.a)], found.b.words[slice(*change.b)]
        for editor, own in ((left, right), (right, left)):
            plain = [w for w in own if w not in stop_words() and w[0] not in "[("]
            if len(editor) != 1 or not editor[0].startswith("[") or not plain or len(own) > 3:
                continue
            word = editor[0].strip("[]")
            known = any(stem(w) in (stem(x) for x in word.split()) for w in plain)
            if known or abbreviated(tuple(word.split()), own, ()):
                continue
            turned = any(w in opposites().get(word, ()) for w in plain)
            says = f"One quotation has an editor's word: {_difference(laid, found.a, found.b, change)}."
            sides = _side(laid, found.a, change.a), _side(laid, found.b, change.b)
            yield Finding("quotation", sides, says, None if turned else BRACKETED, 0.6, part="bracket")


def _sentence(laid: Sheet, found: Alignment, telling: Sequence[Change]) -> str:
    first = next((c for c in telling if found.turns(c)), telling[0])
    others = len(telling) - 1
    more = f", and {others} more such place{'s' if others > 1 else ''}" if others else ""
    if first.a[0] < first.a[1] and first.b[0] < first.b[1]:
        return f"Quoted words differ: {_difference(laid, found.a, found.b, first)}{more}."
    full = (found.a, first.a) if first.a[0] < first.a[1] else (found.b, first.b)
    lost = "a negation is missing" if found.negates(first) else "words are left out without a mark"
    return f"In one account's quotation {lost}: “{_words(laid, *full)}”{more}."


def _difference(laid: Sheet, a: Quote, b: Quote, change: Change) -> str:
    return f"“{_words(laid, a, change.a)}” against “{_words(laid, b, change.b)}”"


def _words(laid: Sheet, quote: Quote, part: Part) -> str:
    """Words as written, at most ten."""
    words = _side(laid, quote, part)[1].split()
    return " ".join(words[:10]) + (" …" if len(words) > 10 else "")


def _side(laid: Sheet, quote: Quote, part: Part) -> Side:
    """A stretch of a quotation, with its words as written."""
    span = quote.part(*part)
    return span, laid.text(span)


def _beheaded(laid: Sheet, found: Alignment) -> Iterator[Finding]:
    """One quotation opens as a sentence where the other has a word before it that turns the sense."""
    starts = found.mine[0], found.theirs[0]
    for short, long, at, to in ((found.a, found.b, *starts), (found.b, found.a, *starts[::-1])):
        if at or not to or long.words[to - 1] not in TURNS or not laid.text(short.span)[0].isupper():
            continue
        one, other = _side(laid, short, (0, 8)), _side(laid, long, (to - 1, to + 8))
        opening = _words(laid, long, (to - 1, to))
        says = f"One quotation drops the opening “{opening}” and starts as if nothing stood before it."
        sides = (one, other) if short is found.a else (other, one)
        yield Finding("quotation", sides, says, TRIMMED, 0.6, part="opening")


def _curtailed(laid: Sheet, found: Alignment) -> Iterator[Finding]:
    """One quotation ends as a sentence where the other goes on with a condition ("…, unless it rains")."""
    if found.same < PROOF or found.telling:
        return
    for short, long, end, to in (
        (found.a, found.b, found.mine[1], found.theirs[1]),
        (found.b, found.a, found.theirs[1], found.mine[1]),
    ):
        if end < len(short.words) or to >= len(long.words) or long.words[to] not in TERMS:
            continue
        between = laid.text(Span(long.span.witness, long.places[to - 1][1], long.places[to][0]))
        account = laid.accounts[short.account]
        after = account.witness.text[short.span.end : short.span.end + GOES_ON].lower()
        stopped = laid.text(long.part(to - 1, to)).endswith(".")
        if stopped or between.strip() not in ("", ",", "—", "–") or f"{long.words[to]} " in after:
            continue
        one, other = _side(laid, short, (max(0, end - 8), end)), _side(laid, long, (max(0, to - 4), to + 8))
        says = f"One quotation ends where the other goes on: “{_words(laid, long, (to, len(long.words)))}”."
        sides = (one, other) if short is found.a else (other, one)
        yield Finding("quotation", sides, says, CURTAILED, 0.6, part="end")


# -- translations, paraphrases --


def _translations(
    laid: Sheet,
    quotes: Sequence[Quote],
    voices: tuple[Speakers, Sequence[Said]],
    seen: set[tuple[Span, Span]],
) -> Iterator[Finding]:
    """Lines alike in sense, both or one inside quotation marks, in other words throughout."""
    speakers, said = voices
    by_line: dict[tuple[int, int], list[Quote]] = defaultdict(list)
    for quote in quotes:
        line = laid.line_at(quote.account, quote.span.start)
        if line is not None and len(quote.words) >= 9:
            by_line[quote.account, line.number].append(quote)
    for pair in laid.pairs:
        mine = by_line.get((pair.a.account, pair.a.number), [])
        theirs = by_line.get((pair.b.account, pair.b.number), [])
        for a in mine:
            for b in theirs:
                if (a.span, b.span) not in seen:
                    seen.add((a.span, b.span))
                    keys = speakers[a.span], speakers[b.span]
                    if not all(keys) or keys[0] == keys[1]:
                        yield from _loose(laid, a, b)
        for quote, line in [(q, pair.b) for q in mine if not theirs] + [
            (q, pair.a) for q in theirs if not mine
        ]:
            speaker = speakers[quote.span]
            if speaker and speaker in _voices(said[line.account], line):
                yield from _paraphrase(laid, quote, line, pair)


def _loose(laid: Sheet, a: Quote, b: Quote) -> Iterator[Finding]:
    """Two quotations without a run in common that say the same."""
    share = dice(a.words, b.words)
    if share >= 0.5:
        words = f"“{_words(laid, a, (0, 6))} …” against “{_words(laid, b, (0, 6))} …”"
        says = f"The same utterance stands inside quotation marks in two wordings: {words}."
        sides = (a.span, laid.text(a.span)), (b.span, laid.text(b.span))
        yield Finding("quotation", sides, says, TRANSLATED, 0.4 + share / 2)


def _rendered(
    laid: Sheet, quotes: Sequence[Quote], speakers: Speakers, seen: frozenset[tuple[Span, Span]]
) -> Iterator[Finding]:
    """Quotations of one speaker in one point with hardly a word in common: two translations."""
    held: dict[tuple[str, str], list[Quote]] = defaultdict(list)
    for quote in quotes:
        line = laid.line_at(quote.account, quote.span.start)
        point = (
            laid.point_of.get((quote.account, line.number)) if line and len(quote.words) >= WHOLE else None
        )
        key = speakers[quote.span]
        if point and key:
            held[point, key].append(quote)
    for (point, _), group in sorted(held.items()):
        for a, b in combinations(group, 2):
            if a.account == b.account or (a.span, b.span) in seen or not _as_long(a, b):
                continue
            words = f"“{_words(laid, a, (0, 6))} …” against “{_words(laid, b, (0, 6))} …”"
            told = _language(laid, a) or _language(laid, b)
            spoken = f", spoken in {told}," if told else ""
            says = f"The same utterance{spoken} stands inside quotation marks in two wordings: {words}."
            sides = (a.span, laid.text(a.span)), (b.span, laid.text(b.span))
            yield Finding("quotation", sides, says, TRANSLATED, 0.7 if told else 0.6, point)


def _said(laid: Sheet, i: int) -> Said:
    """What is said in an account, and the key of who says it."""
    statements = laid.accounts[i].statements
    named = [(s, s.speaker.key) for s in statements if s.speaker and s.speaker.key]
    return [(c, laid.people.get(key, key)) for s, key in named for c in s.content]


def _speaker(said: Said, quote: Quote) -> str:
    """The key of who says most of a quotation, or ""."""
    size = quote.span.end - quote.span.start
    return next((key for span, key in said if 2 * span.overlap(quote.span) > size), "")


def _voices(said: Said, line: Line) -> frozenset[str]:
    """Keys of those who say some of a line."""
    within = Span(said[0][0].witness, line.sentence.start, line.sentence.end) if said else None
    return frozenset(key for span, key in said if within and span.overlap(within))


def _as_long(a: Quote, b: Quote) -> bool:
    """Whether each says about as much as the other, and they share a word that is none of grammar."""
    short, long = sorted((len(a.words), len(b.words)))
    own = [{stem(w) for w in q.words if w not in stop_words()} for q in (a, b)]
    return 2 * short >= long and bool(own[0] & own[1])


def _language(laid: Sheet, quote: Quote) -> str:
    """The language that an account says an utterance was in ("she said in Velden"), or ""."""
    account, line = laid.accounts[quote.account], laid.line_at(quote.account, quote.span.start)
    if line is None:
        return ""
    tokens = account.tokens[line.sentence.first : line.sentence.last]
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        inside = quote.span.start <= token.start < quote.span.end
        tongue = token.ent in ("LANGUAGE", "NORP") or (token.text.istitle() and token.text.endswith(TONGUES))
        # "In Tavorian waters" names no language.
        if (
            before.text.lower() == "in"
            and tongue
            and not inside
            and after.pos not in ("NOUN", "PROPN", "ADJ")
        ):
            return token.text
    return ""


def _paraphrase(laid: Sheet, quote: Quote, line: Line, pair: Pair) -> Iterator[Finding]:
    """Quoted by one, given without marks and in other content words by the other."""
    account = laid.accounts[line.account]
    words, places = words_of(account.witness.text, line.sentence.start, line.sentence.end)
    share = kept(quote.words, words)
    if not 0.5 <= share <= 0.92 or pair.likeness < 0.3:
        return
    other = Quote(line.account, Span(account.witness.id, places[0][0], places[-1][1]), words, places)
    swap = _swap(quote, other)
    if swap is None:
        return
    words_apart = _difference(laid, quote, other, swap)
    says = f"One account quotes what another gives in words of its own: {words_apart}."
    sides = ((quote.span, laid.text(quote.span)), (other.span, laid.text(other.span)))
    ordered = sides if quote.account < other.account else sides[::-1]
    yield Finding("quotation", ordered, says, PARAPHRASED, 0.45 + share / 4)


def _swap(a: Quote, b: Quote) -> Change | None:
    """The first place where content words are exchanged for others, one to three for as many."""
    for change in gaps(shared_runs(a.words, b.words)):
        sides = a.words[slice(*change.a)], b.words[slice(*change.b)]
        small = [len(s) > 3 or all(w in stop_words() for w in s) for s in sides]
        if not any(small) and not trifling(a, b, change):
            return change
    return None
