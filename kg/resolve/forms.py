"""The form under which two names are the same thing across papers: joins what the normal form leaves apart.

All of it is a function of the name alone. Words stand for one another where at least two labelled papers list names
that differ in them alone as one entity, and nearly none as two; besides these only inflections (mathematics) and
spellings (dialog). See `docs/identity.md` for what that brings.
"""

import re
import unicodedata
from functools import lru_cache

from kg.ids import normal_form
from kg.resolve.tables import aliases
from kg.resolve.tables import words as acronym_words

#: Words that stand for one another inside names of two or more words.
_WORDS = {
    "synthesis": "generation",
    "mathematical": "math",
    "mathematics": "math",
    "robotic": "robot",
    "robotics": "robot",
    "comprehension": "understanding",
    "caching": "cache",
    "conversation": "dialogue",
    "dialog": "dialogue",
    "checking": "verification",
    "calling": "use",
    "usage": "use",
    "consumption": "use",
    "probing": "probe",
    "testing": "test",
    "autoregressive": "ar",
}
#: Heads that say of what kind a thing is and add nothing, dropped from the end of a name.
_HEADS = re.compile(r" (?:benchmark|dataset|data set|task|metric|mechanism|prompting|modeling|model|method|algorithm)$")
#: Names that a head belongs to: without it they would be another thing, or a class.
_KEEPS_HEAD = re.compile(
    r"\b(?:language|world|reward|topic|base|foundation|student|teacher|surrogate|acoustic|user|mixture|"
    r"process|outcome|preference|value|multi|question|downstream|generative|causal|masked) (?:model|modeling)$"
    r"|^\w+ task\d*$|^(?:soft|hard|visual|zero shot|few shot|role) prompting$|^\w{1,2} \w+$"
)
#: "text to video generation" and "text to video".
_TO_GENERATION = re.compile(r"^((?:\w+ )?(?:text|image|video|audio|speech|music|sketch|layout) to (?:\w+)) generation$")
#: Series of shared tasks and contests whose year is written with two digits or four.
_SERIES = "wmt|iwslt|conll|semeval|aime|clef|trec|ace|tac|duc|muc|icdar|bea|dstc|hmmt|ntcir|vardial|sigmorphon"
_YEAR = re.compile(rf"\b({_SERIES})(\d\d)(?!\d)")
_SIZES = (("base", "b"), ("large", "l"), ("huge", "h"), ("small", "s"), ("tiny", "ti"), ("giant", "g"))
_VIT = re.compile(r"\b(vit|deit|swin|beit|clip vit|dinov2 vit) (base|large|huge|small|tiny|giant)(?=\d|$| )")


def _year(match: re.Match[str]) -> str:
    return f"{match[1]}{'19' if int(match[2]) >= 70 else '20'}{match[2]}"


@lru_cache(maxsize=1 << 18)
def canonical(name: str) -> str:
    """The form under which names are compared: words without spaces, but a bar between digits that met.

    >>> canonical("Text-to-Video Generation") == canonical("text-to-video")
    True
    >>> canonical("diffusion models") == canonical("Diffusion"), canonical("AIME 2024") == canonical("AIME24")
    (True, True)
    >>> canonical("ViT-Base/16") == canonical("ViT-B/16"), canonical("language model") == canonical("language")
    (True, False)
    >>> canonical("Llama 2 7B") == canonical("Llama 27B")
    False
    """
    return compact(stem(_without_accents(normal_form(name) or name)))


def _without_accents(form: str) -> str:
    """Latin letters without their accents: Fréchet, Frechet."""
    if form.isascii():
        return form
    parts = unicodedata.normalize("NFD", form)
    plain = "".join(c for n, c in enumerate(parts) if not (unicodedata.combining(c) and n and parts[n - 1].isascii()))
    return unicodedata.normalize("NFC", plain)


def stem(form: str) -> str:
    """A normal form with its words, head, year and size notation made equal."""
    form = aliases().get(form, form)
    form = _YEAR.sub(_year, form)
    form = _VIT.sub(lambda m: f"{m[1]} {dict(_SIZES)[m[2]]}", form)
    parts = form.split()
    if len(parts) > 1:
        known = acronym_words()
        form = " ".join(_WORDS.get(w, w) for part in parts for w in known.get(part, part).split())
    if match := _TO_GENERATION.match(form):
        form = match[1]
    if not _KEEPS_HEAD.search(form):
        form = _HEADS.sub("", form)
    return aliases().get(form, form)


def compact(form: str) -> str:
    """A form without the spaces between its words; between two digits a bar stands for it."""
    return re.sub(r"(?<=\d) (?=\d)", "|", form).replace(" ", "")
