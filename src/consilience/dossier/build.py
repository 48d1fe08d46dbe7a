"""The dossier: what all stages found, and its form as a JSON document.

Pure: no file, clock or network. ``to_dict`` gives the contract that the JSON
Schema beside this file (``schema.json``) states; pages and exports are made
from that document alone. Invariant: equal findings give equal bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from .. import __version__
from ..contrast.coverage import coverage
from ..model import (
    Annotated,
    Coverage,
    Descent,
    Discrepancy,
    Entity,
    Framing,
    Mention,
    Point,
    Problem,
    Selection,
    Side,
    Silence,
    Span,
    Statement,
    Story,
    Witness,
)
from ..settings import Settings
from .digest import in_words, ledger, summary, timeline
from .ranking import ranks

SCHEMA = "consilience/dossier/1"
SIGLA = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """All findings about one story, in story order; ``silences`` holds those that could not be helped too.

    ``to_dict`` and ``to_json`` give the published form, ``to_html`` the page.
    """

    story: Story
    accounts: tuple[Annotated, ...]
    entities: tuple[Entity, ...] = ()
    points: tuple[Point, ...] = ()
    descent: Descent = Descent()  # noqa: RUF009 - frozen
    discrepancies: tuple[Discrepancy, ...] = ()
    silences: tuple[Silence, ...] = ()
    framing: tuple[Framing, ...] = ()
    problems: tuple[Problem, ...] = ()
    settings: Settings = Settings()  # noqa: RUF009 - frozen
    selections: tuple[Selection, ...] = ()

    def to_dict(self) -> Json:
        """The dossier as JSON values, in the form that ``schema.json`` states."""
        return _Writer(self).document()

    def to_json(self) -> str:
        """The document as text."""
        return as_text(self.to_dict())

    def to_html(self) -> str:
        """One self-contained page."""
        from .render import to_html

        return to_html(self.to_dict())


def as_text(document: Any) -> str:
    """A JSON document as text: characters kept, an indent of one space, final newline.

    >>> as_text({"a": "é"})
    '{\\n "a": "é"\\n}\\n'
    """
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    # a file's name need not be UTF-8, and stands in the problems
    return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half.group()):04x}", text)


def siglum(index: int) -> str:
    """The sign of the account at a place in story order.

    >>> [siglum(i) for i in (0, 25, 26, 52)]
    ['A', 'Z', 'A2', 'A3']
    """
    lap, letter = divmod(index, len(SIGLA))
    return SIGLA[letter] + (str(lap + 1) if lap else "")


def text_digest(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in hex."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def document_digest(document: Json) -> str:
    """SHA-256 of a document without its own ``run.digest``, keys sorted, in hex."""
    run = {k: v for k, v in document["run"].items() if k != "digest"}
    body = json.dumps({**document, "run": run}, ensure_ascii=False, sort_keys=True)
    return text_digest(body)


class _Writer:
    """Turns one dossier into JSON values; witness ids become the user's names."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.names = {a.witness.id: a.witness.name for a in dossier.accounts}
        self.words = {a.witness.id: len(a.witness.text.split()) for a in dossier.accounts}
        self.ranks = ranks(dossier.points, dossier.accounts, dossier.discrepancies)

    def document(self) -> Json:
        d = self.dossier
        out: Json = {
            "schema": SCHEMA,
            "story": {"id": d.story.id, "label": d.story.label, "first": d.story.first, "last": d.story.last},
            "articles": [self.article(i, a.witness) for i, a in enumerate(d.accounts)],
            "statements": [self.statement(s) for a in d.accounts for s in a.statements],
            "points": [self.point(p) for p in d.points],
            "discrepancies": [self.discrepancy(x) for x in d.discrepancies],
            "stemma": self.stemma(),
            "origins": [
                {
                    "id": o.id,
                    "kind": o.kind,
                    "label": o.label,
                    "via": list(o.via),
                    "article": self.names.get(o.witness or ""),
                }
                for o in d.descent.origins
            ],
            "omissions": [self.omission(s) for s in d.silences if s.could],
            "selections": [self.selection(s) for s in d.selections],
            "entities": self.entities(),
            **self.overviews(),
            "framing": [self.frame(f) for f in d.framing],
            "problems": [{"what": p.what, "where": p.where, "todo": p.todo} for p in d.problems],
            "run": {"version": __version__, "settings": d.settings.fingerprint, "digest": ""},
        }
        out["run"]["digest"] = document_digest(out)
        return out

    def place(self, span: Span) -> Json:
        return {"article": self.names[span.witness], "start": span.start, "end": span.end}

    def places(self, spans: Iterable[Span]) -> list[Json]:
        return [self.place(s) for s in spans]

    def article(self, index: int, w: Witness) -> Json:
        return {
            "id": w.name,
            "siglum": siglum(index),
            "title": w.title,
            "outlet": w.outlet,
            "published": w.published,
            "authors": list(w.authors),
            "language": w.language,
            "url": w.url,
            "text": w.text,
            "words": len(w.text.split()),
            "digest": text_digest(w.text),
            "file_digest": w.raw_digest,
            "regions": [
                {"start": r.start, "end": r.end, "kind": r.kind, "reason": r.reason} for r in w.regions
            ],
            "evidence": [
                {"field": e.field, "how": e.how, "start": e.start, "end": e.end} for e in w.evidence
            ],
        }

    def statement(self, s: Statement) -> Json:
        who = s.speaker
        spoken = who and {
            "spans": pairs(who.spans),
            "name": who.name,
            "key": who.key,
            "kind": who.kind,
            "members": list(who.members),
        }
        return {
            "id": s.id,
            "article": self.names[s.content[0].witness],
            "content": pairs(s.content),
            "cue": pairs(s.cue),
            "speaker": spoken,
            "form": s.form,
            "chain": list(s.chain),
            "stance": s.stance,
            "polarity": s.polarity,
            "modality": s.modality,
            "score": s.score,
        }

    def point(self, p: Point) -> Json:
        accounts = sorted((s, n) for n, r in enumerate(p.readings) for s in r.accounts)
        order = {a.witness.id: i for i, a in enumerate(self.dossier.accounts)}
        accounts.sort(key=lambda pair: (order[pair[0].witness], pair[0]))
        return {
            "id": p.id,
            "says": p.says,
            "kind": p.kind,
            "speaker": p.speaker,
            "speaker_key": p.speaker_key,
            "accounts": [{**self.place(s), "reading": n} for s, n in accounts],
            "readings": [{"wording": r.wording, "normal": r.normal} for r in p.readings],
            "apparatus": {
                "witnesses": [[self.names[s.witness] for s in r.accounts] for r in p.readings],
                "columns": [{"kind": c.kind, "cells": list(c.cells), "move": c.move} for c in p.apparatus],
            },
            "links": [
                {"a": self.place(k.a), "b": self.place(k.b), "score": k.score, "reason": k.reason}
                for k in p.links
            ],
            "origins": list(p.origins),
            "independent": {"low": p.low, "high": p.high, "why": p.why},
            "rank": self.rank(p),
            "silent": [self.names[w] for w in p.silent],
            "lacunose": [self.names[w] for w in p.lacunose],
        }

    def rank(self, p: Point) -> Json:
        r = self.ranks[p.id]
        return {
            "standing": r.standing,
            "accounts": r.accounts,
            "headline": [self.names[w] for w in r.headline],
            "lead": [self.names[w] for w in r.lead],
            "place": r.place,
            "disputed": r.disputed,
        }

    def discrepancy(self, d: Discrepancy) -> Json:
        return {
            "id": d.id,
            "kind": d.kind,
            "explanation": d.explanation,
            "innocent": d.innocent,
            "score": d.score,
            "point": d.point,
            "readings": [{**self.place(v.span), "value": v.value} for v in d.readings],
            "sides": [self.side(s) for s in d.sides],
        }

    def side(self, s: Side) -> Json:
        return {
            "value": s.value,
            "articles": [self.names[w] for w in s.witnesses],
            "independent": {"low": s.low, "high": s.high, "why": s.why},
            "primary": [self.names[w] for w in s.primary],
        }

    def stemma(self) -> Json:
        def name(node: str) -> str:
            return self.names.get(node, node)

        descent = self.dossier.descent
        nodes = [{"id": name(n.id), "kind": n.kind, "label": n.label} for n in descent.nodes]
        edges = [
            {
                "parent": name(e.parent),
                "child": name(e.child),
                "kind": e.kind,
                "score": e.score,
                "reason": e.reason,
                "directed": e.directed,
                "evidence": self.places(e.evidence),
            }
            for e in descent.edges
        ]
        return {"nodes": nodes, "edges": edges}

    def omission(self, s: Silence) -> Json:
        return {
            "article": self.names[s.witness],
            "point": s.point,
            "why": s.why,
            "could": s.could,
            "follows": self.names.get(s.kin or ""),
            "score": s.score,
        }

    def selection(self, s: Selection) -> Json:
        return {
            "article": self.names[s.witness],
            "speaker": s.speaker,
            "kept": self.place(s.kept),
            "whole": self.places(s.whole),
            "dropped": self.places(s.dropped),
            "hinge": s.hinge,
            "why": s.why,
            "score": s.score,
        }

    def covered(self, c: Coverage) -> Json:
        return {
            "article": self.names[c.witness],
            "points": c.points,
            "share": c.share,
            "shared": c.shared,
            **{name: c.count(name) for name in ("silent", "lacunose", "headline", "lead")},
            "speakers": [{"name": n, "carried": k, "of": of} for n, k, of in c.speakers],
            "cells": [
                {"point": x.point, "state": x.state, **({"where": x.where} if x.where else {"why": x.why})}
                for x in c.cells
            ],
        }

    def frame(self, f: Framing) -> Json:
        return {
            "article": self.names[f.witness],
            "kind": f.kind,
            "who": f.who,
            "word": f.word,
            "count": 1 if f.kind == "headline" else len(f.spans),
            "rate": round(1000 * len(f.spans) / max(1, self.words[f.witness]), 2),
            "note": f.note,
            "cites": self.places(f.spans),
        }

    def entities(self) -> list[Json]:
        spots: dict[str, list[Json]] = {}
        for account in self.dossier.accounts:
            for m in account.mentions:
                if isinstance(m.value, str):
                    spots.setdefault(m.value, []).append(self.mention(m))
        return [
            {"id": e.key, "kind": e.kind, "name": e.name, "aliases": list(e.aliases),
             "links": [{"a": self.place(k.a), "b": self.place(k.b), "score": k.score, "reason": k.reason}
                       for k in e.links],
             "mentions": spots.get(e.key, [])}
            for e in self.dossier.entities
        ]  # fmt: skip

    def mention(self, m: Mention) -> Json:
        out: Json = {**self.place(m.span), "how": m.how}
        if m.why:
            out["why"] = m.why
        if m.antecedent is not None:
            out["antecedent"] = [m.antecedent.start, m.antecedent.end]
        return out

    def overviews(self) -> Json:
        d = self.dossier
        return {
            "ledger": [
                {
                    "speaker": v.name,
                    "key": v.key,
                    "statements": [s.id for s in v.statements],
                    "articles": _once(self.names[s.content[0].witness] for s in v.statements),
                }
                for v in ledger(d.accounts, d.entities)
            ],
            "timeline": [
                {
                    "when": in_words(m.when),
                    "grain": m.when.grain,
                    "start": m.when.start,
                    "end": m.when.end,
                    "text": m.cited.text,
                    "kind": m.when.how,
                    "cites": self.places(m.cited.cites),
                }
                for m in timeline(d.points, d.accounts)
            ],
            "summary": [
                {"text": c.text, "point": c.point, "cites": self.places(c.cites)}
                for c in summary(d.points, d.accounts, d.discrepancies)
            ],
            "coverage": [self.covered(c) for c in coverage(d.points, d.accounts, d.silences)],
        }


def pairs(spans: Sequence[Span]) -> list[list[int]]:
    """Spans of one account as ``[start, end]`` pairs."""
    return [[s.start, s.end] for s in spans]


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
