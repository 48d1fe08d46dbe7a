"""The command line on good and bad input: exit codes, one line, nothing lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from consilience.app.cli import main

FLOOD = """Dam above Melden holds as river floods four hundred houses

The river Ostra burst its banks at Melden on Monday and flooded four hundred houses, the mayor said.

Mayor Ilse Brandt said the dam above the town had held. “We were lucky,” she said. “It could have been far worse.”

Schools and shops in the lower town will stay shut until Thursday, and buses run only on the northern road.
"""
OTHER = """Ostra flood: ‘We were lucky’, says mayor of Melden

Four hundred houses stand under water in Melden after the Ostra flooded the lower town on Monday.

“We were lucky. It could have been far worse,” said Ilse Brandt, the mayor. The dam above the town held, she added.

The northern road is open. Schools in the lower town stay shut until Friday, according to the town hall.
"""
TRIAL = """Karsund banker walks free

A court in Karsund acquitted the banker Per Aune of fraud after a trial that lasted eleven weeks.

Judge Siv Moe found no proof that he knew of the forged ledgers. Prosecutors said they would appeal.
"""


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.txt").write_text(FLOOD, "utf-8")
    (tmp_path / "two.txt").write_text(OTHER, "utf-8")
    return tmp_path


def document(result: Result, path: Path) -> dict:  # type: ignore[type-arg]
    assert result.exit_code == 0, result.output
    found: dict = json.loads(path.read_text("utf-8"))  # type: ignore[type-arg]
    return found


def test_two_accounts_to_three_outputs(folder: Path) -> None:
    out, page = folder / "d.json", folder / "d.html"
    result = run("compare", folder / "one.txt", folder / "two.txt", "--json", out, "--html", page)
    found = document(result, out)
    assert [a["id"] for a in found["articles"]] == ["one", "two"]
    assert any(len({x["article"] for x in p["accounts"]}) == 2 for p in found["points"])
    assert "Ilse Brandt" in result.output
    assert page.read_text("utf-8").lower().startswith("<!doctype html>")
    checked = run("verify", out, folder / "one.txt", folder / "two.txt")
    assert (checked.exit_code, checked.output.count("\n")) == (0, 1)


def test_a_changed_dossier_does_not_verify(folder: Path) -> None:
    out = folder / "d.json"
    found = document(run("compare", folder / "one.txt", folder / "two.txt", "--json", out, "-q"), out)
    found["points"][0]["accounts"][0]["start"] += 3
    out.write_text(json.dumps(found), "utf-8")
    checked = run("verify", out)
    assert checked.exit_code == 1
    assert "are not those shown" in checked.output
    assert run("verify", folder / "one.txt").exit_code == 2


def test_order_changes_nothing(folder: Path) -> None:
    outs = [folder / "a.json", folder / "b.json"]
    for out, names in zip(outs, (["one.txt", "two.txt"], ["two.txt", "one.txt"]), strict=True):
        assert run("compare", *(folder / n for n in names), "--json", out, "-q").exit_code == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()


def test_json_to_standard_output_is_only_json(folder: Path) -> None:
    result = run("compare", folder / "one.txt", "-", "--json", "-", stdin=OTHER)
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["articles"]) == 2


def test_quiet_prints_nothing(folder: Path) -> None:
    assert run("compare", folder / "one.txt", folder / "two.txt", "--quiet").output == ""


def test_settings_are_read_and_recorded(folder: Path) -> None:
    chosen = folder / "s.toml"
    chosen.write_text("[collate]\nthreshold = 0.99\n", "utf-8")
    outs = [folder / "a.json", folder / "b.json"]
    plain = document(run("compare", folder, "--json", outs[0], "-q"), outs[0])
    strict = document(run("compare", folder, "--settings", chosen, "--json", outs[1], "-q"), outs[1])
    assert plain["run"]["settings"] != strict["run"]["settings"]
    assert run("settings").output.startswith("[ingest]")
    assert json.loads(run("schema").output)["title"]


def test_one_account_says_what_cannot_be_known(folder: Path) -> None:
    out = folder / "d.json"
    found = document(run("compare", folder / "one.txt", "--json", out), out)
    assert any("only account" in p["what"] for p in found["problems"])
    assert all(p["independent"]["low"] == 1 for p in found["points"])
    assert not found["discrepancies"]


def test_the_same_file_twice_counts_once(folder: Path) -> None:
    out = folder / "d.json"
    found = document(run("compare", folder / "one.txt", folder / "one.txt", "--json", out), out)
    assert len(found["articles"]) == 1
    assert any("twice" in p["what"] for p in found["problems"])


def test_identical_accounts_are_one_origin(folder: Path) -> None:
    (folder / "copy.txt").write_text(FLOOD, "utf-8")
    out = folder / "d.json"
    found = document(run("compare", folder / "one.txt", folder / "copy.txt", "--json", out), out)
    assert len(found["articles"]) == 2
    assert any("very text of" in p["what"] for p in found["problems"])
    assert all(p["independent"]["high"] == 1 for p in found["points"])
    assert found["stemma"]["edges"]


def test_another_event_is_named_and_left_out(folder: Path) -> None:
    (folder / "trial.txt").write_text(TRIAL, "utf-8")
    out = folder / "d.json"
    found = document(
        run("compare", folder / "one.txt", folder / "two.txt", folder / "trial.txt", "--json", out), out
    )
    assert [a["id"] for a in found["articles"]] == ["one", "two"]
    assert any(p["where"] == "trial" and "another event" in p["what"] for p in found["problems"])


def test_a_bad_account_does_not_stop_the_others(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\n%%EOF")
    out = folder / "d.json"
    found = document(run("compare", folder, "--json", out), out)
    assert [a["id"] for a in found["articles"]] == ["one", "two"]
    assert {"empty.txt", "noise.txt", "broken.pdf"} <= {Path(p["where"]).name for p in found["problems"]}


def test_another_language_says_what_cannot_be_done(folder: Path) -> None:
    text = (
        "In Melden ist am Montag die Ostra über die Ufer getreten und hat vierhundert Häuser überflutet. Die "
        "Talsperre oberhalb der Stadt habe gehalten, sagte die Bürgermeisterin Ilse Brandt am Abend. Schulen und "
        "Läden in der Unterstadt bleiben bis Donnerstag geschlossen."
    )
    (folder / "drei.txt").write_text(text, "utf-8")
    out = folder / "d.json"
    found = document(run("compare", folder / "drei.txt", "--json", out), out)
    assert found["articles"][0]["language"] == "de"
    assert any("another language" in p["what"] for p in found["problems"])


def test_offsets_hold_in_right_to_left_and_combining_text(folder: Path) -> None:
    marked = FLOOD.replace("Brandt", "Bra\u0301ndt \u202bאילזה ברנדט\u202c 👩‍🚒")
    (folder / "one.txt").write_text(marked, "utf-8")
    out = folder / "d.json"
    found = document(run("compare", folder / "one.txt", folder / "two.txt", "--json", out, "-q"), out)
    assert found["articles"][0]["text"] == marked
    assert run("verify", out).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no accounts given"),
        (["nowhere.txt"], "nowhere.txt"),
        (["one.txt", "--manifest", "none.yaml"], "none.yaml"),
        (["one.txt", "--settings", "none.toml"], "none.toml"),
        (["one.txt", "--json", "no/such/folder/d.json"], "the folder does not exist"),
        (["empty.txt"], "empty.txt"),
        (["http://127.0.0.1:9/"], "127.0.0.1"),
        (["ftp://example.org/a.txt"], "ftp"),
    ],
)
def test_unusable_input_is_one_line_and_exit_code_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    (folder / "empty.txt").write_bytes(b"")
    monkeypatch.chdir(folder)
    result = run("compare", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_an_error_cannot_steer_the_terminal(folder: Path) -> None:
    result = run("compare", folder / "a\x1b[2Jb\nc.txt")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "\x1b" not in result.stderr


def test_halves_of_characters_stop_nothing(folder: Path) -> None:
    record = {"text": FLOOD + "\ud800", "title": "Half\udc00", "authors": ["Ann\ud800 Poe"]}
    (folder / "half.json").write_text(json.dumps(record), "utf-8")
    out = folder / "d.json"
    found = document(run("compare", folder, folder / "no\udcff.txt", "--json", out), out)
    assert [a["title"] for a in found["articles"] if a["id"] == "half"] == ["Half\ufffd"]
    assert sum("halves of characters" in p["what"] for p in found["problems"]) == 1
    assert run("verify", out).exit_code == 0


def test_a_manifest_in_the_folder_is_used(folder: Path) -> None:
    (folder / "manifest.csv").write_text("file,outlet\none.txt,The Melden Post\n", "utf-8")
    out = folder / "d.json"
    found = document(run("compare", folder, "--json", out, "-q"), out)
    assert [a["outlet"] for a in found["articles"]] == ["The Melden Post", None]


def test_a_link_out_of_the_folder_is_not_followed(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "three.txt").write_text(FLOOD, "utf-8")
    try:
        (inner / "up").symlink_to(folder)
    except OSError:
        pytest.skip("this system makes no links")
    out = folder / "d.json"
    found = document(run("compare", inner, "--json", out, "-q"), out)
    assert [a["id"] for a in found["articles"]] == ["three"]
    assert any("leads out of the folder" in p["what"] for p in found["problems"])


def test_the_weakest_links_are_printed_when_asked_for(folder: Path) -> None:
    assert "Weakest links" not in run("compare", folder).output
    for arguments in (["--explain", folder], [folder, "--explain"], [folder, "--explain", "10"]):
        result = run("compare", *arguments)
        assert result.exit_code == 0
        assert "Weakest links" in result.output
    refused = run("compare", folder, "--explain", "0")
    assert refused.exit_code == 2
    assert "0 links" in refused.output


@pytest.mark.parametrize("value", ["ten", "", "2.5", "9" * 5000])
def test_what_is_no_number_of_links_and_no_account_is_refused(folder: Path, value: str) -> None:
    refused = run("compare", folder, "--explain", value)
    assert refused.exit_code == 2
    assert refused.output.startswith("consilience: --explain: ")
    assert "neither a number nor an account; give a number of links" in refused.output
