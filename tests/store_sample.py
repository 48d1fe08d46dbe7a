"""Invented accounts for the tests of the library."""

from __future__ import annotations

from consilience.model import (
    Anchor,
    Annotated,
    Evidence,
    Mention,
    Region,
    Span,
    Speaker,
    Statement,
    Upstream,
    Witness,
    tagged_hash,
    witness_id,
)
from consilience.store import Entry

BODY = (
    "The Ostra flooded four hundred houses in Melden on Monday. “The dam held,” Ann Poe said. "
    "Raj Lal said that the pumps had failed."
)


def witness(number: int, *, text: str = "", **fields: object) -> Witness:
    """An account that differs from the others by its number."""
    body = text or f"{BODY} It was report {number}."
    given: dict[str, object] = {
        "title": f"Flood report {number}", "outlet": f"The Melden Post {number % 3}",
        "published": f"2031-05-{number % 27 + 1:02}T09:00Z", "url": f"https://melden.example/{number}",
        "language": "en",
    } | fields  # fmt: skip
    name = str(given.pop("name", f"report-{number}"))
    key = witness_id(name, body, given["outlet"], given["published"], given["url"])  # type: ignore[arg-type]
    return Witness(key, name, body, **given)  # type: ignore[arg-type]


def full(number: int = 0) -> Witness:
    """An account with every field set, and characters that no column holds."""
    return witness(
        number,
        text=f"Odd \ud800 and \x00 and \ufdd0 and 𝔐 {number}. {BODY}",
        title="A \x00 title",
        authors=("Ann Poe", "Zoë O’Hara"),
        retrieved="2031-05-09T10:00Z",
        regions=(Region(0, 3, "title", "first line"), Region(4, 9, "body", "")),
        raw_digest="ab12",
        evidence=(Evidence("title", "first line", 0, 3), Evidence("outlet", "manifest")),
        links=("https://ostra.example/a",),
        anchors=(Anchor(4, 9, "https://ostra.example/a"),),
        upstream=(
            Upstream("Ostra Wire", None, "feed", "field source"),
            Upstream(None, "https://x.example", "address", ""),
        ),
    )


def entry(account: Witness, story: str, when: float = 22_400.0, at: str = "2031-05-10T00:00Z") -> Entry:
    """The account in a story."""
    return Entry(
        account, story, b"profile of " + account.name.encode(), when, at, 0.75, None, "It is invented."
    )


def story(number: int) -> str:
    """An id of a story."""
    return tagged_hash("s1", f"invented {number}")


def annotated(account: Witness) -> Annotated:
    """The account with the two statements and the names of ``BODY``."""
    text, key = account.text, account.id

    def span(words: str) -> Span:
        start = text.index(words)
        return Span(key, start, start + len(words))

    said = [("The dam held", "Ann Poe", "direct"), ("the pumps had failed", "Raj Lal", "indirect")]
    statements = tuple(
        Statement(
            tagged_hash("s1", key, words), (span(words),), (), Speaker((span(who),), who, f"person:{who}", "person"),
            form, ("Ostra Wire", who),
        )
        for words, who, form in said
    )  # fmt: skip
    names = [("person", "Ann Poe"), ("person", "Raj Lal"), ("place", "Melden")]
    mentions = tuple(Mention(f"m1:{name}", span(name), kind, f"{kind}:{name}") for kind, name in names)
    return Annotated(account, (), (), mentions, statements)
