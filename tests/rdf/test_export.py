"""The model: what stands in the triples of a graph."""

import hashlib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from kg.entity import Edge, Entity
from kg.errors import UsageError
from kg.facts import Span
from kg.paper import Paper
from kg.rdf import WRITERS, ontology, ontology_turtle, shapes, triples
from kg.rdf.mappings import MAPPINGS
from kg.rdf.ontology import PROPERTIES
from kg.rdf.terms import term
from kg.schema import ENTITY_TYPES, RELATIONS
from kg.store import Store, write_graph

KG = "https://w3id.org/kg-papers/ns#"
BASE = "https://w3id.org/kg-papers/"
OTTER = f"<{BASE}paper/arxiv%3A2401.00001>"
BEAVER = f"<{BASE}paper/arxiv%3A2402.00002>"


@pytest.fixture(scope="module")
def lines(corpus: Path) -> list[str]:
    with Store(corpus / "graph.db") as store:
        return list(triples(store))


def objects(lines: list[str], subject: str, predicate: str) -> list[str]:
    start = f"{subject} {term(predicate)} "
    return sorted(line[len(start) : -2] for line in lines if line.startswith(start))


def subjects(lines: list[str], predicate: str, value: str) -> list[str]:
    end = f" {term(predicate)} {value} ."
    return sorted(line[: -len(end)] for line in lines if line.endswith(end))


def named(lines: list[str], label: str) -> str:
    """The entity of that label; its id is the business of `kg.resolve`."""
    (entity,) = subjects(lines, "skos:prefLabel", f'"{label}"')
    return entity


def assertion(lines: list[str], paper: str, relation: str, entity: str) -> str:
    found = set(subjects(lines, "rdf:subject", paper)) & set(subjects(lines, "rdf:predicate", term(relation)))
    (node,) = found & set(subjects(lines, "rdf:object", entity))
    return node


def test_no_line_comes_twice_and_none_holds_a_blank_node(lines: list[str]) -> None:
    assert len(set(lines)) == len(lines)
    assert not [line for line in lines if line.startswith("_:") or " _:" in line.split('"')[0]]


def test_no_entity_is_said_to_be_the_same_as_another(lines: list[str]) -> None:
    assert not [line for line in lines if "sameAs" in line]


def test_paper_carries_its_bibliography(lines: list[str]) -> None:
    kinds = {term(k) for k in ("kg:Paper", "schema:ScholarlyArticle", "fabio:Preprint")}
    assert set(objects(lines, OTTER, "rdf:type")) == kinds
    assert objects(lines, OTTER, "dcterms:identifier") == ['"arxiv:2401.00001"']
    assert objects(lines, OTTER, "dcterms:title") == ['"OtterNet: a small reader"']
    assert objects(lines, OTTER, "dcterms:creator") == ['"Ada Example"', '"Bo \\"B.\\" Sample"']
    assert objects(lines, OTTER, "dcterms:subject") == ['"cs.CL"']
    assert objects(lines, OTTER, "fabio:hasArXivID") == ['"2401.00001"']
    assert objects(lines, OTTER, "kg:venue") == ['"Workshop on Rivers"']
    assert objects(lines, OTTER, "schema:url") == ["<https://arxiv.org/abs/2401.00001>"]
    assert objects(lines, OTTER, "kg:otherIdentifier") == ['"hf:2401.00001"']


def test_issued_keeps_the_precision_of_the_input(lines: list[str]) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    assert objects(lines, OTTER, "dcterms:issued") == [f'"2024-01-05"^^<{xsd}date>']
    assert objects(lines, BEAVER, "dcterms:issued") == [f'"2024-02"^^<{xsd}gYearMonth>']
    assert objects(lines, f"<{BASE}paper/acl%3A2023.otter-1.2>", "dcterms:issued") == [f'"2023"^^<{xsd}gYear>']


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://openreview.net/forum?id=abc_1", True),
        ("http://openreview.net/forum?id=abc_1", False),
        ("javascript:alert(1)", False),
        ("https://arxiv.org.evil.example/abs/1", False),
        ("https://evil.example/https://arxiv.org/", False),
        ("https://user@arxiv.org/abs/1", False),
        ("https://arxiv.org/abs/1>_<x", False),
    ],
)
def test_links_are_kept_for_trusted_hosts_only(folder_of: Any, url: str, *, kept: bool) -> None:
    folder = folder_of({"id": "x:1", "title": "A title", "abstract": "", "url": url})
    with Store(folder / "graph.db") as store:
        assert ([f"<{url}>"] if kept else []) == objects(list(triples(store)), f"<{BASE}paper/x%3A1>", "schema:url")


