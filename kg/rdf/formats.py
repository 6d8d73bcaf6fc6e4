"""N-Triples, Turtle and JSON-LD files of a graph: sorted, deterministic, written in one pass.

The lines are sorted in blocks that are spilled to a temporary file and merged, so that memory does not grow with the
graph; Turtle and JSON-LD group the sorted lines by subject.
"""

import heapq
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from itertools import groupby, islice
from typing import BinaryIO

from kg.errors import UsageError
from kg.rdf.export import triples
from kg.rdf.ontology import COERCED
from kg.rdf.terms import prefixes, term
from kg.schema import BASE_IRI
from kg.store import Store

_BLOCK = 250_000  #: lines sorted at a time, about 100 MB
#: Local names that Turtle takes as they are; others stay whole IRIs.
_LOCAL = re.compile(r"(?:\w|%[0-9A-F]{2})(?:(?:[\w.-]|%[0-9A-F]{2})*(?:[\w-]|%[0-9A-F]{2}))?", re.ASCII)
_LITERAL = re.compile(r'("(?:[^"\\]|\\.)*")(?:\^\^(<[^>]*>)|@([A-Za-z0-9-]+))?')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_CHARACTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_TYPE = term("rdf:type")


def write(store: Store, out: BinaryIO, format: str, base_iri: str = BASE_IRI) -> int:
    """Write the RDF of a graph to `out`; the number of triples.

    Args:
        store: the graph.
        out: a binary file open for writing.
        format: `nt` (byte-sorted, canonical), `ttl` (grouped by subject, with prefixes) or `jsonld` (one node a line).
        base_iri: under which papers and entities stand.

    Raises:
        UsageError: on another format, or a base IRI to which nothing can be appended.
    """
    if (writer := _WRITERS.get(format)) is None:
        raise UsageError(f"no RDF format {format!r}", hint="formats are " + ", ".join(sorted(_WRITERS)))
    count = 0

    def counted(lines: Iterable[str]) -> Iterator[str]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    with ExitStack() as stack:
        for text in writer(counted(_sorted(triples(store, base_iri), stack)), base_iri):
            out.write(text.encode("utf-8"))
    return count


def _sorted(lines: Iterable[str], stack: ExitStack) -> Iterator[str]:
    """The lines sorted by code point (which is the order of UTF-8 bytes), each once; blocks live as long as `stack`."""
    source, blocks = iter(lines), list[Iterable[str]]()
    while block := sorted(islice(source, _BLOCK)):
        if len(block) < _BLOCK:
            blocks.append(block)
            break
        file = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n"))  # noqa: SIM115 - the stack closes it
        file.writelines(f"{line}\n" for line in block)
        file.seek(0)
        blocks.append(line.rstrip("\n") for line in file)
    for line, _ in groupby(heapq.merge(*blocks)):
        yield line


def _n_triples(lines: Iterable[str], _base: str) -> Iterator[str]:
    return (f"{line}\n" for line in lines)


def _subjects(lines: Iterable[str]) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    """Subjects in order, each with its predicates (rdf:type first) and their objects."""
    split = (line[:-2].split(" ", 2) for line in lines)
    for subject, rows in groupby(split, key=lambda row: row[0]):
        pairs = [(p, [o for _, _, o in group]) for p, group in groupby(rows, key=lambda row: row[1])]
        yield subject, sorted(pairs, key=lambda pair: pair[0] != _TYPE)


def _shortener(spaces: dict[str, str]) -> Callable[[str], str]:
    """A function that writes `<iri>` as a prefixed name where Turtle allows it."""
    names = {namespace: prefix for prefix, namespace in spaces.items()}

    @lru_cache(maxsize=4096)
    def shorten(node: str) -> str:
        whole = node[1:-1]
        cut = max(whole.rfind("/"), whole.rfind("#")) + 1
        prefix, local = names.get(whole[:cut]), whole[cut:]
        return f"{prefix}:{local}" if prefix is not None and _LOCAL.fullmatch(local) else node

    return shorten


