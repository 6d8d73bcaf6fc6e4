"""From labelled papers to a model's folder: vectors, mention model, classifiers, scores. Fixed seeds, no clock."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import readers
from kg.errors import DataError
from kg.evaluation import evaluate
from kg.ids import digest
from kg.nlp.blank import blank, set_vectors
from kg.nlp.fit_heads import (
    FLOOR,
    best_threshold,
    calibrated,
    confidence_examples,
    fit_relation,
    fit_results,
    lexicon_of,
)
from kg.nlp.labelled import Labelled, read_labelled
from kg.nlp.lexicon import held_out
from kg.nlp.linear import fit_linear
from kg.nlp.mentions import Found
from kg.nlp.pipeline import EXTRACTOR_VERSION, META, PIPELINE, file_hashes, load, one_thread
from kg.paper import Paper
from kg.resolve import mine
from kg.schema import ENTITY_TYPES, RELATIONS

if TYPE_CHECKING:
    import numpy as np
    from spacy.language import Language

    from kg.nlp.lexicon import Lexicon

SPACY_RANGE = ">=3.8.2,<3.9"
NAMES = "names"  #: folder of the mined tables inside a model's folder
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training run can be told; the defaults made the shipped model."""

    epochs: int = 8  #: passes of the mention model over the labelled papers
    half_epochs: int = 3  #: passes of the two smaller mention models from whose errors the judge of candidates learns
    vector_epochs: int = 3
    vector_rows: int = 60_000
    vector_width: int = 100
    width: int = 128
    depth: int = 4
    hidden: int = 128
    dropout: float = 0.2
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled papers by use, and the files that they and the vectors come from."""

    train: tuple[Labelled, ...]  #: for the mention model
    held: tuple[Labelled, ...]  #: kept from it, for confidence
    dev: Path | None
    labelled: Path
    unlabelled: tuple[Path, ...]
    skipped: tuple[str, ...]


def train(
    corpus: Path,
    out: Path,
    *,
    unlabelled: Path | None = None,
    settings: Settings | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Train everything and write a folder that `kg.nlp.pipeline.load` reads; returns its meta (scores on dev among it).

    Args:
        corpus: JSONL of labelled papers, or a folder with train.jsonl and, if there, dev.jsonl and papers.jsonl.xz.
        out: folder of the model; replaced as a whole at the end. Work in progress is saved beside it, in OUT.part.
        unlabelled: JSONL (or .xz) of papers for the vectors; by default that of the folder, else the labelled papers.
        settings: see `Settings`.
        report: gets a line of progress now and then.

    Raises:
        DataError: the corpus cannot be read or shows too little to learn from.
        KgError: gensim or scikit-learn is missing.
    """
    one_thread()
    chosen, say = settings or Settings(), report or (lambda _: None)
    papers = read_corpus(corpus, unlabelled)
    say(f"{len(papers.train)} papers to learn from, {len(papers.held)} held out, {len(papers.skipped)} lines skipped")
    part = out.with_name(out.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    words, vectors = train_vectors(papers, chosen, say)
    nlp = train_mentions(papers.train, words, vectors, chosen, say, part)
    folds = [train_half(papers.train, words, vectors, chosen, say, half=half) for half in (0, 1)]
    return finish(nlp, folds, papers, out, chosen, say)


def read_corpus(path: Path, unlabelled: Path | None = None) -> Corpus:
    """The papers of a file or folder. Raises DataError."""
    folder = path.is_dir()
    file = path / "train.jsonl" if folder else path
    dev = path / "dev.jsonl" if folder and (path / "dev.jsonl").exists() else None
    plain = unlabelled or (path / "papers.jsonl.xz" if folder and (path / "papers.jsonl.xz").exists() else None)
    papers, skipped = read_labelled(file)
    held = tuple(p for p in papers if held_out(p.id))
    rest = tuple(p for p in papers if not held_out(p.id))
    if not rest:
        raise DataError("too few labelled papers to learn from", where=str(file))
    # A corpus too small to spare any paper is judged on itself; the scores in meta.json say how many were held out.
    return Corpus(rest, held or rest, dev, file, ((plain,) if plain else ()) + (file,), tuple(skipped))


def train_vectors(papers: Corpus, settings: Settings, report: Report) -> "tuple[list[str], np.ndarray[Any, Any]]":
    """Words and skip-gram vectors of the unlabelled and the labelled papers."""
    from kg.nlp.vectors import skip_gram

    return skip_gram(
        list(papers.unlabelled),
        width=settings.vector_width,
        rows=settings.vector_rows,
        epochs=settings.vector_epochs,
        seed=settings.seed,
        report=report,
    )


def train_mentions(
    papers: Sequence[Labelled],
    words: list[str],
    vectors: "np.ndarray[Any, Any]",
    settings: Settings,
    report: Report,
    save_to: Path | None = None,
) -> "Language":
    """A pipeline whose `ner` is trained; what is there so far is saved into `save_to` now and then."""
    from kg.nlp.fit_mentions import fit_mentions

    nlp = blank(words, vectors, width=settings.width, depth=settings.depth, hidden=settings.hidden)

    def save(current: "Language") -> None:
        if save_to is not None:
            current.to_disk(save_to / "mentions")

    fit_mentions(
        nlp,
        papers,
        epochs=settings.epochs,
        seed=settings.seed,
        dropout=settings.dropout,
        report=report,
        save=save,
    )
    save(nlp)
    return nlp


@dataclass(frozen=True, slots=True)
class Fold:
    """A mention model of half the papers, from whose work on the other half the judge of candidates learns."""

    nlp: "Language"
    seen: tuple[Labelled, ...]
    unseen: tuple[Labelled, ...]


def halves(papers: Sequence[Labelled], half: int) -> tuple[tuple[Labelled, ...], tuple[Labelled, ...]]:
    """The papers of a half (0 or 1), by the hash of their ids, and the others; both are all where there are too few."""
    part = [int(digest("half " + p.id, 8), 16) % 2 for p in papers]
    seen = tuple(p for p, n in zip(papers, part, strict=True) if n == half)
    unseen = tuple(p for p, n in zip(papers, part, strict=True) if n != half)
    return (seen, unseen) if seen and unseen else (tuple(papers), tuple(papers))


def train_half(
    papers: Sequence[Labelled],
    words: list[str],
    vectors: "np.ndarray[Any, Any]",
    settings: Settings,
    report: Report,
    *,
    half: int,
) -> Fold:
    """A smaller mention model of half the papers."""
    seen, unseen = halves(papers, half)
    small = replace(
        settings,
        epochs=settings.half_epochs,
        width=min(96, settings.width),
        hidden=min(64, settings.hidden),
        dropout=min(0.15, settings.dropout),
        seed=settings.seed + 1,
    )
    report(f"mention model of half {half}: {len(seen)} papers")
    return Fold(train_mentions(seen, words, vectors, small, report), seen, unseen)


def marker(nlp: "Language") -> Callable[[Labelled], list[Found]]:
    """Labelled paper -> the spans that a pipeline's `ner` marks in it, each paper worked through once."""
    from kg.nlp.components import TITLE_LENGTH, found_in
    from kg.nlp.tokenizer import SEPARATOR

    ner, cache = nlp.get_pipe("ner"), dict[str, list[Found]]()

    def mark(paper: Labelled) -> list[Found]:
        if paper.id not in cache:
            doc = nlp.make_doc(paper.title + SEPARATOR + paper.abstract)
            doc.user_data[TITLE_LENGTH] = len(paper.title)
            cache[paper.id] = found_in(ner(doc), len(paper.title))
        return cache[paper.id]

    return mark


def finish(
    nlp: "Language",
    folds: Sequence[Fold],
    papers: Corpus,
    out: Path,
    settings: Settings,
    report: Report,
) -> dict[str, Any]:
    """Train the classifiers on top of the mention models, write the folder, score it on dev."""
    report("relations")
    gold = [*papers.train, *papers.held] if papers.held is not papers.train else list(papers.train)
    relation = fit_relation(gold, settings.seed)
    report("results")
    results = fit_results(gold, settings.seed)
    report("confidence")
    lexicon = lexicon_of(papers.train)
    examples = [e for f in folds for e in confidence_examples(f.unseen, marker(f.nlp), lexicon_of(f.seen))]
    model = fit_linear(examples, least=5, strength=0.05, floor=FLOOR, seed=settings.seed)
    mark = marker(nlp)
    model = calibrated(model, papers.held, mark, lexicon)
    least = best_threshold(papers.held, mark, lexicon, model)
    report(f"least confidence {least}")
    assembled = assemble(nlp, lexicon, model, least, {"relation": relation}, results)
    return write(assembled, papers, out, settings, report)


def assemble(
    nlp: "Language",
    lexicon: "Lexicon",
    confidence: Any,
    least: float,
    relation: dict[str, Any],
    results: dict[str, Any],
) -> "Language":
    """The whole pipeline: the components of `kg.nlp.components` behind the trained `ner`.

    Built anew, so that its vocabulary holds the words with vectors alone and not those of the training texts.
    """
    import spacy

    import kg.nlp.components  # noqa: F401  (registers the factories)

    table = nlp.vocab.vectors
    words = [nlp.vocab.strings[key] for key, _ in sorted(table.key2row.items(), key=lambda item: item[1])]
    whole = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": "kg.Words.v1"}}})
    set_vectors(whole, words, table.data)
    trained: Any = nlp.get_pipe("ner")
    ner: Any = whole.add_pipe("ner", config={"model": nlp.get_pipe_config("ner")["model"]})
    ner.from_bytes(trained.to_bytes(exclude=["vocab"]), exclude=["vocab"])
    entities: Any = whole.add_pipe("kg_entities")
    entities.models, entities.lexicon, entities.least = {"confidence": confidence}, lexicon, least
    relations: Any = whole.add_pipe("kg_relations")
    relations.models = relation
    figures: Any = whole.add_pipe("kg_results")
    figures.models = results
    return whole


def write(nlp: "Language", papers: Corpus, out: Path, settings: Settings, report: Report) -> dict[str, Any]:
    """Write the folder aside, score what was written, and put it in place."""
    aside = out.with_name(out.name + ".new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    nlp.vocab.vectors.data = nlp.vocab.vectors.data.astype("float16")  # half the size; `kg.nlp.tokenizer` turns it back
    nlp.to_disk(aside / PIPELINE)
    report("names")
    labelled = (*papers.train, *papers.held) if papers.held is not papers.train else papers.train
    named = ((p.id, name, e.type) for p in labelled for e in p.entities for name in e.names)
    mine.write(aside / NAMES, _unlabelled(papers), named)
    meta = _meta(papers, settings, file_hashes(aside))
    _write_meta(aside, meta)
    if papers.dev is not None:
        meta["scores"] = evaluate(papers.dev, load(aside)).to_json()
        report(f"dev: mentions F1 {meta['scores']['mentions']['f1']:.3f}")
        _write_meta(aside, meta)
    shutil.rmtree(out, ignore_errors=True)
    aside.rename(out)
    shutil.rmtree(out.with_name(out.name + ".part"), ignore_errors=True)
    return meta


def _unlabelled(papers: Corpus) -> Iterator[Paper]:
    """The papers of the unlabelled files, as the vectors read them too."""
    for file in papers.unlabelled:
        found = (
            item.record for item in readers.read(readers.Source(str(file), file)) if isinstance(item, readers.Found)
        )
        yield from (record for record in found if isinstance(record, Paper))


def _write_meta(folder: Path, meta: dict[str, Any]) -> None:
    """meta.json of a model's folder."""
    (folder / META).write_text(json.dumps(meta, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _meta(papers: Corpus, settings: Settings, files: dict[str, str]) -> dict[str, Any]:
    """What is known of a model before it is scored; holds no path and no time."""
    data = {
        f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in dict.fromkeys((papers.labelled, *papers.unlabelled))
    }
    return {
        "extractor": EXTRACTOR_VERSION,
        "labels": list(ENTITY_TYPES),
        "relations": list(RELATIONS),
        "spacy": SPACY_RANGE,
        "files": files,
        "data": data,
        "papers": {"train": len(papers.train), "held_out": len(papers.held), "skipped": len(papers.skipped)},
        "settings": asdict(settings),
        "versions": {name: version(name) for name in ("spacy", "thinc", "numpy", "gensim", "scikit-learn")},
    }
