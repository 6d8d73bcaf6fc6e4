"""Training of the mention model: papers with gold mentions in, the weights of `ner` out."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from kg.nlp.labelled import Labelled
from kg.nlp.tokenizer import SEPARATOR

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example


def example(nlp: "Language", paper: Labelled) -> "Example":
    """A labelled paper as spaCy trains on it; mentions that cut through a token are left out."""
    from spacy.training import Example

    shift = {"title": 0, "abstract": len(paper.title) + len(SEPARATOR)}
    reference = nlp.make_doc(paper.title + SEPARATOR + paper.abstract)
    spans = [
        reference.char_span(shift[s.field] + s.start, shift[s.field] + s.end, label=paper.entities[n].type)
        for s, n in paper.mentions
    ]
    reference.set_ents([s for s in spans if s is not None and not s[0].is_space and not s[-1].is_space])
    return Example(nlp.make_doc(reference.text), reference)


def batches(papers: int, size: int, epochs: int, seed: int) -> Iterator[tuple[float, list[int]]]:
    """Shuffled batches of paper numbers, each with the share of the training done before it."""
    shuffler = random.Random(seed)  # noqa: S311  (no secret)
    total = max(1, papers * epochs)
    for epoch in range(epochs):
        order = list(range(papers))
        shuffler.shuffle(order)
        for at in range(0, papers, size):
            yield (epoch * papers + at) / total, order[at : at + size]


def learn_rate(done: float, peak: float) -> float:
    """Up to `peak` over the first hundredth, then down in a straight line to a twentieth of it.

    >>> learn_rate(0.0, 1.0), round(learn_rate(1.0, 1.0), 2)
    (0.05, 0.05)
    """
    return peak * max(0.05, min(done / 0.01, 1 - (done - 0.01) / 0.99))


def fit_mentions(
    nlp: "Language",
    papers: Sequence[Labelled],
    *,
    epochs: int,
    seed: int,
    batch: int = 8,
    peak: float = 0.0015,
    dropout: float = 0.15,
    report: Callable[[str], None],
    every: int = 5000,
) -> None:
    """Train `tok2vec` and `ner` in place, their weights averaged at the end; a report every `every` papers."""
    from spacy.util import fix_random_seed  # type: ignore[attr-defined]
    from thinc.api import Adam

    fix_random_seed(seed)
    optimizer = Adam(peak, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True, use_averages=True)
    nlp.initialize(lambda: [example(nlp, r) for r in papers[:50]], sgd=optimizer)
    losses: dict[str, float] = {}
    seen = said = 0
    for done, numbers in batches(len(papers), batch, epochs, seed):
        optimizer.learn_rate = learn_rate(done, peak)
        nlp.update([example(nlp, papers[n]) for n in numbers], drop=dropout, sgd=optimizer, losses=losses)
        seen += len(numbers)
        if seen - said >= every:
            report(
                f"mentions: {seen} of {len(papers) * epochs} papers, loss {losses['ner'] / (seen - said):.1f} a paper"
            )
            losses, said = {}, seen
    with nlp.use_params(optimizer.averages):
        averaged = {name: pipe.to_bytes(exclude=["vocab"]) for name, pipe in nlp.pipeline}  # type: ignore[attr-defined]
    for name, pipe in nlp.pipeline:
        pipe.from_bytes(averaged[name], exclude=["vocab"])  # type: ignore[attr-defined]
