"""Which names are one thing.

Evidence, in this order (DESIGN section 8); every step maps a name to one form, so that nothing chains:

1. *Same form*: names of one canonical form (`kg.resolve.forms`), curated aliases among them, are one thing.
2. *Spelled out*: an acronym that a paper spells out is its long form in that paper.
3. *Acronym*: elsewhere the bare acronym is a long form that other papers of the corpus, or the mined table, spell out:
   the one that four papers in five give, or else the one whose company it keeps. Its type must agree, and the paper
   must not name that long form as another entity.
4. *Typing error*: a rare form one letter away from a frequent one, where the changed word stands nowhere else.

One form with two kinds of thing (a task and a model) becomes two entities, see `kg.resolve.senses`. Decisions of people
come before all else. Everything is counted over sets of papers and ties are broken by spelling: neither order nor
history matters.

The key of an entity is the normal form of its long form where one is known, else of its name: of several the most
frequent.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from kg.entity import Entity, Reason, Redirect
from kg.ids import slug
from kg.resolve import senses
from kg.resolve.acronyms import Expander
from kg.resolve.decisions import NONE, Decision, Decisions, joined, pinned, pinned_id, spelled, told
from kg.resolve.observations import Observation, definition, key_of, own_name
from kg.resolve.tables import aliases, external, known_types
from kg.resolve.typos import corrections
from kg.schema import ENTITY_TYPES

NOBODY: Mapping[str, str] = MappingProxyType({})
_KINDS = {frozenset(c): frozenset(c) for n in range(7) for c in combinations(ENTITY_TYPES, n)}  #: shared: many names
_SHOWN = 5  #: papers that a reason names at most
_PRIOR = 2  #: votes that a known type has at most


@dataclass(frozen=True, slots=True)
class _Group:
    """Where an observation belongs: the form of the thing, and the type of its sense where the form has several."""

    form: str
    sense: str


class Resolution:
    """The entities of a corpus: answers which entity an observation belongs to."""

    def __init__(self, observations: Iterable[Observation], decisions: Decisions = NONE) -> None:
        """Read all observations once; their order and repetitions do not matter.

        Raises DataError where decisions contradict each other once acronyms are read.
        """
        self._seen = frozenset(observations)
        self._decisions = spelled(decisions, {n for o in self._seen for n in o.names} if decisions.all else ())
        apart = {key_of(n) for d in self._decisions.of("distinct") for n in d.names}
        self._typos = {rare: form for rare, form in corrections(self._form_counts()).items() if rare not in apart}
        self._expander = Expander(self._seen, self._own_form, self._decisions)
        self._one = joined(self._decisions, lambda name: (self._decisions.form(name), self._usual(name)))
        self._decided = {
            kind: {_Group(self._final(self._usual(d.names[0])), d.sense): d for d in self._decisions.of(kind)}
            for kind in ("retype", "rename", "drop")
        }
        self._told = self._words_of_people()
        self._groups: dict[Observation, _Group] = {}
        self._split: dict[str, dict[str, str]] = {}
        self._group()
        self._collect()

    # From names to groups.

    def _form_counts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for paper_form in {(o.paper, key_of(own_name(o.names))) for o in self._seen}:
            counts[paper_form[1]] += 1
        return counts

    def _own_form(self, names: tuple[str, ...]) -> str:
        """The canonical form that the names of one entity give by themselves."""
        name = own_name(names)
        return self._decisions.form(self._typos.get(key_of(name), name))

    def _usual(self, name: str) -> str:
        """The canonical form of what a name in a decision is about."""
        return self._expander.usual(name) or self._decisions.form(name)

    def _final(self, form: str) -> str:
        """The form that stands for all that people said are one."""
        return self._one.get(form, form)

    def _form(self, o: Observation) -> str:
        """The canonical form of the thing that an observation is, its acronym read."""
        return self._final(self._expander.expand(o) or self._own_form(o.names))

    def _decision(self, kind: str, group: _Group) -> Decision | None:
        """What people decided of a group, or of all namesakes of its form."""
        found = self._decided[kind]
        return (found.get(group) or found.get(_Group(group.form, ""))) if found else None

    def _group(self) -> None:
        forms = {o: self._form(o) for o in self._seen}
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for form, _, kind in {(form, o.paper, o.type) for o, form in forms.items()}:
            votes[form][kind] += 1
        whole = {*self._one.values(), *(group.form for group in self._decided["retype"] if not group.sense)}
        for form, counts in votes.items():
            if form not in whole and (parts := senses.split(counts)):  # what people made one thing stays one
                self._split[form] = parts
        for o, form in forms.items():
            group = _Group(form, self._split.get(form, {}).get(o.type, ""))
            if not self._decision("drop", group):
                self._groups[o] = group

    # From groups to entities.

    def _collect(self) -> None:
        """Count names, labels, types, papers and keys of each group; name the groups."""
        self._labels: dict[_Group, Counter[str]] = defaultdict(Counter)
        self._names: dict[_Group, Counter[str]] = defaultdict(Counter)
        self._votes: dict[_Group, Counter[str]] = defaultdict(Counter)
        self._papers: dict[_Group, set[str]] = defaultdict(set)
        keys: dict[_Group, Counter[str]] = defaultdict(Counter)
        for group, _, kind in {(group, o.paper, o.type) for o, group in self._groups.items()}:
            self._votes[group][kind] += 1
        for o, group in self._groups.items():
            self._names[group].update(set(o.names))
            self._papers[group].add(o.paper)
            keys[group][self._key(o)] += 1
        self._ids = {group: self._identity(group, counts) for group, counts in keys.items()}
        self._group_of = {identity: group for group, identity in self._ids.items()}
        for o, group in self._groups.items():
            # A label that means another entity where it stands alone would mislead: the next best name is taken.
            owned = next((n for n in o.names if self.bare(n) == self._ids[group]), o.names[0])
            self._labels[group][owned] += 1

    def _key(self, o: Observation) -> str:
        """The key that an observation gives its entity: the long form of an acronym, what an alias stands for."""
        if long := self._expander.long_form(o):
            return long
        if self._decisions.all and pinned(form := self._own_form(o.names)):
            return form
        key = key_of(own_name(o.names))
        key = self._typos.get(key, key)
        name = aliases().get(key, key)
        # People may have said that the two are distinct.
        return name if name == key or self._decisions.form(name) == self._own_form(o.names) else key

    def _identity(self, group: _Group, keys: Counter[str]) -> str:
        """The id of a group: the slug of the key that most observations give it."""
        key = min(keys, key=lambda k: (-keys[k], k))
        # Two hyphens, which no slug holds: "language" as a model is not the thing called "language model".
        own = pinned_id(pinned(key)) if pinned(key) else slug(key)
        return own + (f"--{group.sense.lower()}" if group.sense else "")

    def entity_id(self, o: Observation) -> str:
        """The id of the entity that an observation is; it must be one of those that were read."""
        return self._ids[self._groups[o]]

    def bare(self, name: str) -> str | None:
        """The id of the entity that a name means where it stands alone, if there is one and only one."""
        form = self._bare_form(name)
        found = [i for s in {"", *self._split.get(form, {}).values()} if (i := self._ids.get(_Group(form, s)))]
        return found[0] if len(found) == 1 else None

    def _bare_form(self, name: str) -> str:
        """The canonical form of what a name means where it stands alone."""
        return self._final(self._expander.bare(name) or self._own_form((name,)))

    def __contains__(self, o: object) -> bool:
        """Whether an observation was read and not dropped by a decision."""
        return o in self._groups

    def type(self, identity: str) -> str:
        """The type decided over all papers, what labelled papers know as a further vote."""
        group = self._group_of[identity]
        if decided := self._decision("retype", group):
            return decided.value
        if group.sense:
            return group.sense
        votes = Counter(self._votes[group])
        kind, papers = known_types().get(group.form, ("", 0))
        if kind in votes:
            votes[kind] += min(papers, _PRIOR)
        return senses.most(votes)

    def entities(self, introduced_by: Mapping[str, str] = NOBODY) -> Iterator[Entity]:
        """All entities, sorted by id; names by how often they stand, then alphabetically.

        `introduced_by`: id of an entity -> id of the paper that introduced it, see `kg.resolve.origins`.
        """
        for identity in sorted(self._group_of):
            group = self._group_of[identity]
            labels, counts = self._labels[group], self._names[group]
            label = min(labels, key=lambda n: (-labels[n], -len(n.split()), n))
            if renamed := self._decision("rename", group):
                label = renamed.value
            names = sorted({label, *counts}, key=lambda n: (n != label, -counts[n], n))
            borrowed = tuple(n for n in names if self.bare(n) not in (identity, None))
            yield Entity(
                id=identity,
                label=label,
                type=self.type(identity),
                names=tuple(names),
                paper_count=len(self._papers[group]),
                borrowed=borrowed,
                introduced_by=introduced_by.get(identity, ""),
                links=self._links(group, names),
            )

    def _links(self, group: _Group, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """What the reviewed table says of the names that mean a group where they stand alone, where the type fits."""
        kind = self.type(self._ids[group])
        known = ((name, external().get(key_of(name), ())) for name in names)
        found = (link for name, links in known if links and self._bare_form(name) == group.form for link in links)
        return tuple(sorted({(k.property, k.address) for k in found if senses.compatible(k.type, kind)}))

    def redirects(self) -> Iterator[Redirect]:
        """Slugs of names that are nobody's id, sorted: the entity that the bare name means, or all that bear it."""
        targets: dict[str, set[str]] = defaultdict(set)
        for identity, group in self._group_of.items():
            for name in self._names[group]:
                targets[slug(key_of(name))].add(self.bare(name) or identity)
                for long in self._expander.retired(name):
                    targets[slug(long)].add(self.bare(name) or identity)
        for retired, identity in self._namesakes():
            targets[retired].add(identity)
        for identity in sorted(targets):
            if identity not in self._group_of:
                yield Redirect(identity, tuple(sorted(targets[identity])))

    def _namesakes(self) -> Iterator[tuple[str, str]]:
        """Ids that namesakes by type have, or had when the papers were fewer: (id, entity that it means now)."""
        kinds: dict[str, frozenset[str]] = {}
        for o in self._groups:
            for key in map(key_of, o.names):
                kinds[key] = _KINDS[kinds.get(key, frozenset()) | {o.type}]
        several = {
            key for key, found in kinds.items() if any(not senses.compatible(a, b) for a in found for b in found)
        }
        for o, group in self._groups.items():
            for key in several.intersection(map(key_of, o.names)):
                yield f"{slug(key)}--{o.type.lower()}", self._ids[group]

    def unmatched(self) -> Iterator[Decision]:
        """Decisions about names that stand in no paper, and about namesakes that there are not."""
        if not self._decisions.all:
            return
        known = {self._decisions.form(n) for o in self._seen for n in o.names}
        for d in self._decisions.all:
            named = all(self._decisions.form(n) in known or self._usual(n) in known for n in d.names)
            parts = self._split.get(self._final(self._usual(d.names[0])), {})
            if not named or (d.sense and d.sense not in parts.values()):
                yield d

    # Why.

    def reasons(self) -> Iterator[Reason]:
        """Why each name belongs to its entity, and which merges were refused; sorted."""
        found: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for o, group in self._groups.items():
            identity = self._ids[group]
            for name, kind, detail in self._why(o, identity):
                found[identity, name, kind, detail].add(o.paper)
            if group.sense:
                others = sorted(set(self._split[group.form].values()) - {group.sense})
                detail = f"a {group.sense.lower()} here, elsewhere a {' or a '.join(others).lower()}"
                found[identity, own_name(o.names), "kept-apart", detail].add(o.paper)
        for (identity, name, kind, detail), papers in sorted(found.items()):
            yield Reason(identity, name, kind, detail, tuple(sorted(papers)[:_SHOWN]))

    def _why(self, o: Observation, identity: str) -> Iterator[tuple[str, str, str]]:
        """(name, kind, detail) for each name of an observation that is not plainly the entity's own key."""
        own = own_name(o.names)
        form = self._own_form(o.names)
        if form in self._told:
            yield own, "decision", self._told[form]
        if step := self._expander.why(o):
            yield (own, *step)
        elif key_of(own) in self._typos:
            yield own, "typing-error", f"one letter away from {self._typos[key_of(own)]!r}"
        elif form not in self._told and slug(key_of(own)) != identity.partition("--")[0]:
            yield own, "same-name", f"the form {form!r}"
        pair = definition(o.names)
        for name in o.names:
            if pair and name == pair[0]:
                yield name, "spelled-out", pair[1]
            elif name != own and slug(key_of(name)) != identity:
                yield name, "same-paper", f"named together with {own}"

    def _words_of_people(self) -> dict[str, str]:
        """Canonical form -> what people decided of it, in words."""
        words: dict[str, set[str]] = defaultdict(set)
        for d in self._decisions.all:
            for name in d.names:
                for form in (self._decisions.form(name), self._usual(name)):
                    words[form].add(told(d))
        return {form: "; ".join(sorted(found)) for form, found in words.items()}


def resolve(observations: Iterable[Observation], decisions: Decisions = NONE) -> Resolution:
    """Decide which names are one thing, over all observations. Linear in their number."""
    return Resolution(observations, decisions)
