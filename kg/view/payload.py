"""The data of a page: what the graph says, as columns of JSON, sentences once each and cut where the mention stands.

Offsets become UTF-16 code units here, which is what JavaScript counts in; they count from the start of the sentence.
Indices of nodes, sentences, types and relations are positions in the columns. Type 0 is a paper.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg.entity import Redirect, ResolvedResult
from kg.facts import Span
from kg.ids import normal_form, slug
from kg.schema import ENTITY_TYPES, PAPER_COLOUR, PAPER_SHAPE, RELATIONS
from kg.view.cut import Cut
from kg.view.together import TOGETHER

if TYPE_CHECKING:
    import networkx as nx
    from pyvis.network import Network

_TYPE_INDEX = {name: n for n, name in enumerate(ENTITY_TYPES, 1)}
_RELATION_INDEX = {name: n for n, name in enumerate(RELATIONS)}
_LINK = re.compile(
    r"https://(?:www\.)?(?:arxiv\.org|aclanthology\.org|doi\.org|huggingface\.co)/[\w./:()+%=&?;,~-]*", re.A
)
#: Where papers of an id scheme stand.
_SITES = {
    "arxiv": "https://arxiv.org/abs/",
    "acl": "https://aclanthology.org/",
    "doi": "https://doi.org/",
    "hf": "https://huggingface.co/papers/",
}
_WINDOW = 300  #: code points shown around a mention that no evidence sentence holds


def utf16(text: str) -> int:
    """Length of a text in UTF-16 code units.

    >>> utf16("a𝛽b")
    4
    """
    return len(text) + sum(c > "\uffff" for c in text)


def link(paper: str, url: str) -> str:
    """The address of a paper's source on one of four known sites, or "": never an address that the input made up.

    >>> link("arxiv:2403.05812", ""), link("sha:0123", "javascript:alert(1)")
    ('https://arxiv.org/abs/2403.05812', '')
    """
    if _LINK.fullmatch(url):
        return url
    scheme, _, rest = paper.partition(":")
    return _SITES[scheme] + quote(rest, safe="/.") if scheme in _SITES else ""


class Sentences:
    """The stretches of text that a page carries, each once."""

    def __init__(self, graph: "nx.MultiDiGraph[str]") -> None:
        """`graph` holds the texts."""
        self._graph, self._index = graph, dict[tuple[str, Span], int]()
        self.texts: list[str] = []

    def text(self, paper: str, field: str) -> str:
        """Title or abstract of a paper."""
        node = self._graph.nodes[paper]
        return str(node["label"] if field == "title" else node["abstract"])

    def add(self, paper: str, span: Span) -> int:
        """The index of a stretch of a paper's text."""
        if (paper, span) not in self._index:
            self._index[paper, span] = len(self.texts)
            self.texts.append(self.text(paper, span.field)[span.start : span.end])
        return self._index[paper, span]

    def quote(self, paper: str, span: Span, marks: Iterable[Span]) -> list[int]:
        """`[sentence, start, end, start, end ...]`: a sentence and the stretches to mark in it, without overlap."""
        row, last = [self.add(paper, span)], span.start
        text = self.text(paper, span.field)
        for mark in sorted(m for m in marks if m.field == span.field and m.end <= span.end):
            if mark.start >= last:
                start = utf16(text[span.start : mark.start])
                row += [start, start + utf16(text[mark.start : mark.end])]
                last = mark.end
        return row


def evidence(sentences: Sentences, paper: str, edge: Mapping[str, Any], most: int) -> list[list[int]]:
    """The quotes of an edge, those that hold a mention first; where none does, the text around a mention leads."""
    quoted = [sentences.quote(paper, span, edge["mentions"]) for span in edge["evidence"]]
    if edge["mentions"] and not any(len(row) > 1 for row in quoted):
        first = min(edge["mentions"], key=lambda m: (m.field != "abstract", m))
        quoted.insert(0, sentences.quote(paper, around(sentences.text(paper, first.field), first), [first]))
    return sorted(quoted, key=lambda row: len(row) == 1)[:most]


def around(text: str, mention: Span) -> Span:
    """The sentence around a mention, or what of it lies near."""
    start = max(text.rfind(". ", 0, mention.start) + 2, mention.start - _WINDOW, 0)
    if start == 1:
        start = 0
    stop = text.find(". ", mention.end)
    end = min(stop + 1 if stop >= 0 else len(text), mention.end + _WINDOW)
    return Span(mention.field, start if start <= mention.start else 0, end)


def payload(
    graph: "nx.MultiDiGraph[str]",
    network: "Network",
    chosen: Cut,
    known: Iterable[Redirect] | None = None,
) -> dict[str, Any]:
    """The columns of a page.

    Args:
        graph: the nodes and edges that the page carries.
        network: the same as a pyvis network; positions and sizes are taken from it.
        chosen: first screen, quotes per edge and links between entities.
        known: redirects of the store; default: made from the names.
    """
    index = {n: i for i, n in enumerate(graph)}
    sentences = Sentences(graph)
    edges = [
        [
            index[p],
            index[e],
            _RELATION_INDEX[key],
            round(data["confidence"] * 100),
            evidence(sentences, p, data, chosen.sentences),
        ]
        for p, e, key, data in graph.edges(keys=True, data=True)
    ]
    links = [
        [index[k.source], index[k.target], k.papers, k.first, k.last, [index[p] for p in k.via]] for k in chosen.links
    ]
    results = [
        _result(sentences, index, r)
        for _, data in graph.nodes(data=True)
        if data["kind"] == "paper"
        for r in data["results"]
    ]
    return {
        "types": _types(),
        "relations": _relations() + [dict(TOGETHER)] * bool(links),
        "options": network.options,
        "nodes": _nodes(graph, network, index, chosen.core),
        "edges": [list(column) for column in zip(*edges, strict=True)] or [[], [], [], [], []],
        "links": [list(column) for column in zip(*links, strict=True)] or [[], [], [], [], [], []],
        "results": results,
        "sentences": sentences.texts,
        "redirects": redirects(graph, index, known),
    }


