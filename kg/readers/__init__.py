"""Files become papers: one module per format, the format told by content.

`read` yields `Paper`, `Facts` (from facts lines) and `Skipped` in the order of the file; it never raises for what a
file holds, so that one bad record, or one bad file, never loses the rest.
"""

from collections.abc import Iterator

from kg.errors import DataError
from kg.facts import Facts
from kg.paper import Paper, Skipped
from kg.readers import jsonl, page
from kg.readers.files import Source, expand, opened, sniff

Record = Paper | Facts | Skipped

__all__ = ["Record", "Source", "expand", "read"]

_READERS = {"jsonl": jsonl.read, "html": page.read_html, "text": page.read_text}


def read(source: Source) -> Iterator[Record]:
    """The records of one file or of standard input, in order; what cannot be read is `Skipped`, with its line."""
    try:
        with opened(source) as stream:
            yield from _READERS[sniff(stream)](stream, source.name)
    except DataError as error:
        yield Skipped(source.name, None, f"{error.what}; {error.hint}" if error.hint else error.what)
    except OSError as error:
        yield Skipped(source.name, None, f"cannot be read ({error.strerror or error}); check the file")
