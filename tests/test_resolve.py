"""Which names are one thing, over all papers; and the edges and results that come of it."""

import re
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.entity import Redirect
from kg.facts import Facts, PaperEntity, Result, Span
from kg.ids import normal_form, slug
from kg.paper import Paper
from kg.resolve import Observation, edges_of, observe, resolve, results_of
from kg.resolve.forms import canonical
from kg.resolve.observations import is_acronym
from kg.schema import ENTITY_TYPES, RELATIONS, allowed

QKM, LONG = "QKM", "quilted kernel mapping"

FEW = settings(max_examples=40)  # a resolution reads its tables anew: some 10 ms

#: Names of one entity of one paper: acronyms with and without long forms, namesakes, versions, signs.
POOL = st.sampled_from(
    [
        (QKM,),
        (LONG, QKM),
        ("Quilted Kernel Mappings", "QKMs"),
        (LONG,),
        ("quick kite making", QKM),
        ("QZL",),
        ("quiet zone labeling", "QZL"),
        ("quasi-zero learning", "QZL"),
        ("Llama 2",),
        ("LLaMA-2", "Llama2"),
        ("Llama 2 7B", "Llama 2"),
        ("LLaMA",),
        ("β-Net",),
        ("---",),
        ("…", "---"),
        ("C++",),
        ("C#",),
        ("Tiny", "the tiny one"),
        ("the tiny one",),
        ("language",),
        ("language model",),
        ("Language Models", "LM"),
    ]
)
OBSERVATIONS = st.lists(
    st.builds(Observation, st.sampled_from([f"a:{n}" for n in range(9)]), POOL, st.sampled_from(list(ENTITY_TYPES))),
    max_size=25,
)


def seen(*entities, kind="METHOD"):
    """Observations: each of `entities` is the names of one paper's entity, or those and a type."""
    return [
        Observation(f"a:{n}", e[0], e[1]) if isinstance(e[0], tuple) else Observation(f"a:{n}", e, kind)
        for n, e in enumerate(entities)
    ]


def answer(resolution):
    """All that a resolution says."""
    return list(resolution.entities()), list(resolution.redirects()), list(resolution.reasons())


def ids(resolution, observations):
    """The id of the entity of each observation."""
    return [resolution.entity_id(o) for o in observations]


