"""Spans are chosen by their chances, marked ones never overlap, and the evidence is what the likeliest spans say."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.nlp.encoder import LONGEST
from kg.nlp.marks import LABELS, LEAST_LIKELY, LEAST_MARKED, evidence, likely, marked

RARE = -9.0
SEED, COUNT, SPREAD = st.integers(0, 2**32 - 1), st.integers(1, 24), st.sampled_from([0.3, 1.0, 3.0, 12.0])


def spans_of(seed, count, spread, bias=0.0):
    """Log chances by chance, the wider spread the surer; spans beyond the last word are none."""
    scores = np.random.default_rng(seed).normal(size=(count, LONGEST, len(LABELS))) * spread
    scores[..., 0] += bias
    spans = (scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))).astype("float32")
    beyond = np.arange(count)[:, None] + np.arange(LONGEST) >= count
    spans[beyond] = -30
    spans[beyond, 0] = 0
    return spans


def nothing_but(count, *likely_spans):
    """Log chances where only these (first word, last word, label, chance) are spans."""
    spans = np.full((count, LONGEST, len(LABELS)), -30, dtype="float32")
    spans[..., 0] = 0
    for first, last, label, chance in likely_spans:
        spans[first, last - first, 0] = math.log(1 - chance)
        spans[first, last - first, label] = math.log(chance)
    return spans


def overlap(one, other):
    return one[0] <= other[1] and other[0] <= one[1]


@given(SEED, COUNT, SPREAD, st.sampled_from([LEAST_LIKELY, LEAST_MARKED, 0.9]))
def test_all_spans_with_the_least_chance_are_likely_the_likeliest_first(seed, count, spread, least):
    spans = spans_of(seed, count, spread)
    found = likely(spans, least)
    chances = {(a, a + more): 1 - np.exp(spans[a, more, 0]) for a in range(count) for more in range(LONGEST)}
    assert {(a, b) for a, b, _, _ in found} == {span for span, chance in chances.items() if chance >= least}
    assert len({(a, b) for a, b, _, _ in found}) == len(found)
    assert [c for *_, c in found] == sorted((c for *_, c in found), reverse=True)
    for a, b, label, chance in found:
        assert b < count
        assert chance == pytest.approx(chances[a, b], abs=1e-6)
        assert label > 0
        assert spans[a, b - a, label] == spans[a, b - a, 1:].max()


def test_of_equally_likely_spans_the_first_comes_first():
    spans = nothing_but(5, (3, 3, 1, 0.5), (1, 2, 2, 0.5), (1, 1, 3, 0.5), (0, 0, 4, 0.25))
    assert [f[:3] for f in likely(spans)] == [(1, 1, 3), (1, 2, 2), (3, 3, 1), (0, 0, 4)]


def test_half_precision_is_good_enough_and_no_words_have_no_spans():
    spans = spans_of(1, 12, 3.0)
    half = likely(spans.astype("float16"), 0.5)
    assert [f[:3] for f in sorted(half)] == [f[:3] for f in sorted(likely(spans, 0.5))]
    assert likely(spans[:0]) == marked([]) == []


@given(SEED, COUNT, SPREAD, st.sampled_from([0.0, 2.0]), st.sampled_from([LEAST_MARKED, 0.6]))
def test_marked_spans_never_overlap_and_give_way_to_likelier_ones_only(seed, count, spread, bias, least):
    found = likely(spans_of(seed, count, spread, bias))
    kept = marked(found, least)
    by_span = {f[:3]: f[3] for f in found}
    assert all(one[1] < other[0] for one, other in pairwise(kept))
    assert all(by_span[span] >= least for span in kept)
    for span, chance in by_span.items():
        if chance >= least and span not in kept:
            assert any(overlap(span, other) and by_span[other] >= chance for other in kept)


def test_the_least_chance_is_enough_and_what_is_below_stands_in_nobodys_way():
    found = [(0, 3, 1, 0.9), (3, 4, 2, 0.5), (4, 5, 3, LEAST_MARKED), (5, 6, 4, LEAST_MARKED - 0.01)]
    assert marked(found) == [(0, 3, 1), (4, 5, 3)]
    assert marked(found, 0.4) == [(0, 3, 1)]


def obvious_evidence(first, last, spans):
    """The evidence of one mention, by looking at every span."""
    spans = np.maximum(spans, RARE)
    count, _, labels = spans.shape
    last = min(last, first + LONGEST - 1)
    best = dict.fromkeys(("holds", "meets"), (0.0, np.array([0.0] + [RARE] * (labels - 1))))
    for a in range(count):
        for b in range(a, min(a + LONGEST, count)):
            entity = 1 - math.exp(spans[a, b - a, 0])
            if (a, b) == (first, last) or not overlap((a, b), (first, last)):
                continue
            kind = "holds" if a <= first and last <= b else "meets"
            if entity > best[kind][0] + 1e-6:
                best[kind] = entity, spans[a, b - a]
    own = spans[first, last - first]
    return np.concatenate([own, np.exp(own), best["holds"][1] / 2, best["meets"][1] / 2])


@given(SEED, COUNT, SPREAD, st.lists(st.tuples(st.integers(0, 23), st.integers(0, 14)), min_size=1, max_size=6))
def test_the_evidence_is_that_of_the_own_span_and_of_the_likeliest_over_and_beside_it(seed, count, spread, mentions):
    spans = spans_of(seed, count, spread)
    first = np.array([a % count for a, _ in mentions])
    last = np.minimum(first + [n for _, n in mentions], count - 1)
    found = evidence(first, last, spans)
    assert found.shape == (len(mentions), 4 * len(LABELS))
    for row, a, b in zip(found, first, last, strict=True):
        assert np.allclose(row, obvious_evidence(a, b, spans), atol=1e-4)


def test_a_likelier_span_around_a_mention_and_one_that_crosses_it_are_told_apart():
    around, across = [(1, 3, 2, 0.8), (2, 4, 3, 0.7)], [(3, 5, 4, 0.6), (2, 2, 5, 0.4)]
    spans = nothing_but(8, (2, 3, 1, 0.5), *around, *across, (6, 7, 6, 0.9))
    own, own_chance, holds, meets = np.split(evidence(np.array([2]), np.array([3]), spans)[0], 4)
    assert (own[1:].argmax() + 1, own_chance[1]) == (1, pytest.approx(0.5))
    assert (holds[1:].argmax() + 1, holds[2]) == (2, pytest.approx(math.log(0.8) / 2))
    assert (meets[1:].argmax() + 1, meets[4]) == (4, pytest.approx(math.log(0.6) / 2))


def test_where_no_other_span_is_likely_the_evidence_is_that_of_none():
    row = evidence(np.array([0]), np.array([0]), nothing_but(1, (0, 0, 1, 0.5)))[0]
    nothing = [0.0] + [RARE / 2] * (len(LABELS) - 1)
    assert row[2 * len(LABELS) :].tolist() == [*nothing, *nothing]


def test_a_mention_that_is_too_long_for_a_span_has_the_evidence_of_its_first_words():
    spans = spans_of(2, 30, 1.0)
    long = evidence(np.array([4, 15]), np.array([29, 29]), spans)
    assert np.array_equal(long, evidence(np.array([4, 15]), np.array([4, 15]) + LONGEST - 1, spans))
