"""Positions on the map, computed here so that the page opens still and the same everywhere.

The first screen is laid out by forces (Fruchterman and Reingold 1991, "Graph drawing by force-directed placement"), a
connected component at a time; boxes that hold a node and its label are then pushed apart, and components packed around
the largest one in the proportions of a screen. What the first screen leaves out is put into the gaps beside what it
belongs to, so that nothing moves when it is shown. All positions are whole numbers; one unit is about one pixel when
the first screen fills a window.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

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
_CELL = 20  #: grid on which the gaps are found
_GOLDEN = math.pi * (3 - math.sqrt(5))


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


def positions(graph: "nx.MultiDiGraph[str]", core: Iterable[str] | None = None) -> dict[str, Position]:
    """Whole-number positions of all nodes, the same for the same graph.

    Args:
        graph: as `kg.graph.load` gives it, or a part of it.
        core: nodes of the first screen (default: all); they get the best places.

    Returns:
        x to the right and y down for each node, in the order of the graph.
    """
    chosen = set(graph if core is None else core)
    inner = [n for n in graph if n in chosen]
    neighbours = {n: _weighted_neighbours(graph, n) for n in graph}
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
    pulls = np.zeros((len(part), len(part)))
    for node, i in index.items():
        for other, weight in neighbours[node].items():
            if other in index:
                pulls[i, index[other]] = weight
    turn = np.arange(len(part)) * _GOLDEN  # a sunflower: even, and no two nodes at one place
    xy = np.sqrt(np.arange(len(part)) + 0.5)[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1) * _SPRING / 2
    boxes = np.array([sizes[n] for n in part])
    xy = _level(_forces(xy, pulls))
    # As dense as the boxes allow: what the forces leave too far apart is drawn together before boxes are parted.
    extent = np.maximum(xy.max(axis=0) - xy.min(axis=0), 1.0)
    wanted = _ROOM * 4 * float((boxes[:, 0] * boxes[:, 1]).sum())
    xy = _push_apart(xy * min(1.0, math.sqrt(wanted / float(extent[0] * extent[1]))), boxes)
    middle: Array = xy - (xy.max(axis=0) + xy.min(axis=0)) / 2
    return middle


def _level(xy: "Array") -> "Array":
    """Turned so that it is widest from left to right, and drawn out or in to the proportions of a screen."""
    import numpy as np

    xy = xy - xy.mean(axis=0)
    angle = 0.5 * math.atan2(2 * float((xy[:, 0] * xy[:, 1]).sum()), float((xy[:, 0] ** 2 - xy[:, 1] ** 2).sum()))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    xy = (xy[:, :, None] * turn[None, :, :]).sum(axis=1)
    width, height = np.maximum(xy.max(axis=0) - xy.min(axis=0), 1.0).tolist()
    stretch = min(1.5, max(0.67, math.sqrt(ASPECT * height / width)))
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
    for node in sorted(rest, key=lambda n: (middle[n] is None, -len(neighbours[n]))):
        spot = middle[node] or _centre([placed[o] for o in neighbours[node] if o in placed]) or (0.0, 0.0)
        x, y = spot
        for n in range(1, 4_000):
            radius = 20 * math.sqrt(n) * (1 + n / 400)
            x, y = spot[0] + radius * math.cos(n * _GOLDEN), spot[1] + radius * math.sin(n * _GOLDEN)
            if not any(c in taken for c in _cells(x, y, half)):
                break
        taken.update(_cells(x, y, half))
        placed[node] = (x, y)


def _centre(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Mean of points, None where there are none."""
    if not points:
        return None
    return math.fsum(x for x, _ in points) / len(points), math.fsum(y for _, y in points) / len(points)
