"""graph.db: papers, entities, edges, results, reasons and a full-text index, read by every query and every export.

Integers link the tables (`n` of a paper, `n` of an entity); rows are numbered in sorted order, so that the same papers
give the same content. The file is made anew by each build and only read afterwards.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from kg.entity import Edge, Entity, Reason, Redirect, ResolvedResult
from kg.errors import DataError
from kg.facts import Result, Span, result_from_json
from kg.paper import Paper, paper_from_json

FORMAT = "kg/graph/1"  #: in meta; a file of another format is refused

_SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE paper(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, folded TEXT NOT NULL,
                   year INTEGER, json TEXT NOT NULL);
CREATE TABLE entity(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL, type TEXT NOT NULL,
                    papers INTEGER NOT NULL, introduced INTEGER, links TEXT NOT NULL);
CREATE TABLE name(entity INTEGER NOT NULL, rank INTEGER NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
                  borrowed INTEGER NOT NULL, PRIMARY KEY(entity, rank)) WITHOUT ROWID;
CREATE TABLE edge(paper INTEGER NOT NULL, entity INTEGER NOT NULL, relation TEXT NOT NULL, confidence REAL NOT NULL,
                  stated_type TEXT NOT NULL, stated_relation TEXT NOT NULL,
                  mentions TEXT NOT NULL, evidence TEXT NOT NULL,
                  PRIMARY KEY(paper, entity)) WITHOUT ROWID;
CREATE TABLE result(n INTEGER PRIMARY KEY, paper INTEGER NOT NULL, system INTEGER, target INTEGER, metric INTEGER,
                    json TEXT NOT NULL);
CREATE TABLE reason(entity INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
                    papers TEXT NOT NULL, PRIMARY KEY(entity, name, kind, detail)) WITHOUT ROWID;
CREATE TABLE redirect(id TEXT NOT NULL, entity INTEGER NOT NULL, PRIMARY KEY(id, entity)) WITHOUT ROWID;
CREATE TABLE paper_redirect(id TEXT PRIMARY KEY, paper INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(name, kind UNINDEXED, n UNINDEXED, tokenize='trigram');
"""
_INDEXES = """
CREATE INDEX edge_by_entity ON edge(entity, confidence DESC, paper);
CREATE INDEX name_by_folded ON name(folded, entity);
CREATE INDEX name_by_name ON name(name, entity);
CREATE INDEX paper_by_title ON paper(title);
CREATE INDEX paper_by_folded ON paper(folded);
CREATE INDEX entity_by_label ON entity(label, n);
CREATE INDEX result_by_paper ON result(paper, n);
CREATE INDEX result_by_system ON result(system) WHERE system IS NOT NULL;
CREATE INDEX result_by_target ON result(target) WHERE target IS NOT NULL;
CREATE INDEX result_by_metric ON result(metric) WHERE metric IS NOT NULL;
"""


def fold(name: str) -> str:
    """A name as it is looked up: case and the kind of space and hyphen do not matter.

    >>> fold("Masked Language-Modeling")
    'masked language modeling'
    """
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def decoded(text: str) -> Any:
    """The value of a column that holds JSON. Raises DataError where it is damaged."""
    try:
        return json.loads(text)
    except (ValueError, TypeError) as error:
        raise DataError(f"the graph is damaged ({error})", hint="run `kg build` again") from error


def _spans(spans: Iterable[Span]) -> str:
    return json.dumps([[s.field, s.start, s.end] for s in spans], separators=(",", ":"))


def _read_spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(*s) for s in decoded(text))


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_graph(
    path: Path,
    papers: Iterable[Paper],
    entities: Iterable[Entity],
    edges: Iterable[Edge],
    results: Iterable[ResolvedResult],
    reasons: Iterable[Reason],
    redirects: Iterable[Redirect],
    meta: Mapping[str, str],
) -> None:
    """Write a new graph.db at `path`.

    `papers` and `entities` come sorted by id; edges and results name papers and entities that are among them.
    """
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;" + _SCHEMA)
        db.executemany("INSERT INTO meta VALUES (?, ?)", sorted({**meta, "format": FORMAT}.items()))
        paper_n = _write_papers(db, papers)
        entity_n = _write_entities(db, entities, paper_n)
        _write_edges(db, edges, paper_n, entity_n)
        _write_results(db, results, paper_n, entity_n)
        db.executemany(
            "INSERT INTO reason VALUES (?, ?, ?, ?, ?)",
            ((entity_n[r.entity], r.name, r.kind, r.detail, _dump(r.papers)) for r in reasons),
        )
        db.executemany(
            "INSERT INTO redirect VALUES (?, ?)", ((r.id, entity_n[t]) for r in redirects for t in sorted(r.targets))
        )
        db.executescript(_INDEXES)
        db.commit()
        db.execute("ANALYZE")
        db.commit()


