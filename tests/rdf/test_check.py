"""`faults`: nothing to say of an export, and every planted fault found."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib

from kg.entity import Edge, Entity
from kg.errors import DataError
from kg.paper import Paper
from kg.rdf import faults, shapes, write_file
from kg.store import Store, write_graph


def test_an_export_has_no_faults(corpus: Path) -> None:
    assert list(faults(corpus)) == []


def test_another_base_iri_has_no_faults(folder_of: Any) -> None:
    assert list(faults(folder_of(base_iri="https://example.org/kg#"))) == []


def test_empty_graph_has_no_faults(tmp_path: Path, folder_of: Any) -> None:
    assert list(faults(folder_of({"id": "x:1", "title": "Alone", "abstract": ""}))) == []


#: Faults that the shapes alone show: (what to find in the Turtle, what to put there, what is said, SHACL's constraint).
MISSHAPEN = [
    (r'skos:prefLabel "GLUE"', 'skos:prefLabel "GLUE", "Glue"', "2 values of skos:prefLabel, not 1", "MaxCount"),
    (r'skos:altLabel "TLM"', 'skos:altLabel "Tiny Language Model"', "a value that skos:prefLabel has too", "Disjoint"),
    (r" kg:confidence 0\.9", " kg:confidence 1.5", "kg:confidence '1.5' is not from 0 to 1", "MaxInclusive"),
    (r" kg:confidence 0\.9", ' kg:confidence "high"', "kg:confidence 'high' is no xsd:decimal", "Datatype"),
    (r"kg:start 88 \.", "kg:start 123 .", "kg:start is not less than kg:end", "LessThan"),
    (r' kg:quote "It beats[^"]*"', ' kg:quote ""', "kg:quote is empty", "MinLength"),
    (r' kg:sourceDigest "[0-9a-f]', ' kg:sourceDigest "x', "kg:sourceDigest 'x", "Pattern"),
    (r'kg:field "abstract"', 'kg:field "body"', "kg:field 'body' is none of title, abstract", "In"),
    (r'    dcterms:title "OtterNet[^"]*" ;\n', "", "0 values of dcterms:title, not 1", "MinCount"),
    (r"kg:evidence evidence:\w+", "kg:evidence evidence:0", "which is not there", "Class"),
    (r"kg:evaluatesOn entity:[\w-]+", "kg:evaluatesOn entity:otternet", "which is no kg:Dataset or kg:Benchmark", "Or"),
    (
        r"a schema:Observation, kg:Result ;",
        "a schema:Observation, kg:Result ; kg:kind 2 ;",
        "values of kg:kind",
        "MaxCount",
    ),
    (r"    kg:hasResult result:\w+(?:, result:\w+)? ;\n", "", "0 values of ^kg:hasResult, not 1", "MinCount"),
    (r"a skos:Concept, kg:Task", "a skos:Concept, kg:Task, kg:Metric", "is of 2 of the classes", "Xone"),
]
#: Faults that only the texts, the counts or both ends of an edge show.
UNTRUE = [
    (r"void:triples \d{3,} ;", "void:triples 7 ;", "the description says 7 of"),
    (r' kg:quote "It beats', ' kg:quote "It eats', "not what stands at its offsets"),
    (r"kg:start 52 \.", "kg:start 999 .", "offsets outside"),
    (r' kg:sourceDigest "[0-9a-f]{4}', ' kg:sourceDigest "0000', "digest"),
    (r'kg:mentionAt "abstract:97-101"', 'kg:mentionAt "abstract:97-9999"', "mention at"),
    (r" kg:comparesWith (entity:[\w-]+) ;", r" kg:uses \1 ;", "which is missing"),
    (r"    kg:comparesWith entity:[\w-]+ ;\n", "", "without its direct edge"),
    (r'skos:prefLabel "GLUE"', 'skos:prefLabel "GLUE" ; skos:note _:b', "blank node"),
    (r"a skos:Concept, kg:Task", "a ((", "is no RDF"),
]


@pytest.mark.parametrize(("pattern", "instead", "says"), [m[:3] for m in MISSHAPEN] + UNTRUE)
def test_planted_fault_is_found(folder_of: Any, pattern: str, instead: str, says: str) -> None:
    path = folder_of() / "graph.ttl"
    before = path.read_text(encoding="utf-8")
    after = re.sub(pattern, instead, before, count=1)
    assert after != before
    path.write_text(after, encoding="utf-8")
    assert any(says in fault for fault in faults(path.parent)), list(faults(path.parent))


def _validated(path: Path) -> tuple[bool, str]:
    """What SHACL says of a file, by the shapes that kg exports."""
    data, rules = rdflib.Graph().parse(path, format="turtle"), rdflib.Graph().parse(data=shapes(), format="turtle")
    conforms, _, report = pyshacl.validate(data, shacl_graph=rules, meta_shacl=False)
    return bool(conforms), str(report)


def test_shacl_finds_nothing_in_an_export(graphs: list[Path]) -> None:
    for folder in graphs:
        conforms, report = _validated(folder / "graph.ttl")
        assert conforms, report


def test_the_shapes_are_shapes() -> None:
    nothing, rules = rdflib.Graph(), rdflib.Graph().parse(data=shapes(), format="turtle")
    assert pyshacl.validate(nothing, shacl_graph=rules, meta_shacl=True)[0]


@pytest.mark.parametrize(("pattern", "instead", "constraint"), [(m[0], m[1], m[3]) for m in MISSHAPEN])
def test_shacl_finds_the_faults_that_the_checker_finds(
    folder_of: Any, pattern: str, instead: str, constraint: str
) -> None:
    path = folder_of() / "graph.ttl"
    path.write_text(re.sub(pattern, instead, path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    conforms, report = _validated(path)
    assert not conforms
    assert f"{constraint}ConstraintComponent" in report


def test_an_edge_without_evidence_and_mentions_is_no_fault(tmp_path: Path) -> None:
    edge = Edge("x:1", "mink", "USES", 1.0, (), (), "DATASET", "USES")
    entity = Entity("mink", "Mink", "DATASET", ("Mink",), 1)
    write_graph(tmp_path / "graph.db", [Paper("x:1", "Mink", "")], [entity], [edge], [], [], [], {})
    with Store(tmp_path / "graph.db") as store:
        assert write_file(store, lambda name: tmp_path / name)[0] == "graph.ttl"
    assert list(faults(tmp_path)) == []
    assert _validated(tmp_path / "graph.ttl")[0]


def test_links_are_checked_in_spilled_blocks_too(folder_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder_of() / "graph.ttl"
    path.write_text(re.sub(r"evidence evidence:\w+", "evidence evidence:0", path.read_text("utf-8"), count=1), "utf-8")
    found = sorted(faults(path.parent))
    monkeypatch.setattr("kg.rdf.sorting.BLOCK", 5)
    assert sorted(faults(path.parent)) == found != []


def test_edges_that_graph_db_has_and_the_rdf_has_not_are_found(folder_of: Any) -> None:
    folder = folder_of()
    with closing(sqlite3.connect(folder / "graph.db")) as db:
        db.execute("DELETE FROM edge WHERE relation = 'REPORTS'")
        db.commit()
    assert list(faults(folder)) == ["22 direct edges, but graph.db has 21"]


def test_folder_without_graph_is_an_error_of_data(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        list(faults(tmp_path))
