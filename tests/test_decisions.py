"""Corrections of people: read whole or not at all, applied in any order, replayed."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import DataError
from kg.paper import clean
from kg.resolve import NONE, Decision, Decisions, Observation, resolve
from kg.resolve.decisions import add, as_toml, combine, parse, read

LONG, QKM, OTHER = "quilted kernel mapping", "QKM", "quick kite making"


def seen(paper, *names, kind="METHOD"):
    """An entity of a paper."""
    return Observation(paper, names, kind)


CORPUS = [
    seen("a:1", LONG, QKM),
    seen("a:2", QKM),
    seen("a:3", "Zorbel", kind="MODEL"),
    seen("a:4", "ZORBEL", kind="MODEL"),
    seen("a:5", "Parrot", kind="DATASET"),
    seen("a:6", "F-measure", kind="METRIC"),
    seen("a:7", "F1", kind="METRIC"),
    seen("a:8", "Quilter", kind="MODEL"),
    seen("a:9", "Quilter", kind="TASK"),
    seen("a:9", "β-Zorb", kind="MODEL"),
    seen("a:5", OTHER),
]


def decided(text, corpus=CORPUS):
    """The resolution of a corpus under decisions, and the ids of its observations that were not dropped."""
    resolution = resolve(corpus, parse(text, "d.toml"))
    return resolution, {o.names[0]: resolution.entity_id(o) for o in corpus if o in resolution}


def entities(resolution):
    """Entities by id."""
    return {e.id: e for e in resolution.entities()}


def alias(*names, kind="alias", **more):
    """A table of names."""
    rows = "".join(f"{k} = {v!r}\n" for k, v in more.items())
    return f"[[{kind}]]\nnames = {list(names)!r}\n{rows}"


def test_without_decisions_the_corpus_is_this():
    _, ids = decided("")
    assert ids[QKM] == ids[LONG] == "quilted-kernel-mapping"
    assert ids["F-measure"] == ids["F1"]
    assert ids["Zorbel"] == ids["ZORBEL"] == "zorbel"


def test_an_alias_makes_one_thing_and_says_who_did():
    resolution, ids = decided(alias("Zorbel", "parrot", why="one team, one thing"))
    assert ids["Zorbel"] == ids["ZORBEL"] == ids["Parrot"]
    told = {(r.name, r.kind, r.detail) for r in resolution.reasons() if r.entity == ids["Parrot"]}
    assert ("Parrot", "decision", "Zorbel = parrot (one team, one thing)") in told


def test_an_alias_of_an_acronym_is_one_of_what_it_stands_for():
    _, ids = decided(alias("QKM", "Parrot"))
    assert ids[QKM] == ids[LONG] == ids["Parrot"]


def test_aliases_join_through_a_common_name_as_people_asked():
    _, ids = decided(alias("Zorbel", "Parrot") + alias("Parrot", "Quilter"))
    assert ids["Zorbel"] == ids["Parrot"]
    assert ids["Zorbel"] == ids["Quilter"]


def test_distinct_keeps_an_acronym_from_its_long_form_and_says_so():
    resolution, ids = decided(alias(QKM, LONG, kind="distinct"))
    assert (ids[QKM], ids[LONG]) == ("qkm", "quilted-kernel-mapping")
    assert resolution.bare(QKM) == "qkm"
    (reason,) = [r for r in resolution.reasons() if r.entity == "qkm"]
    assert (reason.name, reason.kind, reason.detail) == (QKM, "decision", f"{QKM} ≠ {LONG}")
    assert QKM in entities(resolution)["quilted-kernel-mapping"].borrowed


def test_distinct_from_one_and_alias_of_another_are_about_the_bare_acronym():
    text = alias(QKM, LONG, kind="distinct") + alias(QKM, OTHER)
    _, ids = decided(text)
    assert ids[QKM] == ids[OTHER]
    assert ids[LONG] == "quilted-kernel-mapping"


def test_what_is_decided_of_an_acronym_that_is_kept_apart_leaves_its_long_form_alone():
    resolution, _ = decided(alias(QKM, LONG, kind="distinct") + '[[retype]]\nname = "QKM"\ntype = "dataset"\n')
    assert resolution.type("qkm") == "DATASET"
    assert resolution.type("quilted-kernel-mapping") == "METHOD"


@pytest.mark.parametrize("names", [("F-measure", "F1"), ("F1", "F-measure")])
def test_distinct_parts_names_that_a_rule_joins(names):
    _, ids = decided(alias(*names, kind="distinct"))
    assert {ids["F-measure"], ids["F1"]} == {"f-measure", "f1"}


@pytest.mark.parametrize("names", [("Zorbel", "ZORBEL"), ("a b", "a-b"), ("A b", "a B", "A-B"), ("=A", "A", "==A")])
def test_distinct_parts_even_spellings_of_one_form_and_loses_none(names):
    corpus = [seen(f"a:{n}", name) for n, name in enumerate(names)]
    resolution, ids = decided(alias(*names, kind="distinct"), corpus)
    assert len(set(ids.values())) == len(names) == len(entities(resolution))
    assert all(resolution.bare(name) == ids[name] for name in names)


def test_a_name_that_begins_with_a_sign_is_not_taken_for_one_that_is_kept_apart():
    corpus = [seen("a:1", "=zorb"), seen("a:2", "zorb"), seen("a:3", "==zorb")]
    assert len(set(decided("", corpus)[1].values())) == 3


def test_distinct_keeps_a_rare_spelling_from_being_corrected():
    corpus = [seen(f"b:{n}", LONG) for n in range(10)] + [seen("a:1", "quilted kernel maping")]
    assert len(set(decided("", corpus)[1].values())) == 1
    assert len(set(decided(alias(LONG, "quilted kernel maping", kind="distinct"), corpus)[1].values())) == 2


def test_distinct_does_not_undo_what_a_paper_spells_out():
    _, ids = decided(alias(QKM, LONG, kind="distinct"), [seen("a:1", LONG, QKM)])
    assert ids[LONG] == "quilted-kernel-mapping"


def test_a_retype_is_final_and_makes_one_thing_of_namesakes():
    text = '[[retype]]\nname = "quilter"\ntype = "Method"\n'
    resolution, ids = decided(text)
    assert (ids["Quilter"], resolution.type("quilter")) == ("quilter", "METHOD")
    assert {e.id for e in resolution.entities()} >= {"quilter"}
    assert {r.id: r.targets for r in resolution.redirects()}["quilter--task"] == ("quilter",)


def test_a_rename_changes_the_label_and_nothing_else():
    before, _ = decided("")
    after, _ = decided('[[rename]]\nname = "zorbel"\nlabel = "The Zorbel"\n')
    assert [e.id for e in before.entities()] == [e.id for e in after.entities()]
    entity = entities(after)["zorbel"]
    assert (entity.label, entity.names) == ("The Zorbel", ("The Zorbel", "ZORBEL", "Zorbel"))
    assert entities(before)["zorbel"].label == "ZORBEL"


def test_a_label_is_a_name_of_further_decisions():
    text = '[[rename]]\nname = "zorbel"\nlabel = "Marvin"\n[[retype]]\nname = "Marvin"\ntype = "METHOD"\n'
    resolution, _ = decided(text)
    assert (resolution.type("zorbel"), list(resolution.unmatched())) == ("METHOD", [])


def test_a_drop_leaves_no_trace():
    resolution, ids = decided('[[drop]]\nname = "QKM"\n')
    assert QKM not in ids
    assert LONG not in ids
    text = repr((list(resolution.entities()), list(resolution.redirects()), list(resolution.reasons())))
    assert QKM not in text
    assert LONG not in text


def test_one_of_two_namesakes_is_dropped_renamed_or_retyped_by_its_id():
    resolution, _ = decided('[[drop]]\nname = "quilter--task"\n')
    assert {"quilter--model"} == {i for i in entities(resolution) if i.startswith("quilter")}
    resolution, _ = decided(
        '[[rename]]\nname = "quilter--task"\nlabel = "quilting"\n[[retype]]\nname = "quilter--model"\ntype = "METHOD"\n'
    )
    found = entities(resolution)
    assert (found["quilter--task"].label, found["quilter--task"].type) == ("quilting", "TASK")
    assert (found["quilter--model"].label, found["quilter--model"].type) == ("Quilter", "METHOD")
    assert list(resolution.unmatched()) == []


def test_an_id_that_does_not_look_like_its_name_is_a_name_too():
    identity = decided("")[1]["β-Zorb"]
    assert re.fullmatch("zorb-[0-9a-f]{8}", identity)
    resolution, _ = decided(f'[[retype]]\nname = "{identity}"\ntype = "TASK"\n')
    assert (resolution.type(identity), list(resolution.unmatched())) == ("TASK", [])
    pinned = decided(alias("Zorbel", "ZORBEL", kind="distinct"))[1]["ZORBEL"]
    text = alias("Zorbel", "ZORBEL", kind="distinct") + f'[[rename]]\nname = "{pinned}"\nlabel = "Zed"\n'
    assert entities(decided(text)[0])[pinned].label == "Zed"


def test_decisions_about_names_that_no_paper_has_are_told_and_the_others_hold():
    text = alias("Zorbel", "Nobody") + '[[drop]]\nname = "Nothing"\n[[drop]]\nname = "parrot--task"\n'
    resolution, ids = decided(text + '[[drop]]\nname = "Parrot"\n')
    assert [(d.kind, d.names, d.line) for d in resolution.unmatched()] == [
        ("alias", ("Zorbel", "Nobody"), 1),
        ("drop", ("Nothing",), 3),
        ("drop", ("parrot",), 5),
    ]
    assert "Parrot" not in ids
    assert decided("")[0].unmatched() is not None
    assert list(decided("")[0].unmatched()) == []


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[[alias]\n", 1, "not TOML"),
        ('[[drop]]\nname = "a"\n\n[[drop]]\nname = \n', 5, "not TOML"),
        ('[[drop]]\nname = "a\n', 2, "not TOML"),
        ('[[drop]]\nname = "a"\nname = "b"\n', 3, "not TOML"),
        ('[[drop]]\nname = "\\ud800"\n', 2, "not TOML"),
        ("x = 1" + "0" * 5000, 1, "not TOML"),
        ("x = " + "[" * 5000, 1, "not TOML"),
        ('[[drop]]\nname = "a"\n\n[[merge]]\nname = "a"\n', 4, "'merge'"),
        ('\ntitle = "my decisions"\n', 2, "'title'"),
        ('\n[drop]\nname = "a"\n', 2, "write [[drop]]"),
        ('\ndrop = "a"\n', 2, "write [[drop]]"),
        ('drop = ["a"]\n', 1, "needs name"),
        ('\n\n[[alias]]\nnames = "RLHF"\n', 3, "list of names"),
        ("[[alias]]\n", 1, "needs names"),
        ('[[alias]]\nnames = ["a", "b"]\ntype = "TASK"\n', 1, "needs names"),
        ('[[drop]]\nname = "a"\n[[drop]]\nnames = ["a"]\n', 3, "needs name"),
        ('[[retype]]\nname = "a"\n', 1, "needs name and type"),
        ('[[rename]]\nname = "a"\n', 1, "needs label and name"),
        ('[[alias]]\nnames = ["a"]\n', 1, "two different names"),
        ('[[alias]]\nnames = ["a", " a\\t"]\n', 1, "two different names"),
        ("[[alias]]\nnames = []\n", 1, "two different names"),
        ('[[alias]]\nnames = ["a", 5]\n', 1, "no text"),
        ('[[alias]]\nnames = ["a", ""]\n', 1, "no text"),
        ('[[alias]]\nnames = ["a", ["b"]]\n', 1, "no text"),
        ('[[drop]]\nname = " "\n', 1, "no text"),
        ('[[drop]]\nname = "a"\nwhy = 5\n', 1, "no text"),
        ('[[rename]]\nname = "a"\nlabel = ""\n', 1, "no text"),
        ("[[retype]]\nname = true\ntype = 1\n", 1, "no text"),
        ('[[retype]]\nname = "a"\ntype = "PLANET"\n', 1, "no entity type 'PLANET'"),
        ('[[alias]]\nnames = ["quilter--task", "b"]\n', 1, "'quilter--task'"),
        (alias("a", "b") + alias("b", "c") + alias("c", "a", kind="distinct"), 5, "distinct here and one by an alias"),
        (alias("Text-to-Video", "b") + alias("text to video generation", "b", kind="distinct"), 3, "distinct"),
        ('[[retype]]\nname = "a"\ntype = "TASK"\n[[retype]]\nname = "A"\ntype = "MODEL"\n', None, "'A'"),
        ('[[rename]]\nname = "a"\nlabel = "x"\n[[rename]]\nname = "a"\nlabel = "y"\n', 4, "line 1"),
        ('[[drop]]\nname = "a"\n[[rename]]\nname = "A"\nlabel = "y"\n', None, "is dropped"),
        ('[[drop]]\nname = "a"\n[[retype]]\nname = "a"\ntype = "TASK"\n', None, "is dropped"),
        (alias("a", "b") + '[[drop]]\nname = "a"\n[[rename]]\nname = "b"\nlabel = "y"\n', None, "is dropped"),
        ('[[drop]]\nname = "a"\n[[rename]]\nname = "a--task"\nlabel = "y"\n', None, "is dropped"),
    ],
)
def test_every_fault_is_one_line_with_file_line_and_reason(tmp_path, text, line, reason):
    file = tmp_path / "decisions.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read(file)
    told = str(caught.value)
    assert re.match(re.escape(str(file)) + r":\d+: ", told)
    assert told.startswith(f"{file}:{line}: ") or line is None
    assert reason in told
    assert "nothing was applied" in told
    assert "\n" not in told


def test_a_file_that_is_not_utf_8_is_told_with_its_line(tmp_path):
    file = tmp_path / "decisions.toml"
    file.write_bytes(b'[[drop]]\nname = "caf\xe9"\n')
    with pytest.raises(DataError, match=r"decisions.toml:2: not UTF-8 at byte 20"):
        read(file)


def test_marks_of_order_and_windows_line_ends_are_no_faults(tmp_path):
    file = tmp_path / "decisions.toml"
    file.write_bytes(b'\xef\xbb\xbf[[drop]]\r\nname = "a"\r\n')
    assert [(d.kind, d.names, d.line) for d in read(file).all] == [("drop", ("a",), 1)]


def test_contradictions_that_only_the_papers_show_are_told_too():
    text = alias(QKM, OTHER) + alias(LONG, OTHER, kind="distinct")
    with pytest.raises(DataError, match=r"^d.toml:3: .*distinct here and one by an alias"):
        resolve(CORPUS, parse(text, "d.toml"))
    text = f'[[retype]]\nname = "{LONG}"\ntype = "TASK"\n[[retype]]\nname = "QKM"\ntype = "MODEL"\n'
    with pytest.raises(DataError, match=r"^d.toml:\d: '.*' is a (TASK|MODEL) here"):
        resolve(CORPUS, parse(text, "d.toml"))


#: Decisions that go together in any choice.
TABLES = [
    alias("Zorbel", "parrot"),
    alias(QKM, "Nobody"),
    alias("F-measure", "F1", kind="distinct"),
    alias("Zorbel", "Quilter", "QKM", kind="distinct", why="told so"),
    '[[retype]]\nname = "quilter"\ntype = "TASK"\n',
    '[[rename]]\nname = "QKM"\nlabel = "Kernel Quilt"\n',
    '[[drop]]\nname = "β-Zorb"\n',
    f'[[drop]]\nname = "{OTHER}"\nwhy = "too vague"\n',
]


@settings(max_examples=40)
@given(st.lists(st.sampled_from(TABLES), unique=True), st.randoms(use_true_random=False))
def test_neither_the_order_of_tables_nor_of_papers_matters(tables, random):
    shuffled, corpus = list(tables), list(CORPUS)
    random.shuffle(shuffled)
    random.shuffle(corpus)
    one = resolve(CORPUS, parse("\n".join(tables), "d.toml"))
    two = resolve(corpus, parse("\n# told again\n".join(shuffled), "d.toml"))
    assert list(one.entities()) == list(two.entities())
    assert list(one.redirects()) == list(two.redirects())
    assert list(one.reasons()) == list(two.reasons())
    assert [(d.kind, d.names) for d in one.unmatched()] == [(d.kind, d.names) for d in two.unmatched()]


NAME = st.text(min_size=1, max_size=12)
ANY = st.one_of(
    st.builds(Decision, st.sampled_from(["alias", "distinct"]), st.lists(NAME, min_size=2, max_size=3).map(tuple)),
    st.builds(Decision, st.just("retype"), st.tuples(NAME), st.sampled_from(["TASK", "MODEL"]), NAME),
    st.builds(Decision, st.just("rename"), st.tuples(NAME), NAME),
    st.builds(Decision, st.just("drop"), st.tuples(NAME)),
)


@given(ANY)
def test_a_decision_that_is_written_is_read_as_it_was_or_refused(decision):
    words = {clean(n) for n in decision.names}
    if (len(words) > 1 or len(decision.names) == 1) and all(words) and clean(decision.value or "x"):
        (again,) = parse(as_toml(decision), "d.toml").all
        assert (again.kind, set(again.names), again.why) == (decision.kind, words, clean(decision.why))
        assert parse(as_toml(again), "d.toml").all == (again,)
    else:  # nothing but spaces and the like, or twice the same
        with pytest.raises(DataError, match=r"no text|two different"):
            parse(as_toml(decision), "d.toml")


def test_decisions_are_added_whole_or_not_at_all(tmp_path):
    file = tmp_path / "decisions.toml"
    add(file, Decision("alias", ("Zorbel", 'the "Parrot" \\ of\x7f it')))
    add(file, Decision("drop", ("SOTA",), why="no thing"))
    before = file.read_bytes()
    assert [(d.kind, d.names, d.why) for d in read(file).all] == [
        ("alias", ("Zorbel", 'the "Parrot" \\ of it'), ""),
        ("drop", ("SOTA",), "no thing"),
    ]
    with pytest.raises(
        DataError, match=r"decisions.toml:8: not written: 'SOTA' is called 'x' here, 'SOTA' is dropped|not written"
    ):
        add(file, Decision("rename", ("sota",), "x"))
    assert file.read_bytes() == before
    assert [f.name for f in tmp_path.iterdir()] == ["decisions.toml"]


@pytest.mark.parametrize("bad", [b"[[drop]\n", b"\xff\n"])
def test_nothing_is_added_to_a_file_with_a_fault(tmp_path, bad):
    file = tmp_path / "decisions.toml"
    file.write_bytes(bad)
    with pytest.raises(DataError, match=r"decisions.toml:1: not (TOML|UTF-8)"):
        add(file, Decision("drop", ("SOTA",)))
    assert file.read_bytes() == bad


def test_no_decisions_are_no_decisions(tmp_path):
    assert parse("# nothing yet\n", "d.toml").all == ()
    assert Decisions() == NONE
    assert combine([], Path("d.toml")).form("Zorbel") == NONE.form("zorbel")
