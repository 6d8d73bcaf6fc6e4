"""Which files to read, and how to open them: folders, globs, standard input, gzip and xz, all within limits."""

import contextlib
import glob
import gzip
import lzma
import os
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, cast

from kg.errors import DataError
from kg.paper import Skipped, clean

MAX_UNPACKED = 20 * 10**9  #: bytes that a compressed file may unpack to
MAX_RATIO = 1_000  #: unpacked bytes per packed byte
_RATIO_FROM = 10_000_000  #: unpacked bytes below which no ratio is a threat
_SUFFIXES = {".txt", ".text", ".html", ".htm", ".xhtml", ".jsonl", ".ndjson", ".json"}
_SILENT = ("readme", "license", "notice")  #: files that stand in every project


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read; `path` is None for standard input."""

    name: str
    path: Path | None


def expand(inputs: Sequence[str]) -> tuple[list[Source], list[Skipped]]:
    """The files that files, folders, globs and `-` stand for, each once; and what was passed over in folders.

    Raises DataError where an input names nothing.
    """
    sources: dict[str, Source] = {}
    passed: list[Skipped] = []
    for item in inputs:
        if item == "-":
            sources["-"] = Source("<stdin>", None)
            continue
        path = Path(item)
        # os.path.exists, as Path.exists raises where a name is too long; glob.glob, as absolute patterns are fine too.
        found = os.path.exists(item)  # noqa: PTH110
        matches = [path] if found else [Path(p) for p in sorted(glob.glob(item, recursive=True))]  # noqa: PTH207
        if not matches:
            raise DataError(
                "no such file or folder", where=item, hint="give a file, a folder, a glob or - for standard input"
            )
        for match in matches:
            files = _papers_in(match, passed) if match.is_dir() else [match]
            sources.update((str(f.absolute()), Source(_shown(f), f)) for f in files)
    return list(sources.values()), passed


def _shown(file: Path) -> str:
    """The name of a file as messages and reports can hold it: bytes that are no UTF-8 become question marks."""
    return clean(str(file).encode("utf-8", "replace").decode("utf-8"))


def _papers_in(folder: Path, passed: list[Skipped]) -> list[Path]:
    """The files of a folder that may hold papers, sorted; the others are noted in `passed`, well-known ones are not."""
    found = []
    for file in sorted(folder.rglob("*"), key=lambda f: f.relative_to(folder).as_posix()):
        parts = file.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or not file.is_file():
            continue
        suffixes = [s.lower() for s in file.suffixes]
        kind = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] in (".gz", ".xz") else (suffixes or [""])[-1]
        if file.name.lower().startswith(_SILENT) or kind == ".md":
            continue
        if kind in _SUFFIXES:
            found.append(file)
        else:
            passed.append(
                Skipped(_shown(file), None, "passed over, not a format of papers; name the file to have it read")
            )
    return found


class _Counted(RawIOBase):
    """Packed bytes, counted as they are read: a pipe cannot tell how far it is."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.count = stream, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data


class _Bounded(RawIOBase):
    """The unpacked bytes of a compressed file, refused beyond the limits."""

    def __init__(self, packed: "_Counted", unpacked: gzip.GzipFile | lzma.LZMAFile) -> None:
        self._packed, self._unpacked, self._count = packed, unpacked, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stub wants any buffer
        try:
            data = self._unpacked.read(len(buffer))
        except (EOFError, lzma.LZMAError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(f"compressed data is damaged ({error})", hint="fetch the file again") from error
        self._count += len(data)
        too_dense = self._count > _RATIO_FROM and self._count > MAX_RATIO * max(1, self._packed.count)
        if self._count > MAX_UNPACKED or too_dense:
            raise DataError("unpacks to more than the limit", hint="unpack it yourself if you trust it")
        buffer[: len(data)] = data
        return len(data)


@contextlib.contextmanager
def opened(source: Source) -> Iterator[BufferedReader]:
    """The bytes of a source, unpacked where its first bytes say gzip or xz. Raises OSError and DataError."""
    with contextlib.ExitStack() as stack:
        if source.path is None:
            raw: BufferedReader = BufferedReader(sys.stdin.buffer)  # type: ignore[arg-type]  # a buffer reads like a raw file
            stack.callback(raw.detach)  # else it would close standard input when it goes
        else:
            raw = stack.enter_context(source.path.open("rb"))
        magic = raw.peek(6)[:6]
        if magic.startswith(b"\x1f\x8b"):
            packed = _Counted(raw)
            yield BufferedReader(_Bounded(packed, stack.enter_context(gzip.GzipFile(fileobj=packed))))
        elif magic == b"\xfd7zXZ\x00":
            packed = _Counted(raw)
            yield BufferedReader(_Bounded(packed, stack.enter_context(lzma.LZMAFile(cast(IO[bytes], packed)))))
        else:
            yield raw


def sniff(stream: BufferedReader) -> tuple[str, int]:
    """The format of a stream, by its first bytes: `jsonl`, `html` or `text`; and how many blank lines were passed over.

    Raises DataError.
    """
    blank = 0
    while not (head := stream.peek(4096)).strip():  # a pipe may give no more than a line at first
        if not head:
            raise DataError("the file is empty", hint="save it again")
        blank += stream.read(len(head)).count(b"\n")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("text is UTF-16", hint="save it as UTF-8")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{") and not start.startswith(b"{\0"):  # a NUL further on spoils no more than its line
        return "jsonl", blank
    if b"\0" in head:
        raise DataError("binary file", hint="kg reads a saved page (text or HTML), JSONL and facts lines")
    if start.startswith(b"["):
        raise DataError("a JSON array", hint="write one object a line (jq -c '.[]' FILE)")
    return ("html" if start.startswith(b"<") else "text"), blank