def test_entity_is_a_concept_of_its_type_with_one_label(lines: list[str]) -> None:
    entity = f"<{BASE}entity/tiny-language-model>"
    assert objects(lines, entity, "rdf:type") == [term("skos:Concept"), term("kg:Method")]
    assert objects(lines, entity, "skos:prefLabel") == ['"Tiny Language Model"']
    assert objects(lines, entity, "skos:altLabel") == ['"TLM"']
    assert objects(lines, entity, "skos:inScheme") == [f"<{BASE}scheme>"]
    assert objects(lines, entity, "kg:paperCount")[0].startswith('"2"^^')


def test_every_relation_has_a_direct_edge_and_an_assertion(lines: list[str]) -> None:
    direct = [line for line in lines for r in RELATIONS.values() if f" {term(f'kg:{r.term}')} <{BASE}" in line]
    direct = [line for line in direct if not line.startswith(f"<{BASE}a/")]
    assert len(direct) == 22  # as many as PAPERS say
    for line in direct:
        paper, relation, entity = line[:-2].split(" ")
        assert assertion(lines, paper, "kg:" + relation[len(KG) + 1 : -1], entity)


def test_assertion_carries_confidence_run_place_and_evidence(lines: list[str]) -> None:
    node = assertion(lines, OTTER, "kg:comparesWith", named(lines, "BERT"))
    assert objects(lines, node, "rdf:type") == [term("rdf:Statement"), term("kg:Assertion")]
    assert objects(lines, node, "kg:confidence") == [f'"0.9"^^{term("xsd:decimal")}']
    (run,) = objects(lines, node, "prov:wasGeneratedBy")
    assert objects(lines, run, "rdf:type") == [term("prov:Activity")]
    assert objects(lines, node, "kg:mentionAt") == ['"abstract:97-101"']
    (evidence,) = objects(lines, node, "kg:evidence")
    assert objects(lines, evidence, "kg:quote") == ['"It beats BERT by 2 points on SQuAD."']


def test_quotes_stand_at_their_offsets_in_code_points(lines: list[str], papers: tuple[dict[str, Any], ...]) -> None:
    abstract = papers[3]["abstract"]
    node = subjects(lines, "kg:quote", '"ELECTRA is ours: 𝛼-tuning of ELECTRA on GLUE."')
    (start,), (end,) = (objects(lines, node[0], f"kg:{name}") for name in ("start", "end"))
    first, last = (int(text.split('"')[1]) for text in (start, end))
    assert abstract[first:last] == "ELECTRA is ours: 𝛼-tuning of ELECTRA on GLUE."
    digest = hashlib.sha256(abstract.encode()).hexdigest()
    assert objects(lines, node[0], "kg:sourceDigest") == [f'"{digest}"']


def test_statements_from_one_sentence_share_its_evidence(lines: list[str]) -> None:
    glue = assertion(lines, BEAVER, "kg:evaluatesOn", named(lines, "GLUE"))
    bert = assertion(lines, BEAVER, "kg:comparesWith", named(lines, "BERT"))
    assert objects(lines, glue, "kg:evidence") == objects(lines, bert, "kg:evidence")


def test_result_has_a_number_and_links_to_entities(lines: list[str]) -> None:
    (node,) = subjects(lines, "kg:rawValue", '"81.50%"')
    assert subjects(lines, "kg:hasResult", node) == [OTTER]
    assert objects(lines, node, "kg:value") == [f'"81.5"^^{term("xsd:decimal")}']
    assert objects(lines, node, "kg:unit") == ['"percent"']
    assert objects(lines, node, "kg:kind") == ['"absolute"']
    found = [objects(lines, node, f"kg:{slot}") for slot in ("system", "on", "metric")]
    assert found == [[named(lines, label)] for label in ("OtterNet", "GLUE", "accuracy")]


def test_open_slots_of_a_result_are_left_out_and_unknown_names_kept(lines: list[str]) -> None:
    (gain,) = subjects(lines, "kg:rawValue", '"2 points"')
    assert objects(lines, gain, "kg:metric") == objects(lines, gain, "kg:metricName") == []
    (ratio,) = subjects(lines, "kg:rawValue", '"3 times"')
    assert objects(lines, ratio, "kg:on") == []
    assert objects(lines, ratio, "kg:onName") == ['"RiverBank"']


