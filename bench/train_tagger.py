"""Learn the weights of ``data/tagger.npz`` from PolNeAR's training articles.

    pip install jax
    python bench/train_tagger.py ../shared/data/statements-polnear/train.jsonl.gz

The network is the one of ``consilience.annotate.tagger``; here it is written again for
``jax``, with dropout, a loss for the cues (binary cross-entropy) and one for the labels (a
linear-chain conditional random field). Adam with decoupled weight decay, a cosine schedule,
and an average of the weights over the steps. Every twentieth article is held out and scored
after each round, and ``tagger.npz`` is written anew (``--out`` names another file): its size and
digest then go into ``data/tagger.md``. Some ten minutes on two cores; a GPU that jax knows is used by itself.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

try:
    import jax
    import jax.numpy as jnp
except ImportError as error:
    raise SystemExit("jax is not installed: run 'pip install jax', then this again") from error

from beside import there

from consilience.annotate.cues import reporting
from consilience.annotate.quotes import paragraphs_of
from consilience.annotate.signs import KIN, PAIR_SIZES, SIZES, WIDEST, Signs, pairs, reach, signs
from consilience.annotate.statements import lines
from consilience.annotate.tagger import CONTENT, CUE, DILATIONS, LABELS, SPEAKER, best_paths
from consilience.annotate.text import parse
from consilience.annotate.tree import Tree, tree
from consilience.encoder import StaticEncoder
from consilience.model import Region, Witness

OUT = Path(__file__).parents[1] / "src/consilience/data/tagger.npz"
CHUNK, CUES, BATCH = 384, 88, 8
"""Tokens of a piece of an article, cues of a batch, pieces of a batch."""
WIDTH, PAIR, VECTOR, LEMMA, WAY = 96, 80, 64, 32, 16
TOKEN = (12, 16, 24, 8, 8, 8, 6)
SEEN = 8
"""How often a lemma must be seen to have a row of its own."""
DROP, KEEP_LEMMA, KEEP_WORD = 0.3, 0.85, 0.95
AVERAGE = 0.995
DECAY = 0.01
HELD_OUT = 20

Params = dict[str, Any]


class Cue(NamedTuple):
    """One annotated cue: its head, the start of its reach, and what is known of each token there."""

    head: int
    start: int
    between: Any
    labels: Any


class Article(NamedTuple):
    """An article ready to learn from."""

    read: Signs
    words: list[str]
    lemmas: list[str]
    paragraph: list[int]
    cues: list[Cue]


def titled(record: Any) -> tuple[Region, ...]:
    """The first line as title, where it is the article's title, and the body, as ingest labels them."""
    text, title = record["text"], (record["title"] or "").rstrip(".")
    end = text.find("\n")
    if not title or end < 0 or not text.startswith(title[:30]):
        return ()
    return (Region(0, end, "title", "first line"), Region(end, len(text), "body", "after the title"))


def prepared(line: str) -> Article:
    """Parse one record and read its annotations."""
    record = json.loads(line)
    account = parse(Witness(f"w1:{record['id']}", record["id"], record["text"], regions=titled(record)))
    found = tree(account, reporting())
    quoted = [q for row in paragraphs_of(record["text"], lines(account)) for q in row]
    read = signs(found, quoted)
    cues: dict[int, Cue] = {}
    for told in record["attributions"]:
        content, cue, speaker = (_tokens(found, told[part]) for part in ("content", "cue", "source"))
        if not content or not cue:
            continue
        head = head_of(found, cue)
        start, stop = reach(found, head)
        labels = np.zeros(stop - start, np.int32)
        for label, part in ((SPEAKER, speaker), (CONTENT, content), (CUE, cue)):
            labels[[k - start for k in part if start <= k < stop]] = label
        between = pairs(found, read, [head], [(start, stop)]).between[:-1].astype(np.int16)
        cues.setdefault(head, Cue(head, start, between, labels))
    paragraph = [found.sentences[s].paragraph for s in found.sentence]
    words, lemmas = [t.text.lower() for t in found.tokens], [t.lemma.lower() for t in found.tokens]
    return Article(read, words, lemmas, paragraph, list(cues.values()))


