"""`faults`: nothing to say of an export, and every planted fault found."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kg.errors import DataError
from kg.rdf import faults


def test_an_export_has_no_faults(corpus: Path) -> None:
    assert list(faults(corpus)) == []


def test_another_base_iri_has_no_faults(folder_of: Any) -> None:
    assert list(faults(folder_of(base_iri="https://example.org/kg#"))) == []


def test_empty_graph_has_no_faults(tmp_path: Path, folder_of: Any) -> None:
    assert list(faults(folder_of({"id": "x:1", "title": "Alone", "abstract": ""}))) == []


PLANTED = [
    (r"void:triples \d{3,} ;", "void:triples 7 ;", "the description says 7 of"),
    (r" kg:confidence 0\.9", " kg:confidence 1.5", "confidence '1.5'"),
    (r' kg:quote "It beats', ' kg:quote "It eats', "not what stands at its offsets"),
    (r"kg:start 52 \.", "kg:start 999 .", "offsets outside"),
    (r"kg:start 88 \.", "kg:start 123 .", "offsets outside"),
    (r' kg:sourceDigest "[0-9a-f]', ' kg:sourceDigest "x', "digest"),
    (r'kg:mentionAt "abstract:97-101"', 'kg:mentionAt "abstract:97-9999"', "mention at"),
    (r'skos:prefLabel "GLUE"', 'skos:prefLabel "GLUE", "Glue"', "2 preferred labels"),
    (r'skos:altLabel "TLM"', 'skos:altLabel "Tiny Language Model"', "an alternative label too"),
    (r" kg:comparesWith (entity:[\w-]+) ;", r" kg:uses \1 ;", "which is missing"),
    (r"    kg:comparesWith entity:[\w-]+ ;\n", "", "without its direct edge"),
    (
        r"    kg:evidence evidence:\w+ ;\n    kg:mentionAt [^;]+ \.",
        "    kg:nothing 1 .",
        "neither evidence nor mention",
    ),
    (r"kg:evidence evidence:\w+", "kg:evidence evidence:0", "cited as evidence but not there"),
    (r'skos:prefLabel "GLUE"', 'skos:prefLabel "GLUE" ; skos:note _:b', "blank node"),
    (r"a skos:Concept, kg:Task", "a ((", "is no RDF"),
]


@pytest.mark.parametrize(("pattern", "instead", "says"), PLANTED)
def test_planted_fault_is_found(folder_of: Any, pattern: str, instead: str, says: str) -> None:
    path = folder_of() / "graph.ttl"
    before = path.read_text(encoding="utf-8")
    after = re.sub(pattern, instead, before, count=1)
    assert after != before
    path.write_text(after, encoding="utf-8")
    assert any(says in fault for fault in faults(path.parent)), list(faults(path.parent))


def test_edges_that_graph_db_has_and_the_rdf_has_not_are_found(folder_of: Any) -> None:
    folder = folder_of()
    with closing(sqlite3.connect(folder / "graph.db")) as db:
        db.execute("DELETE FROM edge WHERE relation = 'REPORTS'")
        db.commit()
    assert list(faults(folder)) == ["21 direct edges, but graph.db has 20"]


def test_folder_without_graph_is_an_error_of_data(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        list(faults(tmp_path))
