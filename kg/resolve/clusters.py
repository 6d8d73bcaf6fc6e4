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
from types import MappingProxyType

from kg.entity import Entity, Reason, Redirect
from kg.ids import slug
from kg.resolve import senses
from kg.resolve.acronyms import Expander
from kg.resolve.decisions import NONE, Decision, Decisions, pinned, representatives
from kg.resolve.observations import Observation, definition, key_of, own_name
from kg.resolve.tables import external, known_types
from kg.resolve.typos import corrections

NOBODY: Mapping[str, str] = MappingProxyType({})
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
        """Read all observations once; their order and repetitions do not matter."""
        self._decisions = decisions
        self._seen = frozenset(observations)
        self._typos = corrections(self._form_counts())
        self._expander = Expander(self._seen, self._own_form, decisions)
        self._one = representatives(
            [{f for n in d.names for f in (decisions.form(n), self._usual(n))} for d in decisions.of("alias")]
        )
        self._decided = {
            kind: {self._final(self._usual(d.names[0])): d for d in decisions.of(kind)}
            for kind in ("retype", "rename", "drop")
        }
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

    def _group(self) -> None:
        forms = {o: form for o in self._seen if (form := self._form(o)) not in self._decided["drop"]}
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for o, form in forms.items():
            votes[form][o.type] += 1
        for form, counts in votes.items():
            if form not in self._decided["retype"] and (parts := senses.split(counts)):
                self._split[form] = parts
        for o, form in forms.items():
            self._groups[o] = _Group(form, self._split.get(form, {}).get(o.type, ""))

    # From groups to entities.

    def _collect(self) -> None:
        """Count names, labels, types, papers and keys of each group; name the groups."""
        self._labels: dict[_Group, Counter[str]] = defaultdict(Counter)
        self._names: dict[_Group, Counter[str]] = defaultdict(Counter)
        self._votes: dict[_Group, Counter[str]] = defaultdict(Counter)
        self._papers: dict[_Group, set[str]] = defaultdict(set)
        keys: dict[_Group, Counter[tuple[bool, str]]] = defaultdict(Counter)
        for o, group in self._groups.items():
            self._names[group].update(set(o.names))
            self._votes[group][o.type] += 1
            self._papers[group].add(o.paper)
            long = self._expander.long_form(o)
            spelled = bool(long) or definition(o.names) is not None
            key = long or key_of(own_name(o.names))
            keys[group][spelled, self._typos.get(key, key)] += 1
        self._ids = {group: self._identity(group, counts) for group, counts in keys.items()}
        self._group_of = {identity: group for group, identity in self._ids.items()}
        for o, group in self._groups.items():
            # A label that means another entity where it stands alone would mislead: the next best name is taken.
            owned = next((n for n in o.names if self.bare(n) == self._ids[group]), o.names[0])
            self._labels[group][owned] += 1

    def _identity(self, group: _Group, keys: Counter[tuple[bool, str]]) -> str:
        """The id of a group: the slug of its most frequent long form, else of its most frequent form."""
        spelled = {key: n for (is_long, key), n in keys.items() if is_long}
        counts = spelled or {key: n for (_, key), n in keys.items()}
        key = min(counts, key=lambda k: (-counts[k], k))
        # Two hyphens, which no slug holds: "language" as a model is not the thing called "language model".
        return slug(pinned(group.form) or key) + (f"--{group.sense.lower()}" if group.sense else "")

    def entity_id(self, o: Observation) -> str:
        """The id of the entity that an observation is; it must be one of those that were read."""
        return self._ids[self._groups[o]]

    def bare(self, name: str) -> str | None:
        """The id of the entity that a name means where it stands alone, if there is one and only one."""
        form = self._final(self._expander.bare(name) or self._own_form((name,)))
        found = [i for s in {"", *self._split.get(form, {}).values()} if (i := self._ids.get(_Group(form, s)))]
        return found[0] if len(found) == 1 else None

    def __contains__(self, o: object) -> bool:
        """Whether an observation was read and not dropped by a decision."""
        return o in self._groups

    def type(self, identity: str) -> str:
        """The type decided over all papers, what labelled papers know as a further vote."""
        group = self._group_of[identity]
        if decided := self._decided["retype"].get(group.form):
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
            if renamed := self._decided["rename"].get(group.form):
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
                links=self._links(identity, [n for n in names if n not in borrowed]),
            )

    def _links(self, identity: str, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """What the reviewed table says of the names of an entity, where the type fits."""
        kind = self.type(identity)
        found = (link for name in names for link in external().get(key_of(name), ()))
        return tuple(sorted({(k.property, k.address) for k in found if senses.compatible(k.type, kind)}))

    def redirects(self) -> Iterator[Redirect]:
        """Slugs of names that are nobody's id, sorted: the entity that the bare name means, or all that bear it."""
        targets: dict[str, set[str]] = defaultdict(set)
        for identity, group in self._group_of.items():
            for name in self._names[group]:
                targets[slug(key_of(name))].add(self.bare(name) or identity)
                if long := self._expander.retired(name):
                    targets[slug(long)].add(self.bare(name) or identity)
        for identity in sorted(targets):
            if identity not in self._group_of:
                yield Redirect(identity, tuple(sorted(targets[identity])))

    def unmatched(self) -> Iterator[Decision]:
        """Decisions about names that stand in no paper."""
        known = {self._decisions.form(n) for o in self._seen for n in o.names}
        for d in self._decisions.all:
            if any(self._decisions.form(n) not in known and self._usual(n) not in known for n in d.names):
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
        own_key = slug(key_of(own)) == identity.partition("--")[0]
        if told := self._told(own):
            yield own, "decision", told
        elif step := self._expander.why(o):
            yield (own, *step)
        elif key_of(own) in self._typos:
            yield own, "typing-error", f"one letter away from {self._typos[key_of(own)]!r}"
        elif not own_key:
            yield own, "same-name", f"the form {self._own_form(o.names)!r}"
        pair = definition(o.names)
        for name in o.names:
            if pair and name == pair[0]:
                yield name, "spelled-out", pair[1]
            elif name != own and slug(key_of(name)) != identity:
                yield name, "same-paper", f"named together with {own}"

    def _told(self, name: str) -> str:
        """The alias that people decided for a name, in words; "" if there is none."""
        for d in self._decisions.of("alias"):
            if self._own_form((name,)) in {f for n in d.names for f in (self._decisions.form(n), self._usual(n))}:
                return f"line {d.line}: {' = '.join(d.names)}" + (f" ({d.why})" if d.why else "")
        return ""


def resolve(observations: Iterable[Observation], decisions: Decisions = NONE) -> Resolution:
    """Decide which names are one thing, over all observations. Linear in their number."""
    return Resolution(observations, decisions)
