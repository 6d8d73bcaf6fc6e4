"""Training of what follows the choice of entities: relations and results, from labelled papers."""

from collections.abc import Iterator, Sequence
from random import Random

from kg.nlp import results
from kg.nlp.context import Tokens
from kg.nlp.fit_choice import Choice, fit_choice, fit_choice_network
from kg.nlp.fit_judge import Mark
from kg.nlp.labelled import GoldResult, Labelled
from kg.nlp.linear import Linear, fit_linear
from kg.nlp.network import Learning, Network
from kg.nlp.reading import Reading, read
from kg.nlp.relations import features
from kg.nlp.slot_features import rows, vectors
from kg.nlp.slots import Given, Known, Placed, Task, beside, choices
from kg.nlp.values import fold_name, fold_value

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


def fit_results(
    papers: Sequence[Labelled], mark: Mark, learning: Learning, seed: int
) -> tuple[dict[str, Linear], dict[str, Network]]:
    """The classifiers of figures and of the three slots, and the networks of these, from gold entities.

    Each paper counts twice, the second time without some of its metrics: the extractor misses as many.
    """
    chance = Random(seed)  # noqa: S311  (nothing secret)
    figures: list[Example] = []
    slots: dict[str, list[Choice]] = {slot: [] for slot in results.SLOTS}
    for paper in papers:
        reading = read(paper.texts)
        tokens = mark(paper).tokens if paper.results else None
        whole = results.known([c for c, _ in paper.candidates], [r for _, r in paper.candidates], reading)
        for known in (whole, [k for k in whole if k.candidate.type != "METRIC" or chance.random() >= _MISSED]):
            items = results.placed(reading, [k.candidate for k in known])
            pairs = _paired(items, paper.results)
            for item, gold in pairs:
                row = results.figure_features(item, known, items, reading)
                figures.append((row, "yes" if gold else "no"))
            for slot, choice in _slot_examples(paper, reading, known, pairs, tokens):
                slots[slot].append(choice)
    models = {"figure": fit_linear(figures, least=4, strength=0.05, floor=FLOOR, seed=seed)}
    models |= {slot: fit_choice(slots[slot], least=4, strength=0.2, floor=FLOOR) for slot in results.SLOTS}
    return models, {slot: fit_choice_network(slots[slot], learning) for slot in results.SLOTS}


def _paired(items: Sequence[Placed], gold: Sequence[GoldResult]) -> list[tuple[Placed, GoldResult | None]]:
    """The figures with the results that they are, in the order of the text."""
    left = list(gold)
    pairs: list[tuple[Placed, GoldResult | None]] = []
    # The abstract goes first: a figure that the title repeats is a result only once.
    for item in sorted(items, key=lambda i: i.sentence.field):
        found = next((g for g in left if fold_value(g.value) == fold_value(item.figure.value)), None)
        if found:
            left.remove(found)
        pairs.append((item, found))
    return sorted(pairs, key=lambda p: (p[0].sentence.number, p[0].first))


def _slot_examples(
    paper: Labelled,
    reading: Reading,
    known: Sequence[Known],
    pairs: Sequence[tuple[Placed, GoldResult | None]],
    tokens: Tokens | None,
) -> Iterator[tuple[str, Choice]]:
    """(slot, choice) of the results of a paper; none where the filler that annotators name is not to be had."""
    items = [item for item, _ in pairs]
    last: dict[str, Given] = {}
    for item, gold in pairs:
        chosen: dict[str, Known | None] = {}
        for slot in results.SLOTS if gold else ():
            fitting = choices(item, known, slot, reading)
            wanted = _forms(paper, getattr(gold, slot))
            right = [n for n, k in enumerate(fitting) if wanted & {fold_name(name) for name in k.candidate.names}]
            if not wanted:
                right = [len(fitting)]
            if fitting and right:
                task = Task(item, beside(item, items), last.get(slot), chosen)
                seen = vectors(task, fitting, tokens).astype("float16") if tokens else None
                yield slot, Choice(rows(task, fitting), frozenset(right), seen)
            chosen[slot] = fitting[right[0]] if right and wanted else None
            last[slot] = Given(item, "" if not wanted else fitting[right[0]].name if right else None)


def _forms(paper: Labelled, name: str) -> set[str]:
    """All names of the gold entity with this name, folded; of the name alone where it is none; none of "" ."""
    folded = fold_name(name)
    every = ({fold_name(n) for n in e.names} for e in paper.entities)
    return next((names for names in every if folded in names), {folded}) if folded else set()


_MISSED = 0.3  #: share of the metrics that the extractor misses in papers it has not seen
