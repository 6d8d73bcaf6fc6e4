"""A default pyvis page of a graph against ours: `python benchmarks/view.py [--nodes 500 1500] [-o FILE.json]`.

For each number of visible nodes a made-up graph of papers and things (three edges per node, heavy tail, seeded) is
written twice: with `pyvis.Network().write_html`, as its documentation shows, and with `kg.view.page`. Both are opened
from disk in headless Chromium. Measured are

- requests other than the file itself. pyvis asks CDNs for vis-network and Bootstrap, and without them shows nothing;
  so that it can start here at all, vis-network is answered from the installed pyvis package, at no cost to it, the rest
  is empty, and the checksums of what the CDNs would send are taken out of its page;
- time to usable: pyvis until its loading bar is gone (its simulation stands still), ours until `data-ready` is set, and
  in both until two more frames were drawn;
- redraw: how long a frame's callbacks keep the main thread while the wheel zooms and the mouse pans, 95th percentile;
- size of the file.

Times are of this machine; the ratios are what counts. Needs Chromium and the extra `dev`.
"""

import argparse
import json
import os
import random
import re
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx

from kg.facts import Span
from kg.schema import ENTITY_TYPES
from kg.view import page as our_page

SEED = 11
PAPERS = 150  #: the most that our page shows as nodes
WORDS = ("graph", "sparse", "neural", "open", "robust", "deep", "masked", "linear", "joint", "cross")
LIMIT_S = 300  #: for a page to become usable

#: Notes how long the callbacks of each frame take.
FRAMES = """(() => { const real = window.requestAnimationFrame.bind(window); window.spent = [];
  window.requestAnimationFrame = (f) => real((t) => {
    const start = performance.now(); f(t); window.spent.push([t, performance.now() - start]); }); })()"""
USABLE = {
    "pyvis": """(() => { const bar = document.getElementById('loadingBar');
        return typeof network !== 'undefined' && network && (!bar || bar.style.display === 'none'); })()""",
    "kg": "document.documentElement.dataset.ready === '1'",
}


def graph_of(nodes: int) -> "nx.MultiDiGraph[str]":
    """A made-up graph with so many nodes and three times as many edges."""
    chance = random.Random(SEED)  # noqa: S311 - a seeded graph
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    papers = [f"arxiv:2401.{n:05}" for n in range(PAPERS)]
    things = [f"thing-{n}" for n in range(nodes - PAPERS)]
    for paper in papers:
        title = " ".join(chance.choice(WORDS) for _ in range(7)).capitalize()
        rest = {"year": chance.randint(2015, 2025), "date": "", "authors": (), "url": "", "venue": "", "results": ()}
        graph.add_node(paper, kind="paper", label=title, abstract=f"We study {title}.", categories=(), **rest)
    for n, thing in enumerate(things):
        label = f"{chance.choice(WORDS)} {chance.choice(WORDS)} {n}"
        kind = chance.choice(list(ENTITY_TYPES))
        graph.add_node(thing, kind="entity", label=label, type=kind, names=(label,), papers=0)
    span = (Span("abstract", 0, 8),)
    while graph.number_of_edges() < 3 * nodes:
        at = graph.number_of_edges()
        thing = things[at] if at < len(things) else things[int(len(things) * chance.random() ** 3)]
        paper = papers[chance.randrange(PAPERS)]
        if not graph.has_edge(paper, thing):
            graph.add_edge(paper, thing, key="USES", relation="USES", confidence=0.9, mentions=span, evidence=span)
            graph.nodes[thing]["papers"] += 1
    return graph


def write_pyvis(graph: "nx.MultiDiGraph[str]", path: Path) -> None:
    """As the documentation of pyvis shows it, all options as they are."""
    from pyvis.network import Network

    network = Network()
    for node, data in graph.nodes(data=True):
        network.add_node(node, label=data["label"], title=data["label"])
    for paper, thing in graph.edges():
        network.add_edge(paper, thing, title="uses")
    here = Path.cwd()
    os.chdir(path.parent)  # it copies a folder `lib` beside the page
    try:
        network.write_html(path.name)
    finally:
        os.chdir(here)
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'integrity="[^"]*"', "", text), encoding="utf-8")


def answer(route: Any) -> None:
    """Files from disk as they are; of a CDN, vis-network from the pyvis package and nothing else."""
    import pyvis

    url = route.request.url
    if url.startswith("file:"):
        route.continue_()
    elif "vis-network" in url:
        name = "vis-network.min.js" if url.endswith(".js") else "vis-network.css"
        route.fulfill(path=Path(pyvis.__file__).parent / "templates" / "lib" / "vis-9.1.2" / name)
    else:
        route.fulfill(body="", content_type="text/javascript" if url.endswith(".js") else "text/css")


