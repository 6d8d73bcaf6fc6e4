"""docs/rdf.md: its tables are those of the code, its queries run, its loading commands load."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.rdf import WRITERS, query, saved
from kg.rdf.ontology import CLASSES, PROPERTIES
from kg.rdf.terms import prefixes
from kg.schema import RELATIONS

DOCS = Path(__file__).parents[2] / "docs" / "rdf.md"


def _names(terms: tuple[str, ...]) -> str:
    return ", ".join(f"`{term}`" for term in terms)


def classes() -> str:
    rows = [f"| `{c.term}` | {_names(c.parents)} | {c.about} |" for c in CLASSES]
    return "\n".join(["| class | subclass of | what |", "| --- | --- | --- |", *rows])


def properties() -> str:
    rows = [f"| `{p.term}` | {_names(p.domain)} | {_names(p.range)} | {p.about} |" for p in PROPERTIES]
    return "\n".join(["| property | of | to | what |", "| --- | --- | --- | --- |", *rows])


def questions() -> str:
    settings = {q.name: _names(tuple(f"{p.name}={p.default}" for p in q.parameters)) for q in saved()}
    rows = [f"| {q.group} | `{q.name}` | {q.title} | {q.about} | {settings[q.name]} |" for q in saved()]
    return "\n".join(["| group | name | question | answer | `--set` |", "| --- | --- | --- | --- | --- |", *rows])


TABLES: dict[str, Callable[[], str]] = {"classes": classes, "properties": properties, "saved": questions}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_tables_are_those_of_the_code(name: str) -> None:
    text = DOCS.read_text(encoding="utf-8")
    shown = text.split(f"<!-- table: {name} -->\n")[1].split("\n<!-- end -->")[0]
    assert shown == TABLES[name]()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", blocks("sparql"))
def test_queries_shown_have_answers(corpus: Path, text: str) -> None:
    answer = query(corpus, text)
    assert answer.rows or answer.triples


@pytest.mark.parametrize("code", blocks("python"))
def test_loading_commands_load(corpus: Path, code: str) -> None:
    names: dict[str, object] = {}
    exec(code.replace('"out', f'"{corpus}'), names)  # noqa: S102 - our own docs
    loaded = names.get("graph", names.get("store"))
    claimed = query(corpus, "SELECT ?n { ?d void:triples ?n ; a void:Dataset }").rows[0][0]
    assert claimed is not None
    assert len(loaded) == int(claimed.value)  # type: ignore[arg-type]


def test_prefixes_named_are_those_known() -> None:
    listed = re.search(r"The prefixes `([^`]*)`", DOCS.read_text(encoding="utf-8"))
    assert listed is not None
    assert set(listed[1].split()) | {"partition:", "run:"} == {f"{p}:" for p in prefixes("https://x.example/")}


def test_the_picture_names_terms_of_the_model() -> None:
    text = DOCS.with_name("rdf-model.svg").read_text(encoding="utf-8")
    known = {c.term for c in CLASSES} | {p.term for p in PROPERTIES}
    assert set(re.findall(r"\bkg:[A-Za-z]+", text)) <= known
    assert {f"kg:{relation.term}" for relation in RELATIONS.values()} <= set(re.findall(r"\bkg:[A-Za-z]+", text))


def test_the_commands_for_other_stores_name_formats_that_exist() -> None:
    text = DOCS.with_name("triplestores.md").read_text(encoding="utf-8")
    assert set(re.findall(r"--format (\w+) ", text)) <= set(WRITERS)
