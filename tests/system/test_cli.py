"""The commands as a user calls them: answers, forms, exit codes, one line for each error."""

import csv
import gzip
import io
import json
import re
import subprocess
import sys

import networkx as nx
import pytest

from kg.cli import main
from kg.cli.main import ALIASES, SECTIONS
from kg.store import Store

from .conftest import PAPERS, ROOT

QUERIES = [("neighbors", "Tiny-LM"), ("show", "Tiny-LM"), ("search", "tiny"), ("path", "Parrot", "HugeNet"), ("stats",)]


def test_every_command_stands_in_the_help_with_an_example(kg):
    told = kg("--help").stdout
    named = {name for names in SECTIONS.values() for name in names}
    assert named == set(main.commands)
    for name in (*named, *ALIASES):
        text = kg(name, "--help").stdout
        assert "Example" in text, name
        assert f"kg {ALIASES.get(name, name)}" in text, name
        assert name in told or name in ALIASES


@pytest.mark.parametrize("query", QUERIES, ids=" ".join)
def test_json_is_one_object_and_jsonl_its_items(query, kg, small_out):
    one = json.loads(kg(*query, "-g", small_out, "--format", "json").stdout)
    assert set(one) == {"query", "items", "shown", "total"}
    assert one["shown"] == len(one["items"]) <= one["total"]
    lines = kg(*query, "-g", small_out, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == one["items"]


@pytest.mark.parametrize("query", QUERIES, ids=" ".join)
def test_csv_and_tsv_have_a_header_and_a_row_an_item(query, kg, small_out):
    items = json.loads(kg(*query, "-g", small_out, "--format", "json").stdout)["items"]
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        text = kg(*query, "-g", small_out, "--format", form).stdout
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        assert len(rows) == len(items) + 1
        assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("query", QUERIES, ids=" ".join)
def test_a_table_in_a_pipe_has_no_escape_codes(query, kg, small_out):
    done = kg(*query, "-g", small_out)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert done.stdout.strip()


def test_neighbors_say_how_through_which_paper_and_in_which_sentence(kg, small_out):
    answer = json.loads(
        kg("neighbors", "tiny lm", "-g", small_out, "--relation", "evaluates on", "--format", "json").stdout
    )
    (item,) = answer["items"]
    assert (item["id"], item["type"], item["relation"], item["distance"]) == (
        "quizbench",
        "BENCHMARK",
        "EVALUATES_ON",
        1,
    )
    (via,) = item["via"]
    abstract = next(p[3] for p in PAPERS if p[0] == via["paper"])
    assert abstract[via["start"] : via["end"]] == via["sentence"]
    assert "QuizBench" in via["sentence"]
    assert kg("neighbours", "tiny lm", "-g", small_out).stdout == kg("neighbors", "tiny lm", "-g", small_out).stdout


def test_an_acronym_finds_what_it_stands_for(kg, small_out):
    item = json.loads(kg("show", "RWR", "-g", small_out, "--format", "json").stdout)["items"][0]
    assert (item["label"], item["papers"]) == ("random word removal", 2)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["neighbors"], 2, "NAME"),
        (["nonsense"], 2, "nonsense"),
        (["neighbors", "Tiny-LM", "--type", "planet"], 2, "planet"),
        (["neighbors", "Tiny-LM", "--depth", "0"], 2, "depth"),
        (["show", "Tinny-LM"], 1, "Tiny-LM"),
        (["show", "xyzxyzxyz"], 1, "xyzxyzxyz"),
        (["sparql", "SELECT ?x WHERE { ?x"], 2, "query"),
        (["sparql", "DROP ALL"], 2, ""),
        (["sparql"], 2, "query"),
        (["sparql", "--saved", "nothing"], 2, "nothing"),
        (["sparql", "--saved", "evaluated-on", "--set", "on"], 2, "KEY=VALUE"),
        (["sparql", "-f", "missing.rq"], 1, "missing.rq"),
        (["export", "--format", "docx"], 2, "docx"),
        (["export", "-o", "no/such/folder/graph.ttl"], 1, "folder"),
        (["view", "--focus", "xyzxyzxyz"], 1, "xyzxyzxyz"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else None,
)
def test_errors_are_one_line_with_the_right_exit_code(arguments, code, told, kg, small_out):
    graph = [] if arguments == ["nonsense"] else ["-g", small_out]
    done = kg(*arguments, *graph)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert told in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("command", [("stats",), ("neighbors", "x"), ("sparql", "ASK {}"), ("view",), ("export",)])
