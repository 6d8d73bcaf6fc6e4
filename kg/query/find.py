"""Which thing a name means."""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.errors import Ambiguous, NotFound
from kg.paper import clean
from kg.query.search import search
from kg.store import Store
from kg.store.graph import fold

_MOST = 100  #: candidates that are looked for


@dataclass(frozen=True, slots=True)
class Node:
    """An entity or a paper: its kind (`entity` or `paper`), number in its table, id and label."""

    kind: str
    n: int
    id: str
    label: str


#: Tried in turn, the first that finds anything decides; `?` is the name as given or, in the last two, folded.
_BY_ID = (
    "SELECT 'entity', n, id, label FROM entity WHERE id = ?",
    "SELECT 'paper', n, id, title FROM paper WHERE id = ?",
    "SELECT 'paper', n, p.id, title FROM paper_redirect r JOIN paper p ON p.n = r.paper WHERE r.id = ?",
)
_ALIAS = "SELECT DISTINCT 'entity', e.n, e.id, e.label FROM name JOIN entity e ON e.n = name.entity WHERE "
_BY_NAME = (
    "SELECT 'entity', n, id, label FROM entity WHERE label = ?",
    "SELECT 'paper', n, id, title FROM paper WHERE title = ?",
    _ALIAS + "name = ? AND NOT borrowed",
    _ALIAS + "name = ?",
)
_FOLDED = (_ALIAS + "folded = ? AND NOT borrowed", _ALIAS + "folded = ?")
_REDIRECT = "SELECT 'entity', e.n, e.id, e.label FROM redirect r JOIN entity e ON e.n = r.entity WHERE r.id = ?"
_PREFIXES = (
    _ALIAS + "folded >= ? AND folded < ?",
    "SELECT 'paper', n, id, title FROM paper WHERE folded >= ? AND folded < ?",
)


def _steps(store: Store, name: str) -> Iterator[list[Node]]:
    """What each way of reading the name finds, the most exact way first."""

    def nodes(sql: str, *arguments: str) -> list[Node]:
        return [Node(*row) for row in store.rows(f"{sql} LIMIT {_MOST}", arguments)]

    for sql in (*_BY_ID, *_BY_NAME):
        yield nodes(sql, name)
    folded = fold(name)
    if folded:  # names of hyphens only fold to nothing, and nothing means none of them
        for sql in _FOLDED:
            yield nodes(sql, folded)
    yield nodes(_REDIRECT, name)
    if folded:
        yield nodes("SELECT 'paper', n, id, title FROM paper WHERE folded = ?", folded)
        for sql in _PREFIXES:
            yield nodes(sql, folded, folded + "\U0010ffff")


def find(store: Store, name: str) -> Node:
    """The entity or paper that a name means.

    Exact id, then exact label, then alias (case kept, then folded), then unambiguous prefix. Raises NotFound with the
    nearest names, and Ambiguous with the ids that fit equally well.
    """
    name = clean(name)
    for nodes in _steps(store, name):
        if len(nodes) == 1:
            return nodes[0]
        if nodes:
            raise Ambiguous(f"{name!r} may mean {len(nodes)} things", sorted(node.id for node in nodes))
    raise NotFound(f"nothing is called {name!r}", [item["label"] for item in search(store, name, limit=5).items])
