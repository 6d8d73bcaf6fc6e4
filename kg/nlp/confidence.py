"""Whether a candidate is an entity, and of which type: what one classifier sees, and the choice on its chances.

The encoder decides span by span; here its votes meet the other mentions in the paper, the words around all of
them, the words of the name, and what the labelled papers say of that name.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kg.facts import Span
from kg.nlp.lexicon import Entry, Lexicon
from kg.nlp.mentions import Candidate, Texts
from kg.nlp.reading import Reading
from kg.nlp.relations import around, shape
from kg.schema import FIELDS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

NONE = "NONE"  #: label of what is no entity
_MENTIONS = 4  #: mentions whose surroundings count


def _share(part: float) -> str:
    """A share in five steps.

    >>> [_share(x) for x in (0.0, 0.1, 0.5, 0.9, 1.0)]
    ['0', '1', '3', '4', '5']
    """
    return "0" if part <= 0 else "5" if part >= 1 else str(1 + int(part * 4))


def features(candidate: Candidate, reading: Reading, lexicon: Lexicon) -> list[str]:
    """What the classifier sees of a candidate."""
    votes = dict(candidate.votes)
    found, total = candidate.found, len(candidate.mentions)
    voted = max(sorted(votes), key=lambda t: votes[t]) if votes else "-"
    entries = [e for n in candidate.names[:4] if (e := lexicon.get(n))]
    known, brief = _known(entries)
    vote = f"{voted} {_share(votes[voted] / found)}" if found else "-"
    seen = "seen" if found else "unseen"
    name = candidate.names[0]
    rows = [
        "=",
        f"{seen} as {candidate.type}",
        f"vote {vote}",
        f"vote known {vote} | {brief}",
        f"known {brief} {seen}",
        f"marked {_share(found / total)} {voted}",
        f"marked known {_share(found / total)} {brief}",
        f"count {min(5, total)} {seen}",
        f"found {min(5, found)} {voted}",
        f"field {candidate.mentions[0].field} {voted}",
        f"shape {shape(name)} {voted}",
        f"shape known {shape(name)} {brief[:4]} {seen}",
        f"joined {candidate.joined} {voted}",
        f"length {min(6, len(name) // 6)}",
        f"names {min(4, len(candidate.names))}",
    ]
    rows += known + [f"{k} {voted}" for k in known]
    rows += [f"votes {t} {_share(n / found)}" for t, n in candidate.votes]
    return rows + _spelling(candidate, voted) + _surroundings(candidate, reading) + _borders(candidate, reading)


def _known(entries: Sequence[Entry]) -> tuple[list[str], str]:
    """What the labelled papers say of the names, as features and in brief."""
    if not entries:
        return ["known no"], "no"
    papers = sum(e.papers for e in entries)
    types: Counter[str] = Counter()
    for entry in entries:
        types.update(dict(entry.types))
    marked = types.total()
    often = "many" if papers >= 10 else "few"
    share = _share(marked / max(1, papers))
    top = max(sorted(types), key=lambda t: types[t])
    rows = [f"known {often} {share}"]
    for kind in sorted(types):
        rows += [f"known {kind} {_share(types[kind] / marked)}", f"known {kind} {often} {_share(types[kind] / marked)}"]
    return rows, f"{often} {share} {top} {_share(types[top] / marked)}"


def _spelling(candidate: Candidate, voted: str) -> list[str]:
    """Features of the words of the names."""
    rows = []
    for name in candidate.names[:3]:
        words = name.lower().split()
        rows += [f"word {w}" for w in words]
        rows += [
            f"ends {words[-1][-4:]}",
            f"begins {words[0][:4]}",
            f"name {' '.join(words)}",
            f"last {words[-1]} {voted}",
        ]
    return rows


def _surroundings(candidate: Candidate, reading: Reading) -> list[str]:
    """Features of the words around the first mentions."""
    title = reading.texts["title"]
    near = {f for m in candidate.mentions[:_MENTIONS] for f in around(m, reading.sentence(m.field, m.start))}
    rows = [f"~{f}" for f in sorted(near)]
    if any(m.field == "title" and m.start == 0 and title[m.end : m.end + 1] == ":" for m in candidate.mentions):
        rows.append("before colon")
    return rows


def _borders(candidate: Candidate, reading: Reading) -> list[str]:
    """Features of where the name begins and ends, against what the encoder marked."""
    total = len(candidate.mentions)
    places: Counter[str] = Counter({"exact": candidate.found})
    for place, _, n in candidate.beside:
        places[place] += n
    seen = "seen" if candidate.found else "unseen"
    exact, inside, around, free = (_share(places[p] / total) for p in ("exact", "inside", "around", "free"))
    where = next((p for p in ("exact", "inside", "around") if places[p]), "none")
    first = candidate.mentions[0]
    sentence = reading.sentence(first.field, first.start)
    at, after = sentence.word_at(first.start), sentence.word_at(first.end - 1) + 1
    left = sentence.words[at - 1] if at else "^"
    right = sentence.words[after] if after < len(sentence.words) else "$"
    return [
        *(f"from {origin} {seen}" for origin in candidate.origins),
        f"origin {' '.join(candidate.origins)}",
        f"in {inside} around {around} exact {exact} cross {_share(places['crossing'] / total)}",
        f"in {inside} exact {exact} {total == 1}",
        f"around {around} exact {exact} {total == 1}",
        *(f"{place} type {kind}" for place, kind, _ in candidate.beside if place in ("inside", "around")),
        f"free {free} in {inside} {seen}",
        f"{where} L {left}",
        f"{where} R {right}",
        f"{where} first {sentence.words[at]}",
        f"{where} last {sentence.words[after - 1]}",
    ]


def judge(candidates: Sequence[Candidate], chances: "Array", labels: Sequence[str]) -> list[Candidate]:
    """The candidates with their likeliest type and its chance (`chances`: candidates x labels), NONE left aside."""
    kinds = [n for n, label in enumerate(labels) if label != NONE]
    judged = []
    for candidate, row in zip(candidates, chances, strict=True):
        likeliest = max(kinds, key=lambda n: row[n])
        judged.append(replace(candidate, type=labels[likeliest], confidence=float(row[likeliest])))
    return judged


def settle(judged: Sequence[Candidate], texts: Texts, least: float) -> list[Candidate]:
    """The candidates that stand together in a paper, in the order of their first mention.

    Of candidates with at least the confidence `least` the likelier goes first; a later one is taken where it has a
    mention of its own and leaves one to each that was taken before. Where mentions overlap the longest counts.
    """
    taken = _Taken()
    order = sorted((n for n, c in enumerate(judged) if c.confidence >= least), key=lambda n: -judged[n].confidence)
    kept = [n for n in order if taken.add(n, judged[n].mentions)]
    settled = [_settled(judged[n], taken.mentions[n], texts) for n in kept]
    return sorted(settled, key=lambda c: _place(c.mentions[0]))


def _settled(candidate: Candidate, mentions: Iterable[Span], texts: Texts) -> Candidate:
    """A candidate with the mentions that are its own, the names that stand there, and two decimals of confidence."""
    ordered = tuple(sorted(mentions, key=_place))
    standing = {texts[m.field][m.start : m.end] for m in ordered}
    names = tuple(n for n in candidate.names if n in standing)
    return replace(candidate, names=names, mentions=ordered, confidence=round(candidate.confidence, 2))


def _place(mention: Span) -> tuple[int, int]:
    """Where a mention stands in the paper."""
    return FIELDS.index(mention.field), mention.start


class _Taken:
    """The mentions that are taken so far, by candidate and by place."""

    def __init__(self) -> None:
        self.mentions: dict[int, set[Span]] = {}
        self._at: dict[tuple[str, int], tuple[int, Span]] = {}  # (field, offset) -> who has it

    def add(self, number: int, mentions: Sequence[Span]) -> bool:
        """Take the mentions of a candidate, those from shorter ones; False, and nothing is changed, where it cannot."""
        won: list[Span] = []
        lost: dict[int, set[Span]] = {}
        for mention in mentions:
            others = {self._at[at] for at in _offsets(mention) if at in self._at}
            if all(other.end - other.start < mention.end - mention.start for _, other in others):
                won.append(mention)
                for owner, other in others:
                    lost.setdefault(owner, set()).add(other)
        if not won or any(len(spans) == len(self.mentions[owner]) for owner, spans in lost.items()):
            return False
        for owner, spans in lost.items():
            self.mentions[owner] -= spans
            for span in spans:
                for at in _offsets(span):
                    del self._at[at]
        self.mentions[number] = set(won)
        self._at.update({at: (number, mention) for mention in won for at in _offsets(mention)})
        return True


def _offsets(mention: Span) -> list[tuple[str, int]]:
    """The places that a mention covers."""
    return [(mention.field, at) for at in range(mention.start, mention.end)]
