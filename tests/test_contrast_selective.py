"""Selective quotation: one half of an utterance kept, the other dropped, and all that only looks so."""

from __future__ import annotations

import pytest

from consilience.annotate import annotate, link
from consilience.contrast.selective import selective
from consilience.model import Annotated, Selection, Witness, witness_id

OPEN = (
    "Ministers of the two river states met at Orsund on Tuesday. The talks about the dam lasted three hours. "
    "Snow had closed the pass, and both delegations came by train. "
)
END = (
    " The next round is set for the spring. Fishermen on the lower river have waited for an answer since May."
    " A band played at the station as the guests left."
)


def account(name: str, text: str) -> Annotated:
    """An account of an invented outlet."""
    text = OPEN + text + END
    return annotate(Witness(witness_id(name, text, None, None, None), name, text))


def found(whole: str, half: str) -> tuple[Selection, ...]:
    """What is found between an account that quotes a whole utterance and one that quotes a half."""
    accounts, _ = link([account("whole", whole), account("half", half)])
    out = selective(accounts)
    texts = {a.witness.id: a.witness.text for a in accounts}
    names = {a.witness.id: a.witness.name for a in accounts}
    for s in out:
        assert all(x.of(texts[x.witness]).strip() for x in (s.kept, *s.whole, *s.dropped))
        assert names[s.witness] == "half"
    return out


DROPPED = [
    (
        "“We will close the sluices on Friday, but our door stays open for talks,” minister Tora Lind said.",
        "“We will close the sluices on Friday,” minister Tora Lind said.",
        "but our door stays open for talks",
    ),
    (
        "Tora Lind said: “We shall answer every breach of the treaty, yet we do not want a quarrel.”",
        "Tora Lind said: “We shall answer every breach of the treaty.”",
        "yet we do not want a quarrel",
    ),
    (
        "“The ferry line will shut in June unless the council pays its debt,” Nils Aas said.",
        "“The ferry line will shut in June,” Nils Aas said.",
        "unless the council pays its debt",
    ),
    (
        "“If the guards withdraw, we will reopen the bridge,” Nils Aas told reporters.",
        "“We will reopen the bridge,” Nils Aas told reporters.",
        "If the guards withdraw",
    ),
    (
        "“Our engineers made grave mistakes. But nobody was ever in danger,” Tora Lind said.",
        "“Our engineers made grave mistakes,” Tora Lind said.",
        "But nobody was ever in danger",
    ),
    (
        "“Although the harvest failed, no family will go hungry,” Tora Lind promised.",
        "“No family will go hungry,” Tora Lind promised.",
        "Although the harvest failed",
    ),
    (
        "“The tunnel is safe for visitors, though two shafts need new pumps,” Nils Aas said.",
        "“The tunnel is safe for visitors,” Nils Aas said.",
        "though two shafts need new pumps",
    ),
    (
        "“Taxes will rise next winter, but pensioners keep their rebate,” Tora Lind announced.",
        "There was a crowd. “Taxes will rise next winter,” Tora Lind announced.",
        "but pensioners keep their rebate",
    ),
    (
        "“I regret the arrests. However, the law leaves judges no choice,” Tora Lind said.",
        "“I regret the arrests,” Tora Lind said.",
        "However, the law leaves judges no choice",
    ),
    (
        "“We offered them a new contract, but they burned it in the square,” Nils Aas said.",
        "“They burned it in the square,” Nils Aas said.",
        "We offered them a new contract",
    ),
    (
        "“The vaccine helps most patients, but the trial was small,” doctor Ida Holm said.",
        "Doctor Ida Holm said the “vaccine helps most patients”.",
        "but the trial was small",
    ),
    (
        "“Our boats will stop every trawler until the quota is signed,” admiral Jon Berg said.",
        "“Our boats will stop every trawler,” admiral Jon Berg said.",
        "until the quota is signed",
    ),
    (
        "“The bank will survive this week, but hundreds of clerks must leave,” Nils Aas said.",
        "In a letter, Nils Aas wrote that the “bank will survive this week”.",
        "but hundreds of clerks must leave",
    ),
]


