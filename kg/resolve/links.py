"""The facts of one paper, with its entities replaced by those of the corpus."""

from collections import defaultdict
from collections.abc import Iterator

from kg.entity import Edge, ResolvedResult
from kg.facts import Facts, PaperEntity
from kg.ids import normal_form
from kg.resolve.clusters import Resolution
from kg.resolve.observations import observe
from kg.schema import PRECEDENCE, allowed


def edges_of(facts: Facts, resolution: Resolution) -> Iterator[Edge]:
    """One edge per entity, sorted by its id.

    Two entities of a paper that are one thing become one edge: the first relation in order of precedence, all mentions,
    the evidence of that relation. Where the type that all papers together decide is outside the range of the relation,
    the relation becomes USES; what the paper said stays in `stated_type` and `stated_relation`.
    """
    by_entity: dict[str, list[PaperEntity]] = defaultdict(list)
    for observation, entity in zip(observe(facts), facts.entities, strict=True):
        if observation in resolution:  # a decision may have dropped it
            by_entity[resolution.entity_id(observation)].append(entity)
    for identity, found in sorted(by_entity.items()):
        first = min(found, key=lambda e: (PRECEDENCE[e.relation], -e.confidence, e.label))
        relation = first.relation if allowed(first.relation, resolution.type(identity)) else "USES"
        evidence = {s for e in found if e.relation == first.relation for s in e.evidence}
        mentions = {m for e in found for m in e.mentions}
        confidence = max(e.confidence for e in found)
        yield Edge(
            facts.paper.id,
            identity,
            relation,
            confidence,
            tuple(sorted(mentions)),
            tuple(sorted(evidence)),
            first.type,
            first.relation,
        )


def results_of(facts: Facts, resolution: Resolution) -> Iterator[ResolvedResult]:
    """The results in the order of the text, each slot with the entity that the paper's own names make of it."""
    known = [o for o in observe(facts) if o in resolution]
    slots = {normal_form(n) or n: resolution.entity_id(o) for o in reversed(known) for n in o.names}
    for result in sorted(facts.results, key=lambda r: r.evidence):
        system, on, metric = (slots.get(normal_form(s) or s) for s in (result.system, result.on, result.metric))
        yield ResolvedResult(facts.paper.id, result, system, on, metric)
