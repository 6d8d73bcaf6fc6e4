"""The shapes of `kg.rdf.shapes`, checked thing by thing in memory that does not grow with the graph.

What one thing alone shows is told at once. What takes two things (a link must lead to a thing of a class) is noted as
a line for each link and each class, sorted in temporary files, and told at the end.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import TYPE_CHECKING

from kg.rdf.shapes import SHAPES, Constraint, Shape
from kg.rdf.sorting import Sorter
from kg.rdf.terms import VOCABULARIES, term

if TYPE_CHECKING:
    import pyoxigraph

    Value = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple

_TYPE = VOCABULARIES["rdf"] + "type"
_EDGE = "edge"  #: the link from a direct edge to the assertion behind it


@dataclass
class Node:
    """A run of triples with one subject."""

    iri: str
    values: "dict[str, list[Value]]" = field(default_factory=dict)  #: by IRI of the predicate
    blank: bool = False  #: whether a blank node stands in it

    def texts(self, name: str) -> list[str]:
        """IRIs and texts of the values of a property, given by its prefixed name."""
        return [text_of(value) for value in self.values.get(_whole(name), ())]

    def text(self, name: str) -> str:
        """The only value of a property, "" where there is none or several."""
        found = self.texts(name)
        return found[0] if len(found) == 1 else ""

    def is_a(self, name: str) -> bool:
        """Whether it is of that class, given by its prefixed name."""
        return name in map(_short, self.texts("rdf:type"))


def text_of(value: "Value") -> str:
    """The IRI or text of a term."""
    return str(getattr(value, "value", value))


def _whole(name: str) -> str:
    return term(name)[1:-1]


def _short(whole: str) -> str:
    return _NAMES.get(whole, whole)


_NAMED = {s.target for s in SHAPES} | {c for s in SHAPES for k in s.constraints for c in (*k.classes, *s.one_of)}
_NAMES = {_whole(name): name for name in sorted(_NAMED)}  #: classes that the shapes speak of, by IRI


class Rules:
    """Takes each thing of a graph whole, then tells at the end what the links between them show. A context manager."""

    def __init__(self) -> None:
        """Opens the place where links are sorted."""
        self._links = Sorter()
        self._rules = [(shape, [*enumerate(shape.constraints)]) for shape in SHAPES]

    def __enter__(self) -> "Rules":
        """The rules themselves."""
        self._links.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Remove the temporary files."""
        self._links.__exit__(None, None, None)

    def edge(self, assertion: str, paper: str) -> None:
        """Note that a direct edge of a paper asks for an assertion."""
        self._links.add(f"{assertion}\t1\t{_EDGE}\t{paper}")

    def node(self, node: Node) -> Iterator[str]:
        """The faults that one thing shows alone."""
        kinds = {name for name in map(_short, node.texts("rdf:type")) if name in _NAMED}
        for kind in kinds:
            self._links.add(f"{node.iri}\t0\t{kind}")
        for number, (shape, constraints) in enumerate(self._rules):
            if shape.target not in kinds:
                continue
            if shape.one_of and len(kinds & set(shape.one_of)) != 1:
                yield f"{node.iri}: is of {len(kinds & set(shape.one_of))} of the classes {', '.join(shape.one_of)}"
            for place, constraint in constraints:
                if constraint.path.startswith("^"):
                    continue
                values = node.values.get(_whole(constraint.path), [])
                if fault := _number_fault(constraint, len(values)):
                    yield f"{node.iri}: {fault}"
                yield from (f"{node.iri}: {constraint.path} {f}" for f in _faults(constraint, values, node))
                if constraint.classes:
                    for value in values:
                        self._links.add(f"{text_of(value)}\t1\t{number}.{place}\t{node.iri}")

    def end(self) -> Iterator[str]:
        """The faults that the links show, sorted by where they lead."""
        for iri, lines in groupby((line.split("\t") for line in self._links), key=lambda parts: parts[0]):
            yield from _linked(iri, (parts[1:] for parts in lines))


