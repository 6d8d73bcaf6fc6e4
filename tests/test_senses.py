"""Types: one thing seen in two ways, and two things of one name."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolve.senses import compatible, most, split
from kg.schema import ENTITY_TYPES

TYPES = list(ENTITY_TYPES)
VOTES = st.dictionaries(st.sampled_from(TYPES), st.integers(1, 40), min_size=1)
TOGETHER = {
    ("DATASET", "BENCHMARK"),
    ("METHOD", "MODEL"),
    ("METHOD", "TASK"),
    ("METHOD", "METRIC"),
    *((t, t) for t in TYPES),
}


@pytest.mark.parametrize("pair", [*itertools.product(TYPES, TYPES)], ids="-".join)
def test_which_types_are_views_of_one_thing(pair):
    assert compatible(*pair) == (pair in TOGETHER or pair[::-1] in TOGETHER)


@given(VOTES)
def test_most_votes_win_and_equals_go_to_the_first_of_the_table(votes):
    best = most(votes)
    assert votes[best] == max(votes.values())
    assert best == min((t for t in votes if votes[t] == votes[best]), key=TYPES.index)
    assert most(dict(reversed(votes.items()))) == best


@given(VOTES)
def test_a_split_gives_every_type_a_sense_that_is_led_by_one_of_its_own(votes):
    parts = split(votes)
    assert parts == split(dict(reversed(votes.items())))
    if not parts:
        return
    assert set(parts) == set(votes)
    leaders = set(parts.values())
    assert len(leaders) >= 2
    assert all(parts[leader] == leader for leader in leaders)
    assert not any(compatible(a, b) for a, b in itertools.combinations(leaders, 2))
    for leader in leaders:
        assert sum(n for t, n in votes.items() if parts[t] == leader) * 4 >= sum(votes.values())


@given(VOTES)
def test_types_that_are_views_of_one_thing_are_never_split(votes):
    if all(compatible(a, b) for a, b in itertools.combinations(votes, 2)):
        assert split(votes) == {}


@pytest.mark.parametrize(
    ("votes", "parts"),
    [
        ({"MODEL": 6, "TASK": 2}, {"MODEL": "MODEL", "TASK": "TASK"}),
        ({"MODEL": 1, "TASK": 1}, {"MODEL": "MODEL", "TASK": "TASK"}),
        ({"MODEL": 2, "TASK": 1}, {}),
        ({"MODEL": 7, "TASK": 2}, {}),
        ({"MODEL": 4, "TASK": 1}, {}),
        ({"METHOD": 1, "DATASET": 1}, {"METHOD": "METHOD", "DATASET": "DATASET"}),
        ({"BENCHMARK": 1, "DATASET": 2, "TASK": 2}, {"BENCHMARK": "DATASET", "DATASET": "DATASET", "TASK": "TASK"}),
        ({"METHOD": 9, "TASK": 3, "MODEL": 4}, {}),
        ({"METHOD": 5, "TASK": 6, "MODEL": 5}, {"METHOD": "TASK", "TASK": "TASK", "MODEL": "MODEL"}),
        ({"METRIC": 1, "TASK": 6, "MODEL": 6}, {"METRIC": "MODEL", "TASK": "TASK", "MODEL": "MODEL"}),
        ({"MODEL": 2, "TASK": 2, "DATASET": 2, "METRIC": 2}, {t: t for t in ("MODEL", "TASK", "DATASET", "METRIC")}),
    ],
)
def test_a_sense_stands_where_a_quarter_of_the_papers_have_it_and_two_of_more_than_two(votes, parts):
    assert split(votes) == parts
