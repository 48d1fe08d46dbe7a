"""Framing for the views: what can be counted in each account, what differs between them first.

Reads the JSON document alone; holds no layout and adds no count of its own but sums. Invariant: each
count shown is that of the document, with the place of its first instance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .facts import Account, Document, Facts
from .page import anchor

OTHERS = {", inside quotation marks": "in a quotation", ", in reported words": "in reported words"}
"""How a note says that a word is somebody else's."""
UNNAMED = "by no one named"


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of one account, the rate for each thousand of its words, the first place; 0 without one."""

    count: int
    rate: float
    at: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What can be counted in one account."""

    account: Account
    verbs: Tally
    marked: Tally
    passives: Tally
    agentless: Tally
    loaded: Tally
    quoted: Tally


@dataclass(frozen=True, slots=True)
class Use:
    """How one account tells it: words, the note of the lexicon, how often, where first."""

    account: Account
    word: str
    note: str
    count: int
    at: str


@dataclass(frozen=True, slots=True)
class Line:
    """One matter and how each account tells it; ``differs`` if not all that do tell it alike."""

    head: str
    more: str
    uses: tuple[Use, ...]
    differs: bool

    @property
    def telling(self) -> bool:
        """Whether it is told in several accounts, and not alike."""
        return self.differs and len({u.account.id for u in self.uses}) > 1

    @property
    def by_account(self) -> list[tuple[Account, list[Use]]]:
        """The uses of each account, in story order."""
        found: dict[int, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.account.index, []).append(use)
        return [(rows[0].account, rows) for _, rows in sorted(found.items())]

    @property
    def by_word(self) -> list[tuple[str, list[Use]]]:
        """The accounts of each way of telling, the commonest first."""
        return self._gathered("word")

    @property
    def by_voice(self) -> list[tuple[str, list[Use]]]:
        """The accounts of each voice, their own first."""
        return sorted(self._gathered("note"), key=lambda row: row[0] != "")

    def _gathered(self, part: str) -> list[tuple[str, list[Use]]]:
        found: dict[str, list[Use]] = {}
        for use in self.uses:
            found.setdefault(getattr(use, part), []).append(use)
        return sorted(found.items(), key=lambda row: (-len(row[1]), row[0]))


@dataclass(frozen=True, slots=True)
class Framed:
    """All of it: profiles by account, headlines, and lines of three kinds, differing ones first."""

    profiles: tuple[Profile, ...]
    headlines: tuple[Use, ...]
    verbs: tuple[Line, ...]
    acts: tuple[Line, ...]
    loaded: tuple[Line, ...]


def framed(facts: Facts) -> Framed:
    """Framing as the views show it."""
    rows = [f for f in facts.listed("framing") if f.get("article") in facts.by_id]
    of: dict[str, list[Document]] = {}
    for f in rows:
        of.setdefault(f["kind"], []).append(f)
    heads = tuple(_use(facts, f, f.get("note") or "") for f in of.get("headline", []))
    return Framed(
        tuple(_profile(facts, a, rows) for a in facts.accounts) if rows else (),
        heads,
        _lines(_verb_lines(facts, of.get("verb", []))),
        _lines(_act_lines(facts, [*of.get("acted-on", [])])),
        _lines(_loaded_lines(facts, of.get("loaded", []))),
    )


def _profile(facts: Facts, account: Account, rows: Iterable[Document]) -> Profile:
    mine = [f for f in rows if f["article"] == account.id]
    verbs = [f for f in mine if f["kind"] == "verb"]
    passives = [f for f in mine if f["kind"] == "passive"]
    loaded = [f for f in mine if f["kind"] == "loaded"]

    def tally(some: Iterable[Document]) -> Tally:
        return _tally(facts, account, list(some))

    return Profile(
        account,
        tally(verbs),
        tally(f for f in verbs if f.get("note") not in ("neutral", "", None)),
        tally(passives),
        tally(f for f in passives if f.get("note") == "agent not named"),
        tally(f for f in loaded if not _voice(f)[1]),
        tally(f for f in loaded if _voice(f)[1]),
    )


def _voice(f: Document) -> tuple[str, str]:
    """The sort of a loaded word, and in whose words it stands; "" for the account's own."""
    note = str(f.get("note") or "")
    end = next((e for e in OTHERS if note.endswith(e)), "")
    return note.removesuffix(end), OTHERS.get(end, "")


def _tally(facts: Facts, account: Account, some: list[Document]) -> Tally:
    count = sum(int(f.get("count", 1)) for f in some)
    words = account.raw.get("words") or len(account.text.split()) or 1
    return Tally(count, 1000 * count / words, _first(facts, some[0]) if some else "")


def _first(facts: Facts, f: Document) -> str:
    cites = [c for c in f.get("cites") or [] if c["article"] in facts.by_id]
    return anchor(facts.by_id[cites[0]["article"]], cites[0]["start"], cites[0]["end"]) if cites else ""


def _use(facts: Facts, f: Document, note: str, word: str = "") -> Use:
    account = facts.by_id[f["article"]]
    return Use(account, word or f["word"], note, int(f.get("count", 1)), _first(facts, f))


def _lines(found: Iterable[Line]) -> tuple[Line, ...]:
    """Those that differ first, then those of most accounts, then most used."""
    return tuple(
        sorted(
            found,
            key=lambda x: (
                not x.differs,
                -len({u.account.id for u in x.uses}),
                -sum(u.count for u in x.uses),
                x.head,
                x.more,
            ),
        )
    )


def _verb_lines(facts: Facts, rows: Iterable[Document]) -> Iterable[Line]:
    """Speakers with the verbs each account reports them with."""
    speakers: dict[str, list[Use]] = {}
    for f in rows:
        note = f.get("note") or ""
        speakers.setdefault(f.get("who") or "", []).append(_use(facts, f, "" if note == "neutral" else note))
    for who, uses in speakers.items():
        kinds: dict[str, set[str]] = {}
        for use in uses:
            kinds.setdefault(use.account.id, set()).add(use.note)
        yield Line(who, "", tuple(uses), len({frozenset(k) for k in kinds.values()}) > 1)


def _act_lines(facts: Facts, rows: Iterable[Document]) -> Iterable[Line]:
    """What is done to whom, and by whom each account says that it is."""
    acts: dict[tuple[str, str], list[Use]] = {}
    for f in rows:
        note = f.get("note") or UNNAMED
        by = "no one is named" if note == UNNAMED else note.removeprefix("by ")
        acts.setdefault((f.get("who") or "", f["word"]), []).append(_use(facts, f, "", by))
    for (who, verb), uses in acts.items():
        yield Line(who, verb, tuple(uses), len({u.word for u in uses}) > 1)


def _loaded_lines(facts: Facts, rows: Iterable[Document]) -> Iterable[Line]:
    """Listed words with their sort; they differ where one account says itself what another does not."""
    words: dict[tuple[str, str], list[Use]] = {}
    for f in rows:
        sort, voice = _voice(f)
        words.setdefault((f["word"], sort), []).append(_use(facts, f, voice))
    for (word, sort), uses in words.items():
        yield Line(word, sort, tuple(uses), len({u.note for u in uses}) > 1)
