"""The process that runs one query: read the graph, shut every door, parse, refuse, run, answer, end.

`kg.rdf.sparql` starts it, gives it the query on stdin as JSON and reads the answer as JSON from stdout. After the graph
is read the process may open no further file or socket (RLIMIT_NOFILE), so that even a query that slips past the guard
reaches nothing; its memory and processor time are limited as well. Where the graph is a store on disk, Oxigraph opens
its files as it needs them: there the process may write no file (RLIMIT_FSIZE) and the kernel refuses it every socket.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg.errors import DataError, KgError, UsageError
from kg.rdf.files import opened as rdf_file
from kg.rdf.files import rdf_format
from kg.rdf.sandbox import deny

if TYPE_CHECKING:
    import pyoxigraph

_Item = TypeVar("_Item")
_SPARE = 512  #: MB of address space beyond the memory that a query may hold


def main() -> None:
    """Answer the request on stdin: `path`, `store`, `query`, `prefixes`, `seconds`, `megabytes`, `rows`."""
    request = json.load(sys.stdin)
    try:
        answer = _answer(request)
    except MemoryError:
        answer = {"error": "memory"}
    except KgError as error:
        answer = {
            "error": "usage" if isinstance(error, UsageError) else "data",
            "what": error.what,
            "where": error.where,
            "hint": error.hint,
        }
    json.dump(answer, sys.stdout)
    sys.stdout.flush()


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    import pyoxigraph
    import rdflib.plugins.sparql.parser  # noqa: F401 - nothing can be imported after the doors are shut

    from kg.rdf.guard import normalised, raise_from_oxigraph, refuse

    graph = _opened(Path(request["path"]), request["store"])
    _shut_doors(request["seconds"], request["megabytes"], files=request["store"] is not None)
    text = normalised(request["query"])
    try:
        ordered = refuse(text)
    except UsageError as error:
        # Oxigraph's parser says better what it expected; it runs on nothing here.
        if "does not parse" in error.what:
            try:
                pyoxigraph.Store().query(text, prefixes=request["prefixes"])
            except SyntaxError as better:
                raise_from_oxigraph(str(better), text)
        raise
    try:
        found = graph().query(text, prefixes=request["prefixes"])
        return _told(found, request["megabytes"], request["rows"], ordered=ordered)
    except SyntaxError as error:
        raise_from_oxigraph(str(error), text)
    except OSError as error:
        raise DataError(f"the query failed: {error}", where="query") from error


def _opened(path: Path, store: str | None) -> "Callable[[], pyoxigraph.Store]":
    """A function that gives the graph; what it needs of the disk is read now. Raises DataError."""
    import pyoxigraph

    try:
        if store is not None:
            opened = pyoxigraph.Store.read_only(store)
            return lambda: opened
        with rdf_file(path) as source:
            data = source.read()
    except (OSError, EOFError) as error:
        raise DataError(f"cannot be read: {error}", where=store or str(path), hint="run `kg build` again") from error

    def load() -> pyoxigraph.Store:
        graph = pyoxigraph.Store()
        try:
            graph.load(data, format=rdf_format(path))
        except SyntaxError as error:
            raise DataError(
                f"is no RDF that can be read: {error}", where=str(path), hint="run `kg build` again"
            ) from error
        return graph

    return load


def _shut_doors(seconds: float, megabytes: int, *, files: bool = False) -> None:
    """Limit this process: no socket, no new file, so much memory, so much processor time (if the parent is gone).

    `files` lets it open files, to read them.
    """
    try:
        import resource
    except ImportError:  # not on Windows: there the guard alone stands
        return
    deny("socket")
    if files:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    else:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    space = megabytes + _SPARE << 20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    # Load and all threads count, so this is only the net under the parent's wall clock.
    limit = int(seconds * 4) + 30
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))


def _term(term: Any) -> list[str] | None:
    """A term as [kind, value, datatype, language]; None where a variable is unbound."""
    import pyoxigraph

    if term is None:
        return None
    if isinstance(term, pyoxigraph.NamedNode):
        return ["uri", term.value, "", ""]
    if isinstance(term, pyoxigraph.Literal):
        return ["literal", term.value, "" if term.language else term.datatype.value, term.language or ""]
    if isinstance(term, pyoxigraph.BlankNode):
        return ["bnode", term.value, "", ""]
    return ["literal", str(term), "", ""]  # a triple as a term: RDF 1.2, which our exports do not hold


def _guarded(items: Iterable[_Item], megabytes: int) -> Iterator[_Item]:
    """The items, as long as the process holds no more than so much memory. Raises MemoryError.

    The hard limit lies higher: an allocation that fails inside Oxigraph's binding can leave the process hanging.
    """
    try:
        import resource
    except ImportError:
        yield from items
        return
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # ru_maxrss counts bytes there, kilobytes elsewhere
    for n, item in enumerate(items):
        if n % 256 == 0 and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit > megabytes:
            raise MemoryError
        yield item


def _told(found: Any, megabytes: int, limit: int, *, ordered: bool) -> dict[str, Any]:
    """The answer as JSON; rows are sorted where the query leaves their order open, triples always.

    No more than `limit` rows or triples are taken; `cut` tells that there were more.
    """
    import pyoxigraph

    if isinstance(found, pyoxigraph.QueryBoolean):
        return {"kind": "ask", "truth": bool(found)}
    items = _guarded(found, megabytes)
    if isinstance(found, pyoxigraph.QueryTriples):
        lines: set[str] = set()
        for t in items:
            lines.add(f"{t.subject} {t.predicate} {t.object} .")
            if len(lines) > limit:
                return {"kind": "graph", "triples": sorted(lines)[:limit], "cut": True}
        return {"kind": "graph", "triples": sorted(lines)}
    rows = [[_term(value) for value in row] for row in islice(items, limit)]
    cut = len(rows) == limit and next(items, None) is not None
    if not ordered:
        rows.sort(key=lambda row: [term or [] for term in row])  # unbound first, as SPARQL's own order has it
    return {"kind": "select", "variables": [v.value for v in found.variables], "rows": rows, "cut": cut}
