"""What a build leaves behind, and what it does with bad input, other builds and sudden ends."""

import fcntl
import gzip
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.build import FILES, build, verify
from kg.errors import DataError
from kg.store import Store

from .conftest import PAPERS, ROOT, facts_line

EXPORTS = ("graph.ttl", "graph.html", "graph.graphml")


def sums(out: Path) -> dict[str, str]:
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in EXPORTS}


def content(out: Path) -> list[str]:
    with sqlite3.connect(out / "graph.db") as db:
        return list(db.iterdump())


def test_a_build_leaves_the_files_of_the_contract(small_out):
    names = {p.name for p in small_out.iterdir() if not p.name.startswith(".")}
    assert names == {*FILES, "report.json", "cache.db"}
    report = json.loads((small_out / "report.json").read_text())
    assert report["counts"]["papers"] == len(PAPERS)
    assert report["sha256"] == {name: hashlib.sha256((small_out / name).read_bytes()).hexdigest() for name in FILES}
    assert set(report["run"]) >= {"seconds", "inputs", "peak_memory_mb"}
    assert str(small_out.parent) not in json.dumps({k: v for k, v in report.items() if k != "run"})


def test_what_it_leaves_has_no_faults(small_out):
    assert list(verify(small_out)) == []


def test_same_output_whatever_the_order_the_hash_seed_and_the_history(small_out, tmp_path):
    lines = [facts_line(p) for p in PAPERS]
    for seed in ("1", "2"):
        random.Random(int(seed)).shuffle(lines)
        file = tmp_path / "facts.jsonl"
        file.write_text("\n".join(lines))
        done = subprocess.run(
            [sys.executable, "-m", "kg", "build", str(file), "-o", str(tmp_path / "out"), "--quiet"],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Tokyo"},
            cwd=ROOT,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert sums(tmp_path / "out") == sums(small_out)
        assert content(tmp_path / "out") == content(small_out)


def test_bad_records_are_skipped_and_told_the_rest_is_read(tmp_path, kg):
    file = tmp_path / "mixed.jsonl"
    bad = ['{"title": ""}', "{broken", '{"title": 7}', '{"title": "T", "abstract": {}}', "[1]"]
    file.write_text("\n".join([facts_line(PAPERS[0]), *bad, facts_line(PAPERS[1])]))
    done = kg("build", file, "-o", "out")
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("skipped ")]
    assert [line.split(":")[1] for line in told] == ["2", "3", "4", "5", "6"]
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert [s["line"] for s in report["skipped"]] == [2, 3, 4, 5, 6]
    assert report["counts"]["papers"] == 2


def test_strict_refuses_the_first_bad_record_and_leaves_the_output_alone(tmp_path, kg):
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text(facts_line(PAPERS[0]))
    bad.write_text(facts_line(PAPERS[1]) + "\n{broken\n")
    assert kg("build", good, "-o", "out").returncode == 0
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    done = kg("build", bad, "-o", "out", "--strict")
    assert done.returncode == 1
    assert "bad.jsonl:2" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.txt", b""),
        ("binary.jsonl", bytes(range(256))),
        ("page.html", b"<html><body><p>nothing here</p></body></html>"),
        ("list.json", b'[{"title": "x"}]'),
        ("latin.jsonl", '{"title": "caf\xe9"}'.encode("latin-1")),
        ("cut.jsonl.gz", gzip.compress(b'{"title": "A paper with a title"}')[:-9]),
    ],
)
def test_input_without_papers_is_one_line_and_exit_code_1(name, data, tmp_path, kg):
    (tmp_path / name).write_bytes(data)
    done = kg("build", name, "-o", "out")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert name in done.stderr
    assert not (tmp_path / "out" / "report.json").exists()


def test_a_missing_file_is_one_line_and_exit_code_1(kg):
    done = kg("build", "nowhere.txt", "-o", "out")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert "nowhere.txt" in done.stderr


def test_duplicates_are_one_paper_whichever_comes_first(tmp_path):
    one = json.loads(facts_line(PAPERS[0]))
    two = {"id": "hf:2401.00001", "title": one["title"], "abstract": "Shorter."}
    three = {"title": one["title"].upper(), "abstract": "No id."}
    outs = []
    for n, order in enumerate(([one, two, three], [three, two, one])):
        file = tmp_path / f"{n}.jsonl"
        file.write_text("\n".join(map(json.dumps, order)))
        report = build([str(file)], tmp_path / f"out{n}")
        assert report.counts["papers"] == 1
        assert report.counts["duplicates"] == 2
        outs.append(sums(tmp_path / f"out{n}"))
        with Store(tmp_path / f"out{n}" / "graph.db") as store:
            (paper,) = store.papers()
            assert (paper.id, paper.same_as) == ("arxiv:2401.00001", ("hf:2401.00001",))
    assert outs[0] == outs[1]


def test_a_second_build_is_refused_and_told_who_holds_the_folder(facts_file, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4242")
        lock.flush()
        with pytest.raises(DataError, match="4242"):
            build([str(facts_file)], out)


def test_a_killed_build_leaves_the_old_files_and_the_next_one_is_the_same(facts_file, small_out, tmp_path):
    out = tmp_path / "out"
    build([str(facts_file)], out)
    before = {p.name: p.read_bytes() for p in out.iterdir() if p.name in (*FILES, "report.json")}
    moments = random.Random(7)
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-m", "kg", "build", str(facts_file), "-o", str(out), "--quiet"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(moments.uniform(0.05, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        after = {p.name: p.read_bytes() for p in out.iterdir() if p.name in FILES}
        assert after == {k: v for k, v in before.items() if k in FILES}
    build([str(facts_file)], out)
    assert sums(out) == sums(small_out)
    assert not list(out.glob(".tmp-*"))


def test_a_torn_set_of_files_is_found(facts_file, tmp_path, kg):
    out = tmp_path / "out"
    build([str(facts_file)], out)
    (out / "graph.ttl").write_text("# gone")
    done = kg("check", out)
    assert done.returncode == 3
    assert "graph.ttl" in done.stdout


def test_extracting_again_is_not_needed_and_deleting_the_cache_is_harmless(tmp_path, small_out, facts_file):
    out = tmp_path / "out"
    assert build([str(facts_file)], out).run["extracted"] == len(PAPERS)
    assert build([str(facts_file)], out).run["extracted"] == 0
    (out / "cache.db").write_bytes(b"no database")
    assert build([str(facts_file)], out).run["extracted"] == len(PAPERS)
    assert sums(out) == sums(small_out)
