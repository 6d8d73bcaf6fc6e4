"""`kg decide`, the build that replays decisions, and `kg why` after it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from kg.build import DECISIONS, FILES, REPORT, build
from kg.errors import DataError
from kg.store import Store

from .conftest import PAPERS, facts_line


@pytest.fixture
def out(small_out: Path, tmp_path: Path) -> Path:
    """A folder of its own with a build of the small corpus in it."""
    return Path(shutil.copytree(small_out, tmp_path / "out"))


def hashes(out: Path) -> dict[str, bytes]:
    """The files of a build."""
    return {name: (out / name).read_bytes() for name in (*FILES, REPORT)}


def told(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error."""
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert not done.stdout
    (line,) = done.stderr.strip().splitlines()
    return line


def labels(out: Path) -> dict[str, tuple[str, str]]:
    """Entity -> label and type."""
    with Store(out / "graph.db") as store:
        return {e.id: (e.label, e.type) for e in store.entities()}


def test_decisions_of_all_kinds_are_written_applied_and_survive_every_build(kg, out, facts_file):
    before = labels(out)
    for words in (
        ["alias", "HugeNet", "Tiny-LM", "--why", "one family"],
        ["distinct", "RWR", "random word removal"],
        ["retype", "Parrot", "benchmark"],
        ["rename", "question-answering", "QA in short"],
        ["drop", "accuracy"],
    ):
        done = kg("decide", *words, "-g", out)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert "build again" in done.stderr
    assert labels(out) == before  # deciding alone changes no graph
    decisions = (out / DECISIONS).read_bytes()
    assert kg("build", facts_file, "-o", out, "--quiet").stderr == ""
    found = labels(out)
    assert ("hugenet" in found) + ("tiny-lm" in found) == 1
    assert found["rwr"] == ("RWR", "METHOD")
    assert found["random-word-removal"] == ("random word removal", "METHOD")
    assert found["parrot"] == ("Parrot", "BENCHMARK")
    assert found["question-answering"] == ("QA in short", "TASK")
    assert "accuracy" not in found
    first = hashes(out)
    assert kg("build", facts_file, "-o", out, "--quiet").stderr == ""
    again = hashes(out)
    assert {n: again[n] for n in FILES} == {n: first[n] for n in FILES}
    assert (out / DECISIONS).read_bytes() == decisions
    report = json.loads(again[REPORT])
    assert report["unmatched_decisions"] == []
    assert report["counts"]["names_decision"] >= 4
    reason = json.loads(kg("why", "HugeNet", "Tiny-LM", "-g", out, "--format", "json").stdout)
    assert reason["query"]["one"]
    assert "HugeNet = Tiny-LM (one family)" in json.dumps(reason, ensure_ascii=False)
    assert "not" not in kg("check", out).stdout.replace("no faults", "")


def test_the_same_decisions_in_any_order_and_from_another_file_give_the_same_files(facts_file, tmp_path):
    tables = [
        '[[drop]]\nname = "accuracy"\n',
        '[[alias]]\nnames = ["HugeNet", "Tiny-LM"]\n',
        '[[rename]]\nname = "Parrot"\nlabel = "Polly"\n',
    ]
    lines = [facts_line(p) + "\n" for p in PAPERS]
    found = []
    for n, step in enumerate((1, -1)):
        (tmp_path / f"d{n}.toml").write_text("\n".join(tables[::step]), encoding="utf-8")
        (tmp_path / f"f{n}.jsonl").write_text("".join(lines[::step]), encoding="utf-8")
        build([str(tmp_path / f"f{n}.jsonl")], tmp_path / f"out{n}", decisions=tmp_path / f"d{n}.toml")
        found.append({name: (tmp_path / f"out{n}" / name).read_bytes() for name in FILES})
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[[drop]\n", 1),
        ('[[drop]]\nname = "HugeNet"\n\n[[retype]]\nname = "hugenet"\ntype = "MODEL"\n', None),
        ('[[alias]]\nnames = ["RWR", "Parrot"]\n[[distinct]]\nnames = ["random word removal", "Parrot"]\n', 3),
    ],
    ids=["syntax", "contradiction", "contradiction that the papers show"],
)
def test_a_fault_stops_the_build_with_one_line_and_leaves_the_folder_as_it_was(kg, out, facts_file, text, line):
    (out / DECISIONS).write_text(text, encoding="utf-8")
    before = hashes(out)
    error = told(kg("build", facts_file, "-o", out, "--quiet"))
    assert f"{DECISIONS}:{line or ''}" in error
    assert "nothing was applied" in error
    assert hashes(out) == before
    assert not list(out.glob(".tmp-*"))


