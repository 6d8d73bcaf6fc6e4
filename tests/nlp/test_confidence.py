"""Of overlapping candidates the likelier stand, and none is left without a mention."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kg.facts import Span
from kg.nlp.confidence import NONE, judge, settle
from kg.nlp.mentions import Candidate, occurrences


def candidate(text, name, chance=1.0):
    """A candidate whose mentions are all occurrences of a name in the abstract."""
    spans = tuple(Span("abstract", a, b) for a, b, _ in occurrences([name], text))
    return Candidate((name,), "TASK", spans, confidence=chance)


def settled(text, *chances, least=0.5):
    """(name, number of mentions) of the candidates that stand."""
    texts = {"title": "", "abstract": text}
    return [(c.names[0], len(c.mentions)) for c in settle([candidate(text, n, x) for n, x in chances], texts, least)]


def test_the_likelier_of_two_that_always_overlap_stands():
    text = "long video generation is long video generation"
    assert settled(text, ("long video generation", 0.6), ("video generation", 0.9)) == [("video generation", 2)]
    assert settled(text, ("long video generation", 0.9), ("video generation", 0.6)) == [("long video generation", 2)]


def test_both_stand_where_each_has_a_mention_of_its_own():
    text = "long video generation, video generation"
    both = [("long video generation", 1), ("video generation", 1)]
    assert settled(text, ("long video generation", 0.6), ("video generation", 0.9)) == both
    assert settled(text, ("long video generation", 0.9), ("video generation", 0.6)) == both


def test_a_candidate_below_the_least_confidence_stands_in_nobodys_way():
    assert settled("video generation", ("video generation", 0.4), ("generation", 0.5)) == [("generation", 1)]


def test_names_without_a_mention_of_their_own_are_dropped():
    text = "Foo Nets and Foo Net, once Foo"
    two = Candidate(("Foo", "Foo Net"), "MODEL", (*candidate(text, "Foo Net").mentions, Span("abstract", 27, 30)))
    first = Candidate(("Net, once",), "TASK", candidate(text, "Net, once").mentions, confidence=0.9)
    found = settle([first, Candidate(two.names, "MODEL", two.mentions, confidence=0.8)], {"abstract": text}, 0.5)
    assert [c.names for c in found] == [("Net, once",), ("Foo",)]


def test_the_likeliest_type_is_chosen_and_no_entity_is_none_of_them():
    one = candidate("Foo", "Foo")
    (judged,) = judge([one], np.array([[0.5, 0.2, 0.3]]), (NONE, "MODEL", "TASK"))
    assert (judged.type, judged.confidence) == ("TASK", 0.3)


NAMES = st.sampled_from(["a b", "b c", "a b c", "b", "c d", "d"])


@given(
    st.lists(st.sampled_from("abcd"), min_size=1, max_size=12),
    st.dictionaries(NAMES, st.integers(1, 9), max_size=6),
)
def test_what_stands_never_overlaps_and_has_mentions(words, chances):
    text = " ".join(words)
    texts = {"title": "", "abstract": text}
    candidates = [c for n, x in sorted(chances.items()) if (c := candidate(text, n, x / 10)).mentions]
    found = settle(candidates, texts, 0.3)
    spans = sorted(m for c in found for m in c.mentions)
    assert all(c.mentions for c in found)
    assert all(x.end <= y.start for x, y in itertools.pairwise(spans))
    assert {text[m.start : m.end] for m in spans} == {n for c in found for n in c.names}
