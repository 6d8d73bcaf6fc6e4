"""sparql: questions in SPARQL 1.1 over the RDF export."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import file_option, graph_option, write_text
from kg.cli.render import print_table
from kg.errors import DataError, UsageError

if TYPE_CHECKING:
    from kg.rdf import Answer

FORMATS = ("table", "json", "csv", "tsv", "xml", "ttl", "nt", "trig", "jsonld", "rdfxml")


@click.command()
@click.argument("query", required=False)
@click.option("-f", "--file", "source", type=click.Path(path_type=Path), help="File that holds the query; - for stdin.")
@click.option("--saved", metavar="NAME", help="A saved query; `list` lists them.")
@click.option("--times", is_flag=True, help="With --saved list: run each of them, and say how long it takes.")
@click.option(
    "--set", "values", multiple=True, metavar="KEY=VALUE", help="Parameter of a saved query; may be given again."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Form of the answer."
)
@click.option("--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Seconds it may take.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=100_000, show_default=True, help="Rows or triples at most."
)
@file_option
@graph_option
def sparql(
    query: str | None,
    source: Path | None,
    saved: str | None,
    times: bool,
    values: tuple[str, ...],
    form: str,
    timeout: float,
    limit: int,
    file: Path | None,
    out: Path,
) -> None:
    """Ask the RDF export: SELECT, ASK, CONSTRUCT or DESCRIBE. The prefixes of the model are known.

    json is JSON-LD and xml is RDF/XML where the answer is triples. An answer that passes --limit is cut, with a note
    and exit code 1.

    \b
    Examples:
      kg sparql 'SELECT ?label WHERE { ?b a kg:Benchmark ; skos:prefLabel ?label }'
      kg sparql --saved list
      kg sparql --saved evaluated-on --set on=GLUE --format csv
    """
    from kg.store import Store

    if sum(x is not None for x in (query, source, saved)) != 1:
        raise UsageError("give one query", hint="as an argument, with -f FILE, or with --saved NAME")
    if values and saved is None:
        raise UsageError("--set is for saved queries", hint="add --saved NAME")
    if times and saved != "list":
        raise UsageError("--times is for --saved list", hint="time one query in the shell")
    if saved == "list":
        _list(form, file, _Asker(out, timeout, limit) if times else None)
        return
    with Store(out / "graph.db") as store:
        base = store.meta["base_iri"]
    text = _text(query, source, saved, values)
    answer = _Asker(out, timeout, limit)(text)
    _print(answer, base, form, file)
    if answer.cut:
        n = len(answer.rows) + len(answer.triples)
        raise DataError(f"the answer is cut at {n:,}", hint="add LIMIT to the query, or a larger --limit")


class _Asker:
    """Asks an output folder; says on the terminal what may take a while or leads nowhere."""

    def __init__(self, out: Path, timeout: float, limit: int) -> None:
        self._out, self._timeout, self._limit = out, timeout, limit

    def __call__(self, text: str) -> "Answer":
        """The answer. Raises as `kg.rdf.query` does."""
        from kg import rdf

        path = rdf.graph_file(self._out).resolve()
        if rdf.is_large(path) and not rdf.has_store(path):
            click.echo(f"putting {path.name} into a store that answers at once; this is done once", err=True)
        for note in rdf.unknown_terms(text):
            click.echo(f"note: {note}", err=True)
        return rdf.query(self._out, text, timeout=self._timeout, rows=self._limit)


def _text(query: str | None, source: Path | None, saved: str | None, values: tuple[str, ...]) -> str:
    """The query to run. Raises UsageError and DataError."""
    if query is not None:
        return query
    if source is not None:
        try:
            with click.open_file(str(source), encoding="utf-8") as stream:
                return str(stream.read())
        except UnicodeDecodeError as error:
            raise DataError("not UTF-8", where=str(source), hint="save it as UTF-8") from error
    from kg.rdf import saved_query

    pairs = dict(v.split("=", 1) for v in values if "=" in v)
    if len(pairs) != len(values):
        raise UsageError(f"--set needs KEY=VALUE, each key once, not {' '.join(values)!r}", hint="as in --set on=GLUE")
    return saved_query(saved or "", pairs)


def _print(answer: "Answer", base: str, form: str, file: Path | None) -> None:
    """Print what a query gave."""
    from kg import rdf

    if form != "table":
        write_text(file, rdf.render(answer, form, base))
    elif answer.kind == "select" and file is None:
        print_table(*rdf.table(answer, base))
    elif answer.kind == "graph":
        write_text(file, rdf.render(answer, "ttl", base))
    else:
        header, body = rdf.table(answer, base)
        write_text(
            file, "".join("\t".join(row) + "\n" for row in ([header, *body] if answer.kind == "select" else body))
        )


def _list(form: str, file: Path | None, asker: _Asker | None) -> None:
    """Print the saved queries, by group; with an asker, how long each takes and how many rows it gives."""
    import json

    from kg.cli.render import separated
    from kg.rdf import saved

    header = ["name", "parameters", "group", "about"]
    body = [[q.name, " ".join(f"{p.name}={p.default}" for p in q.parameters), q.group, q.about] for q in saved()]
    if asker is not None:
        header += ["seconds", "rows"]
        for row, query in zip(body, saved(), strict=True):
            started = time.perf_counter()
            answer = asker(query.text)
            row += [f"{time.perf_counter() - started:.2f}", str(len(answer.rows))]
    if form == "table" and file is None:
        print_table(header, body)
    elif form == "json":
        items = [dict(zip(header, row, strict=True)) for row in body]
        write_text(file, json.dumps(items, ensure_ascii=False, indent=1) + "\n")
    else:
        write_text(file, separated(header, body, "csv" if form == "csv" else "tsv"))
