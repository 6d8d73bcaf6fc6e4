"""Which paper introduced a thing: only where the papers at hand show it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.entity import Edge
from kg.paper import Paper


@dataclass(slots=True)
class _Seen:
    """The years in which a thing is named, and the papers that say they propose it."""

    years: set[int] = field(default_factory=set)
    proposers: list[tuple[str, int | None, str]] = field(default_factory=list)  #: (date, year, paper)


def introduced_by(edges: Iterable[tuple[Paper, Edge]]) -> dict[str, str]:
    """Entity -> the earliest paper that proposes it.

    Left out where nobody proposes it, where an earlier year names it already, and where several papers propose it and
    the dates do not tell which came first. A mere mention never counts.
    """
    seen: dict[str, _Seen] = {}
    for paper, edge in edges:
        entry = seen.setdefault(edge.entity, _Seen())
        if paper.year is not None:
            entry.years.add(paper.year)
        if edge.relation == "PROPOSES":
            entry.proposers.append((paper.date or str(paper.year or ""), paper.year, paper.id))
    return {entity: first for entity in sorted(seen) if (first := _first(seen[entity]))}


def _first(seen: _Seen) -> str:
    """The paper that came first, or ""."""
    proposers = sorted(seen.proposers)
    if not proposers or (len(proposers) > 1 and any(not date for date, *_ in proposers)):
        return ""
    date, year, paper = proposers[0]
    if len(proposers) > 1 and _same_time(date, proposers[1][0]):
        return ""
    return "" if year is not None and min(seen.years) < year else paper


def _same_time(one: str, two: str) -> bool:
    """Whether two dates cannot be told apart at the precision that both have."""
    shared = min(len(one), len(two))
    return one[:shared] == two[:shared]
