import itertools
from types import ModuleType

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.view.layout import _boxes, positions, size


def bipartite(pairs: list[tuple[int, int]], lone: int = 0) -> "nx.MultiDiGraph[str]":
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for p in sorted({p for p, _ in pairs} | set(range(lone))):
        graph.add_node(
            f"arxiv:{p}",
            kind="paper",
            label=f"Paper {p}",
            abstract="",
            year=2024,
            url="",
            authors=(),
            venue="",
            results=(),
        )
    for e in sorted({e for _, e in pairs}):
        graph.add_node(f"e{e}", kind="entity", label=f"Entity {e}", type="METHOD", names=(f"Entity {e}",), papers=0)
    for p, e in sorted(set(pairs)):
        graph.add_edge(f"arxiv:{p}", f"e{e}", key="USES", relation="USES", confidence=0.9, mentions=(), evidence=())
        graph.nodes[f"e{e}"]["papers"] += 1
    return graph


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=40), st.integers(0, 4))
def test_every_node_has_one_whole_number_position_of_its_own(pairs: list[tuple[int, int]], lone: int) -> None:
    graph = bipartite(pairs, lone)
    found = positions(graph)
    assert list(found) == list(graph)
    assert all(type(v) is int for xy in found.values() for v in xy)
    assert len(set(found.values())) == len(found)
    assert positions(graph) == found


def test_boxes_of_the_first_screen_do_not_overlap(graph: "nx.MultiDiGraph[str]") -> None:
    found, boxes = positions(graph), _boxes(graph)
    for a, b in itertools.combinations(graph, 2):
        over = [boxes[a][i] + boxes[b][i] - abs(found[a][i] - found[b][i]) for i in (0, 1)]
        assert min(over) <= 2, (a, b)  # two units: positions are rounded


def test_what_the_first_screen_leaves_out_does_not_move_it(graph: "nx.MultiDiGraph[str]") -> None:
    core = [n for n, d in graph.nodes(data=True) if d.get("papers", 2) > 1]
    alone: nx.MultiDiGraph[str] = nx.MultiDiGraph()  # a subgraph of networkx has an order of its own
    alone.add_nodes_from((n, graph.nodes[n]) for n in core)
    alone.add_edges_from(e for e in graph.edges(keys=True, data=True) if e[0] in alone and e[1] in alone)
    inner, whole = positions(alone), positions(graph, core)
    assert {n: whole[n] for n in core} == inner


def test_things_lie_near_what_they_belong_to(graph: "nx.MultiDiGraph[str]") -> None:
    found = positions(graph)

    def away(a: str, b: str) -> float:
        return float(((found[a][0] - found[b][0]) ** 2 + (found[a][1] - found[b][1]) ** 2) ** 0.5)

    linked = [away(p, e) for p, e in graph.edges()]
    other = [away(a, b) for a, b in itertools.combinations(graph, 2) if not graph.has_edge(a, b)]
    assert sum(linked) / len(linked) < 0.6 * sum(other) / len(other)


def test_a_hub_of_a_thousand_is_placed(corpus: ModuleType) -> None:
    graph = bipartite([(n, 0) for n in range(300)] + [(n, n + 1) for n in range(300)])
    core = ["e0", *(f"arxiv:{n}" for n in range(60))]
    assert len(set(positions(graph, core).values())) == len(graph)


@pytest.mark.parametrize("most", [1, 8, 500])
def test_size_grows_with_papers_and_stays_drawable(most: int) -> None:
    sizes = [size(n, most) for n in range(1, most + 1)]
    assert sizes == sorted(sizes)
    assert sizes[0] == 9
    assert sizes[-1] <= 22
