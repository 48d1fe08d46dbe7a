"""The encoder that ships: sense, identity, odd text, its file as its card states it."""

from __future__ import annotations

import hashlib
from importlib import resources

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from consilience.encoder import StaticEncoder, words


def test_near_in_meaning_is_near() -> None:
    ferry, boat, tax = StaticEncoder.load().encode(
        [
            "The ferry ran aground in fog.",
            "A boat hit rocks in thick mist.",
            "Parliament raised the tax on sugar.",
        ]
    )
    assert ferry @ boat > ferry @ tax + 0.2


def test_vectors_have_unit_length_and_do_not_depend_on_the_batch() -> None:
    encoder = StaticEncoder.load()
    texts = ["The bridge fell.", "Nobody was hurt.", ""]
    together = encoder.encode(texts)
    assert together.dtype == np.float32
    assert together.shape == (3, 256)
    assert np.allclose(np.linalg.norm(together[:2], axis=1), 1, atol=1e-5)
    assert not together[2].any()
    assert all((encoder.encode([t])[0] == row).all() for t, row in zip(texts, together, strict=True))


@given(st.text(max_size=80))
def test_any_text_has_a_vector(text: str) -> None:
    assert np.isfinite(StaticEncoder.load().encode([text])).all()
    assert all(word and not word.isspace() for word in words(text))


def test_the_table_is_the_one_its_card_describes() -> None:
    folder = resources.files("consilience.data")
    raw = (folder / "encoder.npz").read_bytes()
    assert len(raw) <= 8_000_000
    assert hashlib.sha256(raw).hexdigest() in (folder / "encoder.md").read_text("utf-8")
