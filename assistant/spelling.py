"""Misspelt words of a question, corrected by the words that the documents have; never without saying so.

A word is a slip only if it stands nowhere in the documents, is no English word ("mice", where the documents have
"rice"), and is what a hand or an ear makes of a word that the documents have. What is absent must stay absent: a wrong
correction answers another question, a missed one only finds less.
"""

import re
from functools import lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA, Indel

from index.lexical import LexicalIndex
from index.tokenizing import STOP_WORDS, terms

__all__ = ["correct", "is_english", "is_slip"]

SHORTEST = 4
LIKE_FROM = 6
"""From this length on a letter may stand for one that sounds like it (ileum is not ilium)."""
LONG = 8
"""From this length on a word may hold two slips, and one that begins the question with a capital is no name."""
BLOCK = 2
"""Two slips fall apart; one changed stretch of up to two letters tells real words apart (hyper-, hypotension)."""
LIKE = str.maketrans("eiouykqszjtnpv", "aaaaaccccgdmbf")
"""Letters that are written for each other: the vowels, c k q s z, g j, d t, m n, b p, f v."""
UNLIKE = (("macro", "micro"), ("para", "peri"), ("hemo", "homo"), ("ante", "anti"))
"""Beginnings that slips would lead from one to the other, and that mean something else."""
_LETTERS = re.compile(r"(?<![\w'’])[^\W\d_]{4,}(?![\w'’])")


def correct(question: str, lexical: LexicalIndex) -> str:
    """The question with its misspelt words replaced; itself where there are none."""
    return _LETTERS.sub(lambda found: found[0] if _is_name(found) else _corrected(found[0], lexical), question)


def is_slip(written: str, meant: str) -> bool:
    """Whether the first may be the second mistyped; both are lower-case and have at least four letters."""
    if written[0] != meant[0] or _differ_in_meaning(written, meant):
        return False
    swapped = sorted(written) == sorted(meant)
    if written[-1] != meant[-1] and not swapped:  # real words differ in their endings
        return False
    distance, sounds = OSA.distance(written, meant), (written.translate(LIKE), meant.translate(LIKE))
    if distance > _slips_in(written) or (sounds[0] == sounds[1] and not swapped and len(written) < LIKE_FROM):
        return False
    if distance == 2 and _changed(written, meant) <= BLOCK:
        return False
    return sorted(sounds[0]) == sorted(sounds[1]) or OSA.distance(*sounds) == Indel.distance(*sounds)


def _corrected(word: str, lexical: LexicalIndex) -> str:
    plain = word.casefold()
    if plain in STOP_WORDS or any(lexical.passages_with(term) for term in terms(plain)):
        return word
    if is_english(plain):
        return word
    near = [
        (OSA.distance(plain, other), -passages, other)
        for other, passages in lexical.words_near(plain, distance=_slips_in(plain))
        if len(other) >= SHORTEST and other.isalpha() and is_slip(plain, other)
    ]
    if not near:
        return word
    found = min(near)[2]
    return found.capitalize() if word[0].isupper() else found


def _is_name(found: re.Match[str]) -> bool:
    """Abbreviations and, as far as capitals tell, names: near another name is somebody else."""
    word, begins = found[0], not found.string[: found.start()].strip()
    return not word[1:].islower() or (word[0].isupper() and not (begins and len(word) >= LONG))


def _slips_in(word: str) -> int:
    return 2 if len(word) >= LONG else 1


def _differ_in_meaning(written: str, meant: str) -> bool:
    return any(
        (written.startswith(one) and meant.startswith(other)) or (written.startswith(other) and meant.startswith(one))
        for one, other in UNLIKE
    )


def _changed(one: str, other: str) -> int:
    """How long the stretch is in which two words differ, from the first difference to the last."""
    shorter = min(len(one), len(other))
    start = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    end = next((place for place in range(shorter - start) if one[-1 - place] != other[-1 - place]), shorter - start)
    return max(len(one), len(other)) - start - end


def is_english(word: str) -> bool:
    """Whether a lower-case word is in the list."""
    return b"\n%b " % word.encode() in _english()


@lru_cache(maxsize=1)
def _english() -> bytes:
    """82,765 English words with their frequencies, a line each: what SCOWL and Google's n-grams have in common."""
    return b"\n" + files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_bytes()
