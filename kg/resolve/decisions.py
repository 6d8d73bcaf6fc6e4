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

import json
import re
import tomllib
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
    """All decisions of a file, checked; `kg.resolve.clusters` applies them."""

    all: tuple[Decision, ...] = ()
    _pins: dict[str, str] = field(default_factory=dict)  #: name kept out of its canonical form -> its own form

    def form(self, name: str) -> str:
        """The canonical form of a name; of one that is kept out of it, a form of its own."""
        if self._pins and (pin := self._pins.get(name) or self._pins.get(key_of(name))):
            return pin
        return canonical(name)

    def of(self, kind: str) -> tuple[Decision, ...]:
        """The decisions of one kind."""
        return tuple(d for d in self.all if d.kind == kind)


NONE = Decisions()


def pinned(form: str) -> str:
    """The key of a form that was made by keeping a name apart, or ""."""
    return form.removeprefix("=") if form.startswith("=") else ""


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
    decisions = Decisions(tuple(ordered), _pins(ordered))
    one = representatives([{decisions.form(n) for n in d.names} for d in decisions.of("alias")])
    values: dict[str, dict[str, Decision]] = {"retype": {}, "rename": {}, "drop": {}}
    for d in ordered:
        forms = [one.get(f, f) for f in map(decisions.form, d.names)]
        if d.kind == "distinct" and len(set(forms)) < len(forms):
            raise _fault(path, d.line, f"{' and '.join(d.names)} are distinct here and one by an alias")
        if d.kind in values:
            other = values[d.kind].setdefault(forms[0], d)
            if other.value != d.value:
                raise _fault(
                    path, d.line, f"{d.names[0]!r} is {d.value!r} here and {other.value!r} in line {other.line}"
                )
    for form, dropped in values["drop"].items():
        for kind in ("retype", "rename"):
            if form in values[kind]:
                raise _fault(
                    path, dropped.line, f"dropped here, and kept by the {kind} in line {values[kind][form].line}"
                )
    return decisions


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


def representatives(groups: list[set[str]]) -> dict[str, str]:
    """Form -> the first of all forms that are one with it, directly or through others."""
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


def as_toml(decision: Decision) -> str:
    """A decision as a table of the file."""
    members: dict[str, object] = {"names": list(decision.names)} if decision.kind in ("alias", "distinct") else {}
    if not members:
        members["name"] = decision.names[0]
    if decision.kind in ("retype", "rename"):
        members["type" if decision.kind == "retype" else "label"] = decision.value
    if decision.why:
        members["why"] = decision.why
    # JSON strings and lists of them are TOML as well.
    rows = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in members.items())
    return f"[[{decision.kind}]]\n{rows}"


def add(path: Path, decision: Decision) -> None:
    """Write one more decision to a file, whole or not at all. Raises DataError where it contradicts those in it."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    text += ("\n" if text and not text.endswith("\n\n") else "") + as_toml(decision)
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        read(aside)
        aside.replace(path)
    except DataError as error:
        raise DataError(
            f"not written: {error.what}", where=str(path), hint="mend the file or decide otherwise"
        ) from error
    finally:
        aside.unlink(missing_ok=True)
