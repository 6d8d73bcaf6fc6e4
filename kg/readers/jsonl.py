"""One JSON object a line: papers, or facts lines as `kg extract` prints them."""

import json
import math
from collections.abc import Iterator
from io import BufferedReader

from kg.errors import RecordError
from kg.facts import Facts, facts_from_json
from kg.paper import Paper, paper_from_json
from kg.schema import FACTS_TAG

MAX_LINE = 16 * 2**20  #: bytes
MAX_NESTING = 64


def read(stream: BufferedReader) -> Iterator[tuple[int, Paper | Facts | str]]:
    """(line, record or why there is none). Lines with `"kg": "facts/1"` are facts, all others papers."""
    for number, line in lines(stream):
        if isinstance(line, str):
            yield number, line
            continue
        if not line.strip():
            continue
        try:
            record = parse(line)
            if record.get("kg") == FACTS_TAG:
                facts, faults = facts_from_json(record)
                yield from ((number, f"{fault}; left out") for fault in faults)
                yield number, facts
            else:
                yield number, paper_from_json(record)
        except RecordError as error:
            yield number, error.what


def lines(stream: BufferedReader) -> Iterator[tuple[int, bytes | str]]:
    """(number, line) of each line; in place of a line beyond the limit, as text, what is wrong with it."""
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield number, f"line is longer than {MAX_LINE:,} bytes"
        else:
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _refuse_constant(text: str) -> float:
    raise RecordError(f"{text} is no JSON number")


def _finite(text: str) -> float:
    """A number of a line; one beyond what a float holds could not be written again."""
    number = float(text)
    if math.isinf(number):
        raise RecordError(f"number {text} is too large")
    return number


def _object(members: list[tuple[str, object]]) -> dict[str, object]:
    """An object of a line; which of two members of one name is meant, no reader can know."""
    found = dict(members)
    if len(found) < len(members):
        seen: set[str] = set()
        twice = next(name for name, _ in members if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise RecordError(f"{twice!r} stands twice in one object")
    return found


def parse(line: bytes) -> dict[str, object]:
    """The object of one line. Raises RecordError that says what is wrong with it."""
    try:
        record = json.loads(
            line.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_object
        )
    except UnicodeDecodeError as error:
        raise RecordError(f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise RecordError(f"broken JSON at character {error.pos + 1} ({error.msg})") from error
    except (RecursionError, ValueError) as error:  # nested too deep, or an integer of thousands of digits
        raise RecordError("JSON is nested too deep or holds a number too long") from error
    if not isinstance(record, dict):
        raise RecordError("line is no JSON object")
    if line.count(b"{") + line.count(b"[") > MAX_NESTING and depth(record) > MAX_NESTING:
        raise RecordError(f"JSON is nested deeper than {MAX_NESTING}")
    return record


def depth(value: object) -> int:
    """How deep objects and lists are nested; found level by level, so that no depth exhausts the stack.

    >>> depth({"a": [[1]]})
    3
    """
    levels, level = 0, [value]
    while level := [v for v in level if isinstance(v, dict | list)]:
        levels += 1
        level = [child for v in level for child in (v.values() if isinstance(v, dict) else v)]
    return levels
