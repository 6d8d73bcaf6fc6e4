"""graph.db: round trip, refusal of what is no graph, reading only."""

import itertools
import random
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.entity import Edge, Entity, Reason, Redirect, ResolvedResult
from kg.errors import DataError
from kg.facts import Result, Span
from kg.paper import Paper, clean
from kg.resolve import edges_of, observe, resolve, results_of
from kg.schema import ENTITY_TYPES, RELATIONS
from kg.store import Store, write_graph
from kg.store.graph import FORMAT, fold

HOSTILE = [
    "'; DROP TABLE paper; --",
    '"',
    "<script>alert(1)</script>",
    "%s %(x)s {x}",
    "🙂‮ab",
    "数据",
    "a" * 2000,
    "\ufffe",
    "NULL",
    "-",
]


def content(path):
    """All rows of all tables."""
    with closing(sqlite3.connect(path)) as db:
        tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {t: db.execute(f"SELECT * FROM {t}").fetchall() for t in tables if not t.startswith("search_")}


def test_everything_that_is_written_is_read_back(store, papers):
    ordered = sorted(papers, key=lambda f: f.paper.id)
    resolution = resolve(o for f in ordered for o in observe(f))
    assert list(store.papers()) == [f.paper for f in ordered]
    assert list(store.entities()) == list(resolution.entities())
    assert list(store.edges()) == [e for f in ordered for e in edges_of(f, resolution)]
    assert list(store.results()) == [r for f in ordered for r in results_of(f, resolution)]
    assert list(store.reasons()) == list(resolution.reasons())
    assert list(store.redirects()) == list(resolution.redirects())
    assert store.meta == {
        "kg": "test",
        "model": "none",
        "data": "none",
        "base_iri": "https://w3id.org/kg-papers/",
        "format": FORMAT,
    }
    assert [store.count(t) for t in ("paper", "entity", "edge", "result")] == [
        len(list(x)) for x in (store.papers(), store.entities(), store.edges(), store.results())
    ]


def test_the_parts_of_one_paper_or_entity_are_those_of_all(store):
    edges = list(store.edges())
    for paper in store.papers():
        assert store.paper(paper.id) == paper
        assert list(store.edges(paper=paper.id)) == [e for e in edges if e.paper == paper.id]
        assert list(store.results(paper=paper.id)) == [r for r in store.results() if r.paper == paper.id]
    for entity in store.entities():
        assert store.entity(entity.id) == entity
        mine = sorted((e for e in edges if e.entity == entity.id), key=lambda e: (-e.confidence, e.paper))
        assert list(store.edges(entity=entity.id)) == mine
        assert list(store.reasons(entity=entity.id)) == [r for r in store.reasons() if r.entity == entity.id]


def test_what_is_not_there_is_none_or_nothing(store):
    assert store.paper("arxiv:0") is None
    assert store.entity("nobody") is None
    assert list(store.edges(paper="arxiv:0")) == list(store.edges(entity="nobody")) == []
    assert list(store.results(paper="x")) == list(store.reasons(entity="x")) == []


def test_the_same_papers_give_the_same_bytes(papers, make_store, tmp_path):
    one = make_store(tmp_path / "one.db", papers).read_bytes()
    assert make_store(tmp_path / "two.db", reversed(papers)).read_bytes() == one


def test_a_file_that_stood_there_is_replaced(papers, make_store, tmp_path):
    path = make_store(tmp_path / "graph.db", papers)
    make_store(path, papers[:1])
    with Store(path) as store:
        assert store.count("paper") == 1


NAMES = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=20).map(
    clean
).filter(bool)


@settings(max_examples=30)
@given(
    st.lists(NAMES, min_size=3, max_size=6, unique=True),
    st.sampled_from(list(RELATIONS)),
    st.integers(0, 100),
    st.data(),
)
def test_hostile_values_of_every_kind_come_back_as_they_were(tmp_path_factory, names, relation, percent, data):
    path = tmp_path_factory.getbasetemp() / "hostile.db"
    kind = data.draw(st.sampled_from(list(ENTITY_TYPES)))
    year = data.draw(st.none() | st.integers(1000, 2999))
    title = names[0][:2000]
    paper = Paper(
        "doi:10.1/x", title, names[1], year, "", tuple(names), names[2], names[0], tuple(names[:1]), "", ("hf:1", "x:2")
    )
    entity = Entity("e-1", names[0], kind, tuple(names), 1, tuple(names[1:2]))
    span = Span("title", 0, len(title))
    edge = Edge(paper.id, entity.id, relation, percent / 100, (span,), (), kind, relation)
    figures = [
        ResolvedResult(paper.id, Result(names[0], "", names[1], names[2], number, "", "gain", span), slot, None, slot)
        for number, slot in ((None, None), ("-91.50", "e-1"))
    ]
    reason = Reason(entity.id, names[0], "same-name", names[1], ("doi:10.1/x",))
    redirect = Redirect("e-0", ("e-1",))
    write_graph(path, [paper], [entity], [edge], figures, [reason], [redirect], {"k": names[2]})
    with Store(path) as store:
        assert list(store.papers()) == [store.paper("hf:1")] == [store.paper("x:2")] == [paper]
        assert list(store.entities()) == [store.entity("e-1")] == [entity]
        assert list(store.edges()) == [edge]
        assert list(store.results()) == figures
        assert list(store.reasons()) == [reason]
        assert list(store.redirects()) == [redirect]
        assert store.meta["k"] == names[2]


