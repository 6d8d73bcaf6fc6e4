"""Mentions across papers become entities: which names are one thing, of which type, and why."""

from kg.resolve.clusters import Resolution, resolve
from kg.resolve.decisions import NONE, Decision, Decisions
from kg.resolve.links import edges_of, results_of
from kg.resolve.observations import Observation, observe
from kg.resolve.origins import introduced_by

__all__ = [
    "NONE",
    "Decision",
    "Decisions",
    "Observation",
    "Resolution",
    "edges_of",
    "introduced_by",
    "observe",
    "resolve",
    "results_of",
]
