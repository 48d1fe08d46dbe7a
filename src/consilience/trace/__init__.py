"""Descent: which account follows which, and how many origins stand behind each point.

``trace`` finds shared passages, credits, shared interventions and the stemma;
``with_origins`` counts the independent origins of each point as an interval. Does not judge
who is right. Invariant: the stemma has no cycle, and every edge carries the passages it rests on.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..model import Annotated, Descent, Entity, Point, Witness
from ..settings import Trace


def trace(
    accounts: Sequence[Annotated],
    points: Sequence[Point] = (),
    entities: Sequence[Entity] = (),
    settings: Trace = Trace(),  # noqa: B008 - frozen
) -> Descent:
    """Trace who descends from whom.

    >>> from consilience.model import Witness
    >>> text = "The mill at Orlo burnt down on Sunday night, said the warden, and nobody was hurt. " * 2
    >>> accounts = [Annotated(Witness(f"w1:{n}", n, text), (), ()) for n in ("a", "b")]
    >>> [(e.parent, e.child, e.kind, e.directed) for e in trace(accounts).edges]
    [('w1:a', 'w1:b', 'copy', False)]

    :param accounts: linked accounts in story order.
    :param points: points of the story, for the origins; may be empty.
    """
    from .draft import gather
    from .origins import origins
    from .stemma import stemma

    clues = gather(accounts, entities, settings)
    nodes, edges = stemma(clues, settings)
    shared = tuple(sorted((p for held in clues.passages.values() for p in held), key=lambda p: (p.a, p.b)))
    descent = Descent(nodes, edges, (), shared, tuple(clues.credits), tuple(clues.interventions))
    return origins(points, accounts, descent)


def with_origins(
    points: Sequence[Point], accounts: Sequence[Annotated], descent: Descent
) -> tuple[Point, ...]:
    """Fill in each point's origins, and how many are independent at least and at most.

    >>> with_origins((), (), Descent())
    ()
    """
    from .origins import placed

    return placed(points, accounts, descent)


def is_primary(witness: Witness) -> bool:
    """Whether an account is a body's own text: a ministry's statement, an office's readout.

    >>> is_primary(Witness("w1:a", "a", "", outlet="Ministry of Fisheries and Ports"))
    True
    """
    from .ties import issuer

    return issuer(witness.outlet)
