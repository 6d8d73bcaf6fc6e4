"""SPARQL over the RDF of an output folder: SELECT, ASK, CONSTRUCT and DESCRIBE, in a process that can be ended.

Oxigraph answers, small graphs in memory, large ones from a store on disk (`kg.rdf.files`). `kg.rdf.guard` says what is
refused, `kg.rdf.worker` is the process.
"""

import difflib
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from kg.errors import DataError, KgError, UsageError
from kg.rdf.files import graph_file, is_large, store_folder
from kg.rdf.guard import normalised
from kg.rdf.ontology import CLASSES, PROPERTIES
from kg.rdf.results import Answer, Term
from kg.rdf.terms import prefixes
from kg.schema import BASE_IRI, NAMESPACE
from kg.store import Store

MEGABYTES = 4096  #: memory that a query may take, graph included
ROWS = 100_000  #: rows or triples that an answer has at most


def base_of(data: Path) -> str:
    """The base IRI of an output folder, as its graph.db has it; that of the project where there is none to ask."""
    try:
        with Store((data if data.is_dir() else data.parent) / "graph.db") as store:
            return store.meta.get("base_iri", BASE_IRI)
    except DataError:
        return BASE_IRI


def query(
    data: Path,
    text: str,
    *,
    timeout: float = 60.0,
    base_iri: str = "",
    megabytes: int = MEGABYTES,
    rows: int = ROWS,
) -> Answer:
    """Answer a query over the RDF of an output folder.

    A graph of more than 300,000 triples or so is first loaded into a store beside it, once; where the folder cannot be
    written it is read into memory instead, as a small one is.

    Args:
        data: the folder, or a file in Turtle (.ttl) or N-Triples (.nt), plain or .gz.
        text: SPARQL 1.1; the prefixes of the model need no declaration.
        timeout: seconds of wall time; reading into memory counts, making the store does not.
        base_iri: what `paper:` and `entity:` stand for; by default, as the folder's graph was built.
        megabytes: memory that the process may hold.
        rows: rows or triples to take at most; `cut` of the answer tells whether there were more.

    Raises:
        UsageError: on SERVICE, FROM, updates, and a query that does not parse.
        DataError: where there is no graph, or the query passes time or memory.
    """
    path, base = graph_file(data), base_iri or base_of(data)
    store = store_folder(path.resolve()) if is_large(path) else None
    request = {
        "path": str(path.resolve()),
        "store": str(store) if store else None,
        "query": normalised(text),
        "prefixes": prefixes(base),
        "seconds": timeout,
        "megabytes": megabytes,
        "rows": rows,
    }
    try:
        # Python's -P keeps the current folder off the path; the folder of kg itself goes last, for a kg run in place.
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-c", _START, str(Path(__file__).parents[2])],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
            # A panic that prints where it came from can hang where memory is short.
            env={**os.environ, "RUST_BACKTRACE": "0"},
        )
    except subprocess.TimeoutExpired:
        raise DataError(
            f"the query took more than {timeout:g} seconds", where="query", hint="narrow it, or allow more time"
        ) from None
    return _answer(_decoded(done), megabytes, base)


_START = "import sys; sys.path.append(sys.argv[1]); from kg.rdf.worker import main; main()"


def _decoded(done: "subprocess.CompletedProcess[bytes]") -> dict[str, Any]:
    """What the process said; one that was ended by its limits says nothing."""
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        # Oxigraph aborts where it gets no memory; the kernel may kill.
        if done.returncode in (-signal.SIGABRT, -signal.SIGKILL) or b"memory" in done.stderr.lower():
            return {"error": "memory"}
        last = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        what = last[:200] or f"signal {-done.returncode}"
        raise DataError(f"the query ended its process: {what}", where="query", hint="simplify it") from None
    return answer


def _answer(record: dict[str, Any], megabytes: int, base: str) -> Answer:
    """The answer of the process as a value; its errors are raised."""
    if (error := record.get("error")) == "memory":
        raise DataError(f"the query took more than {megabytes:,} MB of memory", where="query", hint="narrow it")
    if error is not None:
        kind: type[KgError] = UsageError if error == "usage" else DataError
        raise kind(record["what"], where=record["where"], hint=record["hint"])
    return Answer(
        record["kind"],
        tuple(record.get("variables", ())),
        tuple(tuple(Term(*t) if t else None for t in row) for row in record.get("rows", ())),
        record.get("truth", False),
        tuple(record.get("triples", ())),
        record.get("cut", False),
        base,
    )


_TERM = re.compile(rf"(?:\bkg:|<{re.escape(NAMESPACE)})([A-Za-z]\w*)")
_NOT_TERMS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')


def unknown_terms(text: str) -> list[str]:
    """Notes on terms of the namespace of kg that a query names and the model has not: such a query finds nothing.

    >>> unknown_terms("SELECT * { ?paper kg:evaluateOn ?x }")
    ['kg:evaluateOn is no term of the model; did you mean kg:evaluatesOn?']
    """
    if re.search(r"prefix\s+kg:", text, re.IGNORECASE):
        return []  # another namespace may stand behind it
    terms = [c.term for c in CLASSES] + [p.term for p in PROPERTIES]
    known = [name.removeprefix("kg:") for name in terms]
    notes = []
    for name in dict.fromkeys(_TERM.findall(_NOT_TERMS.sub("", text))):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            notes.append(f"kg:{name} is no term of the model" + (f"; did you mean kg:{near[0]}?" if near else ""))
    return notes
