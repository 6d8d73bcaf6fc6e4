"""The papers of all inputs together, each once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kg.errors import DataError
from kg.facts import Facts
from kg.ids import fold_title, same_paper
from kg.paper import Paper, Skipped
from kg.readers import Found, expand, read


@dataclass(frozen=True, slots=True)
class Corpus:
    """Papers, each once, sorted by id; facts that the input gave; and what was not read."""

    papers: tuple[Paper, ...]
    given: dict[str, Facts]  #: by paper id
    skipped: tuple[Skipped, ...]
    passed_over: tuple[Skipped, ...]
    duplicates: int


def collect(inputs: Sequence[str], *, strict: bool = False) -> Corpus:
    """Read all inputs. Raises DataError where no paper is found, or at the first skip under `strict`."""
    sources, passed = expand(inputs)
    skipped: list[Skipped] = []
    found: list[Found] = []
    for source in sources:
        for item in read(source):
            if isinstance(item, Found):
                found.append(item)
                continue
            if strict:
                raise DataError(str(item), hint="mend it, or leave out --strict")
            skipped.append(item)
    if not found:
        first = f"; {skipped[0]}" if skipped else ""
        raise DataError(f"no paper in {', '.join(inputs)}{first}", hint="give a saved page, JSONL or facts lines")
    papers, given, dropped = _unique(found)
    if strict and dropped:
        raise DataError(str(dropped[0]), hint="remove it, or leave out --strict")
    return Corpus(papers, given, (*skipped, *dropped), tuple(passed), len(dropped))


def _unique(found: list[Found]) -> tuple[tuple[Paper, ...], dict[str, Facts], list[Skipped]]:
    """Each paper once, whatever the order of the input: facts before bare papers, longer abstracts before shorter ones.

    `hf:N` and `arxiv:N` are one paper, and so are a paper without an id and the paper of the same title that has one.
    """
    by_title: dict[str, str] = {}
    for item in found:
        paper = _paper_of(item)
        if not paper.id.startswith("sha:"):
            title, known = fold_title(paper.title), same_paper(paper.id)
            by_title[title] = min(known, by_title.get(title, known))
    groups: dict[str, list[Found]] = {}
    for item in found:
        paper = _paper_of(item)
        key = same_paper(paper.id)
        if key.startswith("sha:"):
            key = by_title.get(fold_title(paper.title), key)
        groups.setdefault(key, []).append(item)
    papers, given, dropped = [], {}, []
    for items in groups.values():
        best, *rest = sorted(items, key=_rank)
        copies = [_paper_of(item) for item in items]
        # Only a copy's own id can become the id: what it says of other ids may be said by several papers.
        identity = min((p.id for p in copies), key=_id_rank)
        others = {i for p in copies for i in (p.id, *p.same_as) if i != identity and not i.startswith("sha:")}
        paper = replace(_paper_of(best), id=identity, same_as=tuple(sorted(others, key=_id_rank)))
        papers.append(paper)
        if isinstance(best.record, Facts):
            given[paper.id] = replace(best.record, paper=paper)
        dropped += [Skipped(o.file, o.line, f"duplicate of {paper.id}, which is kept") for o in rest]
    papers.sort(key=lambda p: p.id)
    return tuple(papers), given, dropped


def _paper_of(item: Found) -> Paper:
    return item.record.paper if isinstance(item.record, Facts) else item.record


def _rank(item: Found) -> tuple[bool, int, str]:
    """Copies of a paper in the order in which they are preferred."""
    text = json.dumps(item.record.to_json(), ensure_ascii=False, sort_keys=True)
    return isinstance(item.record, Paper), -len(_paper_of(item).abstract), text


def _id_rank(identity: str) -> tuple[int, str]:
    """Ids of a paper in the order in which they are preferred: arXiv, others, made from the title."""
    return (0 if identity.startswith("arxiv:") else 2 if identity.startswith("sha:") else 1), identity
