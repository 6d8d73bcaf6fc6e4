"""SPARQL: answers and their formats, what is refused, and the limits of a query."""

import csv
import io
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import rdflib

from kg.errors import DataError, UsageError
from kg.rdf import query, render, saved, table, unknown_terms
from kg.rdf.guard import normalised, refuse
from kg.rdf.terms import prefixes

BASE = "https://w3id.org/kg-papers/"


def test_select_knows_the_prefixes_of_the_model(corpus: Path) -> None:
    answer = query(corpus, "SELECT ?name WHERE { ?paper kg:evaluatesOn/skos:prefLabel ?name } ORDER BY DESC(?name)")
    assert answer.kind == "select"
    assert [row[0].value for row in answer.rows if row[0]] == ["SQuAD"] * 2 + ["GLUE"] * 3


def test_own_prefix_takes_the_place_of_a_known_one(corpus: Path) -> None:
    text = "PREFIX kg: <http://www.w3.org/2004/02/skos/core#> SELECT ?e { ?e kg:prefLabel 'OtterNet' }"
    assert table(query(corpus, text))[1] == [["entity:otternet"]]


def test_prefixes_follow_the_base_iri_of_the_graph(folder_of: Any) -> None:
    folder = folder_of(base_iri="https://example.org/kg#")
    assert table(query(folder, "SELECT ?p { ?p kg:proposes entity:electra }"))[1][0][0].startswith("paper:sha")


def test_ask_answers_yes_and_no(corpus: Path) -> None:
    assert query(corpus, "ASK { ?p kg:proposes entity:otternet }").truth is True
    assert query(corpus, "ASK { ?p kg:evaluatesOn entity:otternet }").truth is False


def test_construct_gives_sorted_triples(corpus: Path) -> None:
    answer = query(corpus, "CONSTRUCT { ?e rdfs:label ?n } WHERE { ?e a kg:Model ; skos:prefLabel ?n }")
    assert answer.kind == "graph"
    assert len(answer.triples) == 5
    assert list(answer.triples) == sorted(answer.triples)
    assert len(rdflib.Graph().parse(data=render(answer, "ttl"), format="turtle")) == 5


def test_describe_gives_the_triples_of_the_subject(corpus: Path) -> None:
    answer = query(corpus, "DESCRIBE entity:tiny-language-model")
    assert {line.split(" ")[0] for line in answer.triples} == {f"<{BASE}entity/tiny-language-model>"}
    assert any('"TLM"' in line for line in answer.triples)


def test_rows_are_sorted_where_the_query_leaves_their_order_open(corpus: Path) -> None:
    rows = table(query(corpus, "SELECT ?n { ?e a skos:Concept ; skos:prefLabel ?n }"))[1]
    assert rows == sorted(rows)


def test_order_of_a_subquery_is_not_that_of_the_rows(corpus: Path) -> None:
    inner = "SELECT ?n { ?e a skos:Concept ; skos:prefLabel ?n } ORDER BY DESC(?n)"
    rows = table(query(corpus, f"SELECT ?n {{ {{ {inner} }} }}"))[1]
    assert rows == sorted(rows)


def test_unbound_values_are_empty_cells(corpus: Path) -> None:
    answer = query(corpus, "SELECT ?p ?d { ?p a kg:Paper OPTIONAL { ?p dcterms:issued ?d } }")
    assert [row[1] is None for row in answer.rows].count(True) == 1
    assert ["paper:arxiv%3A2402.00002", "2024-02"] in table(answer)[1]


def test_json_is_that_of_the_sparql_standard(corpus: Path) -> None:
    answer = query(corpus, "SELECT ?e ?c { ?e skos:prefLabel 'OtterNet' ; kg:paperCount ?c }")
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert json.loads(render(answer, "json")) == {
        "head": {"vars": ["e", "c"]},
        "results": {
            "bindings": [
                {
                    "e": {"type": "uri", "value": f"{BASE}entity/otternet"},
                    "c": {"type": "literal", "value": "1", "datatype": integer},
                }
            ]
        },
    }
    assert json.loads(render(query(corpus, "ASK {}"), "json")) == {"head": {}, "boolean": True}


