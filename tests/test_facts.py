"""Facts lines: round trip, what is tolerated, what is refused and how it is named."""

import datetime
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordError
from kg.facts import Facts, PaperEntity, Result, Span, facts_from_json
from kg.paper import Paper, clean
from kg.schema import ENTITY_TYPES, RELATIONS, RESULT_KINDS, allowed

TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).map(clean).filter(bool)
DATE = st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31)).map(str) | st.just("")


def line(**changes):
    """A facts line, with some members changed."""
    record = {"kg": "facts/1", "id": "arxiv:2401.00001", "title": "A title", "abstract": "Tiny reaches 91.5% on Nine."}
    return record | changes


def entity(**changes):
    """An entity of such a line, with some members changed."""
    record = {"label": "Tiny", "type": "MODEL", "relation": "PROPOSES", "names": ["Tiny"], "confidence": 0.9}
    return record | {"mentions": [{"field": "abstract", "start": 0, "end": 4}], "evidence": []} | changes


def result(**changes):
    """A result of such a line, with some members changed."""
    record = {"system": "Tiny", "on": "Nine", "metric": "", "value": "91.5%", "number": "91.5", "unit": "percent"}
    return record | {"kind": "absolute", "evidence": {"field": "abstract", "start": 0, "end": 27}} | changes


def faults_of(**members):
    """What is wrong with the entities or results of a line, all of which must be left out."""
    facts, faults = facts_from_json(line(**members))
    assert (facts.entities, facts.results) == ((), ())
    assert all("\n" not in f for f in faults)
    return faults


@st.composite
def spans(draw, paper):
    field = draw(st.sampled_from([f for f in ("title", "abstract") if paper.text(f)]))
    start = draw(st.integers(0, len(paper.text(field)) - 1))
    return Span(field, start, draw(st.integers(start + 1, len(paper.text(field)))))


@st.composite
def entities(draw, paper):
    names = tuple(draw(st.lists(TEXT, min_size=1, max_size=3, unique=True)))
    kind = draw(st.sampled_from(list(ENTITY_TYPES)))
    link = draw(st.sampled_from([r for r in RELATIONS if allowed(r, kind)]))
    found = [tuple(sorted(draw(st.lists(spans(paper), max_size=3)))) for _ in range(2)]
    return PaperEntity(names[0], kind, link, names, draw(st.integers(0, 100)) / 100, *found)


@st.composite
def results(draw, paper):
    slots = [draw(TEXT | st.just("")) for _ in range(3)]
    number = draw(st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(lambda d: f"{d:f}"))
    kind = draw(st.sampled_from(RESULT_KINDS))
    return Result(*slots, draw(TEXT), number, draw(TEXT | st.just("")), kind, draw(spans(paper)))


@st.composite
def whole_facts(draw):
    date = draw(DATE)
    year = int(date[:4]) if date else draw(st.none() | st.integers(1000, 2999))
    lists = [tuple(draw(st.lists(TEXT, max_size=2))) for _ in range(3)]
    paper = Paper(
        "doi:10.1/" + str(draw(st.integers(0, 99))),
        draw(TEXT),
        draw(TEXT | st.just("")),
        year,
        date,
        lists[0],
        draw(TEXT | st.just("")),
        draw(TEXT | st.just("")),
        lists[1],
        "",
        lists[2],
    )
    found = tuple(draw(st.lists(entities(paper), max_size=3)))
    return Facts(paper, found, tuple(draw(st.lists(results(paper), max_size=2))))


@given(whole_facts())
def test_facts_that_are_written_are_read_back_equal(facts):
    assert facts_from_json(json.loads(json.dumps(facts.to_json(), ensure_ascii=False))) == (facts, [])


def test_a_line_of_the_design_is_written_as_the_contract_says(make_facts):
    facts = make_facts("arxiv:1", 2024, "T", "X is 91% here.", [(("X",), "MODEL", "USES")], [("X", "", "", "91%")])
    record = facts.to_json()
    assert list(record) == ["kg", "id", "title", "abstract", "year", "entities", "results"]
    assert list(record["entities"][0]) == [
        "label",
        "type",
        "relation",
        "names",
        "confidence",
        "mentions",
        "evidence",
    ]
    assert list(record["results"][0]) == ["system", "on", "metric", "value", "number", "unit", "kind", "evidence"]


