"""Tables of names, mined when a model is made: acronyms from unlabelled papers, types from labelled ones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.ids import normal_form
from kg.nlp.abbreviations import pairs
from kg.paper import Paper
from kg.resolve.forms import canonical

LEAST_PAPERS = 3  #: that spell an acronym out in one way
LEAST_SHARE = 0.1  #: of the papers that spell it out at all; rarer long forms are noise


def acronyms(papers: Iterable[Paper]) -> Iterator[tuple[str, str, int, float]]:
    """(acronym, long form, papers, share) in normal forms, sorted by acronym, then by papers.

    A long form is kept where at least three papers spell it out; its share tells whether it dominates.
    """
    seen: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for paper in papers:
        for text in (paper.title, paper.abstract):
            for (a, b), (c, d) in pairs(text):
                seen[normal_form(text[a:b])][normal_form(text[c:d])].add(paper.id)
    for short in sorted(seen):
        counts = {long: len(found) for long, found in seen[short].items() if long}
        total = sum(counts.values())
        for long in sorted(counts, key=lambda form: (-counts[form], form)):
            if counts[long] >= LEAST_PAPERS and counts[long] >= LEAST_SHARE * total and short not in long.split():
                yield short, long, counts[long], round(counts[long] / total, 2)


LEAST_KNOWN = 2  #: labelled papers that name a thing
LEAST_AGREED = 0.75  #: share of them that give it one type


def known_types(named: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, int]]:
    """(form, type, papers) of things whose type labelled papers agree on, sorted; from (paper, name, type)."""
    papers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for paper, name, kind in named:
        papers[canonical(name)][kind].add(paper)
    for form in sorted(papers):
        counts = {kind: len(found) for kind, found in papers[form].items()}
        kind = min(counts, key=lambda k: (-counts[k], k))
        if form and counts[kind] >= LEAST_KNOWN and counts[kind] >= LEAST_AGREED * sum(counts.values()):
            yield form, kind, counts[kind]


def write(folder: Path, papers: Iterable[Paper], named: Iterable[tuple[str, str, str]]) -> None:
    """Write `acronyms.tsv` and `types.tsv` as `kg.resolve.tables` reads them from the folder of a model.

    Args:
        folder: made if it is not there.
        papers: unlabelled, for acronyms.
        named: (paper, name, type) of labelled papers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns, rows in (
        ("acronyms.tsv", "acronym\tlong form\tpapers that spell it out\tshare", acronyms(papers)),
        ("types.tsv", "form\ttype\tlabelled papers", known_types(named)),
    ):
        text = f"# {columns}\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
