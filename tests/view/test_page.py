import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import networkx as nx

from kg.view import page
from kg.view.page import content_hash, safe_json

CORPUS = Path(__file__).with_name("corpus.py")


class Elements(HTMLParser):
    """The elements of a page with their attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}, []))

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][2].append(data)

    def all(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, "".join(text)) for name, attributes, text in self.found if name == tag]


def test_the_policy_allows_exactly_the_scripts_and_the_style_of_the_page(html: str) -> None:
    elements = Elements(html)
    (policy,) = [a["content"] for a, _ in elements.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in str(policy).split("; "))
    scripts = [text for a, text in elements.all("script") if a.get("type") != "application/json"]
    assert rules["script-src"].split() == [content_hash(s) for s in scripts]
    assert rules["style-src"] == content_hash(elements.all("style")[0][1])
    for name in ("default-src", "connect-src", "base-uri", "form-action"):
        assert rules[name] == "'none'"


def test_no_element_loads_anything_and_none_has_a_handler(html: str, hostile_graph: "nx.MultiDiGraph[str]") -> None:
    for text in (html, page(hostile_graph, title="</title><script>window.hacked=1</script>")):
        for tag, attributes, _ in Elements(text).found:
            assert tag not in {"link", "iframe", "img", "object", "embed", "base"}
            assert not any(name in {"src", "href", "style"} or name.startswith("on") for name in attributes)
        assert len(Elements(text).all("script")) == 13


def test_the_title_is_text(graph: "nx.MultiDiGraph[str]") -> None:
    text = page(graph, title="<b>&amp; 'quoted' \"title\"")
    assert Elements(text).all("title")[0][1] == "<b>&amp; 'quoted' \"title\""


def test_json_cannot_end_its_script_and_reads_back() -> None:
    value = {"</script><!--": "<img> & \u2028\u2029 \U0001f955 \\u003c"}
    text = safe_json(value)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value


def test_the_table_without_scripts_lists_the_entities_of_most_papers(html: str) -> None:
    plain = re.findall(r"<tr><td><bdi>(.+?)</bdi></td><td>(\w+)</td><td class=\"number\">(\d+)</td></tr>", html)
    assert plain[0] == ("Adam", "method", "8")
    assert [int(n) for *_, n in plain] == sorted((int(n) for *_, n in plain), reverse=True)
    assert len(plain) <= 50


def test_a_small_page_is_small(html: str) -> None:
    assert len(html.encode()) < 700_000


def written(*arguments: str, **environment: str) -> bytes:
    """The page of a corpus, made by a process of its own."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "VIRTUAL_ENV"}}
    command = [sys.executable, str(CORPUS), *arguments]
    return subprocess.run(command, env=kept | environment, capture_output=True, check=True).stdout


def test_bytes_of_a_large_corpus_do_not_depend_on_the_hash_seed() -> None:
    assert written("many", PYTHONHASHSEED="1") == written("many", PYTHONHASHSEED="4242")


def test_bytes_do_not_depend_on_the_hash_seed_nor_on_the_locale() -> None:
    first = written(PYTHONHASHSEED="1")
    assert written(PYTHONHASHSEED="4242", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0") == first
    text = first.decode("utf-8")
    assert all(word in text for word in ("Größe — 模型", "Rübe", "日本語", "🥕", "𝛽-𝛾-divergence"))


def test_what_the_page_leaves_out_is_counted(graph: "nx.MultiDiGraph[str]") -> None:
    data: dict[str, Any] = json.loads(Elements(page(graph, title="T", max_nodes=10)).all("script")[0][1])
    assert data["meta"]["whole"] is False
    assert len(data["nodes"]["id"]) == 10
    assert data["meta"]["counts"] == {"papers": 12, "entities": len(graph) - 12, "edges": graph.number_of_edges()}


def test_an_empty_graph_has_a_page() -> None:
    assert "0 papers, 0 entities" in page(nx.MultiDiGraph(), title="Empty")
