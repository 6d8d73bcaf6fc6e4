"""Normal forms, slugs, ids and IRIs."""

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.ids import entity_iri, fold_title, normal_form, paper_id, paper_iri, same_paper, slug

#: Scripts and signs that names of this field hold, and words on which the rules of normal_form act.
WORDS = (
    "pre re co un post trained training retrained word words model modelling models series fine tuning tuned class "
    "classes ies analyses analysis BERT Llama 2 7B 70B v1.5 C++ C# C* A* + # * α β-VAE Ωmega 数据集 中文 🙂 👍🏽 naïve "
    "ﬁne ｆｕｌｌ ² ½ ß İ ΐ 한국어 हिन्दी العربية $ = < ~ ^ - _ ( ) “ ” . , / \\ ' \u200d \u0301 \ud800 \x00"
)
_WORD = st.sampled_from(WORDS.split())
NAMES = st.one_of(st.lists(_WORD, max_size=6).map(" ".join), st.lists(_WORD, max_size=4).map("".join), st.text())


@given(NAMES)
def test_a_normal_form_is_its_own_normal_form(name):
    assert normal_form(normal_form(name)) == normal_form(name)


def test_the_normal_form_of_every_single_character_is_its_own():
    once = {c: normal_form(chr(c)) for c in range(0x20000) if unicodedata.category(chr(c)) not in ("Cn", "Co", "Cs")}
    assert [hex(c) for c, form in once.items() if normal_form(form) != form] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LLaMA-2", "Llama 2"),
        ("GPT-4", "GPT4"),
        ("BERT-Large", "bert large"),
        ("Word Embeddings", "word embedding"),
        ("pre-training", "pretraining"),
        ("Pre-Trained Models", "pretrained model"),
        ("co re-training", "coretraining"),
        ("language modelling", "Language Modeling"),
        ("fine-tuning", "finetuning"),
        ("tokenisation", "tokenization"),
        ("ﬁne‑tuning", "fine tuning"),
        ("ＢＥＲＴ", "BERT"),
        ("SQuAD  v1.1", "SQuAD v1.1"),
        ("GLUE.", "“GLUE”"),
        ("data\u00a0set", "data set"),
        ("taxonomies", "taxonomy"),
    ],
)
def test_spellings_of_one_name_have_one_normal_form(one, other):
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Llama", "Llama 2"),
        ("Llama 2", "Llama 2 7B"),
        ("Llama 2 7B", "Llama 27B"),
        ("Llama 2 7B", "Llama 2 70B"),
        ("T5-small", "T5-base"),
        ("GPT-3", "GPT-3.5"),
        ("CIFAR-10", "CIFAR-100"),
        ("C", "C++"),
        ("C++", "C#"),
        ("A", "A*"),
        ("α-net", "β-net"),
        ("naïve", "naive"),
        ("数据", "数据集"),
        ("🙂", "🙃"),
    ],
)
def test_versions_sizes_and_signs_keep_names_apart(one, other):
    assert normal_form(one) != normal_form(other)
    assert slug(normal_form(one)) != slug(normal_form(other))


@given(NAMES)
def test_a_slug_holds_only_small_letters_digits_and_hyphens_and_is_never_empty(name):
    for key in (name, normal_form(name)):
        assert re.fullmatch("[a-z0-9]([a-z0-9-]{0,118}[a-z0-9])?", slug(key))


@given(NAMES, NAMES)
def test_slugs_are_equal_just_where_normal_forms_are(one, other):
    a, b = normal_form(one), normal_form(other)
    assert (slug(a) == slug(b)) == (a == b)


def test_long_keys_that_begin_alike_get_short_slugs_of_their_own():
    one, other = "word " * 200 + "x", "word " * 200 + "y"
    assert slug(one) != slug(other)
    assert max(len(slug(one)), len(slug(other))) <= 120


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("masked language modeling", "masked-language-modeling"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("A*", "a-star"),
        ("  BERT  ", "bert"),
        ("ｂｅｒｔ", "bert"),
    ],
)
def test_slugs_are_those_of_the_contract(key, expected):
    assert slug(key) == expected


