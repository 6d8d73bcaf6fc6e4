"""Engines of other families: they read the export as what it is, and the saved queries give the same rows in each."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest
import rdflib

from kg.rdf import query, saved, write
from kg.rdf.terms import prefixes
from kg.store import Store

HERE = Path(__file__).parent
HEAD = "".join(f"PREFIX {p}: <{n}>\n" for p, n in prefixes("https://w3id.org/kg-papers/").items())
Rows = list[tuple[tuple[str, str], ...]]


def needed(there: object, what: str) -> None:
    """Skip without an engine, unless KG_REQUIRE_ALL says that it must be there."""
    if not there:
        assert not os.environ.get("KG_REQUIRE_ALL"), what
        pytest.skip(what)


def _form(value: str) -> str:
    """Numbers by value: engines write 2, 2.0 and 2.00 for one number."""
    try:
        return format(Decimal(value).normalize(), "f")
    except InvalidOperation:
        return value


def _rows(found: Iterable[Mapping[str, str]]) -> Rows:
    return sorted(tuple(sorted((name, _form(value)) for name, value in row.items())) for row in found)


@pytest.fixture(scope="module")
def ours(corpus: Path) -> dict[str, Rows]:
    """What Oxigraph answers, by saved query."""
    answers = ((item.name, query(corpus, item.text)) for item in saved())
    return {
        name: _rows(
            {v: term.value for v, term in zip(a.variables, row, strict=True) if term is not None} for row in a.rows
        )
        for name, a in answers
    }


def test_rdflib_gives_the_same_rows(corpus: Path, ours: dict[str, Rows]) -> None:
    graph = rdflib.Graph().parse(corpus / "graph.ttl", format="turtle")
    for item in saved():
        found = graph.query(HEAD + item.text)
        rows = [{str(k): str(v) for k, v in binding.items()} for binding in found.bindings]
        assert _rows(rows) == ours[item.name], item.name


@pytest.fixture(scope="module")
def comunica(corpus: Path) -> dict[str, Rows]:
    """What Comunica answers, by saved query."""
    needed(shutil.which("node") and (HERE / "node_modules").is_dir(), "Comunica is missing: npm ci in tests/rdf")
    request = {"file": str(corpus / "graph.ttl"), "queries": {item.name: HEAD + item.text for item in saved()}}
    done = subprocess.run(
        ["node", str(HERE / "comunica.mjs")], input=json.dumps(request), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name: _rows(rows) for name, rows in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", [item.name for item in saved()])
def test_comunica_gives_the_same_rows(name: str, comunica: dict[str, Rows], ours: dict[str, Rows]) -> None:
    assert comunica[name] == ours[name] != []


@pytest.mark.parametrize(
    ("form", "known"), [("nt", "ntriples"), ("ttl", "turtle"), ("trig", "trig"), ("rdfxml", "rdfxml")]
)
def test_raptor_reads_every_triple_and_has_nothing_to_warn_of(
    corpus: Path, tmp_path: Path, form: str, known: str
) -> None:
    needed(shutil.which("rapper"), "rapper is missing: apt-get install raptor2-utils")
    file = tmp_path / f"graph.{form}"
    with Store(corpus / "graph.db") as store, file.open("wb") as out:
        count = write(store, out, form)
    done = subprocess.run(
        ["rapper", "--input", known, "--count", str(file)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(rf"returned {count} (triples|statements)", done.stderr), done.stderr
    assert "warning" not in done.stderr.lower(), done.stderr
    assert "error" not in done.stderr.lower(), done.stderr
