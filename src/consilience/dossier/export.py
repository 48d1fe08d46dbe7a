"""The stemma in the formats that other programs read: GraphML, Graphviz DOT, W3C PROV-JSON.

Works from the JSON document alone, so that a saved dossier can be exported as well as a fresh one.
Does not lay out and adds no finding. Invariant: equal documents give equal bytes, any text gives a
well-formed file, and every node and edge of the stemma stands in it, with reason, score and evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any
from xml.etree import ElementTree as ET

from ..errors import InputError

Document = dict[str, Any]
GRAPHML = "http://graphml.graphdrawing.org/xmlns"
TERMS = "urn:consilience:terms:"
# characters that XML 1.0 does not admit, and the carriage return, which it does not keep
FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class _Node:
    """A node: its key (``n0`` …), id and kind, and what is known of it as text."""

    key: str
    id: str
    kind: str
    label: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Edge:
    """An edge between two keys; ``number`` counts from 1 in the document's order."""

    number: int
    parent: _Node
    child: _Node
    kind: str
    score: float
    directed: bool
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class _Graph:
    """The stemma with the facts of its accounts, in the document's order."""

    story: Document
    nodes: list[_Node]
    edges: list[_Edge]


def stemma_format(name: str) -> str:
    """The format that a file's ending names: ``graphml``, ``dot`` or ``prov``.

    >>> stemma_format("out/stemma.prov.json"), stemma_format("tree.GV")
    ('prov', 'dot')

    :raises InputError: for any other ending.
    """
    ending = PurePath(name).suffix.lower()
    found = {".graphml": "graphml", ".dot": "dot", ".gv": "dot", ".json": "prov"}.get(ending)
    if found is None:
        what = f"no stemma can be written with the ending {ending!r}" if ending else "has no ending"
        raise InputError(what, where=name, todo="use .graphml, .dot, .gv, .prov.json or .json")
    return found


def export_stemma(document: Document, form: str) -> str:
    """The stemma of a dossier in a format.

    >>> print(export_stemma({"stemma": {"nodes": [], "edges": []}}, "dot").splitlines()[0])
    digraph stemma {

    :param document: a document of the contract; missing parts count as empty.
    :param form: ``graphml``, ``dot`` or ``prov``.
    """
    writers: dict[str, Callable[[_Graph], str]] = {"graphml": _graphml, "dot": _dot, "prov": _prov}
    return writers[form](_graph(document))


def _graph(document: Document) -> _Graph:
    stemma = document.get("stemma") or {}
    accounts = {str(a.get("id")): a for a in document.get("articles") or []}
    raw = {str(n["id"]): n for n in stemma.get("nodes") or []}
    ends = [str(e[end]) for e in stemma.get("edges") or [] for end in ("parent", "child")]
    ids = dict.fromkeys([*raw, *accounts, *ends])
    nodes = {i: _node(f"n{k}", i, raw.get(i, {}), accounts.get(i)) for k, i in enumerate(ids)}
    edges = [_edge(k, e, nodes) for k, e in enumerate(stemma.get("edges") or [], 1)]
    return _Graph(document.get("story") or {}, list(nodes.values()), edges)


def _node(key: str, id: str, raw: Document, account: Document | None) -> _Node:
    kind = _clean(str(raw.get("kind") or ("witness" if account else "cited")))
    label = str((account or {}).get("outlet") or raw.get("label") or id)
    facts = {f: str(account[f]) for f in FACTS if account and account.get(f)}
    return _Node(key, id, kind, _clean(label), {f: _clean(v) for f, v in facts.items()})


FACTS = ("siglum", "title", "outlet", "published", "url", "language")


def _edge(number: int, raw: Document, nodes: dict[str, _Node]) -> _Edge:
    evidence = [{k: place[k] for k in ("article", "start", "end")} for place in raw.get("evidence") or []]
    return _Edge(
        number,
        nodes[str(raw["parent"])],
        nodes[str(raw["child"])],
        _clean(str(raw.get("kind") or "")),
        float(raw.get("score") or 0),
        bool(raw.get("directed", True)),
        _clean(str(raw.get("reason") or "")),
        json.dumps(evidence, separators=(",", ":")),
    )


