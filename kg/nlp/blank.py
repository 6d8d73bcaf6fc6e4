"""The empty pipeline that training fills: tokenizer, static vectors and the encoder."""

from typing import TYPE_CHECKING, Any

from kg.nlp.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from spacy.language import Language


def blank(words: list[str], vectors: "np.ndarray[Any, Any]", encoder: Encoder | None = None) -> "Language":
    """A pipeline with tokenizer, static vectors (one row per word), and `kg_marks`."""
    import spacy
    from spacy.vectors import Vectors  # type: ignore[import-not-found]

    import kg.nlp.components
    import kg.nlp.tokenizer  # noqa: F401  (both register what is named here)

    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "kg.Words.v1"}}})
    for word in words:
        nlp.vocab.strings.add(word)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=vectors, keys=words, name="kg")
    marks: Any = nlp.add_pipe("kg_marks")
    marks.encoder = encoder
    return nlp
