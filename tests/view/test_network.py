import networkx as nx

from kg.schema import ENTITY_TYPES, RELATIONS
from kg.view import positions, to_pyvis


def test_pyvis_holds_every_node_and_edge_where_we_put_it(graph: "nx.MultiDiGraph[str]") -> None:
    places = positions(graph)
    network = to_pyvis(graph, places)
    assert network.directed
    assert network.get_nodes() == list(graph)
    assert {n["id"]: (n["x"], n["y"]) for n in network.nodes} == places
    assert [(e["from"], e["to"], e["relation"]) for e in network.edges] == list(graph.edges(keys=True))


def test_nothing_moves_by_itself(graph: "nx.MultiDiGraph[str]") -> None:
    network = to_pyvis(graph, positions(graph))
    assert network.options["physics"] == {"enabled": False}
    assert not any(item["physics"] for item in [*network.nodes, *network.edges])


def test_type_and_relation_show_as_in_the_schema(graph: "nx.MultiDiGraph[str]") -> None:
    network = to_pyvis(graph, positions(graph))
    for node in network.nodes:
        if kind := graph.nodes[node["id"]].get("type"):
            assert (node["shape"], node["color"]) == (ENTITY_TYPES[kind].shape, ENTITY_TYPES[kind].colour)
    assert {e["color"] for e in network.edges} == {RELATIONS[k].colour for _, _, k in graph.edges(keys=True)}


def test_no_text_becomes_a_title_which_pyvis_reads_as_html(hostile_graph: "nx.MultiDiGraph[str]") -> None:
    network = to_pyvis(hostile_graph, positions(hostile_graph))
    assert not any("title" in item for item in [*network.nodes, *network.edges])
