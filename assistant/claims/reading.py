"""Claims and quotations as the checks read them: words with their terms, in sentences and clauses."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from assistant.claims.judge import Premise
from index.abbreviations import find_definitions
from index.lexical import Ways
from index.tokenizing import terms, words
from index.views import search_view

__all__ = ["Evidence", "Statement", "Word", "key", "keys", "read", "read_premise", "sentences_of"]

SHORTEST_VARIANT = 5
_CHANGING_WORDS = "all some no not non most many more less few only each every before after over under"
_CHANGING = frozenset(_CHANGING_WORDS.split())
_REFERENCE = re.compile(r"\s?\[\d[\d,–\s-]{0,40}\]")
_SENTENCE_END = re.compile(
    r"(?<!\bvs\.)(?<!\bal\.)(?<!\bFig\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bDr\.)(?<!\bNo\.)(?<!\bapprox\.)"
    r"(?<=[.!?])\s+(?=[\"“(]?[A-Z0-9])"
)
_CLAUSE_END = re.compile(
    r"[;:]\s|,\s|[()]|\s-\s|\b(?=(?:but|whereas|while|although|though|however|because|since|which|despite|unlike)\b)"
    r"|\band (?=(?:did|do|does|was|were|is|are|had|has|have|not|no|without|failed)\b)"
)
_LAST_LETTER = re.compile(r"\+$|[a-z]{2}-[a-z]$")
"""What tells CD4+ from CD4-, and VEGF-A from VEGF-C."""
_POINT = re.compile(r"(?<=\d)·(?=\d)")
_IN_TWO = re.compile(r"\b(up|down)[ -](?=regulat)")
_ANAPHOR = re.compile(
    r"\s*(?:\S+\s+){0,2}(?:it|its|itself|they|their|them|these|this|those|such|both|he|she|his|her|the latter)\b",
    re.IGNORECASE,
)
_SPELLINGS = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"(?<=[^aeiou])ae|(?<=[^aeiou])oe|^ae|^oe", "e"),
        (r"our(?=s?\b|e|i)", "or"),
        (r"lys(?=e|ing)", "lyz"),
        (r"(?<=[a-z]{3})is(?=e[ds]?\b|ations?\b|ing\b)", "iz"),
        (r"ll(?=ed\b|ing\b)", "l"),
        (r"^sulph", "sulf"),
        (r"(?<=[bt])re(?=s?\b)", "er"),
    )
)


@lru_cache(maxsize=65536)
def spelled_alike(word: str) -> str:
    """The same for British and American spellings of a word, or of its stem; it need be no word."""
    if len(word) < SHORTEST_VARIANT:
        return word
    for pattern, plain in _SPELLINGS:
        word = pattern.sub(plain, word)
    return word


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A word of the search view at its place; a stop word has no terms.

    ``clause`` counts from 0 in its sentence; ``aside`` says whether it stands in brackets.
    """

    text: str
    terms: tuple[str, ...]
    clause: int
    aside: bool = False

    @property
    def key(self) -> str:
        """What tables name it by: its stem, or a stop word as it is."""
        return self.terms[0] if self.terms else self.text


@lru_cache(maxsize=65536)
def _terms(word: str) -> tuple[str, ...]:
    return tuple(terms(spelled_alike(word)))


def key(word: str) -> str:
    """What a word of a table is found by."""
    found = _terms(word)
    return found[0] if found else word


def keys(table: str) -> frozenset[str]:
    """What the words of a table are found by."""
    return frozenset(map(key, table.split()))


