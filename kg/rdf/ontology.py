"""The terms of the model: every class and property, with label, comment, domain and range.

Entity types and relations come from `kg.schema`; the terms around them (papers, assertions, evidence, results) are
tabled here. The export, the context of JSON-LD and a test of the docs read these tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.rdf.mappings import MAPPINGS
from kg.rdf.terms import english, iri, term
from kg.schema import ENTITY_TYPES, NAMESPACE, RELATIONS

LICENCE = "https://spdx.org/licenses/Apache-2.0"


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the model; `term` and `parents` are prefixed names."""

    term: str
    label: str
    about: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """A property of the model. `domain` and `range` list alternatives; a range in xsd: makes it a datatype property."""

    term: str
    label: str
    about: str
    domain: tuple[str, ...]
    range: tuple[str, ...]
    parents: tuple[str, ...] = ()

    @property
    def is_datatype(self) -> bool:
        """Whether its values are literals."""
        return self.range[0].startswith("xsd:")


def _classes() -> Iterator[Class]:
    for kind in ENTITY_TYPES.values():
        parents = ("skos:Concept", "schema:Dataset") if kind.name == "DATASET" else ("skos:Concept",)
        yield Class(f"kg:{kind.term}", kind.label, kind.about, parents)
    yield Class(
        "kg:Assertion",
        "assertion",
        "A statement that a paper stands in a relation to an entity, with the evidence for it.",
        ("rdf:Statement",),
    )
    yield Class("kg:Evidence", "evidence", "A sentence of a paper's title or abstract, quoted with its offsets.")
    yield Class("kg:Paper", "paper", "A paper, known by its title and abstract.", ("schema:ScholarlyArticle",))
    yield Class("kg:Result", "result", "A figure that a paper gives.", ("schema:Observation",))


def _relations() -> Iterator[Property]:
    for relation in RELATIONS.values():
        narrow = len(relation.range) < len(ENTITY_TYPES)
        reach = tuple(f"kg:{t.term}" for t in ENTITY_TYPES.values() if t.name in relation.range)
        top = relation.name == "MENTIONS"
        parent = "schema:mentions" if top else "kg:mentions"
        yield Property(
            f"kg:{relation.term}",
            relation.label,
            f"From a paper to an entity: {relation.about}." + (" Parent of the other relations." if top else ""),
            ("kg:Paper",),
            reach if narrow else ("skos:Concept",),
            (parent,),
        )


_ABOUT_EVIDENCE = (
    ("end", "end", "Where the quote ends: code points, 0-based, exclusive (as oa:end).", "xsd:integer"),
    ("field", "field", "The text that the quote stands in: title or abstract.", "xsd:string"),
    ("quote", "quote", "The quoted text, exactly (as oa:exact).", "xsd:string"),
    ("sourceDigest", "source digest", "SHA-256 of the whole field in UTF-8, in hexadecimal.", "xsd:string"),
    ("start", "start", "Where the quote starts: code points, 0-based (as oa:start).", "xsd:integer"),
)
_ABOUT_RESULTS = (
    ("kind", "kind", "absolute, gain (over something else) or ratio.", "xsd:string"),
    ("metricName", "metric name", "The metric as it stands in the text, where it is no known entity.", "xsd:string"),
    ("metricNameKey", "metric name key", "kg:metricName, folded as kg:nameKey is.", "xsd:string"),
    ("onName", "name of what it is on", "What the figure is on, where that is no known entity.", "xsd:string"),
    ("onNameKey", "key of what it is on", "kg:onName, folded as kg:nameKey is.", "xsd:string"),
    ("rawValue", "raw value", "The figure as it stands in the text.", "xsd:string"),
    ("systemName", "system name", "The system as it stands in the text, where it is no known entity.", "xsd:string"),
    ("systemNameKey", "system name key", "kg:systemName, folded as kg:nameKey is.", "xsd:string"),
    ("unit", "unit", "The unit of the value, such as percent; absent where there is none.", "xsd:string"),
    ("value", "value", "The figure as a number.", "xsd:decimal"),
    ("metric", "metric", "The metric that the figure is in.", "skos:Concept"),
    ("on", "on", "The dataset, benchmark or task that the figure is on.", "skos:Concept"),
    ("system", "system", "The model or method that the figure is of.", "skos:Concept"),
)
_ABOUT_ASSERTIONS = (
    ("confidence", "confidence", "Calibrated chance that the name and type are right, from 0 to 1.", "xsd:decimal"),
    (
        "mentionAt",
        "mention at",
        "Where the entity is named: field:start-end, code points, end exclusive.",
        "xsd:string",
    ),
    (
        "statedRelation",
        "stated relation",
        "The relation that this paper alone gives, where it differs.",
        "rdf:Property",
    ),
    ("statedType", "stated type", "The type that this paper alone gives, where it differs.", "rdfs:Class"),
)


