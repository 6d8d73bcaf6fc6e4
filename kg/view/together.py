"""Which entities papers name together: the links of a map that is too large to show papers as nodes.

Two entities are linked by the papers that name both as more than background. Of all pairs a backbone is kept: pairs
that stand together more often than chance would have it (normalized pointwise mutual information, Bouma 2009,
"Normalized (pointwise) mutual information in collocation extraction"), the strongest of each entity first. Every link
names papers that show it, and these are carried by the page, so that no link is without a sentence.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

Pair = tuple[int, int]  #: positions in the list of entities, the smaller first

MAX_LINKS = 9_000  #: of a page
MAX_EXAMPLES = 3  #: papers named for a link
_PER_ENTITY = 7  #: links that an entity may ask for
_LEAST_NPMI = 0.05  #: pairs below stand together by chance
_MOST_NAMED = 60  #: entities of one paper that are paired, those of most papers first

#: How the page shows such a link, as `kg.schema.Relation` says it of the others.
TOGETHER: Mapping[str, Any] = {
    "key": "TOGETHER",
    "term": "",
    "label": "named together",
    "inverse": "named together with",
    "colour": "#7D8590",
    "dashes": [],
    "width": 2,
    "about": "papers name both as more than background; the thicker, the more papers",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Two entities that papers name together."""

    source: str
    target: str
    papers: int  #: how many name both
    strength: float  #: papers, times how much more often than by chance (0 to 1)
    first: int  #: first and last year of these papers, 0 where none is known
    last: int
    via: tuple[str, ...]  #: some of these papers


def together(
    graph: "nx.MultiDiGraph[str]", entities: Sequence[str], *, max_links: int = MAX_LINKS, max_papers: int
) -> tuple[list[Link], list[str]]:
    """The backbone of links between entities, and the papers that show them.

    Args:
        graph: as `kg.graph.load` gives it.
        entities: between which links are looked for, those of most papers first.
        max_links: at most so many.
        max_papers: at most so many papers are named; links for which no paper is left are dropped.

    Returns:
        links sorted by their entities' places in `entities`, and the papers that they name, sorted.
    """
    named = dict(_named(graph, {e: n for n, e in enumerate(entities)}))
    pairs = Counter(pair for group in named.values() for pair in combinations(group, 2))
    strengths = _backbone(pairs, Counter(e for group in named.values() for e in group), len(named), max_links)
    showing: dict[Pair, list[str]] = defaultdict(list)
    for paper, group in named.items():
        for pair in combinations(group, 2):
            if pair in strengths:
                showing[pair].append(paper)
    examples = _examples(showing, max_papers)
    links = []
    for pair in sorted(p for p in strengths if examples[p]):
        years = [y for paper in showing[pair] if (y := graph.nodes[paper].get("year"))] or [0]
        ends = (entities[pair[0]], entities[pair[1]])
        strength = round(strengths[pair], 4)
        links.append(Link(*ends, pairs[pair], strength, min(years), max(years), tuple(examples[pair])))
    return links, sorted({p for link in links for p in link.via})


def _named(graph: "nx.MultiDiGraph[str]", index: Mapping[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """For each paper the places of the entities that it names as more than background, in order."""
    for paper, kind in graph.nodes(data="kind"):
        if kind == "paper":
            links = graph.adj[paper].items()
            found = sorted(index[e] for e, keys in links if e in index and set(keys) != {"MENTIONS"})
            if len(found) > 1:
                yield paper, tuple(found[:_MOST_NAMED])


def _backbone(pairs: Mapping[Pair, int], alone: Mapping[int, int], papers: int, most: int) -> dict[Pair, float]:
    """The strongest pairs: first the best one of each entity, then the second best ones, and so on."""
    strengths: dict[Pair, float] = {}
    for pair, n in pairs.items():
        if n > 1:
            share = n / papers
            npmi = math.log(n * papers / (alone[pair[0]] * alone[pair[1]])) / max(-math.log(share), 1e-9)
            if npmi > _LEAST_NPMI:
                strengths[pair] = n * min(npmi, 1.0)
    by_entity: dict[int, list[Pair]] = defaultdict(list)
    for pair in sorted(strengths, key=lambda p: (-strengths[p], p)):
        for entity in pair:
            by_entity[entity].append(pair)
    rank: dict[Pair, int] = {}
    for own in by_entity.values():
        for n, pair in enumerate(own[:_PER_ENTITY]):
            rank[pair] = min(n, rank.get(pair, n))
    kept = sorted(rank, key=lambda p: (rank[p], -strengths[p], p))[:most]
    return {pair: strengths[pair] for pair in kept}


def _examples(showing: Mapping[Pair, Sequence[str]], most: int) -> dict[Pair, list[str]]:
    """Papers for each pair, at most `most` in all: greedily those that show most pairs which lack one."""
    shows: dict[str, list[Pair]] = defaultdict(list)
    for pair, papers in showing.items():
        for paper in papers:
            shows[paper].append(pair)
    found: dict[Pair, list[str]] = {pair: [] for pair in showing}
    chosen: set[str] = set()
    for wanted in range(1, MAX_EXAMPLES + 1):
        queue = [(-len(pairs), paper) for paper, pairs in shows.items() if paper not in chosen]
        heapq.heapify(queue)
        while queue and len(chosen) < most:
            guess, paper = heapq.heappop(queue)
            lacking = [p for p in shows[paper] if len(found[p]) < wanted]
            if not lacking:
                continue
            if -len(lacking) > guess:  # others were chosen since: it may no longer be the best
                heapq.heappush(queue, (-len(lacking), paper))
                continue
            chosen.add(paper)
            for pair in shows[paper]:
                if len(found[pair]) < MAX_EXAMPLES:
                    found[pair].append(paper)
    return found


def among(links: Iterable[Link], nodes: frozenset[str]) -> list[Link]:
    """Those of the links that lie within some nodes."""
    return [link for link in links if link.source in nodes and link.target in nodes]
