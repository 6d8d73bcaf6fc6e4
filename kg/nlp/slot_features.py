"""What the choice of a slot's filler sees, and the choice.

A linear model and a network score the choices. Both see the words between figure and name, the order of both in the
sentence, how the entity stands to the others of the paper, what the slot got at the result before, and what the slots
filled first got; the network also sees the vectors of figure and name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.nlp.context import Tokens
from kg.nlp.linear import Linear
from kg.nlp.network import Network
from kg.nlp.reading import Sentence
from kg.nlp.slots import REACH, Known, Task, link, lists, near, nearest, plain

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]


def fill(
    task: Task, fitting: Sequence[Known], model: Linear, second: Network | None = None, tokens: Tokens | None = None
) -> Known | None:
    """The best choice, or None for none of them; `second`: a network whose scores are added, which needs the tokens."""
    if not fitting:
        return None
    yes = model.labels.index("yes")
    seen = rows(task, fitting)
    scores = [float(model.scores(row)[yes]) for row in seen]
    if second is not None and tokens is not None:
        more = second.scores(seen, vectors(task, fitting, tokens))[:, 0]
        scores = [one + float(other) for one, other in zip(scores, more, strict=True)]
    best = max(range(len(scores)), key=lambda n: scores[n])
    return fitting[best] if best < len(fitting) else None


def vectors(task: Task, fitting: Sequence[Known], tokens: Tokens) -> "Array":
    """For each entity, and at last for "none of them": vector of the figure, of the nearest mention, and their product.

    The mention nearest in the sentence of the figure, else the first of all; zero for "none of them".
    """
    import numpy as np

    item = task.item
    figure = tokens.mean(item.sentence.field, item.figure.start, item.figure.end)
    names = np.zeros((len(fitting) + 1, len(figure)), dtype="float32")
    for n, entity in enumerate(fitting):
        if spot := nearest(item, entity):
            names[n] = tokens.mean(item.sentence.field, *_offsets(item.sentence, spot[1], spot[2]))
        else:
            mention = entity.candidate.mentions[0]
            names[n] = tokens.mean(mention.field, mention.start, mention.end)
    return np.concatenate([np.broadcast_to(figure, names.shape), names, figure * names], axis=1)


def _offsets(sentence: Sentence, first: int, after: int) -> tuple[int, int]:
    """Where words of a sentence begin and end, in the text of its field."""
    last = after - 1
    return sentence.starts[first], sentence.starts[last] + len(sentence.words[last])


@dataclass(frozen=True, slots=True)
class _View:
    """A task with what all its choices share."""

    task: Task
    spots: Sequence[tuple[int, int, int] | None]  #: nearest mention of each choice
    figures: Mapping[int, tuple[int, int]]  #: lists of figures, and
    names: Mapping[int, tuple[int, int]]  #: lists of names of the sentence
    left: Sequence[str]  #: words before the figure, and
    right: Sequence[str]  #: after it
    link: str  #: the way from the figure before
    kinds: Sequence[str]  #: type and relation of each choice

    @property
    def unit(self) -> str:
        """Unit of the figure."""
        return self.task.item.figure.unit.lower() or "none"


def rows(task: Task, fitting: Sequence[Known]) -> list[list[str]]:
    """What the choice of a slot sees: a list of features for each entity, and at last one for "none of them"."""
    item, words = task.item, task.item.sentence.words
    spots = [nearest(item, k) for k in fitting]
    number = item.sentence.number
    places = {(a, b) for k in fitting for n, a, b in k.places if n == number and abs(a - item.first) <= REACH}
    view = _View(
        task,
        spots,
        lists(task.beside, words),
        lists(sorted(places), words),
        plain(words[max(0, item.first - 6) : item.first])[-3:],
        plain(words[item.after : item.after + 6])[:3],
        link(task.last.item, item) if task.last else "first",
        [k.kind for k in fitting],
    )
    orders = (
        sorted((abs(s[0]), n) for n, s in enumerate(spots) if s),
        sorted((-s[0], n) for n, s in enumerate(spots) if s and s[0] < 0),
        sorted((s[1], n) for n, s in enumerate(spots) if s),
    )
    ranks = [{n: rank for rank, (_, n) in enumerate(order)} for order in orders]
    result = [
        _of_entity(view, k, n, [r.get(n, 9) for r in ranks]) + _of_paper(view, fitting, n) + _of_past(view, k, n)
        for n, k in enumerate(fitting)
    ]
    return [*result, _of_none(view)]


def _of_entity(view: _View, entity: Known, n: int, ranks: Sequence[int]) -> list[str]:
    """Features of one entity for one figure."""
    item, kind, spot = view.task.item, entity.kind, view.spots[n]
    number, words = item.sentence.number, item.sentence.words
    inside = sum(s is not None for s in view.spots)
    gap = min((number - p[0] for p in entity.places if p[0] <= number), default=-1)
    place = near(spot[0]) if spot else f"back {min(gap, 4)}"
    side = "out" if not spot else "after" if spot[0] > 0 else "before"
    name = _name(entity)
    head = name.split()[-1:]
    features = [
        f"kind {kind}",
        f"place {place}",
        f"kind place {kind} {place}",
        f"rank {min(ranks[0], 4)} {min(ranks[1], 4)}",
        f"nth {min(n, 4)} {kind}",
        f"alone {inside == 1} {spot is not None}",
        f"inside others {inside > 0} {spot is not None}",
        f"title {entity.candidate.mentions[0].field == 'title'} {kind}",
        f"count {min(5, len(entity.candidate.mentions))}",
        f"opening {' '.join(words[:1])} {entity.relation} {spot is not None}",
        f"unit {view.unit} {kind} {spot is not None}",
        f"unit {view.unit} {' '.join(head)}",
        f"name {name}",
        f"head {' '.join(head)} {name.count(' ')}",
    ]
    features += [f"figure left {w} {entity.relation} {side}" for w in view.left[-2:]]
    features += [f"figure right {w} {entity.relation} {side}" for w in view.right[:2]]
    if spot:
        features += _of_spot(view, entity.relation, spot, side)
        if "respectively" in words:
            features.append(f"in order {ranks[2] == item.rank}")
    return features


def _of_spot(view: _View, relation: str, spot: tuple[int, int, int], side: str) -> list[str]:
    """Features of the mention nearest to the figure."""
    item, words = view.task.item, view.task.item.sentence.words
    distance, first, after = spot
    begin, end = (after, item.first) if distance < 0 else (item.after, first)
    way = plain(words[begin:end])
    figures = min(3, sum(begin <= f < end for f, _ in view.task.beside))
    names = min(3, sum(begin <= f < end for f in view.names))
    which, length = view.figures.get(item.first, (0, 1))
    which_name, names_length = view.names.get(first, (0, 1))
    left = words[first - 1] if first else "^"
    features = [
        f"left {left}",
        f"left {left} {relation} {side}",
        f"right {words[after] if after < len(words) else '$'}",
        f"joined {side} {' '.join(way)}" if len(way) <= 5 else f"far {side}",
        f"begins {side} {' '.join(way[:2])}",
        f"ends {side} {' '.join(way[-2:])}",
        f"between {side} {figures} {names}",
        f"to between {'to' in way} {'and' in way} {',' in way} {min(2, figures)} {side}",
        f"semicolon {';' in way} {side}",
        f"begins sentence {first <= 1}",
        f"lists {length > 1} {names_length > 1} {length == names_length} {which == which_name} {side}"
        if length > 1 or names_length > 1
        else f"no lists {side}",
    ]
    return features + [f"word {side} {w}" for w in sorted(set(way[:25]))]


def _of_paper(view: _View, fitting: Sequence[Known], n: int) -> list[str]:
    """Features of one entity among the others of the paper."""
    kind, relation, inside = view.kinds[n], fitting[n].relation, view.spots[n] is not None
    like = [m for m, other in enumerate(view.kinds) if other == kind]
    number = view.task.item.sentence.number
    proposed = [m for m, k in enumerate(fitting) if k.relation == "PROPOSES"]
    top = max(proposed, key=lambda m: len(fitting[m].candidate.mentions), default=-1)
    latest = max(range(len(fitting)), key=lambda m: (_latest(fitting[m], number), m))
    return [
        f"top {n == top} {len(proposed) > 1} {inside}",
        f"latest {n == latest} {relation} {any(view.spots)}",
        f"like {min(4, len(like))} {kind} {inside} {any(view.spots)}",
        f"like inside {min(3, sum(view.spots[m] is not None for m in like))} {relation} {inside}",
        f"nth like {min(3, like.index(n))} {min(4, len(like))} {kind} {inside}",
    ]


def _latest(entity: Known, number: int) -> tuple[int, int, int]:
    """The last mention before a sentence."""
    return max((p for p in entity.places if p[0] < number), default=(-1, 0, 0))


def _of_past(view: _View, entity: Known, n: int) -> list[str]:
    """Features of one entity, from what is settled before."""
    inside, kind = view.spots[n] is not None, entity.candidate.type
    features = _since(view, entity.name, entity.relation, inside=inside)
    chosen = view.task.chosen
    if "metric" in chosen:
        features.append(f"metric {_name(chosen['metric'])} {kind} {inside}")
        features.append(f"metric inside {_inside(chosen['metric'], view, empty=True)} {entity.kind} {inside}")
    if "on" in chosen:
        features.append(f"is on {_name(chosen['on']) == _name(entity)}")
        features.append(f"on {chosen['on'] is None} {_inside(chosen['on'], view)} {entity.relation} {inside}")
    return features


def _since(view: _View, name: str, relation: str, *, inside: bool) -> list[str]:
    """Features from what the slot got at the figure before; the name is "" for none of them."""
    last = view.task.last
    if last is None:
        return [f"first {relation}"]
    hit = "?" if last.name is None else str(last.name == name)
    same = last.item.sentence.number == view.task.item.sentence.number
    return [f"last {hit} {same} {inside}", f"last link {hit} {view.link}", f"last link {hit} {view.link} {relation}"]


def _name(entity: Known | None) -> str:
    """The name of what fills a slot, in lower case, its first words: long ones are of no use in another paper."""
    return " ".join(entity.name.lower().split()[:6]) if entity else ""


def _inside(entity: Known | None, view: _View, *, empty: bool = False) -> bool:
    """Whether what fills a slot stands in the figure's sentence."""
    return any(p[0] == view.task.item.sentence.number for p in entity.places) if entity else empty


