"""Which names are one thing.

Two rules (DESIGN section 8), neither of which chains:

1. *Same name*: names of one normal form (`kg.ids.normal_form`) are one thing.
2. *Spelled out*: an acronym that a paper spells out is its long form there. Elsewhere the bare acronym is the long form
   only where the papers that spell it out agree on one (nine in ten do), and where the type agrees; else it is a thing
   of its own (a namesake).

The key of an entity is the normal form of its long form where one is known, else of its name; its id is the slug of the
key.
Everything is counted over sets of papers and ties are broken by spelling, so that neither order nor history matters.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.entity import Entity, Reason, Redirect
from kg.facts import Facts
from kg.ids import normal_form, slug
from kg.nlp.abbreviations import spells_out
from kg.schema import ENTITY_TYPES

_DOMINANT = 0.9  #: share of the papers that spell an acronym out in one way, from which on it stands for that alone
_SHOWN = 5  #: papers that a reason names at most
_TYPE_RANK = {name: n for n, name in enumerate(ENTITY_TYPES)}


@dataclass(frozen=True, slots=True)
class Observation:
    """One entity of one paper, as far as identity is concerned."""

    paper: str
    names: tuple[str, ...]
    type: str


def observe(facts: Facts) -> Iterator[Observation]:
    """The observations that a paper's facts hold."""
    return (Observation(facts.paper.id, e.names, e.type) for e in facts.entities)


def _spelled_out(names: tuple[str, ...]) -> tuple[str, str] | None:
    """The acronym and the long form among the names of one entity, if they hold such a pair."""
    for long in sorted(names, key=lambda n: (-len(n), n)):
        for short in names:
            if len(short) < len(long) and spells_out(short, long):
                return short, long
    return None


def _key_or_name(name: str) -> str:
    """The normal form; of a name that has none (punctuation only), the name itself."""
    return normal_form(name) or name


def _most(counts: Mapping[str, int]) -> str:
    """The most frequent; of equals the first in alphabetical order."""
    return min(counts, key=lambda k: (-counts[k], k))


