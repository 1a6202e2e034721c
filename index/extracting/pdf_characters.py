"""The characters of a PDF's pages as pdfium finds them: what they are, where they stand, how they are set.

The one place that knows pypdfium2.
"""

import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Character",
    "DamagedPdf",
    "EncryptedPdf",
    "OpenPdf",
    "Page",
    "Style",
    "information_of",
    "open_pdf",
    "read_page",
]

OpenPdf = Any
"""A document as pypdfium2 holds it, which has no types."""
_Handle = Any
"""Something of pdfium's."""

_FARTHEST = 1e6
"""Points from the origin, all of a box's numbers together; the largest page that the format knows has 14,400."""
_BOLD = ("bold", "black", "heavy", "demi")
_BOLD_ENDINGS = (".b", "-b", ",b", "bd", ".bi", "-bi")
_ITALIC = ("italic", "oblique", ".i")
_ITALIC_FLAG, _BOLD_FLAG = 1 << 6, 1 << 18
_HYPHEN_MARK = "\x02"
_UNKNOWN = "\ufffd"


class DamagedPdf(Exception):
    """The bytes are no PDF that pdfium can open; the message says in what way."""


class EncryptedPdf(Exception):
    """A password is needed."""


@dataclass(frozen=True, slots=True)
class Style:
    """How characters are set: the size in points as shown, the font's name without its subset prefix."""

    size: float
    font: str
    bold: bool
    italic: bool


@dataclass(slots=True)
class Character:
    """One character on a page, or the letters of a ligature, which pdfium takes apart.

    ``left`` to ``bottom`` is its box on the page as shown, in points from the top left. The box that the layout is read
    from (``start``, ``end`` along the line, ``over``, ``under`` across it, and ``baseline``) is the same one turned
    until the character stands upright. ``spaced`` says that white space stands before it.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    start: float
    end: float
    over: float
    under: float
    baseline: float
    style: Style
    spaced: bool


@dataclass(slots=True)
class Page:
    """A page as shown, and its characters by the way they are turned (0, 90, 180, 270 degrees; -1 slanted)."""

    number: int
    width: float
    height: float
    turned: dict[int, list[Character]] = field(default_factory=dict)


def open_pdf(data: bytes) -> OpenPdf:
    """The document of pypdfium2; an empty password is tried. Raises DamagedPdf or EncryptedPdf."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise EncryptedPdf(str(error)) from error
        raise DamagedPdf(str(error)) from error


def information_of(document: OpenPdf) -> dict[str, str]:
    """The entries of the document's information dictionary that are not empty."""
    return dict(document.get_metadata_dict(skip_empty=True))


def read_page(document: OpenPdf, index: int) -> Page:
    """One page, counted from 0. Raises DamagedPdf for one that cannot be loaded."""
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError as error:
        raise DamagedPdf(str(error)) from error
    try:
        text_page = page.get_textpage()
        try:
            return _Reader(page.raw, text_page.raw, index + 1).read()
        finally:
            text_page.close()
    except pypdfium2.PdfiumError as error:
        raise DamagedPdf(str(error)) from error
    finally:
        page.close()


class _Reader:
    """Reads one page; keeps the numbers that pdfium writes into and what is known of each text object."""

    def __init__(self, page: _Handle, text_page: _Handle, number: int) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._text_page = text_page
        self._frame = _Frame.of(pdfium, page)
        self._page = Page(number, self._frame.width, self._frame.height)
        self._box = pdfium.FS_RECTF()
        self._origin = ctypes.c_double(), ctypes.c_double()
        self._set: dict[tuple[int | None, float], tuple[Style, int]] = {}
        self._fonts: dict[int, tuple[str, bool, bool]] = {}

    def read(self) -> Page:
        spaced, lead = True, 0
        for index in range(max(self._pdfium.FPDFText_CountChars(self._text_page), 0)):
            code = self._pdfium.FPDFText_GetUnicode(self._text_page, index)
            if 0xD800 <= code < 0xDC00:  # the first half of a character beyond U+FFFF; the second one comes next
                lead = code
                continue
            text, lead = _text(_whole(lead, code)), 0
            if not text or text.isspace():
                spaced = spaced or bool(text)
                continue
            spaced = not self._add(index, text, spaced=spaced) and spaced
        return self._page

    def _add(self, index: int, text: str, *, spaced: bool) -> bool:
        """Whether the character stands on the page."""
        box = self._box
        if not self._pdfium.FPDFText_GetLooseCharBox(self._text_page, index, box):
            return False
        across, along = self._origin
        self._pdfium.FPDFText_GetCharOrigin(self._text_page, index, across, along)
        numbers = box.left, box.top, box.right, box.bottom
        if not sum(map(abs, numbers)) + abs(across.value) + abs(along.value) < _FARTHEST:  # false for nan as well
            return False
        style, angle = self._style(index)
        turned = self._frame.turned(angle)
        left, top, right, bottom = self._frame.box(*numbers)
        if not self._frame.shows(left, top, right, bottom):
            return False
        start, over, end, under = self._frame.upright(turned, left, top, right, bottom)
        place = self._frame.point(across.value, along.value)
        baseline = self._frame.upright(turned, *place, *place)[1]
        shown = self._frame.kept_in(left, top, right, bottom)
        found = self._page.turned.setdefault(turned, [])
        if found and not spaced and (found[-1].start, found[-1].end, found[-1].baseline) == (start, end, baseline):
            found[-1].text += text
        else:
            found.append(Character(text, *shown, start, end, over, under, baseline, style, spaced))
        return True

    def _style(self, index: int) -> tuple[Style, int]:
        pdfium, text_page = self._pdfium, self._text_page
        item = pdfium.FPDFText_GetTextObject(text_page, index)
        address = ctypes.cast(item, ctypes.c_void_p).value if item else None
        nominal = pdfium.FPDFText_GetFontSize(text_page, index)
        key = address, nominal
        if key not in self._set:
            matrix = pdfium.FS_MATRIX()
            pdfium.FPDFText_GetMatrix(text_page, index, matrix)
            size = abs(nominal) * math.hypot(matrix.c, matrix.d)
            name, bold, italic = self._font(item)
            angle = round(math.degrees(math.atan2(matrix.b, matrix.a)))
            self._set[key] = Style(round(size, 1) if math.isfinite(size) else 0.0, name, bold, italic), angle
        return self._set[key]

    def _font(self, item: _Handle) -> tuple[str, bool, bool]:
        pdfium = self._pdfium
        font = pdfium.FPDFTextObj_GetFont(item) if item else None
        if not font:
            return "", False, False
        address = ctypes.cast(font, ctypes.c_void_p).value or 0
        if address not in self._fonts:
            buffer = ctypes.create_string_buffer(256)
            length = pdfium.FPDFFont_GetBaseFontName(font, buffer, 256)
            name = buffer.raw[: max(min(length, 256) - 1, 0)].decode("utf-8", "replace")
            flags = max(pdfium.FPDFFont_GetFlags(font), 0)
            self._fonts[address] = _font(name, flags, pdfium.FPDFFont_GetWeight(font))
        return self._fonts[address]


