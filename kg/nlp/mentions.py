"""From the spans that the model marks to the candidates of a paper: names, votes, every occurrence. No spaCy here."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.facts import Span
from kg.ids import normal_form
from kg.nlp.abbreviations import pairs
from kg.nlp.lexicon import Lexicon
from kg.nlp.words import url_spans
from kg.schema import ENTITY_TYPES, FIELDS

_GENERIC = (
    "language model, large language model, LLM, LM, PLM, SLM, VLM, MLLM, LVLM, LMM, LRM, pre-trained model, "
    "pretrained model, pre-trained language model, vision-language model, multimodal large language model, "
    "foundation model, dataset, small language model, large vision-language model, large multimodal model, "
    "large reasoning model, model, method, baseline, code, source code, GitHub, Kaggle, deep learning, "
    "machine learning, neural network, NLP, framework, natural language processing, pre-training, fine-tuning, AI, "
    "artificial intelligence, benchmark, our approach, our model, deep neural network, DNN, computer vision"
)
#: Classes, not names, whatever the model thinks (the guide, "Names").
GENERIC = frozenset(normal_form(name) for name in _GENERIC.split(", "))
LEAST_SHARE = 0.05  #: names that the labelled papers mark more rarely are not proposed from the lexicon
DEFAULT_TYPE = "METHOD"  #: of a name of which nothing is known
_TOKEN = re.compile(r"(?<![\w-])[A-Za-z0-9]+(?:[-+][A-Za-z0-9]+)*(?!\w)")
_COINED = re.compile(r"[A-Z].*[A-Z]|[A-Z][a-z]*[0-9]")
MAX_NAME = 200  #: code points; what is longer is no name


@dataclass(frozen=True, slots=True)
class Found:
    """One span that the model marked."""

    span: Span
    type: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One entity of a paper before its relation is known."""

    names: tuple[str, ...]  #: best first
    type: str
    mentions: tuple[Span, ...]  #: every occurrence of a name, in the order of the text
    votes: tuple[tuple[str, int], ...] = ()  #: with which types the model marked how many of them, by name of the type
    joined: bool = False  #: whether a long form and an acronym were joined
    confidence: float = 1.0  #: chance that name and type are right

    @property
    def found(self) -> int:
        """How many of the mentions the model marked."""
        return sum(n for _, n in self.votes)


Texts = Mapping[str, str]  #: field -> text


def occurrences(names: Iterable[str], text: str) -> list[tuple[int, int, str]]:
    """Every whole-word occurrence of the names outside URLs: (start, end, name), no overlaps, the longest match first.

    >>> occurrences(["BERT", "BERT-base"], "BERT-base beats BERT, not RoBERTa")
    [(0, 9, 'BERT-base'), (16, 20, 'BERT')]
    """
    urls = url_spans(text)
    hits: list[tuple[int, int, str]] = []
    for name in sorted(set(names)):
        hits += [(start, start + len(name), name) for start in _whole_word(name, text)]
    taken: list[tuple[int, int, str]] = []
    free = bytearray(len(text))
    for start, end in urls:
        free[start:end] = b"\2" * (end - start)
    for start, end, name in sorted(hits, key=lambda h: (h[0] - h[1], h[0])):
        if free[start] != 2 and 1 not in free[start:end]:
            free[start:end] = b"\1" * (end - start)
            taken.append((start, end, name))
    return sorted(taken)


def _whole_word(name: str, text: str) -> Iterator[int]:
    """Where a name stands as a whole word: ASCII letters and digits next to it would make it a part of another."""
    left, right = name[0].isalnum(), name[-1].isalnum()
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        whole = not (left and at and _is_ascii_word(text[at - 1])) and not (
            right and _is_ascii_word(text[end : end + 1])
        )
        if whole:
            yield at
        at = text.find(name, end if whole else at + 1)


def _is_ascii_word(char: str) -> bool:
    """Whether a character (or "") is an ASCII letter or digit."""
    return char.isascii() and char.isalnum()


def entities(texts: Texts, found: Sequence[Found], lexicon: Lexicon | None = None) -> list[Candidate]:
    """The entities that the marked spans amount to, in the order of their first mention; no name stands on two of them.

    Names are grouped by their normal form, long forms joined with their acronyms (Schwartz & Hearst), the type is voted
    on, and every occurrence of a name is a mention. Names of the `lexicon`, and words that look like a name, come in
    without a vote where nothing was marked.
    """
    votes = _votes(texts, found)
    known = _unmarked(texts, votes, lexicon) if lexicon else {}
    groups = _groups(texts, [*votes, *known])
    owner = {name: key for key, names in groups.items() for name in names}
    places: dict[str, list[Span]] = defaultdict(list)
    for field in FIELDS:
        for start, end, name in occurrences(owner, texts[field]):
            places[owner[name]].append(Span(field, start, end))
    marked = {f.span: f.type for f in found}
    return [_candidate(texts, groups[key], spans, marked, votes, known) for key, spans in places.items()]


