"""The graph as RDF, and SPARQL over it.

rdflib and pyoxigraph are imported only inside the functions that need them, and rdflib only in the process of a query
and in `load_rdf`.
"""

from kg.rdf.check import faults
from kg.rdf.export import assertion_iri, triples
from kg.rdf.files import GRAPH_FILES, graph_file, has_store, is_large, store_folder
from kg.rdf.formats import WRITERS, ontology_turtle, write, write_file
from kg.rdf.loading import load_rdf
from kg.rdf.ontology import ontology
from kg.rdf.questions import Parameter, SavedQuery, saved, saved_query
from kg.rdf.results import Answer, Term, render, table
from kg.rdf.serving import Endpoint, endpoint
from kg.rdf.shapes import shapes
from kg.rdf.sparql import query, unknown_terms

__all__ = [
    "GRAPH_FILES",
    "WRITERS",
    "Answer",
    "Endpoint",
    "Parameter",
    "SavedQuery",
    "Term",
    "assertion_iri",
    "endpoint",
    "faults",
    "graph_file",
    "has_store",
    "is_large",
    "load_rdf",
    "ontology",
    "ontology_turtle",
    "query",
    "render",
    "saved",
    "saved_query",
    "shapes",
    "store_folder",
    "table",
    "triples",
    "unknown_terms",
    "write",
    "write_file",
]
