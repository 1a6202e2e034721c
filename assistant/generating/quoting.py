"""Where a quotation stands among the sentences that a model was given: exactly, or else what comes closest.

Exactly means: the same letters, digits and signs in the same order, in the search view. Spaces, hyphens inside words,
ligatures, quotation marks and case do not matter, nor what stands around a quotation as punctuation. A quotation is
shown with the whole sentences that it stands in, so that none can leave out a "not".
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from assistant.generating.parsing import Quote
from assistant.generating.prompting import Given, Line
from index.views import search_view

__all__ = ["Located", "NearMiss", "Quotable"]

NEAR = 80.0
"""Similarity, of 100, of a quotation to a stretch of the passages from which on that is what it came from."""
MOST_SENTENCES = 4
"""Sentences that one quotation may run over."""
SHORTEST = 8
"""Characters, folded, of a stretch that is looked for; a shorter one could stand anywhere."""

_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\(\s*(?:\.\.\.|…)\s*\)|\.\.\.|…)\s*")
_EDGES = re.compile(r"^[^\w(+<>=±~$€£%-]+|[^\w)%+°]+$")
_INNER_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_SPACE = re.compile(r"(?<!\d) | (?!\d)")


@dataclass(frozen=True, slots=True)
class Located:
    """The sentences that a quotation stands in, in reading order."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The sentence that comes closest to a quotation that stands nowhere."""

    line: Line
    similarity: float


class Quotable:
    """The passages that a model was given, to look for its quotations in."""

    def __init__(self, given: Sequence[Given]) -> None:
        self._folded = {passage.number: _Folded(passage) for passage in given}

    def find(self, quote: Quote) -> Located | NearMiss | None:
        """Where a quotation stands, in the passage that it names or else in any; what is near; None where nothing is.

        Of a quotation with an ellipsis every stretch must stand in the same passage, in this order.
        """
        stretches = [folded for part in _ELLIPSIS.split(quote.text) if len(folded := fold(part)) >= SHORTEST]
        if not stretches:
            return None
        for passage in self._first(quote.passage):
            lines = passage.find(stretches)
            if lines:
                return Located(lines)
        near = (found for passage in self._folded.values() if (found := passage.nearest(stretches)))
        return max(near, key=_similarity, default=None)

    def _first(self, number: int | None) -> Iterator["_Folded"]:
        named = self._folded.get(number) if number is not None else None
        if named:
            yield named
        yield from (passage for passage in self._folded.values() if passage is not named)


@lru_cache(maxsize=1024)
def fold(text: str) -> str:
    """What of a text must be the same for it to be the same quotation."""
    return _squeezed(_EDGES.sub("", search_view(text.strip()).text))


class _Folded:
    """A passage, folded, and where in that each of its lines begins."""

    def __init__(self, passage: Given) -> None:
        self._lines = passage.lines
        self._text = ""
        self._starts: list[int] = []
        for line in passage.lines:
            folded = _squeezed(search_view(line.shown).text)
            self._text += " " if self._text[-1:].isdigit() and folded[:1].isdigit() else ""
            self._starts.append(len(self._text))
            self._text += folded

    def find(self, stretches: Sequence[str]) -> tuple[Line, ...]:
        """The lines that these stretches stand in; none when one is missing, or they run too far."""
        found: dict[int, Line] = {}
        begin = 0
        for stretch in stretches:
            start = self._text.find(stretch, begin)
            if start < 0:
                return ()
            begin = start + len(stretch)
            found |= {number: self._lines[number] for number in self._numbers(start, begin)}
        return tuple(found[number] for number in sorted(found)) if len(found) <= MOST_SENTENCES else ()

    def nearest(self, stretches: Sequence[str]) -> NearMiss | None:
        """The line that is most like the longest of these."""
        longest = max(stretches, key=len)
        found = fuzz.partial_ratio_alignment(longest, self._text, score_cutoff=NEAR)
        if found is None or len(self._text) < SHORTEST or len(longest) > len(self._text):
            return None
        middle = (found.dest_start + found.dest_end) // 2
        return NearMiss(self._lines[self._numbers(middle, middle + 1)[0]], found.score)

    def _numbers(self, start: int, end: int) -> list[int]:
        first = bisect_right(self._starts, start) - 1
        return list(range(first, bisect_left(self._starts, end)))


def _squeezed(seen: str) -> str:
    """Without spaces, but between digits, and hyphens in words; all quotation marks alike."""
    return _SPACE.sub("", _INNER_HYPHEN.sub("", seen)).replace('"', "'")


def _similarity(near: NearMiss) -> float:
    return near.similarity
