"""The apparatus of a point: all its readings side by side, word by word.

Words are aligned over all readings at once (``alignment``), related by form, value and meaning
(``relations``); words moved are linked (``transpositions``); columns that vary together become one
place of variation (``places``), as critical editions print it. Does not judge which reading is right.
Invariant: each cell row spells its reading, and the columns depend neither on the order in which
readings are given nor on how often one is given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ..model import Column
from .alignment import Aligned, Worth, align
from .places import Place, joined, named, place
from .relations import plain, related
from .transpositions import Move, moves
from .words import KEY, Word, gathered, light, spelt

Shape = tuple[tuple[str, str, str], ...]
SAME, LIGHT, OPPOSED = 100, 20, 12
"""What a pair of equal words is worth, of equal function words, and of opposites side by side."""
SHARE = {"same": 1.0, "value": 0.95, "spelling": 0.9, "synonym": 0.7}
"""What a related pair is worth as a share of an equal one."""
MOST = 700_000_000
"""Characters of all readings, times those of the longest, up to which they are aligned: 40 of 700 words."""
SORTS = ((1, 0, 0, 0), (0, 2, 1, 0), (0, 1, 6, 0), (0, 0, 0, 6))
"""What any two words are worth side by side, by sort: function words, content words, names, figures."""


def apparatus(
    readings: Sequence[Sequence[Word]], accounts: Sequence[int] | None = None
) -> tuple[Column, ...]:
    """Columns over readings, in text order; ``cells[n]`` belongs to ``readings[n]``.

    Of words that some readings lack, those that half of the accounts have or more are an omission of
    the others, those that fewer have are an addition. Of readings that are too long for it each is
    one cell of one place (``unaligned``).

    :param accounts: how many accounts have each reading; one each, where not given.

    >>> rows = [[Word("a", "A"), Word("color", "colour")], [Word("a", "a")]]
    >>> [(c.kind, c.cells) for c in apparatus(rows)]
    [('same', ('A', 'a')), ('omission', ('colour', None))]
    """
    given = gathered(readings)
    shapes: list[Shape] = [tuple((plain(w.text), w.form, w.value) for w in row) for row in given]
    first: dict[Shape, tuple[Word, ...]] = {}
    for shape, row in sorted(zip(shapes, given, strict=True)):
        first.setdefault(shape, row)
    if not any(first):
        return ()
    texts = [spelt(row) for row in given]
    if len(first) > 1 and _too_long(texts):
        return (Column("variant", tuple(text or None for text in texts)),)
    number = {shape: n for n, shape in enumerate(first)}
    rows = [(number[shape], row) for shape, row in zip(shapes, given, strict=True)]
    weights = [0] * len(first)
    for (n, _), count in zip(rows, accounts or [1] * len(rows), strict=True):
        weights[n] += count
    return tuple(
        Column(found.kind, tuple(_text(found.cells[n], row) for n, row in rows), found.move)
        for found in collated(list(first.values()), weights)
    )


def unaligned(columns: Sequence[Column]) -> bool:
    """Whether the readings were too long to be aligned.

    >>> unaligned([Column("variant", ("a rock", "a sandbank"))])
    False
    """
    one = columns[0] if len(columns) == 1 and columns[0].kind == "variant" else None
    return one is not None and _too_long([cell or "" for cell in one.cells])


def _too_long(texts: Sequence[str]) -> bool:
    """Whether texts are so long that to align them would take minutes: a line said again 500 times."""
    return sum(map(len, texts)) * max(map(len, texts)) > MOST


def _text(cell: tuple[int, ...], row: Sequence[Word]) -> str | None:
    return spelt([row[at] for at in cell]) or None


def collated(rows: Sequence[Sequence[Word]], weights: Sequence[int]) -> list[Place]:
    """The places of variation of different readings, each cell as places in a reading's words."""
    if len(rows) == 1:
        return [Place("same", (tuple(range(len(rows[0]))),), ())]
    aligned, words, told = table(rows)
    found = moves(words, told.ones(), told.heavy)
    moved = _moved(found)
    split = [
        place(*part, told)
        for n, cells in enumerate(aligned.grid.tolist())
        for part in _split(cells, words[n], moved.get(n, {}))
    ]
    return named(joined(split), found, weights)


