"""Options that several commands share, and the files that they write."""

import gzip
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

import click

from kg.errors import DataError

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "json", "jsonl", "csv", "tsv")


def graph_option(function: F) -> F:
    """`-g OUT`: the output folder to ask."""
    return click.option(
        "-g",
        "--graph",
        "out",
        type=click.Path(path_type=Path),
        default="out",
        show_default=True,
        metavar="OUT",
        help="Output folder of `kg build`.",
    )(function)


def output_options(function: F) -> F:
    """`--format` and `--limit` of the queries."""
    limited: F = click.option(
        "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Items to show at most."
    )(function)
    return click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Form of the answer."
    )(limited)


def file_option(function: F) -> F:
    """`-o FILE`: where to write instead of standard output."""
    return click.option(
        "-o",
        "--output",
        "file",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="File to write; default standard output. A name that ends in .gz is compressed.",
    )(function)


@contextmanager
def written(file: Path | None) -> Iterator[BinaryIO]:
    """A stream to write: a file that appears whole or not at all, or standard output.

    Raises DataError where the file cannot be written.
    """
    if file is None or str(file) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror})", where=str(file), hint="give another file with -o"
        ) from error
    aside = Path(name)
    try:
        with os.fdopen(handle, "wb") as raw:
            if file.suffix == ".gz":
                # No name and no time in the header: the same data gives the same bytes.
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield cast(BinaryIO, raw)
            raw.flush()
            os.fsync(raw.fileno())
        aside.chmod(0o666 & ~_umask())
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_text(file: Path | None, text: str) -> None:
    """Write a text as UTF-8, whole or not at all."""
    with written(file) as stream:
        stream.write(text.encode("utf-8"))
