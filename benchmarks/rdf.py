"""Measures the RDF export and its queries, beside rdflib.

    make bench-rdf
    python benchmarks/rdf.py [--papers 125000] [--peers 1200] [--formats ttl nt ...] [--folder DIR]

The graph is made up: papers that do not exist, entities whose frequency falls as 1/rank, eleven edges and one result a
paper, about 160 triples a paper. Every step runs in a process of its own, so that its memory is its own; times are CPU
seconds for writing (one core) and wall seconds for answers. The machine's load shows in the latter.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

from kg.entity import Edge, Entity, ResolvedResult
from kg.facts import Result, Span
from kg.paper import Paper
from kg.schema import ENTITY_TYPES, allowed
from kg.store import Store, write_graph

TYPES = ("MODEL", "METHOD", "DATASET", "BENCHMARK", "TASK", "METRIC")
RELATIONS = ("PROPOSES", "EVALUATES_ON", "COMPARES_WITH", "USES", "ADDRESSES", "REPORTS", "MENTIONS")
#: Those that rdflib answers in seconds; datasets-together and used-with take it minutes on 300,000 triples.
PEER_QUERIES = ("datasets-by-papers", "evaluated-on", "evidence-for", "systems-by-papers", "systems-compared")
EDGES, SHARED = 11, 3  #: of a paper; of a sentence
BASE = "https://w3id.org/kg-papers/"


def entity_of(n: int) -> Entity:
    """The n-th entity, without its count; those of one rank are all types in turn."""
    kind = TYPES[n % len(TYPES)]
    label = {0: "BERT", 1: "Transformer", 2: "SQuAD", 3: "GLUE", 4: "question answering"}.get(n, f"{kind.title()} {n}")
    return Entity(label.lower().replace(" ", "-"), label, kind, (label, f"{label} (long form {n})"), 0)


def paper_of(n: int, weights: list[float]) -> tuple[Paper, list[tuple[int, str, Span, Span]]]:
    """The n-th paper, and its edges as (entity, relation, mention, sentence)."""
    chance = random.Random(n)  # noqa: S311 - made-up papers need no secrets
    chosen = sorted(set(chance.choices(range(len(weights)), cum_weights=weights, k=EDGES)))
    text, found = "", []
    for start in range(0, len(chosen), SHARED):
        entities = [entity_of(number) for number in chosen[start : start + SHARED]]
        sentence = f"Part {start} of this work is about {', '.join(e.label for e in entities)}, and says what for."
        span = Span("abstract", len(text), len(text) + len(sentence))
        for number, entity in zip(chosen[start:], entities, strict=False):
            relation = chance.choice([r for r in RELATIONS if allowed(r, entity.type)])
            at = len(text) + sentence.index(entity.label)
            found.append((number, relation, Span("abstract", at, at + len(entity.label)), span))
        text += sentence + " "
    year = 2015 + n % 10
    title = f"Made-up paper number {n}"
    return Paper(
        f"arxiv:{year % 100:02d}01.{n % 100_000:05d}" if n < 100_000 else f"x:{n}", title, text.strip(), year
    ), found


def make(folder: Path, papers: int) -> None:
    """Write graph.db of so many papers."""
    weights = list(accumulate(1 / (rank + 10) for rank in range(max(200, papers))))
    counts: Counter[int] = Counter()
    order = []
    for n in range(papers):
        paper, found = paper_of(n, weights)
        counts.update(number for number, *_ in found)
        order.append((paper.id, n))
    order.sort()

    def entities() -> Iterator[Entity]:
        for entity, count in sorted(((entity_of(n), c) for n, c in counts.items()), key=lambda pair: pair[0].id):
            yield Entity(entity.id, entity.label, entity.type, entity.names, count)

    def edges() -> Iterator[Edge]:
        for _, n in order:
            paper, found = paper_of(n, weights)
            for number, relation, mention, sentence in sorted(found, key=lambda f: entity_of(f[0]).id):
                entity = entity_of(number)
                yield Edge(paper.id, entity.id, relation, 0.9, (mention,), (sentence,), entity.type, relation)

    def results() -> Iterator[ResolvedResult]:
        for _, n in order:
            paper, found = paper_of(n, weights)
            of = {entity_of(f[0]).type: entity_of(f[0]).id for f in found}
            value = f"{50 + n % 500 / 10}"
            result = Result("", "", "", f"{value}%", value, "percent", "absolute", found[0][3])
            yield ResolvedResult(paper.id, result, of.get("MODEL"), of.get("BENCHMARK"), of.get("METRIC"))

    every = (paper_of(n, weights)[0] for _, n in order)
    meta = {"base_iri": BASE, "kg": "bench", "fingerprint": "bench"}
    write_graph(folder / "graph.db", every, entities(), edges(), results(), [], [], meta)


def export(folder: Path, form: str) -> dict[str, Any]:
    """Write the graph in a format: triples a CPU second."""
    from kg import rdf

    started = time.process_time()
    with Store(folder / "graph.db") as store, (folder / f"graph.{form}").open("wb") as out:
        triples = rdf.write(store, out, form, BASE)
    seconds = time.process_time() - started
    size = (folder / f"graph.{form}").stat().st_size
    if form != "ttl":
        (folder / f"graph.{form}").unlink()
    return {"triples": triples, "triples/CPU s": int(triples / seconds), "MB": size >> 20}


def checked(folder: Path) -> dict[str, Any]:
    """Check the graph."""
    from kg import rdf

    started = time.process_time()
    found = sum(1 for _ in rdf.faults(folder))
    return {"CPU s": round(time.process_time() - started, 1), "faults": found}


def stored(folder: Path) -> dict[str, Any]:
    """Make the store."""
    from kg import rdf

    started = time.perf_counter()
    place = rdf.store_folder(folder / "graph.ttl")
    seconds = round(time.perf_counter() - started, 1)
    return {"s": seconds, "MB": sum(f.stat().st_size for f in place.rglob("*")) >> 20 if place else None}


def asked(folder: Path) -> dict[str, Any]:
    """Every saved query, its process included."""
    from kg import rdf

    times = {}
    for item in rdf.saved():
        started = time.perf_counter()
        rdf.query(folder, item.text)
        times[item.name] = round(time.perf_counter() - started, 2)
    slow = dict(sorted(times.items(), key=lambda pair: -pair[1])[:5])
    return {"queries": len(times), "median s": statistics.median(times.values()), "slowest": slow}


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def peer(folder: Path, engine: str) -> dict[str, Any]:
    """Load, dump and five queries, by rdflib's memory store or by ours, in one process."""
    import rdflib

    import kg
    from kg.rdf import saved_query
    from kg.rdf.terms import prefixes

    graph = rdflib.Graph()
    times: dict[str, float] = {}
    if engine == "rdflib":
        times["load"] = _timed(lambda: graph.parse(folder / "graph.ttl", format="turtle"))
        times["dump"] = _timed(lambda: graph.serialize(folder / "dump.ttl", format="turtle"))
    else:
        started = time.perf_counter()
        graph = kg.load_rdf(folder)
        times["load"] = time.perf_counter() - started
        times["dump"] = _timed(lambda: export(folder, "ttl"))
    for name in PEER_QUERIES:
        text = saved_query(name)
        times[name] = _timed(lambda text=text: list(graph.query(text, initNs=prefixes(BASE))))  # type: ignore[misc]
    return {"triples": len(graph), **{name: round(seconds, 3) for name, seconds in times.items()}}


