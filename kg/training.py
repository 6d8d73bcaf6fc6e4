"""From labelled papers to a model's folder: vectors, encoder, classifiers, scores. Seeds are fixed."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import readers
from kg.errors import DataError, KgError
from kg.evaluation import evaluate
from kg.ids import digest
from kg.nlp import fit_judge, silver
from kg.nlp.base import base_folder
from kg.nlp.blank import blank
from kg.nlp.encoder import Encoder
from kg.nlp.fit_encoder import EncoderLearning, fit_encoder
from kg.nlp.fit_heads import fit_relation, fit_results
from kg.nlp.halves import crossed, half, mean_encoder
from kg.nlp.labelled import Labelled, read_labelled
from kg.nlp.lexicon import held_out
from kg.nlp.network import Learning
from kg.nlp.pipeline import EXTRACTOR_VERSION, META, PIPELINE, file_hashes, fingerprint, load, one_thread
from kg.paper import Paper
from kg.resolve import mine
from kg.schema import ENTITY_TYPES, RELATIONS

if TYPE_CHECKING:
    import numpy as np
    from spacy.language import Language

    from kg.nlp.components import Entities, Relations, Results

SPACY_RANGE = ">=3.8.2,<3.9"
NAMES = "names"  #: folder of the mined tables inside a model's folder
#: What training imports somewhere on its way -> the package that it comes with.
_NEEDED = {
    "gensim.models": "gensim",
    "onnx": "onnx",
    "safetensors.torch": "safetensors",
    "scipy.sparse": "scipy",
    "sklearn.linear_model": "scikit-learn",
    "torch": "PyTorch",
}
_LATE = ("refined", "judge", "relations", "slots")  #: settings that change nothing before the labelled papers' turn
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a training run can be told; the defaults made the shipped model."""

    silver: int = 32_000  #: unlabelled papers that the encoder learns from, labelled by the teacher
    first_epochs: int = 3  #: passes of the first encoder, the teacher where none is given; more where papers are few
    vector_epochs: int = 3
    vector_rows: int = 60_000
    vector_width: int = 100
    encoder: EncoderLearning = field(default_factory=EncoderLearning)
    refined: EncoderLearning = field(default_factory=lambda: EncoderLearning(rate=5e-4))  #: after the silver papers
    seed: int = 0
    judge: Learning = field(default_factory=lambda: Learning(least=40, decay=0.15))
    relations: Learning = field(default_factory=lambda: Learning(width=32))
    slots: Learning = field(default_factory=lambda: Learning(width=32, hidden=32, epochs=4, batch=64, least=6))

    def seeded(self, seed: int) -> "Settings":
        """The same with this seed everywhere."""
        parts = {name: replace(getattr(self, name), seed=seed) for name in ("encoder", *_LATE)}
        return replace(self, seed=seed, **parts)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Labelled papers by use, and the files that they and the vectors come from."""

    train: tuple[Labelled, ...]  #: for the classifiers
    held: tuple[Labelled, ...]  #: kept from them, for confidence
    dev: Path | None
    labelled: Path
    unlabelled: Path | None
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """The folder of a run's finished stages: what is there when a run is begun again is not done again."""

    folder: Path
    report: Report
    teacher: str = ""  #: fingerprint of the model that labels the silver papers

    def stage(self, name: str, run: Callable[[Path], None]) -> Path:
        """The path of a stage's outcome, made by `run` where it is not there yet; says how long that took."""
        path, part = self.folder / name, self.folder / (name + ".part")
        if path.exists():
            self.report(f"{name}: there already")
            return path
        start = time.monotonic()
        run(part)
        part.rename(path)
        self.report(f"{name}: {time.monotonic() - start:.0f} s")
        return path


