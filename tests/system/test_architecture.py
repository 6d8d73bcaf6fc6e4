"""The shape of the code, held by tools: lint, format, types, import order, size, and what `kg --help` may import."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "kg").rglob("*.py"))
MAX_FILE, MAX_FUNCTION = 400, 60  # lines
HEAVY = {"spacy", "thinc", "numpy", "networkx", "rdflib", "pyoxigraph", "pyvis", "jinja2", "lxml", "sklearn", "gensim"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ruff", "check", "kg", "tests", "docs", "benchmarks"), id="ruff"),
        pytest.param(("ruff", "format", "--check", "kg", "tests", "docs", "benchmarks"), id="format"),
        pytest.param(("mypy",), id="mypy-strict"),
        pytest.param(("importlinter.cli",), id="import-order"),
    ],
)
def test_the_code_passes(command):
    module, *arguments = command
    if module == "importlinter.cli":
        done = run(sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache")
    else:
        done = run(sys.executable, "-m", module, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < MAX_FUNCTION, node.name


def test_only_the_command_line_prints():
    for path in SOURCES:
        if "cli" not in path.parts:
            calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
            assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], path


SPY = """
import json, sys
from kg.cli import main
try:
    main(json.loads(sys.argv[1]))
except SystemExit as stop:
    print("\\nSPY" + json.dumps([stop.code, sorted({m.split(".")[0] for m in sys.modules})]))
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["neighbors", "Tiny-LM", "--format", "json"],
        ["neighbors", "Tiny-LM", "--depth", "2"],
        ["show", "Tiny-LM"],
        ["search", "tiny"],
        ["path", "Tiny-LM", "QuizBench"],
        ["stats"],
    ],
    ids=" ".join,
)
def test_help_and_queries_import_nothing_heavy(arguments, small_out):
    if arguments != ["--help"]:
        arguments = [*arguments, "-g", str(small_out)]
    done = run(sys.executable, "-c", SPY, json.dumps(arguments))
    code, modules = json.loads(done.stdout.rpartition("SPY")[2])
    assert code == 0, done.stderr
    assert not HEAVY & set(modules)