def _of_none(view: _View) -> list[str]:
    """Features of "none of them"."""
    words, chosen = view.task.item.sentence.words, view.task.chosen
    inside = [n for n, s in enumerate(view.spots) if s]
    closest = min((s[0] for s in view.spots if s), key=abs, default=0)
    features = [
        "none",
        f"unit {view.unit}",
        f"inside {min(4, len(inside))}",
        f"choices {min(6, len(view.spots))}",
        f"nearest {near(closest) if closest else '-'}",
        f"kinds {sorted({view.kinds[n] for n in inside})}",
        f"elsewhere {sorted(set(view.kinds))}",
        f"opening {' '.join(words[:1])}",
        f"list {view.figures.get(view.task.item.first, (0, 1))[1]}",
    ]
    features += _since(view, "", "", inside=False)
    features += [f"l{n} {w}" for n, w in enumerate(reversed(view.left))] + [
        f"r{n} {w}" for n, w in enumerate(view.right)
    ]
    features += [f"in {w}" for w in sorted(set(words)) if w.isalpha()]
    if "metric" in chosen:
        features.append(f"metric {_name(chosen['metric'])}")
    if "on" in chosen:
        features.append(f"on {chosen['on'] is None} {_inside(chosen['on'], view)}")
    return [f"none {f}" for f in features]