def train(
    corpus: Path,
    out: Path,
    *,
    unlabelled: Path | None = None,
    teacher: Path | None = None,
    settings: Settings | None = None,
    report: Report | None = None,
) -> dict[str, Any]:
    """Train everything and write a folder that `kg.nlp.pipeline.load` reads; returns its meta (scores on dev among it).

    Args:
        corpus: JSONL of labelled papers, or a folder with train.jsonl and, if there, dev.jsonl and papers.jsonl.xz.
        out: folder of the model; replaced as a whole at the end. Work in progress is kept beside it, in OUT.part: a run
            that was stopped goes on from its last finished stage (labelling from its last paper).
        unlabelled: JSONL (or .xz) of papers for vectors and encoder; by default that of the folder, if there.
        teacher: folder of a model that labels the unlabelled papers; by default a first encoder does.
        settings: see `Settings`.
        report: gets a line of progress now and then, and one with its seconds after each stage.

    Raises:
        DataError: the corpus cannot be read or shows too little to learn from; the teacher is no model.
        KgError: MiniLM or a package of the extra `train` is missing.
    """
    one_thread()
    chosen, say = settings or Settings(), report or (lambda _: None)
    _need(chosen)
    papers = read_corpus(corpus, unlabelled)
    say(f"{len(papers.train)} papers to learn from, {len(papers.held)} held out, {len(papers.skipped)} lines skipped")
    work = begin(out.with_name(out.name + ".part"), papers, teacher, chosen, say)
    words, vectors = train_vectors(papers, chosen, work)
    nlp = train_mentions(papers, words, vectors, teacher, chosen, work)
    nlp, mark = refine(nlp, papers, words, vectors, chosen, work)
    meta = finish(nlp, mark, papers, out, chosen, work)
    shutil.rmtree(work.folder, ignore_errors=True)
    return meta


def _need(settings: Settings) -> None:
    """Raises KgError where something that a later stage needs is missing: better now than after an hour."""
    for module, name in _NEEDED.items():
        try:
            import_module(module)
        except ImportError as error:
            raise KgError(f"training needs {name}", hint="pip install 'kg-papers[train]'") from error
    if settings.encoder.base:
        base_folder(settings.encoder.base)


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
    return Corpus(rest, held or rest, dev, file, plain, tuple(skipped))


def begin(folder: Path, papers: Corpus, teacher: Path | None, settings: Settings, report: Report) -> Work:
    """The work folder of a run; what it holds is kept only where it comes from the same data, teacher and settings.

    The later settings do not count: they change nothing before their own stages, which are named by them.
    """
    early = {name: value for name, value in asdict(settings).items() if name not in _LATE}
    taught = fingerprint(teacher) if teacher else ""
    key = json.dumps([_hashes(papers), taught, early, _versions()], sort_keys=True)
    stamp = folder / "key.json"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != key:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(key, encoding="utf-8")
    return Work(folder, report, taught)


def train_vectors(papers: Corpus, settings: Settings, work: Work) -> "tuple[list[str], np.ndarray[Any, Any]]":
    """Words and skip-gram vectors of the unlabelled and the labelled papers."""
    import numpy as np

    from kg.nlp.vectors import skip_gram

    def run(path: Path) -> None:
        words, vectors = skip_gram(
            [f for f in (papers.unlabelled, papers.labelled) if f],
            width=settings.vector_width,
            rows=settings.vector_rows,
            epochs=settings.vector_epochs,
            seed=settings.seed,
            report=work.report,
        )
        with path.open("wb") as out:
            np.savez(out, words=np.array("\n".join(words)), vectors=vectors)

    with np.load(work.stage("vectors", run), allow_pickle=False) as stored:
        return str(stored["words"]).split("\n"), stored["vectors"]


