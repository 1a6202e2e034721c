"""How well one fragment of a sentence goes on in another, told from closed word classes alone."""

import re
from collections.abc import Sequence
from itertools import pairwise

from index.segmenting.boundaries import ABBREVIATED, fold_spaces
from index.segmenting.words import (
    AUXILIARIES,
    CONNECTIVES,
    COORDINATORS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    QUANTIFYING,
    QUESTION_WORDS,
    STRANDED,
    words_of,
)

__all__ = ["fit", "is_acronym"]

_REACH = 600
_LONGEST_SYMBOL = 5
_NOUN_LIKE = re.compile(r"in\s+(?:vitro|vivo|situ|silico|utero|ovo|toto|planta)\b", re.IGNORECASE)
_FINITE = re.compile(r"\w{2,}(?:ed|es)\Z|(?:led|shown|found|became|made|gave|took|grew|rose|fell|kept|held|showed)\Z")
_BEFORE_PARTICIPLE = DETERMINERS | {"be", "been", "being"}
_CLAUSE_MARK = re.compile(r"[,;:()–—]")


def fit(end: str, start: str) -> int:
    """Above 0: goes on well; 0: nothing speaks for or against; below 0: does not make a sentence."""
    head, tail = fold_spaces(end[-_REACH:]), fold_spaces(start[:_REACH])
    ending, opening = words_of(head), words_of(tail)
    if not ending or not opening:
        return -3
    return _seam(head, ending, tail, opening) + _clauses(head, tail)


def is_acronym(word: str) -> bool:
    """Whether capitals or digits inside a word leave open whether it starts a sentence: "HGF-treated", "p53"."""
    stem = word.rstrip("0123456789") if len(word) > _LONGEST_SYMBOL else word
    return sum(character.isupper() or character.isdigit() for character in stem) > (1 if word[0].isupper() else 0)


def _seam(head: str, ending: Sequence[str], tail: str, opening: Sequence[str]) -> int:
    """What the last word and the first word say of each other."""
    last, first = ending[-1].lower(), opening[0].lower()
    mark = head.rstrip()[-1:]
    if mark == ",":
        return _after_comma(last, first, tail)
    if mark in "-–":
        return -2 if first in AUXILIARIES else 1
    if ABBREVIATED.search(head.rstrip()[-40:]):
        return 1
    return _after_word(last, first, tail)


def _after_word(last: str, first: str, tail: str) -> int:
    if last in DETERMINERS:
        clashes = first in DETERMINERS | AUXILIARIES | COORDINATORS | PRONOUNS or _is_preposition(tail)
        return -3 if clashes else 1
    if last in PREPOSITIONS or last == "than":
        return _after_preposition(last, first, tail)
    if last in COORDINATORS:
        return -2 if first in COORDINATORS else int(not (_is_preposition(tail) or first in AUXILIARIES))
    if last in AUXILIARIES:
        return -2 if first in AUXILIARIES - {"have", "do"} else 1
    return int(first in AUXILIARIES | CONNECTIVES or _is_preposition(tail))


def _after_comma(last: str, first: str, tail: str) -> int:
    if first in CONNECTIVES or _is_preposition(tail):
        return 1
    if last.endswith("ly") and not _has_finite(tail):
        return -1
    return 0


def _after_preposition(last: str, first: str, tail: str) -> int:
    if first in AUXILIARIES:
        return 0 if last in STRANDED else -3
    if first in CONNECTIVES - QUESTION_WORDS:
        return 0 if last in STRANDED or first == "that" else -3
    if _is_preposition(tail) and first not in QUANTIFYING:
        return -1 if last in STRANDED else -3
    return 1


def _is_preposition(tail: str) -> bool:
    words = words_of(tail)
    return words[0].lower() in PREPOSITIONS and not _NOUN_LIKE.match(tail)


def _clauses(head: str, tail: str) -> int:
    """Two finite verbs with nothing between that opens a clause are one too many; none at all is one too few."""
    before, after = _verbs(head), _verbs(tail)
    if before and after:
        between = head[before[-1][1] :] + " " + tail[: after[0][0]]
        return 0 if _opens_clause(between) else -3
    if not before and not after and not _has_finite(head) and not _has_finite(tail):
        return -2
    return 1 if after and not _has_finite(head) else 0


def _opens_clause(between: str) -> bool:
    words = {word.lower() for word in words_of(between)}
    return bool(words & (CONNECTIVES | PRONOUNS | {"this", "these", "those"})) or bool(_CLAUSE_MARK.search(between))


def _verbs(fragment: str) -> list[tuple[int, int]]:
    """Where the auxiliaries are; they are the one sign of a finite verb that is hardly ever something else."""
    return [match.span() for match in re.finditer(r"\b[a-z']+\b", fragment) if match.group() in AUXILIARIES]


def _has_finite(fragment: str) -> bool:
    """Whether some word may be a finite verb, generously; participles after "to be" and words at its start are none."""
    words = [word.lower() for word in words_of(fragment)]
    if any(word in AUXILIARIES for word in words):
        return True
    return any(_FINITE.match(word) and before not in _BEFORE_PARTICIPLE for before, word in pairwise(words))
