"""Which names a paper may hold: what the mention model marked, with other borders too, known names, coined words."""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from kg.facts import Span
from kg.ids import normal_form
from kg.nlp.lexicon import Lexicon
from kg.nlp.linear import Linear
from kg.nlp.mentions import Candidate, Found, Texts, definitions, has_acronym, occurrences
from kg.nlp.phrases import likely
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
_WORD = re.compile(r"\S+")
_WORD_BEFORE = re.compile(r"(\S+) $")
_WORD_AFTER = re.compile(r" (\S+)")
_PART_BEFORE = re.compile(r"(?:[A-Za-z0-9]+-)+$")
_PART_AFTER = re.compile(r"(?:-[A-Za-z0-9]+)+(?![A-Za-z0-9])")
_SIGNS = ".,;:!?()[]{}\"“”'`"
_REACH = 30  #: code points beside a marked span in which a further word is looked for
_OUTSIDE = (
    "a an the of in on for to and or with by from as at is are was were be been this that these those which we our "
    "their its it they can could will would may might using use used via into over under between through than then "
    "such not no more most both while when where also however only all each any some new novel existing several many "
    "various different other two three four show shows propose proposed introduce introduces present presents based "
    "achieve achieves outperforms improve improves but if has have had do does"
)
#: Words by which no name is made longer.
_NEVER = frozenset(_OUTSIDE.split())


def proposals(texts: Texts, found: Sequence[Found], lexicon: Lexicon, phrases: Linear | None = None) -> list[Candidate]:
    """The candidates of a paper in the order of their first mention; their mentions may overlap.

    Names are grouped by their normal form, long forms joined with their acronyms (Schwartz & Hearst); every occurrence
    of a name is a mention. `phrases` chooses which phrases are proposed that nothing else does.
    """
    votes = _votes(texts, found)
    known: dict[str, str] = {}
    origins: dict[str, set[str]] = defaultdict(set)
    for name, origin, kind in _names(texts, found, votes, lexicon):
        origins[name].add(origin)
        if kind:
            known.setdefault(name, kind)
    if phrases:
        for name in likely(texts, phrases, origins):
            if normal_form(name) not in GENERIC:
                origins[name].add("phrase")
    groups = _groups(texts, origins)
    marks = _Marks(found)
    made = (_candidate(texts, group, marks, votes, known, origins) for group in groups.values())
    return sorted((c for c in made if c), key=lambda c: (FIELDS.index(c.mentions[0].field), c.mentions[0], c.names[0]))


def _names(
    texts: Texts, found: Sequence[Found], votes: Mapping[str, "Counter[str]"], lexicon: Lexicon
) -> Iterator[tuple[str, str, str]]:
    """(name, where it comes from, type or ""), generic classes left out."""

    def every() -> Iterator[tuple[str, str, str]]:
        yield from ((name, "marked", "") for name in votes)
        for field in FIELDS:
            text = texts[field]
            for start, end, entry in lexicon.matches(text):
                if entry.share >= LEAST_SHARE:
                    yield text[start:end], "known", entry.types[0][0]
            yield from ((text[start:end], "coined", "") for start, end in coined(text))
        for item in found:
            yield from ((name, origin, "") for name, origin in borders(texts[item.span.field], item.span))

    for name, origin, kind in every():
        if len(name) <= MAX_NAME and any(c.isalnum() for c in name) and normal_form(name) not in GENERIC:
            yield name, origin, kind


def borders(text: str, span: Span) -> Iterator[tuple[str, str]]:
    """The names beside a marked one, a word shorter or longer on one side, with how they differ.

    >>> for name, how in borders("a long video generation model", Span("title", 7, 23)): print(how, "|", name)
    -first | generation
    -last | video
    +left | long video generation
    +right | video generation model
    """
    start, end = span.start, span.end
    name = text[start:end]
    words = [m.span() for m in _WORD.finditer(name)]
    if len(words) > 1:
        yield name[words[1][0] :], "-first"
        yield name[: words[-2][1]], "-last"
    if len(words) > 2:
        yield name[words[2][0] :], "-first two"
    if 0 < (cut := name.find("-")) < len(name) - 2:
        yield name[cut + 1 :], "-first part"
    if 1 < (cut := name.rfind("-")) < len(name) - 2:
        yield name[:cut], "-last part"
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    if (word := _WORD_BEFORE.search(before)) and _lengthens(word[1]) and word[1][-1].isalnum():
        yield f"{word[1]} {name}", "+left"
    if (part := _PART_BEFORE.search(before)) and not before[: part.start()][-1:].isalnum():
        yield part[0] + name, "+left part"
    if (word := _WORD_AFTER.match(after)) and _lengthens(kept := word[1].rstrip(_SIGNS)) and word.end() < _REACH:
        yield f"{name} {kept}", "+right"
    if part := _PART_AFTER.match(after):
        yield name + part[0], "+right part"


def _lengthens(word: str) -> bool:
    """Whether a word may be part of a name: no sign at its ends, none of the words that never are."""
    return bool(word) and word.strip(_SIGNS) == word and word.lower() not in _NEVER


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
