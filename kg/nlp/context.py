"""What the vectors of a paper's words say of a candidate: the words of its name and around it, alone and in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.nlp.mentions import Candidate

if TYPE_CHECKING:
    import numpy as np
    from spacy.tokens import Doc

    Array = np.ndarray[Any, np.dtype[np.float32]]

_MENTIONS = 6  #: mentions of a candidate that are looked at
_WINDOW = 8  #: words on each side whose mean counts


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of title and abstract in one row, with two vectors each."""

    starts: "np.ndarray[Any, np.dtype[np.int64]]"  #: offset of each word in title + separator + abstract
    abstract: int  #: offset of the abstract there
    static: "Array"  #: words x width: the skip-gram vector, zero for an unknown word
    placed: "Array"  #: words x width: what `tok2vec` makes of the word in its place


def tokens_of(doc: "Doc", abstract: int) -> Tokens:
    """The words of a Doc that `tok2vec` has worked on (`abstract`: where the abstract begins)."""
    import numpy as np
    from spacy.attrs import IDX, LOWER, ORTH  # type: ignore[import-not-found]

    table = doc.vocab.vectors
    attributes = doc.to_array([IDX, ORTH, LOWER]).astype("uint64")
    rows = table.find(keys=attributes[:, 1])
    rows = np.where(rows < 0, table.find(keys=attributes[:, 2]), rows)
    static = np.zeros((len(rows), table.data.shape[1]), dtype="float32")
    static[rows >= 0] = table.data[rows[rows >= 0]]
    return Tokens(attributes[:, 0].astype("int64"), abstract, static, np.asarray(doc.tensor, dtype="float32"))


def length(static: int, placed: int) -> int:
    """The length of a candidate's vector for these widths."""
    return 8 * static + 3 * placed


def context(candidates: Sequence[Candidate], tokens: Tokens) -> "Array":
    """A vector for each candidate, the mean over its first mentions.

    For a mention: first, last and mean word of the name, two words on each side and the mean of a window around it by
    their static vectors; first, last and mean word of the name by their vectors in place.
    """
    import numpy as np

    size = length(tokens.static.shape[1], tokens.placed.shape[1])
    if not candidates:
        return np.zeros((0, size), dtype="float32")
    looked = [c.mentions[:_MENTIONS] for c in candidates]
    shift = {"title": 0, "abstract": tokens.abstract}
    starts = np.array([shift[m.field] + m.start for part in looked for m in part])
    ends = np.array([shift[m.field] + m.end for part in looked for m in part])
    first = np.searchsorted(tokens.starts, starts, side="right") - 1
    last = np.searchsorted(tokens.starts, ends - 1, side="right") - 1
    rows = _mention_vectors(first, last, tokens)
    counts = np.array([len(part) for part in looked])
    bounds = np.concatenate([[0], np.cumsum(counts)[:-1]])
    means: Array = (np.add.reduceat(rows, bounds, axis=0) / counts[:, None]).astype("float32")
    return means


def _mention_vectors(first: Any, last: Any, tokens: Tokens) -> "Array":
    """The vectors of mentions, given by first and last word."""
    import numpy as np

    static, placed = tokens.static, tokens.placed
    count = len(static)
    padded = np.concatenate(
        [np.zeros((2, static.shape[1]), "float32"), static, np.zeros((2, static.shape[1]), "float32")]
    )
    sums = np.concatenate([np.zeros((1, static.shape[1])), np.cumsum(static, axis=0, dtype="float64")])
    placed_sums = np.concatenate([np.zeros((1, placed.shape[1])), np.cumsum(placed, axis=0, dtype="float64")])
    inside = (last - first + 1)[:, None]
    left, right = np.maximum(first - _WINDOW, 0), np.minimum(last + 1 + _WINDOW, count)
    near = sums[right] - sums[last + 1] + sums[first] - sums[left]
    size = np.maximum(right - last - 1 + first - left, 1)[:, None]
    parts = [static[first], static[last], (sums[last + 1] - sums[first]) / inside]
    parts += [padded[first + 1], padded[first], padded[last + 3], padded[last + 4], near / size]
    parts += [placed[first], placed[last], (placed_sums[last + 1] - placed_sums[first]) / inside]
    return np.concatenate(parts, axis=1, dtype="float32", casting="same_kind")
