"""The neighbourhood of a thing."""

import json
from dataclasses import replace

import pytest

from kg.errors import Ambiguous, NotFound
from kg.query import neighbors
from kg.schema import RELATIONS
from kg.store import Store

ITEM = ["id", "label", "type", "relation", "distance", "papers", "via"]
VIA = ["paper", "title", "relation", "sentence", "field", "start", "end"]


@pytest.fixture
def chain(make_facts, make_store, tmp_path):
    """Entities a to f in a row, each two of them in a paper of their own; c and d in a second one."""
    facts = []
    for n, (one, two) in enumerate(["ab", "bc", "cd", "cd", "de", "ef"]):
        names = (f"Node-{one}", f"Node-{two}")
        entities = [((name,), "METHOD", "USES") for name in names]
        facts.append(make_facts(f"p:{n}", 2024, f"Paper {n}", f"{names[0]} meets {names[1]}.", entities))
    with Store(make_store(tmp_path / "graph.db", facts)) as store:
        yield store


def by_id(answer):
    """The items of an answer by their id."""
    return {item["id"]: item for item in answer.items}


@pytest.mark.parametrize("as_nodes", [False, True])
@pytest.mark.parametrize("name", ["TinyParse", "F1", "arxiv:2402.00003", "QKM", "C++"])
def test_items_have_the_keys_of_the_contract_and_sentences_are_the_text_at_the_offsets(store, name, as_nodes):
    answer = neighbors(store, name, depth=3, papers=as_nodes)
    assert answer.items
    for item in answer.items:
        assert list(item) == ITEM
        assert item["relation"] in RELATIONS
        assert item["via"]
        for via in item["via"]:
            assert list(via) == VIA
            paper = store.paper(via["paper"])
            assert via["title"] == paper.title
            assert via["sentence"] == paper.text(via["field"])[via["start"] : via["end"]] != ""
    json.dumps(answer.to_json())


def test_the_answer_is_one_object_of_the_contract(store):
    answer = neighbors(store, "TinyParse", limit=2)
    assert list(answer.to_json()) == ["query", "items", "shown", "total"]
    assert (answer.to_json()["shown"], answer.total) == (2, 4)
    assert answer.query["neighbors"] == "tinyparse"


def test_one_step_leads_through_a_paper_to_what_else_it_names(store):
    found = by_id(neighbors(store, "TinyParse"))
    named = {e.entity for p in ("arxiv:2401.00001", "arxiv:2402.00003") for e in store.edges(paper=p)}
    assert set(found) == named - {"tinyparse"}
    trees = found["treebank-x"]
    assert (trees["label"], trees["type"], trees["relation"], trees["papers"], trees["distance"]) == (
        "TreeBank-X",
        "DATASET",
        "EVALUATES_ON",
        2,
        1,
    )
    assert [v["paper"] for v in trees["via"]] == ["arxiv:2401.00001", "arxiv:2402.00003"]
    assert trees["via"][0]["sentence"] == "TinyParse reaches 91.5% F1 on TreeBank-X."
    assert "arxiv:2401.00002" not in str(found)


def test_a_thing_is_never_its_own_neighbour(store):
    for name in ("TinyParse", "F1"):
        for papers in (False, True):
            answer = neighbors(store, name, depth=5, papers=papers)
            assert answer.query["neighbors"] not in by_id(answer)


def test_the_neighbours_of_a_paper_are_its_entities(store):
    answer = neighbors(store, "arxiv:2401.00002")
    assert set(by_id(answer)) == {e.entity for e in store.edges(paper="arxiv:2401.00002")}
    assert {v["paper"] for item in answer.items for v in item["via"]} == {"arxiv:2401.00002"}


@pytest.mark.parametrize(
    ("depth", "reached"), [(1, "b"), (2, "bc"), (3, "bcd"), (4, "bcde"), (5, "bcdef"), (9, "bcdef")]
)
def test_depth_counts_steps_from_entity_to_entity(chain, depth, reached):
    answer = neighbors(chain, "Node-a", depth=depth)
    assert [(i["id"], i["distance"]) for i in answer.items] == [(f"node-{r}", n) for n, r in enumerate(reached, 1)]
    assert answer.total == len(reached)


