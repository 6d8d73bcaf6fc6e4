"""Phrases that may be names though nothing marks them: runs of content words, and which of them are worth a look."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from kg.nlp.relations import shape

if TYPE_CHECKING:
    from kg.nlp.linear import Linear
    from kg.nlp.mentions import Texts

LEAST_CHANCE = 0.03  #: phrases that are names more rarely are not looked at
MAX_WORDS = 5
MAX_PHRASES = 2000  #: of a text that are looked at: bounds the work on very long abstracts
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9+'’]*(?:[-–/][A-Za-z0-9+]+)*")
_FUNCTION_WORDS = (
    "a an the of in on for to and or with by from as at is are was were be been being this that these those which who "
    "whose we our ours us their its it they them he she his her i you your my can could will would may might must "
    "shall should into over under between through than then such not no nor more most much many few several some any "
    "all each every both either neither while when where whether how what why also however only if but so because "
    "since although though thus hence therefore moreover furthermore additionally further finally first second third "
    "here there has have had having do does did done about across after against along among around before behind "
    "below beyond during despite except including like near onto per regarding toward towards unlike until up upon "
    "via within without vs versus one two three four five six seven eight nine ten other another same own well even "
    "still yet just rather instead very often already almost always never down out off again once given due based "
    "according existing recent recently current currently new novel simple effective efficient different various "
    "specific respectively e.g i.e called named dubbed termed result results experiment experiments experimental "
    "extensive work paper approach code available"
)
_VERBS = (
    "propose introduce present show demonstrate use achieve improve outperform develop evaluate train learn enable "
    "provide find make address design explore investigate study apply employ leverage utilize require reduce increase "
    "generate obtain perform consider allow combine incorporate integrate compare release"
)
_HEADS = (
    "framework method methods model models strategy approach module mechanism network networks algorithm technique "
    "techniques system architecture pipeline scheme process loss paradigm dataset benchmark task tasks"
)


def _forms(verb: str) -> Iterator[str]:
    """A regular verb with its endings.

    >>> list(_forms("use"))
    ['use', 'uses', 'used', 'using']
    """
    stem = verb.removesuffix("e")
    yield from (verb, f"{verb}s", f"{stem}ed", f"{stem}ing")


_PARTING = frozenset(_FUNCTION_WORDS.split()) | {form for verb in _VERBS.split() for form in _forms(verb)}
_HEAD = frozenset(_HEADS.split())


def phrases(text: str) -> list[tuple[int, int, str]]:
    """(start, end, how it was cut) of the phrases of a text.

    Runs of words that no function word, common verb or sign parts, up to five words; longer ones and those of three on
    also without their first or last word, and any without a general head.

    >>> text = "We use a binary diffusion head, and depth repetition."
    >>> [text[a:b] for a, b, _ in phrases(text)]
    ['binary diffusion head', 'diffusion head', 'binary diffusion', 'depth repetition']
    """
    found: list[tuple[int, int, str]] = []
    for run in _runs(text):
        start, end = run[0][0], run[-1][1]
        if len(run) == 1:
            if "-" in text[start:end]:
                found.append((start, end, "whole"))
            continue
        if len(run) <= MAX_WORDS:
            found.append((start, end, "whole"))
        if len(run) > 2:
            found.append((run[1][0], end, "first"))
        if len(run) > 2 or text[slice(*run[-1])].lower() in _HEAD:
            found.append((start, run[-2][1], "last"))
        if len(found) > MAX_PHRASES:
            break
    return found


def _runs(text: str) -> Iterator[list[tuple[int, int]]]:
    """Runs of content words with one space between them."""
    run: list[tuple[int, int]] = []
    last = 0
    for match in _WORD.finditer(text):
        parting = match[0].lower() in _PARTING
        if run and (parting or text[last : match.start()] != " "):
            yield run
            run = []
        if not parting:
            run.append(match.span())
        last = match.end()
    if run:
        yield run


def features(text: str, start: int, end: int, how: str, *, field: str) -> list[str]:
    """What the choice of phrases sees of one."""
    words = text[start:end].lower().split()
    left = [w.strip("(,;:") for w in text[max(0, start - 60) : start].lower().split()[-5:]]
    right = [w.strip("),;:.") for w in text[end : end + 40].lower().split()[:2]]
    before, after = left[-1] if left else "^", right[0] if right else "$"
    return [
        "=",
        f"field {field} {how}",
        f"cut {how} {len(words)}",
        f"shape {shape(text[start:end])}",
        f"hyphens {text.count('-', start, end)} {len(words)}",
        f"sign {text[start - 1 : start].strip()}{text[end : end + 1].strip()}",
        f"L {before}",
        f"LL {' '.join(left[-2:])}",
        f"R {after}",
        f"RR {' '.join(right)}",
        f"first {words[0]}",
        f"last {words[-1]}",
        f"end {words[-1][-4:]}",
        f"L first {before} {words[0]}",
        f"last R {words[-1]} {after}",
        f"name {' '.join(words)}",
        *(f"before {w}" for w in left),
        *(f"word {w}" for w in words[1:-1]),
    ]


def likely(texts: "Texts", model: "Linear", skipped: Iterable[str]) -> list[str]:
    """The phrases of a paper that may well be names, each once, but for those that are `skipped`."""
    known = frozenset(skipped)
    rows: dict[str, Sequence[str]] = {}
    for name, row in looked_at(texts):
        if name not in known:
            rows.setdefault(name, row)
    odds = model.odds("yes", rows.values())
    least = math.log(LEAST_CHANCE / (1 - LEAST_CHANCE))
    return [name for name, value in zip(rows, odds, strict=True) if value >= least]


def looked_at(texts: "Texts") -> Iterator[tuple[str, Sequence[str]]]:
    """Each phrase of a paper, as a name and as features."""
    for field, text in texts.items():
        for start, end, how in phrases(text):
            yield text[start:end], features(text, start, end, how, field=field)
