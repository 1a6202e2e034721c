"""Abbreviations and what they stand for, as the documents themselves define them.

In running text by the algorithm of Schwartz & Hearst (2003): "mesenchymal stromal cells (MSCs)" or, the other way
round, "MSCs (mesenchymal stromal cells)", where each letter of the short form is found in the long one from right to
left, the first at the beginning of a word. In a list of abbreviations every line is one: "UC: Umbilical cord".
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from index.models import Label
from index.tokenizing import terms, words

__all__ = ["Definition", "find_definitions", "long_key", "short_key"]

LONGEST_SHORT = 12
MOST_WORDS = 10
"""In a long form."""
_PARENTHESES = re.compile(r"\(([^()]{2,120})\)")
_LISTED = re.compile(r"(\S.{0,60}?)\s*(?::|=|\s[-–—])\s+(\S.*)")
_SHORT = re.compile(r"(?=\S*[^\W\d_])[^\W_]\S*(?: \S+)?")
_LAST_WORD = re.compile(r"[^\W_]\S*\Z")
_FIRST_LETTERS = str.maketrans("αβγδεζηθικλμνξοπρστυφχψω", "abgdezhtiklmnxoprstyfcpo")


class Definition(NamedTuple):
    """An abbreviation and its meaning, as they are looked up: see ``short_key`` and ``long_key``."""

    short: str
    long: str


def short_key(word: str) -> str:
    """The same for every spelling of an abbreviation: TSG-6, TSG6; MSC, MSCs. Empty where there is no word."""
    found = terms(word)
    return found[0] if found else ""


def long_key(phrase: str) -> str:
    """The stems of a long form's words, joined by ``_``."""
    return "_".join(found[0] for word in words(phrase) if (found := terms(word)))


def find_definitions(sentence: str, label: Label) -> list[Definition]:
    """What a sentence, its white space folded, defines; each once, in its order."""
    pairs = _listed(sentence) if label == "abbreviation" else _in_running_text(sentence)
    keys = (Definition(short_key(short), long_key(long)) for short, long in pairs)
    return list(dict.fromkeys(pair for pair in keys if _is_told(pair)))


def _is_told(pair: Definition) -> bool:
    """What a word stands for does not hold the word itself: "Figures (Fig. 2a, b)" defines nothing."""
    return bool(pair.short and pair.long) and pair.short not in pair.long.split("_")


def _listed(line: str) -> Iterator[tuple[str, str]]:
    found = _LISTED.fullmatch(line.strip())
    if found:
        one, other = found[1], found[2].rstrip(".;")
        yield (one, other) if len(one) <= len(other) else (other, one)


def _in_running_text(sentence: str) -> Iterator[tuple[str, str]]:
    for found in _PARENTHESES.finditer(sentence):
        before, inside = sentence[: found.start()].rstrip(), re.split(r"[;,]", found[1])[0].strip()
        if _is_short(inside):
            short, candidate = inside, before
        elif (last := _LAST_WORD.search(before)) and _is_short(last[0]):
            short, candidate = last[0], inside
        else:
            continue
        long = _long_form(short, candidate)
        if long is not None:
            yield short, long


def _is_short(text: str) -> bool:
    """Two to twelve characters, at most two words, with a capital letter, or a letter and a digit."""
    letters = 2 <= len(text) <= LONGEST_SHORT and _SHORT.fullmatch(text) is not None
    return letters and (text != text.lower() or any(character.isdigit() for character in text[1:]))


def _long_form(short: str, candidate: str) -> str | None:
    """The shortest end of the candidate in which the letters of the short form occur."""
    letters = "".join(character for character in _folded(short) if character.isalnum())
    plural = short[-1] == "s" and short[-2:-1].isupper()
    text = _nearest_words(candidate, letters)
    start = _start(_folded(text), letters[:-1] if plural else letters)
    if start is None:
        return None
    long = text[start:]
    return long if len(long) > len(short) and len(long.split()) <= MOST_WORDS and "://" not in long else None


def _nearest_words(candidate: str, letters: str) -> str:
    most = min(len(letters) + 5, 2 * len(letters))
    return " ".join(candidate.split()[-most:])


def _start(text: str, letters: str) -> int | None:
    """Where the long form starts when its letters are matched from the right, each as late as can be."""
    place = len(text)
    for number, letter in reversed(list(enumerate(letters))):
        place -= 1
        while place >= 0 and (text[place] != letter or (number == 0 and place > 0 and text[place - 1].isalnum())):
            place -= 1
        if place < 0:
            return None
    return text.rfind(" ", 0, place) + 1


def _folded(text: str) -> str:
    """Lower-case, Greek letters as the first letters of their names, nothing longer or shorter."""
    return "".join(lower if len(lower := char.lower()) == 1 else char for char in text).translate(_FIRST_LETTERS)
