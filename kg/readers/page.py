"""A saved page of a paper list, such as Hugging Face Daily Papers: as text, or as HTML."""

import json
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import TYPE_CHECKING, Any

from kg.errors import DataError, RecordError
from kg.paper import Paper, clean, paper_from_json

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: (line, paper or why there is none)
_Record = tuple[int, Paper | str]

MAX_PAGE = 64 * 2**20  #: bytes
_LONG_LINE = 200  #: characters; a text with longer lines was saved without wrapping
_TITLE_WORDS = 60  #: a title has fewer
_PAPER_LINK = re.compile(r"(?:/papers|arxiv\.org/abs)/(\d{4}\.\d{4,5})(?:v\d+)?\b")


def _whole(stream: BufferedReader) -> str:
    """All of a page as text. Raises DataError."""
    data = stream.read(MAX_PAGE + 1)
    if len(data) > MAX_PAGE:
        raise DataError(f"page is larger than {MAX_PAGE:,} bytes", hint="split it, or make it JSONL")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 at byte {error.start}", hint="save it as UTF-8") from error


def _no_papers() -> DataError:
    return DataError(
        "a page without papers",
        hint="kg looks for a title followed by its abstract; see docs/papers.md for how to save one",
    )


def is_abstract(block: str) -> bool:
    """Whether a block of a page is an abstract rather than a title or a button: many words, or a sentence's end.

    >>> is_abstract("Subscribe"), is_abstract("BERT: Pre-training of Deep Bidirectional Transformers")
    (False, False)
    >>> is_abstract("We ask how far a small model can go when it reads only clean text. It goes far.")
    True
    """
    words = len(block.split())
    return words >= _TITLE_WORDS or (words >= 12 and re.search(r"[.!?][\"')\]]*$", block) is not None)


def read_text(stream: BufferedReader) -> Iterator[_Record]:
    """The papers of a page saved as text: blocks parted by blank lines, a title, then its abstract.

    What stands before the first title and after the last abstract is the page's own and passed over; a block between
    papers that is neither is skipped and reported, if it has the four words that a title may have.
    """
    yield from _pair(_blocks(_whole(stream)))


def _blocks(text: str) -> list[tuple[int, str]]:
    """(first line, text) of each block. Where lines are long, each line is a block; else blank lines part them."""
    lines = re.split(r"\r\n?|\n", text)  # not splitlines: a form feed or U+2028 is no end of a line in an editor
    unwrapped = any(len(line) > _LONG_LINE for line in lines)
    blocks: list[tuple[int, str]] = []
    fresh = True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            fresh = True
        elif fresh or unwrapped:
            blocks.append((number, clean(line)))
            fresh = False
        else:
            blocks[-1] = (blocks[-1][0], f"{blocks[-1][1]} {clean(line)}")
    return [b for b in blocks if b[1]]


def _pair(blocks: list[tuple[int, str]]) -> Iterator[_Record]:
    """Titles and abstracts of a list of blocks. Raises DataError where there are none."""
    abstracts = [n for n, (_, text) in enumerate(blocks) if is_abstract(text)]
    if not abstracts:
        raise _no_papers()
    title: tuple[int, str] | None = None
    parts: list[str] = []
    for n, (line, text) in enumerate(blocks[: abstracts[-1] + 1]):
        if is_abstract(text):
            if title is None:
                yield line, ("an abstract without a title before it")
            else:
                parts.append(text)
            continue
        if title and parts:
            yield title[0], _paper({"title": title[1], "abstract": " ".join(parts)})
        elif title and n > abstracts[0] and len(title[1].split()) >= 4:
            yield title[0], ("neither a title with an abstract nor an abstract")
        title, parts = (line, text), []
    if title and parts:
        yield title[0], _paper({"title": title[1], "abstract": " ".join(parts)})


def _paper(record: dict[str, Any]) -> Paper | str:
    """The paper, or why there is none."""
    try:
        return paper_from_json(record)
    except RecordError as error:
        return error.what


def read_html(stream: BufferedReader) -> Iterator[_Record]:
    """The papers of a page saved as HTML.

    Daily Papers carries its papers as JSON in a `data-props` attribute; where there is none, headings followed by
    paragraphs are titles and abstracts. A link to `/papers/ID` or to arXiv gives the id.
    """
    from lxml import etree, html

    text = _whole(stream)
    try:
        # Bytes, as lxml refuses text that declares an encoding; no network, no external entities, bounded tree.
        parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
        root = html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise DataError(f"not HTML ({error})", hint="save the page again") from error
    records = list(_embedded(root)) or list(_headed(root))
    if not records:
        raise _no_papers()
    for line, record in records:
        yield line, _paper(record)


def _embedded(root: "HtmlElement") -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, record) of the papers in `data-props` JSON."""
    for element in root.iter():
        props = element.get("data-props") if isinstance(element.tag, str) else None
        if not props or '"summary"' not in props:
            continue
        try:
            data = json.loads(props)
        except (ValueError, RecursionError):
            continue
        for paper in _papers_in(data):
            given = str(paper.get("id") or "")
            record = {**paper, "abstract": paper["summary"], "published": paper.get("publishedAt")}
            record["id"] = f"arxiv:{given}" if re.fullmatch(r"\d{4}\.\d{4,5}", given) else given
            yield element.sourceline, record


def _papers_in(data: object) -> Iterator[dict[str, Any]]:
    """Objects that have a title and a summary, wherever they stand; a paper inside a list entry counts once."""
    level = [data]
    while level:
        following: list[object] = []
        for value in level:
            if (
                isinstance(value, dict)
                and isinstance(value.get("title"), str)
                and isinstance(value.get("summary"), str)
            ):
                inner = value.get("paper")
                yield inner if isinstance(inner, dict) and "summary" in inner and "title" in inner else value
            elif isinstance(value, dict):
                following += value.values()
            elif isinstance(value, list):
                following += value
        level = following


def _headed(root: "HtmlElement") -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, record) of each heading with the abstract that follows it before the next heading."""
    heading: tuple[int, str, str] | None = None
    parts: list[str] = []
    for element in root.iter("h1", "h2", "h3", "h4", "h5", "p", "blockquote"):
        text = clean(element.text_content())
        if element.tag in ("p", "blockquote"):
            if heading and is_abstract(text) and element.getparent().tag != "blockquote":
                parts.append(text)
            continue
        if heading and parts:
            yield heading[0], {"title": heading[1], "abstract": " ".join(parts), "id": heading[2]}
        links = (_PAPER_LINK.search(a.get("href", "")) for a in (*element.iter("a"), *element.iterancestors("a")))
        number = next((m[1] for m in links if m), "")
        heading, parts = (element.sourceline, text, number), []
    if heading and parts and heading[1]:
        yield heading[0], {"title": heading[1], "abstract": " ".join(parts), "id": heading[2]}