def _write_papers(db: sqlite3.Connection, papers: Iterable[Paper]) -> dict[str, int]:
    """Insert papers in their order; their numbers by id."""
    numbers: dict[str, int] = {}
    for n, paper in enumerate(papers, 1):
        numbers[paper.id] = n
        db.execute(
            "INSERT INTO paper VALUES (?, ?, ?, ?, ?, ?)",
            (n, paper.id, paper.title, fold(paper.title), paper.year, _dump(paper.to_json())),
        )
        db.execute("INSERT INTO search VALUES (?, 'paper', ?)", (paper.title, n))
        db.executemany("INSERT OR IGNORE INTO paper_redirect VALUES (?, ?)", ((other, n) for other in paper.same_as))
    return numbers


def _write_entities(db: sqlite3.Connection, entities: Iterable[Entity], paper_n: Mapping[str, int]) -> dict[str, int]:
    """Insert entities in their order; their numbers by id."""
    numbers: dict[str, int] = {}
    for n, entity in enumerate(entities, 1):
        numbers[entity.id] = n
        db.execute(
            "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                n,
                entity.id,
                entity.label,
                entity.type,
                entity.paper_count,
                paper_n.get(entity.introduced_by),
                _dump(entity.links),
            ),
        )
        db.executemany(
            "INSERT INTO name VALUES (?, ?, ?, ?, ?)",
            ((n, rank, name, fold(name), name in entity.borrowed) for rank, name in enumerate(entity.names)),
        )
        db.executemany("INSERT INTO search VALUES (?, 'entity', ?)", ((name, n) for name in entity.names))
    return numbers


def _write_edges(
    db: sqlite3.Connection, edges: Iterable[Edge], paper_n: Mapping[str, int], entity_n: Mapping[str, int]
) -> None:
    db.executemany(
        "INSERT INTO edge VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                paper_n[e.paper],
                entity_n[e.entity],
                e.relation,
                e.confidence,
                e.stated_type,
                e.stated_relation,
                _spans(e.mentions),
                _spans(e.evidence),
            )
            for e in edges
        ),
    )


def _write_results(
    db: sqlite3.Connection, results: Iterable[ResolvedResult], paper_n: Mapping[str, int], entity_n: Mapping[str, int]
) -> None:
    slot = entity_n.get
    db.executemany(
        "INSERT INTO result(paper, system, target, metric, json) VALUES (?, ?, ?, ?, ?)",
        (
            (paper_n[r.paper], slot(r.system or ""), slot(r.on or ""), slot(r.metric or ""), _dump(r.result.to_json()))
            for r in results
        ),
    )


