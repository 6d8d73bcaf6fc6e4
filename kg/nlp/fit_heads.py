"""Training of what follows the mention model: relations, results and confidence, from labelled papers."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kg.facts import Span
from kg.nlp import confidence, results
from kg.nlp.labelled import GoldResult, Labelled
from kg.nlp.lexicon import Lexicon, learn
from kg.nlp.linear import Linear, fit_linear
from kg.nlp.mentions import Candidate, Found, entities
from kg.nlp.reading import read
from kg.nlp.relations import features
from kg.nlp.values import fold_name, fold_value

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Example = tuple[list[str], str]
FLOOR = 0.03  #: weights below it change nothing that can be measured, and make up half of a model


def fit_relation(papers: Sequence[Labelled], seed: int) -> Linear:
    """The classifier of relations, from gold entities."""
    examples: list[Example] = []
    for paper in papers:
        reading = read(paper.texts)
        others = [c for c, _ in paper.candidates]
        for candidate, relation in paper.candidates:
            parts = features(candidate, reading, others).values()
            examples.append(([f for part in parts for f in part], relation))
    return fit_linear(examples, least=4, strength=0.05, floor=FLOOR, seed=seed)


def fit_results(papers: Sequence[Labelled], seed: int) -> dict[str, Linear]:
    """The classifiers of figures and of the three slots, from gold entities."""
    figures: list[Example] = []
    slots: dict[str, list[Example]] = {slot: [] for slot in results.SLOTS}
    for paper in papers:
        reading = read(paper.texts)
        candidates = [c for c, _ in paper.candidates]
        known = results.known(candidates, [r for _, r in paper.candidates], reading)
        left = list(paper.results)
        # The abstract goes first: a figure that the title repeats is a result only once.
        for item in sorted(results.placed(reading, candidates), key=lambda p: p.sentence.field):
            gold = next((g for g in left if fold_value(g.value) == fold_value(item.figure.value)), None)
            figures.append((results.figure_features(item, known, reading), "yes" if gold else "no"))
            if gold:
                left.remove(gold)
                for slot in results.SLOTS:
                    slots[slot] += _slot_examples(item, known, slot, gold)
    models = {"figure": fit_linear(figures, least=3, strength=0.1, seed=seed)}
    return models | {slot: fit_linear(slots[slot], least=3, strength=0.2, seed=seed) for slot in results.SLOTS}


def _slot_examples(item: results.Placed, known: Sequence[results.Known], slot: str, gold: GoldResult) -> list[Example]:
    """Right and wrong choices for one slot; none where the gold filler is no entity."""
    fitting = results.choices(item, known, slot)
    wanted = fold_name(getattr(gold, slot))
    right = [bool(wanted) and wanted in {fold_name(n) for n in k.candidate.names} for k in fitting]
    right.append(not wanted or not any(right))
    if not fitting or (wanted and right[-1]):
        return []
    rows = results.choice_features(item, fitting)
    return [(row, "yes" if ok else "no") for row, ok in zip(rows, right, strict=True)]


def lexicon_of(papers: Iterable[Labelled]) -> Lexicon:
    """The names of labelled papers."""
    return learn(((p.title, p.abstract, [(list(e.names), e.type) for e in p.entities]) for p in papers), least=1)


def label_of(candidate: Candidate, paper: Labelled) -> str:
    """The type of the gold entity that shares a name with a candidate, its own type first; NONE where there is none."""
    names = {fold_name(n) for n in candidate.names}
    types = [e.type for e in paper.entities if names & {fold_name(n) for n in e.names}]
    return candidate.type if candidate.type in types else types[0] if types else confidence.NONE


def confidence_examples(
    papers: Sequence[Labelled], marked: Callable[[Labelled], list[Found]], lexicon: Lexicon
) -> list[Example]:
    """(features, type or NONE) of each candidate in papers that the mention model has not seen."""
    examples: list[Example] = []
    for paper in papers:
        reading = read(paper.texts)
        candidates = entities(paper.texts, marked(paper), lexicon)
        examples += [(confidence.features(c, reading, lexicon), label_of(c, paper)) for c in candidates]
    return examples


def best_threshold(
    papers: Sequence[Labelled], marked: Callable[[Labelled], list[Found]], lexicon: Lexicon, model: Linear
) -> float:
    """The lowest least confidence that gives the best F1 of mentions on held-out papers, or all but `_EQUAL` of it."""
    judged = []
    for paper in papers:
        reading = read(paper.texts)
        kept = confidence.judge(entities(paper.texts, marked(paper), lexicon), reading, lexicon, model, 0.0)
        gold = {(s, paper.entities[n].type) for s, n in paper.mentions}
        judged.append((gold, kept))
    scores = {n / 100: _f1(judged, n / 100) for n in range(20, 61, 4)}
    return min(least for least, f1 in scores.items() if f1 >= max(scores.values()) - _EQUAL)


def _f1(judged: Iterable[tuple[set[tuple[Span, str]], list[Candidate]]], least: float) -> float:
    """F1 of typed mentions of the entities with at least this confidence."""
    both = one = 0
    for gold, kept in judged:
        found = {(m, c.type) for c in kept if c.confidence >= least for m in c.mentions}
        both += len(gold & found)
        one += len(gold) + len(found)
    return 2 * both / one if one else 0.0


def calibrated(
    model: Linear, papers: Sequence[Labelled], marked: Callable[[Labelled], list[Found]], lexicon: Lexicon
) -> Linear:
    """The model with its scores stretched, and that of NONE shifted, so that its chances fit these papers best.

    Two numbers: the temperature of Guo et al. 2017 ("On calibration of modern neural networks") and a shift, since the
    models from whose mistakes the judge learnt mark less than the one that it now follows. Least log loss of "the
    likeliest type is right" over the candidates that have at least `_JUDGED` before.
    """
    import numpy as np

    none = model.labels.index(confidence.NONE) if confidence.NONE in model.labels else -1
    scores, chosen, right = [], [], []
    for row, label in confidence_examples(papers, marked, lexicon):
        likeliest = model.scores(row)
        kind = max((n for n in range(len(model.labels)) if n != none), key=lambda n: likeliest[n])
        if model.chances(row)[model.labels[kind]] >= _JUDGED:
            scores.append(likeliest)
            chosen.append(kind)
            right.append(label == model.labels[kind])
    if not right or none < 0:
        return model
    stretch, shift = _fit_chances(np.array(scores), np.array(chosen), np.array(right), none)
    bias = model.bias * stretch
    bias[none] += shift
    return Linear(model.labels, model.rows, (model.weights * stretch).astype("float32"), bias.astype("float32"))


def _fit_chances(scores: "Array", chosen: "Array", right: "Array", none: int) -> tuple[float, float]:
    """Stretch and shift with the least log loss, from a grid."""
    import numpy as np

    numbers = np.arange(len(chosen))

    def loss(option: tuple[float, float]) -> float:
        part = scores * option[0]
        part[:, none] += option[1]
        part = np.exp(part - part.max(axis=1, keepdims=True))
        chance = np.clip(part[numbers, chosen] / part.sum(axis=1), 1e-6, 1 - 1e-6)
        return float(-np.mean(np.where(right, np.log(chance), np.log(1 - chance))))

    return min(((n / 20, m / 10) for n in range(8, 31) for m in range(-10, 16)), key=loss)


_EQUAL = 0.0005  #: differences of F1 that mean nothing
_JUDGED = 0.3  #: chance from which a candidate counts for the temperature
