"""The components that follow spaCy's `tok2vec` and `ner` in the pipeline.

Each leaves plain data on the Doc and reads that of those before it.

| component | reads | leaves |
| --- | --- | --- |
| `kg_entities` | `doc.ents`, `doc.tensor` | `doc._.kg_reading`, `doc._.kg_entities`: names, types, mentions |
| `kg_relations` | `kg_entities` | `doc._.kg_relations`: one `Related` per entity |
| `kg_results` | both | `doc._.kg_results` |
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import DataError, KgError
from kg.facts import Span
from kg.nlp.confidence import features, judge, settle
from kg.nlp.context import context, tokens_of
from kg.nlp.lexicon import Lexicon
from kg.nlp.linear import Linear, load_linear, save_linear
from kg.nlp.mentions import Found
from kg.nlp.network import Network, load_network, save_network
from kg.nlp.proposals import proposals
from kg.nlp.reading import read
from kg.nlp.relations import relate
from kg.nlp.results import extract, known
from kg.nlp.tokenizer import SEPARATOR

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

TITLE_LENGTH = "kg_title"  #: key of `doc.user_data`: code points of the title


def _register() -> None:
    """Declare the extensions once, however often the module is loaded."""
    for name in ("kg_reading", "kg_tokens", "kg_entities", "kg_relations", "kg_results"):
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


class Entities:
    """`kg_entities`: from marked spans to the entities of the paper."""

    factory: ClassVar[str] = "kg_entities"

    def __init__(self) -> None:
        """Without what training or `from_disk` brings."""
        self.network: Network | None = None
        self.phrases: Linear | None = None  #: which phrases are looked at though nothing marks them
        self.lexicon = Lexicon({})
        self.least = 0.0  #: entities with a lower confidence are dropped

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_reading` and `kg_entities`. Raises KgError where the component is untrained."""
        if self.network is None:
            raise KgError("the component kg_entities is untrained", hint="load a model with kg.nlp.pipeline.load")
        texts = texts_of(doc)
        title = len(texts["title"])
        reading = read(texts)
        candidates = proposals(texts, found_in(doc, title), self.lexicon, self.phrases)
        rows = [features(c, reading, self.lexicon) for c in candidates]
        tokens = tokens_of(doc, title + len(SEPARATOR))
        chances = self.network.chances(rows, context(candidates, tokens))
        doc._.kg_reading, doc._.kg_tokens = reading, tokens
        doc._.kg_entities = tuple(settle(judge(candidates, chances, self.network.labels), texts, self.least))
        return doc

    def to_disk(self, path: str | Path, *, exclude: object = ()) -> None:  # noqa: ARG002  (spaCy passes it)
        """Write network, choice of phrases, lexicon and threshold."""
        Path(path).mkdir(parents=True, exist_ok=True)
        if self.network is not None:
            save_network(self.network, Path(path) / "confidence")
        if self.phrases is not None:
            save_linear(self.phrases, Path(path) / "phrases")
        record = {"least": self.least, "names": self.lexicon.to_json()}
        (Path(path) / "lexicon.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: object = ()) -> Self:  # noqa: ARG002  (spaCy passes it)
        """Read network, choice of phrases, lexicon and threshold. Raises DataError where a file is damaged."""
        self.network = load_network(Path(path) / "confidence")
        phrases = Path(path) / "phrases"
        self.phrases = load_linear(phrases) if phrases.with_suffix(".json").exists() else None
        try:
            record = json.loads((Path(path) / "lexicon.json").read_text(encoding="utf-8"))
            self.lexicon, self.least = Lexicon.from_json(record["names"]), float(record["least"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"not a stored lexicon: {error}", where=str(path)) from error
        return self


class Relations(_Component):
    """`kg_relations`: the relation of the paper to each entity."""

    factory: ClassVar[str] = "kg_relations"

    parts = ("relation",)

    def __init__(self) -> None:
        """Without models; training or `from_disk` brings them."""
        super().__init__()
        self.network: Network | None = None  #: a second opinion, which sees the vectors too

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_relations`."""
        entities = doc._.kg_entities
        opinion = partial(_opinion, self.network, context(entities, doc._.kg_tokens)) if self.network else None
        doc._.kg_relations = tuple(relate(entities, doc._.kg_reading, self.models["relation"], opinion))
        return doc

    def to_disk(self, path: str | Path, *, exclude: object = ()) -> None:
        """Write the models."""
        super().to_disk(path, exclude=exclude)
        if self.network is not None:
            save_network(self.network, Path(path) / "second")

    def from_disk(self, path: str | Path, *, exclude: object = ()) -> Self:
        """Read the models. Raises DataError where one is damaged."""
        super().from_disk(path, exclude=exclude)
        second = Path(path) / "second"
        self.network = load_network(second) if second.with_suffix(".json").exists() else None
        return self


def _opinion(network: Network, vectors: "Array", rows: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """Relation -> chance, for each entity, as the network sees it."""
    return [dict(zip(network.labels, map(float, row), strict=True)) for row in network.chances(rows, vectors)]


class Results(_Component):
    """`kg_results`: the figures that the text reports."""

    factory: ClassVar[str] = "kg_results"

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
