"""Which files are read, and how they are opened."""

import gzip
import io
import lzma
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import DataError
from kg.paper import Skipped
from kg.readers import Found, Source, expand, files, read

GOOD = b'{"title": "Good"}\n'
NOISE = random.Random(0).randbytes(4000)


def names(sources):
    """The names of files, without their folders."""
    return [Path(s.name).name for s in sources]


@pytest.fixture
def mixed(tmp_path):
    """A folder as people have them."""
    for name in (
        "b.jsonl",
        "a.txt",
        "c.HTML",
        "d.json.gz",
        "e.ndjson.xz",
        "sub/f.htm",
        "README.txt",
        "LICENSE",
        "notes.md",
        ".hidden.jsonl",
        ".git/g.jsonl",
        "h.pdf",
        "i",
        "j.csv.gz",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(GOOD)
    return tmp_path


def test_of_a_folder_the_known_formats_are_read_sorted_and_others_reported(mixed):
    sources, passed = expand([str(mixed)])
    assert names(sources) == ["a.txt", "b.jsonl", "c.HTML", "d.json.gz", "e.ndjson.xz", "f.htm"]
    assert [Path(p.file).name for p in passed] == ["h.pdf", "i", "j.csv.gz"]
    assert all(p.line is None and "name the file to have it read" in p.reason for p in passed)


def test_a_file_that_is_named_is_read_whatever_its_name(mixed):
    sources, passed = expand([str(mixed / "h.pdf"), str(mixed / ".hidden.jsonl"), str(mixed / "README.txt")])
    assert names(sources) == ["h.pdf", ".hidden.jsonl", "README.txt"]
    assert passed == []


def test_a_file_named_twice_is_read_once(mixed, monkeypatch):
    monkeypatch.chdir(mixed)
    assert len(expand(["b.jsonl", "./b.jsonl", str(mixed / "b.jsonl"), "*.jsonl", "-", "-"])[0]) == 2


def test_globs_are_sorted_and_go_through_folders(mixed, monkeypatch):
    assert names(expand([str(mixed / "*.[jt]*")])[0])[:3] == ["README.txt", "a.txt", "b.jsonl"]
    assert names(expand([str(mixed / "**" / "*.htm")])[0]) == ["f.htm"]
    monkeypatch.chdir(mixed)
    assert names(expand(["sub/*"])[0]) == ["f.htm"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path):
    (tmp_path / "a[1].jsonl").write_bytes(GOOD)
    (tmp_path / "a1.jsonl").write_bytes(GOOD)
    assert names(expand([str(tmp_path / "a[1].jsonl")])[0]) == ["a[1].jsonl"]


@pytest.mark.parametrize("name", ["nothing.jsonl", "*.nothing", "x" * 5000, "a\0b", "", "~nobody/x"])
def test_an_input_that_names_nothing_is_an_error_of_one_line(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="no such file or folder; give a file, a folder, a glob or - for") as error:
        expand([name])
    assert "\n" not in str(error.value)


def test_an_empty_folder_gives_nothing(tmp_path):
    assert expand([str(tmp_path)]) == ([], [])


def test_a_name_that_is_no_utf8_can_be_reported(tmp_path):
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff\n.jsonl")).write_bytes(b"x")
    Path(os.fsdecode(bytes(tmp_path) + b"/\xff.pdf")).write_bytes(b"x")
    (source,), (passed,) = expand([str(tmp_path)])
    (skipped,) = read(source)
    for text in (source.name, passed.file, str(skipped)):
        assert "\n" not in text
        text.encode("utf-8")


def test_links_that_go_round_in_a_folder_end(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(GOOD)
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "lost.jsonl").symlink_to(tmp_path / "nowhere")
    assert names(expand([str(tmp_path)])[0]) == ["a.jsonl"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty; save it again"),
        (b" \n\t\r\n" * 5000, "the file is empty"),
        (gzip.compress(b""), "the file is empty"),
        (lzma.compress(b"\n"), "the file is empty"),
        ("{}".encode("utf-16"), "text is UTF-16; save it as UTF-8"),
        ("\ufeff{}".encode("utf-16-be"), "text is UTF-16; save it as UTF-8"),
        ('{"title": "T"}'.encode("utf-16-le"), "binary file; kg reads"),
        (NOISE, "binary file; kg reads"),
        (b"%PDF-1.7\n\x00\x01", "binary file; kg reads"),
        (b"PK\x03\x04\x14\x00\x00\x00", "binary file; kg reads"),
        (gzip.compress(gzip.compress(GOOD, mtime=0), mtime=0), "binary file; kg reads"),
        (b'[{"title": "T"}]', "a JSON array; write one object a line (jq -c '.[]' FILE)"),
        (b"\xef\xbb\xbf \n[", "a JSON array"),
        (b"title,abstract\nT,A\n", "a page without papers; kg looks for"),
        (b"\x1f\x8b", "compressed data is damaged"),
        (gzip.compress(GOOD)[:-4], "compressed data is damaged"),
        (gzip.compress(GOOD)[:12], "compressed data is damaged"),
        (b"\x1f\x8bnot gzip at all", "compressed data is damaged"),
        (lzma.compress(GOOD)[:-4], "compressed data is damaged"),
        (lzma.compress(GOOD)[:20], "compressed data is damaged"),
        (b"\xfd7zXZ\x00not xz at all", "compressed data is damaged"),
        (gzip.compress(GOOD) + b"trailing", "compressed data is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_skipped_with_what_to_do(read_bytes, data, reason):
    _, skipped = read_bytes(data)
    assert len(skipped) == 1
    assert reason in skipped[0]
    assert "; " in skipped[0]


def test_what_stands_before_the_damage_is_kept(read_bytes):
    lines = b"".join(b'{"title": "Paper %d %s"}\n' % (n, NOISE[n : n + 40].hex().encode()) for n in range(3000))
    whole = gzip.compress(lines)
    found, skipped = read_bytes(whole[: len(whole) // 2])
    assert 500 < len(found) < 3000
    assert len(skipped) == 1
    crooked = bytearray(whole)
    crooked[len(whole) // 2] ^= 0xFF
    found, skipped = read_bytes(bytes(crooked))
    assert found
    assert "damaged" in skipped[-1]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_packed_files_are_told_by_their_bytes_not_by_their_names(read_bytes, pack):
    assert len(read_bytes(pack(GOOD * 2), "papers.txt")[0]) == 2
    assert len(read_bytes(GOOD * 2, "papers.jsonl.gz")[0]) == 2


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_bomb_is_stopped_by_its_ratio(read_bytes, monkeypatch, pack):
    monkeypatch.setattr(files, "_RATIO_FROM", 100_000)
    monkeypatch.setattr(files, "MAX_RATIO", 100)
    found, skipped = read_bytes(pack(GOOD + b" " * 5_000_000 + b"\n" + GOOD))
    assert [f.line for f in found] == [1]
    assert skipped == ["unpacks to more than the limit; unpack it yourself if you trust it"]


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_large_file_is_stopped_at_the_limit(read_bytes, monkeypatch, pack):
    monkeypatch.setattr(files, "MAX_UNPACKED", 100_000)
    lines = [b'{"title": "%s"}\n' % NOISE[n : n + 100].hex().encode() for n in range(1000)]
    found, skipped = read_bytes(pack(b"".join(lines)))
    assert 0 < len(found) < 1000
    assert "unpacks to more than the limit" in skipped[-1]


def test_a_small_dense_file_is_no_bomb(read_bytes):
    found, skipped = read_bytes(lzma.compress(GOOD + b" " * 1_000_000 + b"\n" + GOOD))
    assert (len(found), skipped) == (2, [])


def test_a_folder_or_a_lost_file_is_skipped_not_raised(tmp_path):
    for path, word in ((tmp_path, "directory"), (tmp_path / "lost", "No such file")):
        (skipped,) = read(Source("x", path))
        assert isinstance(skipped, Skipped)
        assert word in skipped.reason
        assert "check the file" in skipped.reason


def test_a_file_without_permission_is_skipped(tmp_path):
    if os.geteuid() == 0:  # root may read everything: ask the system for a file that nobody may read
        path = Path("/proc/self/mem")
    else:
        path = tmp_path / "locked"
        path.write_bytes(GOOD)
        path.chmod(0)
    (skipped,) = read(Source("x", path))
    assert skipped.reason.startswith("cannot be read (")


_PIPED = """
import sys
from kg.readers import expand, read
for item in read(expand(["-"])[0][0]):
    print(item)
"""


def _piped(*chunks):
    """What a process reads of chunks that come one by one through its standard input."""
    with subprocess.Popen([sys.executable, "-c", _PIPED], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for chunk in chunks:
            process.stdin.write(chunk)
            process.stdin.flush()
        out, _ = process.communicate()
    assert process.returncode == 0
    return out.decode()


def test_standard_input_is_read():
    assert _piped(b"\n", GOOD, GOOD).count("Good") == 2
    assert "<stdin>: the file is empty" in _piped()


def test_packed_standard_input_is_read_and_bounded():
    large = gzip.compress(GOOD + NOISE.hex().encode() * 1500 + b"\n" + GOOD, compresslevel=1)
    out = _piped(large)
    assert out.count("Good") == 2
    assert "<stdin>:2: broken JSON" in out
    assert "unpacks to more than the limit" in _piped(lzma.compress(b"{" + b" " * 20_000_000))


def test_standard_input_stays_open(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD + GOOD)))
    assert len(list(read(Source("<stdin>", None)))) == 2
    assert not sys.stdin.buffer.closed


@given(
    st.binary(max_size=300)
    | st.tuples(
        st.sampled_from(
            [b"", b"<", b"{", b"<h3>x</h3><p>", b"\x1f\x8b\x08\x00", b"\xfd7zXZ\x00", b"\xef\xbb\xbf", b"\n"]
        ),
        st.binary(max_size=100),
    ).map(b"".join)
    | st.binary(max_size=100).map(gzip.compress)
    | st.tuples(st.binary(max_size=99), st.integers(0, 80)).map(lambda p: lzma.compress(p[0])[: p[1]])
)
def test_no_bytes_raise(tmp_path_factory, data):
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(data)
    items = list(read(Source("any", file)))
    assert items
    for item in items:
        assert isinstance(item, Found) or "\n" not in str(item)
