"""Slots of a result: its system, what it was measured on, and its metric; what may fill them, and where that stands.

Each slot is one choice among the entities that may fill it and "none of them"; for the metric, also among what the text
calls by a common metric word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.facts import Span
from kg.nlp.figures import Figure
from kg.nlp.mentions import Candidate
from kg.nlp.reading import Reading, Sentence

#: Slot -> types of the entities that may fill it, in the order in which slots are filled.
SLOTS = {
    "metric": ("METRIC",),
    "on": ("DATASET", "BENCHMARK", "TASK"),
    "system": ("MODEL", "METHOD", "DATASET", "BENCHMARK"),
}
MAX_CHOICES = 40  #: entities per slot: they bound the work on very long abstracts
MAX_SPOKEN = 40  #: metric words per slot, and
REACH = 80  #: words on each side of a figure in which they and lists are looked for: both bound it on endless sentences
SPOKEN = "SPOKEN"  #: "relation" of a metric that is no entity of the paper
_LATEX = frozenset("\\$~{}%")  #: signs that part words without meaning
_LIST = _LATEX | frozenset((",", "and", "or", "/", "&", "(", ")", "the", "than", "vs", "."))  #: what lists may hold
_GAP = 5  #: words between two places of one list
_HEAD_WORDS = (
    "acceleration accuracies accuracy agreement auc auroc bleu complexity compression consumption correlation "
    "cost costs coverage dice efficiency error errors f0 f0-score f0-scores fid flops footprint fps gflops hours "
    "iou latency loss mae map memory miou mrr mse ndcg overhead parameters performance perplexity precision psnr "
    "quality rank rate rates recall reduction rmse rouge score scores sensitivity similarity size specificity "
    "speed speedup speedups ssim steps success throughput time times tokens toxicity usage wer"
)
_OPEN_WORDS = (
    "a achieve achieved achieves achieving across all also an and are as at attain attaining attains be better "
    "between both but by compared cuts deliver delivering delivers each faster fewer for from higher his improve "
    "improved improves improving in increase increased increases increasing into is it its least less lower "
    "lowers maintaining more most new no not obtain obtaining obtains of on only or our over per raises reach "
    "reached reaches reaching reduce reduced reduces reducing respectively significant significantly than that "
    "the their these they this those to under up using versus via vs was we were when where which while who whose "
    "with without worse yield yielding yields"
)
_HEADS = frozenset(_HEAD_WORDS.split())  #: last words of metrics; digits are 0
_OPEN = frozenset(_OPEN_WORDS.split())  #: words that the name of a metric does not go on with, read to the left


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

    @property
    def name(self) -> str:
        """The label."""
        return self.candidate.names[0]

    @property
    def kind(self) -> str:
        """Type and relation."""
        return f"{self.candidate.type} {self.relation}"


@dataclass(frozen=True, slots=True)
class Given:
    """What a slot got at a figure."""

    item: Placed
    name: str | None  #: "" for none of them, None where training does not know it


@dataclass(frozen=True, slots=True)
class Task:
    """A slot of a figure that is to be filled, with what is settled before."""

    item: Placed
    beside: tuple[tuple[int, int], ...]  #: (first word, word after) of the figures of the sentence
    last: Given | None  #: the same slot at the result before
    chosen: Mapping[str, Known | None]  #: the slots of this figure that are filled


def beside(item: Placed, items: Sequence[Placed]) -> tuple[tuple[int, int], ...]:
    """Where the figures of the sentence stand."""
    return tuple((i.first, i.after) for i in items if i.sentence.number == item.sentence.number)


def choices(item: Placed, entities: Sequence[Known], slot: str, reading: Reading) -> list[Known]:
    """What may fill a slot; of very many entities those near the figure's sentence."""
    fitting = [k for k in entities if k.candidate.type in SLOTS[slot] and k.places]
    if len(fitting) > MAX_CHOICES:
        number = item.sentence.number
        fitting = sorted(fitting, key=lambda k: min(abs(p[0] - number) for p in k.places))[:MAX_CHOICES]
    return fitting + spoken(item, entities, reading) if slot == "metric" else fitting


