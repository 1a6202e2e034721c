"""Fragments to blocks in reading order: columns told by the white space between them (Breuel 2003, simplified)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from index.extracting.pdf_lines import Fragment, Line, rows_of

__all__ = ["Block", "blocks_in_order", "gutters_of"]

_LONG = 15
"""Characters from which a fragment may be a line of a column and no cell of a table."""
_LINES = 4.5
"""Line heights for which white space must part text on both sides to be a gutter."""
_FEWEST_LINES = 0.9
"""The same where other pages have a gutter in the same place."""
_SAME = 8.0
_GRAIN = 2.0
_LARGEST = 20_000
_TOLERANCE = 2.0
_NARROWEST = 4.0
_APART = 1.3
"""Times the usual distance of lines: what is further apart is another block."""
_MOST = 400
"""Blocks on a page beyond which it is a drawing or hostile, and the order is from top to bottom."""


@dataclass
class Block:
    """Lines of one column, or across several, without a gap; ``first`` and ``last`` are the columns' numbers."""

    lines: list[Line]
    first: int
    last: int
    left: float = 0.0
    right: float = 0.0

    @cached_property
    def top(self) -> float:
        """Where its first line begins."""
        return min(line.over for line in self.lines)

    @cached_property
    def bottom(self) -> float:
        """Where its last line ends."""
        return max(line.under for line in self.lines)

    @cached_property
    def middle(self) -> float:
        """Half way down, which is what tells above from below."""
        return (self.top + self.bottom) / 2

    def shares_column(self, other: "Block") -> bool:
        """Whether both stand in one column at least."""
        return self.first <= other.last and other.first <= self.last


def blocks_in_order(fragments: Sequence[Fragment], gutters: Sequence[float]) -> list[Block]:
    """The blocks of a page as they are read: column by column between what stands across columns."""
    groups: dict[tuple[int, int], list[Fragment]] = {}
    for fragment, columns in _placed(fragments, gutters):
        groups.setdefault(columns, []).append(fragment)
    blocks: list[Block] = []
    for (first, last), group in sorted(groups.items()):
        blocks += [Block(lines, first, last) for lines in _blocks(group, _walls(fragments, group))]
    _set_margins(blocks)
    return _ordered(blocks)


def gutters_of(pages: Sequence[Sequence[Fragment]]) -> list[list[float]]:
    """Where the gutters of each page are, from left to right: their middles.

    A gutter of another page counts where it has a line of text on both sides.
    """
    heights = [_white_heights(fragments) for fragments in pages]
    clear = [list(_peaks(white, _LINES)) for white in heights]
    places = [gutter for gutters in clear for gutter in gutters]
    found: list[list[float]] = []
    for white, gutters in zip(heights, clear, strict=True):
        usual = [
            gutter
            for gutter in _peaks(white, _FEWEST_LINES)
            if any(abs(gutter - other) <= _SAME for other in places)
            and all(abs(gutter - other) > _SAME for other in gutters)
        ]
        found.append(sorted([*gutters, *usual]))
    return found


_Heights = NDArray[np.float64]


def _white_heights(fragments: Sequence[Fragment]) -> _Heights:
    """For each step across a page: how many lines of white space have running text on both sides there."""
    width = max((fragment.end for fragment in fragments), default=0.0)
    height = max((fragment.under for fragment in fragments), default=0.0)
    sizes = [fragment.size for fragment in fragments if len(fragment.characters) >= _LONG]
    if not sizes or not 0 < width < _LARGEST or not 0 < height < _LARGEST:
        return np.zeros(0)
    covered = np.zeros((int(height / _GRAIN) + 2, int(width / _GRAIN) + 2), dtype=bool)
    running = np.zeros_like(covered)
    for fragment in fragments:
        rows = _steps(fragment.over - 0.2 * fragment.size, fragment.under + 0.2 * fragment.size)
        columns = _steps(fragment.start, fragment.end)
        covered[rows, columns] = True
        running[rows, columns] |= len(fragment.characters) >= _LONG
    before = np.logical_or.accumulate(running, axis=1)
    after = np.logical_or.accumulate(running[:, ::-1], axis=1)[:, ::-1]
    white: _Heights = (before & after & ~covered).sum(axis=0) * (_GRAIN / (1.2 * float(np.median(sizes))))
    return white


def _steps(low: float, high: float) -> slice:
    return slice(max(int(low / _GRAIN), 0), max(int(high / _GRAIN) + 1, 0))


def _peaks(heights: _Heights, threshold: float) -> Iterator[float]:
    """The middle of the highest stretch of each run above the threshold."""
    inside = np.flatnonzero(heights >= threshold)
    for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
        if len(run):
            highest = run[heights[run] >= 0.95 * heights[run].max()]
            if (run[-1] - run[0] + 1) * _GRAIN >= _NARROWEST:
                yield (float(highest[0] + highest[-1]) / 2 + 0.5) * _GRAIN


