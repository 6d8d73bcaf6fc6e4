"""A paper as it was read, and a record that was not."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kg.errors import RecordError
from kg.ids import paper_id

MAX_TITLE = 2_000  #: code points
MAX_ABSTRACT = 100_000  #: code points
# Control characters and lone surrogates; format characters such as zero-width joiners are text and stay.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    r"""The stored form of a text: control characters and lone surrogates become spaces, runs of space one space.

    >>> clean(" a\x00b \n c")
    'a b c'
    """
    return " ".join(_UNSAFE.sub(" ", text).split())


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. Offsets of facts refer to `title` and `abstract` as they stand here."""

    id: str
    title: str
    abstract: str
    year: int | None = None
    date: str = ""  #: ISO 8601, as precise as the input
    authors: tuple[str, ...] = ()
    url: str = ""
    venue: str = ""
    categories: tuple[str, ...] = ()
    source_id: str = ""  #: the id that the input gave, where it could not be kept
    same_as: tuple[str, ...] = field(default=())  #: other ids of this paper (`hf:N` of `arxiv:N`)

    def text(self, field_name: str) -> str:
        """The text of `title` or `abstract`."""
        return self.title if field_name == "title" else self.abstract

    def to_json(self) -> dict[str, Any]:
        """The paper as JSON; `id`, `title`, `abstract` and `year` always stand, the others where known."""
        record: dict[str, Any] = {"id": self.id, "title": self.title, "abstract": self.abstract, "year": self.year}
        for name in ("date", "url", "venue", "source_id"):
            if value := getattr(self, name):
                record[name] = value
        for name in ("authors", "categories", "same_as"):
            if value := getattr(self, name):
                record[name] = list(value)
        return record


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was not read: where it stands (`file`, 1-based `line`) and why."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        """`file:line: reason`."""
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


def _string(record: dict[str, Any], *names: str, numbers: bool = False) -> str:
    """The first of the named members that is there, cleaned. Raises RecordError unless it is text (or a number)."""
    for name in names:
        value = record.get(name)
        if value is None:
            continue
        if numbers and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise RecordError(f"{name!r} is {_kind(value)}, not text")
        return clean(value)
    return ""


def _kind(value: object) -> str:
    """What a JSON value is, for messages."""
    kinds = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number", str: "text"}
    return kinds.get(type(value), "null")


def _strings(record: dict[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts (or of objects with a name); a single text is split at commas and semicolons."""
    value = record.get(name) or []
    if isinstance(value, str):
        value = re.split(r"[;,]", value)
    if not isinstance(value, list):
        raise RecordError(f"{name!r} is {_kind(value)}, not a list")
    texts = (v.get("name", "") if isinstance(v, dict) else v for v in value)
    return tuple(t for t in (clean(v) for v in texts if isinstance(v, str)) if t)


def _year(record: dict[str, Any], date: str) -> int | None:
    """The year, from `year` or the start of the date; None where there is none."""
    value = record.get("year")
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else date
    match = re.match(r"\s*([0-9]{4})(?![0-9])", text) or re.match(r"([0-9]{4})(?![0-9])", date)
    return int(match[1]) if match and 1000 <= int(match[1]) <= 2999 else None


def _day(text: str) -> str:
    """The date that a text begins with, as precise as it is a date of the calendar; "" where there is none.

    >>> _day("2024-03-09T10:00:00Z"), _day("2024-03-32"), _day("2024-13"), _day("9 March")
    ('2024-03-09', '2024-03', '2024', '')
    """
    match = re.match(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(?![0-9])", text)
    parts = match[0].split("-") if match else []
    while parts:
        try:
            date(*map(int, [*parts, "1", "1"][:3]))
        except ValueError:
            parts.pop()
        else:
            break
    return "-".join(parts)


def check_length(title: str, abstract: str) -> None:
    """Raise RecordError where a text passes the limits."""
    if len(title) > MAX_TITLE:
        raise RecordError(f"title has {len(title):,} characters, more than {MAX_TITLE:,}")
    if len(abstract) > MAX_ABSTRACT:
        raise RecordError(f"abstract has {len(abstract):,} characters, more than {MAX_ABSTRACT:,}")


def paper_from_json(record: object) -> Paper:
    """A paper from a JSON record; what kg does not know is ignored.

    Raises RecordError where the title is missing, a member has the wrong type or a text passes the limits.

    >>> paper_from_json({"id": "2403.05812", "title": "A title", "published": "2024-03-09"}).year
    2024
    """
    if not isinstance(record, dict):
        raise RecordError(f"record is {_kind(record)}, not an object")
    title, abstract = _string(record, "title"), _string(record, "abstract", "summary")
    if not title:
        raise RecordError("record has no title")
    check_length(title, abstract)
    day = _day(_string(record, "date", "published", numbers=True))
    given = _string(record, "id", numbers=True)
    identity = paper_id(given, title)
    return Paper(
        id=identity,
        title=title,
        abstract=abstract,
        year=_year(record, day),
        date=day,
        authors=_strings(record, "authors"),
        url=_string(record, "url"),
        venue=_string(record, "venue"),
        categories=_strings(record, "categories"),
        source_id=given
        if given and identity.startswith("sha:") and given != identity
        else _string(record, "source_id"),
        same_as=_strings(record, "same_as"),
    )
