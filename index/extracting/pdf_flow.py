"""Paragraphs of pages to those of the text: what a page or column broke is put together before what stood between.

A figure, a running head or a footnote between the two halves of a paragraph is read after it: so do people, and so a
sentence stays in one piece.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.extracting.pdf_paragraphs import Paragraph
from index.models import ElementKind
from index.segmenting.boundaries import ABBREVIATED
from index.segmenting.lines import ends_sentence

__all__ = ["Piece", "flowing"]

_REACH = 400
"""Paragraphs that may stand between the two halves of one."""
_PASSED = frozenset({"caption", "furniture", "row", "metadata", "paragraph", "item", "heading"})
_CLOSERS = "([{“‘\"'«"


@dataclass(slots=True)
class Piece:
    """What becomes one element: paragraphs of pages, joined."""

    kind: ElementKind
    level: int
    paragraphs: list[Paragraph]
    soft: bool = False


def flowing(paragraphs: Sequence[Paragraph], kinds: Sequence[ElementKind], levels: Sequence[int]) -> Iterator[Piece]:
    """The pieces of a text in reading order."""
    used: set[int] = set()
    for number, paragraph in enumerate(paragraphs):
        if number in used:
            continue
        piece = Piece(kinds[number], levels[number], [paragraph])
        at = number
        while (following := _continuation(paragraphs, kinds, at, used)) is not None:
            used.add(following)
            piece.paragraphs.append(paragraphs[following])
            at = following
        yield piece


def _continuation(paragraphs: Sequence[Paragraph], kinds: Sequence[ElementKind], at: int, used: set[int]) -> int | None:
    """The number of the paragraph in which this one goes on; None where it ends."""
    one = paragraphs[at]
    if kinds[at] == "title":
        return at + 1 if kinds[at + 1 : at + 2] == ["title"] else None
    if kinds[at] not in ("paragraph", "item", "reference") or not _is_open(one.text):
        return None
    headed = False
    for number in range(at + 1, min(at + 1 + _REACH, len(paragraphs))):
        if number in used:
            continue
        other = paragraphs[number]
        if other.page > one.page + 2:
            return None
        if _is_alike(one, other) and kinds[number] in ("paragraph", kinds[at]):
            return number if _goes_on(one, other, headed=headed) else None
        if kinds[number] not in _PASSED:
            return None
        headed = headed or kinds[number] == "heading"
    return None


def _is_open(text: str) -> bool:
    return not ends_sentence(text) or ABBREVIATED.search(text[-40:]) is not None


def _is_alike(one: Paragraph, other: Paragraph) -> bool:
    """Whether both are set in the same letters and lines of one width."""
    return abs(one.size - other.size) <= 0.04 * one.size and one.bold == other.bold


def _goes_on(one: Paragraph, other: Paragraph, *, headed: bool) -> bool:
    head = other.text.lstrip(_CLOSERS)[:1]
    if head.islower():
        return True
    if headed or other.is_indented or one.text.endswith(":"):
        return False
    return one.is_full and (one.block is not other.block)
