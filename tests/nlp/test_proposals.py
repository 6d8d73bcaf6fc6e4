"""Marked and likely spans become candidates: names grouped, every occurrence a mention."""

from hypothesis import given
from hypothesis import strategies as st

from kg.facts import Span
from kg.nlp.lexicon import Entry, Lexicon
from kg.nlp.mentions import Found
from kg.nlp.proposals import DEFAULT_TYPE, proposals

EMPTY = Lexicon({})


def marked(texts, *items):
    """A Found for the first occurrence of each (field, name, type)."""
    return [Found(Span(f, texts[f].index(n), texts[f].index(n) + len(n)), t) for f, n, t in items]


def test_every_whole_word_occurrence_is_a_mention():
    texts = {
        "title": "FooNet",
        "abstract": "FooNet, not FooNets2 or xFooNet; FooNet-large and https://x.org/FooNet end.",
    }
    entity = next(c for c in proposals(texts, marked(texts, ("title", "FooNet", "MODEL")), EMPTY) if c.found)
    places = [(m.field, m.start) for m in entity.mentions]
    assert places == [("title", 0), ("abstract", 0), ("abstract", texts["abstract"].index("FooNet-"))]


def test_spellings_of_one_name_are_one_candidate():
    texts = {"title": "Machine Translation", "abstract": "We study machine translation and machine-translation."}
    items = (
        ("title", "Machine Translation", "TASK"),
        ("abstract", "machine translation", "TASK"),
        ("abstract", "machine-translation", "TASK"),
    )
    (entity,) = proposals(texts, marked(texts, *items), EMPTY)
    assert set(entity.names) == {"Machine Translation", "machine translation", "machine-translation"}
    assert entity.found == 3


def test_long_form_and_acronym_are_one_candidate_with_the_long_form_as_label():
    texts = {"title": "On bark recognition", "abstract": "Tree bark recognition (TBR) is hard. TBR needs data."}
    entity = next(c for c in proposals(texts, marked(texts, ("abstract", "TBR", "TASK")), EMPTY) if c.found)
    assert entity.names == ("Tree bark recognition", "TBR")
    assert entity.joined
    assert len(entity.mentions) == 3


def test_a_name_with_several_types_gets_the_commonest():
    texts = {"title": "Foo", "abstract": "Foo and Foo."}
    found = [
        Found(Span("title", 0, 3), "MODEL"),
        Found(Span("abstract", 0, 3), "METHOD"),
        Found(Span("abstract", 8, 11), "METHOD"),
    ]
    (entity,) = proposals(texts, found, EMPTY)
    assert entity.type == "METHOD"
    assert entity.votes == (("METHOD", 2), ("MODEL", 1))


def test_generic_classes_are_no_candidates():
    texts = {"title": "LLMs", "abstract": "Large language models and deep learning."}
    items = (
        ("title", "LLMs", "MODEL"),
        ("abstract", "Large language models", "MODEL"),
        ("abstract", "deep learning", "METHOD"),
    )
    names = {n for c in proposals(texts, marked(texts, *items), EMPTY) for n in c.names}
    assert not names & {"LLMs", "Large language models", "language models", "deep learning"}


def test_known_and_coined_names_come_in_without_a_vote():
    lexicon = Lexicon({"tree bark": Entry((("DATASET", 3),), 4), "rare": Entry((("METHOD", 1),), 1000)})
    texts = {"title": "A rare title", "abstract": "We use Tree-Bark with QuxNet."}
    found = proposals(texts, [], lexicon)
    assert [(e.names[0], e.type, e.found, e.origins) for e in found] == [
        ("Tree-Bark", "DATASET", 0, ("known",)),
        ("QuxNet", "METHOD", 0, ("coined",)),
    ]


