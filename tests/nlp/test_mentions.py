"""Marked spans become entities: names grouped, every occurrence a mention, no name on two of them."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kg.facts import Span
from kg.nlp.lexicon import Entry, Lexicon
from kg.nlp.mentions import Found, entities, occurrences


def marked(texts, *items):
    """A Found for the first occurrence of each (field, name, type)."""
    return [Found(Span(f, texts[f].index(n), texts[f].index(n) + len(n)), t) for f, n, t in items]


def test_every_whole_word_occurrence_is_a_mention():
    texts = {
        "title": "FooNet",
        "abstract": "FooNet, not FooNets2 or xFooNet; FooNet-large and https://x.org/FooNet end.",
    }
    (entity,) = entities(texts, marked(texts, ("title", "FooNet", "MODEL")))
    places = [(m.field, m.start) for m in entity.mentions]
    assert places == [("title", 0), ("abstract", 0), ("abstract", texts["abstract"].index("FooNet-"))]


def test_the_longest_name_wins():
    assert occurrences({"Foo", "Foo Net"}, "Foo Net and Foo") == [(0, 7, "Foo Net"), (12, 15, "Foo")]


def test_spellings_of_one_name_are_one_entity():
    texts = {"title": "Machine Translation", "abstract": "We study machine translation and machine-translation."}
    items = (
        ("title", "Machine Translation", "TASK"),
        ("abstract", "machine translation", "TASK"),
        ("abstract", "machine-translation", "TASK"),
    )
    (entity,) = entities(texts, marked(texts, *items))
    assert set(entity.names) == {"Machine Translation", "machine translation", "machine-translation"}
    assert entity.found == 3


def test_long_form_and_acronym_are_one_entity_with_the_long_form_as_label():
    texts = {"title": "On bark recognition", "abstract": "Tree bark recognition (TBR) is hard. TBR needs data."}
    (entity,) = entities(texts, marked(texts, ("abstract", "TBR", "TASK")))
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
    (entity,) = entities(texts, found)
    assert entity.type == "METHOD"
    assert entity.votes == (("METHOD", 2), ("MODEL", 1))


def test_generic_classes_are_no_entities():
    texts = {"title": "LLMs", "abstract": "Large language models and deep learning."}
    items = (
        ("title", "LLMs", "MODEL"),
        ("abstract", "Large language models", "MODEL"),
        ("abstract", "deep learning", "METHOD"),
    )
    assert entities(texts, marked(texts, *items)) == []


def test_known_and_coined_names_come_in_without_a_vote_where_nothing_was_marked():
    lexicon = Lexicon({"tree bark": Entry((("DATASET", 3),), 4), "rare": Entry((("METHOD", 1),), 1000)})
    texts = {"title": "A rare title", "abstract": "We use Tree-Bark with QuxNet."}
    found = entities(texts, [], lexicon)
    assert [(e.names[0], e.type, e.found) for e in found] == [("Tree-Bark", "DATASET", 0), ("QuxNet", "METHOD", 0)]


def test_entities_stand_in_the_order_of_their_first_mention():
    texts = {"title": "Beta", "abstract": "Alpha after Beta, Gamma before Alpha."}
    items = ("abstract", "Alpha", "MODEL"), ("abstract", "Gamma", "MODEL"), ("title", "Beta", "MODEL")
    assert [e.names[0] for e in entities(texts, marked(texts, *items))] == ["Beta", "Alpha", "Gamma"]


TEXT = st.text(alphabet=st.sampled_from("ABab (),-.1é😀"), min_size=1, max_size=60)


@given(
    TEXT,
    TEXT,
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 12), st.sampled_from(["MODEL", "TASK"])), max_size=6),
)
def test_mentions_are_names_and_no_name_or_place_is_shared(title, abstract, cuts):
    texts = {"title": title, "abstract": abstract}
    found = [Found(Span("abstract", a, min(a + n, len(abstract))), t) for a, n, t in cuts if a < len(abstract)]
    result = entities(texts, found)
    for entity in result:
        assert {texts[m.field][m.start : m.end] for m in entity.mentions} == set(entity.names)
    names = [n for e in result for n in e.names]
    assert len(names) == len(set(names))
    spans = sorted(m for e in result for m in e.mentions)
    assert all(x.field != y.field or x.end <= y.start for x, y in itertools.pairwise(spans))
