"""What one paper says about the identity of one entity: its names and its type."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kg.facts import Facts
from kg.ids import normal_form
from kg.nlp.abbreviations import spells_out

_LONGEST = 200  #: names of one entity that are looked at; an entity with more is no entity


@dataclass(frozen=True, slots=True)
class Observation:
    """One entity of one paper, as far as identity is concerned; the first name is the label."""

    paper: str
    names: tuple[str, ...]
    type: str


def observe(facts: Facts) -> Iterator[Observation]:
    """The observations that a paper's facts hold."""
    return (Observation(facts.paper.id, e.names, e.type) for e in facts.entities)


@lru_cache(maxsize=1 << 19)
def key_of(name: str) -> str:
    """The normal form; of a name that has none (punctuation only), the name itself."""
    return normal_form(name) or name


@lru_cache(maxsize=1 << 17)
def definition(names: tuple[str, ...]) -> tuple[str, str] | None:
    """The acronym and the long form among the names of one entity, if they hold such a pair.

    The longest long form, and of what it spells out the longest word: "LLM" of a large language model, not "LM".
    """
    few = names[:_LONGEST]
    shorts = sorted(few, key=lambda n: (not is_acronym(n), -len(n), n))
    for long in sorted(few, key=lambda n: (-len(n), n)):
        for short in shorts:
            if len(short) < len(long) and _spelled(short, long):
                return short, long
    return None


def _spelled(short: str, long: str) -> bool:
    """Whether the long form spells out the short one, a 2 in it read as "to", a 4 as "for"."""
    if key_of(short) == key_of(long):  # "CoT" and "CoTs"
        return False
    return spells_out(short, long) or (
        any(d in short for d in "24") and spells_out(short.replace("2", "t").replace("4", "f"), long)
    )


def is_acronym(name: str) -> bool:
    """Whether a name looks like an acronym: one word, 2 to 10 characters, at least two capitals.

    >>> is_acronym("NMT"), is_acronym("T2V"), is_acronym("LoRA"), is_acronym("Parrot"), is_acronym("GANs")
    (True, True, True, False, True)
    """
    return 2 <= len(name) <= 10 and not any(c.isspace() for c in name) and sum(c.isupper() for c in name) >= 2


def own_name(names: tuple[str, ...]) -> str:
    """The name that decides what an entity is: the long form where its names hold one, else the label."""
    pair = definition(names)
    return pair[1] if pair else names[0]
