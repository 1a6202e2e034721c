"""Small PDFs for tests, made with reportlab; nothing here is anybody's document."""

import io
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["PAGE", "Printer", "encrypted", "pdf_of", "words"]

PAGE = (595.0, 842.0)
_TEXT = (
    "cells of the marrow were grown in flasks and after a week most of them had spread along the plastic while others "
    "had died so that fewer than half could be counted by the end of the second passage in any of the dishes"
)
_WORDS = _TEXT.split(" ")


def words(count: int, *, start: int = 0) -> str:
    """Running text that has function words, so that it is told from a drawing's labels."""
    return " ".join(_WORDS[(start + number) % len(_WORDS)] for number in range(count))


class Printer:
    """A page's canvas with the few things that tests print; positions are in points from the top left corner."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas

    def line(self, left: float, top: float, text: str, *, size: float = 10, font: str = "Times-Roman") -> float:
        """Print a line; where it ends."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(left, PAGE[1] - top, text)
        return left + float(self.canvas.stringWidth(text, font, size))

    def column(self, left: float, top: float, text: str, *, width: float, size: float = 10, indent: float = 0) -> float:
        """Print a justified paragraph; the top of the line after it."""
        lines = self._wrapped(text, width, size, indent)
        for number, line in enumerate(lines):
            start = left + (indent if number == 0 else 0)
            room = width - (indent if number == 0 else 0)
            self._justified(start, top, line, room, size, last=number == len(lines) - 1)
            top += 1.2 * size
        return top

    def _wrapped(self, text: str, width: float, size: float, indent: float) -> list[str]:
        lines: list[str] = []
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if self.canvas.stringWidth(longer, "Times-Roman", size) > width - (0 if lines else indent):
                lines.append(line)
                longer = word
            line = longer
        return [*lines, line]

    def _justified(self, left: float, top: float, text: str, width: float, size: float, *, last: bool) -> None:
        spaces = text.count(" ")
        free = width - float(self.canvas.stringWidth(text, "Times-Roman", size))
        written = self.canvas.beginText(left, PAGE[1] - top)
        written.setFont("Times-Roman", size)
        written.setWordSpace(free / spaces if spaces and not last else 0)
        written.textOut(text)
        self.canvas.drawText(written)


def pdf_of(*pages: Callable[[Printer], object], information: Sequence[str] = (), **options: Any) -> bytes:
    """A PDF with a page for each of the functions; ``information`` is title, author, subject."""
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=PAGE, invariant=1, **options)
    for set_value, value in zip((canvas.setTitle, canvas.setAuthor, canvas.setSubject), information, strict=False):
        set_value(value)
    for print_page in pages:
        print_page(Printer(canvas))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def encrypted(data: bytes, *, password: str) -> bytes:
    """The same PDF with a password that opens it; an empty one lets everybody read."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()