def test_no_graph_is_one_line_that_says_what_to_do(command, kg):
    done = kg(*command, "-g", "nowhere")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert "kg build" in done.stderr


@pytest.mark.parametrize("data", [b"", b"not a database", b"SQLite format 3\0" + bytes(200)])
def test_a_damaged_graph_is_one_line(data, kg, tmp_path):
    (tmp_path / "graph.db").write_bytes(data)
    done = kg("stats", "-g", tmp_path)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)


def test_export_writes_what_it_says(kg, small_out, tmp_path):
    import pyoxigraph

    counts = set()
    for form, known in (("ttl", "TURTLE"), ("nt", "N_TRIPLES"), ("jsonld", "JSON_LD")):
        assert kg("export", "--format", form, "-o", f"g.{form}", "-g", small_out).returncode == 0
        data = (tmp_path / f"g.{form}").read_bytes()
        counts.add(len(set(pyoxigraph.parse(data, getattr(pyoxigraph.RdfFormat, known)))))
    assert len(counts) == 1
    assert (tmp_path / "g.ttl").read_bytes() == (small_out / "graph.ttl").read_bytes()
    kg("export", "--format", "graphml", "-o", "g.graphml", "-g", small_out)
    assert nx.read_graphml(tmp_path / "g.graphml").number_of_edges() == sum(len(p[4]) for p in PAPERS)
    data = json.loads(kg("export", "--format", "json", "-g", small_out).stdout)
    assert nx.node_link_graph(data, edges="edges").number_of_edges() == sum(len(p[4]) for p in PAPERS)
    rows = list(csv.DictReader(io.StringIO(kg("export", "--format", "csv", "-g", small_out).stdout)))
    assert {r["relation"] for r in rows} >= {"PROPOSES", "EVALUATES_ON"}
    assert all(r["sentence"] for r in rows)


def test_a_name_that_ends_in_gz_is_compressed_and_always_the_same(kg, small_out, tmp_path):
    for name in ("a.nt.gz", "b.nt.gz"):
        assert kg("export", "--format", "nt", "-o", name, "-g", small_out).returncode == 0
    assert (tmp_path / "a.nt.gz").read_bytes() == (tmp_path / "b.nt.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.nt.gz").read_bytes()).startswith(b"<")


def test_sparql_answers_select_ask_construct_and_describe(kg, small_out):
    ask = kg("sparql", "ASK { ?p kg:proposes entity:tiny-lm }", "-g", small_out)
    assert ask.stdout.strip() == "yes"
    select = "SELECT ?l WHERE { ?b a kg:Benchmark ; skos:prefLabel ?l }"
    assert kg("sparql", select, "-g", small_out, "--format", "csv").stdout.split() == ["l", "QuizBench"]
    assert "QuizBench" in kg("sparql", select, "-g", small_out).stdout
    for query in ("CONSTRUCT { ?p kg:uses ?e } WHERE { ?p kg:uses ?e }", "DESCRIBE entity:tiny-lm"):
        assert (
            "Tiny" in kg("sparql", query, "-g", small_out).stdout
            or "tiny-lm" in kg("sparql", query, "-g", small_out).stdout
        )


def test_saved_queries_are_listed_and_their_parameters_bound(kg, small_out):
    listed = json.loads(kg("sparql", "--saved", "list", "--format", "json").stdout)
    assert len(listed) >= 10
    done = kg("sparql", "--saved", "evaluated-on", "--set", "on=quizbench", "-g", small_out, "--format", "csv")
    assert "Tiny-LM" in done.stdout
    hostile = kg(
        "sparql", "--saved", "evaluated-on", "--set", 'on=x" } } DROP ALL #', "-g", small_out, "--format", "csv"
    )
    assert hostile.returncode == 0
    assert len(hostile.stdout.splitlines()) == 1


