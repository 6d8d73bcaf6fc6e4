"""Training of the encoder: MiniLM, told the capitals and the words of this field, learns which spans are entities.

Needs PyTorch. In bfloat16, where the processor has instructions for it, one thread learns from some twelve papers a
second.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import KgError
from kg.nlp.base import HEAD, base_pieces, base_weights
from kg.nlp.encoder import LONGEST, SHAPES, Arrays, Encoder, shape_number, windows
from kg.nlp.encoder_graph import EPSILON, encoder_graph, graph_weights
from kg.nlp.labelled import Labelled
from kg.nlp.marks import LABELS
from kg.nlp.pieces import Pieces
from kg.nlp.tokenizer import SEPARATOR
from kg.nlp.words import word_spans

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import Tensor

    Array = np.ndarray[Any, np.dtype[np.float32]]
    Weights = dict[str, Tensor]

_POOL = 1024  #: papers among which those of like length are learnt from together
_OPEN = 5.0  #: how much likelier "no entity" is to begin with, log scale
_MASKED = -1e4
_TOLD = 200  #: steps between two lines of progress
_KEEP = 200  #: steps after which the state is kept


@dataclass(frozen=True, slots=True)
class EncoderLearning:
    """How the encoder learns; the defaults made the shipped one."""

    base: str = "minilm"  #: what it begins with: "minilm", a folder like that of MiniLM, or "" for chance
    layers: int = 4  #: of the base, the first so many; MiniLM has six
    hidden: int = 192  #: of the choice of spans
    epochs: int = 1
    batch: int = 4096  #: words, padding among them
    rate: float = 1e-3  #: of what is new
    base_rate: float = 1e-4
    dropout: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A window of a paper as the encoder learns from it."""

    pieces: "np.ndarray[Any, np.dtype[np.int64]]"
    first: "np.ndarray[Any, np.dtype[np.int64]]"  #: words: place of each one's first piece
    shapes: "np.ndarray[Any, np.dtype[np.int64]]"  #: words
    rows: "np.ndarray[Any, np.dtype[np.int64]]"  #: words: row of the static vector; the last row is zero
    gold: tuple[tuple[int, int, int], ...]  #: (first word, further words, label)


def examples(paper: Labelled, pieces: Pieces, rows: dict[str, int]) -> list[Example]:
    """A paper as examples, one for each window (`rows`: word -> row of its static vector)."""
    import numpy as np

    text = paper.title + SEPARATOR + paper.abstract
    spans = [(a, b) for a, b in word_spans(text) if not text[a:b].isspace() or text[a:b] == SEPARATOR]
    words = [text[a:b] for a, b in spans]
    begins = {a: n for n, (a, _) in enumerate(spans)}
    ends = {b: n for n, (_, b) in enumerate(spans)}
    shift = {"title": 0, "abstract": len(paper.title) + len(SEPARATOR)}
    gold = []
    for mention, entity in paper.mentions:
        first = begins.get(shift[mention.field] + mention.start)
        last = ends.get(shift[mention.field] + mention.end)
        if first is not None and last is not None and 0 <= last - first < LONGEST:
            gold.append((first, last, LABELS.index(paper.entities[entity].type)))
    found = []
    for begin, end, numbers, places in windows(words, pieces):
        part = words[begin:end]
        found.append(
            Example(
                np.array(numbers),
                np.array(places),
                np.array([shape_number(w) for w in part]),
                np.array([rows.get(w, rows.get(w.lower(), -1)) for w in part]),
                tuple((a - begin, b - a, kind) for a, b, kind in gold if begin <= a and b < end),
            )
        )
    return found


