"""What grouping keeps of an account: words, names, numbers, days, a vector and a fingerprint.

Made from the account alone with light tokens, in a few milliseconds; no parser is needed and no
other account is looked at, so how rare a word is is no part of it (see ``stream``). Does not
decide anything. Names are runs of capitalised words, places those of the gazetteer and those that
stand after "in" or before a state; days are resolved against the date of publication.

Invariant: a profile depends on its witness alone (and on ``arrived``, where that has no date, or one
that lies ahead of it), and ``Profile.from_bytes(key, profile.to_bytes())`` is the same profile.
"""

from __future__ import annotations

import json
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np

from ..encoder import StaticEncoder
from ..errors import InputError
from ..model import UNREAD, Witness
from . import reading

VERSION = 2
FIELDS = ("words", "title", "lead", "names", "places", "ages", "numbers", "days")
"""The sparse parts of a profile, each a mapping of terms to weights."""
MOST = {
    "words": 220,
    "title": 24,
    "lead": 60,
    "names": 60,
    "places": 24,
    "ages": 16,
    "numbers": 40,
    "days": 16,
}
WIDTH = 256
LEAD_WORDS, READ_CHARS = 80, 8_000
"""Words of the body that count double; characters of an account that are read at most."""
AHEAD = 2.0
"""Days that a date may lie after arrival; one farther ahead may be a slip, and would empty the window."""
RUN, SKETCH = 4, 48
"""Words in a run of the fingerprint, and how many runs it keeps."""
Terms = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is kept of an account to group it.

    ``when`` is in days since 1970 UTC, ``dated`` whether the account says it, ``ahead`` whether it says
    a time far after its arrival: that counts between accounts, and moves no window. The sparse fields
    hold ``(term, weight)`` with weights of 1–255 in tenths; ``vectors`` are those of the title and
    the lead, int8, 256 each; ``sketch`` the smallest hashes of the runs of words, in order.
    """

    key: str
    when: float
    dated: bool
    ahead: bool
    outlet: str
    length: int
    words: Terms
    title: Terms
    lead: Terms
    names: Terms
    places: Terms
    ages: Terms
    numbers: Terms
    days: Terms
    vectors: bytes
    sketch: tuple[int, ...]

    def to_bytes(self) -> bytes:
        """Versioned bytes, one to three kilobytes."""
        fields = [dict(getattr(self, name)) for name in FIELDS]
        head = [self.when, self.dated, self.ahead, self.outlet, self.length, list(self.sketch), *fields]
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return bytes([VERSION]) + self.vectors + zlib.compress(text, 6)

    @classmethod
    def from_bytes(cls, key: str, data: bytes) -> Profile:
        """Read what ``to_bytes`` wrote; a profile of another version is refused."""
        if data[:1] != bytes([VERSION]):
            raise InputError("the profile of an account is of another version", where=key, todo="add it anew")
        width = 2 * WIDTH
        text = zlib.decompress(data[1 + width :]).decode("utf-8", "surrogatepass")
        when, dated, ahead, outlet, length, sketch, *fields = json.loads(text)
        sparse = {name: tuple(field.items()) for name, field in zip(FIELDS, fields, strict=True)}
        return cls(
            key,
            when,
            dated,
            ahead,
            outlet,
            length,
            **sparse,
            vectors=data[1 : 1 + width],
            sketch=tuple(sketch),
        )


def profile(witness: Witness, *, arrived: float) -> Profile:
    """Make the profile of an account.

    >>> told = Witness("w1:a", "a", "The dam at Melden broke, mayor Ilse Brandt, 51, said.")
    >>> made = profile(told, arrived=0.0)
    >>> dict(made.names), dict(made.ages), made.dated
    ({'ilse brandt': 10, 'melden': 10}, {'51': 10, '51 brandt': 10}, False)

    :param arrived: days since 1970, taken as the account's time where it has no date.
    """
    text, title = _body(witness), witness.title or ""
    when = moment(witness.published)
    day = _published(witness.published)
    tokens = reading.WORD.findall(text)
    stems = [reading.stem(token) for token in tokens]
    lower = Counter(filter(str.islower, tokens))
    found = list(reading.names(text, lower))
    head = [reading.stem(token) for token in reading.WORD.findall(title)]
    named = Counter(name for _, _, name in found)
    known = reading.places(found, text)
    stop = reading.stopwords()
    sparse: dict[str, Terms] = {
        "words": _words(stems, head),
        "title": _weighed(Counter(w for w in head if w not in stop), "title"),
        "lead": _weighed(Counter(w for w in stems[:LEAD_WORDS] if w not in stop), "lead"),
        "names": _weighed(named, "names"),
        "places": _weighed(known, "places"),
        "ages": _weighed(reading.ages(text, found), "ages"),
        "numbers": _weighed(reading.numbers(text, stems), "numbers"),
        "days": _weighed(Counter({str(d): n for d, n in reading.days(text, day).items()}), "days"),
    }
    return Profile(
        witness.id, arrived if when is None else when, when is not None,
        when is not None and when > arrived + AHEAD, (witness.outlet or "").casefold(), len(stems),
        **sparse, vectors=_vectors(title, text), sketch=_sketch(stems),
    )  # fmt: skip


def moment(published: str | None) -> float | None:
    """Days since 1970 UTC of an ISO 8601 date or time; None where there is none.

    >>> moment("1970-01-02"), moment("1970-01-02T12:00:00+00:00"), moment("soon")
    (1.0, 1.5, None)
    """
    try:
        at = datetime.fromisoformat(published or "")
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() / 86400, 6)


def _published(published: str | None) -> date | None:
    """The day of publication as the outlet gives it."""
    try:
        return datetime.fromisoformat(published or "").date()
    except ValueError:
        return None


def _body(witness: Witness) -> str:
    """What an account says, without furniture, so far as it is read."""
    if not witness.regions:
        return witness.text[:READ_CHARS]
    parts, size = [], 0
    for region in witness.regions:
        if region.kind not in UNREAD and region.kind != "title" and size < READ_CHARS:
            parts.append(witness.text[region.start : min(region.end, region.start + READ_CHARS - size)])
            size += len(parts[-1])
    return "\n".join(parts) if parts else witness.text[:READ_CHARS]


@lru_cache(maxsize=200_000)
def rarity(word: str) -> float:
    """How rare a word is in English, 0 to 1."""
    return StaticEncoder.load().rarity(word)


def _words(stems: Sequence[str], head: Sequence[str]) -> Terms:
    """Words weighed by how often they stand there, those of the lead twice and of the title three times."""
    counts = Counter(stems)
    counts.update(stems[:LEAD_WORDS])
    for word in head:
        counts[word] += 3
    stop = reading.stopwords()
    kept = {w: 1 + math.log(n) for w, n in counts.items() if w not in stop and (len(w) > 1 or w.isdigit())}
    rank = sorted(kept, key=lambda w: (-kept[w] * rarity(w), w))[: MOST["words"]]
    return tuple((w, min(255, round(10 * kept[w]))) for w in sorted(rank))


def _weighed(counts: Counter[str], field: str) -> Terms:
    """The commonest terms of a field with their weights, in order of the alphabet."""
    rank = sorted(counts, key=lambda w: (-counts[w], w))[: MOST[field]]
    return tuple((w, min(255, round(10 + 10 * math.log(counts[w])))) for w in sorted(rank))


def _vectors(title: str, text: str) -> bytes:
    """The vectors of the title and of the lead as int8, 127 for 1."""
    made = StaticEncoder.load().encode([title, text[: 6 * LEAD_WORDS]])
    return bytes(np.round(made * 127).astype(np.int8).tobytes())


def _sketch(stems: Iterable[str]) -> tuple[int, ...]:
    """The smallest hashes of the runs of words (bottom-k sketch, Broder 1997)."""
    hashes = np.array([_hash(word) for word in stems], np.uint64)
    if len(hashes) < RUN:
        return tuple(sorted({int(h) >> 32 for h in hashes}))
    runs = np.zeros(len(hashes) - RUN + 1, np.uint64)
    for k in range(RUN):
        runs = (runs ^ hashes[k : len(hashes) - RUN + 1 + k]) * MIX
        runs ^= runs >> np.uint64(29)
    return tuple(np.unique(runs >> np.uint64(32))[:SKETCH].tolist())


MIX = np.uint64(0x9E3779B97F4A7C15)


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    data = word.encode("utf-8", "surrogatepass")
    return zlib.crc32(data) << 32 | zlib.adler32(data)
