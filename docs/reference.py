"""Rewrites what the documents generate: the command reference, tables of `kg.schema`, and the outputs of commands.

    python docs/reference.py            rewrite README.md and docs/*.md
    python docs/reference.py --check    change nothing; print what would change, exit code 1 if anything would

Two things are rewritten. What stands between `<!-- generated: NAME -->` and `<!-- end -->` comes from code, in the
model card from docs/card.py. What stands below the `$` lines of a block that opens with "console run", and in the
`text` block below a "python run" block, is the output of running them. All blocks run one after the other in one empty
folder that holds a copy of seeds/; the tutorial comes first, as it builds the graph that the others ask. Words after
`run`: `first=N` keeps the first N lines of each output, `code=N` is the exit code to expect.
"""

import difflib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import card
import click

from kg.cli import main as kg_command
from kg.cli.main import SECTIONS
from kg.schema import ENTITY_TYPES, RELATIONS

ROOT = Path(__file__).resolve().parents[1]
FIRST = ("docs/tutorial.md", "README.md")  #: in this order, before the other documents
WIDTH = 100  #: columns of help texts

_CONSOLE = r"^```console run(?P<words>[^\n]*)\n(?P<lines>.*?)^```$"
_PYTHON = r"^```python run\n(?P<code>.*?)^```\n+```text\n.*?^```$"
_RUNNABLE = re.compile(f"{_CONSOLE}|{_PYTHON}", re.M | re.S)
_SECONDS = re.compile(r"\bin \d+(\.\d+)? s\b")


def documents() -> list[Path]:
    """The documents, in the order in which their blocks run."""
    first = [ROOT / name for name in FIRST]
    return first + [p for p in sorted((ROOT / "docs").glob("*.md")) if p not in first]


def command_reference() -> str:
    """The help text of every command, under the headings of `kg --help`."""
    parent = click.Context(kg_command, info_name="kg", **kg_command.context_settings)
    parts = []
    for section, names in SECTIONS.items():
        parts.append(f"### {section}\n")
        for name in names:
            context = click.Context(kg_command.commands[name], info_name=name, parent=parent, terminal_width=WIDTH)
            parts.append(f"#### kg {name}\n\n```text\n{context.get_help().rstrip()}\n```\n")
    return "\n".join(parts)


def type_table() -> str:
    """The types of entities."""
    rows = [f"| `{t.name}` | {t.about} |" for t in ENTITY_TYPES.values()]
    return "\n".join(["| type | is |", "| --- | --- |", *rows, ""])


def relation_table() -> str:
    """The relations of a paper to an entity."""
    rows = []
    for relation in RELATIONS.values():
        kinds = (
            "any" if len(relation.range) == len(ENTITY_TYPES) else ", ".join(f"`{t}`" for t in sorted(relation.range))
        )
        rows.append(f"| `{relation.name}` | {kinds} | the paper {relation.label} it: {relation.about} |")
    return "\n".join(["| relation | to | says |", "| --- | --- | --- |", *rows, ""])


GENERATORS: dict[str, Callable[[], str]] = {
    "commands": command_reference,
    "types": type_table,
    "relations": relation_table,
    **card.TABLES,
}


class Folder:
    """An empty folder with a copy of seeds/, in which `kg` and `python` are those of this project."""

    def __init__(self, path: Path) -> None:
        """Copy the seeds and make a `kg` that runs this tree, whatever is installed."""
        self.path = path / "work"
        tools = path / "bin"
        tools.mkdir()
        shutil.copytree(ROOT / "seeds", self.path / "seeds")
        for name, words in (("kg", [sys.executable, "-m", "kg"]), ("python", [sys.executable])):
            (tools / name).write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
            (tools / name).chmod(0o755)
        self._environment = {
            **os.environ,
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
        }

    def run(self, *command: str, code: int = 0) -> list[str]:
        """The lines that a command prints: its standard output, then its standard error.

        Raises:
            SystemExit: if it ends with another exit code than `code`.
        """
        done = subprocess.run(  # noqa: S603 - the commands stand in our own documents
            command, cwd=self.path, env=self._environment, capture_output=True, encoding="utf-8", check=False
        )
        if done.returncode != code:
            raise SystemExit(f"{command[-1]}\nexit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        text = _SECONDS.sub("in … s", done.stdout + done.stderr)
        return [line.rstrip() for line in text.rstrip("\n").split("\n")] if text else []


def commands_of(lines: str) -> Iterator[str]:
    """The commands of a console block: lines that begin with `$`, joined with those below that begin with `>`."""
    command = ""
    for line in lines.split("\n"):
        if line.startswith("$ "):
            if command:
                yield command
            command = line.removeprefix("$ ")
        elif line.startswith("> "):
            command += "\n" + line.removeprefix("> ")
    if command:
        yield command


def console_block(folder: Folder, words: str, lines: str) -> str:
    """A console block with the outputs that its commands have now."""
    options = dict(word.split("=", 1) for word in words.split())
    most, code = int(options.get("first", "10000")), int(options.get("code", "0"))
    shown = []
    for command in commands_of(lines):
        output = folder.run("bash", "-o", "pipefail", "-c", command, code=code)
        shown += ["$ " + command.replace("\n", "\n> "), *output[:most], *(["..."] if len(output) > most else [])]
    return "\n".join([f"```console run{words}", *shown, "```"])


def python_block(folder: Folder, code: str) -> str:
    """A block of Python, and what it prints."""
    output = folder.run(sys.executable, "-c", code)
    return "\n".join([f"```python run\n{code}```", "", "```text", *output, "```"])


def rewritten(text: str, folder: Folder) -> str:
    """A document as it should be."""

    def block(match: re.Match[str]) -> str:
        if match["code"] is not None:
            return python_block(folder, match["code"])
        return console_block(folder, match["words"], match["lines"])

    return _RUNNABLE.sub(block, card.filled(text, GENERATORS))


def main(arguments: list[str]) -> int:
    """Rewrite the documents, or with `--check` say what would change."""
    check, changed = arguments == ["--check"], False
    if arguments and not check:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(Path(name))
        for document in documents():
            old = document.read_text(encoding="utf-8")
            new = rewritten(old, folder)
            shown = str(document.relative_to(ROOT))
            changed = changed or new != old
            diff = difflib.unified_diff(old.splitlines(), new.splitlines(), shown, f"{shown} as generated", lineterm="")
            sys.stdout.writelines(f"{line}\n" for line in diff)
            if not check:
                document.write_text(new, encoding="utf-8", newline="\n")
    return int(check and changed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
