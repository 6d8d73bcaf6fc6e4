"""What the encoder says of a candidate: the vectors of the words of its name, and the chances of its spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.facts import Span
from kg.nlp.marks import evidence, likely
from kg.nlp.mentions import Candidate

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]
    Numbers = np.ndarray[Any, np.dtype[np.int64]]

_MENTIONS = 6  #: mentions of a candidate that are looked at


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of title and abstract in one row, as the encoder sees them."""

    starts: "Numbers"  #: offset of each word in title + separator + abstract
    ends: "Numbers"  #: offset after each
    abstract: int  #: offset of the abstract there
    vectors: "Array"  #: words x width: of the word in its place
    spans: "Array"  #: words x longest x labels: log chances, see `kg.nlp.encoder`

    def mean(self, field: str, start: int, end: int) -> "Array":
        """The mean vector of the words that a stretch of title or abstract touches."""
        import numpy as np

        shift = self.abstract if field == "abstract" else 0
        first, last = np.searchsorted(self.starts, (shift + start, shift + end - 1), side="right") - 1
        mean: Array = self.vectors[max(0, first) : last + 1].mean(axis=0, dtype="float32")
        return mean


def likely_in(tokens: Tokens) -> list[Span]:
    """The spans of title and abstract that may well be names."""
    found = []
    for first, last, _, _ in likely(tokens.spans):
        start, end = int(tokens.starts[first]), int(tokens.ends[last])
        if start >= tokens.abstract:
            found.append(Span("abstract", start - tokens.abstract, end - tokens.abstract))
        elif end < tokens.abstract:
            found.append(Span("title", start, end))
    return found


def length(width: int, labels: int) -> int:
    """The length of a candidate's vector for these sizes of the encoder."""
    return 3 * width + 5 * labels


def context(candidates: Sequence[Candidate], tokens: Tokens) -> "Array":
    """A vector for each candidate, the mean over its first mentions.

    For a mention: first, last and mean word of the name, and the evidence of the spans (`kg.nlp.marks`); at the end the
    best chances that one of the mentions has for itself.
    """
    import numpy as np

    labels = tokens.spans.shape[2]
    if not candidates:
        return np.zeros((0, length(tokens.vectors.shape[1], labels)), dtype="float32")
    looked = [c.mentions[:_MENTIONS] for c in candidates]
    shift = {"title": 0, "abstract": tokens.abstract}
    starts = np.array([shift[m.field] + m.start for part in looked for m in part])
    ends = np.array([shift[m.field] + m.end for part in looked for m in part])
    first = np.searchsorted(tokens.starts, starts, side="right") - 1
    last = np.searchsorted(tokens.starts, ends - 1, side="right") - 1
    counts = np.array([len(part) for part in looked])
    bounds = np.concatenate([[0], np.cumsum(counts)[:-1]])
    said = evidence(first, last, tokens.spans)
    rows = np.concatenate([_words(first, last, tokens.vectors), said], axis=1)
    means = np.add.reduceat(rows, bounds, axis=0) / counts[:, None]
    best = np.maximum.reduceat(said[:, labels : 2 * labels], bounds, axis=0)
    return np.concatenate([means, best], axis=1).astype("float32")


def _words(first: "Numbers", last: "Numbers", vectors: "Array") -> "Array":
    """First, last and mean word of mentions."""
    import numpy as np

    sizes = last - first + 1
    bounds = np.cumsum(sizes) - sizes
    inside = np.arange(int(sizes.sum())) + np.repeat(first - bounds, sizes)
    sums = np.add.reduceat(vectors[inside].astype("float32"), bounds, axis=0)
    return np.concatenate([vectors[first], vectors[last], sums / sizes[:, None]], axis=1, dtype="float32")
