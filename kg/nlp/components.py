"""The components of the pipeline, behind its tokenizer.

Each leaves plain data on the Doc and reads that of those before it.

| component | reads | leaves |
| --- | --- | --- |
| `kg_marks` | the words, their static vectors | `doc._.kg_tokens`: vectors in place, chances of spans; `doc.ents` |
| `kg_entities` | both | `doc._.kg_reading`, `doc._.kg_entities`: names, types, mentions |
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
from spacy.tokens import Span as DocSpan
from spacy.vocab import Vocab

from kg.errors import DataError, KgError
from kg.facts import Span
from kg.nlp.confidence import features, judge, settle
from kg.nlp.context import Tokens, context, likely_in
from kg.nlp.encoder import Encoder, load_encoder
from kg.nlp.lexicon import Lexicon
from kg.nlp.linear import Linear, load_linear, save_linear
from kg.nlp.marks import LABELS, LEAST_MARKED, likely, marked
from kg.nlp.mentions import Found
from kg.nlp.network import Network, load_network, save_network
from kg.nlp.proposals import proposals
from kg.nlp.reading import read
from kg.nlp.relations import relate
from kg.nlp.results import SLOTS, extract, known
from kg.nlp.tokenizer import SEPARATOR

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

_TEXTS = "kg_texts"
TITLE_LENGTH = "kg_title"  #: key of `doc.user_data`: code points of the title


def _register() -> None:
    """Declare the extensions once, however often the module is loaded."""
    for name in ("kg_reading", "kg_tokens", "kg_entities", "kg_relations", "kg_results"):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=())


_register()


def texts_of(doc: Doc) -> dict[str, str]:
    """Title and abstract of the paper that a Doc holds; without `TITLE_LENGTH` the first line is the title."""
    found: dict[str, str] | None = doc.user_data.get(_TEXTS)
    if found is None:
        text = doc.text  # costs as much as the rest of a component: once is enough
        length = doc.user_data.get(TITLE_LENGTH)
        if length is None:
            length = text.find(SEPARATOR) if SEPARATOR in text else len(text)
        found = {"title": text[:length], "abstract": text[length + len(SEPARATOR) :]}
        doc.user_data[_TEXTS] = found
    return found


class Marks:
    """`kg_marks`: the encoder over the words of the paper, and the spans that it marks."""

    factory: ClassVar[str] = "kg_marks"

    def __init__(self, vocab: Vocab) -> None:
        """`vocab` holds the static vectors. Without the encoder that training or `from_disk` brings."""
        self.vocab = vocab
        self.encoder: Encoder | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_tokens` and `doc.ents`. Raises KgError where the component is untrained."""
        from spacy.attrs import IDX, LENGTH, LOWER, ORTH  # type: ignore[import-not-found]

        if self.encoder is None:
            raise KgError("the component kg_marks is untrained", hint="load a model with kg.nlp.pipeline.load")
        texts = texts_of(doc)
        text, title = SEPARATOR.join(texts.values()), len(texts["title"])
        table = doc.to_array([IDX, LENGTH, ORTH, LOWER]).astype("uint64")
        starts = table[:, 0].astype("int64")
        ends = starts + table[:, 1].astype("int64")
        every = [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        kept = [n for n, word in enumerate(every) if not word.isspace() or (word == SEPARATOR and starts[n] == title)]
        encoded = self.encoder.encode([every[n] for n in kept], self._static(table[kept, 2], table[kept, 3]))
        doc._.kg_tokens = Tokens(starts[kept], ends[kept], title + len(SEPARATOR), encoded.vectors, encoded.spans)
        spans = marked(likely(encoded.spans, LEAST_MARKED))
        doc.set_ents([DocSpan(doc, kept[a], kept[b] + 1, LABELS[label]) for a, b, label in spans])
        return doc

    def _static(self, words: Any, lower: Any) -> "Array":
        """The static vectors of words, zero for an unknown one; small letters stand in for capitals."""
        import numpy as np

        table = self.vocab.vectors
        rows = table.find(keys=words)
        rows = np.where(rows < 0, table.find(keys=lower), rows)
        static = np.zeros((len(rows), table.data.shape[1]), dtype="float32")
        static[rows >= 0] = table.data[rows[rows >= 0]]
        return static

    def to_disk(self, path: str | Path, *, exclude: object = ()) -> None:  # noqa: ARG002  (spaCy passes it)
        """Write the encoder."""
        if self.encoder is not None:
            self.encoder.save(Path(path))

    def from_disk(self, path: str | Path, *, exclude: object = ()) -> Self:  # noqa: ARG002  (spaCy passes it)
        """Read the encoder. Raises DataError where it is damaged."""
        self.encoder = load_encoder(Path(path))
        return self


def found_in(doc: Doc, title: int) -> list[Found]:
    """The entities of a Doc as spans of title and abstract (`title`: length of the title)."""
    result = []
    for entity in doc.ents:
        if entity.start_char <= title < entity.end_char:  # across the border: part of no field
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
        self.lexicon = Lexicon({})
        self.least = 0.0  #: entities with a lower confidence are dropped

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_reading` and `kg_entities`. Raises KgError where the component is untrained."""
        if self.network is None:
            raise KgError("the component kg_entities is untrained", hint="load a model with kg.nlp.pipeline.load")
        texts = texts_of(doc)
        title = len(texts["title"])
        reading = read(texts)
        tokens = doc._.kg_tokens
        candidates = proposals(texts, found_in(doc, title), self.lexicon, likely_in(tokens))
        rows = [features(c, reading, self.lexicon) for c in candidates]
        chances = self.network.chances(rows, context(candidates, tokens))
        doc._.kg_reading = reading
        doc._.kg_entities = tuple(settle(judge(candidates, chances, self.network.labels), texts, self.least))
        return doc

    def to_disk(self, path: str | Path, *, exclude: object = ()) -> None:  # noqa: ARG002  (spaCy passes it)
        """Write network, lexicon and threshold."""
        Path(path).mkdir(parents=True, exist_ok=True)
        if self.network is not None:
            save_network(self.network, Path(path) / "confidence")
        record = {"least": self.least, "names": self.lexicon.to_json()}
        (Path(path) / "lexicon.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: object = ()) -> Self:  # noqa: ARG002  (spaCy passes it)
        """Read network, lexicon and threshold. Raises DataError where a file is damaged."""
        self.network = load_network(Path(path) / "confidence")
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

    def __init__(self) -> None:
        """Without models; training or `from_disk` brings them."""
        super().__init__()
        self.networks: dict[str, Network] = {}  #: a second opinion on each slot, which sees the vectors too

    def __call__(self, doc: Doc) -> Doc:
        """Set `kg_results`."""
        entities = known(doc._.kg_entities, [r.relation for r in doc._.kg_relations], doc._.kg_reading)
        found = extract(entities, doc._.kg_reading, self.models, self.networks, doc._.kg_tokens)
        doc._.kg_results = tuple(found)
        return doc

    def to_disk(self, path: str | Path, *, exclude: object = ()) -> None:
        """Write the models."""
        super().to_disk(path, exclude=exclude)
        for slot, network in self.networks.items():
            save_network(network, Path(path) / f"{slot} second")

    def from_disk(self, path: str | Path, *, exclude: object = ()) -> Self:
        """Read the models. Raises DataError where one is damaged."""
        super().from_disk(path, exclude=exclude)
        stems = {slot: Path(path) / f"{slot} second" for slot in SLOTS}
        self.networks = {slot: load_network(stem) for slot, stem in stems.items() if stem.with_suffix(".json").exists()}
        return self


@Language.factory("kg_marks")
def _marks(nlp: Language, name: str) -> Marks:  # noqa: ARG001  (spaCy passes them)
    """The component as spaCy's config names it."""
    return Marks(nlp.vocab)


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
