"""Tables become rows of text, each cell knowing the headings of its columns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.extracting.gathering import Gathering
from index.models import Span

__all__ = ["Cell", "add_table"]

_MOST_COLUMNS = 40
_MOST_HEADING_ROWS = 6
"""A table with more of them keeps its rows, not their headings: it is data for machines."""
_MOST_ROWS_DOWN = 2000
_FIGURE = re.compile(r"[\W_]*\d")

Heads = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in one line of text; ``across`` and ``down`` are the columns and rows that it takes."""

    text: str
    head: bool = False
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class _Carried:
    """A cell of a row above that reaches down into this one."""

    span: Span | None
    rows: int
    across: int


def add_table(gathering: Gathering, rows: Sequence[Sequence[Cell]], *, heading_rows: int | None = None) -> None:
    """Write a table's rows. ``heading_rows`` is how many of them name columns, where the format says so."""
    rows = [row for row in rows if any(cell.text for cell in row)]
    wide = max((sum(cell.across for cell in row) for row in rows), default=0)
    first = _heading_rows(rows) if heading_rows is None else min(heading_rows, len(rows))
    if wide > _MOST_COLUMNS or first > _MOST_HEADING_ROWS:
        for row in rows:
            gathering.add_row([cell.text for cell in row])
    else:
        _Writing(gathering, first if first < len(rows) else 0, wide).write(rows)


def _heading_rows(rows: Sequence[Sequence[Cell]]) -> int:
    """The rows of heading cells at the top; else the first one if it has no figures and the others have."""
    marked = 0
    while marked < len(rows) and all(cell.head or not cell.text for cell in rows[marked]):
        marked += 1
    if marked or len(rows) < 2 or len(rows[0]) < 2:
        return marked
    worded = all(not _FIGURE.match(cell.text) for cell in rows[0])
    return int(worded and any(_FIGURE.match(cell.text) for row in rows[1:] for cell in row[1:]))


class _Writing:
    """Writes rows one by one; knows the headings over each column and the cells that reach down."""

    def __init__(self, gathering: Gathering, heading_rows: int, wide: int) -> None:
        self._gathering = gathering
        self._heading_rows = heading_rows
        self._wide = wide
        self._over: dict[int, list[Span]] = {}
        self._carried: dict[int, _Carried] = {}
        self._group: Heads = ()

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        for number, row in enumerate(rows):
            if number < self._heading_rows:
                self._write_headings(row)
            else:
                self._write_cells(row)

    def _write_headings(self, row: Sequence[Cell]) -> None:
        placed = list(self._placed(row))
        spans = self._gathering.add_row([cell.text if cell else "" for _, cell in placed])
        for (column, cell), span in zip(placed, spans, strict=True):
            if cell and span:
                for covered in range(column, column + cell.across):
                    self._over.setdefault(covered, []).append(span)
        self._carry(placed, spans)

    def _write_cells(self, row: Sequence[Cell]) -> None:
        placed = list(self._placed(row))
        if len(row) == 1 and 1 < self._wide <= row[0].across:
            self._group = tuple(span for span in self._gathering.add_row([row[0].text]) if span)
            return
        heads = [self._heads(column, cell) for column, cell in placed]
        if heads and self._group:
            heads[0] = (*self._group, *heads[0])
        spans = self._gathering.add_row([cell.text if cell else "" for _, cell in placed], heads)
        self._carry(placed, spans)

    def _placed(self, row: Sequence[Cell]) -> Iterator[tuple[int, Cell | None]]:
        """The cells of a row with their columns; None where one from above takes the place."""
        column = 0
        for cell in row:
            while column in self._carried:
                yield column, None
                column += self._carried[column].across
            yield column, cell
            column += cell.across
        while column in self._carried:
            yield column, None
            column += self._carried[column].across

    def _heads(self, column: int, cell: Cell | None) -> Heads:
        """The headings of a cell; of one that reaches down from above, that one after its own."""
        above = self._carried[column] if cell is None else None
        across = above.across if above else cell.across if cell else 1
        found = dict.fromkeys(span for at in range(column, column + across) for span in self._over.get(at, ()))
        if above:
            return (*found, above.span) if above.span and above.span not in found else ()
        return tuple(found) if cell and cell.text else ()

    def _carry(self, placed: Sequence[tuple[int, Cell | None]], spans: Sequence[Span | None]) -> None:
        left: dict[int, _Carried] = {}
        for (column, cell), span in zip(placed, spans, strict=True):
            if cell is not None and cell.down > 1:
                left[column] = _Carried(span, min(cell.down, _MOST_ROWS_DOWN) - 1, cell.across)
            elif cell is None and (above := self._carried[column]).rows > 1:
                left[column] = _Carried(above.span, above.rows - 1, above.across)
        self._carried = left
