"""The store that a large graph gets on disk: made once, made anew for another export, only read, no way out of it."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rdflib

import kg
from kg.errors import DataError, UsageError
from kg.rdf import has_store, is_large, query, saved, saved_query, store_folder, write
from kg.rdf.sandbox import deny
from kg.store import Store

TITLES = "SELECT ?t { ?p a kg:Paper ; dcterms:title ?t }"


@pytest.fixture
def large(folder_of: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder that counts as large."""
    monkeypatch.setattr("kg.rdf.files.LARGE", 10)
    folder: Path = folder_of()
    return folder


def test_what_is_large_is_told_by_size(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_large(corpus / "graph.ttl")
    monkeypatch.setattr("kg.rdf.files.LARGE", 10)
    assert is_large(corpus / "graph.ttl")


def test_small_graphs_leave_no_store(folder_of: Any) -> None:
    folder = folder_of()
    query(folder, TITLES)
    assert sorted(p.name for p in folder.iterdir()) == ["graph.db", "graph.ttl"]


def test_every_saved_query_gives_the_same_rows_from_the_store(large: Path, corpus: Path) -> None:
    for item in saved():
        assert query(large, item.text).rows == query(corpus, item.text).rows, item.name
    assert has_store(large / "graph.ttl")


def test_the_store_is_made_once_and_anew_for_another_export(large: Path, folder_of: Any) -> None:
    assert len(query(large, TITLES).rows) == 4
    stamp = large / "graph.oxigraph" / "stamp.json"
    first = stamp.stat().st_mtime_ns
    query(large, TITLES)
    assert stamp.stat().st_mtime_ns == first
    other = folder_of({"id": "x:1", "title": "Alone", "abstract": ""}, name="other")
    shutil.copy(other / "graph.ttl", large / "graph.ttl")
    assert [row[0].value for row in query(large, TITLES).rows if row[0]] == ["Alone"]
    assert not [p.name for p in large.iterdir() if p.name.startswith(".graph.oxigraph-")]


def test_a_copied_folder_keeps_its_store(large: Path, tmp_path: Path) -> None:
    query(large, TITLES)
    copied = shutil.copytree(large, tmp_path / "copied")
    os.utime(copied / "graph.ttl", ns=(1, 1))
    assert has_store(copied / "graph.ttl")
    data = (copied / "graph.ttl").read_bytes()
    (copied / "graph.ttl").write_bytes(data.replace(b"OtterNet", b"BadgrNet"))
    assert not has_store(copied / "graph.ttl")


def test_a_damaged_stamp_means_no_store(large: Path) -> None:
    query(large, TITLES)
    for text in ("", "[]", "{"):
        (large / "graph.oxigraph" / "stamp.json").write_text(text)
        assert not has_store(large / "graph.ttl")


def test_packed_n_triples_are_read_and_stored(large: Path, corpus: Path) -> None:
    with Store(corpus / "graph.db") as store, gzip.open(large / "graph.nt.gz", "wb") as out:
        write(store, out, "nt")
    (large / "graph.ttl").unlink()
    assert query(large, TITLES).rows == query(corpus, TITLES).rows
    assert json.loads((large / "graph.oxigraph" / "stamp.json").read_text())["file"] == "graph.nt.gz"


def test_a_folder_that_cannot_be_written_is_read_into_memory(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A folder in the place of the lock file stands for one that cannot be written: root may write everywhere.
    (large / ".graph.oxigraph.lock").mkdir()
    assert store_folder(large / "graph.ttl") is None
    assert len(query(large, TITLES).rows) == 4


def test_what_is_no_rdf_leaves_nothing_behind(large: Path) -> None:
    (large / "graph.ttl").write_text("<a:b> <a:c> " * 100)
    with pytest.raises(DataError, match=r"graph\.ttl"):
        query(large, TITLES)
    assert [p.name for p in large.iterdir() if "oxigraph" in p.name] == [".graph.oxigraph.lock"]


def test_processes_that_ask_at_once_share_one_store(large: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kg.rdf import files; files.LARGE = 10\n"
        "print(files.store_folder(Path(sys.argv[1])).parent.name)"
    )
    command = [sys.executable, "-c", code, str(large / "graph.ttl")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate()[0].strip() for process in running] == ["graph.oxigraph"] * 4
    assert len(query(large, TITLES).rows) == 4


def test_the_store_is_not_changed_by_queries(large: Path) -> None:
    query(large, TITLES)
    tables = {p.name: p.read_bytes() for p in (large / "graph.oxigraph" / "data").glob("*.sst")}
    query(large, "CONSTRUCT { ?s a kg:Nothing } WHERE { ?s ?p ?o }")
    with pytest.raises(UsageError):
        query(large, "DELETE WHERE { ?s ?p ?o }")
    assert {p.name: p.read_bytes() for p in (large / "graph.oxigraph" / "data").glob("*.sst")} == tables != {}


_SLIPPED = """
import socket, sys
import pyoxigraph
from kg.rdf.worker import _shut_doors
store = pyoxigraph.Store.read_only(sys.argv[1])
_shut_doors(10, 1024, files=True)
def write():
    with open(sys.argv[2], "w") as file:
        file.write("x" * 100000)
for what in (write, socket.socket, lambda: list(store.query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }")),
             lambda: list(store.query("SELECT * { ?s ?p ?o } LIMIT 1"))):
    try:
        what()
        print("open")
    except OSError:
        print("shut")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's filter is Linux's")
def test_the_process_that_reads_a_store_can_write_nothing_and_reach_nobody(large: Path, tmp_path: Path) -> None:
    folder = store_folder(large / "graph.ttl")
    done = subprocess.run(
        [sys.executable, "-c", _SLIPPED, str(folder), str(tmp_path / "x")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["shut", "shut", "shut", "open"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's filter is Linux's")
def test_the_filter_refuses_what_it_names_and_nothing_else() -> None:
    code = (
        "import socket; from kg.rdf.sandbox import deny; assert deny('connect'); s = socket.socket()\n"
        "s.bind(('127.0.0.1', 0)); s.listen()\n"
        "try: socket.socket().connect(s.getsockname())\n"
        "except PermissionError: print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "refused", done.stderr


def test_where_there_is_no_such_filter_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "vax")
    assert deny("socket") is False


def test_load_rdf_gives_a_graph_of_rdflib_in_memory_and_on_the_store(
    corpus: Path, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk = kg.load_rdf(large)
    monkeypatch.undo()
    in_memory = kg.load_rdf(str(corpus))
    text = (corpus / "graph.ttl").read_text(encoding="utf-8")
    plain = rdflib.Graph().parse(data=text, format="turtle")
    for graph in (on_disk, in_memory):
        assert len(graph) == len(plain)
        # Oxigraph names xsd:string where rdflib leaves it out.
        assert {tuple(map(str, triple)) for triple in graph} == {tuple(map(str, triple)) for triple in plain}
        rows = graph.query(saved_query("datasets-together"))
        assert [tuple(map(str, row)) for row in rows] == [("GLUE", "SQuAD", "2")]  # type: ignore[union-attr]
    assert {str(row[0]) for row in in_memory.query("SELECT ?n { ?e a kg:Task ; skos:prefLabel ?n }")} == {  # type: ignore[index]
        "natural language understanding"
    }
    with pytest.raises(RuntimeError, match="read-write"):
        on_disk.add((rdflib.URIRef("a:b"), rdflib.URIRef("a:c"), rdflib.Literal(1)))


def test_load_graph_gives_the_graph_of_networkx(corpus: Path) -> None:
    graph = kg.load_graph(corpus)
    assert graph.nodes["electra"]["type"] == "MODEL"
    assert graph.number_of_edges() == 22


@pytest.mark.parametrize("load", [kg.load_graph, kg.load_rdf])
def test_loading_nothing_says_what_to_do(load: Any, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="kg build"):
        load(tmp_path)
