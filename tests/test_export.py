"""Exports of the stemma: well-formed with any text, whole, and the same for equal documents."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import render_sample
from click.testing import CliRunner

from consilience.app.cli import main
from consilience.dossier.export import GRAPHML, export_stemma, stemma_format
from consilience.errors import InputError

Doc = dict[str, Any]
EVIL = '</data>]]>\x00\x1b\u202e\ud800\uffff\r\n\t"\'\\N\\" &lt; & <b> -> [x] é漢字 '
FORMS = ("graphml", "dot", "prov")
NS = {"g": GRAPHML}
# the tokens of the DOT language that we write
DOT = re.compile(r'\s+|"(?:[^"\\]|\\.)*"|->|[\[\]{}=,;]|[A-Za-z_][A-Za-z0-9_]*|-?[0-9.]+', re.DOTALL)


def evil(value: Any) -> Any:
    """The same document with odd text in every text."""
    if isinstance(value, dict):
        return {k: v if k in ("directed", "score") else evil(v) for k, v in value.items()}
    if isinstance(value, list):
        return [evil(v) for v in value]
    return EVIL + value if isinstance(value, str) else value


DOCUMENTS: dict[str, Callable[[], Doc]] = {
    "sample": render_sample.sample,
    "one": render_sample.one,
    "empty": render_sample.empty,
    "many": lambda: render_sample.many(26),
    "evil": lambda: evil(render_sample.sample()),
    "nothing": dict,
}
sample = pytest.mark.parametrize("name", DOCUMENTS)


def undirected(document: Doc) -> int:
    return sum(not e["directed"] for e in document.get("stemma", {}).get("edges", []))


@sample
@pytest.mark.parametrize("form", FORMS)
def test_equal_documents_give_equal_bytes(name: str, form: str) -> None:
    document = DOCUMENTS[name]()
    turned = json.loads(json.dumps(document, sort_keys=True))
    text = export_stemma(document, form)
    assert text == export_stemma(turned, form) and text.endswith("\n")
    text.encode("utf-8")


@sample
def test_graphml_is_whole(name: str) -> None:
    document = DOCUMENTS[name]()
    stemma = document.get("stemma", {"nodes": [], "edges": []})
    root = ET.fromstring(export_stemma(document, "graphml").encode())
    keys = {k.get("id"): k.attrib for k in root.findall("g:key", NS)}
    nodes, edges = root.findall("g:graph/g:node", NS), root.findall("g:graph/g:edge", NS)
    assert len(nodes) == len(stemma["nodes"]) and len(edges) == len(stemma["edges"])
    ids = [n.get("id") for n in nodes]
    assert len(ids) == len(set(ids)) and {e.get(end) for e in edges for end in ("source", "target")} <= set(
        ids
    )
    assert {d.get("key") for d in root.iter(f"{{{GRAPHML}}}data")} <= set(keys)
    assert len({(k["for"], k["attr.name"]) for k in keys.values()}) == len(keys)
    for at, e in zip(edges, stemma["edges"], strict=True):
        held = {keys[d.get("key")]["attr.name"]: d.text or "" for d in at.findall("g:data", NS)}
        assert float(held["score"]) == e["score"] and held["directed"] == str(e["directed"]).lower()
        assert len(json.loads(held["evidence"])) == len(e["evidence"])


@sample
def test_dot_is_in_the_language(name: str) -> None:
    document = DOCUMENTS[name]()
    text = export_stemma(document, "dot")
    assert not DOT.sub("", text), "nothing but the tokens of the language"
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text, flags=re.DOTALL)
    stemma = document.get("stemma", {"nodes": [], "edges": []})
    assert bare.count("->") == len(stemma["edges"])
    assert bare.count("dir=none") == undirected(document)
    if shutil.which("dot"):
        drawn = subprocess.run(["dot", "-Tdot"], input=text, capture_output=True, text=True, check=True)
        assert not drawn.stderr


def test_dot_tells_lost_and_cited_nodes_apart() -> None:
    lines = export_stemma(render_sample.sample(), "dot").splitlines()
    assert [n for n in lines if 'kind="archetype"' in n and 'style="dashed"' in n]
    assert [n for n in lines if 'kind="cited"' in n and "shape=box" in n]


def test_dot_links_web_addresses_alone() -> None:
    document = render_sample.sample()
    document["articles"][0]["url"] = "javascript:alert(1)"
    assert "javascript" not in export_stemma(document, "dot")


@sample
def test_prov_names_are_declared(name: str) -> None:
    document = DOCUMENTS[name]()
    prov = json.loads(export_stemma(document, "prov"))
    named = {*prov.get("entity", {}), *prov.get("agent", {})}
    assert all(re.fullmatch(r"d:[a-z]+-\d+", n) for n in named)
    ends = (
        "prov:entity",
        "prov:agent",
        "prov:usedEntity",
        "prov:generatedEntity",
        "prov:alternate1",
        "prov:alternate2",
    )
    for relation in ("wasAttributedTo", "wasGeneratedBy", "wasDerivedFrom", "alternateOf"):
        for key, held in prov.get(relation, {}).items():
            assert key.startswith("_:") and {v for k, v in held.items() if k in ends} <= named
    attributes = {k for part, held in prov.items() if part != "prefix" for v in held.values() for k in v}
    assert {a.partition(":")[0] for a in attributes} <= {"prov", "c"}
    edges = document.get("stemma", {}).get("edges", [])
    assert len(prov.get("alternateOf", {})) == undirected(document)
    assert len(prov.get("wasDerivedFrom", {})) == len(edges) - undirected(document)


def test_prov_types_of_derivation() -> None:
    document = render_sample.sample()
    for edge, kind in zip(document["stemma"]["edges"], ("quote", "version", "copy"), strict=False):
        edge |= {"kind": kind, "directed": True}
    cited = next(e for e in document["stemma"]["edges"] if e["parent"] == "c1")
    cited |= {"kind": "credit", "directed": True}
    held = json.loads(export_stemma(document, "prov"))["wasDerivedFrom"].values()
    types = {(h["c:kind"], h.get("prov:type", {}).get("$")) for h in held}
    assert {
        ("quote", "prov:Quotation"),
        ("version", "prov:Revision"),
        ("credit", "prov:PrimarySource"),
    } <= types
    assert ("copy", None) in types


@sample
def test_other_programs_read_it(name: str, tmp_path: Path) -> None:
    networkx = pytest.importorskip("networkx")
    model = pytest.importorskip("prov.model")
    document = DOCUMENTS[name]()
    stemma = document.get("stemma", {"nodes": [], "edges": []})
    (tmp_path / "s.graphml").write_text(export_stemma(document, "graphml"), "utf-8")
    graph = networkx.read_graphml(tmp_path / "s.graphml")
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(stemma["nodes"]), len(stemma["edges"]))
    found = model.ProvDocument.deserialize(content=export_stemma(document, "prov"))
    assert found == model.ProvDocument.deserialize(content=found.serialize())


@pytest.mark.parametrize("name", ["stemma.svg", "stemma", "-", "a.graphml.txt"])
def test_an_unknown_ending_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"use \.graphml"):
        stemma_format(name)


def test_the_command_writes_the_stemma(tmp_path: Path) -> None:
    text = "The mill at Orlo burnt down on Sunday night, said the warden, and nobody was hurt. " * 2
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"{name.title()} tells of a fire\n\n{text}", "utf-8")
    for name in ("s.graphml", "s.gv", "s.prov.json"):
        done = CliRunner().invoke(main, ["compare", str(tmp_path), "-q", "--stemma", str(tmp_path / name)])
        assert done.exit_code == 0 and not done.output
        assert "one" in (tmp_path / name).read_text("utf-8")
    page = tmp_path / "d.html"
    refused = CliRunner().invoke(
        main, ["compare", str(tmp_path), "--html", str(page), "--stemma", str(tmp_path / "s.svg")]
    )
    assert refused.exit_code == 2 and not page.exists() and not (tmp_path / "s.svg").exists()
    assert refused.output.count("\n") == 1 and ".graphml" in refused.output
