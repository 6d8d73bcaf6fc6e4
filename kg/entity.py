"""What the papers say together: entities across papers, the edges that lead to them, and results on them."""

from dataclasses import dataclass

from kg.facts import Result, Span


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing, in however many papers it stands."""

    id: str  #: slug of its own key, see `kg.ids`
    label: str
    type: str  #: decided over all papers
    names: tuple[str, ...]  #: every spelling, the label first
    paper_count: int
    borrowed: tuple[str, ...] = ()  #: those of `names` that mean another entity where they stand alone
    introduced_by: str = ""  #: id of the paper that proposes it first, where the corpus shows one
    links: tuple[tuple[str, str], ...] = ()  #: (seeAlso or exactMatch, address), from a reviewed table only


@dataclass(frozen=True, slots=True)
class Edge:
    """A paper and an entity; one per pair."""

    paper: str
    entity: str
    relation: str
    confidence: float
    mentions: tuple[Span, ...]
    evidence: tuple[Span, ...]
    stated_type: str  #: the type that this paper gives it
    stated_relation: str  #: the relation before the entity's type was decided over all papers


@dataclass(frozen=True, slots=True)
class ResolvedResult:
    """A result whose slots point to entities; None where the slot is open or names no entity."""

    paper: str
    result: Result
    system: str | None
    on: str | None
    metric: str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two names are one thing, or are not."""

    entity: str  #: id of the entity that `name` belongs to
    name: str
    kind: (
        str  #: "same-name", "same-paper", "spelled-out", "acronym", "context", "typing-error", "decision", "kept-apart"
    )
    detail: str
    papers: tuple[str, ...]  #: papers that show it, at most five


@dataclass(frozen=True, slots=True)
class Redirect:
    """An id that is nobody's, and the entities that it may mean."""

    id: str
    targets: tuple[str, ...]
