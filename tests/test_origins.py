"""Origins: false corroboration is not reported, shown corroboration is, and the reason is one plain sentence.

Each story is invented; what the annotation would find (speakers, roles) is given by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from consilience.model import (
    Annotated,
    Descent,
    Edge,
    Intervention,
    Mention,
    Node,
    Origin,
    Passage,
    Point,
    Reading,
    Region,
    Role,
    Span,
    Speaker,
    Statement,
    Witness,
)
from consilience.trace import trace, with_origins
from consilience.trace.apart import each, shown
from consilience.trace.origins import origins
from consilience.trace.ties import Case, Story

FACT = "The weir at Tolm has given way"
OTHER, THIRD = "Nothing is left of Tolm weir", "A weir near Tolm broke"
"""The same in other words: those who word it alike are one."""


def account(name: str, text: str, outlet: str | None = None, url: str | None = None) -> Annotated:
    outlet = f"The {name.title()} Post" if outlet is None else outlet
    regions = (Region(0, len(text), "body", "text"),)
    return Annotated(Witness(f"w1:{name}", name, text, outlet=outlet, url=url, regions=regions), (), ())


def saying(
    a: Annotated, words: str, name: str, key: str | None = None, office: str = "", kind: str = "person"
) -> Annotated:
    """The account with a statement: who says it, cue "told" or "said"; an office makes its holder an official."""
    text, at = a.witness.text, a.witness.text.index(words)
    cue = re.compile(r"\b(?:told|said|says|according to)\b").search(text, at) or re.search(
        r"\b(?:told|said|says)\b", text
    )
    assert cue
    who = Speaker((), name, key, kind)
    content = Span(a.witness.id, at, at + len(words))
    made = Statement(f"t1:{at}", (content,), (Span(a.witness.id, *cue.span()),), who, "indirect", (name,))
    held = Mention("m1:x", content, "role", Role(office, key)) if office else None
    return replace(a, statements=(*a.statements, made), mentions=(held,) if held else ())


def point_of(
    accounts: Sequence[Annotated], words: Sequence[str], speaker: str | None, key: str | None
) -> Point:
    spans = []
    for a in accounts:
        for w in words:
            for m in re.finditer(re.escape(w), a.witness.text):
                spans.append(Span(a.witness.id, *m.span()))
    reading = Reading(words[0], tuple(sorted(set(spans))), words[0])
    return Point("p1:x", "s1:x", words[0], "event", (reading,), speaker=speaker, speaker_key=key)


def judge(
    accounts: Sequence[Annotated],
    *words: str,
    speaker: str | None = None,
    key: str | None = None,
    descent: Descent | None = None,
) -> Point:
    """The point of some words, or of the fact, with its bounds."""
    descent = descent or trace(accounts)
    (out,) = with_origins(
        [point_of(accounts, words or (FACT, OTHER, THIRD), speaker, key)], accounts, descent
    )
    assert 1 <= out.low <= out.high
    assert re.fullmatch(r"[A-Z“].*\.", out.why)
    assert len(out.why.split()) <= 40
    assert out.origins
    return out


def bounds(accounts: Sequence[Annotated], *words: str, **more: str) -> tuple[int, int]:
    found = judge(accounts, *words, **more)  # type: ignore[arg-type]
    return found.low, found.high


def entered(accounts: Sequence[Annotated], *words: str, speaker: str | None = None) -> tuple[Origin, ...]:
    made = point_of(accounts, words or (FACT, OTHER, THIRD), speaker, None)
    return origins([made], accounts, trace(accounts)).origins


def pair(a: str, b: str) -> list[Annotated]:
    return [account("kell", a), account("orlo", b.replace(FACT, OTHER))]


SAW_A = f"{FACT}, and this reporter saw brown water stand in the lower lanes at noon."
SAW_B = f"By one o'clock our correspondent counted nine flooded barns. {FACT}."


# -- false corroboration --

TRAPS = {
    "no reporting shown": (f"{FACT}. Roads are shut.", f"Farmers woke to bad news today. {FACT}."),
    "one side alone": (SAW_A, f"Farmers woke to bad news today. {FACT}."),
    "cue in another paragraph": (
        f"{FACT}.\n\nThis reporter saw the mayor open a fair in June.",
        f"{FACT}.\n\nOur correspondent counted nine tents at the fair.",
    ),
    "interviews about something else": (
        f"{FACT}. Ann Poe, who sells hats, told this newspaper trade was slow.",
        f"{FACT}. Bo Roe, a baker, told this newspaper flour costs more.",
    ),
    "cue two sentences away": (
        f"{FACT}. Roads are shut. This reporter saw a fair in June.",
        f"{FACT}. Trains are late. Our correspondent counted nine tents at the fair.",
    ),
    "told reporters": (
        f"{FACT}, the reeve told reporters on the bank.",
        f"Standing on the bank, the reeve told journalists that it was over. {FACT}.",
    ),
    "press tour": (
        f"{FACT}, and this reporter saw the breach during a press tour.",
        f"{FACT}: on the media tour our correspondent counted nine flooded barns.",
    ),
    "pool report": (
        f"{FACT}, and this reporter saw it, says a pool report.",
        f"{FACT}. For the press pool, our correspondent counted nine barns.",
    ),
    "live broadcast": (
        f"{FACT}, and this reporter watched the breach on television.",
        f"{FACT}; our correspondent saw the breach on a livestream.",
    ),
    "one video shown to both": (
        f"{FACT}, in a video seen by this newspaper.",
        f"{FACT}, as footage reviewed by this newspaper shows.",
    ),
    "one paper shown to both": (
        f"{FACT}, says a memo obtained by this newspaper.",
        f"{FACT}. A letter seen by this newspaper says so of the weir.",
    ),
    "unnamed people may be one": (
        f"{FACT}, a fisherman told this newspaper.",
        f"{FACT}, a man on the bank told this newspaper.",
    ),
    "quoted cue": (
        f"{FACT}. “This reporter saw it,” he joked.",
        f"{FACT}. “Our correspondent counted nine barns,” she read out.",
    ),
    "another outlet's interview": (
        f"{FACT}, Ann Poe told The Morning Lantern.",
        f"{FACT}, Bo Roe told The Evening Lantern.",
    ),
}


@pytest.mark.parametrize("name", sorted(TRAPS))
def test_what_is_not_shown_is_not_counted(name: str) -> None:
    assert bounds(pair(*TRAPS[name])) == (1, 2)


def test_a_cue_that_came_with_the_text_is_no_second_origin() -> None:
    tail = "This reporter saw brown water stand in the lower lanes of the old town at noon on Sunday."
    accounts = pair(f"{FACT}. {tail}", f"{tail} Nothing is left of it: {FACT}.")
    assert judge(accounts).low == 1


def test_a_cue_copied_from_an_account_without_the_point_is_nobodys() -> None:
    tail = "and this reporter saw brown water stand in the lower lanes of the old town at noon on Sunday"
    accounts = [
        *pair(f"{FACT}, {tail}.", SAW_B),
        account("third", f"Rain fell all day, {tail}. Trains are late and roads are shut to all."),
    ]
    assert judge(accounts).low == 1


def test_two_of_one_outlet_are_one() -> None:
    accounts = [account("a", SAW_A, "The Kell Post"), account("b", SAW_B, "The Kell Post")]
    found = judge(accounts)
    assert (found.low, found.high) == (1, 1)
    assert "one outlet" in found.why


def test_an_agency_credited_by_both_is_one() -> None:
    accounts = pair(
        f"{FACT}, Reuters reported.", f"According to Reuters, all is lost there. {FACT}, Reuters said."
    )
    found = judge(accounts)
    assert (found.low, found.high) == (1, 1)
    assert found.why == "Two accounts, one origin: both credit Reuters."


def test_an_absent_agency_credited_for_the_whole_ties_all_that_is_said() -> None:
    accounts = pair(
        f"TOLM (Reuters) - Rain fell.\n\n{FACT}.", f"ORLO (Reuters) - A wet day.\n\nIt is over. {FACT}."
    )
    assert bounds(accounts) == (1, 1)
    assert [(o.kind, o.label) for o in entered(accounts)] == [("agency", "Reuters")]


def test_two_agencies_credited_are_not_shown_apart() -> None:
    accounts = pair(f"{FACT}, Reuters reported.", f"It rained. {FACT}, AFP reported.")
    found = judge(accounts)
    assert (found.low, found.high) == (1, 2)
    assert "Reuters and AFP are named" in found.why


def test_two_bodies_credited_are_not_shown_apart() -> None:
    accounts = pair(
        f"{FACT}, the Tolm River Police said in a statement.",
        f"{FACT}, the Orlo Regional Hospital said in a statement.",
    )
    assert bounds(accounts) == (1, 2)


def test_one_speaker_who_told_two_reporters_is_one() -> None:
    accounts = pair(f"{FACT}, Ann Poe told this newspaper.", f"{FACT}, Ann Poe told our correspondent.")
    found = judge(accounts, speaker="Ann Poe", key="person:poe")
    assert (found.low, found.high) == (1, 1)
    assert "what Ann Poe said" in found.why


def test_one_speaker_who_told_two_reporters_is_one_in_their_own_voice_too() -> None:
    accounts = [
        saying(a, a.witness.text[:28], "Ann Poe", "person:poe")
        for a in pair(
            f"{FACT}, Ann Poe told this newspaper.", f"{FACT}, said Ann Poe, who told this newspaper more."
        )
    ]
    found = judge(accounts)
    assert (found.low, found.high) == (1, 1)
    assert "both have it from Ann Poe" in found.why


def test_two_officers_may_speak_from_one_report() -> None:
    a, b = pair(f"{FACT}, Ann Poe told this newspaper.", f"{FACT}, Bo Roe told this newspaper.")
    accounts = [
        saying(a, FACT, "Ann Poe", "person:poe", "police chief"),
        saying(b, OTHER, "Bo Roe", "person:roe", "police sergeant"),
    ]
    assert bounds(accounts) == (1, 2)


def test_accounts_under_one_lost_text_are_not_shown_apart() -> None:
    accounts = pair(SAW_A, SAW_B)
    nodes = (*(Node(a.witness.id, "witness", "x") for a in accounts), Node("α", "archetype", "α"))
    edges = tuple(Edge("α", a.witness.id, "rewrite", (), 0.6) for a in accounts)
    assert judge(accounts, descent=Descent(nodes, edges)).low == 1


def test_speakers_without_a_name_may_be_several_and_are_not_shown_to_be() -> None:
    accounts = pair(f"{FACT}, a resident told this newspaper.", f"{FACT}, a resident told our correspondent.")
    found = judge(accounts, speaker="a resident")
    assert (found.low, found.high) == (1, 2)
    assert "may be one or several" in found.why


def test_those_who_share_the_words_of_the_point_are_one() -> None:
    words = "the sluice keeper's cottage was carried half a mile and set down whole in an orchard"
    accounts = pair(f"Nobody was hurt; {words}.", f"A wonder of sorts: {words}, beds and all.")
    found = judge(accounts, words)
    assert (found.low, found.high) == (1, 1)
    assert found.why == "Two accounts, one origin: both word it alike."


# -- corroboration that is shown --


def test_two_reporters_who_saw_it_are_two() -> None:
    found = judge(pair(SAW_A, SAW_B))
    assert (found.low, found.high) == (2, 2)
    assert found.why == (
        "Two accounts, two origins shown: The Kell Post saw it for itself and The Orlo Post saw it for itself."
    )


def test_two_named_neighbours_who_told_two_reporters_are_two() -> None:
    a, b = pair(f"{FACT}, Ann Poe told this newspaper.", f"{FACT}, Bo Roe told this newspaper.")
    accounts = [saying(a, FACT, "Ann Poe", "person:poe"), saying(b, OTHER, "Bo Roe", "person:roe")]
    found = judge(accounts)
    assert (found.low, found.high) == (2, 2)
    assert "Ann Poe told The Kell Post and Bo Roe told The Orlo Post" in found.why


def test_an_officer_and_a_neighbour_are_two() -> None:
    a, b = pair(f"{FACT}, Ann Poe told this newspaper.", f"{FACT}, Bo Roe told this newspaper.")
    accounts = [
        saying(a, FACT, "Ann Poe", "person:poe", "police chief"),
        saying(b, OTHER, "Bo Roe", "person:roe"),
    ]
    assert bounds(accounts) == (2, 2)


def test_one_who_saw_it_and_one_who_was_told_are_two() -> None:
    assert bounds(pair(SAW_A, f"{FACT}, a fisherman told this newspaper.")) == (2, 2)


def test_a_cue_in_the_next_sentence_on_the_same_thing_counts() -> None:
    accounts = pair(f"{FACT}. What is left of the weir, this reporter saw, is a row of stakes.", SAW_B)
    assert bounds(accounts) == (2, 2)


def test_copies_of_two_that_are_shown_add_nothing() -> None:
    long_a = (
        SAW_A
        + "\n\nThe lower lanes will stay shut until the dyke wardens have made them safe again, it is said."
    )
    accounts = [account("kell", long_a), account("copy", long_a, "The Copy Post"), pair("", SAW_B)[1]]
    made = Case(Story(accounts, trace(accounts)), point_of(accounts, [FACT, OTHER], None, None))
    assert len(made.groups) == 2
    assert judge(accounts).high == 2


def test_a_third_who_only_tells_it_raises_the_high_bound_alone() -> None:
    accounts = [*pair(SAW_A, SAW_B), account("third", f"Word has come that it is lost. {THIRD}.")]
    found = judge(accounts)
    assert (found.low, found.high) == (2, 3)
    assert "two origins shown, three at most" in found.why


# -- groups --

PROSE_A = """\
A long day of rain ended badly for the farms along the lower Tolm, where the water rose by a hand every hour.

