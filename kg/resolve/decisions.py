"""Corrections of people: decisions.toml, checked as a whole and replayed on every build.

    [[alias]]
    names = ["RLHF", "reinforcement learning from human feedback"]

    [[distinct]]
    names = ["SL", "sequence labeling"]

    [[retype]]
    name = "MATH"
    type = "BENCHMARK"

    [[rename]]
    name = "bert"
    label = "BERT"

    [[drop]]
    name = "SOTA"

A name is any spelling, or an id. Each table may say `why`. The order of the tables does not matter.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.errors import DataError, UsageError
from kg.resolve.forms import canonical
from kg.resolve.observations import key_of
from kg.schema import entity_type

KINDS = ("alias", "distinct", "retype", "rename", "drop")
_MEMBERS = {
    "alias": {"names"},
    "distinct": {"names"},
    "retype": {"name", "type"},
    "rename": {"name", "label"},
    "drop": {"name"},
}


@dataclass(frozen=True, slots=True)
class Decision:
    """One table of the file: its kind, the names that it is about, its value (type or label), and its line."""

    kind: str
    names: tuple[str, ...]
    value: str = ""
    why: str = ""
    line: int = 0


@dataclass(frozen=True)
class Decisions:
    """All decisions, ready to be asked."""

    all: tuple[Decision, ...] = ()
    _alias: dict[str, str] = field(default_factory=dict)  #: canonical form -> the form that stands for it
    _pins: dict[str, str] = field(default_factory=dict)  #: name kept out of its canonical form -> its own form
    _apart: frozenset[tuple[str, str]] = frozenset()  #: pairs of forms that are two things
    _types: dict[str, str] = field(default_factory=dict)
    _labels: dict[str, str] = field(default_factory=dict)
    _drops: frozenset[str] = frozenset()

    def form(self, name: str) -> str:
        """The canonical form of a name, as decided."""
        if self._pins and (pin := self._pins.get(name) or self._pins.get(key_of(name))):
            return pin
        form = canonical(name)
        return self._alias.get(form, form)

    def decided(self, name: str) -> bool:
        """Whether a person said what a name is one with; then no evidence is asked."""
        return bool(self._alias) and canonical(name) in self._alias

    def apart(self, name: str, form: str) -> bool:
        """Whether a person said that a name is not the thing of a canonical form."""
        return bool(self._apart) and (self.form(name), form) in self._apart

    def type(self, form: str) -> str:
        """The type that was decided for a form, or ""."""
        return self._types.get(form, "")

    def label(self, form: str) -> str:
        """The label that was decided for a form, or ""."""
        return self._labels.get(form, "")

    def pinned(self, form: str) -> str:
        """The key of a form that was made by keeping a name apart, or ""."""
        return form.removeprefix("=") if form.startswith("=") else ""

    def drops(self, names: tuple[str, ...]) -> bool:
        """Whether an entity was said to be none."""
        return bool(self._drops) and self.form(names[0]) in self._drops

    def why(self, name: str) -> str:
        """What was decided of a name, in words; "" if nothing was."""
        form = self.form(name)
        for d in self.all:
            if d.kind == "alias" and form in {self.form(n) for n in d.names}:
                return f"line {d.line} of decisions.toml: {' = '.join(d.names)}" + (f" ({d.why})" if d.why else "")
        return ""

    def unmatched(self, known: set[str]) -> Iterator[Decision]:
        """Decisions about names that are not in the graph; `known` are the canonical forms of all names."""
        for d in self.all:
            if not all(self.form(n) in known for n in d.names):
                yield d


NONE = Decisions()


def _fault(path: Path, line: int, what: str) -> DataError:
    return DataError(what, where=f"{path}:{line}", hint="mend it; nothing was applied")


def read(path: Path) -> Decisions:
    """Read and check a file. Raises DataError with line and reason at the first fault; then nothing is applied."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise _fault(path, 1, f"not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise _fault(path, int(line[1]) if line else 1, f"not TOML ({error})") from error
    lines = {kind: [n for n, row in enumerate(text.split("\n"), 1) if _header(row) == kind] for kind in KINDS}
    if unknown := sorted(set(data) - set(KINDS)):
        raise _fault(path, 1, f"no decision is called {unknown[0]!r}; there are {', '.join(KINDS)}")
    found = []
    for kind in KINDS:
        tables = data.get(kind, [])
        if not isinstance(tables, list):
            raise _fault(path, 1, f"{kind!r} is one table, not a list; write [[{kind}]]")
        for n, table in enumerate(tables):
            found.append(_decision(path, kind, table, lines[kind][n] if n < len(lines[kind]) else 1))
    return combine(found, path)


