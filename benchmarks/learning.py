"""What the extractor owes to the number of labelled papers and to each of its parts: tables of the model card.

    python benchmarks/learning.py curve CORPUS [--papers 500 1500 3000] [--silver N] [--work DIR] [--json FILE]
    python benchmarks/learning.py parts CORPUS [--papers 3000] [--model DIR] [--json FILE]

CORPUS is a folder as `kg train` takes it. `curve` trains with the first N labelled papers, without a teacher and with
few silver papers so that it can be repeated, and scores on dev. `parts` takes the encoder of a finished model and
trains the choice of entities again on the first N papers, without one part at a time: F1 of typed mentions on dev and,
since 150 papers are few, on the held-out papers too. The rows go into FILE (docs/ablation.json), beside what is there.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg import training
from kg.evaluation import Scores, score
from kg.nlp import fit_judge
from kg.nlp.components import Relations, Results
from kg.nlp.fit_heads import fit_relation, fit_results
from kg.nlp.labelled import Labelled, read_labelled
from kg.nlp.mentions import Candidate
from kg.nlp.network import Learning
from kg.nlp.pipeline import Extractor, load, shipped
from kg.paper import Paper

SIZES = (500, 1500, 3000)


def say(line: str) -> None:
    """Progress."""
    sys.stderr.write(line + "\n")


def curve(corpus: training.Corpus, sizes: Sequence[int], silver: int, folder: Path) -> Iterable[dict[str, Any]]:
    """Scores on dev for the first so many labelled papers, and for all."""
    for size in (*sizes, len(corpus.train)):
        part = replace(corpus, train=corpus.train[:size])
        settings = replace(training.Settings(), silver=silver, first_epochs=2)
        shared = training.begin(folder / "vectors", corpus, None, settings, say)
        words, vectors = training.train_vectors(corpus, settings, shared)
        work = training.begin(folder / str(size), part, None, settings, say)
        nlp = training.train_mentions(part, words, vectors, None, settings, work)
        mark = fit_judge.once(fit_judge.marker(nlp))
        entities = training.fit_entities(mark, part, settings, say)
        relations, results = Relations(), Results()
        relations.models = {"relation": fit_relation(part.train, 0)}
        results.models, results.networks = fit_results(part.train, mark, settings.slots, 0)
        whole = training.assemble(nlp, entities, relations, results)
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


def parts(corpus: training.Corpus, model: Path, size: int) -> Iterable[dict[str, Any]]:
    """Scores without each part; the first row is the whole."""
    nlp = load(model)._nlp  # the trained pipes are looked at one by one
    mark, lexicon = fit_judge.marker(nlp), fit_judge.lexicon_of(corpus.train)
    if corpus.dev is None:
        raise SystemExit("the corpus has no dev.jsonl")
    dev, _ = read_labelled(corpus.dev)
    component: Any = nlp.get_pipe("kg_marks")
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
    train = fit_judge.propose(corpus.train[:size], mark, lexicon, known=True)
    held = fit_judge.propose(corpus.held, mark, lexicon, known=False)
    shown = fit_judge.propose(dev, mark, lexicon, known=False)
    plain = marked_alone(dev, mark), marked_alone(corpus.held, mark)
    whole: float | None = None
    for name, change in changes.items():
        say(name)
        changed = [[change(p) for p in papers] for papers in (train, held, shown)]
        network = fit_judge.fit_judge(changed[0], Learning())
        least = fit_judge.best_threshold(changed[1], network)
        both = [fit_judge.mention_f1(fit_judge.judged(papers, network), least) for papers in changed[1:]]
        whole = both[1] if whole is None else whole
        yield {"part": name, "mentions": both[1], "change": both[1] - whole, "held_out": both[0]}
    if whole is not None:
        yield {
            "part": "the encoder alone",
            "mentions": plain[0],
            "change": plain[0] - whole,
            "held_out": plain[1],
        }


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
    parser.add_argument("--silver", type=int, default=8000)
    parser.add_argument("--work", type=Path, default=Path("learning.part"))
    parser.add_argument("--model", type=Path, default=shipped())
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    corpus = training.read_corpus(given.corpus)
    made = (
        curve(corpus, given.papers or SIZES, given.silver, given.work)
        if given.what == "curve"
        else parts(corpus, given.model, (given.papers or [len(corpus.train)])[0])
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
