"""Short forms and what they stand for.

After Schwartz & Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", PSB 2003.
Pure functions, no spaCy: `kg.resolve` may use them too.
"""

import re

Offsets = tuple[int, int]

_MAX_SHORT = 12  #: characters of a short form
_BRACKET = re.compile(r"[(（]([^()（）]{2,160})[)）]")
_LEADING = re.compile(r"(?:aka|a\.k\.a\.|i\.e\.,?|e\.g\.,?|dubbed|called|termed|short for|namely|or)\s+", re.IGNORECASE)
_JOINING = frozenset(
    {"of", "for", "the", "and", "in", "on", "to", "a", "an", "with", "from", "by", "as", "or", "at", "via"}
)
_TELLING = (
    "and|of|for|with|by|as|or|are|is|was|were|be|we|our|it|its|this|that|these|those|introduce|introduces|propose|"
    "present|using|uses|called|such|including|which|where|while|when|gain|gains|also|than"
)
_NEVER_FIRST = re.compile(rf"(?:{_TELLING})\b", re.IGNORECASE)  #: how no long form begins
_CUT = re.compile(r"[,;:=]|\s(?:or|and)\s")


def pairs(text: str) -> list[tuple[Offsets, Offsets]]:
    """Definitions in a text: [((start, end) of the short form, (start, end) of the long form)].

    Both orders count, "long form (LF)" and "LF (long form)". Linear in the length of the text.

    >>> text = "We study masked language modeling (MLM) and RLHF (reinforcement learning from human feedback)."
    >>> [(text[a:b], text[c:d]) for (a, b), (c, d) in pairs(text)]
    [('MLM', 'masked language modeling'), ('RLHF', 'reinforcement learning from human feedback')]
    """
    found = []
    for bracket in _BRACKET.finditer(text):
        inner = _inner(text, *bracket.span(1))
        pair = _long_before(text, bracket.start(), inner) or _short_before(text, bracket.start(), inner)
        if pair:
            found.append(pair)
    return found


