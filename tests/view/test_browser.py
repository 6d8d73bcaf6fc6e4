"""The page in a real browser, opened from disk with the network off; `open_page` checks requests and console."""

import json
import re
from collections import Counter
from types import ModuleType
from typing import Any

import networkx as nx
import pytest

from kg.graph import quotes
from kg.schema import ENTITY_TYPES, RELATIONS
from kg.view import cut, page


def search(shown: Any, text: str) -> None:
    shown.fill("input[type=search]", text)
    shown.press("input[type=search]", "Enter")
    shown.wait_for_selector("#panel:visible")


def heading(shown: Any) -> str:
    return str(shown.inner_text("#detail h2"))


def counts(shown: Any) -> dict[str, int]:
    """The counts of the legend."""
    script = """() => Object.fromEntries([...document.querySelectorAll('fieldset label[data-key]')].map(
        (row) => [row.dataset.key, Number(row.querySelector('output').textContent.replace(/,/g, ''))]))"""
    return dict(shown.evaluate(script))


def recount(
    graph: "nx.MultiDiGraph[str]",
    scope: set[str],
    types: set[str],
    relations: set[str],
    *,
    years: tuple[int, int] = (0, 9999),
    least: int = 1,
    sure: float = 0,
) -> dict[str, int]:
    """What the legend ought to say, from the graph."""
    scope = {
        n
        for n in scope
        if (
            years[0] <= (d["year"] or 0) <= years[1]
            if (d := graph.nodes[n])["kind"] == "paper"
            else d["papers"] >= least
        )
    }
    facts = [(p, e, k) for p, e, k, c in graph.edges(keys=True, data="confidence") if c >= sure and p in scope]
    edges = [(p, e, k) for p, e, k in facts if e in scope]
    led_to = {e for p, e, k in facts if k in relations}
    kind = {n: d.get("type", "PAPER") for n, d in graph.nodes(data=True)}
    things = Counter(kind[n] for n in scope if kind[n] == "PAPER" or n in led_to)
    links = Counter(k for p, e, k in edges if kind[p] in types and kind[e] in types)
    return {name: things[name] for name in ("PAPER", *ENTITY_TYPES)} | {name: links[name] for name in RELATIONS}


def test_there_is_one_search_field_and_the_page_says_when_it_is_ready(open_page: Any, html: str) -> None:
    shown = open_page(html)
    assert shown.locator("input[type=search]").count() == 1
    assert shown.evaluate("document.documentElement.dataset.ready") == "1"
    assert shown.locator("#map canvas").count() == 1


def test_enter_takes_the_best_hit_and_the_mention_is_marked(open_page: Any, html: str) -> None:
    shown = open_page(html)
    search(shown, "parsnip")
    assert heading(shown) == "Parsnip"
    assert set(shown.locator("#detail mark").all_inner_texts()) >= {"Parsnip"}
    assert shown.evaluate("location.hash") == "#node=parsnip"


def test_slash_reaches_the_search_field_and_arrows_choose(open_page: Any, html: str) -> None:
    shown = open_page(html)
    shown.keyboard.press("/")
    shown.keyboard.type("root")
    options = shown.locator("#hits [data-node]").all_inner_texts()
    assert len(options) > 3
    shown.keyboard.press("ArrowDown")
    shown.keyboard.press("ArrowDown")
    shown.keyboard.press("Enter")
    assert heading(shown) == options[1].split("\n")[0]


def test_search_knows_titles_ids_and_typos_and_says_when_nothing_fits(open_page: Any, html: str) -> None:
    shown = open_page(html)
    for text, expected in (
        ("small encoder", "Parsnip: A Small Encoder"),
        ("2405.00003", "Root 3: One More Vegetable"),
        ("turnop", "Turnip"),
        ("rube", "Rübe"),
        ("模型", "Größe zählt: 模型的大小"),
    ):
        search(shown, text)
        assert heading(shown) == expected
    shown.fill("input[type=search]", "no such thing at all")
    shown.press("input[type=search]", "Enter")
    assert "no such thing at all" in shown.inner_text("#message")


def test_a_link_selects_and_an_unknown_one_says_so(open_page: Any, html: str) -> None:
    assert heading(open_page(html, "#node=trellis")) == "Trellis"
    assert heading(open_page(html, "#node=arxiv%3A2401.00001")) == "Parsnip: A Small Encoder"
    assert heading(open_page(html, "#node=doi%3A10.1%2Fx")) == "A Survey Without a System"
    shown = open_page(html, "#node=%3Cimg%20src%3Dx%3E")
    assert "<img src=x>" in shown.inner_text("#message")
    assert not shown.is_visible("#panel")


