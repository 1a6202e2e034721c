"""The rows of a table element, as HTML and JATS write them."""

from collections.abc import Callable, Iterator

from index.extracting.tables import Cell
from index.extracting.walking import Node, Rule, inline_text, local_name

__all__ = ["rows_of"]

_MOST_ACROSS = 100
_MOST_DOWN = 2000


def rows_of(table: Node, rule_of: Callable[[Node], Rule]) -> tuple[list[list[Cell]], int | None]:
    """The rows of a table without tables in it, and how many of them name columns, where it says so."""
    rows: list[list[Cell]] = []
    heading_rows = 0
    for row in _row_elements(table):
        cells = [_cell(node, rule_of) for node in row if local_name(node) in ("td", "th", "entry")]
        if any(cell.text for cell in cells):
            heading_rows += local_name(row.getparent()) == "thead"
            rows.append(cells)
    return rows, heading_rows or None


def _row_elements(table: Node) -> Iterator[Node]:
    waiting = [table]
    while waiting:
        node = waiting.pop()
        if local_name(node) in ("tr", "row"):
            yield node
        elif node is table or local_name(node) in ("thead", "tbody", "tfoot", "tgroup"):
            waiting += reversed(node)


def _cell(node: Node, rule_of: Callable[[Node], Rule]) -> Cell:
    text = inline_text(node, rule_of)
    return Cell(
        text,
        local_name(node) == "th",
        _number(node, "colspan", _MOST_ACROSS),
        _number(node, "rowspan", _MOST_DOWN),
    )


def _number(node: Node, name: str, most: int) -> int:
    """How many columns or rows a cell takes; 0 rows means all that follow."""
    stated = (node.get(name) or "").strip()
    if not (stated.isascii() and stated.isdigit() and len(stated) < 7):
        return 1
    return min(int(stated) or (most if name == "rowspan" else 1), most)
