"""The cache of facts: what was read out of a text is never read out of it again.

Keyed by what decides the facts: the model, the version of the extractor, and the text. Written during the build, so
that a build that was stopped goes on where it was; it may be deleted at any time.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.errors import DataError
from kg.paper import Paper

_EVERY = 100  #: facts between two commits: what a crash can lose at most


def key(fingerprint: str, paper: Paper) -> str:
    """The key of a paper's facts: SHA-256 of the extractor's fingerprint and the text."""
    text = f"{fingerprint}\0{paper.title}\0{paper.abstract}"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Cache:
    """Facts by key, as JSON without the paper. A context manager; commits as it goes."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; a file that is no cache of this version is made anew."""
        self._path = path
        self._pending = 0
        try:
            self._connect()
        except sqlite3.DatabaseError as error:
            self._renew(error)

    def _renew(self, fault: sqlite3.DatabaseError) -> None:
        """Begin a new file in place of one with a fault. Raises DataError where that cannot be."""
        try:
            if fault.sqlite_errorcode == sqlite3.SQLITE_BUSY:  # another process writes it: a fault of nothing
                raise fault
            self._discard()
            self._connect()
        except (sqlite3.Error, OSError) as error:
            raise DataError(
                f"cannot use the cache: {error}", where=str(self._path), hint="check the folder, or delete the file"
            ) from error

    def _connect(self) -> None:
        self._db = sqlite3.connect(self._path)
        try:
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("CREATE TABLE IF NOT EXISTS facts(key TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID")
            self._db.execute("SELECT key, json FROM facts LIMIT 1").fetchone()
        except sqlite3.DatabaseError:
            self._db.close()
            raise

    def _discard(self) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def __enter__(self) -> "Cache":
        """The cache itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Keep what was put, whatever happened."""
        self._db.commit()
        self._db.close()

    def get(self, key: str) -> dict[str, Any] | None:
        """The entities and results under a key, or None."""
        try:
            row = self._db.execute("SELECT json FROM facts WHERE key = ?", (key,)).fetchone()
            value = json.loads(row[0]) if row else None
        except sqlite3.DatabaseError as error:  # damaged further in than the start showed
            self._db.close()
            self._renew(error)
            return None
        except (ValueError, TypeError):
            return None
        return value if isinstance(value, dict) else None

    def put(self, key: str, facts: Mapping[str, Any]) -> None:
        """Keep entities and results under a key."""
        text = json.dumps({k: facts[k] for k in ("entities", "results")}, ensure_ascii=False, separators=(",", ":"))
        insert = ("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, text))
        try:
            self._db.execute(*insert)
        except sqlite3.OperationalError as error:  # no space, or the file may not be written
            raise DataError(
                f"cannot write the cache: {error}", where=str(self._path), hint="check the disk and the folder"
            ) from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            self._renew(error)
            self._db.execute(*insert)
        self._pending += 1
        if self._pending >= _EVERY:
            self._db.commit()
            self._pending = 0
