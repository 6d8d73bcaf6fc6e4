"""Results: which figures of a text are reported values, and for which system, on what, in which metric."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.facts import Result, Span
from kg.nlp.figures import Figure, figures
from kg.nlp.linear import Linear
from kg.nlp.mentions import Candidate
from kg.nlp.reading import Reading, Sentence
from kg.schema import FIELDS

#: Slot -> types of the entities that may fill it.
SLOTS = {"system": ("MODEL", "METHOD"), "on": ("DATASET", "BENCHMARK", "TASK"), "metric": ("METRIC",)}
MAX_FIGURES = 200  #: figures of a paper that are looked at, and
MAX_CHOICES = 40  #: entities per slot: they bound the work on very long abstracts
_GAIN_WORDS = (
    "improvement improvements improves improve improving improved gain gains increase increases increased "
    "reduction reductions reducing reduces reduce higher lower better faster fewer less more drop drops "
    "decrease decreases decreased boost boosts relative outperforms outperforming outperform surpassing "
    "surpasses exceeding exceeds cutting cuts cut saving savings"
)
_LATEX = frozenset("\\$~{}%")  #: signs that part words without meaning
_GAIN = frozenset(_GAIN_WORDS.split())
THRESHOLD = 0.5  #: chance from which a figure is a result


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure, its sentence, and which word of it the figure is."""

    figure: Figure
    sentence: Sentence
    first: int  #: word of the sentence that the figure begins with
    after: int  #: the word after it
    rank: int  #: how many figures of the sentence stand before it


@dataclass(frozen=True, slots=True)
class Known:
    """An entity with its relation, and its mentions by sentence: (number of the sentence, first word, word after)."""

    candidate: Candidate
    relation: str
    places: tuple[tuple[int, int, int], ...]


def known(candidates: Sequence[Candidate], relations: Sequence[str], reading: Reading) -> list[Known]:
    """Entities as slots see them."""
    result = []
    for candidate, relation in zip(candidates, relations, strict=True):
        places = []
        for m in candidate.mentions[:200]:
            sentence = reading.sentence(m.field, m.start)
            places.append((sentence.number, sentence.word_at(m.start), sentence.word_at(m.end - 1) + 1))
        result.append(Known(candidate, relation, tuple(places)))
    return result


def placed(reading: Reading, candidates: Sequence[Candidate]) -> list[Placed]:
    """The figures of a paper outside its entities' names."""
    result: list[Placed] = []
    for field in FIELDS:
        names = sorted((m.start, m.end) for c in candidates for m in c.mentions if m.field == field)
        at, rank, number = 0, 0, -1
        for figure in figures(reading.texts[field]):
            while at < len(names) and names[at][1] <= figure.start:
                at += 1
            if at < len(names) and names[at][0] < figure.end:
                continue
            sentence = reading.sentence(field, figure.start)
            rank = rank + 1 if sentence.number == number else 0
            number = sentence.number
            first, after = sentence.word_at(figure.start), sentence.word_at(figure.end - 1) + 1
            result.append(Placed(figure, sentence, first, after, rank))
    return result[:MAX_FIGURES]