def test_xml_is_read_back_by_oxigraph_and_rdflib(corpus: Path) -> None:
    text = 'SELECT ?t ("x"@en AS ?l) (1.5 AS ?n) { ?p dcterms:title ?t OPTIONAL { ?p kg:venue ?v } }'
    answer = query(corpus, text)
    xml = render(answer, "xml")
    read = pyoxigraph.parse_query_results(xml, format=pyoxigraph.QueryResultsFormat.XML)
    assert isinstance(read, pyoxigraph.QuerySolutions)
    titles = [row[0].value for row in answer.rows if row[0]]
    assert [(s["t"].value, s["l"].language, s["n"].value) for s in read] == [(t, "en", "1.5") for t in titles]
    assert [str(row["t"]) for row in rdflib.query.Result.parse(io.BytesIO(xml.encode()), format="xml")] == titles
    yes = pyoxigraph.parse_query_results(
        render(query(corpus, "ASK {}"), "xml"), format=pyoxigraph.QueryResultsFormat.XML
    )
    assert bool(yes) is True


@pytest.mark.parametrize(
    ("form", "known"), [("ttl", "turtle"), ("nt", "nt"), ("trig", "trig"), ("json", "json-ld"), ("xml", "xml")]
)
@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
def test_triples_are_given_in_every_format_of_rdf(corpus: Path, form: str, known: str) -> None:
    answer = query(corpus, "CONSTRUCT { ?e rdfs:label ?n } WHERE { ?e a kg:Model ; skos:prefLabel ?n }")
    graph = rdflib.Dataset() if known == "trig" else rdflib.Graph()
    graph.parse(data=render(answer, form), format=known)
    assert len(graph) == len(answer.triples) == 5


def test_an_answer_that_passes_the_cap_is_cut_and_says_so(corpus: Path) -> None:
    text = "SELECT ?t { ?p dcterms:title ?t ; a kg:Paper } ORDER BY ?t"
    whole, cut, exact = query(corpus, text), query(corpus, text, rows=3), query(corpus, text, rows=4)
    assert (len(cut.rows), cut.cut) == (3, True)
    assert cut.rows == whole.rows[:3]
    assert (len(exact.rows), exact.cut, whole.cut) == (4, False, False)
    described = query(corpus, "CONSTRUCT WHERE { ?s ?p ?o }", rows=5)
    assert (len(described.triples), described.cut) == (5, True)


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("SELECT * { ?p kg:evaluateOn ?d }", ["kg:evaluateOn is no term of the model; did you mean kg:evaluatesOn?"]),
        ("SELECT * { ?p <https://w3id.org/kg-papers/ns#zzz> ?d }", ["kg:zzz is no term of the model"]),
        ("SELECT * { ?p kg:uses 'kg:nothing' . ?p a kg:Paper }", []),
        ("PREFIX kg: <http://x.example/> SELECT * { ?p kg:nothing ?o }", []),
    ],
)
def test_terms_that_the_model_has_not_are_noted(text: str, notes: list[str]) -> None:
    assert unknown_terms(text) == notes


def test_saved_queries_name_terms_of_the_model_only() -> None:
    assert [note for item in saved() for note in unknown_terms(item.text)] == []


def test_json_is_read_back_by_oxigraph(corpus: Path) -> None:
    answer = query(corpus, 'SELECT ?t ("x"@en AS ?l) { ?p dcterms:title ?t OPTIONAL { ?p kg:venue ?v } }')
    read = pyoxigraph.parse_query_results(render(answer, "json"), format=pyoxigraph.QueryResultsFormat.JSON)
    assert isinstance(read, pyoxigraph.QuerySolutions)
    assert [s["t"].value for s in read] == [row[0].value for row in answer.rows if row[0]]


def test_csv_and_tsv_keep_awkward_texts(corpus: Path) -> None:
    answer = query(corpus, "SELECT ?t { ?p dcterms:title ?t FILTER(CONTAINS(?t, 'quotes')) }")
    title = 'Of "quotes" \\ and <angles> . <a> <b> "c" .'
    assert list(csv.reader(io.StringIO(render(answer, "csv")))) == [["t"], [title]]
    assert render(answer, "tsv").split("\n")[:2] == ["?t", '"Of \\"quotes\\" \\\\ and <angles> . <a> <b> \\"c\\" ."']


