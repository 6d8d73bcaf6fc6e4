"""Facts lines in, the same lines out, each entity with its id: `kg resolve`."""

import json
from collections.abc import Iterator
from io import BufferedReader
from tempfile import TemporaryFile
from typing import Any

from kg.errors import RecordError, UsageError
from kg.facts import entity_names
from kg.ids import digest
from kg.paper import Skipped
from kg.readers.jsonl import lines, parse
from kg.resolve.clusters import resolve
from kg.resolve.observations import Observation
from kg.schema import FACTS_TAG, entity_type


def resolve_lines(stream: BufferedReader, name: str, faults: list[Skipped]) -> Iterator[bytes]:
    """Each facts line with an `id` in every entity, in the order of the input; keys that kg does not know are kept.

    Lines that are no facts are left out, entities without a usable name or type pass through with an id of their own;
    both are noted in `faults`. The lines are read twice, through a temporary file, so that memory holds names only.
    """
    with TemporaryFile() as kept:
        observed: list[Observation] = []
        for record in _records(stream, name, faults):
            for n, entity in enumerate(record["entities"], 1):
                try:
                    observed.append(_observation(record, entity))
                except RecordError as error:
                    faults.append(Skipped(name, record["line"], f"entity {n}: {error.what}; has an id of its own"))
            kept.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        resolution = resolve(observed)
        kept.seek(0)
        for line in kept:
            record = json.loads(line.decode("utf-8", "surrogatepass"))
            for n, entity in enumerate(record["entities"]):
                try:
                    identity = resolution.entity_id(_observation(record, entity))
                except RecordError:
                    identity = "unresolved-" + digest(f"{record['paper']}\0{n}", 12)
                record["entities"][n] = {**entity, "id": identity} if isinstance(entity, dict) else {"id": identity}
            out = {**record["record"], "entities": record["entities"]}
            # A lone surrogate, which UTF-8 cannot hold, leaves as the JSON escape as which it came.
            yield json.dumps(out, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _records(stream: BufferedReader, name: str, faults: list[Skipped]) -> Iterator[dict[str, Any]]:
    """The facts lines of a stream: `line` number, `paper` id, `entities`, and the whole `record`."""
    for number, line in lines(stream):
        if isinstance(line, str):
            faults.append(Skipped(name, number, line))
        elif line.strip():
            try:
                yield {"line": number, **_record(line)}
            except RecordError as error:
                faults.append(Skipped(name, number, error.what))


def _record(line: bytes) -> dict[str, Any]:
    """What matters of one facts line. Raises RecordError."""
    record = parse(line)
    if record.get("kg") != FACTS_TAG:
        raise RecordError(f'line has no "kg": "{FACTS_TAG}"')
    entities, paper = record.get("entities") or [], record.get("id")
    if not isinstance(entities, list):
        raise RecordError("'entities' is not a list")
    if not isinstance(paper, str) or not paper:
        raise RecordError("line has no id")
    return {"paper": paper, "entities": entities, "record": record}


def _observation(record: dict[str, Any], entity: object) -> Observation:
    """What an entity says about identity. Raises RecordError."""
    if not isinstance(entity, dict):
        raise RecordError("not an object")
    try:
        kind = entity_type(str(entity.get("type") or ""))
    except UsageError as error:
        raise RecordError(error.what) from error
    return Observation(record["paper"], entity_names(entity), kind)
