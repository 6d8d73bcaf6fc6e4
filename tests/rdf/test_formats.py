"""N-Triples, Turtle and JSON-LD: the same triples in every engine, the same bytes in every process."""

import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from kg.errors import UsageError
from kg.rdf import WRITERS, write, write_file
from kg.rdf.formats import graph_of, unquoted
from kg.rdf.terms import literal, number, quoted
from kg.store import Store

# rdflib's own parsers of JSON-LD and TriG use what rdflib has deprecated.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Dataset.* is deprecated:DeprecationWarning"),
]

OXIGRAPH = {
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    "trig": pyoxigraph.RdfFormat.TRIG,
}
RDFLIB = {"nt": "nt", "ttl": "turtle", "jsonld": "json-ld", "rdfxml": "xml", "trig": "trig"}


def written(folder: Path, form: str, base_iri: str = "https://w3id.org/kg-papers/") -> bytes:
    out = io.BytesIO()
    with Store(folder / "graph.db") as store:
        write(store, out, form, base_iri)
    return out.getvalue()


def parsed(data: bytes, form: str) -> set[str]:
    return {str(quad.triple) for quad in pyoxigraph.parse(data, format=OXIGRAPH[form])}


def read_by_rdflib(data: bytes, form: str) -> rdflib.Graph:
    """The triples that rdflib reads; of TriG the union of the graphs."""
    if form != "trig":
        return rdflib.Graph().parse(data=data, format=RDFLIB[form])
    dataset = rdflib.Dataset()
    dataset.parse(data=data, format="trig")
    union = rdflib.Graph()
    for triple in dataset.quads():
        union.add(triple[:3])
    return union


def test_count_is_that_of_the_lines(corpus: Path) -> None:
    out = io.BytesIO()
    with Store(corpus / "graph.db") as store:
        assert write(store, out, "nt") == out.getvalue().count(b"\n")


def test_n_triples_are_sorted_by_bytes_without_repeats(corpus: Path) -> None:
    lines = written(corpus, "nt").splitlines(keepends=True)
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("form", ["ttl", "trig", "jsonld", "rdfxml"])
@pytest.mark.parametrize("base", ["https://w3id.org/kg-papers/", "https://example.org/a%20b/kg#"])
def test_oxigraph_reads_the_same_triples_from_every_format(corpus: Path, form: str, base: str) -> None:
    assert parsed(written(corpus, form, base), form) == parsed(written(corpus, "nt", base), "nt")


@pytest.mark.parametrize("form", sorted(RDFLIB))
def test_rdflib_reads_the_triples_that_oxigraph_reads(corpus: Path, form: str) -> None:
    graph = read_by_rdflib(written(corpus, form), form)
    again = graph.serialize(format="nt", encoding="utf-8")
    assert parsed(again, "nt") == parsed(written(corpus, "nt"), "nt")
    assert isomorphic(graph, rdflib.Graph().parse(data=written(corpus, "nt"), format="nt"))


