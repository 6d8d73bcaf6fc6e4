"""Training of the choice of entities: the classifier of candidates, its calibration and the least confidence."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kg.nlp.confidence import NONE, features, judge, settle
from kg.nlp.context import Tokens, context, likely_in
from kg.nlp.labelled import GoldEntity, Labelled
from kg.nlp.lexicon import Lexicon, learn
from kg.nlp.mentions import Candidate, Found
from kg.nlp.network import Learning, Network, fit_network
from kg.nlp.proposals import proposals
from kg.nlp.reading import read
from kg.nlp.relations import features as relation_features
from kg.nlp.values import fold_name

if TYPE_CHECKING:
    import numpy as np
    from spacy.language import Language

    Array = np.ndarray[Any, Any]

_EQUAL = 0.001  #: differences of F1 that mean nothing
_MAIN = frozenset({"MODEL", "METHOD", "DATASET", "BENCHMARK"})  #: types whose confidence is calibrated


@dataclass(frozen=True, slots=True)
class Marked:
    """What the encoder makes of a labelled paper."""

    found: list[Found]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Proposed:
    """A labelled paper with its candidates as the classifier sees them."""

    paper: Labelled
    candidates: list[Candidate]
    features: list[list[str]]
    vectors: "Array"  #: candidates x length, half precision


Mark = Callable[[Labelled], Marked]


def marker(nlp: "Language") -> Mark:
    """Labelled paper -> what the pipeline's `kg_marks` makes of it."""
    from kg.nlp.components import TITLE_LENGTH, found_in
    from kg.nlp.tokenizer import SEPARATOR

    pipe = nlp.get_pipe("kg_marks")

    def mark(paper: Labelled) -> Marked:
        doc = nlp.make_doc(paper.title + SEPARATOR + paper.abstract)
        doc.user_data[TITLE_LENGTH] = len(paper.title)
        tokens = pipe(doc)._.kg_tokens
        half = replace(tokens, vectors=tokens.vectors.astype("float16"), spans=tokens.spans.astype("float16"))
        return Marked(found_in(doc, len(paper.title)), half)

    return mark


def once(mark: Mark) -> Mark:
    """The same, each paper worked through once; holds about 0.2 MB for each, so for labelled papers alone."""
    done: dict[str, Marked] = {}

    def remembered(paper: Labelled) -> Marked:
        if paper.id not in done:
            done[paper.id] = mark(paper)
        return done[paper.id]

    return remembered


def lexicon_of(papers: Iterable[Labelled]) -> Lexicon:
    """The names of labelled papers."""
    return learn(((p.title, p.abstract, [(list(e.names), e.type) for e in p.entities]) for p in papers), least=1)


def _without(lexicon: Lexicon, paper: Labelled) -> Lexicon:
    """What the other papers say, for one that the lexicon was learnt from."""
    return lexicon.without(paper.texts.values(), [(name, e.type) for e in paper.entities for name in e.names])


def propose(papers: Iterable[Labelled], mark: Mark, lexicon: Lexicon, *, known: bool) -> list[Proposed]:
    """The candidates of papers; where the lexicon was learnt from them (`known`), without each one's part."""
    import numpy as np

    proposed = []
    for paper in papers:
        marked = mark(paper)
        others = _without(lexicon, paper) if known else lexicon
        reading = read(paper.texts)
        candidates = proposals(paper.texts, marked.found, others, likely_in(marked.tokens))
        rows = [features(c, reading, others) for c in candidates]
        vectors = context(candidates, marked.tokens).astype(np.float16)
        proposed.append(Proposed(paper, candidates, rows, vectors))
    return proposed


def fit_judge(proposed: Sequence[Proposed], learning: Learning) -> Network:
    """The classifier of candidates."""
    import numpy as np

    rows = [row for p in proposed for row in p.features]
    labels = [label_of(c, p.paper) for p in proposed for c in p.candidates]
    return fit_network(rows, np.concatenate([p.vectors for p in proposed]), labels, learning)


def label_of(candidate: Candidate, paper: Labelled) -> str:
    """The type of the gold entity that shares a name with a candidate, its own type first; NONE where there is none."""
    types = [e.type for e in paper.entities if _share_name(candidate, e)]
    return candidate.type if candidate.type in types else types[0] if types else NONE