def test_the_same_query_twice_gives_the_same_bytes(corpus: Path) -> None:
    text = "SELECT ?p (COUNT(*) AS ?n) { ?p ?r ?e . ?e a skos:Concept } GROUP BY ?p ORDER BY ?n LIMIT 3"
    assert render(query(corpus, text), "json") == render(query(corpus, text), "json")


def test_format_that_does_not_fit_is_refused(corpus: Path) -> None:
    with pytest.raises(UsageError, match="format"):
        render(query(corpus, "ASK {}"), "ttl")


S = "SERVICE <http://127.0.0.1:9/> { ?a ?b ?c }"
HOSTILE = [
    f"SELECT * {{ {S} }}",
    f"SELECT * {{ ?s ?p ?o . {S.replace('SERVICE', 'service SILENT')} }}",
    f"SELECT * {{ ?s ?p ?o # a comment\n {S} }}",
    f"SELECT * {{ ?s ?p ?o # a comment\r {S}\n }}",
    f"SELECT * {{ {{ SELECT * {{ {S} }} }} }}",
    f"SELECT * {{ ?s ?p ?o FILTER EXISTS {{ {S} }} }}",
    f"SELECT * {{ ?s ?p ?o FILTER NOT EXISTS {{ ?s ?p ?o OPTIONAL {{ {S} }} }} }}",
    f"SELECT * {{ ?s ?p ?o FILTER(1 = 2 || EXISTS {{ {S} }}) }}",
    f"SELECT (EXISTS {{ {S} }} AS ?x) {{}}",
    f"SELECT * {{ BIND(EXISTS {{ {S} }} AS ?x) }}",
    f"SELECT ?s {{ ?s ?p ?o }} GROUP BY ?s HAVING (EXISTS {{ {S} }})",
    f"SELECT ?s {{ ?s ?p ?o }} ORDER BY (EXISTS {{ {S} }})",
    f"SELECT ?s {{ ?s ?p ?o }} GROUP BY (EXISTS {{ {S} }} AS ?s)",
    f"SELECT * {{ GRAPH ?g {{ {S} }} }}",
    f"SELECT * {{ {{ ?s ?p ?o }} UNION {{ {S} }} }}",
    f"SELECT * {{ ?s ?p ?o MINUS {{ {S} }} }}",
    "SELECT * { BIND(<http://127.0.0.1:9/> AS ?e) SERVICE ?e { ?a ?b ?c } }",
    f"ASK {{ {S} }}",
    f"CONSTRUCT {{ ?a ?b ?c }} WHERE {{ {S} }}",
    f"DESCRIBE ?a WHERE {{ {S} }}",
    r'SELECT * { ?s ?p "a\u0022 #" . ' + S + "\n }",
    r"SELECT * { FILTER(STRLEN('a\u0027) #') > 0) " + S + " }",
    r'SELECT * { FILTER(STRLEN("a\u0022) \u0023") > 0) ' + S + "\n }",
    r'SELECT * { FILTER(STRLEN("a\\") > 0) ' + S + r' FILTER("\"" = "") }',
    r"SELECT * { <http://x/\u003E#> ?p ?o . " + S + " }",
    "SELECT * { ?s ?p '''a' # ''' . " + S + " }",
    r"SELECT * { S\u0045RVICE <http://127.0.0.1:9/> { ?a ?b ?c } }",
    r"SELECT * { \u0053ERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }",
    "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT * FROM NAMED <http://127.0.0.1:9/> { GRAPH ?g { ?s ?p ?o } }",
    "ASK FROM <http://127.0.0.1:9/> { ?s ?p ?o }",
    "CONSTRUCT FROM <http://127.0.0.1:9/> WHERE { ?s ?p ?o }",
    "DESCRIBE <http://x/> FROM <http://127.0.0.1:9/>",
    "LOAD <file:///etc/passwd>",
    "LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <http://x/>",
    "INSERT DATA { <a:a> <a:b> 1 }",
    "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE DATA { <a:a> <a:b> 1 }",
    "WITH <a:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "CLEAR ALL",
    "DROP GRAPH <a:g>",
    "CREATE GRAPH <a:g>",
    "COPY <a:g> TO <a:h>",
    "MOVE <a:g> TO <a:h>",
    "ADD <a:g> TO <a:h>",
    "SELECT * { ?s ?p ?o } ; DROP ALL",
    "PREFIX a: <a:> CLEAR DEFAULT",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_reaches_out_or_changes_things_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as error:
        refuse(normalised(text))
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)


