"""Linear models over features that are strings: multinomial logistic regression, applied with numpy alone."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import DataError, KgError

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class Linear:
    """Labels, one column of weights for each, and a row for each feature that training knew."""

    labels: tuple[str, ...]
    rows: dict[str, int]  #: feature -> row of `weights`
    weights: "Array"  #: features x labels
    bias: "Array"  #: labels

    def scores(self, features: Iterable[str]) -> "np.ndarray[Any, np.dtype[np.float64]]":
        """Scores of the labels (log-odds up to a constant); unknown features count nothing."""
        import numpy as np

        known = [self.rows[f] for f in dict.fromkeys(features) if f in self.rows]
        total: np.ndarray[Any, np.dtype[np.float64]] = self.weights[known].sum(axis=0, dtype="float64") + self.bias
        return total

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """Label -> probability."""
        import numpy as np

        scores = self.scores(features)
        odds = np.exp(scores - scores.max())
        return {label: float(p) for label, p in zip(self.labels, odds / odds.sum(), strict=True)}

    def odds(self, label: str, sets: Iterable[Iterable[str]]) -> list[float]:
        """Log-odds of one of two labels for several sets of features at once."""
        import numpy as np

        column = self.labels.index(label)
        lean = self.weights[:, column] - self.weights[:, 1 - column]
        known = [[self.rows[f] for f in dict.fromkeys(names) if f in self.rows] for names in sets]
        flat = np.array([row for rows in known for row in rows], dtype="int64")
        owner = np.repeat(np.arange(len(known)), [len(rows) for rows in known])
        sums = np.bincount(owner, weights=lean[flat], minlength=len(known))
        return [float(x) for x in sums + float(self.bias[column] - self.bias[1 - column])]


def fit_linear(
    examples: Sequence[tuple[Iterable[str], str]],
    *,
    least: int = 3,
    strength: float = 1.0,
    floor: float = 0.0,
    seed: int = 0,
) -> Linear:
    """A model from (features, label) pairs.

    Features seen fewer than `least` times are left out, and those of which no weight reaches `floor` are dropped again.

    `strength` is scikit-learn's C (less regularisation where it is larger). Deterministic.

    Raises KgError where scikit-learn is not installed, DataError where the labels are fewer than two.
    """
    import numpy as np

    if len({label for _, label in examples}) < 2:
        raise DataError(
            "there is nothing to learn: the labelled papers show fewer than two classes",
            hint="give more labelled papers",
        )
    regression = _regression(strength, seed)
    rows, sparse = matrix([features for features, _ in examples], least)
    model = regression.fit(sparse.astype("float64"), [label for _, label in examples])
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn gives one column, that of the second label
        weights, bias = np.vstack([-weights / 2, weights / 2]), np.concatenate([-bias / 2, bias / 2])
    kept = np.abs(weights).max(axis=0) >= floor
    names = [f for f in rows if kept[rows[f]]]
    table = np.ascontiguousarray(weights.T[kept], dtype="float32")
    return Linear(tuple(map(str, model.classes_)), {f: n for n, f in enumerate(names)}, table, bias.astype("float32"))


def matrix(sets: Sequence[Iterable[str]], least: int) -> tuple[dict[str, int], Any]:
    """The rows of the features that are common enough, and the examples as a sparse matrix of ones."""
    import numpy as np
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    unique = [sorted(set(features)) for features in sets]
    counts = Counter(f for features in unique for f in features)
    rows = {f: n for n, f in enumerate(sorted(f for f, c in counts.items() if c >= least))}
    indices = [[rows[f] for f in features if f in rows] for features in unique]
    ends = np.cumsum([0, *map(len, indices)])
    flat = np.fromiter((i for row in indices for i in row), dtype="int32", count=int(ends[-1]))
    return rows, csr_matrix((np.ones(len(flat), dtype="float32"), flat, ends), shape=(len(unique), len(rows)))


def _regression(strength: float, seed: int) -> Any:
    """scikit-learn's logistic regression. Raises KgError where it is not installed."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise KgError("training needs scikit-learn", hint="pip install 'kg-papers[train]'") from error
    return LogisticRegression(C=strength, max_iter=300, random_state=seed, tol=1e-3)


def save_linear(model: Linear, stem: Path) -> None:
    """Write `stem`.json (labels, features) and `stem`.npz (weights, bias); the same model gives the same bytes."""
    import numpy as np

    features = sorted(model.rows, key=lambda f: model.rows[f])
    text = json.dumps({"labels": model.labels, "features": features}, ensure_ascii=False)
    stem.with_suffix(".json").write_text(text, encoding="utf-8")
    with stem.with_suffix(".npz").open("wb") as out:
        np.savez_compressed(out, weights=model.weights, bias=model.bias)


def load_linear(stem: Path) -> Linear:
    """Read what `save_linear` wrote. Raises DataError where the parts do not fit."""
    import numpy as np

    try:
        record = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
        with np.load(stem.with_suffix(".npz"), allow_pickle=False) as arrays:
            weights, bias = arrays["weights"], arrays["bias"]
        labels, rows = tuple(record["labels"]), {f: n for n, f in enumerate(record["features"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"not a stored classifier: {error}", where=str(stem)) from error
    if weights.shape != (len(rows), len(labels)) or bias.shape != (len(labels),):
        raise DataError("weights do not fit the features", where=str(stem))
    return Linear(labels, rows, weights, bias)
