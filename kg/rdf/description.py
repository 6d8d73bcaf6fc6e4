"""The description that every export carries: VoID and DCAT, with counts, partitions, licence and provenance."""

from collections import Counter
from collections.abc import Iterator

from kg.rdf.ontology import LICENCE
from kg.rdf.terms import VOCABULARIES, english, iri, literal, quoted, term

_TITLE = "Knowledge graph of papers"
_ABOUT = (
    "What the titles and abstracts of papers say about models, methods, datasets, benchmarks, tasks and metrics, "
    "with the sentence for each statement."
)
_RIGHTS = "Quoted sentences and titles belong to the authors of the papers; the licence is that of the statements."
_VOCABULARIES = ("dcat", "dcterms", "fabio", "kg", "prov", "schema", "skos", "void")
_MEDIA = "https://www.iana.org/assignments/media-types/"
#: Formats of `kg export`, with their media types.
_DISTRIBUTIONS = {
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig",
    "ttl": "text/turtle",
}
#: Classes of which every described thing has exactly one.
_THINGS = ("kg:Paper", "skos:Concept", "kg:Assertion", "kg:Evidence", "kg:Result")
_Pairs = list[tuple[str, str | None]]


def description(base: str, run: str, corpus: str, kinds: Counter[str], uses: Counter[str]) -> Iterator[str]:
    """Lines of N-Triples; `void:triples` counts these lines too, all other counts are of the lines before.

    Args:
        base: the base IRI.
        run: the run that made the assertions, as a term.
        corpus: SHA-256 of all facts, "" where it is not known.
        kinds: how many things have each class (terms).
        uses: how many lines have each predicate (terms).
    """
    dataset = iri(base + "dataset")
    pairs: _Pairs = [
        ("rdf:type", term("dcat:Dataset")),
        ("rdf:type", term("void:Dataset")),
        ("dcterms:title", english(_TITLE)),
        ("dcterms:description", english(_ABOUT)),
        ("dcterms:license", iri(LICENCE)),
        ("dcterms:rights", english(_RIGHTS)),
        ("dcterms:identifier", quoted(f"sha256:{corpus}") if corpus else None),
        ("prov:wasGeneratedBy", run),
        ("void:uriSpace", quoted(base)),
        ("void:entities", _integer(sum(kinds[term(thing)] for thing in _THINGS))),
        ("void:classes", _integer(len(kinds))),
        ("void:properties", _integer(len(uses))),
        *(("void:vocabulary", iri(VOCABULARIES[v])) for v in _VOCABULARIES),
    ]
    lines: list[str] = []
    for name, counts, what in (("class", kinds, "void:entities"), ("property", uses, "void:triples")):
        for item in sorted(counts):
            node = iri(f"{base}dataset/{name}-{_local(item)}")
            pairs.append((f"void:{name}Partition", node))
            lines += _lines(node, [(f"void:{name}", item), (what, _integer(counts[item]))])
    for form, media in _DISTRIBUTIONS.items():
        node = iri(f"{base}dataset/{form}")
        pairs.append(("dcat:distribution", node))
        lines += _lines(node, _distribution(form, media))
    lines += _lines(dataset, pairs)
    yield from lines
    yield from _lines(dataset, [("void:triples", _integer(sum(uses.values()) + len(lines) + 1))])


def _distribution(form: str, media: str) -> _Pairs:
    return [
        ("rdf:type", term("dcat:Distribution")),
        ("dcterms:title", english(f"The graph as {form}")),
        ("dcterms:license", iri(LICENCE)),
        ("dcat:mediaType", iri(_MEDIA + media)),
    ]


def _integer(n: int) -> str:
    return literal(str(n), "xsd:integer")


def _lines(subject: str, pairs: _Pairs) -> list[str]:
    return [f"{subject} {term(predicate)} {value} ." for predicate, value in pairs if value is not None]


def _local(item: str) -> str:
    """The end of a partition's IRI: the local name of a term of kg, prefix and local name of another.

    >>> _local(term("kg:Paper")), _local(term("dcterms:title"))
    ('Paper', 'dcterms-title')
    """
    names = {namespace: prefix for prefix, namespace in VOCABULARIES.items()}
    whole = item[1:-1]
    cut = max(whole.rfind("/"), whole.rfind("#")) + 1
    prefix = names[whole[:cut]]
    return whole[cut:] if prefix == "kg" else f"{prefix}-{whole[cut:]}"
