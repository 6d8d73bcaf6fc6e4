"""Doc -> Facts: the only bridge from spaCy to the rest of kg."""

from typing import TYPE_CHECKING

from kg.facts import Facts, PaperEntity
from kg.nlp.mentions import Candidate
from kg.nlp.relations import Related
from kg.paper import Paper

if TYPE_CHECKING:
    from spacy.tokens import Doc


def facts_of(paper: Paper, doc: "Doc") -> Facts:
    """What the components left on the Doc of a paper, as plain data."""
    pairs = zip(doc._.kg_entities, doc._.kg_relations, strict=True)
    return Facts(paper, tuple(_entity(e, r) for e, r in pairs), tuple(doc._.kg_results))


def _entity(candidate: Candidate, related: Related) -> PaperEntity:
    """One entity with its relation."""
    return PaperEntity(
        label=candidate.names[0],
        type=candidate.type,
        relation=related.relation,
        names=candidate.names,
        confidence=candidate.confidence,
        mentions=candidate.mentions,
        evidence=related.evidence,
    )