@pytest.mark.parametrize(("whole", "half", "words"), DROPPED, ids=[d[2] for d in DROPPED])
def test_the_half_that_is_dropped_is_shown(whole: str, half: str, words: str) -> None:
    (selection,) = found(whole, half)
    text = OPEN + whole + END
    assert words in selection.dropped[0].of(text)


BOTH = [
    # the other half is told in the account's own words
    (
        "“We will close the sluices on Friday, but our door stays open for talks,” minister Tora Lind said.",
        "“We will close the sluices on Friday,” minister Tora Lind said, and left the door open for talks.",
    ),
    # … or further down
    (
        "“The ferry line will shut in June unless the council pays its debt,” Nils Aas said.",
        "“The ferry line will shut in June,” Nils Aas said. It can go on if the council pays the debt.",
    ),
    # … or in a turn of the reporter's
    (
        "“Our engineers made grave mistakes. But nobody was ever in danger,” Tora Lind said.",
        "“Our engineers made grave mistakes,” Tora Lind said, but denied that there was a risk.",
    ),
    # another speaker
    (
        "“Taxes will rise next winter, but pensioners keep their rebate,” Tora Lind announced.",
        "“Taxes will rise next winter,” Nils Aas announced.",
    ),
    # no quotation, a report in other words
    (
        "“We shall answer every breach of the treaty, yet we do not want a quarrel,” Tora Lind said.",
        "Tora Lind spoke of answers to breaches of the treaty.",
    ),
    # two things joined by "and"
    (
        "“We will close the sluices on Friday, and the mills will stop at noon,” Tora Lind said.",
        "“We will close the sluices on Friday,” Tora Lind said.",
    ),
    # no two halves
    (
        "“He was a poor but honest carpenter of Orsund all his life,” Tora Lind said.",
        "“He was a poor carpenter of Orsund all his life,” Tora Lind said.",
    ),
    # the reporter's own "but", outside the quotation
    (
        "“We will close the sluices on Friday,” Tora Lind said, but the mills kept running.",
        "“We will close the sluices on Friday,” Tora Lind said.",
    ),
    # a cut that is marked
    (
        "“The tunnel is safe for visitors, though two shafts need new pumps,” Nils Aas said.",
        "“The tunnel is safe for visitors …” Nils Aas said.",
    ),
    # the whole
    (
        "“If the guards withdraw, we will reopen the bridge,” Nils Aas told reporters.",
        "“We will reopen the bridge if the guards withdraw,” Nils Aas told reporters.",
    ),
    # another utterance of the same speaker
    (
        "“The vaccine helps most patients, but the trial was small,” doctor Ida Holm said.",
        "“The clinic opens its new wing in August,” doctor Ida Holm said.",
    ),
    # the other half in another quotation
    (
        "“We offered them a new contract, but they burned it in the square,” Nils Aas said.",
        "“They burned it in the square,” Nils Aas said. A new contract, he said, had been offered.",
    ),
    # both halves quoted one after the other
    (
        "“I regret the arrests. However, the law leaves judges no choice,” Tora Lind said.",
        "“I regret the arrests,” Tora Lind said. “The law leaves judges no choice.”",
    ),
]


@pytest.mark.parametrize(("whole", "half"), BOTH, ids=[b[1][-40:] for b in BOTH])
def test_what_is_carried_or_never_was_one_utterance_is_not_listed(whole: str, half: str) -> None:
    assert found(whole, half) == ()


def test_all_accounts_that_carry_both_are_named_and_order_does_not_matter() -> None:
    whole, half, _ = DROPPED[0]
    accounts, _ = link([account("a", whole), account("b", whole), account("c", half)])
    (selection,) = selective(accounts)
    assert len(selection.whole) == len(selection.dropped) == 2
    assert selection.why == (
        "c quotes these words of Tora Lind without what was said after “but” in the same breath; a and b quote both."
    )
    assert selective(tuple(reversed(accounts))) == (selection,)
    assert selective(accounts[:1]) == ()


def test_odd_text_raises_nothing() -> None:
    accounts, _ = link([account("a", "“But” “” \ufffd but “if” unless."), account("b", "““But if")])
    assert selective(accounts) == ()