def _share_name(candidate: Candidate, entity: GoldEntity) -> bool:
    """Whether a candidate and a gold entity have a name in common."""
    return not {fold_name(n) for n in candidate.names}.isdisjoint(fold_name(n) for n in entity.names)


def chances(network: Network, proposed: Proposed) -> "Array":
    """The chances of a paper's candidates, candidates x labels."""
    return network.chances(proposed.features, proposed.vectors.astype("float32"))


def judged(papers: Iterable[Proposed], network: Network) -> list[tuple[Labelled, list[Candidate]]]:
    """Each paper with its candidates, their likeliest types and chances."""
    return [(p.paper, judge(p.candidates, chances(network, p), network.labels)) for p in papers]


def best_threshold(papers: Sequence[Proposed], network: Network) -> float:
    """The lowest least confidence that gives the best F1 of mentions on held-out papers, or all but `_EQUAL` of it."""
    found = judged(papers, network)
    scores = {n / 100: mention_f1(found, n / 100) for n in range(20, 61, 4)}
    return min(least for least, f1 in scores.items() if f1 >= max(scores.values()) - _EQUAL)


def mention_f1(papers: Iterable[tuple[Labelled, list[Candidate]]], least: float) -> float:
    """F1 of typed mentions of the entities that stand with at least this confidence."""
    both = one = 0
    for paper, candidates in papers:
        gold = {(span, paper.entities[n].type) for span, n in paper.mentions}
        found = {(m, c.type) for c in settle(candidates, paper.texts, least) for m in c.mentions}
        both += len(gold & found)
        one += len(gold) + len(found)
    return 2 * both / one if one else 0.0


def calibrated(network: Network, papers: Sequence[Proposed], least: float) -> Network:
    """The network with its scores stretched, and that of NONE shifted, so that its chances fit these papers best.

    Two numbers: the temperature of Guo et al. 2017 ("On calibration of modern neural networks") and a shift, since a
    candidate that was chosen among overlapping ones is righter than its chance says. Least log loss of "name and type
    are right" over the entities of the four main types that stand with at least the confidence `least`.
    """
    import numpy as np

    if NONE not in network.labels:
        return network
    none = network.labels.index(NONE)
    scores, kinds, right = [], [], []
    for proposed in papers:
        found = judge(proposed.candidates, chances(network, proposed), network.labels)
        rows = network.scores(proposed.features, proposed.vectors.astype("float32"))
        by_name = {name: row for candidate, row in zip(found, rows, strict=True) for name in candidate.names}
        left = list(proposed.paper.entities)
        for candidate in settle(found, proposed.paper.texts, least):
            if candidate.type in _MAIN:
                scores.append(by_name[candidate.names[0]])
                kinds.append(network.labels.index(candidate.type))
                same = next((e for e in left if e.type == candidate.type and _share_name(candidate, e)), None)
                right.append(same is not None)
                if same is not None:  # a gold entity makes one candidate right, as in the scores
                    left.remove(same)
    if not right:
        return network
    return network.stretched(NONE, *_fit_chances(np.array(scores), np.array(kinds), np.array(right), none))


def _fit_chances(scores: "Array", chosen: "Array", right: "Array", none: int) -> tuple[float, float]:
    """Stretch and shift with the least log loss, from a grid."""
    import numpy as np

    numbers = np.arange(len(chosen))

    def loss(option: tuple[float, float]) -> float:
        part = scores * option[0]
        part[:, none] += option[1]
        part = np.exp(part - part.max(axis=1, keepdims=True))
        chance = np.clip(part[numbers, chosen] / part.sum(axis=1), 1e-6, 1 - 1e-6)
        return float(-np.mean(np.where(right, np.log(chance), np.log(1 - chance))))

    return min(((n / 20, m / 10) for n in range(4, 31) for m in range(-15, 16)), key=loss)


def fit_relations(papers: Iterable[Labelled], mark: Mark, learning: Learning) -> Network:
    """The second opinion on relations, from gold entities: the features of the first, and the vectors."""
    import numpy as np

    rows, vectors, labels = [], [], []
    for paper in papers:
        reading = read(paper.texts)
        others = [c for c, _ in paper.candidates]
        vectors.append(context(others, mark(paper).tokens).astype(np.float16))
        for candidate, relation in paper.candidates:
            seen = relation_features(candidate, reading, others).values()
            rows.append([f for part in seen for f in part])
            labels.append(relation)
    return fit_network(rows, np.concatenate(vectors), labels, learning)
