"""Normal forms of names, slugs, stable ids and IRIs: functions of their own argument, never of what else is known."""

import hashlib
import re
import unicodedata
from urllib.parse import quote

from kg.schema import BASE_IRI

_SCHEME_ID = re.compile(r"[A-Za-z0-9+.-]+:[^\s\"'<>()\[\]{}]+")
_BARE_ARXIV = re.compile(r"[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}")
_SPELLED = {"+": " plus ", "#": " sharp ", "*": " star "}
_GLUED_PREFIX = re.compile(r"\b(pre|post|re|co|non|multi|semi|sub|auto|inter|intra|un) (?=[a-z]{3})")
#: A plural word; words that end in -ss, -us, -is, -ics, -as, -os and a few others are none.
_PLURAL = re.compile(r"\b(?!(?:news|lens|series|species)\b)([a-z]{2,}?)(ies|(?<![suiao])(?<!ic)s)\b")
#: British and American spelling of words that head names of tasks and methods.
_SPELLINGS = (("modelling", "modeling"), ("labelling", "labeling"), ("isation", "ization"), ("fine tun", "finetun"))


def digest(text: str, length: int) -> str:
    """The first `length` hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def normal_form(name: str) -> str:
    """The form under which two spellings of one name are the same: the key of an entity.

    Case, hyphens, spaces before a number, plurals and some spellings fall away; numbers, versions and sizes stay.

    >>> normal_form("LLaMA-2") == normal_form("Llama 2") == normal_form("Llama2")
    True
    >>> normal_form("Llama 2 7B") == normal_form("Llama 27B")
    False
    >>> normal_form("Pre-Trained Word Embeddings")
    'pretrained word embedding'
    >>> normal_form("Representations from Transformers"), normal_form("loss analysis"), normal_form("FLOPS")
    ('representation from transformer', 'loss analysis', 'flop')
    >>> normal_form("C++"), normal_form("C#")
    ('c plus plus', 'c sharp')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = "".join(_SPELLED.get(c, c) for c in text)
    # Letters, digits and symbols of any script stay; punctuation and spaces part the words.
    words = "".join(c if unicodedata.category(c)[0] in "LNMS" and c not in "~^`" else " " for c in text).split()
    text = re.sub(r"(?<=[^\W\d_]) (?=\d)", "", " ".join(words))
    while (shorter := _shortened(text)) != text:  # again, as one rule may make room for another: "re pre-trained"
        text = shorter
    return text


def _shortened(text: str) -> str:
    """A normal form without prefixes that stand alone, British spellings and plurals; none of these makes it longer."""
    text = _GLUED_PREFIX.sub(r"\1", text)
    for british, american in _SPELLINGS:
        text = text.replace(british, american)
    return _PLURAL.sub(lambda m: m[1] + ("y" if m[2] == "ies" else ""), text)


def slug(key: str) -> str:
    """A key as the last part of an IRI: `[a-z0-9-]`, never empty; a digest follows where letters or symbols were lost.

    >>> slug("masked language modeling"), slug("C++"), slug("β-VAE")
    ('masked-language-modeling', 'c-plus-plus', 'vae-77ed3dd6')
    """
    text = unicodedata.normalize("NFKC", key).casefold()
    for symbol, word in (("+", "-plus"), ("#", "-sharp"), ("*", "-star")):
        text = text.replace(symbol, word)
    short = re.sub(r"[^a-z0-9]+", "-", text).strip("-")
    lost = any(c not in "abcdefghijklmnopqrstuvwxyz0123456789" and unicodedata.category(c)[0] in "LNMS" for c in text)
    if lost or not short:
        short = f"{short}-{digest(key, 8)}".lstrip("-")
    if len(short) > 120:  # file systems and address bars have limits; the digest keeps it unique
        short = f"{short[:110].rstrip('-')}-{digest(key, 8)}"
    return short


def fold_title(title: str) -> str:
    """Letters and digits of a title, case folded: equal for copies of one paper. A title of signs only stays as it is.

    >>> fold_title("BERT: Pre-training") == fold_title("Bert — pre training")
    True
    """
    return "".join(c for c in unicodedata.normalize("NFKC", title).casefold() if c.isalnum()) or title


def paper_id(given: str, title: str) -> str:
    """The id of a paper: the given one if it has the form `scheme:rest`, else one made from the title.

    >>> paper_id("arxiv:2403.05812", ""), paper_id("2403.05812v2", ""), paper_id("", "BERT")
    ('arxiv:2403.05812', 'arxiv:2403.05812', 'sha:32987c4b7a9fb90e')
    """
    given = given.strip()
    bare = re.sub(r"v[0-9]+$", "", given)
    if _BARE_ARXIV.fullmatch(bare):
        return f"arxiv:{bare}"
    if len(given) <= 200 and _SCHEME_ID.fullmatch(given) and not any(unicodedata.category(c)[0] == "C" for c in given):
        return given
    return "sha:" + digest(fold_title(title), 16)


def same_paper(paper: str) -> str:
    """The key under which `hf:N` and `arxiv:N` are one paper.

    >>> same_paper("hf:2403.05812") == same_paper("arxiv:2403.05812")
    True
    """
    return re.sub(r"^hf:(?=[0-9]{4}\.[0-9]{4,5}$)", "arxiv:", paper)


def paper_iri(paper: str, base: str = BASE_IRI) -> str:
    """IRI of a paper, its id percent-encoded whole.

    >>> paper_iri("arxiv:2403.05812")
    'https://w3id.org/kg-papers/paper/arxiv%3A2403.05812'
    """
    return f"{base}paper/{quote(paper, safe='')}"


def entity_iri(entity: str, base: str = BASE_IRI) -> str:
    """IRI of an entity.

    >>> entity_iri("bert")
    'https://w3id.org/kg-papers/entity/bert'
    """
    return f"{base}entity/{quote(entity, safe='')}"
