"""The graph as a pyvis network: the model that the page draws, and an object for people who know pyvis.

Of pyvis we use the model and the vis-network library that comes with it, not its template: that one loads styles from a
CDN, writes headings unescaped and starts a simulation.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.schema import ENTITY_TYPES, PAPER_COLOUR, PAPER_SHAPE, RELATIONS
from kg.view.layout import PAPER_SIZE, Position, most_papers, size
from kg.view.together import TOGETHER, Link

if TYPE_CHECKING:
    import networkx as nx
    from pyvis.network import Network

#: Options of vis-network: nothing moves by itself, and every line is straight, which is what drawing time goes into.
OPTIONS: dict[str, Any] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "edges": {"smooth": False, "selectionWidth": 0},
    "interaction": {"dragNodes": False, "hover": False, "selectable": False, "keyboard": False},
}


def to_pyvis(graph: "nx.MultiDiGraph[str]", positions: Mapping[str, Position], links: Sequence[Link] = ()) -> "Network":
    """A directed `pyvis.network.Network` of the graph, every node at its position, physics off.

    Type shows as shape and colour, relation as colour, width and dashes, number of papers as size, all from
    `kg.schema`. Labels are the plain names; no `title` is set, because pyvis reads titles as HTML.

    Args:
        graph: as `kg.graph.load` gives it, or a part of it.
        positions: x and y of each node, as `kg.view.positions` gives them.
        links: between entities, as `kg.view.cut` makes them for large graphs; added after the edges.

    Example:
        >>> from kg.view import positions, to_pyvis
        >>> to_pyvis(graph, positions(graph)).write_html("mine.html")  # doctest: +SKIP
    """
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line")
    most = most_papers(graph)
    for node, data in graph.nodes(data=True):
        x, y = positions[node]
        network.add_node(node, label=data["label"], x=x, y=y, physics=False, **_node_style(data, most))
    for paper, entity, key in graph.edges(keys=True):
        style = RELATIONS[key]
        network.add_edge(
            paper,
            entity,
            color=style.colour,
            width=style.width,
            dashes=list(style.dashes) or False,
            relation=key,
            physics=False,
        )
    for link in links:
        network.add_edge(
            link.source,
            link.target,
            color=TOGETHER["colour"],
            width=TOGETHER["width"],
            dashes=False,
            relation=TOGETHER["key"],
            papers=link.papers,
            arrows="",
            physics=False,
        )
    network.set_options(json.dumps(OPTIONS))
    return network


#: A star has less area than a square of its radius: factors that make shapes of one count look of one size.
_OPTICAL = {"square": 0.85, "star": 1.4, "triangle": 1.05, "triangleDown": 1.05, "diamond": 1.1}


def _node_style(data: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Shape, colour and size of a node."""
    if data["kind"] == "paper":
        return {"shape": PAPER_SHAPE, "color": PAPER_COLOUR, "size": PAPER_SIZE}
    kind = ENTITY_TYPES[data["type"]]
    return {
        "shape": kind.shape,
        "color": kind.colour,
        "size": round(size(data["papers"], most) * _OPTICAL.get(kind.shape, 1)),
    }
