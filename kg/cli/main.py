"""The `kg` command, its help, and how errors become one line and an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

import kg
from kg.cli.building import build, check, extract, resolve
from kg.cli.deciding import decide
from kg.cli.exporting import export, view
from kg.cli.models import evaluate, train
from kg.cli.querying import neighbors, path, search, show, stats, why
from kg.cli.serve import serve
from kg.cli.sparql import sparql
from kg.errors import KgError

SECTIONS = {
    "Make a graph": ("build", "extract", "resolve", "decide", "check"),
    "Ask it": ("neighbors", "show", "search", "path", "stats", "why", "sparql", "serve"),
    "Take it elsewhere": ("export", "view"),
    "The model": ("evaluate", "train"),
}
ALIASES = {"neighbours": "neighbors"}


class _Commands(click.Group):
    """Commands in sections, with aliases, and errors told in one line."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command by its name or alias."""
        return super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's own
        """The commands under the headings of their sections."""
        for heading, names in SECTIONS.items():
            with formatter.section(heading):
                commands = [(name, self.commands[name].get_short_help_str(limit=90)) for name in names]
                formatter.write_dl(commands)

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> Any:  # type: ignore[override]  # never returns
        """Run a command; never returns. Exit codes: 0 an answer, 1 data, 2 usage, 3 a check that failed."""
        extra.pop("standalone_mode", None)
        try:
            code = super().main(args, standalone_mode=False, **extra)
            sys.stdout.flush()
        except KgError as error:
            _fail(str(error), error.exit_code)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "kg"
            _fail(f"{error.format_message().rstrip('.')}; see `{command} --help`", 2)
        except click.ClickException as error:
            _fail(error.format_message(), 1)
        except (click.Abort, KeyboardInterrupt):
            _fail("stopped; what was extracted is kept, and the output is as it was", 130)
        except BrokenPipeError:  # the reader of our output went away: its right, and no error of ours
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except OSError as error:
            _fail(f"{error.filename or 'file'}: {error.strerror or error}; check the path and the space on the disk", 1)
        else:
            sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    """Say what went wrong on one line and leave."""
    click.echo("kg: " + " ".join(message.split()), err=True)
    sys.exit(code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(kg.__version__, prog_name="kg")
def main() -> None:
    """A knowledge graph of AI research, built from abstracts.

    \b
    kg build papers.txt -o out     read papers, write out/graph.html, graph.ttl, graph.db, ...
    kg neighbors GLUE              what stands together with GLUE, and which sentence says so
    kg sparql --saved list         questions that are ready to ask

    Everything works offline. Only titles and abstracts are read.
    """


for command in (
    build,
    extract,
    resolve,
    check,
    neighbors,
    show,
    search,
    path,
    stats,
    why,
    decide,
    sparql,
    serve,
    export,
    view,
    evaluate,
    train,
):
    main.add_command(command)
