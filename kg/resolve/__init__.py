"""Mentions across papers become entities: which names are one thing, of which type, and why."""

from kg.resolve.clusters import Observation, Resolution, observe, resolve
from kg.resolve.links import edges_of, results_of

__all__ = ["Observation", "Resolution", "edges_of", "observe", "resolve", "results_of"]
