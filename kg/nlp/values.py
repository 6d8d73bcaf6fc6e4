"""When two names or two values are the same for the scores."""

import re


def fold_name(name: str) -> str:
    """Letters and digits, lower case: the form under which names are compared.

    >>> fold_name("Top-1 Accuracy") == fold_name("top1 accuracy")
    True
    """
    return re.sub(r"[\W_]+", "", name.lower())


def fold_value(value: str) -> str:
    r"""A reported value without spaces, LaTeX, plus sign and the word points.

    >>> fold_value("$+3.6\\%$") == fold_value("3.6 percent"), fold_value("2.1~dB"), fold_value("1,200")
    (True, '2.1db', '1200')
    """
    text = re.sub(r"[\s$\\{}~,+]", "", value.lower()).replace("×", "x").replace("−", "-")
    for word, sign in (("percentagepoints", ""), ("points", ""), ("percent", "%")):
        text = text.replace(word, sign)
    return text.rstrip(".")
