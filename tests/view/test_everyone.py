"""The page for readers without mouse, canvas, good eyes or large windows; and for those who mean harm."""

import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import pytest

from kg.schema import ENTITY_TYPES, PAPER_SHAPE
from kg.view import cut, page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def large_html(large: "nx.MultiDiGraph[str]") -> str:
    return page(large, title="Fields")


@pytest.fixture(scope="module")
def axe() -> str:
    """The code of axe-core."""
    if not AXE.is_file():
        if os.environ.get("KG_REQUIRE_ALL") == "1":
            pytest.fail("axe-core is missing and KG_REQUIRE_ALL=1: npm install")
        pytest.skip("axe-core is missing: npm install")
    return AXE.read_text(encoding="utf-8")


def data_of(shown: Any) -> dict[str, Any]:
    return dict(json.loads(shown.evaluate("document.getElementById('data').textContent")))


# ---- accessibility -------------------------------------------------------------------------------------------------

SCENES = {
    "first": ("", ""),
    "thing": ("#node=adam", ""),
    "focus": ("#node=trellis&depth=1", ""),
    "path": ("#path=turnip..carrot", ""),
    "list": ("#view=list", ""),
    "line": ("#link=arxiv%3A2401%2E00001..trellis", ""),
    "unknown": ("#node=nothing-such", ""),
    "share": ("", "#share"),
    "help": ("", "#help"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(open_page: Any, html: str, axe: str, scheme: str) -> None:
    for width, scenes in ((1280, SCENES), (390, {"thing": SCENES["thing"], "share": SCENES["share"]})):
        shown = open_page(html, color_scheme=scheme, viewport={"width": width, "height": 844})
        shown.evaluate(axe)
        for name, (address, button) in scenes.items():
            shown.evaluate("(hash) => { location.hash = hash; }", address)
            shown.wait_for_timeout(50)
            if button:
                shown.click(button)
            found = shown.evaluate("axe.run(document)")["violations"]
            worst = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in {"serious", "critical"}]
            assert worst == [], name
            if button:
                shown.click(f"{button}-dialog .close")


def test_types_differ_in_shape_for_eyes_that_see_no_colour() -> None:
    assert len({PAPER_SHAPE, *(t.shape for t in ENTITY_TYPES.values())}) == 7


def test_the_keyboard_alone_searches_focuses_reads_finds_a_path_and_saves(open_page: Any, html: str) -> None:
    shown = open_page(html)
    press = shown.keyboard.press

    def tab_to(selector: str) -> None:
        for _ in range(60):
            press("Tab")
            if shown.evaluate("(s) => document.activeElement.matches(s)", selector):
                return
        pytest.fail(f"Tab never reaches {selector}")

    press("/")
    shown.keyboard.type("turnip")
    press("Enter")
    tab_to("#focus")
    press("Enter")
    assert shown.evaluate("location.hash") == "#node=turnip&depth=1"
    assert shown.evaluate("document.activeElement.closest('#detail') !== null")
    assert shown.locator("#detail mark").first.is_visible()
    tab_to("#from")
    press("Enter")
    shown.keyboard.type("carrot")
    press("Enter")
    assert shown.evaluate("location.hash") == "#path=turnip..carrot"
    press("Escape")
    tab_to("#share")
    press("Enter")
    tab_to('[data-save="csv"]')
    with shown.expect_download() as download:
        press("Enter")
    assert download.value.suggested_filename == "graph.csv"


def test_arrows_walk_the_map_and_say_where(open_page: Any, html: str, graph: "nx.MultiDiGraph[str]") -> None:
    shown = open_page(html)
    shown.focus("#map")
    shown.keyboard.press("ArrowRight")
    start = shown.inner_text("#detail h2")
    assert start in shown.inner_text("#said")
    reached = {start}
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp") * 2:
        shown.keyboard.press(key)
        reached.add(shown.inner_text("#detail h2"))
        assert shown.evaluate("document.activeElement.id") == "map"
    assert len(reached) > 3
    shown.keyboard.press("Enter")
    assert "&depth=1" in shown.evaluate("location.hash")
    shown.keyboard.press("]")
    assert "&depth=2" in shown.evaluate("location.hash")
    shown.keyboard.press("Escape")
    shown.keyboard.press("Escape")
    assert shown.evaluate("location.hash") == ""
    shown.keyboard.press("?")
    assert shown.is_visible("#help-dialog")


def test_what_is_shown_is_told_to_those_who_listen(open_page: Any, html: str) -> None:
    shown = open_page(html)
    before = shown.inner_text("#count")
    shown.click('label[data-key="MODEL"] input')
    assert shown.get_attribute("#count", "aria-live") == "polite"
    assert shown.inner_text("#count") != before


def test_nothing_moves_for_those_who_asked_for_it(open_page: Any, html: str) -> None:
    shown = open_page(html, reduced_motion="reduce")
    shown.fill("input[type=search]", "trellis")
    shown.press("input[type=search]", "Enter")
    assert shown.evaluate("document.getAnimations().length") == 0


def test_light_and_dark_follow_the_system_and_then_the_reader(open_page: Any, html: str) -> None:
    shown = open_page(html, color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = shown.evaluate(ground)
    assert shown.get_attribute("#theme", "aria-pressed") == "true"
    shown.click("#theme")
    assert shown.evaluate(ground) != dark
    assert open_page(html, color_scheme="light").evaluate(ground) == shown.evaluate(ground)


# ---- the table -----------------------------------------------------------------------------------------------------


def test_the_table_sorts_by_every_column(open_page: Any, html: str, graph: "nx.MultiDiGraph[str]") -> None:
    shown = open_page(html, "#all=1&view=list")

    def column(k: int) -> list[str]:
        return list(shown.locator(f"#list tbody tr > :nth-child({k + 1})").all_inner_texts())

    papers = [int(n or 0) for n in column(2)]
    assert papers == sorted(papers, reverse=True)
    assert max(papers) == max(d.get("papers", 0) for _, d in graph.nodes(data=True))
    heads = shown.locator("#list thead button")
    for k in range(heads.count()):
        heads.nth(k).click()
        state = shown.locator("#list thead th").nth(k).get_attribute("aria-sort")
        first = [int(v or 0) if k > 1 else v.lower() for v in column(k)]
        assert state in {"ascending", "descending"}
        assert first == sorted(first, reverse=state == "descending")
        heads.nth(k).click()
        assert shown.locator("#list thead th").nth(k).get_attribute("aria-sort") != state
        assert shown.evaluate("document.activeElement.closest('th') !== null")


def test_a_row_of_the_table_reads_about_its_thing(open_page: Any, html: str) -> None:
    shown = open_page(html, "#view=list")
    shown.click("#list tbody .go >> text=Adam")
    assert shown.inner_text("#detail h2") == "Adam"


# ---- panel ---------------------------------------------------------------------------------------------------------


def test_a_thing_tells_who_introduced_it_and_its_papers_by_year(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=adam")
    label = shown.get_attribute("#detail .years svg", "aria-label")
    assert label == "Papers by year. 2020: 2, 2021: 2, 2022: 2, 2023: 2"
    shown.evaluate("() => { location.hash = '#node=parsnip'; }")
    shown.wait_for_selector("#detail h2 >> text=Parsnip")
    assert "Introduced by Parsnip" in " ".join(shown.inner_text("#detail header").split())


def test_every_line_has_an_address_that_shows_its_sentence(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(html)
    data = data_of(shown)
    script = """async (pairs) => { const found = [];
        for (const [a, b] of pairs) {
            const id = (t) => encodeURIComponent(t).replaceAll('.', '%2E');
            const changed = new Promise((done) => addEventListener('hashchange', done, { once: true }));
            location.hash = `#link=${id(a)}..${id(b)}`;
            await changed;
            found.push([document.querySelector('#detail blockquote')?.textContent,
                        [...document.querySelectorAll('#detail mark')].map((m) => m.textContent)]);
        }
        return found; }"""
    ids = data["nodes"]["id"]
    pairs = [(ids[a], ids[b]) for a, b in zip(data["edges"][0], data["edges"][1], strict=True)]
    assert len(pairs) == graph.number_of_edges()
    for (paper, entity), (sentence, marks) in zip(pairs, shown.evaluate(script, pairs), strict=True):
        assert sentence in graph.nodes[paper]["abstract"]
        assert marks
        assert set(marks) <= set(graph.nodes[entity]["names"])


# ---- large corpora -------------------------------------------------------------------------------------------------


def test_the_first_map_of_a_large_corpus_shows_no_paper_and_its_links_have_sentences(
    open_page: Any, large_html: str, large: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(large_html)
    assert "linked where papers name both" in shown.inner_text("#count")
    chosen = cut(large)
    shown.click("#tab-list")
    assert shown.locator("#list tbody tr").count() == len(chosen.core)
    assert not [t for t in shown.locator("#list tbody td:nth-child(2)").all_inner_texts() if t == "paper"]
    for link in chosen.links[:: max(1, len(chosen.links) // 12)]:
        shown.evaluate("(hash) => { location.hash = hash; }", f"#link={link.source}..{link.target}")
        shown.wait_for_function(
            "(t) => document.querySelector('#detail h2').textContent.startsWith(t)",
            arg=large.nodes[link.source]["label"],
        )
        assert f"{link.papers} papers" in shown.inner_text("#detail .kind")
        marks = set(shown.locator("#detail mark").all_inner_texts())
        assert marks == {large.nodes[link.source]["label"], large.nodes[link.target]["label"]}


def test_a_neighbourhood_of_a_large_corpus_goes_along_its_links(
    open_page: Any, large_html: str, large: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(large_html, "#node=crop0x0&depth=1&view=list")
    near = {
        k.target if k.source == "crop0x0" else k.source for k in cut(large).links if "crop0x0" in (k.source, k.target)
    }
    expected = {large.nodes[n]["label"] for n in near | {"crop0x0"}}
    assert set(shown.locator("#list tbody .go").all_inner_texts()) == expected
    assert "named together with" in shown.inner_text("#detail")


# ---- harm ----------------------------------------------------------------------------------------------------------


def test_five_hundred_payloads_run_nothing_and_stand_there_as_text(open_page: Any, corpus: ModuleType) -> None:
    assert len(set(corpus.payloads())) == 500
    graph = corpus.graph_of(corpus.assault())
    shown = open_page(page(graph, title=corpus.payloads()[0]))
    script = """async () => { const { nodes } = JSON.parse(document.getElementById('data').textContent);
        const bad = [], field = document.querySelector('input[type=search]');
        const outside = 'img, script, iframe, object, embed, svg[onload], input, style, title';
        for (let n = 0; n < nodes.id.length; n += 1) {
            const changed = new Promise((done) => addEventListener('hashchange', done, { once: true }));
            location.hash = '#node=' + encodeURIComponent(nodes.id[n]);
            await changed;
            const detail = document.getElementById('detail');
            if (detail.querySelector('h2').textContent !== nodes.label[n]) bad.push(nodes.label[n]);
            if (detail.querySelector(outside)) bad.push(['element', nodes.label[n]]);
            field.value = nodes.label[n];
            field.dispatchEvent(new Event('input'));
        }
        const all = [...document.querySelectorAll('*')];
        if (all.some((e) => [...e.attributes].some((a) => a.name.startsWith('on')))) bad.push('handler');
        if (all.some((e) => e.href && !/^https:\\/\\/arxiv.org\\/abs\\//.test(e.href))) bad.push('address');
        return [nodes.label.length, bad, window.hacked ?? null]; }"""
    number, bad, hacked = shown.evaluate(script)
    assert number == len(graph)
    spellings = {name for _, d in graph.nodes(data=True) for name in (d["label"], *d.get("names", ()))}
    assert set(corpus.payloads()) <= spellings
    assert (bad, hacked) == ([], None)
    shown.click("#tab-list")
    shown.click("#share")
    assert shown.evaluate("window.hacked ?? null") is None
