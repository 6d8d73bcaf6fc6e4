"""From files of papers to an output folder: the one place where the parts are wired together (DESIGN section 6)."""

import contextlib
import fcntl
import hashlib
import json
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import kg
from kg.corpus import Corpus, collect
from kg.errors import DataError
from kg.facts import Facts, facts_from_json
from kg.paper import Paper, Skipped
from kg.resolve import (
    NONE,
    Decisions,
    Resolution,
    edges_of,
    introduced_by,
    observe,
    resolve,
    results_of,
)
from kg.resolve.decisions import as_toml
from kg.resolve.decisions import read as read_decisions
from kg.schema import BASE_IRI, FACTS_TAG
from kg.store import Cache, Store, cache, write_graph

FILES = (
    "graph.db",
    "graph.ttl",
    "graph.html",
    "graph.graphml",
)  #: what a build leaves, beside report.json and cache.db; a very large graph is graph.nt.gz in the place of graph.ttl
RDF_FILES = ("graph.ttl", "graph.nt.gz")  #: of which one is there
REPORT = "report.json"
DECISIONS = "decisions.toml"  #: corrections of people, read from the output folder
TITLE = "Knowledge graph of AI research"  #: of the page

Progress = Callable[[str, int, int], None]  #: (what is being done, done, of how many)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build read, left out and wrote."""

    counts: dict[str, int]
    skipped: tuple[Skipped, ...]
    passed_over: tuple[Skipped, ...]
    unmatched_decisions: tuple[str, ...]
    hashes: dict[str, str]
    sha256: dict[str, str]
    run: dict[str, Any] = field(default_factory=dict)  #: all that varies between builds of the same papers

    def to_json(self) -> dict[str, Any]:
        """As in report.json; paths only under `run`."""
        return {
            "kg": kg.__version__,
            "counts": self.counts,
            "skipped": [_skip_to_json(s) for s in self.skipped],
            "passed_over": [_skip_to_json(s) for s in self.passed_over],
            "unmatched_decisions": list(self.unmatched_decisions),
            "hashes": self.hashes,
            "sha256": self.sha256,
            "run": self.run,
        }


def _skip_to_json(skipped: Skipped) -> dict[str, Any]:
    return {"file": Path(skipped.file).name, "line": skipped.line, "reason": skipped.reason}


class FactsOf:
    """The facts of a corpus, from the cache: iterated as often as wanted, one paper in memory at a time."""

    def __init__(self, corpus: Corpus, store: Cache, fingerprint: str) -> None:
        """Nothing is read out of the texts before `extract` is called."""
        self._corpus, self._cache, self._fingerprint = corpus, store, fingerprint

    def _key(self, paper: Paper) -> str:
        given = self._corpus.given.get(paper.id)
        if given is None:
            return cache.key(self._fingerprint, paper)
        return cache.key("given:" + json.dumps(given.to_json(), sort_keys=True), paper)

    def extract(self, progress: Progress) -> int:
        """Put the facts of all papers into the cache; the number of papers that had to be read."""
        missing = [p for p in self._corpus.papers if self._cache.get(self._key(p)) is None]
        extractor = None
        for n, paper in enumerate(missing):
            progress("extracting", n, len(missing))
            facts = self._corpus.given.get(paper.id)
            if facts is None:
                if extractor is None:
                    from kg.nlp.pipeline import load

                    extractor = load()
                facts = extractor.facts(paper)
            self._cache.put(self._key(paper), facts.to_json())
        progress("extracting", len(missing), len(missing))
        return len(missing)

    def __iter__(self) -> Iterator[Facts]:
        """The facts, sorted by paper id."""
        for paper in self._corpus.papers:
            cached = self._cache.get(self._key(paper))
            if cached is None:  # another process emptied the cache under our hands
                raise DataError("the cache lost facts during the build", hint="build again")
            facts, _ = facts_from_json({"kg": FACTS_TAG, **paper.to_json(), **cached})
            yield facts


def _silent(_what: str, _done: int, _total: int) -> None:
    """No progress shown."""


