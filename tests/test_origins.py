"""Which paper introduced a thing: only where the papers at hand show it."""

import pytest

from kg.entity import Edge
from kg.paper import Paper
from kg.resolve import introduced_by

P, U, M = "PROPOSES", "USES", "MENTIONS"


def found(*edges):
    """The paper that introduced "zorb"; from (paper, date or year, relation)."""
    rows = [
        (
            Paper(name, "T", "A", int(str(when)[:4]) if when else None, when if isinstance(when, str) else ""),
            Edge(name, "zorb", relation, 0.9, (), (), "METHOD", relation),
        )
        for name, when, relation in edges
    ]
    first = introduced_by(rows)
    assert first == introduced_by(reversed(rows))
    return first.get("zorb")


@pytest.mark.parametrize(
    ("edges", "paper"),
    [
        ([("a:1", 2020, P)], "a:1"),
        ([("a:1", None, P)], "a:1"),
        ([("a:1", 2020, P), ("a:2", 2021, U), ("a:3", 2020, M)], "a:1"),
        ([("a:2", 2021, P), ("a:1", 2020, P)], "a:1"),
        ([("a:2", "2020-03-02", P), ("a:1", "2020-03-01", P)], "a:1"),
        ([("a:2", "2021-01", P), ("a:1", 2020, P)], "a:1"),
        ([("a:1", "2020-05-01", P), ("a:2", None, M)], "a:1"),
    ],
)
def test_the_earliest_paper_that_proposes_a_thing_introduced_it(edges, paper):
    assert found(*edges) == paper


@pytest.mark.parametrize(
    "edges",
    [
        [],
        [("a:1", 2020, U), ("a:2", 2019, M)],
        [("a:1", 2020, P), ("a:2", 2019, M)],
        [("a:1", 2020, P), ("a:2", 2020, P)],
        [("a:1", "2020-03-01", P), ("a:2", "2020-03-01", P)],
        [("a:1", "2020-03-01", P), ("a:2", "2020-03", P)],
        [("a:1", "2020-03-01", P), ("a:2", 2020, P), ("a:3", "2020-02-01", P)],
        [("a:1", 2020, P), ("a:2", None, P)],
    ],
    ids=["nothing", "mentions", "named before", "one year", "one day", "one month", "year and days", "no date"],
)
def test_it_stays_open_where_the_papers_do_not_show_it(edges):
    assert found(*edges) is None


def test_each_thing_has_its_own_paper_and_they_come_sorted():
    rows = [
        (Paper("a:1", "T", "A", 2020), Edge("a:1", name, P, 0.9, (), (), "METHOD", P)) for name in ("zorb", "quilt")
    ]
    assert list(introduced_by(rows).items()) == [("quilt", "a:1"), ("zorb", "a:1")]
