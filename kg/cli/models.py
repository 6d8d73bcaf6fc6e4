"""evaluate and train: how good the model is, and a new one."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from kg.cli.options import file_option, written
from kg.cli.render import print_table
from kg.errors import CheckFailed

if TYPE_CHECKING:
    from kg.evaluation import Scores


@click.command()
@click.argument("gold", type=click.Path(path_type=Path))
@click.option("--by", type=click.Choice(("type",)), help="Add mentions by type to the table; JSON always has them.")
@click.option(
    "--model", type=click.Path(path_type=Path, file_okay=False), help="Folder of a model; default the shipped one."
)
@click.option("--min", "least", type=click.FloatRange(0, 1), help="Exit code 3 where the F1 of all mentions is lower.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
@file_option
def evaluate(gold: Path, by: str | None, model: Path | None, least: float | None, form: str, file: Path | None) -> None:
    """Score the extraction against labelled papers, with 95% intervals.

    An interval is where the score lies in 95 of 100 cases when the papers are drawn anew, 1,000 times.

    \b
    Examples:
      kg evaluate dev.jsonl --by type
      kg evaluate dev.jsonl --min 0.68 --format json -o scores.json
    """
    from kg.evaluation import evaluate as run
    from kg.nlp.pipeline import load

    scores = run(gold, load(model))
    text = io.StringIO() if file else None
    if form == "json":
        click.echo(json.dumps(scores.to_json(), indent=1), file=text)
    else:
        _print(scores, text, types=bool(by))
    if text:
        with written(file) as out:
            out.write(text.getvalue().encode())
    if least is not None and scores.mentions.f1 < least:
        raise CheckFailed(f"mention F1 {scores.mentions.f1:.3f} is less than {least}", where=str(gold))


def _print(scores: "Scores", to: TextIO | None, *, types: bool) -> None:
    """The scores as a table, on request with those of the types below those of all mentions."""
    from kg.evaluation import MEASURES

    body = []
    for key, name in MEASURES.items():
        group, _, part = key.partition(".")
        if types or group != "by_type":
            found = scores.by_type[part] if group == "by_type" else getattr(scores, key, None)
            body.append([f"  {name}" if part else name, *_cells(scores, key, found)])
    print_table(["measure", "precision", "recall", "F1 or share", "95% interval"], body, to)
    click.echo(f"{scores.papers} papers", file=to)


def _cells(scores: "Scores", key: str, found: object) -> list[str]:
    """Precision and recall where a measure has them, its one number, and the interval of that."""
    from kg.evaluation import Agreement

    shares = [f"{found.precision:.3f}", f"{found.recall:.3f}"] if isinstance(found, Agreement) else ["", ""]
    measure = scores.measures[key]
    if measure.value is None:
        return [*shares, "-", ""]
    return [*shares, f"{measure.value:.3f}", f"{measure.low:.3f} to {measure.high:.3f}"]


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", "out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to write."
)
@click.option("--unlabelled", type=click.Path(path_type=Path), help="JSONL (.xz) of papers without labels.")
@click.option(
    "--teacher",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the model that labels the unlabelled papers; default a first one, made for that.",
)
@click.option("--silver", type=click.IntRange(min=1), help="How many unlabelled papers it labels; default 32000.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same model.")
@click.option("--quiet", is_flag=True, help="No progress.")
def train(
    corpus: Path, out: Path, unlabelled: Path | None, teacher: Path | None, silver: int | None, seed: int, quiet: bool
) -> None:
    """Train a new model from labelled papers; needs the extra `train`.

    CORPUS is a folder with train.jsonl (and dev.jsonl, and papers.jsonl.xz without labels), or one file. A run that was
    stopped goes on where it was when it is started again.

    \b
    Example:
      kg train ../shared/corpus --teacher kg/model -o model
    """
    from dataclasses import replace

    from kg.training import Settings
    from kg.training import train as run

    settings = Settings().seeded(seed)
    if silver:
        settings = replace(settings, silver=silver)
    run(corpus, out, unlabelled=unlabelled, teacher=teacher, settings=settings, report=None if quiet else _say)
    click.echo(f"{out}: use it with `kg evaluate GOLD --model {out}`", err=True)


def _say(line: str) -> None:
    click.echo(line, err=True)
