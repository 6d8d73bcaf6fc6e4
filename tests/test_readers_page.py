"""Saved pages, as text and as HTML."""

import json
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import DataError
from kg.paper import Paper
from kg.readers import page
from kg.readers.page import is_abstract, read_html, read_text

ONE = "We build a parser that fits on a phone, and it needs no more than two layers to read well."
TWO = "Trees are rare outside Europe. We release trees for thirty languages, drawn by hand over two long winters."
HEADER = "new\n\nGet papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\nby many and the community\n\n"


def texts(records):
    """(line, title, abstract) of papers; (line, reason) of what was skipped."""
    return [(n, r.title, r.abstract) if isinstance(r, Paper) else (n, r) for n, r in records]


@pytest.fixture
def as_text(stream):
    """A function: text of a page to what is found in it."""
    return lambda text: texts(read_text(stream(text.encode("utf-8"))))


@pytest.fixture
def as_html(stream):
    """A function: HTML to (title, abstract, id) of the papers in it."""

    def read_it(text):
        found = [record for _, record in read_html(stream(text.encode("utf-8")))]
        assert all(isinstance(f, Paper) for f in found)
        return [(f.title, f.abstract, f.id if f.id[:4] != "sha:" else "") for f in found]

    return read_it


def test_titles_and_abstracts_between_header_and_footer_are_papers(as_text):
    footer = "\n\nPrevious\n\nNext\n\nCompany\n\n© somebody\n"
    assert as_text(f"{HEADER}Parsing on a phone\n\n{ONE}\n\nMany trees\n\n{TWO}{footer}") == [
        (11, "Parsing on a phone", ONE),
        (15, "Many trees", TWO),
    ]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_ends_of_lines_of_other_systems_are_ends_of_lines(as_text, end):
    text = f"{HEADER}Parsing on a phone\n\n{ONE}\n"
    assert as_text("\ufeff" + text.replace("\n", end)) == as_text(text) == [(11, "Parsing on a phone", ONE)]


def test_wrapped_lines_are_joined(as_text):
    wrapped = TWO.replace(". ", ".\n").replace(", ", ",\n  ")
    assert as_text(f"Many trees for\nmany languages\n\n{wrapped}\n") == [(1, "Many trees for many languages", TWO)]


def test_where_lines_are_long_no_blank_lines_are_needed(as_text):
    long = TWO + " " + TWO + " " + TWO
    assert as_text(f"Many trees\n{long}\nParsing on a phone\n{long}") == [
        (1, "Many trees", long),
        (3, "Parsing on a phone", long),
    ]


def test_an_abstract_of_several_paragraphs_is_one(as_text):
    assert as_text(f"Many trees\n\n{ONE}\n\n{TWO}\n") == [(1, "Many trees", f"{ONE} {TWO}")]


def test_an_abstract_without_a_title_is_reported(as_text):
    assert as_text(f"{ONE}\n\nMany trees\n\n{TWO}") == [
        (1, "an abstract without a title before it"),
        (3, "Many trees", TWO),
    ]


def test_a_title_without_an_abstract_between_papers_is_reported(as_text):
    text = f"Many trees\n\n{TWO}\n\nA title that lost its abstract\n\nParsing on a phone\n\n{ONE}"
    assert as_text(text) == [
        (1, "Many trees", TWO),
        (5, "neither a title with an abstract nor an abstract"),
        (7, "Parsing on a phone", ONE),
    ]


def test_a_form_feed_or_line_separator_ends_no_line(as_text):
    assert as_text(f"Many\u2028trees\n\n{TWO[:20]}\x0c{TWO[20:]}\n") == [(1, "Many trees", f"{TWO[:20]} {TWO[20:]}")]


def test_markup_and_entities_in_a_text_page_are_text(as_text):
    (found,) = as_text(f"On <b>trees</b> &amp; more\n\n{TWO}")
    assert found[1] == "On <b>trees</b> &amp; more"


def test_a_text_beyond_the_limits_is_reported_and_the_rest_read(as_text):
    found = as_text(f"Long\n\n{'word ' * 20_001}.\n\nMany trees\n\n{TWO}")
    assert found[0][0] == 1
    assert "abstract has 100,0" in found[0][1]
    assert found[1] == (5, "Many trees", TWO)


@pytest.mark.parametrize("text", ["Subscribe", HEADER, "a,b,c\n1,2,3\n", "x" * 5000, "\ufeff \n"])
def test_a_page_without_papers_says_what_is_looked_for(as_text, text):
    with pytest.raises(DataError, match="a page without papers; kg looks for a title followed by its abstract"):
        as_text(text)


def test_a_page_that_is_no_utf8_says_where(stream):
    with pytest.raises(DataError, match="not UTF-8 at byte 4; save it as UTF-8"):
        list(read_text(stream(b"abcd\xff")))


def test_a_page_beyond_the_limit_is_refused(stream, monkeypatch):
    monkeypatch.setattr(page, "MAX_PAGE", 100)
    for reader in (read_text, read_html):
        with pytest.raises(DataError, match="page is larger than 100 bytes"):
            list(reader(stream(b"x" * 101)))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (ONE, True),
        ("word " * 60, True),
        ("word " * 59, False),
        ("Is this a title that ends in a question mark, and nothing more?", True),
        ("Is this a title?", False),
        ("", False),
        ('It ends in a quotation of some words, as the last of them: "so it goes."', True),
    ],
)
def test_what_is_taken_for_an_abstract(block, expected):
    assert is_abstract(block) is expected


