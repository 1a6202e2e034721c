"""Fragments to blocks in reading order: columns told by the white space between them (Breuel 2003, simplified)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

import numpy as np

from index.extracting.pdf_lines import Fragment, Line, rows_of

__all__ = ["Block", "blocks_in_order"]

_LONG = 15
"""Characters from which a fragment may be a line of a column and no cell of a table."""
_LINES = 4.5
"""Line heights for which white space must part text on both sides to be a gutter."""
_GRAIN = 2.0
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


def blocks_in_order(fragments: Sequence[Fragment]) -> list[Block]:
    """The blocks of a page as they are read: column by column between what stands across columns."""
    if not fragments:
        return []
    gutters = _gutters(fragments)
    groups: dict[tuple[int, int], list[Fragment]] = {}
    for fragment in fragments:
        groups.setdefault(_columns(fragment, gutters), []).append(fragment)
    blocks: list[Block] = []
    for (first, last), group in sorted(groups.items()):
        blocks += [Block(lines, first, last) for lines in _blocks(group, _walls(fragments, group))]
    _set_margins(blocks)
    return _ordered(blocks)


def _gutters(fragments: Sequence[Fragment]) -> list[float]:
    """Where the middle of each gutter is, from left to right."""
    width = max(fragment.end for fragment in fragments)
    height = max(fragment.under for fragment in fragments)
    if not 0 < width < 20_000 or not 0 < height < 20_000:
        return []
    rows, columns = int(height / _GRAIN) + 2, int(width / _GRAIN) + 2
    covered = np.zeros((rows, columns), dtype=bool)
    running = np.zeros((rows, columns), dtype=bool)
    sizes: list[float] = []
    for fragment in fragments:
        top, bottom = _steps(fragment.over - 0.2 * fragment.size, fragment.under + 0.2 * fragment.size)
        left, right = _steps(fragment.start, fragment.end)
        covered[top:bottom, left:right] = True
        if len(fragment.characters) >= _LONG:
            running[top:bottom, left:right] = True
            sizes.append(fragment.size)
    if not sizes:
        return []
    before = np.logical_or.accumulate(running, axis=1)
    after = np.logical_or.accumulate(running[:, ::-1], axis=1)[:, ::-1]
    heights = (before & after & ~covered).sum(axis=0) * _GRAIN
    return list(_peaks(heights, _LINES * 1.2 * float(np.median(sizes))))


def _steps(low: float, high: float) -> tuple[int, int]:
    return max(int(low / _GRAIN), 0), max(int(high / _GRAIN) + 1, 0)


def _peaks(heights: "np.ndarray[tuple[int], np.dtype[np.float64]]", threshold: float) -> Iterator[float]:
    """The middle of the highest stretch of each run above the threshold."""
    inside = np.flatnonzero(heights >= threshold)
    for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
        if len(run):
            highest = run[heights[run] >= 0.95 * heights[run].max()]
            if (run[-1] - run[0] + 1) * _GRAIN >= _NARROWEST:
                yield (float(highest[0] + highest[-1]) / 2 + 0.5) * _GRAIN


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