def _tokens(found: Tree, spans: Sequence[Sequence[int]]) -> list[int]:
    """Tokens that spans touch."""
    return [k for a, b in spans for k in range(found.at(a), bisect_left([t.start for t in found.tokens], b))]


def head_of(found: Tree, cue: Sequence[int]) -> int:
    """The token of a cue highest in the parse, a mark only where nothing else is there."""
    words = [k for k in cue if found.tokens[k].pos != "PUNCT"] or list(cue)
    return min(words, key=lambda k: (sum(1 for _ in found.up(k)), k))


# -- the network, as ``annotate.tagger`` computes it --


def first_weights(key: Any, lemmas: int, vectors: Any) -> Params:
    """Random weights; the word vectors' own scale is taken out of their projection."""
    keys = iter(jax.random.split(key, 64))

    def normal(rows: int, columns: int, scale: float = 0.0) -> Any:
        return jax.random.normal(next(keys), (rows, columns)) * (scale or (2 / rows) ** 0.5)

    w: Params = {"vector": normal(vectors.shape[1], VECTOR, (vectors.shape[1] * vectors.var()) ** -0.5)}
    w["lemma"] = normal(lemmas + 1, LEMMA, 0.1)
    for n, (size, width) in enumerate(zip(SIZES, TOKEN, strict=True)):
        w[f"token{n}"] = normal(size, width, 0.3)
    w["in"], w["in.b"] = normal(VECTOR + LEMMA + sum(TOKEN), WIDTH), jnp.zeros(WIDTH)
    for n in range(len(DILATIONS)):
        near = (3 + KIN) * WIDTH
        w[f"layer{n}"], w[f"layer{n}.b"] = normal(near, 2 * WIDTH, near**-0.5), jnp.zeros(2 * WIDTH)
        w[f"norm{n}"], w[f"norm{n}.b"] = jnp.ones(WIDTH), jnp.zeros(WIDTH)
    w["cue"], w["cue.b"] = normal(WIDTH, 48), jnp.zeros(48)
    w["cue.out"], w["cue.out.b"] = normal(48, 1), jnp.zeros(1)
    w["here"], w["there"] = normal(WIDTH, PAIR, WIDTH**-0.5), normal(WIDTH, PAIR, WIDTH**-0.5)
    for n, size in enumerate(PAIR_SIZES):
        w[f"pair{n}"] = normal(size, WAY, 0.3)
    w["way"], w["pair.b"] = normal(WAY * len(PAIR_SIZES), PAIR, PAIR**-0.5), jnp.zeros(PAIR)
    for n in (1, 2):
        w[f"near{n}"], w[f"near{n}.b"] = normal(3 * PAIR, PAIR), jnp.zeros(PAIR)
    w["out"], w["out.b"] = normal(PAIR, len(LABELS), 0.1), jnp.zeros(len(LABELS))
    w["follows"] = jnp.eye(len(LABELS))
    return w


def times(x: Any, w: Any) -> Any:
    """A matrix product over the last axis, done flat (several times faster on a processor)."""
    return (x.reshape(-1, x.shape[-1]) @ w).reshape(*x.shape[:-1], w.shape[-1])


def dropped(key: Any, x: Any, rate: float) -> Any:
    """Dropout with one mask for all tokens of a row."""
    if key is None:
        return x
    return x * (jax.random.bernoulli(key, 1 - rate, (x.shape[0], 1, x.shape[2])) / (1 - rate))


def moved(h: Any, step: int) -> Any:
    """Tokens moved along a row by a step, zeros coming in."""
    none = jnp.zeros_like(h[:, : abs(step)])
    return jnp.concatenate([none, h[:, :-step]] if step > 0 else [h[:, -step:], none], axis=1)


