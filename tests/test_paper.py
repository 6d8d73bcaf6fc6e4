"""Papers from JSON: what is kept, cleaned, ignored and refused."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordError
from kg.paper import MAX_ABSTRACT, MAX_TITLE, Paper, Skipped, clean, paper_from_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.text())
def test_clean_text_has_single_spaces_and_no_control_characters(text):
    cleaned = clean(text)
    assert cleaned == " ".join(cleaned.split())
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in cleaned)
    assert clean(cleaned) == cleaned
    cleaned.encode("utf-8")


@given(st.text())
def test_cleaning_takes_nothing_but_space_control_characters_and_surrogates(text):
    kept = [c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cs")]
    assert clean(text).replace(" ", "") == "".join(kept)


@pytest.mark.parametrize(
    "text", ["ﬁne", "e\u0301", "ＢＥＲＴ", "&amp; <i>x</i>", "$\\alpha$", "a\u200db", "\u202eabc", "\ufeffx"]
)
def test_text_is_not_normalised_decoded_or_repaired(text):
    assert clean(text) == text
    paper = paper_from_json({"title": text, "abstract": text})
    assert (paper.title, paper.abstract) == (text, text)


def test_each_control_character_becomes_a_space_of_its_own():
    assert clean("a\x00b\x1b[31mc\x7fd\x85e\u2028f\ud800g") == "a b [31mc d e f g"


def test_a_full_record_is_kept():
    record = {
        "id": "arxiv:2403.05812",
        "title": "T",
        "abstract": "A",
        "year": 2024,
        "date": "2024-03-09",
        "authors": ["Ada B.", "Cy, D."],
        "url": "https://example.org",
        "venue": "V",
        "categories": ["cs.CL"],
        "same_as": ["hf:2403.05812"],
    }
    paper = paper_from_json(record)
    assert paper.to_json() == record
    assert paper_from_json(paper.to_json()) == paper


@given(st.dictionaries(st.sampled_from([*Paper.__dataclass_fields__, "published", "summary"]), JSON))
def test_any_record_is_read_or_refused_with_a_reason_of_one_line(record):
    try:
        paper = paper_from_json(record)
    except RecordError as error:
        reason = str(error)
    else:
        assert paper_from_json(json.loads(json.dumps(paper.to_json()))) == paper
        return
    assert reason
    assert "\n" not in reason


def test_what_is_not_known_is_ignored():
    labelled = {
        "title": "T",
        "abstract": "Sloth is fast.",
        "entities": [{"label": "Sloth", "type": "NO TYPE"}],
        "results": "17",
        "n": {"a": [1]},
    }
    assert paper_from_json(labelled) == paper_from_json({"title": "T", "abstract": "Sloth is fast."})


@pytest.mark.parametrize("record", [None, True, 1, 1.5, "text", [], [{"title": "T"}]])
def test_a_record_that_is_no_object_says_what_it_is(record):
    with pytest.raises(RecordError, match=r"record is .*, not an object"):
        paper_from_json(record)


@pytest.mark.parametrize("member", ["title", "abstract", "id", "url", "venue", "date", "source_id"])
@pytest.mark.parametrize("value", [True, 1.5, [], ["x"], {}, {"a": 1}])
def test_a_member_of_the_wrong_type_is_named(member, value):
    with pytest.raises(RecordError, match=f"'{member}' is "):
        paper_from_json({"title": "T", member: value})


@pytest.mark.parametrize("member", ["authors", "categories", "same_as"])
@pytest.mark.parametrize("value", [True, 1, 1.5, {"a": 1}])
def test_a_list_of_the_wrong_type_is_named(member, value):
    with pytest.raises(RecordError, match=rf"'{member}' is .*, not a list"):
        paper_from_json({"title": "T", member: value})


@pytest.mark.parametrize("title", [None, "", "  ", "\x00\n", "\ud800"])
def test_a_paper_without_a_title_is_refused(title):
    with pytest.raises(RecordError, match="no title"):
        paper_from_json({"title": title, "abstract": "A"})
    with pytest.raises(RecordError, match="no title"):
        paper_from_json({"abstract": "A"})


@pytest.mark.parametrize("abstract", [{}, {"abstract": None}, {"abstract": ""}])
def test_a_paper_without_an_abstract_is_a_paper(abstract):
    assert paper_from_json({"title": "T", **abstract}).abstract == ""


def test_texts_up_to_the_limits_are_read_and_longer_ones_refused():
    assert len(paper_from_json({"title": "🙂" * MAX_TITLE, "abstract": "x" * MAX_ABSTRACT}).title) == MAX_TITLE
    with pytest.raises(RecordError, match="title has 2,001 characters, more than 2,000"):
        paper_from_json({"title": "x" * (MAX_TITLE + 1)})
    with pytest.raises(RecordError, match="abstract has 100,001 characters"):
        paper_from_json({"title": "T", "abstract": "x" * (MAX_ABSTRACT + 1)})


@pytest.mark.parametrize(
    ("record", "year", "date"),
    [
        ({"year": 2024}, 2024, ""),
        ({"year": "2024"}, 2024, ""),
        ({"year": 2024.0}, 2024, ""),
        ({"year": "n/a", "date": "2023-05"}, 2023, "2023-05"),
        ({"year": None, "date": "2023-05-06T10:00:00Z"}, 2023, "2023-05-06"),
        ({"published": "2022-01-02"}, 2022, "2022-01-02"),
        ({"date": 2021}, 2021, "2021"),
        ({"date": "2024-02-30"}, 2024, "2024-02"),
        ({"date": "2024-13-01"}, 2024, "2024"),
        ({"date": "9 May 2024"}, None, ""),
        ({"date": "20240509"}, None, ""),
        ({"date": "0000-01-01"}, None, ""),
        ({"date": "２０２４-01-01"}, None, ""),
        ({"year": True}, None, ""),
        ({"year": 99999}, None, ""),
        ({"year": -5}, None, ""),
        ({"year": float("inf")}, None, ""),
        ({"year": [2024]}, None, ""),
        ({}, None, ""),
    ],
)
def test_year_and_date_are_read_where_they_are_some(record, year, date):
    paper = paper_from_json({"title": "T", **record})
    assert (paper.year, paper.date) == (year, date)


def test_authors_may_be_text_or_objects_and_odd_ones_are_left_out():
    assert paper_from_json({"title": "T", "authors": "Ada; Cy, Di"}).authors == ("Ada", "Cy", "Di")
    assert paper_from_json({"title": "T", "authors": [{"name": "Ada"}, "Cy", None, 1, {}, "\x00"]}).authors == (
        "Ada",
        "Cy",
    )


def test_an_id_that_cannot_be_kept_is_kept_as_source_id():
    paper = paper_from_json({"title": "T", "id": "my id 17"})
    assert (paper.id[:4], paper.source_id) == ("sha:", "my id 17")
    assert paper_from_json(paper.to_json()) == paper
    assert paper_from_json({"title": "T", "id": 17}).source_id == "17"
    assert paper_from_json({"title": "T", "id": "doi:10.1/x"}).source_id == ""


def test_a_paper_gives_its_texts_by_field():
    paper = Paper("a:1", "T", "A")
    assert (paper.text("title"), paper.text("abstract")) == ("T", "A")


def test_a_skipped_record_says_where_it_stands():
    assert str(Skipped("f.jsonl", 3, "why")) == "f.jsonl:3: why"
    assert str(Skipped("f.jsonl", None, "why")) == "f.jsonl: why"
