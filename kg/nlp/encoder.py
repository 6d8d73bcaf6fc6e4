"""The encoder at run time: words of a paper to a vector each in its place, and to the chances of the spans they make.

A small BERT (Devlin et al. 2019) run by ONNX Runtime with weights of eight bits; what goes in and what is made of its
vectors is plain numpy. No spaCy here, and no PyTorch.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from kg.errors import DataError
from kg.nlp.pieces import Pieces

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

LONGEST = 10  #: words of a span at most
SHAPES = 512  #: rows of the table of shapes
WINDOW = 512  #: pieces that are read together, start and end among them
GRAPH = "encoder.onnx"
_ARRAYS = "arrays.npz"
_PIECES = "pieces.txt"
_EMBEDDED = ("piece", "piece_scale", "place", "shape", "word")
_HEAD = ("first", "first_bias", "last", "last_bias", "length", "chance", "chance_bias")


@dataclass(frozen=True, slots=True)
class Arrays:
    """What stands before and behind the layers of BERT."""

    piece: "np.ndarray[Any, np.dtype[np.int8]]"  #: pieces x width, each row times its scale
    piece_scale: "Array"  #: pieces
    place: "Array"  #: `WINDOW` x width: of a piece's number in the window (and of its one segment)
    shape: "Array"  #: `SHAPES` x width: of a word's capitals, digits and signs, which uncased pieces lack
    word: "Array"  #: length of a word's static vector x width
    first: "Array"  #: width x hidden: of a span's first word
    first_bias: "Array"  #: hidden
    last: "Array"  #: width x hidden: of a span's last word
    last_bias: "Array"  #: hidden
    length: "Array"  #: `LONGEST` x hidden: of a span's length
    chance: "Array"  #: hidden x labels
    chance_bias: "Array"  #: labels


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder makes of the words of a paper."""

    vectors: "Array"  #: words x width
    spans: "Array"  #: words x `LONGEST` x labels: log chance of the span with that first word and one word more each


class Encoder:
    """Words and their static vectors -> `Encoded`. Label 0 is "no entity"; the others are those of training."""

    def __init__(self, pieces: Pieces, arrays: Arrays, graph: bytes) -> None:
        """`graph`: the layers of BERT as ONNX. Raises DataError where ONNX Runtime cannot use it."""
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_mem_pattern = False  # papers differ in length: a plan of memory serves none but the one before
        try:
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise DataError(f"the graph of the encoder cannot be used: {str(error)[:200]}") from error
        self.graph = graph
        self.arrays = arrays
        self.pieces = pieces

    @property
    def width(self) -> int:
        """The length of a word's vector."""
        return int(self.arrays.place.shape[1])

    def encode(self, words: Sequence[str], static: "Array") -> Encoded:
        """`words`: of title, separator and abstract, no white space but the separator; `static`: words x length."""
        import numpy as np

        vectors = np.zeros((len(words), self.width), dtype="float32")
        for start, end, numbers, first in windows(words, self.pieces):
            vectors[start:end] = self._window(words[start:end], static[start:end], numbers, first)
        return Encoded(vectors, self._spans(vectors))

    def _window(self, words: Sequence[str], static: "Array", numbers: Sequence[int], first: Sequence[int]) -> "Array":
        """The vectors of the words of one window."""
        arrays = self.arrays
        embedded = arrays.piece[numbers] * arrays.piece_scale[numbers, None] + arrays.place[: len(numbers)]
        embedded[first] += static @ arrays.word + arrays.shape[[shape_number(word) for word in words]]
        (out,) = self._session.run(None, {"embedded": embedded[None].astype("float32", copy=False)})
        vectors: Array = out[0][first]
        return vectors

    def _spans(self, vectors: "Array") -> "Array":
        """Log chances of all spans of up to `LONGEST` words."""
        import numpy as np

        arrays, count = self.arrays, len(vectors)
        first = vectors @ arrays.first + arrays.first_bias
        last = np.zeros((count + LONGEST - 1, first.shape[1]), dtype="float32")
        last[:count] = vectors @ arrays.last + arrays.last_bias
        scores = np.empty((count, LONGEST, len(arrays.chance_bias)), dtype="float32")
        hidden = np.empty_like(first)
        for more in range(LONGEST):
            np.add(first, last[more : more + count], out=hidden)
            hidden += arrays.length[more]
            scores[:, more] = np.maximum(hidden, 0, out=hidden) @ arrays.chance
        scores += arrays.chance_bias
        scores -= scores.max(axis=2, keepdims=True)
        scores -= np.log(np.exp(scores).sum(axis=2, keepdims=True))
        for more in range(1, LONGEST):  # what would reach beyond the last word is no span
            scores[max(0, count - more) :, more, 0] = 0.0
            scores[max(0, count - more) :, more, 1:] = -30.0
        return scores

    def save(self, folder: Path) -> None:
        """Write the parts into a folder; deterministic."""
        import numpy as np

        folder.mkdir(parents=True, exist_ok=True)
        (folder / GRAPH).write_bytes(self.graph)
        (folder / _PIECES).write_text("\n".join(self.pieces.vocabulary) + "\n", encoding="utf-8")
        parts = {name: getattr(self.arrays, name) for name in (*_EMBEDDED, *_HEAD)}
        with (folder / _ARRAYS).open("wb") as out:
            np.savez_compressed(out, **{n: a if a.dtype == np.int8 else a.astype("float16") for n, a in parts.items()})


def load_encoder(folder: Path) -> Encoder:
    """Read what `Encoder.save` wrote. Raises DataError where a part is missing or damaged."""
    import numpy as np

    try:
        pieces = Pieces((folder / _PIECES).read_text(encoding="utf-8").split("\n")[:-1])
        graph = (folder / GRAPH).read_bytes()
        with (folder / _ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            parts = {name: stored[name] for name in (*_EMBEDDED, *_HEAD)}
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        raise DataError(f"not a stored encoder: {error}", where=str(folder)) from error
    if len(parts["piece"]) != len(pieces.vocabulary):
        raise DataError("the pieces and their vectors do not fit", where=str(folder))
    arrays = Arrays(**{n: a if n == "piece" else a.astype("float32") for n, a in parts.items()})
    try:
        return Encoder(pieces, arrays, graph)
    except DataError as error:
        raise DataError(error.what, where=str(folder)) from error


def windows(words: Sequence[str], pieces: Pieces) -> list[tuple[int, int, list[int], list[int]]]:
    """The windows that words are read in: (first word, word after the last, pieces, place of each word's first)."""
    found: list[tuple[int, int, list[int], list[int]]] = []
    begin = 0
    numbers, first = [pieces.start], list[int]()
    for n, word in enumerate(words):
        own = (pieces.end,) if word == "\n" else pieces.of(word)
        if len(numbers) + len(own) >= WINDOW:
            found.append((begin, n, [*numbers, pieces.end], first))
            begin, numbers, first = n, [pieces.start], []
        first.append(len(numbers))
        numbers.extend(own)
    if first:
        found.append((begin, len(words), [*numbers, pieces.end], first))
    return found


@lru_cache(maxsize=2**16)
def shape_number(word: str) -> int:
    """The row of a word's shape: its runs of capitals, small letters and digits, up to three of each, hashed."""
    marks: list[str] = []
    last, run = "", 0
    for character in word[:60]:
        mark = "X" if character.isupper() else "x" if character.islower() else "d" if character.isdigit() else character
        run = run + 1 if mark == last else 1
        last = mark
        if run <= 3:
            marks.append(mark)
    return zlib.crc32(("h" + "".join(marks)[:12]).encode("utf-8", "surrogatepass")) % SHAPES
