"""The shipped pipeline: where it lies, whether it is whole, and papers through it."""

import hashlib
import json
import os
import re
from contextlib import nullcontext
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import DataError
from kg.facts import Facts
from kg.ids import digest
from kg.paper import Paper

if TYPE_CHECKING:
    from spacy.language import Language

EXTRACTOR_VERSION = 1  #: raised where code changes what the same model finds: part of the key of cached facts
META = "meta.json"
MAX_WORDS = 200_000  #: words that the vocabulary keeps for the next papers
PIPELINE = "pipeline"  #: folder of the spaCy pipeline inside a model's folder
_HINT = "install kg again, or make a model with `kg train`"


def shipped() -> Path:
    """The folder of the model that comes with kg."""
    return Path(str(resources.files("kg"))) / "model"


def read_meta(path: Path) -> dict[str, Any]:
    """The meta.json of a model's folder. Raises DataError where there is none."""
    try:
        meta = json.loads((path / META).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"no usable model: {error}", where=str(path), hint=_HINT) from error
    if not isinstance(meta, dict) or not isinstance(meta.get("files"), dict):
        raise DataError("meta.json lists no files", where=str(path), hint=_HINT)
    return meta


def fingerprint(path: Path | None = None) -> str:
    """16 hex digits that change with the model and the version of the extractor; needs no spaCy. Raises DataError."""
    meta = json.dumps(read_meta(path or shipped()), sort_keys=True)
    return digest(f"{EXTRACTOR_VERSION}\n{meta}", 16)


def file_hashes(path: Path) -> dict[str, str]:
    """SHA-256 of every file below a model's folder but meta.json, by relative path."""
    files = sorted(f for f in path.rglob("*") if f.is_file() and f != path / META)
    return {f.relative_to(path).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def check(path: Path) -> dict[str, Any]:
    """The meta of a model whose files are those that it lists, byte for byte. Raises DataError."""
    meta = read_meta(path)
    actual = file_hashes(path)
    for name in sorted(meta["files"].keys() | actual.keys()):
        if name not in actual:
            raise DataError(f"file {name} of the model is missing", where=str(path), hint=_HINT)
        if actual[name] != meta["files"].get(name):
            raise DataError(
                f"file {name} of the model is not the one that meta.json lists", where=str(path), hint=_HINT
            )
    return meta


class Extractor:
    """Papers in, facts out: one paper per forward pass, so that what it yields depends on nothing but the paper."""

    def __init__(self, nlp: "Language", meta: dict[str, Any], key: str) -> None:
        """`key` is the fingerprint of model and extractor."""
        self._nlp = nlp
        self.meta = meta
        self.fingerprint = key

    def facts(self, paper: Paper) -> Facts:
        """Entities and results of one paper. Equal for equal title and abstract."""
        from kg.nlp.components import TITLE_LENGTH
        from kg.nlp.facts import facts_of
        from kg.nlp.tokenizer import SEPARATOR

        # From some size on new words leave the vocabulary again after the paper: memory does not grow with the corpus.
        with self._nlp.memory_zone() if len(self._nlp.vocab) > MAX_WORDS else nullcontext():
            doc = self._nlp.make_doc(paper.title + SEPARATOR + paper.abstract)
            doc.user_data[TITLE_LENGTH] = len(paper.title)
            for _, component in self._nlp.pipeline:
                doc = component(doc)
            return facts_of(paper, doc)


def one_thread() -> None:
    """One BLAS thread per process: as fast here, and workers do not fight. Has no effect once numpy is loaded."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def load(path: Path | None = None) -> Extractor:
    """The extractor of a model's folder, by default the shipped one.

    Raises DataError where a file of the model is missing or altered, or spaCy is not of the model's range.
    """
    one_thread()
    folder = path or shipped()
    meta = check(folder)
    import spacy
    from spacy.about import __version__ as spacy_version

    import kg.nlp.components
    import kg.nlp.tokenizer  # noqa: F401  (both register what the config names)

    if not in_range(spacy_version, str(meta.get("spacy", ""))):
        raise DataError(f"the model needs spaCy {meta.get('spacy')}, this is {spacy_version}", where=str(folder))
    try:
        nlp = spacy.load(folder / PIPELINE)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"the pipeline cannot be read: {error}", where=str(folder), hint=_HINT) from error
    return Extractor(nlp, meta, fingerprint(folder))


def in_range(version: str, allowed: str) -> bool:
    """Whether a version lies in a range such as ">=3.8.2,<3.9".

    >>> in_range("3.8.18", ">=3.8.2,<3.9"), in_range("3.9.0", ">=3.8.2,<3.9")
    (True, False)
    """
    own = _parts(version)
    for condition in filter(None, allowed.split(",")):
        match = re.fullmatch(r"\s*(>=|<)\s*([\d.]+)\s*", condition)
        if not match or (own >= _parts(match[2])) != (match[1] == ">="):
            return False
    return True


def _parts(version: str) -> tuple[int, ...]:
    """The numbers of a version."""
    return tuple(int(n) for n in re.findall(r"\d+", version)[:3])
