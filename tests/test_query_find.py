"""Which thing a name means."""

from dataclasses import replace

import pytest

from kg.errors import Ambiguous, NotFound
from kg.query import find
from kg.store import Store


@pytest.fixture
def found(store):
    """A function: a name to (kind, id) of what it means."""

    def run(name):
        node = find(store, name)
        return node.kind, node.id

    return run


@pytest.fixture
def named(make_facts, make_store, tmp_path):
    """A function: entities, given as names and type, each of a paper of its own, to an opened graph."""
    opened = []

    def run(*entities, titles=()):
        facts = [
            make_facts(f"a:{n}", 2024, f"Paper {n}", "Text.", [(names, kind, "MENTIONS")])
            for n, (names, kind) in enumerate(entities)
        ]
        facts += [make_facts(f"t:{n}", 2024, title, "Text.") for n, title in enumerate(titles)]
        opened.append(Store(make_store(tmp_path / f"{len(opened)}.db", facts)))
        return opened[-1]

    yield run
    for store in opened:
        store.close()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("treebank-x", ("entity", "treebank-x")),
        ("arxiv:2401.00001", ("paper", "arxiv:2401.00001")),
        ("TreeBank-X", ("entity", "treebank-x")),
        ("Treebank X", ("entity", "treebank-x")),
        ("TREEBANK x", ("entity", "treebank-x")),
        ("treebank_X", ("entity", "treebank-x")),
        ("QKM", ("entity", "quilted-kernel-mapping")),
        ("qkm", ("entity", "quilted-kernel-mapping")),
        ("quilted kernel", ("entity", "quilted-kernel-mapping")),
        ("Does pretraining help parsers?", ("paper", "arxiv:2402.00003")),
        ("does pretraining", ("paper", "arxiv:2402.00003")),
        ("C++", ("entity", "c-plus-plus")),
        ("C#", ("entity", "c-sharp")),
        ("数据集", None),
        ("🙂", None),
        ("  TinyParse \n", ("entity", "tinyparse")),
    ],
)
def test_a_name_is_read_in_the_order_of_the_contract(found, name, expected):
    assert found(name) == expected if expected else found(name)[0] == "entity"


def test_an_exact_name_is_never_ambiguous_with_longer_ones(named):
    store = named((("Kalmar",), "MODEL"), (("Kalmar 7B",), "MODEL"), (("Kalmar 13B",), "MODEL"))
    assert find(store, "Kalmar").id == find(store, "kalmar").id == "kalmar"
    with pytest.raises(Ambiguous) as error:
        find(store, "Kalma")
    assert error.value.candidates == ("kalmar", "kalmar13b", "kalmar7b")
    assert find(store, "Kalmar 7").id == "kalmar7b"


def test_an_id_comes_before_a_label(named):
    """The label of one thing may be the id of another."""
    store = named((("c plus plus", "Seepp"), "METHOD"), (("c-plus-plus", "other"), "METHOD"))
    assert find(store, "c-plus-plus").id == "c-plus-plus"


def test_case_decides_where_two_names_differ_by_case_only(named):
    store = named((("Rust", "Language"), "METHOD"), (("Oxide", "RUST"), "DATASET"))
    assert find(store, "Rust").id == "rust"
    assert find(store, "RUST").label == "Oxide"


def test_a_bare_acronym_means_the_thing_of_its_own(found):
    assert found("QZL") == ("entity", "qzl")
    assert found("quiet zone labeling") == ("entity", "quiet-zone-labeling")


def test_an_acronym_of_two_things_and_none_of_its_own_lists_both(named):
    store = named((("quiet zone labeling", "QZL"), "TASK"), (("quasi-zero learning", "QZL"), "METHOD"))
    for name in ("QZL", "qzl"):
        with pytest.raises(
            Ambiguous, match=r"'.*' may mean 2 things; give one of these ids: quasi-zero-learning, quiet"
        ):
            find(store, name)


def test_a_retired_id_still_answers(store, found):
    for redirect in store.redirects():
        if len(redirect.targets) == 1:
            assert found(redirect.id) == ("entity", redirect.targets[0])


def test_an_id_that_was_joined_into_a_paper_answers(make_store, make_facts, tmp_path):
    facts = make_facts("arxiv:2403.05812", 2024, "T", "A.")
    facts = replace(facts, paper=replace(facts.paper, same_as=("hf:2403.05812",)))
    with Store(make_store(tmp_path / "graph.db", [facts])) as store:
        assert find(store, "hf:2403.05812").id == "arxiv:2403.05812"


def test_two_papers_of_one_title_are_ambiguous(named):
    store = named(titles=["On trees", "On trees", "On Trees"])
    with pytest.raises(Ambiguous) as error:
        find(store, "On trees")
    assert error.value.candidates == ("t:0", "t:1")
    assert find(store, "On Trees").id == "t:2"


def test_all_candidates_are_carried_and_ten_are_named(named):
    store = named(*[((f"Kalmar {n}B",), "MODEL") for n in range(1, 15)])
    with pytest.raises(Ambiguous, match=r"may mean 14 things; .* and 4 more") as error:
        find(store, "Kalmar")
    assert len(error.value.candidates) == 14
    assert all(find(store, identity).id == identity for identity in error.value.candidates)


def test_an_unknown_name_offers_the_nearest(store):
    with pytest.raises(NotFound, match="nothing is called 'TreBank'; did you mean TreeBank-X") as error:
        find(store, "TreBank")
    assert error.value.nearest[0] == "TreeBank-X"
    assert error.value.exit_code == 1
    with pytest.raises(NotFound, match="try `kg search`"):
        find(store, "xxxxxxxxxxxxxx")


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "%",
        "_",
        "-",
        "---",
        "'; DROP TABLE paper; --",
        '" OR *',
        "*",
        "x" * 100_000,
        "\U0010ffff",
    ],
)
def test_hostile_names_find_nothing_and_harm_nothing(store, name):
    with pytest.raises(NotFound) as error:
        find(store, name)
    assert "\n" not in str(error.value)
    assert store.count("paper") == 8


def test_a_name_of_signs_only_is_found_as_it_stands(named):
    store = named((("---",), "METHOD"), (("Tiny",), "METHOD"))
    assert find(store, "---").label == "---"
    with pytest.raises(NotFound):
        find(store, "")