def hidden(w: Params, b: Params, vectors: Any, key: Any = None) -> Any:
    """States of the tokens of a batch: ``(pieces, CHUNK, WIDTH)``."""
    keys = [None] * 12 if key is None else list(jax.random.split(key, 12))
    word, lemma = b["word"], b["lemma"]
    if key is not None:
        lemma = jnp.where(jax.random.bernoulli(keys[0], KEEP_LEMMA, lemma.shape), lemma, 0)
        word = jnp.where(jax.random.bernoulli(keys[1], KEEP_WORD, word.shape), word, 0)
    columns = [w[f"token{n}"][b["ids"][..., n]] for n in range(len(SIZES))]
    x = jnp.concatenate([times(vectors[word], w["vector"]), w["lemma"][lemma], *columns], axis=-1)
    live = b["live"][..., None]
    h = jax.nn.relu(times(dropped(keys[2], x, DROP), w["in"]) + w["in.b"]) * live
    rows = jnp.arange(h.shape[0])[:, None, None]
    for n, step in enumerate(DILATIONS):
        kin = h[rows, b["kin"]].reshape(*h.shape[:2], -1)
        near = jnp.concatenate([moved(h, step), h, moved(h, -step), kin], axis=-1)
        both = times(dropped(keys[3 + 2 * n], near, DROP / 2), w[f"layer{n}"]) + w[f"layer{n}.b"]
        h = h + dropped(keys[4 + 2 * n], jnp.maximum(both[..., :WIDTH], both[..., WIDTH:]), DROP / 2)
        h = h - h.mean(-1, keepdims=True)
        h = h / jnp.sqrt((h * h).mean(-1, keepdims=True) + 1e-5) * w[f"norm{n}"] + w[f"norm{n}.b"]
        h = h * live
    return h


def cue_scores(w: Params, h: Any) -> Any:
    """Each token's score as a cue, before the logistic function."""
    return (jax.nn.relu(times(h, w["cue"]) + w["cue.b"]) @ w["cue.out"] + w["cue.out.b"])[..., 0]


def label_scores(w: Params, h: Any, b: Params, key: Any = None) -> Any:
    """Scores of the labels of each cue's reach: ``(CUES, WIDEST, labels)``."""
    keys = [None] * 3 if key is None else list(jax.random.split(key, 3))
    reached = b["reached"][..., None]
    here = h[b["piece"], b["head"]] @ w["here"]
    z = times(h, w["there"])[b["piece"][:, None], b["place"]] + here[:, None]
    way = jnp.concatenate([w[f"pair{n}"][b["between"][..., n]] for n in range(len(PAIR_SIZES))], axis=-1)
    z = dropped(keys[0], jax.nn.relu(z + w["pair.b"] + times(way, w["way"])) * reached, DROP * 0.7)
    for n in (1, 2):
        near = jnp.concatenate([moved(z, 1), z, moved(z, -1)], axis=-1)
        z = z + jax.nn.relu(times(near, w[f"near{n}"]) + w[f"near{n}.b"]) * reached
        z = dropped(keys[n], z, DROP / 2) if n == 1 else z
    return times(z, w["out"]) + w["out.b"]


def path_loss(scores: Any, labels: Any, reached: Any, follows: Any) -> Any:
    """Negative log-likelihood of each row's labels under a linear chain."""
    told = jnp.take_along_axis(scores, labels[..., None], -1)[..., 0] * reached
    steps = follows[labels[:, :-1], labels[:, 1:]] * reached[:, 1:]

    def forward(total: Any, column: Any) -> Any:
        score, live = column
        through = jax.nn.logsumexp(total[:, :, None] + follows, axis=1) + score
        return jnp.where(live[:, None] > 0, through, total), None

    columns = (scores[:, 1:].swapaxes(0, 1), reached[:, 1:].swapaxes(0, 1))
    total, _ = jax.lax.scan(forward, scores[:, 0], columns)
    return jax.nn.logsumexp(total, axis=-1) - told.sum(1) - steps.sum(1)


def loss(w: Params, b: Params, vectors: Any, key: Any) -> Any:
    """Both losses of a batch, summed."""
    first, second = jax.random.split(key)
    h = hidden(w, b, vectors, first)
    raw = cue_scores(w, h)
    found = jnp.maximum(raw, 0) - raw * b["is_cue"] + jnp.log1p(jnp.exp(-jnp.abs(raw)))
    told = path_loss(label_scores(w, h, b, second), b["labels"], b["reached"], w["follows"])
    return (found * b["live"]).sum() + (told * b["asked"]).sum()


# -- batches --


