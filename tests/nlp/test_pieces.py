"""Words fall into the longest pieces that the encoder knows, and every word has some."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.nlp.pieces import MOST, Pieces

VOCABULARY = [
    *("[CLS]", "[SEP]", "[UNK]", "leaf", "leafs", "##s", "##so", "##rt", "##ort", "tree", "cafe", "2", "##2", "%", "-"),
    *("树", "叶", "t", "##r", "##e", "é"),
]
PIECES = Pieces(VOCABULARY)


def pieces_of(word, pieces=PIECES):
    return [pieces.vocabulary[n] for n in pieces.of(word)]


def test_the_longest_piece_from_the_left_is_taken_even_where_only_a_shorter_one_would_fit():
    assert pieces_of("leafsort") == ["leafs", "##ort"]
    assert pieces_of("leafso") == ["[UNK]"]
    assert pieces_of("leaf") == ["leaf"]
    assert pieces_of("tree2") == ["tree", "##2"]


def test_a_piece_that_goes_on_is_no_beginning_and_the_other_way_round():
    assert pieces_of("rt") == ["[UNK]"]
    assert pieces_of("treetree") == ["[UNK]"]


def test_signs_part_a_word_into_pieces_that_begin_anew():
    assert pieces_of("tree-tree") == ["tree", "-", "tree"]
    assert pieces_of("2.2%") == ["2", "[UNK]", "2", "%"]
    assert pieces_of("tree_tree") == ["tree", "[UNK]", "tree"]


def test_a_part_with_a_rest_that_has_no_piece_is_unknown_as_a_whole():
    assert pieces_of("treex") == ["[UNK]"]
    assert pieces_of("treex-tree") == ["[UNK]", "-", "tree"]


@pytest.mark.parametrize("word", ["café", "cafe\u0301", "CAFÉ", "Cafe", "ca\u200bfe", "ca\u00adfe", "café\x00"])
def test_case_accents_and_invisible_characters_count_nothing(word):
    assert pieces_of(word) == ["cafe"]


def test_control_characters_in_a_plain_word_count_nothing():
    assert pieces_of("cafe\x00") == ["cafe"]


def test_chinese_characters_stand_one_by_one():
    assert pieces_of("树叶树") == ["树", "叶", "树"]
    assert pieces_of("树tree") == ["树", "tree"]
    assert pieces_of("叶林") == ["叶", "[UNK]"]


@pytest.mark.parametrize(("word", "pieces"), [("tree树叶", ["tree", "树", "叶"]), ("树2叶", ["树", "2", "叶"])])
def test_chinese_characters_stand_one_by_one_behind_other_letters_too(word, pieces):
    assert pieces_of(word) == pieces


def test_only_the_first_pieces_of_a_word_count():
    assert pieces_of("2-2-2-2-2-2-2-2") == ["2", "-", "2", "-", "2", "-"]
    assert len(PIECES.of("t" + "r" * 20)) == MOST


@given(st.text(st.characters()))
def test_every_text_has_some_pieces_and_they_are_of_the_vocabulary(text):
    numbers = PIECES.of(text)
    assert 1 <= len(numbers) <= MOST
    assert all(0 <= n < len(VOCABULARY) for n in numbers)
    assert PIECES.of(text) == numbers


@given(st.text(alphabet="leafsort", min_size=1, max_size=12))
def test_pieces_put_together_give_back_the_word(word):
    letters = Pieces(["[CLS]", "[SEP]", "[UNK]", "leaf", "##so", "##rt", *"leafsort", *(f"##{c}" for c in "leafsort")])
    numbers = letters.of(word)
    said = "".join(letters.vocabulary[n].removeprefix("##") for n in numbers)
    assert word.startswith(said)
    assert said == word or len(numbers) == MOST


def test_a_part_of_more_than_a_hundred_characters_is_unknown_however_long_it_is():
    assert pieces_of("t" + "r" * 99) == ["t", *["##r"] * (MOST - 1)]
    assert pieces_of("t" + "r" * 100) == ["[UNK]"]
    assert pieces_of("t" + "r" * 1_000_000) == ["[UNK]"]


def test_of_a_very_long_word_only_the_beginning_is_looked_at(monkeypatch):
    looked = []
    monkeypatch.setattr("kg.nlp.pieces._plain", lambda word: looked.append(len(word)) or word)
    assert pieces_of("-" * 1_000_000, Pieces(VOCABULARY)) == ["-"] * MOST
    assert looked == [200]


def test_special_pieces_have_to_be_there():
    with pytest.raises(KeyError):
        Pieces(["[CLS]", "tree"])
