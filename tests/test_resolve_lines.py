"""`kg resolve`: the same lines again, each entity with its id."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolve.lines import resolve_lines


def line(identity="a:1", entities=(), **more):
    """A facts line as an object."""
    return {"kg": "facts/1", "id": identity, "entities": list(entities), **more}


def named(*names, kind="METHOD", **more):
    """An entity of a line."""
    return {"names": list(names), "type": kind, **more}


@pytest.fixture(scope="session")
def resolved(stream):
    """A function: objects or bytes to (the lines that come out, what was reported)."""

    def run(*records):
        raw = b"\n".join(r if isinstance(r, bytes) else json.dumps(r).encode() for r in records)
        faults = []
        out = list(resolve_lines(stream(raw), "f.jsonl", faults))
        assert all(o.endswith(b"\n") and o.count(b"\n") == 1 for o in out)
        return [json.loads(o) for o in out], [str(f) for f in faults]

    return run


def ids(record):
    """The ids of the entities of a line."""
    return [e["id"] for e in record["entities"]]


def test_lines_entities_and_unknown_keys_stay_in_their_order(resolved):
    records = [
        line(
            "b:2", [named("QZL", z=1, a={"b": [1.5, None, "β"]}), named("Tiny", label="Tiny", confidence=0.5)], z=1, a=2
        ),
        line(
            "a:1", [named("Tiny"), named("Tiny"), named("quiet zone labeling", "QZL")], title="T  t", results=[{"x": 1}]
        ),
    ]
    out, faults = resolved(*records)
    assert faults == []
    without = [{**r, "entities": [{k: v for k, v in e.items() if k != "id"} for e in r["entities"]]} for r in out]
    assert without == records
    assert [list(r) for r in out] == [list(r) for r in records]
    assert ids(out[1])[:2] == ["tiny", "tiny"]


def test_acronyms_are_resolved_over_all_lines(resolved):
    out, _ = resolved(line("a:1", [named("QKM")]), line("a:2", [named("quilted kernel mapping", "QKM")]))
    assert ids(out[0]) == ids(out[1]) == ["quilted-kernel-mapping"]


def test_an_id_that_stood_there_is_replaced(resolved):
    out, _ = resolved(line("a:1", [named("Tiny", id="stale")]))
    assert ids(out[0]) == ["tiny"]


@pytest.mark.parametrize("entities", [{}, {"entities": None}, {"entities": []}])
def test_a_line_without_entities_comes_out(resolved, entities):
    out, faults = resolved({"kg": "facts/1", "id": "a:1", **entities})
    assert (out[0]["entities"], faults) == ([], [])


def test_a_name_may_stand_as_label_only_and_a_type_in_any_case(resolved):
    out, faults = resolved(
        line("a:1", [{"label": "Tiny", "type": "model"}, {"label": None, "names": ["Tiny"], "type": "Model"}])
    )
    assert (ids(out[0]), faults) == (["tiny", "tiny"], [])


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "Tiny",
        7,
        [],
        {},
        {"type": "METHOD"},
        {"names": [], "label": "", "type": "METHOD"},
        {"names": ["\u0000\ud800"], "type": "METHOD"},
        {"names": [1], "type": "METHOD"},
        {"names": "Tiny", "type": "METHOD"},
        {"names": ["Tiny"]},
        {"names": ["Tiny"], "type": None},
        {"names": ["Tiny"], "type": 5},
        {"names": ["Tiny"], "type": ["METHOD"]},
        {"names": ["Tiny"], "type": "THING", "kept": True},
    ],
)
def test_a_bad_entity_is_reported_and_passes_through_with_an_id_of_its_own(resolved, bad):
    out, faults = resolved(line("a:0"), line("a:1", [named("Tiny"), bad, bad]), line("a:2", [bad]))
    one, two, three = ids(out[1])
    assert one == "tiny"
    assert len({one, two, three, *ids(out[2])}) == 4
    assert [f.split(": ")[:2] for f in faults] == [
        ["f.jsonl:2", "entity 2"],
        ["f.jsonl:2", "entity 3"],
        ["f.jsonl:3", "entity 1"],
    ]
    if isinstance(bad, dict):
        assert {k: v for k, v in out[1]["entities"][1].items() if k != "id"} == bad


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"kg": "facts/1", "id": "a', "broken JSON"),
        (b"\xff", "not UTF-8"),
        (b"[]", "line is no JSON object"),
        (b'{"id": "a:1", "entities": []}', 'line has no "kg": "facts/1"'),
        (b'{"kg": "facts/1", "entities": []}', "line has no id"),
        (b'{"kg": "facts/1", "id": "", "entities": []}', "line has no id"),
        (b'{"kg": "facts/1", "id": 5, "entities": []}', "line has no id"),
        (b'{"kg": "facts/1", "id": "a:1", "entities": {"a": 1}}', "'entities' is not a list"),
        (b'{"kg": "facts/1", "id": "a:1", "x": 1e999}', "too large"),
        (b'{"kg": "facts/1", "id": "a:1", "x": NaN}', "NaN"),
    ],
)
def test_a_line_that_is_no_facts_is_left_out_and_reported(resolved, bad, reason):
    out, faults = resolved(line("a:1"), b"", bad, line("a:2"))
    assert [r["id"] for r in out] == ["a:1", "a:2"]
    assert len(faults) == 1
    assert faults[0].startswith("f.jsonl:3: ")
    assert reason in faults[0]


def test_nothing_gives_nothing(resolved):
    assert resolved(b"") == ([], [])


NAME = st.sampled_from(
    ["QKM", "quilted kernel mapping", "QZL", "Tiny", "tiny", "β", "", "quiet zone labeling", "\ud800", "---"]
)
ENTITY = st.one_of(
    st.none(),
    st.text(max_size=3),
    st.builds(
        lambda names, kind: {"names": names, "type": kind},
        st.lists(NAME, max_size=3),
        st.sampled_from(["METHOD", "task", "?"]),
    ),
)
LINES = st.lists(st.builds(line, st.sampled_from(["a:1", "a:2", "a:3"]), st.lists(ENTITY, max_size=4)), max_size=5)


@given(LINES)
def test_what_came_out_goes_in_again_and_comes_out_the_same(resolved, records):
    once, _ = resolved(*records)
    twice, _ = resolved(*once)
    assert twice == once
    assert [len(r["entities"]) for r in once] == [len(r["entities"]) for r in records]


@given(LINES, st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_the_order_of_lines(resolved, records, random):
    shuffled = list(records)
    random.shuffle(shuffled)

    def by_line(found):
        return sorted(json.dumps(r, sort_keys=True) for r in found)

    assert by_line(resolved(*shuffled)[0]) == by_line(resolved(*records)[0])


def test_the_order_of_the_lines_is_that_of_the_store(resolved, papers, store):
    out, faults = resolved(*(f.to_json() for f in papers))
    assert faults == []
    for record in out:
        assert sorted(set(ids(record))) == [e.entity for e in store.edges(paper=record["id"])]
