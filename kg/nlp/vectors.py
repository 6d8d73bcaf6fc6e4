"""Skip-gram vectors of the unlabelled papers (Mikolov et al. 2013), trained with gensim."""

import json
import lzma
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.ids import digest
from kg.nlp.words import url_spans, word_spans

if TYPE_CHECKING:
    import numpy as np


def stable_hash(text: str) -> int:
    """A hash of a word that does not change with PYTHONHASHSEED; gensim seeds its vectors with it."""
    return int(digest(text, 8), 16)


def texts(path: Path) -> Iterator[str]:
    """Title and abstract of each paper of a JSONL file, plain or .xz, as one text. Bad lines are passed over."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict) and isinstance(record.get("title"), str):
                yield f"{record['title']}\n{record.get('abstract') or ''}"


class Sentences:
    """The words of each text but URLs, to be gone through several times."""

    def __init__(self, paths: list[Path], report: Callable[[str], None]) -> None:
        """`paths`: JSONL files of papers. `report` gets a line per pass."""
        self.paths, self.report = paths, report

    def __iter__(self) -> Iterator[list[str]]:
        """One list of words per paper."""
        self.report("vectors: a pass over the texts")
        for path in self.paths:
            for text in texts(path):
                urls = {start for start, _ in url_spans(text)}
                yield [text[a:b] for a, b in word_spans(text) if a not in urls and not text[a:b].isspace()]


def skip_gram(
    paths: list[Path], *, width: int, rows: int, epochs: int, seed: int, report: Callable[[str], None]
) -> "tuple[list[str], np.ndarray[Any, Any]]":
    """Words, commonest first, and their vectors (rows x width, float32, of mean length 1).

    Deterministic: one worker, own hash. Raises KgError where gensim is not installed.
    """
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise KgError("training needs gensim", hint="pip install 'kg-papers[train]'") from error
    sentences = Sentences(paths, report)
    counts: Counter[str] = Counter()
    papers = 0
    for words in sentences:
        papers += 1
        counts.update(words)
    kept = sorted((w for w, n in counts.items() if n >= 3), key=lambda w: (-counts[w], w))[:rows]
    model = Word2Vec(
        vector_size=width,
        sg=1,
        window=5,
        negative=5,
        min_count=1,
        sample=1e-4,
        workers=1,
        seed=seed,
        hashfxn=stable_hash,
    )
    model.build_vocab_from_freq({w: counts[w] for w in kept})
    model.train(sentences, total_examples=papers, epochs=epochs)
    table = model.wv.vectors[[model.wv.key_to_index[w] for w in kept]].astype("float32")
    scale = float((table**2).sum(axis=1).mean() ** 0.5) or 1.0
    return kept, table / scale
