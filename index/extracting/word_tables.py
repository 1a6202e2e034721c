"""The rows of a table in a Word document."""

from collections.abc import Callable, Iterator

from index.extracting.tables import Cell
from index.extracting.walking import Node
from index.extracting.word_package import word_value

__all__ = ["heading_rows_of", "is_data", "rows_of_word"]

_MOST_ACROSS = 100


def rows_of_word(table: Node, text_of: Callable[[Node], str]) -> list[list[Cell]]:
    """The rows; a cell that goes on from the one above is part of that one."""
    rows: list[list[Cell]] = []
    above: dict[int, tuple[int, int]] = {}
    for number, row in enumerate(_rows(table)):
        rows.append([])
        column = 0
        for node in row.iterchildren("{*}tc"):
            across = _across(node)
            merged = word_value(node, "tcPr/vMerge")
            if merged is not None and merged != "restart" and column in above:
                at, place = above[column]
                cell = rows[at][place]
                rows[at][place] = Cell(cell.text, cell.head, cell.across, number - at + 1)
            else:
                above[column] = (number, len(rows[-1]))
                rows[-1].append(Cell(text_of(node), across=across))
            column += across
    return rows


def heading_rows_of(table: Node) -> int | None:
    """How many rows are repeated as headings on every page; None where the table does not say."""
    count = 0
    for row in _rows(table):
        if word_value(row, "trPr/tblHeader") in (None, "0", "false", "off"):
            break
        count += 1
    return count or None


def is_data(table: Node) -> bool:
    """Whether a table has several columns and rows, and no table in it: else it lays out a page."""
    if next(table.iterdescendants("{*}tbl"), None) is not None:
        return False
    sizes = [sum(1 for _ in row.iterchildren("{*}tc")) for row in _rows(table)]
    return len(sizes) > 1 and max(sizes) > 1


def _rows(table: Node) -> Iterator[Node]:
    yield from table.iterchildren("{*}tr")


def _across(cell: Node) -> int:
    stated = word_value(cell, "tcPr/gridSpan") or ""
    return max(1, min(int(stated), _MOST_ACROSS)) if stated.isascii() and stated.isdigit() and len(stated) < 7 else 1
