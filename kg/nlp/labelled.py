"""Labelled papers: what annotators say of title and abstract, read from JSONL and checked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kg.errors import DataError, RecordError, UsageError
from kg.facts import Span
from kg.nlp.mentions import Candidate, has_acronym, occurrences
from kg.paper import clean, paper_from_json
from kg.schema import FIELDS, entity_type, relation


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """An entity that annotators marked."""

    names: tuple[str, ...]
    type: str
    relation: str


@dataclass(frozen=True, slots=True)
class GoldResult:
    """A result that annotators marked; open slots are ""."""

    system: str
    on: str
    metric: str
    value: str


@dataclass(frozen=True)
class Labelled:
    """One labelled paper."""

    id: str
    title: str
    abstract: str
    entities: tuple[GoldEntity, ...]
    results: tuple[GoldResult, ...]

    @cached_property
    def texts(self) -> dict[str, str]:
        """Field -> text."""
        return {"title": self.title, "abstract": self.abstract}

    @cached_property
    def mentions(self) -> tuple[tuple[Span, int], ...]:
        """Every occurrence of every name, with the number of its entity; the longest match wins."""
        owner: dict[str, int] = {}
        for n, entity in enumerate(self.entities):
            for name in entity.names:
                owner.setdefault(name, n)
        return tuple(
            (Span(field, start, end), owner[name])
            for field in FIELDS
            for start, end, name in occurrences(owner, self.texts[field])
        )

    @cached_property
    def candidates(self) -> tuple[tuple[Candidate, str], ...]:
        """The entities that stand in the text as the extractor would hand them on, with relations, by first mention."""
        places: dict[int, list[Span]] = {}
        for span, n in self.mentions:
            places.setdefault(n, []).append(span)
        return tuple((_candidate(self.entities[n], spans), self.entities[n].relation) for n, spans in places.items())


def _candidate(entity: GoldEntity, spans: list[Span]) -> Candidate:
    """A gold entity with the votes that a perfect model would give."""
    votes = ((entity.type, len(spans)),)
    return Candidate(entity.names, entity.type, tuple(spans), votes, has_acronym(entity.names))


def labelled_from_json(record: object) -> Labelled:
    """A labelled paper, its texts and names in their stored form. Raises RecordError where it cannot be used."""
    paper = paper_from_json(record)
    if not isinstance(record, dict) or not isinstance(record.get("entities"), list):
        raise RecordError("record has no list of entities: it is not a labelled paper")
    results = record.get("results") or []
    if not isinstance(results, list):
        raise RecordError("'results' is not a list")
    return Labelled(
        paper.id,
        paper.title,
        paper.abstract,
        tuple(_entity(e) for e in record["entities"]),
        tuple(_result(r) for r in results),
    )


def _entity(record: Any) -> GoldEntity:
    """One entity. Raises RecordError."""
    if not isinstance(record, dict) or not isinstance(record.get("names"), list):
        raise RecordError("an entity has no list of names")
    names = tuple(dict.fromkeys(n for n in (clean(n) for n in record["names"] if isinstance(n, str)) if n))
    if not names:
        raise RecordError("an entity has no name")
    try:
        return GoldEntity(
            names, entity_type(str(record.get("type"))), relation(str(record.get("relation") or "MENTIONS"))
        )
    except UsageError as error:
        raise RecordError(error.what) from error


def _result(record: Any) -> GoldResult:
    """One result. Raises RecordError."""
    if not isinstance(record, dict):
        raise RecordError("a result is not an object")
    slots = {k: record.get(k) or "" for k in ("system", "on", "metric", "value")}
    if not all(isinstance(v, str) for v in slots.values()):
        raise RecordError("a slot of a result is not text")
    return GoldResult(**slots)


def read_labelled(path: Path) -> tuple[list[Labelled], list[str]]:
    """The labelled papers of a JSONL file and why lines were skipped. Raises DataError where there are none."""
    papers: list[Labelled] = []
    skipped: list[str] = []
    try:
        for number, line in _lines(path):
            try:
                papers.append(labelled_from_json(json.loads(line)))
            except RecordError as error:
                skipped.append(f"{path.name}:{number}: {error.what}")
            except (ValueError, RecursionError):
                skipped.append(f"{path.name}:{number}: not JSON")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if not papers:
        raise DataError(
            "holds no labelled paper", where=str(path), hint="a labelled paper has title, abstract and entities"
        )
    return papers, skipped


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not empty; bytes that are no UTF-8 make a line that is no JSON."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, line
