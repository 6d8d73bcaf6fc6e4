"""The empty pipeline that training fills: tokenizer, vectors and the mention model."""

from typing import TYPE_CHECKING, Any

from kg.schema import ENTITY_TYPES

if TYPE_CHECKING:
    import numpy as np
    from spacy.language import Language

#: Hash tables of the embedding: attribute of a word, rows.
EMBEDDED = {"NORM": 10_000, "PREFIX": 2_500, "SUFFIX": 5_000, "SHAPE": 5_000}


def word_model(width: int, depth: int, rows: dict[str, int]) -> dict[str, Any]:
    """The config of `tok2vec`, a vector for each word in its place: hashed and static embeddings, convolutions."""
    embed = {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": width,
        "attrs": list(rows),
        "rows": list(rows.values()),
        "include_static_vectors": True,
    }
    encode = {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": width,
        "depth": depth,
        "window_size": 1,
        "maxout_pieces": 3,
    }
    return {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}


def mention_model(width: int, hidden: int) -> dict[str, Any]:
    """The config of `ner`: a transition parser over the vectors that `tok2vec` leaves on the Doc."""
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": hidden,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": width, "upstream": "tok2vec"},
    }


def blank(
    words: list[str],
    vectors: "np.ndarray[Any, Any]",
    *,
    width: int = 96,
    depth: int = 4,
    hidden: int = 64,
    rows: dict[str, int] | None = None,
) -> "Language":
    """A pipeline with tokenizer, vectors (one row per word), and `tok2vec` and `ner` untrained."""
    import spacy

    import kg.nlp.tokenizer  # noqa: F401  (registers kg.Words.v1)

    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "kg.Words.v1"}}})
    set_vectors(nlp, words, vectors)
    nlp.add_pipe("tok2vec", config={"model": word_model(width, depth, rows or EMBEDDED)})
    ner = nlp.add_pipe("ner", config={"model": mention_model(width, hidden)})
    for label in ENTITY_TYPES:
        ner.add_label(label)  # type: ignore[attr-defined]
    return nlp


def set_vectors(nlp: "Language", words: list[str], vectors: "np.ndarray[Any, Any]") -> None:
    """Give a pipeline its vectors, one row per word."""
    from spacy.vectors import Vectors  # type: ignore[import-not-found]

    for word in words:
        nlp.vocab.strings.add(word)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=vectors, keys=words, name="kg")
