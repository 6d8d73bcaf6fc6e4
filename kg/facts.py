"""What one paper says: entities with mentions and evidence, and results; `kg extract` prints it (DESIGN section 4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg.errors import RecordError, UsageError
from kg.paper import Paper, clean, paper_from_json
from kg.schema import FACTS_TAG, FIELDS, RESULT_KINDS, allowed, entity_type, relation

_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a paper's title or abstract: code points, 0-based, end exclusive."""

    field: str
    start: int
    end: int

    def to_json(self) -> dict[str, Any]:
        """As in a facts line."""
        return {"field": self.field, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class PaperEntity:
    """One entity of one paper: long form and acronym are one, each stands once."""

    label: str
    type: str
    relation: str
    names: tuple[str, ...]  #: surface forms, best first; the label is among them
    confidence: float  #: calibrated chance that name and type are right, two decimals
    mentions: tuple[Span, ...] = ()
    evidence: tuple[Span, ...] = ()  #: the sentences that show the relation

    def to_json(self) -> dict[str, Any]:
        """As in a facts line."""
        return {
            "label": self.label,
            "type": self.type,
            "relation": self.relation,
            "names": list(self.names),
            "confidence": self.confidence,
            "mentions": [m.to_json() for m in self.mentions],
            "evidence": [e.to_json() for e in self.evidence],
        }


@dataclass(frozen=True, slots=True)
class Result:
    """One figure that the text gives. Slots that the text leaves open are ""."""

    system: str
    on: str
    metric: str
    value: str  #: as it stands: "91.37%"
    number: str | None  #: decimal, for computing: "91.37"
    unit: str  #: percent, points, times, ...; "" where there is none
    kind: str  #: absolute, gain or ratio
    evidence: Span

    def to_json(self) -> dict[str, Any]:
        """As in a facts line."""
        return {
            "system": self.system,
            "on": self.on,
            "metric": self.metric,
            "value": self.value,
            "number": self.number,
            "unit": self.unit,
            "kind": self.kind,
            "evidence": self.evidence.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """All that one paper says."""

    paper: Paper
    entities: tuple[PaperEntity, ...] = ()
    results: tuple[Result, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A facts line as an object."""
        return {
            "kg": FACTS_TAG,
            **self.paper.to_json(),
            "entities": [e.to_json() for e in self.entities],
            "results": [r.to_json() for r in self.results],
        }


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    """A member that is a list, or absent, or null. Raises RecordError."""
    value = record.get(name) or []
    if not isinstance(value, list):
        raise RecordError(f"{name!r} is not a list")
    return value


def _text(record: Mapping[str, Any], name: str) -> str:
    """A member that is text, or absent, or null; cleaned. Raises RecordError."""
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise RecordError(f"{name!r} is not text")
    return clean(value or "")


def span_from_json(record: object, paper: Paper) -> Span:
    """A span that lies inside its text. Raises RecordError."""
    if not isinstance(record, dict) or record.get("field") not in FIELDS:
        raise RecordError("a mention or evidence needs a field, title or abstract")
    start, end = record.get("start"), record.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(paper.text(record["field"])):
        raise RecordError(f"offsets {start} to {end} are outside the {record['field']}")
    return Span(record["field"], start, end)


def entity_names(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of an entity record, label first, without repeats. Raises RecordError where there is none."""
    names = [record.get("label"), *_list(record, "names")]
    if any(n is not None and not isinstance(n, str) for n in names):
        raise RecordError("names are not text")
    cleaned = dict.fromkeys(clean(n) for n in names if n)
    cleaned.pop("", None)
    if not cleaned:
        raise RecordError("entity has no name")
    return tuple(cleaned)


def entity_from_json(record: object, paper: Paper) -> PaperEntity:
    """One entity of a facts line. Raises RecordError."""
    if not isinstance(record, dict):
        raise RecordError("entity is not an object")
    names = entity_names(record)
    try:
        kind = entity_type(_text(record, "type"))
        link = relation(_text(record, "relation") or "MENTIONS")
    except UsageError as error:
        raise RecordError(error.what) from error
    confidence = record.get("confidence", 1.0)
    confidence = 1.0 if confidence is None else confidence
    if (
        isinstance(confidence, bool)
        or not isinstance(confidence, int | float)
        or not 0 <= confidence <= 1  # which no infinity is, and no NaN
    ):
        raise RecordError(f"confidence {confidence!r} is not between 0 and 1")
    return PaperEntity(
        label=names[0],
        type=kind,
        relation=link if allowed(link, kind) else "USES",
        names=names,
        confidence=round(float(confidence), 2),
        mentions=tuple(sorted(span_from_json(m, paper) for m in _list(record, "mentions"))),
        evidence=tuple(sorted(span_from_json(e, paper) for e in _list(record, "evidence"))),
    )


def result_from_json(record: object, paper: Paper) -> Result:
    """One result of a facts line. Raises RecordError."""
    if not isinstance(record, dict):
        raise RecordError("result is not an object")
    value, number = _text(record, "value"), _text(record, "number")
    if not value:
        raise RecordError("result has no value")
    kind = _text(record, "kind") or "absolute"
    if kind not in RESULT_KINDS:
        raise RecordError(f"kind {kind!r} is none of {', '.join(RESULT_KINDS)}")
    if number and not _DECIMAL.fullmatch(number):
        raise RecordError(f"number {number!r} is no decimal number")
    return Result(
        system=_text(record, "system"),
        on=_text(record, "on"),
        metric=_text(record, "metric"),
        value=value,
        number=number or None,
        unit=_text(record, "unit"),
        kind=kind,
        evidence=span_from_json(record.get("evidence"), paper),
    )


def facts_from_json(record: object) -> tuple[Facts, list[str]]:
    """The facts of a line and what had to be left out of it, one reason for each bad entity or result.

    Raises RecordError where the line as a whole cannot be used: no tag, no usable paper.
    """
    if not isinstance(record, dict) or record.get("kg") != FACTS_TAG:
        raise RecordError(f'record has no "kg": "{FACTS_TAG}"')
    paper = paper_from_json(record)
    entities, results, faults = [], [], []
    for n, item in enumerate(_list(record, "entities"), 1):
        try:
            entities.append(entity_from_json(item, paper))
        except RecordError as error:
            faults.append(f"entity {n}: {error.what}")
    for n, item in enumerate(_list(record, "results"), 1):
        try:
            results.append(result_from_json(item, paper))
        except RecordError as error:
            faults.append(f"result {n}: {error.what}")
    return Facts(paper, tuple(entities), tuple(results)), faults