def _placed(fragments: Sequence[Fragment], gutters: Sequence[float]) -> Iterator[tuple[Fragment, tuple[int, int]]]:
    """Each fragment with its columns; the short last line of what stands across columns belongs to that."""
    above: list[tuple[Fragment, tuple[int, int]]] = []
    for row in rows_of(fragments):
        placed = [(fragment, _columns(fragment, gutters)) for fragment in row]
        if len(row) == 1:
            fragment, columns = placed[0]
            placed = [(fragment, next((wide for one, wide in above if _ends(one, wide, fragment, columns)), columns))]
        yield from placed
        above = placed


def _ends(line: Fragment, wide: tuple[int, int], fragment: Fragment, columns: tuple[int, int]) -> bool:
    """Whether a fragment is the last line of text across columns that ``line`` is the line before of."""
    alike = line.style.font == fragment.style.font and abs(line.size - fragment.size) < 0.05 * line.size
    below = 0 < fragment.baseline - line.baseline < 1.7 * line.size
    return (
        alike
        and below
        and wide[0] < wide[1]
        and wide[0] <= columns[0] <= columns[1] <= wide[1]
        and abs(line.start - fragment.start) <= _TOLERANCE
    )


def _columns(fragment: Fragment, gutters: Sequence[float]) -> tuple[int, int]:
    first = sum(gutter <= fragment.start + _TOLERANCE for gutter in gutters)
    last = sum(gutter < fragment.end - _TOLERANCE for gutter in gutters)
    return first, max(first, last)


def _walls(fragments: Sequence[Fragment], group: Sequence[Fragment]) -> list[Fragment]:
    """Other fragments wide enough to part the lines of a group."""
    left, right = min(one.start for one in group), max(one.end for one in group)
    members = {id(one) for one in group}
    return [
        one
        for one in fragments
        if id(one) not in members and min(one.end, right) - max(one.start, left) > 0.4 * (right - left)
    ]


def _blocks(group: Sequence[Fragment], walls: Sequence[Fragment]) -> Iterator[list[Line]]:
    every = [_line(row) for row in rows_of(group)]
    apart = _APART * _leading(every)
    lines: list[Line] = []
    for line in every:
        if lines and not _goes_on(lines[-1], line, walls, apart):
            yield lines
            lines = []
        lines.append(line)
    if lines:
        yield lines


def _leading(lines: Sequence[Line]) -> float:
    """From one baseline to the next, in sizes of the letters."""
    steps = [(below.baseline - line.baseline) / max(line.size, below.size) for line, below in pairwise(lines)]
    usual = [step for step in steps if 0.9 <= step <= 3.0]
    return median(usual) if len(usual) > 2 else 1.25


def _line(row: Sequence[Fragment]) -> Line:
    characters = [character for fragment in row for character in fragment.characters]
    for fragment in row[1:]:
        fragment.characters[0].spaced = True
    return Line(characters, tuple(row))


def _goes_on(line: Line, below: Line, walls: Sequence[Fragment], apart: float) -> bool:
    size = max(line.size, below.size)
    if below.baseline - line.baseline > apart * size or abs(line.size - below.size) > 0.12 * size:
        return False
    return not any(line.baseline < wall.baseline < below.baseline for wall in walls)


def _set_margins(blocks: Sequence[Block]) -> None:
    """Left and right end of the text of each block's columns."""
    for block in blocks:
        peers = [
            line
            for other in blocks
            if (other.first, other.last) == (block.first, block.last)
            for line in other.lines
            if len(line.characters) >= _LONG
        ] or block.lines
        block.left = min(line.start for line in peers)
        block.right = max(line.end for line in peers)


def _ordered(blocks: list[Block]) -> list[Block]:
    """A block comes after those above it in its columns and those left of it that nothing across columns parts."""
    left = sorted(blocks, key=lambda block: (block.top, block.first))
    if len(left) > _MOST:
        return left
    across = [block for block in left if block.last > block.first]
    before = {id(block): {id(other) for other in left if _precedes(other, block, across)} for block in left}
    ordered: list[Block] = []
    while left:
        waiting = {id(block) for block in left}
        ready = [block for block in left if not before[id(block)] & waiting] or left[:1]
        chosen = min(ready, key=lambda block: (block.first, block.top))
        ordered.append(chosen)
        left.remove(chosen)
    return ordered


def _precedes(first: Block, second: Block, across: Sequence[Block]) -> bool:
    if first is second:
        return False
    if first.shares_column(second):
        return first.middle < second.middle
    if first.first > second.first:
        return any(_parts(wall, first, second) for wall in across) and first.middle < second.middle
    return not any(_parts(wall, second, first) for wall in across)


def _parts(wall: Block, upper: Block, lower: Block) -> bool:
    """Whether a block across columns lies between two blocks and spans them both."""
    return (
        wall.shares_column(upper)
        and wall.shares_column(lower)
        and wall is not upper
        and wall is not lower
        and upper.middle < wall.middle < lower.middle
    )
