"""A table's row as it is searched: each cell with the headings over it. What is shown and cited is the row itself."""

import re
from collections.abc import Mapping, Sequence

from index.models import Heads, Span

__all__ = ["BETWEEN_CELLS", "cells_of", "head_spans", "heads_from", "heads_listed", "searched_row"]

BETWEEN_CELLS = " | "
"""Parts the cells of a row: seen by whoever reads it, where a tab, folded to a blank, would make one number of two."""
_PARTING = re.compile(r"(?:(?<=\s)|^)\|(?=\s|$)")


def cells_of(row: str) -> list[str]:
    """The cells of a row, empty ones too, white space folded or not."""
    return [cell.strip() for cell in _PARTING.split(row)]


def head_spans(heads: Heads) -> list[Span]:
    """Every heading once, in the order of the cells."""
    return list(dict.fromkeys(span for over in heads for span in over))


def heads_listed(heads: Heads) -> list[list[list[int]]]:
    """Headings as JSON holds them."""
    return [[[span.start, span.end] for span in over] for over in heads]


def heads_from(listed: Sequence[Sequence[Sequence[int]]] = ()) -> Heads:
    """Headings from JSON; none where it has none."""
    return tuple(tuple(Span(start, end) for start, end in over) for over in listed)


def searched_row(row: str, heads: Heads, texts: Mapping[Span, str]) -> str:
    """A row as "Arm: Early; Dose: 5 mg", ``texts`` being those of the headings.

    An empty cell counts where it has a heading: it goes on from the cell above. A row that is not whole, or whose cells
    cannot be told, comes after all its headings.
    """
    cells = cells_of(row)
    if len(cells) != len(heads):
        return f"{', '.join(texts[span] for span in head_spans(heads))}: {row}"
    named = (_named(cell, [texts[span] for span in over]) for cell, over in zip(cells, heads, strict=True))
    return "; ".join(filter(None, named))


def _named(cell: str, over: Sequence[str]) -> str:
    return ": ".join(filter(None, [" ".join(over), cell]))
