"""Terms of RDF as N-Triples text: prefixes, IRIs, literals, and the lexical forms of numbers and dates.

Every triple that kg writes goes through `iri`, `literal` and `number` here, so that escaping and canonical forms are in
one place. Lexical forms are those of XSD 1.1 (`0.9`, not `0.90`; `91`, not `91.0`), which Oxigraph prints too: a file
that goes through its store comes out unchanged.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from kg.errors import UsageError
from kg.schema import NAMESPACE

#: Prefixes that do not depend on the base IRI.
VOCABULARIES: dict[str, str] = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "fabio": "http://purl.org/spar/fabio/",
    "kg": NAMESPACE,
    "lpwc": "https://linkedpaperswithcode.com/class/",
    "lpwcp": "https://linkedpaperswithcode.com/property/",
    "mls": "http://www.w3.org/ns/mls#",
    "oa": "http://www.w3.org/ns/oa#",
    "orkgc": "http://orkg.org/orkg/class/",
    "orkgp": "http://orkg.org/orkg/predicate/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
#: Folders under the base IRI, by prefix.
THINGS: dict[str, str] = {
    "assertion": "a/",
    "entity": "entity/",
    "evidence": "e/",
    "graph": "graph/",
    "paper": "paper/",
    "partition": "dataset/",
    "result": "r/",
    "run": "run/",
}
_BASE = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?/(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})*(?:(?<=/)|#)")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_TO_ESCAPE = re.compile(r'["\\\x00-\x1f\x7f]')
_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DIGITS = 18  #: on either side of the point: what Oxigraph's decimals hold


def checked_base(base_iri: str) -> str:
    """The base IRI, if IRIs can be made by appending to it.

    Raises:
        UsageError: where it is not an absolute http(s) IRI that ends in `/` or `#`.

    >>> checked_base("https://example.org/kg/")
    'https://example.org/kg/'
    """
    if not _BASE.fullmatch(base_iri):
        raise UsageError(f"{base_iri!r} cannot be a base IRI", hint="give one such as https://example.org/kg/")
    return base_iri


def prefixes(base_iri: str) -> dict[str, str]:
    """Namespace by prefix, sorted: the vocabularies of the model and the folders under the base IRI."""
    things = {prefix: checked_base(base_iri) + folder for prefix, folder in THINGS.items()}
    return dict(sorted({**VOCABULARIES, **things}.items()))


def iri(text: str) -> str:
    """An IRI that kg made, as a term. Not for text from outside: nothing is checked.

    >>> iri("https://example.org/a")
    '<https://example.org/a>'
    """
    return f"<{text}>"


@cache
def term(name: str) -> str:
    """A term of a vocabulary by its prefixed name.

    >>> term("kg:Model")
    '<https://w3id.org/kg-papers/ns#Model>'
    """
    prefix, _, local = name.partition(":")
    return iri(VOCABULARIES[prefix] + local)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _ESCAPES.get(character) or f"\\u{ord(character):04X}"


def quoted(text: str) -> str:
    r"""A text in quotation marks, escaped as canonical N-Triples ask. Lone surrogates become U+FFFD.

    >>> print(quoted('a "b" \\ c'))
    "a \"b\" \\ c"
    """
    return '"' + _TO_ESCAPE.sub(_escape, _SURROGATE.sub("\ufffd", text)) + '"'


def literal(text: str, datatype: str = "") -> str:
    """A literal; `datatype` as a prefixed name, "" for a plain string.

    >>> literal("2024", "xsd:gYear")
    '"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    return f"{quoted(text)}^^{term(datatype)}" if datatype else quoted(text)


def english(text: str) -> str:
    """A literal in English: labels and comments of the ontology."""
    return quoted(text) + "@en"


def number(text: str | float) -> str | None:
    """The canonical lexical form of an xsd:decimal; None where it is no number or has more digits than engines hold.

    >>> number("91.0"), number(0.9), number("-0.50"), number("1e3"), number("many"), number("1e99")
    ('91', '0.9', '-0.5', '1000', None, None)
    """
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) >= _MAX_DIGITS:
        return None
    form = f"{value:f}"
    if "." in form:
        form = form.rstrip("0").rstrip(".")
    whole, _, fraction = form.lstrip("+-").partition(".")
    if len(whole) > _MAX_DIGITS or len(fraction) > _MAX_DIGITS:
        return None
    return "0" if form == "-0" else form


def issued(day: str, year: int | None) -> str | None:
    """The time of publication as precise as it is known: xsd:date, xsd:gYearMonth or xsd:gYear; None where it is not.

    >>> issued("2024-03", 2024)
    '"2024-03"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'
    >>> issued("2024-02-31", 2024)
    '"2024"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    try:
        if len(day) == len("2024-03-09"):
            date.fromisoformat(day)
            return literal(day, "xsd:date")
        if len(day) == len("2024-03"):
            date.fromisoformat(f"{day}-01")
            return literal(day, "xsd:gYearMonth")
    except ValueError:
        pass  # no day of the calendar: the year still stands
    if year is None and re.fullmatch(r"[12]\d{3}(?:-.*)?", day):
        year = int(day[:4])
    return literal(f"{year:04d}", "xsd:gYear") if year is not None else None
