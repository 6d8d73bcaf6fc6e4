"""SQLite: the graph of an output folder (`graph`) and the cache of facts (`cache`)."""

from kg.store.cache import Cache
from kg.store.graph import Store, write_graph

__all__ = ["Cache", "Store", "write_graph"]
