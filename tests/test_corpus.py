"""The papers of all inputs, each once."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.corpus import collect
from kg.errors import DataError


@pytest.fixture
def collected(tmp_path):
    """A function: lists of records, each a file, to the corpus that they make."""

    def run(*files, strict=False):
        inputs = []
        for n, records in enumerate(files):
            path = tmp_path / f"{n}.jsonl"
            lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            inputs.append(str(path))
        return collect(inputs, strict=strict)

    return run


def paper(identity="", title="A title", abstract="", **more):
    """A record of a paper."""
    return {"id": identity, "title": title, "abstract": abstract, **more}


def facts(identity="", title="A title", abstract="", **more):
    """A facts line."""
    return {"kg": "facts/1", **paper(identity, title, abstract), "entities": [{"label": "A", "type": "TASK"}], **more}


def ids(corpus):
    """The ids of a corpus."""
    return [p.id for p in corpus.papers]


def test_papers_are_sorted_and_each_stands_once(collected):
    corpus = collected([paper("b:2", "Two"), paper("a:1", "One"), paper("b:2", "Two")], [paper("a:1", "One")])
    assert ids(corpus) == ["a:1", "b:2"]
    assert corpus.duplicates == 2
    assert sorted(str(s).rsplit("/", 1)[1] for s in corpus.skipped) == [
        "0.jsonl:3: duplicate of b:2, which is kept",
        "1.jsonl:1: duplicate of a:1, which is kept",
    ]


def test_the_longer_abstract_is_kept(collected):
    corpus = collected([paper("a:1", abstract="Short."), paper("a:1", abstract="Much longer.")])
    assert [p.abstract for p in corpus.papers] == ["Much longer."]


def test_facts_are_kept_before_bare_papers(collected):
    corpus = collected([paper("a:1", abstract="Longer than the other."), facts("a:1", abstract="A.")])
    assert corpus.papers[0].abstract == "A."
    assert [e.label for e in corpus.given["a:1"].entities] == ["A"]
    assert corpus.given["a:1"].paper == corpus.papers[0]


def test_hugging_face_and_arxiv_are_one_paper_that_keeps_both_ids(collected):
    corpus = collected([paper("hf:2403.05812"), paper("arxiv:2403.05812")])
    assert [(p.id, p.same_as) for p in corpus.papers] == [("arxiv:2403.05812", ("hf:2403.05812",))]
    alone = collected([paper("hf:2403.05812")])
    assert [(p.id, p.same_as) for p in alone.papers] == [("hf:2403.05812", ())]


def test_a_paper_without_an_id_is_that_of_its_title(collected):
    corpus = collected([paper("", "On Trees"), paper("doi:10.1/x", "on trees!"), paper("", "ON TREES", "Longer.")])
    assert [(p.id, p.same_as, p.abstract) for p in corpus.papers] == [("doi:10.1/x", (), "Longer.")]


def test_papers_of_one_title_with_ids_of_their_own_are_different_papers(collected):
    assert ids(collected([paper("doi:10.1/x"), paper("doi:10.1/y")])) == ["doi:10.1/x", "doi:10.1/y"]


def test_titles_of_signs_only_are_different_papers(collected):
    assert len(collected([paper("", "???"), paper("", "!!!")]).papers) == 2


def test_what_a_paper_says_of_its_other_ids_never_becomes_its_id(collected):
    corpus = collected(
        [
            paper("doi:10.1/x", "X", same_as=["arxiv:2403.05812", "no id at all"]),
            paper("arxiv:2403.05812", "Y"),
            paper("z:1", "Z", same_as=["a:1", "doi:10.1/x"]),
        ]
    )
    assert ids(corpus) == ["arxiv:2403.05812", "doi:10.1/x", "z:1"]


def test_a_corpus_of_papers_that_share_other_ids_can_be_written(collected, make_store, tmp_path):
    both = [facts("a:1", "X", same_as=["arxiv:2403.05812"]), facts("b:1", "Y", same_as=["arxiv:2403.05812"])]
    make_store(tmp_path / "graph.db", collected(both).given.values())


RECORDS = st.builds(
    lambda make, identity, title, abstract: make(identity, title, abstract),
    st.sampled_from([paper, facts]),
    st.sampled_from(["", "a:1", "hf:2403.05812", "arxiv:2403.05812", "2403.05812", "doi:10.1/x", "odd id"]),
    st.sampled_from(["On trees", "ON TREES!", "On seas", "???"]),
    st.sampled_from(["", "Short.", "Much longer."]),
)


@settings(max_examples=60)
@given(st.lists(RECORDS, min_size=1, max_size=7), st.randoms(use_true_random=False), st.integers(0, 7))
def test_the_corpus_does_not_depend_on_the_order_of_the_input(tmp_path_factory, records, random, cut):
    folder = tmp_path_factory.getbasetemp()

    def read(*parts):
        for n, part in enumerate(parts):
            text = "".join(json.dumps(r) + "\n" for r in part)
            (folder / f"{n}.jsonl").write_text(text)
        return collect([str(folder / f"{n}.jsonl") for n, part in enumerate(parts) if part])

    one = read(records)
    shuffled = list(records)
    random.shuffle(shuffled)
    other = read(shuffled[:cut], shuffled[cut:])
    assert (one.papers, one.given, one.duplicates) == (other.papers, other.given, other.duplicates)
    assert ids(one) == sorted(set(ids(one)))
    assert len(one.papers) + one.duplicates == len(records)
    again = read([p.to_json() for p in one.papers])
    assert again.papers == one.papers


def test_one_bad_line_loses_nothing_else(collected):
    corpus = collected([paper("a:1"), "{", paper("b:1", "B")])
    assert ids(corpus) == ["a:1", "b:1"]
    (skipped,) = corpus.skipped
    assert (skipped.line, corpus.duplicates) == (2, 0)


def test_strict_stops_at_the_first_skip_and_at_a_duplicate(collected):
    with pytest.raises(DataError, match=r"0.jsonl:2: broken JSON .*; mend it, or leave out --strict"):
        collected([paper("a:1"), "{"], strict=True)
    with pytest.raises(DataError, match=r"0.jsonl:2: duplicate of a:1, .*; remove it, or leave out --strict"):
        collected([paper("a:1"), paper("a:1")], strict=True)
    assert ids(collected([paper("a:1")], strict=True)) == ["a:1"]


def test_an_input_without_papers_says_what_is_wrong_with_it(collected, tmp_path):
    with pytest.raises(DataError, match=r"no paper in .*0.jsonl:1: broken JSON.*; give a saved page, JSONL or facts"):
        collected(["{"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no paper in"):
        collect([str(tmp_path / "empty")])
    with pytest.raises(DataError, match="no such file or folder"):
        collect([str(tmp_path / "nothing")])
