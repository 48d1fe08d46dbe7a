"""Framing: only what can be counted, each count with its places."""

from __future__ import annotations

from consilience.annotate import annotate, link
from consilience.contrast import framing
from consilience.model import Framing, Witness, witness_id


def frame(text: str) -> list[Framing]:
    """Framing of one account."""
    accounts, entities = link([annotate(Witness(witness_id("a", text, None, None, None), "a", text))])
    found = list(framing(accounts, entities))
    for item in found:
        assert item.spans and all(span.of(text).strip() for span in item.spans)
    return found


def test_reporting_verbs_are_counted_for_each_speaker() -> None:
    found = frame(
        "Tora Lind said the ferry was late. “The reef is not on the chart,” Tora Lind insisted. Lind said it twice."
    )
    verbs = {f.word: len(f.spans) for f in found if f.kind == "verb"}
    assert "insist" in verbs and verbs.get("say", 0) >= 1
    assert {f.who for f in found if f.kind == "verb"} == {"Tora Lind"}


def test_who_acts_on_whom() -> None:
    found = frame("Tora Lind sued Nils Aas over the wreck of the ferry.")
    assert [(f.word, f.who, f.note) for f in found if f.kind == "actor"] == [
        ("sue", "Tora Lind", "on Nils Aas")
    ]
    assert [(f.word, f.who, f.note) for f in found if f.kind == "acted-on"] == [
        ("sue", "Nils Aas", "by Tora Lind")
    ]


def test_a_passive_without_its_agent() -> None:
    found = frame("Nils Aas was arrested on the quay.")
    assert [(f.word, f.who, f.note) for f in found if f.kind == "passive"] == [
        ("arrest", "Nils Aas", "agent not named")
    ]


def test_loaded_words_of_the_account_and_of_a_speaker_are_kept_apart() -> None:
    found = frame("The disastrous voyage ended. “It was a disastrous voyage,” Tora Lind said.")
    notes = {f.note: len(f.spans) for f in found if f.kind == "loaded" and f.word == "disastrous"}
    assert notes == {"evaluation": 1, "evaluation, inside quotation marks": 1}


def test_nothing_is_nothing() -> None:
    assert frame("") == []