def table(rows: Sequence[Sequence[Word]]) -> tuple[Aligned, list[tuple[int | None, ...]], Told]:
    """Different readings aligned word by word: places in them, the words there by number, and the words.

    >>> table([[Word("a", "a"), Word("b", "b")], [Word("b", "b")]])[0].grid.tolist()
    [[0, -1], [1, 0]]
    """
    types = sorted({w for row in rows for w in row})
    index = {w: n for n, w in enumerate(types)}
    numbers = [[index[w] for w in row] for row in rows]
    told = Told(types, related(types))
    aligned = align(numbers, told.worth())
    grid = aligned.grid.tolist()
    words = [tuple(None if p < 0 else numbers[r][p] for r, p in enumerate(cells)) for cells in grid]
    return aligned, words, told


def _moved(found: Sequence[Move]) -> dict[int, dict[int, int]]:
    """For each column, the readings whose words there are moved, and the numbers of the moves."""
    out: dict[int, dict[int, int]] = defaultdict(dict)
    for number, move in enumerate(found, 1):
        for columns, held in ((move.first, move.here), (move.second, move.there)):
            for column in columns:
                out[column].update(dict.fromkeys(held, number))
    return out


def _split(
    cells: Sequence[int], words: tuple[int | None, ...], moved: Mapping[int, int]
) -> list[tuple[tuple[tuple[int, ...], ...], tuple[int | None, ...], int]]:
    """A column cut into what is moved, by move, and what is not."""
    out = []
    for number in sorted({moved.get(r, 0) for r, w in enumerate(words) if w is not None}):
        mine = [w is not None and moved.get(r, 0) == number for r, w in enumerate(words)]
        positions: tuple[tuple[int, ...], ...] = tuple(
            (p,) if m else () for p, m in zip(cells, mine, strict=True)
        )
        out.append((positions, tuple(w if m else None for w, m in zip(words, mine, strict=True)), number))
    return out


class Told:
    """What is known of the words of some readings: how each relates to each."""

    def __init__(self, types: Sequence[Word], kinds: Mapping[tuple[int, int], str]) -> None:
        self.types, self.kinds = types, kinds
        self._light = [w.form in light() for w in types]

    def between(self, a: int, b: int) -> str:
        """How two words relate."""
        return "same" if a == b else self.kinds.get((min(a, b), max(a, b)), "variant")

    def ones(self) -> list[int]:
        """For each word the least word that it is, if spelt, inflected or valued otherwise."""
        out = list(range(len(self.types)))
        for (a, b), kind in sorted(self.kinds.items()):
            if kind in ("same", "spelling", "value") or (kind == "synonym" and self._inflected(a, b)):
                out[b] = min(out[a], out[b])
        return out

    def _inflected(self, a: int, b: int) -> bool:
        return self.types[a].base == self.types[b].base and self.heavy(a)

    def heavy(self, word: int) -> bool:
        """Whether it is a content word."""
        return not self._light[word]

    def worth(self) -> Worth:
        """What the words are worth side by side."""
        forms = {form: n for n, form in enumerate(sorted({w.form for w in self.types}))}
        whole = [LIGHT if small else SAME for small in self._light]
        pairs = [{n: worth} for n, worth in enumerate(whole)]
        for (a, b), kind in self.kinds.items():
            share = round(SHARE[kind] * min(whole[a], whole[b])) if kind in SHARE else OPPOSED
            pairs[a][b] = pairs[b][a] = share
        sorts = [0 if small else _sort(w) for w, small in zip(self.types, self._light, strict=True)]
        return Worth([forms[w.form] for w in self.types], sorts, pairs, SORTS)


def _sort(word: Word) -> int:
    """Figures 3, names 2, other words 1."""
    if any(map(str.isdigit, word.value or word.form)) and not word.value.startswith(KEY):
        return 3
    return 2 if word.value or word.text[:1].isupper() else 1