@pytest.mark.parametrize("key", ["β vae", "数据集", "🙂", "naïve bayes", "$x$", "", "---"])
def test_a_slug_that_drops_something_ends_in_a_digest_of_the_key(key):
    assert re.fullmatch(r"([a-z0-9-]*-)?[0-9a-f]{8}", slug(key))
    assert slug(key) == slug(key)


@pytest.mark.parametrize(
    "given_id",
    [
        "arxiv:2403.05812",
        "arxiv:2403.05812v2",
        "acl:2024.lrec-main.1201",
        "doi:10.1/x",
        "hf:2403.05812",
        "x+y.z-1:a",
        "https://example.org/a%20b?c=d#e",
        "doi:10.1000/" + "x" * 188,
        "doi:10.1/ü",
    ],
)
def test_an_id_of_the_form_scheme_rest_stays_as_it_is(given_id):
    assert paper_id(given_id, "A title") == given_id


@pytest.mark.parametrize(
    ("bare", "expected"),
    [
        ("2403.05812", "arxiv:2403.05812"),
        (" 2403.05812v3 ", "arxiv:2403.05812"),
        ("0704.0001", "arxiv:0704.0001"),
        ("cs/0101001", "arxiv:cs/0101001"),
        ("math.GT/0309136v1", "arxiv:math.GT/0309136"),
    ],
)
def test_a_bare_arxiv_number_gets_its_scheme(bare, expected):
    assert paper_id(bare, "A title") == expected


@pytest.mark.parametrize(
    "unusable",
    [
        "",
        "17",
        "no scheme",
        ":rest",
        "scheme:",
        "a b:c",
        "doi:10.1/a b",
        "doi:10.1/'x'",
        'doi:10.1/"x"',
        "doi:<x>",
        "doi:(x)",
        "doi:[x]",
        "doi:{x}",
        "doi:a\x00b",
        "doi:a\u202eb",
        "doi:a\ud800b",
        "doi:a\u2028b",
        "größe:1",
        "٢٤٠٣.٠٥٨١٢",
        "doi:10.1000/" + "x" * 189,
    ],
)
def test_any_other_id_gives_one_made_from_the_title(unusable):
    assert paper_id(unusable, "A Title: of Sorts") == paper_id("", "a title — OF sorts")
    assert re.fullmatch("sha:[0-9a-f]{16}", paper_id(unusable, "A title"))


def test_titles_of_signs_only_are_not_one_title():
    assert fold_title("???") != fold_title("!!!")
    assert paper_id("", "???") != paper_id("", "!!!")


@given(st.text(max_size=250), st.text(min_size=1))
def test_a_paper_id_is_an_id_that_is_kept(given_id, title):
    identity = paper_id(given_id, title)
    assert paper_id(identity, "another title") == identity
    assert len(identity) <= 206
    assert not re.search(r"[\s\"'<>()\[\]{}\x00-\x1f]", identity)


def test_the_same_number_at_hugging_face_and_arxiv_is_one_paper():
    assert same_paper("hf:2403.05812") == same_paper("arxiv:2403.05812") == "arxiv:2403.05812"
    assert same_paper("hf:other") == "hf:other"
    assert same_paper("doi:2403.05812") == "doi:2403.05812"


@given(st.text(max_size=250), st.text(min_size=1))
def test_the_iri_of_a_paper_holds_its_id_whole_in_one_segment(given_id, title):
    identity = paper_id(given_id, title)
    last = paper_iri(identity, "https://x.example/").removeprefix("https://x.example/paper/")
    assert re.fullmatch("[A-Za-z0-9%._~-]+", last)
    assert unquote(last) == identity


def test_the_iri_of_an_entity_ends_in_its_id():
    assert entity_iri("c-plus-plus", "https://x.example/") == "https://x.example/entity/c-plus-plus"


@pytest.mark.parametrize(
    "name", [" " * 50_000 + "x", "pre " * 12_000, "(A1 " * 12_000, "s" * 50_000, "ies " * 12_000, "\\text" * 10_000]
)
def test_long_names_of_any_kind_are_read(name):
    """Linear rules only: a quadratic one would take minutes here."""
    assert re.fullmatch("[a-z0-9-]{1,120}", slug(normal_form(name)))