def test_an_empty_graph_can_be_written_and_read(tmp_path):
    write_graph(tmp_path / "graph.db", [], [], [], [], [], [], {})
    with Store(tmp_path / "graph.db") as store:
        assert [*store.papers(), *store.entities(), *store.edges(), *store.results(), *store.redirects()] == []
        assert store.count("paper") == 0


def test_a_graph_is_only_read(store):
    with pytest.raises(DataError, match="readonly"):
        list(store.rows("DELETE FROM paper"))
    assert store.count("paper") == 8


def test_a_path_with_signs_of_a_uri_is_a_path(papers, make_store, tmp_path):
    folder = tmp_path / "a?mode=rw#b %20 ü"
    folder.mkdir()
    with Store(make_store(folder / "graph.db", papers[:1])) as store:
        assert store.count("paper") == 1


def refused(path, match):
    """Opening must fail with one line that names the file and says what to do."""
    with pytest.raises(DataError, match=match) as error:
        Store(path)
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert "kg build" in message
    assert "\n" not in message


def test_a_missing_graph_says_to_build_one(tmp_path):
    refused(tmp_path / "graph.db", "no graph here; run `kg build` first, or give its folder with -g")
    refused(tmp_path, "no graph here")


@pytest.mark.parametrize(
    "data", [b"", b"x", b"SQLite format 3\x00", b"SQLite format 3\x00" + b"\xff" * 5000, bytes(8192)]
)
def test_a_file_that_is_no_database_is_refused(tmp_path, data):
    (tmp_path / "graph.db").write_bytes(data)
    refused(tmp_path / "graph.db", "no graph can be read here")


def test_another_database_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "graph.db")) as db:
        db.execute("CREATE TABLE other(x)")
    refused(tmp_path / "graph.db", "no graph can be read here")


@pytest.mark.parametrize("value", ["kg/graph/0", "kg/graph/2", "", None])
def test_another_format_is_refused(papers, make_store, tmp_path, value):
    path = make_store(tmp_path / "graph.db", papers[:1])
    with closing(sqlite3.connect(path)) as db:
        if value is None:
            db.execute("DELETE FROM meta WHERE key = 'format'")
        else:
            db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (value,))
        db.commit()
    refused(path, f"format {value!r}, not 'kg/graph/1'")


def read_all(path):
    """Read a graph in every way; whether that went without an error, and in any case with no other than DataError."""
    try:
        with Store(path) as store:
            for part in (store.papers(), store.entities(), store.edges(), store.results(), store.reasons()):
                list(part)
            list(store.redirects())
    except DataError as error:
        message = str(error)
        return "\n" in message or "kg build" not in message
    return True


def test_damaged_files_give_one_line_or_an_answer_never_a_traceback(graph_db, tmp_path):
    whole, luck = graph_db.read_bytes(), random.Random(7)
    path = tmp_path / "graph.db"
    outcomes = []
    for n in range(150):
        data = bytearray(whole)
        if n % 3 == 0:
            del data[luck.randrange(len(data)) :]
        elif n % 3 == 1:
            page = 4096 * luck.randrange(len(data) // 4096)
            data[page : page + 4096] = luck.randbytes(4096)
        else:
            for _ in range(40):
                data[luck.randrange(len(data))] = luck.randrange(256)
        path.write_bytes(data)
        outcomes.append(read_all(path))
    assert outcomes.count(False) > 50


@pytest.mark.parametrize(
    "column", ["paper SET json", "edge SET mentions", "edge SET evidence", "reason SET papers", "result SET json"]
)
@pytest.mark.parametrize("value", ["{", "", b"\xff\xfe", "x" * 100])
def test_a_damaged_record_gives_one_line(papers, make_store, tmp_path, column, value):
    path = make_store(tmp_path / "graph.db", papers)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"UPDATE {column} = ?", (value,))
        db.commit()
    assert read_all(path) is False


@pytest.mark.parametrize(
    ("one", "other"),
    [("Masked Language-Modeling", "masked  language_modeling"), ("STRASSE", "straße"), ("-A-", "a"), ("---", "")],
)
def test_folding_for_look_up(one, other):
    assert fold(one) == fold(other)


def test_every_table_is_numbered_in_sorted_order(graph_db):
    rows = content(graph_db)
    for table in ("paper", "entity"):
        assert [r[0] for r in rows[table]] == list(range(1, len(rows[table]) + 1))
        assert [r[1] for r in rows[table]] == sorted(r[1] for r in rows[table])
    assert all(a[:2] < b[:2] for a, b in itertools.pairwise(rows["edge"]))
