"""Answers as tables, JSON, JSON Lines, CSV and TSV."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.cli.render import plain, rows, separated
from kg.query import Answer

ITEMS = [
    {"id": "a", "label": 'β-Net, "quoted"', "papers": 2, "via": [{"x": 1}]},
    {"id": "b", "label": "[bold]x[/bold] :smile:\nnext", "papers": 11, "via": []},
]
ANSWER = Answer({"q": "β"}, ITEMS, 5)
FORMULAS = ["=1+1", "+1+1", "-1+1", "@x", "\tx", "=HYPERLINK(1)", "-x", "+", "--1", "-1-"]


@pytest.fixture
def printed(capsys, monkeypatch):
    """A function: an answer in a form to (standard output, standard error)."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(answer, form, columns=("label", "papers"), **more):
        rows(answer, form, columns, **more)
        captured = capsys.readouterr()
        return captured.out, captured.err

    return run


def test_json_is_one_object_of_the_contract(printed):
    out, err = printed(ANSWER, "json")
    assert json.loads(out) == {"query": {"q": "β"}, "items": ITEMS, "shown": 2, "total": 5}
    assert err == ""
    assert "β" in out


def test_json_lines_are_the_items(printed):
    out, err = printed(ANSWER, "jsonl")
    assert [json.loads(line) for line in out.splitlines()] == ITEMS
    assert err == ""


def test_csv_has_a_header_and_every_member_of_the_flat_items(printed):
    out, err = printed(ANSWER, "csv", flatten=lambda i: {k: v for k, v in i.items() if k != "via"})
    assert list(csv.DictReader(io.StringIO(out))) == [
        {"id": i["id"], "label": i["label"], "papers": str(i["papers"])} for i in ITEMS
    ]
    assert err == ""


def test_an_empty_answer_has_a_header_in_csv_and_nothing_on_standard_output_as_a_table(printed):
    empty = Answer({"q": 1}, [], 0)
    assert printed(empty, "csv") == ("label,papers\n", "")
    assert printed(empty, "tsv") == ("label\tpapers\n", "")
    assert printed(empty, "jsonl") == ("", "")
    assert json.loads(printed(empty, "json")[0])["items"] == []
    assert printed(empty, "table") == ("", "nothing found\n")


def test_a_table_shows_its_columns_and_says_on_standard_error_that_there_is_more(printed):
    out, err = printed(ANSWER, "table")
    assert "β-Net" in out
    assert "papers" in out
    assert "\x1b" not in out
    assert err == "2 of 5; --limit shows more\n"
    assert printed(Answer({}, ITEMS, 2), "table")[1] == ""


def test_a_table_reads_no_markup_or_emoji_codes_in_texts(printed):
    assert "[bold]x[/bold] :smile:" in printed(ANSWER, "table")[0]


def test_a_table_loses_no_word_of_a_long_text(printed):
    words = [f"word{n}" for n in range(200)]
    out, _ = printed(Answer({}, [{"label": " ".join(words), "papers": None}], 1), "table")
    assert out.split()[-200:] == words
    assert all(len(line) <= 120 for line in out.splitlines())


def test_marks_of_direction_are_left_out_in_a_terminal():
    assert plain("a\u202eb\u2066c\u200fd") == "abcd"
    assert plain(None) == "None"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_of_csv_is_never_a_formula(text):
    (_, (cell,)) = csv.reader(io.StringIO(separated(["h"], [[text]], "csv"), newline=""))
    assert cell == f"'{text}"


@pytest.mark.parametrize("value", [0, -5, 1.5, -0.25, "-3.6", "91", "x=1", "", None])
def test_numbers_and_other_texts_stay_as_they_are_in_csv(value):
    (_, row) = csv.reader(io.StringIO(separated(["h", "i"], [[value, "x"]], "csv")))
    assert row == ["" if value is None else str(value), "x"]


#: Texts of a graph hold no control characters.
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")))
CELLS = st.lists(st.lists(TEXT | st.none() | st.integers(), min_size=2, max_size=2), max_size=4)


@given(CELLS)
def test_every_row_of_tsv_is_one_line_of_as_many_cells(body):
    lines = separated(["a", "b"], body, "tsv").split("\n")
    assert len(lines) == len(body) + 2
    assert all(len(line.split("\t")) == 2 for line in lines[:-1])


@given(CELLS)
def test_csv_reads_back_but_for_the_marks_before_formulas(body):
    _, *back = csv.reader(io.StringIO(separated(["a", "b"], body, "csv"), newline=""))
    texts = [["" if v is None else str(v) for v in row] for row in body]
    assert [[c.removeprefix("'") for c in row] for row in back] == [[c.removeprefix("'") for c in row] for row in texts]
