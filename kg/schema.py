"""The table of entity types and relations: the only place where they are spelled.

Span labels of the extractor, RDF terms, the legend of the page, the columns of the docs and the choices of the command
line are all read from here.
"""

import re
from dataclasses import dataclass

from kg.errors import UsageError

FACTS_TAG = "facts/1"  #: value of "kg" in a line of facts
NAMESPACE = "https://w3id.org/kg-papers/ns#"  #: IRIs of classes and properties
BASE_IRI = "https://w3id.org/kg-papers/"  #: IRIs of papers and entities, unless `--base-iri` says otherwise
FIELDS = ("title", "abstract")  #: fields of a paper that offsets refer to
RESULT_KINDS = ("absolute", "gain", "ratio")


@dataclass(frozen=True, slots=True)
class EntityType:
    """One type of entity."""

    name: str  #: as in facts: MODEL
    term: str  #: local name of the RDF class: Model
    label: str  #: for people: model
    plural: str  #: models
    colour: str  #: Okabe-Ito, told apart by colour-blind readers
    shape: str  #: vis-network shape, told apart without colour
    about: str


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation of a paper to an entity."""

    name: str  #: as in facts: EVALUATES_ON
    term: str  #: local name of the RDF property: evaluatesOn
    label: str  #: paper to entity: evaluates on
    inverse: str  #: entity to paper: evaluated on by
    range: frozenset[str]  #: names of the types that it may point to
    colour: str
    dashes: tuple[int, ...]  #: line pattern, () is solid
    width: int
    about: str


_TYPES = (
    EntityType(
        "MODEL", "Model", "model", "models", "#0072B2", "triangle", "a named trained model, family or checkpoint"
    ),
    EntityType(
        "METHOD", "Method", "method", "methods", "#009E73", "diamond", "a named technique, architecture or framework"
    ),
    EntityType("DATASET", "Dataset", "dataset", "datasets", "#E69F00", "square", "a named collection of data"),
    EntityType(
        "BENCHMARK", "Benchmark", "benchmark", "benchmarks", "#D55E00", "star", "a named yardstick to compare systems"
    ),
    EntityType("TASK", "Task", "task", "tasks", "#CC79A7", "hexagon", "a named research task or problem"),
    EntityType(
        "METRIC", "Metric", "metric", "metrics", "#56B4E9", "triangleDown", "a named measure of quality or cost"
    ),
)
ENTITY_TYPES: dict[str, EntityType] = {t.name: t for t in _TYPES}
PAPER_COLOUR, PAPER_SHAPE = "#999999", "dot"

_ANY = frozenset(ENTITY_TYPES)
#: In order of precedence: where several hold between a paper and an entity, the first one wins.
_RELATIONS = (
    Relation(
        "PROPOSES",
        "proposes",
        "proposes",
        "proposed by",
        _ANY,
        "#009E73",
        (),
        3,
        "introduces it as its own contribution",
    ),
    Relation(
        "EVALUATES_ON",
        "evaluatesOn",
        "evaluates on",
        "evaluated on by",
        frozenset({"DATASET", "BENCHMARK"}),
        "#D55E00",
        (6, 4),
        2,
        "measures its own work on it",
    ),
    Relation(
        "COMPARES_WITH",
        "comparesWith",
        "compares with",
        "compared with by",
        _ANY,
        "#CC79A7",
        (2, 3),
        2,
        "a baseline of it",
    ),
    Relation(
        "USES", "uses", "uses", "used by", _ANY, "#0072B2", (), 2, "builds on it, trains on it, applies or studies it"
    ),
    Relation(
        "ADDRESSES",
        "addresses",
        "addresses",
        "addressed by",
        frozenset({"TASK"}),
        "#8A6D00",
        (),
        1,
        "works on this task",
    ),
    Relation(
        "REPORTS",
        "reports",
        "reports",
        "reported by",
        frozenset({"METRIC"}),
        "#56B4E9",
        (8, 3, 2, 3),
        1,
        "gives a result in it",
    ),
    Relation("MENTIONS", "mentions", "mentions", "mentioned by", _ANY, "#999999", (1, 3), 1, "names it as background"),
)
RELATIONS: dict[str, Relation] = {r.name: r for r in _RELATIONS}
PRECEDENCE: dict[str, int] = {r.name: n for n, r in enumerate(_RELATIONS)}


def _fold(text: str) -> str:
    """The spelling under which types and relations are told apart.

    >>> _fold("evaluates-on") == _fold("EVALUATES_ON") == _fold("evaluatesOn")
    True
    """
    return re.sub(r"[\s_-]+", "", text).casefold()


_FOLDED_TYPES = {_fold(t): t for t in ENTITY_TYPES}
_FOLDED_RELATIONS = {_fold(r): r for r in RELATIONS}


def entity_type(text: str) -> str:
    """The name of a type, whatever its case, hyphens or spaces. Raises UsageError.

    >>> entity_type("benchmark")
    'BENCHMARK'
    """
    if (name := _FOLDED_TYPES.get(_fold(text))) is None:
        raise UsageError(f"no entity type {text!r}", hint="types are " + ", ".join(ENTITY_TYPES))
    return name


def relation(text: str) -> str:
    """The name of a relation, whatever its case, hyphens or spaces. Raises UsageError.

    >>> relation("evaluates on")
    'EVALUATES_ON'
    """
    if (name := _FOLDED_RELATIONS.get(_fold(text))) is None:
        raise UsageError(f"no relation {text!r}", hint="relations are " + ", ".join(RELATIONS))
    return name


def allowed(relation_name: str, type_name: str) -> bool:
    """Whether a relation may point to an entity of that type.

    >>> allowed("EVALUATES_ON", "DATASET"), allowed("EVALUATES_ON", "TASK")
    (True, False)
    """
    return type_name in RELATIONS[relation_name].range
