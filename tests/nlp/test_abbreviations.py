"""Definitions of short forms: found both ways round, with exact offsets, and never invented."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.nlp.abbreviations import pairs, spells_out


def found(text):
    return [(text[a:b], text[c:d]) for (a, b), (c, d) in pairs(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use masked language modeling (MLM).", [("MLM", "masked language modeling")]),
        ("We use MLM (masked language modeling).", [("MLM", "masked language modeling")]),
        ("A Reinforcement-Learning (RL) loop.", [("RL", "Reinforcement-Learning")]),
        ("The word error rate (WER, lower is better) falls.", [("WER", "word error rate")]),
        ("Chain of Thought (i.e. CoT) helps.", [("CoT", "Chain of Thought")]),
        ("We rely on 3D Gaussian Splatting (3DGS).", [("3DGS", "3D Gaussian Splatting")]),
        ("A net (see Section 2) and a sum (12).", []),
        ("Nothing in brackets.", []),
        ("It fails (BUT why).", []),
    ],
)
def test_definitions_are_found_both_ways_round(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("short", "long", "expected"),
    [
        ("MLM", "masked language modeling", True),
        ("NER", "named entity recognition", True),
        ("MLM", "language modeling", False),
        ("MLM", "the masked language modeling", False),
        ("BERT", "BERT", False),
        ("", "x", False),
    ],
)
def test_a_long_form_spells_out_all_letters_from_its_first_word(short, long, expected):
    assert spells_out(short, long) is expected


@given(st.text(alphabet=st.sampled_from("AbC (){},.-12é😀")))
def test_short_and_long_forms_lie_in_the_text_and_spell_each_other_out(text):
    for (a, b), (c, d) in pairs(text):
        assert 0 <= a < b <= len(text)
        assert 0 <= c < d <= len(text)
        assert text[a:b][0].casefold() in text[c:d].casefold()


def test_no_spacy_is_loaded():
    code = "import sys, kg.nlp.abbreviations, kg.nlp.pipeline; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
