"""The forms in which evidence is exported."""

from collections import defaultdict
from pathlib import Path

import pyoxigraph

from kg.rdf import triples
from kg.rdf.terms import term
from kg.store import Store


def of(corpus: Path, form: str) -> set[str]:
    with Store(corpus / "graph.db") as store:
        return set(triples(store, evidence=form))


def uses(lines: set[str], name: str) -> list[str]:
    return [line for line in lines if f" {term(name)} " in line]


def said(lines: set[str]) -> set[str]:
    """All but the description, whose counts follow the triples."""
    return {line for line in lines if "/dataset" not in line.split(" ", 1)[0]}


def test_without_evidence_no_sentence_is_left_and_all_else_stands(corpus):
    none, compact = of(corpus, "none"), of(corpus, "compact")
    assert not uses(none, "kg:quote")
    assert not uses(none, "kg:evidence")
    assert uses(compact, "kg:quote")
    assert said(none) < said(compact)
    assert set(uses(none, "kg:proposes")) == set(uses(compact, "kg:proposes")) != set()


def test_web_annotation_says_of_each_sentence_what_the_compact_form_says(corpus):
    compact, oa = of(corpus, "compact"), of(corpus, "oa")
    assert said(compact) < said(oa)
    facts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for triple in pyoxigraph.parse("\n".join(oa).encode(), pyoxigraph.RdfFormat.N_TRIPLES):
        facts[str(triple.subject)][triple.predicate.value.rpartition("#")[2]].append(triple.object.value)
    sentences = [of_it for of_it in facts.values() if "quote" in of_it]
    assert sentences
    for sentence in sentences:
        assert sentence["hasSource"] == sentence["inPaper"]
        quote, place = (facts[f"<{node}>"] for node in sorted(sentence["hasSelector"], reverse=True))
        assert (quote["exact"], place["start"], place["end"]) == (sentence["quote"], sentence["start"], sentence["end"])
