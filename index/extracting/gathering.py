"""An extracted text and its elements, put down one after the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.models import Element, ElementKind, Span
from index.table_rows import BETWEEN_CELLS

__all__ = ["KEPT_LINE", "Gathering", "clean", "folded", "kept"]

KEPT_LINE = "\ue000"
"""Stands for a line break that is to stay when white space is folded."""

_KEPT_BLANK, _KEPT_TAB = "\ue001", "\ue002"
_WHITE = re.compile(r"[ \t\n\r\f\v\x1c-\x1f\x85\u2028\u2029]+")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ue000-\ue002\ud800-\udfff]")
_KEPT = str.maketrans({" ": _KEPT_BLANK, "\t": _KEPT_TAB, "\n": KEPT_LINE, "\r": None})
_GIVEN_BACK = str.maketrans({_KEPT_BLANK: " ", _KEPT_TAB: "\t", KEPT_LINE: "\n"})
_CLOSE = frozenset({"item", "row", "reference", "metadata"})
"""Kinds that follow each other line by line; all else is parted by a blank line."""


def kept(text: str) -> str:
    """A text whose white space survives folding."""
    return clean(text).translate(_KEPT)


def clean(text: str) -> str:
    """Without characters that are no text: control characters, lone surrogates, and those that folding uses."""
    return _ODD.sub("", text)


def folded(pieces: Sequence[str]) -> str:
    """Pieces of cleaned text as one, runs of white space made a blank; no-break blanks are characters and stay."""
    text = _WHITE.sub(" ", "".join(pieces))
    return text.replace(f" {KEPT_LINE}", KEPT_LINE).replace(f"{KEPT_LINE} ", KEPT_LINE).translate(_GIVEN_BACK).strip()


@dataclass(slots=True)
class Gathering:
    """Writes a text; its elements tile what is visible of it."""

    elements: list[Element] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0

    @property
    def text(self) -> str:
        """All that was written, a line break at its end."""
        return "".join([*self._pieces, "\n"]) if self._pieces else ""

    def add(
        self,
        kind: ElementKind,
        text: str,
        *,
        level: int = 0,
        heads: Sequence[Sequence[Span]] = (),
    ) -> Span | None:
        """Write a stretch and say where it stands; None, and nothing written, where nothing of it can be seen."""
        text = text.strip()
        if not text:
            return None
        if self.elements:
            close = kind in _CLOSE and self.elements[-1].kind == kind
            self._write("\n" if close else "\n\n")
        span = Span(self._length, self._length + len(text))
        self._write(text)
        self.elements.append(Element(span, kind, level, tuple(tuple(each) for each in heads)))
        return span

    def add_row(self, cells: Sequence[str], heads: Sequence[Sequence[Span]] = ()) -> list[Span | None]:
        """Write a row of a table and say where each cell stands; None for an empty one."""
        line = BETWEEN_CELLS.join(cells)
        row = self.add("row", line, heads=heads if any(heads) else ())
        if row is None:
            return [None] * len(cells)
        at, places = row.start - (len(line) - len(line.lstrip())), list[Span | None]()
        for cell in cells:
            places.append(Span(at, at + len(cell)) if cell else None)
            at += len(cell) + len(BETWEEN_CELLS)
        return places

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
