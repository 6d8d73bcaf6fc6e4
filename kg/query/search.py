"""Entities and papers by name, alias or title: full text, tolerant of typing errors."""

from difflib import SequenceMatcher
from typing import Any

from kg.paper import clean
from kg.query.answer import Answer
from kg.store import Store
from kg.store.graph import fold

_CANDIDATES = 400  #: rows of the index that are looked at closely
_LONGEST = 300  #: characters of a text that are looked for
_NEAR = 0.55  #: similarity below which a text is not what was meant


def _score(wanted: str, name: str) -> float:
    """How well a name fits: equal 1, a prefix, a prefix of a word, a part, else the similarity of the letters."""
    folded = fold(name)
    if folded == wanted:
        return 1.0
    coverage = len(wanted) / max(1, len(folded))
    if folded.startswith(wanted):
        return 0.9 + 0.09 * coverage
    if f" {wanted}" in f" {folded}":
        return 0.8 + 0.09 * coverage
    if wanted in folded:
        return 0.7 + 0.09 * coverage
    return 0.7 * max(SequenceMatcher(None, wanted, part, autojunk=False).ratio() for part in _parts(wanted, folded))


def _parts(wanted: str, folded: str) -> list[str]:
    """The whole name and, of longer names, each run of as many words as are wanted."""
    words, size = folded.split(), len(wanted.split())
    return [folded, *(" ".join(words[n : n + size]) for n in range(len(words) - size + 1))]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _candidates(store: Store, wanted: str) -> list[tuple[str, str, int]]:
    """(name, kind, number) of rows that hold the text, or else many of its trigrams, best first."""
    sql = "SELECT name, kind, n FROM search WHERE search MATCH ? ORDER BY rank LIMIT ?"
    if len(wanted) < 3:
        rows = store.rows(
            "SELECT name, 'entity', entity FROM name WHERE folded >= ? AND folded < ? ORDER BY folded LIMIT ?",
            (wanted, wanted + "\U0010ffff", _CANDIDATES),
        )
        return [(r[0], r[1], r[2]) for r in rows]
    whole = [(r[0], r[1], r[2]) for r in store.rows(sql, (_quoted(wanted), _CANDIDATES))]
    trigrams = sorted({wanted[n : n + 3] for n in range(min(len(wanted), 120) - 2)})
    near = store.rows(sql, (" OR ".join(map(_quoted, trigrams)), _CANDIDATES))
    return whole + [(r[0], r[1], r[2]) for r in near]


def search(store: Store, text: str, *, limit: int = 20) -> Answer:
    """Items `{"id", "label", "type", "papers", "matched", "score"}`; a paper's type is PAPER, its `papers` 1."""
    wanted = fold(clean(text)[:_LONGEST])
    best: dict[tuple[str, int], tuple[float, str]] = {}
    for name, kind, n in _candidates(store, wanted) if wanted else ():
        score = _score(wanted, name)
        if score >= _NEAR * 0.7 + 0.1 * (score < 0.7) and (score, name) > best.get((kind, n), (0.0, "")):
            best[kind, n] = (score, name)
    items = [_item(store, kind, n, score, name) for (kind, n), (score, name) in best.items()]
    items.sort(key=lambda i: (-round(i["score"], 1), -i["papers"], -i["score"], i["label"], i["id"]))
    return Answer({"search": text}, items[:limit], len(items))


def _item(store: Store, kind: str, n: int, score: float, matched: str) -> dict[str, Any]:
    if kind == "paper":
        row = next(store.rows("SELECT id, title, 'PAPER', 1 FROM paper WHERE n = ?", (n,)))
    else:
        row = next(store.rows("SELECT id, label, type, papers FROM entity WHERE n = ?", (n,)))
    return dict(zip(("id", "label", "type", "papers"), row, strict=True)) | {
        "matched": matched,
        "score": round(score, 3),
    }