def _clean(words: str) -> str:
    return FORBIDDEN.sub("\ufffd", words)


# -- GraphML --

NODE_KEYS = ("name", "kind", "label", *FACTS)
EDGE_KEYS = {
    "kind": "string",
    "score": "double",
    "directed": "boolean",
    "reason": "string",
    "evidence": "string",
}


def _graphml(graph: _Graph) -> str:
    """Undirected edges carry ``directed`` = false as data: in one graph with directed ones, many readers
    (networkx among them) refuse GraphML's own attribute of that name."""
    root = ET.Element("graphml", {"xmlns": GRAPHML})
    keys = [("node", name, "string") for name in NODE_KEYS] + [("edge", n, t) for n, t in EDGE_KEYS.items()]
    for target, name, of in keys:
        ET.SubElement(
            root,
            "key",
            {"id": f"{target}-{name}", "for": target, "attr.name": name, "attr.type": of},
        )
    body = ET.SubElement(root, "graph", {"id": "stemma", "edgedefault": "directed"})
    for n in graph.nodes:
        at = ET.SubElement(body, "node", {"id": n.key})
        values = {"name": _clean(n.id), "kind": n.kind, "label": n.label, **n.facts}
        _data(at, "node", [(k, values[k]) for k in NODE_KEYS if k in values])
    for e in graph.edges:
        ends = {"id": f"e{e.number}", "source": e.parent.key, "target": e.child.key}
        at = ET.SubElement(body, "edge", ends)
        held = (e.kind, repr(e.score), str(e.directed).lower(), e.reason, e.evidence)
        _data(at, "edge", list(zip(EDGE_KEYS, held, strict=True)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _data(at: ET.Element, target: str, values: Sequence[tuple[str, str]]) -> None:
    for name, value in values:
        ET.SubElement(at, "data", {"key": f"{target}-{name}"}).text = value


# -- Graphviz --

LOOKS = {
    "witness": 'shape=ellipse, style="solid"',
    "archetype": 'shape=circle, style="dashed"',
    "cited": 'shape=box, style="solid"',
}
STROKES = {
    "copy": 'style="solid", penwidth=2.5',
    "quote": 'style="dotted"',
    "credit": 'style="dotted"',
    "version": 'style="solid", color="black:invis:black"',
}


def _dot(graph: _Graph) -> str:
    """Parents stand above; lost exemplars are dashed, cited bodies boxes, undirected edges dashed."""
    lines = ["digraph stemma {", "  graph [rankdir=TB];", '  node [fontname="sans-serif"];']
    lines += ['  edge [fontname="sans-serif", fontsize=10];']
    for n in graph.nodes:
        siglum = n.facts.get("siglum")
        label = f"{siglum}\n{n.label}" if siglum else n.label
        url = n.facts.get("url", "")
        said = {"label": label, "tooltip": n.facts.get("title", ""), "kind": n.kind, "ref": _clean(n.id)}
        said["URL"] = url if url.lower().startswith(("http://", "https://")) else ""
        lines.append(f"  {n.key} [{_attributes(said)}, {LOOKS.get(n.kind, LOOKS['cited'])}];")
    for e in graph.edges:
        said = {"label": e.kind, "tooltip": e.reason, "score": f"{e.score:g}", "evidence": e.evidence}
        look = STROKES.get(e.kind, 'style="solid"') if e.directed else 'style="dashed", dir=none'
        lines.append(f"  {e.parent.key} -> {e.child.key} [{_attributes(said)}, {look}];")
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(values: dict[str, str]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in values.items() if value)


def _quoted(words: str) -> str:
    r"""A string of the DOT language that shows these very words.

    >>> _quoted('a "b" \\N')
    '"a \\"b\\" \\\\N"'
    """
    plain = re.sub(r"&(?=#?\w+;)", "&amp;", words)  # 'a &lt; b' would be shown as 'a < b'
    plain = plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


# -- PROV --

DERIVED = {"quote": "prov:Quotation", "version": "prov:Revision"}
KINDS = {"witness": "account", "archetype": "lost", "cited": "cited"}


def _prov(graph: _Graph) -> str:
    """Accounts, lost exemplars and cited bodies are entities; outlets are agents.

    An edge whose direction is unknown is ``alternateOf``, which by PROV-DM carries nothing else: its
    reason, score and evidence stand in an entity of type ``c:Link`` that names both ends.
    """
    names = {n.key: f"d:{KINDS.get(n.kind, 'cited')}-{n.key[1:]}" for n in graph.nodes}
    parts: Document = {name: {} for name in PARTS}
    outlets: dict[str, str] = {}
    for n in graph.nodes:
        parts["entity"][names[n.key]] = _entity(n)
        outlet = n.facts.get("outlet")
        if outlet:
            who = outlets.setdefault(outlet, f"d:outlet-{len(outlets)}")
            parts["agent"][who] = {"prov:type": _qualified("prov:Organization"), "prov:label": outlet}
            _add(parts, "wasAttributedTo", {"prov:entity": names[n.key], "prov:agent": who})
        when = _instant(n.facts.get("published"))
        if when:
            _add(parts, "wasGeneratedBy", {"prov:entity": names[n.key], "prov:time": when})
    for e in graph.edges:
        _derivation(parts, e, names[e.parent.key], names[e.child.key])
    space = re.sub(r"[^A-Za-z0-9]+", "-", str(graph.story.get("id") or "")).strip("-") or "story"
    prefixes = {"c": TERMS, "d": f"urn:consilience:{space}:"}
    document = {"prefix": prefixes, **{name: held for name, held in parts.items() if held}}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


PARTS = "entity agent wasGeneratedBy wasAttributedTo wasDerivedFrom alternateOf".split()


def _entity(n: _Node) -> Document:
    types = {"witness": "c:Account", "archetype": "c:LostText", "cited": "c:Cited"}
    about: Document = {"prov:type": _qualified(types.get(n.kind, "c:Cited")), "prov:label": n.label}
    about |= {"c:name": _clean(n.id)}
    return about | {f"c:{name}": value for name, value in n.facts.items() if name != "outlet"}


def _derivation(parts: Document, e: _Edge, parent: str, child: str) -> None:
    score = {"$": repr(e.score), "type": "xsd:double"}
    about = {"c:kind": e.kind, "c:score": score, "c:reason": e.reason, "c:evidence": e.evidence}
    if not e.directed:
        ends = [_qualified(parent), _qualified(child)]
        parts["entity"][f"d:link-{e.number}"] = {
            "prov:type": _qualified("c:Link"),
            "c:between": ends,
            **about,
        }
        _add(parts, "alternateOf", {"prov:alternate1": child, "prov:alternate2": parent})
        return
    cited = e.parent.kind == "cited" and e.kind == "credit"
    kind = "prov:PrimarySource" if cited else DERIVED.get(e.kind)
    held: Document = {"prov:generatedEntity": child, "prov:usedEntity": parent}
    _add(parts, "wasDerivedFrom", held | ({"prov:type": _qualified(kind)} if kind else {}) | about)


def _add(parts: Document, relation: str, held: Document) -> None:
    parts[relation][f"_:{relation}{len(parts[relation]) + 1}"] = held


def _qualified(name: str) -> Document:
    return {"$": name, "type": "xsd:QName"}


def _instant(published: str | None) -> str:
    """An xsd:dateTime where the time of day is known, else nothing."""
    try:
        return datetime.fromisoformat(published or "").isoformat() if "T" in (published or "") else ""
    except ValueError:
        return ""
