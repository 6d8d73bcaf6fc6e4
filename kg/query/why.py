"""Why two names are one thing, or two."""

from collections.abc import Iterator
from typing import Any

from kg.paper import clean
from kg.query.answer import LINK_COLUMNS, Answer, link
from kg.query.find import find
from kg.store import Store
from kg.store.graph import fold

SHOWN = 3  #: papers of a reason that are shown with their sentence

#: What a kind of reason says, after the name that it is about.
SAID = {
    "same-name": "has the same form",
    "same-paper": "is named as one thing with another name in a paper",
    "spelled-out": "is spelled out",
    "acronym": "is read as the long form that papers agree on",
    "context": "is read by the company that it keeps",
    "typing-error": "is a typing error",
    "decision": "was decided by a person",
    "kept-apart": "is kept apart",
    "own-name": "is the name of the entity itself",
}


def why(store: Store, one: str, two: str) -> Answer:
    """The entities that two names lead to and the reasons, as items `{"name", "entity", "label", "type", "reasons"}`.

    `reasons` are `{"name", "kind", "detail", "papers"}`, with papers as in `kg.query.neighbors`. The query says whether
    the names meet: `one` is true where they lead to the same entity. Raises NotFound where a name is unknown.
    """
    items = [item for name in (one, two) for item in _meanings(store, name)]
    entities = [{item["entity"] for item in items if item["name"] == clean(name)} for name in (one, two)]
    return Answer({"why": [one, two], "one": bool(entities[0] & entities[1])}, items, len(items))


def _meanings(store: Store, name: str) -> Iterator[dict[str, Any]]:
    """One item for each entity that bears the name, what the bare name means first."""
    name = clean(name)
    sql = """SELECT DISTINCT e.n, e.id, e.label, e.type, min(borrowed) FROM name JOIN entity e ON e.n = name.entity
             WHERE folded = ? GROUP BY e.n ORDER BY 5, e.papers DESC, e.id"""
    rows = list(store.rows(sql, (fold(name),)))
    if not rows:
        node = find(store, name)  # an id, a redirect or a prefix; or the error that says what is near
        rows = list(store.rows("SELECT n, id, label, type, 0 FROM entity WHERE n = ? AND id = ?", (node.n, node.id)))
    for n, identity, label, kind, _ in rows:
        yield {
            "name": name,
            "entity": identity,
            "label": label,
            "type": kind,
            "reasons": _reasons(store, n, identity, name),
        }


def _reasons(store: Store, n: int, identity: str, name: str) -> list[dict[str, Any]]:
    """The reasons that tie a name, in any of its spellings, to an entity."""
    found = [
        {"name": r.name, "kind": r.kind, "detail": r.detail, "papers": _sentences(store, n, r.papers)}
        for r in store.reasons(entity=identity)
        if fold(r.name) == fold(name)
    ]
    return found or [{"name": name, "kind": "own-name", "detail": "", "papers": []}]


def _sentences(store: Store, entity: int, papers: tuple[str, ...]) -> list[dict[str, Any]]:
    sql = f"SELECT {LINK_COLUMNS} FROM edge JOIN paper p ON p.n = edge.paper WHERE edge.entity = ? AND p.id = ?"
    rows = (next(store.rows(sql, (entity, paper)), None) for paper in papers[:SHOWN])
    return [link(row) for row in rows if row]
