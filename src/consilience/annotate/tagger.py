"""The tagger: which words report, and what each of them reports of whom.

A small network reads every token with its neighbours and its head, subject and complement in
the parse and scores it as the word that reports (said, a warning, according, a colon). For each
such cue a second part labels the tokens in reach as content, speaker, cue or none, and the best
path through the labels is taken. Weights: ``data/tagger.npz``, with its card;
``bench/train_tagger.py`` learns them. numpy alone. Does not pair quotation marks or name
speakers. Invariant: the same tokens give the same ranges; each range lies within the cue's
reach, and no two of one cue overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ..encoder import StaticEncoder
from .cues import speaks
from .pipeline import one_thread
from .quotes import Quotation
from .signs import PAIR_SIZES, SIZES, Pairs, Signs, pairs, reach, signs
from .tree import Tree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

Ranges = tuple[tuple[int, int], ...]
LABELS = NONE, CONTENT, SPEAKER, CUE = 0, 1, 2, 3
DILATIONS = (1, 1, 2, 2)
"""How far the neighbours stand that each layer reads."""
CUES = 256
"""Cues whose reach is labelled at once: bounds what a paragraph full of them needs."""
ROWS = 256
"""Tokens that a layer reads at once: what it reads stays in the processor's cache."""
LEAST, FAINT = 0.2, 0.003
"""Least score of a cue whose content is looked for; of a verb of saying in a sentence that has such
a cue, for what it tells of others: reports in reports are seldom annotated where the weights were
learned, yet they are the links of a chain."""


class Tagged(NamedTuple):
    """What one cue reports: token ranges of its three parts, and the cue's score (0–1)."""

    head: int
    score: float
    cue: Ranges
    content: Ranges
    speaker: Ranges


class Tagger:
    """The network; ``weights`` as ``bench/train_tagger.py`` names them."""

    def __init__(self, weights: Mapping[str, Array], lemmas: Mapping[str, int]) -> None:
        self._w, self._lemmas = weights, lemmas
        self._vector = lru_cache(maxsize=65536)(self._project)

    @classmethod
    @cache
    def load(cls) -> Tagger:
        """Read ``data/tagger.npz``, once a process."""
        import numpy as np

        raw = (resources.files("consilience.data") / "tagger.npz").read_bytes()
        with np.load(BytesIO(raw)) as parts:
            lemmas = bytes(parts["lemmas"]).decode("utf-8").split("\n")
            weights = {name: parts[name].astype(np.float32) for name in parts.files if name != "lemmas"}
        return cls(weights, {lemma: n for n, lemma in enumerate(lemmas, 1)})

    def read(self, found: Tree, quoted: Sequence[Quotation]) -> list[Tagged]:
        """The cues of an account with their content and speaker, in text order."""
        if not found.tokens:
            return []
        with one_thread():
            return self._read(found, signs(found, quoted))

    def _read(self, found: Tree, seen: Signs) -> list[Tagged]:
        import numpy as np

        hidden = self.hidden(seen, self.words(found))
        scores = self.cues(hidden)
        sure = {found.sentence[k] for k in np.flatnonzero(scores >= LEAST)}
        near = (int(k) for k in np.flatnonzero(scores >= FAINT) if found.sentence[k] in sure)
        heads = [k for k in near if scores[k] >= LEAST or speaks(found.tokens[k])]
        slices = (heads[k : k + CUES] for k in range(0, len(heads), CUES))
        parts = [part for some in slices for part in self._parts(found, seen, hidden, some)]
        return [Tagged(head, float(scores[head]), *part) for head, part in zip(heads, parts, strict=True)]

    def words(self, found: Tree) -> Array:
        """What stands for each token's word: its vector, projected, and its lemma's; ``(tokens, 96)``."""
        import numpy as np

        vectors = [self._vector(t.text.lower()) for t in found.tokens]
        lemmas = [self._lemmas.get(t.lemma.lower(), 0) for t in found.tokens]
        return np.concatenate([np.stack(vectors), self._w["lemma"][lemmas]], axis=1)

    def _project(self, word: str) -> Array:
        import numpy as np

        return np.asarray(StaticEncoder.load().vectors([word])[0] @ self._w["vector"], np.float32)

    def hidden(self, seen: Signs, words: Array) -> Array:
        """The state of each token after all layers, of shape ``(tokens, width)``."""
        import numpy as np

        w = self._w
        columns = [w[f"token{n}"][seen.ids[:, n]] for n in range(len(SIZES))]
        h = np.maximum(np.concatenate([words, *columns], axis=1) @ w["in"] + w["in.b"], 0)
        for n, step in enumerate(DILATIONS):
            before, after, out = _moved(h, step), _moved(h, -step), np.empty_like(h)
            for first in range(0, len(h), ROWS):
                rows = slice(first, first + ROWS)
                kin = h[seen.kin[rows]].reshape(len(h[rows]), -1)
                both = np.concatenate([before[rows], h[rows], after[rows], kin], axis=1) @ w[f"layer{n}"]
                both += w[f"layer{n}.b"]
                half = both.shape[1] // 2
                x = h[rows] + np.maximum(both[:, :half], both[:, half:])
                x -= x.mean(1, keepdims=True)
                x /= np.sqrt(np.einsum("ij,ij->i", x, x) / half + 1e-5)[:, None]
                out[rows] = x * w[f"norm{n}"] + w[f"norm{n}.b"]
            h = out
        return np.asarray(h, np.float32)

    def cues(self, hidden: Array) -> Array:
        """The score of each token as the word that reports."""
        import numpy as np

        w = self._w
        raw = np.maximum(hidden @ w["cue"] + w["cue.b"], 0) @ w["cue.out"] + w["cue.out.b"]
        return np.asarray(1 / (1 + np.exp(-np.clip(raw[:, 0], -30, 30))), np.float32)

    def _parts(
        self, found: Tree, seen: Signs, hidden: Array, heads: Sequence[int]
    ) -> list[tuple[Ranges, Ranges, Ranges]]:
        """Cue, content and speaker of each head."""
        import numpy as np

        reaches = [reach(found, head) for head in heads]
        lengths = [stop - start for start, stop in reaches]
        scores = self.labels(hidden, pairs(found, seen, heads, reaches))
        padded = np.zeros((len(heads), max(lengths), len(LABELS)), np.float32)
        mask = np.zeros(padded.shape[:2], np.float32)
        at = 0
        for n, length in enumerate(lengths):
            padded[n, :length], mask[n, :length] = scores[at : at + length], 1
            at += length + 1
        paths = best_paths(padded, mask, self._w["follows"])
        return [
            _parts_of(path[:length].tolist(), start)
            for (start, _), length, path in zip(reaches, lengths, paths, strict=True)
        ]

    def labels(self, hidden: Array, reached: Pairs) -> Array:
        """Scores of each label of each token in reach of each cue: ``(rows, labels)``."""
        import numpy as np

        w = self._w
        z = (hidden @ w["there"])[reached.place] + (hidden @ w["here"])[reached.cue] + w["pair.b"]
        way = np.concatenate([w[f"pair{n}"][reached.between[:, n]] for n in range(len(PAIR_SIZES))], axis=1)
        z = np.maximum(z + way @ w["way"], 0) * reached.live
        for n in (1, 2):
            near = np.concatenate([_moved(z, 1), z, _moved(z, -1)], axis=1)
            z = z + np.maximum(near @ w[f"near{n}"] + w[f"near{n}.b"], 0) * reached.live
        return np.asarray(z @ w["out"] + w["out.b"], np.float32)