@FEW
@given(OBSERVATIONS, st.randoms(use_true_random=False))
def test_order_and_repetition_of_observations_do_not_matter(observations, random):
    again = observations + observations[: len(observations) // 2]
    random.shuffle(again)
    one, other = resolve(observations), resolve(again)
    assert answer(one) == answer(other)
    assert ids(one, observations) == ids(other, observations)


@FEW
@given(OBSERVATIONS, OBSERVATIONS)
def test_more_papers_never_change_the_id_of_what_they_say_nothing_of(before, added):
    old, new = resolve(before), resolve(before + added)
    told = {canonical(n) for o in added for n in o.names}
    for o in before:
        if not told & {canonical(n) for n in o.names} and not any(is_acronym(n) for n in o.names):
            assert new.entity_id(o) == old.entity_id(o)


@FEW
@given(OBSERVATIONS)
def test_every_observation_belongs_to_one_entity_that_bears_its_names(observations):
    resolution = resolve(observations)
    entities = {e.id: e for e in resolution.entities()}
    papers, names = defaultdict(set), defaultdict(set)
    for o in observations:
        papers[resolution.entity_id(o)].add(o.paper)
        names[resolution.entity_id(o)].update(o.names)
    assert {e.id: e.paper_count for e in entities.values()} == {i: len(p) for i, p in papers.items()}
    assert {e.id: set(e.names) for e in entities.values()} == names
    assert [*entities] == sorted(entities)
    for e in entities.values():
        assert re.fullmatch("[a-z0-9]+(-{1,2}[a-z0-9]+)*", e.id)
        assert e.label == e.names[0]
        assert len(set(e.names)) == len(e.names)
        assert e.type in ENTITY_TYPES
        assert set(e.borrowed) <= set(e.names)


@FEW
@given(OBSERVATIONS)
def test_every_name_is_answered_by_an_id_or_a_redirect(observations):
    resolution = resolve(observations)
    entities = {e.id: e for e in resolution.entities()}
    redirects = {r.id: r.targets for r in resolution.redirects()}
    assert not entities.keys() & redirects.keys()
    for e in entities.values():
        for name in e.names:
            alias = slug(normal_form(name) or name)
            assert alias in entities or alias in redirects
    for targets in redirects.values():
        assert targets
        assert set(targets) <= entities.keys()
        assert list(targets) == sorted(set(targets))


@FEW
@given(OBSERVATIONS)
def test_every_name_that_is_not_the_entity_s_own_has_its_reason(observations):
    resolution = resolve(observations)
    reasons = list(resolution.reasons())
    assert reasons == sorted(set(reasons), key=lambda r: (r.entity, r.name, r.kind, r.detail))
    given_for = {(r.entity, r.name) for r in reasons}
    for e in resolution.entities():
        for name in e.names:
            assert slug(normal_form(name) or name) == e.id or (e.id, name) in given_for
    kinds = {"same-name", "spelled-out", "acronym", "context", "same-paper", "kept-apart", "typing-error", "decision"}
    assert {r.kind for r in reasons} <= kinds
    assert all(r.detail and 1 <= len(r.papers) <= 5 for r in reasons)


@FEW
@given(OBSERVATIONS)
def test_a_bare_name_means_an_entity_that_is_there_and_borrowed_names_mean_another(observations):
    resolution = resolve(observations)
    there = {e.id for e in resolution.entities()}
    for e in resolution.entities():
        for name in e.names:
            assert resolution.bare(name) in {*there, None}
        assert e.borrowed == tuple(n for n in e.names if resolution.bare(n) not in (e.id, None))


def test_spellings_of_one_name_are_one_thing_and_versions_are_not():
    resolution = resolve(
        seen(("KaLMar-2",), ("Kalmar 2",), ("Kalmar2",), ("Kalmar",), ("Kalmar 2 7B",), ("Kalmar 2 70B",))
    )
    assert [(e.id, e.paper_count) for e in resolution.entities()] == [
        ("kalmar", 1),
        ("kalmar2", 3),
        ("kalmar2-70b", 1),
        ("kalmar2-7b", 1),
    ]
    assert list(resolution.reasons()) == []


def test_a_bare_acronym_is_the_long_form_that_papers_agree_on():
    observations = seen((LONG, QKM), (LONG, QKM), (QKM,))
    resolution = resolve(observations)
    (entity,) = resolution.entities()
    assert (entity.id, entity.label, entity.paper_count) == ("quilted-kernel-mapping", LONG, 3)
    assert resolution.bare(QKM) == resolution.bare(LONG) == entity.id
    assert list(resolution.redirects()) == [Redirect("qkm", ("quilted-kernel-mapping",))]
    assert {(r.name, r.kind): r.papers for r in resolution.reasons()} == {
        (QKM, "spelled-out"): ("a:0", "a:1"),
        (QKM, "acronym"): ("a:2",),
    }


def test_a_long_form_that_four_in_five_papers_give_is_the_one_agreed_on():
    other = ("quick kite making", QKM)
    agreed = seen(*[(LONG, QKM)] * 8, other, other, (QKM,))
    resolution = resolve(agreed)
    assert ids(resolution, agreed[-2:]) == ["quick-kite-making", "quilted-kernel-mapping"]
    split = seen(*[(LONG, QKM)] * 7, other, other, (QKM,))
    resolution = resolve(split)
    assert ids(resolution, split[-2:]) == ["quick-kite-making", "qkm"]
    assert resolution.bare(QKM) == "qkm"


def test_where_papers_do_not_agree_the_company_decides():
    observations = [
        *seen((LONG, QKM), ("quick kite making", QKM), (QKM,)),
        *(Observation(p, ("Quilt-1K",), "DATASET") for p in ("a:0", "a:2")),
    ]
    resolution = resolve(observations)
    assert resolution.entity_id(observations[2]) == "quilted-kernel-mapping"
    (reason,) = [r for r in resolution.reasons() if r.kind == "context"]
    assert (reason.name, reason.papers) == (QKM, ("a:2",))
    assert LONG in reason.detail


def test_an_acronym_of_two_senses_is_three_things_and_says_so():
    resolution = resolve(seen(("quiet zone labeling", "QZL"), ("quasi-zero learning", "QZL"), ("QZL",)))
    entities = {e.id: e for e in resolution.entities()}
    assert [*entities] == ["quasi-zero-learning", "quiet-zone-labeling", "qzl"]
    assert [e.label for e in entities.values()] == ["quasi-zero learning", "quiet zone labeling", "QZL"]
    assert entities["quiet-zone-labeling"].borrowed == ("QZL",)
    assert entities["qzl"].borrowed == ()
    assert list(resolution.redirects()) == []
    (kept,) = [r for r in resolution.reasons() if r.kind == "kept-apart"]
    assert (kept.entity, kept.name, kept.papers) == ("qzl", "QZL", ("a:2",))
    assert "quasi zero learning, quiet zone labeling" in kept.detail


def test_an_acronym_of_two_senses_that_never_stands_alone_lists_both():
    resolution = resolve(seen(("quiet zone labeling", "QZL"), ("quasi-zero learning", "QZL")))
    assert resolution.bare("QZL") is None
    assert list(resolution.redirects()) == [Redirect("qzl", ("quasi-zero-learning", "quiet-zone-labeling"))]


def test_an_acronym_of_another_type_is_another_thing():
    resolution = resolve(seen(((LONG, QKM), "METHOD"), ((QKM,), "DATASET")))
    assert {e.id: e.type for e in resolution.entities()} == {"quilted-kernel-mapping": "METHOD", "qkm": "DATASET"}
    (kept,) = [r for r in resolution.reasons() if r.kind == "kept-apart"]
    assert (kept.entity, kept.name) == ("qkm", QKM)


def test_an_acronym_beside_a_long_form_as_another_entity_is_that_only_where_all_papers_agree():
    beside = [Observation("a:9", (QKM,), "METHOD"), Observation("a:9", (LONG,), "METHOD")]
    agreed = [*seen((LONG, QKM)), *beside]
    assert set(ids(resolve(agreed), agreed)) == {"quilted-kernel-mapping"}
    split = [*seen((LONG, QKM), ("quick kite making", QKM)), *beside]
    assert ids(resolve(split), beside) == ["qkm", "quilted-kernel-mapping"]


def test_long_forms_of_two_spellings_are_two_reasons():
    resolution = resolve(seen((LONG, QKM), ("Quilted Kernel Mappings", QKM)))
    assert [(r.name, r.kind, r.papers) for r in resolution.reasons()] == [
        (QKM, "spelled-out", ("a:1",)),
        (QKM, "spelled-out", ("a:0",)),
    ]


def test_nothing_is_merged_through_a_chain():
    """A~B in one paper and B~C in another do not make A~C."""
    observations = seen(("Tiny", "the reader"), ("the reader", "Huge"), ("Huge",), ("Tiny",))
    assert ids(resolve(observations), observations) == ["tiny", "the-reader", "huge", "tiny"]
    chained = resolve(seen(("quiet zone labeling", "QZL"), ("QZL", "quasi-zero learning")))
    assert len(list(chained.entities())) == 2


def test_a_label_that_means_another_thing_alone_gives_way_to_a_better_name():
    resolution = resolve(
        seen(("QZL", "quiet zone labeling"), ("QZL", "quiet zone labeling"), ("quasi-zero learning", "QZL"), ("QZL",))
    )
    assert {e.id: e.label for e in resolution.entities()} == {
        "qzl": "QZL",
        "quiet-zone-labeling": "quiet zone labeling",
        "quasi-zero-learning": "quasi-zero learning",
    }


def test_the_type_is_voted_over_papers_and_ties_go_to_the_first_of_the_table():
    names = ("X-Set",)
    tie = resolve(seen((names, "BENCHMARK"), (names, "DATASET")))
    assert tie.type("x-set") == "DATASET"
    voted = resolve(seen((names, "BENCHMARK"), (names, "DATASET"), (names, "BENCHMARK")))
    assert voted.type("x-set") == "BENCHMARK"


def test_one_paper_that_repeats_itself_has_one_vote():
    names = ("X-Set",)
    same = [Observation("a:9", names, "BENCHMARK")] * 5
    assert resolve([*same, *seen((names, "DATASET"), (names, "DATASET"))]).type("x-set") == "DATASET"


def test_one_name_of_two_kinds_of_thing_is_two_things():
    observations = seen(
        (("Quilter",), "MODEL"), (("Quilter",), "TASK"), (("quilter",), "TASK"), (("quilter",), "MODEL")
    )
    resolution = resolve(observations)
    assert ids(resolution, observations) == ["quilter--model", "quilter--task", "quilter--task", "quilter--model"]
    assert {e.id: e.type for e in resolution.entities()} == {"quilter--model": "MODEL", "quilter--task": "TASK"}
    assert list(resolution.redirects()) == [Redirect("quilter", ("quilter--model", "quilter--task"))]
    assert {(r.entity, r.kind, r.detail) for r in resolution.reasons()} == {
        ("quilter--model", "kept-apart", "a model here, elsewhere a task"),
        ("quilter--task", "kept-apart", "a task here, elsewhere a model"),
    }


def test_a_namesake_by_type_never_takes_the_id_of_another_name():
    observations = seen((("language",), "MODEL"), (("language",), "TASK"), (("language model",), "METHOD"))
    assert len(set(ids(resolve(observations), observations))) == 3


def test_names_of_signs_only_are_things_of_their_own():
    observations = seen(("---",), ("…",), ("***",))
    assert len(set(ids(resolve(observations), observations))) == 3


def test_nothing_gives_nothing():
    assert answer(resolve([])) == ([], [], [])


def test_observations_are_the_entities_of_a_paper(papers):
    first = next(f for f in papers if f.paper.id == "arxiv:2401.00001")
    assert list(observe(first))[3] == Observation("arxiv:2401.00001", ("quilted kernel mapping", "QKM"), "METHOD")


ABSTRACT = "Tiny beats Huge. TINY is small: 91%, and 92% later."


def entity(name, kind, relation, confidence=0.9, start=0, **more):
    """An entity of the paper below, mentioned and evidenced at `start`."""
    span = (Span("abstract", start, start + 4),)
    names = more.get("names", (name,))
    return PaperEntity(name, kind, relation, names, confidence, span, more.get("evidence", span))


def paper(*entities, results=(), identity="a:1"):
    """Facts of one paper."""
    return Facts(Paper(identity, "T", ABSTRACT), entities, tuple(results))


def test_two_entities_that_are_one_thing_become_one_edge_by_precedence():
    facts = paper(
        entity("Tiny", "MODEL", "MENTIONS", 0.99, 0),
        entity("TINY", "METHOD", "PROPOSES", 0.5, 17),
        entity("tiny", "MODEL", "USES", 0.7, 5),
    )
    (edge,) = edges_of(facts, resolve(observe(facts)))
    assert (edge.relation, edge.stated_relation, edge.stated_type) == ("PROPOSES", "PROPOSES", "METHOD")
    assert [m.start for m in edge.mentions] == [0, 5, 17]
    assert [e.start for e in edge.evidence] == [17]
    assert edge.confidence == 0.99


def test_a_relation_outside_the_range_of_the_voted_type_becomes_uses_and_keeps_what_was_said():
    facts = paper(entity("X-Set", "DATASET", "EVALUATES_ON"))
    others = [paper(entity("X-Set", "MODEL", "USES"), identity=f"a:{n}") for n in range(2, 8)]
    resolution = resolve(o for f in (facts, *others) for o in observe(f))
    (edge,) = edges_of(facts, resolution)
    assert (edge.relation, edge.stated_relation, edge.stated_type) == ("USES", "EVALUATES_ON", "DATASET")
    assert resolution.type("x-set") == "MODEL"


@FEW
@given(
    st.lists(
        st.builds(
            entity,
            st.sampled_from(["Tiny", "TINY", "Huge"]),
            st.sampled_from(list(ENTITY_TYPES)),
            st.sampled_from(list(RELATIONS)),
        ),
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_edges_are_one_per_entity_sorted_in_range_and_of_any_order_of_the_facts(found, random):
    facts = paper(*found)
    resolution = resolve(observe(facts))
    edges = list(edges_of(facts, resolution))
    assert [e.entity for e in edges] == sorted({resolution.entity_id(o) for o in observe(facts)})
    assert all(allowed(e.relation, resolution.type(e.entity)) for e in edges)
    shuffled = list(found)
    random.shuffle(shuffled)
    again = list(edges_of(paper(*shuffled), resolve(observe(paper(*shuffled)))))
    assert [(e.entity, e.relation, e.mentions, e.evidence) for e in again] == [
        (e.entity, e.relation, e.mentions, e.evidence) for e in edges
    ]


def result(value, start, **slots):
    """A result of the paper above."""
    every = {"system": "", "on": "", "metric": ""} | slots
    return Result(**every, value=value, number=None, unit="", kind="absolute", evidence=Span("abstract", start, 40))


def test_slots_of_results_are_the_entities_that_the_paper_s_own_names_make():
    facts = paper(
        entity("quiet zone labeling", "TASK", "ADDRESSES", names=("quiet zone labeling", "QZL")),
        entity("Tiny", "MODEL", "PROPOSES"),
        results=[result("92%", 20, system="the other one"), result("91%", 10, system="TINY", on="QZL", metric="---")],
    )
    others = paper(
        entity("quasi-zero learning", "METHOD", "USES", names=("quasi-zero learning", "QZL")), identity="a:2"
    )
    resolution = resolve(o for f in (facts, others) for o in observe(f))
    first, second = results_of(facts, resolution)
    assert (first.result.value, first.system, first.on, first.metric) == ("91%", "tiny", "quiet-zone-labeling", None)
    assert (second.result.value, second.system, second.on, second.metric) == ("92%", None, None, None)


def test_a_slot_of_signs_is_no_other_name_of_signs():
    facts = paper(
        entity("…", "METRIC", "REPORTS"), results=[result("91%", 0, metric="---"), result("92%", 1, metric="…")]
    )
    resolution = resolve(observe(facts))
    assert [r.metric for r in results_of(facts, resolution)] == [None, *ids(resolution, observe(facts))]


def test_the_made_up_corpus_keeps_its_namesakes_apart(papers):
    resolution = resolve(o for f in papers for o in observe(f))
    expected = {
        "QZL": "qzl",
        "quiet zone labeling": "quiet-zone-labeling",
        "Quiet Zone Labelling": "quiet-zone-labeling",
    }
    assert {name: resolution.bare(name) for name in expected} == expected


#: What one entity of one paper may be, a few of each kind that the rules treat differently.
STEPS = st.lists(
    st.builds(
        Observation,
        st.sampled_from([f"a:{n}" for n in range(6)]),
        st.sampled_from([(LONG, QKM), (QKM,), (LONG,), ("quick kite making", QKM), ("Tiny",), ("TINY",), ("VQA",)]),
        st.sampled_from(["MODEL", "TASK", "METHOD", "DATASET"]),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=60)
@given(STEPS)
def test_every_id_that_was_ever_given_still_answers_however_many_papers_come(observations):
    given_before: set[str] = set()
    for n in range(1, len(observations) + 1):
        resolution = resolve(observations[:n])
        there = {e.id for e in resolution.entities()} | {r.id for r in resolution.redirects()}
        assert given_before <= there
        given_before |= {e.id for e in resolution.entities()}
    assert answer(resolution) == answer(resolve(reversed(observations)))


@FEW
@given(STEPS)
def test_the_id_of_a_thing_is_made_of_its_own_names_or_of_its_long_form(observations):
    resolution = resolve(observations)
    for e in resolution.entities():
        base = e.id.partition("--")[0]
        own = {slug(normal_form(n)) for n in e.names}
        read = {r.name for r in resolution.reasons() if r.entity == e.id and r.kind in ("acronym", "context")}
        assert base in own or read


@FEW
@given(STEPS)
def test_every_refusal_has_its_reason(observations):
    """Namesakes by type, and bare acronyms that others spell out and that were not read so."""
    resolution = resolve(observations)
    kept = {r.entity for r in resolution.reasons() if r.kind == "kept-apart"}
    spelled = any(len(o.names) > 1 for o in observations)
    for e in resolution.entities():
        assert "--" not in e.id or e.id in kept
        assert not (spelled and e.names == (QKM,)) or e.id.startswith("quilted-") or e.id in kept
