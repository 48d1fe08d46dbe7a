"""Silences: what an account could have carried and does not, and nothing that it carries."""

from __future__ import annotations

from consilience.annotate import annotate
from consilience.contrast import silences
from consilience.model import (
    Annotated,
    Descent,
    Discrepancy,
    Edge,
    Origin,
    Point,
    Reading,
    Span,
    Value,
    Witness,
    witness_id,
)

FILL = " ".join(
    (
        "The harbour master counted twelve boats along the northern quay that evening.",
        "Schools in Orsund stay closed until the roads are clear of snow.",
        "A baker on Mill Street gave away two hundred loaves before noon.",
        "The council votes on the new water tariff in spring.",
        "Nobody could say why the museum had sold the painting.",
        "Farmers in the upper valley expect a poor harvest of barley.",
        "The railway company apologised for the broken heating in its carriages.",
        "Two brothers from Velden won the chess tournament by a single point.",
    )
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
    assert found.why == "Both other accounts carry it."


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
    assert found.why.endswith("before the point was first told on 7 May 2031.")


def test_a_short_or_broken_account_could_not_have_had_it() -> None:
    a, b = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}")
    short, cut = account("short", "The ferry is late."), account("tail", f"{FILL} The crew …")
    found = {s.witness: s for s in silences([a, b, short, cut], [point(FACT, a, b)])}
    assert [found[x.witness.id].could for x in (short, cut)] == [False, False]


def test_the_next_of_kin_is_named() -> None:
    texts = [f"The crew of {n} left the ferry by the stern ramp." for n in ("Velden", "Orsund", "Skarne")]
    body = " ".join(texts)
    a, b, c = (
        account("a", f"{FACT} {body} {FILL}"),
        account("b", f"{FILL} {FACT}"),
        account("c", f"{body} {FILL}"),
    )
    points = [point(FACT, a, b), *(point(t, a, c) for t in texts)]
    descent = Descent(edges=(Edge(a.witness.id, c.witness.id, "copy", (), 0.9),))
    found = [s for s in silences([a, b, c], points, descent) if s.witness == c.witness.id]
    assert [s.why for s in found] == ["Both other accounts carry it, among them a, which it copies."]


def test_order_does_not_matter_and_nothing_is_nothing() -> None:
    a, b, c = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}"), account("c", "")
    points = [point(FACT, a, b)]
    assert silences([a, b, c], points) == silences([c, b, a], points)
    assert silences([], points) == ()


def test_one_word_in_a_line_about_something_else_does_not_carry_a_point() -> None:
    """Advice that names the lighthouse is silent on its having been dark."""
    a, b = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}")
    c = account("c", f"{FILL} Our advice is older than any lighthouse: anchor, ring and wait.")
    (found,) = silences([a, b, c], [point(FACT, a, b)])
    assert (found.witness, found.could) == (c.witness.id, True)


def test_hours_of_one_day_are_told_apart_only_where_both_have_one() -> None:
    a = account("a", f"{FACT} {FILL}", "2031-05-06T09:00+02:00")
    b = account("b", f"{FILL} {FACT}", "2031-05-06T10:00+02:00")
    c, d = account("c", FILL, "2031-05-06T06:30+00:00"), account("d", FILL, "2031-05-06")
    found = {s.witness: s for s in silences([a, b, c, d], [point(FACT, a, b)])}
    assert found[c.witness.id].why == (
        "It came out at 06:30 on 6 May 2031, before the point was first told at 09:00 on 6 May 2031."
    )
    assert found[d.witness.id].could


