"""Lines sorted in memory that does not grow with their number: blocks are spilled to temporary files and merged."""

import heapq
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from types import TracebackType
from typing import Self

BLOCK = 250_000  #: lines held at a time, about 100 MB


class Sorter:
    """Takes lines in any order, gives them sorted by code point (which is the order of UTF-8 bytes), each once.

    A context manager: the temporary files live as long as it is open.
    """

    def __init__(self) -> None:
        """Nothing is on disk before the first block is full."""
        self._stack = ExitStack()
        self._blocks: list[Iterable[str]] = []
        self._lines: list[str] = []
        self.count = 0  #: of the lines added, repeats included

    def __enter__(self) -> Self:
        """The sorter itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the temporary files."""
        self._stack.__exit__(kind, error, trace)

    def add(self, line: str) -> None:
        """Take a line (without a line end in it)."""
        self.count += 1
        self._lines.append(line)
        if len(self._lines) >= BLOCK:
            self._spill()

    def extend(self, lines: Iterable[str]) -> Self:
        """Take lines."""
        for line in lines:
            self.add(line)
        return self

    def _spill(self) -> None:
        self._lines.sort()
        file = self._stack.enter_context(
            tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", prefix="kg-")  # noqa: SIM115 - the stack closes it
        )
        file.writelines(f"{line}\n" for line in self._lines)
        file.seek(0)
        self._blocks.append(line.rstrip("\n") for line in file)
        self._lines = []

    def __iter__(self) -> Iterator[str]:
        """The lines, sorted, each once. To be gone through once, after the last line was added."""
        self._lines.sort()
        for line, _ in groupby(heapq.merge(*self._blocks, self._lines)):
            yield line