def _number_fault(constraint: Constraint, n: int) -> str:
    """What is wrong with the number of values, "" where nothing is."""
    if constraint.low <= n and (constraint.high is None or n <= constraint.high):
        return ""
    wanted = constraint.low if n < constraint.low else constraint.high
    return f"{n} values of {constraint.path}, not {wanted}"


def _faults(c: Constraint, values: "list[Value]", node: Node) -> Iterator[str]:
    """What is wrong with the values of a property."""
    for value in values:
        text = text_of(value)
        shown = repr(text if len(text) <= 60 else f"{text[:60]}...")
        if c.datatypes and _datatype(value) not in c.datatypes:
            yield f"{shown} is no {' or '.join(c.datatypes)}"
        if (c.names and text not in map(_whole, c.names)) or (c.texts and text not in c.texts):
            yield f"{shown} is none of {', '.join((*c.names, *c.texts))}"
        if c.pattern and not re.fullmatch(c.pattern, text):
            yield f"{shown} does not match {c.pattern}"
        if len(text) < c.shortest:
            yield "is empty"
        yield from _limits(c, text, shown)
    if c.unlike and set(map(text_of, values)) & set(node.texts(c.unlike)):
        yield f"has a value that {c.unlike} has too"
    if c.less_than and not _all_less(map(text_of, values), node.texts(c.less_than)):
        yield f"is not less than {c.less_than}"


def _datatype(value: "Value") -> str:
    """The datatype of a literal as a prefixed name, "" for anything else."""
    whole = str(getattr(getattr(value, "datatype", None), "value", ""))
    space = VOCABULARIES["xsd"]
    return f"xsd:{whole.removeprefix(space)}" if whole.startswith(space) else whole


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _limits(c: Constraint, text: str, shown: str) -> Iterator[str]:
    if c.least is None and c.most is None and c.datatypes != ("xsd:decimal",):
        return
    number = _decimal(text)
    if number is None:
        yield f"{shown} is no number"
    elif (c.least is not None and number < c.least) or (c.most is not None and number > c.most):
        yield f"{shown} is not from {c.least} to {'any number' if c.most is None else c.most}"


def _all_less(some: Iterable[str], others: Iterable[str]) -> bool:
    low, high = [_decimal(t) for t in some], [_decimal(t) for t in others]
    return all(a is not None and b is not None and a < b for a in low for b in high)


def _rule(key: str) -> tuple[Shape, Constraint]:
    number, _, place = key.partition(".")
    return SHAPES[int(number)], SHAPES[int(number)].constraints[int(place)]


def _linked(iri: str, lines: Iterable[list[str]]) -> Iterator[str]:
    """The faults of the links that lead to one thing: its classes come first, then the links."""
    kinds: set[str] = set()
    paths: dict[str, int] = {}
    for mark, *rest in lines:
        if mark == "0":
            kinds.add(rest[0])
            continue
        key, source = rest
        if key == _EDGE:
            paths[_EDGE] = 1
            if "kg:Assertion" not in kinds:
                yield f"{iri}: a direct edge of {source} asks for this assertion, which is missing"
            continue
        constraint = _rule(key)[1]
        paths[constraint.path] = paths.get(constraint.path, 0) + 1
        if not kinds & set(constraint.classes):
            what = f"is no {' or '.join(constraint.classes)}" if kinds else "is not there"
            yield f"{source}: {constraint.path} leads to {iri}, which {what}"
    if "kg:Assertion" in kinds and _EDGE not in paths:
        yield f"{iri}: an assertion without its direct edge"
    for shape in SHAPES:
        for constraint in shape.constraints if shape.target in kinds else ():
            if constraint.path.startswith("^"):
                fault = _number_fault(constraint, paths.get(constraint.path[1:], 0))
                yield from (f"{iri}: {f}" for f in (fault,) if f)