def _inner(text: str, start: int, end: int) -> Offsets:
    """What a bracket gives as the form: without a leading "i.e." and without what follows a comma or "or"."""
    start, end = _trimmed(text, start, end)
    if lead := _LEADING.match(text, start, end):
        start = lead.end()
    if (cut := _CUT.search(text, start, end)) and cut.start() > start:
        end = cut.start()
    return _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Offsets:
    """A span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _is_short(form: str) -> bool:
    """Whether a string can be a short form: one or two words, starts with a letter or digit, has a capital letter."""
    return (
        2 <= len(form) <= _MAX_SHORT
        and len(form.split()) <= 2
        and form[0].isalnum()
        and any(c.isupper() for c in form)
        and not form.isdigit()
    )


def _long_before(text: str, bracket: int, inner: Offsets) -> tuple[Offsets, Offsets] | None:
    """The pair where the bracket holds the short form."""
    short = text[inner[0] : inner[1]]
    if not _is_short(short):
        return None
    end = _trimmed(text, max(0, bracket - 200), bracket)[1]
    letters = sum(c.isalnum() for c in short)
    words = min(letters + 5, letters * 2)
    start = _words_back(text, end, words)
    found = match_long(short, text[start:end])
    sure = found is not None and plausible(short, text[start + found : end])
    return (inner, (start + (found or 0), end)) if sure else None


def _short_before(text: str, bracket: int, inner: Offsets) -> tuple[Offsets, Offsets] | None:
    """The pair where the bracket holds the long form."""
    end = bracket - 1 if bracket and text[bracket - 1] == " " else bracket
    start = _words_back(text, end, 1)
    while start < end and not text[start].isalnum():
        start += 1
    short = text[start:end]
    if not _is_short(short) or not spells_out(short, text[inner[0] : inner[1]]):
        return None
    return (start, end), inner


def _words_back(text: str, end: int, words: int) -> int:
    """Where the last `words` words before `end` begin, at most 200 characters back, not across the end of a clause."""
    low = max(0, end - 200)
    low += max((m.end() for m in re.finditer(r"[.;:!?()\n]\s", text[low:end])), default=0)
    starts = [m.start() for m in re.finditer(r"\S+", text[low:end])]
    return low + starts[-words] if len(starts) >= words else low


def match_long(short: str, text: str) -> int | None:
    """Where in `text` the long form of `short` begins that ends with the text; None where there is none.

    The algorithm of the paper: the characters of the short form are looked for from right to left, the first one must
    begin a word.

    >>> match_long("MLM", "We study masked language modeling")
    9
    """
    at = len(text)
    for n in range(len(short) - 1, -1, -1):
        char = short[n].casefold()
        if not char.isalnum():
            continue
        at -= 1
        while at >= 0 and (text[at].casefold() != char or (n == 0 and at > 0 and text[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return None
    start = at
    while start > 0 and not text[start - 1].isspace():  # a whole word: "3D-CNN", not "CNN"
        start -= 1
    while start < len(text) and not text[start].isalnum():
        start += 1
    long = text[start:]
    words = len(re.findall(r"\w+", long))
    letters = sum(c.isalnum() for c in short)
    if len(long) <= len(short) or words > min(letters + 5, letters * 2) or short.casefold() in long.casefold().split():
        return None
    return start


def spells_out(short: str, long: str) -> bool:
    """Whether `long` is a long form of `short`: its letters in order, the first one at the start of the first word.

    >>> spells_out("MLM", "masked language modeling"), spells_out("MLM", "language modeling")
    (True, False)
    """
    short, long = short.strip(), long.strip()
    return _is_short(short) and len(long) <= 200 and match_long(short, long) == 0 and plausible(short, long)


def plausible(short: str, long: str) -> bool:
    """Whether letters found in order are more than chance.

    At least half of them begin a word, go on with one, or are capitals; they begin more than half of the words that
    carry meaning; the long form does not begin with a word that joins or tells; and numbers are the same in both.

    >>> plausible("LoRA", "Low-Rank Adaptation"), plausible("VideoQA", "video question answering")
    (True, True)
    >>> plausible("AIME", "are dominated by mathematics"), plausible("GPT-4", "gains of up to 46%")
    (False, False)
    >>> plausible("GAIA", "general or tool-intensive benchmarks")
    False
    """
    words = re.findall(r"[^\W_]+", long)
    if not words or _NEVER_FIRST.match(long) or re.findall(r"\d+", short) != re.findall(r"\d+", long):
        return False
    letters = [c for c in short if c.isalpha()]
    begun, strong = _aligned(letters, words)
    content = {n for n, w in enumerate(words) if w.casefold() not in _JOINING}
    return len(words) == 1 or (2 * strong >= len(letters) and 2 * len(begun & content) > len(content))


def _aligned(letters: list[str], words: list[str]) -> tuple[set[int], int]:
    """Which words the letters begin, and how many begin a word, go on with it, or are capitals; taken from the left."""
    begun: set[int] = set()
    strong, word, at = 0, 0, 0
    for letter in letters:
        low, rest = letter.casefold(), words[word][at:]
        ahead = next(
            (w for w in range(word + (at > 0), min(word + 4, len(words))) if words[w][0].casefold() == low), None
        )
        if at and letter.isupper() and letter in rest:  # "vIsion": the authors show which letter they mean
            strong, at = strong + 1, at + rest.index(letter) + 1
        elif at and letter.islower() and rest.startswith(letter):  # "VideoQA"
            strong, at = strong + 1, at + 1
        elif ahead is not None:
            begun.add(ahead)
            strong, word, at = strong + 1, ahead, 1
        elif low in rest.casefold():
            step = rest.casefold().index(low)
            strong, at = strong + (step == 0), at + step + 1
    return begun, strong
