"""A small neural classifier over features that are strings and a vector: applied with numpy, learnt with thinc."""

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from kg.errors import DataError
from kg.nlp.linear import matrix

if TYPE_CHECKING:
    import numpy as np
    from thinc.api import Model

    Array = np.ndarray[Any, np.dtype[np.float32]]
    Numbers = np.ndarray[Any, np.dtype[np.int64]]

_PARTS = ("bag", "dense", "bias", "hidden", "hidden_bias", "out", "out_bias")


@dataclass(frozen=True, slots=True)
class Network:
    """Two hidden layers: the sum of the rows of the known features and of a projected vector, then one more."""

    labels: tuple[str, ...]
    rows: dict[str, int]  #: feature -> row of `bag`
    bag: "Array"  #: features x width
    dense: "Array"  #: length of the vector x width
    bias: "Array"  #: width
    hidden: "Array"  #: width x hidden
    hidden_bias: "Array"  #: hidden
    out: "Array"  #: hidden x labels
    out_bias: "Array"  #: labels

    def scores(self, features: Sequence[Iterable[str]], vectors: "Array") -> "Array":
        """Scores of the labels (log-odds up to a constant), examples x labels; unknown features count nothing."""
        import numpy as np

        first = vectors @ self.dense + self.bias
        known = [[self.rows[f] for f in dict.fromkeys(names) if f in self.rows] for names in features]
        counts = np.array([len(rows) for rows in known], dtype="int64")
        some = counts > 0
        if some.any():
            flat = np.fromiter(chain.from_iterable(known), dtype="int64", count=int(counts.sum()))
            first[some] += np.add.reduceat(self.bag[flat], (np.cumsum(counts) - counts)[some], axis=0)
        second = np.maximum(np.maximum(first, 0) @ self.hidden + self.hidden_bias, 0)
        scores: Array = second @ self.out + self.out_bias
        return scores

    def chances(self, features: Sequence[Iterable[str]], vectors: "Array") -> "Array":
        """Probabilities of the labels, examples x labels."""
        return _softmax(self.scores(features, vectors))

    def stretched(self, label: str, by: float, shift: float) -> "Network":
        """The same network with all scores times `by`, and that of a label shifted after that."""
        bias = self.out_bias * by
        bias[self.labels.index(label)] += shift
        return replace(self, out=(self.out * by).astype("float32"), out_bias=bias.astype("float32"))


@dataclass(frozen=True, slots=True)
class Learning:
    """How a network learns; the defaults made the shipped one."""

    width: int = 48
    hidden: int = 64
    epochs: int = 6
    batch: int = 512
    rate: float = 0.003
    decay: float = 0.05
    least: int = 12  #: features seen more rarely are left out
    dropped: float = 0.3  #: share of the features that each example hides from the network while it learns
    dropout: float = 0.25  #: of the hidden layers
    seed: int = 0


def fit_network(
    features: Sequence[Iterable[str]], vectors: "Array", labels: Sequence[str], learning: Learning
) -> Network:
    """A network from examples. Deterministic for a seed.

    Raises DataError where the labels are fewer than two.
    """
    import numpy as np

    kinds = tuple(sorted(set(labels)))
    if len(kinds) < 2:
        raise DataError(
            "there is nothing to learn: the labelled papers show fewer than two classes",
            hint="give more labelled papers",
        )
    numbers = np.array([kinds.index(label) for label in labels])

    def change(scores: "Array", batch: "Numbers") -> "Array":
        odds = _softmax(scores)
        odds[np.arange(len(batch)), numbers[batch]] -= 1
        return odds / np.float32(len(batch))

    return _fit(features, vectors, kinds, [np.array([n]) for n in range(len(labels))], change, learning)


def fit_groups(
    features: Sequence[Iterable[str]], vectors: "Array", right: "Array", sizes: Sequence[int], learning: Learning
) -> Network:
    """A network with the one label "yes" whose scores are highest for the right examples of each group.

    `right`: 1 for a right example, 0 for another; `sizes`: how many examples, one after the other, make a group;
    `learning.batch` counts groups. Groups without a right example teach nothing. Deterministic for a seed.
    """
    import numpy as np

    starts = np.cumsum(sizes) - sizes
    groups = [np.arange(start, start + size) for start, size in zip(starts, sizes, strict=True)]
    group = np.repeat(np.arange(len(sizes)), sizes)

    def change(scores: "Array", batch: "Numbers") -> "Array":
        first = np.flatnonzero(np.diff(group[batch], prepend=-1))
        counts = np.diff(first, append=len(batch))
        odds = np.exp(scores[:, 0] - np.repeat(np.maximum.reduceat(scores[:, 0], first), counts))
        good = odds * right[batch]
        every, some = np.add.reduceat(odds, first), np.add.reduceat(good, first)
        pull = odds / np.repeat(every, counts) - good / np.repeat(np.maximum(some, 1e-9), counts)
        pull[np.repeat(some <= 0, counts)] = 0
        gradient: Array = (pull / len(first)).astype("float32")[:, None]
        return gradient

    return _fit(features, vectors, ("yes",), groups, change, learning)


