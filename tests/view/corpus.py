"""A small corpus in our own words, as facts lines; also run by itself, to write its page in a process of its own."""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import networkx as nx

from kg.facts import Facts, facts_from_json
from kg.graph import load
from kg.resolve import edges_of, introduced_by, observe, resolve, results_of
from kg.schema import BASE_IRI
from kg.store import Store, write_graph
from kg.view import page

Named = tuple[str, str, str]  # names joined by "|", type, relation


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand."""
    ends = [m.end() for m in re.finditer(r"\.(?= |$)", text)] or [len(text)]
    starts = [0, *(e + 1 for e in ends[:-1])]
    return list(zip(starts, ends, strict=True))


def facts(
    paper: str, title: str, abstract: str, named: list[Named], results: list[dict[str, Any]] | None = None, **rest: Any
) -> Facts:
    """Facts of a paper: every occurrence of a name is a mention, the sentence of the first one is the evidence."""
    entities = []
    for names, kind, relation in named:
        spans = [
            {"field": field, "start": m.start(), "end": m.end()}
            for field, text in (("title", title), ("abstract", abstract))
            for m in re.finditer("|".join(re.escape(n) for n in sorted(names.split("|"), key=len, reverse=True)), text)
        ]
        first = min((s for s in spans if s["field"] == "abstract"), key=lambda s: s["start"])
        start, end = next(s for s in sentences(abstract) if s[0] <= first["start"] < s[1])
        evidence = [{"field": "abstract", "start": start, "end": end}]
        entities.append(
            {"label": names.split("|")[0], "names": names.split("|"), "type": kind, "relation": relation}
            | {"confidence": 0.9, "mentions": spans, "evidence": evidence}
        )
    for result in results or []:
        at = abstract.index(result["value"])
        start, end = next(s for s in sentences(abstract) if s[0] <= at < s[1])
        result["evidence"] = {"field": "abstract", "start": start, "end": end}
    record = {"kg": "facts/1", "id": paper, "title": title, "abstract": abstract, "entities": entities}
    found, faults = facts_from_json(record | {"results": results or []} | rest)
    assert not faults
    return found


def store_of(corpus: list[Facts], path: Path) -> None:
    """Write the store of a corpus."""
    corpus = sorted(corpus, key=lambda f: f.paper.id)
    resolution = resolve(o for f in corpus for o in observe(f))
    edges = [(f.paper, e) for f in corpus for e in edges_of(f, resolution)]
    write_graph(
        path,
        (f.paper for f in corpus),
        resolution.entities(introduced_by(edges)),
        (e for _, e in edges),
        (r for f in corpus for r in results_of(f, resolution)),
        resolution.reasons(),
        resolution.redirects(),
        {"base_iri": BASE_IRI, "kg": "test", "fingerprint": "test"},
    )


def graph_of(corpus: list[Facts]) -> "nx.MultiDiGraph[str]":
    """The graph of a corpus, by way of a store."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "graph.db"
        store_of(corpus, path)
        with Store(path) as store:
            return load(store)


def small() -> list[Facts]:
    """Twelve papers: things shared, proposed and alone, mentions, a result, characters beyond the BMP."""
    trellis = ("Trellis", "BENCHMARK", "EVALUATES_ON")
    corpus = [
        facts(
            "arxiv:2401.00001",
            "Parsnip: A Small Encoder",
            "We present Parsnip, with masked language modeling. 🥕 On Trellis, Parsnip reaches an accuracy of 91.5%. "
            "It beats Carrot by a little.",
            [
                ("Parsnip", "MODEL", "PROPOSES"),
                ("masked language modeling", "TASK", "ADDRESSES"),
                trellis,
                ("accuracy", "METRIC", "REPORTS"),
                ("Carrot", "MODEL", "COMPARES_WITH"),
            ],
            [
                {
                    "system": "Parsnip",
                    "on": "Trellis",
                    "metric": "accuracy",
                    "value": "91.5%",
                    "number": "91.5",
                    "unit": "percent",
                    "kind": "absolute",
                }
            ],
            year=2024,
            authors=["Ada Example", "Bo Sample"],
        ),
        facts(
            "acl:2023.test-1.2",
            "Turnip and 𝛽-Divergence",
            "Turnip trains with 𝛽-𝛾-divergence 𝔸 and the Adam optimizer. We test it on Trellis and report accuracy.",
            [
                ("Turnip", "METHOD", "PROPOSES"),
                ("𝛽-𝛾-divergence", "METHOD", "USES"),
                ("Adam", "METHOD", "USES"),
                trellis,
                ("accuracy", "METRIC", "REPORTS"),
            ],
            year=2023,
        ),
        facts(
            "hf:2402.00003",
            "Größe zählt: 模型的大小",
            "日本語 models such as Rübe are built on Carrot. Rübe is made for question answering.",
            [("Rübe", "MODEL", "PROPOSES"), ("Carrot", "MODEL", "USES"), ("question answering", "TASK", "ADDRESSES")],
            year=2024,
        ),
        facts(
            "doi:10.1/x",
            "A Survey Without a System",
            "Earlier work on question answering knew Leek-2 only.",
            [("question answering", "TASK", "ADDRESSES"), ("Leek-2", "MODEL", "MENTIONS")],
        ),
        facts(
            "sha:0123456789abcdef",
            "Nothing Named",
            "This paper names nothing at all.",
            [],
            url="https://example.org/evil",
        ),
    ]
    return corpus + [_root(n) for n in range(7)]


