"""What `make bench-accuracy` compares: the ways that need no package of their own, on a made-up paper."""

import importlib.util
from pathlib import Path

import pytest

from kg.facts import Span
from kg.nlp.labelled import labelled_from_json
from kg.paper import Paper

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "accuracy.py"
TITLE = "Tiny-LM: Small Models Read Fast"
ABSTRACT = (
    "Big models are slow. We test Tiny-LM 2 and the Parrot corpus on QuizBench, with word dropping (WD). Small WALRUS."
)
PAPER = Paper("x:1", TITLE, ABSTRACT)


def loaded():
    spec = importlib.util.spec_from_file_location("accuracy", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


accuracy = loaded()


def shown(found):
    return sorted((span.field, PAPER.text(span.field)[span.start : span.end], main) for span, main in found)


def test_capitalised_names_are_found_and_beginnings_of_sentences_are_not():
    names = ["Parrot", "QuizBench", "Tiny-LM 2", "WALRUS", "WD"]
    assert shown(accuracy.capitalised(PAPER)) == [*(("abstract", n, True) for n in names), ("title", "Tiny-LM", True)]


def test_a_lexicon_finds_the_longest_name_and_knows_main_types(tmp_path):
    table = tmp_path / "names.tsv"
    rows = ["Tiny\tModel", "tiny-lm\tModel", "Word Dropping\tTask", "word dropping\tMethod", "big\tModel", "Slow\tTask"]
    table.write_text("name\ttype\n" + "\n".join([*rows, "walrus\tTask", "WALRUS\tMetric", "-\tTask"]), encoding="utf-8")
    found = accuracy.lexicon(table)(PAPER)
    assert ("title", "Tiny-LM", True) in shown(found)
    assert [s for s in shown(found) if s[1] not in ("-", "Tiny-LM")] == [
        ("abstract", "WALRUS", False),
        ("abstract", "word dropping", True),
    ]


def test_mentions_count_without_types_and_main_ones_apart():
    gold = labelled_from_json(
        {
            "id": "x:1",
            "title": TITLE,
            "abstract": ABSTRACT,
            "entities": [
                {"names": ["QuizBench"], "type": "BENCHMARK", "relation": "EVALUATES_ON"},
                {"names": ["word dropping"], "type": "TASK", "relation": "ADDRESSES"},
            ],
        }
    )
    at = ABSTRACT.index("QuizBench")
    row = accuracy.measured("one", lambda _: {(Span("abstract", at, at + 9), True)}, [gold])
    assert {k: row[k] for k in row if k != "speed"} == {
        "name": "one",
        "precision": 1.0,
        "recall": 0.5,
        "f1": 0.6667,
        "main_f1": 1.0,
    }


def test_a_missing_package_is_told_in_one_line():
    with pytest.raises(SystemExit, match=r"^no_such_package is missing: pip install -e '\.\[bench\]'$"):
        accuracy.needed("no_such_package")
