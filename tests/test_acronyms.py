"""What a bare acronym stands for: by agreement, by the mined table, by its company; and where it stays what it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.resolve import Observation, resolve
from kg.resolve.observations import definition, is_acronym, own_name

LONG, OTHER, SHORT = "quilted kernel mapping", "quick kite making", "QKM"


def seen(paper, *names, kind="METHOD"):
    """An entity of a paper."""
    return Observation(paper, names, kind)


def spelled(long, count, prefix="s", kind="METHOD"):
    """Papers that spell the acronym out."""
    return [seen(f"{prefix}:{n}", long, SHORT, kind=kind) for n in range(count)]


def read_as(observation, *others):
    """The id of an observation among others, and the kind of reason that its own name has."""
    resolution = resolve([observation, *others])
    identity = resolution.entity_id(observation)
    kinds = {
        r.kind
        for r in resolution.reasons()
        if r.entity == identity and r.name == observation.names[0] and observation.paper in r.papers
    }
    return identity, kinds


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        ((LONG, SHORT), (SHORT, LONG)),
        ((SHORT, LONG), (SHORT, LONG)),
        ((f"{SHORT}s", f"{LONG}s"), (f"{SHORT}s", f"{LONG}s")),
        (("text-to-video", "T2V"), ("T2V", "text-to-video")),
        (("code for zorbs", "C4Z"), ("C4Z", "code for zorbs")),
        ((LONG,), None),
        ((SHORT, "another thing"), None),
        ((SHORT, SHORT.lower()), None),
        ((LONG, "quilted kernels", "QK", SHORT), (SHORT, LONG)),
    ],
    ids=lambda v: " | ".join(v) if v else "none",
)
def test_which_names_are_an_acronym_and_its_long_form(names, pair):
    assert definition(names) == pair
    assert own_name(names) == (pair[1] if pair else names[0])


@pytest.mark.parametrize("name", [SHORT, "T2V", "LoRA", "QKMs", "A-B", "QK", "ABCDEFGHIJ"])
def test_these_look_like_acronyms(name):
    assert is_acronym(name)


@pytest.mark.parametrize("name", ["Q", "Zorb", "zorb", "QKM models", "ABCDEFGHIJK", "", "12", "Zorb2"])
def test_these_do_not(name):
    assert not is_acronym(name)


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\xad"])
def test_an_acronym_with_characters_that_are_not_seen_is_the_clean_one(hidden):
    bare = seen("b:1", f"Q{hidden}KM")
    assert read_as(bare, *spelled(LONG, 1)) == ("quilted-kernel-mapping", {"acronym"})


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(0, 12))
def test_it_is_read_as_the_long_form_that_four_in_five_papers_give_and_else_not(many, few):
    bare = seen("b:1", SHORT)
    identity, kinds = read_as(bare, *spelled(LONG, many), *spelled(OTHER, few, "t"))
    expected = "quilted-kernel-mapping" if many >= 4 * few else "quick-kite-making" if few >= 4 * many else "qkm"
    assert (identity, kinds) == (expected, {"acronym" if expected != "qkm" else "kept-apart"})


def test_the_table_counts_where_the_corpus_is_silent_and_beside_it():
    assert read_as(seen("b:1", "RLHF")) == ("reinforcement-learning-from-human-feedback", {"acronym"})
    unlike = seen("s:1", "ruled lattices of hot fuel", "RLHF")
    assert read_as(seen("b:1", "RLHF"), unlike)[0] == "reinforcement-learning-from-human-feedback"


def test_the_corpus_outweighs_the_table_in_the_end():
    papers = [seen(f"s:{n}", "vague quilted apples", "VQA") for n in range(80)]
    assert read_as(seen("b:1", "VQA"), *papers) == ("vague-quilted-apple", {"acronym"})
    assert read_as(seen("b:1", "VQA"), *papers[:20]) == ("vqa", {"kept-apart"})
    assert read_as(seen("b:1", "VQA"), *papers[:2]) == ("visual-question-answering", {"acronym"})


def test_an_acronym_of_the_curated_table_is_what_that_says_where_papers_do_not_agree():
    papers = [seen(f"s:{n}", "ruled lattices of hot fuel", "RLHF") for n in range(20)]
    assert read_as(seen("b:1", "RLHF"), *papers) == ("reinforcement-learning-from-human-feedback", {"same-name"})


def test_a_long_form_that_is_the_most_frequent_of_the_table_and_yet_rare_is_not_taken():
    """SL is sign language in two of five papers of the table: no reason to read it so, whoever else spells it out."""
    assert read_as(seen("b:1", "SL")) == ("sl", {"kept-apart"})
    assert read_as(seen("b:1", "SL"), seen("s:1", "supervised learning", "SL")) == ("sl", {"kept-apart"})
    assert read_as(seen("b:1", "SL"), seen("s:1", "sign language", "SL"))[0] == "sign-language"


def test_an_acronym_that_the_table_knows_is_not_read_where_the_type_does_not_agree():
    assert read_as(seen("b:1", "VQA", kind="TASK")) == ("visual-question-answering", {"acronym"})
    assert read_as(seen("b:1", "VQA", kind="DATASET")) == ("vqa", {"kept-apart"})


@pytest.mark.parametrize(
    ("bare", "long", "joined"),
    [
        ("METHOD", "TASK", True),
        ("TASK", "METHOD", True),
        ("BENCHMARK", "DATASET", True),
        ("MODEL", "METHOD", True),
        ("MODEL", "TASK", False),
        ("DATASET", "METHOD", False),
        ("METRIC", "DATASET", False),
    ],
)
def test_the_type_of_an_acronym_must_agree_with_its_long_form(bare, long, joined):
    identity, kinds = read_as(seen("b:1", SHORT, kind=bare), *spelled(LONG, 9, kind=long))
    assert (identity == "quilted-kernel-mapping") == joined
    assert kinds == {"acronym" if joined else "kept-apart"}


def test_types_may_decide_between_two_long_forms():
    papers = [*spelled(LONG, 3, kind="TASK"), *spelled(OTHER, 3, "t", kind="DATASET")]
    assert read_as(seen("b:1", SHORT, kind="TASK"), *papers)[0] == "quilted-kernel-mapping"
    assert read_as(seen("b:1", SHORT, kind="BENCHMARK"), *papers)[0] == "quick-kite-making"


def test_sl_is_what_the_company_of_its_paper_says():
    """The namesake of the field: one acronym, a task of tagging and a way of learning."""
    labeling = [seen(f"l:{n}", "sequence labeling", "SL", kind="TASK") for n in range(3)]
    learning = [seen(f"r:{n}", "supervised learning", "SL", kind="METHOD") for n in range(3)]
    around = [seen(f"l:{n}", "Tagged Trees", kind="DATASET") for n in range(3)]
    around += [seen(f"r:{n}", "Parrot Pictures", kind="DATASET") for n in range(3)]
    papers = [*labeling, *learning, *around]
    by_tags, by_pictures, alone = (seen(f"b:{n}", "SL", kind="METHOD") for n in range(3))
    papers += [seen("b:0", "Tagged Trees", kind="DATASET"), seen("b:1", "Parrot Pictures", kind="DATASET")]
    resolution = resolve([*papers, by_tags, by_pictures, alone])
    assert resolution.entity_id(by_tags) == resolution.entity_id(labeling[0]) == "sequence-labeling"
    assert resolution.entity_id(by_pictures) == resolution.entity_id(learning[0]) == "supervised-learning"
    assert resolution.entity_id(alone) == "sl"
    told = {(r.entity, r.kind): r.papers for r in resolution.reasons() if r.name == "SL"}
    assert told["sequence-labeling", "context"] == ("b:0",)
    assert told["supervised-learning", "context"] == ("b:1",)
    assert told["sl", "kept-apart"] == ("b:2",)


def test_company_that_does_not_outweigh_decides_nothing():
    papers = [*spelled(LONG, 2), *spelled(OTHER, 2, "t")]
    papers += [seen(p, "Common Set", kind="DATASET") for p in ("s:0", "t:0", "b:1")]
    assert read_as(seen("b:1", SHORT), *papers) == ("qkm", {"kept-apart"})


def test_a_word_is_no_acronym_where_more_papers_write_it_as_one():
    """ "Quakem" is a model; that QuaKeM is somewhere spelled out does not make the model a method."""
    spelling = seen("s:1", "quaint kettle mending", "QuaKeM")
    words = [seen(f"w:{n}", "Quakem") for n in range(3)]
    resolution = resolve([spelling, seen("b:1", "QuaKeM"), *words])
    assert {resolution.entity_id(o) for o in words} == {"quakem"}
    assert resolution.entity_id(spelling) == "quaint-kettle-mending"


def test_two_acronyms_of_one_long_form_are_one_thing_and_two_long_forms_are_never_joined_by_an_acronym():
    papers = [seen("s:1", LONG, SHORT), seen("s:2", LONG, "QuiKM"), seen("b:1", SHORT), seen("b:2", "QuiKM")]
    assert {resolve(papers).entity_id(o) for o in papers} == {"quilted-kernel-mapping"}
    chained = [*spelled(LONG, 1), *spelled(OTHER, 1, "t"), seen("b:1", SHORT), seen("b:2", LONG), seen("b:3", OTHER)]
    resolution = resolve(chained)
    assert [resolution.entity_id(o) for o in chained] == [
        "quilted-kernel-mapping",
        "quick-kite-making",
        "qkm",
        "quilted-kernel-mapping",
        "quick-kite-making",
    ]


def test_one_paper_may_use_an_acronym_in_two_senses_and_spell_out_both():
    both = [seen("s:1", LONG, SHORT), seen("s:1", OTHER, SHORT)]
    resolution = resolve(both)
    assert [resolution.entity_id(o) for o in both] == ["quilted-kernel-mapping", "quick-kite-making"]
    assert {e.id: e.label for e in resolution.entities()} == {
        "quilted-kernel-mapping": LONG,
        "quick-kite-making": OTHER,
    }


def test_ten_thousand_names_of_one_entity_are_kept_and_explained():
    names = (LONG, *(f"zorb {n} of many" for n in range(9_999)))
    resolution = resolve([Observation("a:1", names, "METHOD"), Observation("a:2", (SHORT, LONG), "METHOD")])
    (entity,) = resolution.entities()
    assert (entity.id, set(entity.names)) == ("quilted-kernel-mapping", {*names, SHORT})
    assert {r.name for r in resolution.reasons()} == {*names[1:], SHORT}
    assert {slug.id for slug in resolution.redirects()} >= {"zorb7-of-many", "zorb9998-of-many", "qkm"}
