"""The saved queries: ten questions, each with an answer; values are bound and cannot become query."""

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.errors import UsageError
from kg.paper import clean
from kg.rdf import query, saved, saved_query, table
from kg.rdf.guard import normalised, refuse

NAMES = [q.name for q in saved()]


def asked(folder: Path, name: str, /, **values: str) -> list[list[str]]:
    return table(query(folder, saved_query(name, values)))[1]


def test_there_are_ten_each_with_title_and_description() -> None:
    assert len(NAMES) == 10
    assert sorted(NAMES) == NAMES
    assert all(q.title and q.about.strip() and all(p.about and p.default for p in q.parameters) for q in saved())


def test_each_has_rows_with_its_defaults(graphs: list[Path]) -> None:
    rows = {(folder, name): len(query(folder, saved_query(name)).rows) for folder in graphs for name in NAMES}
    assert {case for case, n in rows.items() if n == 0} == set()


def test_datasets_are_ranked_by_papers_that_evaluate_on_them(corpus: Path) -> None:
    rows = asked(corpus, "datasets-by-papers")
    assert [row[:4] for row in rows] == [["GLUE", "kg:Benchmark", "3", "3"], ["SQuAD", "kg:Dataset", "2", "2"]]


def test_datasets_used_together_are_counted_once_a_pair(corpus: Path) -> None:
    assert asked(corpus, "datasets-together") == [["GLUE", "SQuAD", "2"]]


def test_metrics_count_papers_and_figures(corpus: Path) -> None:
    assert asked(corpus, "metrics-by-papers") == [["accuracy", "1", "1", "entity:accuracy"]]


def test_systems_are_listed_with_what_they_are_compared_with(corpus: Path) -> None:
    rows = asked(corpus, "systems-compared")
    assert [row[:2] for row in rows] == [["Beaver attention", "BERT"], ["OtterNet", "BERT"]]


def test_tasks_are_listed_with_what_is_proposed_for_them(corpus: Path) -> None:
    assert asked(corpus, "tasks-and-systems") == [
        ["question answering", "2", "Beaver attention", "kg:Method", "Beaver attention"]
    ]


def test_evaluations_come_newest_first_with_their_sentence(corpus: Path) -> None:
    rows = asked(corpus, "evaluated-on", on="squad")
    assert [row[0] for row in rows] == ["2024-02", "2024-01-05"]
    assert rows[0][2] == "On GLUE and SQuAD, Beaver attention is ahead of BERT."


def test_proposers_are_found_by_name_in_any_case(corpus: Path) -> None:
    assert [row[1] for row in asked(corpus, "who-proposes", name="ottERnet")] == ["OtterNet: a small reader"]
    assert asked(corpus, "who-proposes", name="GLUE") == []


def test_results_are_found_by_entity_and_by_unknown_name(corpus: Path) -> None:
    assert [row[:5] for row in asked(corpus, "results-on", on="glue")] == [
        ["accuracy", "81.5", "percent", "absolute", "OtterNet"]
    ]
    assert [row[:5] for row in asked(corpus, "results-on", on="RiverBank")] == [
        ["steps", "3", "times", "ratio", "Beaver attention"]
    ]


def test_evidence_is_found_by_another_name_of_the_entity(corpus: Path) -> None:
    rows = asked(corpus, "evidence-for", name="TLM")
    assert [row[0] for row in rows] == ["kg:mentions", "kg:uses"]
    assert rows[1][1] == "We introduce OtterNet, a Tiny Language Model (TLM)."


def test_company_of_an_entity_is_ranked_by_papers(corpus: Path) -> None:
    rows = asked(corpus, "used-with", name="Transformer")
    assert [row[:3] for row in rows[:2]] == [["BERT", "kg:Model", "2"], ["question answering", "kg:Task", "2"]]


def test_a_backslash_u_in_a_name_is_text(corpus: Path) -> None:
    assert [row[0] for row in asked(corpus, "evidence-for", name="\\u0022")] == ["kg:mentions"]


@given(st.text(st.one_of(st.sampled_from("\"\\'{}<>.#uU0022 "), st.characters()), max_size=40).filter(clean))
@example('x" } SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } #')
@example("\\u0022 } # \\U00000022 \\\\u0022 \\")
@example('" } LIMIT 0 #')
def test_any_value_is_bound_as_the_text_that_it_is(value: str) -> None:
    text = saved_query("evidence-for", {"name": value})
    refuse(normalised(text))
    (line,) = (part for part in text.split("\n") if "VALUES ?name" in part)
    found = pyoxigraph.Store().query(f"SELECT ?name {{ {line} }}")
    assert isinstance(found, pyoxigraph.QuerySolutions)
    assert [solution["name"].value for solution in found] == [clean(value)]
    default = saved_query("evidence-for")
    assert [a for a, b in zip(text.split("\n"), default.split("\n"), strict=True) if a != b] in ([line], [])


def test_unknown_query_names_those_that_exist() -> None:
    with pytest.raises(UsageError, match="datasets-by-papers"):
        saved_query("nope")


@pytest.mark.parametrize(("values", "says"), [({"of": "x"}, "it takes name"), ({"name": " \x00"}, "empty")])
def test_unknown_parameter_and_empty_value_are_refused(values: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        saved_query("evidence-for", values)