def pieces(article: Article) -> Iterator[tuple[Article, int, int]]:
    """An article in pieces of at most ``CHUNK`` tokens, cut between paragraphs where it can be."""
    size, start = len(article.words), 0
    sentence = article.read.sentence
    while start < size:
        stop = min(size, start + CHUNK)
        if stop < size:
            cuts = [k for k in range(start + 1, stop + 1) if sentence[k] != sentence[k - 1]]
            far = [k for k in cuts if k > start + 64 and article.paragraph[k] != article.paragraph[k - 1]]
            stop = max(far or cuts or [stop])
        yield article, start, stop
        start = stop


def batch(items: Sequence[tuple[Article, int, int]], words: dict[str, int], lemmas: dict[str, int]) -> Params:
    """Arrays of a few pieces and of the cues in them."""
    ints = {"word": (), "lemma": (), "kin": (KIN,), "ids": (len(SIZES),)}
    b: Params = {name: np.zeros((BATCH, CHUNK, *more), np.int32) for name, more in ints.items()}
    b |= {name: np.zeros((BATCH, CHUNK), np.float32) for name in ("live", "is_cue")}
    b |= {name: np.zeros(CUES, np.int32) for name in ("piece", "head")}
    b["asked"] = np.zeros(CUES, np.float32)
    b |= {name: np.zeros((CUES, WIDEST), np.int32) for name in ("place", "labels")}
    b |= {"between": np.zeros((CUES, WIDEST, len(PAIR_SIZES)), np.int32)}
    b["reached"] = np.zeros((CUES, WIDEST), np.float32)
    row = 0
    for n, (article, start, stop) in enumerate(items):
        size, read = stop - start, article.read
        b["word"][n, :size] = [words[x] for x in article.words[start:stop]]
        b["lemma"][n, :size] = [lemmas.get(x, 0) for x in article.lemmas[start:stop]]
        b["ids"][n, :size] = read.ids[start:stop]
        b["kin"][n, :size] = np.clip(read.kin[start:stop] - start, 0, size - 1)
        b["live"][n, :size] = 1
        for cue in (c for c in article.cues if start <= c.head < stop):
            b["is_cue"][n, cue.head - start] = 1
            first, last = max(cue.start, start), min(cue.start + len(cue.labels), stop)
            if row == CUES or last <= first:
                continue
            known, wide = slice(first - cue.start, last - cue.start), last - first
            b["piece"][row], b["head"][row], b["asked"][row] = n, cue.head - start, 1
            b["place"][row, :wide] = np.arange(first - start, last - start)
            b["labels"][row, :wide], b["between"][row, :wide] = cue.labels[known], cue.between[known]
            b["reached"][row, :wide] = 1
            row += 1
    return b


# -- learning --


class Learner:
    """The weights with their averages, and one step of Adam."""

    def __init__(self, weights: Params, vectors: Any, steps: int, rate: float) -> None:
        zero = jax.tree.map(jnp.zeros_like, weights)
        self.state = (weights, zero, zero, weights)
        self.at = 0

        @jax.jit
        def step(state: Any, b: Params, key: Any, t: Any) -> Any:
            w, mean, square, average = state
            value, g = jax.value_and_grad(loss)(w, b, vectors, key)
            size = jnp.sqrt(sum((x * x).sum() for x in jax.tree.leaves(g)))
            g = jax.tree.map(lambda x: x * jnp.minimum(1, 60 / size), g)
            fall = 0.5 * (1 + jnp.cos(jnp.pi * jnp.minimum(1, t / steps))) + 0.02
            pace = rate * jnp.minimum(1, t / 100) * fall
            mean = jax.tree.map(lambda m, x: 0.9 * m + 0.1 * x, mean, g)
            square = jax.tree.map(lambda s, x: 0.99 * s + 0.01 * x * x, square, g)

            def move(w: Any, m: Any, s: Any) -> Any:
                return w - pace * (m / (1 - 0.9**t) / (jnp.sqrt(s / (1 - 0.99**t)) + 1e-6) + DECAY * w)

            w = jax.tree.map(move, w, mean, square)
            average = jax.tree.map(lambda a, x: AVERAGE * a + (1 - AVERAGE) * x, average, w)
            return (w, mean, square, average), value

        self._step = step

    def learn(self, b: Params, key: Any) -> float:
        """Take one step; returns the batch's loss."""
        self.at += 1
        self.state, value = self._step(self.state, b, key, float(self.at))
        return float(value)

    @property
    def average(self) -> Params:
        """The averaged weights."""
        return {name: np.asarray(x) for name, x in self.state[3].items()}


