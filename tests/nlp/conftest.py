"""A tiny encoder that has learnt a made-up pattern, and the layers of BERT in plain numpy, for the tests of nlp."""

import math

import numpy as np
import pytest

from kg.nlp.context import Tokens
from kg.nlp.encoder import LONGEST
from kg.nlp.fit_encoder import EncoderLearning, fit_encoder
from kg.nlp.fit_judge import Marked
from kg.nlp.labelled import GoldEntity, Labelled
from kg.nlp.marks import LABELS
from kg.nlp.tokenizer import SEPARATOR
from kg.nlp.words import word_spans

LEARNING = EncoderLearning(base="", layers=1, hidden=32, epochs=25, batch=256, rate=0.003, base_rate=0.003)
WORDS = ["we", "propose", "test", "on", "."]
VECTORS = np.random.default_rng(1).normal(size=(len(WORDS), 6)).astype("float32")
TREES = ["Oak", "Elm", "Ash", "Fir", "Yew", "Bay", "Box", "Fig", "Gum", "Nim"]
EPSILON = 1e-12


def pattern(count: int) -> list[Labelled]:
    """Papers in which words that end in Net are methods, and those that end in Set data sets."""
    papers = []
    for n in range(count):
        net, data = f"{TREES[n % 10]}Net", f"{TREES[n * 3 % 10]}{TREES[n * 7 % 10].lower()}Set"
        entities = (GoldEntity((net,), "METHOD", "PROPOSES"), GoldEntity((data,), "DATASET", "USES"))
        title, abstract = f"{net} at last", f"We propose {net}, which sorts twigs. We test it on {data}."
        papers.append(Labelled(f"x:{n}", title, abstract, entities, ()))
    return papers


@pytest.fixture(scope="session")
def learnt():
    """(encoder, words, their static vectors) after training on the pattern."""
    return fit_encoder(pattern(80), WORDS, VECTORS, LEARNING, lambda _: None), WORDS, VECTORS


@pytest.fixture
def mark():
    """Labelled paper -> nothing marked, and vectors that say nothing."""

    def unread(paper: Labelled) -> Marked:
        text = paper.title + SEPARATOR + paper.abstract
        spans = np.array([(a, b) for a, b in word_spans(text) if not text[a:b].isspace() or text[a:b] == SEPARATOR])
        chances = np.full((len(spans), LONGEST, len(LABELS)), -9.0, dtype="float32")
        abstract = len(paper.title) + len(SEPARATOR)
        return Marked(
            [], Tokens(spans[:, 0], spans[:, 1], abstract, np.ones((len(spans), 4), dtype="float32"), chances)
        )

    return unread


def layer_norm(value, scale, shift):
    """To mean 0 and variance 1 in each row, then scaled and shifted."""
    centred = value - value.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON) * scale + shift


def gelu(value):
    """x times the normal distribution's share below x."""
    return value * 0.5 * (1 + np.vectorize(math.erf)(value / math.sqrt(2)))


def attention(query, key, value):
    """What one head sees."""
    scores = query @ key.T / math.sqrt(query.shape[1])
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True) @ value


def bert(embedded, scale, shift, layers, heads):
    """The layers of BERT over one row of pieces, in double precision."""
    value = layer_norm(np.asarray(embedded, dtype="float64"), scale, shift)
    for parts in layers:
        query, key, seen = np.split(value @ parts["attend"] + parts["attend_bias"], 3, axis=1)
        split = (np.split(part, heads, axis=1) for part in (query, key, seen))
        joined = np.concatenate([attention(*head) for head in zip(*split, strict=True)], axis=1)
        joined = joined @ parts["join"] + parts["join_bias"]
        value = layer_norm(value + joined, parts["scale"], parts["shift"])
        narrow = gelu(value @ parts["widen"] + parts["widen_bias"]) @ parts["narrow"] + parts["narrow_bias"]
        value = layer_norm(value + narrow, parts["last_scale"], parts["last_shift"])
    return value


@pytest.fixture(scope="session")
def plain_bert():
    """`bert`."""
    return bert
