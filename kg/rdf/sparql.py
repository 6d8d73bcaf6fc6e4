"""SPARQL over the RDF of an output folder: SELECT, ASK, CONSTRUCT and DESCRIBE, in a process that can be ended.

Oxigraph answers in memory. `kg.rdf.guard` says what is refused, `kg.rdf.worker` is the process.
"""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import DataError, KgError, UsageError
from kg.rdf.formats import json_ld, short_names, turtle, unquoted
from kg.rdf.guard import normalised
from kg.rdf.terms import VOCABULARIES, prefixes, quoted
from kg.schema import BASE_IRI
from kg.store import Store

MEGABYTES = 4096  #: memory that a query may take, graph included
FORMATS = ("table", "json", "csv", "tsv")
_GRAPHS = ("graph.ttl", "graph.nt")


@dataclass(frozen=True, slots=True)
class Term:
    """An RDF term in an answer."""

    kind: str  #: uri, literal or bnode, as in SPARQL results
    value: str
    datatype: str = ""  #: IRI; "" for IRIs, blank nodes and texts with a language
    language: str = ""

    def n3(self) -> str:
        """As N-Triples write it; strings without their datatype."""
        if self.kind == "uri":
            return f"<{self.value}>"
        if self.kind == "bnode":
            return f"_:{self.value}"
        if self.language:
            return f"{quoted(self.value)}@{self.language}"
        plain = self.datatype in ("", VOCABULARIES["xsd"] + "string")
        return quoted(self.value) if plain else f"{quoted(self.value)}^^<{self.datatype}>"

    def to_json(self) -> dict[str, str]:
        """As in SPARQL 1.1 Query Results JSON."""
        record = {"type": self.kind, "value": self.value}
        if self.language:
            record["xml:lang"] = self.language
        elif self.kind == "literal" and self.datatype not in ("", VOCABULARIES["xsd"] + "string"):
            record["datatype"] = self.datatype
        return record


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave. `kind` says which members stand."""

    kind: str  #: select (variables, rows), ask (truth) or graph (triples; of CONSTRUCT and DESCRIBE)
    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] = ()  #: in the order of the query, or sorted; None where unbound
    truth: bool = False
    triples: tuple[str, ...] = ()  #: lines of N-Triples, sorted, without line ends
    base_iri: str = BASE_IRI  #: of the graph: what `paper:` and `entity:` stand for


def graph_file(data: Path) -> Path:
    """The RDF file of an output folder, or `data` itself if it is a file. Raises DataError where there is none."""
    if data.is_file():
        return data
    for name in _GRAPHS:
        if (path := data / name).is_file():
            return path
    raise DataError(
        "no RDF graph here", where=str(data), hint="run `kg build` first, or give the folder of an output with -g"
    )


def base_of(data: Path) -> str:
    """The base IRI of an output folder, as its graph.db has it; that of the project where there is none to ask."""
    try:
        with Store((data if data.is_dir() else data.parent) / "graph.db") as store:
            return store.meta.get("base_iri", BASE_IRI)
    except DataError:
        return BASE_IRI


def query(data: Path, text: str, *, timeout: float = 60.0, base_iri: str = "", megabytes: int = MEGABYTES) -> Answer:
    """Answer a query over graph.ttl of an output folder.

    Args:
        data: the folder, or a file in Turtle (.ttl) or N-Triples (.nt).
        text: SPARQL 1.1; the prefixes of the model need no declaration.
        timeout: seconds of wall time, loading included.
        base_iri: what `paper:` and `entity:` stand for; by default, as the folder's graph was built.
        megabytes: memory that the process may hold.

    Raises:
        UsageError: on SERVICE, FROM, updates, and a query that does not parse.
        DataError: where there is no graph, or the query passes time or memory.
    """
    path, base = graph_file(data), base_iri or base_of(data)
    request = {
        "path": str(path.resolve()),
        "query": normalised(text),
        "prefixes": prefixes(base),
        "seconds": timeout,
        "megabytes": megabytes,
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
        base,
    )


def table(answer: Answer, base_iri: str = "") -> tuple[list[str], list[list[str]]]:
    """Header and rows for people: literals as their text, IRIs shortened by the prefixes of the model."""
    short = short_names(base_iri or answer.base_iri)
    if answer.kind == "ask":
        return ["answer"], [["yes" if answer.truth else "no"]]
    if answer.kind == "graph":
        return ["subject", "predicate", "object"], [
            [_shown(term, short) for term in line[:-2].split(" ", 2)] for line in answer.triples
        ]
    cells = [[short(t.value) if t and t.kind == "uri" else (t.value if t else "") for t in row] for row in answer.rows]
    return list(answer.variables), cells


def _shown(term: str, short: Callable[[str], str]) -> str:
    """A term of an N-Triples line for people."""
    if term.startswith("<"):
        return short(term[1:-1])
    return unquoted(term[: term.rindex('"') + 1]) if term.startswith('"') else term


def to_json(answer: Answer, base_iri: str = "") -> str:
    """SPARQL 1.1 Query Results JSON; JSON-LD for the triples of CONSTRUCT and DESCRIBE."""
    if answer.kind == "graph":
        return "".join(json_ld(answer.triples, base_iri or answer.base_iri))
    if answer.kind == "ask":
        return json.dumps({"head": {}, "boolean": answer.truth}) + "\n"
    bindings = [
        {name: term.to_json() for name, term in zip(answer.variables, row, strict=True) if term is not None}
        for row in answer.rows
    ]
    record = {"head": {"vars": list(answer.variables)}, "results": {"bindings": bindings}}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def to_turtle(answer: Answer, base_iri: str = "") -> str:
    """The triples of CONSTRUCT or DESCRIBE as Turtle."""
    return "".join(turtle(answer.triples, base_iri or answer.base_iri))


def to_csv(answer: Answer) -> str:
    """SPARQL 1.1 Query Results CSV: values without their kind, lines end in CR LF."""
    out = io.StringIO()
    writer = csv.writer(out)
    if answer.kind == "ask":
        writer.writerow(["answer"])
        writer.writerow([str(answer.truth).lower()])
    elif answer.kind == "graph":
        writer.writerow(["subject", "predicate", "object"])
        writer.writerows([_shown(term, str) for term in line[:-2].split(" ", 2)] for line in answer.triples)
    else:
        writer.writerow(answer.variables)
        writer.writerows([_csv_value(term) for term in row] for row in answer.rows)
    return out.getvalue()


def _csv_value(term: Term | None) -> str:
    if term is None:
        return ""
    return f"_:{term.value}" if term.kind == "bnode" else term.value


def to_tsv(answer: Answer) -> str:
    """SPARQL 1.1 Query Results TSV: terms as N-Triples write them."""
    return "".join("\t".join(cells) + "\n" for cells in _tsv_rows(answer))


def _tsv_rows(answer: Answer) -> Iterator[list[str]]:
    if answer.kind == "ask":
        yield ["?answer"]
        yield [str(answer.truth).lower()]
    elif answer.kind == "graph":
        yield ["?subject", "?predicate", "?object"]
        yield from (line[:-2].split(" ", 2) for line in answer.triples)
    else:
        yield [f"?{name}" for name in answer.variables]
        yield from ([term.n3() if term else "" for term in row] for row in answer.rows)


def render(answer: Answer, format: str, base_iri: str = "") -> str:
    """An answer as text in `json`, `csv`, `tsv` or, of triples, `ttl` and `nt`. Raises UsageError on others."""
    if format == "json":
        return to_json(answer, base_iri)
    if format in ("csv", "tsv"):
        return to_csv(answer) if format == "csv" else to_tsv(answer)
    if format in ("ttl", "nt") and answer.kind == "graph":
        return to_turtle(answer, base_iri) if format == "ttl" else "".join(f"{line}\n" for line in answer.triples)
    raise UsageError(f"no format {format!r} for this answer", hint="formats are json, csv, tsv; ttl and nt of triples")
