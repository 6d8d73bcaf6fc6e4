"""Every state is a link, and what it shows can be taken away: in a real browser, opened from disk."""

import csv
import io
import json
import random
import re
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import pyoxigraph
import pytest
from click.testing import CliRunner
from lxml import etree

from kg import rdf
from kg.cli import main
from kg.ids import entity_iri, paper_iri
from kg.schema import BASE_IRI, ENTITY_TYPES, RELATIONS
from kg.store import Store


def visible(shown: Any) -> set[str]:
    """The ids of what is visible, as the table lists them."""
    if not shown.is_visible("#list"):
        shown.click("#tab-list")
    if shown.locator("#list > .more").count():
        shown.click("#list > .more")
    script = """() => { const ids = JSON.parse(document.getElementById('data').textContent).nodes.id;
        return [...document.querySelectorAll('#list tr[data-node]')].map((row) => ids[row.dataset.node]); }"""
    return set(shown.evaluate(script))


def travel(shown: Any, address: str) -> None:
    """Go to an address within the page, as a link does."""
    shown.evaluate("(hash) => { location.hash = hash; }", address)
    shown.wait_for_timeout(30)  # the browser tells the page of it a moment later


def some_address(chance: random.Random, graph: "nx.MultiDiGraph[str]") -> str:
    """An address put together by chance."""
    nodes, entities = sorted(graph), sorted(n for n in graph if ":" not in n)

    def quoted(node: str) -> str:
        return re.sub(r"[^\w-]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), node, flags=re.ASCII)

    parts = [
        chance.choice(
            (
                f"node={quoted(chance.choice(nodes))}",
                f"node={quoted(chance.choice(entities))}&depth={chance.randint(1, 3)}",
                f"path={quoted(chance.choice(entities))}..{quoted(chance.choice(entities))}",
                "all=1",
            )
        ),
        f"types={','.join(t for t in ('PAPER', *ENTITY_TYPES) if chance.random() < 0.8) or '-'}",
        f"rel={','.join(r for r in RELATIONS if chance.random() < 0.8) or '-'}",
    ]
    if chance.random() < 0.5:
        parts.append(f"years={chance.randint(2018, 2021)}-{chance.randint(2021, 2025)}")
    if chance.random() < 0.5:
        parts.append(f"papers={chance.randint(1, 3)}&conf={chance.choice((50, 90, 95))}")
    return "#" + "&".join(parts)


def test_twenty_random_states_show_the_same_again_and_back_shows_the_one_before(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    chance, before = random.Random(3), None
    shown, again = open_page(html, "#view=list"), open_page(html, "#view=list")
    sets = []
    for _ in range(20):
        travel(shown, some_address(chance, graph) + "&view=list")
        found = visible(shown)
        again.goto(shown.url.split("#")[0] + "#view=list")
        again.evaluate("(hash) => { location.hash = hash; location.reload(); }", shown.evaluate("location.hash"))
        again.wait_for_load_state()
        again.wait_for_selector('html[data-ready="1"]')
        assert visible(again) == found
        if before is not None:
            shown.go_back()
            shown.wait_for_timeout(30)
            assert visible(shown) == before
            shown.go_forward()
            shown.wait_for_timeout(30)
        before = found
        sets.append(frozenset(found))
    assert len(set(sets)) > 10


def test_what_is_done_by_hand_is_in_the_address(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=adam")
    shown.click("#focus")
    shown.click("#farther")
    shown.click('label[data-key="METRIC"] input')
    shown.locator("#least").fill("2")
    shown.locator("#sure").fill("50")
    shown.locator("#from-year").fill("2021")
    address = shown.evaluate("location.hash")
    for part in ("node=adam", "depth=2", "types=PAPER,MODEL", "papers=2", "conf=50", "years=2021-2024"):
        assert part in address
    expected = visible(shown)
    assert visible(open_page(html, shown.evaluate("location.hash"))) == expected
    shown.click("#reset")
    assert shown.evaluate("location.hash") == "#view=list"
    assert shown.locator("#from-year").input_value() == "2020"


def test_a_slider_that_moves_leaves_one_step_for_back(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=adam")
    shown.locator("#least").focus()
    length = shown.evaluate("history.length")
    shown.evaluate("""() => { const s = document.getElementById('least');
        for (const v of [2, 3, 4]) { s.value = v; s.dispatchEvent(new Event('input')); } }""")
    assert shown.evaluate("location.hash") == "#node=adam&papers=4"
    assert shown.evaluate("history.length") == length


# ---- paths and depth -----------------------------------------------------------------------------------------------


def test_a_path_tells_a_sentence_for_each_step(open_page: Any, html: str, graph: "nx.MultiDiGraph[str]") -> None:
    shown = open_page(html, "#node=turnip")
    shown.click("#from")
    assert "Path from Turnip" in shown.inner_text("#asking")
    shown.keyboard.type("carrot")
    shown.keyboard.press("Enter")
    assert shown.evaluate("location.hash") == "#path=turnip..carrot"
    steps = shown.locator("#detail .steps > li").all()
    labels = [step.locator(".title .go").inner_text() for step in steps]
    nodes = [next(n for n, d in graph.nodes(data=True) if d["label"] == label) for label in labels]
    assert len(nodes) - 1 == nx.shortest_path_length(graph.to_undirected(), "turnip", "carrot")
    for step, a, b in zip(steps[1:], nodes, nodes[1:], strict=False):
        paper, thing = (a, b) if graph.has_edge(a, b) else (b, a)
        assert graph.has_edge(paper, thing)
        assert step.locator("mark").count()
        assert step.locator("blockquote").first.text_content() in graph.nodes[paper]["abstract"]
    shown.click("#way-next")
    assert shown.evaluate("location.hash") == "#path=turnip..carrot&way=2"
    assert "2 of 2" in shown.inner_text("#detail")
    assert shown.evaluate("document.activeElement.id") == "way-next"


def test_where_no_path_is_the_page_says_so(open_page: Any, html: str) -> None:
    shown = open_page(html, "#path=adam..sha%3A0123456789abcdef")
    assert "No chain of papers" in shown.inner_text("#detail")


def test_depth_grows_and_shrinks(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=trellis&depth=1")
    one = visible(shown)
    shown.click("#farther")
    two = visible(shown)
    assert one < two
    assert shown.is_enabled("#nearer")
    shown.click("#nearer")
    assert visible(shown) == one


# ---- copies that run -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def output(corpus: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with graph.db and graph.ttl of the small corpus."""
    out = tmp_path_factory.mktemp("out")
    corpus.store_of(corpus.small(), out / "graph.db")
    with Store(out / "graph.db") as store, (out / "graph.ttl").open("wb") as file:
        rdf.write(store, file, "ttl", BASE_IRI)
    return out


@pytest.fixture(scope="module")
def triples(output: Path) -> pyoxigraph.Store:
    """The export, loaded by an engine that is not ours."""
    store = pyoxigraph.Store()
    store.load(path=str(output / "graph.ttl"), format=pyoxigraph.RdfFormat.TURTLE)
    return store


VIEWS = (
    "",
    "#all=1",
    "#types=MODEL,TASK",
    "#all=1&types=PAPER,MODEL,METHOD,DATASET&rel=USES,MENTIONS&papers=2",
    "#all=1&years=2021-2023&conf=50",
    "#all=1&conf=95",
    "#node=adam&depth=1",
    "#node=trellis&depth=2&types=PAPER,MODEL,METHOD&rel=PROPOSES,USES,EVALUATES_ON",
    "#node=arxiv%3A2401.00001&depth=1",
    "#node=arxiv%3A2401.00001&depth=2",
    "#node=adam",
    "#node=doi%3A10%2E1%2Fx",
    "#path=turnip..carrot",
    "#link=arxiv%3A2401%2E00001..trellis",
)


def copied(open_page: Any, html: str, view: str) -> tuple[str, str, set[str]]:
    """What the page offers to copy, command and query, and what it shows."""
    shown = open_page(html, view)
    shown.click("#share")
    values = shown.input_value("#as-command"), shown.input_value("#as-sparql")
    assert shown.input_value("#as-link") == shown.url
    shown.click("#share-dialog .close")
    return *values, visible(shown)


def iris(solutions: Any, *names: str) -> set[str]:
    return {row[name].value for row in solutions for name in names}


@pytest.mark.parametrize("view", VIEWS)
def test_the_query_and_the_command_of_a_view_run_and_find_what_it_shows(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]", output: Path, triples: pyoxigraph.Store, view: str
) -> None:
    command, query, found = copied(open_page, html, view)
    things = {entity_iri(n) for n in found if ":" not in n}
    solutions = list(triples.query(query))
    assert solutions or not things
    if not view or "all=" in view or "types=MODEL,TASK" in view:
        assert iris(solutions, "thing") == things
    elif "depth=" in view:  # the centre is shown, whatever the filters say
        centre = view.removeprefix("#node=").split("&")[0]
        assert iris(solutions, "thing") | {entity_iri(centre)} == things | {entity_iri(centre)}
    elif view == "#node=adam":
        assert iris(solutions, "paper") == {paper_iri(p) for p in graph.pred["adam"]}
    elif "path=" in view:
        assert iris(solutions, "thing") >= {entity_iri("turnip"), entity_iri("carrot")}
        assert all(row["quote"].value for row in solutions)
    elif "link=" in view:
        assert iris(solutions, "paper", "thing") == {paper_iri("arxiv:2401.00001"), entity_iri("trellis")}
    name, *arguments = shlex.split(command)
    assert name == "kg"
    done = CliRunner().invoke(main, [*arguments, "-g", str(output)])
    assert done.exit_code == 0, done.output
    assert done.output.strip()


# ---- files ---------------------------------------------------------------------------------------------------------


def saved(shown: Any, form: str) -> bytes:
    """A file that the page makes."""
    with shown.expect_download() as download:
        shown.click(f'[data-save="{form}"]')
    assert download.value.suggested_filename == f"graph.{form}"
    return Path(download.value.path()).read_bytes()


def test_table_and_json_hold_what_is_visible(open_page: Any, html: str, graph: "nx.MultiDiGraph[str]") -> None:
    shown = open_page(html, "#types=PAPER,MODEL&view=list")
    found = visible(shown)
    shown.click("#share")
    rows = list(csv.DictReader(io.StringIO(saved(shown, "csv").decode("utf-8-sig"))))
    data = json.loads(saved(shown, "json"))
    expected = {(p, e, k) for p, e, k in graph.edges(keys=True) if p in found and e in found and k != "MENTIONS"}
    assert {(r["source"], r["target"], r["relation"]) for r in rows} == expected
    assert {(r["source"], r["target"], r["relation"]) for r in data["edges"]} == expected
    assert {n["id"] for n in data["nodes"]} == found
    assert all(row["mention"] and row["mention"] in row["sentence"] for row in rows)
    assert data["address"] == "#types=PAPER,MODEL&view=list"


def test_no_cell_of_the_table_is_a_formula(open_page: Any, corpus: ModuleType) -> None:
    from kg.view import page

    paper = corpus.facts("arxiv:1", "=cmd|' /C calc'!A0", "+Beet is good.", [("+Beet", "MODEL", "PROPOSES")])
    shown = open_page(page(corpus.graph_of([paper]), title="T"))
    shown.click("#share")
    (row,) = csv.DictReader(io.StringIO(saved(shown, "csv").decode("utf-8-sig")))
    assert row["source_label"] == "'=cmd|' /C calc'!A0"
    assert row["sentence"] == "'+Beet is good."


def test_the_drawing_holds_shapes_and_names_and_the_picture_is_one(
    open_page: Any, html: str, hostile_graph: "nx.MultiDiGraph[str]"
) -> None:
    from kg.view import page

    for text in (html, page(hostile_graph, title="</title><script>")):
        shown = open_page(text)
        shown.click("#zoom-fit")
        shown.wait_for_timeout(100)
        shown.click("#share")
        root = etree.fromstring(saved(shown, "svg"))
        names = {element.tag.split("}")[1] for element in root.iter()}
        assert names <= {"svg", "title", "rect", "line", "g", "circle", "polygon", "text"}
        assert len(root.findall("{*}g")) == len(json.loads(saved(shown, "json"))["nodes"])
        assert root.findall("{*}text")
    assert saved(shown, "png")[:8] == b"\x89PNG\r\n\x1a\n"


def test_the_docs_name_every_part_of_an_address() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "view.md").read_text(encoding="utf-8")
    code = (Path(__file__).parents[2] / "kg" / "view" / "state.js").read_text(encoding="utf-8")
    parts = re.findall(r"^      (\w+): ", code[code.index("const parts") :], re.MULTILINE)
    assert {"node", "depth", "path", "years"} <= set(parts)
    assert set(parts) <= set(re.findall(r"`(\w+)=", docs))