def test_back_and_forward_select_again(open_page: Any, html: str) -> None:
    shown = open_page(html)
    for text in ("trellis", "adam", "rübe"):
        search(shown, text)
    shown.go_back()
    shown.wait_for_function("document.querySelector('#detail h2').textContent === 'Adam'")
    shown.go_back()
    shown.wait_for_function("document.querySelector('#detail h2').textContent === 'Trellis'")
    shown.go_forward()
    shown.wait_for_function("document.querySelector('#detail h2').textContent === 'Adam'")


def test_the_panel_of_a_thing_tells_what_the_graph_knows(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(html, "#node=trellis")
    assert "benchmark · 2 papers, 2023 to 2024" in shown.inner_text("#detail .kind")
    assert "evaluated on by 2 papers" in shown.inner_text("#detail section >> nth=0")
    titles = shown.locator("#detail .title .go").all_inner_texts()
    assert titles == [graph.nodes[p]["label"] for p in graph.pred["trellis"]]
    assert shown.locator("#detail .chips .go").all_inner_texts() == ["Turnip", "Parsnip"]
    assert shown.inner_text("#detail .results .value") == "91.5%"
    shown.click("#detail .chips .go >> text=Turnip")
    assert heading(shown) == "Turnip"


def test_the_panel_of_a_paper_tells_what_it_says(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=arxiv%3A2401.00001")
    text = shown.inner_text("#detail")
    for part in (
        "2024 · Ada Example, Bo Sample",
        "arxiv:2401.00001",
        "proposes",
        "evaluates on",
        "compares with",
        "91.5%",
    ):
        assert part in text
    link = shown.locator("#detail a.source").first
    assert link.get_attribute("href") == "https://arxiv.org/abs/2401.00001"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_a_paper_without_facts_or_source_has_a_panel(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=sha%3A0123456789abcdef")
    assert heading(shown) == "Nothing Named"
    assert shown.locator("#detail a").count() == 0


def test_every_edge_of_the_page_shows_sentences_that_mark_its_mentions(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(html)
    for paper in (n for n, d in graph.nodes(data=True) if d["kind"] == "paper" and graph.out_degree(n)):
        shown.evaluate("(id) => { location.hash = '#node=' + encodeURIComponent(id); }", paper)
        shown.wait_for_function(f"document.querySelector('#detail code')?.textContent === {json.dumps(paper)}")
        entries = shown.locator("#detail .entries > li").all()
        edges = sorted(graph.out_edges(paper, keys=True, data=True), key=lambda e: list(RELATIONS).index(e[2]))
        assert len(entries) == len(edges)
        for entry, (_, entity, _, edge) in zip(entries, edges, strict=True):
            assert entry.locator(".go").inner_text() == graph.nodes[entity]["label"]
            marks = entry.locator("mark").all_text_contents()
            assert marks
            assert set(marks) <= set(quotes(graph, paper, edge["mentions"]))
            sentence = entry.locator("blockquote").first.text_content()
            assert sentence in graph.nodes[paper]["abstract"]


def test_filters_are_the_legend_and_count_what_the_graph_holds(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(html)
    scope, types, relations = set(cut(graph).core), {"PAPER", *ENTITY_TYPES}, set(RELATIONS) - {"MENTIONS"}
    assert counts(shown) == recount(graph, scope, types, relations)
    for key in ("MODEL", "USES", "MENTIONS", "PAPER", "MODEL"):
        shown.click(f'label[data-key="{key}"] input')
        chosen = types if key in {"PAPER", *ENTITY_TYPES} else relations
        chosen.symmetric_difference_update({key})
        assert counts(shown) == recount(graph, scope, types, relations)
    shown.click("#everything")
    assert counts(shown) == recount(graph, set(graph), types, relations)


def slide(shown: Any, slider: str, value: int) -> None:
    shown.locator(slider).fill(str(value))
    shown.locator(slider).dispatch_event("change")


def test_years_papers_and_confidence_filter_and_count_what_the_graph_holds(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(html, "#all=1")
    scope, types, relations = set(graph), {"PAPER", *ENTITY_TYPES}, set(RELATIONS) - {"MENTIONS"}
    slide(shown, "#from-year", 2021)
    slide(shown, "#to", 2023)
    assert "2021 to 2023" in shown.inner_text("#years-value")
    assert shown.locator("#histogram .bar").count() == 3
    assert counts(shown) == recount(graph, scope, types, relations, years=(2021, 2023))
    slide(shown, "#least", 3)
    assert counts(shown) == recount(graph, scope, types, relations, years=(2021, 2023), least=3)
    assert "do not pass the filters" in shown.inner_text("#count")
    slide(shown, "#sure", 95)
    assert counts(shown) == recount(graph, scope, types, relations, years=(2021, 2023), least=3, sure=0.95)


def test_the_banner_says_what_is_hidden_until_everything_shows(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(html)
    core = cut(graph).core
    hidden = len(graph) - len(core)
    assert f"of {len(graph)}" in shown.inner_text("#count")
    assert f"Hidden: {hidden} entities that one paper names and none proposes" in shown.inner_text("#count")
    assert "1 more under boxes that are not ticked" in shown.inner_text("#count")
    shown.click("#everything")
    shown.click('label[data-key="MENTIONS"] input')
    assert shown.inner_text("#count").startswith("All 12 papers")
    shown.click("#reset")
    assert f"Hidden: {hidden} entities" in shown.inner_text("#count")


def test_focus_narrows_the_map_and_the_list_shows_the_same(
    open_page: Any, html: str, graph: "nx.MultiDiGraph[str]"
) -> None:
    shown = open_page(html, "#node=trellis")
    shown.click("#focus")
    assert shown.evaluate("location.hash") == "#node=trellis&depth=1"
    assert "Neighbourhood of Trellis" in shown.inner_text("#count")
    shown.click("#tab-list")
    papers = set(graph.pred["trellis"])
    expected = {graph.nodes[n]["label"] for n in {"trellis"} | papers | {e for p in papers for e in graph.adj[p]}}
    assert set(shown.locator("#list .go").all_inner_texts()) == expected
    again = open_page(html, "#node=trellis&focus=1")
    assert "Neighbourhood of Trellis" in again.inner_text("#count")
    shown.click("#reset")
    assert shown.locator("#list .go").count() > len(expected)


def test_a_hidden_thing_is_reached_by_search_and_by_adding_neighbours(open_page: Any, html: str) -> None:
    shown = open_page(html)
    shown.click("#tab-list")
    names = shown.locator("#list .go")
    assert "Spade3" not in names.all_inner_texts()
    search(shown, "spade3")
    assert "Spade3" in names.all_inner_texts()
    search(shown, "Root 4")
    shown.click("#expand")
    assert {"Spade3", "Spade4", "Plot4"} <= set(names.all_inner_texts())


def test_a_click_on_a_line_shows_its_sentence(open_page: Any, corpus: ModuleType) -> None:
    facts = corpus.facts("arxiv:1", "One Paper", "We propose Kohlrabi here.", [("Kohlrabi", "MODEL", "PROPOSES")])
    shown = open_page(page(corpus.graph_of([facts]), title="Two nodes"))
    data = json.loads(shown.inner_text("#data") or shown.evaluate("document.getElementById('data').textContent"))
    frame = shown.locator("#map").bounding_box()
    nodes = data["nodes"]
    assert nodes["id"] == ["arxiv:1", "kohlrabi"]
    # The map is fitted, so that the middle between the two nodes is in the middle of what the bar leaves free.
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    for dy in range(-40, 41, 2):
        shown.mouse.click(x, y + dy)
        if shown.is_visible("#panel") and shown.locator("#detail .statement").count():
            break
    assert shown.inner_text("#detail blockquote") == "We propose Kohlrabi here."
    assert shown.inner_text("#detail mark") == "Kohlrabi"
    assert "Confidence 90 %" in shown.inner_text("#detail")


def test_escape_closes_the_panel(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=trellis")
    shown.keyboard.press("Escape")
    assert not shown.is_visible("#panel")
    assert shown.evaluate("location.hash") == ""


def test_the_keyboard_alone_reads_evidence(open_page: Any, html: str) -> None:
    shown = open_page(html)
    shown.keyboard.press("/")
    shown.keyboard.type("adam")
    shown.keyboard.press("Enter")
    assert heading(shown) == "Adam"
    for _ in range(6):
        shown.keyboard.press("Tab")
        if shown.evaluate("document.activeElement.matches('#detail .entries .go')"):
            break
    label = shown.evaluate("document.activeElement.textContent")
    shown.keyboard.press("Enter")
    assert heading(shown) == label


def test_every_control_has_a_name(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=trellis")
    nameless = shown.evaluate(
        """() => [...document.querySelectorAll('button, input, a, summary')].filter((e) => e.checkVisibility() &&
            !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.[0]?.textContent.trim()))
            .map((e) => e.outerHTML)"""
    )
    assert nameless == []
    assert shown.get_attribute("#count", "aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(open_page: Any, html: str, scheme: str) -> None:
    shown = open_page(html, "#node=trellis", color_scheme=scheme)
    script = """() => { const s = getComputedStyle(document.documentElement);
        return Object.fromEntries(['page', 'map', 'card', 'text', 'quiet', 'accent', 'on-accent', 'mark', 'on-mark']
          .map((n) => [n, s.getPropertyValue('--' + n).trim()])); }"""
    colours = dict(shown.evaluate(script))

    def light(name: str) -> float:
        parts = [int(colours[name][i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    pairs = [(t, g) for t in ("text", "quiet", "accent") for g in ("page", "map", "card")]
    for text, ground in [*pairs, ("on-accent", "accent"), ("on-mark", "mark")]:
        high, low = sorted((light(text), light(ground)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)


def test_a_phone_scrolls_only_down(open_page: Any, html: str) -> None:
    shown = open_page(html, "#node=arxiv%3A2401.00001", viewport={"width": 390, "height": 844}, has_touch=True)
    wide = "document.documentElement.scrollWidth <= innerWidth && document.body.scrollWidth <= innerWidth"
    assert shown.evaluate(wide)
    panel = shown.locator("#panel").bounding_box()
    assert panel["width"] <= 390
    assert panel["y"] + panel["height"] <= 845
    shown.click("#close")
    assert shown.evaluate(wide)
    shown.click("#filters summary")
    assert shown.is_visible('label[data-key="MODEL"] input')
    assert shown.evaluate(wide)


def test_without_scripts_a_table_stands_there(open_page: Any, html: str) -> None:
    shown = open_page(html, java_script_enabled=False)
    assert shown.inner_text("h1 >> nth=0") == "Vegetables"
    assert "12 papers" in shown.inner_text("noscript p, .plain p")
    assert shown.locator(".plain tbody tr").first.inner_text().split("\t") == ["Adam", "method", "8"]
    assert not shown.is_visible("#app")


def test_hostile_texts_are_shown_and_never_run(
    open_page: Any, hostile_graph: "nx.MultiDiGraph[str]", corpus: ModuleType
) -> None:
    shown = open_page(page(hostile_graph, title=corpus.HOSTILE[0]))
    assert shown.title() == corpus.HOSTILE[0]
    data = json.loads(shown.evaluate("document.getElementById('data').textContent"))
    for node, label in zip(data["nodes"]["id"], data["nodes"]["label"], strict=True):
        shown.evaluate("(id) => { location.hash = '#node=' + encodeURIComponent(id); }", node)
        shown.wait_for_function("(text) => document.querySelector('#detail h2')?.textContent === text", arg=label)
        assert shown.locator("#detail img, #detail script, #detail iframe, #detail svg[onload]").count() == 0
        assert all(re.match("https://arxiv.org/abs/2406", a) for a in links(shown))
    for text in corpus.HOSTILE:
        shown.fill("input[type=search]", text)
    shown.click("#tab-list")
    assert shown.locator("#list img, #list script").count() == 0
    assert shown.evaluate("window.hacked") is None
    handlers = "[...document.querySelectorAll('*')].some((e) => [...e.attributes].some((a) => a.name.startsWith('on')))"
    assert not shown.evaluate(handlers)


def links(shown: Any) -> list[str]:
    return list(shown.evaluate("[...document.querySelectorAll('a')].map((a) => a.href)"))


def test_the_policy_stops_what_gets_in(open_page: Any, html: str) -> None:
    shown = open_page(html)
    shown.evaluate("addEventListener('securitypolicyviolation', (e) => { window.stopped = e.effectiveDirective; })")
    blocked = shown.evaluate(
        """() => new Promise((done) => {
            const s = document.createElement('script');
            s.textContent = 'window.hacked = 1';
            document.body.append(s); setTimeout(() => done([window.hacked ?? null, window.stopped]), 50); })"""
    )
    assert blocked == [None, "script-src-elem"]
    assert "Content Security Policy" in open_page.noise.pop()


def test_a_page_about_one_thing_opens_with_it(open_page: Any, graph: "nx.MultiDiGraph[str]") -> None:
    shown = open_page(page(graph, title="About Trellis", focus="trellis"))
    assert heading(shown) == "Trellis"
    assert "Neighbourhood of Trellis" in shown.inner_text("#count")
    assert f"of {len(graph)}" in shown.inner_text("#count")


def test_a_cut_page_says_so(open_page: Any, graph: "nx.MultiDiGraph[str]") -> None:
    shown = open_page(page(graph, title="Cut", max_nodes=10))
    assert f"carries 10 of {len(graph)}" in shown.inner_text("#count")
    search(shown, "adam")
    assert "more papers not carried by this page" in shown.inner_text("#detail")


def test_an_empty_graph_opens(open_page: Any) -> None:
    assert "0 papers" in open_page(page(nx.MultiDiGraph(), title="Empty")).inner_text("#count")
