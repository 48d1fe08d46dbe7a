"""The terminal view: fits its width, prints texts as text, says what it leaves out."""

from __future__ import annotations

import io
from typing import Any

import pytest
import render_sample
from rich.cells import cell_len
from rich.console import Console

from consilience.dossier.terminal import print_dossier


def shown(document: dict[str, Any], width: int = 80, *, terminal: bool = False, **options: Any) -> str:
    out = io.StringIO()
    print_dossier(document, Console(file=out, width=width, force_terminal=terminal), **options)
    return out.getvalue()


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize(
    "make", [render_sample.sample, render_sample.one, render_sample.many, render_sample.empty]
)
@pytest.mark.parametrize("verbose", [False, True])
def test_every_line_fits(width: int, make: Any, verbose: bool) -> None:
    text = shown(make(), width, verbose=verbose)
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_short_form_is_read_in_a_minute() -> None:
    text = shown(render_sample.sample())
    assert len(text.splitlines()) < 80
    for words in ("Six accounts share twelve points", "goes back to α", "D E: 14", "1–2 of 5", "Ilse Marrow"):
        assert words in text


def test_verbose_adds_evidence_and_the_rest() -> None:
    short, full = shown(render_sample.sample(), 100), shown(render_sample.sample(), 100, verbose=True)
    for words in (
        "Peir Nine",
        "Left out",
        "Timeline",
        "Framing",
        "harmless: rounding",
        "C ← Norwire ← Ilse Marrow",
    ):
        assert words in full and words not in short
    assert "more point" in short and "more point" not in full


def test_colour_only_on_a_terminal() -> None:
    assert "\x1b" not in shown(render_sample.sample())
    assert "\x1b[" in shown(render_sample.sample(), terminal=True)


def test_no_account_can_steer_the_terminal() -> None:
    doc = render_sample.sample()
    evil = "\x1b[2J\x1b]0;owned\x07[bold]x[/bold]\u202e\x9b31m\r:smile:"
    doc["story"]["label"] = evil
    for a in doc["articles"]:
        a |= {"outlet": evil, "text": evil * 20}
    for p in doc["points"]:
        p |= {"says": evil, "speaker": evil}
    for d in doc["discrepancies"]:
        d["explanation"] = evil
    text = shown(doc, verbose=True)
    assert not set("\x1b\x07\x9b\r\u202e") & set(text)
    assert "[bold]x[/bold]" in text and ":smile:" in text


def test_one_account_is_said_to_prove_nothing() -> None:
    assert "nothing here is confirmed" in " ".join(shown(render_sample.one()).split())


def linked() -> dict[str, Any]:
    """The sample with two links, of its second and its first point."""
    document = render_sample.sample()
    for point in document["points"]:
        point["links"] = []
    for n, score, reason in ((1, 0.31, "both say 212"), (0, 0.72, "4 words in a row\x1b[31m")):
        a, b = document["points"][n]["accounts"][:2]
        document["points"][n]["links"] = [{"a": a, "b": b, "score": score, "reason": reason}]
    return document


def test_the_weakest_links_are_listed_when_asked_for() -> None:
    assert "Weakest links" not in shown(linked())
    text = shown(linked(), 100, explain=10)
    assert "Weakest links  2 of 2" in text
    assert text.index("0.31  both say 212") < text.index("0.72  4 words in a row")
    assert "\x1b" not in text
    few = shown(linked(), 60, explain=1)
    assert "Weakest links  1 of 2" in few
    assert "0.72" not in few
    assert max(cell_len(line) for line in few.splitlines()) <= 60
    assert "no passage is linked to another" in shown(render_sample.one(), explain=3)
