"""A SPARQL endpoint over an output folder: the Oxigraph server, read-only, on this machine only."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kg.errors import DataError, UsageError
from kg.rdf.files import graph_file, store_folder
from kg.rdf.sandbox import deny


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that runs."""

    address: str  #: of the SPARQL endpoint: http://127.0.0.1:7878/query
    process: "subprocess.Popen[bytes]"


def _program() -> str:
    """The Oxigraph server: of this Python's environment, or on the path. Raises UsageError."""
    beside = Path(sys.executable).with_name("oxigraph")
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    if found is None:
        raise UsageError("the Oxigraph server is not installed", hint="pip install 'kg-papers[serve]'")
    return found


@contextmanager
def endpoint(data: Path, *, port: int = 7878, timeout: int = 60) -> Iterator[Endpoint]:
    """Serve the RDF of an output folder at `http://127.0.0.1:PORT/query` until the context ends.

    The server reads the store beside the graph, made if there is none yet. It takes queries only, no updates; on Linux
    the kernel keeps it from opening connections of its own, so that SERVICE reaches nothing. It is for one's own
    machine: it asks nobody for a name.

    Args:
        data: the folder.
        port: of the loopback interface.
        timeout: seconds that a query may take.

    Raises:
        UsageError: where the server is not installed.
        DataError: where there is no graph, no store can be made, or the server ends at once.
    """
    program = _program()
    folder = store_folder(graph_file(data).resolve())
    if folder is None:
        raise DataError("no store can be made here", where=str(data), hint="copy the output where it can be written")
    command = [program, "serve-read-only", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(  # noqa: S603 - the server that pip installed
        [*command, "--timeout-s", str(timeout)],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        preexec_fn=lambda: deny("connect"),
    )
    with process:  # waits for its end and closes its pipe
        try:
            _wait(process, f"127.0.0.1:{port}")
            yield Endpoint(f"http://127.0.0.1:{port}/query", process)
        finally:
            process.terminate()


def _wait(process: "subprocess.Popen[bytes]", where: str) -> None:
    """Return when the server says that it listens. Raises DataError where it ends instead."""
    stream = process.stderr
    said = stream.readline() if stream else b""
    if stream is None or b"Listening" not in said:
        what = said.decode("utf-8", "replace").strip() or "it said nothing"
        raise DataError(f"the server did not start: {what}", where=where, hint="try another --port")
    threading.Thread(target=_drain, args=(stream,), daemon=True).start()


def _drain(stream: IO[bytes]) -> None:
    """Read what the server says until its end: a full pipe would stop it."""
    with contextlib.suppress(ValueError):  # closed by the other thread
        while stream.readline():
            pass
