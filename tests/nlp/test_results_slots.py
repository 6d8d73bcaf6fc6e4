"""Slots: what may fill them, lists of figures and names, and the choice that learns from the figure before."""

import itertools

import numpy as np
import pytest

from kg.errors import DataError
from kg.facts import Span
from kg.nlp import results
from kg.nlp.figures import figures
from kg.nlp.fit_choice import Choice, fit_choice
from kg.nlp.fit_heads import fit_results
from kg.nlp.labelled import labelled_from_json
from kg.nlp.mentions import Candidate
from kg.nlp.network import Learning
from kg.nlp.reading import read
from kg.nlp.slot_features import rows
from kg.nlp.slots import MAX_CHOICES, SLOTS, SPOKEN, Given, Task, beside, choices, lists, spoken

LITTLE = Learning(width=8, hidden=8, epochs=8, batch=16, rate=0.01, least=1)


def known_in(text, *entities):
    """Reading, entities and figures of an abstract; entities as (name, type, relation)."""
    reading = read({"title": "", "abstract": text})
    found = [
        Candidate((name,), kind, (Span("abstract", text.index(name), text.index(name) + len(name)),), (), joined=False)
        for name, kind, _ in entities
    ]
    known = results.known(found, [relation for *_, relation in entities], reading)
    return reading, known, results.placed(reading, found)


def paper(system, data, values):
    """A made-up labelled paper with one figure for each of two data sets; its metric is no entity."""
    first, second = values
    text = f"We present {system}. It gets {first} accuracy on {data}A and {second} on {data}B."
    names = [(system, "METHOD", "PROPOSES"), (f"{data}A", "DATASET", "EVALUATES_ON")]
    names.append((f"{data}B", "DATASET", "EVALUATES_ON"))
    return labelled_from_json(
        {
            "id": f"x:{system}",
            "title": "A small thing",
            "abstract": text,
            "entities": [{"names": [n], "type": t, "relation": r} for n, t, r in names],
            "results": [
                {"system": system, "on": f"{data}{c}", "metric": "accuracy", "value": v}
                for c, v in zip("AB", values, strict=True)
            ],
        }
    )


def test_metric_words_of_the_sentence_are_choices_unless_a_metric_covers_them():
    reading, known, items = known_in(
        "Foo has a word error rate of 4% and a recall of 9%.",
        ("Foo", "METHOD", "PROPOSES"),
        ("recall", "METRIC", "USES"),
    )
    found = spoken(items[0], known, reading)
    assert {k.name for k in found} == {"rate", "error rate", "word error rate", "error", "word error"}
    assert {k.relation for k in found} == {SPOKEN}
    assert {k.name for k in choices(items[0], known, "metric", reading)} == {k.name for k in found} | {"recall"}


def test_metric_words_of_other_sentences_are_none():
    reading, known, items = known_in("Its accuracy is low. Foo gets 9%.", ("Foo", "METHOD", "PROPOSES"))
    assert spoken(items[0], known, reading) == []


def test_choices_are_bounded():
    text = " ".join(f"Foo{n}x" for n in range(3 * MAX_CHOICES)) + " get 9%."
    reading, known, items = known_in(text, *((f"Foo{n}x", "METHOD", "USES") for n in range(3 * MAX_CHOICES)))
    assert len(choices(items[0], known, "system", reading)) == MAX_CHOICES


def test_lists_are_told_from_places_apart():
    words = ["0", ",", "0", "and", "0", "on", "A", ",", "B", "and", "C"]
    assert lists([(0, 1), (2, 3), (4, 5)], words) == {0: (0, 3), 2: (1, 3), 4: (2, 3)}
    assert lists([(4, 5), (6, 7)], words) == {4: (0, 1), 6: (0, 1)}
    assert lists([], words) == {}


def test_every_choice_has_features_and_the_last_row_is_none_of_them():
    reading, known, items = known_in(
        "Foo gets 9% and 8% on Bar and Baz.",
        ("Foo", "METHOD", "PROPOSES"),
        ("Bar", "DATASET", "EVALUATES_ON"),
        ("Baz", "DATASET", "EVALUATES_ON"),
    )
    second = items[1]
    fitting = choices(second, known, "on", reading)
    task = Task(second, beside(second, items), Given(items[0], "Bar"), {"metric": None})
    bar, baz, none = rows(task, fitting)
    assert all(f.startswith("none") for f in none)
    assert "last True True True" in bar
    assert "last False True True" in baz
    assert "lists True True True True after" in baz
    assert "lists True True True False after" in bar


def test_slots_are_learnt_with_metrics_that_are_no_entities(mark):
    values = ["91.5%", "80.2%", "77.1%", "64.9%"]
    papers = [paper(f"Foo{c}", f"Bar{c}", (v, w)) for c in "CDEFGH" for v, w in itertools.pairwise(values)]
    papers += [
        labelled_from_json({"id": f"y:{n}", "title": "T", "abstract": f"It has {n} pages.", "entities": []})
        for n in range(10, 30)
    ]
    models, networks = fit_results(papers, mark, LITTLE, seed=0)
    new = paper("Qux", "Zed", ("55.5%", "44.4%"))
    reading = read(new.texts)
    known = results.known([c for c, _ in new.candidates], [r for _, r in new.candidates], reading)
    first, second = results.extract(known, reading, models, networks, mark(new).tokens)
    assert (first.system, first.on, first.metric, first.value) == ("Qux", "ZedA", "accuracy", "55.5%")
    assert (second.system, second.on, second.metric, second.value) == ("Qux", "ZedB", "accuracy", "44.4%")


def test_a_choice_prefers_what_was_right_and_is_the_same_each_time():
    shown = [Choice([["good", "a"], ["bad", "b"], ["bad"]], frozenset({0}))] * 5
    one, two = (fit_choice(shown, least=1, strength=1.0, floor=0.0) for _ in range(2))
    assert one.scores(["good"])[0] > one.scores(["bad"])[0]
    assert one.rows == two.rows
    assert np.array_equal(one.weights, two.weights)


def test_weights_below_the_floor_and_rare_features_are_left_out():
    shown = [Choice([["good", f"once {n}"], ["bad"]], frozenset({0})) for n in range(5)]
    model = fit_choice(shown, least=2, strength=1.0, floor=0.01)
    assert set(model.rows) == {"good", "bad"}
    assert fit_choice(shown, least=2, strength=1.0, floor=99.0).weights.shape == (0, 1)


def test_nothing_to_choose_from_is_an_error():
    with pytest.raises(DataError, match="nothing to learn"):
        fit_choice([], least=1, strength=1.0, floor=0.0)


def test_a_name_that_is_the_unit_of_a_figure_leaves_the_number():
    text = "Foo runs at 30 FPS and needs 12 FPS40 pages."
    cut = text.index("FPS")
    reading = read({"title": "", "abstract": text})
    unit = Candidate(("FPS",), "METRIC", (Span("abstract", cut, cut + 3),), (), joined=False)
    assert next(i.figure.value for i in results.placed(reading, [unit])) == "30"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("gains of 88.1/90.4 on both", ["88.1", "90.4"]),
        ("reaches 61%/72% there", ["61%", "72%"]),
        ("it is 2/12 there", ["2/12"]),
        ("three times faster", ["three times"]),
        ("a five-fold drop", ["five-fold"]),
        ("we did it three times-tables ago", ["three times"]),
        ("four models in ten days", []),
    ],
)
def test_pairs_and_words_for_numbers(text, values):
    assert [f.value for f in figures(text)] == values


def test_slots_are_those_of_a_result():
    assert set(SLOTS) == {"system", "on", "metric"}
