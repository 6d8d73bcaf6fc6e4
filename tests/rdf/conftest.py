"""A small corpus of papers that do not exist, and output folders made from such papers."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kg.facts import Facts, facts_from_json
from kg.rdf import write
from kg.resolve import edges_of, introduced_by, observe, resolve, results_of
from kg.store import Store, write_graph

META = {"kg": "0.1.0", "fingerprint": "tests", "base_iri": "https://w3id.org/kg-papers/"}


def _sentence(text: str, at: int) -> tuple[int, int]:
    start = text.rfind(". ", 0, at) + 2 if ". " in text[:at] else 0
    end = text.find(". ", at)
    return start, len(text) if end < 0 else end + 1


def _span(record: Mapping[str, Any], words: str) -> dict[str, Any]:
    """The sentence in which the words stand first."""
    name = "abstract" if words in record["abstract"] else "title"
    start, end = _sentence(record[name], record[name].index(words))
    return {"field": name, "start": start, "end": end}


def make_facts(record: Mapping[str, Any]) -> Facts:
    """Facts from a paper whose entities are (relation, type, name, other names...) and whose results are tuples."""
    entities = []
    for relation, kind, *names in record.get("says", ()):
        mentions = [
            {"field": f, "start": m.start(), "end": m.end()}
            for f in ("title", "abstract")
            for n in names
            for m in re.finditer(re.escape(n), record[f])
        ]
        evidence = [_span(record, names[0])]
        entities.append(
            {"label": names[0], "type": kind, "relation": relation, "names": names, "confidence": 0.9}
            | {"mentions": mentions, "evidence": evidence}
        )
    results = [
        {"system": system, "on": on, "metric": metric, "value": value, "number": number, "unit": unit, "kind": kind}
        | {"evidence": _span(record, value)}
        for system, on, metric, value, number, unit, kind in record.get("figures", ())
    ]
    line = {k: v for k, v in record.items() if k not in ("says", "figures")}
    facts, faults = facts_from_json(
        json.loads(json.dumps({"kg": "facts/1", **line, "entities": entities, "results": results}))
    )
    assert not faults
    return facts


PAPERS: tuple[dict[str, Any], ...] = (
    {
        "id": "arxiv:2401.00001",
        "title": "OtterNet: a small reader",
        "abstract": "We introduce OtterNet, a Tiny Language Model (TLM). On GLUE it reaches 81.50% accuracy. "
        "It beats BERT by 2 points on SQuAD.",
        "date": "2024-01-05",
        "authors": ["Ada Example", 'Bo "B." Sample'],
        "categories": ["cs.CL"],
        "url": "https://arxiv.org/abs/2401.00001",
        "venue": "Workshop on Rivers",
        "same_as": ["hf:2401.00001"],
        "says": [
            ("PROPOSES", "MODEL", "OtterNet"),
            ("USES", "METHOD", "Tiny Language Model", "TLM"),
            ("EVALUATES_ON", "BENCHMARK", "GLUE"),
            ("EVALUATES_ON", "DATASET", "SQuAD"),
            ("COMPARES_WITH", "MODEL", "BERT"),
            ("REPORTS", "METRIC", "accuracy"),
        ],
        "figures": [
            ("OtterNet", "GLUE", "accuracy", "81.50%", "81.50", "percent", "absolute"),
            ("OtterNet", "SQuAD", "", "2 points", "2", "points", "gain"),
        ],
    },
    {
        "id": "arxiv:2402.00002",
        "title": "Beaver attention",
        "abstract": "Beaver attention changes Transformer blocks. "
        "On GLUE and SQuAD, Beaver attention is ahead of BERT. "
        "We address natural language understanding. On RiverBank it needs 3 times fewer steps.",
        "date": "2024-02",
        "says": [
            ("PROPOSES", "METHOD", "Beaver attention"),
            ("USES", "METHOD", "Transformer"),
            ("EVALUATES_ON", "BENCHMARK", "GLUE"),
            ("EVALUATES_ON", "DATASET", "SQuAD"),
            ("COMPARES_WITH", "MODEL", "BERT"),
            ("ADDRESSES", "TASK", "natural language understanding"),
        ],
        "figures": [("Beaver attention", "RiverBank", "steps", "3 times", "3", "times", "ratio")],
    },
    {
        "id": "acl:2023.otter-1.2",
        "title": "A survey of natural language understanding with BERT",
        "abstract": "Systems for natural language understanding such as BERT are compared. "
        "We also discuss Transformer encoders, Tiny Language Model training and β-VAE.",
        "year": 2023,
        "says": [
            ("ADDRESSES", "TASK", "natural language understanding"),
            ("USES", "MODEL", "BERT"),
            ("MENTIONS", "METHOD", "Transformer"),
            ("MENTIONS", "METHOD", "Tiny Language Model"),
            ("MENTIONS", "METHOD", "β-VAE"),
        ],
    },
    {
        "id": "",
        "title": 'Of "quotes" \\ and <angles> . <a> <b> "c" .',
        "abstract": "The name C++ Net and the name \\u0022 are odd 😀. ELECTRA is ours: 𝛼-tuning of ELECTRA on GLUE. "
        "There DeBERTaV3 has a score of 90, and RoBERTa has less.",
        "url": "javascript:alert(1)",
        "says": [
            ("USES", "MODEL", "C++ Net"),
            ("MENTIONS", "METHOD", "\\u0022"),
            ("PROPOSES", "MODEL", "ELECTRA"),
            ("EVALUATES_ON", "BENCHMARK", "GLUE"),
            ("COMPARES_WITH", "MODEL", "RoBERTa"),
        ],
        "figures": [("DeBERTaV3", "GLUE", "score", "90", "90", "", "absolute")],
    },
)


def write_folder(folder: Path, facts: Iterable[Facts], base_iri: str = META["base_iri"]) -> Path:
    """graph.db and graph.ttl of these papers."""
    folder.mkdir(parents=True, exist_ok=True)
    papers = sorted(facts, key=lambda f: f.paper.id)
    resolution = resolve(o for f in papers for o in observe(f))
    write_graph(
        folder / "graph.db",
        (f.paper for f in papers),
        resolution.entities(introduced_by((f.paper, e) for f in papers for e in edges_of(f, resolution))),
        (e for f in papers for e in edges_of(f, resolution)),
        (r for f in papers for r in results_of(f, resolution)),
        resolution.reasons(),
        resolution.redirects(),
        META | {"base_iri": base_iri},
    )
    with Store(folder / "graph.db") as store, (folder / "graph.ttl").open("wb") as out:
        write(store, out, "ttl", base_iri)
    return folder


FolderOf = Callable[..., Path]


@pytest.fixture
def folder_of(tmp_path: Path) -> FolderOf:
    """A function that makes an output folder of papers as in PAPERS, or of all of them."""

    def make(*records: Mapping[str, Any], name: str = "out", base_iri: str = META["base_iri"]) -> Path:
        return write_folder(tmp_path / name, [make_facts(r) for r in records or PAPERS], base_iri)

    return make


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of all PAPERS; not to be changed."""
    return write_folder(tmp_path_factory.mktemp("corpus"), [make_facts(r) for r in PAPERS])


@pytest.fixture(scope="session")
def papers() -> tuple[dict[str, Any], ...]:
    """The records of the corpus."""
    return PAPERS


@pytest.fixture(scope="session")
def graphs(corpus: Path) -> list[Path]:
    """Output folders on which every saved query has an answer: the corpus, and the one that KG_GRAPH names."""
    return [corpus, *(Path(p) for p in (os.environ.get("KG_GRAPH"),) if p)]
