"""The neighbourhood of an entity or a paper."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from kg.query.answer import LINK_COLUMNS, Answer, link
from kg.query.find import Node, find
from kg.schema import PRECEDENCE
from kg.store import Store

MAX_PAPERS = 2_000  #: of a node, the surest papers that a step goes through
MAX_FRONTIER = 200  #: nodes that the next step starts from, those with most papers
VIA = 5  #: papers named for each item


@dataclass(slots=True)
class _Reached:
    """An entity that was reached: how far it is, and its edges (paper, relation) on the way."""

    distance: int
    edges: dict[int, str] = field(default_factory=dict)


def _papers_of(store: Store, entity: int) -> list[int]:
    sql = "SELECT paper FROM edge WHERE entity = ? ORDER BY confidence DESC, paper LIMIT ?"
    return [row[0] for row in store.rows(sql, (entity, MAX_PAPERS))]


def _entities_of(store: Store, paper: int) -> list[tuple[int, str]]:
    sql = "SELECT entity, relation FROM edge WHERE paper = ? ORDER BY entity"
    return [(row[0], row[1]) for row in store.rows(sql, (paper,))]


def _reach(store: Store, start: Node, depth: int) -> dict[int, _Reached]:
    """Entities within `depth` steps, breadth first; a step goes from an entity through a paper to an entity."""
    reached: dict[int, _Reached] = {}
    papers = [start.n] if start.kind == "paper" else _papers_of(store, start.n)
    seen = {start.n} if start.kind == "entity" else set()
    for distance in range(1, depth + 1):
        for paper in papers:
            for entity, relation in _entities_of(store, paper):
                if entity not in seen:
                    reached.setdefault(entity, _Reached(distance)).edges[paper] = relation
        fresh = [n for n in reached if n not in seen]
        seen.update(fresh)
        if distance == depth:
            break
        fresh.sort(key=lambda n: (-len(reached[n].edges), n))
        papers = list(dict.fromkeys(p for n in fresh[:MAX_FRONTIER] for p in _papers_of(store, n)))
    return reached


def _main_relation(relations: Iterable[str]) -> str:
    """The relation that most papers have; of equals the one that comes first in the table."""
    counts = Counter(relations)
    return min(counts, key=lambda r: (-counts[r], PRECEDENCE[r]))


def _via(store: Store, entity: int, edges: dict[int, str]) -> list[dict[str, Any]]:
    """The papers on the way, the strongest relation and the surest first, each with its sentence."""
    chosen = sorted(edges, key=lambda p: (PRECEDENCE[edges[p]], p))[: VIA * 4]
    marks = ",".join("?" * len(chosen))
    sql = f"""SELECT {LINK_COLUMNS}, edge.confidence FROM edge JOIN paper p ON p.n = edge.paper
              WHERE edge.entity = ? AND edge.paper IN ({marks})"""
    rows = list(store.rows(sql, (entity, *chosen)))
    rows.sort(key=lambda r: (PRECEDENCE[r[3]], -r[6], r[0]))
    return [link(row[:6]) for row in rows[:VIA]]


def neighbors(
    store: Store,
    name: str,
    *,
    depth: int = 1,
    types: Collection[str] = (),
    relations: Collection[str] = (),
    papers: bool = False,
    limit: int = 50,
) -> Answer:
    """What stands together with a thing: items `{"id", "label", "type", "relation", "distance", "papers", "via"}`.

    One step leads from an entity through a paper to the entities that the paper names; `relation` is the one that most
    of those papers have to the item, `papers` their number, `via` at most five of them with title, relation and
    evidence sentence. `types` and `relations` filter the items, not the way. With `papers`, papers are items too (type
    PAPER) and a step leads from an entity to a paper or from a paper to an entity. Raises NotFound and Ambiguous.
    """
    start = find(store, name)
    query = {"neighbors": start.id, "label": start.label, "depth": depth, "types": sorted(types)}
    query |= {"relations": sorted(relations), "papers": papers}
    if papers:
        found = _with_papers(store, start, depth)
    else:
        found = [("entity", n, r.distance, r.edges) for n, r in _reach(store, start, depth).items()]
    wanted = []
    for kind, n, distance, edges in found:
        kept = {p: r for p, r in edges.items() if not relations or r in relations}
        if kept:
            wanted.append((kind, n, distance, kept))
    labels = {(kind, n): _label(store, kind, n) for kind, n, *_ in wanted}
    wanted = [w for w in wanted if not types or labels[w[0], w[1]][2] in types]
    wanted.sort(key=lambda w: (w[2], -len(w[3]), labels[w[0], w[1]][1].casefold(), labels[w[0], w[1]][0]))
    items = []
    for kind, n, distance, edges in wanted[:limit]:
        identity, label, type_name = labels[kind, n]
        via = _via(store, n, edges) if kind == "entity" else _via_of_paper(store, n, edges)
        items.append(
            {
                "id": identity,
                "label": label,
                "type": type_name,
                "relation": _main_relation(edges.values()),
                "distance": distance,
                "papers": len(edges) if kind == "entity" else 1,
                "via": via,
            }
        )
    return Answer(query, items, len(wanted))


def _label(store: Store, kind: str, n: int) -> tuple[str, str, str]:
    """(id, label, type) of a node."""
    sql = (
        "SELECT id, label, type FROM entity WHERE n = ?"
        if kind == "entity"
        else "SELECT id, title, 'PAPER' FROM paper WHERE n = ?"
    )
    row = next(store.rows(sql, (n,)))
    return row[0], row[1], row[2]


def _with_papers(store: Store, start: Node, depth: int) -> list[tuple[str, int, int, dict[int, str]]]:
    """(kind, number, distance, edges) of the nodes within `depth` edges; edges lead to the nodes one step nearer."""
    seen = {(start.kind, start.n)}
    frontier, found = [(start.kind, start.n)], []
    for distance in range(1, depth + 1):
        edges: dict[tuple[str, int], dict[int, str]] = defaultdict(dict)
        for kind, n in frontier:
            for other, relation in _entities_of(store, n) if kind == "paper" else _relations_of(store, n):
                node = ("entity" if kind == "paper" else "paper", other)
                if node not in seen:
                    edges[node][n] = relation
        seen.update(edges)
        found += [(kind, n, distance, e) for (kind, n), e in edges.items()]
        frontier = sorted(edges, key=lambda node: (-len(edges[node]), node))[:MAX_FRONTIER]
    return found


def _relations_of(store: Store, entity: int) -> list[tuple[int, str]]:
    sql = "SELECT paper, relation FROM edge WHERE entity = ? ORDER BY confidence DESC, paper LIMIT ?"
    return [(row[0], row[1]) for row in store.rows(sql, (entity, MAX_PAPERS))]


def _via_of_paper(store: Store, paper: int, edges: dict[int, str]) -> list[dict[str, Any]]:
    """The sentences of a paper about the entities that led to it."""
    marks = ",".join("?" * len(edges))
    sql = f"""SELECT {LINK_COLUMNS} FROM edge JOIN paper p ON p.n = edge.paper
              WHERE edge.paper = ? AND edge.entity IN ({marks}) ORDER BY edge.entity LIMIT ?"""
    return [link(row) for row in store.rows(sql, (paper, *edges, VIA))]
