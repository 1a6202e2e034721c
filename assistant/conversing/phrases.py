"""Words of a question with their places, and the noun phrases in it, without a grammar: runs between function words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.conversing.lexicon import AUXILIARIES, DETERMINERS, PREPOSITIONS, RELATIONAL, WH_WORDS, is_verb
from index.tokenizing import STOP_WORDS

__all__ = ["Phrase", "Word", "names_in", "phrases_in", "words_in"]

LONGEST = 8
"""Words of a noun phrase."""
LINKS = frozenset("of the de la du von van der den del di da al el bin for on in to &".split())
"""Small words inside names: University of Vienna, On the Sunday of Life."""
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
        if run and _breaks_name(run, word):
            yield from _phrase(run, text)
            run = []
        if _belongs(words, number, run, text):
            run.append(word)
        else:
            yield from _phrase(run, text)
            run = []
    yield from _phrase(run, text)


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
    if word.plain in PREPOSITIONS:
        return False
    return not is_verb(word.plain) or previous in DETERMINERS or previous in PREPOSITIONS


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