def test_offsets_are_code_points():
    abstract = "🙂 数据 e\u0301 Tiny"
    start = abstract.index("Tiny")
    facts, faults = facts_from_json(
        line(abstract=abstract, entities=[entity(mentions=[{"field": "abstract", "start": start, "end": start + 4}])])
    )
    assert faults == []
    span = facts.entities[0].mentions[0]
    assert facts.paper.text(span.field)[span.start : span.end] == "Tiny"


@pytest.mark.parametrize("tag", [None, "facts/2", "FACTS/1", 1, ["facts/1"]])
def test_a_line_without_the_tag_is_no_facts(tag):
    with pytest.raises(RecordError, match='no "kg": "facts/1"'):
        facts_from_json(line(kg=tag))
    with pytest.raises(RecordError, match="no title"):
        facts_from_json({"kg": "facts/1"})
    with pytest.raises(RecordError):
        facts_from_json([])


@pytest.mark.parametrize("empty", [{}, {"entities": None, "results": None}, {"entities": [], "results": []}])
def test_entities_and_results_may_be_absent_null_or_empty(empty):
    assert facts_from_json(line(**empty)) == (Facts(Paper("arxiv:2401.00001", "A title", line()["abstract"])), [])


@pytest.mark.parametrize("member", ["entities", "results"])
@pytest.mark.parametrize("value", [{"a": 1}, "text", 1, True])
def test_entities_and_results_that_are_no_lists_are_named(member, value):
    with pytest.raises(RecordError, match=f"'{member}' is not a list"):
        facts_from_json(line(**{member: value}))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (None, "not an object"),
        ("Tiny", "not an object"),
        ([], "not an object"),
        ({}, "no name"),
        (entity(label=None, names=[]), "no name"),
        (entity(label="\x00 \ud800", names=None), "no name"),
        (entity(label=1), "names are not text"),
        (entity(names=["Tiny", 1]), "names are not text"),
        (entity(names="Tiny"), "'names' is not a list"),
        (entity(type="THING"), "no entity type 'THING'"),
        (entity(type=None), "no entity type"),
        (entity(type=1), "'type' is not text"),
        (entity(relation="LIKES"), "no relation 'LIKES'"),
        (entity(relation=1), "'relation' is not text"),
        (entity(confidence="high"), "confidence 'high'"),
        (entity(confidence=True), "confidence True"),
        (entity(confidence=1.01), "confidence 1.01"),
        (entity(confidence=-0.1), "confidence -0.1"),
        (entity(confidence=float("nan")), "confidence nan"),
        (entity(confidence=float("inf")), "confidence inf"),
        (entity(confidence=10**400), "confidence 1000"),
        (entity(confidence=["x" * 10_000]), "confidence"),
        (entity(mentions="x"), "'mentions' is not a list"),
        (entity(evidence={"field": "title"}), "'evidence' is not a list"),
        (entity(mentions=[None]), "needs a field"),
        (entity(mentions=[{"field": "body", "start": 0, "end": 1}]), "needs a field"),
        (entity(mentions=[{"field": [], "start": 0, "end": 1}]), "needs a field"),
        (entity(mentions=[{"field": "title", "start": -1, "end": 1}]), "offsets -1 to 1"),
        (entity(mentions=[{"field": "title", "start": 0, "end": 8}]), "offsets 0 to 8"),
        (entity(mentions=[{"field": "title", "start": 3, "end": 3}]), "offsets 3 to 3"),
        (entity(mentions=[{"field": "title", "start": 3, "end": 2}]), "offsets 3 to 2"),
        (entity(mentions=[{"field": "title", "start": 0.0, "end": 1}]), "offsets 0.0 to 1"),
        (entity(mentions=[{"field": "title", "start": False, "end": True}]), "offsets False to True"),
        (entity(mentions=[{"field": "title", "start": "0", "end": "1"}]), "offsets 0 to 1"),
        (entity(mentions=[{"field": "title"}]), "offsets None to None"),
        (entity(evidence=[{"field": "abstract", "start": 0, "end": 10**30}]), "offsets 0 to 1000"),
    ],
)
def test_a_bad_entity_is_left_out_and_what_is_wrong_is_named(wrong, named):
    (fault,) = faults_of(entities=[wrong])
    assert fault.startswith("entity 1: ")
    assert named in fault
    assert len(fault) < 400


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (None, "not an object"),
        ({}, "no value"),
        (result(value=""), "no value"),
        (result(value=91.5), "'value' is not text"),
        (result(system=["x"]), "'system' is not text"),
        (result(on=1), "'on' is not text"),
        (result(metric={}), "'metric' is not text"),
        (result(unit=1), "'unit' is not text"),
        (result(number=91.5), "'number' is not text"),
        (result(number="many"), "number 'many'"),
        (result(number="nan"), "number 'nan'"),
        (result(number="1e999"), "number '1e999'"),
        (result(number="1_0"), "number '1_0'"),
        (result(number="٩١"), "number '٩١'"),
        (result(number="91,5"), "number '91,5'"),
        (result(kind="better"), "kind 'better'"),
        (result(kind=1), "'kind' is not text"),
        (result(evidence=None), "needs a field"),
        (result(evidence=[]), "needs a field"),
        (result(evidence={"field": "abstract", "start": 0, "end": 28}), "offsets 0 to 28"),
    ],
)
def test_a_bad_result_is_left_out_and_what_is_wrong_is_named(wrong, named):
    (fault,) = faults_of(results=[wrong])
    assert fault.startswith("result 1: ")
    assert named in fault


