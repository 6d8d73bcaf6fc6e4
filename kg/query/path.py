"""How two things hang together."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from kg.query.answer import LINK_COLUMNS, Answer, link
from kg.query.find import Node, find
from kg.store import Store

MAX_EDGES = 500  #: of a node, the surest edges that are followed
MAX_LENGTH = 12  #: edges of a path at most

#: A node of the search: entities are positive, papers negative.
_Signed = int


def _signed(node: Node) -> _Signed:
    return node.n if node.kind == "entity" else -node.n


def _around(store: Store, node: _Signed) -> list[_Signed]:
    if node > 0:
        sql = "SELECT -paper FROM edge WHERE entity = ? ORDER BY confidence DESC, paper LIMIT ?"
    else:
        sql = "SELECT entity FROM edge WHERE paper = ? ORDER BY entity LIMIT ?"
    return [row[0] for row in store.rows(sql, (abs(node), MAX_EDGES))]


class _Side:
    """One end of a two-way search: distances, and for each node the nodes one step nearer to this end."""

    def __init__(self, start: _Signed) -> None:
        self.distance = {start: 0}
        self.nearer: dict[_Signed, list[_Signed]] = defaultdict(list)
        self.frontier = [start]

    def widen(self, store: Store) -> None:
        """Go one step further."""
        reached = self.distance[self.frontier[0]] + 1
        fresh: list[_Signed] = []
        for node in self.frontier:
            for other in _around(store, node):
                if other not in self.distance:
                    self.distance[other] = reached
                    fresh.append(other)
                if self.distance[other] == reached:
                    self.nearer[other].append(node)
        self.frontier = fresh

    def ways(self, node: _Signed) -> Iterator[list[_Signed]]:
        """All shortest ways from a node to this end, both included."""
        if self.distance[node] == 0:
            yield [node]
        for other in sorted(self.nearer[node]):
            for way in self.ways(other):
                yield [node, *way]


def _shortest(store: Store, start: _Signed, end: _Signed) -> Iterator[list[_Signed]]:
    """All shortest paths, by a search from both ends that always widens the smaller side."""
    left, right = _Side(start), _Side(end)
    while left.frontier and right.frontier:
        met = [n for n in left.distance if n in right.distance]
        if met:
            length = min(left.distance[n] + right.distance[n] for n in met)
            # One node per path is enough: the one that lies as far from the start as the left side reaches.
            step = max(left.distance[n] for n in met if left.distance[n] + right.distance[n] == length)
            for n in sorted(met):
                if left.distance[n] == step and left.distance[n] + right.distance[n] == length:
                    for head in left.ways(n):
                        for tail in right.ways(n):
                            yield head[:0:-1] + tail
            return
        if max(left.distance.values()) + max(right.distance.values()) >= MAX_LENGTH:
            return
        (left if len(left.frontier) <= len(right.frontier) else right).widen(store)


def _step(store: Store, one: _Signed, two: _Signed) -> dict[str, Any]:
    """The edge between two neighbouring nodes, with its sentence."""
    paper, entity = (-one, two) if one < 0 else (-two, one)
    sql = f"""SELECT {LINK_COLUMNS}, e.id, e.label, e.type FROM edge JOIN paper p ON p.n = edge.paper
              JOIN entity e ON e.n = edge.entity WHERE edge.paper = ? AND edge.entity = ?"""
    row = next(store.rows(sql, (paper, entity)))
    return {"entity": row[6], "label": row[7], "type": row[8], **link(row[:6])}


def path(store: Store, start: str, end: str, *, limit: int = 3) -> Answer:
    """Shortest paths between two things: items `{"length", "nodes", "steps"}`.

    `nodes` are the ids on the way, papers and entities in turn; each of the `steps` is an edge of a paper to an entity
    with its relation and evidence sentence; `length` is the number of steps. Raises NotFound and Ambiguous.
    """
    one, two = find(store, start), find(store, end)
    items, total = [], 0
    for way in _shortest(store, _signed(one), _signed(two)):
        total += 1
        if total <= limit:
            steps = [_step(store, a, b) for a, b in pairwise(way)]
            items.append({"length": len(steps), "nodes": [_id(store, n) for n in way], "steps": steps})
        if total >= max(limit, 1_000):
            break
    return Answer({"from": one.id, "to": two.id}, items, total)


def _id(store: Store, node: _Signed) -> str:
    table = "entity" if node > 0 else "paper"
    return str(next(store.rows(f"SELECT id FROM {table} WHERE n = ?", (abs(node),)))[0])
