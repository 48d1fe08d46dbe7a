"""Statements: cases with marked spans, what goes on without a cue, chains, odd text."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consilience.annotate import annotate
from consilience.annotate.cues import cues
from consilience.annotate.cues import stance as stance_of
from consilience.annotate.quotes import paragraphs_of, quotations
from consilience.annotate.statements import statements
from consilience.annotate.text import parse
from consilience.model import Annotated, Region, Span, Statement, Witness

CASES = Path(__file__).parent / "cases" / "statements.txt"
SPAN = re.compile(r"⟦(?:([SC]) )?([^⟧]*)⟧")


def witness(text: str, *regions: tuple[str, str]) -> Witness:
    """A witness; regions are given as kind and words."""
    placed = []
    for kind, words in regions:
        start = text.index(words)
        placed.append(Region(start, start + len(words), kind, "test"))
    return Witness("w1:0", "a", text, regions=tuple(placed))


def read(text: str, *regions: tuple[str, str]) -> tuple[Statement, ...]:
    return annotate(witness(text, *regions)).statements


def words(text: str, spans: tuple[Span, ...]) -> list[str]:
    return [s.of(text) for s in spans]


def cases() -> list[tuple[str, list[str]]]:
    """Sentences with their marked lines."""
    out: list[tuple[str, list[str]]] = []
    for block in CASES.read_text("utf-8").split("\n\n"):
        rows = [row for row in block.split("\n") if row and not row.startswith("#")]
        if rows:
            out.append((rows[0].replace("⏎", "\n"), rows[1:]))
    return out


def faulty(case: tuple[str, list[str]]) -> bool:
    return any(row.startswith("!") for row in case[1])


def marked(row: str) -> dict[str, object]:
    """Speaker, cue, content, form and chain of a marked line; content without outer punctuation."""
    line, form, *chain = row.removeprefix("! ").split(" | ")
    spans: dict[str, list[str]] = {"S": [], "C": [], "": []}
    for kind, inside in SPAN.findall(line.replace("⏎", "\n")):
        spans[kind].append(inside)
    found = {"speaker": spans["S"], "cue": spans["C"], "content": [bare(x) for x in spans[""]], "form": form}
    return found | ({"chain": tuple(chain[0].split(" > "))} if chain else {})


def bare(inside: str) -> str:
    return inside.strip(" .,;:!?…—“”\"'‘’«»")


def shown(text: str, s: Statement) -> dict[str, object]:
    return {
        "speaker": words(text, s.speaker.spans) if s.speaker else [],
        "cue": words(text, s.cue),
        "content": [bare(x) for x in words(text, s.content)],
        "form": s.form,
        "chain": s.chain,
    }


def held(text: str, rows: list[str]) -> None:
    """Every marked statement is found, and no other."""
    found = [shown(text, s) for s in read(text)]
    rows = [row for row in rows if "⟦" in row]  # "! nothing" holds none
    for row in rows:
        want = marked(row)
        assert any(want.items() <= have.items() for have in found), f"{want}\nnot in {found}"
    assert len(found) == len(rows) or "refused" in text, found  # "to name the builder" is found as well


def test_the_cases_mark_their_own_sentence() -> None:
    for text, rows in cases():
        for row in (row for row in rows if row != "! nothing"):
            line = row.removeprefix("! ").split(" | ")[0].rstrip().replace("⏎", "\n")
            assert SPAN.sub(r"\2", line) == text


@pytest.mark.parametrize(("text", "rows"), [c for c in cases() if not faulty(c)], ids=lambda x: str(x)[:60])
def test_case(text: str, rows: list[str]) -> None:
    held(text, rows)


@pytest.mark.parametrize(("text", "rows"), [c for c in cases() if faulty(c)], ids=lambda x: str(x)[:60])
@pytest.mark.xfail(strict=True, reason="a known fault")
def test_known_fault(text: str, rows: list[str]) -> None:
    held(text, rows)


READOUT = """On 4 May Minister Mara Doel spoke with Governor Tomas Renn by telephone.

Mara Doel said that the harbour needs a new bridge. A town cannot live without its port. The council should pay.

Tomas Renn said the province stands ready to help. The two sides should meet in June.