def _properties() -> Iterator[Property]:
    yield from _relations()
    for owner, rows in (
        ("kg:Assertion", _ABOUT_ASSERTIONS),
        ("kg:Evidence", _ABOUT_EVIDENCE),
        ("kg:Result", _ABOUT_RESULTS),
    ):
        for name, label, about, reach in rows:
            yield Property(f"kg:{name}", label, about, (owner,), (reach,))
    both = ("kg:Assertion", "kg:Result")
    yield Property("kg:evidence", "evidence", "A sentence that shows it.", both, ("kg:Evidence",))
    yield Property(
        "kg:inPaper", "in paper", "The paper quoted.", ("kg:Evidence",), ("kg:Paper",), ("dcterms:isPartOf",)
    )
    yield Property("kg:hasResult", "has result", "A figure that the paper gives.", ("kg:Paper",), ("kg:Result",))
    yield Property(
        "kg:otherIdentifier",
        "other identifier",
        "Another id of the same paper, or the id that the input gave.",
        ("kg:Paper",),
        ("xsd:string",),
        ("dcterms:identifier",),
    )
    yield Property("kg:venue", "venue", "Where the paper appeared, as given.", ("kg:Paper",), ("xsd:string",))
    yield from _about_entities()
    yield Property(
        "kg:mayMean",
        "may mean",
        "An entity that a retired id may stand for, where several are possible.",
        ("rdfs:Resource",),
        ("skos:Concept",),
        ("rdfs:seeAlso",),
    )


def count_term(relation: str) -> str:
    """The property that counts the papers in that relation to an entity.

    >>> count_term("PROPOSES"), count_term("EVALUATES_ON")
    ('kg:proposedByCount', 'kg:evaluatedOnByCount')
    """
    first, *rest = RELATIONS[relation].inverse.split(" ")
    return f"kg:{first}{''.join(word.capitalize() for word in rest)}Count"


def _about_entities() -> Iterator[Property]:
    concept, integer = ("skos:Concept",), ("xsd:integer",)
    yield Property("kg:paperCount", "paper count", "How many papers name the entity.", concept, integer)
    for relation in RELATIONS.values():
        about = f"How many papers have a kg:{relation.term} edge to the entity; absent where none has."
        yield Property(count_term(relation.name), f"count of papers: {relation.inverse}", about, concept, integer)
    about = "How many results are of, on or in the entity; absent where none is."
    yield Property("kg:resultCount", "result count", about, concept, integer)
    about = "A name of the entity, folded to look it up: lower case, hyphens and underscores as spaces."
    yield Property("kg:nameKey", "name key", about, concept, ("xsd:string",))
    about = "The paper that proposes the entity first, where the papers at hand show one."
    yield Property("kg:introducedBy", "introduced by", about, concept, ("kg:Paper",))
    about = "The assertion, with its evidence, that shows kg:introducedBy."
    yield Property("kg:introductionShownBy", "introduction shown by", about, concept, ("kg:Assertion",))


CLASSES: tuple[Class, ...] = tuple(sorted(_classes(), key=lambda c: c.term))
PROPERTIES: tuple[Property, ...] = tuple(sorted(_properties(), key=lambda p: p.term))
#: How JSON-LD reads plain values, by prefixed name: `@id` for links, a datatype for typed literals.
COERCED: dict[str, str] = {
    **{p.term: p.range[0] if p.is_datatype else "@id" for p in PROPERTIES if p.range[0] != "xsd:string"},
    **dict.fromkeys(
        (
            "dcterms:isReplacedBy",
            "prov:wasAssociatedWith",
            "prov:wasGeneratedBy",
            "rdf:object",
            "rdf:predicate",
            "rdf:subject",
            "rdfs:isDefinedBy",
            "rdfs:subClassOf",
            "rdfs:subPropertyOf",
            "rdfs:seeAlso",
            "schema:url",
            "skos:broadMatch",
            "skos:closeMatch",
            "skos:exactMatch",
            "skos:inScheme",
            "skos:relatedMatch",
        ),
        "@id",
    ),
}


def _bounds(name: str, alternatives: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Domain or range. Several rdfs:domain mean all of them at once, so alternatives are schema:domainIncludes."""
    predicate = f"rdfs:{name}" if len(alternatives) == 1 else f"schema:{name}Includes"
    for value in alternatives:
        yield predicate, term(value)


def _described(kind: str, label: str, about: str) -> Iterator[tuple[str, str]]:
    yield "rdf:type", term(kind)
    yield "rdfs:label", english(label)
    yield "rdfs:comment", english(about)
    yield "rdfs:isDefinedBy", iri(NAMESPACE)


def ontology() -> Iterator[str]:
    """The classes and properties of the model as lines of N-Triples, without line ends; each stands once."""
    head = [
        ("rdf:type", term("owl:Ontology")),
        ("dcterms:title", english("Terms of kg, a knowledge graph of papers")),
        ("dcterms:license", iri(LICENCE)),
    ]
    yield from (f"{iri(NAMESPACE)} {term(p)} {o} ." for p, o in head)
    for item in CLASSES:
        pairs = [*_described("owl:Class", item.label, item.about)]
        pairs += [("rdfs:subClassOf", term(parent)) for parent in item.parents]
        pairs += [(match, term(target)) for match, target in MAPPINGS.get(item.term, ())]
        yield from (f"{term(item.term)} {term(p)} {o} ." for p, o in pairs)
    for prop in PROPERTIES:
        kind = "owl:DatatypeProperty" if prop.is_datatype else "owl:ObjectProperty"
        pairs = [*_described(kind, prop.label, prop.about)]
        pairs += [*_bounds("domain", prop.domain), *_bounds("range", prop.range)]
        pairs += [("rdfs:subPropertyOf", term(parent)) for parent in prop.parents]
        pairs += [(match, term(target)) for match, target in MAPPINGS.get(prop.term, ())]
        yield from (f"{term(prop.term)} {term(p)} {o} ." for p, o in pairs)
