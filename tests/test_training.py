"""A small training run on made-up papers: it learns, what it writes can be loaded, and it is the same twice."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from kg.errors import DataError, KgError
from kg.nlp import silver
from kg.nlp.blank import blank
from kg.nlp.fit_encoder import EncoderLearning, fit_encoder
from kg.nlp.fit_judge import marker
from kg.nlp.halves import half
from kg.nlp.network import Learning
from kg.nlp.pipeline import load
from kg.paper import Paper
from kg.training import Settings, Work, read_corpus, refine, train

LITTLE = Learning(width=8, hidden=8, epochs=8, batch=16, rate=0.01, least=1)
ENCODER = EncoderLearning(base="", layers=1, hidden=32, epochs=25, batch=512, rate=0.003, base_rate=0.003)
REFINED = EncoderLearning(base="", epochs=2, batch=256, rate=0.0003, base_rate=0.0003)
SMALL = Settings(
    silver=40,
    first_epochs=25,
    vector_epochs=1,
    vector_rows=500,
    vector_width=8,
    encoder=ENCODER,
    refined=REFINED,
    judge=LITTLE,
    relations=LITTLE,
)
_THINGS = ["Oak", "Elm", "Ash", "Fir", "Yew", "Bay", "Box", "Fig", "Gum", "Nim"]


def papers(count=60):
    """Made-up labelled papers of one pattern."""
    metrics, tasks = cycle(["accuracy", "recall"]), cycle(["bark grading", "leaf sorting", "twig counting"])
    for n in range(count):
        system, data = f"{_THINGS[n % 10]}Net", f"{_THINGS[(n * 3 + 1) % 10]}Set"
        metric, task, value = next(metrics), next(tasks), f"{50 + n % 40}.{n % 9}%"
        yield {
            "id": f"x:{n}",
            "title": f"{system}: {task} at last",
            "abstract": f"Good {task} is rare. We propose {system}, a network. On {data} it reaches {value} {metric}. "
            f"We looked at {n + 3} trees and compare with TreeLM.",
            "entities": [
                {"names": [system], "type": "METHOD", "relation": "PROPOSES"},
                {"names": [task], "type": "TASK", "relation": "ADDRESSES"},
                {"names": [data], "type": "DATASET", "relation": "EVALUATES_ON"},
                {"names": [metric], "type": "METRIC", "relation": "REPORTS"},
                {"names": ["TreeLM"], "type": "MODEL", "relation": "COMPARES_WITH"},
            ],
            "results": [{"system": system, "on": data, "metric": metric, "value": value}],
        }


def silent(_line):
    """No report."""


def write(path: Path, records) -> None:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    write(folder / "train.jsonl", papers())
    write(folder / "dev.jsonl", list(papers(70))[60:])
    lines = []
    meta = train(folder, folder / "model", settings=SMALL, report=lines.append)
    return folder, meta, lines


def test_a_model_learns_the_pattern(trained):
    folder, meta, lines = trained
    assert meta["scores"]["mentions"]["f1"] > 0.8
    assert any("dev" in line for line in lines)
    paper = Paper(
        "x:99",
        "ElmNet: leaf sorting at last",
        "Good leaf sorting is rare. We propose ElmNet, a network. On FirSet it reaches 81.5% accuracy.",
    )
    facts = load(folder / "model").facts(paper)
    found = {e.label: (e.type, e.relation) for e in facts.entities}
    assert found["ElmNet"] == ("METHOD", "PROPOSES")
    assert found["FirSet"] == ("DATASET", "EVALUATES_ON")
    assert [(r.system, r.on, r.metric, r.value) for r in facts.results] == [("ElmNet", "FirSet", "accuracy", "81.5%")]


def test_meta_names_no_path_and_nothing_is_left_beside_the_model(trained):
    folder, meta, _ = trained
    text = (folder / "model" / "meta.json").read_text(encoding="utf-8")
    assert str(folder) not in text
    assert json.loads(text) == meta
    assert meta["papers"]["train"] + meta["papers"]["held_out"] >= 60
    assert sorted(p.name for p in folder.iterdir()) == ["dev.jsonl", "model", "train.jsonl"]


@pytest.fixture(scope="module")
def student(trained, tmp_path_factory):
    """A model whose encoder has learnt from papers that the first model labelled; and its lines."""
    folder, _, _ = trained
    corpus = tmp_path_factory.mktemp("silver")
    write(corpus / "train.jsonl", papers())
    plain = [{k: r[k] for k in ("id", "title", "abstract")} | {"id": f"y:{n}"} for n, r in enumerate(papers(100))]
    write(corpus / "papers.jsonl", [r | {"title": f"{r['title']}, {n}"} for n, r in enumerate(plain)])
    lines = []
    train(
        corpus,
        corpus / "model",
        unlabelled=corpus / "papers.jsonl",
        teacher=folder / "model",
        settings=SMALL,
        report=lines.append,
    )
    return corpus, lines


def test_a_student_learns_from_what_a_teacher_finds(student):
    corpus, lines = student
    assert any(line.startswith("silver: 40 papers") for line in lines)
    paper = Paper("x:99", "ElmNet: leaf sorting at last", "We propose ElmNet, a network. On FirSet it is good.")
    assert {e.label: e.type for e in load(corpus / "model").facts(paper).entities}["ElmNet"] == "METHOD"


def test_both_halves_of_the_labelled_papers_are_told_and_only_where_there_are_unlabelled_ones(student, trained):
    corpus, lines = student
    told = [re.fullmatch(r"half (\d): (\d+) papers, 2 times", line) for line in lines]
    counts = [(int(found[1]), int(found[2])) for found in told if found]
    labelled = read_corpus(corpus / "train.jsonl").train
    assert counts == [(n, sum(half(p) == n for p in labelled)) for n in (0, 1)]
    assert not any(line.startswith("half") for line in trained[2])


def test_what_reads_a_labelled_paper_has_not_learnt_from_it_but_from_those_of_the_other_half(student, tmp_path):
    corpus, _ = student
    whole = read_corpus(corpus / "train.jsonl", corpus / "papers.jsonl")
    words, vectors = ["we", "on"], np.eye(2, 4, dtype="float32")
    nlp = blank(words, vectors, fit_encoder(whole.train[:5], words, vectors, replace(ENCODER, epochs=1), silent))

    def vectors_of(name, papers):
        """What is made of each labelled paper, and of one that is not labelled, after learning from these."""
        made, mark = refine(nlp, replace(whole, train=papers), words, vectors, SMALL, Work(tmp_path / name, silent))
        new = replace(papers[0], id="y:1")
        assert np.array_equal(mark(new).tokens.vectors, marker(made)(new).tokens.vectors)
        return [mark(paper).tokens.vectors for paper in papers]

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    changed = next(p for p in whole.train if half(p) == 1)
    others = tuple(replace(p, entities=p.entities[:1]) if p is changed else p for p in whole.train)
    pairs = zip(whole.train, vectors_of("one", whole.train), vectors_of("two", others), strict=True)
    same = {half(paper): set() for paper in whole.train}
    for paper, one, two in pairs:
        same[half(paper)].add(np.array_equal(one, two))
    assert same == {0: {False}, 1: {True}}


def test_a_seed_is_that_of_all_that_learns():
    settings = Settings().seeded(3)
    parts = (settings, settings.encoder, settings.refined, settings.judge, settings.relations, settings.slots)
    assert [part.seed for part in parts] == [3] * 6
    assert settings.refined == replace(Settings().refined, seed=3)


def stop(*_args, **_kwargs):
    """What is called where a run shall be stopped."""
    raise KeyboardInterrupt


def there_already(lines):
    """The stages that were not done again, by their first word."""
    return [line.split(":")[0].split(" ")[0] for line in lines if line.endswith("there already")]


@pytest.fixture(scope="module")
def stopped(student):
    """The corpus, and the work folder of a run that was stopped when all was learnt."""
    corpus, _ = student
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.training.write", stop)
        with pytest.raises(KeyboardInterrupt):
            train(corpus, corpus / "stopped", unlabelled=corpus / "papers.jsonl", settings=SMALL)
    return corpus, corpus / "stopped.part"


def test_another_setting_of_what_comes_after_the_silver_papers_redoes_the_halves_and_entities_alone(
    stopped, monkeypatch
):
    corpus, work = stopped
    shutil.copytree(work, corpus / "other.part")
    monkeypatch.setattr("kg.training.fit_entities", stop)
    lines, settings = [], replace(SMALL, refined=replace(REFINED, epochs=1))
    with pytest.raises(KeyboardInterrupt):
        train(corpus, corpus / "other", unlabelled=corpus / "papers.jsonl", settings=settings, report=lines.append)
    assert there_already(lines) == ["vectors", "first", "mentions"]
    assert sum(bool(re.fullmatch(r"half \d: \d+ papers, 1 times", line)) for line in lines) == 2


def test_a_run_that_was_stopped_goes_on_where_it_was(stopped):
    corpus, work = stopped
    arguments = {"unlabelled": corpus / "papers.jsonl", "settings": SMALL}
    shutil.copytree(work, corpus / "again.part")
    silver = corpus / "again.part" / "silver.jsonl"
    text = silver.read_text(encoding="utf-8")
    silver.write_text(text[: len(text) * 2 // 3], encoding="utf-8")
    lines = []
    first = train(corpus, corpus / "again", report=lines.append, **arguments)
    assert there_already(lines) == ["vectors", "first", "mentions", "half", "half", "entities"]
    assert not (corpus / "again.part").exists()
    whole = train(corpus, corpus / "whole", **arguments)
    assert first["files"] == whole["files"]


def test_labelled_papers_are_never_silver_and_the_choice_is_by_id():
    plain = [Paper(f"y:{n}", f"Title {n}", "Text.") for n in range(30)]
    chosen = silver.chosen(plain, ["title 3", "TITLE 4!"], 40)
    assert len(chosen) == 28
    assert silver.chosen(plain[::-1], ["title 3", "TITLE 4!"], 5) == chosen[:5]


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed(trained, tmp_path):
    folder, _, _ = trained
    code = (
        "import sys; from pathlib import Path; from kg.nlp.network import Learning; "
        "from kg.nlp.fit_encoder import EncoderLearning; "
        "from kg.training import Settings, train; "
        f"train(Path(sys.argv[1]), Path(sys.argv[2]), settings={SMALL!r})"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code, folder, tmp_path / "again"], check=True, env=environment)
    assert (tmp_path / "again" / "meta.json").read_bytes() == (folder / "model" / "meta.json").read_bytes()


def test_bad_lines_are_counted_not_fatal(tmp_path):
    file = tmp_path / "papers.jsonl"
    good = [json.dumps(r) for r in papers(5)]
    file.write_text("\n".join([*good, "{", '{"title": "no entities"}', "", "7"]), encoding="utf-8")
    corpus = read_corpus(file)
    assert len({p.id for p in (*corpus.train, *corpus.held)}) == 5
    assert len(corpus.skipped) == 3
    assert corpus.skipped[0].startswith("papers.jsonl:6:")


def test_a_corpus_without_labelled_papers_is_refused(tmp_path):
    (tmp_path / "train.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(DataError, match="no labelled paper"):
        read_corpus(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_corpus(tmp_path / "missing")


@pytest.mark.parametrize(
    ("module", "name"),
    [("gensim.models", "gensim"), ("sklearn.linear_model", "scikit-learn"), ("torch", "PyTorch"), ("onnx", "onnx")],
)
def test_a_missing_extra_is_named(tmp_path, monkeypatch, module, name):
    write(tmp_path / "train.jsonl", papers(12))
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(KgError, match=rf"needs {name}.*kg-papers\[train\]"):
        train(tmp_path / "train.jsonl", tmp_path / "model", settings=SMALL)
    assert not (tmp_path / "model").exists()


def test_missing_weights_of_minilm_are_named_before_anything_is_done(tmp_path, monkeypatch):
    write(tmp_path / "train.jsonl", papers(12))
    monkeypatch.setattr("kg.nlp.base.find_spec", lambda _: None)
    lines = []
    with pytest.raises(KgError, match="MiniLM"):
        train(tmp_path / "train.jsonl", tmp_path / "model", settings=Settings(), report=lines.append)
    assert lines == []
