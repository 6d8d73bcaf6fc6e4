"""How long identity takes: `python benchmarks/resolve.py FACTS.jsonl [COPIES]`.

Prints papers, entities, seconds and peak memory of `kg.resolve` over facts lines (made with `kg extract`). With COPIES
the papers are read so many times under new ids, and of each copy every other name is made a new one, as a corpus grows.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from kg.resolve import Observation, resolve


def observations(path: Path, copies: int) -> Iterator[Observation]:
    """What the facts lines say of identity, in copies."""
    for copy in range(copies):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                for n, e in enumerate(record["entities"]):
                    names = tuple(e["names"])
                    if copy and n % 2:
                        names = tuple(f"{name} {copy}x" for name in names)
                    yield Observation(f"{record['id']}#{copy}", names, e["type"])


def main() -> None:
    """Measure once and print."""
    path, copies = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    started = time.perf_counter()
    resolution = resolve(observations(path, copies))
    entities = sum(1 for _ in resolution.entities())
    reasons = sum(1 for _ in resolution.reasons())
    redirects = sum(1 for _ in resolution.redirects())
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    papers = copies * sum(1 for _ in path.open(encoding="utf-8"))
    sys.stdout.write(
        f"{papers} papers, {entities} entities, {reasons} reasons, {redirects} redirects: "
        f"{seconds:.1f} s, {memory} MB\n"
    )


if __name__ == "__main__":
    main()