def test_one_bad_entity_or_result_does_not_lose_the_others():
    facts, faults = facts_from_json(line(entities=[entity(), 1, entity(label="Nine")], results=[result(), {}]))
    assert [e.label for e in facts.entities] == ["Tiny", "Nine"]
    assert len(facts.results) == 1
    assert [f.partition(":")[0] for f in faults] == ["entity 2", "result 2"]


def test_all_but_name_and_type_of_an_entity_may_be_absent_or_null():
    plain = PaperEntity("Tiny", "MODEL", "MENTIONS", ("Tiny",), 1.0)
    nulls = dict.fromkeys(("relation", "names", "confidence", "mentions", "evidence"))
    for record in ({"label": "Tiny", "type": "model"}, {"names": ["Tiny"], "type": "Model"}, {**entity(), **nulls}):
        assert facts_from_json(line(entities=[record])) == (Facts(facts_from_json(line())[0].paper, (plain,)), [])


def test_names_are_cleaned_and_stand_once_label_first():
    record = entity(label=" Ti\x1bny\ud800 ", names=["Tiny  B", "Ti ny", "", None, "Tiny B"])
    (found,) = facts_from_json(line(entities=[record]))[0].entities
    assert found.names == ("Ti ny", "Tiny B")
    assert found.label == "Ti ny"


def test_slots_of_results_are_cleaned():
    (found,) = facts_from_json(line(results=[result(system="Ti\x00ny\ud800", value=" 91.5\n%", unit=None)]))[0].results
    assert (found.system, found.value, found.unit) == ("Ti ny", "91.5 %", "")
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in found.system + found.value)


def test_a_relation_outside_the_range_of_the_type_becomes_uses():
    (found,) = facts_from_json(line(entities=[entity(relation="evaluates-on")]))[0].entities
    assert (found.type, found.relation) == ("MODEL", "USES")


def test_mentions_are_sorted_and_confidence_has_two_decimals():
    spots = [{"field": "abstract", "start": 9, "end": 11}, {"field": "abstract", "start": 0, "end": 4}]
    (found,) = facts_from_json(line(entities=[entity(mentions=spots, confidence=0.98765)]))[0].entities
    assert [m.start for m in found.mentions] == [0, 9]
    assert found.confidence == 0.99
