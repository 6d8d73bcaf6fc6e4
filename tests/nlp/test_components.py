"""The components on Docs made by hand: fields are told apart, and what was learnt survives the disk."""

import numpy as np
import pytest
import spacy
from spacy.tokens import Span as DocSpan

from kg.errors import KgError
from kg.facts import Span
from kg.nlp.components import TITLE_LENGTH, Entities, Relations, found_in, texts_of
from kg.nlp.confidence import NONE
from kg.nlp.context import length
from kg.nlp.lexicon import Entry, Lexicon
from kg.nlp.linear import fit_linear
from kg.nlp.mentions import Found
from kg.nlp.network import Network
from kg.nlp.tokenizer import SEPARATOR, Words

TITLE, ABSTRACT = "On FooNet", "FooNet is a net. BarNet is another."


def doc_of(title, abstract, *spans):
    """A Doc with entities given as (first token, token after the last, label)."""
    doc = Words(spacy.blank("xx").vocab)(title + SEPARATOR + abstract)
    doc.user_data[TITLE_LENGTH] = len(title)
    doc.tensor = np.zeros((len(doc), 2), dtype="float32")
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


def test_texts_come_back_as_they_went_in():
    assert texts_of(doc_of(TITLE, ABSTRACT)) == {"title": TITLE, "abstract": ABSTRACT}
    assert texts_of(doc_of(TITLE, "")) == {"title": TITLE, "abstract": ""}
    plain = Words(spacy.blank("xx").vocab)(TITLE)
    assert texts_of(plain) == {"title": TITLE, "abstract": ""}


def entities_component():
    """A component that takes what was marked as a model, and what was not for nothing."""
    component = Entities()
    zero, one = np.zeros((1, 1), dtype="float32"), np.ones((1, 1), dtype="float32")
    size = length(0, 2)
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
    component.phrases = fit_linear([(["x"], "yes"), (["y"], "no")] * 2, least=1)
    component.lexicon = Lexicon({"foonet": Entry((("MODEL", 2),), 2)})
    component.least = 0.5
    return component


def test_candidates_that_are_too_unlikely_are_dropped():
    doc = entities_component()(doc_of(TITLE, ABSTRACT, (1, 2, "MODEL")))
    assert [(e.names, e.type) for e in doc._.kg_entities] == [(("FooNet",), "MODEL")]
    assert doc._.kg_entities[0].confidence > 0.5


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
    with pytest.raises(KgError, match="untrained"):
        Entities()(doc_of(TITLE, ABSTRACT))