def test_a_list_of_headlines_and_a_brief_could_not_have_had_it() -> None:
    a, b = account("a", f"{FACT} {FILL * 6}"), account("b", f"{FILL * 6} {FACT}")
    heads = [
        "Barley harvest poor in the upper valley",
        "Council to vote on water tariff",
        "Museum sells painting and will not say why",
        "Brothers win the chess tournament at Velden",
        "Bakers of Mill Street give bread away",
        "Schools closed by snow in Orsund again",
        "Railway sorry for cold carriages",
        "Twelve boats counted at the quay",
        "Harbour fees to rise in spring",
        "New organ for the church at Skarne",
    ]
    listed, brief = account("listed", "\n\n".join(["Today at a glance", *heads])), account("brief", FILL)
    found = {s.witness: s.why for s in silences([a, b, listed, brief], [point(FACT, a, b)]) if not s.could}
    assert found[listed.witness.id] == "It is a list of headlines."
    assert found[brief.witness.id].startswith("It is a brief of ")


def test_a_bodys_own_statement_knows_what_its_people_say_and_not_what_others_do() -> None:
    said = "The lighthouse had been dark for an hour when the ferry struck the reef"
    own = account("own", f"“We are sorry for it,” Tora Lind said. {FILL}", "2031-05-06T08:00")
    a = account("a", f"Tora Lind said {said.lower()}. {FILL}", "2031-05-06T09:00")
    b = account("b", f"{FILL} {said}, Tora Lind said.", "2031-05-06T10:00")
    speaker = next(s.speaker for s in own.statements if s.speaker)
    spans = tuple(sorted(Span(x.witness.id, x.witness.text.lower().index(said.lower()), 0) for x in (a, b)))
    spans = tuple(Span(s.witness, s.start, s.start + len(said)) for s in spans)
    descent = Descent(origins=(Origin("o1", "document", "Harbour Board, in its own text", own.witness.id),))
    for name, key, could in (("Tora Lind", speaker.key, True), ("Nils Aas", "person:nils aas", False)):
        p = Point("p1:x", "s", said, "statement", (Reading(said, spans, said.lower()),), name, key)
        (found,) = [s for s in silences([own, a, b], [p], descent) if s.witness == own.witness.id]
        assert found.could is could, found.why


def test_what_an_account_tells_otherwise_is_no_silence() -> None:
    count = "Forty sheep drowned when the meadow flooded."
    other = "Only nine animals were lost in the water."
    a, b, c = (
        account("a", f"{count} {FILL}"),
        account("b", f"{FILL} {count}"),
        account("c", f"{other} {FILL}"),
    )
    p = point(count, a, b)
    assert [s.witness for s in silences([a, b, c], [p])] == [c.witness.id]
    sides = (Value(Span(a.witness.id, 0, 5), "40"), Value(Span(c.witness.id, 5, 9), "9"))
    assert silences([a, b, c], [p], None, [Discrepancy("d1:x", "number", "", None, 1.0, sides)]) == ()


def test_a_copy_that_drops_what_its_parent_alone_has_is_silent() -> None:
    texts = [f"The crew of {n} left the ferry by the stern ramp." for n in ("Velden", "Orsund", "Skarne")]
    body = " ".join(texts)
    a, b, c = account("a", f"{FACT} {body} {FILL}"), account("b", f"{body} {FILL}"), account("c", FILL)
    points = [point(FACT, a), *(point(t, a, b) for t in texts)]
    copy = Descent(edges=(Edge(a.witness.id, b.witness.id, "copy", (), 0.9),))
    assert [s.why for s in silences([a, b, c], points, copy) if s.point == points[0].id] == [
        "One other account carries it: a, which it copies."
    ]
    assert not [s for s in silences([a, b, c], points) if s.point == points[0].id]


def test_a_text_that_ends_with_a_noun_does_not_break_off() -> None:
    a, b = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}")
    link, cut = (
        account("link", f"{FILL} More on bread and barley"),
        account("cut", f"{FILL} They took the crew to the"),
    )
    found = {s.witness: s.could for s in silences([a, b, link, cut], [point(FACT, a, b)])}
    assert (found[link.witness.id], found[cut.witness.id]) == (True, False)


def test_a_point_of_two_words_is_not_listed() -> None:
    a, b, c = account("a", f"{FACT} {FILL}"), account("b", f"{FILL} {FACT}"), account("c", FILL)
    assert silences([a, b, c], [point("the ferry struck", a, b)]) == ()
