"""Mentions of a paper: what the model marked, what it may amount to, where names stand. No spaCy here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.facts import Span
from kg.nlp.abbreviations import pairs
from kg.nlp.words import url_spans
from kg.schema import FIELDS


@dataclass(frozen=True, slots=True)
class Found:
    """One span that the model marked."""

    span: Span
    type: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entity of a paper before its relation is known."""

    names: tuple[str, ...]  #: best first
    type: str
    mentions: tuple[Span, ...]  #: every occurrence of a name, in the order of the text
    votes: tuple[tuple[str, int], ...] = ()  #: with which types the model marked how many of them, by name of the type
    joined: bool = False  #: whether a long form and an acronym were joined
    origins: tuple[str, ...] = ()  #: how its names came in: marked, likely, known, coined, defined
    beside: tuple[tuple[str, str, int], ...] = ()  #: how many other mentions lie how to marked spans of which type
    confidence: float = 1.0  #: chance that name and type are right

    @property
    def found(self) -> int:
        """How many of the mentions the model marked."""
        return sum(n for _, n in self.votes)


Texts = Mapping[str, str]  #: field -> text


def occurrences(names: Iterable[str], text: str) -> list[tuple[int, int, str]]:
    """Every whole-word occurrence of the names outside URLs: (start, end, name), no overlaps, the longest match first.

    >>> occurrences(["BERT", "BERT-base"], "BERT-base beats BERT, not RoBERTa")
    [(0, 9, 'BERT-base'), (16, 20, 'BERT')]
    """
    urls = _urls(text)
    hits: list[tuple[int, int, str]] = []
    for name in sorted(set(names)):
        hits += [(start, start + len(name), name) for start in _whole_word(name, text)]
    taken: list[tuple[int, int, str]] = []
    free = bytearray(len(text))
    for start, end in urls:
        free[start:end] = b"\2" * (end - start)
    for start, end, name in sorted(hits, key=lambda h: (h[0] - h[1], h[0])):
        if free[start] != 2 and 1 not in free[start:end]:
            free[start:end] = b"\1" * (end - start)
            taken.append((start, end, name))
    return sorted(taken)


@lru_cache(maxsize=8)
def _urls(text: str) -> tuple[tuple[int, int], ...]:
    """Where the URLs of a text stand; the names of a paper are looked for one after the other in the same two texts."""
    return tuple(url_spans(text))


def _whole_word(name: str, text: str) -> Iterator[int]:
    """Where a name stands as a whole word: ASCII letters and digits next to it would make it a part of another."""
    left, right = name[0].isalnum(), name[-1].isalnum()
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        whole = not (left and at and _is_ascii_word(text[at - 1])) and not (
            right and _is_ascii_word(text[end : end + 1])
        )
        if whole:
            yield at
        at = text.find(name, end if whole else at + 1)


def _is_ascii_word(char: str) -> bool:
    """Whether a character (or "") is an ASCII letter or digit."""
    return char.isascii() and char.isalnum()


def definitions(texts: Texts) -> list[tuple[str, str]]:
    """(short form, long form) as the texts define them; the first long form of a short one counts."""
    known: dict[str, str] = {}
    for field in FIELDS:
        for (a, b), (c, d) in pairs(texts[field]):
            known.setdefault(texts[field][a:b], texts[field][c:d])
    return sorted(known.items())


def has_acronym(names: Sequence[str]) -> bool:
    """Whether names of one and of several words stand together."""
    return len({len(n.split()) > 1 for n in names}) == 2
