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

A name is any spelling, or an id; the id of a namesake by type (`quilter--task`) speaks of that one alone. Each table
may say `why`. The order of the tables does not matter.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kg.errors import DataError, UsageError
from kg.ids import digest, slug
from kg.paper import clean
from kg.resolve.forms import canonical
from kg.resolve.observations import key_of
from kg.schema import ENTITY_TYPES, entity_type

KINDS = ("alias", "distinct", "retype", "rename", "drop")
_MEMBERS = {
    "alias": {"names"},
    "distinct": {"names"},
    "retype": {"name", "type"},
    "rename": {"name", "label"},
    "drop": {"name"},
}
#: The id of one of several namesakes by type.
_NAMESAKE = re.compile(rf"([a-z0-9]+(?:-[a-z0-9]+)*)--({'|'.join(ENTITY_TYPES).lower()})")
_DIGEST = re.compile(r"(?:^|-)[0-9a-f]{8}$")  #: ends ids whose letters do not hold the whole name


@dataclass(frozen=True, slots=True)
class Decision:
    """One table of the file: its kind, the names that it is about, its value (type or label), and its line."""

    kind: str
    names: tuple[str, ...]
    value: str = ""
    why: str = ""
    line: int = 0
    sense: str = ""  #: type of the one namesake that it is about; "" where it is about the whole name


@dataclass(frozen=True)
class Decisions:
    """All decisions of a file, checked; `kg.resolve.clusters` applies them."""

    all: tuple[Decision, ...] = ()
    source: str = ""  #: the file, for messages
    _names: Mapping[str, str] = field(default_factory=dict)  #: spelling kept out of its canonical form -> its own form
    _keys: Mapping[str, str] = field(
        default_factory=dict
    )  #: normal form kept out of its canonical form -> its own form

    def form(self, name: str) -> str:
        """The canonical form of a name; of one that is kept out of it, a form of its own."""
        if (self._names or self._keys) and (pin := self._names.get(name) or self._keys.get(key_of(name))):
            return pin
        return canonical(name)

    def of(self, kind: str) -> tuple[Decision, ...]:
        """The decisions of one kind."""
        return tuple(d for d in self.all if d.kind == kind)

    def fault(self, decision: Decision, what: str) -> DataError:
        """An error at the line of a decision."""
        return _fault(self.source, decision.line, what)


NONE = Decisions()
_PIN, _EXACT = "\0", "\0\0"  #: begin the forms of names that are kept apart; no name holds them


def pinned(form: str) -> str:
    """The spelling that was kept out of its own normal form, or "" of all other forms."""
    return form.removeprefix(_EXACT) if form.startswith(_EXACT) else ""


def pinned_id(spelling: str) -> str:
    """The id of a spelling that was kept out of its own normal form, whose slug the others keep."""
    return f"{slug(key_of(spelling))}--{digest(spelling, 8)}"


def _fault(source: Path | str, line: int, what: str) -> DataError:
    return DataError(what, where=f"{source}:{line}", hint="mend it; nothing was applied")


def read(path: Path) -> Decisions:
    """Read and check a file. Raises DataError with line and reason at the first fault; then nothing is applied."""
    return parse(_text(path), path)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # editors may have put a mark of order before it
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _fault(path, line, f"not UTF-8 at byte {error.start}") from error


