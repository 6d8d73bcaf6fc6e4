"""evaluate and train: how good the model is, and a new one."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.render import print_table
from kg.errors import CheckFailed

if TYPE_CHECKING:
    from kg.evaluation import Scores


@click.command()
@click.argument("gold", type=click.Path(path_type=Path))
@click.option(
    "--model", type=click.Path(path_type=Path, file_okay=False), help="Folder of a model; default the shipped one."
)
@click.option("--min", "least", type=click.FloatRange(0, 1), help="Exit code 3 where the F1 of all mentions is lower.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def evaluate(gold: Path, model: Path | None, least: float | None, form: str) -> None:
    """Score the extraction against labelled papers.

    \b
    Example:
      kg evaluate dev.jsonl --min 0.68
    """
    from kg.evaluation import evaluate as run
    from kg.nlp.pipeline import load

    scores = run(gold, load(model))
    if form == "json":
        click.echo(json.dumps(scores.to_json(), indent=1))
    else:
        _print(scores)
    if least is not None and scores.mentions.f1 < least:
        raise CheckFailed(f"mention F1 {scores.mentions.f1:.3f} is less than {least}", where=str(gold))


def _print(scores: "Scores") -> None:
    """The scores as two tables: what has precision and recall, and shares."""
    measures = {
        "mentions, all types": scores.mentions,
        "mentions, 4 main types": scores.main_mentions,
        **{f"  {name}": agreement for name, agreement in scores.by_type.items()},
        "entities of a paper, 4 main types": scores.entities,
        "entities of a paper, task and metric": scores.other_entities,
        "proposed systems": scores.proposed,
        "result figures": scores.figures,
        "results, whole": scores.whole_results,
    }
    body = [[name, f"{a.precision:.3f}", f"{a.recall:.3f}", f"{a.f1:.3f}"] for name, a in measures.items()]
    print_table(["measure", "precision", "recall", "F1"], body)
    shares = {
        "relation right, of matched main entities": scores.relation,
        **{f"{slot} right, of matched figures": share for slot, share in scores.slots.items()},
        "calibration error of confidence": scores.calibration,
    }
    print_table(["share", "value"], [[name, "-" if v is None else f"{v:.3f}"] for name, v in shares.items()])
    click.echo(f"{scores.papers} papers")


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@click.option("--unlabelled", type=click.Path(path_type=Path), help="JSONL (.xz) of papers to learn word vectors from.")
@click.option("--epochs", type=click.IntRange(min=1), help="Passes over the labelled papers.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same model.")
@click.option("--quiet", is_flag=True, help="No progress.")
def train(corpus: Path, out: Path, unlabelled: Path | None, epochs: int | None, seed: int, quiet: bool) -> None:
    """Train a new model from labelled papers; needs the extra `train`.

    CORPUS is a folder with train.jsonl (and dev.jsonl, and papers.jsonl.xz for word vectors), or one file.

    \b
    Example:
      kg train ../shared/corpus -o model
    """
    from dataclasses import replace

    from kg.training import Settings
    from kg.training import train as run

    settings = replace(Settings(), seed=seed, **({"epochs": epochs} if epochs else {}))
    run(corpus, out, unlabelled=unlabelled, settings=settings, report=None if quiet else _say)
    click.echo(f"{out}: use it with `kg evaluate GOLD --model {out}`", err=True)


def _say(line: str) -> None:
    click.echo(line, err=True)
