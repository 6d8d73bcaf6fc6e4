"""build, extract, resolve, check."""

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import file_option, written
from kg.errors import CheckFailed, DataError, UsageError

if TYPE_CHECKING:
    from kg.paper import Skipped

SHOWN = 20  #: skipped records that are named on the terminal; all are in report.json


class ProgressLine:
    """One line on a terminal: what is being done, how fast, how long it will take. Silent in a pipe."""

    def __init__(self, *, quiet: bool) -> None:
        """`quiet` silences it on a terminal too."""
        self._on = sys.stderr.isatty() and not quiet
        self._what, self._started, self._shown = "", 0.0, 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if what != self._what:
            self._what, self._started = what, now
        if not self._on or (now - self._shown < 0.1 and done < total):
            return
        self._shown = now
        rate = done / max(1e-6, now - self._started)
        rest = f"  {rate:.0f} papers/s  {(total - done) / rate:.0f} s left" if done and total > 1 and rate else ""
        click.echo(f"\r\x1b[K{what} {done}/{total}{rest}", err=True, nl=False)

    def close(self) -> None:
        """Leave a clean line."""
        if self._on and self._what:
            click.echo("\r\x1b[K", err=True, nl=False)


def tell_skipped(skipped: Iterable["Skipped"]) -> None:
    """A line for each record that was not read, at most twenty, then a count."""
    lines = [str(s) for s in skipped]
    for line in lines[:SHOWN]:
        click.echo(f"skipped {line}", err=True)
    if len(lines) > SHOWN:
        click.echo(f"skipped {len(lines) - SHOWN} more", err=True)


def inputs_or_seeds(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs; without any, `seeds` where that folder exists. Raises UsageError."""
    if inputs:
        return inputs
    if Path("seeds").is_dir():
        return ("seeds",)
    raise UsageError("no input", hint="give files, folders, globs or - for standard input")


@click.command()
@click.argument("inputs", nargs=-1)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    default="out",
    show_default=True,
    metavar="OUT",
    help="Folder to write.",
)
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be read; OUT stays as it was.")
@click.option(
    "--decisions",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Corrections to apply where OUT has no decisions.toml of its own.",
)
@click.option("--base-iri", default=None, metavar="IRI", help="What the IRIs of papers and entities start with.")
@click.option("--quiet", is_flag=True, help="No progress, no summary.")
def build(
    inputs: tuple[str, ...], out: Path, strict: bool, decisions: Path | None, base_iri: str | None, quiet: bool
) -> None:
    """Read papers and write the graph: page, RDF, GraphML and database.

    INPUTS are files, folders, globs or - (default: seeds/). A file is a saved page of a paper list (text or HTML),
    JSONL with title and abstract, or facts lines of `kg extract`; gzip and xz are unpacked.

    \b
    Examples:
      kg build                                   seeds/ into out/
      kg build papers.jsonl.xz -o out/2025
      kg extract big.jsonl | kg build - -o out
    """
    from kg.build import build as run
    from kg.schema import BASE_IRI

    line = ProgressLine(quiet=quiet)
    try:
        report = run(
            inputs_or_seeds(inputs),
            out,
            strict=strict,
            base_iri=base_iri or BASE_IRI,
            decisions=decisions,
            progress=line,
        )
    finally:
        line.close()
    for item in report.passed_over:
        click.echo(str(item), err=True)
    tell_skipped(report.skipped)
    for decision in report.unmatched_decisions:
        click.echo(f"decision about a name that no paper has, {decision}", err=True)
    if not quiet:
        c = report.counts
        click.echo(
            f"{c['papers']} papers, {c['entities']} entities, {c['edges']} edges, {c['results']} results, "
            f"{c['triples']} triples in {report.run['seconds']} s",
            err=True,
        )
        click.echo(f"open {out / 'graph.html'}", err=True)


@click.command()
@click.argument("inputs", nargs=-1)
@file_option
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be read.")
@click.option("--quiet", is_flag=True, help="No progress.")
def extract(inputs: tuple[str, ...], file: Path | None, strict: bool, quiet: bool) -> None:
    """Print the facts of each paper, one JSON object a line.

    \b
    Examples:
      kg extract papers.jsonl -o facts.jsonl.gz
      kg extract page.html | jq '.entities[].label'
    """
    from kg.nlp.pipeline import load
    from kg.paper import Paper, Skipped
    from kg.readers import expand, read

    sources, passed = expand(inputs_or_seeds(inputs))
    for note in passed:
        click.echo(str(note), err=True)
    line, skipped, count, extractor = ProgressLine(quiet=quiet), [], 0, None
    with written(file) as stream:
        for item in (found for source in sources for found in read(source)):
            if isinstance(item, Skipped):
                if strict:
                    raise DataError(str(item), hint="mend it, or leave out --strict")
                skipped.append(item)
                continue
            facts = item.record
            if isinstance(facts, Paper):
                extractor = extractor or load()
                facts = extractor.facts(facts)
            stream.write((json.dumps(facts.to_json(), ensure_ascii=False) + "\n").encode())
            count += 1
            line("extracting", count, count)
        line.close()
        tell_skipped(skipped)
        if not count:
            raise DataError("no paper in the input", hint="give a saved page, JSONL or facts lines")


@click.command()
@click.argument("facts", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True), default="-")
@file_option
def resolve(facts: Path, file: Path | None) -> None:
    """Print facts lines again, each entity with the id of the thing that it is across papers.

    \b
    Example:
      kg extract papers.jsonl | kg resolve - -o resolved.jsonl
    """
    from kg.readers import Source, opened
    from kg.resolve.lines import resolve_lines

    faults: list[Skipped] = []
    count = 0
    with written(file) as stream, opened(Source(str(facts), None if str(facts) == "-" else facts)) as source:
        for line in resolve_lines(source, str(facts), faults):
            stream.write(line)
            count += 1
        tell_skipped(faults)
        if not count:
            raise DataError("no facts lines", where=str(facts), hint="make them with `kg extract`")


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False), default="out")
def check(out: Path) -> None:
    """Verify an output folder: hashes, evidence to the character, shape of the RDF. Exit code 3 if it has faults.

    \b
    Example:
      kg check out
    """
    from kg.build import verify

    count = 0
    for count, fault in enumerate(verify(out), 1):
        if count <= SHOWN:
            click.echo(fault)
    if count:
        raise CheckFailed(f"{count} faults", where=str(out), hint="build again")
    click.echo(f"{out}: no faults")
