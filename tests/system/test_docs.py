"""The documents are true: outputs are those of the commands, links lead somewhere, tables name what there is."""

import json
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import kg as package
from kg.build import FILES, REPORT
from kg.cli import main
from kg.cli.main import ALIASES
from kg.errors import KgError
from kg.query.why import SAID
from kg.schema import ENTITY_TYPES, FIELDS, RELATIONS, RESULT_KINDS

from .conftest import ROOT

DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")), ROOT / "seeds" / "README.md"]
SCHEMAS = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((DOCS / "schemas").glob("*.json"))
}
ENUMS = [
    list(ENTITY_TYPES),
    [*ENTITY_TYPES, "PAPER"],
    list(RELATIONS),
    list(RESULT_KINDS),
    list(FIELDS),
    [*FIELDS, None],
    [kind for kind in SAID if kind != "own-name"],
    list(SAID),
]
QUERIES = [
    ("neighbors", "GLUE", "--limit", "100"),
    ("neighbors", "GLUE", "--depth", "2", "--limit", "100", "--type", "model", "--relation", "uses"),
    ("neighbors", "GLUE", "--papers", "--depth", "3", "--limit", "500"),
    ("show", "BERT"),
    ("show", "GLUE"),
    ("show", "ELECTRA: Pre-training"),
    ("search", "model", "--limit", "200"),
    ("search", "no such thing at all"),
    ("path", "ELECTRA", "BERT"),
    ("why", "MLM", "masked language modeling"),
    ("why", "MLM", "BERT"),
    ("stats",),
]


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def fences(page: Path) -> Iterator[tuple[str, str]]:
    """(info string, text) of the fenced blocks of a page."""
    for match in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text_of(page), re.M | re.S):
        yield match[1], match[2]


def test_outputs_and_generated_parts_are_those_of_today():
    done = subprocess.run(
        [sys.executable, DOCS / "reference.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, "run `make docs`\n" + done.stdout + done.stderr


def test_the_readme_is_one_screen_and_names_both_commands():
    text = text_of(ROOT / "README.md")
    assert text.count("\n") <= 80
    assert {"make graph", "make test", "apt-get install -y make python3-venv chromium nodejs"} <= {
        line.split("  ")[0].split("   #")[0].strip() for line in text.splitlines()
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page):
    prose = re.sub(r"^```.*?^```$", "", text_of(page), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", text_of(file), re.M)
            assert anchor in {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}, target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_that_are_not_run_are_at_least_well_formed(page):
    for info, block in fences(page):
        if info == "sh":
            done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            for code in re.findall(r"<<'PY'[^\n]*\n(.*?)^PY$", block, re.M | re.S):
                compile(code, str(page), "exec")
        called = re.findall(r"(?:^|\| )kg (?!-)(\S+)", block, re.M) if info.split(" ")[0] in ("sh", "console") else []
        assert [name for name in called if name not in (*main.commands, *ALIASES)] == []


def test_the_changelog_begins_with_the_version_of_the_package():
    assert re.search(r"^## \[([^\]]+)\]", text_of(ROOT / "CHANGELOG.md"), re.M)[1] == package.__version__


def test_exit_codes_and_files_are_all_told():
    text = text_of(DOCS / "commands.md")
    errors, codes = [KgError], set()
    while errors:
        error = errors.pop()
        codes.add(error.exit_code)
        errors += error.__subclasses__()
    assert all(f"\n| {code} |" in text for code in codes)
    assert all(f"\n| `{name}` |" in text for name in (*FILES, REPORT, "cache.db"))


def test_the_design_names_every_module_and_the_layers_of_the_project():
    text = text_of(DOCS / "design.md")
    modules = {p.stem for p in (ROOT / "kg").glob("[!_]*.py")} | {p.name for p in (ROOT / "kg").glob("[!_]*/")}
    table = set(re.findall(r"`([a-z]+)/?`", "".join(re.findall(r"^\| (.+?) \|", text, re.M))))
    assert modules <= table
    contracts = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = [layer for layer in contracts[0]["layers"] if layer != "__main__"]
    told = re.search(r"^    cli > .*?$(\n {5,}> .*$)*", text, re.M)[0]
    assert [layer.strip() for layer in " ".join(told.split()).split(">")] == layers


def test_the_design_names_every_table_of_the_store(small_out):
    with closing(sqlite3.connect(small_out / "graph.db")) as db:
        rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = {name for (name,) in rows if not name.startswith(("sqlite_", "search_"))}
    section = text_of(DOCS / "design.md").partition("## The store")[2].partition("\n## ")[0]
    assert tables == set(re.findall(r"^\| `([a-z_]+)` \|", section, re.M))


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a schema."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid_strict_and_agree_with_the_table_of_types(name):
    Draft202012Validator.check_schema(SCHEMAS[name])
    for node in nodes(SCHEMAS[name]):
        if node.get("type") == "object":
            assert "additionalProperties" in node
        if "enum" in node:
            assert node["enum"] in ENUMS


def test_every_query_has_a_schema():
    assert set(SCHEMAS) == {"facts", "report", *(query[0] for query in QUERIES)}
    text = text_of(DOCS / "commands.md")
    assert all(f"(schemas/{name}.json)" in text for name in SCHEMAS)


def refuses_what_it_does_not_know(schema: dict[str, Any], value: dict[str, Any]) -> bool:
    return not Draft202012Validator(schema).is_valid({**value, "unheard_of": 1})


@pytest.mark.parametrize("query", QUERIES, ids=" ".join)
def test_answers_about_the_seeds_have_the_shape_of_their_schema(query, seeds_out, kg):
    answer = json.loads(kg(*query, "-g", seeds_out, "--format", "json").stdout)
    schema = SCHEMAS[query[0]]
    Draft202012Validator(schema).validate(answer)
    assert refuses_what_it_does_not_know(schema, answer)
    for item in answer["items"][:1]:
        strange = {**answer, "items": [{**item, "unheard_of": 1}]}
        assert not Draft202012Validator(schema).is_valid(strange)


def test_the_report_of_the_seeds_has_the_shape_of_its_schema(seeds_out):
    report = json.loads((seeds_out / REPORT).read_text(encoding="utf-8"))
    Draft202012Validator(SCHEMAS["report"]).validate(report)
    assert refuses_what_it_does_not_know(SCHEMAS["report"], report)


def test_facts_of_the_seeds_have_the_shape_of_their_schema_before_and_after_resolving(kg, facts_file):
    validator = Draft202012Validator(SCHEMAS["facts"])
    extracted = kg("extract", ROOT / "seeds" / "daily-papers.txt", "--quiet").stdout
    lines = [json.loads(line) for line in extracted.splitlines()]
    assert len(lines) == 87
    assert any(line["results"] for line in lines)
    resolved = [json.loads(line) for line in kg("resolve", "-", stdin=extracted).stdout.splitlines()]
    assert all(entity["id"] for line in resolved for entity in line["entities"])
    given = [json.loads(line) for line in facts_file.read_text(encoding="utf-8").splitlines()]
    for line in (*lines, *resolved, *given):
        validator.validate(line)
    assert refuses_what_it_does_not_know(SCHEMAS["facts"], lines[0])
