"""Stories, accounts, people and outlets as the desk shows them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from consilience.desk.accounts import account
from consilience.desk.outlets import outlet, outlets
from consilience.desk.people import MOST_DAYS, person, times
from consilience.desk.story import MOST_MAIL, MOST_MOMENTS, fresh, mail_draft, moments, names, said, standing
from consilience.engine.shelf import kept
from consilience.errors import InputError
from consilience.model import Witness, witness_id
from consilience.store import Kept, Library, Tale

NOW = "2031-10-18T10:00:00+00:00"
LINK = "http://127.0.0.1:8400/stories/s1"


@pytest.fixture
def library(copied: Path) -> Iterator[Library]:
    with Library.open(copied) as found:
        yield found


def ferry(library: Library) -> tuple[Tale, dict[str, Any]]:
    tale = next(t for t in library.stories() if "Ilvane" in t.label)
    document = kept(library, tale.id)
    assert document is not None
    return tale, document


def story(library: Library, document: dict[str, Any] | None, tale: Tale, since: str = "") -> dict[str, Any]:
    accounts = list(library.accounts(story=tale.id))
    return standing(document, accounts, since) | said(library, document, tale, accounts, "", LINK)


def text_of(library: Library, ident: str) -> str:
    return library.account(ident).witness.text


def sample(name: str, published: str | None, added: str = NOW, text: str = "") -> Kept:
    words = text or f"Text of {name}."
    ident = witness_id(name, words, "Melden Post", published, None)
    witness = Witness(ident, name, words, outlet="Melden Post", published=published)
    return Kept(1, witness, "s1:a", 0.0, added, 0.0, None, "")


# -- a story --


def test_a_story_has_all_that_stands_beside_its_dossier(library: Library) -> None:
    tale, document = ferry(library)
    found = story(library, document, tale)
    assert found["tale"]["id"] == tale.id
    assert len(found["accounts"]) == tale.accounts == len(found["named"])
    assert found["freshness"] == {
        "made": True, "accounts": 6, "of": 6, "pending": 0, "until": None, "fresh": True,
    }  # fmt: skip
    assert found["brief"]["accounts"] == 6
    assert [len(m["accounts"]) for m in found["moments"]] == [1, 1, 1, 2, 1]
    assert found["fresh"]["accounts"] == []
    assert found["mail"].startswith("mailto:?subject=Statement%20on")


def test_a_story_without_a_dossier_is_shown_all_the_same(library: Library) -> None:
    tale, _ = ferry(library)
    found = story(library, None, tale, since="2031-01-01")
    assert not found["freshness"]["made"]
    assert len(found["fresh"]["accounts"]) == 6
    assert (found["named"], found["fresh"]["points"]) == ({}, [])


def test_articles_are_named_by_the_library(library: Library) -> None:
    tale, document = ferry(library)
    named = names(document, library.accounts(story=tale.id))
    for article in document["articles"]:
        assert text_of(library, named[article["id"]] or "") == article["text"]
    assert set(names(document, ()).values()) == {None}


def test_remarks_and_interests_stand_with_the_story(library: Library) -> None:
    tale, document = ferry(library)
    differs = document["discrepancies"][0]["id"]
    library.harmless(tale.id, differs, "two calendars", at=NOW)
    library.take_interest("outlet", "westshore notes", at=NOW)
    library.take_interest("outlet", "Orvan Echo", at=NOW)
    library.take_interest("story", tale.id, at=NOW)
    library.take_interest("person", "Irena Valdosk", at=NOW)
    library.take_interest("topic", "strike", muted=True, at=NOW)
    found = story(library, document, tale)
    assert found["remarks"][differs]["why"] == "two calendars"
    assert [i["kind"] for i in found["interests"]] == ["outlet", "story", "person"]


def told(*articles: str) -> list[dict[str, Any]]:
    return [{"article": a, "start": 0, "end": 4} for a in articles]


def test_what_stands_in_new_accounts_alone_is_new() -> None:
    accounts = [sample("a", None, "2031-10-14T00:00:00+00:00"), sample("b", None)]
    document = {
        "articles": [
            {"id": n, "text": f"Text of {n}.", "outlet": "Melden Post", "published": None, "url": None}
            for n in "ab"
        ],
        "points": [{"id": f"p-{p}", "accounts": told(*p)} for p in ("a", "b", "ab")],
        "discrepancies": [
            {"id": "before", "readings": [r | {"value": v} for r, v in zip(told("a", "a", "b"), "121", strict=True)]},
            {"id": "since", "readings": [r | {"value": v} for r, v in zip(told("a", "b"), "12", strict=True)]},
        ],
        "statements": [
            {"id": "told-before", "article": "b", "content": [[2, 6]]},
            {"id": "new", "article": "b", "content": [[5, 9]]},
            {"id": "old", "article": "a", "content": [[5, 9]]},
        ],
    }  # fmt: skip
    found = fresh(document, accounts, "2031-10-15T00:00:00+00:00")
    assert found["articles"] == ["b"]
    assert found["accounts"] == [accounts[1].witness.id]
    assert found["points"] == ["p-b"]
    assert found["discrepancies"] == ["since"]
    assert found["statements"] == ["new"]
    assert fresh(document, accounts, "")["articles"] == []


def test_the_slider_has_a_step_for_each_time_and_not_too_many() -> None:
    few, left_out = moments([sample("a", "2031-05-06"), sample("b", "2031-05-06"), sample("c", None)])
    assert ([m["at"] for m in few], len(few[0]["accounts"]), left_out) == (["2031-05-06"], 2, 0)
    many = [sample(f"n{n}", f"2031-05-06T{n // 60:02}:{n % 60:02}") for n in range(300)]
    steps, left_out = moments(many)
    assert len(steps) + left_out == 300
    assert len(steps) <= MOST_MOMENTS
    assert (steps[0]["at"], steps[-1]["at"]) == (many[0].witness.published, many[-1].witness.published)


def test_a_mail_draft_holds_what_fits() -> None:
    brief = {"summary": ["One & one.", "Größe\r\nBcc: x@y.example"], "verdict": "Two accounts, one origin."}
    draft = unquote(mail_draft("A story?", brief, LINK))
    assert draft == (
        "mailto:?subject=A story?&body=One & one.\r\n\r\nGröße Bcc: x@y.example\r\n\r\n"
        f"Two accounts, one origin.\r\n\r\n{LINK}"
    )
    for letter in "a\u0416漢":
        long = {"summary": [letter * 900] * 3, "verdict": "v"}
        draft = mail_draft(letter * 400, long, LINK)
        assert len(draft) <= MOST_MAIL
        assert draft.endswith("stories%2Fs1")
        assert draft.isascii()


# -- an account --


def test_an_account_says_what_is_in_it_and_whom_it_follows(library: Library) -> None:
    _, document = ferry(library)
    found = account(library, "westshore", document)
    text = found["text"]
    assert found["annotated"]
    assert found["statements"]
    assert all(s["words"] == " … ".join(text[a:b] for a, b in s["spans"]) for s in found["statements"])
    assert "Marta Belinsk" in found["names"]["person"]
    first = found["neighbours"][0]
    assert (first["way"], first["name"]) == ("follows", "The Dravik Courier")
    assert library.account(first["account"]).witness.outlet == "The Dravik Courier"
    assert all(text[p["start"] : p["end"]] == p["words"] for n in found["neighbours"] for p in n["passages"])
    assert "followed" in {n["way"] for n in account(library, "courier", document)["neighbours"]}


def test_an_account_of_a_story_not_compared_has_no_neighbours(library: Library) -> None:
    found = account(library, "westshore")
    assert (found["compared"], found["neighbours"]) == (False, [])
    assert found["near"]["story"] == found["story"]["id"]


# -- people --


def test_a_person_is_told_through_whom_and_when(library: Library) -> None:
    found = person(library, "Valdosk")
    assert found["names"] == ["Irena Valdosk"]
    assert found["known"]
    for counts in ("forms", "outlets", "ways"):
        assert sum(r["count"] for r in found[counts]["rows"]) == found["total"]
    assert {"value": "Tavorian Press Agency", "count": 1} in found["carriers"]["rows"]
    assert sum(r["count"] for r in found["times"]["rows"]) == found["total"]
    assert [s["statements"] for s in found["stories"]] == [found["total"]]
    said = [s for line in found["lines"] for s in line["said"]]
    assert len(said) == found["total"]
    assert all(text_of(library, s["account"])[a:b] for s in said for a, b in s["spans"])


def test_a_person_asked_about_one_thing(library: Library) -> None:
    some = person(library, "Irena Valdosk", about="radar")
    assert 0 < some["total"] < person(library, "Irena Valdosk")["total"]
    assert person(library, "Irena Valdosk", about="volcano")["total"] == 0


def test_somebody_who_does_not_speak_is_only_named(library: Library) -> None:
    found = person(library, "Gorm Velling", page=0)
    assert (found["page"], found["known"]) == (1, True)
    named = found["named"]["total"]
    assert named + len({s["account"] for line in found["lines"] for s in line["said"]}) == 2
    nobody = person(library, 'No"body “at” all')
    assert (nobody["known"], nobody["lines"]) == (False, [])


def test_names_that_people_join_or_part_are_told(library: Library) -> None:
    tale, _ = ferry(library)
    library.same("Aleksh Jorin", "Irena Valdosk", at=NOW)
    assert "Irena Valdosk" in person(library, "Aleksh Jorin")["names"]
    library.undo(at=NOW)
    library.not_same("Irena Valdosk", [tale.id], at=NOW)
    found = person(library, "Irena Valdosk")
    assert [s["id"] for s in found["somebody_else_in"]] == [tale.id]
    assert found["total"] == 0


def test_over_a_long_time_statements_are_counted_by_month() -> None:
    days = [(f"2031-{n // 28 + 1:02}-{n % 28 + 1:02}", 1) for n in range(MOST_DAYS + 1)]
    found = times(days)
    assert (found["grain"], found["rows"][0]) == ("month", {"when": "2031-01", "count": 28})


# -- outlets --


def test_outlets_are_counted_over_the_stories_compared(library: Library) -> None:
    found = outlets(library)
    agency = next(o for o in found["outlets"] if o["name"] == "Tavorian Press Agency")
    assert (agency["accounts"], agency["stories"]) == (4, 4)
    assert 0 < agency["first"] <= agency["first_of"] <= 4
    assert any("no verdict" in n for n in found["notes"])


def test_an_outlet_has_whom_it_copies_and_who_copies_it(library: Library) -> None:
    courier, notes = outlet(library, "The Dravik Courier"), outlet(library, "Westshore Notes")
    assert {"name": "The Dravik Courier", "count": 1, "stories": 1} in notes["copies"]["rows"]
    assert {"name": "Westshore Notes", "count": 1, "stories": 1} in courier["copied_by"]["rows"]
    assert courier["verbs"]["rows"][0]["name"] == "say"
    assert courier["compared"] == {"accounts": 2, "stories": 2}
    assert {a["outlet"] for a in courier["accounts"]} == {"The Dravik Courier"}


def test_an_outlet_that_is_not_there_is_refused(library: Library) -> None:
    with pytest.raises(InputError, match="there is no outlet"):
        outlet(library, "Orvan Echo")


# -- what the store tells of an account and of a speaker --


def test_the_store_tells_what_is_said_and_named_in_an_account(library: Library) -> None:
    for one in library.accounts():
        text = one.witness.text
        spoken = library.statements(one.witness.id)
        assert all(text[a:b].strip() for s in spoken for a, b in s.spans)
        assert set(library.named(one.witness.id)) == {"person", "body", "place"}


def test_a_voice_counts_what_the_ledger_lists(library: Library) -> None:
    for name in ("Irena Valdosk", "Edda Krans", "Ministry of Transport and Waterways"):
        voice, listed = library.voice(name), library.who(name)
        assert voice.total == listed.total == sum(n for _, n in voice.days)
    assert library.voice("Nobody At All").total == 0