def build(
    inputs: Sequence[str],
    out: Path,
    *,
    strict: bool = False,
    base_iri: str = BASE_IRI,
    decisions: Path | None = None,
    progress: Progress = _silent,
) -> BuildReport:
    """Read the inputs and write the output folder; all files or none.

    Corrections are read from decisions.toml in the folder, or else from `decisions`. Raises DataError where no paper
    was read, at the first skip under `strict`, on a fault in the decisions, and where another build holds the folder.
    """
    from kg.nlp.pipeline import fingerprint

    started = time.monotonic()
    decided = _decisions(out, decisions)
    corpus = collect(inputs, strict=strict)
    model = fingerprint()
    with _locked(out):
        with Cache(out / "cache.db") as store:
            facts = FactsOf(corpus, store, model)
            extracted = facts.extract(progress)
            progress("resolving", 0, 1)
            resolution = resolve((o for f in facts for o in observe(f)), decided)
            meta = {"base_iri": base_iri, "fingerprint": model, "decisions": "\n".join(map(as_toml, decided.all))}
            data = _write_graph(out / _aside("graph.db"), facts, resolution, meta)
            unmatched = tuple(f"line {d.line}: {d.kind} {' '.join(d.names)}" for d in resolution.unmatched())
        progress("writing", 0, 1)
        files, counts = _write_views(out, base_iri)
        counts |= {"duplicates": corpus.duplicates, "skipped": len(corpus.skipped) - corpus.duplicates}
        sums = {name: _sha256(out / _aside(name)) for name in files}
        run = {
            "inputs": list(inputs),
            "seconds": round(time.monotonic() - started, 2),
            "extracted": extracted,
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        report = BuildReport(
            counts,
            tuple(sorted(corpus.skipped, key=lambda s: (Path(s.file).name, s.line or 0, s.reason))),
            corpus.passed_over,
            unmatched,
            {"model": model, "data": data},
            sums,
            run,
        )
        _publish(out, report)
        progress("writing", 1, 1)
    return report


def _decisions(out: Path, given: Path | None) -> Decisions:
    """The decisions of the folder, or else the given ones. Raises DataError on a fault in them."""
    own = out / DECISIONS
    if own.is_file():
        return read_decisions(own)
    if given is None:
        return NONE
    if not given.is_file():
        raise DataError("no such file", where=str(given), hint="give a decisions.toml")
    return read_decisions(given)


def _write_graph(path: Path, facts: FactsOf, resolution: Resolution, meta: dict[str, str]) -> str:
    """Write graph.db; the SHA-256 of all facts."""
    digest = hashlib.sha256()
    for f in facts:
        digest.update(json.dumps(f.to_json(), ensure_ascii=False, sort_keys=True).encode())
    edges = ((f.paper, e) for f in facts for e in edges_of(f, resolution))
    write_graph(
        path,
        papers=(f.paper for f in facts),
        entities=resolution.entities(introduced_by(edges)),
        edges=(e for f in facts for e in edges_of(f, resolution)),
        results=(r for f in facts for r in results_of(f, resolution)),
        reasons=resolution.reasons(),
        redirects=resolution.redirects(),
        meta={**meta, "kg": kg.__version__, "data": digest.hexdigest()},
    )
    return digest.hexdigest()


def _write_views(out: Path, base_iri: str) -> tuple[tuple[str, ...], dict[str, int]]:
    """Write what is derived from graph.db; the names of all files, and the counts of the report."""
    from kg import graph, rdf, view

    with Store(out / _aside("graph.db")) as store:
        name, triples = rdf.write_file(store, lambda name: out / _aside(name), base_iri)
        network = graph.load(store)
        (out / _aside("graph.graphml")).write_bytes(graph.graphml(network))
        page = view.page(network, title=TITLE, base_iri=base_iri, redirects=tuple(store.redirects()))
        (out / _aside("graph.html")).write_text(page, encoding="utf-8", newline="\n")
        moved = next(store.rows("SELECT count(*) FROM edge WHERE relation <> stated_relation"))[0]
        counts = {
            f"{t}s" if t != "entity" else "entities": store.count(t) for t in ("paper", "entity", "edge", "result")
        }
        merges = {
            f"names_{kind}": n for kind, n in store.rows("SELECT kind, count(*) FROM reason GROUP BY kind ORDER BY 1")
        }
    files = tuple(name if file == "graph.ttl" else file for file in FILES)
    return files, counts | {"triples": triples, "relations_changed_to_uses": moved} | merges


def _aside(name: str) -> str:
    """Where a file is written before all are renamed together."""
    return f".tmp-{name}"


def _sweep(out: Path) -> None:
    """Remove files that were written aside."""
    for file in out.glob(".tmp-*"):
        file.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _publish(out: Path, report: BuildReport) -> None:
    """Sync and rename all files, report.json last: a reader that finds the hashes right has a whole set."""
    text = json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n"
    (out / _aside(REPORT)).write_text(text, encoding="utf-8", newline="\n")
    for name in (*report.sha256, REPORT):
        with (out / _aside(name)).open("rb") as file:
            os.fsync(file.fileno())
    for name in (*report.sha256, REPORT):
        (out / _aside(name)).replace(out / name)
    for name in RDF_FILES:
        if name not in report.sha256:  # the RDF of an earlier build, in its other format
            (out / name).unlink(missing_ok=True)
    folder = os.open(out, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Hold the folder; another build that wants it is told who holds it. Raises DataError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = (out / ".lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"cannot write here ({error.strerror})", where=str(out), hint="give another folder with -o"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise DataError(
                f"process {holder} is building here", where=str(out), hint="wait for it, or give another folder with -o"
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _sweep(out)  # what a build that was killed left behind
        try:
            yield
        finally:
            _sweep(out)
            lock.truncate(0)


def verify(out: Path) -> Iterator[str]:
    """The faults of an output folder, one line each: a torn set of files, then what the export itself gets wrong.

    Raises DataError where there is no build to check.
    """
    from kg import rdf

    report = out / REPORT
    try:
        sums = json.loads(report.read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError("no report of a build here", where=str(report), hint="run `kg build` first") from error
    names = [n for n in FILES if n not in RDF_FILES] + ([n for n in RDF_FILES if n in sums] or ["graph.ttl"])
    torn = [name for name in names if not (out / name).is_file() or _sha256(out / name) != sums.get(name)]
    yield from (f"{name}: missing or not the file that report.json names; build again" for name in torn)
    if not torn:
        yield from rdf.faults(out)