def fit_encoder(
    papers: Sequence[Labelled],
    words: Sequence[str],
    vectors: "Array",
    learning: EncoderLearning,
    report: Callable[[str], None],
    kept: Path | None = None,
    start: Encoder | None = None,
) -> Encoder:
    """An encoder that has learnt the typed spans of papers; `vectors`: the static ones of `words`.

    `kept`: file of the state of a run; one that was stopped goes on from there. `start`: an encoder that goes on
    learning; its size and not that of `learning` counts.
    Deterministic for a seed on one machine. Raises KgError where PyTorch or the base is missing, DataError where the
    base cannot be used.
    """
    try:
        import torch
    except ImportError as error:
        raise KgError("training needs PyTorch", hint="pip install 'kg-papers[train]'") from error
    torch.manual_seed(learning.seed)
    torch.set_num_threads(1)
    pieces = start.pieces if start else base_pieces(learning.base)
    table = {word: n for n, word in enumerate(words)}
    data = [e for paper in papers for e in examples(paper, pieces, table)]
    stored = {name: torch.tensor(weight) for name, weight in weights_of(start).items()} if start else None
    weights = stored or _weights(learning, pieces, vectors.shape[1])
    for name, weight in weights.items():
        weight.requires_grad_(name != "piece")
    static = torch.cat([torch.tensor(vectors, dtype=torch.float32), torch.zeros(1, vectors.shape[1])])
    _learn(weights, static, data, learning, report, kept)
    return encoder_of({name: weight.detach().float().numpy() for name, weight in weights.items()}, pieces)


def _weights(learning: EncoderLearning, pieces: Pieces, length: int) -> "Weights":
    """All weights before training, by name; those of a layer begin with its number."""
    import torch

    stored = base_weights(learning.base, learning.layers, len(pieces.vocabulary), learning.seed)
    width = stored["scale"].shape[0]
    chance = torch.Generator().manual_seed(learning.seed)

    def drawn(rows: int, columns: int) -> "Tensor":
        return (torch.rand(rows, columns, generator=chance) * 2 - 1) * float(rows**-0.5)

    bias = torch.zeros(len(LABELS))
    bias[0] = _OPEN
    new = {
        "new shape": torch.zeros(SHAPES, width),
        "new word": torch.zeros(length, width),
        "new first": drawn(width, learning.hidden),
        "new first_bias": torch.zeros(learning.hidden),
        "new last": drawn(width, learning.hidden),
        "new last_bias": torch.zeros(learning.hidden),
        "new length": torch.zeros(LONGEST, learning.hidden),
        "new chance": torch.zeros(learning.hidden, len(LABELS)),
        "new chance_bias": bias,
    }
    return {**stored, **new}


