"""Saved queries: questions that readers of papers ask, as files `saved/NAME.rq`.

A file starts with comment lines `# title:`, `# about:`, `# group:` and `# param: NAME: what it is`; for each parameter
its text holds one `VALUES ?NAME { "default" }`, so that it runs as it is in any SPARQL engine. A value that is set
takes the place of that literal as an escaped literal; nothing else of the query changes. `# name: NAME: what it is` is
a parameter that holds the name of an entity, which `kg:nameKey` knows in its folded form: what is set is folded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from kg.errors import DataError, UsageError
from kg.paper import clean
from kg.rdf.formats import unquoted
from kg.rdf.terms import quoted
from kg.store.graph import fold

_HEADER = re.compile(r"# (title|about|group|param|name): (.+)")
GROUPS = ("entity", "results", "overview", "time", "graph")  #: in the order in which they are listed
_PARAMETERS = ("param", "name")
_MAX_VALUE = 2_000  #: characters of a parameter


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name that a saved query asks about."""

    name: str
    about: str
    default: str
    folded: bool = False  #: whether it is a name, looked up in its folded form


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query that ships with kg."""

    name: str
    title: str
    about: str
    group: str  #: what it asks about, one of `GROUPS`
    parameters: tuple[Parameter, ...]
    text: str  #: with the defaults in place


def saved() -> list[SavedQuery]:
    """All saved queries, by group and name."""
    return sorted(_by_name().values(), key=lambda query: (GROUPS.index(query.group), query.name))


@cache
def _by_name() -> Mapping[str, SavedQuery]:
    folder = resources.files("kg.rdf") / "saved"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".rq")), key=lambda f: f.name)
    queries = (_parsed(f.name.removesuffix(".rq"), f.read_text(encoding="utf-8")) for f in files)
    return MappingProxyType({query.name: query for query in queries})


def _slot(name: str) -> re.Pattern[str]:
    """The place of a parameter's value in the text of a saved query."""
    return re.compile(r"(VALUES \?" + re.escape(name) + r' \{ )("(?:[^"\\\n]|\\.)*")( \})')


def _parsed(name: str, text: str) -> SavedQuery:
    """A saved query out of its file. Raises DataError where the file breaks the form above."""
    header = [match.groups() for line in text.split("\n") if (match := _HEADER.fullmatch(line))]
    said = {key: value for key, value in header if key not in _PARAMETERS}
    parameters = []
    for key, value in header:
        if key in _PARAMETERS:
            parameter, _, about = value.partition(": ")
            slots = _slot(parameter).findall(text)
            if len(slots) != 1:
                raise DataError(f"parameter {parameter!r} has {len(slots)} places, not one", where=f"{name}.rq")
            parameters.append(Parameter(parameter, about, unquoted(slots[0][1]), key == "name"))
    if said.keys() != {"title", "about", "group"} or said["group"] not in GROUPS:
        raise DataError("title, about or group is missing", where=f"{name}.rq")
    return SavedQuery(name, said["title"], said["about"], said["group"], tuple(parameters), text)


def saved_query(name: str, values: Mapping[str, str] | None = None) -> str:
    """The text of a saved query, with `values` in the place of its defaults.

    Raises:
        UsageError: where there is no such query or parameter, or a value is empty or too long.
    """
    query = _by_name().get(name)
    if query is None:
        raise UsageError(f"no saved query {name!r}", hint="saved queries are " + ", ".join(_by_name()))
    known = {parameter.name: parameter for parameter in query.parameters}
    text = query.text
    for key, value in (values or {}).items():
        if key not in known:
            takes = "it takes " + ", ".join(known) if known else "it takes none"
            raise UsageError(f"{name} has no parameter {key!r}", hint=takes)
        bound = fold(clean(value)) if known[key].folded else clean(value)
        if not bound or len(value) > _MAX_VALUE:
            raise UsageError(f"{key} is empty or longer than {_MAX_VALUE:,} characters", where=name)
        text = _bound(text, key, bound)
    return text


def _bound(text: str, key: str, value: str) -> str:
    """The text with a value bound. The value is a literal of SPARQL and cannot become anything else.

    An engine that expands backslash-u before it parses (the specification lets it) would find an escape in the two
    characters, so the letter is itself written as an escape.
    """
    safe = re.sub(r"(?<=\\)[uU]", lambda m: f"\\U{ord(m[0]):08X}", quoted(value))
    return _slot(key).sub(lambda m: m[1] + safe + m[3], text, count=1)