STEPS: dict[str, Callable[..., Any]] = {
    "make": lambda folder, papers: make(folder, int(papers)),
    "export": export,
    "check": checked,
    "store": stored,
    "ask": asked,
    "peer": peer,
}


def apart(step: str, *arguments: object) -> dict[str, Any]:
    """Run a step in a process of its own; what it says, and its peak memory."""
    command = [sys.executable, __file__, "--step", step, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - this file
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=125_000, help="papers of the large graph")
    parser.add_argument("--peers", type=int, default=1_200, help="papers of the graph that rdflib loads too")
    parser.add_argument("--formats", nargs="+", default=["ttl", "nt", "trig", "jsonld", "rdfxml"], help="to export")
    parser.add_argument("--folder", type=Path, help="where to work; default a temporary folder")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        step, folder, *rest = given.step
        found = STEPS[step](Path(folder), *rest) or {}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(json.dumps({**found, "peak MB": peak}))  # noqa: T201 - a script
        return
    with tempfile.TemporaryDirectory() as work:
        folder = given.folder or Path(work)
        measure(folder, given.papers, given.peers, given.formats)


def measure(folder: Path, papers: int, peers: int, formats: list[str]) -> None:
    """All steps."""

    def say(name: str, found: dict[str, Any]) -> None:
        print(f"{name}: {json.dumps(found)}", flush=True)  # noqa: T201 - a script

    small, large = folder / "peers", folder / "large"
    for place, number in ((small, peers), (large, papers)):
        place.mkdir(parents=True, exist_ok=True)
        apart("make", place, number)
    apart("export", small, "ttl")
    theirs, ours = apart("peer", small, "rdflib"), apart("peer", small, "oxigraph")
    say("rdflib", theirs)
    say("kg", ours)
    ratios = {k: round(theirs[k] / max(ours[k], 0.001), 1) for k in ("load", "dump", *PEER_QUERIES, "peak MB")}
    say("rdflib needs so many times as much", ratios)
    for form in dict.fromkeys(["ttl", *formats]):
        say(f"export {form}", apart("export", large, form))
    say("store", apart("store", large))
    say("saved queries", apart("ask", large))
    say("check", apart("check", large))


if __name__ == "__main__":
    assert set(TYPES) == set(ENTITY_TYPES)  # noqa: S101 - the made-up graph uses every type
    main()
