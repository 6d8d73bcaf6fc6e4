"""Typing errors: a rare form one letter away from a frequent one.

Only with strong support: the rare form stands in one paper, the frequent one in at least ten; both are long and equal
but for one word; the changed word stands in no other form, and begins with the right letter, as "asymmetric" is no
typing error of "symmetric". Candidates are found by deletions (W. Garbe, SymSpell,
2012), so that the work is linear in the number of names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

_RARE, _FREQUENT = 1, 10  #: papers
_LONG = 10  #: letters of a form
_WORD = 6  #: letters of the changed word


def _deletions(word: str) -> Iterator[str]:
    yield word
    for n in range(len(word)):
        yield word[:n] + word[n + 1 :]


def one_edit(one: str, two: str) -> bool:
    """Whether two words are one insertion, deletion, substitution or swap of neighbours apart.

    >>> one_edit("langauge", "language"), one_edit("tran", "trans"), one_edit("cat", "dog")
    (True, True, False)
    """
    if abs(len(one) - len(two)) > 1 or one == two:
        return False
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        start += 1
    a, b = one[start:], two[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (len(a) > 1 and a[1] + a[0] + a[2:] == b)


def _slip(wrong: str, right: str) -> bool:
    """Whether one word may be the other one mistyped."""
    return wrong[0] == right[0] and one_edit(wrong, right)


def corrections(counts: Mapping[str, int]) -> dict[str, str]:
    """Rare normal form -> the frequent one that was meant; `counts` are papers by normal form."""
    words: Counter[str] = Counter(w for form in counts for w in set(form.split()))
    frequent = sorted({w for form, n in counts.items() if n >= _FREQUENT for w in form.split() if len(w) >= _WORD})
    near: dict[str, list[str]] = defaultdict(list)
    for word in frequent:
        for cut in _deletions(word):
            near[cut].append(word)
    found: dict[str, str] = {}
    for form, n in sorted(counts.items()):
        if n > _RARE or len(form) < _LONG:
            continue
        parts = form.split()
        odd = [i for i, w in enumerate(parts) if words[w] == 1 and len(w) >= _WORD and w.isalpha()]
        if len(odd) == 1:
            right = {w for cut in _deletions(parts[odd[0]]) for w in near.get(cut, ()) if _slip(parts[odd[0]], w)}
            meant = [f for w in sorted(right) if counts.get(f := _with(parts, odd[0], w), 0) >= _FREQUENT]
            if len(meant) == 1:
                found[form] = meant[0]
    return found


def _with(parts: list[str], at: int, word: str) -> str:
    return " ".join([*parts[:at], word, *parts[at + 1 :]])