def test_candidates_stand_in_the_order_of_their_first_mention():
    texts = {"title": "Beta", "abstract": "Alpha after Beta, Gamma before Alpha."}
    items = ("abstract", "Alpha", "MODEL"), ("abstract", "Gamma", "MODEL"), ("title", "Beta", "MODEL")
    assert [e.names[0] for e in proposals(texts, marked(texts, *items), EMPTY)] == ["Beta", "Alpha", "Gamma"]


def spans_of(texts, *items):
    """The spans of the first occurrence of each (field, name)."""
    return [found.span for found in marked(texts, *((field, name, "") for field, name in items))]


def test_likely_spans_come_in_and_say_how_they_lie_to_marked_ones():
    texts = {"title": "Wood leaf sorting", "abstract": "A fast leaf sorting network, leaf sorting, Kauri sets."}
    found = marked(texts, ("abstract", "fast leaf sorting", "TASK"))
    names = ["leaf sorting", "fast leaf sorting network", "sorting network", "Kauri sets", "fast leaf sorting"]
    likely = spans_of(texts, *(("abstract", name) for name in names), ("title", "Wood leaf"))
    by_name = {c.names[0]: c for c in proposals(texts, found, EMPTY, likely)}
    said = {name: (c.origins, c.votes, c.beside) for name, c in by_name.items()}
    assert said == {
        "Wood leaf": (("likely",), (), (("free", "", 1),)),
        "leaf sorting": (("likely",), (), (("free", "", 2), ("inside", "TASK", 1))),
        "fast leaf sorting": (("likely", "marked"), (("TASK", 1),), ()),
        "fast leaf sorting network": (("likely",), (), (("around", "TASK", 1),)),
        "sorting network": (("likely",), (), (("crossing", "TASK", 1),)),
        "Kauri sets": (("likely",), (), (("free", "", 1),)),
    }
    assert by_name["leaf sorting"].type == DEFAULT_TYPE
    assert [m.field for m in by_name["leaf sorting"].mentions] == ["title", "abstract", "abstract"]


def test_a_likely_span_that_is_generic_or_has_no_letter_is_no_candidate():
    texts = {"title": "T", "abstract": "A model (-- see) and a Kauri tree."}
    likely = spans_of(texts, ("abstract", "model"), ("abstract", "--"), ("abstract", "Kauri"))
    assert [c.names for c in proposals(texts, [], EMPTY, likely)] == [("Kauri",)]


def test_a_likely_spelling_of_a_marked_name_joins_its_candidate():
    texts = {"title": "Bark-grading", "abstract": "On bark grading."}
    likely = spans_of(texts, ("abstract", "bark grading"))
    (entity,) = proposals(texts, marked(texts, ("title", "Bark-grading", "TASK")), EMPTY, likely)
    assert set(entity.names) == {"Bark-grading", "bark grading"}
    assert (entity.type, entity.origins) == ("TASK", ("likely", "marked"))
    assert (entity.votes, entity.beside) == ((("TASK", 1),), (("free", "", 1),))


TEXT = st.text(alphabet=st.sampled_from("ABab (),-.1é😀"), min_size=1, max_size=60)


@given(
    TEXT,
    TEXT,
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 12), st.sampled_from(["MODEL", "TASK"])), max_size=6),
    st.lists(st.tuples(st.sampled_from(["title", "abstract"]), st.integers(0, 59), st.integers(1, 12)), max_size=6),
)
def test_mentions_are_names_and_no_name_is_shared(title, abstract, cuts, more):
    texts = {"title": title, "abstract": abstract}
    found = [Found(Span("abstract", a, min(a + n, len(abstract))), t) for a, n, t in cuts if a < len(abstract)]
    likely = [Span(f, a, min(a + n, len(texts[f]))) for f, a, n in more if a < len(texts[f])]
    result = proposals(texts, found, EMPTY, likely)
    for entity in result:
        assert {texts[m.field][m.start : m.end] for m in entity.mentions} == set(entity.names)
        assert entity.found + sum(n for *_, n in entity.beside) == len(entity.mentions)
    names = [n for e in result for n in e.names]
    assert len(names) == len(set(names))
