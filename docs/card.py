"""Fills the tables of the model card from JSON, so that no figure is copied by hand.

    python docs/card.py            rewrite docs/model-card.md
    python docs/card.py --check    change nothing; exit code 1 if anything would change

What stands between `<!-- generated: NAME -->` and `<!-- end -->` comes from kg/model/meta.json (made, figures) and from
docs/ablation.json (curve, ablation, peers), which is measured now and then:

    {"learning_curve": [{"papers": 500, "mentions": 0.5, "main": 0.5, "entities": 0.5}, ...],
     "ablation": [{"part": "without the vectors", "mentions": 0.7, "change": -0.02, "held_out": 0.7}, ...],
     "peers": [{"name": "kg", "precision": 0.8, "recall": 0.7, "f1": 0.75}, ...]}

The peers are those of `benchmarks/accuracy.py --json`. A part that is not there leaves its place empty.
`docs/reference.py` calls these functions too.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from kg.evaluation import MEASURES, Agreement

ROOT = Path(__file__).resolve().parents[1]
CARD = ROOT / "docs" / "model-card.md"
MODEL = ROOT / "kg" / "model"
MEASURED = ROOT / "docs" / "ablation.json"

#: Columns of the tables that are measured apart: member of a row -> heading.
CURVE = {"papers": "labelled papers", "mentions": "mentions", "main": "mentions, 4 main types", "entities": "entities"}
ABLATION = {"part": "part", "mentions": "mentions", "change": "change", "held_out": "on held-out papers"}
PEERS = {
    "name": "",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "main_f1": "F1, 4 main types",
    "speed": "papers per CPU second, kg being 1",
}

_GENERATED = re.compile(r"(<!-- generated: ([a-z]+) -->\n).*?(<!-- end -->)", re.S)


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    columns = list(header)
    return "".join(f"| {' | '.join(row)} |\n" for row in [columns, ["---"] * len(columns), *rows])


def measures(scores: Mapping[str, Any]) -> str:
    """The scores on dev. A model that was scored without intervals has an empty column."""
    rows = []
    for key, name in MEASURES.items():
        value: Any = scores
        for part in key.split("."):
            value = value[part]
        interval = scores.get("measures", {}).get(key, {})
        known = interval.get("low") is not None
        rows.append([name, *_cells(value), f"{interval['low']:.3f} to {interval['high']:.3f}" if known else ""])
    return table(("measure", "labelled", "precision", "recall", "F1 or share", "95% interval"), rows)


def _cells(value: Any) -> list[str]:
    """How many are labelled, precision and recall where a measure has them, and its one number."""
    if not isinstance(value, Mapping):
        return ["", "", "", _number(value)]
    found = Agreement(value["right"], value["wrong"], value["missed"])  # anew: what was rounded is not rounded again
    shares = (found.precision, found.recall, found.f1)
    return [f"{found.right + found.missed:,}", *map(_number, shares)]


def _number(value: Any) -> str:
    """A number as the tables show it."""
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else f"{value:,}"


def made(meta: Mapping[str, Any], size: int) -> str:
    """What a model was made from, and with which settings."""
    papers = meta["papers"]
    rows = [
        ["labelled papers to learn from", _number(papers["train"])],
        ["labelled papers kept for the confidence", _number(papers["held_out"])],
        ["labelled papers to score on", _number(meta.get("scores", {}).get("papers"))],
        *([name.replace("_", " "), _setting(value)] for name, value in _flat(meta["settings"])),
        *([f"version of {name}", value] for name, value in meta["versions"].items()),
        ["size of the folder", f"{size / 1e6:.0f} MB"],
    ]
    return table(("made with", ""), rows)


def _flat(settings: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """Settings and those inside of them, by one name."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}: {inner}", inside) for inner, inside in value.items())
        else:
            yield name, value


def _setting(value: Any) -> str:
    """A setting as the table shows it."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def columns(rows: Iterable[Mapping[str, Any]], known: Mapping[str, str]) -> str:
    """A table of rows of JSON: those of the known columns that any row has. Changes carry their sign."""
    given = list(rows)
    keys = [key for key in known if any(key in row for row in given)]

    def cell(row: Mapping[str, Any], key: str) -> str:
        value = row.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        if key == "speed":
            return f"{value:g}"
        return f"{value:+.3f}" if key == "change" else _number(value)

    return table([known[key] for key in keys], ([cell(row, key) for key in keys] for row in given))


def _meta() -> dict[str, Any]:
    """What is known of the shipped model."""
    meta: dict[str, Any] = json.loads((MODEL / "meta.json").read_text(encoding="utf-8"))
    return meta


def _measured(part: str, title: str, known: Mapping[str, str]) -> str:
    """A table of docs/ablation.json under its heading; nothing where that was not measured."""
    if not MEASURED.exists():
        return ""
    rows = json.loads(MEASURED.read_text(encoding="utf-8")).get(part)
    return f"### {title}\n\n{columns(rows, known)}" if rows else ""


def _made() -> str:
    """The shipped model; meta.json does not count into its size, as it holds the scores."""
    sizes = (path.stat().st_size for path in MODEL.rglob("*") if path.is_file() and path.name != "meta.json")
    return made(_meta(), sum(sizes))


TABLES: dict[str, Callable[[], str]] = {
    "made": _made,
    "figures": lambda: measures(_meta()["scores"]),
    "curve": lambda: _measured("learning_curve", "F1 by the number of labelled papers", CURVE),
    "ablation": lambda: _measured("ablation", "F1 of mentions without a part", ABLATION),
    "peers": lambda: _measured("peers", "Mentions without their types, beside other ways to find names", PEERS),
}


def filled(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """A document with its generated parts as they should be."""
    return _GENERATED.sub(lambda m: f"{m[1]}{tables[m[2]]()}{m[3]}", text)


def main(arguments: list[str]) -> int:
    """Rewrite the card, or with `--check` say whether it would change."""
    if arguments not in ([], ["--check"]):
        raise SystemExit(__doc__)
    old = CARD.read_text(encoding="utf-8")
    new = filled(old, TABLES)
    if not arguments:
        CARD.write_text(new, encoding="utf-8", newline="\n")
    elif new != old:
        sys.stdout.write("docs/model-card.md is behind the model: python docs/card.py\n")
    return int(bool(arguments) and new != old)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
