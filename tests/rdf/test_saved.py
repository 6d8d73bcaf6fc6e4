"""The saved queries: twenty-five questions, each with an answer; values are bound and cannot become query."""

from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.errors import UsageError
from kg.paper import clean
from kg.rdf import query, saved, saved_query, table
from kg.rdf.guard import normalised, refuse
from kg.rdf.questions import GROUPS
from kg.store.graph import fold

NAMES = [q.name for q in saved()]


def asked(folder: Path, name: str, /, **values: str) -> list[list[str]]:
    return table(query(folder, saved_query(name, values)))[1]


def test_there_are_twenty_five_in_groups_each_with_title_and_description() -> None:
    assert len(NAMES) == len(set(NAMES)) == 25
    assert list(dict.fromkeys(q.group for q in saved())) == list(GROUPS)
    assert all(q.title and q.about.strip() and all(p.about and p.default for p in q.parameters) for q in saved())


def test_each_has_rows_with_its_defaults(graphs: list[Path]) -> None:
    rows = {(folder, name): len(query(folder, saved_query(name)).rows) for folder in graphs for name in NAMES}
    assert {case for case, n in rows.items() if n == 0} == set()


def test_datasets_are_ranked_by_papers_that_evaluate_on_them(corpus: Path) -> None:
    rows = asked(corpus, "datasets-by-papers")
    assert [row[:5] for row in rows] == [
        ["GLUE", "kg:Benchmark", "3", "3", "2"],
        ["SQuAD", "kg:Dataset", "2", "2", "1"],
    ]


def test_datasets_used_together_are_counted_once_a_pair(corpus: Path) -> None:
    assert asked(corpus, "datasets-together") == [["GLUE", "SQuAD", "2"]]


def test_metrics_count_papers_and_figures(corpus: Path) -> None:
    assert asked(corpus, "metrics-by-papers") == [["accuracy", "1", "1", "entity:accuracy"]]


def test_systems_are_listed_with_what_they_are_compared_with(corpus: Path) -> None:
    rows = asked(corpus, "systems-compared")
    assert [row[:2] for row in rows] == [["Beaver attention", "BERT"], ["ELECTRA", "RoBERTa"], ["OtterNet", "BERT"]]


def test_tasks_are_listed_with_what_is_proposed_for_them(corpus: Path) -> None:
    assert asked(corpus, "tasks-and-systems") == [
        ["natural language understanding", "2", "Beaver attention", "kg:Method", "Beaver attention"]
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
        ["accuracy", "81.5", "percent", "absolute", "OtterNet"],
        ["score", "90", "", "absolute", "DeBERTaV3"],
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
    assert [row[:3] for row in rows[:2]] == [
        ["BERT", "kg:Model", "2"],
        ["natural language understanding", "kg:Task", "2"],
    ]


def test_names_are_found_in_any_case_and_with_hyphens_for_spaces(corpus: Path) -> None:
    found = [asked(corpus, "entity-card", name=name) for name in ("tiny language model", "Tiny-Language_Model", "tlm")]
    assert found[0] == found[1] == found[2]
    assert [row[:4] for row in found[0]] == [["Tiny Language Model", "kg:Method", "2", "TLM"]]


def test_best_figures_are_those_that_no_other_passes(folder_of: Any) -> None:
    def paper(n: int, value: str, unit: str) -> dict[str, Any]:
        says = [
            ("PROPOSES", "MODEL", f"Lynx{n}"),
            ("EVALUATES_ON", "BENCHMARK", "DEN"),
            ("REPORTS", "METRIC", "purr rate"),
        ]
        text = f"We offer Lynx{n}, which has {value} purr rate on DEN."
        figures = [(f"Lynx{n}", "DEN", "purr rate", value, value.rstrip("%"), unit, "absolute")]
        return {"id": f"x:{n}", "title": f"Lynx number {n}", "abstract": text, "says": says, "figures": figures}

    folder = folder_of(paper(1, "81%", "percent"), paper(2, "9%", "percent"), paper(3, "100", ""))
    rows = asked(folder, "best-on", on="den")
    assert [row[:4] for row in rows] == [["purr rate", "", "100", "Lynx3"], ["purr rate", "percent", "81", "Lynx1"]]


def test_years_are_counted(corpus: Path) -> None:
    assert asked(corpus, "papers-by-year") == [["undated", "1"], ["2024", "2"], ["2023", "1"]]
    assert asked(corpus, "entity-by-year", name="bert") == [["2023", "1", "0", "1", "0"], ["2024", "2", "0", "0", "2"]]


def test_the_newest_introductions_come_first_with_the_sentence_that_shows_them(corpus: Path) -> None:
    rows = asked(corpus, "newest")
    assert [row[1] for row in rows] == ["Beaver attention", "OtterNet", "ELECTRA"]
    assert rows[1][3] == "We introduce OtterNet, a Tiny Language Model (TLM)."


def test_a_task_leads_to_its_datasets_and_systems(corpus: Path) -> None:
    assert [row[0] for row in asked(corpus, "datasets-for-task", task="Natural Language-Understanding")] == [
        "GLUE",
        "SQuAD",
    ]
    assert [row[1] for row in asked(corpus, "systems-for-task", task="natural language understanding")] == [
        "Beaver attention"
    ]


def test_results_of_a_system_are_listed_by_dataset(corpus: Path) -> None:
    assert [row[:5] for row in asked(corpus, "results-of", system="otternet")] == [
        ["GLUE", "accuracy", "81.5", "percent", "absolute"],
        ["SQuAD", "", "2", "points", "gain"],
    ]


def test_contents_are_the_counts_of_the_description(corpus: Path) -> None:
    counts = {row[0]: row[2] for row in asked(corpus, "contents")}
    assert (counts["kg:Paper"], counts["kg:evaluatesOn"]) == ("4", "5")


def test_a_backslash_u_in_a_name_is_text(corpus: Path) -> None:
    assert [row[0] for row in asked(corpus, "evidence-for", name="\\u0022")] == ["kg:mentions"]


@given(
    st.text(st.one_of(st.sampled_from("\"\\'{}<>.#uU0022 "), st.characters()), max_size=40).filter(
        lambda v: fold(clean(v))
    )
)
@example('x" } SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } #')
@example("\\u0022 } # \\U00000022 \\\\u0022 \\")
@example('" } LIMIT 0 #')
def test_any_value_is_bound_as_the_text_that_it_is(value: str) -> None:
    text = saved_query("evidence-for", {"name": value})
    refuse(normalised(text))
    (line,) = (part for part in text.split("\n") if "VALUES ?name" in part)
    found = pyoxigraph.Store().query(f"SELECT ?name {{ {line} }}")
    assert isinstance(found, pyoxigraph.QuerySolutions)
    assert [solution["name"].value for solution in found] == [fold(clean(value))]
    default = saved_query("evidence-for")
    assert [a for a, b in zip(text.split("\n"), default.split("\n"), strict=True) if a != b] in ([line], [])


def test_unknown_query_names_those_that_exist() -> None:
    with pytest.raises(UsageError, match="datasets-by-papers"):
        saved_query("nope")


@pytest.mark.parametrize(("values", "says"), [({"of": "x"}, "it takes name"), ({"name": " \x00"}, "empty")])
def test_unknown_parameter_and_empty_value_are_refused(values: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        saved_query("evidence-for", values)
