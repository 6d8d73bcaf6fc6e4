"""Two encoders that learnt from one half of the labelled papers each, so that every paper has one that never saw it.

The classifiers behind the encoder learn from what it makes of papers that are new to it, as all are at run time
(cross-fitting: Wolpert 1992, "Stacked generalization"). The encoder of run time is the mean of both (Wortsman et al.
2022, "Model soups"), which can be taken because both went on from the same one.
"""

from collections.abc import Iterable

from kg.ids import digest
from kg.nlp.encoder import Encoder
from kg.nlp.fit_encoder import encoder_of, weights_of
from kg.nlp.fit_judge import Mark, Marked
from kg.nlp.labelled import Labelled


def half(paper: Labelled) -> int:
    """0 or 1, by the hash of its id."""
    return int(digest("fold " + paper.id, 8), 16) % 2


def mean_encoder(one: Encoder, other: Encoder) -> Encoder:
    """The encoder with the mean of the weights of two that have the same pieces and sizes."""
    first, second = weights_of(one), weights_of(other)
    both = {name: ((weight + second[name]) / 2).astype("float32") for name, weight in first.items()}
    return encoder_of(both, one.pieces)


def crossed(halves: tuple[Mark, Mark], whole: Mark, learnt: Iterable[Labelled]) -> Mark:
    """What to make of a paper: `halves[n]`, which learnt from half n, serves those learnt from that are of the other.

    `whole` serves all papers that were not learnt from.
    """
    seen = {paper.id for paper in learnt}

    def mark(paper: Labelled) -> Marked:
        return (halves[1 - half(paper)] if paper.id in seen else whole)(paper)

    return mark
