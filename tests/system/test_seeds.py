"""The seed corpus is what seeds/README.md says, and a build of it is sound."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pyoxigraph
import pytest
import rdflib

from kg import rdf
from kg.paper import Paper
from kg.readers import Found, Source, read
from kg.schema import ENTITY_TYPES
from kg.store import Store
from kg.store.graph import fold

from .conftest import ROOT

SEEDS = ROOT / "seeds"
OWN_WORDS = ROOT.parent / "shared" / "tools" / "own_words.py"
LEAST_FOUND = 0.6  # of the names that a reader noted; see the test that measures it


@pytest.fixture(scope="module")
def page() -> dict[str, Paper]:
    """The papers of the page by title; all that the reader found are papers."""
    found = list(read(Source("daily-papers.txt", SEEDS / "daily-papers.txt")))
    assert [item for item in found if not isinstance(item, Found)] == []
    return {item.record.title: item.record for item in found}


@pytest.fixture(scope="module")
def names() -> list[dict[str, str]]:
    """The rows of names.tsv."""
    with (SEEDS / "names.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_all_87_papers_are_read_and_none_is_skipped(page):
    assert len(page) == 87
    assert all(len(paper.abstract.split()) >= 40 for paper in page.values())


def test_each_name_stands_as_a_whole_word_in_its_paper(page, names):
    lost = []
    for row in names:
        paper = page[row["paper"]]
        word = re.compile(rf"(?<!\w){re.escape(row['name'])}(?!\w)")
        if not (word.search(paper.title) or word.search(paper.abstract)):
            lost.append((row["paper"], row["name"]))
    assert lost == []


def test_names_have_a_known_type_and_stand_once_and_every_paper_has_some(page, names):
    assert {row["type"] for row in names} == set(ENTITY_TYPES)
    counts = Counter((row["paper"], row["name"]) for row in names)
    assert [row for row, count in counts.items() if count > 1] == []
    assert {row["paper"] for row in names} == set(page)


def test_no_sentence_of_an_author_stands_in_the_project():
    if not OWN_WORDS.is_file():
        pytest.skip("the authors' texts are not at hand")
    done = subprocess.run(
        [sys.executable, OWN_WORDS, "seeds", "tests", "docs", "kg", "README.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_report_counts_the_papers_and_no_skip(seeds_out):
    report = json.loads((seeds_out / "report.json").read_text(encoding="utf-8"))
    assert (report["counts"]["papers"], report["counts"]["skipped"], report["counts"]["duplicates"]) == (87, 0, 0)
    assert report["skipped"] == []


def test_check_finds_no_fault(seeds_out, kg):
    done = kg("check", seeds_out)
    assert (done.returncode, done.stdout.strip()) == (0, f"{seeds_out}: no faults")


def test_every_edge_has_a_mention_and_whole_sentences_as_evidence(seeds_out):
    with Store(seeds_out / "graph.db") as store:
        papers = {paper.id: paper for paper in store.papers()}
        names = {entity.id: entity.names for entity in store.entities()}
        for edge in store.edges():
            texts = {field: papers[edge.paper].text(field) for field in ("title", "abstract")}
            assert {texts[m.field][m.start : m.end] for m in edge.mentions} <= set(names[edge.entity]), edge
            assert edge.mentions, edge
            assert edge.evidence, edge
            for span in edge.evidence:
                quote = texts[span.field][span.start : span.end]
                assert quote == quote.strip()
                assert span.start == 0 or texts[span.field][span.start - 1] == " "


def test_every_quote_of_the_turtle_is_the_slice_that_it_names(seeds_out):
    with Store(seeds_out / "graph.db") as store:
        papers = {paper.id: paper for paper in store.papers()}
    graph = pyoxigraph.Store()
    graph.load(path=str(seeds_out / "graph.ttl"), format=pyoxigraph.RdfFormat.TURTLE)
    query = """PREFIX kg: <https://w3id.org/kg-papers/ns#> PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?paper ?field ?start ?end ?quote {
          ?e kg:quote ?quote ; kg:field ?field ; kg:start ?start ; kg:end ?end ; kg:inPaper ?of .
          ?of dcterms:identifier ?paper }"""
    rows = [[term.value for term in solution] for solution in graph.query(query)]
    assert len(rows) > 200
    for paper, field, start, end, quote in rows:
        assert papers[paper].text(field)[int(start) : int(end)] == quote


def test_both_engines_read_the_same_number_of_triples(seeds_out):
    data = (seeds_out / "graph.ttl").read_bytes()
    count = json.loads((seeds_out / "report.json").read_text(encoding="utf-8"))["counts"]["triples"]
    assert len(set(pyoxigraph.parse(data, pyoxigraph.RdfFormat.TURTLE))) == count
    assert len(rdflib.Graph().parse(data=data, format="turtle")) == count


@pytest.mark.parametrize("name", [query.name for query in rdf.saved()])
def test_each_saved_query_has_an_answer_with_its_defaults(name, seeds_out):
    assert rdf.query(seeds_out, rdf.saved_query(name)).rows


def test_most_names_that_a_reader_noted_are_found_in_their_paper(seeds_out, names):
    """A floor, not a score: the model of 24 November found 0.78 of the 883 names; scores are in docs/model-card.md."""
    found: dict[str, set[str]] = defaultdict(set)
    with Store(seeds_out / "graph.db") as store:
        titles = {paper.id: paper.title for paper in store.papers()}
        spellings = {entity.id: {fold(name) for name in entity.names} for entity in store.entities()}
        for edge in store.edges():
            found[titles[edge.paper]] |= spellings[edge.entity]
    share = sum(fold(row["name"]) in found[row["paper"]] for row in names) / len(names)
    assert share >= LEAST_FOUND


def test_the_readme_of_the_seeds_names_its_files(page):
    text = (SEEDS / "README.md").read_text(encoding="utf-8")
    files = {p.name for p in Path(SEEDS).iterdir()} - {"README.md"}
    assert all(f"`{name}`" in text for name in files)
