"""All that is known of one entity or one paper."""

from collections import Counter, defaultdict
from typing import Any

from kg.query.answer import LINK_COLUMNS, Answer, link, sentence
from kg.query.find import Node, find
from kg.schema import PRECEDENCE
from kg.store import Store
from kg.store.graph import decoded

_MOST = 2**31  #: rows that a query can be asked for; SQLite holds no larger number than 2^63


def show(store: Store, name: str, *, limit: int = 20) -> Answer:
    """One item that describes an entity or a paper; of long lists at most `limit` members are given.

    Entity: `{"id", "label", "type", "names", "papers", "introduced_by", "links", "years", "relations": {RELATION:
    {"count", "papers": [...]}}, "results", "reasons"}`. Paper: `{"id", "label", "type": "PAPER", "year", "url",
    "authors", "entities", "results"}`.
    Raises NotFound and Ambiguous.
    """
    node = find(store, name)
    item = _entity(store, node, limit) if node.kind == "entity" else _paper(store, node)
    return Answer({"show": node.id}, [item], 1)


def _entity(store: Store, node: Node, limit: int) -> dict[str, Any]:
    sql = """SELECT e.type, e.papers, e.links, p.id, p.title FROM entity e LEFT JOIN paper p ON p.n = e.introduced
             WHERE e.n = ?"""
    kind, papers, links, origin, title = next(store.rows(sql, (node.n,)))
    names = [r[0] for r in store.rows("SELECT name FROM name WHERE entity = ? ORDER BY rank", (node.n,))]
    sql = f"""SELECT {LINK_COLUMNS}, edge.confidence, p.year FROM edge JOIN paper p ON p.n = edge.paper
              WHERE edge.entity = ? ORDER BY edge.confidence DESC, edge.paper"""
    relations: dict[str, dict[str, Any]] = defaultdict(lambda: {"count": 0, "papers": []})
    years: Counter[int] = Counter()
    for row in store.rows(sql, (node.n,)):
        group = relations[row[3]]
        group["count"] += 1
        if len(group["papers"]) < limit:
            group["papers"].append({**link(row[:6]), "confidence": row[6], "year": row[7]})
        if row[7]:
            years[row[7]] += 1
    return {
        "id": node.id,
        "label": node.label,
        "type": kind,
        "names": names,
        "papers": papers,
        "introduced_by": {"paper": origin, "title": title} if origin else None,
        "links": [{"property": name, "address": address} for name, address in decoded(links)],
        "years": {str(y): years[y] for y in sorted(years)},
        "relations": {r: relations[r] for r in sorted(relations, key=PRECEDENCE.__getitem__)},
        "results": _results(store, "? IN (r.system, r.target, r.metric)", node.n, limit),
        "reasons": [
            {"name": r.name, "kind": r.kind, "detail": r.detail, "papers": list(r.papers)}
            for r in store.reasons(entity=node.id)
        ],
    }


def _paper(store: Store, node: Node) -> dict[str, Any]:
    record = next(store.rows("SELECT json FROM paper WHERE n = ?", (node.n,)))[0]
    sql = """SELECT e.id, e.label, e.type, relation, confidence, evidence, mentions FROM edge
             JOIN entity e ON e.n = edge.entity WHERE edge.paper = ?"""
    entities = [
        {
            "id": row[0],
            "label": row[1],
            "type": row[2],
            "relation": row[3],
            "confidence": row[4],
            **sentence(record, row[5], row[6]),
        }
        for row in store.rows(sql, (node.n,))
    ]
    entities.sort(key=lambda e: (PRECEDENCE[e["relation"]], -e["confidence"], e["id"]))
    paper = decoded(record)
    return {
        "id": node.id,
        "label": node.label,
        "type": "PAPER",
        "year": paper["year"],
        "url": paper.get("url", ""),
        "authors": paper.get("authors", []),
        "entities": entities,
        "results": _results(store, "r.paper = ?", node.n, 1_000),
    }


def _results(store: Store, where: str, n: int, limit: int) -> list[dict[str, Any]]:
    """Results with their sentence, in the order of the papers."""
    sql = f"""SELECT p.id, p.title, p.json, r.json FROM result r JOIN paper p ON p.n = r.paper
              WHERE {where} ORDER BY r.n LIMIT ?"""
    found = []
    for paper, title, record, text in store.rows(sql, (n, min(limit, _MOST))):
        result = decoded(text)
        span = result.pop("evidence")
        words = decoded(record)[span["field"]][span["start"] : span["end"]]
        found.append({"paper": paper, "title": title, **result, "sentence": words, **span})
    return found