Mara Doel stressed that the toll must end. The talks were held in the old town hall."""


def test_a_readout_goes_on_with_the_paragraphs_speaker() -> None:
    said = {bare(" ".join(words(READOUT, s.content))): s.speaker and s.speaker.name for s in read(READOUT)}
    assert said["A town cannot live without its port"] == "Mara Doel"
    assert said["The council should pay"] == "Mara Doel"
    assert said["The two sides should meet in June"] == "Tomas Renn"


def test_a_readout_does_not_swallow_what_is_told_in_the_past() -> None:
    assert not any("old town hall" in " ".join(words(READOUT, s.content)) for s in read(READOUT))


def test_continued_sentences_have_less_score() -> None:
    scores = {bool(s.cue): s.score for s in read(READOUT)}
    assert scores[False] < scores[True]


def test_newspaper_prose_is_the_reporters_own() -> None:
    text = (
        "Mara Doel said the harbour needs a bridge. The harbour is the oldest of the coast.\n\n"
        "“We have waited for nine years and we cannot wait for a tenth,” she said. The port has nine cranes.\n\n"
        "The old bridge has two lanes. It carries timber and fish.\n\nThe council meets in June."
    )
    contents = " ".join(" ".join(words(text, s.content)) for s in read(text))
    assert "oldest" not in contents and "cranes" not in contents and "lanes" not in contents


@pytest.mark.parametrize("mark", ["—", "–", "-", "--"])
def test_a_name_behind_a_dash_is_the_speaker(mark: str) -> None:
    text = f"The ferry lies idle.\n“The engine is old.”\n{mark} Rika Sand, captain\nNobody came."
    found = read(text)
    assert [(s.speaker and s.speaker.name, s.form, s.cue) for s in found] == [("Rika Sand", "direct", ())]
    assert words(text, found[0].content) == ["The engine is old."]


def test_block_quotation_with_its_speaker_on_the_next_line() -> None:
    quoted, speaker = "“The bridge is safe and it will stay safe.”", "Harbour Engineer Mara Doel"
    text = f"Mara Doel met the council.\n{quoted}\n{speaker}\nThe council will vote in June."
    found = read(
        text,
        ("body", "Mara Doel met the council."),
        ("quotation", quoted),
        ("attribution", speaker),
        ("body", "The council will vote in June."),
    )
    assert [(s.speaker and s.speaker.name, s.form, s.cue) for s in found] == [("Mara Doel", "direct", ())]
    assert words(text, found[0].content) == [quoted.strip("“”")]
    assert found[0].speaker and words(text, found[0].speaker.spans) == [speaker]


def test_a_block_quotations_speaker_need_not_stand_in_the_text() -> None:
    text = "Ostry met the council.\n“The bridge is safe.”\nMara Doel, harbour engineer of Ostry"
    regions = [("body", "Ostry met the council."), ("quotation", "“The bridge is safe.”")]
    found = read(text, *regions, ("attribution", "Mara Doel, harbour engineer of Ostry"))
    assert [s.speaker.name for s in found if s.speaker] == ["Mara Doel"]


def test_i_is_whoever_is_quoted() -> None:
    text = "“I promise that the bridge will open in June,” Mara Doel said."
    assert {s.speaker.name for s in read(text) if s.speaker} == {"Mara Doel"}


def test_a_pronoun_has_the_name_of_its_person() -> None:
    text = "Mara Doel spoke to the council. She said the bridge was safe."
    assert [s.speaker.name for s in read(text) if s.speaker and s.cue[0].of(text) == "said"] == ["Mara Doel"]


def test_a_document_speaks_for_its_issuer_later_too() -> None:
    text = (
        "A statement from the Norland Health Agency said the water was clean.\n"
        "The statement said that tests would go on."
    )
    names = [s.speaker.name for s in read(text) if s.speaker]
    assert len(names) == 2 and names[0] == names[1] and "Norland Health Agency" in names[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "A senior Harbour Ministry official said the bridge was safe.",
            "A senior Harbour Ministry official",
        ),
        ("A police statement said the bridge was safe.", "police"),
        ("Her father said the bridge was safe.", "Her father"),
        ("The engineer, Mara Doel, said the bridge was safe.", "Mara Doel"),
        ("PORT ESSEL, May 4 — Mayor Mara Doel said the bridge was safe.", "Mara Doel"),
        ("Mara Doel and Tomas Renn said the bridge was safe.", "Mara Doel and Tomas Renn"),
        ("The council met Mara Doel, who said that the bridge was safe.", "Mara Doel"),
        ("The clerk who said that the bridge was safe has left.", "The clerk"),
    ],
)
def test_the_name_of_a_speaker(text: str, name: str) -> None:
    assert [s.speaker.name for s in read(text) if s.speaker and "said" in words(text, s.cue)] == [name]


@pytest.mark.parametrize(
    ("text", "word", "stance"),
    [
        ("Mara Doel said that the toll was high.", "said", "neutral"),
        ("Mara Doel reminded the council that the toll was high.", "reminded", "neutral"),
        ("“The toll is high,” Mara Doel snapped.", "snapped", "neutral"),
        ("Mara Doel claimed that the toll was high.", "claimed", "claims"),
        ("Mara Doel affirmed that the toll was high.", "affirmed", "claims"),
        ("Mara Doel vouched for the builder.", "vouched", "claims"),
        ("Mara Doel admitted that the toll was high.", "admitted", "concedes"),
        ("Mara Doel apologised for the toll.", "apologised", "concedes"),
        ("Mara Doel is sorry that the bridge fell.", "is", "concedes"),
        ("Mara Doel praised the builder for his work.", "praised", "praises"),
        ("Mara Doel loves the new bridge.", "loves", "praises"),
        ("Mara Doel embraced the plan.", "embraced", "praises"),
        ("Mara Doel blamed the builder for the toll.", "blamed", "attacks"),
        ("Mara Doel resented the toll.", "resented", "attacks"),
        ("Mara Doel rubbished the report.", "rubbished", "attacks"),
        ("Mara Doel ordered the builder to stop.", "ordered", "orders"),
        ("Mara Doel advised the builder to stop.", "advised", "orders"),
        ("Mara Doel proposed a new toll.", "proposed", "orders"),
        ("The council prohibits the sale of fish.", "prohibits", "orders"),
        ("Mara Doel asked whether the toll was high.", "asked", "asks"),
        ("Mara Doel promised to end the toll.", "promised", "promises"),
        ("Mara Doel denied that the toll was high.", "denied", "denies"),
        ("Mara Doel challenged the claim.", "challenged", "denies"),
        ("Mara Doel downplayed the danger.", "downplayed", "denies"),
        ("Mara Doel is doubtful that the bridge will hold.", "is", "denies"),
        ("Mara Doel refused to pay the toll.", "refused", "declines"),
        ("Mara Doel balked at the price.", "balked", "declines"),
        ("Mara Doel is unwilling to pay the toll.", "is", "declines"),
        ("Mara Doel warned that the bridge would fall.", "warned", "warns"),
        ("Mara Doel hopes to end the toll.", "hopes", "hopes"),
        ("Mara Doel tried to end the toll.", "tried", "hopes"),
        ("Mara Doel expects the bridge to fall.", "expects", "thinks"),
        ("Mara Doel concluded that the toll was high.", "concluded", "thinks"),
        ("Mara Doel mulled a sale of the bridge.", "mulled", "thinks"),
        ("Mara Doel called the toll a theft.", "called", "calls"),
        ("The poet titled the poem “The Toll”.", "titled", "calls"),
        ("The poll shows that the toll is hated.", "shows", "shows"),
        ("The council agreed to end the toll.", "agreed", "agrees"),
        ("The council opted to end the toll.", "opted", "agrees"),
        ("Mara Doel replied that the toll was high.", "replied", "answers"),
        ("Mara Doel lobbied the council to end the toll.", "lobbied", "urges"),
        ("Mara Doel alluded to the toll.", "alluded", "claims"),
    ],
)
def test_stances(text: str, word: str, stance: str) -> None:
    tokens = parse(witness(text)).tokens
    place = next(k for k, token in enumerate(tokens) if token.text == word)
    assert stance_of(tokens[place : place + 3])[1] == stance


def test_each_stance_is_one_word() -> None:
    assert {c.stance for c in cues().values()} == set(
        "neutral claims concedes praises attacks orders urges asks promises denies declines warns hopes thinks "
        "calls shows agrees answers discusses expresses".split()
    )


def test_what_a_statement_says_of_its_stance() -> None:
    text = (
        "Mara Doel denied that the toll was high. Tomas Renn warned of a collapse. He praised the engineers."
    )
    assert {"denies", "warns", "praises"} <= {s.stance for s in read(text)}


def test_polarity_and_modality() -> None:
    text = (
        "Mara Doel denied that the toll was high. Tomas Renn urged the council to end it. He said it was new."
    )
    found = {words(text, s.cue)[0]: (s.polarity, s.modality) for s in read(text)}
    assert found == {
        "denied": ("negated", "asserted"),
        "urged": ("affirmed", "obligatory"),
        "said": ("affirmed", "asserted"),
    }


def test_spans_slice_and_order_is_of_the_text() -> None:
    for text in (READOUT, "\n".join(t for t, _ in cases())):
        found = read(text)
        starts = [s.content[0].start for s in found]
        assert starts == sorted(starts)
        for s in found:
            for span in (*s.content, *s.cue, *(s.speaker.spans if s.speaker else ())):
                assert 0 <= span.start < span.end <= len(text)
            assert not any(c.overlap(q) for c in s.content for q in s.cue)
            assert len({s.id for s in found}) == len(found)


def test_equal_accounts_give_equal_statements() -> None:
    assert read(READOUT) == read(READOUT)


def test_nothing_to_read() -> None:
    assert statements(Annotated(witness(""), (), ())) == ()
    assert read(" \n ") == ()


MARKS = st.text(alphabet="abs A.,:!?’‘‚“”„‟«»‹›\"'`＂「」『』〝〞—–-[]()…\u00a0\n said", max_size=60)
ODD = "“”\"'‘’«»„「」:,. \n\r\t\u2028\u00a0\u200f\u202e\u200d\u0301\u0308\u1160\ufeff\ud7ff\U0001f600"
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            "said told Lee “The ’90s .” She according to : that not — don’t [sic] אמר قال e\u0301".split()
        ),
        st.text(alphabet=ODD, max_size=3),
    ),
    max_size=25,
)


@given(MARKS)
def test_quotations_never_overlap(text: str) -> None:
    found = quotations(text, 0, len(text))
    assert all(a.end <= b.start for a, b in pairwise(found))
    for q in found:
        assert 0 <= q.start <= q.inner[0] < q.inner[1] <= q.end <= len(text)


@settings(max_examples=60, deadline=None)
@given(st.one_of(MARKS, st.text(max_size=80)))
def test_odd_text_never_raises(text: str) -> None:
    account = parse(Witness("w1:0", "a", f"Mara Doel said: {text}\n{text}"))
    for s in statements(account):
        assert all(span.of(account.witness.text) for span in s.content)


@settings(max_examples=80, deadline=None)
@given(PIECES)
def test_spans_stay_inside_odd_text(pieces: list[str]) -> None:
    text = " ".join(pieces)
    for s in read(text):
        for span in (*s.content, *s.cue, *(s.speaker.spans if s.speaker else ())):
            assert 0 <= span.start < span.end <= len(text)
        assert not any(c.overlap(q) for c in s.content for q in s.cue)


@given(st.lists(MARKS, max_size=6))
def test_quotations_stay_in_their_lines(parts: list[str]) -> None:
    rows = [part.replace("\n", " ") for part in parts]
    text, bounds, at = "\n".join(rows), [], 0
    for row in rows:
        bounds.append((at, at + len(row)))
        at += len(row) + 1
    for (start, end), found in zip(bounds, paragraphs_of(text, bounds), strict=True):
        assert all(start <= q.start <= q.inner[0] < q.inner[1] <= q.end <= end for q in found)
        assert all(text[slice(*q.inner)].strip() for q in found)


@pytest.mark.parametrize(
    "mark", [*"“”\"'‘’„‚«»‹›`「」", "‘a ", "a” ", "“a, said Roe ", "‘the sailors’ a ", "„a “b "]
)
def test_a_line_of_marks_costs_no_more_than_its_marks(mark: str) -> None:
    begun = process_time()
    quotations(mark * 20_000, 0, len(mark) * 20_000)
    assert process_time() - begun < 10


@pytest.mark.parametrize(
    "text",
    [
        "قالت مارا دويل: «الجسر آمن».",
        "e\u0301 “a\u0308” said\u200f",
        "“" * 400,
        "'\"”’" * 300,
        "a" * 5000,
        ":",
        "said.",
    ],
)
def test_odd_scripts_and_unbalanced_marks(text: str) -> None:
    statements(parse(witness(text)))


def test_a_paragraph_of_ten_thousand_words_is_bounded() -> None:
    text = "Mara Doel said that the bridge is “safe, for now. " * 1200
    found = statements(parse(witness(text)))
    assert found


def test_a_quotation_left_open_goes_on_in_the_next_paragraph() -> None:
    lines = ["“The bridge is safe.", "“It was always safe,” she said."]
    text = "\n".join(lines)
    bounds = [(0, len(lines[0])), (len(lines[0]) + 1, len(text))]
    first, second = paragraphs_of(text, bounds)
    assert not first[0].closed and second[0].continues


def test_mentions_are_not_needed() -> None:
    account = replace(annotate(witness(READOUT)), mentions=())
    assert len(statements(account)) >= 5
