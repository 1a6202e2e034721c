"""Lists: whether a question asks for one, and which sentences of a passage make one up.

Items begin with a bullet, a number or "First, …"; or they are the short lines under one that ends with a colon.
"""

import re
from collections.abc import Sequence

__all__ = ["asks_for_list", "list_around"]

LONGEST = 12
"""Sentences of a list that are shown, the one that leads to it included."""
SHORT = 12
"""Words of a line that may be an item without being marked as one."""
_ASKS = re.compile(
    r"^(?:please )?(?:list|name|enumerate)\b|\b(?:which|what) (?:[\w-]+ ){0,3}?[a-z]{3,}(?<![su])s\b"
    r"|\b(?:what|which) are\b|\b(?:types|kinds|examples|causes|symptoms|steps|stages) of\b",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"[-*+–—] |[•‣·▪◦]|\d{1,2}[.)] |\(\d{1,2}\) |\(?(?:[a-h]|[ivx]{1,4})\) "
    r"|(?:(?:First|Second|Third|Fourth|Fifth|Sixth)(?:ly)?|Next|Then|Finally|Lastly), "
)


def asks_for_list(question: str) -> bool:
    """Whether several things are asked for: "which factors …", "list the …"."""
    return _ASKS.search(question.strip()) is not None


def list_around(number: int, texts: Sequence[str], *, whole: bool) -> range:
    """The list that sentence ``number`` of these leads to or, where it is wanted ``whole``, is an item of.

    That sentence alone where it does neither.
    """
    first = number
    if whole and _is_item(texts[number]):
        while first and _is_item(texts[first - 1]):
            first -= 1
        first -= first > 0 and _leads(texts[first - 1])
    elif not _leads(texts[number]):
        return range(number, number + 1)
    last = first + _leads(texts[first])
    marked = last < len(texts) and _is_item(texts[last])
    while last < len(texts) and (_is_item(texts[last]) if marked else _is_short(texts[last])):
        last += 1
    return range(first, min(last, first + LONGEST)) if number < first + LONGEST else range(number, number + 1)


def _leads(text: str) -> bool:
    return text.endswith(":")


def _is_item(text: str) -> bool:
    return _ITEM.match(text) is not None


def _is_short(text: str) -> bool:
    return len(text.split()) <= SHORT and text[-1:] not in ".:?!"
