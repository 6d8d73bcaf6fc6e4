"""export and view: the graph in the forms that other programs read."""

import json
from pathlib import Path

import click

from kg.cli.options import file_option, graph_option, write_text, written
from kg.cli.render import separated
from kg.errors import UsageError
from kg.rdf.export import EVIDENCE

RDF = ("ttl", "nt", "trig", "jsonld", "rdfxml")
MODEL = ("ontology", "shapes")
FORMATS = (*RDF, "graphml", "json", "csv", *MODEL)


@click.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="ttl", show_default=True, help="Form to write.")
@click.option("--with-abstracts", "abstracts", is_flag=True, help="RDF with the abstracts, which are their authors'.")
@click.option(
    "--evidence",
    type=click.Choice(EVIDENCE),
    default="compact",
    show_default=True,
    help="RDF without sentences, with one node for each, or with selectors of Web Annotation (oa) as well.",
)
@file_option
@graph_option
def export(form: str, abstracts: bool, evidence: str, file: Path | None, out: Path) -> None:
    """Write the graph as RDF (ttl, nt, trig, jsonld, rdfxml), GraphML, node-link JSON, or a CSV table of edges.

    ontology and shapes are the model of the RDF: its terms, and its rules in SHACL; they need no graph.

    \b
    Examples:
      kg export --format nt -o graph.nt.gz
      kg export --format csv | head
      kg export --format shapes -o shapes.ttl
    """
    from kg.store import Store

    if (abstracts or evidence != "compact") and form not in RDF:
        raise UsageError("--with-abstracts and --evidence are for RDF", hint=f"with --format {', '.join(RDF)}")
    if form in MODEL:
        from kg import rdf

        write_text(file, rdf.shapes() if form == "shapes" else rdf.ontology_turtle())
        return
    with Store(out / "graph.db") as store:
        if form in RDF:
            from kg import rdf

            with written(file) as stream:
                rdf.write(store, stream, form, store.meta["base_iri"], abstracts=abstracts, evidence=evidence)
            return
        from kg import graph

        network = graph.load(store)
    if form == "graphml":
        with written(file) as stream:
            stream.write(graph.graphml(network))
    elif form == "json":
        write_text(file, json.dumps(graph.node_link(network), ensure_ascii=False, indent=1) + "\n")
    else:
        header, *body = graph.rows(network)
        write_text(file, separated(header, body, "csv"))


@click.command()
@click.option("--focus", metavar="NAME", help="Only the neighbourhood of this entity or paper.")
@click.option("--depth", type=click.IntRange(1, 5), default=1, show_default=True, help="Steps around --focus.")
@click.option("--max-nodes", type=click.IntRange(min=1), default=None, help="Nodes that the page carries at most.")
@file_option
@graph_option
def view(focus: str | None, depth: int, max_nodes: int | None, file: Path | None, out: Path) -> None:
    """Write the interactive page again, or the part of it around one thing.

    \b
    Examples:
      kg view --focus BERT --depth 2 -o bert.html
      kg view --max-nodes 300 -o small.html
    """
    from kg import graph
    from kg.build import TITLE
    from kg.query import find
    from kg.store import Store
    from kg.view import page

    with Store(out / "graph.db") as store:
        node = find(store, focus).id if focus else None
        network = graph.load(store)
        base, redirects = store.meta["base_iri"], tuple(store.redirects())
    text = page(network, title=TITLE, base_iri=base, redirects=redirects, focus=node, depth=depth, max_nodes=max_nodes)
    write_text(file, text)
