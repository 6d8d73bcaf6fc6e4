"""Word pieces: the parts of a word that the encoder knows, by the rule of uncased BERT. No spaCy here."""

import re
import unicodedata
from collections.abc import Sequence

START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
MOST = 6  #: pieces of one word that count
_LONGEST = 100  #: characters of a part that is looked up at all
_INSIDE = "##"  #: begins a piece that does not begin a part of a word
_CHINESE = r"\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff"
_PART = re.compile(rf"[{_CHINESE}]|[^\W_{_CHINESE}]+|\S")


class Pieces:
    """Word -> numbers of its pieces (WordPiece: Schuster & Nakajima 2012, Devlin et al. 2019)."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """`vocabulary`: the pieces in the order of their numbers; holds `START`, `END` and `UNKNOWN`."""
        self.vocabulary = tuple(vocabulary)
        self._numbers = {piece: n for n, piece in enumerate(self.vocabulary)}
        self._known: dict[str, tuple[int, ...]] = {}
        self.start, self.end, self.unknown = (self._numbers[piece] for piece in (START, END, UNKNOWN))

    def of(self, word: str) -> tuple[int, ...]:
        """The numbers of the first `MOST` pieces of a word, at least one.

        >>> pieces = Pieces(["[CLS]", "[SEP]", "[UNK]", "deb", "##er", "##ta", "2"])
        >>> pieces.of("DeBERTa"), pieces.of("2"), pieces.of("%")
        ((3, 4, 5), (6,), (2,))
        """
        found = self._known.get(word)
        if found is None:
            numbers = [n for part in _PART.findall(_plain(word[: 2 * _LONGEST])) for n in self._split(part)]
            found = tuple(numbers[:MOST]) or (self.unknown,)
            if len(self._known) < 2**17:
                self._known[word] = found
        return found

    def _split(self, part: str) -> list[int]:
        """The longest pieces from the left; unknown where a rest has none."""
        numbers: list[int] = []
        start = 0
        while start < len(part):
            for end in range(len(part), start, -1):
                piece = part[start:end] if not start else _INSIDE + part[start:end]
                if (number := self._numbers.get(piece)) is not None:
                    numbers.append(number)
                    start = end
                    break
            else:
                return [self.unknown]
        return numbers if len(part) <= _LONGEST else [self.unknown]


def _plain(word: str) -> str:
    """Lower case, without accents and control characters."""
    if word.isascii() and word.isprintable():
        return word.lower()
    parted = unicodedata.normalize("NFD", word.lower())
    return "".join(c for c in parted if unicodedata.category(c) not in ("Mn", "Cc", "Cf"))
