"""Files become papers: one module per format, the format told by content.

`read` yields what was found, with its place, in the order of the file; it never raises for what a file holds, so that
one bad record, or one bad file, never loses the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.errors import DataError
from kg.facts import Facts
from kg.paper import Paper, Skipped
from kg.readers import jsonl, page
from kg.readers.files import Source, expand, opened, sniff

__all__ = ["Found", "Source", "expand", "opened", "read"]

#: Each reader yields (line, paper or facts, or in words why there is none).
_READERS = {"jsonl": jsonl.read, "html": page.read_html, "text": page.read_text}


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was read, and where it stands."""

    record: Paper | Facts
    file: str
    line: int | None


def read(source: Source) -> Iterator[Found | Skipped]:
    """The records of one file or of standard input, in order; what cannot be read is `Skipped`, with its line."""
    try:
        with opened(source) as stream:
            form, blank = sniff(stream)
            for line, record in _READERS[form](stream):
                if isinstance(record, str):
                    yield Skipped(source.name, blank + line, record)
                else:
                    yield Found(record, source.name, blank + line)
    except DataError as error:
        yield Skipped(source.name, None, f"{error.what}; {error.hint}" if error.hint else error.what)
    except OSError as error:
        yield Skipped(source.name, None, f"cannot be read ({error.strerror or error}); check the file")
