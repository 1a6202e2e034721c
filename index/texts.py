"""A document's text in stored pieces, and spans read back from them with their bytes and lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.boxes import line_boxes
from index.decoding import bom_length, byte_length
from index.models import Box, Document, DocumentRecord, Element, Passage, Sentence, Span
from index.store import PIECE_LENGTH, Piece, Volume
from index.table_rows import head_spans

__all__ = [
    "LINE_END",
    "Location",
    "heading_texts",
    "locate",
    "piece_numbers",
    "pieces_of",
    "read_all",
    "restored",
    "sentence_parts",
    "split_text",
    "stored_text",
]

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Location:
    """A span of a document as it stands in the file: bytes 0-based, end exclusive; lines 1-based, inclusive.

    In an extracted text there are no bytes, lines are those of that text, and ``boxes`` are where the lines of the span
    stand on their pages, if the format has pages.
    """

    span: Span
    text: str
    start_byte: int | None
    end_byte: int | None
    start_line: int
    end_line: int
    boxes: tuple[Box, ...] = ()

    @property
    def extracted(self) -> bool:
        """Whether the text was made by an extractor, so that its lines and bytes are not the file's."""
        return self.start_byte is None

    @property
    def pages(self) -> tuple[int, int] | None:
        """First and last page; None where the format has none."""
        pages = [box.page for box in self.boxes]
        return (min(pages), max(pages)) if pages else None


def pieces_of(document: Document) -> list[Piece]:
    """A document's text in pieces, with what an extractor knows of each."""
    pieces = split_text(document.text, document.encoding)
    within: dict[int, list[Element]] = {}
    for element in document.elements:
        within.setdefault(element.span.start // PIECE_LENGTH, []).append(element)
    boxes = document.boxes
    return [
        replace(
            piece,
            elements=tuple(within.get(piece.number, ())),
            boxes=None if boxes is None else boxes[piece.start : piece.start + len(piece.text)],
        )
        for piece in pieces
    ]


def split_text(text: str, encoding: str | None) -> list[Piece]:
    """The text in pieces of ``PIECE_LENGTH`` code points, each knowing where it starts in the file."""
    pieces: list[Piece] = []
    byte, line = bom_length(encoding) if encoding else 0, 1
    for start in range(0, len(text), PIECE_LENGTH):
        content = text[start : start + PIECE_LENGTH]
        pieces.append(Piece(len(pieces), start, byte, line, content))
        byte += byte_length(content, encoding) if encoding else 0
        line += _line_ends(content, following=text[start + PIECE_LENGTH : start + PIECE_LENGTH + 1])
    return pieces


def piece_numbers(span: Span) -> range:
    """The numbers of the pieces that a span lies in."""
    return range(span.start // PIECE_LENGTH, (span.end - 1) // PIECE_LENGTH + 1)


def stored_text(volume: Volume, record: DocumentRecord) -> str:
    """All of a document's text. Raises StaleRead when it is gone."""
    return restored(volume, record).text


def restored(volume: Volume, record: DocumentRecord) -> Document:
    """A document as it was stored, its layout included. Raises StaleRead when it is gone."""
    pieces = volume.pieces({record.key: piece_numbers(Span(0, record.characters))})[record.key]
    boxes = [piece.boxes for piece in pieces if piece.boxes is not None]
    return Document(
        id=record.id,
        location=record.location,
        path=record.path,
        title=record.title,
        text="".join(piece.text for piece in pieces),
        encoding=record.encoding,
        size=record.size,
        media_type=record.media_type,
        extractor=record.extractor,
        metadata=record.metadata,
        stated=record.stated,
        elements=tuple(element for piece in pieces for element in piece.elements),
        boxes=np.concatenate(boxes) if boxes else None,
    )


def locate(pieces: Sequence[Piece], span: Span, encoding: str | None) -> Location:
    """Cut a span out of consecutive pieces that cover it. Raises ValueError when they do not."""
    text, first = "".join(piece.text for piece in pieces), pieces[0]
    here = Span(span.start - first.start, span.end - first.start)
    cut = here.cut(text)
    before = text[: here.start]
    start_byte = first.start_byte + byte_length(before, encoding) if encoding else None
    boxes = [piece.boxes for piece in pieces if piece.boxes is not None]
    start_line = first.start_line + _line_ends(before, following=cut[:1])
    return Location(
        span=span,
        text=cut,
        start_byte=start_byte,
        end_byte=start_byte + byte_length(cut, encoding) if encoding and start_byte is not None else None,
        start_line=start_line,
        end_line=start_line + _line_ends(cut[:-1], following=cut[-1:]),
        boxes=line_boxes(np.concatenate(boxes)[here.start : here.end]) if boxes else (),
    )


def read_all(volume: Volume, places: Sequence[tuple[DocumentRecord, Span]]) -> list[Location]:
    """The stored text under each of these spans, all of it asked for at once. Raises StaleRead when some is gone."""
    wanted: dict[str, set[int]] = {}
    for record, span in places:
        wanted.setdefault(record.key, set()).update(piece_numbers(span))
    pieces = {key: {piece.number: piece for piece in found} for key, found in volume.pieces(wanted).items()}
    return [
        locate([pieces[record.key][number] for number in piece_numbers(span)], span, record.encoding)
        for record, span in places
    ]


def heading_texts(volume: Volume, record: DocumentRecord, passage: Passage) -> dict[Span, str]:
    """The source text of every heading over the cells of a passage's rows. Raises StaleRead when it is gone."""
    spans = dict.fromkeys(span for sentence in passage.sentences for span in head_spans(sentence.heads))
    outside = [span for span in spans if not passage.span.contains(span)]
    read = zip(outside, read_all(volume, [(record, span) for span in outside]), strict=True) if outside else ()
    elsewhere = {span: location.text for span, location in read}
    return {span: elsewhere.get(span) or span.shift(-passage.span.start).cut(passage.text) for span in spans}


def sentence_parts(volume: Volume, record: DocumentRecord, passage: Passage, sentence: Sentence) -> list[str]:
    """The source text of every part of a sentence. Raises StaleRead when what is not in the passage itself is gone."""
    return [_part(volume, record, passage, part) for part in sentence.parts]


def _part(volume: Volume, record: DocumentRecord, passage: Passage, part: Span) -> str:
    if passage.span.contains(part):
        return part.shift(-passage.span.start).cut(passage.text)
    return read_all(volume, [(record, part)])[0].text


def _line_ends(text: str, *, following: str) -> int:
    """How many line ends lie in ``text``; a final CR whose LF is ``following`` ends with that, not here."""
    split_pair = text.endswith("\r") and following == "\n"
    return len(LINE_END.findall(text)) - split_pair
