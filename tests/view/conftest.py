"""Graphs, a browser that is watched, and tools that may be missing (never where KG_REQUIRE_ALL=1)."""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import pytest

from kg.view import page

Opener = Callable[..., Any]


@pytest.fixture(scope="session")
def corpus() -> ModuleType:
    """`corpus.py` beside this file."""
    spec = importlib.util.spec_from_file_location("view_corpus", Path(__file__).with_name("corpus.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def graph(corpus: ModuleType) -> "nx.MultiDiGraph[str]":
    """The small corpus."""
    found: nx.MultiDiGraph[str] = corpus.graph_of(corpus.small())
    return found


@pytest.fixture(scope="session")
def hostile_graph(corpus: ModuleType) -> "nx.MultiDiGraph[str]":
    """The hostile corpus."""
    found: nx.MultiDiGraph[str] = corpus.graph_of(corpus.hostile())
    return found


@pytest.fixture(scope="session")
def large(corpus: ModuleType) -> "nx.MultiDiGraph[str]":
    """So many papers that the map links things in their place."""
    found: nx.MultiDiGraph[str] = corpus.graph_of(corpus.many())
    return found


@pytest.fixture(scope="session")
def html(graph: "nx.MultiDiGraph[str]") -> str:
    """The page of the small corpus."""
    return page(graph, title="Vegetables")


def _tool(*names: str) -> str:
    """The path of a tool; its test is skipped where it is missing, and fails where nothing may be."""
    for name in names:
        if found := shutil.which(name):
            return found
    if os.environ.get("KG_REQUIRE_ALL") == "1":
        pytest.fail(f"{names[0]} is missing and KG_REQUIRE_ALL=1")
    pytest.skip(f"{names[0]} is missing")


@pytest.fixture(scope="session")
def node_tool() -> str:
    """Node, for the tests of the page's pure functions."""
    return _tool("node", "nodejs")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for all tests."""
    path = _tool("chromium", "chromium-browser", "google-chrome")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Opener]:
    """Opens a page from disk, network off; afterwards no request was made and the console is clean."""
    contexts, requests, noise = [], [], []

    def open_(text: str, fragment: str = "", **options: Any) -> Any:
        file = tmp_path / "graph.html"
        file.write_text(text, encoding="utf-8", newline="\n")
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
        )
        context.set_offline(True)
        contexts.append(context)
        opened = context.new_page()
        opened.set_default_timeout(10_000)
        opened.on("request", lambda r: requests.append(r.url))
        opened.on("console", lambda m: noise.append(m.text))
        opened.on("pageerror", lambda e: noise.append(str(e)))
        opened.on("dialog", lambda d: (noise.append(d.message), d.dismiss()))
        opened.goto(file.as_uri() + fragment)
        if options.get("java_script_enabled", True):
            opened.wait_for_selector('html[data-ready="1"]')
        return opened

    open_.noise = noise  # type: ignore[attr-defined]
    yield open_
    for context in contexts:
        context.close()
    assert [u for u in requests if not u.startswith(("data:", "blob:", tmp_path.as_uri()))] == []
    assert {u.split("#")[0] for u in requests if u.startswith("file:")} <= {(tmp_path / "graph.html").as_uri()}
    assert noise == []