def parse(text: str, source: Path | str) -> Decisions:
    """The decisions of a text in TOML; `source` is for messages. Raises DataError as `read` does."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only TOMLDecodeError: numbers of 5,000 digits, deep nesting
        line = re.search(r"at line (\d+)", str(error))
        last = text.count("\n") + 1
        raise _fault(source, int(line[1]) if line else last, f"not TOML ({error})") from error
    lines: dict[str, list[int]] = {}
    for n, row in enumerate(text.split("\n"), 1):
        if match := re.match(r"\s*\[{0,2}\s*[\"']?([\w-]+)[\"']?\s*(?:[\]=.]|$)", row):
            lines.setdefault(match[1], []).append(n)
    found = []
    for kind, tables in data.items():
        at = lines.get(kind, [1])
        if kind not in KINDS:
            raise _fault(source, at[0], f"no decision is called {kind!r}; there are {', '.join(KINDS)}")
        if not isinstance(tables, list):
            raise _fault(source, at[0], f"{kind!r} is no list of tables; write [[{kind}]]")
        found += [_decision(source, kind, table, at[min(n, len(at) - 1)]) for n, table in enumerate(tables)]
    return combine(found, source)


def _decision(source: Path | str, kind: str, table: Any, line: int) -> Decision:
    """One table as a decision. Raises DataError."""
    wanted = _MEMBERS[kind]
    if not isinstance(table, dict) or set(table) - {"why"} != wanted:
        raise _fault(source, line, f"[[{kind}]] needs {' and '.join(sorted(wanted))} (and why, if you like)")
    several = "names" in wanted
    if several and not isinstance(table["names"], list):
        raise _fault(source, line, f'[[{kind}]] needs a list of names: names = ["A", "B"]')
    names = table["names"] if several else [table["name"]]
    texts = [*names, *(v for k, v in table.items() if k != "names")]
    if any(not isinstance(t, str) or not clean(t) for t in texts):
        raise _fault(source, line, f"[[{kind}]] has a name, type, label or reason that is no text")
    names = tuple(dict.fromkeys(clean(n) for n in names))
    if several and len(names) < 2:
        raise _fault(source, line, f"[[{kind}]] needs two different names")
    sense = ""
    if match := next(filter(None, map(_NAMESAKE.fullmatch, names)), None):
        if several:
            raise _fault(source, line, f"[[{kind}]] is about names; {match[0]!r} is the id of one of two namesakes")
        names, sense = (match[1],), match[2].upper()
    value = clean(table.get("type") or table.get("label") or "")
    if kind == "retype":
        try:
            value = entity_type(value)
        except UsageError as error:
            raise _fault(source, line, f"{error.what}; {error.hint}") from error
    return Decision(kind, names, value, clean(table.get("why") or ""), line, sense)


def combine(found: Iterable[Decision], source: Path | str) -> Decisions:
    """Decisions as one, whatever their order. Raises DataError where two contradict each other."""
    ordered = sorted(found, key=lambda d: (KINDS.index(d.kind), d.names, d.sense, d.value, d.line))
    decisions = _keeping_apart(Decisions(tuple(ordered), str(source)))
    joined(decisions, lambda name: (decisions.form(name),))
    return decisions


def _keeping_apart(decisions: Decisions) -> Decisions:
    """Names that share a canonical form and are said to be distinct get forms of their own, all but the last."""
    spellings, keys = {}, {}
    for d in decisions.of("distinct"):
        for n, name in enumerate(sorted(d.names)[:-1]):
            others = sorted(d.names)[:n] + sorted(d.names)[n + 1 :]
            if key_of(name) in map(key_of, others):
                spellings[name] = _EXACT + name
            elif canonical(name) in map(canonical, others):
                keys[key_of(name)] = _PIN + key_of(name)
    return replace(decisions, _names=spellings, _keys=keys)


def spelled(decisions: Decisions, names: Iterable[str]) -> Decisions:
    """The same decisions in names that papers write.

    What stands for another name: an id that does not look like it (`vae-77ed3dd6`), and the label of a rename. Raises
    DataError where two decisions that said so in different words contradict each other.
    """
    labels = {d.value: d.names[0] for d in decisions.of("rename")}
    said = {n for d in decisions.all for n in d.names}
    wanted = {n for n in said if _DIGEST.search(n)}
    if not wanted and not said & labels.keys():
        return decisions
    known = set(names)
    meant = {n: labels[n] for n in said & labels.keys() - known}
    for name in sorted(known) if wanted else ():
        for identity in (slug(key_of(name)), pinned_id(name)):
            if identity in wanted - known:
                meant.setdefault(identity, name)
    given = (replace(d, names=tuple(meant.get(n, n) for n in d.names)) for d in decisions.all)
    return combine(given, decisions.source)


def joined(decisions: Decisions, forms: Callable[[str], tuple[str, ...]]) -> dict[str, str]:
    """Form -> the form that stands for all that aliases make one.

    `forms` gives all forms of a name in a decision, what the name is about last. Raises DataError where two decisions
    contradict each other under these forms.
    """
    one = representatives([{f for n in d.names for f in forms(n)} for d in decisions.of("alias")])
    told: dict[str, list[Decision]] = {}
    for d in decisions.all:
        about = [one.get(f, f) for f in (forms(n)[-1] for n in d.names)]
        if d.kind == "distinct" and len(set(about)) < len(about):
            raise decisions.fault(d, f"{' and '.join(d.names)} are distinct here and one by an alias")
        if d.kind in ("retype", "rename", "drop"):
            for other in told.setdefault(about[0], []):
                if _contradict(d, other):
                    raise decisions.fault(d, f"{_words(d)} here, {_words(other)} in line {other.line}")
            told[about[0]].append(d)
    return one


def _contradict(one: Decision, other: Decision) -> bool:
    """Whether two decisions about one thing cannot both hold."""
    if one.sense != other.sense and one.sense and other.sense:
        return False
    return one.value != other.value if one.kind == other.kind else "drop" in (one.kind, other.kind)


def _words(decision: Decision) -> str:
    """A decision in words.

    >>> _words(Decision("retype", ("MATH",), "BENCHMARK")), _words(Decision("drop", ("SOTA",)))
    ("'MATH' is a BENCHMARK", "'SOTA' is dropped")
    """
    said = {"retype": f"is a {decision.value}", "rename": f"is called {decision.value!r}", "drop": "is dropped"}
    return f"{decision.names[0]!r} {said[decision.kind]}"


def told(decision: Decision) -> str:
    """What a reason says of a decision."""
    link = {"alias": " = ", "distinct": " ≠ "}
    names = link[decision.kind].join(decision.names) if decision.kind in link else _words(decision)
    return names + (f" ({decision.why})" if decision.why else "")


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
    names = [clean(n) + (f"--{decision.sense.lower()}" if decision.sense else "") for n in decision.names]
    members: dict[str, object] = {"names": names} if "names" in _MEMBERS[decision.kind] else {"name": names[0]}
    for name in ("type", "label"):
        if name in _MEMBERS[decision.kind]:
            members[name] = clean(decision.value)
    if decision.why:
        members["why"] = clean(decision.why)
    # JSON strings and lists of them are TOML as well: cleaned, they hold no control characters.
    rows = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in members.items())
    return f"[[{decision.kind}]]\n{rows}"


def add(path: Path, decision: Decision) -> None:
    """Write one more decision to a file, whole or not at all.

    Raises DataError where it contradicts those in the file, or where they have a fault.
    """
    text = _text(path) if path.is_file() else ""
    if text:
        parse(text, path)  # a fault that was there before is told as such
    text += ("\n" if text and not text.endswith("\n\n") else "") + as_toml(decision)
    try:
        parse(text, path)
    except DataError as error:
        raise DataError(f"not written: {error.what}", where=error.where, hint="decide otherwise") from error
    aside = path.with_name(f".{path.name}.new")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(path)
    except OSError as error:
        raise DataError(f"cannot be written ({error.strerror})", where=str(path)) from error
    finally:
        aside.unlink(missing_ok=True)
