"""What a bare acronym stands for, paper by paper."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

from kg.resolve import senses
from kg.resolve.decisions import Decisions
from kg.resolve.observations import Observation, definition, is_acronym, key_of, own_name
from kg.resolve.tables import acronyms, known_types

_AGREED = 0.8  #: share of the papers that spell an acronym out in one way, from which on it is read so
_TABLE = 20  #: papers that the table counts as at most, however many there were: the corpus knows its own senses
_AHEAD = 2.0  #: times that the company of one long form must outweigh that of the next

_Step = tuple[str, str]  #: kind and detail of a reason


class Expander:
    """The long forms of a corpus and of the mined table, and which of them each bare acronym stands for."""

    def __init__(
        self, seen: Iterable[Observation], own_form: Callable[[tuple[str, ...]], str], decisions: Decisions
    ) -> None:
        """`own_form` gives the canonical form of the names of one entity."""
        self._own_form, self._decisions = own_form, decisions
        self._papers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._long: dict[str, Counter[str]] = defaultdict(Counter)
        self._votes: dict[str, Counter[str]] = defaultdict(Counter)
        self._in_paper: dict[str, set[str]] = defaultdict(set)
        observed = list(seen)
        self._written = _as_acronyms(observed)
        for o in observed:
            form = own_form(o.names)
            self._in_paper[o.paper].add(form)
            self._votes[form][o.type] += 1
            if pair := definition(o.names):
                self._papers[key_of(pair[0])][form].add(o.paper)
                self._long[form][key_of(pair[1])] += 1
        self._table = self._tabled()
        self._decided = {key_of(n) for d in decisions.of("alias") for n in d.names}
        self._apart = {
            (key_of(one), form)
            for d in decisions.of("distinct")
            for one in d.names
            for two in d.names
            if one != two
            for form in (decisions.form(two), self._best(key_of(two)))
            if form
        }
        self._choices: dict[Observation, tuple[str, _Step] | None] = {}
        bare = [o for o in observed if self._is_bare(o)]
        self._company = self._companies({key_of(own_name(o.names)) for o in bare}, observed)
        for o in bare:
            self._choices[o] = self._choose(o)

    def _tabled(self) -> dict[str, dict[str, float]]:
        """Acronym -> canonical long form -> papers that the mined table counts as.

        "" stands for the long forms that are too rare for the table.
        """
        table: dict[str, dict[str, float]] = {}
        for short, longs in acronyms().items():
            counts: dict[str, int] = defaultdict(int)
            total = longs[0].papers / longs[0].share
            for long in longs:
                form = self._decisions.form(long.form)
                counts[form] += long.papers
                if form not in self._long:
                    self._long[form][long.form] = 1
            counts[""] = max(0, round(total) - sum(counts.values()))
            table[short] = {form: n * min(1.0, _TABLE / total) for form, n in counts.items()}
        return table

    def _is_bare(self, o: Observation) -> bool:
        """Whether an observation is an acronym that its paper does not spell out, and that somebody does."""
        key = key_of(own_name(o.names))
        return definition(o.names) is None and self._written.get(key, 0) > 0 and bool(self._weights(key))

    def _weights(self, short: str) -> dict[str, float]:
        """Canonical long form -> papers that spell the acronym out so, in this corpus and in the table; "" as there."""
        weights = dict(self._table.get(short, {}))
        for form, papers in self._papers.get(short, {}).items():
            weights[form] = weights.get(form, 0) + len(papers)
        return weights

    def _agreed(self, short: str, weights: Mapping[str, float]) -> tuple[str, float]:
        """The long form that the papers agree on, and their share; ("", 0) where they do not.

        What is too rare for the table may be what papers of this corpus spell out: it counts only against others.
        """
        best = _first({form: n for form, n in weights.items() if form})
        rare = weights.get("", 0) if best in self._papers.get(short, {}) else 0
        share = weights[best] / (math.fsum(weights.values()) - rare) if best else 0
        return (best, share) if share >= _AGREED else ("", 0)

    def _companies(self, shorts: set[str], observed: list[Observation]) -> dict[str, Counter[str]]:
        """Canonical long form -> what else stands in the papers that name it; of ambiguous acronyms only."""
        wanted = {form for s in shorts if len(w := self._weights(s)) > 1 for form in w if form}
        company: dict[str, Counter[str]] = {}
        for o in observed:
            if (form := self._own_form(o.names)) in wanted:
                company.setdefault(form, Counter()).update(self._in_paper[o.paper] - {form})
        return company

    def _type_of(self, form: str) -> str:
        """The type of a long form, by the papers of the corpus, else by the labelled papers; "" if unknown."""
        votes = self._votes.get(form)
        return senses.most(votes) if votes else known_types().get(form, ("", 0))[0]

    def _best(self, short: str) -> str:
        """The canonical long form that most papers give, or ""."""
        return _first({form: n for form, n in self._weights(short).items() if form})

    def _fits(self, o: Observation, form: str) -> bool:
        """Whether the type, and what people decided, allow an acronym to be this long form."""
        kind = self._type_of(form) if form else ""
        allowed = not kind or senses.compatible(kind, o.type)
        return allowed and (key_of(own_name(o.names)), form) not in self._apart

    def _choose(self, o: Observation) -> tuple[str, _Step] | None:
        """The canonical form that a bare acronym stands for in its paper, and why; None where nothing decides."""
        short = key_of(own_name(o.names))
        if short in self._decided:
            return None
        weights = {form: n for form, n in self._weights(short).items() if self._fits(o, form)}
        best, share = self._agreed(short, weights)
        if best:
            return best, ("acronym", f"{share:.0%} of the papers that spell it out give {self._name(best)!r}")
        # One that the paper names beside it as another entity is out, unless all agree on it.
        return self._by_company(o, [form for form in weights if form and form not in self._in_paper[o.paper]])

    def _by_company(self, o: Observation, forms: Iterable[str]) -> tuple[str, _Step] | None:
        """The long form whose company an acronym keeps: what else its paper names stands in that form's papers."""
        around = self._in_paper[o.paper]
        scores = {form: self._score(form, around) for form in forms}
        if not scores:
            return None
        first, *rest = sorted(scores, key=lambda form: (-scores[form], form))
        if scores[first] > 0 and scores[first] >= _AHEAD * max((scores[f] for f in rest), default=0):
            return first, ("context", f"keeps the company of {self._name(first)!r}")
        return None

    def _score(self, form: str, around: set[str]) -> float:
        company = self._company.get(form)
        if not company:
            return 0.0
        return float(sum(company[other] for other in sorted(around)) / math.sqrt(sum(company.values())))

    def _name(self, form: str) -> str:
        """The most frequent long form of a canonical form, to show and to make the id of."""
        counts = self._long[form]
        return min(counts, key=lambda k: (-counts[k], k))

    def expand(self, o: Observation) -> str | None:
        """The canonical form that a bare acronym was read as; None for all else."""
        choice = self._choices.get(o)
        return choice[0] if choice else None

    def long_form(self, o: Observation) -> str | None:
        """The normal form of the long form that a bare acronym was read as."""
        choice = self._choices.get(o)
        return self._name(choice[0]) if choice else None

    def bare(self, name: str) -> str | None:
        """The canonical form that an acronym stands for in a paper that one knows nothing of."""
        return None if key_of(name) in self._decided else self.usual(name)

    def usual(self, name: str) -> str | None:
        """As `bare`, whatever aliases people decided: what a name in a decision is about."""
        short = key_of(name)
        if self._written.get(short, int(is_acronym(name))) <= 0:
            return None
        weights = {form: n for form, n in self._weights(short).items() if (short, form) not in self._apart}
        return self._agreed(short, weights)[0] or None

    def retired(self, name: str) -> Iterable[str]:
        """Normal forms of long forms that a name may have been read as when the papers were others.

        Those that papers give are names of entities in any case; here are those of the table.
        """
        return (long.form for long in acronyms().get(key_of(name), ())) if is_acronym(name) else ()

    def why(self, o: Observation) -> _Step | None:
        """Why an acronym was read as it was, or why it was not read."""
        if o not in self._choices:
            return None
        if choice := self._choices[o]:
            return choice[1]
        short = key_of(own_name(o.names))
        longs = {f: n for f, n in self._weights(short).items() if f and (short, f) not in self._apart}
        if short in self._decided or not longs or self._own_form(o.names) in longs:
            return None  # people decided, or the reviewed aliases do
        shown = ", ".join(self._name(f) for f in sorted(longs, key=lambda f: (-longs[f], f))[:3])
        return "kept-apart", f"may stand for {shown}; neither type nor company decides"


def _first(weights: Mapping[str, float]) -> str:
    """The form with most papers; of equals the first in alphabetical order; "" of none."""
    return min(weights, key=lambda form: (-weights[form], form), default="")


def _as_acronyms(observed: Iterable[Observation]) -> dict[str, int]:
    """Key of a bare name -> papers that write it as an acronym, less those that write it as a word: LLaMA, Llama."""
    written: Counter[str] = Counter()
    for o in observed:
        name = own_name(o.names)
        if definition(o.names) is None and not any(c.isspace() for c in name):
            written[key_of(name)] += 1 if is_acronym(name) else -1
    return dict(written)