class Store:
    """A graph.db, opened for reading. A context manager.

    `papers()`, `entities()`, `edges()` and `results()` stream in sorted order (by id; edges by paper, then entity), so
    that exports are written without holding the graph in memory. `db` is there for the queries of `kg.query`.
    """

    def __init__(self, path: Path) -> None:
        """Open `path` read-only. Raises DataError where there is no file or no graph of this format in it."""
        if not path.is_file():
            raise DataError("no graph here", where=str(path), hint="run `kg build` first, or give its folder with -g")
        self.path = path
        self.db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            self.db.execute("PRAGMA trusted_schema=OFF")
            self.meta: dict[str, str] = dict(self.db.execute("SELECT key, value FROM meta"))
        except (sqlite3.Error, UnicodeDecodeError) as error:
            self.close()
            raise DataError(
                f"no graph can be read here ({error})", where=str(path), hint="run `kg build` again"
            ) from error
        if (found := self.meta.get("format")) != FORMAT:
            self.close()
            raise DataError(
                f"format {found!r}, not {FORMAT!r}", where=str(path), hint="run `kg build` again with this kg"
            )

    def __enter__(self) -> "Store":
        """The store itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    def rows(self, sql: str, arguments: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a SELECT, values bound. Raises DataError where the file is damaged."""
        try:
            # No `yield from`: it would close the cursor of a closed store, where a reader stopped half way.
            for row in self.db.execute(sql, tuple(arguments)):  # noqa: UP028
                yield row
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise DataError(
                f"the graph is damaged ({error})", where=str(self.path), hint="run `kg build` again"
            ) from error

    def count(self, table: str) -> int:
        """How many rows `paper`, `entity`, `edge` or `result` has."""
        return int(next(self.rows(f"SELECT count(*) FROM {table}"))[0])

    def papers(self) -> Iterator[Paper]:
        """All papers, sorted by id."""
        for (text,) in self.rows("SELECT json FROM paper ORDER BY n"):
            yield paper_from_json(decoded(text))

    def paper(self, paper: str) -> Paper | None:
        """The paper of that id (or of an id that was joined into it)."""
        found = next(
            self.rows(
                "SELECT json FROM paper WHERE id = ?1"
                " OR n = (SELECT paper FROM paper_redirect WHERE id = ?1) ORDER BY id = ?1 DESC",
                (paper,),
            ),
            None,
        )
        return paper_from_json(decoded(found[0])) if found else None

    def entities(self) -> Iterator[Entity]:
        """All entities, sorted by id."""
        yield from map(self._entity, self.rows(self._ENTITY + "ORDER BY e.n"))

    def entity(self, entity: str) -> Entity | None:
        """The entity of that id."""
        row = next(self.rows(self._ENTITY + "WHERE e.id = ?", (entity,)), None)
        return self._entity(row) if row else None

    _ENTITY = """SELECT e.n, e.id, label, type, papers, coalesce(p.id, ''), links
                 FROM entity e LEFT JOIN paper p ON p.n = e.introduced """

    def _entity(self, row: tuple[Any, ...]) -> Entity:
        n, identity, label, kind, papers, introduced, links = row
        return Entity(
            identity,
            label,
            kind,
            self._names(n),
            papers,
            self._names(n, borrowed=True),
            introduced,
            tuple((name, address) for name, address in decoded(links)),
        )

    def _names(self, n: int, *, borrowed: bool = False) -> tuple[str, ...]:
        sql = "SELECT name FROM name WHERE entity = ? AND borrowed >= ? ORDER BY rank"
        return tuple(name for (name,) in self.rows(sql, (n, borrowed)))

    _EDGE = """SELECT p.id, e.id, relation, confidence, mentions, evidence, stated_type, stated_relation
               FROM edge JOIN paper p ON p.n = edge.paper JOIN entity e ON e.n = edge.entity """

    def edges(self, *, paper: str | None = None, entity: str | None = None) -> Iterator[Edge]:
        """All edges by paper, then entity; or those of one paper; or those of one entity, surest first."""
        if paper is not None:
            rows = self.rows(self._EDGE + "WHERE p.id = ? ORDER BY edge.entity", (paper,))
        elif entity is not None:
            rows = self.rows(self._EDGE + "WHERE e.id = ? ORDER BY confidence DESC, edge.paper", (entity,))
        else:
            rows = self.rows(self._EDGE + "ORDER BY edge.paper, edge.entity")
        for p, e, relation, confidence, mentions, evidence, kind, stated in rows:
            yield Edge(p, e, relation, confidence, _read_spans(mentions), _read_spans(evidence), kind, stated)

    def results(self, *, paper: str | None = None) -> Iterator[ResolvedResult]:
        """All results by paper, in the order of the text; or those of one paper."""
        where, arguments = ("WHERE p.id = ? ", (paper,)) if paper is not None else ("", ())
        sql = f"""SELECT p.json, r.json, s.id, t.id, m.id FROM result r JOIN paper p ON p.n = r.paper
                  LEFT JOIN entity s ON s.n = r.system LEFT JOIN entity t ON t.n = r.target
                  LEFT JOIN entity m ON m.n = r.metric {where}ORDER BY r.n"""
        for paper_text, text, system, on, metric in self.rows(sql, arguments):
            source = paper_from_json(decoded(paper_text))
            result: Result = result_from_json(decoded(text), source)
            yield ResolvedResult(source.id, result, system, on, metric)

    def redirects(self) -> Iterator[Redirect]:
        """Ids that are nobody's, with the entities that they may mean, sorted by id."""
        sql = """SELECT r.id, group_concat(e.id, ' ') FROM (SELECT id, entity FROM redirect ORDER BY id, entity) r
                 JOIN entity e ON e.n = r.entity GROUP BY r.id ORDER BY r.id"""
        for identity, targets in self.rows(sql):
            yield Redirect(identity, tuple(sorted(targets.split(" "))))

    def reasons(self, *, entity: str | None = None) -> Iterator[Reason]:
        """Why names are one thing or are not; all of them, or those of one entity."""
        where, arguments = ("WHERE e.id = ? ", (entity,)) if entity is not None else ("", ())
        sql = f"""SELECT e.id, name, kind, detail, r.papers FROM reason r JOIN entity e ON e.n = r.entity
                  {where}ORDER BY r.entity, name, kind, detail"""
        for identity, name, kind, detail, papers in self.rows(sql, arguments):
            yield Reason(identity, name, kind, detail, tuple(decoded(papers)))
