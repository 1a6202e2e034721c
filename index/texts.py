"""A document's text in stored pieces, and spans read back from them with their bytes and lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.decoding import bom_length, byte_length
from index.models import DocumentRecord, Passage, Sentence, Span
from index.store import PIECE_LENGTH, Piece, Volume

__all__ = [
    "LINE_END",
    "Location",
    "locate",
    "piece_numbers",
    "read_all",
    "sentence_parts",
    "split_text",
    "stored_text",
]

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Location:
    """A span of a document as it stands in the file: bytes 0-based, end exclusive; lines 1-based, inclusive."""

    span: Span
    text: str
    start_byte: int
    end_byte: int
    start_line: int
    end_line: int


def split_text(text: str, encoding: str) -> list[Piece]:
    """The text in pieces of ``PIECE_LENGTH`` code points, each knowing where it starts in the file."""
    pieces: list[Piece] = []
    byte, line = bom_length(encoding), 1
    for start in range(0, len(text), PIECE_LENGTH):
        content = text[start : start + PIECE_LENGTH]
        pieces.append(Piece(len(pieces), start, byte, line, content))
        byte += byte_length(content, encoding)
        line += _line_ends(content, following=text[start + PIECE_LENGTH : start + PIECE_LENGTH + 1])
    return pieces


def piece_numbers(span: Span) -> range:
    """The numbers of the pieces that a span lies in."""
    return range(span.start // PIECE_LENGTH, (span.end - 1) // PIECE_LENGTH + 1)


def stored_text(volume: Volume, record: DocumentRecord) -> str:
    """All of a document's text. Raises StaleRead when it is gone."""
    pieces = volume.pieces({record.key: piece_numbers(Span(0, record.characters))})[record.key]
    return "".join(piece.text for piece in pieces)


def locate(pieces: Sequence[Piece], span: Span, encoding: str) -> Location:
    """Cut a span out of consecutive pieces that cover it. Raises ValueError when they do not."""
    text, first = "".join(piece.text for piece in pieces), pieces[0]
    here = Span(span.start - first.start, span.end - first.start)
    cut = here.cut(text)
    before = text[: here.start]
    start_byte = first.start_byte + byte_length(before, encoding)
    start_line = first.start_line + _line_ends(before, following=cut[:1])
    return Location(
        span=span,
        text=cut,
        start_byte=start_byte,
        end_byte=start_byte + byte_length(cut, encoding),
        start_line=start_line,
        end_line=start_line + _line_ends(cut[:-1], following=cut[-1:]),
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