def _font(name: str, flags: int, weight: int) -> tuple[str, bool, bool]:
    plain = name.split("+", 1)[-1]
    lower = plain.lower()
    bold = weight >= 600 or flags & _BOLD_FLAG or lower.endswith(_BOLD_ENDINGS) or any(w in lower for w in _BOLD)
    italic = flags & _ITALIC_FLAG or any(word in lower for word in _ITALIC)
    return plain, bool(bold), bool(italic)


def _whole(lead: int, code: int) -> int:
    """The code point of two surrogates; the code itself where there are none."""
    return 0x10000 + ((lead - 0xD800) << 10) + (code - 0xDC00) if lead and 0xDC00 <= code < 0xE000 else code


def _text(code: int) -> str:
    """The character that pdfium means; empty for what cannot be seen, a space for any white space."""
    if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return _UNKNOWN
    text = chr(code)
    if text == _HYPHEN_MARK:
        return "-"
    if text.isspace():
        return " "
    return "" if code < 0x20 or 0x7F <= code < 0xA0 or code in (0xFEFF, 0xFFFE, 0xFFFF) else text


@dataclass(frozen=True, slots=True)
class _Frame:
    """The part of a page that is shown, in its own coordinates, and how it is turned (clockwise, in degrees)."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int
    width: float
    height: float

    @classmethod
    def of(cls, pdfium: _Handle, page: _Handle) -> "_Frame":
        box = pdfium.FS_RECTF()
        pdfium.FPDF_GetPageBoundingBox(page, box)
        left, right = sorted((box.left, box.right))
        bottom, top = sorted((box.bottom, box.top))
        rotation = 90 * (pdfium.FPDFPage_GetRotation(page) % 4)
        sides = (right - left, top - bottom)
        width, height = sides if rotation in (0, 180) else reversed(sides)
        return cls(left, bottom, right, top, rotation, width, height)

    def turned(self, angle: int) -> int:
        """How text that runs at ``angle`` (counter-clockwise, in the page's coordinates) is turned as shown."""
        shown = (angle - self.rotation) % 360
        nearest = round(shown / 90) * 90
        return nearest % 360 if abs(shown - nearest) <= 5 else -1

    def box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """A box of the page's coordinates as shown: left, top, right, bottom from the top left corner."""
        if not self.rotation and left <= right and bottom <= top:
            return left - self.left, self.top - top, right - self.left, self.top - bottom
        first, second = self.point(left, top), self.point(right, bottom)
        return min(first[0], second[0]), min(first[1], second[1]), max(first[0], second[0]), max(first[1], second[1])

    def point(self, horizontal: float, vertical: float) -> tuple[float, float]:
        """A point of the page's coordinates as shown, from the top left corner."""
        if self.rotation == 90:
            return vertical - self.bottom, horizontal - self.left
        if self.rotation == 180:
            return self.right - horizontal, vertical - self.bottom
        if self.rotation == 270:
            return self.top - vertical, self.right - horizontal
        return horizontal - self.left, self.top - vertical

    def upright(
        self, turned: int, left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        """A shown box after turning the page until text that is ``turned`` stands upright: start, over, end, under."""
        if turned == 90:
            return self.height - bottom, left, self.height - top, right
        if turned == 270:
            return top, self.width - right, bottom, self.width - left
        if turned == 180:
            return self.width - right, self.height - bottom, self.width - left, self.height - top
        return left, top, right, bottom

    def shows(self, left: float, top: float, right: float, bottom: float) -> bool:
        """Whether the middle of a box is on the page as shown."""
        return 0 <= (left + right) / 2 <= self.width and 0 <= (top + bottom) / 2 <= self.height

    def kept_in(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """The part of a box that is on the page."""
        return max(left, 0.0), max(top, 0.0), min(right, self.width), min(bottom, self.height)
