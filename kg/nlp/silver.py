"""Silver papers: unlabelled ones with the entities that a teacher finds in them, to learn from as from labelled ones.

Self-training (Scudder 1965, "Probability of error of some adaptive pattern-recognition machines"): the student meets
many more names in context than the labelled papers show.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.ids import digest
from kg.nlp.fit_judge import marker
from kg.nlp.labelled import Labelled, labelled_from_json
from kg.nlp.lexicon import Lexicon
from kg.nlp.pipeline import load
from kg.nlp.proposals import proposals
from kg.nlp.values import fold_name
from kg.paper import Paper

if TYPE_CHECKING:
    from spacy.language import Language

Teacher = Callable[[Paper], list[tuple[tuple[str, ...], str]]]  #: paper -> (names, type) of each entity


def chosen(papers: Iterable[Paper], labelled: Iterable[str], count: int) -> list[Paper]:
    """As many papers, by the hash of their ids, of which none has the title of a labelled one."""
    known = {fold_name(title) for title in labelled}
    free = {p.id: p for p in papers if p.abstract and fold_name(p.title) not in known}
    return sorted(free.values(), key=lambda p: digest("silver " + p.id, 16))[:count]


def label(papers: Sequence[Paper], teach: Teacher, file: Path, report: Callable[[str], None]) -> list[Labelled]:
    """The papers with the teacher's entities. Each is written to `file` at once; those already there are not redone."""
    done = list(_stored(file))
    with file.open("a", encoding="utf-8") as out:
        for n, paper in enumerate(papers[len(done) :], len(done) + 1):
            record = _record(paper, teach(paper))
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            done.append(labelled_from_json(record))
            if n % 5000 == 0:
                report(f"silver: {n} of {len(papers)} papers")
    return done


def plain_teacher(nlp: "Language") -> Teacher:
    """What an encoder marks, each name everywhere in the paper, long form and acronym as one."""
    mark = marker(nlp)

    def teach(paper: Paper) -> list[tuple[tuple[str, ...], str]]:
        plain = Labelled(paper.id, paper.title, paper.abstract, (), ())
        found = proposals(plain.texts, mark(plain).found, Lexicon({}))
        return [(c.names, c.type) for c in found if c.found]

    return teach


def model_teacher(path: Path) -> Teacher:
    """What a model finds. Raises DataError where there is none."""
    extractor = load(path)
    return lambda paper: [(e.names, e.type) for e in extractor.facts(paper).entities]


def _record(paper: Paper, found: Sequence[tuple[tuple[str, ...], str]]) -> dict[str, Any]:
    """A paper as labelled papers are stored."""
    entities = [{"names": list(names), "type": kind} for names, kind in found]
    return {"id": paper.id, "title": paper.title, "abstract": paper.abstract, "entities": entities}


def _stored(file: Path) -> Iterator[Labelled]:
    """The papers of a file that an earlier run began; a line that was cut off is taken out of it."""
    if not file.exists():
        return
    whole = 0
    with file.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            yield labelled_from_json(json.loads(line))
    with file.open("r+b") as rest:
        rest.truncate(whole)
