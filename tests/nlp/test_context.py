"""What the encoder says of words becomes a vector for each candidate; likely spans get offsets in their field."""

import math

import numpy as np

from kg.facts import Span
from kg.nlp.context import Tokens, context, length, likely_in
from kg.nlp.encoder import LONGEST
from kg.nlp.marks import LABELS, evidence
from kg.nlp.mentions import Candidate, occurrences
from kg.nlp.words import word_spans

TITLE, ABSTRACT = "Oak nets", "We like oak nets. " + "A fir net, " * 8 + "a b c d e f g h i j k l m and a fir."
WIDTH = 5


def tokens_of(*likely):
    """The words with vectors by chance; `likely`: (first word, last word, chance) where chances are not by chance."""
    text = f"{TITLE}\n{ABSTRACT}"
    places = [(a, b) for a, b in word_spans(text) if text[a:b] != " "]
    starts, ends = np.array(places).T
    chance = np.random.default_rng(0)
    scores = chance.normal(size=(len(places), LONGEST, len(LABELS))) * 2
    spans = (scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))).astype("float32")
    if likely:
        spans[:] = -30
        spans[..., 0] = 0
    for first, last, sure in likely:
        spans[first, last - first, :2] = math.log(1 - sure), math.log(sure)
    return Tokens(starts, ends, len(TITLE) + 1, chance.normal(size=(len(places), WIDTH)).astype("float32"), spans)


def candidate(*names):
    """A candidate with all occurrences of its names."""
    texts = {"title": TITLE, "abstract": ABSTRACT}
    return Candidate(names, "TASK", tuple(Span(f, a, b) for f, t in texts.items() for a, b, _ in occurrences(names, t)))


def test_likely_spans_get_offsets_in_their_field_and_none_holds_the_separator():
    over = [(1, 2, 0.9), (2, 2, 0.9), (2, 3, 0.9), (1, 3, 0.9)]
    found = likely_in(tokens_of(*over, (0, 1, 0.5), (5, 6, 0.8), (3, 3, 0.1), (4, 4, 0.01)))
    assert found == [Span("abstract", 8, 16), Span("title", 0, 8), Span("abstract", 0, 2)]
    said = [(TITLE if s.field == "title" else ABSTRACT)[s.start : s.end] for s in found]
    assert said == ["oak nets", "Oak nets", "We"]


def test_a_candidate_is_the_mean_of_its_first_mentions_and_its_best_chances():
    tokens, texts = tokens_of(), {"title": (0, TITLE), "abstract": (len(TITLE) + 1, ABSTRACT)}
    candidates = [candidate("Oak nets", "oak nets"), candidate("fir"), candidate("fir net")]
    found = context(candidates, tokens)
    assert found.shape == (3, length(WIDTH, len(LABELS)))
    assert [len(c.mentions) for c in candidates] == [2, 9, 8]
    for row, one in zip(found, candidates, strict=True):
        rows, best = [], []
        for mention in one.mentions[:6]:
            start, end = (texts[mention.field][0] + at for at in (mention.start, mention.end))
            first, last = tokens.starts.tolist().index(start), tokens.ends.tolist().index(end)
            said = evidence(np.array([first]), np.array([last]), tokens.spans)[0]
            mean = tokens.vectors[first : last + 1].mean(axis=0)
            rows.append(np.concatenate([tokens.vectors[first], tokens.vectors[last], mean, said]))
            best.append(np.exp(tokens.spans[first, last - first]))
        assert np.allclose(row, [*np.mean(rows, axis=0), *np.max(best, axis=0)], atol=1e-4)


def test_a_mention_in_the_middle_of_words_is_that_of_the_words_it_touches():
    tokens = tokens_of()
    inside = Candidate(("ak ne",), "TASK", (Span("title", 1, 6),))
    assert np.array_equal(context([inside], tokens), context([candidate("Oak nets")], tokens))


def test_a_name_that_is_longer_than_a_span_has_a_vector_too():
    tokens = tokens_of()
    (row,) = context([candidate("a b c d e f g h i j k l m and")], tokens)
    assert np.isfinite(row).all()
    assert np.allclose(row[WIDTH : 2 * WIDTH], tokens.vectors[-4])


def test_no_candidates_have_no_vectors():
    assert context([], tokens_of()).shape == (0, length(WIDTH, len(LABELS)))
