"""Results: which figures of a text are reported values, and for which system, on what, in which metric."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kg.facts import Result, Span
from kg.nlp.context import Tokens
from kg.nlp.figures import Figure, figures
from kg.nlp.linear import Linear
from kg.nlp.mentions import Candidate
from kg.nlp.network import Network
from kg.nlp.reading import Reading
from kg.nlp.slot_features import fill
from kg.nlp.slots import SLOTS as SLOTS
from kg.nlp.slots import Given, Known, Placed, Task, beside, choices, link, near, nearest
from kg.schema import FIELDS

MAX_FIGURES = 200  #: figures of a paper that are looked at: it bounds the work on very long abstracts
_GAIN_WORDS = (
    "improvement improvements improves improve improving improved gain gains increase increases increased "
    "reduction reductions reducing reduces reduce higher lower better faster fewer less more drop drops "
    "decrease decreases decreased boost boosts relative outperforms outperforming outperform surpassing "
    "surpasses exceeding exceeds cutting cuts cut saving savings"
)
_GAIN = frozenset(_GAIN_WORDS.split())
THRESHOLD = 0.45  #: chance from which a figure is a result: F1 is best there


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
        for whole in figures(reading.texts[field]):
            while at < len(names) and names[at][1] <= whole.start:
                at += 1
            figure = _before(names[at][0], whole, reading.texts[field]) if at < len(names) else whole
            if figure is None:
                continue
            sentence = reading.sentence(field, figure.start)
            rank = rank + 1 if sentence.number == number else 0
            number = sentence.number
            first, after = sentence.word_at(figure.start), sentence.word_at(figure.end - 1) + 1
            result.append(Placed(figure, sentence, first, after, rank))
    return result[:MAX_FIGURES]


def _before(end: int, figure: Figure, text: str) -> Figure | None:
    """A figure, or what of it stands before a name that begins at `end`: the name may be its unit ("30 FPS")."""
    if end >= figure.end:
        return figure
    parts = figures(text[figure.start : end])
    if len(parts) != 1:
        return None
    return replace(parts[0], start=figure.start + parts[0].start, end=figure.start + parts[0].end)


def figure_features(item: Placed, entities: Sequence[Known], items: Sequence[Placed], reading: Reading) -> list[str]:
    """What the choice between result and no result sees of a figure among the figures of the paper."""
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
    inside = sorted(((s[0], k) for k in entities if (s := nearest(item, k))), key=lambda p: abs(p[0]))
    for kind in sorted({k.candidate.type for _, k in inside}):
        d = next(d for d, k in inside if k.candidate.type == kind)
        features += [f"has {kind}", f"near {kind} {near(d)}"]
    features += [f"sentence has {k.kind}" for _, k in inside]
    return features + _beside(item, items)


def _beside(item: Placed, items: Sequence[Placed]) -> list[str]:
    """Features of a figure from the others of its sentence, and its size."""
    unit = item.figure.unit.lower() or "none"
    mates = [i for i in items if i.sentence.number == item.sentence.number]
    alike = sum(i.figure.unit == item.figure.unit for i in mates)
    features = [f"figures {min(5, len(mates))}", f"figures alike {min(4, alike)} {unit}", f"size {unit} {_size(item)}"]
    for side, other in (("before", item.rank - 1), ("after", item.rank + 1)):
        if 0 <= other < len(mates):
            first, second = sorted((item, mates[other]), key=lambda i: i.first)
            features += [f"{side} {mates[other].figure.unit} {unit}", f"{side} {link(first, second)} {unit}"]
    return features


def _size(item: Placed) -> str:
    """The size of a figure, roughly."""
    number = abs(float(item.figure.number or 0))
    return f"{next((n for n in (0, 1, 10, 50, 100, 1000) if number <= n), 'large')} {'.' in item.figure.value}"


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


def extract(
    entities: Sequence[Known],
    reading: Reading,
    models: Mapping[str, Linear],
    networks: Mapping[str, Network] | None = None,
    tokens: Tokens | None = None,
) -> list[Result]:
    """The results of a paper, in the order of the text.

    `models`: "figure" (labels yes, no) and one per slot; `networks`: a second opinion for slots, from the tokens too.
    """
    results: list[Result] = []
    items = placed(reading, [k.candidate for k in entities])
    last: dict[str, Given] = {}
    for item in items:
        if models["figure"].chances(figure_features(item, entities, items, reading)).get("yes", 0.0) < THRESHOLD:
            continue
        chosen: dict[str, Known | None] = {}
        for slot in SLOTS:
            task = Task(item, beside(item, items), last.get(slot), chosen)
            second = networks.get(slot) if networks else None
            chosen[slot] = fill(task, choices(item, entities, slot, reading), models[slot], second, tokens)
        names = {slot: known.name if known else "" for slot, known in chosen.items()}
        last = {slot: Given(item, name) for slot, name in names.items()}
        results.append(_result(item, names))
    return results


def _result(item: Placed, names: Mapping[str, str]) -> Result:
    """A result with filled slots."""
    return Result(
        system=names["system"],
        on=names["on"],
        metric=names["metric"],
        value=item.figure.value,
        number=item.figure.number,
        unit=item.figure.unit,
        kind=kind_of(item),
        evidence=Span(item.sentence.field, item.sentence.start, item.sentence.end),
    )