def _fit(
    features: Sequence[Iterable[str]],
    vectors: "Array",
    labels: tuple[str, ...],
    groups: "Sequence[Numbers]",
    change: "Callable[[Array, Numbers], Array]",
    learning: Learning,
) -> Network:
    """A network learnt from groups of examples; `change`: scores of a batch, its examples -> gradient of the loss."""
    import numpy as np
    from thinc.api import Adam, fix_random_seed

    fix_random_seed(learning.seed)
    rows, table = matrix(features, learning.least)
    model = _model(len(rows), vectors.shape[1], len(labels), learning)
    model.initialize()
    optimizer = Adam(learning.rate, L2=learning.decay, L2_is_weight_decay=True, grad_clip=0.0)
    chance = np.random.default_rng(learning.seed)
    steps = learning.epochs * (1 + len(groups) // learning.batch)
    for step, batch in enumerate(_batches(groups, learning, chance)):
        part = table[batch]
        part.data *= (chance.random(len(part.data)) >= learning.dropped) / np.float32(1 - learning.dropped)
        scores, backprop = model.begin_update((part, vectors[batch].astype("float32")))
        backprop(change(scores, batch))
        optimizer.learn_rate = learning.rate * max(0.02, 1 - step / steps)
        model.finish_update(optimizer)
    return _network(model, labels, rows)


def _batches(groups: "Sequence[Numbers]", learning: Learning, chance: "np.random.Generator") -> "Iterator[Numbers]":
    """Numbers of examples, whole groups together, in a new order each epoch."""
    import numpy as np

    for _ in range(learning.epochs):
        order = chance.permutation(len(groups))
        for at in range(0, len(groups), learning.batch):
            yield np.concatenate([groups[n] for n in order[at : at + learning.batch]])


def _softmax(scores: "Array") -> "Array":
    """Scores as probabilities, row by row."""
    import numpy as np

    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Array = odds / odds.sum(axis=1, keepdims=True)
    return chances


def _model(rows: int, length: int, labels: int, learning: Learning) -> "Model[Any, Any]":
    """The untrained thinc model: (sparse, dense) -> scores."""
    from thinc.api import Dropout, Linear, Relu, zero_init
    from thinc.api import chain as layers

    drop = learning.dropout
    return layers(
        _first(rows, length, learning),
        Dropout(drop),
        Relu(learning.hidden, learning.width),
        Dropout(drop),
        Linear(labels, learning.hidden, init_W=zero_init),
    )


def _first(rows: int, length: int, learning: Learning) -> "Model[Any, Any]":
    """The first layer: relu(sparse @ bag + dense @ projection + bias)."""
    import numpy as np
    from thinc.api import Model

    def forward(model: Any, inputs: Any, is_train: bool) -> Any:  # noqa: FBT001  (thinc calls it so)
        sparse, dense = inputs
        if is_train:
            kept = (chance.random(dense.shape) >= learning.dropped) / np.float32(1 - learning.dropped)
            dense = dense * kept.astype("float32")
        result = sparse @ model.get_param("bag") + dense @ model.get_param("dense") + model.get_param("bias")
        on = result > 0

        def backprop(change: Any) -> Any:
            change = change * on
            model.inc_grad("bag", sparse.T @ change)
            model.inc_grad("dense", dense.T @ change)
            model.inc_grad("bias", change.sum(axis=0))
            return change

        return result * on, backprop

    chance = np.random.default_rng(learning.seed + 1)
    params: dict[str, Any] = {
        "bag": chance.normal(0, 0.02, (rows, learning.width)).astype("float32"),
        "dense": chance.normal(0, length**-0.5, (length, learning.width)).astype("float32"),
        "bias": np.zeros(learning.width, dtype="float32"),
    }
    return Model("first", forward, params=params)


def _network(model: "Model[Any, Any]", labels: tuple[str, ...], rows: dict[str, int]) -> Network:
    """What was learnt, as plain arrays."""
    layers: Any = model.layers
    first, _, second, _, last = layers
    parts = [first.get_param("bag"), first.get_param("dense"), first.get_param("bias")]
    parts += [second.get_param("W").T, second.get_param("b"), last.get_param("W").T, last.get_param("b")]
    return Network(labels, rows, *(part.astype("float32") for part in parts))


def save_network(network: Network, stem: Path) -> None:
    """Write `stem`.json (labels, features) and `stem`.npz (arrays in half precision); deterministic."""
    import numpy as np

    features = sorted(network.rows, key=lambda f: network.rows[f])
    text = json.dumps({"labels": network.labels, "features": features}, ensure_ascii=False)
    stem.with_suffix(".json").write_text(text, encoding="utf-8")
    with stem.with_suffix(".npz").open("wb") as out:
        np.savez_compressed(out, **{name: getattr(network, name).astype("float16") for name in _PARTS})


def load_network(stem: Path) -> Network:
    """Read what `save_network` wrote. Raises DataError where the parts do not fit."""
    import numpy as np

    try:
        record = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        with stem.with_suffix(".npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            parts = [arrays[name].astype("float32") for name in _PARTS]
        labels, rows = tuple(record["labels"]), {f: n for n, f in enumerate(record["features"])}
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        raise DataError(f"not a stored network: {error}", where=str(stem)) from error
    network = Network(labels, rows, *parts)
    width, hidden = network.bias.shape[0], network.hidden_bias.shape[0]
    shapes = ((len(rows), width), (network.dense.shape[0], width), (width,), (width, hidden), (hidden,))
    if tuple(p.shape for p in parts) != (*shapes, (hidden, len(labels)), (len(labels),)):
        raise DataError("the arrays do not fit the features and labels", where=str(stem))
    return network