def measured(w: Params, batches: Sequence[Params], vectors: Any) -> str:
    """How well cues are found and, for the annotated cues, how often content and speaker are exact."""
    hits = Counter[str]()
    for b in batches:
        h = hidden(w, b, vectors)
        said, true = np.asarray(cue_scores(w, h)) > 0, b["is_cue"] > 0
        hits["cue"] += int((said & true).sum())
        hits["either"] += int((said & (b["live"] > 0)).sum() + true.sum())
        paths = best_paths(np.asarray(label_scores(w, h, b)), b["reached"], np.asarray(w["follows"]))
        for row in np.flatnonzero(b["asked"]):
            mask = b["reached"][row] > 0
            mine, key = paths[row][mask], b["labels"][row][mask]
            both = ((mine == CONTENT) & (key == CONTENT)).sum()
            any_ = ((mine == CONTENT) | (key == CONTENT)).sum()
            hits["asked"] += 1
            hits["exact"] += int(both == any_)
            hits["half"] += int(2 * both >= any_)
            hits["speaker"] += int(((mine == SPEAKER) == (key == SPEAKER)).all())
    asked = max(1, hits["asked"])
    parts = (f"{name} {hits[name] / asked:.3f}" for name in ("exact", "half", "speaker"))
    return f"cue F1 {2 * hits['cue'] / max(1, hits['either']):.3f}, " + ", ".join(parts)


def write(w: Params, lemmas: Sequence[str], path: Path) -> None:
    """Write the weights as half-precision numbers, the same bytes for the same weights."""
    parts = {name: w[name].astype(np.float16) for name in sorted(w)}
    np.savez_compressed(path, lemmas=np.frombuffer("\n".join(lemmas).encode(), np.uint8), **parts)


def main() -> None:
    """Read the articles, learn, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    jax.config.update("jax_default_prng_impl", "unsafe_rbg")
    with gzip.open(there(args.train), "rt", encoding="utf-8") as rows, Pool() as pool:
        articles = pool.map(prepared, rows, chunksize=8)
    counts = Counter(x for a in articles for x in a.lemmas)
    kept = sorted(x for x, n in counts.items() if n >= SEEN and "\n" not in x)
    lemmas = {x: n for n, x in enumerate(kept, 1)}
    known = ["", *sorted({x for a in articles for x in a.words})]
    words = {x: n for n, x in enumerate(known)}
    vectors = jnp.asarray(StaticEncoder.load().vectors(known))
    learned = [p for n, a in enumerate(articles) if n % HELD_OUT for p in pieces(a)]
    held = [p for n, a in enumerate(articles) if not n % HELD_OUT for p in pieces(a)]
    held_batches = [batch(held[n : n + BATCH], words, lemmas) for n in range(0, len(held), BATCH)]
    print(
        f"{len(articles)} articles, {len(lemmas)} lemmas; {len(learned)} pieces, {len(held)} held out",
        flush=True,
    )
    chance, key = np.random.default_rng(0), jax.random.PRNGKey(0)
    a_round = len(learned) // BATCH
    learner = Learner(first_weights(key, len(lemmas), vectors), vectors, args.rounds * a_round, args.rate)
    for n in range(args.rounds):
        begun, total, order = time.time(), 0.0, chance.permutation(len(learned))
        for k in range(a_round):
            key, mine = jax.random.split(key)
            chosen = [learned[i] for i in order[k * BATCH : (k + 1) * BATCH]]
            total += learner.learn(batch(chosen, words, lemmas), mine)
        report = measured(learner.average, held_batches, vectors)
        spent = time.time() - begun
        print(f"round {n}: loss {total / len(learned):.1f}; {report}; {spent:.0f} s", flush=True)
        write(learner.average, kept, args.out)


if __name__ == "__main__":
    main()
