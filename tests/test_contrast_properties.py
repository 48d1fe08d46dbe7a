"""What holds of every comparison: any order gives the same, spans hold words, odd text and dates raise nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.annotate import annotate, link
from consilience.contrast import discrepancies, framing, silences
from consilience.contrast.selective import selective
from consilience.contrast.sheet import sheet
from consilience.model import Annotated, Point, Reading, Span, Witness, witness_id

LINES = (
    "At least four people were killed and 12 injured when the fish hall of Velden burned at 3 a.m. on Monday.",
    "Five people were killed when the fish hall of Velden burned at 4:30 p.m. on Tuesday, two more than before.",
    "“We will not rebuild the hall unless the board pays,” Mayor Tora Lind, 41, said. “But our door is open.”",
    "“We will rebuild the hall,” Deputy Mayor Tora Lind, 43, told reporters north of Orsund.",
    "It is not settled how many were inside: Lind said 40, Nils Aas said 55.",
    "The fire began in the 300 block of Alder Street after the lamp exploded; the keeper died of smoke.",
    "The lamp exploded after the fire began in the 300 block of Birch Street; the keeper died of cold.",
    "Both sides agreed to share the cost of $4 million for the new hall on May 4, 2031.",
    "The board demanded to share the cost of €4 million for the new hall on May 5, 2031.",
)
ODD = (
    "",
    "“",
    "”",
    "(((",
    "[]",
    "…",
    "$",
    "1/0",
    "1e400",
    "9" * 40,
    "\n\n",
    "not not",
    "\u202e",
    "ﬁ",
    "two of the",
)
DATES = (None, "", "2031-05-06", "2031-05-07T09:00+02:00", "2031-13-99", "2031", "junk", "0000-00-00")

lines = st.lists(st.sampled_from(LINES), min_size=5, unique=True)
odd = st.lists(st.tuples(st.integers(0, 400), st.sampled_from(ODD)), max_size=4)
stories = st.lists(st.tuples(lines, odd, st.sampled_from(DATES)), min_size=2, max_size=3)
Account = tuple[list[str], list[tuple[int, str]], str | None]


def read(story: list[Account]) -> list[Annotated]:
    """Lines as accounts a, b, c, odd bits put among their letters."""
    out = []
    for name, (rows, bits, day) in zip("abc", story, strict=False):
        text = " ".join(rows)
        for at, bit in bits:
            text = text[:at] + bit + text[at:]
        out.append(annotate(Witness(witness_id(name, text, None, day, None), name, text, published=day)))
    return out


def found(accounts: list[Annotated]) -> tuple[object, ...]:
    """All that is found, the first line of the first account a point."""
    linked, entities = link(accounts)
    first = min(linked, key=lambda a: a.witness.name)
    end = first.sentences[0].end if first.sentences else 0
    words = first.witness.text[:end]
    held = (Reading(words, (Span(first.witness.id, 0, end),), words),)
    points = [Point("p1:1", "s1:1", words, "event", held)] if end else []
    laid = sheet(linked, points, entities)
    told = discrepancies(linked, points, entities)
    texts = {a.witness.id: a.witness.text for a in linked}
    for d in told:
        assert d.explanation.endswith(".") and d.explanation[0] not in " ,"
        assert len({v.span.witness for v in d.readings}) > 1
        assert all(v.span.of(texts[v.span.witness]).strip() and v.value.strip() for v in d.readings)
    missing = silences(linked, points, None, told, laid)
    return told, missing, selective(linked, laid), framing(linked, entities, laid)


@settings(max_examples=30)
@given(stories)
def test_any_order_gives_the_same_and_nothing_is_too_odd(story: list[Account]) -> None:
    accounts = read(story)
    assert found(accounts) == found(accounts[::-1])


def test_copies_of_one_text_differ_in_nothing() -> None:
    linked, entities = link(read([(list(LINES[::3]), [], "2031-05-06")] * 3))
    assert discrepancies(linked, (), entities) == ()
