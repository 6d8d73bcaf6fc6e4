"""`kg check` on the RDF of an output folder: what the export promises, verified in one pass over the file.

The file is streamed: one thing and one paper's text are held at a time, links are sorted in temporary files. What holds
for each kind of thing is the table of `kg.rdf.shapes`; here stands what SHACL cannot say: quotes are what the text
holds at their offsets, direct edges and assertions belong together, the counts are those of the file and of graph.db.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from kg.errors import DataError, UsageError
from kg.paper import Paper
from kg.rdf.export import assertion_iri
from kg.rdf.files import graph_file, opened, rdf_format
from kg.rdf.rules import Node, Rules, text_of
from kg.rdf.terms import checked_base
from kg.schema import BASE_IRI, FIELDS, RELATIONS
from kg.store import Store

_MENTION = re.compile(r"(\w+):(\d{1,9})-(\d{1,9})", re.ASCII)
_RELATIONS = {f"kg:{relation.term}": name for name, relation in RELATIONS.items()}


def faults(data: Path) -> Iterator[str]:
    """What is wrong with the RDF of an output folder, a line for each fault; nothing where all is well.

    Checked: the file can be read; every thing has the shape that `kg export --format shapes` gives; it has as many
    triples as its description says; no blank nodes; every direct edge has its assertion and every assertion its edge;
    every quote and mention is what the paper's text holds there. That an edge has no evidence is no fault: facts that
    came as input may have none.

    Raises:
        DataError: where the folder has no graph.db or no RDF.
    """
    path = graph_file(data)
    with closing(Store((data if data.is_dir() else data.parent) / "graph.db")) as store, Rules() as rules:
        try:
            base = checked_base(store.meta.get("base_iri", BASE_IRI))
        except UsageError as error:
            yield f"graph.db: {error}"
            return
        check = _Check(store, base, rules)
        try:
            for node in _nodes(path):
                yield from check.node(node)
        except SyntaxError as error:
            yield f"{path.name}: is no RDF: {' '.join(str(error).split())}"
            return
        yield from check.end()
        yield from rules.end()


def _nodes(path: Path) -> Iterator[Node]:
    """The subjects of a file. Raises SyntaxError where it is no RDF."""
    import pyoxigraph

    node = Node("")
    try:
        with opened(path) as source:
            for quad in pyoxigraph.parse(source, format=rdf_format(path)):
                subject = text_of(quad.subject)
                if subject != node.iri:
                    if node.iri:
                        yield node
                    node = Node(subject)
                node.values.setdefault(quad.predicate.value, []).append(quad.object)
                node.blank |= any(isinstance(t, pyoxigraph.BlankNode) for t in (quad.subject, quad.object))
    except (OSError, EOFError) as error:
        raise DataError(f"cannot be read: {error}", where=str(path)) from error
    if node.iri:
        yield node


class _Check:
    """What has been seen of a file; each subject comes whole."""

    def __init__(self, store: Store, base: str, rules: Rules) -> None:
        self._store, self._base, self._rules = store, base, rules
        self._total = 0
        self._edges = 0
        self._claimed: list[str] = []
        self._paper: Paper | None = None
        self._digests: dict[str, str] = {}

    def node(self, node: Node) -> Iterator[str]:
        """The faults of one subject."""
        self._total += sum(map(len, node.values.values()))
        if node.iri == self._base + "dataset":
            self._claimed += node.texts("void:triples")
        if node.blank:
            yield f"{node.iri}: is or has a blank node"
        yield from self._rules.node(node)
        if node.is_a("kg:Paper"):
            self._direct(node)
        if node.is_a("kg:Assertion"):
            yield from self._mentions(node)
        if node.is_a("kg:Evidence"):
            yield from self._quote(node)

    def end(self) -> Iterator[str]:
        """The faults that only the whole file shows."""
        if self._claimed != [str(self._total)]:
            yield f"the description says {' and '.join(self._claimed) or 'nothing'} of {self._total} triples"
        if self._edges != (stored := self._store.count("edge")):
            yield f"{self._edges} direct edges, but graph.db has {stored}"

    def _direct(self, node: Node) -> None:
        """Note the assertions that the direct edges of a paper ask for."""
        paper = unquote(node.iri.removeprefix(self._base + "paper/"))
        for predicate, relation in _RELATIONS.items():
            for target in node.texts(predicate):
                self._edges += 1
                entity = unquote(target.removeprefix(self._base + "entity/"))
                self._rules.edge(assertion_iri(paper, relation, entity, self._base), node.iri)

    def _mentions(self, node: Node) -> Iterator[str]:
        paper = self._find(node.text("rdf:subject"))
        for mention in node.texts("kg:mentionAt"):
            match = _MENTION.fullmatch(mention)
            if paper is None or match is None or _slice(paper, match[1], match[2], match[3]) is None:
                yield f"{node.iri}: mention at {mention!r} is outside the text"

    def _quote(self, node: Node) -> Iterator[str]:
        paper = self._find(node.text("kg:inPaper"))
        name = node.text("kg:field")
        found = _slice(paper, name, node.text("kg:start"), node.text("kg:end")) if paper else None
        if paper is None or found is None:
            yield f"{node.iri}: no paper, or offsets outside its text"
            return
        if found != node.text("kg:quote"):
            yield f"{node.iri}: the quote is not what stands at its offsets"
        if name not in self._digests:
            self._digests[name] = sha256(paper.text(name).encode("utf-8", "surrogatepass")).hexdigest()
        if node.text("kg:sourceDigest") != self._digests[name]:
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
