"""`kg export` and `kg sparql`: what the commands add to the library."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kg.rdf import WRITERS, ontology_turtle, saved, shapes, write
from kg.store import Store


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kg", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_export_writes_every_format_plain_and_packed(corpus: Path, tmp_path: Path, form: str) -> None:
    plain, packed = tmp_path / f"g.{form}", tmp_path / f"g.{form}.gz"
    for file in (plain, packed):
        assert run("export", "--format", form, "-g", corpus, "-o", file).returncode == 0
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    with Store(corpus / "graph.db") as store, (tmp_path / "again").open("wb") as out:
        write(store, out, form)
    assert (tmp_path / "again").read_bytes() == plain.read_bytes()


def test_the_model_is_exported_without_a_graph(tmp_path: Path) -> None:
    for form, text in (("ontology", ontology_turtle()), ("shapes", shapes())):
        done = run("export", "--format", form, "-g", tmp_path)
        assert (done.returncode, done.stdout) == (0, text)


def test_abstracts_are_exported_on_demand_and_with_rdf_only(corpus: Path, papers: tuple[dict[str, Any], ...]) -> None:
    done = run("export", "--format", "nt", "--with-abstracts", "-g", corpus)
    assert done.stdout.count('<http://purl.org/dc/terms/abstract> "') == len(papers)
    assert run("export", "--format", "csv", "--with-abstracts", "-g", corpus).returncode == 2


def test_an_answer_that_is_cut_is_printed_and_ends_with_code_1(corpus: Path) -> None:
    text = "SELECT ?t { ?p a kg:Paper ; dcterms:title ?t } ORDER BY ?t"
    done = run("sparql", text, "--limit", 2, "--format", "csv", "-g", corpus)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 3)
    assert "cut at 2" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert run("sparql", text, "--limit", 4, "--format", "csv", "-g", corpus).returncode == 0


def test_a_term_that_the_model_has_not_is_noted_beside_the_answer(corpus: Path) -> None:
    done = run("sparql", "SELECT ?p { ?p kg:evaluateOn ?d }", "--format", "csv", "-g", corpus)
    assert (done.returncode, done.stdout) == (0, "p\n")
    assert done.stderr == "note: kg:evaluateOn is no term of the model; did you mean kg:evaluatesOn?\n"


def test_a_query_that_does_not_parse_shows_the_place(corpus: Path) -> None:
    done = run("sparql", "SELECT ?p {\n  ?p nope:uses ?x }", "-g", corpus)
    assert done.returncode == 2
    assert "query line 2" in done.stderr
    assert "the prefix nope: is not declared" in done.stderr
    assert "nope:uses >>> ?x" in done.stderr


def test_saved_queries_are_listed_with_their_group_time_and_rows(corpus: Path) -> None:
    listed = json.loads(run("sparql", "--saved", "list", "--times", "--format", "json", "-g", corpus).stdout)
    assert [item["name"] for item in listed] == [q.name for q in saved()]
    assert all(float(item["seconds"]) > 0 and int(item["rows"]) > 0 and item["group"] for item in listed)
    assert run("sparql", "ASK {}", "--times", "-g", corpus).returncode == 2


def test_results_are_given_as_xml(corpus: Path) -> None:
    done = run("sparql", "ASK {}", "--format", "xml", "-g", corpus)
    assert "<boolean>true</boolean>" in done.stdout