def test_stated_type_and_relation_stand_only_where_they_differ(tmp_path: Path) -> None:
    papers = [Paper(f"x:{n}", "Mink", "") for n in (1, 2)]
    spans = (Span("title", 0, 4),)
    edges = [
        Edge("x:1", "mink", "USES", 0.9, spans, spans, "DATASET", "USES"),
        Edge("x:2", "mink", "USES", 0.9, spans, spans, "TASK", "ADDRESSES"),
    ]
    entity = Entity("mink", "Mink", "DATASET", ("Mink",), 2)
    write_graph(tmp_path / "graph.db", papers, [entity], edges, [], [], [], {})
    with Store(tmp_path / "graph.db") as store:
        lines = list(triples(store))
    plain, odd = (assertion(lines, f"<{BASE}paper/x%3A{n}>", "kg:uses", named(lines, "Mink")) for n in (1, 2))
    assert objects(lines, odd, "kg:statedType") == [term("kg:Task")]
    assert objects(lines, odd, "kg:statedRelation") == [term("kg:addresses")]
    assert objects(lines, plain, "kg:statedType") == objects(lines, plain, "kg:statedRelation") == []


def test_counts_of_an_entity_are_those_of_its_edges_and_results(lines: list[str]) -> None:
    glue, bert, accuracy = (named(lines, name) for name in ("GLUE", "BERT", "accuracy"))
    assert objects(lines, glue, "kg:evaluatedOnByCount") == [f'"3"^^{term("xsd:integer")}']
    assert objects(lines, bert, "kg:comparedWithByCount") == [f'"2"^^{term("xsd:integer")}']
    assert objects(lines, bert, "kg:proposedByCount") == []
    for name, entity in (("kg:on", glue), ("kg:metric", accuracy)):
        results = {subject for subject in subjects(lines, name, entity) if f"<{BASE}r/" in subject}
        assert objects(lines, entity, "kg:resultCount") == [f'"{len(results)}"^^{term("xsd:integer")}']


def one_entity(folder: Path, entity: Entity) -> list[str]:
    papers = [Paper("x:1", "Mink", "", 2020), Paper("x:2", "Mink again", "", 2021)]
    spans = (Span("title", 0, 4),)
    edges = [Edge("x:1", "mink", "PROPOSES", 0.9, spans, spans, "DATASET", "PROPOSES")]
    write_graph(folder / "graph.db", papers, [entity], edges, [], [], [], {})
    with Store(folder / "graph.db") as store:
        return list(triples(store))


def test_introduction_leads_to_the_paper_and_the_assertion_that_shows_it(tmp_path: Path) -> None:
    lines = one_entity(tmp_path, Entity("mink", "Mink", "DATASET", ("Mink",), 1, introduced_by="x:1"))
    mink, paper = named(lines, "Mink"), f"<{BASE}paper/x%3A1>"
    assert objects(lines, mink, "kg:introducedBy") == [paper]
    assert objects(lines, mink, "kg:introductionShownBy") == [assertion(lines, paper, "kg:proposes", mink)]


@pytest.mark.parametrize(
    ("link", "address", "found"),
    [
        ("seeAlso", "https://aclanthology.org/N19-1423", "rdfs:seeAlso"),
        ("exactMatch", "http://www.wikidata.org/entity/Q100", "skos:exactMatch"),
        ("seeAlso", "http://aclanthology.org/N19-1423", None),
        ("seeAlso", "https://evil.example/https://arxiv.org/abs/1", None),
        ("seeAlso", "https://arxiv.org/abs/1> <a:b", None),
        ("sameAs", "https://arxiv.org/abs/1", None),
    ],
)
def test_reviewed_links_are_kept_for_known_hosts(tmp_path: Path, link: str, address: str, found: str | None) -> None:
    lines = one_entity(tmp_path, Entity("mink", "Mink", "DATASET", ("Mink",), 1, links=((link, address),)))
    for name in ("rdfs:seeAlso", "skos:exactMatch"):
        assert objects(lines, named(lines, "Mink"), name) == ([f"<{address}>"] if name == found else [])


def test_abstracts_stand_only_where_they_are_asked_for(corpus: Path, papers: tuple[dict[str, Any], ...]) -> None:
    with Store(corpus / "graph.db") as store:
        assert not [line for line in triples(store) if term("dcterms:abstract") in line.split(" ")[1]]
        lines = list(triples(store, abstracts=True))
    assert len([line for line in lines if line.split(" ")[1] == term("dcterms:abstract")]) == len(papers)
    assert objects(lines, f"<{BASE}dataset>", "void:triples") == [f'"{len(lines)}"^^{term("xsd:integer")}']


def test_retired_ids_still_answer(lines: list[str]) -> None:
    assert objects(lines, f"<{BASE}entity/tlm>", "dcterms:isReplacedBy") == [f"<{BASE}entity/tiny-language-model>"]
    assert objects(lines, f"<{BASE}paper/hf%3A2401.00001>", "dcterms:isReplacedBy") == [OTTER]


