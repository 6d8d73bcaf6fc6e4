"""neighbors, show, search, path, stats: questions answered from graph.db."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kg.cli.options import graph_option, output_options
from kg.cli.render import console, plain, rows
from kg.query import Answer
from kg.query.why import SAID
from kg.schema import RELATIONS, entity_type, relation
from kg.store import Store

Item = Mapping[str, Any]


def _opened(out: Path) -> Store:
    return Store(out / "graph.db")


def _first_via(item: Item) -> dict[str, Any]:
    """An item of neighbors as a row: its first paper stands for all."""
    via = item["via"][0] if item["via"] else {}
    flat = {k: v for k, v in item.items() if k != "via"}
    return flat | {"paper": via.get("paper"), "title": via.get("title"), "sentence": via.get("sentence")}


@click.command()
@click.argument("name")
@click.option("--depth", type=click.IntRange(1, 5), default=1, show_default=True, help="Steps to go.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only this type; may be given again.")
@click.option(
    "--relation", "relations", multiple=True, metavar="RELATION", help="Only this relation; may be given again."
)
@click.option("--papers", is_flag=True, help="Papers are steps and items too.")
@graph_option
@output_options
def neighbors(
    name: str,
    depth: int,
    types: tuple[str, ...],
    relations: tuple[str, ...],
    papers: bool,
    out: Path,
    form: str,
    limit: int,
) -> None:
    """What stands together with NAME, how, and which sentence says so.

    One step leads from an entity through a paper to what else the paper names. NAME is an id, a label, an alias or the
    start of one. `neighbours` is the same command.

    \b
    Examples:
      kg neighbors GLUE --relation proposes
      kg neighbors BERT --type dataset --type benchmark --depth 2
      kg neighbors LoRA --papers --format json
    """
    from kg.query import neighbors as ask

    kinds = [t if t.casefold() == "paper" else entity_type(t) for t in types]
    with _opened(out) as store:
        answer = ask(
            store,
            name,
            depth=depth,
            types=[k.upper() for k in kinds],
            relations=[relation(r) for r in relations],
            papers=papers,
            limit=limit,
        )
    rows(answer, form, ("label", "type", "relation", "papers", "title", "sentence"), _first_via)


@click.command()
@click.argument("name")
@graph_option
@output_options
def show(name: str, out: Path, form: str, limit: int) -> None:
    """All about one entity or paper: names, type, papers by relation, results, evidence.

    \b
    Examples:
      kg show BERT
      kg show arxiv:2403.05812 --format json
    """
    from kg.query import show as ask

    with _opened(out) as store:
        answer = ask(store, name, limit=limit)
    if form != "table":
        rows(answer, form, (), _shown)
    elif answer.items[0]["type"] == "PAPER":
        _print_paper(answer)
    else:
        _print_entity(answer)


def _shown(item: Item) -> dict[str, Any]:
    """An entity or paper as one row: lists joined, tables counted."""
    flat: dict[str, Any] = {}
    for key, value in item.items():
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            flat[key] = " | ".join(value)
        else:
            flat[key] = len(value) if isinstance(value, list | dict) else value
    return flat


def _print_entity(answer: Answer) -> None:
    item, screen = answer.items[0], console()
    papers = f"{item['papers']} paper{'' if item['papers'] == 1 else 's'}"
    screen.print(plain(f"{item['label']}  {item['type']}  {papers}  [{item['id']}]"), style="bold")
    if len(item["names"]) > 1:
        screen.print(plain("also " + ", ".join(item["names"][1:])))
    if origin := item["introduced_by"]:
        screen.print(plain(f"introduced by {origin['title']}  [{origin['paper']}]"))
    for web in item["links"]:
        screen.print(plain(f"see also {web['address']}"))
    for name, group in item["relations"].items():
        screen.print(f"\n{RELATIONS[name].inverse} {group['count']}", style="bold")
        for entry in group["papers"]:
            screen.print(plain(f"  {entry['title']}  [{entry['paper']}]"))
            screen.print(plain(f"    {entry['sentence']}"), style="dim")
    _print_results(item["results"])


def _print_paper(answer: Answer) -> None:
    item, screen = answer.items[0], console()
    screen.print(plain(f"{item['label']}  [{item['id']}]"), style="bold")
    screen.print(plain("  ".join(str(v) for v in (item["year"], item["url"], ", ".join(item["authors"])) if v)))
    last = ""
    for entry in item["entities"]:
        if entry["relation"] != last:
            last = entry["relation"]
            screen.print(f"\n{RELATIONS[last].label}", style="bold")
        screen.print(plain(f"  {entry['label']}  {entry['type']}  {entry['confidence']:.2f}"))
        screen.print(plain(f"    {entry['sentence']}"), style="dim")
    _print_results(item["results"])


def _print_results(results: list[dict[str, Any]]) -> None:
    if results:
        console().print("\nresults", style="bold")
        for result in results:
            parts = (result["system"], result["value"], result["metric"], result["on"] and f"on {result['on']}")
            console().print(plain("  " + "  ".join(p for p in parts if p) + f"  [{result['paper']}]"))
            console().print(plain(f"    {result['sentence']}"), style="dim")


@click.command()
@click.argument("text")
@graph_option
@output_options
def search(text: str, out: Path, form: str, limit: int) -> None:
    """Find entities and papers by name, alias or title; typing errors are forgiven.

    \b
    Examples:
      kg search "masked language"
      kg search transfomer
    """
    from kg.query import search as ask

    with _opened(out) as store:
        answer = ask(store, text, limit=limit)
    rows(answer, form, ("label", "type", "papers", "matched", "id"))


@click.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@graph_option
@output_options
def path(start: str, end: str, out: Path, form: str, limit: int) -> None:
    """How A and B hang together: the shortest paths, with a sentence for each step.

    \b
    Example:
      kg path BERT GLUE
    """
    from kg.query import path as ask

    with _opened(out) as store:
        answer = ask(store, start, end, limit=limit)
    if form != "table":
        rows(answer, form, ("length", "nodes"), _way)
        return
    screen = console()
    if not answer.items:
        click.echo("no path", err=True)
    for n, item in enumerate(answer.items, 1):
        screen.print(f"path {n} of {answer.total}: {item['length']} steps", style="bold")
        for step in item["steps"]:
            verb = RELATIONS[step["relation"]].label
            screen.print(plain(f"  {step['title']} [{step['paper']}] {verb} {step['label']} [{step['entity']}]"))
            screen.print(plain(f"    {step['sentence']}"), style="dim")


def _way(item: Item) -> dict[str, Any]:
    """A path as one row."""
    return {
        "length": item["length"],
        "nodes": " | ".join(item["nodes"]),
        "relations": " | ".join(s["relation"] for s in item["steps"]),
        "sentences": " | ".join(s["sentence"] for s in item["steps"]),
    }


@click.command()
@graph_option
@output_options
def stats(out: Path, form: str, limit: int) -> None:  # noqa: ARG001 - all queries take --limit; this answer is short
    """How many papers, entities, edges and results there are.

    \b
    Example:
      kg stats --format json
    """
    from kg.query import stats as ask

    with _opened(out) as store:
        answer = ask(store)
    rows(answer, form, ("what", "count"))


@click.command()
@click.argument("one", metavar="A")
@click.argument("two", metavar="B")
@graph_option
@output_options
def why(one: str, two: str, out: Path, form: str, limit: int) -> None:  # noqa: ARG001 - all queries take --limit
    """Why A and B are one thing, or two: the reasons, with the sentences of the papers that show them.

    \b
    Example:
      kg why MLM "masked language modeling"
    """
    from kg.query import why as ask

    with _opened(out) as store:
        answer = ask(store, one, two)
    if form != "table":
        rows(answer, form, ("name", "entity", "type"), _meant)
        return
    screen = console()
    screen.print(plain(f"{one} and {two} are {'one thing' if answer.query['one'] else 'two things'}"), style="bold")
    for item in answer.items:
        screen.print()
        screen.print(plain(f"{item['name']} is {item['label']}  {item['type']}  [{item['entity']}]"), style="bold")
        for reason in item["reasons"]:
            detail = f": {reason['detail']}" if reason["detail"] else ""
            screen.print(plain(f"  {reason['name']} {SAID[reason['kind']]}{detail}"))
            for paper in reason["papers"]:
                screen.print(plain(f"    {paper['title']}  [{paper['paper']}]"))
                screen.print(plain(f"      {paper['sentence']}"), style="dim")


def _meant(item: Item) -> dict[str, Any]:
    """A meaning of a name as one row."""
    told = " | ".join(f"{r['kind']}: {r['detail']}" if r["detail"] else r["kind"] for r in item["reasons"])
    return {k: v for k, v in item.items() if k != "reasons"} | {"reasons": told}