def _header(row: str) -> str:
    match = re.match(r"\s*\[\[\s*(\w+)\s*\]\]", row)
    return match[1] if match else ""


def _decision(path: Path, kind: str, table: Any, line: int) -> Decision:
    """One table as a decision. Raises DataError."""
    wanted = _MEMBERS[kind]
    if not isinstance(table, dict) or set(table) - {"why"} != wanted:
        raise _fault(path, line, f"[[{kind}]] needs {' and '.join(sorted(wanted))} (and why, if you like)")
    names = table.get("names", [table.get("name")])
    texts = [*(names if isinstance(names, list) else [names]), *(v for k, v in table.items() if k not in ("names",))]
    if any(not isinstance(t, str) or not " ".join(t.split()) for t in texts):
        raise _fault(path, line, f"[[{kind}]] has a name, type, label or reason that is no text")
    cleaned = tuple(" ".join(n.split()) for n in names)
    if kind in ("alias", "distinct") and len(set(cleaned)) < 2:
        raise _fault(path, line, f"[[{kind}]] needs two different names")
    value = str(table.get("type") or table.get("label") or "")
    if kind == "retype":
        try:
            value = entity_type(value)
        except UsageError as error:
            raise _fault(path, line, f"{error.what}; {error.hint}") from error
    return Decision(kind, cleaned, value, str(table.get("why") or ""), line)


def combine(found: list[Decision], path: Path) -> Decisions:
    """Decisions as one, whatever their order. Raises DataError where two contradict each other."""
    ordered = sorted(found, key=lambda d: (KINDS.index(d.kind), d.names, d.value, d.line))
    pins = _pins(ordered)
    form = Decisions(_pins=pins).form
    alias = _representatives([{form(n) for n in d.names} for d in ordered if d.kind == "alias"])
    final = Decisions(_pins=pins, _alias=alias).form
    apart: set[tuple[str, str]] = set()
    values: dict[str, dict[str, tuple[str, int]]] = {"retype": {}, "rename": {}, "drop": {}}
    for d in ordered:
        forms = [final(n) for n in d.names]
        if d.kind == "distinct":
            if len(set(forms)) < len(forms):
                raise _fault(path, d.line, f"{' and '.join(d.names)} are distinct here and one by an alias")
            apart |= {(a, b) for a in forms for b in forms if a != b}
        elif d.kind != "alias":
            value, line = values[d.kind].setdefault(forms[0], (d.value, d.line))
            if value != d.value:
                raise _fault(path, d.line, f"{d.names[0]!r} is {d.value!r} here and {value!r} in line {line}")
    for form_, (_, line) in values["drop"].items():
        for kind in ("retype", "rename"):
            if form_ in values[kind]:
                raise _fault(path, line, f"dropped here and kept by the {kind} in line {values[kind][form_][1]}")
    return Decisions(
        tuple(ordered),
        alias,
        pins,
        frozenset(apart),
        {f: v for f, (v, _) in values["retype"].items()},
        {f: v for f, (v, _) in values["rename"].items()},
        frozenset(values["drop"]),
    )


def _pins(decisions: list[Decision]) -> dict[str, str]:
    """Names that share a canonical form and are said to be distinct get forms of their own, all but the last."""
    pins: dict[str, str] = {}
    for d in decisions:
        if d.kind == "distinct":
            for name in sorted(d.names)[:-1]:
                if any(other != name and canonical(other) == canonical(name) for other in d.names):
                    same_key = any(other != name and key_of(other) == key_of(name) for other in d.names)
                    pins[name if same_key else key_of(name)] = f"={name if same_key else key_of(name)}"
    return pins


def _representatives(groups: list[set[str]]) -> dict[str, str]:
    """Form -> the first form of all that are one with it, directly or through others."""
    parent: dict[str, str] = {}

    def root(form: str) -> str:
        while parent.setdefault(form, form) != form:
            form = parent[form]
        return form

    for group in groups:
        first, *others = sorted(group)
        for other in others:
            a, b = sorted((root(first), root(other)))
            parent[b] = a
    return {form: root(form) for form in list(parent)}