class Resolution:
    """The entities of a corpus: answers which entity an observation belongs to."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        """Read all observations once; their order and repetitions do not matter."""
        self._long_forms: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._types: dict[str, Counter[str]] = defaultdict(Counter)
        seen = set(observations)
        for o in seen:
            key = self._own_key(o.names)
            self._types[key][o.type] += 1
            if pair := _spelled_out(o.names):
                self._long_forms[_key_or_name(pair[0])][key].add(o.paper)
        self._expansion = {short: long for short in self._long_forms if (long := self._agreed_long_form(short))}
        self._collect(seen)

    @staticmethod
    def _own_key(names: tuple[str, ...]) -> str:
        """The key that the names of one entity of one paper give by themselves."""
        pair = _spelled_out(names)
        return _key_or_name(pair[1] if pair else names[0])

    def _agreed_long_form(self, short: str) -> str | None:
        """The long form that a bare acronym stands for: what nearly all papers give, and of its type."""
        papers = {long: len(found) for long, found in self._long_forms[short].items()}
        long = _most(papers)
        if papers[long] < _DOMINANT * sum(papers.values()):
            return None
        bare = self._types.get(short)
        return long if bare is None or self._type_of(bare) == self._type_of(self._types[long]) else None

    @staticmethod
    def _type_of(votes: Mapping[str, int]) -> str:
        """The type that most papers give; of equals the first in the table of types."""
        return min(votes, key=lambda t: (-votes[t], _TYPE_RANK[t]))

    def key(self, names: tuple[str, ...]) -> str:
        """The key of the entity that an entity of a paper with these names is."""
        own = self._own_key(names)
        return self._expansion.get(own, own)

    def entity_id(self, names: tuple[str, ...]) -> str:
        """The id of that entity."""
        return slug(self.key(names))

    def _collect(self, seen: set[Observation]) -> None:
        """Gather names, labels, types and papers of each entity."""
        self._labels: dict[str, Counter[str]] = defaultdict(Counter)
        self._names: dict[str, Counter[str]] = defaultdict(Counter)
        self._votes: dict[str, Counter[str]] = defaultdict(Counter)
        self._papers: dict[str, set[str]] = defaultdict(set)
        for o in seen:
            entity = self.entity_id(o.names)
            # A label that means another entity where it stands alone would mislead: the next best name is taken.
            self._labels[entity][next((n for n in o.names if self.entity_id((n,)) == entity), o.names[0])] += 1
            self._names[entity].update(o.names)
            self._votes[entity][o.type] += 1
            self._papers[entity].add(o.paper)

    def type(self, entity: str) -> str:
        """The type decided over all papers."""
        return self._type_of(self._votes[entity])

    def entities(self) -> Iterator[Entity]:
        """All entities, sorted by id; names by how often they stand, then alphabetically."""
        for entity in sorted(self._names):
            labels = self._labels[entity]
            label = min(labels, key=lambda n: (-labels[n], -len(n.split()), n))
            names = sorted(self._names[entity], key=lambda n: (n != label, -self._names[entity][n], n))
            borrowed = tuple(n for n in names if not self._owns(entity, n))
            yield Entity(entity, label, self.type(entity), tuple(names), len(self._papers[entity]), borrowed)

    def _owns(self, entity: str, name: str) -> bool:
        """Whether a name means this entity also where it stands alone; else another, or none, does."""
        return self.entity_id((name,)) == entity or self.entity_id((name,)) not in self._names

    def redirects(self) -> Iterator[Redirect]:
        """Slugs of names that are nobody's id, sorted: the entity that the bare name means, or all that bear it."""
        targets: dict[str, set[str]] = defaultdict(set)
        for entity, names in self._names.items():
            for name in names:
                owner = self.entity_id((name,))
                targets[slug(_key_or_name(name))].add(owner if owner in self._names else entity)
        for identity in sorted(targets):
            if identity not in self._names:
                yield Redirect(identity, tuple(sorted(targets[identity])))

    def reasons(self) -> Iterator[Reason]:
        """Why each further name belongs to its entity, and which acronyms were kept apart; sorted."""
        found = [reason for entity in self._names for reason in self._reasons_of(entity)]
        yield from sorted(found, key=lambda r: (r.entity, r.name, r.kind))

    def _reasons_of(self, entity: str) -> Iterator[Reason]:
        keys = {_key_or_name(n) for n in self._names[entity]}
        for name in self._names[entity]:
            key = _key_or_name(name)
            longs = self._long_forms.get(key, {})
            here = {paper for long, papers in longs.items() if slug(long) == entity for paper in papers}
            if slug(key) != entity and here:
                yield Reason(entity, name, "spelled-out", "spelled out in these papers", _shown(here))
                if self._expansion.get(key) and slug(self._expansion[key]) == entity:
                    yield Reason(
                        entity, name, "acronym", "the long form that papers agree on, also where it stands alone", ()
                    )
            elif slug(key) == entity:
                if len(keys) < len(self._names[entity]):
                    yield Reason(entity, name, "same-name", f"normal form {key!r}", ())
            else:
                yield Reason(entity, name, "same-paper", "named together as one thing in a paper", ())
            if slug(key) == entity and longs and key not in self._expansion:
                others = ", ".join(sorted(slug(long) for long in longs))
                yield Reason(
                    entity, name, "kept-apart", f"may also stand for {others}", _shown(set().union(*longs.values()))
                )


def _shown(papers: set[str]) -> tuple[str, ...]:
    return tuple(sorted(papers)[:_SHOWN])


def resolve(observations: Iterable[Observation]) -> Resolution:
    """Decide which names are one thing, over all observations. Linear in their number."""
    return Resolution(observations)
