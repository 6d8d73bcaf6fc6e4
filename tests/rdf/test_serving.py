"""The endpoint: a real client asks a real server, which changes nothing and reaches nobody."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from SPARQLWrapper import CSV, JSON, POST, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed, SPARQLWrapperException

from kg.errors import DataError
from kg.rdf import Endpoint, endpoint

# SPARQLWrapper leaves its sockets to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
KG = "PREFIX kg: <https://w3id.org/kg-papers/ns#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def server(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "graph.ttl").write_bytes((corpus / "graph.ttl").read_bytes())
    with endpoint(folder, port=free_port()) as running:
        yield running


def asked(server: Endpoint, text: str, form: str = JSON, **extra: Any) -> Any:
    client = SPARQLWrapper(server.address)
    client.setQuery(KG + text)
    client.setReturnFormat(form)
    client.setMethod(extra.get("method", "GET"))
    return client.queryAndConvert()


@pytest.mark.parametrize("method", ["GET", POST])
def test_a_client_gets_rows(server: Endpoint, method: str) -> None:
    text = "SELECT ?name { ?paper kg:evaluatesOn/skos:prefLabel ?name } ORDER BY ?name"
    found = asked(server, text, method=method)
    assert [row["name"]["value"] for row in found["results"]["bindings"]] == ["GLUE"] * 3 + ["SQuAD"] * 2


def test_a_client_gets_csv_and_turtle(server: Endpoint) -> None:
    assert asked(server, "SELECT (COUNT(*) AS ?n) { ?p a kg:Paper }", CSV).split() == [b"n", b"4"]
    assert b"GLUE" in asked(
        server, "CONSTRUCT { ?e skos:prefLabel ?n } { ?e a kg:Benchmark ; skos:prefLabel ?n }", TURTLE
    )


def test_updates_are_refused(server: Endpoint) -> None:
    with pytest.raises(QueryBadFormed):
        asked(server, "SELECT * { ?s ?p ?o } ; DROP ALL")
    client = SPARQLWrapper(server.address, updateEndpoint=server.address.replace("/query", "/update"))
    client.setQuery("DROP ALL")
    client.setMethod(POST)
    with pytest.raises((SPARQLWrapperException, EndPointNotFound, OSError)):
        client.query()
    assert asked(server, "ASK { ?p a kg:Paper }")["boolean"] is True


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's filter is Linux's")
def test_a_federated_query_opens_no_connection(server: Endpoint) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises((SPARQLWrapperException, OSError, ValueError)):  # the answer breaks off
            asked(server, f"SELECT * {{ SERVICE <{address}> {{ ?a ?b ?c }} }}")
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_port_that_is_taken_is_an_error_of_data(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_bytes((corpus / "graph.ttl").read_bytes())
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(DataError, match="--port"),
        endpoint(tmp_path, port=listener.getsockname()[1]),
    ):
        pass


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_the_command_says_where_it_serves_and_ends_with_its_signal(corpus: Path, tmp_path: Path, ending: int) -> None:
    (tmp_path / "graph.ttl").write_bytes((corpus / "graph.ttl").read_bytes())
    port = free_port()
    command = [sys.executable, "-m", "kg", "serve", "-g", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background may have been started with the signal ignored, and would hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith(f"SPARQL endpoint: http://127.0.0.1:{port}/query")
            example = process.stdout.readline()
            assert example.startswith("try: curl ")
            process.send_signal(ending)
            assert process.wait(timeout=20) == 130
        finally:
            process.kill()
    with pytest.raises(OSError):  # noqa: PT011 - refused or reset
        socket.create_connection(("127.0.0.1", port), timeout=1)