def test_extract_passes_facts_on_and_resolve_adds_ids(kg, facts_file, tmp_path):
    assert kg("extract", facts_file, "-o", "again.jsonl").returncode == 0
    lines = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == [p[0] for p in PAPERS]
    done = kg("resolve", "again.jsonl")
    ids = [[e["id"] for e in json.loads(line)["entities"]] for line in done.stdout.splitlines()]
    assert ids[1][0] == ids[2][0] == "random-word-removal"


def test_the_view_of_a_neighbourhood_is_smaller_than_the_whole(kg, small_out, tmp_path):
    assert kg("view", "-o", "all.html", "-g", small_out).returncode == 0
    assert kg("view", "--focus", "Parrot", "-o", "part.html", "-g", small_out).returncode == 0
    assert (tmp_path / "all.html").read_bytes() == (small_out / "graph.html").read_bytes()
    part = (tmp_path / "part.html").read_text()
    assert "Parrot" in part
    assert "A look at RWR" not in part


def test_check_finds_nothing_wrong(kg, small_out):
    done = kg("check", small_out)
    assert (done.returncode, done.stdout.strip()) == (0, f"{small_out}: no faults")


def test_a_reader_that_goes_away_is_no_error(small_out):
    command = f"{sys.executable} -m kg export --format nt -g {small_out} | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stderr == ""


def test_nothing_in_a_title_reaches_the_terminal_or_the_spreadsheet(kg, tmp_path):
    title = "=HYPERLINK(1) \x1b[31m\u202ered"
    paper = {"kg": "facts/1", "id": "x:1", "title": title, "abstract": "We use @SUM."}
    entity = {
        "label": "@SUM",
        "type": "METHOD",
        "relation": "USES",
        "mentions": [{"field": "abstract", "start": 7, "end": 11}],
    }
    (tmp_path / "f.jsonl").write_text(json.dumps({**paper, "entities": [entity]}))
    assert kg("build", "f.jsonl", "-o", "out").returncode == 0
    shown = kg("show", "x:1").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    row = next(iter(csv.DictReader(io.StringIO(kg("export", "--format", "csv").stdout))))
    assert row["title"].startswith("'=")
    assert row["label"].startswith("'@")
    with Store(tmp_path / "out" / "graph.db") as store:
        assert next(store.papers()).title == "=HYPERLINK(1) [31m\u202ered"


@pytest.fixture(scope="module")
def gold(tmp_path_factory):
    entities = [
        {"names": ["WalrusBERT"], "type": "MODEL", "relation": "PROPOSES"},
        {"names": ["GLUE"], "type": "BENCHMARK", "relation": "EVALUATES_ON"},
    ]
    papers = [
        {"id": f"x:{n}", "title": f"WalrusBERT {n}", "abstract": "We test WalrusBERT on GLUE.", "entities": entities}
        for n in range(3)
    ]
    file = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    file.write_text("".join(json.dumps(p) + "\n" for p in papers), encoding="utf-8")
    return file


def test_evaluate_prints_scores_with_intervals_and_types_on_request(kg, gold, tmp_path):
    plain = kg("evaluate", gold).stdout
    assert re.search(r"^mentions, all types +\d\.\d{3} +\d\.\d{3} +\d\.\d{3} +\d\.\d{3} to \d\.\d{3}", plain, re.M)
    assert re.search(r"^results, whole ", plain, re.M)
    assert plain.endswith("3 papers\n")
    assert "BENCHMARK" not in plain
    done = kg("evaluate", gold, "--by", "type", "-o", tmp_path / "scores.txt")
    assert not done.stdout
    text = (tmp_path / "scores.txt").read_text(encoding="utf-8")
    assert re.search(r"^  BENCHMARK +\d", text, re.M)
    assert [line for line in text.splitlines() if not re.match(r"  [A-Z]+ ", line)] == plain.splitlines()


def test_evaluate_gives_json_to_a_file_even_where_the_least_is_not_reached(kg, gold, tmp_path):
    file = tmp_path / "scores.json"
    done = kg("evaluate", gold, "--format", "json", "-o", file, "--min", "1")
    record = json.loads(file.read_text(encoding="utf-8"))
    assert record["papers"] == 3
    assert record["measures"]["mentions"]["value"] == record["mentions"]["f1"]
    assert done.returncode == (0 if record["mentions"]["f1"] == 1 else 3)
    assert kg("evaluate", gold.with_name("nothing")).returncode == 1