def test_a_store_of_oxigraph_gives_back_what_it_loaded(corpus: Path) -> None:
    data = written(corpus, "nt")
    store = pyoxigraph.Store()
    store.load(data, format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert {str(quad.triple) for quad in store} == parsed(data, "nt")


def test_turtle_starts_with_prefixes_and_types_come_first(corpus: Path) -> None:
    text = written(corpus, "ttl").decode()
    assert text.startswith("@prefix assertion: ")
    assert "\nentity:otternet a skos:Concept, kg:Model ;\n" in text
    assert "kg:confidence 0.9 ;" in text


def test_trig_has_its_subjects_in_four_named_graphs(corpus: Path) -> None:
    base, graphs = "https://w3id.org/kg-papers/", {}
    for quad in pyoxigraph.parse(written(corpus, "trig"), format=pyoxigraph.RdfFormat.TRIG):
        graphs.setdefault(str(quad.graph_name), set()).add(str(quad.subject))
    assert set(graphs) == {f"<{base}graph/{name}>" for name in ("assertions", "entities", "meta", "papers")}
    assert all(name == f"<{base}graph/{graph_of(s)}>" for name, found in graphs.items() for s in found)
    assert {s for s in graphs[f"<{base}graph/entities>"] if f"<{base}entity/" not in s} == set()


def test_rdf_xml_writes_properties_of_any_namespace_and_refuses_what_has_no_name() -> None:
    xml = WRITERS["rdfxml"]
    data = "".join(
        xml(['<a:s> <http://x.example/#p> "1" .', "_:b1 <http://x.example/q> _:c-2 ."], "https://x.example/")
    )
    read = {str(q.predicate) for q in pyoxigraph.parse(data.encode(), format=pyoxigraph.RdfFormat.RDF_XML)}
    assert read == {"<http://x.example/#p>", "<http://x.example/q>"}
    with pytest.raises(UsageError, match="RDF/XML"):
        list(xml(["<a:s> <http://x.example/1> <a:o> ."], "https://x.example/"))


def test_a_very_large_graph_is_left_as_packed_n_triples(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(corpus / "graph.db") as store:
        assert write_file(store, lambda name: tmp_path / name)[0] == "graph.ttl"
        monkeypatch.setattr("kg.rdf.formats.TURTLE_LIMIT", 100)
        name, count = write_file(store, lambda name: tmp_path / name)
    assert name == "graph.nt.gz"
    packed = (tmp_path / name).read_bytes()
    assert gzip.decompress(packed) == written(corpus, "nt")
    assert packed[4:8] == bytes(4)  # no time in the header
    assert count == written(corpus, "nt").count(b"\n")


def test_json_ld_carries_its_context_and_asks_for_no_other(corpus: Path) -> None:
    document = json.loads(written(corpus, "jsonld"))
    assert isinstance(document["@context"], dict)
    assert {n["@id"] for n in document["@graph"] if n.get("skos:prefLabel") == "OtterNet"} == {"entity:otternet"}


def test_another_format_is_refused(corpus: Path) -> None:
    with Store(corpus / "graph.db") as store, pytest.raises(UsageError, match="jsonld, nt, rdfxml, trig, ttl"):
        write(store, io.BytesIO(), "docx")


_DIGESTS = """
import hashlib, io, sys
from pathlib import Path
from kg.rdf import write
from kg.store import Store
for form in ("jsonld", "nt", "rdfxml", "trig", "ttl"):
    out = io.BytesIO()
    with Store(Path(sys.argv[1]) / "graph.db") as store:
        write(store, out, form)
    print(hashlib.sha256(out.getvalue()).hexdigest())
"""


@pytest.mark.parametrize("seed", ["0", "4321"])
def test_bytes_do_not_depend_on_the_hash_seed(corpus: Path, seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", _DIGESTS, str(corpus)], env=environment, capture_output=True, text=True, check=True
    )
    expected = [hashlib.sha256(written(corpus, form)).hexdigest() for form in ("jsonld", "nt", "rdfxml", "trig", "ttl")]
    assert done.stdout.split() == expected


def test_blocks_that_are_spilled_give_the_same_file(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written(corpus, "nt")
    monkeypatch.setattr("kg.rdf.sorting.BLOCK", 7)
    assert written(corpus, "nt") == whole


def _texts_in(data: bytes, form: str) -> tuple[list[str], list[str]]:
    """The texts that Oxigraph and rdflib read."""
    ours = [quad.object.value for quad in pyoxigraph.parse(data, format=OXIGRAPH[form])]
    graph = read_by_rdflib(data, form)
    return ours, [str(o) for o in graph.objects()]


def _documents(lines: Iterable[str]) -> list[tuple[str, bytes]]:
    lines = list(lines)
    return [(form, "".join(w(lines, "https://x.example/")).encode("utf-8")) for form, w in sorted(WRITERS.items())]


def _as_xml_has_it(text: str) -> str:
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


HOSTILE = st.text(
    st.one_of(st.sampled_from("\"\\\n\r\t'<>{}.;@^#_:u \x00\x0b\x85\u2028\ufeff"), st.characters()), max_size=30
)


@settings(max_examples=150, deadline=None)
@given(HOSTILE, st.sampled_from(["https://x.example/p", "https://w3id.org/kg-papers/ns#start"]))
@example('x" . <a> <b> "c\n\\', "https://x.example/p")
@example("\\u0022 } \\U0000005C", "https://x.example/p")
@example("_:b \ud800", "https://x.example/p")
@example("\"\"\"\r\n'''", "https://w3id.org/kg-papers/ns#start")
def test_any_text_comes_back_from_every_format(text: str, predicate: str) -> None:
    line = f"<https://x.example/s> <{predicate}> {literal(text)} ."
    expected = ["".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)]
    for form, data in _documents([line]):
        ours, theirs = _texts_in(data, form)
        kept = [_as_xml_has_it(t) for t in expected] if form == "rdfxml" else expected
        assert ours == kept, form
        assert theirs == kept, form


@given(HOSTILE)
def test_unquoting_undoes_quoting(text: str) -> None:
    assert unquoted(quoted(text)) == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=3))
def test_numbers_keep_their_value_and_the_form_that_oxigraph_prints(value: object) -> None:
    form = number(str(value))
    assert form is not None
    store = pyoxigraph.Store()
    store.load(f"<a:s> <a:p> {literal(form, 'xsd:decimal')} .".encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert [quad.object.value for quad in store] == [form]