def turtle(lines: Iterable[str], base_iri: str = BASE_IRI) -> Iterator[str]:
    """Pieces of Turtle out of sorted lines of N-Triples: prefixes, then a block for each subject."""
    spaces = prefixes(base_iri)
    shorten = _shortener(spaces)
    for prefix, namespace in spaces.items():
        yield f"@prefix {prefix}: <{namespace}> .\n"
    for subject, pairs in _subjects(lines):
        block = [
            f"{'a' if name == _TYPE else shorten(name)} {', '.join(_turtle_object(o, shorten) for o in objects)}"
            for name, objects in pairs
        ]
        start = shorten(subject) if subject.startswith("<") else subject
        yield f"\n{start} " + " ;\n    ".join(block) + " .\n"


def _turtle_object(text: str, shorten: Callable[[str], str]) -> str:
    """An object of N-Triples in Turtle; numbers without quotation marks where Turtle reads them as the same literal."""
    if text.startswith("<"):
        return shorten(text)
    match = _LITERAL.fullmatch(text)
    if match is None or not match[2]:
        return text
    value, datatype = match[1][1:-1], match[2]
    if datatype == _INTEGER and re.fullmatch(r"[+-]?[0-9]+", value):
        return value
    if datatype == _DECIMAL and re.fullmatch(r"[+-]?[0-9]*\.[0-9]+", value):
        return value
    return f"{match[1]}^^{shorten(datatype)}"


_INTEGER, _DECIMAL = term("xsd:integer"), term("xsd:decimal")


def json_ld(lines: Iterable[str], base_iri: str = BASE_IRI) -> Iterator[str]:
    """Pieces of JSON-LD out of sorted lines of N-Triples: the context inlined, then one node a line."""
    spaces = prefixes(base_iri)
    shorten = _shortener(spaces)
    context = {**spaces, **{name: {"@type": kind} for name, kind in sorted(COERCED.items())}}
    yield f'{{"@context": {json.dumps(context, indent=1)},\n"@graph": ['
    mark = "\n"
    for subject, pairs in _subjects(lines):
        node: dict[str, object] = {"@id": _json_name(subject, shorten)}
        for predicate, objects in pairs:
            if predicate == _TYPE:
                node["@type"] = [_json_name(o, shorten) for o in objects]
                continue
            name = _json_name(predicate, shorten)
            values = [_json_value(o, COERCED.get(name, ""), shorten) for o in objects]
            node[name] = values[0] if len(values) == 1 else values
        yield mark + json.dumps(node, ensure_ascii=False)
        mark = ",\n"
    yield "\n]}\n"


def _json_name(node: str, shorten: Callable[[str], str]) -> str:
    if not node.startswith("<"):
        return node  # a blank node, in the answer of a query
    short = shorten(node)
    return short[1:-1] if short.startswith("<") else short


def _json_value(text: str, coerced: str, shorten: Callable[[str], str]) -> object:
    """An object of N-Triples in JSON-LD: bare where the context says what it is, spelled out where it does not."""
    match = _LITERAL.fullmatch(text)
    if match is None:
        name = _json_name(text, shorten)
        return name if coerced == "@id" else {"@id": name}
    value, datatype, language = unquoted(match[1]), match[2], match[3]
    if language:
        return {"@value": value, "@language": language}
    if datatype is None:
        return {"@value": value} if coerced else value
    kind = _json_name(datatype, shorten)
    return value if kind == coerced else {"@value": value, "@type": kind}


def unquoted(text: str) -> str:
    r"""The text that an N-Triples string in quotation marks stands for.

    >>> unquoted('"a \\"b\\" \\u0041"')
    'a "b" A'
    """

    def character(match: re.Match[str]) -> str:
        if digits := match[1] or match[2]:
            return chr(int(digits, 16))
        return _CHARACTERS.get(match[3], match[3])

    return _ESCAPE.sub(character, text[1:-1])


def short_names(base_iri: str = BASE_IRI) -> Callable[[str], str]:
    """A function that shortens an IRI (without angle brackets) by the prefixes of the model, for people to read.

    >>> short_names()("https://w3id.org/kg-papers/ns#Model")
    'kg:Model'
    """
    shorten = _shortener(prefixes(base_iri))

    def short(whole: str) -> str:
        return _json_name(f"<{whole}>", shorten)

    return short


_WRITERS: dict[str, Callable[[Iterable[str], str], Iterator[str]]] = {
    "jsonld": json_ld,
    "nt": _n_triples,
    "ttl": turtle,
}