def test_partitions_count_the_triples_of_each_property_and_things_of_each_class(lines: list[str]) -> None:
    body = [line for line in lines if not line.startswith(f"<{BASE}dataset")]
    for name, count in (("property", "void:triples"), ("class", "void:entities")):
        for node in objects(lines, f"<{BASE}dataset>", f"void:{name}Partition"):
            (what,), (number,) = objects(lines, node, f"void:{name}"), objects(lines, node, count)
            words = [line.split(" ") for line in body]
            found = [w for w in words if (w[1] if name == "property" else w[2]) == what]
            if name == "class":
                found = [w for w in found if w[1] == term("rdf:type")]
            assert number == f'"{len(found)}"^^{term("xsd:integer")}'


def test_description_names_the_run_and_the_forms(lines: list[str]) -> None:
    (run,) = objects(lines, f"<{BASE}dataset>", "prov:wasGeneratedBy")
    assert objects(lines, run, "rdf:type") == [term("prov:Activity")]
    media = [
        objects(lines, node, "dcat:mediaType")[0] for node in objects(lines, f"<{BASE}dataset>", "dcat:distribution")
    ]
    assert "<https://www.iana.org/assignments/media-types/text/turtle>" in media
    assert len(media) == len(WRITERS)


def test_description_counts_the_triples_of_the_file(lines: list[str]) -> None:
    dataset = f"<{BASE}dataset>"
    assert objects(lines, dataset, "void:triples") == [f'"{len(lines)}"^^{term("xsd:integer")}']
    assert objects(lines, f"<{BASE}dataset/class-Paper>", "void:entities") == [f'"4"^^{term("xsd:integer")}']
    assert objects(lines, dataset, "dcterms:license") == ["<https://spdx.org/licenses/Apache-2.0>"]


def test_adding_a_paper_changes_no_line_about_the_others(folder_of: Any, papers: tuple[dict[str, Any], ...]) -> None:
    few, all_ = folder_of(*papers[:2], name="few"), folder_of(*papers, name="all")
    with Store(few / "graph.db") as a, Store(all_ / "graph.db") as b:
        lost = set(triples(a)) - set(triples(b))
    counts = {term(f"void:{name}") for name in ("triples", "entities", "classes", "properties")}
    counts |= {term(p.term) for p in PROPERTIES if p.term.endswith("Count")}
    assert {line.split(" ")[1] for line in lost} <= counts


def test_ontology_describes_every_type_and_relation() -> None:
    lines = list(ontology())
    for item in (*ENTITY_TYPES.values(), *RELATIONS.values()):
        assert objects(lines, term(f"kg:{item.term}"), "rdfs:label") == [f'"{item.label}"@en']
    assert objects(lines, term("kg:evaluatesOn"), "rdfs:subPropertyOf") == [term("kg:mentions")]
    assert objects(lines, term("kg:mentions"), "rdfs:subPropertyOf") == [term("schema:mentions")]
    assert objects(lines, term("kg:evaluatesOn"), "schema:rangeIncludes") == [term("kg:Benchmark"), term("kg:Dataset")]


def test_terms_are_mapped_to_those_of_other_graphs() -> None:
    lines = list(ontology())
    assert objects(lines, term("kg:Task"), "skos:closeMatch") == sorted(map(term, ("lpwc:task", "orkgc:Problem")))
    assert {name for name in MAPPINGS if not objects(lines, term(name), "rdfs:label")} == set()
    mapped = {part for targets in MAPPINGS.values() for _, part in targets}
    assert {part.partition(":")[0] for part in mapped} == {"lpwc", "lpwcp", "mls", "oa", "orkgc", "orkgp", "schema"}


@pytest.mark.parametrize(("name", "made"), [("ontology.ttl", ontology_turtle), ("shapes.ttl", shapes)])
def test_files_in_the_package_are_what_the_tables_give(name: str, made: Any) -> None:
    assert (resources.files("kg.rdf") / name).read_text(encoding="utf-8") == made()


def test_every_term_used_in_the_namespace_is_in_the_ontology(lines: list[str]) -> None:
    described = {line.split(" ")[0] for line in ontology()}
    used = {word for line in lines for word in line.split('"')[0].split(" ") if word.startswith(f"<{KG}")}
    assert used <= described


def test_base_iri_is_configurable(corpus: Path) -> None:
    with Store(corpus / "graph.db") as store:
        lines = list(triples(store, "https://example.org/my/"))
    assert not [line for line in lines if BASE in line.replace(KG, "")]


@pytest.mark.parametrize(
    "base", ["", "x", "https://a.example", "https://a.example/b", "https://a.example/> <x/", "file:///"]
)
def test_a_base_iri_that_would_break_iris_is_refused(corpus: Path, base: str) -> None:
    with Store(corpus / "graph.db") as store, pytest.raises(UsageError, match="base IRI"):
        next(iter(triples(store, base)))
