"""Boxes of characters: merged into those of lines for people, and packed for the store."""

from collections.abc import Iterator

import numpy as np

from index.models import Box, CharacterBoxes

__all__ = ["TENTHS", "line_boxes", "pack_boxes", "unpack_boxes"]

TENTHS = 10
"""Units of CharacterBoxes in a point."""
_COLUMNS = 5
_LARGEST_GAP = 3.0
"""Times the height of a line: characters further apart than that are in different columns or cells."""


def line_boxes(boxes: CharacterBoxes) -> tuple[Box, ...]:
    """The boxes of the lines that these characters stand in, in their order; characters without a place have none."""
    return tuple(
        Box(page, left / TENTHS, top / TENTHS, right / TENTHS, bottom / TENTHS)
        for page, left, top, right, bottom in _lines(boxes)
    )


def _lines(boxes: CharacterBoxes) -> Iterator[tuple[int, int, int, int, int]]:
    line: tuple[int, int, int, int, int] | None = None
    for box in boxes.tolist():
        page, left, top, right, bottom = box
        if not page:
            continue
        if line is not None and _goes_on(line, box):
            line = page, min(line[1], left), min(line[2], top), max(line[3], right), max(line[4], bottom)
            continue
        if line is not None:
            yield line
        line = page, left, top, right, bottom
    if line is not None:
        yield line


def _goes_on(line: tuple[int, int, int, int, int], box: list[int]) -> bool:
    """Whether a character stands beside the last one of a line: raised or lowered ones do, the next line does not."""
    page, left, top, right, bottom = box
    if page != line[0]:
        return False
    height = max(line[4] - line[2], 1)
    shared = min(line[4], bottom) - max(line[2], top)
    if 2 * shared < min(height, max(bottom - top, 1)):
        return False
    return -height <= left - line[3] <= _LARGEST_GAP * height or line[1] <= left <= right <= line[3]


def pack_boxes(boxes: CharacterBoxes) -> bytes:
    """The boxes as bytes that compress well: column by column, each number as the difference to the one before."""
    return np.diff(boxes, axis=0, prepend=0).astype("<i4").T.tobytes()


def unpack_boxes(packed: bytes) -> CharacterBoxes:
    """What ``pack_boxes`` packed. Raises ValueError for any other bytes."""
    columns = np.frombuffer(packed, dtype="<i4").reshape(_COLUMNS, -1)
    return np.cumsum(columns.T, axis=0, dtype=np.int32)