@dataclass(frozen=True, eq=False)
class Statement:
    """A sentence, read: its folded text and its words."""

    source: str
    folded: str
    words: tuple[Word, ...]

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of all its words."""
        return frozenset(term for word in self.words for term in word.terms)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """Its words that are no stop words."""
        return tuple(word for word in self.words if word.terms)

    @property
    def is_question(self) -> bool:
        """Whether it asks."""
        return self.source.rstrip().endswith("?")

    @cached_property
    def refers_back(self) -> bool:
        """Whether it starts with "it", "these …", so that a sentence before says what it is about."""
        return _ANAPHOR.match(self.source) is not None


@lru_cache(maxsize=1024)
def read(sentence: str) -> Statement:
    """Read a sentence; reference numbers in brackets are left out."""
    plain = _REFERENCE.sub("", sentence)
    folded = _POINT.sub(".", _IN_TWO.sub(r"\1", search_view(plain).text))
    return Statement(plain, folded, tuple(_words(folded)))


def _words(folded: str) -> Iterator[Word]:
    start, depth, number = 0, 0, 0
    for end in [*_CLAUSE_END.finditer(folded), None]:
        clause = folded[start : end.start() if end else None]
        yield from (Word(word, _terms(word), number, aside=depth > 0) for word in words(clause))
        if end:
            start, number = end.end(), number + 1
            depth = max(0, depth + (end[0] == "(") - (end[0] == ")"))


def sentences_of(text: str) -> list[str]:
    """The sentences of a quotation, by rules that are good enough for a few of them."""
    return [found for part in _SENTENCE_END.split(" ".join(text.split())) if (found := part.strip())]


@dataclass(frozen=True)
class Evidence:
    """A premise, read: the sentences of its quotations, and the terms of what stands around and over them."""

    sentences: tuple[Statement, ...]
    around: frozenset[str]
    ways: Mapping[str, Sequence[frozenset[str]]]

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of all quotations."""
        return frozenset(term for sentence in self.sentences for term in sentence.terms)

    @cached_property
    def refers_back(self) -> bool:
        """Whether a sentence starts with "it", "these …": then what stands around may name its subject."""
        return any(sentence.refers_back for sentence in self.sentences)

    def says(self, word: Word) -> bool:
        """Whether the quotations say the word, in whatever way."""
        return self.says_in(word, self.terms)

    def says_in(self, word: Word, found: frozenset[str]) -> bool:
        """Whether these terms say the word. A name with a number must stand with its number, a compound whole."""
        if not word.terms:
            return False
        if word.terms[0] in found or any(self._meant(term, found) for term in word.terms[:1]):
            return True
        if _LAST_LETTER.search(word.text):
            return False
        if any(map(str.isdigit, word.text)):
            return any(term in found for term in word.terms if any(map(str.isdigit, term)))
        parts = word.terms[1:]
        if not _CHANGING.isdisjoint(word.text.split("-")):
            return False
        return bool(parts) and all(term in found or self._meant(term, found) for term in parts)

    def _meant(self, term: str, found: frozenset[str]) -> bool:
        return any(way.issubset(found) for way in self.ways.get(term, ()))

    def named_around(self, word: Word) -> bool:
        """Whether the word is what "it" or "these …" in a quotation may stand for."""
        return self.refers_back and self.says_in(word, self.terms | self.around)


def read_premise(premise: Premise) -> Evidence:
    """Read a premise; abbreviations that its own sentences define mean what they say there."""
    texts = [*premise.quotes, *premise.before, *premise.after, *premise.over]
    return Evidence(
        sentences=tuple(read(sentence) for quote in premise.quotes for sentence in sentences_of(quote)),
        around=frozenset(term for text in texts for term in read(text).terms),
        ways=_ways(premise.ways, texts),
    )


def _ways(given: Ways, texts: Iterable[str]) -> dict[str, list[frozenset[str]]]:
    ways: dict[str, list[frozenset[str]]] = {}
    for term, said in [*_alike(given), *_defined(texts)]:
        ways.setdefault(term, []).append(said)
    return ways


def _alike(given: Ways) -> Iterator[tuple[str, frozenset[str]]]:
    for term, ways in given.items():
        for way in ways:
            yield _stem_alike(term), frozenset(map(_stem_alike, way))


@lru_cache(maxsize=65536)
def _stem_alike(term: str) -> str:
    """The stem of another spelling of a stem's word: haematopoiet as hematopoiet, randomis as random."""
    return key(f"{term}e") if term.endswith("is") else spelled_alike(term)


def _defined(texts: Iterable[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for text in texts:
        for short, long in find_definitions(" ".join(text.split()), "prose"):
            name = [_stem_alike(term) for term in long.split("_")]
            yield _stem_alike(short), frozenset(name)
            yield from ((term, frozenset([_stem_alike(short)])) for term in name)