Nobody slept in the mill cottages, and the bell of the chapel was rung three times before the bridge was shut.

The dyke wardens had asked for sand in the spring, and the parish had sent them half of what they asked for.
"""
PROSE_B = """\
Growers in the upper valley fear for the hay, which lay cut in the meadows when the first barns began to flood.

A cooperative that rents out pumps said it had none left by the evening and had sent to the coast for more of them.

Children were kept at home, and the schoolhouse took in eleven families whose kitchens stood a foot deep in mud.
"""


def merged_story() -> list[Annotated]:
    one, two = "The weir went at six, with a noise like carts.", "It was towards six that the old weir broke."
    a = account("kell", PROSE_A + "\n" + one + "\n")
    b = account("orlo", PROSE_B + "\n" + two + "\n")
    both = account("both", PROSE_A + "\n" + one + "\n\n" + PROSE_B + "\n" + two + "\n")
    return [a, b, both]


def test_an_account_of_two_parents_ties_neither_to_the_other() -> None:
    accounts = merged_story()
    ids = [a.witness.id for a in accounts]
    found = trace(accounts)
    nodes = tuple(Node(i, "witness", i) for i in ids)
    edges = (Edge(ids[0], ids[2], "copy", (), 0.9), Edge(ids[1], ids[2], "copy", (), 0.9))
    descent = replace(found, nodes=nodes, edges=edges)
    words = ("The weir went at six", "towards six that the old weir broke")
    assert judge(accounts, *words, descent=descent).high == 2


def test_at_a_point_a_merger_follows_the_parent_whose_words_it_has() -> None:
    accounts = merged_story()
    ids = [a.witness.id for a in accounts]
    edges = (Edge(ids[0], ids[2], "copy", (), 0.9), Edge(ids[1], ids[2], "copy", (), 0.9))
    nodes = tuple(Node(i, "witness", i) for i in ids)
    descent = replace(trace(accounts), nodes=nodes, edges=edges)
    case = Case(
        Story(accounts, descent), point_of(accounts, ["The weir went at six, with a noise"], None, None)
    )
    assert case.tops == {0: frozenset({ids[0]}), 2: frozenset({ids[0]})}


def test_two_copies_do_not_have_from_their_parent_what_it_lacks() -> None:
    parent = account("kell", PROSE_A)
    b = account("orlo", PROSE_A + "\nA ferryman was pulled out alive by his own dog, they say in the inn.\n")
    c = account("fenn", PROSE_A + "\nThe ferryman owes his life to a dog.\n")
    accounts = [parent, b, c]
    ids = [a.witness.id for a in accounts]
    edges = tuple(Edge(ids[0], i, "copy", (), 0.9) for i in ids[1:])
    descent = replace(trace(accounts), nodes=tuple(Node(i, "witness", i) for i in ids), edges=edges)
    words = ("A ferryman was pulled out alive by his own dog", "The ferryman owes his life to a dog")
    found = judge(accounts, *words, descent=descent)
    assert (found.low, found.high) == (1, 2)


def test_a_loose_tie_to_a_lost_text_counts_only_where_words_are_shared() -> None:
    accounts = pair(PROSE_A + f"\n{FACT}.\n", PROSE_B + f"\nSince dawn there is none left: {FACT}.\n")
    nodes = (*(Node(a.witness.id, "witness", "x") for a in accounts), Node("α", "archetype", "α"))
    edges = tuple(Edge("α", a.witness.id, "exemplar", (), 0.9) for a in accounts)
    assert judge(accounts, descent=Descent(nodes, edges)).high == 2
    spans = [s for r in point_of(accounts, [FACT, OTHER], None, None).readings for s in r.accounts]
    shared = (Passage(spans[0], spans[1], 0.9, False),)
    found = judge(accounts, descent=Descent(nodes, edges, passages=shared))
    assert found.high == 1
    assert "lost text (α)" in found.why


# -- reasons and origins --


def test_copies_name_whom_they_follow() -> None:
    accounts = [account("long", PROSE_A + PROSE_B), account("short", PROSE_A)]
    words = "the water rose by a hand every hour"
    assert judge(accounts, words).why == "Two accounts, one origin: The Short Post follows The Long Post."


def test_a_shared_bracket_at_the_point_is_told() -> None:
    quote = "When [the weir] went, the lamps went with it"
    accounts = [account(n, f"Old Poe: “{quote}.” {n}", f"{n} Post") for n in ("Kell", "Orlo", "Fenn")]
    text = [a.witness.text.index("[") for a in accounts]
    odd = tuple(Span(a.witness.id, s, s + 10) for a, s in zip(accounts[:2], text, strict=False))
    nodes = tuple(Node(a.witness.id, "witness", "x") for a in accounts)
    descent = Descent(nodes, interventions=(Intervention("bracket", "[the weir]", odd, 0.9),))
    found = judge(accounts, "the lamps went with it", quote, speaker="Poe", key="person:poe", descent=descent)
    assert found.why == (
        "Three accounts, one origin: all report what Poe said; "
        "Kell Post and Orlo Post share an editor’s bracket, [the weir], that the others lack."
    )


def test_a_speaker_by_two_ways_is_two_origins_of_one_label() -> None:
    accounts = [
        account(
            "kell", f"Ann Poe said that it is lost. {FACT}, Reuters quoted her as saying, Reuters reported."
        ),
        account("orlo", "Ann Poe said more: the bridge is next. Ann Poe told AFP: the bridge is next."),
    ]
    one = entered(accounts, FACT, speaker="Ann Poe")
    two = entered(accounts, "the bridge is next", speaker="Ann Poe")
    assert {o.label for o in (*one, *two)} == {"Ann Poe"}
    assert [o.via for o in (*one, *two)] == [("Reuters",), ("AFP",)]
    assert one[0].id != two[0].id


def test_a_bodys_own_text_is_a_document() -> None:
    accounts = [account("body", f"{FACT}. The road is shut.", "Ministry of Dykes and Weirs")]
    (only,) = entered(accounts)
    assert (only.kind, only.witness) == ("document", "w1:body")


def test_picture_agencies_are_no_origin() -> None:
    accounts = pair(f"{FACT}.\n\nSource: Getty Images", f"It rained. {FACT}.\n\nSource: Getty Images")
    assert bounds(accounts) == (1, 2)


def test_the_order_of_accounts_changes_nothing() -> None:
    accounts = [*pair(SAW_A, SAW_B), account("third", f"It is lost. {THIRD}.")]
    one, two = judge(accounts), judge(list(reversed(accounts)))
    assert (one.low, one.high) == (two.low, two.high)


@pytest.mark.parametrize("text", ["", "\n\n", FACT, f"{FACT} " * 40, "“”‘’[](){}", f"\u2028{FACT}\x00"])
def test_odd_texts_are_borne(text: str) -> None:
    accounts = pair(text, SAW_A)
    descent = trace(accounts)
    made = point_of(accounts, [FACT, OTHER], None, None)
    (found,) = with_origins([made], accounts, descent)
    assert 1 <= found.low <= found.high
    case = Case(Story(accounts, descent), made)
    assert len(shown(case)) <= len(each(case)) <= 2


def test_no_carrier_and_one_carrier() -> None:
    (lone,) = with_origins([point_of([], [FACT], None, None)], [account("a", "Nothing.")], Descent())
    assert (lone.low, lone.high, lone.why) == (1, 1, "No account in hand carries it.")
    accounts = pair(SAW_A, "Nothing.")
    assert judge(accounts).why == "One account alone carries it."


def test_a_line_of_copies_of_any_length_is_followed_to_its_head() -> None:
    many = [account(f"n{n}", FACT) for n in range(700)]
    ids = [a.witness.id for a in many]
    edges = tuple(Edge(up, down, "copy", (), 1.0) for up, down in pairwise(ids))
    story = Story(many, Descent(edges=edges))
    assert story.up(len(many) - 1) == frozenset(ids)
    spans = tuple(Span(i, 0, len(FACT)) for i in (ids[0], ids[-1]))
    point = Point("p1:x", "s1:x", FACT, "statement", (Reading(FACT, spans, FACT),))
    assert Case(story, point).tops[len(many) - 1] == {ids[0]}
