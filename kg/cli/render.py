"""Answers as tables for people, and as JSON, JSON Lines, CSV and TSV for programs."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from kg.query import Answer

if TYPE_CHECKING:
    from rich.console import Console

Row = Mapping[str, Any]
#: What a terminal obeys instead of showing: control characters, marks of direction, spaces without width.
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def console(to: TextIO | None = None) -> "Console":
    """A console as wide as the terminal; 120 columns in a pipe. NO_COLOR is kept, markup in texts is not read."""
    from rich.console import Console

    probe = Console(markup=False, highlight=False, emoji=False, file=to)
    return probe if probe.is_terminal else Console(markup=False, highlight=False, emoji=False, file=to, width=120)


def plain(text: object) -> str:
    """A text that is safe to show in a terminal."""
    return _OBEYED.sub("", str(text))


def rows(answer: Answer, form: str, table: Sequence[str], flatten: Callable[[Row], Row] = dict) -> None:
    """Print the items of an answer.

    Args:
        answer: what a query gave.
        form: one of `kg.cli.options.FORMATS`.
        table: columns that the table shows; CSV and TSV have all members of the flattened items.
        flatten: an item as one row.
    """
    if form == "json":
        click.echo(json.dumps(answer.to_json(), ensure_ascii=False, indent=1))
    elif form == "jsonl":
        for item in answer.items:
            click.echo(json.dumps(item, ensure_ascii=False))
    elif form in ("csv", "tsv"):
        flat = [flatten(item) for item in answer.items]
        header = list(flat[0]) if flat else list(table)
        click.echo(separated(header, [[row[c] for c in header] for row in flat], form), nl=False)
    else:
        print_table(list(table), [[flatten(item)[c] for c in table] for item in answer.items])
        more = answer.total - len(answer.items)
        if more > 0:
            click.echo(f"{len(answer.items)} of {answer.total}; --limit shows more", err=True)


def print_table(header: Sequence[str], body: Sequence[Sequence[object]], to: TextIO | None = None) -> None:
    """Print a table as wide as the terminal; long texts wrap. `to` is a stream instead of standard output."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    if not body:
        click.echo("nothing found", err=True)
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for n, name in enumerate(header):
        numeric = all(isinstance(row[n], int | float) for row in body)
        # Columns of running text share what the short ones leave, the longer the text the more.
        width = sum(len(str(row[n])) for row in body) / len(body)
        ratio = round(width / 20) if width > 40 else None
        table.add_column(name, justify="right" if numeric else "left", overflow="fold", ratio=ratio)
    for row in body:
        table.add_row(*(plain("" if v is None else v) for v in row))
    console(to).print(table)


def _cell(value: object, form: str) -> str:
    """A cell; a spreadsheet must not take it for a formula, and a tab must not end it."""
    text = "" if value is None else str(value)
    if form == "tsv":
        return re.sub(r"[\t\r\n]+", " ", text)
    return f"'{text}" if re.match(r"[=+\-@\t\r]", text) and not re.fullmatch(r"-?\d+(\.\d+)?", text) else text


def separated(header: Sequence[str], body: Sequence[Sequence[object]], form: str) -> str:
    """Rows as CSV or TSV, a header first."""
    if form == "tsv":
        return "".join("\t".join(_cell(v, form) for v in row) + "\n" for row in [header, *body])
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([_cell(v, form) for v in row] for row in [header, *body])
    return buffer.getvalue()
