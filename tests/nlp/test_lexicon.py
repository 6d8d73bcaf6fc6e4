"""Known names: counted by paper, found in texts whatever their case, hyphens and plural."""

from kg.nlp.lexicon import Entry, Lexicon, held_out, learn

PAPERS = [
    ("Bark nets", "We train a bark net on BarkSet.", [(["bark net"], "METHOD"), (["BarkSet"], "DATASET")]),
    ("More on bark nets", "A Bark-Net again, and barkset.", [(["Bark-Net"], "MODEL")]),
    ("Bark", "No bark nets are named here.", []),
]


def test_names_are_counted_by_paper_and_type():
    entry = learn(PAPERS, least=2).get("Bark Net")
    assert entry == Entry((("METHOD", 1), ("MODEL", 1)), 3)
    assert entry.share == 2 / 3


def test_names_of_too_few_papers_are_left_out():
    assert learn(PAPERS, least=2).get("BarkSet") is None
    assert learn(PAPERS, least=1).get("BarkSet") == Entry((("DATASET", 1),), 2)


def test_the_longest_known_name_is_found():
    lexicon = Lexicon({"bark": Entry((("TASK", 1),), 1), "bark net": Entry((("METHOD", 1),), 1)})
    text = "Bark-nets see bark."
    assert [(text[a:b], e.types[0][0]) for a, b, e in lexicon.matches(text)] == [
        ("Bark-nets", "METHOD"),
        ("bark", "TASK"),
    ]


def test_a_lexicon_survives_json():
    lexicon = learn(PAPERS, least=1)
    assert Lexicon.from_json(lexicon.to_json()).entries == lexicon.entries


def test_about_one_paper_in_29_is_held_out():
    assert 20 < sum(held_out(f"arxiv:2401.{n:05}") for n in range(1000)) < 50