def figure_features(item: Placed, entities: Sequence[Known], reading: Reading) -> list[str]:
    """What the choice between result and no result sees of a figure."""
    figure, sentence = item.figure, item.sentence
    left, right = sentence.words[max(0, item.first - 8) : item.first], sentence.words[item.after : item.after + 8]
    unit = figure.unit.lower() or "none"
    last = max(1, len(reading.sentences) - 1)
    features = [
        "=",
        f"unit {unit}",
        f"sign {figure.sign}",
        f"span {figure.span}",
        f"decimal {'.' in figure.value} {unit}",
        f"digits {len(re.sub(r'[^0-9]', '', figure.value))} {unit}",
        f"year {bool(re.fullmatch(r'(19|20)[0-9]{2}', figure.value))}",
        f"part {4 * sentence.number // (last + 1)}",
        f"to the end {min(4, last - sentence.number)}",
        f"field {sentence.field}",
        f"rank {min(3, item.rank)}",
        f"L {' '.join(left[-2:])}",
        f"R {' '.join(right[:2])}",
        f"LR {' '.join(left[-1:])} _ {' '.join(right[:1])}",
        f"R1 {unit} {' '.join(right[:1])}",
        f"L1 {unit} {' '.join(left[-1:])}",
    ]
    features += [f"l{min(n, 3)} {w}" for n, w in enumerate(reversed(left), 1)]
    features += [f"r{min(n, 3)} {w}" for n, w in enumerate(right, 1)]
    features += [f"in {w}" for w in sorted(set(sentence.words)) if w.isalpha()]
    near = sorted(((d, k) for k in entities if (d := _distance(item, k)) is not None), key=lambda p: abs(p[0]))
    for kind in sorted({k.candidate.type for _, k in near}):
        d = next(d for d, k in near if k.candidate.type == kind)
        features += [f"has {kind}", f"near {kind} {_near(d)}"]
    features += [f"sentence has {k.candidate.type} {k.relation}" for _, k in near]
    return features


def _distance(item: Placed, entity: Known) -> int | None:
    """Words from the figure to the nearest mention in its sentence, negative where that stands before, or None."""
    best: int | None = None
    for number, first, after in entity.places:
        if number == item.sentence.number:
            d = min(-1, after - 1 - item.first) if first < item.first else max(1, first - item.after + 1)
            best = d if best is None or abs(d) < abs(best) else best
    return best


def _near(distance: int) -> str:
    """A distance as a feature.

    >>> _near(-1), _near(7), _near(-30)
    ('-1', '8', '-99')
    """
    size = abs(distance)
    step = size if size <= 3 else 5 if size <= 5 else 8 if size <= 8 else 12 if size <= 12 else 20 if size <= 20 else 99
    return str(step if distance > 0 else -step)


def choices(item: Placed, entities: Sequence[Known], slot: str) -> list[Known]:
    """The entities that may fill a slot, those in or near the figure's sentence first."""
    fitting = [k for k in entities if k.candidate.type in SLOTS[slot] and k.places]
    if len(fitting) > MAX_CHOICES:
        number = item.sentence.number
        fitting = sorted(fitting, key=lambda k: min(abs(p[0] - number) for p in k.places))[:MAX_CHOICES]
    return fitting


def choice_features(item: Placed, fitting: Sequence[Known]) -> list[list[str]]:
    """What the choice of a slot sees: a list of features for each entity, and at last one for "none of them"."""
    distances = [_distance(item, k) for k in fitting]
    inside = sorted((abs(d), n) for n, d in enumerate(distances) if d is not None)
    before = sorted((-d, n) for n, d in enumerate(distances) if d is not None and d < 0)
    order = sorted(
        (min(p[1] for p in k.places if p[0] == item.sentence.number), n)
        for n, k in enumerate(fitting)
        if distances[n] is not None
    )
    ranks = [{n: r for r, (_, n) in enumerate(part)} for part in (inside, before, order)]
    rows = [
        [f"{f}" for f in _choice(item, k, distances[n], [r.get(n, 9) for r in ranks], n, len(inside))]
        for n, k in enumerate(fitting)
    ]
    unit = item.figure.unit.lower() or "none"
    left, right = (
        item.sentence.words[max(0, item.first - 3) : item.first],
        item.sentence.words[item.after : item.after + 3],
    )
    none = [
        "none",
        f"none unit {unit}",
        f"none inside {min(4, len(inside))}",
        f"none choices {min(6, len(fitting))}",
        f"none nearest {_near(distances[inside[0][1]] or 1) if inside else '-'}",
        f"none kinds {sorted({fitting[n].candidate.type + ' ' + fitting[n].relation for _, n in inside})}",
        f"none elsewhere {sorted({k.candidate.type + ' ' + k.relation for k in fitting})}",
    ]
    none += (
        [f"none l {w}" for w in left]
        + [f"none r {w}" for w in right]
        + [f"none in {w}" for w in sorted(set(item.sentence.words)) if w.isalpha()]
    )
    return [*rows, none]


