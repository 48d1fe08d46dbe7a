"""Settings: TOML out and in, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from consilience import InputError, Settings


def test_toml_round_trip() -> None:
    settings = Settings.from_toml("[ingest]\nallow_hosts = ['intranet']\n[collate]\nthreshold = 1\n")
    assert Settings.from_toml(settings.to_toml()) == settings
    assert settings.fingerprint != Settings().fingerprint


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[colate]\nx = 1", "unknown table 'colate'; use one of ingest"),
        ("[collate]\nthreshhold = 1", "unknown setting 'threshhold'; use one of threshold"),
        ("[collate]\nthreshold = 'high'", "threshold = 'high' is not of type float"),
        ("[ingest]\nmax_chars = -1", "max_chars = -1 is below 0 or no number"),
        ("[ingest]\ntimeout = inf", "timeout = inf is below 0 or no number"),
        ("[group]\nthreshold = nan", "threshold = nan is below 0 or no number"),
        ("collate = 3", "3 is not a table"),
        ("[collate", "not valid TOML"),
    ],
)
def test_what_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        Settings.from_toml(text)
    assert words in str(error.value)


def test_a_missing_file_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        Settings.read(tmp_path / "none.toml")
    assert "none.toml: cannot be read" in str(error.value)


def test_every_setting_is_documented() -> None:
    from dataclasses import fields

    for stage in fields(Settings):
        made = getattr(Settings(), stage.name)
        for setting in fields(made):
            assert f":param {setting.name}:" in (type(made).__doc__ or ""), f"{stage.name}.{setting.name}"
