"""`kg check` on the RDF of an output folder: what the export promises, verified in one pass over the file.

The file is streamed; what is kept is an IRI for each assertion and evidence node, and one paper's text at a time.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from kg.errors import DataError, UsageError
from kg.paper import Paper
from kg.rdf.export import assertion_iri
from kg.rdf.sparql import graph_file
from kg.rdf.terms import VOCABULARIES, checked_base
from kg.schema import BASE_IRI, FIELDS, NAMESPACE, RELATIONS
from kg.store import Store

if TYPE_CHECKING:
    import pyoxigraph

_MENTION = re.compile(r"(\w+):(\d{1,9})-(\d{1,9})", re.ASCII)
_RELATIONS = {NAMESPACE + relation.term: name for name, relation in RELATIONS.items()}
_TYPE = VOCABULARIES["rdf"] + "type"
_CONCEPT = VOCABULARIES["skos"] + "Concept"
_LABEL, _OTHER_LABEL = VOCABULARIES["skos"] + "prefLabel", VOCABULARIES["skos"] + "altLabel"


@dataclass
class _Node:
    """A run of triples with one subject: IRIs and texts by predicate."""

    iri: str
    values: dict[str, list[str]] = field(default_factory=dict)
    blank: bool = False  #: whether a blank node stands in it

    def all(self, name: str) -> list[str]:
        """The values of a property of the kg namespace."""
        return self.values.get(NAMESPACE + name, [])

    def one(self, name: str) -> str:
        """The only value of a property of the kg namespace, "" where there is none or several."""
        values = self.all(name)
        return values[0] if len(values) == 1 else ""

    def is_a(self, kind: str) -> bool:
        """Whether it has that type."""
        return kind in self.values.get(_TYPE, ())


def faults(data: Path) -> Iterator[str]:
    """What is wrong with the RDF of an output folder, a line for each fault; nothing where all is well.

    Checked: the file can be read; it has as many triples as its description says; no blank nodes; every direct edge has
    an assertion with evidence or a mention, and every assertion its edge; every quote is what the paper's text holds
    there; offsets and confidences are in range; every entity has one preferred label and no other label equal to it.

    Raises:
        DataError: where the folder has no graph.db or no RDF.
    """
    path = graph_file(data)
    with closing(Store((data if data.is_dir() else data.parent) / "graph.db")) as store:
        try:
            base = checked_base(store.meta.get("base_iri", BASE_IRI))
        except UsageError as error:
            yield f"graph.db: {error}"
            return
        check = _Check(store, base)
        try:
            for node in _nodes(path):
                yield from check.node(node)
        except SyntaxError as error:
            yield f"{path.name}: is no RDF: {' '.join(str(error).split())}"
            return
        yield from check.end()


def _nodes(path: Path) -> Iterator[_Node]:
    """The subjects of a file. Raises SyntaxError where it is no RDF."""
    import pyoxigraph

    kind = pyoxigraph.RdfFormat.N_TRIPLES if path.suffix == ".nt" else pyoxigraph.RdfFormat.TURTLE
    node = _Node("")
    try:
        for quad in pyoxigraph.parse(path=str(path), format=kind):
            subject = _text(quad.subject)
            if subject != node.iri:
                if node.iri:
                    yield node
                node = _Node(subject)
            node.values.setdefault(quad.predicate.value, []).append(_text(quad.object))
            node.blank |= any(isinstance(t, pyoxigraph.BlankNode) for t in (quad.subject, quad.object))
    except OSError as error:
        raise DataError(f"cannot be read: {error}", where=str(path)) from error
    if node.iri:
        yield node


def _text(term: "pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple") -> str:
    """The IRI or text of a term."""
    return str(getattr(term, "value", term))


class _Check:
    """What has been seen of a file; each subject comes whole."""

    def __init__(self, store: Store, base: str) -> None:
        self._store, self._base = store, base
        self._total = 0
        self._edges = 0
        self._claimed: list[str] = []
        self._wanted: set[str] = set()  # assertions that direct edges ask for
        self._asserted: set[str] = set()
        self._cited: set[str] = set()
        self._quoted: set[str] = set()
        self._paper: Paper | None = None
        self._digests: dict[str, str] = {}

    def node(self, node: _Node) -> Iterator[str]:
        """The faults of one subject."""
        self._total += sum(map(len, node.values.values()))
        if node.iri == self._base + "dataset":
            self._claimed += node.values.get(VOCABULARIES["void"] + "triples", [])
        if node.blank:
            yield f"{node.iri}: is or has a blank node"
        self._cited.update(node.all("evidence"))
        if node.is_a(NAMESPACE + "Paper"):
            self._direct(node)
        if node.is_a(NAMESPACE + "Assertion"):
            self._asserted.add(node.iri)
            yield from self._assertion(node)
        if node.is_a(NAMESPACE + "Evidence"):
            self._quoted.add(node.iri)
            yield from self._quote(node)
        if node.is_a(_CONCEPT):
            yield from _labels(node)
        if node.is_a(NAMESPACE + "Result") and not node.all("evidence"):
            yield f"{node.iri}: a result without evidence"

    def end(self) -> Iterator[str]:
        """The faults that only the whole file shows."""
        if self._claimed != [str(self._total)]:
            yield f"the description says {' and '.join(self._claimed) or 'nothing'} of {self._total} triples"
        if self._edges != (stored := self._store.count("edge")):
            yield f"{self._edges} direct edges, but graph.db has {stored}"
        for iri in sorted(self._wanted - self._asserted):
            yield f"{iri}: a direct edge asks for this assertion, which is missing"
        for iri in sorted(self._asserted - self._wanted):
            yield f"{iri}: an assertion without its direct edge"
        for iri in sorted(self._cited - self._quoted):
            yield f"{iri}: is cited as evidence but not there"

    def _direct(self, node: _Node) -> None:
        """Note the assertions that the direct edges of a paper ask for."""
        paper = unquote(node.iri.removeprefix(self._base + "paper/"))
        for predicate, relation in _RELATIONS.items():
            for target in node.values.get(predicate, ()):
                self._edges += 1
                entity = unquote(target.removeprefix(self._base + "entity/"))
                self._wanted.add(assertion_iri(paper, relation, entity, self._base))

    def _assertion(self, node: _Node) -> Iterator[str]:
        if not node.all("evidence") and not node.all("mentionAt"):
            yield f"{node.iri}: neither evidence nor mention"
        try:
            sure = 0 <= float(node.one("confidence")) <= 1
        except ValueError:
            sure = False
        if not sure:
            yield f"{node.iri}: confidence {node.one('confidence')!r} is not one number from 0 to 1"
        papers = node.values.get(VOCABULARIES["rdf"] + "subject", [])
        paper = self._find(papers[0]) if len(papers) == 1 else None
        for mention in node.all("mentionAt"):
            match = _MENTION.fullmatch(mention)
            if paper is None or match is None or _slice(paper, match[1], match[2], match[3]) is None:
                yield f"{node.iri}: mention at {mention!r} is outside the text"

    def _quote(self, node: _Node) -> Iterator[str]:
        paper = self._find(node.one("inPaper"))
        name = node.one("field")
        found = _slice(paper, name, node.one("start"), node.one("end")) if paper else None
        if paper is None or found is None:
            yield f"{node.iri}: no paper, or offsets outside its text"
            return
        if found != node.one("quote"):
            yield f"{node.iri}: the quote is not what stands at its offsets"
        if name not in self._digests:
            self._digests[name] = sha256(paper.text(name).encode("utf-8", "surrogatepass")).hexdigest()
        if node.one("sourceDigest") != self._digests[name]:
            yield f"{node.iri}: the digest is that of another {name}"

    def _find(self, iri: str) -> Paper | None:
        """The paper of an IRI, the last one kept."""
        identity = unquote(iri.removeprefix(self._base + "paper/"))
        if self._paper is None or self._paper.id != identity:
            self._paper, self._digests = self._store.paper(identity), {}
        return self._paper


def _slice(paper: Paper, name: str, start: str, end: str) -> str | None:
    """The text between two offsets; None where they are none."""
    if name not in FIELDS or not (start.isdecimal() and end.isdecimal()):
        return None
    text = paper.text(name)
    return text[int(start) : int(end)] if 0 <= int(start) < int(end) <= len(text) else None


def _labels(node: _Node) -> Iterator[str]:
    labels = node.values.get(_LABEL, [])
    if len(labels) != 1:
        yield f"{node.iri}: {len(labels)} preferred labels, not one"
    if set(labels) & set(node.values.get(_OTHER_LABEL, ())):
        yield f"{node.iri}: the preferred label is an alternative label too"
