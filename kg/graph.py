"""The graph in networkx: papers, entities, and the edges from papers to entities.

**Nodes** are ids: `arxiv:2403.05812` for a paper, `masked-language-modeling` for an entity (an id of a paper holds a
colon, an id of an entity never does). Attributes:

| attribute | of | value |
| --- | --- | --- |
| `kind` | both | `"paper"` or `"entity"` |
| `label` | both | the title, or the name that the field uses most |
| `type` | entities | a name of `kg.schema.ENTITY_TYPES` |
| `names` | entities | tuple of all spellings, the label first |
| `papers` | entities | number of papers that name it |
| `introduced_by` | entities | id of the paper that proposes it first, `""` where the corpus shows none |
| `links` | entities | tuple of (`seeAlso` or `exactMatch`, address), reviewed; in GraphML the addresses |
| `abstract`, `year`, `date`, `authors`, `url`, `venue`, `categories` | papers | as in `kg.paper.Paper` |
| `results` | papers | tuple of `kg.entity.ResolvedResult`, in the order of the text |

**Edges** go from a paper to an entity; the key is the relation. Attributes: `relation`, `confidence` (0 to 1),
`mentions` and `evidence` (tuples of `kg.facts.Span`), `stated_type` and `stated_relation` (what this paper alone says).
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from kg.entity import ResolvedResult
from kg.facts import Span
from kg.paper import Paper
from kg.store import Store

if TYPE_CHECKING:
    import networkx as nx

SEPARATOR = " | "  #: joins the members of a list in GraphML


def load(store: Store) -> "nx.MultiDiGraph[str]":
    """The whole graph of a store, nodes and edges in sorted order."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for paper in store.papers():
        graph.add_node(paper.id, **_paper_attributes(paper))
    for entity in store.entities():
        graph.add_node(
            entity.id,
            kind="entity",
            label=entity.label,
            type=entity.type,
            names=entity.names,
            papers=entity.paper_count,
            introduced_by=entity.introduced_by,
            links=entity.links,
        )
    for edge in store.edges():
        graph.add_edge(
            edge.paper,
            edge.entity,
            key=edge.relation,
            relation=edge.relation,
            confidence=edge.confidence,
            mentions=edge.mentions,
            evidence=edge.evidence,
            stated_type=edge.stated_type,
            stated_relation=edge.stated_relation,
        )
    for result in store.results():
        graph.nodes[result.paper]["results"] += (result,)
    return graph


def _paper_attributes(paper: Paper) -> dict[str, Any]:
    return {
        "kind": "paper",
        "label": paper.title,
        "abstract": paper.abstract,
        "year": paper.year,
        "date": paper.date,
        "authors": paper.authors,
        "url": paper.url,
        "venue": paper.venue,
        "categories": paper.categories,
        "results": (),
    }


def quotes(graph: "nx.MultiDiGraph[str]", paper: str, spans: Iterable[Span]) -> tuple[str, ...]:
    """The stretches of a paper's text that the spans point to."""
    node = graph.nodes[paper]
    return tuple((node["label"] if s.field == "title" else node["abstract"])[s.start : s.end] for s in spans)


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _scalar(value: object) -> str | int | float:
    """A value as GraphML can hold it: numbers typed, lists joined, characters that XML forbids removed."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = SEPARATOR.join(map(str, value)) if isinstance(value, tuple) else str(value)
    return _NOT_XML.sub("", text)


def _describe(result: ResolvedResult) -> str:
    """A result as one line: `system: value metric on data`."""
    r = result.result
    return " ".join(
        part for part in (f"{r.system}:" if r.system else "", r.value, r.metric, r.on and f"on {r.on}") if part
    )


def flatten(graph: "nx.MultiDiGraph[str]") -> "nx.MultiDiGraph[str]":
    """The same graph with attributes that GraphML can hold; evidence and mentions as the text that they point to."""
    import networkx as nx

    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, attributes in graph.nodes(data=True):
        values = {k: v for k, v in attributes.items() if v not in (None, "", ())}
        if "results" in values:
            values["results"] = tuple(_describe(r) for r in values["results"])
        if "links" in values:
            values["links"] = tuple(address for _, address in values["links"])
        flat.add_node(node, **{k: _scalar(v) for k, v in values.items()})
    for paper, entity, relation, attributes in graph.edges(keys=True, data=True):
        values = {**attributes, **{k: quotes(graph, paper, attributes[k]) for k in ("mentions", "evidence")}}
        flat.add_edge(paper, entity, key=relation, **{k: _scalar(v) for k, v in values.items()})
    return flat


def graphml(graph: "nx.MultiDiGraph[str]") -> bytes:
    """The graph as GraphML, for Gephi, Cytoscape and yEd."""
    import networkx as nx

    buffer = BytesIO()
    nx.write_graphml(flatten(graph), buffer, edge_id_from_attribute=None)
    return buffer.getvalue()


def node_link(graph: "nx.MultiDiGraph[str]") -> dict[str, object]:
    """The graph as node-link JSON, as `networkx.node_link_graph(data, edges="edges")` reads it back; spans as lists."""
    import networkx as nx

    data: dict[str, object] = nx.node_link_data(_jsonable(graph), edges="edges")
    return data


def _jsonable(graph: "nx.MultiDiGraph[str]") -> "nx.MultiDiGraph[str]":
    """A copy whose attributes JSON can hold, nothing lost."""
    copy = graph.copy()
    for _, attributes in copy.nodes(data=True):
        if "results" in attributes:
            attributes["results"] = [
                {**r.result.to_json(), "system_id": r.system, "on_id": r.on, "metric_id": r.metric}
                for r in attributes["results"]
            ]
    for *_, attributes in copy.edges(data=True):
        for name in ("mentions", "evidence"):
            attributes[name] = [s.to_json() for s in attributes[name]]
    return copy


def rows(graph: "nx.MultiDiGraph[str]") -> Iterator[tuple[str, ...]]:
    """The edges as rows of a table, a header first: what each paper says of each entity, with the sentence."""
    yield ("paper", "title", "year", "relation", "entity", "label", "type", "confidence", "mention", "sentence")
    for paper, entity, relation, edge in graph.edges(keys=True, data=True):
        source, target = graph.nodes[paper], graph.nodes[entity]
        yield (
            paper,
            source["label"],
            str(source["year"] or ""),
            relation,
            entity,
            target["label"],
            target["type"],
            f"{edge['confidence']:.2f}",
            next(iter(quotes(graph, paper, edge["mentions"])), ""),
            " ".join(quotes(graph, paper, edge["evidence"])),
        )
