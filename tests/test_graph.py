"""The graph in networkx, as GraphML and as node-link JSON."""

import json
import os
import re
import subprocess
import sys
from io import BytesIO

import networkx as nx
import pytest
from lxml import etree

from kg import graph
from kg.facts import Span
from kg.schema import ENTITY_TYPES, RELATIONS
from kg.store import Store

PAPER = {"kind", "label", "abstract", "year", "date", "authors", "url", "venue", "categories", "results"}
ENTITY = {"kind", "label", "type", "names", "papers"}
EDGE = {"relation", "confidence", "mentions", "evidence", "stated_type", "stated_relation"}


@pytest.fixture
def network(store):
    """The made-up corpus in networkx."""
    return graph.load(store)


def read_back(data):
    """GraphML as networkx reads it."""
    return nx.read_graphml(BytesIO(data), force_multigraph=True)


def test_nodes_and_edges_have_the_documented_attributes(network):
    assert isinstance(network, nx.MultiDiGraph)
    for node, attributes in network.nodes(data=True):
        if attributes["kind"] == "paper":
            assert ":" in node
            assert set(attributes) == PAPER
        else:
            assert ":" not in node
            assert attributes["kind"] == "entity"
            assert set(attributes) >= ENTITY
            assert attributes["type"] in ENTITY_TYPES
            assert attributes["names"][0] == attributes["label"]
            assert attributes["papers"] == network.in_degree(node)
    for paper, entity, key, attributes in network.edges(keys=True, data=True):
        assert set(attributes) == EDGE
        assert key == attributes["relation"] in RELATIONS
        assert (network.nodes[paper]["kind"], network.nodes[entity]["kind"]) == ("paper", "entity")


def test_the_docstring_names_every_attribute(network):
    named = set(re.findall(r"`(\w+)`", graph.__doc__))
    assert {a for _, d in network.nodes(data=True) for a in d} <= named
    assert {a for *_, d in network.edges(data=True) for a in d} <= named


def test_the_graph_holds_all_of_the_store_in_sorted_order(network, store):
    papers, entities = [p.id for p in store.papers()], [e.id for e in store.entities()]
    assert list(network) == papers + entities
    assert [(p, e) for p, e in network.edges()] == [(e.paper, e.entity) for e in store.edges()]
    assert [r for _, d in network.nodes(data=True) for r in d.get("results", ())] == list(store.results())


def test_quotes_are_the_stretches_of_the_text(network):
    paper = "arxiv:2401.00001"
    text = network.nodes[paper]["abstract"]
    assert graph.quotes(network, paper, (Span("title", 0, 9), Span("abstract", 3, 7))) == ("TinyParse", text[3:7])
    for entity in network.successors(paper):
        (edge,) = network[paper][entity].values()
        assert {q.casefold() for q in graph.quotes(network, paper, edge["mentions"])} <= {
            n.casefold() for n in network.nodes[entity]["names"]
        }


def test_graphml_reads_back_with_the_same_nodes_edges_and_typed_numbers(network):
    back = read_back(graph.graphml(network))
    assert set(back) == set(network)
    assert set(back.edges(keys=True)) == set(network.edges(keys=True))
    for node, attributes in network.nodes(data=True):
        assert back.nodes[node]["label"] == attributes["label"]
        assert back.nodes[node].get("year") == attributes.get("year")
        assert back.nodes[node].get("papers") == attributes.get("papers")
        if attributes["kind"] == "entity":
            assert back.nodes[node]["names"] == " | ".join(attributes["names"])
    for paper, entity, key, attributes in network.edges(keys=True, data=True):
        edge = back.edges[paper, entity, key]
        assert edge["confidence"] == attributes["confidence"]
        assert edge["evidence"] == " | ".join(graph.quotes(network, paper, attributes["evidence"]))
        assert edge["stated_relation"] == attributes["stated_relation"]
    assert back.nodes["arxiv:2401.00001"]["results"] == "TinyParse: 91.5% F1 on TreeBank-X"


def test_graphml_declares_the_types_of_numbers(network):
    root = etree.fromstring(graph.graphml(network))
    keys = {k.get("attr.name"): k.get("attr.type") for k in root.iter("{http://graphml.graphdrawing.org/xmlns}key")}
    assert keys["year"] in ("int", "long")
    assert keys["papers"] in ("int", "long")
    assert keys["confidence"] == "double"
    assert keys["label"] == "string"


def test_characters_that_xml_forbids_are_left_out(make_facts, make_store, tmp_path):
    name = "Ti\ufffeny\uffff <&\">' 🙂‮"
    facts = make_facts("a:1", 2024, f"{name} title", f"{name} is here.", [((name,), "MODEL", "USES")])
    with Store(make_store(tmp_path / "graph.db", [facts])) as store:
        network = graph.load(store)
    data = graph.graphml(network)
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", data.decode("utf-8"))
    back = read_back(data)
    assert back.nodes["a:1"]["label"] == "Tiny <&\">' 🙂‮ title"
    assert set(back) == set(network)


def test_a_graph_without_anything_can_be_written(make_store, tmp_path):
    with Store(make_store(tmp_path / "graph.db", [])) as store:
        network = graph.load(store)
    assert len(read_back(graph.graphml(network))) == 0
    assert list(graph.rows(network)) == [next(graph.rows(network))]


_WRITTEN = """
import json, sys
from pathlib import Path
from kg import graph
from kg.store import Store
with Store(Path(sys.argv[1])) as store:
    network = graph.load(store)
sys.stdout.buffer.write(graph.graphml(network) + json.dumps(graph.node_link(network)).encode())
"""


def test_the_same_bytes_come_out_under_any_hash_seed(graph_db):
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _WRITTEN, str(graph_db)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


def test_node_link_json_reads_back_with_nothing_lost(network):
    data = json.loads(json.dumps(graph.node_link(network)))
    back = nx.node_link_graph(data, edges="edges")
    assert set(back) == set(network)
    assert set(back.edges(keys=True)) == set(network.edges(keys=True))
    for node, attributes in network.nodes(data=True):
        for name, value in attributes.items():
            if name != "results":
                assert back.nodes[node][name] == (json.loads(json.dumps(value)))
    for paper, entity, key, attributes in network.edges(keys=True, data=True):
        edge = back.edges[paper, entity, key]
        assert [Span(**s) for s in edge["mentions"]] == list(attributes["mentions"])
        assert [Span(**s) for s in edge["evidence"]] == list(attributes["evidence"])
    (result,) = back.nodes["arxiv:2401.00001"]["results"]
    assert (result["value"], result["system_id"], result["on_id"]) == ("91.5%", "tinyparse", "treebank-x")


def test_writing_leaves_the_graph_as_it_was(network, store):
    graph.graphml(network)
    graph.node_link(network)
    list(graph.rows(network))
    fresh = graph.load(store)
    assert dict(network.nodes(data=True)) == dict(fresh.nodes(data=True))
    assert list(network.edges(keys=True, data=True)) == list(fresh.edges(keys=True, data=True))


def test_rows_are_one_line_for_each_edge_with_its_sentence(network):
    header, *rows = graph.rows(network)
    assert len(rows) == network.number_of_edges()
    assert all(len(r) == len(header) and all(isinstance(c, str) for c in r) for r in rows)
    row = dict(zip(header, next(r for r in rows if r[4] == "tinyparse" and r[3] == "PROPOSES"), strict=True))
    assert (row["paper"], row["year"], row["confidence"]) == ("arxiv:2401.00001", "2024", "0.99")
    assert (row["mention"], row["sentence"]) == ("TinyParse", "We present TinyParse, a small parser.")
