"""The graph as RDF, and SPARQL over it.

rdflib and pyoxigraph are imported only inside the functions that need them, and rdflib only in the process of a query.
"""

from kg.rdf.check import faults
from kg.rdf.export import assertion_iri, triples
from kg.rdf.formats import write
from kg.rdf.ontology import ontology
from kg.rdf.questions import Parameter, SavedQuery, saved, saved_query
from kg.rdf.sparql import Answer, Term, query, render, table

__all__ = [
    "Answer",
    "Parameter",
    "SavedQuery",
    "Term",
    "assertion_iri",
    "faults",
    "ontology",
    "query",
    "render",
    "saved",
    "saved_query",
    "table",
    "triples",
    "write",
]
