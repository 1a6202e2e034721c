"""Whether the characters under a citation's boxes are its quote, by a reader that had no part in it (pdfminer.six)."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.models import Box

__all__ = ["Glyph", "agrees", "glyphs_of", "text_under"]

_MARGIN = 0.6


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
    """What stands under the boxes, box by box from left to right; a glyph under two is read once."""
    seen: set[int] = set()
    found: list[str] = []
    for box in boxes:
        under = [glyph for glyph in glyphs.get(box.page, ()) if id(glyph) not in seen and _is_under(glyph, box)]
        seen.update(map(id, under))
        found += [glyph.text for glyph in sorted(under, key=lambda glyph: glyph.across)]
    return "".join(found)


def _is_under(glyph: Glyph, box: Box) -> bool:
    return (
        box.left - _MARGIN <= glyph.across <= box.right + _MARGIN
        and box.top - _MARGIN <= glyph.down <= box.bottom + _MARGIN
    )


def agrees(quote: str, printed: str) -> bool:
    """Whether two texts are the same characters, compatibility forms and white space apart."""
    return _bare(quote) == _bare(printed)


def _bare(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFKC", text) if not character.isspace())
