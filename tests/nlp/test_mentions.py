"""Where names stand in a text."""

from kg.nlp.mentions import occurrences


def test_the_longest_name_wins():
    assert occurrences({"Foo", "Foo Net"}, "Foo Net and Foo") == [(0, 7, "Foo Net"), (12, 15, "Foo")]


def test_a_name_inside_a_url_is_no_mention():
    assert occurrences({"Foo"}, "https://x.org/Foo and Foo") == [(22, 25, "Foo")]