def best_paths(scores: Array, mask: Array, follows: Array) -> NDArray[np.int64]:
    """The best sequence of labels for each row (Viterbi); past a row's mask the last label goes on.

    :param scores: of shape ``(rows, length, labels)``; ``follows``: ``(labels, labels)``, how
        readily one label follows another.
    """
    import numpy as np

    rows, length, labels = scores.shape
    best, back = scores[:, 0], np.zeros((rows, length, labels), np.int64)
    for k in range(1, length):
        through = best[:, :, None] + follows
        back[:, k] = through.argmax(1)
        live = mask[:, k, None] > 0
        back[:, k] = np.where(live, back[:, k], np.arange(labels))
        best = np.where(live, through.max(1) + scores[:, k], best)
    path = np.zeros((rows, length), np.int64)
    path[:, -1] = best.argmax(1)
    for k in range(length - 1, 0, -1):
        path[:, k - 1] = back[np.arange(rows), k, path[:, k]]
    return path


def _moved(h: Array, step: int) -> Array:
    """Rows moved down (up where negative) by a step, zeros coming in."""
    import numpy as np

    out = np.zeros_like(h)
    if step > 0:
        out[step:] = h[:-step]
    else:
        out[:step] = h[-step:]
    return out


def _parts_of(path: Sequence[int], start: int) -> tuple[Ranges, Ranges, Ranges]:
    """The runs of labels as token ranges: of the cue, of the content, of the speaker."""
    runs = list[tuple[int, tuple[int, int]]]()
    for label, same in groupby(path):
        stop = start + sum(1 for _ in same)
        runs.append((label, (start, stop)))
        start = stop
    cue, content, speaker = (tuple(run for at, run in runs if at == k) for k in (CUE, CONTENT, SPEAKER))
    return cue, content, speaker
