"""Which names a paper may hold: the spans that the encoder takes for likely, known names, coined words."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kg.facts import Span
from kg.ids import normal_form
from kg.nlp.lexicon import Lexicon
from kg.nlp.mentions import Candidate, Found, Texts, definitions, has_acronym, occurrences
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
MAX_NAME = 200  #: code points; what is longer is no name
_TOKEN = re.compile(r"(?<![\w-])[A-Za-z0-9]+(?:[-+][A-Za-z0-9]+)*(?!\w)")
_COINED = re.compile(r"[A-Z].*[A-Z]|[A-Z][a-z]*[0-9]")


def proposals(texts: Texts, found: Sequence[Found], lexicon: Lexicon, likely: Sequence[Span] = ()) -> list[Candidate]:
    """The candidates of a paper in the order of their first mention; their mentions may overlap.

    Names are grouped by their normal form, long forms joined with their acronyms (Schwartz & Hearst); every occurrence
    of a name is a mention. `found`: what is marked; `likely`: other spans that are worth a look.
    """
    votes = _votes(texts, found)
    known: dict[str, str] = {}
    origins: dict[str, set[str]] = defaultdict(set)
    for name, origin, kind in _names(texts, votes, lexicon, likely):
        origins[name].add(origin)
        if kind:
            known.setdefault(name, kind)
    groups = _groups(texts, origins)
    marks = _Marks(found)
    made = (_candidate(texts, group, marks, votes, known, origins) for group in groups.values())
    return sorted((c for c in made if c), key=lambda c: (FIELDS.index(c.mentions[0].field), c.mentions[0], c.names[0]))


def _names(
    texts: Texts, votes: Mapping[str, "Counter[str]"], lexicon: Lexicon, likely: Sequence[Span]
) -> Iterator[tuple[str, str, str]]:
    """(name, where it comes from, type or ""), generic classes left out."""

    def every() -> Iterator[tuple[str, str, str]]:
        yield from ((name, "marked", "") for name in votes)
        yield from ((texts[span.field][span.start : span.end], "likely", "") for span in likely)
        for field in FIELDS:
            text = texts[field]
            for start, end, entry in lexicon.matches(text):
                if entry.share >= LEAST_SHARE:
                    yield text[start:end], "known", entry.types[0][0]
            yield from ((text[start:end], "coined", "") for start, end in coined(text))

    for name, origin, kind in every():
        if len(name) <= MAX_NAME and any(c.isalnum() for c in name) and normal_form(name) not in GENERIC:
            yield name, origin, kind


def coined(text: str) -> list[tuple[int, int]]:
    """Words that look like a name by themselves: two capitals, or a capital and a digit.

    >>> text = "We train FooNet and BAR-x on Vid4 in May."
    >>> [text[a:b] for a, b in coined(text)]
    ['FooNet', 'BAR-x', 'Vid4']
    """
    return [m.span() for m in _TOKEN.finditer(text) if m.end() - m.start() <= 40 and _COINED.search(m[0].split("-")[0])]


def _votes(texts: Texts, found: Sequence[Found]) -> dict[str, Counter[str]]:
    """Name -> how often it was marked with which type."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for item in found:
        votes[texts[item.span.field][item.span.start : item.span.end]][item.type] += 1
    return dict(votes)


def _vote(votes: "Counter[str]") -> str:
    """The commonest type; of equals the first in the table of types."""
    return max(ENTITY_TYPES, key=lambda t: votes[t]) if votes else DEFAULT_TYPE


class _Marks:
    """The marked spans of a paper, which never overlap, to be asked what a mention has to do with them."""

    def __init__(self, found: Sequence[Found]) -> None:
        self.exact = {f.span: f.type for f in found}
        self.spans = {field: sorted((s.start, s.end) for s in self.exact if s.field == field) for field in FIELDS}

    def beside(self, mention: Span) -> tuple[str, str]:
        """How a mention lies to a marked span ("exact", "inside", "around", "crossing" or "free"), and its type."""
        if mention in self.exact:
            return "exact", self.exact[mention]
        spans = self.spans[mention.field]
        for start, end in spans[max(0, bisect_right(spans, (mention.start, mention.start)) - 1) :]:
            if start >= mention.end:
                break
            if end > mention.start:
                kind = self.exact[Span(mention.field, start, end)]
                if start <= mention.start and mention.end <= end:
                    return "inside", kind
                return ("around" if mention.start <= start and end <= mention.end else "crossing"), kind
        return "free", ""


def _candidate(
    texts: Texts,
    group: set[str],
    marks: _Marks,
    votes: Mapping[str, "Counter[str]"],
    known: Mapping[str, str],
    origins: Mapping[str, set[str]],
) -> Candidate | None:
    """The candidate with these names; None where they stand in URLs only."""
    spans = [Span(field, start, end) for field in FIELDS for start, end, _ in occurrences(group, texts[field])]
    if not spans:
        return None
    tally: Counter[str] = Counter()
    for name in sorted(group):
        tally.update(votes.get(name, {}))
    if not tally:
        tally.update(known[name] for name in sorted(group) if name in known)
    names = _ranked(texts, spans)
    beside = Counter(marks.beside(span) for span in spans)
    return Candidate(
        names,
        _vote(tally),
        tuple(spans),
        votes=tuple(sorted((kind, n) for (place, kind), n in beside.items() if place == "exact")),
        joined=has_acronym(names),
        origins=tuple(sorted(set().union(*(origins.get(name, {"defined"}) for name in group)))),
        beside=tuple(sorted((place, kind, n) for (place, kind), n in beside.items() if place != "exact")),
    )


def _groups(texts: Texts, found: Mapping[str, object]) -> dict[str, set[str]]:
    """Key -> the names of one entity, those of its definitions in the texts among them."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    names: dict[str, set[str]] = defaultdict(set)
    for name in sorted(found):
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


def _ranked(texts: Texts, spans: Sequence[Span]) -> tuple[str, ...]:
    """The names that stand in the text, best label first: a long form of up to five words, else the commonest."""
    count: Counter[str] = Counter(texts[s.field][s.start : s.end] for s in spans)
    ordered = sorted(count, key=lambda n: -count[n])  # stable: of equals the one that comes first in the text
    words = {n: len(n.split()) for n in ordered}
    if has_acronym(ordered) and (long := [n for n in ordered if 1 < words[n] <= 5]):
        ordered = [long[0], *(n for n in ordered if n != long[0])]
    return tuple(ordered)
