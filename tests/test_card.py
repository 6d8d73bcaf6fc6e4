"""The model card says what the JSON beside the model says, and nothing by heart."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "docs" / "card.py"


def loaded():
    spec = importlib.util.spec_from_file_location("card", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


card = loaded()
COUNTS = {"precision": 0.75, "recall": 0.6, "f1": 0.6667, "right": 3, "wrong": 1, "missed": 2}
SCORES = {
    "papers": 2,
    **dict.fromkeys(("mentions", "main_mentions", "entities", "other_entities"), COUNTS),
    **dict.fromkeys(("proposed", "figures", "whole_results"), COUNTS),
    "by_type": dict.fromkeys(("BENCHMARK", "DATASET", "METHOD", "METRIC", "MODEL", "TASK"), COUNTS),
    "relation": 0.5,
    "slots": {"metric": 0.25, "on": None, "system": 1.0},
    "calibration": None,
}
MEASURES = {
    "mentions": {"value": 0.6667, "low": 0.5, "high": 0.8},
    "by_type.MODEL": {"value": 0.6667, "low": 0.1, "high": 0.9},
    "slots.metric": {"value": 0.25, "low": 0.0, "high": 1.0},
    "calibration": {"value": None, "low": None, "high": None},
}


def test_the_card_is_up_to_date():
    done = subprocess.run([sys.executable, SCRIPT, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_figure_of_the_card_was_written_by_hand():
    text = card.CARD.read_text(encoding="utf-8")
    assert set(re.findall("<!-- generated: (.+?) -->", text)) == set(card.TABLES)
    prose = card.filled(text, dict.fromkeys(card.TABLES, str))
    assert not re.findall(r"\b0\.\d{3}\b|\bF1 0\.\d", prose)


def test_scores_with_and_without_intervals():
    old = card.measures(SCORES).splitlines()
    assert old[2] == "| mentions, all types | 5 | 0.750 | 0.600 | 0.667 |  |"
    assert "| relation right, of matched main entities |  |  |  | 0.500 |  |" in old
    new = card.measures({**SCORES, "measures": MEASURES}).splitlines()
    assert new[2] == "| mentions, all types | 5 | 0.750 | 0.600 | 0.667 | 0.500 to 0.800 |"
    assert new[4] == "| MODEL | 5 | 0.750 | 0.600 | 0.667 | 0.100 to 0.900 |"
    assert "| metric right, of matched figures |  |  |  | 0.250 | 0.000 to 1.000 |" in new
    assert "| on right, of matched figures |  |  |  | - |  |" in new
    assert new[-1] == "| calibration error of confidence |  |  |  | - |  |"


def test_what_a_model_was_made_with():
    meta = {
        "papers": {"train": 8000, "held_out": 30, "skipped": 0},
        "settings": {"half_epochs": 3, "vector_rows": 60000, "dropout": 0.25},
        "versions": {"spacy": "3.8.2"},
    }
    shown = card.made(meta, 34_400_000)
    for row in ("to learn from | 8,000", "half epochs | 3", "vector rows | 60,000", "dropout | 0.25", "folder | 34 MB"):
        assert f"{row} |" in shown
    assert "| labelled papers to score on | - |" in shown


def test_what_is_measured_apart_is_shown_where_it_is_there(tmp_path, monkeypatch):
    file = tmp_path / "ablation.json"
    monkeypatch.setattr(card, "MEASURED", file)
    page = "".join(f"<!-- generated: {name} -->\nold\n<!-- end -->\n" for name in ("curve", "ablation", "peers"))
    assert "|" not in card.filled(page, card.TABLES)
    record = {
        "learning_curve": [{"papers": 500, "mentions": 0.5, "main": 0.4, "entities": 0.6}],
        "ablation": [{"part": "whole", "mentions": 0.75}, {"part": "no vectors", "mentions": 0.7, "change": -0.05}],
        "peers": [{"name": "kg", "precision": 0.8, "recall": 0.7, "f1": 0.75, "speed": 1.0}],
    }
    file.write_text(json.dumps(record), encoding="utf-8")
    shown = card.filled(page, card.TABLES)
    assert "| 500 | 0.500 | 0.400 | 0.600 |" in shown
    assert "| whole | 0.750 |  |\n| no vectors | 0.700 | -0.050 |" in shown
    assert "|  | precision | recall | F1 | papers per CPU second, kg being 1 |" in shown
    assert "| kg | 0.800 | 0.700 | 0.750 | 1 |" in shown
    assert card.filled(shown, card.TABLES) == shown


def test_other_words_on_the_command_line_are_answered_with_the_usage():
    with pytest.raises(SystemExit, match=r"card\.py --check"):
        card.main(["--chek"])
