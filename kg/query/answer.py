"""What a query gives back, and the evidence that it shows."""

from dataclasses import dataclass, field
from typing import Any

from kg.store.graph import decoded


@dataclass(frozen=True, slots=True)
class Answer:
    """Items of an answer, best first, and how many there are in all."""

    query: dict[str, Any]  #: the question, as it was understood
    items: list[dict[str, Any]] = field(default_factory=list)
    total: int = 0

    def to_json(self) -> dict[str, Any]:
        """The one object that `--format json` prints."""
        return {"query": self.query, "items": self.items, "shown": len(self.items), "total": self.total}


#: Columns of `edge` joined with `paper` that `link` needs, in its order.
LINK_COLUMNS = "p.id, p.title, p.json, edge.relation, edge.evidence, edge.mentions"


def link(row: tuple[Any, ...]) -> dict[str, Any]:
    """A paper that leads to an entity, with the sentence that says so; from a row of `LINK_COLUMNS`."""
    paper, title, record, relation, evidence, mentions = row
    return {"paper": paper, "title": title, "relation": relation, **sentence(record, evidence, mentions)}


def sentence(record: str, evidence: str, mentions: str) -> dict[str, Any]:
    """The first evidence sentence of an edge (or the bare mention where it has none), with its offsets.

    `field`, `start` and `end` are None and the sentence is "" where the facts gave neither.
    """
    spans = decoded(evidence) or decoded(mentions)
    if not spans:
        return {"sentence": "", "field": None, "start": None, "end": None}
    field_name, start, end = spans[0]
    return {"sentence": decoded(record)[field_name][start:end], "field": field_name, "start": start, "end": end}
