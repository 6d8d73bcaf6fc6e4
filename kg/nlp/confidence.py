"""Whether a candidate is an entity, and of which type: one classifier, whose chance is the confidence.

The mention model decides word by word; here its votes meet the other mentions in the paper, the words around all of
them, the words of the name, and what the labelled papers say of that name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from kg.nlp.lexicon import Entry, Lexicon
from kg.nlp.linear import Linear
from kg.nlp.mentions import Candidate
from kg.nlp.reading import Reading
from kg.nlp.relations import around, shape

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
    return rows + _spelling(candidate, voted) + _surroundings(candidate, reading)


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


def best(candidate: Candidate, reading: Reading, lexicon: Lexicon, model: Linear) -> tuple[str, float]:
    """The likeliest type of a candidate and its chance."""
    chances = model.chances(features(candidate, reading, lexicon))
    chances.pop(NONE, None)
    kind = max(sorted(chances), key=lambda k: chances[k])
    return kind, chances[kind]


def judge(
    candidates: Sequence[Candidate], reading: Reading, lexicon: Lexicon, model: Linear, least: float
) -> list[Candidate]:
    """The candidates with their likeliest type and its chance (two decimals); those below `least` are left out."""
    kept = []
    for candidate in candidates:
        kind, chance = best(candidate, reading, lexicon, model)
        if chance >= least:
            kept.append(replace(candidate, type=kind, confidence=round(chance, 2)))
    return kept
