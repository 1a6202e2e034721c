"""What a word like "not", "may" or "some" bears on: the words after it, in its clause."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from assistant.claims.reading import Statement, Word, keys

__all__ = ["Scope", "scopes"]

MODIFIERS = """
significant significantly statistically clear clearly obvious obvious major further additional any evidence of the a an
strong strongly marked markedly considerably substantially also only fully completely directly be been being to have
has study studies trial trials report reports data group groups cohort cohorts author authors experiment
experiments proof indication date had in that it is are was were this these its their there
"""
GENERIC = """
observe find detect see note show report present evident apparent noted seen found shown
significant different known clear
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """A cue and the content words that it bears on, nearest first."""

    cue: Word
    words: tuple[Word, ...]


_MODIFIERS = keys(MODIFIERS)
_REPORTING = keys("find finds found show shows shown report reports reported demonstrate demonstrated prove proved")
"""What a study does: "no trial found that …" denies what it would have found."""
_GENERIC = keys(GENERIC)


def scopes(sentence: Statement, cues: Collection[str], *, reach: int) -> Iterator[Scope]:
    """For each cue the next ``reach`` content words; with a generic verb ("not observed") those before it as well.

    A scope ends with its clause, unless nothing has been said by then.
    """
    for place, word in enumerate(sentence.words):
        if word.text in cues or word.key in cues:
            yield Scope(word, tuple(_words(sentence, place, reach)))


def _words(sentence: Statement, place: int, reach: int) -> list[Word]:
    clause = sentence.words[place].clause
    found: list[Word] = []
    for word in sentence.words[place + 1 :]:
        if len(found) == reach or (found and word.clause != clause):
            break
        if word.terms and word.key not in _MODIFIERS and not (reach == 1 and not found and word.key in _REPORTING):
            found.append(word)
    if all(word.key in _GENERIC for word in found):
        before = [word for word in sentence.words[:place] if word.clause == clause and word.terms]
        found += before[::-1][:reach]
    return found
