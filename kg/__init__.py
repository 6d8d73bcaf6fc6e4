"""kg: a knowledge graph of AI research, built from abstracts.

`load_graph` and `load_rdf` open an output folder of `kg build`; what they need is imported when they are called.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

__version__ = "0.1.0"
__all__ = ["__version__", "load_graph", "load_rdf"]


def load_graph(data: str | Path) -> "nx.MultiDiGraph[str]":
    """The graph of an output folder in networkx; `kg.graph` says what its nodes and edges carry.

    Raises:
        kg.errors.DataError: where there is no graph.
    """
    from kg import graph
    from kg.store import Store

    with Store(Path(data) / "graph.db") as store:
        return graph.load(store)


def load_rdf(data: str | Path) -> "rdflib.Graph":
    """The RDF of an output folder in rdflib, on Oxigraph's store: `kg.rdf.load_rdf`.

    Raises:
        kg.errors.DataError: where there is no graph.
    """
    from kg import rdf

    return rdf.load_rdf(data)
