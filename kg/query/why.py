"""Why two names are one thing, or two."""

import re
from typing import Any

from kg.entity import Reason
from kg.errors import NotFound
from kg.paper import clean
from kg.query.answer import LINK_COLUMNS, Answer, link
from kg.query.find import find
from kg.store import Store
from kg.store.graph import decoded, fold

_STOP = re.compile(r"(?<=[.?!])\s+(?=[^a-z])")  #: between two sentences
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
    the names meet: `one` is true where they mean the same where they stand alone. Raises NotFound where a name is
    unknown or that of a paper.
    """
    found = [_meanings(store, name) for name in (one, two)]
    # A name that some paper only borrows for a thing ("SL" of a paper that spells it out) does not mean that thing.
    alone = [{row[0] for row in rows if row[1] == rows[0][1]} for rows in found]
    items = [_item(store, name, row) for name, rows in zip((one, two), found, strict=True) for row in rows]
    return Answer({"why": [one, two], "one": alone[0] == alone[1]}, items, len(items))


def _meanings(store: Store, name: str) -> list[tuple[Any, ...]]:
    """The entities that bear the name as (number, borrowed, id, label, type), what the bare name means first."""
    name = clean(name)
    sql = """SELECT e.n, min(borrowed), e.id, e.label, e.type FROM name JOIN entity e ON e.n = name.entity
             WHERE folded = ? GROUP BY e.n ORDER BY 2, e.papers DESC, e.id"""
    if rows := list(store.rows(sql, (fold(name),))):
        return rows
    node = find(store, name)  # an id, a redirect or a prefix; or the error that says what is near
    if node.kind != "entity":
        raise NotFound(f"{name!r} is a paper; entities have reasons")
    return list(store.rows("SELECT n, 0, id, label, type FROM entity WHERE n = ?", (node.n,)))


def _item(store: Store, name: str, row: tuple[Any, ...]) -> dict[str, Any]:
    """One meaning of a name, with its reasons."""
    n, _, identity, label, kind = row
    reasons = _reasons(store, n, identity, clean(name))
    return {"name": clean(name), "entity": identity, "label": label, "type": kind, "reasons": reasons}


def _reasons(store: Store, n: int, identity: str, name: str) -> list[dict[str, Any]]:
    """The reasons that tie a name, in any of its spellings, to an entity."""
    found = [
        {"name": r.name, "kind": r.kind, "detail": r.detail, "papers": _sentences(store, n, r)}
        for r in store.reasons(entity=identity)
        if fold(r.name) == fold(name)
    ]
    return found or [{"name": name, "kind": "own-name", "detail": "", "papers": []}]


def _sentences(store: Store, entity: int, reason: Reason) -> list[dict[str, Any]]:
    """The papers of a reason, each with a sentence that shows it."""
    sql = f"SELECT {LINK_COLUMNS} FROM edge JOIN paper p ON p.n = edge.paper WHERE edge.entity = ? AND p.id = ?"
    words = (reason.name, reason.detail) if reason.kind == "spelled-out" else (reason.name,)
    rows = (next(store.rows(sql, (entity, paper)), None) for paper in reason.papers[:SHOWN])
    return [link(row) | _showing(row, words) for row in rows if row]


def _showing(row: tuple[Any, ...], words: tuple[str, ...]) -> dict[str, Any]:
    """The first sentence of evidence, or else around a mention, that holds all words; empty where none does."""
    texts, evidence, mentions = (decoded(row[n]) for n in (2, 4, 5))
    around = ((field, *_sentence(texts[field], start, end)) for field, start, end in mentions)
    for field, start, end in (*evidence, *around):
        quote = texts[field][start:end]
        if all(word in quote for word in words):
            return {"sentence": quote, "field": field, "start": start, "end": end}
    return {}


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence begins and ends that a span lies in, as far as full stops tell."""
    stops = [m.span() for m in _STOP.finditer(text)]
    return max((b for _, b in stops if b <= start), default=0), min(
        (a for a, _ in stops if a >= end), default=len(text)
    )
