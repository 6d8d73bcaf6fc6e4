"""The components on Docs made by hand: fields are told apart, and what was learnt survives the disk."""

import numpy as np
import pytest
import spacy
from spacy.tokens import Span as DocSpan

from kg.errors import DataError, KgError
from kg.facts import Span
from kg.nlp.blank import blank
from kg.nlp.components import TITLE_LENGTH, Entities, Marks, Relations, Results, found_in, texts_of
from kg.nlp.confidence import NONE
from kg.nlp.context import Tokens, length
from kg.nlp.encoder import LONGEST
from kg.nlp.lexicon import Entry, Lexicon
from kg.nlp.linear import fit_linear
from kg.nlp.marks import LABELS
from kg.nlp.mentions import Found
from kg.nlp.network import Network
from kg.nlp.tokenizer import SEPARATOR, Words

TITLE, ABSTRACT = "On FooNet", "FooNet is a net. BarNet is another."
WIDTH = 2  #: of a word's vector


def tokens_of(doc, title, *likely):
    """The words of a Doc with vectors of zero; `likely`: first and last word of the spans that may be names."""
    words = [t for t in doc if not t.is_space or t.idx == title]
    spans = np.full((len(words), LONGEST, len(LABELS)), -30, dtype="float32")
    spans[..., 0] = 0
    for first, last in likely:
        spans[first, last - first, :2] = np.log(0.9), np.log(0.1)
    starts = np.array([t.idx for t in words])
    ends = np.array([t.idx + len(t) for t in words])
    return Tokens(starts, ends, title + len(SEPARATOR), np.zeros((len(words), WIDTH), dtype="float32"), spans)


def doc_of(title, abstract, *spans):
    """A Doc with entities given as (first token, token after the last, label)."""
    doc = Words(spacy.blank("xx").vocab)(title + SEPARATOR + abstract)
    doc.user_data[TITLE_LENGTH] = len(title)
    doc._.kg_tokens = tokens_of(doc, len(title))
    doc.set_ents([DocSpan(doc, a, b, label=label) for a, b, label in spans])
    return doc


def test_marked_spans_get_offsets_in_their_field():
    doc = doc_of(TITLE, ABSTRACT, (1, 2, "MODEL"), (3, 4, "METHOD"))
    assert found_in(doc, len(TITLE)) == [
        Found(Span("title", 3, 9), "MODEL"),
        Found(Span("abstract", 0, 6), "METHOD"),
    ]


def test_a_span_across_title_and_abstract_is_no_mention():
    assert found_in(doc_of(TITLE, ABSTRACT, (1, 4, "MODEL")), len(TITLE)) == []
    assert found_in(doc_of(TITLE, ABSTRACT, (1, 3, "MODEL")), len(TITLE)) == []


@pytest.mark.parametrize("end", [3, 4])
def test_a_span_that_begins_with_the_separator_is_no_mention(end):
    assert found_in(doc_of(TITLE, ABSTRACT, (2, end, "MODEL")), len(TITLE)) == []


def test_texts_come_back_as_they_went_in():
    assert texts_of(doc_of(TITLE, ABSTRACT)) == {"title": TITLE, "abstract": ABSTRACT}
    assert texts_of(doc_of(TITLE, "")) == {"title": TITLE, "abstract": ""}
    plain = Words(spacy.blank("xx").vocab)(TITLE)
    assert texts_of(plain) == {"title": TITLE, "abstract": ""}


def entities_component():
    """A component that takes what was marked as a model, and what was not for nothing."""
    component = Entities()
    zero, one = np.zeros((1, 1), dtype="float32"), np.ones((1, 1), dtype="float32")
    size = length(WIDTH, len(LABELS))
    component.network = Network(
        (NONE, "MODEL"),
        {"seen as MODEL": 0},
        one,
        np.zeros((size, 1), dtype="float32"),
        zero[0],
        one,
        zero[0],
        np.array([[0.0, 8.0]], dtype="float32"),
        np.array([4.0, 0.0], dtype="float32"),
    )
    component.lexicon = Lexicon({"foonet": Entry((("MODEL", 2),), 2)})
    component.least = 0.5
    return component


def test_candidates_that_are_too_unlikely_are_dropped():
    doc = entities_component()(doc_of(TITLE, ABSTRACT, (1, 2, "MODEL")))
    assert [(e.names, e.type) for e in doc._.kg_entities] == [(("FooNet",), "MODEL")]
    assert doc._.kg_entities[0].confidence > 0.5


def test_likely_spans_become_candidates_of_the_entities_component():
    component = entities_component()
    component.network.rows["from likely unseen"] = 0
    doc = doc_of(TITLE, ABSTRACT)
    doc._.kg_tokens = tokens_of(doc, len(TITLE), (5, 6), (0, 0))
    assert [e.names for e in component(doc)._.kg_entities] == [("On",), ("a net",)]


def test_a_component_survives_the_disk(tmp_path):
    component = entities_component()
    component.to_disk(tmp_path / "entities")
    again = Entities().from_disk(tmp_path / "entities")
    assert again.lexicon.entries == component.lexicon.entries
    assert again.least == component.least
    doc = doc_of(TITLE, ABSTRACT, (1, 2, "MODEL"))
    assert again(doc)._.kg_entities == component(doc_of(TITLE, ABSTRACT, (1, 2, "MODEL")))._.kg_entities


