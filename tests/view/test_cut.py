import networkx as nx
import pytest

from kg.errors import NotFound, UsageError
from kg.view import cut
from kg.view.cut import TOP_ENTITIES


def test_a_small_graph_is_carried_whole(graph: "nx.MultiDiGraph[str]") -> None:
    found = cut(graph)
    assert found.nodes == tuple(graph)
    assert found.sentences == 3


def test_the_first_screen_shows_papers_shared_things_and_proposed_systems(graph: "nx.MultiDiGraph[str]") -> None:
    core = cut(graph).core
    for node, data in graph.nodes(data=True):
        own = any(key == "PROPOSES" for *_, key in graph.in_edges(node, keys=True))
        assert (node in core) == (data["kind"] == "paper" or data["papers"] > 1 or own)
    assert "spade3" not in core


def test_a_large_graph_is_cut_to_the_most_shared(large: "nx.MultiDiGraph[str]") -> None:
    graph, found = large, cut(large, max_nodes=300)
    kinds = [graph.nodes[n]["kind"] for n in found.nodes]
    assert kinds.count("entity") == 150
    assert 0 < kinds.count("paper") <= 150
    assert found.core <= set(found.nodes)
    assert 20 <= len(found.core) <= TOP_ENTITIES
    assert {graph.nodes[n]["kind"] for n in found.core} == {"entity"}
    kept = set(found.nodes)
    inside, outside = (
        [d["papers"] for n, d in graph.nodes(data=True) if "papers" in d and (n in kept) == k] for k in (True, False)
    )
    assert min(inside) >= max(min(outside), 2)
    assert cut(graph, max_nodes=300) == found


@pytest.mark.parametrize("most", [1, 2, 7, 20])
def test_max_nodes_is_kept(graph: "nx.MultiDiGraph[str]", most: int) -> None:
    found = cut(graph, max_nodes=most)
    assert 0 < len(found.nodes) <= most
    assert found.core <= set(found.nodes)


def test_focus_carries_the_neighbourhood_and_shows_all_of_it(graph: "nx.MultiDiGraph[str]") -> None:
    found = cut(graph, focus="trellis")
    papers = set(graph.pred["trellis"])
    assert set(found.nodes) == {"trellis"} | papers | {e for p in papers for e in graph.adj[p]}
    assert found.core == set(found.nodes)


def test_one_step_from_a_paper_is_what_it_names(graph: "nx.MultiDiGraph[str]") -> None:
    paper = "acl:2023.test-1.2"
    assert set(cut(graph, focus=paper).nodes) == {paper, *graph.adj[paper]}
    assert len(cut(graph, focus=paper, depth=2).nodes) > len(cut(graph, focus=paper).nodes)


def test_focus_of_nothing_is_told(graph: "nx.MultiDiGraph[str]") -> None:
    with pytest.raises(NotFound, match="nothing-such"):
        cut(graph, focus="nothing-such")


def test_less_than_one_is_a_usage_error(graph: "nx.MultiDiGraph[str]") -> None:
    with pytest.raises(UsageError):
        cut(graph, max_nodes=0)
    with pytest.raises(UsageError):
        cut(graph, focus="trellis", depth=0)


def test_an_empty_graph_has_an_empty_cut() -> None:
    assert cut(nx.MultiDiGraph()).nodes == ()


@pytest.mark.parametrize("most", [1, 2, 3, 50, 400])
def test_max_nodes_of_a_large_graph_is_kept(large: "nx.MultiDiGraph[str]", most: int) -> None:
    found = cut(large, max_nodes=most)
    assert 0 < len(found.nodes) <= most
    kept = set(found.nodes)
    assert all({k.source, k.target, *k.via} <= kept for k in found.links)
