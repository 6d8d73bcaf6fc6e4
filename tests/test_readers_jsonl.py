"""JSON Lines of papers and facts, whole and broken."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facts import Facts
from kg.paper import Paper
from kg.readers import jsonl
from kg.readers.jsonl import MAX_NESTING, depth

GOOD = b'{"title": "Good"}'


def test_papers_are_read_with_the_line_on_which_they_stand(read_bytes):
    found, skipped = read_bytes(b'{"title": "One"}\n\n  \r\n{"title": "Two"}\r\n{"title": "Three"}')
    assert [(f.line, f.record.title) for f in found] == [(1, "One"), (4, "Two"), (5, "Three")]
    assert (found[0].file, skipped) == ("papers", [])


def test_a_byte_order_mark_and_blank_lines_before_the_first_object_are_passed_over(read_bytes):
    assert read_bytes(b"\xef\xbb\xbf" + GOOD)[0][0].record.title == "Good"
    found, skipped = read_bytes(b"\n \r\n" + b" " * 20_000 + b"\n" + GOOD)
    assert ([f.line for f in found], skipped) == ([4], [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"title": "cut', "broken JSON at character 15"),
        (b'{"title": "T"} x', "broken JSON at character 16"),
        (b"{'title': 'T'}", "broken JSON"),
        (b'{"title": "a\tb"}', "broken JSON at character 13 (Invalid control character"),
        (b'{"title": "a\x00b"}', "broken JSON"),
        (b'{"title": "\\x"}', "broken JSON"),
        (b"title", "broken JSON at character 1"),
        (b'{"title": "\xff"}', "not UTF-8 at byte 11"),
        (b'{"title": "\xed\xa0\x80"}', "not UTF-8"),
        (b'{"title": "T", "year": NaN}', "NaN is no JSON number"),
        (b'{"title": "T", "x": [-Infinity]}', "-Infinity is no JSON number"),
        (b'{"title": "T", "x": 1e999}', "number 1e999 is too large"),
        (b'{"title": "T", "x": ' + b"9" * 5000 + b"}", "number too long"),
        (b'{"title": "T", "title": "U"}', "'title' stands twice in one object"),
        (b'{"title": "T", "x": {"a": 1, "a": 1}}', "'a' stands twice"),
        (b'{"title": "T", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested"),
        (b'{"title": "T", "x": ' + b"[" * 64 + b"]" * 64 + b"}", "nested deeper than 64"),
        (b'{"x": ' * 100_000, "nested too deep"),
        (b'["title"]', "line is no JSON object"),
        (b'"title"', "line is no JSON object"),
        (b"null", "line is no JSON object"),
        (b"17", "line is no JSON object"),
        (b"{}", "record has no title"),
        (b'{"title": null}', "record has no title"),
        (b'{"title": " \\u0000\\ud800 "}', "record has no title"),
        (b'{"title": 17}', "'title' is a number, not text"),
        (b'{"title": ["T"]}', "'title' is a list, not text"),
        (b'{"title": "T", "abstract": {"text": "A"}}', "'abstract' is an object, not text"),
        (b'{"title": "T", "authors": 5}', "'authors' is a number, not a list"),
        (b'{"title": "T", "id": [1]}', "'id' is a list, not text"),
        (b'{"title": "' + b"x" * 2001 + b'"}', "title has 2,001 characters"),
        (b'{"title": "T", "abstract": "' + b"x" * 100_001 + b'"}', "abstract has 100,001 characters"),
        (b'{"kg": "facts/1"}', "record has no title"),
        (b'{"kg": "facts/1", "title": "T", "entities": 1}', "'entities' is not a list"),
    ],
)
def test_a_bad_line_is_skipped_with_its_number_and_a_reason(read_bytes, line, reason):
    found, skipped = read_bytes(GOOD + b"\n" + line + b"\n" + GOOD)
    assert [f.line for f in found] == [1, 3]
    assert len(skipped) == 1
    assert skipped[0].startswith("2: ")
    assert reason in skipped[0]
    assert len(skipped[0]) < 400


def test_nesting_up_to_the_limit_is_read(read_bytes):
    inner = b"[" * (MAX_NESTING - 1) + b"]" * (MAX_NESTING - 1)
    found, skipped = read_bytes(b'{"title": "T", "x": ' + inner + b"}")
    assert (len(found), skipped) == (1, [])


def test_brackets_inside_text_are_no_nesting(read_bytes):
    assert len(read_bytes(json.dumps({"title": "[" * 500 + "{" * 500}).encode())[0]) == 1


def test_depth_of_a_value():
    assert [depth(v) for v in (1, [], {"a": [1]}, [[], [[]]], {"a": {"b": {}}})] == [0, 1, 2, 3, 3]


def test_a_line_beyond_the_limit_is_skipped_and_the_next_is_read(read_bytes, monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_LINE", 100)
    long = b'{"title": "' + b"x" * 1000 + b'"}'
    found, skipped = read_bytes(GOOD + b"\n" + long + b"\n" + GOOD + b"\n" + long)
    assert [f.line for f in found] == [1, 3]
    assert skipped == ["2: line is longer than 100 bytes", "4: line is longer than 100 bytes"]


def test_a_line_at_the_limit_is_read(read_bytes, monkeypatch):
    monkeypatch.setattr(jsonl, "MAX_LINE", len(GOOD) + 1)
    assert len(read_bytes(GOOD + b"\n" + GOOD + b"\n")[0]) == 2


def test_facts_lines_and_papers_are_told_apart_line_by_line(read_bytes):
    tagged = b'{"kg": "facts/1", "id": "a:1", "title": "T", "entities": [{"label": "X", "type": "TASK"}, {"label": 1}]}'
    labelled = b'{"id": "a:2", "title": "T", "entities": [{"label": "X", "type": "TASK"}], "results": [{"value": "1"}]}'
    later = b'{"kg": "facts/2", "id": "a:3", "title": "T", "entities": [{"label": "X", "type": "TASK"}]}'
    found, skipped = read_bytes(b"\n".join([tagged, labelled, later]))
    assert [type(f.record) for f in found] == [Facts, Paper, Paper]
    assert [e.label for e in found[0].record.entities] == ["X"]
    assert found[1].record == Paper("a:2", "T", "")
    assert skipped == ["1: entity 2: names are not text; left out"]


def test_escapes_are_decoded_and_cleaned_and_entities_of_html_are_not(read_bytes):
    found, _ = read_bytes(b'{"title": "\\u03b2 \\ud83d\\ude42 \\ud83d &amp; \\u001b[1m\\u0000x"}')
    assert found[0].record.title == "β 🙂 &amp; [1mx".replace("mx", "m x")


@given(st.lists(st.binary(max_size=40)).map(b"\n".join))
def test_no_bytes_after_a_brace_raise(stream, data):
    for line, record in jsonl.read(stream(b"{" + data)):
        assert line >= 1
        assert record


@given(st.data())
def test_no_damage_to_a_good_line_raises(stream, data):
    line = bytearray(
        b'{"kg": "facts/1", "id": "a:1", "title": "T", "entities": [{"label": "X", "type": "TASK"}], "year": 1}'
    )
    for at in data.draw(st.lists(st.integers(0, len(line) - 1), max_size=4)):
        line[at] = data.draw(st.integers(0, 255))
    for _, record in jsonl.read(stream(bytes(line))):
        assert record


def test_packed_lines_are_unpacked(read_bytes):
    assert len(read_bytes(gzip.compress(GOOD + b"\n" + GOOD))[0]) == 2
