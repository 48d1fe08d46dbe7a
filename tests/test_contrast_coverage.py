"""Coverage: which account has which point, where, and counts that are counts of the cells."""

from __future__ import annotations

from consilience.annotate import annotate
from consilience.contrast.coverage import coverage, prominent
from consilience.model import Annotated, Cell, Point, Reading, Region, Silence, Span, Witness, witness_id

TITLE = "Ferry strikes the reef"
LEAD = "The ferry struck the reef at dawn. Nobody was hurt."
BODY = "The cook had smelt smoke. The mate rang the bell."


def account(name: str, title: str = TITLE) -> Annotated:
    """An account with a headline and two paragraphs."""
    text = f"{title}\n\n{LEAD}\n\n{BODY}"
    regions, at = [], 0
    for part, kind in ((title, "title"), (LEAD, "body"), (BODY, "body")):
        regions.append(Region(at, at + len(part), kind, ""))
        at += len(part) + 2
    return annotate(
        Witness(witness_id(name, text, None, None, None), name, text, title=title, regions=tuple(regions))
    )


def point(words: str, speaker: str | None, *accounts: Annotated) -> Point:
    """A point that accounts carry in the same words."""
    spans = []
    for held in accounts:
        start = held.witness.text.index(words)
        spans.append(Span(held.witness.id, start, start + len(words)))
    readings = (Reading(words, tuple(sorted(spans)), words.lower()),)
    return Point(f"p1:{words}", "s", words, "event", readings, speaker)


def test_headline_lead_and_body() -> None:
    a, b = account("a"), account("b", "Bell rung in the night")
    points = [point("struck the reef", None, a, b), point(TITLE, None, a), point("rang the bell", None, b)]
    left = Silence(a.witness.id, points[2].id, "All other accounts carry it.")
    rows = {c.witness: c for c in coverage(points, [a, b], [left])}
    mine, other = rows[a.witness.id], rows[b.witness.id]
    assert mine.cells == (
        Cell(points[0].id, "carried", "lead"),
        Cell(points[1].id, "carried", "headline"),
        Cell(points[2].id, "silent", "", "All other accounts carry it."),
    )
    assert [c.where for c in other.cells] == ["lead", "body"]
    assert (mine.points, mine.share, mine.shared) == (2, 0.6667, 1)
    assert [mine.count(n) for n in ("headline", "lead", "body", "silent", "lacunose")] == [1, 1, 0, 1, 0]


def test_what_could_not_be_had_is_lacunose() -> None:
    a, b = account("a"), account("b")
    p = point("rang the bell", None, b)
    gap = Silence(a.witness.id, p.id, "It is a list of headlines.", could=False)
    assert coverage([p], [a, b], [gap])[0].cells == (Cell(p.id, "lacunose", "", gap.why),)


def test_share_of_each_speakers_points() -> None:
    a, b = account("a"), account("b")
    points = [point("smelt smoke", "The cook", a, b), point("Nobody was hurt", "The cook", b)]
    assert [c.speakers for c in coverage(points, [a, b])] == [(("The cook", 1, 2),), (("The cook", 2, 2),)]


def test_the_lead_is_two_sentences_and_the_standfirst() -> None:
    heads, lead = prominent(account("a"))
    assert (len(heads), len(lead)) == (1, 2)
    assert coverage([], []) == ()