HARMLESS = [
    "SELECT * { ?s ?p 'SERVICE <http://x/> { ?a ?b ?c }' }",
    'SELECT * { ?s ?p """LOAD <file:///x>\n DROP ALL""" }',
    "SELECT * { ?s ?p ?o } # SERVICE <http://x/> { ?a ?b ?c }",
    "# INSERT DATA { <a:a> <a:b> 1 }\nASK { ?s ?p ?o }",
    "SELECT * { ?service ?from ?load }",
    "SELECT ?from { ?from a <http://x/SERVICE#FROM> }",
    "PREFIX service: <http://x/> SELECT * { service:load service:from ?clear }",
    "SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?o), 'FROM <http://x/>')) }",
    r"SELECT * { ?s ?p 'a\u0027b' }",
    r"SELECT * { ?s ?p 'a\\' . ?s ?p 'SERVICE' }",
    r"SELECT * { ?s <http://x/\u0041> ?o }",
    "SELECT * { GRAPH ?g { ?s ?p ?o } }",
    "SELECT (COUNT(DISTINCT ?s) AS ?n) (GROUP_CONCAT(?o; SEPARATOR=', ') AS ?all) { ?s ?p ?o } GROUP BY ?p",
    "SELECT * { ?s kg:evidence/kg:inPaper|^kg:hasResult* ?o } ORDER BY ?s LIMIT 5 OFFSET 2",
    "SELECT * { VALUES (?a ?b) { (1 UNDEF) ('x'@en <a:b>) } OPTIONAL { ?a ?b ?c } MINUS { ?c ?d ?e } }",
    "DESCRIBE ?s WHERE { ?s a kg:Model }",
    "CONSTRUCT WHERE { ?s ?p ?o }",
    "\ufeffSELECT * { ?s ?p ?o }",
    "SELECT * {\r\n ?s ?p ?o # SERVICE\r\n }",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_queries_pass_whatever_words_they_hold(text: str) -> None:
    refuse(normalised(text))
    pyoxigraph.Store().query(normalised(text), prefixes=prefixes(BASE))


@pytest.mark.parametrize("where", ["{ %s }", "{ ?s ?p ?o FILTER EXISTS { %s } }"])
def test_a_refused_query_opens_no_connection(corpus: Path, where: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        service = f"SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?a ?b ?c }}"
        with pytest.raises(UsageError, match="SERVICE"):
            query(corpus, "SELECT * " + where % service)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()


_SLIPPED = """
import sys
import pyoxigraph
from kg.rdf.worker import _shut_doors
_shut_doors(10, 1024)
for what in (lambda: open("/etc/hostname"), lambda: __import__("socket").socket(),
             lambda: list(pyoxigraph.Store().query("SELECT * { SERVICE <http://127.0.0.1:%s/> { ?a ?b ?c } }"))):
    try:
        what()
        print("open")
    except (OSError, ImportError):
        print("shut")
"""


PATTERNS = ["?s ?p ?o", "?s kg:uses/skos:prefLabel ?o . FILTER(STRLEN(?o) > 2)", "VALUES ?s { 'SERVICE' <a:b> }", ""]
WRAPPINGS = ["%s", "{ %s }", "OPTIONAL { %s }", "{ SELECT * { %s } }", "?a ?b ?c MINUS { %s }", "GRAPH ?g { %s }"]
DISGUISES = {
    "plain": lambda text: text,
    "comments": lambda text: text.replace(" ", " # } FROM\n"),
    "case": str.swapcase,
    "tabs": lambda text: text.replace(" ", "\t\n"),
}
FORMS = ["SELECT * { %s }", "ASK { %s }", "CONSTRUCT { ?x ?y ?z } WHERE { %s }", "DESCRIBE ?s WHERE { %s }"]
REACHING = ["SERVICE <http://127.0.0.1:9/> { ?x ?y ?z }", "SERVICE SILENT ?s { %s }"]
#: Every way of reaching out, in every wrapping and disguise.
MADE_HOSTILE = [
    form % (wrapping % (f"{pattern} . " if pattern.startswith("?") else pattern) + disguise(reach.replace("%s", "")))
    for form in FORMS[:2]
    for wrapping in WRAPPINGS
    for pattern in PATTERNS
    for disguise in DISGUISES.values()
    for reach in REACHING
]
MADE_HARMLESS = [
    form % disguise(wrapping % pattern).replace("KG:", "kg:").replace("SKOS:", "skos:")
    for form in FORMS
    for wrapping in WRAPPINGS
    for pattern in PATTERNS[:3]
    for name, disguise in DISGUISES.items()
    if name != "case"
]

_WATCHED = """
import json, sys
from kg.errors import UsageError
from kg.rdf.guard import normalised, refuse
import pyparsing, rdflib.plugins.sparql.parser
refuse("ASK {}")
events = []
touching = ("open", "socket.", "os.", "subprocess")
sys.addaudithook(lambda name, _: events.append(name) if name.startswith(touching) else None)
codes = []
for text in json.load(sys.stdin):
    try:
        refuse(normalised(text))
        codes.append(0)
    except UsageError as error:
        codes.append(error.exit_code)
print(json.dumps([codes, events]))
"""


def watched(texts: list[str]) -> tuple[list[int], list[str]]:
    """The exit code for each query, and every file, socket or process that the guard touched."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    codes, events = json.loads(done.stdout)
    return codes, events


def test_hundreds_of_hostile_queries_are_refused_and_open_nothing() -> None:
    texts = list(dict.fromkeys([*HOSTILE, *MADE_HOSTILE]))
    assert len(texts) >= 200
    codes, events = watched(texts)
    assert [text for text, code in zip(texts, codes, strict=True) if code != 2] == []
    assert events == []


def test_hundreds_of_harmless_queries_pass_the_guard_and_run() -> None:
    texts = list(dict.fromkeys([*HARMLESS, *MADE_HARMLESS]))
    assert len(texts) >= 200
    codes, events = watched(texts)
    assert [text for text, code in zip(texts, codes, strict=True) if code != 0] == []
    assert events == []
    for text in texts:
        pyoxigraph.Store().query(normalised(text), prefixes=prefixes(BASE))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_the_process_of_a_query_can_open_neither_files_nor_sockets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = _SLIPPED % listener.getsockname()[1]
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        listener.settimeout(0)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert done.stdout.split() == ["shut"] * 3


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("SELECT ?x WHERE {\n ?x kg:uses ?y\n", 3, "expected"),
        ("SELECT ?x WHERE {\n ?x nope:uses ?y }", 2, "prefix"),
        ("SELEKT * { ?s ?p ?o }", 1, "expected"),
    ],
)
def test_a_query_that_does_not_parse_names_its_line(corpus: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        query(corpus, text)
    assert f"line {line}," in str(error.value)
    assert ">>>" in str(error.value) or "ends too early" in str(error.value)


@pytest.mark.parametrize("text", ["", " \n", "x" * 100_001])
def test_empty_and_huge_queries_are_refused(corpus: Path, text: str) -> None:
    with pytest.raises(UsageError):
        query(corpus, text)


def test_deep_nesting_is_an_error_and_no_crash(corpus: Path) -> None:
    with pytest.raises((UsageError, DataError)):
        query(corpus, "SELECT * " + "{ " * 3000 + "?s ?p ?o" + " }" * 3000, timeout=20)


TRIPLE = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_a_query_that_takes_too_long_is_ended(corpus: Path) -> None:
    with pytest.raises(DataError, match="seconds") as error:
        query(corpus, TRIPLE, timeout=1)
    assert error.value.exit_code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
@pytest.mark.parametrize("order", ["", "ORDER BY ?l ?k ?j"])
def test_a_query_that_takes_too_much_memory_is_ended(corpus: Path, order: str) -> None:
    with pytest.raises(DataError, match="memory"):
        query(corpus, TRIPLE.replace("(COUNT(*) AS ?n)", "*") + order, megabytes=100)


def test_folder_without_a_graph_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="kg build"):
        query(tmp_path, "ASK {}")


def test_damaged_graph_is_an_error_of_data(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text("<a:b> <a:c> ")
    with pytest.raises(DataError, match=r"graph\.ttl"):
        query(tmp_path, "ASK {}")


def test_importing_kg_rdf_loads_no_engine() -> None:
    code = "import sys, kg.rdf; print(sorted({'rdflib', 'pyoxigraph', 'spacy', 'networkx'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
