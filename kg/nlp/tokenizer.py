"""The spaCy tokenizer of the pipeline: the words of `kg.nlp.words` as a Doc."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from kg.nlp.words import word_spans

if TYPE_CHECKING:
    from spacy.language import Language

#: Between title and abstract in the one Doc of a paper; a token of its own, which no name can cross.
SEPARATOR = "\n"


class Words:
    """Text -> Doc, without loss: `doc.text == text` for every text."""

    def __init__(self, vocab: Vocab) -> None:
        """`vocab` is that of the pipeline."""
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The Doc of a text; one space after a token belongs to the token, other white space is a token."""
        words: list[str] = []
        spaces: list[bool] = []
        after_word = False
        for start, end in word_spans(text):
            word = text[start:end]
            blank = word.isspace()
            if blank and after_word and word[0] == " ":
                spaces[-1] = True
                word = word[1:]
            if word:
                words.append(word)
                spaces.append(False)
            after_word = not blank
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_: object) -> bytes:
        """Nothing to store: the rule is code."""
        return b""

    def from_bytes(self, _data: bytes, **_: object) -> "Words":
        """Nothing to load."""
        return self

    def to_disk(self, _path: str | Path, **_: object) -> None:
        """Nothing to store."""

    def from_disk(self, _path: str | Path, **_: object) -> "Words":
        """Nothing to load. The vectors, which spaCy has just read, are stored in half precision and used in single."""
        self.vocab.vectors.data = self.vocab.vectors.data.astype("float32")
        return self


@registry.tokenizers("kg.Words.v1")  # type: ignore[untyped-decorator]
def create_words() -> "Callable[[Language], Words]":
    """The tokenizer as spaCy's config names it."""
    return lambda nlp: Words(nlp.vocab)
