"""Blocks to paragraphs: parted where indents, the ends of lines or the letters say so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from index.extracting.pdf_characters import Style
from index.extracting.pdf_columns import Block
from index.extracting.pdf_lines import Fragment, Line
from index.segmenting.lines import ends_sentence
from index.segmenting.patterns import BULLET, CAPTION, NUMBERED

__all__ = ["Paragraph", "paragraphs_of"]

_INDENT = 0.6
"""Times the size of the letters, from which a line is indented."""
_DEEPEST = 6.0
_SHORT = 0.2
"""Share of the column that a line leaves free when a paragraph ends in it."""


@dataclass
class Paragraph:
    """Lines that belong together, in one block of one page."""

    page: int
    lines: list[Line]
    block: Block

    @cached_property
    def text(self) -> str:
        """The lines joined by spaces, for looking at."""
        return " ".join(line.text for line in self.lines)

    @cached_property
    def style(self) -> Style:
        """The style of its longest line."""
        return max(self.lines, key=lambda line: len(line.characters)).style

    @property
    def size(self) -> float:
        """The size of its letters."""
        return max(self.style.size, 1.0)

    @cached_property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(_share(line, "bold") > 0.9 for line in self.lines)

    @cached_property
    def fonts(self) -> set[str]:
        """The fonts of its letters."""
        return {font for line in self.lines for font, _ in _fonts(line)}

    @cached_property
    def italic(self) -> bool:
        """Whether all of it is italic."""
        return all(_share(line, "italic") > 0.9 for line in self.lines)

    @property
    def is_full(self) -> bool:
        """Whether the last line reaches the end of its column."""
        return self.lines[-1].end >= self.block.right - 1.5 * self.size

    @property
    def is_indented(self) -> bool:
        """Whether the first line is indented in its column."""
        return self.lines[0].start > self.block.left + _INDENT * self.size

    @property
    def is_tabular(self) -> bool:
        """Whether its lines are rows of cells."""
        several = sum(len(line.cells) > 1 for line in self.lines)
        return several > 0.5 * len(self.lines)


def _share(line: Fragment, what: Literal["bold", "italic"]) -> float:
    letters = [character for character in line.characters if character.text.isalnum()] or line.characters
    return sum(bool(getattr(character.style, what)) for character in letters) / len(letters)


def paragraphs_of(page: int, block: Block) -> Iterator[Paragraph]:
    """The paragraphs of a block, in its order."""
    lines: list[Line] = []
    for number, line in enumerate(block.lines):
        if lines and _starts(block, lines, line, block.lines[number + 1 : number + 2]):
            yield Paragraph(page, lines, block)
            lines = []
        lines.append(line)
    if lines:
        yield Paragraph(page, lines, block)


def _starts(block: Block, lines: Sequence[Line], line: Line, following: Sequence[Line]) -> bool:
    """Whether a line starts a paragraph below ``lines``, those of the paragraph so far."""
    before = lines[-1]
    if CAPTION.match(lines[0].text):
        return before.end < block.right - 1.5 * before.size and _is_set_apart(before, line)
    if _is_set_apart(before, line):
        return True
    return _is_indented(lines, line, following) or _hangs_out(lines, line) or _is_after_end(block, before, line)


def _is_set_apart(before: Line, line: Line) -> bool:
    """Whether all of one line is bold, or in other letters of a heading, and all of the next is not."""
    bold = sorted((_share(before, "bold"), _share(line, "bold")))
    if bold[0] < 0.1 and bold[1] > 0.9:
        return True
    return before.end < line.end - 2 * line.size and _fonts(before).isdisjoint(_fonts(line))


def _fonts(line: Line) -> set[tuple[str, bool]]:
    """The fonts of a line's letters, those of its marks and raised numbers left out."""
    letters = [character for character in line.characters if character.text.isalpha()] or line.characters
    return {(character.style.font, character.style.italic) for character in letters}


def _is_indented(lines: Sequence[Line], line: Line, following: Sequence[Line]) -> bool:
    before = lines[-1]
    step = (line.start - before.start) / line.size
    if not _INDENT < step < _DEEPEST or (line.text[:1].islower() and not ends_sentence(before.text)):
        return False
    if len(lines) == 1 and (NUMBERED.match(before.text) or BULLET.match(before.text)):
        return False
    if following:
        back = (line.start - following[0].start) / line.size
        return back > _INDENT or (len(lines) > 1 and ends_sentence(before.text))
    return ends_sentence(before.text) or len(lines) > 1


def _hangs_out(lines: Sequence[Line], line: Line) -> bool:
    """Whether the line starts where the first one did and those between are indented: entries of a list."""
    if len(lines) < 2:
        return bool(NUMBERED.match(line.text) or BULLET.match(line.text)) and ends_sentence(lines[-1].text)
    hanging = min(other.start for other in lines[1:]) - lines[0].start > _INDENT * line.size
    return hanging and abs(line.start - lines[0].start) <= _INDENT * line.size


def _is_after_end(block: Block, before: Line, line: Line) -> bool:
    """Whether the line before ended early and with a full stop, or the line opens an item of a list."""
    room = block.right - before.end
    short = room > max(_SHORT * (block.right - block.left), 2 * line.size)
    if BULLET.match(line.text):
        return True
    return ends_sentence(before.text) and (
        (short and not line.text[:1].islower()) or (NUMBERED.match(line.text) is not None and room > 2 * line.size)
    )
