"""Linear models: they learn, they are stored byte for byte, and they refuse what is damaged."""

import pytest

from kg.errors import DataError
from kg.nlp.linear import fit_linear, load_linear, save_linear

EXAMPLES = [(["red", "round"], "apple"), (["yellow", "long"], "banana"), (["green", "round"], "pear")] * 5


def test_a_model_learns_and_gives_chances_that_sum_to_one():
    model = fit_linear(EXAMPLES, least=1, strength=10.0)
    chances = model.chances(["yellow", "unheard of"])
    assert max(chances, key=chances.get) == "banana"
    assert sum(chances.values()) == pytest.approx(1.0)


def test_two_classes_work_like_several():
    model = fit_linear(EXAMPLES[:2] * 4, least=1, strength=10.0)
    assert model.labels == ("apple", "banana")
    assert model.chances(["red"])["apple"] > 0.5 > model.chances(["long"])["apple"]


def test_rare_features_are_left_out():
    assert "odd" not in fit_linear([*EXAMPLES, (["odd"], "pear")], least=2).rows


def test_one_class_is_nothing_to_learn_from():
    with pytest.raises(DataError, match="fewer than two"):
        fit_linear([(["a"], "x")], least=1)


def test_the_same_model_is_stored_as_the_same_bytes_and_read_back(tmp_path):
    model = fit_linear(EXAMPLES, least=1)
    save_linear(model, tmp_path / "a")
    save_linear(fit_linear(EXAMPLES, least=1), tmp_path / "b")
    for suffix in (".json", ".npz"):
        assert (tmp_path / "a").with_suffix(suffix).read_bytes() == (tmp_path / "b").with_suffix(suffix).read_bytes()
    again = load_linear(tmp_path / "a")
    assert again.chances(["red"]) == model.chances(["red"])
    assert (again.labels, again.rows) == (model.labels, model.rows)


@pytest.mark.parametrize("content", ["", "{}", '{"labels": ["a"], "features": ["x"]}'])
def test_a_damaged_model_is_refused(tmp_path, content):
    save_linear(fit_linear(EXAMPLES, least=1), tmp_path / "a")
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(DataError):
        load_linear(tmp_path / "a")
