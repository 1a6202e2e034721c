"""Lists of authors."""

import re

from index.segmenting.words import words_of

__all__ = ["is_author_list"]

_FEWEST = 3
_LONGEST = 400
_SEPARATOR = re.compile(r",\s|\band\b|&")
_NAME = re.compile(
    r"[A-Z][\w'’.-]*,?\s(?:(?:van|von|de|der|den|del|da|di|dos|du|la|le|el|al|bin|ter|ten)\s){0,2}"
    r"(?:[A-Z][\w'’.-]*\s?){1,4}[\d*†‡§¶,()a-z\s]{0,12}\Z"
)


def is_author_list(text: str) -> bool:
    """Whether the block is names and little else: "Konala VB(1), Pal R(2), Das A." or "Yang, A.; Lotta, L.; Li, X."."""
    if len(text) >= _LONGEST:
        return False
    bare = text.rstrip(". ")
    parts = bare.split(";") if bare.count(";") > 1 else _SEPARATOR.split(bare)
    names = [part.strip() for part in parts if part.strip(" ,\t0123456789")]
    if len(names) < _FEWEST:
        return False
    named = sum(_NAME.match(name) is not None and any(letter.islower() for letter in name) for name in names)
    return named >= 0.8 * len(names) and len(words_of(text)) <= 6 * len(names)
