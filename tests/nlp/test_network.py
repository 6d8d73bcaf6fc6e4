"""The small classifier learns from words and from vectors, and survives the disk."""

import numpy as np
import pytest

from kg.errors import DataError
from kg.nlp.network import Learning, fit_groups, fit_network, load_network, save_network

LEARNING = Learning(width=8, hidden=8, epochs=30, batch=16, rate=0.02, decay=0.0, least=1, dropped=0.1, dropout=0.0)


def examples(count=120):
    """Features and vectors of which each alone tells a part of the label."""
    chance = np.random.default_rng(0)
    words = [["warm"] if n % 2 else ["cold"] for n in range(count)]
    vectors = chance.normal(0, 0.3, (count, 3)).astype("float32")
    vectors[:, 0] += np.where(np.arange(count) % 4 < 2, 2, -2)
    labels = [f"{w[0]} {'high' if v[0] > 0 else 'low'}" for w, v in zip(words, vectors, strict=True)]
    return words, vectors, labels


@pytest.fixture(scope="module")
def network():
    return fit_network(*examples(), LEARNING)


def test_both_kinds_of_input_are_learnt_from(network):
    words, vectors, labels = examples()
    likeliest = network.chances(words, vectors).argmax(axis=1)
    assert np.mean([network.labels[n] == label for n, label in zip(likeliest, labels, strict=True)]) > 0.95


def test_chances_add_up_to_one_and_unknown_features_count_nothing(network):
    vectors = np.ones((2, 3), dtype="float32")
    chances = network.chances([["warm"], ["warm", "never seen"]], vectors)
    assert np.allclose(chances.sum(axis=1), 1)
    assert np.array_equal(chances[0], chances[1])
    assert network.chances([], vectors[:0]).shape == (0, 4)


def test_the_same_seed_gives_the_same_network(network):
    again = fit_network(*examples(), LEARNING)
    assert np.array_equal(again.bag, network.bag)
    assert np.array_equal(again.out, network.out)


def test_scores_are_stretched_and_one_label_shifted(network):
    words, vectors, _ = examples(4)
    label = network.labels[0]
    before = network.scores(words, vectors)
    after = network.stretched(label, 0.5, 1.0).scores(words, vectors)
    assert np.allclose(after[:, 1:], before[:, 1:] / 2, atol=1e-5)
    assert np.allclose(after[:, 0], before[:, 0] / 2 + 1, atol=1e-5)


def test_a_network_survives_the_disk_in_half_precision(network, tmp_path):
    save_network(network, tmp_path / "n")
    again = load_network(tmp_path / "n")
    words, vectors, _ = examples()
    assert (again.labels, again.rows) == (network.labels, network.rows)
    assert np.allclose(again.chances(words, vectors), network.chances(words, vectors), atol=0.02)


def test_a_damaged_network_is_refused(network, tmp_path):
    save_network(network, tmp_path / "n")
    (tmp_path / "n.json").write_text('{"labels": ["a"], "features": []}', encoding="utf-8")
    with pytest.raises(DataError, match="do not fit"):
        load_network(tmp_path / "n")
    (tmp_path / "n.npz").write_bytes(b"no")
    with pytest.raises(DataError, match="not a stored network"):
        load_network(tmp_path / "n")


def test_one_class_is_nothing_to_learn_from():
    with pytest.raises(DataError, match="nothing to learn"):
        fit_network([["a"]], np.zeros((1, 2), dtype="float32"), ["x"], LEARNING)


def choices(count):
    """Groups of three examples; the vector alone says which is right, and every fifth group has none."""
    chance = np.random.default_rng(2)
    vectors = chance.normal(size=(3 * count, 4)).astype("float32")
    best = vectors[:, 0].reshape(count, 3).argmax(axis=1)
    right = np.zeros((count, 3), dtype="float32")
    right[np.arange(count), best] = 1
    right[::5] = 0
    return [["x"]] * (3 * count), vectors, right.reshape(-1), best


def test_a_choice_within_groups_is_learnt_from_the_vectors():
    features, vectors, right, best = choices(300)
    learning = Learning(width=8, hidden=8, epochs=20, batch=16, rate=0.01, least=1, dropped=0.0, dropout=0.0)
    network = fit_groups(features, vectors, right, [3] * 300, learning)
    assert network.labels == ("yes",)
    chosen = network.scores(features, vectors).reshape(300, 3).argmax(axis=1)
    assert (chosen == best).mean() > 0.95


def test_groups_without_a_right_example_change_nothing_that_is_learnt():
    features, vectors, right, _ = choices(40)
    learning = Learning(width=4, hidden=4, epochs=2, batch=64, least=1, decay=0.0)
    network = fit_groups(features, vectors, np.zeros_like(right), [3] * 40, learning)
    assert not network.out.any()