def percentile(values: list[float], share: float) -> float:
    """A value that this share of the values does not pass."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def redraws(shown: Any) -> list[float]:
    """Milliseconds of each frame while the wheel zooms in and out and the mouse pans."""
    shown.evaluate("window.spent.length = 0")
    shown.mouse.move(700, 450)
    for n in range(24):
        shown.mouse.wheel(0, -60 if n % 4 < 2 else 60)
        shown.wait_for_timeout(40)
    shown.mouse.move(650, 640)
    shown.mouse.down()
    for n in range(24):
        shown.mouse.move(650 + 6 * n, 640 - 5 * n)
        shown.wait_for_timeout(40)
    shown.mouse.up()
    frames: dict[float, float] = {}
    for at, spent in shown.evaluate("window.spent"):
        frames[at] = frames.get(at, 0) + spent
    return [ms for ms in frames.values() if ms > 0.5]


def measure(browser: Any, name: str, path: Path, fragment: str = "") -> dict[str, Any]:
    """Open a page and measure it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    shown = context.new_page()
    requests: list[str] = []
    shown.on("request", lambda r: requests.append(r.url))
    shown.route("**/*", answer)
    shown.add_init_script(FRAMES)
    started = time.perf_counter()
    shown.goto(path.as_uri() + fragment, timeout=LIMIT_S * 1000)
    shown.wait_for_function(USABLE[name], timeout=LIMIT_S * 1000)
    shown.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    usable = time.perf_counter() - started
    found = {
        "requests": sum(not u.startswith(path.as_uri()) and not u.startswith(("data:", "blob:")) for u in requests),
        "usable_s": round(usable, 2),
        "redraw_p95_ms": round(percentile(redraws(shown), 0.95), 1),
        "file_kib": path.stat().st_size // 1024,
    }
    if name == "kg":
        found |= actions(shown)
    context.close()
    return found


def actions(shown: Any) -> dict[str, float]:
    """What a reader waits for on our page, in milliseconds of the main thread, the median of some."""
    script = """async () => { const { nodes } = JSON.parse(document.getElementById('data').textContent);
        const field = document.querySelector('input[type=search]'), times = { keystroke: [], panel: [], path: [] };
        const go = async (hash) => { const told = new Promise((d) => addEventListener('hashchange', d, { once: true }));
            location.hash = hash; const start = performance.now(); await told; return performance.now() - start; };
        for (let n = 0; n < 15; n += 1) {
            const [a, b] = [nodes.id[(n * 37) % nodes.id.length], nodes.id.at(-1 - n)].map(encodeURIComponent);
            field.value = nodes.label[n].slice(0, 3 + (n % 5));
            const start = performance.now();
            field.dispatchEvent(new Event('input'));
            times.keystroke.push(performance.now() - start);
            times.panel.push(await go('#node=' + a));
            times.path.push(await go('#path=' + a + '..' + b));
        }
        return times; }"""
    return {f"{k}_ms": round(percentile(v, 0.5), 1) for k, v in shown.evaluate(script).items()}


def compare(browser: Any, nodes: int, folder: Path) -> dict[str, Any]:
    """Both pages of one graph and their ratios."""
    graph = graph_of(nodes)
    theirs, ours = folder / f"pyvis{nodes}.html", folder / f"kg{nodes}.html"
    write_pyvis(graph, theirs)
    ours.write_text(our_page(graph, title="Benchmark"), encoding="utf-8")
    kg = measure(browser, "kg", ours, "#all=1")
    pyvis = measure(browser, "pyvis", theirs)
    ratios = {
        k: round(pyvis[k] / kg[k], 2) for k in ("usable_s", "redraw_p95_ms", "file_kib")
    }  # above 1: ours is better
    return {"nodes": nodes, "edges": graph.number_of_edges(), "pyvis": pyvis, "kg": kg, "pyvis_to_kg": ratios}


def main() -> None:
    """Measure and print a JSON object per number of nodes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--nodes", type=int, nargs="+", default=[500, 1500], help="visible nodes")
    parser.add_argument("-o", "--output", type=Path, help="file to write, JSON")
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("chromium is missing: apt-get install -y chromium")
    rows = []
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for nodes in arguments.nodes:
            rows.append(compare(browser, nodes, Path(folder)))
            print(json.dumps(rows[-1]), flush=True)  # noqa: T201
        browser.close()
    if arguments.output:
        arguments.output.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
