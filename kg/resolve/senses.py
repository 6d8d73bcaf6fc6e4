"""Which types can be views of one thing, and which make two things of one name."""

from collections.abc import Mapping

from kg.schema import ENTITY_TYPES

_RANK = {name: n for n, name in enumerate(ENTITY_TYPES)}
#: What cannot be the same thing. A METHOD may turn out a model, a task or a measure: readers disagree on those.
_SENSES = {
    "MODEL": "artefact",
    "DATASET": "data",
    "BENCHMARK": "data",
    "TASK": "task",
    "METRIC": "measure",
    "METHOD": "",
}
_LEAST_SHARE = 0.25  #: of the papers: a sense that fewer have is an error of reading, not a namesake; and so is
_LEAST_PAPERS = 2  #: one that fewer have, where there are more than two papers


def most(votes: Mapping[str, int]) -> str:
    """The type with most votes; of equals the first in the table of types."""
    return min(votes, key=lambda t: (-votes[t], _RANK[t]))


def compatible(one: str, two: str) -> bool:
    """Whether two types can be views of one thing.

    >>> compatible("DATASET", "BENCHMARK"), compatible("METHOD", "TASK"), compatible("MODEL", "TASK")
    (True, True, False)
    >>> compatible("METHOD", "DATASET")
    False
    """
    a, b = _SENSES[one], _SENSES[two]
    return a == b or ("data" not in (a, b) and "" in (a, b))


def split(votes: Mapping[str, int]) -> dict[str, str]:
    """Type -> the sense that it belongs to, named by that sense's leading type; empty where all are one thing.

    A sense stands only where at least a quarter of the papers have it, and two of more than two; the types of a weaker
    one go with the strongest.

    >>> split({"TASK": 3, "MODEL": 2, "METHOD": 1})
    {'MODEL': 'MODEL', 'METHOD': 'TASK', 'TASK': 'TASK'}
    >>> split({"DATASET": 3, "BENCHMARK": 2}), split({"MODEL": 9, "TASK": 1})
    ({}, {})
    """
    strength: dict[str, int] = {}
    for kind, count in votes.items():
        sense = _SENSES[kind] or "method"
        strength[sense] = strength.get(sense, 0) + count
    total = sum(votes.values())
    least = _LEAST_PAPERS if total > _LEAST_PAPERS else 1
    standing = {s for s, n in strength.items() if n >= max(least, _LEAST_SHARE * total)}
    if "method" in standing and standing & {"artefact", "task", "measure"}:
        standing.discard("method")
    if len(standing) < 2:
        return {}
    leaders = {s: most({t: n for t, n in votes.items() if (_SENSES[t] or "method") == s}) for s in standing}
    strongest = leaders[min(standing, key=lambda s: (-strength[s], _RANK[leaders[s]]))]
    others = {s: leaders[s] for s in standing if s != "data"}
    bridge = others[min(others, key=lambda s: (-strength[s], _RANK[others[s]]))]
    return {
        kind: leaders.get(_SENSES[kind] or "method", bridge if not _SENSES[kind] else strongest)
        for kind in sorted(votes, key=_RANK.__getitem__)
    }
