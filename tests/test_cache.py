"""The cache of facts: it keeps, it survives, it never stops a build."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kg.errors import DataError
from kg.paper import Paper
from kg.store import Cache
from kg.store.cache import key

FACTS = {"entities": [{"label": "β", "mentions": [{"field": "title", "start": 0, "end": 1}]}], "results": []}


def test_what_is_put_is_got_and_stays(tmp_path):
    with Cache(tmp_path / "cache.db") as cache:
        assert cache.get("k") is None
        cache.put("k", {**FACTS, "title": "left out"})
        cache.put("l", {"entities": [], "results": []})
        assert cache.get("k") == FACTS
    with Cache(tmp_path / "cache.db") as cache:
        assert cache.get("k") == FACTS
        cache.put("k", {"entities": [], "results": [1]})
        assert cache.get("k") == {"entities": [], "results": [1]}
        assert cache.get("'; DROP TABLE facts; --") is None


def test_the_key_holds_all_that_decides_the_facts():
    one = Paper("a:1", "Title", "Abstract")
    keys = {
        key("model 1", one),
        key("model 2", one),
        key("model 1", Paper("a:1", "Titles", "Abstract")),
        key("model 1", Paper("a:1", "Title", "Abstracts")),
        key("model 1", Paper("a:1", "TitleAbstract", "")),
    }
    assert len(keys) == 5
    assert key("model 1", Paper("b:2", "Title", "Abstract", 2024, venue="V")) == key("model 1", one)


def test_what_was_put_is_kept_where_the_build_fails(tmp_path):
    def fail():
        with Cache(tmp_path / "cache.db") as cache:
            cache.put("k", FACTS)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with Cache(tmp_path / "cache.db") as cache:
        assert cache.get("k") == FACTS


_KILLED = """
import sys
from pathlib import Path
from kg.store import Cache
cache = Cache(Path(sys.argv[1]))
for n in range(250):
    cache.put(f"key {n}", {"entities": [n], "results": []})
print("put", flush=True)
sys.stdin.read()
"""


def test_what_was_put_is_kept_where_the_process_is_killed(tmp_path):
    path = tmp_path / "cache.db"
    command = [sys.executable, "-c", _KILLED, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"put\n"
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    with Cache(path) as cache:
        assert [cache.get(f"key {n}") for n in range(200)] == [{"entities": [n], "results": []} for n in range(200)]
        cache.put("key 249", FACTS)
        assert cache.get("key 249") == FACTS


def filled(path):
    """The bytes of a cache of many pages."""
    with Cache(path) as cache:
        for n in range(1000):
            cache.put(f"key {n}", {"entities": ["x" * 200, n], "results": []})
    return path.read_bytes()


def usable(path):
    """Whether a cache can be opened, asked and written, and knows what it was told last."""
    with Cache(path) as cache:
        answers = [cache.get(f"key {n}") for n in range(1000)]
        cache.put("new", FACTS)
        return cache.get("new") == FACTS and all(a is None or a["entities"][1] == n for n, a in enumerate(answers))


@pytest.mark.parametrize("data", [b"", b"x", b"no database at all" * 1000, b"SQLite format 3\x00" + b"\xff" * 9000])
def test_a_file_that_is_no_cache_is_made_anew(tmp_path, data):
    (tmp_path / "cache.db").write_bytes(data)
    assert usable(tmp_path / "cache.db")


def test_a_cache_that_is_damaged_anywhere_is_made_anew(tmp_path):
    path, luck = tmp_path / "cache.db", random.Random(3)
    whole = filled(path)
    for _ in range(12):
        data = bytearray(whole)
        page = 4096 * luck.randrange(len(data) // 4096)
        data[page : page + 4096] = luck.randbytes(4096)
        path.write_bytes(data)
        assert usable(path)
    for _ in range(6):
        path.write_bytes(whole[: luck.randrange(len(whole))])
        assert usable(path)


def test_a_cache_of_another_shape_is_made_anew(tmp_path):
    with closing(sqlite3.connect(tmp_path / "cache.db")) as db:
        db.execute("CREATE TABLE facts(other)")
    assert usable(tmp_path / "cache.db")


@pytest.mark.parametrize("text", ["{", "", "[]", "null", "17", b"\xff\xfe", None])
def test_a_damaged_entry_is_no_entry(tmp_path, text):
    path = tmp_path / "cache.db"
    with Cache(path) as cache:
        cache.put("other", FACTS)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        db.execute("INSERT INTO facts VALUES ('key', ?)", (text if text is not None else "NaN",))
        db.commit()
    with Cache(path) as cache:
        assert cache.get("key") is None
        cache.put("key", FACTS)
        assert cache.get("key") == FACTS


def test_a_cache_that_can_be_no_file_is_one_line(tmp_path):
    (tmp_path / "cache.db").mkdir()
    for path in (tmp_path / "cache.db", tmp_path / "nowhere" / "cache.db", Path("/dev/null/cache.db")):
        with pytest.raises(DataError, match="cannot use the cache") as error:
            Cache(path)
        assert str(error.value).startswith(f"{path}: ")
        assert "\n" not in str(error.value)


def test_a_cache_that_another_process_holds_is_not_thrown_away(tmp_path, monkeypatch):
    path = tmp_path / "cache.db"
    with Cache(path) as cache:
        cache.put("k", FACTS)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda file: connect(file, timeout=0))
    with closing(connect(path)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DataError, match="locked"), Cache(path) as cache:
            cache.put("l", FACTS)
        holder.rollback()
    with Cache(path) as cache:
        assert cache.get("k") == FACTS
