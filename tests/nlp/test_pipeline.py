"""The shipped model: whole, honest about itself, right on plain abstracts, and robust against odd ones."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import DataError
from kg.nlp.pipeline import MAX_WORDS, check, fingerprint, in_range, load, shipped
from kg.paper import Paper, clean
from kg.schema import ENTITY_TYPES, allowed


@pytest.fixture(scope="module")
def extractor():
    return load()


def facts(extractor, title, abstract):
    return extractor.facts(Paper("x:1", clean(title), clean(abstract)))


def found(result):
    return {name: (e.type, e.relation) for e in result.entities for name in e.names}


def test_the_model_is_whole_and_says_what_it_is():
    meta = check(shipped())
    assert meta["labels"] == list(ENTITY_TYPES)
    assert meta["spacy"] == ">=3.8.2,<3.9"
    assert meta["papers"]["train"] > 8000
    assert meta["scores"]["mentions"]["f1"] > 0.7
    assert set(meta["data"]) >= {"train.jsonl", "papers.jsonl.xz"}
    assert "/" not in "".join(meta["data"])


def test_the_model_is_small_enough_to_ship():
    assert sum(f.stat().st_size for f in shipped().rglob("*") if f.is_file()) < 60 * 2**20


def test_a_proposed_model_with_baseline_benchmark_and_figure(extractor):
    result = facts(
        extractor,
        "WalrusBERT: Compact Encoders for Question Answering",
        "Question answering on phones is slow. We propose WalrusBERT, a compact language model trained with knowledge "
        "distillation (KD). Experiments on SQuAD show that WalrusBERT outperforms DistilBERT by 2.5% F1. "
        "Our code is at https://example.org/SQuAD.",
    )
    names = found(result)
    assert names["WalrusBERT"] == ("MODEL", "PROPOSES")
    assert names["SQuAD"] == ("DATASET", "EVALUATES_ON")
    assert names["DistilBERT"] == ("MODEL", "COMPARES_WITH")
    assert names["KD"] == names["knowledge distillation"]
    assert names["F1"] == ("METRIC", "REPORTS")
    assert [(r.value, r.number, r.unit, r.kind) for r in result.results] == [("2.5%", "2.5", "percent", "gain")]
    url = result.paper.abstract.index("https")
    assert all(m.end < url for e in result.entities for m in e.mentions if m.field == "abstract")


def test_evidence_holds_the_sentence_of_the_relation(extractor):
    result = facts(
        extractor,
        "Cheaper machine translation",
        "Machine translation is costly. We introduce OtterMT, a framework that prunes layers. "
        "On WMT14, OtterMT reaches 31.2 BLEU.",
    )
    (proposed,) = [e for e in result.entities if e.label == "OtterMT"]
    sentences = [result.paper.text(s.field)[s.start : s.end] for s in proposed.evidence]
    assert "We introduce OtterMT, a framework that prunes layers." in sentences


def test_a_paper_without_names_yields_little(extractor):
    assert len(facts(extractor, "On things", "We think about things. Things are nice.").entities) <= 1


def test_the_same_text_gives_the_same_facts_whatever_came_before(extractor):
    texts = ("FoxNet: fast parsing", "We present FoxNet, a parser. It reaches 92% accuracy on the Penn Treebank.")
    first = facts(extractor, *texts)
    facts(extractor, "Another paper", "We compare GPT-4 and BERT on GLUE.")
    assert facts(extractor, *texts) == first
    assert facts(load(), *texts) == first


def test_facts_do_not_depend_on_how_full_the_vocabulary_is(extractor, monkeypatch):
    texts = ("GnuNet: fast tagging", "We present GnuNet, a tagger for zyxwish. It reaches 92% accuracy.")
    kept = facts(extractor, *texts)
    monkeypatch.setattr("kg.nlp.pipeline.MAX_WORDS", 0)
    assert MAX_WORDS > 0
    assert facts(extractor, *texts) == kept
    assert facts(extractor, *texts) == kept


WORDS = [
    "We propose",
    "FooNet",
    "BERT",
    "(MLM)",
    "masked language modeling",
    "GLUE",
    "3.5%",
    "$2\\times$",
    ".",
    "accuracy",
]
SIGNS = [
    "😀",
    "שלום",
    "مرحبا",
    "é",
    "e\u0301",
    "中文数据集",
    "\u200d",
    "-",
    "/",
    "https://x.org/BERT",
    "e.g.",
    "et al.",
]
PIECES = st.one_of(st.sampled_from(WORDS), st.sampled_from(SIGNS), st.text(max_size=8))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, min_size=1, max_size=5), st.lists(PIECES, max_size=30), st.sampled_from(["", " "]))
def test_facts_keep_their_contract_on_any_text(extractor, title, abstract, glue):
    paper = Paper("x:1", clean(glue.join(title)) or "A", clean(glue.join(abstract)))
    result = extractor.facts(paper)
    names = [n for e in result.entities for n in e.names]
    assert len(names) == len(set(names))
    for e in result.entities:
        assert e.label == e.names[0]
        assert allowed(e.relation, e.type)
        assert 0 <= e.confidence <= 1
        assert {paper.text(m.field)[m.start : m.end] for m in e.mentions} == set(e.names)
        assert all(paper.text(s.field)[s.start : s.end].strip() for s in e.evidence)
    for r in result.results:
        assert r.value in paper.text(r.evidence.field)[r.evidence.start : r.evidence.end]
        assert {r.system, r.on, r.metric} <= {"", *(e.label for e in result.entities)}
        assert r.number is None or float(r.number) is not None


@pytest.mark.parametrize(
    "abstract",
    [
        "",
        "." * 5000,
        "a" * 100_000,
        "aB1" * 30_000,
        "(" * 5000,
        "1," * 3000,
        "😀" * 3000,
        "A-" * 3000,
        "3.5% of it. " * 1000,
    ],
    ids=["empty", "dots", "one word", "one name", "brackets", "numbers", "emoji", "hyphens", "figures"],
)
def test_odd_abstracts_do_not_break_it(extractor, abstract):
    result = facts(extractor, "A title", abstract)
    assert result.paper.abstract == clean(abstract)


def test_an_altered_a_missing_and_an_added_file_are_refused(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(shipped(), copy)
    file = copy / "pipeline" / "kg_results" / "figure.json"
    data = bytearray(file.read_bytes())
    data[100] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(DataError, match=r"figure\.json of the model is not the one"):
        load(copy)
    file.unlink()
    with pytest.raises(DataError, match=r"figure\.json of the model is missing"):
        load(copy)
    shutil.copy(shipped() / "pipeline" / "kg_results" / "figure.json", file)
    (copy / "more.bin").write_bytes(b"x")
    with pytest.raises(DataError, match=r"more\.bin"):
        load(copy)


def test_another_spacy_is_refused(tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(shipped(), copy)
    meta = json.loads((copy / "meta.json").read_text(encoding="utf-8"))
    (copy / "meta.json").write_text(json.dumps(meta | {"spacy": ">=4.0,<5"}), encoding="utf-8")
    with pytest.raises(DataError, match="needs spaCy >=4"):
        load(copy)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(DataError, match="no usable model"):
        load(tmp_path)
    with pytest.raises(DataError, match="no usable model"):
        fingerprint(tmp_path)


def test_the_fingerprint_changes_with_the_model(tmp_path):
    (tmp_path / "meta.json").write_text('{"files": {"a": "1"}}', encoding="utf-8")
    first = fingerprint(tmp_path)
    (tmp_path / "meta.json").write_text('{"files": {"a": "2"}}', encoding="utf-8")
    assert fingerprint(tmp_path) != first
    assert len(first) == 16


@pytest.mark.parametrize(("version", "inside"), [("3.8.2", True), ("3.8.18", True), ("3.8.1", False), ("3.9", False)])
def test_version_ranges(version, inside):
    assert in_range(version, ">=3.8.2,<3.9") is inside
