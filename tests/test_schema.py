"""The table of types and relations."""

import re

import pytest

from kg.errors import UsageError
from kg.schema import ENTITY_TYPES, PRECEDENCE, RELATIONS, allowed, entity_type, relation


def test_the_types_and_relations_are_those_of_the_contract():
    assert list(ENTITY_TYPES) == ["MODEL", "METHOD", "DATASET", "BENCHMARK", "TASK", "METRIC"]
    assert set(RELATIONS) == {
        "EVALUATES_ON",
        "ADDRESSES",
        "REPORTS",
        "PROPOSES",
        "USES",
        "COMPARES_WITH",
        "MENTIONS",
    }


def test_ranges_are_those_of_the_contract():
    narrow = {"EVALUATES_ON": {"DATASET", "BENCHMARK"}, "ADDRESSES": {"TASK"}, "REPORTS": {"METRIC"}}
    for name, link in RELATIONS.items():
        assert link.range == narrow.get(name, set(ENTITY_TYPES))
        assert {t for t in ENTITY_TYPES if allowed(name, t)} == link.range


@pytest.mark.parametrize("spell", [str.lower, str.title, lambda s: s.replace("_", "-"), lambda s: s.replace("_", " ")])
def test_case_hyphens_and_spaces_do_not_matter(spell):
    assert [entity_type(spell(t)) for t in ENTITY_TYPES] == list(ENTITY_TYPES)
    assert [relation(spell(r)) for r in RELATIONS] == list(RELATIONS)


@pytest.mark.parametrize("word", ["", "thing", "MODELS", "MODEL\0", "\ud800", "evaluates"])
def test_an_unknown_word_is_refused_with_the_choices(word):
    with pytest.raises(UsageError, match="types are MODEL, METHOD") as error:
        entity_type(word)
    assert error.value.exit_code == 2
    with pytest.raises(UsageError, match="relations are PROPOSES"):
        relation(word)


def test_precedence_puts_proposes_first_and_mentions_last():
    order = sorted(PRECEDENCE, key=PRECEDENCE.__getitem__)
    assert set(order) == set(RELATIONS)
    assert (order[0], order[-1]) == ("PROPOSES", "MENTIONS")


def test_what_people_see_tells_every_type_and_relation_apart():
    types, links = ENTITY_TYPES.values(), RELATIONS.values()
    for attribute in ("term", "label", "plural", "colour", "shape"):
        assert len({getattr(t, attribute) for t in types}) == len(types)
    for attribute in ("term", "label", "inverse"):
        assert len({getattr(r, attribute) for r in links}) == len(links)
    assert len({(r.colour, r.dashes) for r in links}) == len(links)
    assert all(re.fullmatch("#[0-9A-F]{6}", x.colour) for x in (*types, *links))