def _root(n: int) -> Facts:
    """One of a row of papers that share an optimizer and a thing that they only mention."""
    return facts(
        f"arxiv:2405.0000{n}",
        f"Root {n}: One More Vegetable",
        f"Root{n} is trained with the Adam optimizer on Plot{n}. The tool Spade{n} helped, Leek-2 did not.",
        [
            (f"Root{n}", "MODEL", "PROPOSES"),
            ("Adam", "METHOD", "USES"),
            (f"Plot{n}", "DATASET", "EVALUATES_ON"),
            (f"Spade{n}", "METHOD", "USES"),
            ("Leek-2", "MODEL", "MENTIONS"),
        ],
        year=2020 + n % 4,
        url=f"https://arxiv.org/abs/2405.0000{n}v2",
    )


def many(papers: int = 400) -> list[Facts]:
    """Papers of twelve fields, each with its own things; some name a thing of the next field."""
    corpus = []
    for n in range(papers):
        field, step = n % 12, n // 12
        own = [f"Crop{field}x{(step * k * k) % (4 + 3 * k)}" for k in range(1, 5)]
        away = f"Crop{(field + 1) % 12}x0"
        names = list(dict.fromkeys([*own, away] if n % 5 == 0 else own))
        kinds = ("DATASET", "METHOD", "TASK", "MODEL", "METHOD")
        named = [(name, kind, "USES") for name, kind in zip(names, kinds, strict=False)]
        text = " ".join(f"Here {name} grows well." for name in names)
        corpus.append(facts(f"arxiv:2407.{n:05}", f"Harvest {n}", text, named, year=2015 + n % 9))
    return corpus


#: Texts that would run, or break the page, if any of them were taken as markup, script or address.
HOSTILE = (
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg/onload=window.hacked=1>",
    "\"><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "javascript:window.hacked=1",
    '<a href="javascript:window.hacked=1">href</a>',
    "{{ 7 * 7 }} {% raw %} ${window.hacked=1}",
    "<!-- --><!--<script>",
    "]]></style><style>*{display:none}</style>",
    "line\u2028separator\u2029paragraph",
    "\u202egnp.exe\u202c rtl",
    "\\u003cscript\\u003ewindow.hacked=1",
    "__proto__",
    "constructor",
)


def hostile() -> list[Facts]:
    """A paper and two entities for each hostile text, which stands in title, abstract and name."""
    return [
        facts(
            f"arxiv:2406.{n:05}",
            f"Title {text} end",
            f"We like {text} and Shared things. More of {text} follows.",
            [(text, "METHOD", "PROPOSES"), ("Shared", "DATASET", "EVALUATES_ON")],
            url="javascript:window.hacked=1" if n % 2 else 'https://arxiv.org/abs/1" onclick="window.hacked=1',
            venue=text,
            authors=[text],
        )
        for n, text in enumerate(HOSTILE)
    ]


def payloads(number: int = 500) -> list[str]:
    """Texts that would run, each another: ways to start markup, handlers, and what may close around them."""
    run = ("window.hacked=1", "self['hacked']=1", "top.hacked=1", "eval('hacked=1')", "parent.window.hacked=1")
    shapes = [
        f"{before}<{tag} {handler}={quote}{{run}}{quote}{end}"
        for before in ("", '">', "'>", "</title>", "</textarea>", "</script>", "-->", "]]>")
        for tag, handler in (
            ("img src=x", "onerror"),
            ("svg", "onload"),
            ("input autofocus", "onfocus"),
            ("a", "onclick"),
        )
        for quote, end in (("", ">"), ('"', " />"), ("'", "//"))
    ]
    shapes += [
        "<script>{run}</script>",
        "javascript:{run}",
        "data:text/html,<script>{run}</script>",
        "<style>@import 'javascript:{run}'",
    ]
    found = [shape.format(run=code) for code in run for shape in shapes]
    return found[:number]


def assault() -> list[Facts]:
    """The payloads as titles, names, sentences, venues and authors, five to a paper."""
    texts = payloads()
    groups = [texts[n : n + 5] for n in range(0, len(texts), 5)]
    return [
        facts(
            f"arxiv:2408.{n:05}",
            f"{group[0]} {n}",
            " ".join(f"We like {text} here." for text in group),
            [(text, "METHOD", "PROPOSES") for text in group],
            url=group[1],
            venue=group[2],
            authors=[group[3]],
            year=2024,
        )
        for n, group in enumerate(groups)
    ]


if __name__ == "__main__":
    made = many() if sys.argv[1:] == ["many"] else small()
    sys.stdout.buffer.write(page(graph_of(made), title="Größe — 模型").encode("utf-8"))
