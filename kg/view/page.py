"""The graph as one HTML file that needs nothing else: no server, no network, no other file."""

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from kg.entity import Redirect
from kg.schema import BASE_IRI, ENTITY_TYPES, NAMESPACE
from kg.view.cut import Cut, cut, ranked
from kg.view.layout import positions
from kg.view.network import to_pyvis
from kg.view.payload import payload, spans, year_counts

if TYPE_CHECKING:
    import networkx as nx

_SCRIPTS = (
    "logic.js",
    "ways.js",
    "state.js",
    "take.js",
    "map.js",
    "panel.js",
    "table.js",
    "filters.js",
    "find.js",
    "sharing.js",
    "app.js",
)  #: in the order in which they run
_VIS = "templates/lib/vis-9.1.2/vis-network.min.js"  #: inside pyvis; pinned by the bounds on pyvis
_TABLE = 50  #: entities in the table for readers without JavaScript
#: What could end a script element, start markup or break a line of JavaScript, as JSON escapes.
_UNSAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def safe_json(value: object) -> str:
    r"""JSON that can stand inside a script element, whatever texts it holds.

    >>> safe_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_UNSAFE)


@cache
def _own(name: str) -> str:
    """One of our own files."""
    return files("kg.view").joinpath(name).read_text(encoding="utf-8")


@cache
def _vis() -> str:
    """The vis-network library that comes with pyvis, without the address of a source map."""
    code = files("pyvis").joinpath(_VIS).read_text(encoding="utf-8")
    return code.replace("//# sourceMappingURL=vis-network.min.js.map", "").rstrip() + "\n"


def content_hash(text: str) -> str:
    """The source expression by which a Content-Security-Policy allows an inline script or style."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii") + "'"


def policy(scripts: list[str], style: str) -> str:
    """The Content-Security-Policy of a page: our scripts and style by hash, images that they draw, nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(content_hash(s) for s in scripts),
            f"style-src {content_hash(style)}",
            "img-src data: blob:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def page(
    graph: "nx.MultiDiGraph[str]",
    *,
    title: str,
    base_iri: str = BASE_IRI,
    max_nodes: int | None = None,
    focus: str | None = None,
    depth: int = 1,
    redirects: Iterable[Redirect] | None = None,
) -> str:
    """The whole page as text, to be written as UTF-8; the same graph gives the same text.

    Args:
        graph: as `kg.graph.load` gives it.
        title: of the page.
        base_iri: what the IRIs of the graph start with.
        max_nodes: the page carries at most so many nodes; default: all of a small graph, else the budgets of
            `kg.view.cut`.
        focus: id of a node: the page carries its neighbourhood only and opens with it selected.
        depth: steps around `focus` (see `kg.view.cut.cut`).
        redirects: of the store (`Store.redirects()`), so that `#node=` understands them; default: from the names.

    Raises:
        NotFound: `focus` is not in the graph.
        UsageError: `max_nodes` or `depth` is less than 1.
    """
    from jinja2 import Environment

    chosen = cut(graph, max_nodes=max_nodes, focus=focus, depth=depth)
    part = graph.subgraph(chosen.nodes)
    shipped: nx.MultiDiGraph[str] = type(graph)()
    shipped.add_nodes_from((n, graph.nodes[n]) for n in chosen.nodes)  # in the order of the graph: subgraph has its own
    shipped.add_edges_from(e for n in chosen.nodes for e in part.out_edges(n, keys=True, data=True))
    network = to_pyvis(shipped, positions(shipped, chosen.core, chosen.links), chosen.links)
    data = payload(shipped, network, chosen, redirects)
    data["nodes"]["spans"] = spans(graph, chosen.nodes)
    data["meta"] = _meta(graph, chosen, base_iri, focus, depth)
    style, scripts = _own("style.css"), [_vis(), *map(_own, _SCRIPTS)]
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_own("template.html.j2")).render(
        title=title,
        policy=policy(scripts, style),
        style=style,
        scripts=scripts,
        data=safe_json(data),
        counts=data["meta"]["counts"],
        top=_top(graph),
    )


def _meta(graph: "nx.MultiDiGraph[str]", chosen: Cut, base_iri: str, focus: str | None, depth: int) -> dict[str, Any]:
    """Counts of the whole graph and what the page opens with."""
    papers = sum(kind == "paper" for _, kind in graph.nodes(data="kind"))
    counts = {"papers": papers, "entities": graph.number_of_nodes() - papers, "edges": graph.number_of_edges()}
    return {
        "format": "view/1",
        "base": base_iri,
        "terms": NAMESPACE,
        "counts": counts,
        "whole": len(chosen.nodes) == len(graph),
        "focus": focus or "",
        "depth": depth if focus else 0,
        "years": year_counts(y for _, y in graph.nodes(data="year")),
    }


def _top(graph: "nx.MultiDiGraph[str]") -> list[dict[str, Any]]:
    """Rows of the table for readers without JavaScript."""
    entities = ranked(graph, (n for n, kind in graph.nodes(data="kind") if kind == "entity"))
    return [
        {"label": d["label"], "type": ENTITY_TYPES[d["type"]].label, "papers": d["papers"]}
        for d in (graph.nodes[e] for e in entities[:_TABLE])
    ]