def test_relations_are_chosen_for_each_entity():
    doc = entities_component()(doc_of(TITLE, ABSTRACT, (1, 2, "MODEL")))
    relations = Relations()
    relations.models = {"relation": fit_linear([(["="], "USES"), (["x"], "PROPOSES")] * 3, least=1, strength=10.0)}
    (related,) = relations(doc)._.kg_relations
    assert related.relation == "USES"
    assert ABSTRACT[related.evidence[0].start : related.evidence[0].end] == "FooNet is a net."


def test_an_untrained_component_says_so():
    with pytest.raises(KgError, match="kg_entities is untrained"):
        Entities()(doc_of(TITLE, ABSTRACT))
    with pytest.raises(KgError, match="kg_marks is untrained"):
        blank(["we"], np.ones((1, 2), dtype="float32"))(TITLE)


PINE, MAPLE = "PineNet  at last", "We propose PineNet, which sorts twigs.\nWe  test it on MapleSet."


@pytest.fixture(scope="module")
def pipeline(learnt):
    """A blank pipeline with the encoder that has learnt the pattern."""
    encoder, words, vectors = learnt
    return blank(words, vectors, encoder)


def marks_of(pipeline, title, abstract):
    """What `kg_marks` makes of a paper."""
    doc = pipeline.make_doc(title + SEPARATOR + abstract)
    doc.user_data[TITLE_LENGTH] = len(title)
    return pipeline.get_pipe("kg_marks")(doc)


def test_an_encoder_marks_the_entities_of_a_doc(pipeline):
    doc = marks_of(pipeline, PINE, MAPLE)
    found = [(f.span.field, texts_of(doc)[f.span.field][f.span.start : f.span.end]) for f in found_in(doc, len(PINE))]
    assert found == [("title", "PineNet"), ("abstract", "PineNet"), ("abstract", "MapleSet")]
    assert [e.label_ for e in doc.ents] == ["METHOD", "METHOD", "DATASET"]


def test_an_encoder_leaves_a_row_for_each_word_and_the_separator(pipeline):
    tokens = marks_of(pipeline, PINE, MAPLE)._.kg_tokens
    text = PINE + SEPARATOR + MAPLE
    words = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]
    assert words == [*PINE.split(), SEPARATOR, *MAPLE.replace(",", " ,").replace(".", " .").split()]
    assert tokens.abstract == len(PINE) + 1
    assert tokens.vectors.shape == (len(words), 64)
    assert tokens.spans.shape == (len(words), LONGEST, len(LABELS))


def test_an_encoder_is_given_the_static_vectors_of_words_or_of_their_small_letters(pipeline, learnt):
    encoder, words, vectors = learnt
    unknown = np.zeros_like(vectors[0])
    static = np.stack([vectors[words.index("we")], unknown, vectors[words.index("test")], unknown])
    encoded = encoder.encode(["We", SEPARATOR, "TEST", "oaks"], static)
    tokens = marks_of(pipeline, "We", "TEST oaks")._.kg_tokens
    assert np.array_equal(tokens.vectors, encoded.vectors)
    assert np.array_equal(tokens.spans, encoded.spans)


@pytest.mark.parametrize(("title", "abstract", "count"), [("", "", 1), ("We", "", 2), ("", "We", 2)])
def test_an_empty_title_or_abstract_leaves_the_separator(pipeline, title, abstract, count):
    doc = marks_of(pipeline, title, abstract)
    assert len(doc._.kg_tokens.vectors) == count
    assert doc.ents == ()


def test_a_doc_without_a_separator_has_a_title_alone(pipeline):
    assert len(pipeline("")._.kg_tokens.vectors) == 0
    tokens = pipeline("We test")._.kg_tokens
    assert (tokens.starts.tolist(), tokens.abstract) == ([0, 3], 8)


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_encoder_survives_the_disk_byte_for_byte(pipeline, tmp_path):
    pipeline.to_disk(tmp_path / "one")
    again = spacy.load(tmp_path / "one")
    again.to_disk(tmp_path / "two")
    assert files(tmp_path / "one" / "kg_marks") == files(tmp_path / "two" / "kg_marks") != {}
    once_more = spacy.load(tmp_path / "two")
    one, two = marks_of(again, PINE, MAPLE), marks_of(once_more, PINE, MAPLE)
    assert np.array_equal(one._.kg_tokens.vectors, two._.kg_tokens.vectors)
    assert [str(e) for e in one.ents] == [str(e) for e in two.ents] == ["PineNet", "PineNet", "MapleSet"]


def test_a_folder_without_an_encoder_is_refused(tmp_path):
    marks = Marks(spacy.blank("xx").vocab)
    marks.to_disk(tmp_path / "marks")
    with pytest.raises(DataError, match="not a stored encoder"):
        marks.from_disk(tmp_path / "marks")


def test_results_survive_the_disk_with_their_second_opinions(tmp_path):
    results = Results()
    results.models = {name: fit_linear([(["a"], "yes"), (["b"], "no")] * 2, least=1) for name in Results.parts}
    results.networks = {"metric": entities_component().network}
    results.to_disk(tmp_path)
    again = Results().from_disk(tmp_path)
    assert again.models.keys() == results.models.keys()
    assert list(again.networks) == ["metric"]
    assert again.networks["metric"].rows == results.networks["metric"].rows
