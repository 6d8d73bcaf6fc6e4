"""A small made-up corpus, as facts and as a graph.db, for all tests."""

import io
import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from kg.facts import Facts, PaperEntity, Result, Span
from kg.paper import Paper
from kg.readers import Found, Source, read
from kg.resolve import edges_of, observe, resolve, results_of
from kg.store import Store, write_graph

# No clock decides whether a test passes, and the same examples are tried on every machine.
settings.register_profile(
    "kg", deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kg")

#: (id, year, title, abstract, [(names, type, relation)], [(system, on, metric, value)])
PAPERS = [
    (
        "arxiv:2401.00001",
        2024,
        "TinyParse: a parser that fits on a phone",
        "We present TinyParse, a small parser. TinyParse reaches 91.5% F1 on TreeBank-X. "
        "Its encoder was trained by quilted kernel mapping (QKM).",
        [
            (("TinyParse",), "MODEL", "PROPOSES"),
            (("TreeBank-X",), "DATASET", "EVALUATES_ON"),
            (("F1",), "METRIC", "REPORTS"),
            (("quilted kernel mapping", "QKM"), "METHOD", "USES"),
        ],
        [("TinyParse", "TreeBank-X", "F1", "91.5%")],
    ),
    (
        "arxiv:2401.00002",
        2023,
        "TreeBank-X: trees for thirty languages",
        "Trees are rare outside Europe. We release TreeBank-X for dependency parsing, with F1 as its measure.",
        [
            (("TreeBank-X",), "DATASET", "PROPOSES"),
            (("dependency parsing",), "TASK", "ADDRESSES"),
            (("F1",), "METRIC", "REPORTS"),
        ],
        [],
    ),
    (
        "arxiv:2402.00003",
        2024,
        "Does pretraining help parsers?",
        "QKM is cheap and it helps. Against TinyParse we gain 2.1 points on Treebank X. The GLAD benchmark agrees.",
        [
            (("QKM",), "METHOD", "USES"),
            (("TinyParse",), "MODEL", "COMPARES_WITH"),
            (("Treebank X",), "DATASET", "EVALUATES_ON"),
            (("GLAD",), "BENCHMARK", "EVALUATES_ON"),
        ],
        [("", "Treebank X", "", "2.1 points")],
    ),
    (
        "acl:2023.toy-main.4",
        2023,
        "Labels in a row",
        "Quiet zone labeling (QZL) assigns a tag to each word. We score QZL by accuracy.",
        [(("Quiet zone labeling", "QZL"), "TASK", "ADDRESSES"), (("accuracy",), "METRIC", "REPORTS")],
        [],
    ),
    (
        "acl:2023.toy-main.5",
        2023,
        "Teachers and pupils",
        "We compare quasi-zero learning (QZL) with its cheaper kin.",
        [(("quasi-zero learning", "QZL"), "METHOD", "MENTIONS")],
        [],
    ),
    ("doi:10.1/six", 2022, "QZL in the wild", "QZL is everywhere.", [(("QZL",), "METHOD", "MENTIONS")], []),
    (
        "sha:00000000000000aa",
        None,
        "An island of its own",
        "Kalmar-7B speaks to nobody. Kalmar 13B does not either.",
        [(("Kalmar-7B", "Kalmar 7B"), "MODEL", "PROPOSES"), (("Kalmar 13B",), "MODEL", "MENTIONS")],
        [],
    ),
    (
        "doi:10.1/hostile",
        2025,
        'Hostile <script>alert("1")</script> titles & β-Net',
        "The β-Net reads 数据集 and 🙂 alike, says O'Brien; C++ is faster than C#.",
        [
            (("β-Net",), "MODEL", "PROPOSES"),
            (("数据集",), "DATASET", "USES"),
            (("🙂",), "METHOD", "MENTIONS"),
            (("C++",), "METHOD", "USES"),
            (("C#",), "METHOD", "COMPARES_WITH"),
        ],
        [],
    ),
]


def _mentions(paper: Paper, names: Iterable[str]) -> tuple[Span, ...]:
    found = set()
    for name in names:
        for field in ("title", "abstract"):
            for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", paper.text(field)):
                found.add(Span(field, *m.span()))
    return tuple(sorted(found))


def _sentence(paper: Paper, mention: Span) -> Span:
    if mention.field == "title":
        return Span("title", 0, len(paper.title))
    starts = [0, *(m.end() for m in re.finditer(r"[.?!] ", paper.abstract)), len(paper.abstract) + 1]
    start, end = next((a, b) for a, b in pairwise(starts) if a <= mention.start < b)
    return Span("abstract", start, min(end - 1, len(paper.abstract)))


def facts_of(
    identity: str,
    year: int | None,
    title: str,
    abstract: str,
    entities: Iterable[tuple[tuple[str, ...], str, str]] = (),
    results: Iterable[tuple[str, str, str, str]] = (),
) -> Facts:
    """Facts with the offsets that the texts have."""
    paper = Paper(identity, title, abstract, year)
    found = []
    for n, (names, kind, relation) in enumerate(entities):
        mentions = _mentions(paper, names)
        in_abstract = [m for m in mentions if m.field == "abstract"] or mentions
        evidence = tuple(_sentence(paper, m) for m in in_abstract[:1])
        found.append(PaperEntity(names[0], kind, relation, names, round(0.99 - n / 100, 2), mentions, evidence))
    figures = []
    for system, on, metric, value in results:
        at = abstract.index(value)
        number, _, unit = value.replace("%", " percent").partition(" ")
        span = _sentence(paper, Span("abstract", at, at + len(value)))
        figures.append(Result(system, on, metric, value, number, unit, "absolute", span))
    return Facts(paper, tuple(found), tuple(figures))


def write_store(path: Path, facts: Iterable[Facts]) -> Path:
    """graph.db of these facts, as a build writes it."""
    ordered = sorted(facts, key=lambda f: f.paper.id)
    resolution = resolve(o for f in ordered for o in observe(f))
    write_graph(
        path,
        papers=(f.paper for f in ordered),
        entities=resolution.entities(),
        edges=(e for f in ordered for e in edges_of(f, resolution)),
        results=(r for f in ordered for r in results_of(f, resolution)),
        reasons=resolution.reasons(),
        redirects=resolution.redirects(),
        meta={"kg": "test", "model": "none", "data": "none", "base_iri": "https://w3id.org/kg-papers/"},
    )
    return path


@pytest.fixture(scope="session")
def make_facts() -> Callable[..., Facts]:
    """`facts_of`: facts from names and texts."""
    return facts_of


@pytest.fixture(scope="session")
def make_store() -> Callable[..., Path]:
    """`write_store`: a graph.db from facts."""
    return write_store


@pytest.fixture(scope="session")
def papers() -> tuple[Facts, ...]:
    """The facts of the made-up corpus."""
    return tuple(facts_of(*p) for p in PAPERS)


@pytest.fixture(scope="session")
def graph_db(papers, tmp_path_factory) -> Path:
    """The graph.db of the made-up corpus; not to be written to."""
    return write_store(tmp_path_factory.mktemp("graph") / "graph.db", papers)


@pytest.fixture
def store(graph_db):
    """The made-up corpus, opened."""
    with Store(graph_db) as opened:
        yield opened


@pytest.fixture
def read_bytes(tmp_path) -> Callable[..., tuple[list[Found], list[str]]]:
    """A function: bytes of a file to (what was found, `line: reason` of what was skipped)."""

    def read_them(data: bytes, name: str = "papers") -> tuple[list[Found], list[str]]:
        file = tmp_path / name
        file.write_bytes(data)
        items = list(read(Source(name, file)))
        skipped = [str(i) for i in items if not isinstance(i, Found)]
        assert all(s.startswith(f"{name}:") and "\n" not in s for s in skipped)
        return [i for i in items if isinstance(i, Found)], [s.removeprefix(f"{name}:").strip() for s in skipped]

    return read_them


@pytest.fixture(scope="session")
def stream() -> Callable[[bytes], io.BufferedReader]:
    """A function: bytes to what a reader reads from."""
    return lambda data: io.BufferedReader(io.BytesIO(data))


SKIPPED: dict[str, str] = {}  #: test that was skipped -> why


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        SKIPPED[report.nodeid] = str(report.longrepr[2]).removeprefix("Skipped: ")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run names what was skipped: nobody takes a partial run for a whole one."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and not config.option.collectonly:
        reasons = sorted(set(SKIPPED.values()))
        reporter.write_line(f"skipped: {len(SKIPPED)} tests ({'; '.join(reasons)})" if reasons else "skipped: nothing")
