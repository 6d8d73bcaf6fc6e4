"""`kg why` as data: what names mean, why, and the sentence that shows it."""

import pytest

from kg.errors import NotFound
from kg.query.why import SAID, why
from kg.store import Store

LONG, QKM = "quilted kernel mapping", "QKM"


@pytest.fixture(scope="module")
def wide_store(make_store, make_facts, papers, tmp_path_factory):
    """The made-up corpus and some papers in which names are joined and kept apart in every way."""
    more = [
        make_facts(
            "z:1",
            2024,
            "On kernels",
            "QKM needs care. The old way, quilted kernel mapping (QKM), is slow. We love Zorbel.",
            [((QKM, LONG), "METHOD", "USES"), (("Zorbel",), "MODEL", "PROPOSES")],
        ),
        make_facts("z:2", 2024, "The art to zorbel", "To zorbel is hard.", [(("zorbel",), "TASK", "ADDRESSES")]),
        make_facts("z:3", 2024, "Parts", "F-measure is fine.", [(("F-measure",), "METRIC", "REPORTS")]),
        make_facts(
            "z:4", 2024, "Names", "Zippo, or the lighter, works.", [(("Zippo", "the lighter"), "METHOD", "PROPOSES")]
        ),
    ]
    path = make_store(tmp_path_factory.mktemp("why") / "graph.db", [*papers, *more])
    with Store(path) as opened:
        yield opened


def told(answer):
    """(name, entity, kinds of reasons) of each item."""
    return [(i["name"], i["entity"], [r["kind"] for r in i["reasons"]]) for i in answer.items]


def test_an_acronym_and_its_long_form_are_one_by_a_chain_of_reasons(wide_store):
    answer = why(wide_store, QKM, LONG)
    assert answer.query == {"why": [QKM, LONG], "one": True}
    assert told(answer) == [
        (QKM, "quilted-kernel-mapping", ["acronym", "spelled-out"]),
        (LONG, "quilted-kernel-mapping", ["own-name"]),
    ]
    acronym, spelled = answer.items[0]["reasons"]
    assert [p["paper"] for p in acronym["papers"]] == ["arxiv:2402.00003"]
    assert LONG in acronym["detail"]
    assert [p["paper"] for p in spelled["papers"]] == ["arxiv:2401.00001", "z:1"]


def test_the_sentence_is_the_one_that_shows_the_reason_and_its_offsets_are_those_of_the_text(wide_store):
    spelled = why(wide_store, QKM, LONG).items[0]["reasons"][1]
    assert [p["sentence"] for p in spelled["papers"]] == [
        "Its encoder was trained by quilted kernel mapping (QKM).",
        "The old way, quilted kernel mapping (QKM), is slow.",  # not the first sentence, which is evidence of the use
    ]


@pytest.mark.parametrize(
    "pair", [(QKM, LONG), ("QZL", "quiet zone labeling"), ("zorbel", "F1"), ("Treebank X", "β-Net")]
)
def test_every_quote_stands_in_its_paper_at_its_offsets(pair, wide_store):
    texts = {p.id: p for p in wide_store.papers()}
    answer = why(wide_store, *pair)
    quotes = [(r, p) for item in answer.items for r in item["reasons"] for p in r["papers"]]
    for reason, quote in quotes:
        text = texts[quote["paper"]].text(quote["field"])
        assert text[quote["start"] : quote["end"]] == quote["sentence"]
        assert reason["name"] in quote["sentence"]
    assert {r["kind"] for item in answer.items for r in item["reasons"]} <= set(SAID)


def test_a_name_that_papers_use_in_two_senses_shows_all_and_is_none_of_them(wide_store):
    answer = why(wide_store, "QZL", "quiet zone labeling")
    assert not answer.query["one"]
    assert [i["entity"] for i in answer.items] == [
        "qzl",
        "quasi-zero-learning",
        "quiet-zone-labeling",
        "quiet-zone-labeling",
    ]
    assert [r["kind"] for r in answer.items[0]["reasons"]] == ["kept-apart"]


def test_a_namesake_by_type_says_that_it_is_kept_apart(wide_store):
    answer = why(wide_store, "Zorbel", "zorbel--task")
    assert [(i["entity"], i["type"]) for i in answer.items] == [
        ("zorbel--model", "MODEL"),
        ("zorbel--task", "TASK"),
        ("zorbel--task", "TASK"),
    ]
    assert not answer.query["one"]
    kept = answer.items[0]["reasons"][0]
    assert (kept["kind"], kept["detail"]) == ("kept-apart", "a model here, elsewhere a task")
    assert kept["papers"][0]["sentence"] == "We love Zorbel."


def test_names_that_a_rule_joins_and_names_of_one_paper_say_so(wide_store):
    answer = why(wide_store, "F-measure", "F1")
    assert answer.query["one"]
    assert told(answer)[0] == ("F-measure", "f1", ["same-name"])
    answer = why(wide_store, "the lighter", "Zippo")
    assert told(answer) == [("the lighter", "zippo", ["same-paper"]), ("Zippo", "zippo", ["own-name"])]


def test_unrelated_names_are_two_things(wide_store):
    answer = why(wide_store, "TinyParse", "GLAD")
    assert (answer.query["one"], told(answer)) == (
        False,
        [("TinyParse", "tinyparse", ["own-name"]), ("GLAD", "glad", ["own-name"])],
    )


def test_a_name_may_be_an_id_a_retired_id_or_the_start_of_a_name(wide_store):
    for name in ("quilted-kernel-mapping", "qkm", "quilted kern"):
        assert why(wide_store, name, LONG).query["one"], name


def test_what_is_unknown_or_a_paper_is_an_error(wide_store):
    with pytest.raises(NotFound, match="TinyParse"):
        why(wide_store, "TinyParze", "GLAD")
    with pytest.raises(NotFound, match="is a paper"):
        why(wide_store, "GLAD", "z:1")
