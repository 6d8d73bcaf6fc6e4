"""The encoder computes what plain numpy does, reads papers of any length window by window, and survives the disk."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import DataError
from kg.nlp.encoder import LONGEST, SHAPES, WINDOW, Arrays, Encoder, load_encoder, shape_number, windows
from kg.nlp.encoder_graph import PARTS, encoder_graph, graph_weights
from kg.nlp.pieces import Pieces

WIDTH, HEADS, HIDDEN, LABELS, STATIC = 64, 4, 24, 5, 6
LETTERS = "abcdefghijklmnopqrstuvwxyz.,"
PIECES = Pieces(["[CLS]", "[SEP]", "[UNK]", *LETTERS, *(f"##{c}" for c in LETTERS)])


def drawn(chance, *shape, spread=0.0):
    """Numbers by chance that half precision holds, by default of a spread that keeps products in scale."""
    return (chance.normal(size=shape) * (spread or shape[0] ** -0.5)).astype("float16").astype("float32")


def layer(chance):
    """One layer that attends sharply and has no part that is like another."""
    parts = {"scale": 1 + drawn(chance, WIDTH, spread=0.3), "last_scale": 1 + drawn(chance, WIDTH, spread=0.3)}
    parts |= {name: drawn(chance, WIDTH, spread=0.5) for name in ("shift", "last_shift", "join_bias", "narrow_bias")}
    parts |= {"widen_bias": drawn(chance, 4 * WIDTH, spread=0.5), "attend_bias": drawn(chance, 3 * WIDTH, spread=0.5)}
    parts |= {"join": 2 * drawn(chance, WIDTH, WIDTH), "attend": 2 * drawn(chance, WIDTH, 3 * WIDTH)}
    return parts | {"widen": drawn(chance, WIDTH, 4 * WIDTH), "narrow": 3 * drawn(chance, 4 * WIDTH, WIDTH)}


def layers_of(seed, count=2):
    chance = np.random.default_rng(seed)
    return [layer(chance) for _ in range(count)]


SCALE, SHIFT = (
    1 + drawn(np.random.default_rng(7), WIDTH, spread=0.3),
    drawn(np.random.default_rng(8), WIDTH, spread=0.3),
)
LAYERS = layers_of(3)


def arrays_of(seed=5):
    chance = np.random.default_rng(seed)
    return Arrays(
        piece=chance.integers(-127, 128, (len(PIECES.vocabulary), WIDTH), dtype="int8"),
        piece_scale=abs(drawn(chance, len(PIECES.vocabulary), spread=0.02)),
        place=drawn(chance, WINDOW, WIDTH, spread=0.3),
        shape=drawn(chance, SHAPES, WIDTH, spread=0.3),
        word=drawn(chance, STATIC, WIDTH),
        first=drawn(chance, WIDTH, HIDDEN),
        first_bias=drawn(chance, HIDDEN, spread=0.5),
        last=drawn(chance, WIDTH, HIDDEN),
        last_bias=drawn(chance, HIDDEN, spread=0.5),
        length=drawn(chance, LONGEST, HIDDEN, spread=0.5),
        chance=drawn(chance, HIDDEN, LABELS),
        chance_bias=drawn(chance, LABELS, spread=0.5),
    )


@pytest.fixture(scope="module")
def encoder():
    return Encoder(PIECES, arrays_of(), encoder_graph(SCALE, SHIFT, LAYERS, HEADS))


def words_of(count, seed=0):
    """Words by chance, and static vectors for them."""
    chance = np.random.default_rng(seed)
    words = ["".join(chance.choice(list(LETTERS), chance.integers(1, 9))) for _ in range(count)]
    words[count // 4] = "\n"
    words[count // 2] = words[count // 2].upper()
    return words, drawn(chance, count, STATIC, spread=1.0)


def cosines(one, other):
    """The cosine of each row with that of the other."""
    return (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)


def run(graph, embedded):
    """What a graph makes of one row of pieces."""
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return session.run(None, {"embedded": embedded[None]})[0][0]


def changed(**parts):
    """The layers, each with some parts replaced by what a function makes of its parts."""
    return [own | {name: made(own) for name, made in parts.items()} for own in LAYERS]


def parts_of_attention(own, order, name="attend"):
    three = np.split(own[name], 3, axis=-1)
    return np.concatenate([three[n] for n in order], axis=-1)


def reordered(order):
    return changed(
        attend=lambda own: parts_of_attention(own, order),
        attend_bias=lambda own: parts_of_attention(own, order, "attend_bias"),
    )


WRONG = {
    "join transposed": (changed(join=lambda own: own["join"].T), HEADS),
    "query and key confused": (reordered((1, 0, 2)), HEADS),
    "key and value confused": (reordered((0, 2, 1)), HEADS),
    "other heads": (LAYERS, HEADS // 2),
    "norms confused": (changed(shift=lambda own: own["last_shift"], last_shift=lambda own: own["shift"]), HEADS),
    "layers confused": (LAYERS[::-1], HEADS),
    "a layer missing": (LAYERS[:1], HEADS),
    "no bias of attention": (changed(attend_bias=lambda own: 0 * own["attend_bias"]), HEADS),
    "no bias within": (changed(widen_bias=lambda own: 0 * own["widen_bias"]), HEADS),
}
EMBEDDED = drawn(np.random.default_rng(4), 40, WIDTH, spread=1.0)


@pytest.fixture(scope="module")
def out():
    return run(encoder_graph(SCALE, SHIFT, LAYERS, HEADS), EMBEDDED)


def test_the_graph_computes_the_layers_of_bert(out, plain_bert):
    assert cosines(out, plain_bert(EMBEDDED, SCALE, SHIFT, LAYERS, HEADS)).min() > 0.99


@pytest.mark.parametrize("name", WRONG)
def test_the_graph_computes_nothing_that_is_merely_like_it(name, out, plain_bert):
    layers, heads = WRONG[name]
    assert cosines(out, plain_bert(EMBEDDED, SCALE, SHIFT, layers, heads)).min() < 0.97


def test_a_graph_without_layers_is_the_layer_norm_alone(plain_bert):
    out = run(encoder_graph(SCALE, SHIFT, [], HEADS), EMBEDDED)
    assert np.allclose(out, plain_bert(EMBEDDED, SCALE, SHIFT, [], HEADS), atol=1e-5)


def test_the_same_arrays_make_the_same_graph_byte_for_byte():
    assert encoder_graph(SCALE, SHIFT, LAYERS, HEADS) == encoder_graph(SCALE, SHIFT, layers_of(3), HEADS)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_graph_gives_back_what_it_was_made_of_within_the_rounding_of_seven_bits(count):
    scale, shift, layers = graph_weights(encoder_graph(SCALE, SHIFT, LAYERS[:count], HEADS))
    assert np.allclose(scale, SCALE, rtol=1e-6)
    assert np.array_equal(shift, SHIFT)
    assert len(layers) == count
    for own, right in zip(layers, LAYERS[:count], strict=True):
        assert own.keys() == set(PARTS)
        for name, array in right.items():
            half_step = np.abs(array).max(axis=0) / 126 if array.ndim == 2 else 1e-6
            assert own[name].shape == array.shape
            assert (np.abs(own[name] - array) <= 1.001 * half_step).all(), name


def test_what_a_graph_gives_back_makes_a_graph_that_computes_the_same(out):
    again = run(encoder_graph(*graph_weights(encoder_graph(SCALE, SHIFT, LAYERS, HEADS)), HEADS), EMBEDDED)
    assert np.allclose(again, out, atol=0.02)
    assert cosines(again, out).min() > 0.9999


def test_a_word_is_read_by_its_first_piece_its_shape_its_static_vector_and_its_place(encoder, plain_bert):
    words, static = words_of(30)
    arrays = arrays_of()
    numbers, first = [PIECES.start], []
    for word in words:
        first.append(len(numbers))
        numbers += [PIECES.end] if word == "\n" else PIECES.of(word)
    numbers.append(PIECES.end)
    embedded = np.array([arrays.piece[n] * arrays.piece_scale[n] + arrays.place[at] for at, n in enumerate(numbers)])
    for at, word, vector in zip(first, words, static, strict=True):
        embedded[at] += vector @ arrays.word + arrays.shape[shape_number(word)]
    right = plain_bert(embedded, SCALE, SHIFT, LAYERS, HEADS)[first]
    assert cosines(encoder.encode(words, static).vectors, right).min() > 0.99


def test_the_chances_of_a_span_come_from_its_ends_and_its_length(encoder):
    words, static = words_of(25)
    encoded, arrays = encoder.encode(words, static), arrays_of()
    assert encoded.spans.shape == (25, LONGEST, LABELS)
    for first, more in [(0, 0), (3, 1), (15, 9), (20, 4), (24, 0)]:
        one, other = encoded.vectors[first] @ arrays.first, encoded.vectors[first + more] @ arrays.last
        hidden = np.maximum(one + arrays.first_bias + other + arrays.last_bias + arrays.length[more], 0)
        scores = np.exp(hidden @ arrays.chance + arrays.chance_bias)
        assert np.allclose(np.exp(encoded.spans[first, more]), scores / scores.sum(), atol=1e-5)


@pytest.mark.parametrize("count", [1, 4, LONGEST, 40])
def test_chances_add_up_to_one_and_spans_beyond_the_last_word_are_none(encoder, count):
    spans = encoder.encode(*words_of(count)).spans
    assert np.allclose(np.exp(spans).sum(axis=2), 1, atol=1e-5)
    beyond = np.arange(count)[:, None] + np.arange(LONGEST) >= count
    assert (spans[beyond][:, 0] == 0).all()
    assert np.exp(spans[beyond][:, 1:]).max(initial=0) < 1e-9
    assert (spans[~beyond][:, 0] < -1e-3).all()


def test_no_words_have_no_vectors(encoder):
    encoded = encoder.encode([], np.zeros((0, STATIC), dtype="float32"))
    assert encoded.vectors.shape == (0, WIDTH)
    assert encoded.spans.shape == (0, LONGEST, LABELS)


def test_a_long_text_is_read_window_by_window_and_its_spans_cross_the_border(encoder):
    words, static = words_of(400)
    encoded = encoder.encode(words, static)
    parts = [(start, end) for start, end, _, _ in windows(words, PIECES)]
    assert len(parts) > 2
    for start, end in parts:
        alone = encoder.encode(words[start:end], static[start:end])
        assert np.array_equal(encoded.vectors[start:end], alone.vectors)
    border = parts[0][1]
    assert encoded.spans[border - 1, 1, 0] < -1e-3


WORD = st.text(alphabet="abZ.é\n", min_size=1, max_size=9) | st.just("\n")
TEXT = st.lists(st.tuples(WORD, st.integers(1, 200)), max_size=8).map(
    lambda runs: [w for w, n in runs for _ in range(n)]
)


@given(TEXT)
def test_every_word_stands_in_one_window_at_its_place(words):
    own = [(PIECES.end,) if word == "\n" else PIECES.of(word) for word in words]
    found = windows(words, PIECES)
    assert [n for start, end, _, _ in found for n in range(start, end)] == list(range(len(words)))
    for start, end, numbers, first in found:
        assert len(numbers) <= WINDOW
        assert (numbers[0], numbers[-1]) == (PIECES.start, PIECES.end)
        assert first[0] == 1
        for a, b, right in zip(first, [*first[1:], len(numbers) - 1], own[start:end], strict=True):
            assert tuple(numbers[a:b]) == right
        assert end == len(words) or len(numbers) + len(own[end]) > WINDOW


def test_the_shape_of_a_word_tells_capitals_digits_and_signs_but_not_which():
    assert shape_number("GPT") == shape_number("BERT") != shape_number("bert")
    assert shape_number("v2") == shape_number("a7") != shape_number("va")
    assert len({shape_number(w) for w in ["net", "Net", "NET", "netNet", "Net2", "12", "1.2", "-", ".", "\n"]}) == 10


@given(st.text(st.characters()))
def test_every_word_has_a_shape(word):
    assert 0 <= shape_number(word) < SHAPES


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_encoder_survives_the_disk(encoder, tmp_path):
    encoder.save(tmp_path / "one")
    again = load_encoder(tmp_path / "one")
    again.save(tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    words, static = words_of(40)
    before, after = encoder.encode(words, static), again.encode(words, static)
    assert again.width == encoder.width == WIDTH
    assert again.pieces.vocabulary == PIECES.vocabulary
    assert np.array_equal(before.vectors, after.vectors)
    assert np.array_equal(before.spans, after.spans)


def test_arrays_are_stored_in_half_precision(encoder, tmp_path):
    arrays = arrays_of()
    fine = Encoder(PIECES, replace(arrays, place=arrays.place * np.float32(1.0001)), encoder_graph(SCALE, SHIFT, [], 1))
    fine.save(tmp_path)
    words, static = words_of(40)
    before, after = fine.encode(words, static).vectors, load_encoder(tmp_path).encode(words, static).vectors
    assert not np.array_equal(before, after)
    assert np.allclose(before, after, atol=0.01)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_an_array(path):
    with np.load(path) as stored:
        parts = {name: stored[name] for name in stored.files if name != "place"}
    with path.open("wb") as out:
        np.savez(out, **parts)


def with_bytes(data):
    return lambda path: path.write_bytes(data)


def with_an_altered_byte(path):
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)


def one_array(path):
    with path.open("wb") as out:
        np.save(out, np.ones(3))


DAMAGE = {
    "no graph": ("encoder.onnx", lambda path: path.unlink()),
    "no arrays": ("arrays.npz", lambda path: path.unlink()),
    "no pieces": ("pieces.txt", lambda path: path.unlink()),
    "an array is missing": ("arrays.npz", without_an_array),
    "arrays are text": ("arrays.npz", with_bytes(b"no arrays")),
    "no special pieces": ("pieces.txt", with_bytes(b"a\nb\n")),
    "pieces are no text": ("pieces.txt", with_bytes(b"[CLS]\n\xff\n")),
    "arrays are cut": ("arrays.npz", cut),
    "an array is altered": ("arrays.npz", with_an_altered_byte),
    "arrays are empty": ("arrays.npz", with_bytes(b"")),
    "arrays are one array": ("arrays.npz", one_array),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_encoder_is_refused_with_its_folder(encoder, tmp_path, name):
    encoder.save(tmp_path)
    file, damage = DAMAGE[name]
    damage(tmp_path / file)
    with pytest.raises(DataError, match="not a stored encoder") as error:
        load_encoder(tmp_path)
    assert error.value.where == str(tmp_path)


@pytest.mark.parametrize("damage", [cut, with_bytes(b""), with_bytes(b"no graph")])
def test_a_graph_that_is_none_is_refused(encoder, tmp_path, damage):
    encoder.save(tmp_path)
    damage(tmp_path / "encoder.onnx")
    with pytest.raises(DataError, match="graph of the encoder cannot be used"):
        load_encoder(tmp_path)
