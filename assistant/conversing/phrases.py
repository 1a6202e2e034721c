"""Words of a question with their places, and the noun phrases in it, without a grammar: runs between function words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.conversing.lexicon import (
    AUXILIARIES,
    DETERMINERS,
    PREDICATES,
    PREPOSITIONS,
    QUANTITIES,
    RELATIONAL,
    WH_WORDS,
    is_verb,
    members,
)
from index.tokenizing import STOP_WORDS

__all__ = ["Phrase", "Word", "names_in", "phrases_in", "words_in"]

LONGEST = 8
"""Words of a noun phrase."""
LINKS = members("& al bin da de del den der di du el la of the van von")
"""Small words inside names: University of Vienna, On the Sunday of Life."""
INVERTING = members("can could did didn't do does doesn't don't may might should will would")
"""Auxiliaries that a subject and the base form of a verb follow."""
FUNCTION_WORDS = STOP_WORDS | AUXILIARIES | WH_WORDS | PREPOSITIONS
VERBAL = ("ate", "ise", "ize", "ify")
SUBJECTS = members("he i it she they we you")
_ADVERB = re.compile(
    r".*(?:al|ous|ful|ive|ent|ant|ar|ed|ing|less|ate|ete|ute|ear|ain|ost|igh|ick|ow|id|ct|ort|ong|re|gh|art|rge|ide)ly"
)
PAST = members("became began came gave got led made said told took went won")
_WORD = re.compile(r"[^\W_]+(?:[.'’/\-–][^\W_]+)*\+?|&")
_GAP = re.compile(r"[ \u00a0]*")
_INITIAL_GAP = re.compile(r"\. ?")
_QUOTED = re.compile(r"[\"“]([^\"“”\n]{2,80})[\"”]")
_NAMED = re.compile(r"[^\W\d_].*[A-Z\d]|[A-Z]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and where it stands; ``plain`` is lower-case with straight apostrophes."""

    text: str
    start: int
    end: int

    @property
    def plain(self) -> str:
        """As it is looked up."""
        return self.text.lower().replace("’", "'")

    @property
    def named(self) -> bool:
        """Written as a name is: with a capital, or with a digit behind a letter."""
        return _NAMED.match(self.text) is not None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its text, where it stands, and whether it is written as a name."""

    text: str
    start: int
    end: int
    name: bool

    @property
    def words(self) -> list[str]:
        """Lower-case."""
        return [word.plain for word in words_in(self.text)]

    @property
    def relational(self) -> bool:
        """Whether it says nothing about which thing is meant: "side effects", "other members"."""
        return not self.name and all(word in RELATIONAL or word in STOP_WORDS for word in self.words)


def words_in(text: str) -> list[Word]:
    """The words of a text, in order."""
    return [Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def phrases_in(text: str) -> list[Phrase]:
    """The noun phrases of a question: what stands between function words and verbs, quoted titles whole."""
    quoted = [Phrase(found[1], found.start(1), found.end(1), name=True) for found in _QUOTED.finditer(text)]
    found = [phrase for phrase in _runs(text) if not any(q.start <= phrase.start < q.end for q in quoted)]
    return sorted([*quoted, *found], key=lambda phrase: phrase.start)


def names_in(text: str) -> list[Phrase]:
    """The names in an answer. The word that begins a sentence is one only where it goes on as one, or is no other."""
    return [phrase for phrase in phrases_in(text) if phrase.name]


def _runs(text: str) -> Iterator[Phrase]:
    words = words_in(text)
    run: list[Word] = []
    for number, word in enumerate(words):
        if run and not _joined(run[-1], word, text):
            yield from _phrase(run, text)
            run = []
        if run and (_breaks_name(run, word) or _owns(run[-1], word)):
            yield from _phrase(run, text)
            run = []
        if _belongs(words, number, run, text):
            run.append(word)
        else:
            yield from _phrase(_without_verb(run, words, number), text)
            run = []
    yield from _phrase(_without_verb(run, words, len(words)), text)


def _joined(one: Word, other: Word, text: str) -> bool:
    """Whether nothing but a blank, or the dot of an initial, is between two words."""
    initial = len(one.text) == 1 and one.text.isupper() and _INITIAL_GAP.fullmatch(text, one.end, other.start)
    return bool(initial) or _GAP.fullmatch(text, one.end, other.start) is not None


def _belongs(words: Sequence[Word], number: int, run: Sequence[Word], text: str) -> bool:
    """Whether a word goes on with a noun phrase, or begins one."""
    word = words[number]
    previous = words[number - 1].plain if number else ""
    following = words[number + 1] if number + 1 < len(words) else None
    if word.plain in LINKS and run and run[-1].named and following and following.named:
        return previous not in LINKS or word.plain == "the"
    if _is_initial(word, text) or (word.named and word.text != "I" and not _begins_sentence(word, text)):
        return True
    if word.plain in FUNCTION_WORDS or (word.plain in QUANTITIES and previous == "how"):
        return False
    if _is_said_of(word, previous, following, run):
        return False
    nominal = previous in DETERMINERS or previous in PREPOSITIONS or (word.plain.endswith("ed") and is_verb(previous))
    return nominal or not is_verb(word.plain)


def _is_initial(word: Word, text: str) -> bool:
    return len(word.text) == 1 and word.text.isupper() and text.startswith(".", word.end)


def _begins_sentence(word: Word, text: str) -> bool:
    before = text[max(0, word.start - 3) : word.start].rstrip()
    return word.start == 0 or before[-1:] in {"", ".", "?", "!", ":"}


def _is_said_of(word: Word, previous: str, following: Word | None, run: Sequence[Word]) -> bool:
    """Whether a word says something of a thing rather than naming it: a verb of "she", an adverb, "is it effective"."""
    plain = word.plain
    if previous in SUBJECTS or _ADVERB.fullmatch(plain):
        return True
    if previous in {"what", "which"} and (plain in PAST or (plain.endswith("ed") and is_verb(plain))):
        return True
    predicate = plain in PREDICATES and (bool(run) or following is None)
    return predicate or (plain.endswith("ed") and (bool(run) or previous in AUXILIARIES))


def _owns(one: Word, other: Word) -> bool:
    """Whether a phrase ends with its owner: the band's | composition, but Crohn's disease."""
    if not one.plain.endswith(("'s", "s'")):
        return False
    return not one.named or (other.plain in RELATIONAL and other.plain not in {"disease", "syndrome"})


def _without_verb(run: Sequence[Word], words: Sequence[Word], end: int) -> Sequence[Word]:
    """What is before an unknown verb: "did Schwann cells proliferate" has one, as no known verb follows the subject."""
    before = words[end - len(run) - 1].plain if end > len(run) else ""
    if len(run) < 2 or before not in INVERTING or (end < len(words) and is_verb(words[end].plain)):
        return run
    verb = next((n for n, word in enumerate(run) if n and word.plain.endswith(VERBAL)), len(run) - 1)
    return run if run[verb].named else run[:verb]


def _breaks_name(run: Sequence[Word], word: Word) -> bool:
    """Whether a lower-case word follows a name of several words: the name is whole."""
    return len(run) > 1 and all(each.named for each in run[:LONGEST]) and not word.named and word.plain not in LINKS


def _phrase(run: Sequence[Word], text: str) -> Iterator[Phrase]:
    kept = list(run)
    while kept and kept[-1].plain in LINKS:
        kept.pop()
    if not kept or len(kept) > LONGEST or all(word.text.isdigit() for word in kept):
        return
    start, end = kept[0].start, kept[-1].end
    end -= 2 if kept[-1].plain.endswith("'s") else 0
    capital = any(word.named and (word.start or len(kept) > 1 or not word.text.istitle()) for word in kept)
    yield Phrase(text[start:end], start, end, name=capital)
