"""What the extractor owes to the number of labelled papers and to each of its parts: tables of the model card.

    python benchmarks/learning.py curve CORPUS [--papers 500 1500 3000] [--silver N] [--work DIR] [--json FILE]
    python benchmarks/learning.py parts CORPUS [--papers 3000] [--silver N] [--work DIR] [--json FILE]

CORPUS is a folder as `kg train` takes it. `curve` trains with the first N labelled papers, without a teacher and with
few silver papers so that it can be repeated, and scores on dev. `parts` takes the encoders of one row of the curve (it
makes them where DIR does not hold them) and trains the choice of entities on them without one part at a time: F1 of
typed mentions on dev and, since 150 papers are few, on the held-out papers too. The rows go into FILE
(docs/ablation.json), beside what is there.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import training
from kg.evaluation import Scores, score
from kg.nlp import fit_judge
from kg.nlp.components import Relations, Results
from kg.nlp.fit_heads import fit_relation, fit_results
from kg.nlp.labelled import Labelled, read_labelled
from kg.nlp.mentions import Candidate
from kg.nlp.pipeline import Extractor
from kg.paper import Paper

if TYPE_CHECKING:
    from spacy.language import Language

SIZES = (500, 1500, 3000)


def say(line: str) -> None:
    """Progress."""
    sys.stderr.write(line + "\n")


@dataclass(frozen=True, slots=True)
class Row:
    """The encoders that the first so many labelled papers make."""

    corpus: training.Corpus  #: with these papers alone to learn from
    settings: training.Settings
    plain: "Language"  #: learnt from silver papers only
    refined: "Language"
    mark: fit_judge.Mark  #: reads each paper with an encoder that has not learnt from it


def encoders(corpus: training.Corpus, size: int, silver: int, folder: Path) -> Row:
    """What is in the folder already is not made again."""
    part = replace(corpus, train=corpus.train[:size])
    settings = replace(training.Settings(), silver=silver)
    shared = training.begin(folder / "vectors", corpus, None, settings, say)
    words, vectors = training.train_vectors(corpus, settings, shared)
    work = training.begin(folder / str(size), part, None, settings, say)
    plain = training.train_mentions(part, words, vectors, None, settings, work)
    refined, mark = training.refine(plain, part, words, vectors, settings, work)
    return Row(part, settings, plain, refined, fit_judge.once(mark))


def curve(corpus: training.Corpus, sizes: Sequence[int], silver: int, folder: Path) -> Iterable[dict[str, Any]]:
    """Scores on dev for the first so many labelled papers, and for all."""
    for size in (*sizes, len(corpus.train)):
        row = encoders(corpus, size, silver, folder)
        entities = training.fit_entities(row.mark, row.corpus, row.settings, say)
        relations, results = Relations(), Results()
        relations.models = {"relation": fit_relation(row.corpus.train, 0)}
        results.models, results.networks = fit_results(row.corpus.train, row.mark, row.settings.slots, 0)
        whole = training.assemble(row.refined, entities, relations, results)
        found = scored(Extractor(whole, {}, ""), corpus)
        yield {
            "papers": size,
            "mentions": round(found.mentions.f1, 4),
            "main": round(found.main_mentions.f1, 4),
            "entities": round(found.entities.f1, 4),
        }


def scored(extractor: Extractor, corpus: training.Corpus) -> Scores:
    """The scores on dev."""
    if corpus.dev is None:
        raise SystemExit("the corpus has no dev.jsonl")
    papers, _ = read_labelled(corpus.dev)
    return score((p, extractor.facts(Paper(p.id, p.title, p.abstract))) for p in papers)


Change = Callable[[fit_judge.Proposed], fit_judge.Proposed]


def cut(keep: Callable[[Candidate], bool]) -> Change:
    """Only some of the candidates."""

    def change(proposed: fit_judge.Proposed) -> fit_judge.Proposed:
        kept = [n for n, c in enumerate(proposed.candidates) if keep(c)]
        return fit_judge.Proposed(
            proposed.paper,
            [proposed.candidates[n] for n in kept],
            [proposed.features[n] for n in kept],
            proposed.vectors[kept],
        )

    return change


def blind(first: int, after: int | None) -> Change:
    """A stretch of the vectors set to zero."""

    def change(proposed: fit_judge.Proposed) -> fit_judge.Proposed:
        vectors = proposed.vectors.copy()
        vectors[:, first:after] = 0
        return replace(proposed, vectors=vectors)

    return change


def without(start: tuple[str, ...]) -> Change:
    """The features that begin so left out."""

    def change(proposed: fit_judge.Proposed) -> fit_judge.Proposed:
        rows = [[f for f in row if not f.startswith(start)] for row in proposed.features]
        return replace(proposed, features=rows)

    return change


def parts(corpus: training.Corpus, size: int, silver: int, folder: Path) -> Iterable[dict[str, Any]]:
    """Scores without each part; the first row is the whole."""
    if corpus.dev is None:
        raise SystemExit("the corpus has no dev.jsonl")
    dev, _ = read_labelled(corpus.dev)
    row = encoders(corpus, size, silver, folder)
    component: Any = row.plain.get_pipe("kg_marks")
    words = 3 * component.encoder.width
    changes: dict[str, Change] = {
        "all parts": lambda p: p,
        "without likely spans that are not marked": cut(lambda c: c.origins != ("likely",)),
        "without names that only the labelled papers or their spelling tell": cut(
            lambda c: any(o not in ("known", "coined") for o in c.origins)
        ),
        "without the vectors of the words": blind(0, words),
        "without the chances of spans": blind(words, None),
        "without both": blind(0, None),
        "without what labelled papers say of a name": without(("known", "vote known", "marked known", "shape known")),
        "without the words of names and around them": without(("~", "word ", "ends ", "begins ", "name ", "last ")),
    }
    papers = row.corpus.train, corpus.held, dev
    seen = _seen(row.mark, papers)
    rows = []
    for name, change in changes.items():
        say(name)
        rows.append((name, _without(change, seen, row)))
    unrefined = _seen(fit_judge.marker(row.plain), papers)
    rows.append(("without what the encoder learnt from labelled papers", _without(lambda p: p, unrefined, row)))
    rows.append(("the encoder alone", (marked_alone(corpus.held, row.mark), marked_alone(dev, row.mark))))
    for name, (held, shown) in rows:
        yield {"part": name, "mentions": shown, "change": shown - rows[0][1][1], "held_out": held}


def _seen(mark: fit_judge.Mark, papers: Sequence[Sequence[Labelled]]) -> list[list[fit_judge.Proposed]]:
    """The candidates of papers to learn from, held-out papers and dev, as an encoder shows them."""
    lexicon = fit_judge.lexicon_of(papers[0])
    return [fit_judge.propose(part, mark, lexicon, known=n == 0) for n, part in enumerate(papers)]


def _without(change: Change, seen: list[list[fit_judge.Proposed]], row: Row) -> tuple[float, float]:
    """F1 on held-out papers and on dev of the choice of entities learnt from changed candidates."""
    train, held, dev = ([change(p) for p in papers] for papers in seen)
    network = fit_judge.fit_judge(train, row.settings.judge)
    least = fit_judge.best_threshold(held, network)
    first, second = (fit_judge.mention_f1(fit_judge.judged(papers, network), least) for papers in (held, dev))
    return first, second


def marked_alone(papers: Sequence[Labelled], mark: fit_judge.Mark) -> float:
    """F1 of what the encoder marks."""
    both = one = 0
    for paper in papers:
        gold = {(span, paper.entities[n].type) for span, n in paper.mentions}
        found = {(f.span, f.type) for f in mark(paper).found}
        both += len(gold & found)
        one += len(gold) + len(found)
    return 2 * both / one


def main() -> None:
    """Read the arguments, measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("curve", "parts"))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--papers", type=int, nargs="+", default=[])
    parser.add_argument("--silver", type=int, default=3000)
    parser.add_argument("--work", type=Path, default=Path("learning.part"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    corpus = training.read_corpus(given.corpus)
    made = (
        curve(corpus, given.papers or SIZES, given.silver, given.work)
        if given.what == "curve"
        else parts(corpus, (given.papers or SIZES[-1:])[0], given.silver, given.work)
    )
    rows = []
    for row in made:
        rows.append({k: round(v, 4) if isinstance(v, float) else v for k, v in row.items()})
        sys.stdout.write(json.dumps(rows[-1]) + "\n")
        sys.stdout.flush()
        if given.json:
            stored = json.loads(given.json.read_text(encoding="utf-8")) if given.json.exists() else {}
            stored["learning_curve" if given.what == "curve" else "ablation"] = rows
            given.json.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
