"""The components that follow spaCy's `ner` in the pipeline.

Each leaves plain data on the Doc and reads that of those before it.

| component | reads | leaves |
| --- | --- | --- |
| `kg_entities` | `doc.ents` | `doc._.kg_reading`, `doc._.kg_entities`: names, type, mentions, confidence |
| `kg_relations` | `kg_entities` | `doc._.kg_relations`: one `Related` per entity |
| `kg_results` | both | `doc._.kg_results` |
"""

import json
from pathlib import Path
from typing import ClassVar, Self

from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import DataError
from kg.facts import Span
from kg.nlp.confidence import judge
from kg.nlp.lexicon import Lexicon
from kg.nlp.linear import Linear, load_linear, save_linear
from kg.nlp.mentions import Found, entities
from kg.nlp.reading import read
from kg.nlp.relations import relate
from kg.nlp.results import extract, known
from kg.nlp.tokenizer import SEPARATOR

TITLE_LENGTH = "kg_title"  #: key of `doc.user_data`: code points of the title


def _register() -> None:
    """Declare the extensions once, however often the module is loaded."""
    for name in ("kg_reading", "kg_entities", "kg_relations", "kg_results"):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=())


_register()


def texts_of(doc: Doc) -> dict[str, str]:
    """Title and abstract of the paper that a Doc holds; without `TITLE_LENGTH` the first line is the title."""
    text = doc.text
    length = doc.user_data.get(TITLE_LENGTH)
    if length is None:
        length = text.find(SEPARATOR) if SEPARATOR in text else len(text)
    return {"title": text[:length], "abstract": text[length + len(SEPARATOR) :]}


def found_in(doc: Doc, title: int) -> list[Found]:
    """The entities that `ner` marked, as spans of title and abstract (`title`: length of the title)."""
    result = []
    for entity in doc.ents:
        if entity.start_char < title < entity.end_char:  # across the border: part of no field
            continue
        field, shift = ("title", 0) if entity.start_char < title else ("abstract", title + len(SEPARATOR))
        result.append(Found(Span(field, entity.start_char - shift, entity.end_char - shift), entity.label_))
    return result


class _Component:
    """A component with linear models by name, stored in a folder of its own."""

    parts: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        """Without models; training or `from_disk` brings them."""
        self.models: dict[str, Linear] = {}

    def to_disk(self, path: str | Path, *, exclude: object = ()) -> None:  # noqa: ARG002  (spaCy passes it)
        """Write the models into a folder."""
        Path(path).mkdir(parents=True, exist_ok=True)
        for name in self.parts:
            save_linear(self.models[name], Path(path) / name)

    def from_disk(self, path: str | Path, *, exclude: object = ()) -> Self:  # noqa: ARG002  (spaCy passes it)
        """Read the models. Raises DataError where one is damaged."""
        self.models = {name: load_linear(Path(path) / name) for name in self.parts}
        return self


class Entities(_Component):
    """`kg_entities`: from marked spans to the entities of the paper."""

    parts = ("confidence",)

    def __init__(self) -> None:
        """Without lexicon and models."""
        super().__init__()
        self.lexicon = Lexicon({})
        self.least = 0.0  #: entities with a lower confidence are dropped

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_reading` and `kg_entities`."""
        texts = texts_of(doc)
        reading = read(texts)
        candidates = entities(texts, found_in(doc, len(texts["title"])), self.lexicon)
        doc._.kg_reading = reading
        doc._.kg_entities = tuple(judge(candidates, reading, self.lexicon, self.models["confidence"], self.least))
        return doc

    def to_disk(self, path: str | Path, *, exclude: object = ()) -> None:
        """Write models, lexicon and threshold."""
        super().to_disk(path, exclude=exclude)
        record = {"least": self.least, "names": self.lexicon.to_json()}
        (Path(path) / "lexicon.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: object = ()) -> Self:
        """Read models, lexicon and threshold. Raises DataError where a file is damaged."""
        super().from_disk(path, exclude=exclude)
        try:
            record = json.loads((Path(path) / "lexicon.json").read_text(encoding="utf-8"))
            self.lexicon, self.least = Lexicon.from_json(record["names"]), float(record["least"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"not a stored lexicon: {error}", where=str(path)) from error
        return self


class Relations(_Component):
    """`kg_relations`: the relation of the paper to each entity."""

    parts = ("relation",)

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_relations`."""
        entities = doc._.kg_entities
        doc._.kg_relations = tuple(relate(e, doc._.kg_reading, entities, self.models["relation"]) for e in entities)
        return doc


class Results(_Component):
    """`kg_results`: the figures that the text reports."""

    parts = ("figure", "system", "on", "metric")

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_results`."""
        entities = known(doc._.kg_entities, [r.relation for r in doc._.kg_relations], doc._.kg_reading)
        doc._.kg_results = tuple(extract(entities, doc._.kg_reading, self.models))
        return doc


@Language.factory("kg_entities")
def _entities(nlp: Language, name: str) -> Entities:  # noqa: ARG001  (spaCy passes them)
    """The component as spaCy's config names it."""
    return Entities()


@Language.factory("kg_relations")
def _relations(nlp: Language, name: str) -> Relations:  # noqa: ARG001  (spaCy passes them)
    """The component as spaCy's config names it."""
    return Relations()


@Language.factory("kg_results")
def _results(nlp: Language, name: str) -> Results:  # noqa: ARG001  (spaCy passes them)
    """The component as spaCy's config names it."""
    return Results()
