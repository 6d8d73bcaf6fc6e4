"""Normal forms of names, slugs, stable ids and IRIs: functions of their own argument, never of what else is known."""

import hashlib
import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote

from kg.schema import BASE_IRI

_SCHEME_ID = re.compile(r"[A-Za-z0-9+.-]+:[^\s\"'<>()\[\]{}]+")
_BARE_ARXIV = re.compile(r"[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}")
_SPELLED = {"+": " plus ", "#": " sharp ", "*": " star ", "&": " and "}
_SPELLED_OUT = re.compile(r"[+#*&]")
_ASCII_BREAK = re.compile(r"[^a-z0-9<=>|]+")  #: what parts words of ASCII text, see `_words`
_GLUED_PREFIX = re.compile(r"\b(pre|post|re|co|non|multi|semi|sub|auto|inter|intra|un) (?=[a-z]{3})")
#: LaTeX that only dresses a name; of other commands the word stays (`\\alpha`).
_LATEX_DRESS = re.compile(r"\\(?:text\w*|emph|math\w+|boldsymbol|it|bf|sc|rm|tt|sf|em)\b|[${}^]")
_LATEX_ACCENT = re.compile(r"\\['\"`^~=.]\{?([A-Za-z])\}?")  #: Fr\\'echet
#: An acronym in brackets inside a name: "text-to-image (T2I) generation".
_BRACKETED = re.compile(r"\s?\([A-Z0-9][\w-]{1,9}\)(?=\s+\w)")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b", re.IGNORECASE)
#: A plural word; what looks like one and is none comes first.
_PLURAL = re.compile(
    r"\b(?!(?:\w*bias|alias|atlas|canvas|gas|nas|pandas|news|lens|series|species|pos|chaos|cosmos|gps|fps|tps|rps|tts|nls|cls|as)\b)"
    r"(?:([a-z]*(?:ss|x|sh|(?<!\bca)(?<!\bni)ch))es|([a-z]*bias)es|([a-z]{2,})ies"
    r"|([a-z]{2,}?(?<![sui])(?<!ic)|[cgnt]pu|[a-z]*(?:metr|top|lyr|crit|heurist)ic)s)\b"
)
#: What stands before -ise and -isation in the words of the field.
_VERBS = (
    "optim|summar|token|general|local|normal|regular|quant|special|personal|visual|initial|minim|maxim|util|organ|"
    "anonym|categor|parallel|vector|serial|real|synchron|factor|diagonal|binar|discret|character|memor|formal|standard"
)
#: British words of the field in American spelling.
_SPELLINGS = (
    (re.compile(r"(model|label|signal|travel|channel)l(ing|ed|er)\b"), r"\1\2"),
    (re.compile(rf"\b({_VERBS})is(e|ed|er|ing|ation|ational)\b"), r"\1iz\2"),
    (re.compile(r"\b(behavi|col|fav|neighb|lab)our"), r"\1or"),
    (re.compile(r"\bcentre\b"), "center"),
    (re.compile(r"\bfine tun"), "finetun"),
)


def digest(text: str, length: int) -> str:
    """The first `length` hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]


@lru_cache(maxsize=2**16)
def normal_form(name: str) -> str:
    r"""The form under which two spellings of one name are the same: the key of an entity.

    Case, hyphens, spaces before a number, plurals, LaTeX and some spellings fall away; numbers and versions stay.

    >>> normal_form("LLaMA-2") == normal_form("Llama 2") == normal_form("Llama2")
    True
    >>> normal_form("Llama 2 7B") == normal_form("Llama 27B")
    False
    >>> normal_form("Pre-Trained Word Embeddings"), normal_form("image-to-3D")
    ('pretrained word embedding', 'image to 3d')
    >>> normal_form("Representations from Transformers"), normal_form("loss analysis"), normal_form("TTS")
    ('representation from transformer', 'loss analysis', 'tts')
    >>> normal_form("C++"), normal_form("C#"), normal_form(r"\textbf{R$^2$} score"), normal_form("Pearson's")
    ('c plus plus', 'c sharp', 'r2 score', 'pearson')
    """
    text = _LATEX_DRESS.sub("", _LATEX_ACCENT.sub(r"\1", _seen(name)))
    text = _POSSESSIVE.sub("", _BRACKETED.sub("", text)).casefold()
    text = _SPELLED_OUT.sub(lambda m: _SPELLED[m[0]], text)
    text = re.sub(r"(?<=[^\W\d_]) (?=\d)(?!\d+d\b)", "", " ".join(_words(text)))
    while (shorter := _plain(text)) != text:  # again, as one rule may make room for another: "co re-training"
        text = shorter
    return text


def _seen(name: str) -> str:
    """A name in NFKC, without characters that are not seen (zero-width, direction marks): they part no words."""
    if name.isascii():
        return name
    return "".join(c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")


def _words(text: str) -> list[str]:
    """The words of a text: letters, digits, marks and symbols of any script; punctuation and spaces part them."""
    if text.isascii():
        return _ASCII_BREAK.sub(" ", text).split()
    return "".join(c if unicodedata.category(c)[0] in "LNMS" and c not in "~`" else " " for c in text).split()


def _plain(text: str) -> str:
    """A normal form without prefixes that stand alone, British spellings and plurals; no rule undoes another."""
    text = _GLUED_PREFIX.sub(r"\1", text)
    for british, american in _SPELLINGS:
        text = british.sub(american, text)
    return _PLURAL.sub(_singular, text)


def _singular(plural: re.Match[str]) -> str:
    hissing, bias, ies, other = plural.groups()
    return hissing or bias or (f"{ies}y" if ies else other)


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