def _candidate(
    texts: Texts,
    group: set[str],
    spans: Sequence[Span],
    marked: Mapping[Span, str],
    votes: Mapping[str, "Counter[str]"],
    known: Mapping[str, str],
) -> Candidate:
    """The entity whose names stand at these places."""
    tally: Counter[str] = Counter()
    for name in sorted(group):
        tally.update(votes.get(name, {}))
    if not tally:
        tally.update(known[name] for name in sorted(group) if name in known)
    names = _ranked(texts, spans)
    hits = Counter(marked[s] for s in spans if s in marked)
    return Candidate(names, _vote(tally), tuple(spans), tuple(sorted(hits.items())), has_acronym(names))


def _unmarked(texts: Texts, votes: Mapping[str, "Counter[str]"], lexicon: Lexicon) -> dict[str, str]:
    """Known names where no marked name stands -> their commonest type."""
    known: dict[str, str] = {}
    for field in FIELDS:
        text = texts[field]
        taken = bytearray(len(text))
        for start, end, _ in occurrences(votes, text):
            taken[start:end] = b"\1" * (end - start)
        for start, end, entry in lexicon.matches(text):
            if 1 not in taken[start:end] and entry.share >= LEAST_SHARE and normal_form(text[start:end]) not in GENERIC:
                known.setdefault(text[start:end], entry.types[0][0])
                taken[start:end] = b"\1" * (end - start)
        for start, end in coined(text):
            if 1 not in taken[start:end] and normal_form(text[start:end]) not in GENERIC:
                known.setdefault(text[start:end], DEFAULT_TYPE)
    return known


def _votes(texts: Texts, found: Sequence[Found]) -> dict[str, Counter[str]]:
    """Name -> how often it was marked with which type; generic classes and what is no name are left out."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for item in found:
        name = texts[item.span.field][item.span.start : item.span.end]
        if len(name) <= MAX_NAME and any(c.isalnum() for c in name) and normal_form(name) not in GENERIC:
            votes[name][item.type] += 1
    return dict(votes)


def _vote(votes: "Counter[str]") -> str:
    """The commonest type; of equals the first in the table of types."""
    return max(ENTITY_TYPES, key=lambda t: votes[t])


def coined(text: str) -> list[tuple[int, int]]:
    """Words that look like a name by themselves: two capitals, or a capital and a digit.

    >>> text = "We train FooNet and BAR-x on Vid4 in May."
    >>> [text[a:b] for a, b in coined(text)]
    ['FooNet', 'BAR-x', 'Vid4']
    """
    return [m.span() for m in _TOKEN.finditer(text) if m.end() - m.start() <= 40 and _COINED.search(m[0].split("-")[0])]


def _groups(texts: Texts, found: Iterable[str]) -> dict[str, set[str]]:
    """Key -> the names of one entity, those of its definitions in the texts among them."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    names: dict[str, set[str]] = defaultdict(set)
    for name in sorted(set(found)):
        names[normal_form(name)].add(name)
        root(normal_form(name))
    for short, long in definitions(texts):
        a, b = normal_form(short), normal_form(long)
        if (a in names or b in names) and not {a, b} & GENERIC:
            names[a].add(short)
            names[b].add(long)
            parent[max(root(a), root(b))] = min(root(a), root(b))
    groups: dict[str, set[str]] = defaultdict(set)
    for key in sorted(names):
        groups[root(key)] |= names[key]
    return dict(groups)


def definitions(texts: Texts) -> list[tuple[str, str]]:
    """(short form, long form) as the texts define them; the first long form of a short one counts."""
    known: dict[str, str] = {}
    for field in FIELDS:
        for (a, b), (c, d) in pairs(texts[field]):
            known.setdefault(texts[field][a:b], texts[field][c:d])
    return sorted(known.items())


def has_acronym(names: Sequence[str]) -> bool:
    """Whether names of one and of several words stand together."""
    return len({len(n.split()) > 1 for n in names}) == 2


def _ranked(texts: Texts, spans: Sequence[Span]) -> tuple[str, ...]:
    """The names that stand in the text, best label first: a long form of up to five words, else the commonest."""
    count: Counter[str] = Counter(texts[s.field][s.start : s.end] for s in spans)
    ordered = sorted(
        count, key=lambda n: -count[n]
    )  # the sort is stable: of equals the one that comes first in the text
    words = {n: len(n.split()) for n in ordered}
    if has_acronym(ordered) and (long := [n for n in ordered if 1 < words[n] <= 5]):
        ordered = [long[0], *(n for n in ordered if n != long[0])]
    return tuple(ordered)
