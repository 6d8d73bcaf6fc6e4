"""Words, sentences and URLs of a text: the ground that every other piece of the extractor stands on. No spaCy here."""

import re
from functools import lru_cache

# A run of letters and digits with the decimals that belong to it ("v2.0", "91.37"), or one other character.
_WORD = re.compile(r"[^\W_]+(?:\.\d+)*|\s+|\S")
_CHUNK = re.compile(r"\S+")
_URL_MARK = re.compile(r"https?://|www\.|\b(?:github|gitlab|huggingface)\.(?:com|co|io)/")
_PAGES = ".github.io"


def url_spans(text: str) -> list[tuple[int, int]]:
    """Where URLs stand: [(start, end)], each up to the next space. Linear in the length of the text.

    >>> url_spans("see https://a.org/x and me.github.io/y.")
    [(4, 19), (24, 39)]
    """
    if not any(mark in text for mark in ("http", "www.", "github", "gitlab", "huggingface")):
        return []
    spans = []
    for chunk in _CHUNK.finditer(text):
        starts = [m.start() for m in [_URL_MARK.search(chunk[0])] if m]
        if _PAGES in chunk[0]:
            host = re.search(r"\b", chunk[0])
            starts += [host.start()] if host and host.start() < chunk[0].rfind(_PAGES) else []
        if starts and min(starts) + 4 < len(chunk[0]):
            spans.append((chunk.start() + min(starts), chunk.end()))
    return spans


def word_spans(text: str) -> list[tuple[int, int]]:
    """The tokens of a text, runs of white space among them: [(start, end)], without gaps.

    Words are split at hyphens, slashes and all other signs, so that names inside compounds are tokens of their own;
    decimals and versions stay whole, and so does a URL.

    >>> [text[a:b] for text in ["BERT-base v2.0/3"] for a, b in word_spans(text)]
    ['BERT', '-', 'base', ' ', 'v2.0', '/', '3']
    """
    spans: list[tuple[int, int]] = []
    at = 0
    for start, end in url_spans(text):
        spans += (m.span() for m in _WORD.finditer(text, at, start))
        spans.append((start, end))
        at = end
    spans += (m.span() for m in _WORD.finditer(text, at))
    return spans


# A full stop after one of these ends no sentence.
_ABBREVIATIONS = (
    "e.g i.e cf vs al fig figs eq eqs sec secs tab nos resp approx dr prof mr mrs ms ca viz w.r.t a.k.a i.i.d"
)
_SHORTENED = frozenset(_ABBREVIATIONS.split())
_STOP = re.compile(r"(?<![.!?])[.!?]+[\"'”’)\]}]*(?=\s|[A-Z])|[。！？]")
_LAST_WORD = re.compile(r"[A-Za-z.]+$")
_SENTENCE_HEAD = re.compile(r"[A-Z][a-z]+[ ,]|(?:A|I) ")
_NEXT = re.compile(r"\s*[\"'“‘(\[{$\\]*(.?)", re.DOTALL)


@lru_cache(maxsize=64)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """The sentences of an abstract: ((start, end), ...), without the space between them.

    An own rule for the prose of abstracts: no sentence ends after "e.g.", "et al.", "vs.", an initial or inside a
    number; one does where the space after the full stop is missing ("baseline.Our").

    >>> text = "It beats e.g. BERT v2.0 by 3.5 points.Our code (see Fig. 2) is there. Smith et al. agree!"
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['It beats e.g. BERT v2.0 by 3.5 points.', 'Our code (see Fig. 2) is there.', 'Smith et al. agree!']
    """
    urls = url_spans(text)
    spans: list[tuple[int, int]] = []
    start, url = 0, 0
    for stop in _STOP.finditer(text):
        while url < len(urls) and urls[url][1] <= stop.end() - 1:
            url += 1
        inside = url < len(urls) and urls[url][0] <= stop.start() and stop.end() < urls[url][1]
        if not inside and _ends(text, start, stop):
            spans.append((start, stop.end()))
            start = stop.end() + len(text[stop.end() : stop.end() + 1]) * text[stop.end() : stop.end() + 1].isspace()
    spans.append((start, len(text)))
    return tuple(s for s in (_trimmed(text, a, b) for a, b in spans) if s[0] < s[1])


def _ends(text: str, start: int, stop: "re.Match[str]") -> bool:
    """Whether the sentence that begins at `start` ends at this stop."""
    if not stop[0].startswith("."):
        return True
    before = _LAST_WORD.search(text, max(start, stop.start() - 12), stop.start())
    word = before[0].lower() if before else ""
    if not text[stop.end() : stop.end() + 1].isspace():
        # "baseline.Our" ends a sentence; "U.S", "Node.JS" and "v.A" do not.
        return len(word) > 2 and text[stop.start() - 1].islower() and bool(_SENTENCE_HEAD.match(text, stop.end()))
    following = _NEXT.match(text, stop.end())
    letter = following[1] if following else ""
    if word in _SHORTENED or letter.islower():
        return False
    initial = before is not None and len(word) == 1 and text[before.start()].isupper() and letter.isupper()
    return not initial or text[max(0, stop.start() - 2) : stop.start() - 1].isalnum()  # "3D." is no initial


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
