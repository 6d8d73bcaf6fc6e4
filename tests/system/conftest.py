"""A small corpus of made-up papers, built once into an output folder, and how to call kg in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

#: (id, year, title, abstract, entities as (label, type, relation, other names), results as (system, on, metric, value))
PAPERS = [
    (
        "arxiv:2401.00001",
        2024,
        "Tiny-LM: a small model that reads fast",
        "Big models are slow. We introduce Tiny-LM, a model of two layers. "
        "On QuizBench it reaches an accuracy of 61.5%, and it beats HugeNet there.",
        [
            ("Tiny-LM", "MODEL", "PROPOSES", []),
            ("QuizBench", "BENCHMARK", "EVALUATES_ON", []),
            ("HugeNet", "MODEL", "COMPARES_WITH", []),
            ("accuracy", "METRIC", "REPORTS", []),
        ],
        [("Tiny-LM", "QuizBench", "accuracy", "61.5%")],
    ),
    (
        "arxiv:2402.00002",
        2024,
        "Dropping words at random",
        "We propose random word removal (RWR) for training HugeNet. "
        "Tests on QuizBench and on the Parrot dataset show gains. The task is question answering.",
        [
            ("random word removal", "METHOD", "PROPOSES", ["RWR"]),
            ("HugeNet", "MODEL", "USES", []),
            ("QuizBench", "BENCHMARK", "EVALUATES_ON", []),
            ("Parrot", "DATASET", "EVALUATES_ON", []),
            ("question answering", "TASK", "ADDRESSES", []),
        ],
        [],
    ),
    (
        "acl:2025.demo-1.7",
        2025,
        "A look at RWR",
        "RWR is popular. We study why it helps question answering, with Tiny-LM as the reader.",
        [
            ("RWR", "METHOD", "USES", []),
            ("question answering", "TASK", "ADDRESSES", []),
            ("Tiny-LM", "MODEL", "USES", []),
        ],
        [],
    ),
]


def facts_line(paper: tuple) -> str:
    """One of PAPERS as a line of facts: mentions are all occurrences, evidence is the sentence of the first one."""
    identity, year, title, abstract, entities, results = paper
    texts = {"title": title, "abstract": abstract}

    def spans(names: list[str]) -> list[dict]:
        return [
            {"field": field, "start": at, "end": at + len(name)}
            for field, text in texts.items()
            for name in names
            for at in range(len(text))
            if text.startswith(name, at)
        ]

    def sentence(text: str, at: int) -> dict:
        start = max(text.rfind(". ", 0, at) + 2, 0) if ". " in text[:at] else 0
        end = text.find(". ", at)
        return {"field": "abstract", "start": start, "end": len(text) if end < 0 else end + 1}

    def entity(label: str, kind: str, relation: str, others: list[str]) -> dict:
        mentions = spans([label, *others])
        first = next(m for m in mentions if m["field"] == "abstract")
        evidence = [sentence(abstract, first["start"])]
        return {
            "label": label,
            "type": kind,
            "relation": relation,
            "names": [label, *others],
            "confidence": 0.9,
            "mentions": mentions,
            "evidence": evidence,
        }

    def result(system: str, on: str, metric: str, value: str) -> dict:
        number = value.rstrip("%")
        return {
            "system": system,
            "on": on,
            "metric": metric,
            "value": value,
            "number": number,
            "unit": "percent",
            "kind": "absolute",
            "evidence": sentence(abstract, abstract.index(value)),
        }

    record = {"kg": "facts/1", "id": identity, "title": title, "abstract": abstract, "year": year}
    record["entities"] = [entity(*e) for e in entities]
    record["results"] = [result(*r) for r in results]
    return json.dumps(record)


@pytest.fixture(scope="session")
def facts_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PAPERS as facts lines."""
    file = tmp_path_factory.mktemp("facts") / "facts.jsonl"
    file.write_text("".join(facts_line(p) + "\n" for p in PAPERS), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def small_out(facts_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a build of PAPERS."""
    from kg.build import build

    out = tmp_path_factory.mktemp("small") / "out"
    build([str(facts_file)], out)
    return out


@pytest.fixture(scope="session")
def seeds_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of a build of seeds/, made by the command; not to be changed."""
    out = tmp_path_factory.mktemp("seeds") / "out"
    command = [sys.executable, "-m", "kg", "build", "seeds", "-o", str(out), "--quiet"]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return out


@pytest.fixture
def kg(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `kg` in a process of its own, in an empty folder."""

    def run(*arguments: object, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kg", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **environment},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