def test_a_file_that_is_named_and_not_there_is_an_error(facts_file, tmp_path):
    with pytest.raises(DataError, match=r"none\.toml: no such file"):
        build([str(facts_file)], tmp_path / "out", decisions=tmp_path / "none.toml")
    assert not (tmp_path / "out").exists()


def test_names_that_match_nothing_are_told_and_stand_in_the_report(kg, out, facts_file):
    (out / DECISIONS).write_text('[[drop]]\nname = "Nobody"\n[[drop]]\nname = "Parrot"\n', encoding="utf-8")
    done = kg("build", facts_file, "-o", out, "--quiet")
    assert done.returncode == 0
    assert done.stderr == "decision about a name that no paper has, line 1: drop Nobody\n"
    assert json.loads((out / REPORT).read_text())["unmatched_decisions"] == ["line 1: drop Nobody"]
    assert "parrot" not in labels(out)


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["alias", "HugeNet"], 2, "alias needs A B..."),
        (["drop", "HugeNet", "Parrot"], 2, "drop needs NAME"),
        (["retype", "HugeNet"], 2, "retype needs NAME TYPE"),
        (["retype", "HugeNet", "planet"], 2, "planet"),
        (["merge", "HugeNet", "Parrot"], 2, "merge"),
        (["drop", "HugeNett"], 1, "HugeNet"),
        (["drop", "arxiv:2401.00001"], 1, "is a paper"),
        (["drop", "A look at RWR"], 1, "is a paper"),
        (["alias", "HugeNet", "hugenet "], 0, ""),
        (["alias", "HugeNet", "HugeNet"], 1, "two different names"),
        (["rename", "HugeNet", " "], 1, "no text"),
        (["drop", "Tiny-LM"], 1, "'Tiny-LM' is dropped here"),
        (["retype", "tiny-lm", "task"], 1, "is a MODEL"),
        (["distinct", "Parrot", "QuizBench"], 1, "distinct here and one by an alias"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_decide_refuses_what_is_wrong_unknown_or_contradicts_and_leaves_the_file(words, code, reason, kg, out):
    text = '[[retype]]\nname = "Tiny-LM"\ntype = "MODEL"\n[[alias]]\nnames = ["QuizBench", "Parrot"]\n'
    (out / DECISIONS).write_text(text, encoding="utf-8")
    done = kg("decide", *words, "-g", out)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert reason in done.stderr
    assert ((out / DECISIONS).read_text() == text) == (code != 0)


def test_decide_writes_names_as_a_build_will_know_them(kg, out):
    for words in (["drop", "Huge"], ["drop", "parrot"], ["drop", "RWR"], ["rename", "tiny-lm", "T\udcff\x1b[31m"]):
        assert kg("decide", *words, "-g", out).returncode == 0
    text = (out / DECISIONS).read_text(encoding="utf-8")
    assert text.split("\n\n") == [
        '[[drop]]\nname = "HugeNet"',
        '[[drop]]\nname = "parrot"',
        '[[drop]]\nname = "RWR"',
        '[[rename]]\nname = "tiny-lm"\nlabel = "T [31m"\n',
    ]


def test_decide_in_a_folder_without_a_graph_is_one_line(kg):
    assert "kg build" in told(kg("decide", "drop", "x", "-g", "nowhere"))


HIDDEN = "Huge\u200bNet\u202e"


def test_names_with_characters_that_are_not_seen_join_the_clean_one_and_do_no_harm_on_a_terminal(
    tmp_path, facts_file, kg
):
    entity = {"label": HIDDEN, "type": "MODEL", "relation": "USES"}
    lines = [json.dumps({"kg": "facts/1", "id": "z:1", "title": f"On {HIDDEN}", "abstract": "", "entities": [entity]})]
    (tmp_path / "z.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([str(facts_file), str(tmp_path / "z.jsonl")], tmp_path / "out")
    found = labels(tmp_path / "out")
    assert found["hugenet"] == ("HugeNet", "MODEL")
    with Store(tmp_path / "out" / "graph.db") as store:
        assert next(e for e in store.entities() if e.id == "hugenet").paper_count == 3
    for command in (["show", "HugeNet"], ["why", "HugeNet", HIDDEN]):
        done = kg(*command, "-g", tmp_path / "out")
        assert done.returncode == 0
        assert "\u202e" not in done.stdout


def test_why_says_in_words_what_the_data_says(kg, out):
    shown = kg("why", "RWR", "random word removal", "-g", out).stdout
    assert "RWR and random word removal are one thing" in shown
    assert "We propose random word removal (RWR) for training HugeNet." in shown
    assert "RWR is popular." in shown
    rows = kg("why", "RWR", "Parrot", "-g", out, "--format", "csv").stdout.splitlines()
    assert len(rows) == 3
