"""The RDF of an output folder as a graph of rdflib, on Oxigraph's store."""

from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import DataError
from kg.rdf.files import graph_file, is_large, opened, rdf_format, store_folder
from kg.rdf.sparql import base_of
from kg.rdf.terms import prefixes

if TYPE_CHECKING:
    import rdflib


def load_rdf(data: str | Path) -> "rdflib.Graph":
    """The RDF of an output folder as an rdflib Graph; Oxigraph (by oxrdflib) holds it and answers its queries.

    A large graph is opened from the store on disk, made if there is none yet, and cannot be changed; a small one is
    read into memory, and changes stay there. The prefixes of the model are bound. Unlike `kg.rdf.query` nothing is
    refused here: a query may use SERVICE, and takes what time it takes.

    Raises:
        DataError: where there is no graph, or it cannot be read.
    """
    import pyoxigraph
    import rdflib
    from oxrdflib import OxigraphStore
    from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

    path = graph_file(Path(data)).resolve()
    folder = store_folder(path) if is_large(path) else None
    try:
        if folder is not None:
            store = pyoxigraph.Store.read_only(str(folder))
        else:
            store = pyoxigraph.Store()
            with opened(path) as source:
                store.bulk_load(source, rdf_format(path))
    except (OSError, EOFError, SyntaxError) as error:
        raise DataError(f"cannot be read: {error}", where=str(path), hint="run `kg build` again") from error
    graph = rdflib.Graph(store=OxigraphStore(store=store), identifier=DATASET_DEFAULT_GRAPH_ID, bind_namespaces="none")
    for prefix, namespace in prefixes(base_of(Path(data))).items():
        graph.bind(prefix, namespace)
    return graph
