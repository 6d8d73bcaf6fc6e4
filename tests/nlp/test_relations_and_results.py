"""Relations, evidence and slots, learnt from a handful of made-up papers."""

import pytest

from kg.nlp import results
from kg.nlp.fit_heads import fit_relation, fit_results
from kg.nlp.labelled import labelled_from_json
from kg.nlp.network import Learning
from kg.nlp.reading import read
from kg.nlp.relations import relate, shape
from kg.schema import allowed

LITTLE = Learning(width=8, hidden=8, epochs=8, batch=16, rate=0.01, least=1)


def paper(system, data, metric, value):
    """A made-up labelled paper."""
    return labelled_from_json(
        {
            "id": f"x:{system}",
            "title": f"{system}: a small parser",
            "abstract": f"Parsing is slow. We propose {system}, a parser of words. We evaluate on {data} in two ways. "
            f"On {data}, {system} reaches {value} {metric}. It was trained on 12 pages.",
            "entities": [
                {"names": [system], "type": "METHOD", "relation": "PROPOSES"},
                {"names": ["Parsing"], "type": "TASK", "relation": "ADDRESSES"},
                {"names": [data], "type": "DATASET", "relation": "EVALUATES_ON"},
                {"names": [metric], "type": "METRIC", "relation": "REPORTS"},
            ],
            "results": [{"system": system, "on": data, "metric": metric, "value": value}],
        }
    )


PAPERS = [
    paper(f"Foo{c}", f"Bar{c}", m, v)
    for c, m, v in zip("ABCDEFGH", ["accuracy", "recall"] * 4, ["91.5%", "80.2%"] * 4, strict=True)
]
NEW = paper("QuxZ", "BazZ", "accuracy", "77.7%")


@pytest.fixture(scope="module")
def relation_model():
    return fit_relation(PAPERS, seed=0)


def test_relations_are_learnt_and_stay_in_range(relation_model):
    reading, candidates = read(NEW.texts), [c for c, _ in NEW.candidates]
    related = relate(candidates, reading, relation_model)
    assert [r.relation for r in related] == [r for _, r in NEW.candidates]
    assert all(allowed(r.relation, c.type) for r, c in zip(related, candidates, strict=True))


def test_evidence_is_a_sentence_of_the_abstract_that_names_the_entity(relation_model):
    reading, candidates = read(NEW.texts), [c for c, _ in NEW.candidates]
    for candidate in candidates:
        for span in relate([candidate], reading, relation_model)[0].evidence:
            sentence = NEW.abstract[span.start : span.end]
            assert span.field == "abstract"
            assert any(name in sentence for name in candidate.names)
            assert sentence.endswith(".")


def test_figures_and_slots_are_learnt_and_counts_of_data_are_no_results(mark):
    models, networks = fit_results(PAPERS, mark, LITTLE, seed=0)
    reading = read(NEW.texts)
    known = results.known([c for c, _ in NEW.candidates], [r for _, r in NEW.candidates], reading)
    (found,) = results.extract(known, reading, models, networks, mark(NEW).tokens)
    assert (found.system, found.on, found.metric) == ("QuxZ", "BazZ", "accuracy")
    assert (found.value, found.number, found.unit, found.kind) == ("77.7%", "77.7", "percent", "absolute")
    assert NEW.abstract[found.evidence.start : found.evidence.end] == "On BazZ, QuxZ reaches 77.7% accuracy."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It reaches 91% accuracy.", "absolute"),
        ("It improves accuracy by 3%.", "gain"),
        ("A gain of +3% in accuracy.", "gain"),
        ("It is 3x faster.", "ratio"),
        ("It wins 2 points.", "gain"),
        ("A 12% reduction in cost.", "gain"),
        ("Accuracy improves to 93%.", "absolute"),
    ],
)
def test_kind_of_a_figure(text, kind):
    (item,) = results.placed(read({"title": "", "abstract": text}), [])
    assert results.kind_of(item) == kind


def test_figures_inside_names_are_no_candidates():
    texts = {"title": "", "abstract": "We use 20 News and 20 pages."}
    gold = labelled_from_json(
        {"title": "t", "abstract": texts["abstract"], "entities": [{"names": ["20 News"], "type": "DATASET"}]}
    )
    items = results.placed(read(texts), [c for c, _ in gold.candidates])
    assert [i.figure.start for i in items] == [texts["abstract"].rindex("20")]


@pytest.mark.parametrize(("name", "expected"), [("BERT", "A1"), ("GPT-4", "Ad1"), ("bark net", "a2"), ("Bark", "Aa1")])
def test_shape_of_a_name(name, expected):
    assert shape(name) == expected
