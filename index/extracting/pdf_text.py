"""Pieces written out: the text, its elements, and where each character stands.

A raised or lowered number is told from the digits and words before it by its size: a hair space (U+200A) is put
before it where it would otherwise be read with them ("10 6" for a raised 6, "growth 12" for a reference). Units and
formulas (cm2, CO2) and what follows punctuation stay together.
"""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from index.extracting.pdf_characters import Character
from index.extracting.pdf_flow import Piece
from index.extracting.pdf_lines import Line
from index.models import CharacterBoxes, Element, Span

__all__ = ["HAIR_SPACE", "Written", "write"]

HAIR_SPACE = "\u200a"
_TENTHS = 10
_SMALLER = 0.87
_RAISED = 0.1
_NOWHERE = (0, 0, 0, 0, 0)
_LONGEST_UNIT = 3
_MINUSES = "-\u2212\u2013"


@dataclass(frozen=True, slots=True)
class Written:
    """A text with what is known of it."""

    text: str
    elements: tuple[Element, ...]
    boxes: CharacterBoxes


@dataclass
class _Writing:
    """A text under way, and five numbers for each of its characters, kept small: books have millions."""

    text: list[str] = field(default_factory=list)
    boxes: "array[int]" = field(default_factory=lambda: array("i"))

    @property
    def length(self) -> int:
        return len(self.boxes) // len(_NOWHERE)

    def space(self, text: str) -> None:
        self.text.append(text)
        self.boxes.extend(_NOWHERE * len(text))

    def add(self, page: int, character: Character) -> None:
        self.text.append(character.text)
        self.boxes.extend(_box(page, character) * len(character.text))


def write(pieces: Iterable[Piece]) -> Written:
    """The text of the pieces: lines end with a line break, elements with two, rows of a table with one."""
    writing = _Writing()
    elements: list[Element] = []
    for piece in pieces:
        for lines in _units(piece):
            if writing.boxes:
                rows = piece.kind == "row" and elements[-1].kind == "row"
                writing.space("\n" if rows else "\n\n")
            start = writing.length
            _write_lines(writing, lines, tabular=piece.kind == "row")
            span = Span(start, writing.length)
            elements.append(Element(span, piece.kind, level=piece.level, soft=piece.soft))
    boxes = np.array(writing.boxes, dtype=np.int32).reshape(-1, len(_NOWHERE))
    return Written("".join(writing.text), tuple(elements), boxes)


_Placed = tuple[int, Line]


def _units(piece: Piece) -> Iterator[list[_Placed]]:
    """The lines of each element that a piece becomes: every row of a table is one."""
    lines = [(paragraph.page, line) for paragraph in piece.paragraphs for line in paragraph.lines]
    if piece.kind == "row":
        yield from ([placed] for placed in lines)
    else:
        yield lines


def _write_lines(writing: _Writing, lines: Sequence[_Placed], *, tabular: bool) -> None:
    for number, (page, line) in enumerate(lines):
        if number:
            writing.space("\n")
        cells = {id(cell.characters[0]) for cell in line.cells[1:]} if tabular else set()
        for before, character in zip([None, *line.characters], line.characters, strict=False):
            if before is not None:
                gap = "\t" if id(character) in cells else _gap(line, before, character)
                writing.space(gap)
            writing.add(page, character)


def _gap(line: Line, before: Character, character: Character) -> str:
    """The white space between two characters of a line."""
    if character.spaced:
        return " "
    if character.style.size == before.style.size:
        return ""
    shift = _shift(line, character)
    if not shift or _shift(line, before) == shift:
        return HAIR_SPACE if _leaves(line, before, character) else ""
    if before.text.isdigit():
        return HAIR_SPACE if character.text.isdigit() or character.text in _MINUSES else ""
    return HAIR_SPACE if shift > 0 and character.text.isdigit() and _ends_word(line, before) else ""


def _leaves(line: Line, before: Character, character: Character) -> bool:
    """Whether a digit on the line follows a raised or lowered one."""
    return bool(_shift(line, before)) and not _shift(line, character) and before.text.isdigit() and (
        character.text.isdigit()
    )  # fmt: skip


def _shift(line: Line, character: Character) -> int:
    """1 for a raised character, -1 for a lowered one, 0 on the line."""
    if character.style.size > _SMALLER * line.size:
        return 0
    rise = line.baseline - character.baseline
    if abs(rise) < _RAISED * line.size:
        return 0
    return 1 if rise > 0 else -1


def _ends_word(line: Line, before: Character) -> bool:
    """Whether a word ends with ``before`` that is too long for a unit or a symbol."""
    if not before.text.isalpha():
        return False
    at = next(number for number, one in enumerate(line.characters) if one is before)
    length = 0
    for one in reversed(line.characters[: at + 1]):
        if not one.text.isalpha():
            break
        length += 1
        if one.spaced:
            break
    return length > _LONGEST_UNIT


def _box(page: int, character: Character) -> tuple[int, int, int, int, int]:
    return (
        page,
        math.floor(character.left * _TENTHS),
        math.floor(character.top * _TENTHS),
        math.ceil(character.right * _TENTHS),
        math.ceil(character.bottom * _TENTHS),
    )
