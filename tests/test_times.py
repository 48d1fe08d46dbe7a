"""Times, on invented sentences; the account is published on Tuesday, 6 May 2031."""

from __future__ import annotations

import pytest

from consilience.annotate.text import parse
from consilience.annotate.times import find
from consilience.model import When, Witness


def found(text: str, published: str | None = "2031-05-06") -> list[tuple[str, When]]:
    """Times of a text with their words."""
    account = parse(Witness("w1:t", "t", text, published=published))
    return [(text[a:b], when) for a, b, when in find(account)]


@pytest.mark.parametrize(
    ("text", "words", "start", "end", "grain"),
    [
        ("It sank on Monday.", "Monday", "2031-05-05", "2031-05-06", "day"),
        ("It sank on Tuesday.", "Tuesday", "2031-05-06", "2031-05-07", "day"),
        ("It sank last Tuesday.", "last Tuesday", "2031-04-29", "2031-04-30", "day"),
        ("It will sail on Thursday.", "Thursday", "2031-05-08", "2031-05-09", "day"),
        ("Schools stay shut until Thursday.", "Thursday", "2031-05-08", "2031-05-09", "day"),
        ("Schools were shut until Thursday.", "Thursday", "2031-05-01", "2031-05-02", "day"),
        ("The vote is on Thursday.", "Thursday", "2031-05-08", "2031-05-09", "day"),
        ("The pull has been set for Thursday.", "Thursday", "2031-05-08", "2031-05-09", "day"),
        ("She hopes the tug can start on Thursday.", "Thursday", "2031-05-08", "2031-05-09", "day"),
        ("The tug is due on Thursday to pull it clear.", "Thursday", "2031-05-08", "2031-05-09", "day"),
        ("It will sail next Friday.", "next Friday", "2031-05-09", "2031-05-10", "day"),
        ("It sank on Monday night.", "Monday night", "2031-05-05T18:00", "2031-05-06T06:00", "part"),
        ("It sank over the weekend.", "the weekend", "2031-05-03", "2031-05-05", "weekend"),
        ("It sank yesterday.", "yesterday", "2031-05-05", "2031-05-06", "day"),
        ("It sank last night.", "last night", "2031-05-05T18:00", "2031-05-06T06:00", "part"),
        ("It sank on April 16.", "April 16", "2031-04-16", "2031-04-17", "day"),
        ("It sank on 16 April 2029.", "16 April 2029", "2029-04-16", "2029-04-17", "day"),
        ("It sank on Dec. 24.", "Dec. 24", "2030-12-24", "2030-12-25", "day"),
        ("It sank on Monday, May 5.", "Monday, May 5", "2031-05-05", "2031-05-06", "day"),
        ("It sank in March.", "March", "2031-03-01", "2031-04-01", "month"),
        ("It sank in June.", "June", "2030-06-01", "2030-07-01", "month"),
        ("It sank in 2018.", "2018", "2018-01-01", "2019-01-01", "year"),
        ("It sank in the 1990s.", "the 1990s", "1990-01-01", "2000-01-01", "decade"),
        ("It sank last year.", "last year", "2030-01-01", "2031-01-01", "year"),
        ("It sank last week.", "last week", "2031-04-28", "2031-05-05", "week"),
        ("It will sail next month.", "next month", "2031-06-01", "2031-07-01", "month"),
        ("It sank two days ago.", "two days ago", "2031-05-04", "2031-05-05", "day"),
        ("It sank a year ago.", "a year ago", "2030-01-01", "2031-01-01", "year"),
        (
            "It sank at 5:20 p.m. on Monday.",
            "5:20 p.m. on Monday",
            "2031-05-05T17:20",
            "2031-05-05T17:21",
            "minute",
        ),
        ("It sank on 2031-05-01.", "2031-05-01", "2031-05-01", "2031-05-02", "day"),
        (
            "Sales fell in the first quarter of 2030.",
            "the first quarter of 2030",
            "2030-01-01",
            "2030-04-01",
            "quarter",
        ),
    ],
)
def test_one_time(text: str, words: str, start: str, end: str, grain: str) -> None:
    ((said, when),) = found(text)
    assert said == words
    assert (when.start, when.end, when.grain) == (start, end, grain)
    assert when.how in {"stated", "published 2031-05-06"}


def test_noon_is_not_of_a_day_to_come_in_the_paragraph_before() -> None:
    text = "It sank on Monday.\nThe board will report by Friday, 14 November.\nBuses will run from noon."
    assert found(text)[-1][1].start == "2031-05-05T12:00"


def test_without_publication_the_event_is_the_anchor() -> None:
    times = found("On May 5, 2031, it sank. It was found on Tuesday, divers said.", None)
    assert times[1][1] == When("2031-05-06", "2031-05-07", "day", "event 2031-05-05", 1)


def test_without_any_date_the_weekday_is_kept() -> None:
    assert found("It sank on Monday.", None) == [("Monday", When(None, None, "day", "unresolved", 0))]


@pytest.mark.parametrize(
    "text",
    [
        "They may march on.",
        "There were 2000 people there.",
        "Mondays are slow.",
        "Flight 1943 left.",
        "03:24",
    ],
)
def test_no_time(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text", ["It sank on February 31.", "On 99/99/2031.", "In 9999 BC, at 25:99 p.m.", "5000 years ago"]
)
def test_impossible_dates_raise_nothing(text: str) -> None:
    for _, when in found(text):
        assert when.start is None or when.end is None or when.start < when.end
