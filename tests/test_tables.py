"""The shipped tables: sorted, in the forms under which they are looked up, and every row does what it says."""

import json
from collections import Counter
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from kg.ids import normal_form
from kg.resolve import Observation, resolve
from kg.resolve.forms import canonical, stem
from kg.resolve.mine import LEAST_KNOWN, LEAST_PAPERS, LEAST_SHARE
from kg.resolve.tables import PLACES, acronyms, aliases, external, known_types, words
from kg.schema import ENTITY_TYPES

HOSTS = {"arxiv.org", "aclanthology.org", "doi.org", "huggingface.co", "www.wikidata.org"}


def rows(name):
    """The rows of a table as they stand in the file."""
    data = (resources.files("kg") / PLACES[name]).read_bytes()
    text = data.decode("utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def row(columns):
    """A row, to show which one fails."""
    return columns[0]


@pytest.mark.parametrize(
    ("name", "columns"), [("curated.tsv", 3), ("acronyms.tsv", 4), ("external.tsv", 5), ("types.tsv", 3)]
)
def test_every_row_has_all_columns_and_none_stands_twice(name, columns):
    found = rows(name)
    assert found
    assert {len(r) for r in found} == {columns}
    assert all(field and field == field.strip() for r in found for field in r)
    key = 2 if name in ("acronyms.tsv", "external.tsv") else 1
    assert len({tuple(r[:key]) for r in found}) == len(found)


@pytest.mark.parametrize("columns", rows("curated.tsv"), ids=row)
def test_each_curated_alias_is_joined_with_its_name_and_says_on_what_ground(columns):
    alias, name, ground = columns
    assert canonical(alias) == canonical(name)
    assert normal_form(alias) != normal_form(name)
    assert ground.startswith(("labels ", "standard", "paper "))
    observations = [Observation("a:1", (alias,), "METRIC"), Observation("a:2", (name,), "METRIC")]
    resolution = resolve(observations)
    assert resolution.entity_id(observations[0]) == resolution.entity_id(observations[1])


def test_no_alias_leads_to_an_alias():
    assert not set(aliases()) & set(aliases().values())
    assert all(stem(name) == stem(stem(name)) for name in aliases().values())


def test_acronyms_are_normal_forms_in_order_and_the_most_frequent_first():
    found = rows("acronyms.tsv")
    assert [r[0] for r in found] == sorted(r[0] for r in found)
    for short, long, papers, share in found:
        assert (normal_form(short), normal_form(long)) == (short, long)
        assert len(short) < len(long)
        assert int(papers) >= LEAST_PAPERS
        assert LEAST_SHARE - 0.005 <= float(share) <= 1
    for short, longs in acronyms().items():
        ranked = [(-long.papers, long.form) for long in longs]
        assert ranked == sorted(ranked), short
        assert sum(long.share for long in longs) <= 1.02, short


def test_only_sure_acronyms_are_read_inside_longer_names():
    assert words()["rl"] == "reinforcement learning"
    assert not {"sl", "mlm", "acc"} & set(words())
    assert all(" " not in short for short in words())


def test_known_types_are_types_in_order_that_papers_agree_on():
    found = rows("types.tsv")
    assert [r[0] for r in found] == sorted(r[0] for r in found)
    assert {r[1] for r in found} <= set(ENTITY_TYPES)
    assert all(int(r[2]) >= LEAST_KNOWN for r in found)
    assert known_types()[canonical("BERT")][0] == "MODEL"


@pytest.mark.parametrize("columns", rows("external.tsv"), ids=row)
def test_each_link_is_https_on_a_known_host_with_the_place_where_it_was_seen(columns):
    name, kind, link, address, seen = columns
    parts = urlsplit(address)
    assert (parts.scheme, parts.query, parts.fragment, parts.port, parts.username) == ("https", "", "", None, None)
    assert parts.hostname in HOSTS
    assert len(parts.path) > 1
    assert address.isascii()
    assert not set(address) & set(" <>\"'\\{}")
    assert link in ("seeAlso", "exactMatch")
    assert link == "seeAlso" or parts.hostname == "www.wikidata.org"
    assert kind in ENTITY_TYPES
    # The place where the id was seen names the very id of the address.
    assert parts.path.removeprefix("/abs").strip("/") in seen
    resolution = resolve([Observation("a:1", (name,), kind)])
    assert [e.links for e in resolution.entities()] == [((link, address),)]


def test_a_link_is_given_to_no_thing_of_another_type_and_to_none_that_only_bears_the_name_beside_its_own():
    name, identity = "DeepSeek-R1", "deepseek-r1"
    link = ("seeAlso", external()[normal_form(name)][0].address)
    dataset, tuned = Observation("a:1", (name,), "DATASET"), Observation("a:2", ("Zorbel", name), "MODEL")
    for o in (dataset, tuned):
        assert [e.links for e in resolve([o]).entities()] == [()]
    both = [tuned, Observation("a:3", (name,), "MODEL")]
    assert {e.id: e.links for e in resolve(both).entities()} == {"zorbel": (), identity: (link,)}
    namesakes = resolve([dataset, Observation("a:3", (name,), "MODEL")])
    assert {e.id: e.links for e in namesakes.entities()} == {f"{identity}--dataset": (), f"{identity}--model": (link,)}


LABELLED = Path(__file__).parents[2] / "shared" / "corpus" / "train.jsonl"


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled papers are not at hand")
def test_the_ground_of_an_alias_is_what_the_labelled_papers_count():
    """ "labels N": N papers list both as one entity and none as two; the first 300 papers are kept for measuring."""
    claimed = {
        frozenset((normal_form(alias), normal_form(name))): int(ground.split()[1])
        for alias, name, ground in rows("curated.tsv")
        if ground.startswith("labels ")
    }
    one, two = Counter(), Counter()
    for line in LABELLED.read_text(encoding="utf-8").splitlines()[300:]:
        entities = [{normal_form(n) for n in e["names"]} for e in json.loads(line)["entities"]]
        for n, names in enumerate(entities):
            one.update(pair for pair in claimed if pair <= names)
            others = set().union(*entities[n + 1 :]) if entities[n + 1 :] else set()
            two.update(pair for pair in claimed if pair & names and (pair - names) & others and not pair <= names)
    assert {pair: one[pair] for pair in claimed} == claimed
    assert not two
