"""Typing errors: corrected only with strong support."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolve import Observation, resolve
from kg.resolve.typos import corrections, one_edit

RIGHT = "quilted kernel mapping"
LETTERS = st.text("abcd", max_size=5)


def distance(one: str, two: str) -> int:
    """Damerau-Levenshtein distance (optimal alignment), by the textbook."""
    rows = [[max(i, j) if not i * j else 0 for j in range(len(two) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(two) + 1):
            swapped = i > 1 and j > 1 and one[i - 1] == two[j - 2] and one[i - 2] == two[j - 1]
            rows[i][j] = min(
                rows[i - 1][j] + 1,
                rows[i][j - 1] + 1,
                rows[i - 1][j - 1] + (one[i - 1] != two[j - 1]),
                *([rows[i - 2][j - 2] + 1] if swapped else []),
            )
    return rows[-1][-1]


@given(LETTERS, LETTERS)
def test_one_edit_is_a_distance_of_one(one, two):
    assert one_edit(one, two) == one_edit(two, one) == (distance(one, two) == 1)


@pytest.mark.parametrize(
    "wrong", ["quilted kernel maping", "quilted kernel mappping", "quilted kerenl mapping", "quilted kernol mapping"]
)
def test_a_rare_form_one_letter_from_a_frequent_one_is_corrected(wrong):
    assert corrections({RIGHT: 10, wrong: 1}) == {wrong: RIGHT}


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        ({RIGHT: 9, "quilted kernel maping": 1}, "the right form is not frequent"),
        ({RIGHT: 10, "quilted kernel maping": 2}, "two papers make no typing error"),
        ({RIGHT: 10, "quilted kernel maping": 1, "maping tools": 1}, "the word stands elsewhere too"),
        ({RIGHT: 10, "quiltet kernel maping": 1}, "two words are wrong"),
        ({RIGHT: 10, "quilted kernel mipeng": 1}, "two letters are wrong"),
        ({"kite map": 10, "kite mapp": 1}, "a short word"),
        ({"zorbel7 mapping": 10, "zorbel8 mapping": 1}, "a number is a version"),
        ({"symmetric zorbing": 10, "asymmetric zorbing": 1}, "the first letter makes another word"),
        ({"zorbing tables": 10, "zorbing fables": 1}, "another first letter"),
        ({"marble sorting": 10, "warble sorting": 10, "sarble sorting": 1}, "two forms may be meant"),
        ({RIGHT: 10, "kernel maping": 1}, "the rest differs"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_without_strong_support_nothing_is_corrected(counts, why):
    assert corrections(counts) == {}, why


@given(
    st.dictionaries(
        st.sampled_from([RIGHT, "quilted kernel maping", "quilted kernel mappin", "kernel", "quilted kernal mapping"]),
        st.integers(1, 12),
    )
)
def test_corrections_lead_from_rare_forms_to_frequent_ones_and_never_on(counts):
    found = corrections(counts)
    assert found == corrections(dict(reversed(counts.items())))
    for wrong, right in found.items():
        assert counts[wrong] == 1
        assert counts[right] >= 10
    assert not set(found) & set(found.values())


def test_an_entity_of_a_typing_error_is_the_right_one_and_says_so():
    observations = [Observation(f"a:{n}", (RIGHT,), "METHOD") for n in range(10)]
    observations.append(Observation("a:wrong", ("Quilted Kernel Maping", "QKM"), "METHOD"))
    resolution = resolve(observations)
    (entity,) = resolution.entities()
    assert (entity.id, entity.paper_count, entity.label) == ("quilted-kernel-mapping", 11, RIGHT)
    (reason,) = [r for r in resolution.reasons() if r.kind == "typing-error"]
    assert (reason.name, reason.papers) == ("Quilted Kernel Maping", ("a:wrong",))
    assert RIGHT in reason.detail
    assert [r.id for r in resolution.redirects()] == ["qkm", "quilted-kernel-maping"]
