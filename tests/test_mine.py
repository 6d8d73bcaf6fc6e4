"""How the tables of acronyms and types are mined."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.paper import Paper
from kg.resolve.mine import acronyms, known_types


def papers(*texts):
    """Papers of these abstracts."""
    return [Paper(f"a:{n}", "A title", text) for n, text in enumerate(texts)]


QKM = "We use quilted kernel mapping (QKM) here."
PLURAL = "Quilted Kernel Mappings (QKMs) are old."
OTHER = "Kites (by quick kite making, QKM) fly: quick kite making (QKM)."


def test_a_long_form_that_three_papers_spell_out_is_kept_with_its_share():
    assert list(acronyms(papers(QKM, QKM, PLURAL))) == [("qkm", "quilted kernel mapping", 3, 1.0)]
    assert list(acronyms(papers(QKM, QKM))) == []


def test_a_paper_counts_once_however_often_it_spells_it_out():
    assert list(acronyms(papers(QKM * 5, QKM))) == []
    twice = [Paper("a:1", "Quilted kernel mapping (QKM)", QKM), *papers(QKM, QKM)[:1]]
    assert list(acronyms(twice)) == []


def test_several_long_forms_come_by_their_number_and_rare_ones_are_left_out_but_count():
    found = list(acronyms(papers(*[QKM] * 5, *[OTHER] * 5, "A quiet kind of mess (QKM).")))
    assert found == [("qkm", "quick kite making", 5, 0.45), ("qkm", "quilted kernel mapping", 5, 0.45)]
    noise = list(acronyms(papers(*[QKM] * 40, *[OTHER] * 3)))
    assert noise == [("qkm", "quilted kernel mapping", 40, 0.93)]


@settings(max_examples=20)
@given(st.lists(st.sampled_from([QKM, PLURAL, OTHER, "Nothing."]), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_papers_does_not_matter(texts, random):
    given_papers = papers(*texts)
    shuffled = list(given_papers)
    random.shuffle(shuffled)
    assert list(acronyms(shuffled)) == list(acronyms(given_papers))


def test_a_type_is_known_where_two_papers_and_three_in_four_agree():
    named = [(f"a:{n}", "Zorbel-2", "MODEL") for n in range(3)] + [("a:9", "zorbel 2", "METHOD")]
    assert list(known_types(named)) == [("zorbel2", "MODEL", 3)]
    assert list(known_types([*named, ("a:8", "Zorbel2", "TASK")])) == []
    assert list(known_types(named[:1] * 5)) == []
    assert list(known_types([("a:1", "b", "TASK"), ("a:2", "b", "TASK"), *named])) == [
        ("b", "TASK", 2),
        ("zorbel2", "MODEL", 3),
    ]
