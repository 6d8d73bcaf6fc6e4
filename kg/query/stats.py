"""How much there is."""

from kg.query.answer import Answer
from kg.schema import ENTITY_TYPES, RELATIONS
from kg.store import Store


def stats(store: Store) -> Answer:
    """Items `{"what", "count"}`: papers, entities by type, edges by relation, results, mentions, years."""
    types = dict(store.rows("SELECT type, count(*) FROM entity GROUP BY type"))
    relations = dict(store.rows("SELECT relation, count(*) FROM edge GROUP BY relation"))
    shared = next(store.rows("SELECT count(*) FROM entity WHERE papers > 1"))[0]
    mentions = next(store.rows("SELECT coalesce(sum(json_array_length(mentions)), 0) FROM edge"))[0]
    rows = [("papers", store.count("paper")), ("entities", sum(types.values()))]
    rows += [(kind.plural, types.get(name, 0)) for name, kind in ENTITY_TYPES.items()]
    rows += [("entities in several papers", shared), ("edges", sum(relations.values()))]
    rows += [(f"edges: {kind.label}", relations.get(name, 0)) for name, kind in RELATIONS.items()]
    rows += [("mentions", mentions), ("results", store.count("result"))]
    first, last = next(store.rows("SELECT min(year), max(year) FROM paper"))
    if first:
        rows += [("first year", first), ("last year", last)]
    return Answer(
        {"stats": store.path.parent.name}, [{"what": what, "count": count} for what, count in rows], len(rows)
    )
