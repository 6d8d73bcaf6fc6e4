"""What the chances of spans amount to: the spans that are marked, and those that may well be names. No spaCy here."""

from typing import TYPE_CHECKING, Any

from kg.nlp.encoder import LONGEST
from kg.schema import ENTITY_TYPES

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

LABELS = ("", *ENTITY_TYPES)  #: of spans in the order of their numbers, the first for no entity
LEAST_MARKED = 0.3  #: chance of being an entity from which on a span is marked
LEAST_LIKELY = 0.02  #: from which on it is looked at
_RARE = -9.0  #: log chances below count as this
_BESIDE = LONGEST - 1  #: words before a span where one that overlaps it may begin


def likely(spans: "Array", least: float = LEAST_LIKELY) -> list[tuple[int, int, int, float]]:
    """(first word, last word, label, chance of being an entity) of the spans with at least this chance.

    `spans`: words x `LONGEST` x labels, log chances, label 0 for none. The likeliest first, of equals the first.
    """
    import numpy as np

    entity = 1 - np.exp(spans[:, :, 0].astype("float32"))
    first, more = np.nonzero(entity >= least)
    labels = 1 + spans[first, more, 1:].argmax(axis=1)
    found = zip(first.tolist(), (first + more).tolist(), labels.tolist(), entity[first, more].tolist(), strict=True)
    return sorted(found, key=lambda f: (-f[3], f))


def marked(found: list[tuple[int, int, int, float]], least: float = LEAST_MARKED) -> list[tuple[int, int, int]]:
    """(first word, last word, label) of those that stand together: the likeliest first, none over another."""
    taken: set[int] = set()
    kept = []
    for first, last, label, chance in found:
        words = range(first, last + 1)
        if chance >= least and taken.isdisjoint(words):
            taken.update(words)
            kept.append((first, last, label))
    return sorted(kept)


def evidence(first: Any, last: Any, spans: "Array") -> "Array":
    """What the chances of spans say of mentions, given by their first and last words: mentions x 4 times the labels.

    The log chances and chances of the mention's own span, and the log chances of the likeliest span that holds it and
    of the likeliest other one that overlaps it.
    """
    import numpy as np

    spans = np.maximum(spans.astype("float32"), _RARE)
    count, _, labels = spans.shape
    nothing = np.full(labels, _RARE, dtype="float32")
    nothing[0] = 0
    padded = np.concatenate([np.tile(nothing, (_BESIDE, LONGEST, 1)), spans, np.tile(nothing, (_BESIDE, LONGEST, 1))])
    last = np.minimum(last, first + _BESIDE)
    begins = first[:, None] + np.arange(-_BESIDE, LONGEST)  # mentions x places
    near = padded[begins + _BESIDE]  # mentions x places x `LONGEST` x labels
    ends = begins[:, :, None] + np.arange(LONGEST)
    entity = 1 - np.exp(near[..., 0])
    holds = (begins <= first[:, None])[:, :, None] & (ends >= last[:, None, None])
    own = (begins == first[:, None])[:, :, None] & (ends == last[:, None, None])
    meets = (begins <= last[:, None])[:, :, None] & (ends >= first[:, None, None])
    rows = np.arange(len(first))
    flat = near.reshape(len(first), -1, labels)
    parts = [spans[np.minimum(first, count - 1), last - first]]
    parts.append(np.exp(parts[0]))
    for where in (holds & ~own, meets & ~holds):
        chosen = np.where(where, entity, 0).reshape(len(first), -1).argmax(axis=1)
        inside = where.reshape(len(first), -1)[rows, chosen][:, None]
        parts.append(np.where(inside, flat[rows, chosen], nothing) / 2)
    return np.concatenate(parts, axis=1)
