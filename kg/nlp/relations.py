"""The relation of the paper to an entity: what is looked at, and the choice of the relation and of its sentences."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.facts import Span
from kg.nlp.linear import Linear
from kg.nlp.mentions import Candidate
from kg.nlp.reading import Reading, Sentence
from kg.schema import RELATIONS, allowed

MAX_MENTIONS = 12  #: mentions of an entity that are looked at; bounds the work on very long abstracts
_NEAR = 6  #: words on each side of a mention


@dataclass(frozen=True, slots=True)
class Related:
    """A relation and the sentences that show it."""

    relation: str
    chance: float
    evidence: tuple[Span, ...]


def features(candidate: Candidate, reading: Reading, others: Sequence[Candidate]) -> dict[int, list[str]]:
    """What the classifier sees: by number of the sentence, features of the mentions there; under -1, of the whole."""
    kind = candidate.type
    whole = _whole(candidate, reading, others)
    seen: dict[int, list[str]] = {-1: [*(f"{kind} {f}" for f in whole), *whole]}
    for mention in candidate.mentions[:MAX_MENTIONS]:
        sentence = reading.sentence(mention.field, mention.start)
        local = around(mention, sentence)
        seen.setdefault(sentence.number, []).extend([f"{kind} {f}" for f in local])
    return seen


def _bucket(n: int) -> str:
    """A count as a feature.

    >>> [_bucket(n) for n in (1, 4, 6, 20)]
    ['1', '4', '5+', '9+']
    """
    return str(n) if n < 5 else "5+" if n < 9 else "9+"


def _whole(candidate: Candidate, reading: Reading, others: Sequence[Candidate]) -> list[str]:
    """Features of an entity over all its mentions."""
    name = candidate.names[0]
    mentions = candidate.mentions
    numbers = sorted({reading.sentence(m.field, m.start).number for m in mentions[:MAX_MENTIONS]})
    last = max(1, len(reading.sentences) - 1)
    same = [c for c in others if c.type == candidate.type]
    fields = Counter(m.field for m in mentions)
    features = [
        "=",
        f"count {_bucket(len(mentions))}",
        f"sentences {_bucket(len(numbers))}",
        f"first {_bucket(numbers[0])}",
        f"first part {4 * numbers[0] // (last + 1)}",
        f"last part {4 * numbers[-1] // (last + 1)}",
        f"to the end {min(3, last - numbers[-1])}",
        f"order {min(3, same.index(candidate))}",
        f"title {bool(fields['title'])} {_bucket(fields['abstract'])}",
        f"shape {shape(name)}",
        f"joined {candidate.joined}",
        f"same type {_bucket(len(same))}",
    ]
    features += [f"name {n.lower()}" for n in candidate.names[:3]]
    features += [f"name word {w}" for w in sorted({w.lower() for w in name.split()})]
    title = reading.texts["title"]
    if ":" in title and any(m.field == "title" and m.end <= title.index(":") for m in mentions):
        features.append(
            "before colon"
            + (" alone" if mentions[0].start == 0 and title[mentions[0].end : mentions[0].end + 1] == ":" else "")
        )
    elif fields["title"] and not any(c.mentions[0] < mentions[0] and c.mentions[0].field == "title" for c in others):
        features.append("first of title")
    return features


@lru_cache(maxsize=2**14)
def shape(name: str) -> str:
    """Capitals, digits and number of words of a name.

    >>> shape("BERT"), shape("DeBERTaV3 Large"), shape("machine translation")
    ('A1', 'Mixd2', 'a2')
    """
    letters = [c for c in name if c.isalpha()]
    capital = name[:1].isupper()
    form = (
        "A"
        if letters and all(c.isupper() for c in letters)
        else "Mix"
        if any(c.isupper() for c in name[1:].replace(" ", "")[1:])
        else ""
    )
    if form == "Mix" and all(w[:1].isupper() or w.islower() for w in name.split()) and name.istitle():
        form = "Title"
    form = form or ("Aa" if capital else "a")
    return f"{form}{'d' if any(c.isdigit() for c in name) else ''}{min(4, len(name.split()))}"


def around(mention: Span, sentence: Sentence) -> list[str]:
    """Features of one mention in its sentence: words near it by place, the others of its side as a bag."""
    first = sentence.word_at(mention.start)
    after = sentence.word_at(mention.end - 1) + 1
    left, right = sentence.words[max(0, first - 40) : first], sentence.words[after : after + 40]
    title = "title " if sentence.field == "title" else ""
    features = [f"{title}L{min(n, 3)} {w}" for n, w in enumerate(reversed(left[-_NEAR:]), 1)]
    features += [f"{title}R{min(n, 3)} {w}" for n, w in enumerate(right[:_NEAR], 1)]
    features.append(f"{title}LL {' '.join(left[-2:])}")
    features.append(f"{title}LR {' '.join(left[-1:])} _ {' '.join(right[:1])}")
    features.append(f"{title}RR {' '.join(right[:2])}")
    features += [f"{title}before {w}" for w in sorted(set(left)) if w.isalpha() or w in ("%", "(")]
    features += [f"{title}after {w}" for w in sorted(set(right)) if w.isalpha() or w in ("%", ":")]
    features.append(f"{title}head {' '.join(sentence.words[:2])}")
    if first == 0:
        features.append(f"{title}at head")
    return features


#: Rows of features, one for each entity -> relation -> chance, for each.
Opinion = Callable[[Sequence[Sequence[str]]], Sequence[Mapping[str, float]]]


def relate(
    candidates: Sequence[Candidate], reading: Reading, model: Linear, second: Opinion | None = None
) -> list[Related]:
    """The likeliest relation of each entity whose range allows its type, with the sentences that speak most for it.

    `second` is another opinion on the same features; the chances of both are multiplied.
    """
    seen = [features(c, reading, candidates) for c in candidates]
    rows = [[f for part in parts.values() for f in part] for parts in seen]
    opinions = second(rows) if second else [{} for _ in rows]
    related = []
    for candidate, parts, row, opinion in zip(candidates, seen, rows, opinions, strict=True):
        chances = {r: chance * opinion.get(r, 1.0) for r, chance in model.chances(row).items()}
        possible = [r for r in RELATIONS if allowed(r, candidate.type)]
        likely = [chances.get(r, 0.0) for r in possible]
        best = possible[likely.index(max(likely))]
        total = sum(likely)
        chance = chances.get(best, 0.0) / total if total else 0.0
        related.append(Related(best, chance, evidence(parts, reading, model, best)))
    return related


def evidence(seen: dict[int, list[str]], reading: Reading, model: Linear, relation: str) -> tuple[Span, ...]:
    """The one or two sentences that speak most for the relation; the title only where nothing else is."""
    numbers = [n for n in sorted(seen) if n >= 0]
    inside = [n for n in numbers if reading.sentences[n].field != "title"] or numbers
    if relation not in model.labels:
        return tuple(reading.sentences[n].span for n in inside[:1])
    column = model.labels.index(relation)
    cues = {n: _cue(seen[n], model, column) for n in inside}
    ranked = sorted(inside, key=lambda n: (-cues[n], n))
    kept = [n for n in ranked[:2] if n == ranked[0] or (cues[n] > 1.0 and cues[n] > cues[ranked[0]] / 2)]
    return tuple(reading.sentences[n].span for n in sorted(kept))


def _cue(features: Sequence[str], model: Linear, column: int) -> float:
    """How much the features of a sentence speak for a relation, against the mean of all relations."""
    scores = model.scores(features) - model.bias
    return float(scores[column] - scores.mean())
