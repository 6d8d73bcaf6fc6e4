"""The spaCy tokenizer loses nothing."""

import numpy as np
import spacy
from hypothesis import given
from hypothesis import strategies as st

from kg.nlp.blank import blank
from kg.nlp.tokenizer import SEPARATOR, Words

VOCAB = spacy.blank("xx").vocab


@given(st.text())
def test_a_doc_gives_back_its_text_and_offsets_are_code_points(text):
    doc = Words(VOCAB)(text)
    assert doc.text == text
    assert all(text[t.idx : t.idx + len(t)] == t.text for t in doc)


def test_the_separator_of_title_and_abstract_is_a_token_of_its_own():
    doc = Words(VOCAB)("A title" + SEPARATOR + "An abstract")
    assert [t.text for t in doc] == ["A", "title", SEPARATOR, "An", "abstract"]


def test_a_blank_pipeline_uses_the_tokenizer_and_the_vectors_and_waits_for_an_encoder():
    nlp = blank(["net"], np.ones((1, 4), dtype="float32"))
    assert isinstance(nlp.tokenizer, Words)
    assert nlp.pipe_names == ["kg_marks"]
    assert nlp.get_pipe("kg_marks").encoder is None
    assert nlp.make_doc("net")[0].vector.tolist() == [1, 1, 1, 1]