def test_papers_of_an_item_are_those_on_the_way(chain):
    assert by_id(neighbors(chain, "Node-c"))["node-d"]["papers"] == 2
    assert by_id(neighbors(chain, "Node-a", depth=3))["node-d"]["papers"] == 2
    assert by_id(neighbors(chain, "Node-e"))["node-d"]["papers"] == 1


def test_with_papers_a_step_leads_to_a_paper_or_from_it(chain):
    answer = neighbors(chain, "Node-a", depth=4, papers=True)
    assert [(i["id"], i["type"], i["distance"]) for i in answer.items] == [
        ("p:0", "PAPER", 1),
        ("node-b", "METHOD", 2),
        ("p:1", "PAPER", 3),
        ("node-c", "METHOD", 4),
    ]
    start = neighbors(chain, "p:2", depth=2, papers=True)
    assert [(i["id"], i["distance"]) for i in start.items] == [
        ("node-c", 1),
        ("node-d", 1),
        ("p:3", 2),
        ("p:1", 2),
        ("p:4", 2),
    ]


def test_types_filter_the_items_not_the_way(store, chain):
    answer = neighbors(store, "TinyParse", types=["DATASET", "METRIC"])
    assert {i["type"] for i in answer.items} == {"DATASET", "METRIC"}
    far = neighbors(store, "accuracy", depth=3, types=["PAPER"])
    assert far.items == []
    papers = neighbors(chain, "Node-a", depth=3, papers=True, types=["PAPER"])
    assert [i["id"] for i in papers.items] == ["p:0", "p:1"]


def test_relations_filter_what_papers_say_of_the_item(store):
    answer = neighbors(store, "F1", relations=["PROPOSES"])
    assert {(i["id"], i["relation"], i["papers"]) for i in answer.items} == {
        ("tinyparse", "PROPOSES", 1),
        ("treebank-x", "PROPOSES", 1),
    }
    assert {v["relation"] for i in answer.items for v in i["via"]} == {"PROPOSES"}
    both = neighbors(store, "F1", relations=["EVALUATES_ON", "PROPOSES"])
    assert by_id(both)["treebank-x"]["papers"] == 2
    assert neighbors(store, "F1", relations=["COMPARES_WITH"]).items == []


def test_items_come_by_distance_then_papers_then_label(store):
    items = neighbors(store, "TinyParse", depth=3).items
    assert items == sorted(items, key=lambda i: (i["distance"], -i["papers"], i["label"].casefold(), i["id"]))


def test_many_papers_are_counted_and_five_are_named(make_facts, make_store, tmp_path):
    pair = [(("Hub",), "METHOD", "USES"), (("Rim",), "DATASET", "USES")]
    best = [(("Hub",), "METHOD", "USES"), (("Rim",), "DATASET", "PROPOSES")]
    facts = [make_facts(f"p:{n:02}", 2024, "T", "Hub and Rim.", pair) for n in range(12)]
    facts.append(make_facts("p:99", 2024, "T", "Hub and Rim.", best))
    with Store(make_store(tmp_path / "graph.db", facts)) as store:
        (item,) = neighbors(store, "Hub").items
        assert (item["papers"], len(item["via"]), item["relation"]) == (13, 5, "USES")
        assert (item["via"][0]["paper"], item["via"][0]["relation"]) == ("p:99", "PROPOSES")


def test_an_edge_without_evidence_shows_its_mention_and_one_without_either_nothing(make_facts, make_store, tmp_path):
    facts = make_facts("p:1", 2024, "T", "Hub and Rim.", [((n,), "METHOD", "USES") for n in ("Hub", "Rim", "Gone")])
    hub, rim, gone = facts.entities
    facts = replace(facts, entities=(hub, replace(rim, evidence=()), gone))
    with Store(make_store(tmp_path / "graph.db", [facts])) as store:
        found = {i["label"]: i["via"][0] for i in neighbors(store, "Hub").items}
    assert (found["Rim"]["sentence"], found["Rim"]["start"]) == ("Rim", 8)
    assert [found["Gone"][k] for k in ("sentence", "field", "start", "end")] == ["", None, None, None]


def test_unknown_and_ambiguous_names_are_errors(store, make_facts, make_store, tmp_path):
    with pytest.raises(NotFound):
        neighbors(store, "nobody at all")
    facts = [make_facts(f"p:{n}", 2024, "Same", "Text.") for n in (1, 2)]
    with Store(make_store(tmp_path / "graph.db", facts)) as two, pytest.raises(Ambiguous):
        neighbors(two, "Same")
