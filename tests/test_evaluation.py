"""The measures: right on hand-made examples, and the same as those of the shared scorer where that is at hand."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kg.evaluation import Agreement, Measure, calibration_error, evaluate, score
from kg.facts import Facts, PaperEntity, Result, Span
from kg.nlp.labelled import labelled_from_json
from kg.paper import Paper

SCORER = Path(__file__).parents[2] / "shared" / "tools" / "score.py"
TITLE, ABSTRACT = "FooNet", "FooNet beats BarNet on QuxSet by 3.5% accuracy. FooNet is small."
GOLD = {
    "id": "x:1",
    "title": TITLE,
    "abstract": ABSTRACT,
    "entities": [
        {"names": ["FooNet"], "type": "MODEL", "relation": "PROPOSES"},
        {"names": ["BarNet"], "type": "MODEL", "relation": "COMPARES_WITH"},
        {"names": ["QuxSet"], "type": "DATASET", "relation": "EVALUATES_ON"},
        {"names": ["accuracy"], "type": "METRIC", "relation": "REPORTS"},
    ],
    "results": [{"system": "FooNet", "on": "QuxSet", "metric": "accuracy", "value": "3.5%"}],
}


def places(name):
    return tuple(
        Span(field, m.start(), m.end())
        for field, text in (("title", TITLE), ("abstract", ABSTRACT))
        for m in re.finditer(name, text)
    )


def entity(name, kind, relation, confidence=0.9):
    return PaperEntity(name, kind, relation, (name,), confidence, places(name), places(name)[:1])


def result(value="3.5%", system="FooNet", on="QuxSet", metric="accuracy"):
    return Result(system, on, metric, value, "3.5", "percent", "gain", Span("abstract", 0, 10))


PERFECT = Facts(
    Paper("x:1", TITLE, ABSTRACT),
    tuple(entity(e["names"][0], e["type"], e["relation"]) for e in GOLD["entities"]),
    (result(),),
)
#: FooNet is right, BarNet has a wrong type, QuxSet a wrong relation, accuracy is missed, "small" is invented.
FLAWED = Facts(
    Paper("x:1", TITLE, ABSTRACT),
    (
        entity("FooNet", "MODEL", "PROPOSES", 0.95),
        entity("BarNet", "METHOD", "PROPOSES", 0.45),
        entity("QuxSet", "DATASET", "USES", 0.85),
        entity("small", "METHOD", "USES", 0.25),
    ),
    (result(metric=""), result(value="7%")),
)


def scores_of(facts):
    return score([(labelled_from_json(GOLD), facts)])


def test_perfect_facts_get_full_marks():
    scores = scores_of(PERFECT)
    assert scores.mentions == Agreement(6, 0, 0)
    assert scores.mentions.f1 == scores.entities.f1 == scores.whole_results.f1 == scores.relation == 1.0
    assert scores.slots == {"system": 1.0, "on": 1.0, "metric": 1.0}


def test_each_flaw_costs_what_it_should():
    scores = scores_of(FLAWED)
    assert scores.by_type["MODEL"] == Agreement(3, 0, 1)
    assert scores.by_type["METHOD"] == Agreement(0, 2, 0)
    assert scores.mentions == Agreement(4, 2, 2)
    assert scores.entities == Agreement(2, 2, 1)
    assert scores.other_entities == Agreement(0, 0, 1)
    assert scores.relation == 0.5
    assert scores.proposed == Agreement(1, 1, 0)
    assert scores.figures == Agreement(1, 1, 0)
    assert scores.whole_results == Agreement(0, 2, 1)
    assert scores.slots == {"system": 1.0, "on": 1.0, "metric": 0.0}


def test_nothing_extracted_gives_zero_and_unknown_shares():
    scores = scores_of(Facts(Paper("x:1", TITLE, ABSTRACT)))
    assert (scores.mentions.precision, scores.mentions.recall, scores.mentions.f1) == (0.0, 0.0, 0.0)
    assert scores.relation is None
    assert scores.calibration is None
    json.dumps(scores.to_json(), allow_nan=False)


def test_any_name_of_the_gold_entity_fills_a_slot():
    gold = labelled_from_json(
        {**GOLD, "entities": [{"names": ["FooNet", "small"], "type": "MODEL", "relation": "PROPOSES"}]}
    )
    facts = Facts(Paper("x:1", TITLE, ABSTRACT), (), (result(system="small"),))
    assert score([(gold, facts)]).slots["system"] == 1.0


def test_calibration_is_the_gap_between_confidence_and_truth():
    assert calibration_error([(0.95, True), (0.95, False)]) == pytest.approx(0.45)
    assert calibration_error([(1.0, True), (0.0, False)]) == 0.0


def test_every_number_has_an_interval_around_it_that_is_the_same_twice():
    pairs = [(labelled_from_json(GOLD), facts) for facts in (PERFECT, FLAWED) for _ in range(10)]
    scores = score(pairs)
    assert set(scores.measures) == set(scores.values())
    for name, measure in scores.measures.items():
        assert measure.value == scores.values()[name]
        if not name.startswith(("calibration", "by_type.BENCHMARK", "by_type.TASK")):
            assert 0 <= measure.low <= measure.value <= measure.high <= 1, name
    assert scores.measures["mentions"].low < scores.mentions.f1 < scores.measures["mentions"].high
    assert scores == score(pairs)


def test_papers_that_are_all_alike_leave_nothing_to_chance():
    measures = scores_of(FLAWED).measures
    assert measures["relation"] == Measure(0.5, 0.5, 0.5)
    assert measures["mentions"] == Measure(2 / 3, 2 / 3, 2 / 3)
    calibration = measures["calibration"]
    assert calibration.low == calibration.high == pytest.approx(calibration.value)


def test_more_papers_make_an_interval_narrower():
    def width(copies):
        pairs = [(labelled_from_json(GOLD), facts) for facts in (PERFECT, FLAWED) for _ in range(copies)]
        measure = score(pairs).measures["mentions"]
        return measure.high - measure.low

    # Half as wide with four times as many, as the theory says.
    assert width(80) == pytest.approx(width(20) / 2, rel=0.2)


def test_what_cannot_be_measured_has_no_interval():
    measures = scores_of(Facts(Paper("x:1", TITLE, ABSTRACT))).measures
    assert measures["relation"] == measures["calibration"] == Measure(None, None, None)
    assert score([]).measures["relation"] == Measure(None)


def test_the_json_has_counts_and_beside_them_values_with_intervals():
    record = scores_of(FLAWED).to_json()
    assert record["mentions"] == {
        "precision": 0.6667,
        "recall": 0.6667,
        "f1": 0.6667,
        "right": 4,
        "wrong": 2,
        "missed": 2,
    }
    assert record["measures"]["mentions"] == {"value": 0.6667, "low": 0.6667, "high": 0.6667}
    assert record["measures"]["by_type.MODEL"]["value"] == record["by_type"]["MODEL"]["f1"]
    assert record["measures"]["slots.on"]["value"] == record["slots"]["on"] == 1.0


class Fixed:
    """Gives the same facts for every paper."""

    def __init__(self, facts):
        self._facts = facts

    def facts(self, paper):
        return self._facts


def test_a_file_is_evaluated_and_bad_lines_are_passed_over(tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(GOLD) + "\nno json\n\n", encoding="utf-8")
    scores = evaluate(gold, Fixed(FLAWED))
    assert scores.papers == 1
    assert scores == scores_of(FLAWED)


@pytest.mark.parametrize("facts", [PERFECT, FLAWED], ids=["perfect", "flawed"])
def test_the_shared_scorer_agrees(tmp_path, facts):
    if not SCORER.exists():
        pytest.skip("no ../shared here")
    (tmp_path / "gold.jsonl").write_text(json.dumps(GOLD), encoding="utf-8")
    (tmp_path / "pred.jsonl").write_text(json.dumps(facts.to_json()), encoding="utf-8")
    names = ["gold.jsonl", "gold.jsonl", "pred.jsonl"]
    shown = subprocess.run(
        [sys.executable, SCORER, *names], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    ours = scores_of(facts)
    lines = {
        "mentions, all 6 types": ours.mentions,
        "mentions, 4 main types": ours.main_mentions,
        "entities of a paper, 4": ours.entities,
        "entities, task+metric": ours.other_entities,
        "proposed systems ": ours.proposed,
        "result figures  ": ours.figures,
        "result figures, whole": ours.whole_results,
    }
    for start, own in lines.items():
        line = next(x for x in shown.splitlines() if x.startswith(start))
        assert f"tp {own.right} fp {own.wrong} fn {own.missed}" in line, line
    assert f"relation right, of matched main entities {ours.relation:.3f}" in shown
    assert f"calibration error {ours.calibration:.3f}" in shown