def _types() -> list[dict[str, Any]]:
    paper = {
        "key": "PAPER",
        "term": "Paper",
        "label": "paper",
        "plural": "papers",
        "colour": PAPER_COLOUR,
        "shape": PAPER_SHAPE,
    }
    return [paper | {"about": "an abstract that was read"}] + [
        {
            "key": t.name,
            "term": t.term,
            "label": t.label,
            "plural": t.plural,
            "colour": t.colour,
            "shape": t.shape,
            "about": t.about,
        }
        for t in ENTITY_TYPES.values()
    ]


def _relations() -> list[dict[str, Any]]:
    return [
        {
            "key": r.name,
            "term": r.term,
            "label": r.label,
            "inverse": r.inverse,
            "colour": r.colour,
            "dashes": list(r.dashes),
            "width": r.width,
            "about": r.about,
        }
        for r in RELATIONS.values()
    ]


def _nodes(
    graph: "nx.MultiDiGraph[str]", network: "Network", index: Mapping[str, int], core: Container[str]
) -> dict[str, list[Any]]:
    """Columns of the nodes, in the order of the graph."""
    names = ("id", "label", "type", "x", "y", "size", "core", "papers", "names", "year", "link", "by", "intro", "web")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for drawn, (node, data) in zip(network.nodes, graph.nodes(data=True), strict=True):
        entity = data["kind"] == "entity"
        row = {
            "id": node,
            "label": data["label"],
            "type": _TYPE_INDEX[data["type"]] if entity else 0,
            "x": drawn["x"],
            "y": drawn["y"],
            "size": drawn["size"],
            "core": int(node in core),
            "papers": data["papers"] if entity else 0,
            "names": [n for n in data["names"] if n != data["label"]] if entity else [],
            "year": 0 if entity else data["year"] or 0,
            "link": "" if entity else link(node, data["url"]),
            "by": "" if entity else _byline(data),
            "intro": index.get(data.get("introduced_by", ""), -1),
            "web": [address for _, address in data.get("links", ()) if _LINK.fullmatch(address)],
        }
        for name, value in row.items():
            columns[name].append(value)
    return columns


def year_counts(years: Iterable[int | None]) -> list[int]:
    """A first year, and from there on how many have each year; empty where none has one.

    >>> year_counts([2021, None, 2019, 2021])
    [2019, 1, 0, 2]
    """
    found = Counter(y for y in years if y)
    return [min(found), *(found[y] for y in range(min(found), max(found) + 1))] if found else []


def spans(graph: "nx.MultiDiGraph[str]", nodes: Iterable[str]) -> list[list[int]]:
    """For each entity the years of all papers that name it, carried or not, as `year_counts`; for papers nothing."""
    return [year_counts(graph.nodes[p].get("year") for p in graph.pred[n]) for n in nodes]


def _byline(data: Mapping[str, Any]) -> str:
    """Authors and venue on one line."""
    authors: Sequence[str] = data["authors"]
    names = ", ".join(authors) if len(authors) <= 3 else f"{authors[0]} and {len(authors) - 1} others"
    return " · ".join(part for part in (names, data["venue"]) if part)


def _result(sentences: Sentences, index: Mapping[str, int], resolved: ResolvedResult) -> list[Any]:
    """One result: paper, system, data, metric, value, kind, quote, and the nodes of the three slots or -1."""
    r, paper = resolved.result, resolved.paper
    text = sentences.text(paper, r.evidence.field)
    at = text.find(r.value, r.evidence.start, r.evidence.end)
    marks = [Span(r.evidence.field, at, at + len(r.value))] if at >= 0 else []
    nodes = [index.get(slot or "", -1) for slot in (resolved.system, resolved.on, resolved.metric)]
    quoted = sentences.quote(paper, r.evidence, marks)
    return [index[paper], r.system, r.on, r.metric, r.value, r.kind, quoted, *nodes]


def redirects(
    graph: "nx.MultiDiGraph[str]", index: Mapping[str, int], known: Iterable[Redirect] | None = None
) -> dict[str, list[int]]:
    """Ids that are nobody's, with the nodes that they may mean: old links still lead somewhere.

    `known` are those of the store, which know what a bare name means; without them, the slug of each name leads to all
    that bear it.
    """
    found: dict[str, list[int]] = {}
    for redirect in known or ():
        found[redirect.id] = [index[t] for t in redirect.targets if t in index]
    if known is None:
        for node, data in graph.nodes(data=True):
            names = data["names"] if data["kind"] == "entity" else ()
            for other in sorted({slug(normal_form(name) or name) for name in names}):
                found.setdefault(other, []).append(index[node])
    return {other: nodes for other, nodes in sorted(found.items()) if nodes and other not in index}
