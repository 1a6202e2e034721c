"""Words of a question with their places, and the noun phrases in it, without a grammar: runs between function words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.conversing.lexicon import AUXILIARIES, DETERMINERS, PREDICATES, PREPOSITIONS, QUANTITIES, RELATIONAL, WH_WORDS, is_verb
from index.tokenizing import STOP_WORDS

__all__ = ["Phrase", "Word", "names_in", "phrases_in", "words_in"]

LONGEST = 8
"""Words of a noun phrase."""
LINKS = frozenset("of the de la du von van der den del di da al el bin &".split())
"""Small words inside names: University of Vienna, On the Sunday of Life."""
INVERTING = frozenset("do does did can could will would should may might didn't doesn't don't".split())
"""Auxiliaries that a subject and the base form of a verb follow."""
VERBAL = ("ate", "ise", "ize", "ify")
SUBJECTS = frozenset("i he she it they we you".split())
FAMILIAR = frozenset("family early anomaly assembly daily weekly monthly jelly fly only".split())
"""Words in -ly that are no adverbs."""
PAST = frozenset("made led came became began went got gave took said told won".split())
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
    word, previous = words[number], words[number - 1].plain if number else ""
    following = words[number + 1] if number + 1 < len(words) else None
    if word.plain in LINKS and run and run[-1].named and following and following.named:
        return previous not in LINKS or word.plain == "the"
    if text.startswith(".", word.end) and len(word.text) == 1 and word.text.isupper():
        return True
    begins = text[: word.start].rstrip()[-1:] in {"", ".", "?", "!", ":"}
    if word.named and not begins and word.text != "I":
        return True
    if word.plain in STOP_WORDS or word.plain in AUXILIARIES or word.plain in WH_WORDS:
        return False
    if word.plain in PREPOSITIONS or (word.plain in QUANTITIES and previous == "how"):
        return False
    if (word.plain in PREDICATES and (run or not following)) or (
        word.plain.endswith("ed") and (run or previous in AUXILIARIES)
    ):
        return False
    if previous in SUBJECTS or (word.plain.endswith("ly") and word.plain not in FAMILIAR):
        return False
    if previous in {"what", "which"} and (word.plain in PAST or (word.plain.endswith("ed") and is_verb(word.plain))):
        return False
    after_verb = word.plain.endswith("ed") and is_verb(previous)
    return not is_verb(word.plain) or previous in DETERMINERS or previous in PREPOSITIONS or after_verb


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
    return len(run) > 1 and all(each.named for each in run) and not word.named and word.plain not in LINKS


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
