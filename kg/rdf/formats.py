"""N-Triples, Turtle, TriG, JSON-LD and RDF/XML files of a graph: sorted, deterministic, written in one pass.

The sorted lines of N-Triples are the canonical form; all others group them by subject as they pass.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from kg.errors import UsageError
from kg.rdf.export import triples
from kg.rdf.ontology import COERCED, ontology
from kg.rdf.rdfxml import rdf_xml
from kg.rdf.sorting import Sorter
from kg.rdf.terms import VOCABULARIES, prefixes, term
from kg.schema import BASE_IRI
from kg.store import Store

TURTLE_LIMIT = 5_000_000  #: triples; a larger graph is left by the build as graph.nt.gz, which loads in blocks
#: Local names that Turtle takes as they are; others stay whole IRIs.
_LOCAL = re.compile(r"(?:\w|%[0-9A-F]{2})(?:(?:[\w.-]|%[0-9A-F]{2})*(?:[\w-]|%[0-9A-F]{2}))?", re.ASCII)
_LITERAL = re.compile(r'("(?:[^"\\]|\\.)*")(?:\^\^(<[^>]*>)|@([A-Za-z0-9-]+))?')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_CHARACTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_TYPE = term("rdf:type")


def write(
    store: Store,
    out: BinaryIO,
    format: str,
    base_iri: str = BASE_IRI,
    *,
    abstracts: bool = False,
    evidence: str = "compact",
) -> int:
    """Write the RDF of a graph to `out`; the number of triples.

    Args:
        store: the graph.
        out: a binary file open for writing.
        format: `nt` (byte-sorted, canonical), `ttl` (grouped by subject, with prefixes), `trig` (the same in four named
            graphs), `jsonld` (one node a line) or `rdfxml`.
        base_iri: under which papers and entities stand.
        abstracts: whether the abstracts of the papers are written too.
        evidence: `none`, `compact` (one node a sentence) or `oa` (with selectors of Web Annotation).

    Raises:
        UsageError: on another format, or a base IRI to which nothing can be appended.
    """
    if (writer := WRITERS.get(format)) is None:
        raise UsageError(f"no RDF format {format!r}", hint="formats are " + ", ".join(sorted(WRITERS)))
    with Sorter() as lines:
        lines.extend(triples(store, base_iri, abstracts=abstracts, evidence=evidence))
        return _put(lines, out, writer, base_iri)


def write_file(store: Store, place: Callable[[str], Path], base_iri: str = BASE_IRI) -> tuple[str, int]:
    """Write the RDF file of a build: graph.ttl, or graph.nt.gz above `TURTLE_LIMIT` triples; its name and the triples.

    `place` says where a file of some name is to be written.
    """
    with Sorter() as lines:
        if lines.extend(triples(store, base_iri)).count <= TURTLE_LIMIT:
            with place("graph.ttl").open("wb") as out:
                return "graph.ttl", _put(lines, out, turtle, base_iri)
        with (
            place("graph.nt.gz").open("wb") as raw,
            gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as out,
        ):
            return "graph.nt.gz", _put(lines, out, _n_triples, base_iri)


_Writer = Callable[[Iterable[str], str], Iterator[str]]
_PIECES = 1000  #: encoded and written together


def _put(lines: Sorter, out: "BinaryIO | gzip.GzipFile", writer: _Writer, base_iri: str) -> int:
    """Write sorted lines in a format; their number."""
    count, pieces = 0, list[str]()

    def counted() -> Iterator[str]:
        nonlocal count
        for line in lines:
            count += 1
            yield line

    for text in writer(counted(), base_iri):
        pieces.append(text)
        if len(pieces) >= _PIECES:
            out.write("".join(pieces).encode("utf-8"))
            pieces = []
    out.write("".join(pieces).encode("utf-8"))
    return count


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
    return _turtle(lines, prefixes(base_iri))


def ontology_turtle() -> str:
    """The ontology as Turtle: what the package ships as ontology.ttl."""
    used = ("dcterms", "fabio", "kg", "lpwc", "lpwcp", "mls", "oa", "orkgc", "orkgp", "owl", "prov", "rdf", "rdfs")
    spaces = {prefix: VOCABULARIES[prefix] for prefix in (*used, "schema", "skos", "xsd")}
    return "".join(_turtle(sorted(ontology()), spaces))


def _turtle(lines: Iterable[str], spaces: dict[str, str]) -> Iterator[str]:
    shorten = _shortener(spaces)
    yield from (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in spaces.items())
    for subject, pairs in _subjects(lines):
        yield "\n" + _block(subject, pairs, shorten)


def _block(subject: str, pairs: list[tuple[str, list[str]]], shorten: Callable[[str], str]) -> str:
    """One subject in Turtle."""
    block = [
        f"{'a' if name == _TYPE else shorten(name)} {', '.join(_turtle_object(o, shorten) for o in objects)}"
        for name, objects in pairs
    ]
    start = shorten(subject) if subject.startswith("<") else subject
    return f"{start} " + " ;\n    ".join(block) + " .\n"


def trig(lines: Iterable[str], base_iri: str = BASE_IRI) -> Iterator[str]:
    """Pieces of TriG: as Turtle, in the named graphs `graph:papers`, `:entities`, `:assertions` and `:meta`.

    Assertions, evidence and results stand in `:assertions`; ontology, run and description in `:meta`. The graphs follow
    the sorted subjects, so that one may be opened more than once.
    """
    spaces = prefixes(base_iri)
    shorten = _shortener(spaces)
    yield from (f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in spaces.items())
    for name, subjects in groupby(_subjects(lines), key=lambda found: graph_of(found[0], base_iri)):
        yield f"\ngraph:{name} {{\n"
        for subject, pairs in subjects:
            yield _block(subject, pairs, shorten)
        yield "}\n"


_GRAPHS = {"a/": "assertions", "e/": "assertions", "r/": "assertions", "entity/": "entities", "paper/": "papers"}


def graph_of(subject: str, base_iri: str = BASE_IRI) -> str:
    """The named graph of TriG that a subject (a term) stands in.

    >>> graph_of("<https://w3id.org/kg-papers/entity/bert>"), graph_of("<https://w3id.org/kg-papers/ns#Model>")
    ('entities', 'meta')
    """
    rest = subject[1:-1].removeprefix(base_iri) if subject.startswith(f"<{base_iri}") else ""
    return _GRAPHS.get(rest[: rest.find("/") + 1], "meta")


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


def _xml(lines: Iterable[str], base_iri: str) -> Iterator[str]:
    return rdf_xml(_subjects(lines), prefixes(base_iri), _LITERAL, unquoted)


#: A function for each format: sorted lines of N-Triples and the base IRI to pieces of text.
WRITERS: dict[str, _Writer] = {
    "jsonld": json_ld,
    "nt": _n_triples,
    "rdfxml": _xml,
    "trig": trig,
    "ttl": turtle,
}
