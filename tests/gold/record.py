"""Record the mention F1 of the shipped model on the labelled seeds; run it when a change of the figure is wanted."""

import json
from pathlib import Path

from kg.evaluation import evaluate
from kg.nlp.pipeline import load

HERE = Path(__file__).parent

if __name__ == "__main__":
    found = round(evaluate(HERE / "seeds.jsonl", load()).mentions.f1, 4)
    (HERE / "recorded.json").write_text(json.dumps({"mentions_f1": found}) + "\n", encoding="utf-8")