def spoken(item: Placed, entities: Sequence[Known], reading: Reading) -> list[Known]:
    """Common metric words around a figure outside the paper's metrics, alone and with up to three words before them."""
    sentence = item.sentence
    taken = {
        word
        for k in entities
        if k.candidate.type == "METRIC"
        for number, first, after in k.places
        if number == sentence.number
        for word in range(first, after)
    }
    found: dict[str, list[tuple[int, int]]] = {}
    for n in range(max(0, item.first - REACH), min(len(sentence.words), item.after + REACH)):
        word = sentence.words[n]
        if word in _HEADS and n not in taken:
            for first in _beginnings(sentence.words, n, taken):
                place = sentence.starts[first], sentence.starts[n] + len(word)
                found.setdefault(reading.texts[sentence.field][slice(*place)], []).append((first, n + 1))
    return [_phrase(name, places, sentence) for name, places in list(found.items())[:MAX_SPOKEN]]


def _beginnings(words: Sequence[str], head: int, taken: set[int]) -> list[int]:
    """Where a phrase that ends with the word `head` may begin."""
    result = [head]
    for n in range(head - 1, max(-1, head - 4), -1):
        if n in taken or words[n] in _OPEN or words[n] == "0" or not (words[n][:1].isalnum() or words[n] == "-"):
            break
        if words[n] != "-":
            result.append(n)
    return result


def _phrase(name: str, places: Sequence[tuple[int, int]], sentence: Sentence) -> Known:
    """A metric that is no entity."""
    start = sentence.starts[places[0][0]]
    candidate = Candidate((name,), "METRIC", (Span(sentence.field, start, start + len(name)),), (), joined=False)
    return Known(candidate, SPOKEN, tuple((sentence.number, first, after) for first, after in places))


def nearest(item: Placed, entity: Known) -> tuple[int, int, int] | None:
    """(words between, first word, word after) of the nearest mention in the figure's sentence; before it negative."""
    best: tuple[int, int, int] | None = None
    for number, first, after in entity.places:
        if number == item.sentence.number:
            d = min(-1, after - 1 - item.first) if first < item.first else max(1, first - item.after + 1)
            best = (d, first, after) if best is None or abs(d) < abs(best[0]) else best
    return best


def near(distance: int) -> str:
    """A distance as a feature.

    >>> near(-1), near(7), near(-30)
    ('-1', '8', '-99')
    """
    size = abs(distance)
    step = next((s for s in (1, 2, 3, 5, 8, 12, 20) if size <= s), 99)
    return str(step if distance > 0 else -step)


def lists(places: Sequence[tuple[int, int]], words: Sequence[str]) -> dict[int, tuple[int, int]]:
    """First word of a place -> (its number in its list, length of the list); a list has only commas and "and" between.

    >>> lists([(0, 1), (2, 3), (6, 7)], "A and B are better than C".split())
    {0: (0, 2), 2: (1, 2), 6: (0, 1)}
    """
    runs: list[list[tuple[int, int]]] = []
    for place in places:
        end = runs[-1][-1][1] if runs else -1
        if runs and place[0] - end <= _GAP and all(w in _LIST for w in words[end : place[0]]):
            runs[-1].append(place)
        else:
            runs.append([place])
    return {first: (n, len(run)) for run in runs for n, (first, _) in enumerate(run)}


def plain(words: Sequence[str]) -> list[str]:
    """Words without the signs of LaTeX."""
    return [w for w in words if w not in _LATEX]


def link(one: Placed, two: Placed) -> str:
    """What stands between two figures."""
    if one.sentence.number != two.sentence.number:
        return f"back {min(3, two.sentence.number - one.sentence.number)}"
    between = plain(one.sentence.words[one.after : two.first])
    return " ".join(between) if len(between) <= 3 else "far"