def train_mentions(
    papers: Corpus,
    words: list[str],
    vectors: "np.ndarray[Any, Any]",
    teacher: Path | None,
    settings: Settings,
    work: Work,
) -> "Language":
    """A pipeline whose encoder is trained: on silver papers, or where there are none on the labelled."""

    def fit(name: str, data: Sequence[Labelled], learning: EncoderLearning) -> "Language":
        def run(path: Path) -> None:
            work.report(f"{name}: {len(data)} papers, {learning.epochs} times")
            kept = work.folder / f"{name}.torch"
            blank(words, vectors, fit_encoder(data, words, vectors, learning, work.report, kept)).to_disk(path)
            kept.unlink(missing_ok=True)

        return blank(words, vectors).from_disk(work.stage(name, run))

    passes = max(settings.first_epochs, min(12, 6_000 // len(papers.train)))  # few papers are read more often
    first = replace(settings.encoder, epochs=passes)
    if papers.unlabelled is None:
        return fit("mentions", papers.train, first)
    teach = (
        silver.model_teacher(teacher) if teacher else silver.plain_teacher(fit("first mentions", papers.train, first))
    )
    return fit("mentions", silver_papers(papers, teach, settings, work), settings.encoder)


def refine(
    nlp: "Language", papers: Corpus, words: list[str], vectors: "np.ndarray[Any, Any]", settings: Settings, work: Work
) -> "tuple[Language, fit_judge.Mark]":
    """The pipeline whose encoder has learnt from the labelled papers too, and what reads each without having seen it.

    An encoder that learnt from no silver papers knows the labelled ones already and stays as it is.
    """
    if papers.unlabelled is None:
        return nlp, fit_judge.marker(nlp)
    start = _encoder(nlp)
    late = digest(json.dumps(asdict(settings.refined), sort_keys=True), 8)

    def learnt(number: int) -> "Language":
        def run(path: Path) -> None:
            part = [p for p in papers.train if half(p) == number]
            work.report(f"half {number}: {len(part)} papers, {settings.refined.epochs} times")
            kept = work.folder / f"half {number} {late}.torch"
            encoder = fit_encoder(part, words, vectors, settings.refined, work.report, kept, start)
            blank(words, vectors, encoder).to_disk(path)
            kept.unlink(missing_ok=True)

        return blank(words, vectors).from_disk(work.stage(f"half {number} {late}", run))

    first, second = learnt(0), learnt(1)
    whole = blank(words, vectors, mean_encoder(_encoder(first), _encoder(second)))
    one, other, both = (fit_judge.marker(each) for each in (first, second, whole))
    return whole, crossed((one, other), both, papers.train)


def _encoder(nlp: "Language") -> Encoder:
    """The encoder of a pipeline."""
    pipe: Any = nlp.get_pipe("kg_marks")
    encoder: Encoder = pipe.encoder
    return encoder


def silver_papers(papers: Corpus, teach: silver.Teacher, settings: Settings, work: Work) -> list[Labelled]:
    """Unlabelled papers, none of them labelled or in dev, with what the teacher finds in them."""
    titles = [p.title for p in (*papers.train, *papers.held)]
    titles += [p.title for p in read_labelled(papers.dev)[0]] if papers.dev else []
    found = silver.chosen(_read(papers.unlabelled), titles, settings.silver)
    start = time.monotonic()
    labelled = silver.label(found, teach, work.folder / "silver.jsonl", work.report)
    work.report(f"silver: {len(labelled)} papers, {time.monotonic() - start:.0f} s")
    return labelled


def finish(
    nlp: "Language", mark: fit_judge.Mark, papers: Corpus, out: Path, settings: Settings, work: Work
) -> dict[str, Any]:
    """Train the classifiers on top of the encoder, write the folder, score it on dev; `mark` reads papers."""
    from kg.nlp.components import Entities, Relations, Results

    gold = [*papers.train, *papers.held] if papers.held is not papers.train else list(papers.train)
    mark = fit_judge.once(mark)
    late = digest(json.dumps([asdict(settings.refined), asdict(settings.judge)], sort_keys=True), 8)
    made = work.stage(f"entities {late}", lambda path: fit_entities(mark, papers, settings, work.report).to_disk(path))
    start = time.monotonic()
    relations, results = Relations(), Results()
    relations.models = {"relation": fit_relation(gold, settings.seed)}
    relations.network = fit_judge.fit_relations(gold, mark, settings.relations)
    work.report(f"relations: {time.monotonic() - start:.0f} s")
    start = time.monotonic()
    results.models, results.networks = fit_results(gold, mark, settings.slots, settings.seed)
    work.report(f"results: {time.monotonic() - start:.0f} s")
    whole = assemble(nlp, Entities().from_disk(made), relations, results)
    return write(whole, papers, out, settings, work)


def fit_entities(mark: fit_judge.Mark, papers: Corpus, settings: Settings, report: Report) -> "Entities":
    """The component that chooses entities: learnt from the labelled papers, calibrated on the held-out ones."""
    from kg.nlp.components import Entities

    entities = Entities()
    entities.lexicon = fit_judge.lexicon_of(papers.train)
    proposed = fit_judge.propose(papers.train, mark, entities.lexicon, known=True)
    report(f"entities: {sum(len(p.candidates) for p in proposed)} candidates in {len(proposed)} papers")
    network = fit_judge.fit_judge(proposed, settings.judge)
    every = papers.held is papers.train
    held = fit_judge.propose(papers.held, mark, entities.lexicon, known=every)
    network = fit_judge.calibrated(network, held, fit_judge.best_threshold(held, network))
    entities.network, entities.least = network, fit_judge.best_threshold(held, network)
    report(f"entities: {len(network.rows)} features, least confidence {entities.least}")
    return entities


def assemble(nlp: "Language", entities: "Entities", relations: "Relations", results: "Results") -> "Language":
    """The whole pipeline: the components of `kg.nlp.components` behind the trained encoder.

    Built anew, so that its vocabulary holds the words with vectors alone and not those of the training texts.
    """
    table = nlp.vocab.vectors
    words = [nlp.vocab.strings[key] for key, _ in sorted(table.key2row.items(), key=lambda item: item[1])]
    whole = blank(words, table.data, _encoder(nlp))
    for component in (entities, relations, results):
        added: Any = whole.add_pipe(component.factory)
        added.__dict__.update(component.__dict__)
    return whole


def write(nlp: "Language", papers: Corpus, out: Path, settings: Settings, work: Work) -> dict[str, Any]:
    """Write the folder aside, score what was written, and put it in place."""
    aside = out.with_name(out.name + ".new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    nlp.vocab.vectors.data = nlp.vocab.vectors.data.astype("float16")  # half the size; `kg.nlp.tokenizer` turns it back
    nlp.to_disk(aside / PIPELINE)
    start = time.monotonic()
    labelled = (*papers.train, *papers.held) if papers.held is not papers.train else papers.train
    named = ((p.id, name, e.type) for p in labelled for e in p.entities for name in e.names)
    files = [f for f in (papers.unlabelled, papers.labelled) if f]
    mine.write(aside / NAMES, (paper for file in files for paper in _read(file)), named)
    work.report(f"names: {time.monotonic() - start:.0f} s")
    meta = _meta(papers, settings, file_hashes(aside)) | {"teacher": work.teacher}
    _write_meta(aside, meta)
    if papers.dev is not None:
        meta["scores"] = evaluate(papers.dev, load(aside)).to_json()
        work.report(f"dev: mentions F1 {meta['scores']['mentions']['f1']:.3f}")
        _write_meta(aside, meta)
    shutil.rmtree(out, ignore_errors=True)
    aside.rename(out)
    return meta


def _read(file: Path | None) -> Iterator[Paper]:
    """The papers of a file of unlabelled or labelled ones."""
    if file is not None:
        items = readers.read(readers.Source(str(file), file))
        yield from (i.record for i in items if isinstance(i, readers.Found) and isinstance(i.record, Paper))


def _write_meta(folder: Path, meta: dict[str, Any]) -> None:
    """meta.json of a model's folder."""
    (folder / META).write_text(json.dumps(meta, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def _hashes(papers: Corpus) -> dict[str, str]:
    """SHA-256 of each file that training reads, by its name."""
    files = [f for f in (papers.labelled, papers.unlabelled) if f]
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def _versions() -> dict[str, str]:
    """Versions of the libraries that weights depend on."""
    return {name: version(name) for name in ("spacy", "thinc", "numpy", "gensim", "scikit-learn", "scipy", "torch")}


def _meta(papers: Corpus, settings: Settings, files: dict[str, str]) -> dict[str, Any]:
    """What is known of a model before it is scored; holds no path and no time."""
    return {
        "extractor": EXTRACTOR_VERSION,
        "labels": list(ENTITY_TYPES),
        "relations": list(RELATIONS),
        "spacy": SPACY_RANGE,
        "files": files,
        "data": _hashes(papers),
        "papers": {"train": len(papers.train), "held_out": len(papers.held), "skipped": len(papers.skipped)},
        "settings": asdict(settings),
        "versions": _versions(),
    }
