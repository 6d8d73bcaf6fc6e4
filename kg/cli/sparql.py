"""sparql: questions in SPARQL 1.1 over the RDF export."""

from pathlib import Path

import click

from kg.cli.options import file_option, graph_option, write_text
from kg.cli.render import print_table
from kg.errors import DataError, UsageError

FORMATS = ("table", "json", "csv", "tsv", "ttl", "nt")


@click.command()
@click.argument("query", required=False)
@click.option("-f", "--file", "source", type=click.Path(path_type=Path), help="File that holds the query; - for stdin.")
@click.option("--saved", metavar="NAME", help="A saved query; `list` lists them.")
@click.option(
    "--set", "values", multiple=True, metavar="KEY=VALUE", help="Parameter of a saved query; may be given again."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="Form of the answer."
)
@click.option("--timeout", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Seconds it may take.")
@file_option
@graph_option
def sparql(
    query: str | None,
    source: Path | None,
    saved: str | None,
    values: tuple[str, ...],
    form: str,
    timeout: float,
    file: Path | None,
    out: Path,
) -> None:
    """Ask the RDF export: SELECT, ASK, CONSTRUCT or DESCRIBE. The prefixes of the model are known.

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
    if saved == "list":
        _list(form, file)
        return
    with Store(out / "graph.db") as store:
        base = store.meta["base_iri"]
    _answer(_text(query, source, saved, values), out, base, form, timeout, file)


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


def _answer(text: str, out: Path, base: str, form: str, timeout: float, file: Path | None) -> None:
    """Run a query and print what it gives."""
    from kg import rdf

    answer = rdf.query(out, text, timeout=timeout, base_iri=base)
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


def _list(form: str, file: Path | None) -> None:
    """Print the saved queries."""
    from kg.cli.render import separated
    from kg.rdf import saved

    header = ["name", "parameters", "about"]
    body = [[q.name, " ".join(f"{p.name}={p.default}" for p in q.parameters), q.about] for q in saved()]
    if form == "table" and file is None:
        print_table(header, body)
    elif form == "json":
        import json

        items = [dict(zip(header, row, strict=True)) for row in body]
        write_text(file, json.dumps(items, ensure_ascii=False, indent=1) + "\n")
    else:
        write_text(file, separated(header, body, "csv" if form == "csv" else "tsv"))
