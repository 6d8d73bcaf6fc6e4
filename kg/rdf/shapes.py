"""The shapes that an export keeps: one table, written as SHACL Core by `shapes` and read by the checker `kg.rdf.rules`.

Names of types, relations, fields and kinds come from `kg.schema`. SPARQL constraints are left out on purpose: they take
hours on large graphs.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kg.rdf.ontology import PROPERTIES
from kg.rdf.terms import VOCABULARIES, quoted
from kg.schema import ENTITY_TYPES, FIELDS, NAMESPACE, RELATIONS, RESULT_KINDS

SHAPES_IRI = NAMESPACE.removesuffix("ns#") + "shapes#"


@dataclass(frozen=True, slots=True)
class Constraint:
    """What holds for the values of one property of a thing; prefixed names throughout.

    A `path` that starts with `^` goes against the direction of the property.
    """

    path: str
    low: int = 0  #: values at least
    high: int | None = None  #: values at most
    datatypes: tuple[str, ...] = ()  #: alternatives
    classes: tuple[str, ...] = ()  #: alternatives
    names: tuple[str, ...] = ()  #: prefixed names, one of which the value is
    texts: tuple[str, ...] = ()  #: strings, one of which the value is
    pattern: str = ""  #: the whole value matches it
    least: int | None = None
    most: int | None = None
    shortest: int = 0  #: characters at least
    less_than: str = ""  #: the value is less than that of another property
    unlike: str = ""  #: no value is also one of another property


@dataclass(frozen=True, slots=True)
class Shape:
    """What holds for each thing of a class; it is also of exactly one of the classes `one_of`, where some are named."""

    target: str
    constraints: tuple[Constraint, ...]
    one_of: tuple[str, ...] = ()


def _text(
    path: str, low: int = 0, high: int | None = 1, *, texts: tuple[str, ...] = (), pattern: str = ""
) -> Constraint:
    """A property whose values are strings of at least one character."""
    return Constraint(path, low, high, ("xsd:string",), texts=texts, pattern=pattern, shortest=0 if texts else 1)


_CONCEPT = ("skos:Concept",)
_LINK = "https://.+"
_RELATION_NAMES = tuple(f"kg:{r.term}" for r in RELATIONS.values())
_TYPE_NAMES = tuple(f"kg:{t.term}" for t in ENTITY_TYPES.values())


def _relations() -> Iterator[Constraint]:
    for relation in RELATIONS.values():
        reach = tuple(f"kg:{t.term}" for t in ENTITY_TYPES.values() if t.name in relation.range)
        yield Constraint(f"kg:{relation.term}", classes=reach if len(reach) < len(ENTITY_TYPES) else _CONCEPT)


def _counts() -> Iterator[Constraint]:
    """Counts of an entity: one or none of each, whole numbers."""
    for item in PROPERTIES:
        if item.term.endswith("Count"):
            low = int(item.term == "kg:paperCount")
            yield Constraint(item.term, low, 1, ("xsd:integer",), least=0)


def _slots() -> Iterator[Constraint]:
    """What a result is of, on and in: an entity or a name."""
    for slot in ("system", "on", "metric"):
        yield Constraint(f"kg:{slot}", 0, 1, classes=_CONCEPT)
        yield _text(f"kg:{slot}Name")
        yield _text(f"kg:{slot}NameKey")


SHAPES: tuple[Shape, ...] = (
    Shape(
        "kg:Assertion",
        (
            Constraint("rdf:subject", 1, 1, classes=("kg:Paper",)),
            Constraint("rdf:predicate", 1, 1, names=_RELATION_NAMES),
            Constraint("rdf:object", 1, 1, classes=_CONCEPT),
            Constraint("kg:confidence", 1, 1, ("xsd:decimal",), least=0, most=1),
            Constraint("kg:evidence", classes=("kg:Evidence",)),
            _text("kg:mentionAt", high=None, pattern=f"({'|'.join(FIELDS)}):[0-9]+-[0-9]+"),
            Constraint("kg:statedRelation", 0, 1, names=_RELATION_NAMES),
            Constraint("kg:statedType", 0, 1, names=_TYPE_NAMES),
            Constraint("prov:wasGeneratedBy", 1, 1, classes=("prov:Activity",)),
        ),
    ),
    Shape(
        "kg:Evidence",
        (
            Constraint("kg:inPaper", 1, 1, classes=("kg:Paper",)),
            _text("kg:field", 1, texts=FIELDS),
            _text("kg:quote", 1),
            Constraint("kg:start", 1, 1, ("xsd:integer",), least=0, less_than="kg:end"),
            Constraint("kg:end", 1, 1, ("xsd:integer",), least=1),
            _text("kg:sourceDigest", 1, pattern="[0-9a-f]{64}"),
        ),
    ),
    Shape(
        "kg:Paper",
        (
            _text("dcterms:title", 1),
            _text("dcterms:identifier", 1),
            Constraint("dcterms:issued", 0, 1, ("xsd:date", "xsd:gYearMonth", "xsd:gYear")),
            _text("fabio:hasArXivID", pattern=r"([0-9]{4}\.[0-9]{4,5}|[a-z-]+(\.[A-Z]{2})?/[0-9]{7})(v[0-9]+)?"),
            Constraint("schema:url", pattern=_LINK),
            *_relations(),
            Constraint("kg:hasResult", classes=("kg:Result",)),
        ),
    ),
    Shape(
        "kg:Result",
        (
            Constraint("^kg:hasResult", 1, 1),
            _text("kg:kind", 1, texts=RESULT_KINDS),
            _text("kg:rawValue", 1),
            Constraint("kg:value", 0, 1, ("xsd:decimal",)),
            _text("kg:unit"),
            *_slots(),
            Constraint("kg:evidence", 1, classes=("kg:Evidence",)),
        ),
    ),
    Shape(
        "skos:Concept",
        (
            _text("skos:prefLabel", 1),
            Constraint("skos:altLabel", datatypes=("xsd:string",), unlike="skos:prefLabel"),
            _text("dcterms:identifier", 1),
            _text("kg:nameKey", high=None),
            Constraint("skos:inScheme", 1, 1, classes=("skos:ConceptScheme",)),
            *_counts(),
            Constraint("kg:introducedBy", 0, 1, classes=("kg:Paper",)),
            Constraint("kg:introductionShownBy", 0, 1, classes=("kg:Assertion",)),
            Constraint("rdfs:seeAlso", pattern=_LINK),
            Constraint("skos:exactMatch", pattern="https?://.+"),
        ),
        _TYPE_NAMES,
    ),
)


def shapes() -> str:
    """The shapes as Turtle: SHACL Core."""
    spaces = {"sh": "http://www.w3.org/ns/shacl#", "shapes": SHAPES_IRI, **VOCABULARIES}
    used = {"dcterms", "fabio", "kg", "prov", "rdf", "rdfs", "schema", "sh", "shapes", "skos", "xsd"}
    head = [f"@prefix {prefix}: <{spaces[prefix]}> .\n" for prefix in sorted(used)]
    return "".join(head) + "".join(map(_shape, SHAPES))


def _shape(shape: Shape) -> str:
    name = shape.target.partition(":")[2]
    lines = [f"\nshapes:{name} a sh:NodeShape", f"sh:targetClass {shape.target}"]
    if shape.one_of:
        lines.append(f"sh:xone ({' '.join(f'[ sh:class {kind} ]' for kind in shape.one_of)})")
    lines += [f"sh:property [ {' ; '.join(_parts(c))} ]" for c in shape.constraints]
    return " ;\n    ".join(lines) + " .\n"


def _parts(c: Constraint) -> Iterator[str]:
    """The parts of a property shape."""
    yield f"sh:path [ sh:inversePath {c.path[1:]} ]" if c.path.startswith("^") else f"sh:path {c.path}"
    for word, found in (("datatype", c.datatypes), ("class", c.classes)):
        if len(found) == 1:
            yield f"sh:{word} {found[0]}"
        elif found:
            yield f"sh:or ({' '.join(f'[ sh:{word} {item} ]' for item in found)})"
    if c.names or c.texts:
        yield f"sh:in ({' '.join((*c.names, *map(quoted, c.texts)))})"
    if c.pattern:
        yield f"sh:pattern {quoted(f'^(?:{c.pattern})$')}"
    limits = {
        "minCount": c.low or None,
        "maxCount": c.high,
        "minInclusive": c.least,
        "maxInclusive": c.most,
        "minLength": c.shortest or None,
    }
    yield from (f"sh:{word} {limit}" for word, limit in limits.items() if limit is not None)
    if c.less_than:
        yield f"sh:lessThan {c.less_than}"
    if c.unlike:
        yield f"sh:disjoint {c.unlike}"
