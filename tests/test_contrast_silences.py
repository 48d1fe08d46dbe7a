"""Silences: what an account could have carried and does not, and nothing that it carries."""

from __future__ import annotations

from consilience.annotate import annotate
from consilience.contrast import silences
from consilience.model import Annotated, Descent, Edge, Point, Reading, Span, Witness, witness_id

FILL = " ".join(
    f"The harbour master counted {n} boats along the northern quay that evening." for n in range(12, 20)
)
FACT = "The lighthouse had been dark for an hour when the ferry struck the reef."


def account(name: str, text: str, published: str | None = None) -> Annotated:
    """An account of one invented outlet."""
    return annotate(Witness(witness_id(name, text, None, published, None), name, text, published=published))


def point(words: str, *accounts: Annotated) -> Point:
    """A point that accounts carry in the same words."""
    spans = []
    for held in accounts:
        start = held.witness.text.index(words)
        spans.append(Span(held.witness.id, start, start + len(words)))
    return Point(f"p1:{words}", "s", words, "event", (Reading(words, tuple(sorted(spans)), words.lower()),))


def test_an_account_that_lacks_what_two_others_carry_is_silent() -> None:
    a, b, c = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}"), account("c", FILL)
    (found,) = silences([a, b, c], [point(FACT, a, b)])
    assert (found.witness, found.could) == (c.witness.id, True)
    assert found.why == "All 2 other accounts carry it."


def test_what_an_account_says_in_other_words_is_no_silence() -> None:
    a, b = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}")
    c = account("c", f"The ferry struck a reef near a lighthouse that was dark. {FILL}")
    assert silences([a, b, c], [point(FACT, a, b)]) == ()


def test_a_point_of_one_account_only_is_not_listed() -> None:
    a, b, c = account("a", f"{FACT} {FILL}"), account("b", FILL), account("c", FILL)
    assert silences([a, b, c], [point(FACT, a)]) == ()


def test_an_earlier_account_could_not_have_had_it() -> None:
    a = account("a", f"{FACT} {FILL}", "2031-05-07")
    b = account("b", f"{FILL} {FACT}", "2031-05-08")
    c = account("c", FILL, "2031-05-06")
    (found,) = silences([a, b, c], [point(FACT, a, b)])
    assert not found.could
    assert found.why.endswith("before the point was first told on 2031-05-07.")


def test_a_short_or_broken_account_could_not_have_had_it() -> None:
    a, b = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}")
    short, cut = account("short", "The ferry is late."), account("tail", f"{FILL} The crew …")
    found = {s.witness: s for s in silences([a, b, short, cut], [point(FACT, a, b)])}
    assert [found[x.witness.id].could for x in (short, cut)] == [False, False]


def test_the_next_of_kin_is_named() -> None:
    texts = [f"The crew of {n} left the ferry by the stern ramp." for n in ("Velden", "Orsund", "Skagen")]
    body = " ".join(texts)
    a, b, c = (
        account("a", f"{FACT} {body} {FILL}"),
        account("b", f"{FILL} {FACT}"),
        account("c", f"{body} {FILL}"),
    )
    points = [point(FACT, a, b), *(point(t, a, c) for t in texts)]
    descent = Descent(edges=(Edge(a.witness.id, c.witness.id, "copy", (), 0.9),))
    found = [s for s in silences([a, b, c], points, descent) if s.witness == c.witness.id]
    assert [s.why for s in found] == [
        "All 2 other accounts carry it, among them a, with which it shares 3 points."
    ]


def test_order_does_not_matter_and_nothing_is_nothing() -> None:
    a, b, c = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}"), account("c", "")
    points = [point(FACT, a, b)]
    assert silences([a, b, c], points) == silences([c, b, a], points)
    assert silences([], points) == ()


def test_one_word_in_a_line_about_something_else_does_not_carry_a_point() -> None:
    """Advice that names the lighthouse is silent on its having been dark."""
    a, b = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}")
    c = account("c", f"{FILL} Our advice is older than any lighthouse: anchor, ring and wait.")
    (found,) = silences([a, b, c], [point("The lighthouse had been dark", a, b)])
    assert (found.witness, found.could) == (c.witness.id, True)
