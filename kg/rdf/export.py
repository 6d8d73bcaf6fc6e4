"""The graph as RDF: a stream of N-Triples lines out of a store.

The model is described in docs/rdf.md. Nothing here is held in memory but the facts of one paper, the types of entities
and the counts. No line comes twice and no blank node is made, so that sorting the lines gives a canonical file.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from kg.entity import Edge, Entity, ResolvedResult
from kg.facts import Span
from kg.ids import digest, entity_iri, paper_iri
from kg.paper import Paper
from kg.rdf.description import description
from kg.rdf.ontology import count_term, ontology
from kg.rdf.terms import checked_base, english, iri, issued, literal, number, quoted, term
from kg.schema import BASE_IRI, ENTITY_TYPES, RELATIONS
from kg.store import Store
from kg.store.graph import fold

_Linked = TypeVar("_Linked", Edge, ResolvedResult, "_Count")
_ARXIV = re.compile(r"arxiv:((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?)")
#: Pages of papers by the scheme of their id; the rest of the id is appended.
_PAGES = (
    (re.compile(r"acl:([A-Za-z0-9][A-Za-z0-9.-]*)"), "https://aclanthology.org/"),
    (_ARXIV, "https://arxiv.org/abs/"),
    (re.compile(r"doi:(10\.\d{4,9}/[A-Za-z0-9._;()/:-]+)"), "https://doi.org/"),
    (re.compile(r"hf:(\d{4}\.\d{4,5})"), "https://huggingface.co/papers/"),
)
#: Links that the input gives are kept for these hosts only.
_TRUSTED = re.compile(
    r"https://(?:(?:www|export)\.)?(?:aclanthology\.org|arxiv\.org|doi\.org|dx\.doi\.org|huggingface\.co|openreview\.net)"
    r"/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]*"
)

#: Properties of reviewed links, and the hosts that they may lead to. Wikidata's own IRIs of things are http.
_LINKS = {"seeAlso": "rdfs:seeAlso", "exactMatch": "skos:exactMatch"}
_REVIEWED = re.compile(
    r"https://(?:aclanthology\.org|arxiv\.org|doi\.org|huggingface\.co|openreview\.net|github\.com|en\.wikipedia\.org"
    r"|www\.wikidata\.org|orkg\.org|cso\.kmi\.open\.ac\.uk|linkedpaperswithcode\.com|proceedings\.neurips\.cc"
    r"|proceedings\.mlr\.press|openaccess\.thecvf\.com)/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]+|http://www\.wikidata\.org/entity/Q[0-9]+"
)


#: How evidence is written: not at all; one node a sentence in our own terms; that and selectors of Web Annotation.
EVIDENCE = ("none", "compact", "oa")


def triples(
    store: Store, base_iri: str = BASE_IRI, *, abstracts: bool = False, evidence: str = "compact"
) -> Iterator[str]:
    """All triples of a graph as lines of N-Triples, without line ends and unsorted; each comes once.

    Ontology, scheme, run, entities, papers with their assertions, evidence and results, redirects, and last the
    description with its counts. `abstracts` adds the abstracts of papers, which belong to their authors; `evidence` is
    one of `EVIDENCE`.

    Raises:
        UsageError: where nothing can be appended to `base_iri`.
    """
    base = checked_base(base_iri)
    kinds: Counter[str] = Counter()
    uses: Counter[str] = Counter()
    papers = _papers(store, base, abstracts=abstracts, form=evidence)
    for part in (ontology(), _scheme(base), _run(store, base), _entities(store, base), papers):
        for line in part:
            _, predicate, rest = line.split(" ", 2)
            uses[predicate] += 1
            if predicate == _TYPE:
                kinds[rest[:-2]] += 1
            yield line
    for line in _redirects(store, base):
        uses[line.split(" ", 2)[1]] += 1
        yield line
    yield from description(base, _run_iri(store, base), store.meta.get("data", ""), kinds, uses)


_TYPE = term("rdf:type")


def _lines(subject: str, pairs: Iterable[tuple[str, str | None]]) -> Iterator[str]:
    """Lines of one subject; pairs of a prefixed name and an object, left out where it is None."""
    return (f"{subject} {term(predicate)} {value} ." for predicate, value in pairs if value is not None)


def _scheme(base: str) -> Iterator[str]:
    yield from _lines(
        iri(base + "scheme"),
        [("rdf:type", term("skos:ConceptScheme")), ("dcterms:title", english("Entities named by the papers"))],
    )


def _run_iri(store: Store, base: str) -> str:
    """The run that made the assertions, known by what decides them: the version of kg and the extractor."""
    key = "\n".join((store.meta.get("kg", ""), store.meta.get("fingerprint", "")))
    return iri(f"{base}run/{digest(key, 20)}")


def _run(store: Store, base: str) -> Iterator[str]:
    version, fingerprint = store.meta.get("kg", ""), store.meta.get("fingerprint", "")
    agent = iri(f"{base}run/kg-{re.sub(r'[^A-Za-z0-9.-]', '-', version)}")
    yield from _lines(
        _run_iri(store, base),
        [
            ("rdf:type", term("prov:Activity")),
            ("rdfs:label", english("extraction and resolution by kg")),
            ("dcterms:identifier", quoted(fingerprint) if fingerprint else None),
            ("prov:wasAssociatedWith", agent),
        ],
    )
    yield from _lines(
        agent,
        [
            ("rdf:type", term("prov:SoftwareAgent")),
            ("rdfs:label", quoted("kg")),
            ("schema:softwareVersion", quoted(version) if version else None),
        ],
    )


def _entities(store: Store, base: str) -> Iterator[str]:
    counts, results = _follow(_relation_counts(store)), _follow(_result_counts(store))
    for entity in store.entities():
        subject = iri(entity_iri(entity.id, base))
        yield from _lines(subject, _about_entity(entity, base))
        pairs = [(count_term(c.relation), c.papers) for c in counts(entity.id)]
        pairs += [("kg:resultCount", c.papers) for c in results(entity.id)]
        yield from _lines(subject, ((name, literal(str(n), "xsd:integer")) for name, n in pairs))


@dataclass(frozen=True, slots=True)
class _Count:
    """How many papers stand in a relation to an entity, or how many results name it."""

    key: str
    relation: str
    papers: int


def _relation_counts(store: Store) -> Iterator[_Count]:
    """By entity, in the order of `Store.entities`."""
    counted = """SELECT e.id, relation, count(*) FROM edge JOIN entity e ON e.n = edge.entity
                 GROUP BY edge.entity, relation ORDER BY edge.entity, relation"""
    return (_Count(*row) for row in store.rows(counted))


def _result_counts(store: Store) -> Iterator[_Count]:
    """By entity, in the order of `Store.entities`; a result that names it twice counts once."""
    counted = """SELECT e.id, '', count(*) FROM (SELECT n, system AS entity FROM result UNION
                 SELECT n, target FROM result UNION SELECT n, metric FROM result) r
                 JOIN entity e ON e.n = r.entity GROUP BY r.entity ORDER BY r.entity"""
    return (_Count(*row) for row in store.rows(counted))


def _about_entity(entity: Entity, base: str) -> Iterator[tuple[str, str | None]]:
    yield "rdf:type", term(f"kg:{ENTITY_TYPES[entity.type].term}")
    yield "rdf:type", term("skos:Concept")
    yield "dcterms:identifier", quoted(entity.id)
    label = quoted(entity.label)
    yield "skos:prefLabel", label
    for name in dict.fromkeys(map(quoted, entity.names)):
        if name != label:
            yield "skos:altLabel", name
    for key in dict.fromkeys(filter(None, map(fold, entity.names))):
        yield "kg:nameKey", quoted(key)
    yield "skos:inScheme", iri(base + "scheme")
    yield "kg:paperCount", literal(str(entity.paper_count), "xsd:integer")
    if entity.introduced_by:
        yield "kg:introducedBy", iri(paper_iri(entity.introduced_by, base))
        yield "kg:introductionShownBy", iri(assertion_iri(entity.introduced_by, "PROPOSES", entity.id, base))
    for link, address in dict.fromkeys(entity.links):
        if link in _LINKS and _REVIEWED.fullmatch(address):
            yield _LINKS[link], iri(address)


def _owner(item: Edge | ResolvedResult | _Count) -> str:
    return item.key if isinstance(item, _Count) else item.paper


def _follow(items: Iterable[_Linked]) -> Callable[[str], list[_Linked]]:
    """A function that takes the items of one paper (counts: entity) out of a stream sorted by it; ask in that order."""
    groups = groupby(items, key=_owner)
    head = next(groups, None)

    def take(paper: str) -> list[_Linked]:
        nonlocal head
        if head is None or head[0] != paper:
            return []
        found = list(head[1])
        head = next(groups, None)
        return found

    return take


def _papers(store: Store, base: str, *, abstracts: bool, form: str) -> Iterator[str]:
    """Papers with all that hangs on them, one after the other."""
    edges, results = _follow(store.edges()), _follow(store.results())
    types = dict(store.rows("SELECT id, type FROM entity"))
    run = _run_iri(store, base)
    for paper in store.papers():
        subject = iri(paper_iri(paper.id, base))
        yield from _lines(subject, _about_paper(paper))
        if abstracts and paper.abstract:
            yield from _lines(subject, [("dcterms:abstract", quoted(paper.abstract))])
        evidence = _Evidence(paper, subject, base, form)
        for edge in edges(paper.id):
            yield from _about_edge(edge, types[edge.entity], subject, run, evidence, base)
        seen: set[str] = set()
        for result in results(paper.id):
            node = iri(f"{base}r/{digest(_result_key(result), 20)}")
            if node not in seen:  # the same figure twice in one sentence is one result
                seen.add(node)
                yield from _lines(subject, [("kg:hasResult", node)])
                yield from _lines(node, _about_result(result, evidence, base))
        yield from evidence.lines()


def _about_paper(paper: Paper) -> Iterator[tuple[str, str | None]]:
    arxiv = next((m[1] for i in (paper.id, *paper.same_as) if (m := _ARXIV.fullmatch(i))), None)
    yield "rdf:type", term("kg:Paper")
    yield "rdf:type", term("schema:ScholarlyArticle")
    yield "rdf:type", term("fabio:Preprint") if arxiv else None
    yield "dcterms:identifier", quoted(paper.id)
    yield "dcterms:title", quoted(paper.title)
    yield "dcterms:issued", issued(paper.date, paper.year)
    yield "fabio:hasArXivID", quoted(arxiv) if arxiv else None
    yield "kg:venue", quoted(paper.venue) if paper.venue else None
    others = [i for i in (*paper.same_as, paper.source_id) if i and i != paper.id]
    for name, values in (
        ("dcterms:creator", paper.authors),
        ("dcterms:subject", paper.categories),
        ("kg:otherIdentifier", others),
    ):
        for value in dict.fromkeys(map(quoted, values)):
            yield name, value
    for page in dict.fromkeys(_pages(paper)):
        yield "schema:url", iri(page)


def _pages(paper: Paper) -> Iterator[str]:
    """Web pages of a paper: made from its id, or given by the input if the host is one that we trust."""
    for pattern, address in _PAGES:
        if match := pattern.fullmatch(paper.id):
            yield address + match[1]
    if _TRUSTED.fullmatch(paper.url):
        yield paper.url


class _Evidence:
    """The evidence nodes of one paper: one for each sentence, however many statements cite it."""

    def __init__(self, paper: Paper, subject: str, base: str, form: str) -> None:
        self._paper, self._subject, self._base, self._form = paper, subject, base, form
        self._nodes: dict[Span, str] = {}

    def node(self, span: Span) -> str | None:
        """The node of a sentence, named by paper, place and text; None where no evidence is written."""
        if self._form == "none":
            return None
        if span not in self._nodes:
            quote = self._paper.text(span.field)[span.start : span.end]
            key = "\n".join((self._paper.id, span.field, str(span.start), str(span.end), quote))
            self._nodes[span] = iri(f"{self._base}e/{digest(key, 20)}")
        return self._nodes[span]

    def lines(self) -> Iterator[str]:
        """The triples of all nodes asked for so far."""
        digests = {
            name: quoted(hashlib.sha256(self._paper.text(name).encode("utf-8", "surrogatepass")).hexdigest())
            for name in sorted({span.field for span in self._nodes})
        }
        for span, node in sorted(self._nodes.items()):
            yield from _lines(
                node,
                [
                    ("rdf:type", term("kg:Evidence")),
                    ("kg:inPaper", self._subject),
                    ("kg:quote", quoted(self._paper.text(span.field)[span.start : span.end])),
                    ("kg:field", quoted(span.field)),
                    ("kg:start", literal(str(span.start), "xsd:integer")),
                    ("kg:end", literal(str(span.end), "xsd:integer")),
                    ("kg:sourceDigest", digests[span.field]),
                ],
            )
            if self._form == "oa":
                yield from self._annotation(node, span)

    def _annotation(self, node: str, span: Span) -> Iterator[str]:
        """The same sentence as Web Annotation says it (W3C, 2017): source, quote and position."""
        quote, place = f"{node[:-1]}-quote>", f"{node[:-1]}-place>"
        yield from _lines(
            node,
            [
                ("rdf:type", term("oa:SpecificResource")),
                ("oa:hasSource", self._subject),
                ("oa:hasSelector", quote),
                ("oa:hasSelector", place),
            ],
        )
        text = self._paper.text(span.field)[span.start : span.end]
        yield from _lines(quote, [("rdf:type", term("oa:TextQuoteSelector")), ("oa:exact", quoted(text))])
        yield from _lines(
            place,
            [
                ("rdf:type", term("oa:TextPositionSelector")),
                ("oa:start", literal(str(span.start), "xsd:integer")),
                ("oa:end", literal(str(span.end), "xsd:integer")),
            ],
        )


def assertion_iri(paper: str, relation: str, entity: str, base: str = BASE_IRI) -> str:
    """The IRI of the assertion behind a direct edge: of ids of paper and entity and the name of a relation."""
    key = "\n".join((paper, relation, entity))
    return f"{base}a/{digest(key, 20)}"


def _about_edge(edge: Edge, decided_type: str, subject: str, run: str, evidence: _Evidence, base: str) -> Iterator[str]:
    """The direct triple and the assertion that carries what is known about it."""
    predicate = f"kg:{RELATIONS[edge.relation].term}"
    target = iri(entity_iri(edge.entity, base))
    yield from _lines(subject, [(predicate, target)])
    stated, link = ENTITY_TYPES[edge.stated_type], RELATIONS[edge.stated_relation]
    pairs: list[tuple[str, str | None]] = [
        ("rdf:type", term("kg:Assertion")),
        ("rdf:type", term("rdf:Statement")),
        ("rdf:subject", subject),
        ("rdf:predicate", term(predicate)),
        ("rdf:object", target),
        ("kg:confidence", literal(number(edge.confidence) or "0", "xsd:decimal")),
        ("prov:wasGeneratedBy", run),
        *(("kg:evidence", evidence.node(span)) for span in dict.fromkeys(edge.evidence)),
        *(("kg:mentionAt", quoted(f"{m.field}:{m.start}-{m.end}")) for m in dict.fromkeys(edge.mentions)),
        ("kg:statedRelation", term(f"kg:{link.term}") if link.name != edge.relation else None),
        ("kg:statedType", term(f"kg:{stated.term}") if stated.name != decided_type else None),
    ]
    yield from _lines(iri(assertion_iri(edge.paper, edge.relation, edge.entity, base)), pairs)


def _result_key(found: ResolvedResult) -> str:
    """What makes a result that result: where it stands and what it says."""
    result, span = found.result, found.result.evidence
    slots = (result.system, result.on, result.metric, result.value, result.number or "", result.unit, result.kind)
    return "\n".join((found.paper, span.field, str(span.start), str(span.end), *slots))


def _about_result(found: ResolvedResult, evidence: _Evidence, base: str) -> Iterator[tuple[str, str | None]]:
    result = found.result
    value = number(result.number) if result.number else None
    yield "rdf:type", term("kg:Result")
    yield "rdf:type", term("schema:Observation")
    for name, target, text in (
        ("system", found.system, result.system),
        ("on", found.on, result.on),
        ("metric", found.metric, result.metric),
    ):
        yield f"kg:{name}", iri(entity_iri(target, base)) if target else None
        if text and not target:
            yield f"kg:{name}Name", quoted(text)
            yield f"kg:{name}NameKey", quoted(fold(text)) if fold(text) else None
    yield "kg:value", literal(value, "xsd:decimal") if value else None
    yield "kg:rawValue", quoted(result.value)
    yield "kg:unit", quoted(result.unit) if result.unit else None
    yield "kg:kind", quoted(result.kind)
    yield "kg:evidence", evidence.node(result.evidence)


def _redirects(store: Store, base: str) -> Iterator[str]:
    """Ids that no longer are anything: what stands in for them, or what they may mean."""
    for redirect in store.redirects():
        name = "dcterms:isReplacedBy" if len(redirect.targets) == 1 else "kg:mayMean"
        targets = (iri(entity_iri(target, base)) for target in redirect.targets)
        yield from _lines(iri(entity_iri(redirect.id, base)), ((name, target) for target in targets))
    joined = """SELECT r.id, p.id FROM paper_redirect r JOIN paper p ON p.n = r.paper
                WHERE r.id NOT IN (SELECT id FROM paper) ORDER BY r.id"""
    for other, paper in store.rows(joined):
        yield from _lines(iri(paper_iri(other, base)), [("dcterms:isReplacedBy", iri(paper_iri(paper, base)))])
