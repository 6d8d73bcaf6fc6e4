"""Names that the labelled papers know: marked with which types, and in which share of the papers that show them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from kg.ids import digest
from kg.nlp.words import word_spans

MAX_WORDS = 7  #: of a name, hyphens not counted


@dataclass(frozen=True, slots=True)
class Entry:
    """What the labelled papers say of one name."""

    types: tuple[tuple[str, int], ...]  #: (type, papers), commonest first
    papers: int  #: labelled papers in whose text it stands, marked or not

    @property
    def share(self) -> float:
        """In which share of the papers that show it it is marked at all."""
        return sum(n for _, n in self.types) / max(1, self.papers)


class Lexicon:
    """Folded name -> entry. Words are folded by case and plural; hyphens and spaces are one."""

    def __init__(self, entries: Mapping[str, Entry], longest: Mapping[str, int] | None = None) -> None:
        """`entries`: by folded name, see `fold`; `longest`: words of the longest name at most, by its first word."""
        self.entries = dict(entries)
        self._longest = _longest(self.entries) if longest is None else longest

    def get(self, name: str) -> Entry | None:
        """What is known of a name."""
        return self.entries.get(fold(name))

    def matches(self, text: str) -> list[tuple[int, int, Entry]]:
        """Known names in a text: (start, end, entry), longest first from the left, without overlaps."""
        found: list[tuple[int, int, Entry]] = []
        end = 0
        for start, options in _runs(text, self._longest):
            if start < end:
                continue
            for stop, key in reversed(options):
                if (entry := self.entries.get(key)) is not None:
                    found.append((start, stop, entry))
                    end = stop
                    break
        return found

    def without(self, texts: Iterable[str], named: Iterable[tuple[str, str]]) -> "Lexicon":
        """What the other papers say, for a paper that it was learnt from: its texts and its (name, type) pairs."""
        own = {(fold(name), kind) for name, kind in named}
        entries = dict(self.entries)
        for key in {
            key for text in texts for _, options in _runs(text, self._longest) for _, key in options if key in entries
        }:
            types = [(kind, n - ((key, kind) in own)) for kind, n in entries[key].types]
            left = tuple(sorted(((kind, n) for kind, n in types if n), key=lambda p: (-p[1], p[0])))
            if left:
                entries[key] = Entry(left, max(1, entries[key].papers - 1))
            else:
                del entries[key]
        return Lexicon(entries, self._longest)  # a bound for fewer names too, and costly to make for each paper

    def to_json(self) -> dict[str, list[object]]:
        """Folded name -> [papers, type, papers of the type, ...]."""
        return {k: [e.papers, *(x for pair in e.types for x in pair)] for k, e in sorted(self.entries.items())}

    @classmethod
    def from_json(cls, record: Mapping[str, list[object]]) -> "Lexicon":
        """The inverse of `to_json`."""
        entries = {}
        for key, (papers, *flat) in record.items():
            types = tuple((str(t), int(str(n))) for t, n in zip(flat[::2], flat[1::2], strict=True))
            entries[key] = Entry(types, int(str(papers)))
        return cls(entries)


def _longest(keys: Iterable[str]) -> dict[str, int]:
    """First word -> words of the longest folded name that begins with it."""
    longest: dict[str, int] = {}
    for key in keys:
        words = key.split(" ")
        longest[words[0]] = max(len(words), longest.get(words[0], 0))
    return longest


@lru_cache(maxsize=2**16)
def fold(name: str) -> str:
    """The form under which names are looked up.

    >>> fold("Vision-Language Models") == fold("vision language model")
    True
    """
    return " ".join(_fold_word(name[a:b]) for a, b in word_spans(name) if _counts(name[a:b]))


def _counts(word: str) -> bool:
    """Whether a word is part of the folded form: not white space, not a hyphen."""
    return not word.isspace() and word not in "-‐‑–~"


def _fold_word(word: str) -> str:
    """One word, lower case, without the plural s where it is a plain one."""
    low = word.lower()
    return low[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")) else low


def _runs(text: str, longest: Mapping[str, int] | None = None) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Each start of a word with the (end, folded form) of the runs of words that begin there, shortest first.

    `longest`: how many words a run has at most, by its first; runs that begin with another are left out.
    """
    spans = [(a, b) for a, b in word_spans(text) if _counts(text[a:b])]
    folded = [_fold_word(text[a:b]) if b - a <= 60 else "" for a, b in spans]
    for n, (start, _) in enumerate(spans):
        most = MAX_WORDS if longest is None else longest.get(folded[n], 0)
        if not most or not folded[n] or not folded[n][0].isalnum():
            continue
        options, key = [], ""
        for m in range(n, min(n + most, len(spans))):
            key = f"{key} {folded[m]}" if key else folded[m]
            options.append((spans[m][1], key))
        yield start, options


def learn(papers: Iterable[tuple[str, str, list[tuple[list[str], str]]]], *, least: int = 2) -> Lexicon:
    """A lexicon from (title, abstract, [(names, type)]) of papers; names of fewer than `least` of them are left out."""
    seen = list(papers)
    types: dict[str, Counter[str]] = defaultdict(Counter)
    for _, _, entities in seen:
        marked = {(fold(name), kind) for names, kind in entities for name in names}
        for key, kind in sorted(marked):
            types[key][kind] += 1
    kept = {k: c for k, c in types.items() if k and sum(c.values()) >= least and len(k.split()) <= MAX_WORDS}
    shown: Counter[str] = Counter()
    for title, abstract, _ in seen:
        keys = {key for text in (title, abstract) for _, options in _runs(text) for _, key in options if key in kept}
        shown.update(sorted(keys))
    return Lexicon(
        {k: Entry(tuple(sorted(c.items(), key=lambda p: (-p[1], p[0]))), max(shown[k], 1)) for k, c in kept.items()}
    )


def held_out(paper: str) -> bool:
    """Whether a labelled paper is kept from the classifiers, for confidence: one in 29, by the hash of its id."""
    return int(digest(paper, 8), 16) % 29 == 0
