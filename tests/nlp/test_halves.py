"""Two encoders of one half of the papers each: every paper has one that never saw it, and their mean is one again."""

from dataclasses import replace

import numpy as np
import pytest

from kg.nlp.blank import blank
from kg.nlp.fit_encoder import encoder_of, weights_of
from kg.nlp.fit_judge import marker
from kg.nlp.halves import crossed, half, mean_encoder
from kg.nlp.labelled import GoldEntity, Labelled

PAPERS = [Labelled(f"x:{n}", "Oaks", "We propose OakNet.", (), ()) for n in range(10)]
TEXT = ["We", "propose", "PineNet", ",", "which", "sorts", "twigs", ".", "We", "test", "it", "on", "MapleSet", "."]


@pytest.fixture(scope="module")
def apart(learnt):
    """Two encoders that lie on opposite sides of the one that has learnt the pattern."""
    encoder, _, _ = learnt
    chance, weights = np.random.default_rng(0), weights_of(encoder)
    steps = {n: (w.std() * chance.normal(size=w.shape)).astype("float32") for n, w in weights.items()}
    return tuple(
        encoder_of({n: w + sign * steps[n] for n, w in weights.items()}, encoder.pieces) for sign in (-0.4, 0.4)
    )


def read(encoder, learnt):
    """Vectors, and chances of spans, of the text."""
    _, words, vectors = learnt
    known = dict(zip(words, vectors, strict=True))
    encoded = encoder.encode(TEXT, np.array([known.get(w.lower(), 0 * vectors[0]) for w in TEXT]))
    return encoded.vectors, np.exp(encoded.spans)


def test_the_half_of_a_paper_is_always_the_same_and_its_id_alone_counts():
    assert [half(paper) for paper in PAPERS] == [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]
    other = [replace(p, title="Elms", entities=(GoldEntity(("Elms",), "TASK", "USES"),)) for p in PAPERS]
    assert [half(paper) for paper in other[::-1]] == [half(paper) for paper in PAPERS][::-1]


def test_the_halves_are_about_even():
    papers = [replace(PAPERS[0], id=f"arxiv:24{n:02}.{n:05}") for n in range(1000)]
    assert 450 < sum(half(paper) for paper in papers) < 550


def test_a_learnt_paper_is_read_by_the_encoder_of_the_other_half_and_an_unlearnt_one_by_the_whole(learnt, apart):
    encoder, words, vectors = learnt
    zero, one, whole = (marker(blank(words, vectors, each)) for each in (*apart, encoder))
    mark = crossed((zero, one), whole, iter(PAPERS[:7]))
    assert {half(paper) for paper in PAPERS[:7]} == {0, 1}
    for n, paper in enumerate(PAPERS):
        expected = whole if n >= 7 else one if half(paper) == 0 else zero
        same = [np.array_equal(mark(paper).tokens.vectors, m(paper).tokens.vectors) for m in (zero, one, whole)]
        assert same == [m is expected for m in (zero, one, whole)]


def test_the_mean_of_an_encoder_with_itself_reads_as_it_does(learnt):
    encoder, _, _ = learnt
    for mean, right in zip(read(mean_encoder(encoder, encoder), learnt), read(encoder, learnt), strict=True):
        assert np.allclose(mean, right, atol=0.01)


def test_the_mean_of_two_encoders_reads_as_what_lies_between_them(learnt, apart):
    encoder, _, _ = learnt
    right, mean = read(encoder, learnt), read(mean_encoder(*apart), learnt)
    for one in (read(each, learnt) for each in apart):
        assert np.linalg.norm(mean[0] - right[0]) < 0.1 * np.linalg.norm(one[0] - right[0])
        assert np.abs(mean[1] - right[1]).max() < 0.1 * np.abs(one[1] - right[1]).max()


def test_each_weight_of_the_mean_lies_in_the_middle(apart):
    first, second = (weights_of(each) for each in apart)
    mean = weights_of(mean_encoder(*apart))
    assert mean.keys() == first.keys() == second.keys()
    for name, weight in mean.items():
        middle, between = (first[name] + second[name]) / 2, np.abs(first[name] - second[name]).max()
        assert np.abs(weight - middle).max() < between / 10, name


def test_the_mean_is_the_same_byte_for_byte_whichever_comes_first(apart, tmp_path):
    for name, pair in (("one", apart), ("two", apart), ("turned", apart[::-1])):
        mean_encoder(*pair).save(tmp_path / name)
    one, two, turned = ({f.name: f.read_bytes() for f in (tmp_path / n).iterdir()} for n in ("one", "two", "turned"))
    assert one == two == turned
    assert mean_encoder(*apart).pieces.vocabulary == apart[0].pieces.vocabulary
