"""What the layout of the pages adds to the text: running heads, page numbers, stamps, line numbers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.extracting.pdf_characters import Page
from index.extracting.pdf_lines import Fragment, rows_of

__all__ = ["furniture_of"]

_BAND = 0.13
"""Share of the page's height at either end where running heads and feet stand."""
_STEP = 6.0
_FEWEST_NUMBERS = 8
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|pg\.?)?\s*[-–—|•\[(]?\s*(?:[a-z]?\d{1,5}|[ivxlc]{1,6})\s*[-–—|•\])]?(?:\s*(?:of|/)\s*\d{1,5})?\Z",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")


def furniture_of(pages: Sequence[Page], fragments: Sequence[Sequence[Fragment]]) -> list[set[int]]:
    """For each page the ids of the fragments that are furniture; the pages' texts stand upright."""
    edges = [list(_edges(page, found)) for page, found in zip(pages, fragments, strict=True)]
    counts = Counter(key for rows in edges for key in {key for key, _ in rows})
    found: list[set[int]] = []
    for rows, here in zip(edges, fragments, strict=True):
        repeated = {id(one) for key, row in rows for one in row if counts[key] > 1}
        found.append(repeated | _page_numbers(rows) | _line_numbers(here))
    return found


_Row = tuple[tuple[str, int], list[Fragment]]


def _edges(page: Page, fragments: Sequence[Fragment]) -> Iterator[_Row]:
    """Rows near the top and the foot with what they share with those of other pages: words and place."""
    height = max((fragment.under for fragment in fragments), default=0.0)
    height = max(height, page.height if 0 in page.turned else page.width)
    for row in rows_of(fragments):
        place = row[0].baseline
        if place > _BAND * height and place < (1 - _BAND) * height:
            continue
        for part in _apart(row):
            words = " ".join(_DIGITS.sub("#", " ".join(one.text for one in part)).split()).casefold()
            yield (words if len(words) > 3 else f"{words} {part[0].text}", round(place / _STEP)), part


def _apart(row: list[Fragment]) -> Iterator[list[Fragment]]:
    """The row, and each of its fragments where there are several: a running head beside one that changes."""
    yield row
    if len(row) > 1:
        yield from ([one] for one in row)


def _page_numbers(rows: Sequence[_Row]) -> set[int]:
    """Numbers that stand alone in the first or last row of the page, or at its ends."""
    if not rows:
        return set()
    places = sorted({row[0].baseline for _, row in rows})
    outer = {places[0], places[-1]}
    return {id(one) for _, row in rows for one in row if row[0].baseline in outer and _PAGE_NUMBER.match(one.text)}


def _line_numbers(fragments: Sequence[Fragment]) -> set[int]:
    """Numbers below each other in a margin, beside the text."""
    running = [one for one in fragments if len(one.characters) >= 30]
    if not running:
        return set()
    left, right = min(one.start for one in running), max(one.end for one in running)
    numbers = [one for one in fragments if one.text.isdigit() and (one.end < left or one.start > right)]
    values = [int(one.text) for one in numbers if len(one.text) < 7]
    rising = sum(after > before for before, after in pairwise(values))
    if len(numbers) < _FEWEST_NUMBERS or rising < 0.8 * (len(values) - 1):
        return set()
    return {id(one) for one in numbers}
