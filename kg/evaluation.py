"""How well extracted facts agree with labelled papers: the measures by which kg is judged, as a value.

Mentions count as right with the same field, offsets and type; entities of a paper where they share a name (letters and
digits, case folded) and the type. A result is matched by its value inside the paper, its slots by any name of the gold
entity.

Every paper gives a `Tally`, and tallies add up to `Scores`. Drawing the papers anew, with repetition, shows how far the
scores would move with other papers (bootstrap, Efron 1979).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from kg.facts import Facts, PaperEntity, Result
from kg.nlp.labelled import GoldEntity, GoldResult, Labelled, read_labelled
from kg.nlp.values import fold_name, fold_value
from kg.paper import Paper
from kg.schema import ENTITY_TYPES

MAIN = ("MODEL", "DATASET", "BENCHMARK", "METHOD")  #: the types of things; TASK and METRIC stand apart
SLOTS = ("system", "on", "metric")
#: Measures of `Scores.values` by what people call them, in the order of tables.
MEASURES = {
    "mentions": "mentions, all types",
    "main_mentions": "mentions, 4 main types",
    **{f"by_type.{kind}": kind for kind in ENTITY_TYPES},
    "entities": "entities of a paper, 4 main types",
    "other_entities": "entities of a paper, task and metric",
    "relation": "relation right, of matched main entities",
    "proposed": "proposed systems",
    "figures": "result figures",
    "whole_results": "results, whole",
    **{f"slots.{slot}": f"{slot} right, of matched figures" for slot in SLOTS},
    "calibration": "calibration error of confidence",
}
RESAMPLES = 1_000  #: times that the papers are drawn anew for the intervals
BINS = 10  #: of confidence
Key = tuple[str, ...]  #: what is counted: ("mention", "MODEL", "right")


class Extracts(Protocol):
    """What can be evaluated: `kg.nlp.pipeline.Extractor`, or anything else that gives facts."""

    def facts(self, paper: Paper) -> Facts:
        """The facts of a paper."""
        ...


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many are right, found though wrong, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the found that is right; 0 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 0 where nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0

    def to_json(self) -> dict[str, float | int]:
        """Rounded to four decimals."""
        shares = {"precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4)}
        return shares | asdict(self)


@dataclass(frozen=True, slots=True)
class Measure:
    """A value and its 95% interval; None where there was nothing to measure."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, float | None]:
        """Rounded to four decimals."""
        return {name: _round(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Tally:
    """What a paper adds to the counts."""

    counts: "Counter[Key]"
    gaps: tuple[float, ...]  #: by bin of confidence: the sum of the confidences less the number that are right


@dataclass(frozen=True, slots=True)
class Scores:
    """All measures over a set of papers. Shares are None where there was nothing to measure."""

    papers: int
    mentions: Agreement  #: all six types
    main_mentions: Agreement  #: MODEL, DATASET, BENCHMARK, METHOD
    by_type: dict[str, Agreement]
    entities: Agreement  #: entities of a paper, the four main types
    other_entities: Agreement  #: TASK and METRIC
    relation: float | None  #: share of matched main entities with the right relation
    proposed: Agreement  #: main entities that the paper proposes
    figures: Agreement  #: values of results
    whole_results: Agreement  #: values with all three slots right
    slots: dict[str, float | None]  #: share of matched values with this slot right
    calibration: float | None  #: expected calibration error of the confidence of main entities, ten bins
    measures: dict[str, Measure] = field(default_factory=dict)  #: what `values` gives, with intervals

    def values(self) -> dict[str, float | None]:
        """Each measure as one number: F1 where there is precision and recall, else the share."""
        flat: dict[str, float | None] = {}
        for name in self.__slots__[1:-1]:
            value = getattr(self, name)
            parts = {f"{name}.{part}": v for part, v in value.items()} if isinstance(value, dict) else {name: value}
            flat |= {key: v.f1 if isinstance(v, Agreement) else v for key, v in parts.items()}
        return flat

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, shares rounded to four decimals."""
        record: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            record[name] = {k: _plain(v) for k, v in value.items()} if isinstance(value, dict) else _plain(value)
        return record


def _plain(value: Any) -> Any:
    """A score as JSON."""
    return value.to_json() if isinstance(value, Agreement | Measure) else _round(value)


def _round(value: Any) -> Any:
    """A float to four decimals, all else as it is."""
    return round(value, 4) if isinstance(value, float) else value


def evaluate(gold: Path, extractor: Extracts) -> Scores:
    """Extract from the texts of labelled papers and score what comes out. Raises DataError where there are none."""
    papers, _ = read_labelled(gold)
    return score((p, extractor.facts(Paper(p.id, p.title, p.abstract))) for p in papers)


def score(pairs: Iterable[tuple[Labelled, Facts]]) -> Scores:
    """The measures over pairs of gold and extracted facts, with intervals."""
    tallies = [tally(paper, facts) for paper, facts in pairs]
    counts = sum((t.counts for t in tallies), start=Counter[Key]())
    gaps = [sum(column) for column in zip(*(t.gaps for t in tallies), strict=True)]
    scores = _scores(len(tallies), counts, gaps)
    intervals = _intervals(tallies)
    return replace(scores, measures={k: Measure(v, *intervals.get(k, ())) for k, v in scores.values().items()})


def tally(paper: Labelled, facts: Facts) -> Tally:
    """The counts of one paper."""
    count = Counter[Key]()
    _count_mentions(paper, facts, count)
    judged = _count_entities(paper, facts, count)
    count["judged",] = len(judged)
    _count_results(paper, facts.results, count)
    return Tally(count, _gaps(judged))


def _intervals(tallies: Sequence[Tally]) -> dict[str, tuple[float, float]]:
    """Where each measure lies in 95 of 100 cases when as many papers are drawn anew, always by the same chance.

    Draws that leave nothing to measure are passed over. The calibration error is a sum of distances: chance adds to it,
    so that its interval lies rather high.
    """
    import numpy as np

    papers, keys = len(tallies), sorted({key for t in tallies for key in t.counts})
    table = np.array([[*(t.counts[key] for key in keys), *t.gaps] for t in tallies])
    chance = np.random.RandomState(0)  # the old generator, as its numbers are the same in every version of numpy
    drawn: dict[str, list[float]] = {}
    for _ in range(RESAMPLES if papers else 0):
        total = (np.bincount(chance.randint(papers, size=papers), minlength=papers) @ table).tolist()
        scores = _scores(papers, Counter(dict(zip(keys, map(round, total), strict=False))), total[len(keys) :])
        for name, value in scores.values().items():
            if value is not None:
                drawn.setdefault(name, []).append(value)
    return {name: tuple(np.percentile(values, (2.5, 97.5)).tolist()) for name, values in drawn.items()}


def _scores(papers: int, count: "Counter[Key]", gaps: Sequence[float]) -> Scores:
    """The measures from the counts."""

    def agreement(*kinds: Key) -> Agreement:
        return Agreement(*(sum(count[(*k, part)] for k in kinds) for part in ("right", "wrong", "missed")))

    figures = agreement(("figure",))
    whole = count["slots", "all"]
    return Scores(
        papers=papers,
        mentions=agreement(*(("mention", t) for t in ENTITY_TYPES)),
        main_mentions=agreement(*(("mention", t) for t in MAIN)),
        by_type={t: agreement(("mention", t)) for t in ENTITY_TYPES},
        entities=agreement(("entity", "main")),
        other_entities=agreement(("entity", "other")),
        relation=_ratio(count["relation", "right"], count["entity", "main", "right"]),
        proposed=agreement(("proposed",)),
        figures=figures,
        whole_results=Agreement(whole, figures.right + figures.wrong - whole, figures.right + figures.missed - whole),
        slots={slot: _ratio(count["slots", slot], figures.right) for slot in SLOTS},
        calibration=_ratio(sum(map(abs, gaps)), count["judged",]),
    )


def _ratio(part: float, whole: int) -> float | None:
    """A share, None of nothing."""
    return part / whole if whole else None


def _add(count: "Counter[Key]", key: Key, gold: set[Any], found: set[Any]) -> None:
    """Add the agreement of two sets."""
    count[(*key, "right")] += len(gold & found)
    count[(*key, "wrong")] += len(found - gold)
    count[(*key, "missed")] += len(gold - found)


def _count_mentions(paper: Labelled, facts: Facts, count: "Counter[Key]") -> None:
    """Mentions by type."""
    for kind in ENTITY_TYPES:
        gold = {span for span, n in paper.mentions if paper.entities[n].type == kind}
        found = {m for e in facts.entities if e.type == kind for m in e.mentions}
        _add(count, ("mention", kind), gold, found)


def _names(facts: Facts, entity: PaperEntity) -> set[str]:
    """The folded names of an extracted entity, those of its mentions among them."""
    shown = (facts.paper.text(m.field)[m.start : m.end] for m in entity.mentions)
    return {f for f in map(fold_name, (entity.label, *entity.names, *shown)) if f}


def _count_entities(paper: Labelled, facts: Facts, count: "Counter[Key]") -> list[tuple[float, bool]]:
    """Entities, relations and proposed systems; returns (confidence, right) of the extracted main entities."""
    left = [(e, _names(facts, e)) for e in facts.entities]
    judged = []
    confirmed = 0
    for gold in paper.entities:
        hit = next((pair for pair in left if pair[0].type == gold.type and pair[1] & _gold_names(gold)), None)
        side = "main" if gold.type in MAIN else "other"
        count["entity", side, "right" if hit else "missed"] += 1
        if hit:
            left.remove(hit)
        if side == "main":
            same = hit is not None and hit[0].relation == gold.relation
            count["relation", "right"] += same
            if gold.relation == "PROPOSES":
                count["proposed", "right" if same else "missed"] += 1
                confirmed += same
            if hit:
                judged.append((hit[0].confidence, True))
    claimed = sum(e.type in MAIN and e.relation == "PROPOSES" for e in facts.entities)
    count["proposed", "wrong"] += claimed - confirmed
    for entity, _ in left:
        count["entity", "main" if entity.type in MAIN else "other", "wrong"] += 1
    return judged + [(e.confidence, False) for e, _ in left if e.type in MAIN]


def _gold_names(gold: GoldEntity) -> set[str]:
    """The folded names of a gold entity."""
    return {fold_name(n) for n in gold.names}


def _count_results(paper: Labelled, found: Sequence[Result], count: "Counter[Key]") -> None:
    """Results: each gold one takes the extracted one of the same value that has most slots right."""
    forms = [_gold_names(e) for e in paper.entities]
    left = list(found)
    for gold in paper.results:
        same = [r for r in left if fold_value(r.value) == fold_value(gold.value)]
        if not same:
            count["figure", "missed"] += 1
            continue
        hit = max(same, key=lambda r: len(_right_slots(gold, r, forms)))
        left.remove(hit)
        right = _right_slots(gold, hit, forms)
        count["figure", "right"] += 1
        count["slots", "all"] += len(right) == len(SLOTS)
        for slot in right:
            count["slots", slot] += 1
    count["figure", "wrong"] += len(left)


def _right_slots(gold: GoldResult, result: Result, forms: Sequence[set[str]]) -> list[str]:
    """The slots in which a result agrees with the gold one: both open, or a name of the same entity."""
    return [s for s in SLOTS if _same(getattr(gold, s), getattr(result, s), forms)]


def _same(gold: str, found: str, forms: Sequence[set[str]]) -> bool:
    """Whether two fillers of a slot are the same."""
    name = fold_name(gold)
    accepted: set[str] = next((f for f in forms if name in f), {name}) if gold else {""}
    return fold_name(found) in accepted


def calibration_error(judged: Sequence[tuple[float, bool]]) -> float:
    """Expected calibration error of (confidence, right) in ten bins of equal width (Naeini et al. 2015).

    >>> calibration_error([(0.75, True), (0.75, True), (0.75, True), (0.75, False)])
    0.0
    """
    return sum(map(abs, _gaps(judged))) / max(1, len(judged))


def _gaps(judged: Sequence[tuple[float, bool]]) -> tuple[float, ...]:
    """By bin of confidence, how much more was promised than is right."""
    gaps = [0.0] * BINS
    for confidence, right in judged:
        gaps[min(BINS - 1, int(confidence * BINS))] += confidence - right
    return tuple(gaps)
