"""decide: corrections that every build replays."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.options import graph_option
from kg.errors import NotFound, UsageError
from kg.paper import clean
from kg.store.graph import fold

if TYPE_CHECKING:
    from kg.store import Store

VALUES = {"alias": 0, "distinct": 0, "retype": 1, "rename": 1, "drop": 0}  #: how many of the words are a value
USES = {
    "alias": "A B...",
    "distinct": "A B...",
    "retype": "NAME TYPE",
    "rename": "NAME LABEL",
    "drop": "NAME",
}


def _spelling(store: "Store", name: str) -> str:
    """A name as a build will know it: as it was given, if it is a spelling or an id; else the label of what it means.

    A spelling of several things is one name; a decision may well be about just that. Raises NotFound and Ambiguous.
    """
    from kg.query import find

    name = clean(name)
    if next(store.rows("SELECT 1 FROM name WHERE folded = ? LIMIT 1", (fold(name),)), None):
        return name
    node = find(store, name)
    if node.kind != "entity":
        raise NotFound(f"{name!r} is a paper; decisions are about entities")
    return name if name == node.id else node.label


@click.command()
@click.argument("kind", type=click.Choice(tuple(USES)))
@click.argument("words", nargs=-1, required=True, metavar="NAME...")
@click.option("--why", "reason", default="", metavar="TEXT", help="The reason, for those who read the file.")
@graph_option
def decide(kind: str, words: tuple[str, ...], reason: str, out: Path) -> None:
    """Correct the graph: write a decision to OUT/decisions.toml, which the next build reads.

    alias A B: one thing. distinct A B: two things. retype NAME TYPE. rename NAME LABEL: another label. drop NAME: no
    entity. A name is any spelling or an id.

    \b
    Examples:
      kg decide alias RLHF "reinforcement learning from human feedback"
      kg decide distinct SL "sequence labeling" --why "means supervised learning here"
      kg decide retype MATH benchmark
    """
    from kg.build import DECISIONS
    from kg.resolve.decisions import Decision, add
    from kg.schema import entity_type
    from kg.store import Store

    values = VALUES[kind]
    names = words[: len(words) - values]
    wanted = len(names) >= 2 if kind in ("alias", "distinct") else len(names) == 1
    if not wanted:
        raise UsageError(f"{kind} needs {USES[kind]}, not {len(words)} words", hint="put names with spaces in quotes")
    value = words[-1] if values else ""
    with Store(out / "graph.db") as store:
        names = tuple(_spelling(store, name) for name in names)
    path = out / DECISIONS
    add(path, Decision(kind, names, entity_type(value) if kind == "retype" else value, reason))
    click.echo(
        f"{path}: {kind} {' = '.join(names)}{f' -> {value}' if value else ''}; build again to apply it", err=True
    )
