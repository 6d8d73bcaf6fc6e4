from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entity import Redirect
from kg.facts import Span
from kg.graph import quotes
from kg.view import Cut, cut, positions, to_pyvis
from kg.view.payload import around, link, payload, redirects, spans, utf16


def carried(graph: "nx.MultiDiGraph[str]") -> dict[str, Any]:
    """The payload of a whole graph."""
    return payload(graph, to_pyvis(graph, positions(graph)), Cut(tuple(graph), frozenset(graph), sentences=3))


@pytest.fixture(scope="module")
def data(graph: "nx.MultiDiGraph[str]") -> dict[str, Any]:
    return carried(graph)


def marked(data: dict[str, Any], row: list[int]) -> list[str]:
    """What JavaScript would mark: slices by UTF-16 code units."""
    units = data["sentences"][row[0]].encode("utf-16-le")
    return [units[2 * a : 2 * b].decode("utf-16-le") for a, b in zip(row[1::2], row[2::2], strict=True)]


def test_every_edge_has_a_sentence_whose_marks_are_its_mentions(
    graph: "nx.MultiDiGraph[str]", data: dict[str, Any]
) -> None:
    rows = zip(graph.edges(keys=True, data=True), zip(*data["edges"], strict=True), strict=True)
    for (paper, entity, _, edge), (source, target, _, _, quoted) in rows:
        assert (data["nodes"]["id"][source], data["nodes"]["id"][target]) == (paper, entity)
        surfaces = set(quotes(graph, paper, edge["mentions"]))
        found = [text for row in quoted for text in marked(data, row)]
        assert found
        assert set(found) <= surfaces


def test_the_value_of_a_result_is_marked(data: dict[str, Any]) -> None:
    (result,) = data["results"]
    assert result[1:6] == ["Parsnip", "Trellis", "accuracy", "91.5%", "absolute"]
    assert marked(data, result[6]) == ["91.5%"]
    assert [data["nodes"]["id"][n] for n in result[7:]] == ["parsnip", "trellis", "accuracy"]


def test_a_sentence_is_carried_once(data: dict[str, Any]) -> None:
    assert len(set(data["sentences"])) == len(data["sentences"])


def test_where_no_evidence_holds_the_mention_the_text_around_it_leads(corpus: Any) -> None:
    facts = corpus.facts("arxiv:1", "T", "Some words. It is called Beet. We like it.", [("Beet", "MODEL", "PROPOSES")])
    graph = corpus.graph_of([facts])
    edge = graph.edges["arxiv:1", "beet", "PROPOSES"]
    edge["evidence"] = (Span("abstract", 31, 42),)
    data = carried(graph)
    first, second = data["edges"][4][0]
    assert data["sentences"][first[0]] == "It is called Beet."
    assert marked(data, first) == ["Beet"]
    assert data["sentences"][second[0]] == "We like it."


@given(st.text(alphabet="ab. \U0001f955é", min_size=1, max_size=60), st.data())
def test_the_text_around_a_mention_holds_it(text: str, draw: st.DataObject) -> None:
    start = draw.draw(st.integers(0, len(text) - 1))
    span = Span("abstract", start, draw.draw(st.integers(start + 1, len(text))))
    found = around(text, span)
    assert 0 <= found.start <= span.start
    assert span.end <= found.end <= len(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_utf16_counts_code_units(text: str) -> None:
    assert utf16(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("paper", "url", "expected"),
    [
        ("arxiv:2403.05812", "", "https://arxiv.org/abs/2403.05812"),
        ("arxiv:cs/0112017", "", "https://arxiv.org/abs/cs/0112017"),
        ("acl:2020.acl-main.1", "", "https://aclanthology.org/2020.acl-main.1"),
        ("doi:10.1/a(b)", "", "https://doi.org/10.1/a%28b%29"),
        ("hf:2403.05812", "", "https://huggingface.co/papers/2403.05812"),
        ("sha:00", "https://arxiv.org/abs/1?x=1", "https://arxiv.org/abs/1?x=1"),
        ("sha:00", "https://www.aclanthology.org/x/", "https://www.aclanthology.org/x/"),
        ("sha:00", "", ""),
        ("sha:00", "http://arxiv.org/abs/1", ""),
        ("sha:00", "https://arxiv.org.evil.example/", ""),
        ("sha:00", "https://evil.example/https://arxiv.org/", ""),
        ("sha:00", "https://user@arxiv.org/", ""),
        ("sha:00", "https://arxiv.org/\\evil", ""),
        ("sha:00", "javascript:alert(1)", ""),
        ("sha:00", "https://arxiv.org/a\nb", ""),
        ("javascript:alert(1)", "", ""),
    ],
)
def test_only_known_sites_are_linked(paper: str, url: str, expected: str) -> None:
    assert link(paper, url) == expected


def test_ids_of_other_names_lead_to_the_thing(corpus: Any) -> None:
    text = "We use masked language modeling (MLM) here. MLM is old."
    facts = [corpus.facts("arxiv:1", "T", text, [("masked language modeling|MLM", "TASK", "ADDRESSES")])]
    graph = corpus.graph_of(facts)
    data = carried(graph)
    assert data["redirects"] == {"mlm": [data["nodes"]["id"].index("masked-language-modeling")]}


def test_redirects_of_the_store_come_first(graph: "nx.MultiDiGraph[str]") -> None:
    index = {n: i for i, n in enumerate(graph)}
    known = [Redirect("old", ("adam", "gone")), Redirect("turnip", ("adam",)), Redirect("lost", ("gone",))]
    assert redirects(graph, index, known) == {"old": [index["adam"]]}


def test_a_graph_without_edges_has_empty_columns() -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    assert carried(graph)["edges"] == [[], [], [], [], []]


def test_years_are_those_of_all_papers_carried_or_not(graph: "nx.MultiDiGraph[str]") -> None:
    assert spans(graph, ["adam", "trellis"]) == [[2020, 2, 2, 2, 2], [2023, 1, 1]]
    assert spans(graph, ["arxiv:2401.00001"]) == [[]]


def test_a_thing_says_who_introduced_it_and_links_only_to_known_sites(graph: "nx.MultiDiGraph[str]") -> None:
    copy = graph.copy()
    sites = ("https://arxiv.org/abs/1", "https://evil.example/", "javascript:alert(1)")
    copy.nodes["parsnip"].update(
        introduced_by="arxiv:2401.00001", links=tuple(("seeAlso", address) for address in sites)
    )
    nodes = carried(copy)["nodes"]
    at = nodes["id"].index("parsnip")
    assert nodes["id"][nodes["intro"][at]] == "arxiv:2401.00001"
    assert nodes["web"][at] == ["https://arxiv.org/abs/1"]


def test_links_between_things_name_papers_that_hold_both(large: "nx.MultiDiGraph[str]") -> None:
    chosen = cut(large)
    kept = set(chosen.nodes)
    part: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    part.add_nodes_from((n, large.nodes[n]) for n in chosen.nodes)
    part.add_edges_from(e for e in large.edges(keys=True, data=True) if e[0] in kept and e[1] in kept)
    data = payload(part, to_pyvis(part, positions(part, chosen.core, chosen.links), chosen.links), chosen)
    ids = data["nodes"]["id"]
    assert data["relations"][-1]["key"] == "TOGETHER"
    assert len(data["links"][0]) == len(chosen.links) > 50
    for source, target, papers, _, _, via in zip(*data["links"], strict=True):
        assert 1 <= len(via) <= min(3, papers)
        for paper in via:
            assert {ids[source], ids[target]} <= set(part.adj[ids[paper]])
