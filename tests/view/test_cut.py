import networkx as nx
import pytest

from kg.errors import NotFound, UsageError
from kg.view import cut
from kg.view.cut import MAX_ENTITIES, MAX_PAPERS


def large(papers: int, entities: int) -> "nx.MultiDiGraph[str]":
    """Each paper names five things, low numbers more often."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from((f"arxiv:{p:05}" for p in range(papers)), kind="paper", label="Paper", results=())
    graph.add_nodes_from((f"e{e:05}" for e in range(entities)), kind="entity", label="Thing", type="TASK", papers=0)
    for p in range(papers):
        for k in range(5):
            entity = f"e{(p * (k * k + 1)) % max(1, entities * (k + 1) // 5):05}"
            if not graph.has_edge(f"arxiv:{p:05}", entity):
                graph.add_edge(f"arxiv:{p:05}", entity, key="USES")
                graph.nodes[entity]["papers"] += 1
    return graph


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


def test_a_large_graph_is_cut_to_the_most_shared() -> None:
    graph = large(6_000, 9_000)
    found = cut(graph)
    kinds = [graph.nodes[n]["kind"] for n in found.nodes]
    assert kinds.count("entity") <= MAX_ENTITIES
    assert kinds.count("paper") <= MAX_PAPERS
    assert found.core <= set(found.nodes)
    assert 100 <= len(found.core) <= 300
    kept = set(found.nodes)
    inside, outside = (
        [d["papers"] for n, d in graph.nodes(data=True) if "papers" in d and (n in kept) == k] for k in (True, False)
    )
    assert min(inside) >= max(min(outside), 2)
    assert cut(graph) == found


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
