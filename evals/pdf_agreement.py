"""Whether the characters under a citation's boxes are its quote, by a reader that had no part in it (pdfminer.six)."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.models import Box

__all__ = ["Glyph", "agrees", "glyphs_of", "text_under"]

_ACROSS, _DOWN = 0.4, 0.8
"""Points: two libraries take the height of a letter from different tables of its font."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """What another reader says is printed, and its middle in points from the top left corner of the page as shown."""

    text: str
    across: float
    down: float


def glyphs_of(path: Path) -> dict[int, list[Glyph]]:
    """Every character of a PDF by page, as pdfminer.six reads it."""
    from pdfminer.high_level import extract_pages

    return {
        number: list(_glyphs(layout, layout.bbox[0], layout.bbox[3]))
        for number, layout in enumerate(extract_pages(path, laparams=None), start=1)
    }


def _glyphs(item: object, left: float, top: float) -> Iterator[Glyph]:
    from pdfminer.layout import LTChar, LTContainer

    if isinstance(item, LTChar):
        text = item.get_text()
        if not text.isspace():
            yield Glyph(text, (item.x0 + item.x1) / 2 - left, top - (item.y0 + item.y1) / 2)
    elif isinstance(item, LTContainer):
        for inner in item:
            yield from _glyphs(inner, left, top)


def text_under(boxes: Sequence[Box], glyphs: dict[int, list[Glyph]]) -> str:
    """What stands under the boxes, box by box from left to right; a glyph under two is read in the nearer one."""
    under: list[list[Glyph]] = [[] for _ in boxes]
    for page in dict.fromkeys(box.page for box in boxes):
        here = [number for number, box in enumerate(boxes) if box.page == page]
        for glyph in glyphs.get(page, ()):
            over = [number for number in here if _is_under(glyph, boxes[number])]
            if over:
                under[min(over, key=lambda number: _distance(glyph, boxes[number]))].append(glyph)
    return "".join(glyph.text for found in under for glyph in sorted(found, key=lambda glyph: glyph.across))


def _distance(glyph: Glyph, box: Box) -> float:
    """How far a glyph stands from the middle of a box, as a share of its height."""
    return abs(glyph.down - (box.top + box.bottom) / 2) / max(box.bottom - box.top, 1.0)


def _is_under(glyph: Glyph, box: Box) -> bool:
    return (
        box.left - _ACROSS <= glyph.across <= box.right + _ACROSS
        and box.top - _DOWN <= glyph.down <= box.bottom + _DOWN
    )


def agrees(quote: str, printed: str) -> bool:
    """Whether two texts are the same characters, compatibility forms, white space and accents apart.

    Accents: pdfminer.six gives those that TeX prints over a letter as characters of their own.
    """
    return _bare(quote) == _bare(printed)


def _bare(text: str) -> str:
    whole = unicodedata.normalize("NFKD", text)
    return "".join(one for one in whole if not one.isspace() and unicodedata.category(one) not in ("Mn", "Sk"))