def _learn(
    weights: "Weights",
    static: "Tensor",
    data: Sequence[Example],
    learning: EncoderLearning,
    report: Callable[[str], None],
    kept: Path | None,
) -> None:
    """Change the weights so that the gold spans get likely: AdamW, the rate first rising, then falling to a 50th.

    Every `_KEEP` steps the state goes to the file `kept`; where there is one, learning goes on from it.
    """
    import torch

    learnt = {name: weight for name, weight in weights.items() if weight.requires_grad}
    share = learning.base_rate / learning.rate
    groups: list[dict[str, Any]] = [
        {"params": [w for n, w in learnt.items() if n.startswith("new ")], "share": 1.0},
        {"params": [w for n, w in learnt.items() if not n.startswith("new ")], "share": share},
    ]
    optimizer = torch.optim.AdamW(groups, lr=learning.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    total = sum(len(e.rows) for e in data) * learning.epochs
    done, losses, before = 0, list[float](), _resumed(kept, learnt, optimizer)
    for step, batch in enumerate(_batches(data, learning), 1):
        part = done / total
        done += sum(len(e.rows) for e in batch)
        if step <= before:
            continue
        for group in optimizer.param_groups:
            group["lr"] = learning.rate * min(1.0, (part + 1e-4) / 0.03) * max(0.02, 1 - part) * group["share"]
        loss = _loss(weights, static, batch, learning)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(list(learnt.values()), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        if len(losses) == _TOLD:
            report(f"encoder: {done} of {total} words, loss {sum(losses) / len(losses):.3f}")
            losses.clear()
        if kept and step % _KEEP == 0:
            _keep(kept, step, learnt, optimizer)


def _keep(path: Path, step: int, learnt: "Weights", optimizer: "torch.optim.Optimizer") -> None:
    """Write the state of learning, whole or not at all."""
    import torch

    part = path.with_name(path.name + ".part")
    torch.save([step, learnt, optimizer.state_dict(), torch.get_rng_state()], part)
    part.replace(path)


def _resumed(path: Path | None, learnt: "Weights", optimizer: "torch.optim.Optimizer") -> int:
    """The steps that were done before, their outcome put in place; 0 where nothing was kept."""
    import torch

    if path is None or not path.exists():
        return 0
    step, weights, state, chance = torch.load(path, weights_only=True)
    with torch.no_grad():
        for name, weight in learnt.items():
            weight.copy_(weights[name])
    optimizer.load_state_dict(state)
    torch.set_rng_state(chance)
    return int(step)


def _batches(data: Sequence[Example], learning: EncoderLearning) -> Iterator[list[Example]]:
    """Examples of like length together, in an order by chance."""
    chance = random.Random(learning.seed)  # noqa: S311  (an order, no secret)
    for _ in range(learning.epochs):
        order = list(data)
        chance.shuffle(order)
        for at in range(0, len(order), _POOL):
            batches: list[list[Example]] = [[]]
            for example in sorted(order[at : at + _POOL], key=lambda e: len(e.rows)):
                if batches[-1] and (len(batches[-1]) + 1) * len(example.rows) > learning.batch:
                    batches.append([])
                batches[-1].append(example)
            chance.shuffle(batches)
            yield from batches


def _loss(weights: "Weights", static: "Tensor", batch: Sequence[Example], learning: EncoderLearning) -> "Tensor":
    """Ten times the cross entropy of all spans, per word."""
    import torch

    counts = torch.tensor([len(e.rows) for e in batch])
    sizes = torch.tensor([len(e.pieces) for e in batch])
    pieces = _padded([e.pieces for e in batch])
    first, shapes, rows = (_padded([getattr(e, name) for e in batch]) for name in ("first", "shapes", "rows"))
    words = torch.arange(first.shape[1])[None] < counts[:, None]
    gold = torch.zeros((len(batch), first.shape[1], LONGEST), dtype=torch.long)
    for n, example in enumerate(batch):
        for start, more, kind in example.gold:
            gold[n, start, more] = kind
    with torch.autocast("cpu", torch.bfloat16):
        placed = static[rows] @ weights["new word"] + weights["new shape"][shapes]
        embedded = weights["piece"][pieces] + weights["place"][: pieces.shape[1]]
        where = first[..., None].expand(-1, -1, embedded.shape[2])
        embedded = embedded.scatter_add(1, where, placed.float() * words[..., None])
        scores = _scores(weights, _layers(weights, embedded, sizes), where, learning)
    inside = (torch.arange(first.shape[1])[None, :, None] + torch.arange(LONGEST)) < counts[:, None, None]
    chosen, right = scores[inside].float(), gold[inside]
    return torch.nn.functional.cross_entropy(chosen, right, reduction="sum") / counts.sum() * 10


def _padded(rows: "Sequence[np.ndarray[Any, Any]]") -> "Tensor":
    """Rows of numbers as one tensor, with zeros behind the shorter ones."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    return pad_sequence([torch.from_numpy(row) for row in rows], batch_first=True)


def _layers(weights: "Weights", embedded: "Tensor", sizes: "Tensor") -> "Tensor":
    """The layers of BERT: papers x pieces x width."""
    import torch
    from torch.nn import functional

    papers, length, width = embedded.shape
    heads = width // HEAD
    value = functional.layer_norm(embedded, (width,), weights["scale"], weights["shift"], EPSILON)
    beyond = ~(torch.arange(length)[None] < sizes[:, None])
    mask = torch.zeros((papers, 1, 1, length), dtype=torch.bfloat16).masked_fill_(beyond[:, None, None], _MASKED)
    mask = mask.expand(-1, heads, length, -1).reshape(papers * heads, length, length)
    for n in range(_count(weights)):
        parts = _of_layer(weights, n)
        whole = value @ parts["attend"] + parts["attend_bias"]
        three = whole.view(papers, length, 3, heads, HEAD).permute(2, 0, 3, 1, 4)
        query, key, seen = three.reshape(3, papers * heads, length, HEAD).bfloat16()
        share = torch.baddbmm(mask, query, key.transpose(1, 2), alpha=HEAD**-0.5)
        with torch.autocast("cpu", enabled=False):
            share = torch.softmax(share, -1)
        joined = torch.bmm(share, seen).view(papers, heads, length, HEAD).transpose(1, 2).reshape(papers, length, width)
        value = value + (joined @ parts["join"] + parts["join_bias"])
        value = functional.layer_norm(value, (width,), parts["scale"], parts["shift"], EPSILON)
        wide = functional.gelu(value @ parts["widen"] + parts["widen_bias"])
        value = value + (wide @ parts["narrow"] + parts["narrow_bias"])
        value = functional.layer_norm(value, (width,), parts["last_scale"], parts["last_shift"], EPSILON)
    return value


def _of_layer(weights: "dict[str, Any]", number: int) -> dict[str, Any]:
    """The weights of one layer, by their names there."""
    return {name.split(" ", 1)[1]: weight for name, weight in weights.items() if name.startswith(f"{number} ")}


def _scores(weights: "Weights", pieces: "Tensor", where: "Tensor", learning: EncoderLearning) -> "Tensor":
    """Scores of all spans: papers x words x `LONGEST` x labels."""
    import torch
    from torch.nn import functional

    value = functional.dropout(torch.gather(pieces, 1, where), learning.dropout)
    first = value @ weights["new first"] + weights["new first_bias"]
    last = functional.pad(value @ weights["new last"] + weights["new last_bias"], (0, 0, 0, LONGEST - 1))
    count = first.shape[1]
    ends = [last[:, n : n + count] + weights["new length"][n].to(last.dtype) for n in range(LONGEST)]
    hidden = torch.relu(torch.stack(ends, 2) + first[:, :, None])
    return hidden @ weights["new chance"] + weights["new chance_bias"]


def encoder_of(weights: "dict[str, Array]", pieces: Pieces) -> Encoder:
    """Weights as the encoder of run time, named as in `weights_of`."""
    import numpy as np

    scale = (np.abs(weights["piece"]).max(axis=1) / 127 + 1e-12).astype("float16").astype("float32")
    whole = np.clip(np.round(weights["piece"] / scale[:, None]), -127, 127).astype("int8")
    new = {name.removeprefix("new "): a for name, a in weights.items() if name.startswith("new ")}
    layers = [_of_layer(weights, n) for n in range(_count(weights))]
    graph = encoder_graph(weights["scale"], weights["shift"], layers, len(weights["scale"]) // HEAD)
    return Encoder(pieces, Arrays(piece=whole, piece_scale=scale, place=weights["place"], **new), graph)


def weights_of(encoder: Encoder) -> "dict[str, Array]":
    """The weights of an encoder by name: those of a layer begin with its number, those behind and before with "new"."""
    arrays = {name: getattr(encoder.arrays, name) for name in Arrays.__slots__}
    piece, piece_scale, place = (arrays.pop(name) for name in ("piece", "piece_scale", "place"))
    scale, shift, layers = graph_weights(encoder.graph)
    weights = {"piece": piece * piece_scale[:, None], "place": place, "scale": scale, "shift": shift}
    weights |= {f"{n} {name}": weight for n, layer in enumerate(layers) for name, weight in layer.items()}
    weights |= {f"new {name}": array for name, array in arrays.items()}
    return {name: weight.astype("float32") for name, weight in weights.items()}


def _count(weights: "dict[str, Any]") -> int:
    """The number of layers."""
    return sum(name.endswith(" attend") for name in weights)