def _choice(item: Placed, entity: Known, distance: int | None, ranks: Sequence[int], n: int, inside: int) -> list[str]:
    """Features of one entity for one figure."""
    kind = f"{entity.candidate.type} {entity.relation}"
    number = item.sentence.number
    gap = min((number - p[0] for p in entity.places if p[0] <= number), default=-1)
    features = [
        f"kind {kind}",
        f"place {_near(distance) if distance is not None else 'back ' + str(min(gap, 4))}",
        f"kind place {kind} {_near(distance) if distance is not None else 'back ' + str(min(gap, 3))}",
        f"rank {min(ranks[0], 4)} {min(ranks[1], 4)}",
        f"nth {min(n, 4)} {kind}",
        f"alone {inside == 1} {distance is not None}",
        f"inside others {inside > 0} {distance is not None}",
        f"title {entity.candidate.mentions[0].field == 'title'} {kind}",
        f"count {min(5, len(entity.candidate.mentions))}",
    ]
    unit = item.figure.unit.lower() or "none"
    features += [f"unit {unit} {w}" for w in entity.candidate.names[0].lower().split()[-1:]]
    features.append(f"unit {unit} {kind} {distance is not None}")
    if distance is not None:
        words = item.sentence.words
        place = min((p for p in entity.places if p[0] == number), key=lambda p: abs(p[1] - item.first))
        between = words[place[2] : item.first] if distance < 0 else words[item.after : place[1]]
        plain = [w for w in between if w not in _LATEX]
        side = "after" if distance > 0 else "before"
        features += [
            f"left {words[place[1] - 1] if place[1] else '^'}",
            f"right {words[place[2]] if place[2] < len(words) else '$'}",
            f"joined {side} {' '.join(plain)}" if len(plain) <= 5 else f"far {side}",
            f"begins {side} {' '.join(plain[:2])}",
            f"ends {side} {' '.join(plain[-2:])}",
            f"numbers between {min(3, plain.count('0'))} {side}",
            f"to between {'to' in plain} {'and' in plain} {',' in plain} {min(2, plain.count('0'))} {side}",
        ]
        features += [f"between {side} {w}" for w in sorted(set(plain[:25]))]
        if "respectively" in words:
            features.append(f"in order {ranks[2] == item.rank}")
    return features


def kind_of(item: Placed) -> str:
    """absolute, gain or ratio, from the unit, the sign and the words around."""
    words = item.sentence.words
    left, right = words[max(0, item.first - 4) : item.first], words[item.after : item.after + 4]
    figure = item.figure
    if figure.unit == "times":
        return "ratio"
    if figure.sign in ("+", "-") or figure.unit == "points" or "by" in left or (_GAIN & set(right)):
        return "gain"
    return "gain" if _GAIN & set(left[-2:]) and "to" not in left else "absolute"


def extract(entities: Sequence[Known], reading: Reading, models: Mapping[str, Linear]) -> list[Result]:
    """The results of a paper, in the order of the text. `models`: "figure" (labels yes, no) and one per slot."""
    results = []
    for item in placed(reading, [k.candidate for k in entities]):
        if models["figure"].chances(figure_features(item, entities, reading)).get("yes", 0.0) < THRESHOLD:
            continue
        slots = {slot: _fill(item, entities, slot, models[slot]) for slot in SLOTS}
        figure = item.figure
        results.append(
            Result(
                system=slots["system"],
                on=slots["on"],
                metric=slots["metric"],
                value=figure.value,
                number=figure.number,
                unit=figure.unit,
                kind=kind_of(item),
                evidence=Span(item.sentence.field, item.sentence.start, item.sentence.end),
            )
        )
    return results


def _fill(item: Placed, entities: Sequence[Known], slot: str, model: Linear) -> str:
    """The label of the entity that fills a slot best, or ""."""
    fitting = choices(item, entities, slot)
    if not fitting:
        return ""
    yes = model.labels.index("yes")
    scores = [float(model.scores(row)[yes]) for row in choice_features(item, fitting)]
    best = max(range(len(scores)), key=lambda n: scores[n])
    return fitting[best].candidate.names[0] if best < len(fitting) else ""
