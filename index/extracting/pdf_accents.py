"""Accents that a file prints over their letters as characters of their own, as TeX does.

A letter and its accent are made the one character that people read.
"""

import unicodedata
from collections.abc import Sequence

from index.extracting.pdf_characters import Character

__all__ = ["with_accents"]

_COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "ˆ": "\u0302",
    "¨": "\u0308",
    "˜": "\u0303",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˚": "\u030a",
    "¯": "\u0304",
    "˝": "\u030b",
    "˙": "\u0307",
    "¸": "\u0327",
    "˛": "\u0328",
}
_COVERED = 0.6
"""Share of the narrower of two boxes that lies under the other where one is printed over the other."""


def with_accents(characters: Sequence[Character]) -> list[Character]:
    """The characters, each accent that stands over the letter before or after it made one with that letter."""
    found: list[Character] = []
    for character in characters:
        before = found[-1] if found else None
        if before is None or not _stands_over(before, character) or not _combine(before, character):
            found.append(character)
    return found


def _stands_over(first: Character, second: Character) -> bool:
    shared = min(first.end, second.end) - max(first.start, second.start)
    narrower = min(first.end - first.start, second.end - second.start)
    return shared > _COVERED * max(narrower, 0.1) and abs(first.baseline - second.baseline) < first.style.size


def _combine(before: Character, character: Character) -> bool:
    """Whether the two are a letter and an accent that make one character, which ``before`` then is."""
    letter, accent = (before.text, character.text) if character.text in _COMBINING else (character.text, before.text)
    if accent not in _COMBINING:
        return False
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    whole = unicodedata.normalize("NFC", base + _COMBINING[accent])
    if len(base) != 1 or len(whole) != 1:
        return False
    if before.text == accent:  # the accent came first: where the letter stands is where the line goes on
        before.start, before.end, before.baseline = character.start, character.end, character.baseline
        before.over, before.under, before.style = character.over, character.under, character.style
    before.left, before.top = min(before.left, character.left), min(before.top, character.top)
    before.right, before.bottom = max(before.right, character.right), max(before.bottom, character.bottom)
    before.text = whole
    return True
