"""Positions on the map, computed here so that the page opens still and the same everywhere.

The first screen is laid out by forces (Fruchterman and Reingold 1991, "Graph drawing by force-directed placement"), a
connected component at a time; boxes that hold a node and its label are then pushed apart, and components packed around
the largest one in the proportions of a screen. Communities (Blondel et al. 2008, "Fast unfolding of communities in
large networks") start apart, and edges between them pull less, so that one sees what belongs together. What the first
screen leaves out is put into the gaps beside what it belongs to, so that nothing moves when it is shown. All positions
are whole numbers; one unit is about one pixel when the first screen fills a window.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from kg.view.together import Link

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

Position = tuple[int, int]

PAPER_SIZE = 6  #: radius of a paper
ASPECT = 1.3  #: width of the map to its height
_SPRING = 58.0  #: length of an edge at rest
_REACH = 6  #: edge lengths over which nodes repel each other
_ROOM = 2.3  #: area of the map to that of its boxes
_ROUNDS = 320  #: of the force layout
_CELL = 20  #: grid on which is marked what is taken
_GAP = 24  #: grid of places in the gaps
_GOLDEN = math.pi * (3 - math.sqrt(5))
_BETWEEN = 0.3  #: pull of an edge between communities to that of one within
_SEED = 7  #: of the search for communities
_APART = 0.45  #: by how much of its way from the middle a community is moved further out


def size(papers: int, most: int) -> int:
    """Radius of an entity that so many papers name, where no entity is named by more than `most`.

    Logarithmic, because counts are heavy-tailed.

    >>> size(1, 8), size(8, 8), size(500, 500)
    (9, 19, 22)
    """
    return round(9 + 13 * math.log2(max(1, papers)) / max(4.0, math.log2(max(1, most))))


def most_papers(graph: "nx.MultiDiGraph[str]") -> int:
    """The largest number of papers of an entity."""
    return max((papers for _, papers in graph.nodes(data="papers", default=0)), default=0)


def _boxes(graph: "nx.MultiDiGraph[str]") -> dict[str, tuple[float, float]]:
    """Half width and half height of each node with its label; papers have none on the map."""
    most = most_papers(graph)
    found: dict[str, tuple[float, float]] = {}
    for node, data in graph.nodes(data=True):
        if data["kind"] == "paper":
            found[node] = (PAPER_SIZE + 5.0, PAPER_SIZE + 5.0)
        else:
            radius = size(data["papers"], most)
            letters = min(len(data["label"]), 26) * (3.1 + (radius - 9) * 0.1)  # greater things bear greater names
            found[node] = (max(radius, letters) + 5, radius + 7.0)
    return found


def positions(
    graph: "nx.MultiDiGraph[str]", core: Iterable[str] | None = None, links: Sequence[Link] = ()
) -> dict[str, Position]:
    """Whole-number positions of all nodes, the same for the same graph.

    Args:
        graph: as `kg.graph.load` gives it, or a part of it.
        core: nodes of the first screen (default: all); they get the best places.
        links: between entities, which then pull in place of the papers.

    Returns:
        x to the right and y down for each node, in the order of the graph.
    """
    chosen = set(graph if core is None else core)
    inner = [n for n in graph if n in chosen]
    neighbours = {n: _weighted_neighbours(graph, n) for n in graph}
    _add_links(neighbours, links)
    boxes = _boxes(graph)
    placed: dict[str, tuple[float, float]] = {}
    taken: set[tuple[int, int]] = set()
    for part in _components(inner, neighbours):
        _pack(part, _spread(part, boxes, neighbours), boxes, placed, taken)
    _fill_gaps([n for n in graph if n not in chosen], neighbours, placed)
    return {n: (round(placed[n][0]), round(placed[n][1])) for n in graph}


def _weighted_neighbours(graph: "nx.MultiDiGraph[str]", node: str) -> dict[str, float]:
    """Neighbours in either direction; a mere mention pulls little."""
    found: dict[str, float] = {}
    for links in (graph.adj[node], graph.pred[node]):
        for other, keys in links.items():
            found[other] = 0.15 if list(keys) == ["MENTIONS"] else 1.0
    return found


def _add_links(neighbours: dict[str, dict[str, float]], links: Iterable[Link]) -> None:
    """Links as neighbours at either end; `neighbours` grows."""
    for link in links:
        neighbours[link.source][link.target] = neighbours[link.target][link.source] = 1.0


def _communities(part: Sequence[str], neighbours: Mapping[str, Mapping[str, float]]) -> dict[str, int]:
    """A number for each node of a component: its community, the largest first."""
    import networkx as nx

    index = {n: i for i, n in enumerate(part)}
    graph: nx.Graph[int] = nx.Graph()  # of whole numbers: sets of texts have no fixed order
    graph.add_nodes_from(range(len(part)))
    for node, i in index.items():
        graph.add_weighted_edges_from((i, index[o], w) for o, w in neighbours[node].items() if o in index)
    found = sorted(nx.community.louvain_communities(graph, seed=_SEED), key=lambda c: (-len(c), min(c)))
    return {part[i]: n for n, community in enumerate(found) for i in community}


def _components(nodes: Sequence[str], neighbours: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    """Connected parts by what the first screen draws (no mentions), the largest first, nodes in breadth-first order."""
    left, parts = dict.fromkeys(nodes), []
    for start in nodes:
        if start not in left:
            continue
        del left[start]
        part = [start]
        for node in part:
            for other, weight in neighbours[node].items():
                if other in left and weight == 1:
                    del left[other]
                    part.append(other)
        parts.append(part)
    return sorted(parts, key=lambda p: (-len(p), p[0]))


def _spread(
    part: Sequence[str],
    sizes: Mapping[str, tuple[float, float]],
    neighbours: Mapping[str, Mapping[str, float]],
) -> "Array":
    """Centred positions of the nodes of one component, without overlap: shape (n, 2)."""
    import numpy as np

    index = {n: i for i, n in enumerate(part)}
    community = _communities(part, neighbours)
    pulls = np.zeros((len(part), len(part)))
    for node, i in index.items():
        for other, weight in neighbours[node].items():
            if other in index:
                pulls[i, index[other]] = weight * (1 if community[node] == community[other] else _BETWEEN)
    boxes = np.array([sizes[n] for n in part])
    xy = _forces(_start([community[n] for n in part]), pulls)
    return _dense(_apart(xy, [community[n] for n in part]), boxes)


def _dense(xy: "Array", boxes: "Array") -> "Array":
    """Centred, without overlap, as dense as the boxes allow, in the proportions of a screen.

    Boxes are wide, so that parting them makes a map taller: it is drawn out before, by as much as that took last time.
    """
    import numpy as np

    wanted = _ROOM * 4 * float((boxes[:, 0] * boxes[:, 1]).sum())

    def parted(aspect: float) -> "Array":
        level = _level(xy, aspect)
        extent = np.maximum(level.max(axis=0) - level.min(axis=0), 1.0)
        return _push_apart(level * min(1.0, math.sqrt(wanted / float(extent[0] * extent[1]))), boxes)

    found, aspect = parted(ASPECT), ASPECT
    for _ in range(2):
        width, height = np.maximum(found.max(axis=0) - found.min(axis=0), 1.0).tolist()
        if width > 0.9 * ASPECT * height:
            break
        aspect *= ASPECT * height / width
        found = parted(aspect)
    middle: Array = found - (found.max(axis=0) + found.min(axis=0)) / 2
    return middle


def _apart(xy: "Array", communities: Sequence[int]) -> "Array":
    """Communities moved away from the middle, each as a whole."""
    import numpy as np

    of = np.array(communities)
    sums = np.stack([np.bincount(of, weights=xy[:, 0]), np.bincount(of, weights=xy[:, 1])], axis=1)
    centres = sums / np.bincount(of)[:, None]
    moved: Array = xy + (centres[of] - xy.mean(axis=0)) * _APART
    return moved


def _start(communities: Sequence[int]) -> "Array":
    """Where the forces begin: communities side by side on a sunflower, the largest in the middle; shape (n, 2)."""
    import numpy as np

    order = np.argsort(np.array(communities), kind="stable")
    turn = np.arange(len(order)) * _GOLDEN  # even, and no two nodes at one place
    spiral = np.sqrt(np.arange(len(order)) + 0.5)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    sizes = np.bincount(np.array(communities))
    centres = np.array([spiral[int(sizes[:k].sum()) + int(sizes[k]) // 2] for k in range(len(sizes))])
    xy: Array = np.zeros_like(spiral)
    xy[order] = spiral * 0.25
    xy += centres[np.array(communities)]
    return xy * _SPRING / 2


def _level(xy: "Array", aspect: float) -> "Array":
    """Turned so that it is widest from left to right, and drawn out or in to some width for its height."""
    import numpy as np

    xy = xy - xy.mean(axis=0)
    angle = 0.5 * math.atan2(2 * float((xy[:, 0] * xy[:, 1]).sum()), float((xy[:, 0] ** 2 - xy[:, 1] ** 2).sum()))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    xy = (xy[:, :, None] * turn[None, :, :]).sum(axis=1)
    width, height = np.maximum(xy.max(axis=0) - xy.min(axis=0), 1.0).tolist()
    stretch = min(1.9, max(0.67, math.sqrt(aspect * height / width)))
    levelled: Array = xy * np.array([stretch, 1 / stretch])
    return levelled


def _forces(xy: "Array", pulls: "Array") -> "Array":
    """Fruchterman-Reingold with a pull to the middle; steps shrink to nothing, so that the result stands still."""
    import numpy as np

    degree = np.maximum(1, (pulls > 0).sum(axis=1))
    # Edges of hubs are slack, else a hub draws all into a knot.
    slack = pulls / np.sqrt(np.minimum(degree[:, None], degree[None, :]))
    for n in range(_ROUNDS):
        delta = xy[:, None, :] - xy[None, :, :]
        square = np.maximum((delta**2).sum(axis=2), 1.0)
        # Repulsion ends at some edge lengths, else the parts of a sparse graph fly from each other.
        push = np.where(square < (_REACH * _SPRING) ** 2, _SPRING**2 / square, 0)
        strength = push - slack * np.sqrt(square) / _SPRING
        move = (delta * strength[:, :, None]).sum(axis=1) - xy * 0.05
        step = np.maximum(np.sqrt((move**2).sum(axis=1, keepdims=True)), 1e-9)
        limit = _SPRING * (1 - n / _ROUNDS) ** 1.5
        xy = xy + move / step * np.minimum(step, limit)
    return xy


def _push_apart(xy: "Array", boxes: "Array") -> "Array":
    """Move boxes that overlap apart along the axis on which they overlap least, until none does (or 400 rounds)."""
    import numpy as np

    room = boxes[:, None, :] + boxes[None, :, :]
    order = np.arange(len(xy))
    tie = np.sign(order[:, None] - order[None, :])
    for _ in range(400):
        delta = xy[:, None, :] - xy[None, :, :]
        over = room - np.abs(delta)
        hit = (over[:, :, 0] > 0) & (over[:, :, 1] > 0) & (tie != 0)
        if not hit.any():
            break
        sideways = over[:, :, 0] < over[:, :, 1]
        sign = np.where(delta == 0, tie[:, :, None], np.sign(delta))
        shift = np.where(hit[:, :, None], sign * over * 0.5, 0)
        shift[:, :, 0] = np.where(sideways, shift[:, :, 0], 0)
        shift[:, :, 1] = np.where(sideways, 0, shift[:, :, 1])
        xy = xy + np.clip(shift.sum(axis=1) * 0.6, -20, 20)
    return xy


def _cells(x: float, y: float, half: tuple[float, float], margin: float = 0.0) -> Iterator[tuple[int, int]]:
    """The cells of a grid that a box covers."""
    for column in range(math.floor((x - half[0] - margin) / _CELL), math.floor((x + half[0] + margin) / _CELL) + 1):
        for row in range(math.floor((y - half[1] - margin) / _CELL), math.floor((y + half[1] + margin) / _CELL) + 1):
            yield column, row


def _pack(
    part: Sequence[str],
    xy: "Array",
    boxes: Mapping[str, tuple[float, float]],
    placed: dict[str, tuple[float, float]],
    taken: set[tuple[int, int]],
) -> None:
    """Put a component at the free place nearest to the middle; `placed` and `taken` grow."""
    here = {c for n, (x, y) in zip(part, xy.tolist(), strict=True) for c in _cells(x, y, boxes[n], margin=4.0)}
    for n in range(100_000):
        radius = 0.75 * math.sqrt(n)
        shift = (round(radius * math.cos(n * _GOLDEN) * ASPECT), round(radius * math.sin(n * _GOLDEN)))
        if all((c + shift[0], r + shift[1]) not in taken for c, r in here):
            break
    else:
        raise AssertionError("a finite map has room outside")
    taken.update((c + shift[0], r + shift[1]) for c, r in here)
    for node, (x, y) in zip(part, xy.tolist(), strict=True):
        placed[node] = (x + shift[0] * _CELL, y + shift[1] * _CELL)


def _fill_gaps(
    rest: Sequence[str],
    neighbours: Mapping[str, Mapping[str, float]],
    placed: dict[str, tuple[float, float]],
) -> None:
    """Put each further node at a free place near the neighbours that have one; `placed` grows.

    Nodes with most placed neighbours first: they belong to one place more than others do.
    """
    half = (12.0, 12.0)  # without a label: those of the rest are shown where there is room
    taken = {c for x, y in placed.values() for c in _cells(x, y, half)}
    middle = {n: _centre([placed[o] for o in neighbours[n] if o in placed]) for n in rest}
    full: dict[tuple[int, int], int] = {}  # how far the surroundings of a spot were found full
    for node in sorted(rest, key=lambda n: (middle[n] is None, -len(neighbours[n]))):
        x, y = middle[node] or _centre([placed[o] for o in neighbours[node] if o in placed]) or (0.0, 0.0)
        spot = (math.floor(x / _GAP), math.floor(y / _GAP))
        region = (spot[0] // 4, spot[1] // 4)
        for n in range(full.get(region, 1), 1_000_000):
            radius = 0.8 * math.sqrt(n) * (1 + n / 400)
            cell = (spot[0] + round(radius * math.cos(n * _GOLDEN)), spot[1] + round(radius * math.sin(n * _GOLDEN)))
            x, y = (cell[0] + 0.5) * _GAP, (cell[1] + 0.5) * _GAP
            if not any(c in taken for c in _cells(x, y, half)):
                break
        full[region] = max(1, n - 12)
        taken.update(_cells(x, y, half))
        placed[node] = (x, y)


def _centre(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Mean of points, None where there are none."""
    if not points:
        return None
    return math.fsum(x for x, _ in points) / len(points), math.fsum(y for _, y in points) / len(points)
