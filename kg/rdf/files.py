"""The RDF files of an output folder, and the Oxigraph store that a large one gets beside it.

A store is made once per export: written in a folder of its own, then renamed, with a stamp that names the export. It is
only opened for reading, so that any number of processes may ask it at once.
"""

import fcntl
import gzip
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from kg.errors import DataError

if TYPE_CHECKING:
    import pyoxigraph

GRAPH_FILES = ("graph.ttl", "graph.nt.gz", "graph.nt")  #: what the graph of an output folder may be called
LARGE = 300_000  #: triples above which a store on disk answers
#: Bytes that a triple takes in a file of ours, measured on 690,000 triples.
_BYTES = {".ttl": 42, ".nt": 146, ".gz": 13}
_STORE, _DATA, _STAMP = "graph.oxigraph", "data", "stamp.json"


def graph_file(data: Path) -> Path:
    """The RDF file of an output folder, or `data` itself if it is a file. Raises DataError where there is none."""
    if data.is_file():
        return data
    for name in GRAPH_FILES:
        if (path := data / name).is_file():
            return path
    raise DataError(
        "no RDF graph here", where=str(data), hint="run `kg build` first, or give the folder of an output with -g"
    )


def opened(path: Path) -> IO[bytes]:
    """A file of ours, unpacked as it is read. Raises OSError."""
    return cast("IO[bytes]", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))


def rdf_format(path: Path) -> "pyoxigraph.RdfFormat":
    """The format of a file by its name; Turtle where the name says nothing."""
    import pyoxigraph

    name = path.name.removesuffix(".gz")
    return pyoxigraph.RdfFormat.N_TRIPLES if name.endswith(".nt") else pyoxigraph.RdfFormat.TURTLE


def is_large(path: Path) -> bool:
    """Whether a file has more than about `LARGE` triples, told by its size."""
    return path.stat().st_size > LARGE * _BYTES.get(path.suffix, _BYTES[".ttl"])


def _stamp(path: Path) -> dict[str, Any]:
    """What a file is known by without reading it."""
    import pyoxigraph

    stat = path.stat()
    return {"file": path.name, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "oxigraph": pyoxigraph.__version__}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def store_folder(path: Path) -> Path | None:
    """The folder of the Oxigraph database of an RDF file, made if there is none that fits the file.

    None where none can be made: the folder cannot be written, or the disk is full. Raises DataError on a file that is
    no RDF.
    """
    place = path.parent / _STORE
    if has_store(path):
        return place / _DATA
    try:
        with _locked(path.parent):
            if not has_store(path):  # another process may have made it meanwhile
                _make(place, path)
    except OSError:
        return None
    return place / _DATA


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time makes a store in a folder; the others wait."""
    with (folder / f".{_STORE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def has_store(path: Path) -> bool:
    """Whether a store was made of this file: by size and time, else by its hash (a copied folder has new times)."""
    try:
        stamp = json.loads((path.parent / _STORE / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(stamp, dict):
        return False
    now = _stamp(path)
    if {key: stamp.get(key) for key in now} == now:
        return True
    same = stamp.get("oxigraph") == now["oxigraph"] and stamp.get("size") == now["size"]
    return same and stamp.get("sha256") == _sha256(path)


def _make(place: Path, path: Path) -> None:
    """Load a file into a new database aside, then put it in its place."""
    import pyoxigraph

    aside = Path(tempfile.mkdtemp(prefix=f".{_STORE}-", dir=path.parent))
    try:
        stamp = {**_stamp(path), "sha256": _sha256(path)}
        database = pyoxigraph.Store(str(aside / _DATA))
        try:
            with opened(path) as source:
                database.bulk_load(source, rdf_format(path))
        except (SyntaxError, EOFError) as error:
            raise DataError(
                f"is no RDF that can be read: {error}", where=str(path), hint="run `kg build` again"
            ) from error
        database.optimize()
        database.flush()
        del database
        (aside / _STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
        aside.chmod(0o755)  # mkdtemp makes it for the owner alone
        old = aside.with_name(f"{aside.name}-old")
        if place.exists():
            place.rename(old)
        aside.rename(place)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
