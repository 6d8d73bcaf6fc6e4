"""Questions to the graph, answered from graph.db without networkx: answers are data, ready for JSON.

Every function takes a `Store` and gives an `Answer`. Reading SQLite rows takes milliseconds where loading the graph
takes seconds, so this is what the command line uses.
"""

from kg.query.answer import Answer
from kg.query.find import Node, find
from kg.query.neighbors import neighbors
from kg.query.path import path
from kg.query.search import search
from kg.query.show import show
from kg.query.stats import stats
from kg.query.why import why

__all__ = ["Answer", "Node", "find", "neighbors", "path", "search", "show", "stats", "why"]
