"""One account: what it is, why it is in its story, what is said and named in it, whom it follows.

Finds nothing itself: statements are the library's, descent is that of the story's kept dossier.
Invariant: every passage slices to the words shown with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import shapes
from .shapes import Json
from .story import names

if TYPE_CHECKING:
    from ..model import Witness
    from ..store import Kept, Spoken, Store

MOST_PASSAGES = 40
"""Passages given of one neighbour, the longest."""


def account(library: Store, ref: str, document: Json | None = None) -> Json:
    """An account with its text, statements, names, and its neighbours in descent.

    :param ref: its id, the beginning of it, or its name.
    :param document: the kept dossier of its story (``engine.shelf.kept``); without it, no neighbours.
    """
    kept = library.account(ref)
    witness = kept.witness
    tale = library.story(kept.story)
    near = library.account(kept.near) if kept.near else None
    return {
        "account": shapes.account(kept),
        "story": shapes.tale(tale),
        "near": shapes.account(near) if near else None,
        "annotated": kept.annotated is not None,
        "text": witness.text,
        "regions": [
            {"start": r.start, "end": r.end, "kind": r.kind, "reason": r.reason} for r in witness.regions
        ],
        "evidence": [
            {"field": e.field, "how": e.how, "start": e.start, "end": e.end} for e in witness.evidence
        ],
        "statements": [_statement(s, witness.text) for s in library.statements(witness.id)],
        "names": {kind: list(found) for kind, found in library.named(witness.id).items()},
        "compared": document is not None,
        "neighbours": _neighbours(document, witness, library.accounts(story=tale.id)) if document else [],
    }


def _statement(one: Spoken, text: str) -> Json:
    return {
        "id": one.statement, "speaker": one.speaker, "form": one.form, "chain": list(one.chain),
        "spans": [list(s) for s in one.spans], "words": " … ".join(text[a:b] for a, b in one.spans),
    }  # fmt: skip


def _neighbours(document: Json, witness: Witness, accounts: Iterable[Kept]) -> list[Json]:
    """The edges of the stemma that touch an account: what it follows, then what follows it."""
    from ..dossier.render.facts import facts

    known = facts(document)
    ids = names(document, accounts)
    mine = next((name for name, ident in ids.items() if ident == witness.id), None)
    found = []
    for edge in known.edges:
        if mine is None or mine not in (edge.parent, edge.child):
            continue
        follows = edge.child == mine
        other = edge.parent if follows else edge.child
        label = edge.parent_name if follows else edge.child_name
        here = known.by_id.get(other)
        way = "shares" if not edge.directed else "follows" if follows else "followed"
        found.append({
            "way": way, "kind": edge.style, "verb": edge.verb, "name": here.name if here else label,
            "account": ids.get(other), "title": here.raw.get("title") if here else None,
            "published": here.raw.get("published") if here else None,
            "score": edge.raw.get("score"), "reason": edge.raw.get("reason"),
            **_passages(edge.raw.get("evidence") or [], mine, witness.text),
        })  # fmt: skip
    return sorted(found, key=lambda n: ("follows", "shares", "followed").index(n["way"]))


def _passages(evidence: Iterable[Json], mine: str, text: str) -> Json:
    """The passages of this account that show it, the longest of many, in order."""
    spans = sorted({(p["start"], p["end"]) for p in evidence if p["article"] == mine})
    longest = sorted(sorted(spans, key=lambda s: s[0] - s[1])[:MOST_PASSAGES])
    return {
        "passages": [{"start": a, "end": b, "words": text[a:b]} for a, b in longest],
        "passages_left_out": len(spans) - len(longest),
    }