def props(data):
    """HTML of a page that carries data as Daily Papers does."""
    return f'<!DOCTYPE html><html><body><div data-props="{escape(json.dumps(data))}"></div></body></html>'


def test_papers_embedded_as_json_are_read_once_each(as_html):
    paper = {"id": "2401.00001", "title": "Parsing <on> a phone", "summary": ONE, "publishedAt": "2024-01-02T00:00:00Z"}
    entry = {"paper": paper, "title": paper["title"], "summary": ONE, "numComments": 2}
    other = {"id": "odd id", "title": "Many trees", "summary": TWO}
    assert as_html(props({"dailyPapers": [entry, other], "x": None})) == [
        ("Parsing <on> a phone", ONE, "arxiv:2401.00001"),
        ("Many trees", TWO, ""),
    ]


def test_an_embedded_paper_keeps_its_date(stream):
    data = props([{"title": "T", "summary": ONE, "publishedAt": "2024-01-02T00:00:00Z"}])
    ((_, paper),) = read_html(stream(data.encode()))
    assert (paper.date, paper.year) == ("2024-01-02", 2024)


def test_a_broken_embedded_paper_is_reported_and_the_rest_read(stream):
    data = props(
        [
            {"title": " ", "summary": ONE},
            {"title": "Many trees", "summary": TWO, "authors": 5},
            {"title": "T", "summary": ""},
        ]
    )
    records = [record for _, record in read_html(stream(data.encode()))]
    assert records[:2] == ["record has no title", "'authors' is a number, not a list"]
    assert records[2].title == "T"


@pytest.mark.parametrize(
    "broken", ['{"summary"', '["summary", ' * 100_000, '{"summary": ' + "9" * 5000 + "}", '"summary"']
)
def test_embedded_json_that_is_broken_gives_way_to_headings(as_html, broken):
    text = f'<div data-props="{escape(broken)}"></div><h3>Many trees</h3><p>{TWO}</p>'
    assert as_html(text) == [("Many trees", TWO, "")]


def test_headings_followed_by_paragraphs_are_papers(as_html):
    text = f"""<html><head><title>Daily</title><script>var h3 = "<h3>No</h3><p>{ONE}</p>";</script></head><body>
    <h1>Daily Papers</h1><p>Subscribe</p>
    <article><a href="/papers/2401.00001"><h3>Parsing &amp; phones</h3></a><p>{ONE}</p></article>
    <h3><a href="https://arxiv.org/abs/2401.00002v3">Many <em>trees</em></a></h3><p>Short.</p><p>{TWO}</p>
    <!-- <h3>Commented out</h3><p>{ONE}</p> -->
    <h2>A heading without an abstract</h2></body></html>"""
    assert as_html(text) == [
        ("Parsing & phones", ONE, "arxiv:2401.00001"),
        ("Many trees", TWO, "arxiv:2401.00002"),
    ]


def test_entities_of_html_are_decoded_and_control_characters_cleaned(as_html):
    text = f"<h3>&beta;-Net &lt;script&gt; &#0;&#x1b; &#xD800; x</h3><p>{ONE}</p>"
    title = as_html(text)[0][0]
    assert title.startswith("β-Net <script>")
    assert all(c.isprintable() for c in title)


def test_unclosed_tags_lose_no_paper(as_html):
    assert as_html(f"<h3>Parsing<p>{ONE}<h3>Many trees<p>{TWO}") == [("Parsing", ONE, ""), ("Many trees", TWO, "")]


def test_a_declared_encoding_does_not_mislead(as_html):
    text = f'<?xml version="1.0" encoding="latin-1"?><html><meta charset="utf-16"><h3>β</h3><p>{ONE}</p></html>'
    assert as_html(text) == [("β", ONE, "")]


def test_a_file_of_the_machine_is_never_read(as_html, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    text = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><h3>T &x;</h3><p>{ONE}</p></html>'
    assert "secret words" not in str(as_html(text))


@pytest.mark.parametrize(
    "text",
    [
        "<" * 10_000,
        "<div>" * 100_000,
        "<h1>" * 50_000,
        "<blockquote>x" * 50_000,
        "<html></html>",
        "<!-- unclosed",
        "<p>" + TWO,
        "<![CDATA[",
        "<",
        "<svg><style><h3>x</style></svg>",
        "<?php ?>",
        "<!DOCTYPE html>",
    ],
)
def test_hostile_or_hollow_html_is_one_error(as_html, text):
    with pytest.raises(DataError, match=r"a page without papers|not HTML"):
        as_html(text)


SOUP = ["<h3>", "</h3>", "<p>", "</p>", ONE, "Many trees", "<a href='/papers/2401.00001'>", "<", "&", "<!--", "-->"]
SOUP += ["<script>", "</script>", "<blockquote>", "\x00", '<div data-props=\'{"summary"', "'>"]


def only_data_errors(records):
    """Read all; whether at least one record, or the one error that a reader may raise, came of it."""
    try:
        return all(record for _, record in records)
    except DataError as error:
        return bool(str(error))


@given(st.lists(st.sampled_from(SOUP), max_size=20).map("".join))
def test_no_soup_of_tags_raises_anything_but_a_data_error(stream, soup):
    assert only_data_errors(read_html(stream(soup.encode())))


@given(st.text(st.sampled_from("\n\n\r\t ab.<\u2028\x00🙂é"), max_size=200))
def test_no_text_raises_anything_but_a_data_error(stream, text):
    assert only_data_errors(read_text(stream(text.encode())))
