"""A paper as sentences of words with their places: what relations and results are read from. Plain data."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.facts import Span
from kg.nlp.words import sentence_spans, word_spans
from kg.schema import FIELDS


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; the title is sentence 0."""

    number: int
    field: str
    start: int
    end: int
    words: tuple[str, ...]  #: lower case, digits as 0
    starts: tuple[int, ...]  #: where the words begin, in the text of the field

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.field, self.start, self.end)

    def word_at(self, offset: int) -> int:
        """The number of the word that holds this offset of the text."""
        return max(0, bisect_right(self.starts, offset) - 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences of title and abstract."""

    texts: Mapping[str, str]
    sentences: tuple[Sentence, ...]

    def sentence(self, field: str, offset: int) -> Sentence:
        """The sentence in which an offset lies; for an offset between two, the one before it.

        Raises IndexError where the field has no sentence.
        """
        at = bisect_right(self.sentences, (field != "title", offset), key=_place) - 1
        if at < 0 or self.sentences[at].field != field:
            at += 1
        return self.sentences[at]


def _place(sentence: Sentence) -> tuple[bool, int]:
    """What sentences are sorted by."""
    return sentence.field != "title", sentence.start


@lru_cache(maxsize=2**15)
def plain(word: str) -> str:
    """A word as features see it.

    >>> plain("Top1"), plain("91.37")
    ('top0', '0')
    """
    if word[:1].isdigit() and word.replace(".", "").isdigit():
        return "0"
    return "".join("0" if c.isdigit() else c for c in word.lower())


def read(texts: Mapping[str, str]) -> Reading:
    """Split title (one sentence) and abstract into sentences and words."""
    sentences: list[Sentence] = []
    for field in FIELDS:
        text = texts[field]
        spans = sentence_spans(text) if field == "abstract" else ((0, len(text)),) if text else ()
        for start, end in spans:
            words = [(plain(text[start + a : start + b]), start + a) for a, b in word_spans(text[start:end])]
            kept = [(w, a) for w, a in words if not w.isspace()]
            sentences.append(
                Sentence(len(sentences), field, start, end, tuple(w for w, _ in kept), tuple(a for _, a in kept))
            )
    return Reading(texts, tuple(sentences))
