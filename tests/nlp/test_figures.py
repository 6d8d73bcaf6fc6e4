"""Figures: value as it stands, number as a plain decimal, unit by name."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.nlp.figures import figures, plain_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reaches 91.37% on it", [("91.37%", "91.37", "percent")]),
        (r"reaches $67.2\%$ on it", [(r"67.2\%", "67.2", "percent")]),
        ("a gain of +3.6% overall", [("+3.6%", "3.6", "percent")]),
        ("it is 3.25x faster", [("3.25x", "3.25", "times")]),
        (r"it is $8.2\times$ faster", [(r"8.2\times", "8.2", "times")]),
        ("it is 15 times faster", [("15 times", "15", "times")]),
        ("wins by 2.1~dB PSNR", [("2.1~dB", "2.1", "dB")]),
        ("wins by 1.5 points", [("1.5 points", "1.5", "points")]),
        ("wins by 4 percentage points", [("4 percentage points", "4", "points")]),
        ("from 49% to 61% there", [("49%", "49", "percent"), ("61%", "61", "percent")]),
        ("a 2-4x speedup", [("2-4x", "4", "times")]),
        ("a score of 16.9±1.7 in it", [("16.9±1.7", "16.9", "")]),
        ("trained on 1,200 pages", [("1,200", "1200", "")]),
        ("a drop of -0.8 there", [("-0.8", "-0.8", "")]),
        ("within 12 ms each", [("12 ms", "12", "ms")]),
        ("ranks 2nd there", [("2nd", "2", "rank")]),
    ],
)
def test_value_number_and_unit(text, expected):
    assert [(f.value, f.number, f.unit) for f in figures(text)] == expected


@pytest.mark.parametrize("text", ["GPT-4 and BERT2", "F1 in 3D", "v2.0 of Foo2Bar", "no figure at all", "WMT14"])
def test_numbers_inside_names_are_no_figures(text):
    assert figures(text) == []


@given(st.text(alphabet=st.sampled_from("0123456789.,%x$\\{}+- ~to±")))
def test_figures_are_pieces_of_the_text_in_order(text):
    found = figures(text)
    assert all(text[f.start : f.end] == f.value for f in found)
    assert all(x.end <= y.start for x, y in itertools.pairwise(found))
    assert all(f.number is None or re.fullmatch(r"-?\d*\.?\d+", f.number) for f in found)


def test_an_endless_number_is_none():
    assert plain_number("1" * 100) is None
