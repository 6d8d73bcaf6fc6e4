"""Figures of a text: what could be a reported value, with its number and unit. Patterns only, no training."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_GAP = r"(?:[\s~${}]|\\(?![a-zA-Z%])){0,4}"  # what LaTeX leaves between a number and its unit
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUM = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
    rf"|(?:{'|'.join(_WORDS)})(?=(?:\s|-?)(?:times|fold)\b))"
)
_WORD_UNITS = (
    r"percentage[ -]points?|percent|per cent|points?|pp\b|ppt?s?\b|times\b|folds?\b|dB\b|ms\b|milliseconds?|"
    r"seconds?|sec\b|minutes?|min\b|hours?|days?\b|s\b|FPS\b|fps\b|Hz\b|GB\b|MB\b|KB\b|kbps\b|TOPS\b|[TGM]?FLOPs?\b|tokens?/s|degrees?|cm\b|mm\b|m\b|km\b|"
    r"BLEU points?|bpm\b|bits?\b|[KMB]\b|th\b|st\b|nd\b|rd\b"
)
_UNIT = (
    rf"(?:{_GAP}(?:\\?%(?:p\b|-?points?\b)?|\\times|\\text{{\s?x}}|×|[xX](?![A-Za-z0-9])|-?{_GAP}(?:{_WORD_UNITS})))"
)
_SIGN = r"(?:[+−±-]|\\pm|\\sim|\\approx|\\geq?|\\leq?|[~∼≈<>≤≥]=?){0,2}\s?"
_JOIN = rf"{_GAP}(?:-{{1,3}}|–|—|\\sim|\bto\b|/|±|\\pm){_GAP}"
_FIGURE = re.compile(
    rf"(?<![\w.])(?<![A-Za-z][-_^])(?P<sign>{_SIGN}){_GAP}(?P<mult>[x×](?=\d))?(?P<first>{_NUM})(?P<u1>{_UNIT}?)"
    rf"(?:(?P<join>{_JOIN})(?P<sign2>[+−-]?)(?P<second>{_NUM})(?P<u2>{_UNIT}?))?(?![\d])(?!\.\d)(?![A-Za-z_])"
)
_SPELLINGS = {
    "percent": "% percent per|cent",
    "points": "%p pp ppt ppts point points percentage|point percentage|points %-point %-points bleu|points",
    "times": "times x × fold folds",
    "dB": "db",
    "ms": "ms millisecond milliseconds",
    "s": "s second seconds sec",
    "min": "min minute minutes",
    "h": "hour hours",
    "days": "day days",
    "FPS": "fps",
    "degrees": "degree degrees",
    "bits": "bit bits",
    "rank": "th st nd rd",
}  #: unit -> its spellings in lower case, | for a space
_UNITS = {s.replace("|", " "): unit for unit, spellings in _SPELLINGS.items() for s in spellings.split()}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text with what belongs to it."""

    start: int
    end: int
    value: str  #: as it stands in the text
    number: str | None  #: plain decimal of the (last) number, e.g. "-3.6"
    unit: str  #: percent, points, times, dB, ... or ""
    sign: str  #: what stands before the number: "+", "-", "<", ...
    span: str  #: what joins two numbers: "", "-", "to", "/" or "±"


def figures(text: str) -> list[Figure]:
    r"""All figures of a text, from left to right, without overlaps; "49% to 61%" and "8.1/9.4" are two, "2-4x" is one.

    >>> [(f.value, f.number, f.unit) for f in figures("91.37% on GLUE, 2.1~dB better, from 49% to 61%")]
    [('91.37%', '91.37', 'percent'), ('2.1~dB', '2.1', 'dB'), ('49%', '49', 'percent'), ('61%', '61', 'percent')]
    >>> [(f.value, f.sign, f.unit) for f in figures(r"better than GPT-4 by +3.6\%")]
    [('+3.6\\%', '+', 'percent')]
    """
    found: list[Figure] = []
    at = 0
    while match := _FIGURE.search(text, at):
        at = max(match.end(), match.start() + 1)
        if match["join"] and _parts(match):
            at = match.end("u1") if match.end("u1") > 0 else match.end("first")
            found.append(_figure(text, match, at, joined=False))
        else:
            found.append(_figure(text, match, match.end(), joined=bool(match["join"])))
    return found


def _parts(match: "re.Match[str]") -> bool:
    """Whether the two numbers of a match are figures of their own: "49% to 61%", "88.1/90.4", but not "2/12"."""
    return "to" in match["join"] or ("/" in match["join"] and ("." in match["first"] or bool(match["u1"])))


def _figure(text: str, match: "re.Match[str]", end: int, *, joined: bool) -> Figure:
    """The figure of a match that ends at `end`."""
    start = (
        match.start("sign") if match["sign"].strip() else match.start("mult") if match["mult"] else match.start("first")
    )
    unit = unit_of((match["u2"] if joined else "") or match["u1"] or (match["mult"] or ""))
    sign = re.sub(r"[\s\\]|pm|sim|approx", "", match["sign"]).replace("−", "-")
    join = re.sub(r"[\s~${}\\]", "", match["join"] or "") if joined else ""
    number = plain_number(
        match["second"] if joined and join not in ("±", "pm", "/") else match["first"], negative=sign == "-"
    )
    return Figure(start, end, text[start:end], number, unit, sign, join)


def unit_of(text: str) -> str:
    r"""The name of a unit as it stands after a number.

    >>> unit_of(r"$\times$"), unit_of(" percentage points"), unit_of("~dB"), unit_of("")
    ('times', 'points', 'dB', '')
    """
    bare = " ".join(re.sub(r"[~${}\\]", " ", text).split()).strip("-").strip()
    bare = re.sub(r"^text ?", "", bare)
    return _UNITS.get(bare.casefold(), bare) if bare not in ("K", "M", "B") else bare


def plain_number(text: str, *, negative: bool = False) -> str | None:
    """A number as a plain decimal; None where it is none or too long to be meant as one.

    >>> plain_number("1,234.50"), plain_number(".8", negative=True), plain_number("three")
    ('1234.50', '-0.8', '3')
    """
    try:
        number = Decimal(_WORDS.get(text, text.replace(",", "")))
    except InvalidOperation:
        return None
    return None if len(text) > 30 else format(-number if negative else number, "f")
