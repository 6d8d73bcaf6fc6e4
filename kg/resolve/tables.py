"""Names that are known to be one: shipped tables, read once.

`curated.tsv` and `external.tsv` are our own work, each row reviewed; `acronyms.tsv` and `types.tsv` are mined when a
model is made (`kg.resolve.mine`) and lie in its folder.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from kg.errors import DataError
from kg.ids import normal_form

_SURE = 0.9  #: share of one long form from which on an acronym is read inside longer names
_COMMON = 100  #: papers that must spell it out for that


@dataclass(frozen=True, slots=True)
class LongForm:
    """What an acronym stands for in the unlabelled papers."""

    form: str  #: normal form of the long form
    papers: int  #: that spell it out so
    share: float  #: of all papers that spell the acronym out


#: Where each table lies, under the folder of the package.
PLACES = {
    "curated.tsv": "resolve/curated.tsv",
    "external.tsv": "resolve/external.tsv",
    "acronyms.tsv": "model/names/acronyms.tsv",
    "types.tsv": "model/names/types.tsv",
}


def _rows(name: str) -> Iterator[list[str]]:
    text = (resources.files("kg") / PLACES[name]).read_text(encoding="utf-8")
    for line in text.split("\n"):
        if line and not line.startswith("#"):
            yield line.split("\t")


@lru_cache(maxsize=1)
def aliases() -> Mapping[str, str]:
    """Normal form of an alias -> normal form of the name that stands for it; never an alias itself."""
    direct = {normal_form(alias): normal_form(name) for alias, name, _ in _rows("curated.tsv")}
    direct = {alias: name for alias, name in direct.items() if alias != name}

    def end(form: str) -> str:
        seen = [form]
        while (form := direct.get(form, form)) != seen[-1]:
            if form in seen:
                raise DataError(f"aliases run in a circle: {seen}", where="curated.tsv")
            seen.append(form)
        return form

    return MappingProxyType({alias: end(alias) for alias in direct})


@lru_cache(maxsize=1)
def acronyms() -> Mapping[str, tuple[LongForm, ...]]:
    """Normal form of an acronym -> its long forms, most papers first."""
    found: dict[str, list[LongForm]] = defaultdict(list)
    for short, form, papers, share in _rows("acronyms.tsv"):
        found[short].append(LongForm(form, int(papers), float(share)))
    return MappingProxyType({short: tuple(forms) for short, forms in found.items()})


@lru_cache(maxsize=1)
def words() -> Mapping[str, str]:
    """Acronyms that are read inside longer names: "agentic RL" is agentic reinforcement learning."""
    sure = {s: f[0] for s, f in acronyms().items() if f[0].share >= _SURE and f[0].papers >= _COMMON and " " not in s}
    return MappingProxyType({short: long.form for short, long in sure.items()})


@dataclass(frozen=True, slots=True)
class External:
    """A reviewed link of a thing to the web."""

    type: str
    property: str  #: seeAlso or exactMatch
    address: str


@lru_cache(maxsize=1)
def external() -> Mapping[str, tuple[External, ...]]:
    """Normal form of a name -> its links."""
    found: dict[str, list[External]] = defaultdict(list)
    for name, kind, link, address, _ in _rows("external.tsv"):
        found[normal_form(name)].append(External(kind, link, address))
    return MappingProxyType({form: tuple(links) for form, links in found.items()})


@lru_cache(maxsize=1)
def known_types() -> Mapping[str, tuple[str, int]]:
    """Canonical form of a name -> the type that labelled papers agree on, and their number."""
    return MappingProxyType({form: (kind, int(papers)) for form, kind, papers in _rows("types.tsv")})
