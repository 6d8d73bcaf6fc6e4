"""All about one thing, search by text, and counts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NotFound
from kg.query import search, show, stats
from kg.schema import ENTITY_TYPES, RELATIONS
from kg.store import Store


def shown(store, name, **more):
    """The one item of show."""
    answer = show(store, name, **more)
    json.dumps(answer.to_json())
    (item,) = answer.items
    return item


def test_show_tells_all_of_an_entity(store):
    item = shown(store, "quilted kernel mapping")
    assert list(item)[:5] == ["id", "label", "type", "names", "papers"]
    assert item["names"] == ["quilted kernel mapping", "QKM"]
    assert (item["type"], item["papers"], item["years"]) == ("METHOD", 2, {"2024": 2})
    assert list(item["relations"]) == ["USES"]
    assert item["relations"]["USES"]["count"] == 2
    for entry in item["relations"]["USES"]["papers"]:
        paper = store.paper(entry["paper"])
        assert entry["sentence"] == paper.text(entry["field"])[entry["start"] : entry["end"]] != ""
        assert (entry["title"], entry["year"]) == (paper.title, paper.year)
    assert {(r["name"], r["kind"]) for r in item["reasons"]} == {("QKM", "spelled-out"), ("QKM", "acronym")}


def test_show_groups_papers_by_relation_in_order_of_precedence(store):
    item = shown(store, "TreeBank-X")
    assert {r: g["count"] for r, g in item["relations"].items()} == {"PROPOSES": 1, "EVALUATES_ON": 2}
    assert list(item["relations"]) == ["PROPOSES", "EVALUATES_ON"]
    assert item["years"] == {"2023": 1, "2024": 2}


def test_show_lists_the_results_on_a_thing_with_their_sentences(store):
    for name in ("TinyParse", "F1"):
        (result,) = shown(store, name)["results"]
        assert (result["value"], result["number"], result["paper"]) == ("91.5%", "91.5", "arxiv:2401.00001")
        text = store.paper(result["paper"]).text(result["field"])
        assert (
            result["sentence"] == text[result["start"] : result["end"]] == "TinyParse reaches 91.5% F1 on TreeBank-X."
        )
    assert [r["value"] for r in shown(store, "TreeBank-X")["results"]] == ["91.5%", "2.1 points"]


@pytest.mark.parametrize("limit", [1, 10**30])
def test_show_keeps_to_its_limit(store, limit):
    item = shown(store, "TreeBank-X", limit=limit)
    assert len(item["results"]) == min(limit, 2)
    assert len(item["relations"]["EVALUATES_ON"]["papers"]) == min(limit, 2)
    assert item["relations"]["EVALUATES_ON"]["count"] == 2


def test_show_tells_all_of_a_paper(store):
    item = shown(store, "arxiv:2401.00001")
    assert (item["id"], item["type"], item["year"]) == ("arxiv:2401.00001", "PAPER", 2024)
    assert (item["label"], item["authors"], item["url"]) == ("TinyParse: a parser that fits on a phone", [], "")
    assert [(e["id"], e["relation"]) for e in item["entities"]] == [
        ("tinyparse", "PROPOSES"),
        ("treebank-x", "EVALUATES_ON"),
        ("quilted-kernel-mapping", "USES"),
        (next(e.entity for e in store.edges(paper=item["id"]) if e.relation == "REPORTS"), "REPORTS"),
    ]
    for entity in item["entities"]:
        assert entity["sentence"] == store.paper(item["id"]).text(entity["field"])[entity["start"] : entity["end"]]
    assert [r["value"] for r in item["results"]] == ["91.5%"]


def test_show_of_an_unknown_name_offers_the_nearest(store):
    with pytest.raises(NotFound, match="did you mean TinyParse"):
        show(store, "TinyPrase")


def labels(store, text, **more):
    """What a search finds, best first."""
    return [item["label"] for item in search(store, text, **more).items]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("TinyParse", "TinyParse"),
        ("tinyparse", "TinyParse"),
        ("TinyPrase", "TinyParse"),
        ("tinypars", "TinyParse"),
        ("tree-bank x", "TreeBank-X"),
        ("TreBank", "TreeBank-X"),
        ("QKM", "quilted kernel mapping"),
        ("quilted kernal", "quilted kernel mapping"),
        ("kernel mapping", "quilted kernel mapping"),
        ("dependancy parsing", "dependency parsing"),
        ("pretraining help", "Does pretraining help parsers?"),
        ("teachers and pupil", "Teachers and pupils"),
        ("C+", "C++"),
        ("数据集", "数据集"),
        ("β", "β-Net"),
        ("🙂", "🙂"),
        ("f1", "F1"),
    ],
)
def test_search_finds_names_aliases_and_titles_and_forgives_errors(store, text, first):
    assert labels(store, text)[0] == first


def test_items_of_a_search_say_what_matched(store):
    (item, *_) = search(store, "QKM").items
    assert item == {
        "id": "quilted-kernel-mapping",
        "label": "quilted kernel mapping",
        "type": "METHOD",
        "papers": 2,
        "matched": "QKM",
        "score": 1.0,
    }
    paper = next(i for i in search(store, "TinyParse").items if i["type"] == "PAPER")
    assert (paper["id"], paper["papers"]) == ("arxiv:2401.00001", 1)


def test_an_exact_name_comes_before_longer_ones_and_before_titles(store):
    assert labels(store, "TinyParse") == ["TinyParse", "TinyParse: a parser that fits on a phone"]


def test_search_finds_each_thing_once_and_keeps_to_its_limit(store):
    answer = search(store, "parse")
    assert len({i["id"] for i in answer.items}) == len(answer.items) == answer.total > 1
    less = search(store, "parse", limit=1)
    assert (less.items, less.total) == (answer.items[:1], answer.total)


@pytest.mark.parametrize("text", ["zzzzzz", "xylophone orchestra", "q w e r t y"])
def test_what_is_nowhere_is_not_found(store, text):
    assert search(store, text).items == []


HOSTILE = ['" OR *', '"', '""', "'; DROP TABLE paper; --", "name:x", "NEAR(a b)", "a AND NOT b", "^a", "a*", "\x00"]
HOSTILE += ["a\x00b c", "\ud800abc", "%%%", "___", "-", "", " ", "(" * 50, "🙂" * 400, "x" * 100_000, "a b " * 10_000]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_only_looked_for(store, text):
    assert search(store, text, limit=1000).total == len(search(store, text, limit=1000).items)
    assert store.count("paper") == 8


@given(st.text(max_size=40))
def test_no_text_harms(graph_db, text):
    with Store(graph_db) as store:
        for item in search(store, text).items:
            assert list(item) == ["id", "label", "type", "papers", "matched", "score"]
            assert 0 < item["score"] <= 1


def test_stats_count_what_is_there(store):
    counts = {i["what"]: i["count"] for i in stats(store).items}
    entities, edges = list(store.entities()), list(store.edges())
    assert (counts["papers"], counts["entities"], counts["edges"]) == (8, len(entities), len(edges))
    assert [counts[t.plural] for t in ENTITY_TYPES.values()] == [
        sum(e.type == name for e in entities) for name in ENTITY_TYPES
    ]
    assert [counts[f"edges: {r.label}"] for r in RELATIONS.values()] == [
        sum(e.relation == name for e in edges) for name in RELATIONS
    ]
    assert counts["entities in several papers"] == sum(e.paper_count > 1 for e in entities)
    assert counts["mentions"] == sum(len(e.mentions) for e in edges)
    assert (counts["results"], counts["first year"], counts["last year"]) == (2, 2022, 2025)
    assert stats(store).total == len(stats(store).items)


def test_stats_of_an_empty_graph_are_zeros(make_store, tmp_path):
    with Store(make_store(tmp_path / "graph.db", [])) as store:
        assert {i["count"] for i in stats(store).items} == {0}
