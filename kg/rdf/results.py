"""Answers of SPARQL queries as values, as tables for people, and in the formats of the W3C."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from xml.sax.saxutils import quoteattr

from kg.errors import UsageError
from kg.rdf.formats import WRITERS, short_names, unquoted
from kg.rdf.rdfxml import xml_text
from kg.rdf.terms import VOCABULARIES, quoted
from kg.schema import BASE_IRI


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
    cut: bool = False  #: whether there were more rows or triples than were asked for
    base_iri: str = BASE_IRI  #: of the graph: what `paper:` and `entity:` stand for


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


def to_json(answer: Answer) -> str:
    """SPARQL 1.1 Query Results JSON."""
    if answer.kind == "ask":
        return json.dumps({"head": {}, "boolean": answer.truth}) + "\n"
    bindings = [
        {name: term.to_json() for name, term in zip(answer.variables, row, strict=True) if term is not None}
        for row in answer.rows
    ]
    record = {"head": {"vars": list(answer.variables)}, "results": {"bindings": bindings}}
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def to_xml(answer: Answer) -> str:
    """SPARQL 1.1 Query Results XML. What XML cannot hold becomes U+FFFD."""
    head = "".join(f'<variable name="{name}"/>' for name in answer.variables)
    body = f"<boolean>{str(answer.truth).lower()}</boolean>\n"
    if answer.kind == "select":
        body = f"<results>\n{''.join(map(_xml_row, answer.rows, repeat(answer.variables)))}</results>\n"
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">\n'
    return f"{start}<head>{head}</head>\n{body}</sparql>\n"


def _xml_row(row: tuple[Term | None, ...], variables: tuple[str, ...]) -> str:
    cells = (
        f'<binding name="{name}">{_xml_term(term)}</binding>'
        for name, term in zip(variables, row, strict=True)
        if term is not None
    )
    return f"<result>{''.join(cells)}</result>\n"


def _xml_term(term: Term) -> str:
    record = term.to_json()
    mark = f' xml:lang="{term.language}"' if term.language else ""
    if "datatype" in record:
        mark = f" datatype={quoteattr(record['datatype'])}"
    return f"<{term.kind}{mark}>{xml_text(term.value)}</{term.kind}>"


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


#: Formats of triples by the names that `render` takes: those of files, and the usual pair for results.
_RDF = {"json": "jsonld", "xml": "rdfxml", **{name: name for name in WRITERS}}
_RESULTS: dict[str, Callable[[Answer], str]] = {"csv": to_csv, "json": to_json, "tsv": to_tsv, "xml": to_xml}


def render(answer: Answer, format: str, base_iri: str = "") -> str:
    """An answer as text.

    Rows and truths as `json`, `xml`, `csv` or `tsv`: the formats of SPARQL 1.1. Triples as `ttl`, `nt`, `trig`, `json`
    (JSON-LD, also `jsonld`), `xml` (RDF/XML, also `rdfxml`), or as a table of three columns in `csv` and `tsv`.

    Raises:
        UsageError: on a format that does not fit the answer.
    """
    if answer.kind == "graph" and format in _RDF:
        return "".join(WRITERS[_RDF[format]](answer.triples, base_iri or answer.base_iri))
    if format in _RESULTS:
        return _RESULTS[format](answer)
    names = sorted({*_RESULTS, *_RDF} if answer.kind == "graph" else _RESULTS)
    raise UsageError(f"no format {format!r} for this answer", hint="formats are " + ", ".join(names))
