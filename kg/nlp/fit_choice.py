"""Training of a choice of one among several: conditional logistic regression, and a small network with vectors too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import DataError
from kg.nlp.linear import Linear, matrix
from kg.nlp.network import Learning, Network, fit_groups

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice as an annotator made it."""

    options: Sequence[Sequence[str]]  #: features of each option
    right: frozenset[int]  #: the options that are right; one is enough
    vectors: "np.ndarray[Any, Any] | None" = None  #: options x length


def fit_choice(choices: Sequence[Choice], *, least: int, strength: float, floor: float) -> Linear:
    """A model with the one label "yes", whose scores rank the options of a choice.

    It maximises the chance of the right options under a softmax over all options of each choice, less the square of the
    weights over twice `strength`. `least` and `floor` as in `fit_linear`. Deterministic.

    Raises DataError where there is no choice to learn from.
    """
    import numpy as np
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    if not choices:
        raise DataError("there is nothing to learn: no result has a slot filled", hint="give more labelled papers")
    rows, sparse = matrix([option for choice in choices for option in choice.options], least)
    sizes = np.array([len(choice.options) for choice in choices])
    starts = np.cumsum(sizes) - sizes
    right = np.zeros(int(sizes.sum()))
    right[[start + n for start, choice in zip(starts, choices, strict=True) for n in choice.right]] = 1.0
    loss = _Loss(sparse.astype("float64"), sparse.T.tocsr().astype("float64"), starts, sizes, right, strength)
    found = minimize(loss, np.zeros(len(rows)), jac=True, method="L-BFGS-B", options={"maxiter": 200, "ftol": 1e-5})
    kept = np.abs(found.x) >= floor
    names = [f for f in rows if kept[rows[f]]]  # in the order of the rows
    weights = np.ascontiguousarray(found.x[kept][:, None], dtype="float32")
    return Linear(("yes",), {f: n for n, f in enumerate(names)}, weights, np.zeros(1, dtype="float32"))


def fit_choice_network(choices: Sequence[Choice], learning: Learning) -> Network:
    """A network with the one label "yes", whose scores rank the options of a choice by features and vectors.

    Raises DataError where there is no choice to learn from.
    """
    import numpy as np

    if not choices:
        raise DataError("there is nothing to learn: no result has a slot filled", hint="give more labelled papers")
    features = [option for choice in choices for option in choice.options]
    right = np.array([n in choice.right for choice in choices for n in range(len(choice.options))], dtype="float32")
    vectors = np.concatenate([choice.vectors for choice in choices if choice.vectors is not None])
    return fit_groups(features, vectors, right, [len(choice.options) for choice in choices], learning)


@dataclass(frozen=True, slots=True)
class _Loss:
    """Negative log-likelihood with its gradient, as scipy asks for it."""

    options: Any  #: options x features
    features: Any  #: its transpose
    starts: Any  #: first option of each choice
    sizes: Any  #: number of options of each choice
    right: Any  #: 1 for right options
    strength: float

    def __call__(self, weights: Any) -> tuple[float, Any]:
        """Loss and gradient at these weights."""
        import numpy as np

        scores = self.options @ weights
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, self.starts), self.sizes))
        every = np.add.reduceat(odds, self.starts)
        good = np.add.reduceat(odds * self.right, self.starts) + 1e-300
        pull = odds / np.repeat(every, self.sizes) - odds * self.right / np.repeat(good, self.sizes)
        loss = -np.log(good / every).sum() + weights @ weights / (2 * self.strength)
        return float(loss), self.features @ pull + weights / self.strength
