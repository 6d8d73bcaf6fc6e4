"""What a page carries and what its first screen shows: the budgets of the view.

A browser draws some hundred nodes well and some thousand badly, so the page never shows all that it carries, and never
carries more than it can search at once. Nothing is left out silently: `Cut` says what was, and the page repeats it.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import NotFound, UsageError
from kg.view.together import Link, among, together

if TYPE_CHECKING:
    import networkx as nx

ALL_PAPERS = 150  #: up to here the page carries the whole graph with all evidence
MAX_ENTITIES, MAX_PAPERS = 3_000, 5_000  #: what a page carries of a larger one
FIRST_SCREEN = 500  #: nodes on the first screen of a whole graph
TOP_ENTITIES = 200  #: and on that of a larger one, where links between entities stand for papers
FOCUS_NODES = 400  #: nodes of a page about one thing


@dataclass(frozen=True, slots=True)
class Cut:
    """What of a graph goes into a page."""

    nodes: tuple[str, ...]  #: ids, in the order of the graph
    core: frozenset[str]  #: ids that the first screen shows
    sentences: int  #: evidence sentences per edge, at most
    links: tuple[Link, ...] = ()  #: between entities, where papers are too many to be nodes of the map


def cut(
    graph: "nx.MultiDiGraph[str]", *, max_nodes: int | None = None, focus: str | None = None, depth: int = 1
) -> Cut:
    """Choose what a page carries: the whole of a small graph, the most shared part of a large one.

    Args:
        graph: as `kg.graph.load` gives it.
        max_nodes: at most so many nodes, instead of the budgets of this module.
        focus: id of a node; then only its neighbourhood is carried, and all of it is on the first screen.
        depth: steps around `focus`; one step leads from an entity to an entity through a paper, or from a paper to
            what it names.

    Of a graph of more than 150 papers the map shows entities, linked where papers name both (`kg.view.together`); the
    papers that show these links are carried for their sentences, and as nodes for those who want them.

    Raises:
        NotFound: `focus` is not in the graph.
        UsageError: `max_nodes` or `depth` is less than 1.
    """
    if (max_nodes is not None and max_nodes < 1) or depth < 1:
        raise UsageError("--max-nodes and --depth are at least 1")
    if focus is not None:
        return _neighbourhood(graph, focus, depth, max_nodes or FOCUS_NODES)
    papers = [n for n, kind in graph.nodes(data="kind") if kind == "paper"]
    if len(papers) <= ALL_PAPERS and (max_nodes is None or graph.number_of_nodes() <= max_nodes):
        return Cut(tuple(graph), _first_screen(graph, papers), sentences=3)
    if len(papers) > ALL_PAPERS:
        return _projected(graph, max_nodes)
    entities, papers = _most_linked(graph, ((max_nodes or 0) + 1) // 2, (max_nodes or 0) // 2)
    chosen = {*entities, *papers}
    return Cut(tuple(n for n in graph if n in chosen), frozenset(chosen), sentences=1)


def _projected(graph: "nx.MultiDiGraph[str]", max_nodes: int | None) -> Cut:
    """A large graph: its top entities, how papers link them, and papers that show it."""
    room = (MAX_ENTITIES, MAX_PAPERS) if max_nodes is None else ((max_nodes + 1) // 2, max_nodes // 2)
    found = (n for n, d in graph.nodes(data=True) if d["kind"] == "entity" and d["papers"] >= 2)
    entities = ranked(graph, found)[: room[0]]
    links, showing = together(graph, entities, max_papers=room[1])
    chosen = {*entities, *showing}
    _, papers = _most_linked(graph, room[0], room[1] - len(showing), without=chosen)
    chosen.update(papers)
    core = frozenset(entities[:TOP_ENTITIES])
    joined = {end for link in among(links, core) for end in (link.source, link.target)}
    core = frozenset(joined or core)
    return Cut(tuple(n for n in graph if n in chosen), core, sentences=1, links=tuple(links))


def proposed(graph: "nx.MultiDiGraph[str]", entity: str) -> bool:
    """Whether some paper proposes it."""
    return any(key == "PROPOSES" for _, _, key in graph.in_edges(entity, keys=True))


def ranked(graph: "nx.MultiDiGraph[str]", entities: Iterable[str]) -> list[str]:
    """Entities by number of papers, proposed ones first among equals, then by id."""
    return sorted(entities, key=lambda e: (-graph.nodes[e]["papers"], not proposed(graph, e), e))


def _first_screen(graph: "nx.MultiDiGraph[str]", papers: Sequence[str]) -> frozenset[str]:
    """All papers, and the entities that join papers or are some paper's own."""
    entities = (
        n for n, d in graph.nodes(data=True) if d["kind"] == "entity" and (d["papers"] > 1 or proposed(graph, n))
    )
    room = max(0, FIRST_SCREEN - len(papers))
    return frozenset([*papers, *ranked(graph, entities)[:room]])


def _most_linked(
    graph: "nx.MultiDiGraph[str]", max_entities: int, max_papers: int, without: Container[str] = ()
) -> tuple[list[str], list[str]]:
    """The entities of most papers, and the papers that name most of these, but for those that are in `without`."""
    entities = ranked(graph, (n for n, kind in graph.nodes(data="kind") if kind == "entity"))[:max_entities]
    chosen = set(entities)
    found = (n for n, kind in graph.nodes(data="kind") if kind == "paper" and n not in without)
    links = {n: sum(e in chosen for e in graph.adj[n]) for n in found}
    papers = sorted((n for n in links if links[n]), key=lambda n: (-links[n], n))[:max_papers]
    return entities, papers


def _neighbourhood(graph: "nx.MultiDiGraph[str]", focus: str, depth: int, room: int) -> Cut:
    """Breadth first from `focus`, nodes with most links first, until the room is taken."""
    if focus not in graph:
        raise NotFound(f"no node {focus!r} in the graph")
    hops = 2 * depth - (graph.nodes[focus]["kind"] == "paper")
    found, edge = {focus: None}, [focus]
    for _ in range(hops):
        reached = {n for at in edge for n in (*graph.adj[at], *graph.pred[at])} - found.keys()
        edge = sorted(reached, key=lambda n: (-graph.degree[n], n))[: max(0, room - len(found))]
        found.update(dict.fromkeys(edge))
    return Cut(tuple(n for n in graph if n in found), frozenset(found), sentences=3)
