"""Words, URLs and sentences: offsets are exact, borders are where readers of abstracts expect them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.nlp.words import sentence_spans, url_spans, word_spans


def sentences(text):
    return [text[a:b] for a, b in sentence_spans(text)]


def words(text):
    return [text[a:b] for a, b in word_spans(text) if not text[a:b].isspace()]


@given(st.text())
def test_words_cover_a_text_without_gaps(text):
    spans = word_spans(text)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(a < b for a, b in spans)


@given(st.text(alphabet=st.sampled_from("Ab1 .!?()\"'e.g.\n😀ש")))
def test_sentences_are_in_order_trimmed_and_lose_only_white_space(text):
    spans = sentence_spans(text)
    assert all(not text[a].isspace() and not text[b - 1].isspace() for a, b in spans)
    assert all(x[1] <= y[0] for x, y in itertools.pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BERT-base/large", ["BERT", "-", "base", "/", "large"]),
        ("v2.0 gains 91.37%.", ["v2.0", "gains", "91.37", "%", "."]),
        ("x_1 C++ F1", ["x", "_", "1", "C", "+", "+", "F1"]),
        ("code at https://example.org/a-b.", ["code", "at", "https://example.org/a-b."]),
    ],
)
def test_words_split_at_signs_but_not_in_numbers_and_urls(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Tools, e.g. FooParse, help.",
        "Lee et al. Then agree.",
        "We test Foo v2.0 and v3.1 here.",
        "It needs 3.5 points more.",
        "See Fig. 2 and Eq. 3 for it.",
        "Foo vs. Bar is a draw.",
        "The work of J. Doe stands.",
        "Code is at https://example.org/foo.Bar and elsewhere.",
        "Foo, i.e. the smallest one, wins.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Foo loses. Bar wins.", 2),
        ("Foo beats the baseline.Our code is free.", 2),
        ("Why? Because! Indeed.", 3),
        ("We train in 3D. Then we test.", 2),
        ('He said "no." Then he left.', 2),
        ("Many tools exist, etc. We add one.", 2),
        ("", 0),
        ("...", 1),
    ],
)
def test_sentences_end_where_they_end(text, count):
    assert len(sentences(text)) == count


def test_a_url_ends_at_the_space():
    text = "See (https://example.org/x), www.example.com and someone.github.io/page now."
    assert [text[a:b] for a, b in url_spans(text)] == [
        "https://example.org/x),",
        "www.example.com",
        "someone.github.io/page",
    ]


def test_a_plain_mention_of_a_host_is_no_url():
    assert url_spans("We host it on GitHub and huggingface today.") == []
