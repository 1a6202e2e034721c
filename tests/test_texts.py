"""Texts in pieces: whatever is cut out of them stands so in the file, at these bytes and lines."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.models import Document, Passage, Sentence, Span
from index.store import PIECE_LENGTH, Piece
from index.texts import locate, piece_numbers, sentence_parts, split_text
from index.writing import record_of
from tests.fake_store import FakeVolume

MARKS = {"utf-8-sig": codecs.BOM_UTF8, "utf-16": codecs.BOM_UTF16_LE, "utf-32": codecs.BOM_UTF32_LE}
PLAIN = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
FRAGMENTS = ["\r\n", "\r", "\n", "\n\r", "\x00", " ", "word", "\u2028", "\x85", "\x0b", "\x0c"]
WIDE = ["\U0001f9ec", "e\u0301", "\u05d0\u05d1", "\ufeff", "\u0915\u094d", "\u6f22"]


def file_bytes(text: str, encoding: str) -> bytes:
    return MARKS.get(encoding, b"") + text.encode(PLAIN.get(encoding, encoding))


def line_of(text: str, position: int) -> int:
    """Counted one character at a time: the line that a character stands in."""
    line = 1
    for at in range(position):
        ends = text[at] == "\n" or (text[at] == "\r" and text[at + 1 : at + 2] != "\n")
        line += ends
    return line


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A text and its encoding; what is awkward sits at its ends and around the ends of pieces."""
    encoding = draw(st.sampled_from(ENCODINGS))
    single = encoding in {"cp1252", "latin-1"}
    fragments = st.lists(
        st.sampled_from([f for f in FRAGMENTS if not single or f.isascii()] + ([] if single else WIDE))
    )
    text = "".join(draw(fragments))
    for _ in range(draw(st.integers(0, 3))):
        filler = draw(st.sampled_from(["x", "\n", "\r", "\r\n"] if single else ["x", "\r\n", "\U0001f9ec", "\r"]))
        short = draw(st.integers(0, 4))
        room = max(0, PIECE_LENGTH - len(text) % PIECE_LENGTH - short)
        text += (filler * room)[:room] + "".join(draw(fragments))
    return (text or "x"), encoding


@st.composite
def spans_in(draw: st.DrawFn) -> tuple[str, str, Span]:
    text, encoding = draw(texts())
    near = sorted(
        {p + d for p in range(0, len(text) + 1, PIECE_LENGTH) for d in range(-3, 4) if 0 <= p + d < len(text)}
    )
    anywhere = st.integers(0, len(text) - 1)
    start = draw(st.sampled_from(near) | anywhere)
    length = draw(st.integers(1, 5) | st.integers(1, len(text)))
    return text, encoding, Span(start, min(len(text), start + length))


@given(spans_in())
def test_any_span_is_where_the_file_has_it(case: tuple[str, str, Span]) -> None:
    text, encoding, span = case
    numbers = piece_numbers(span)
    found = locate(split_text(text, encoding)[numbers.start : numbers.stop], span, encoding)
    assert found.span == span
    assert found.text == text[span.start : span.end]
    cut = file_bytes(text, encoding)[found.start_byte : found.end_byte]
    assert cut.decode(PLAIN.get(encoding, encoding)) == found.text
    assert found.start_line == line_of(text, span.start)
    assert found.end_line == line_of(text, span.end - 1)


@given(texts())
def test_pieces_are_the_text_and_fit_a_record(case: tuple[str, str]) -> None:
    text, encoding = case
    pieces = split_text(text, encoding)
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.number for piece in pieces] == list(range(len(pieces)))
    for piece in pieces:
        assert piece.start == piece.number * PIECE_LENGTH
        assert len(piece.text.encode()) <= 16 * 1024
        assert piece.start_byte == len(file_bytes(text[: piece.start], encoding))
        assert piece.start_line == line_of(text, piece.start)


@given(spans_in())
def test_only_the_pieces_that_a_span_lies_in_are_read(case: tuple[str, str, Span]) -> None:
    text, encoding, span = case
    pieces = split_text(text, encoding)
    numbers = piece_numbers(span)
    touched = [p.number for p in pieces if p.start < span.end and span.start < p.start + len(p.text)]
    assert list(numbers) == touched


def test_a_line_end_split_between_pieces_is_one() -> None:
    text = "a" * (PIECE_LENGTH - 1) + "\r\nb"
    pieces = split_text(text, "utf-8")
    assert [piece.start_line for piece in pieces] == [1, 1]
    found = locate(pieces[1:], Span(PIECE_LENGTH + 1, PIECE_LENGTH + 2), "utf-8")
    assert (found.text, found.start_line, found.end_line) == ("b", 2, 2)


def test_pieces_that_do_not_reach_the_span_are_refused() -> None:
    pieces = split_text("x" * (PIECE_LENGTH + 10), "utf-8")
    with pytest.raises(ValueError, match="span"):
        locate(pieces[:1], Span(PIECE_LENGTH - 1, PIECE_LENGTH + 1), "utf-8")
    with pytest.raises(ValueError, match="span"):
        locate(pieces[1:], Span(PIECE_LENGTH - 1, PIECE_LENGTH + 1), "utf-8")


def test_an_empty_text_has_no_pieces() -> None:
    assert split_text("", "utf-8-sig") == []


def test_the_mark_of_a_file_is_counted_in_bytes_only() -> None:
    assert split_text("x", "utf-8-sig") == [Piece(0, 0, 3, 1, "x")]


def test_parts_of_a_sentence_are_read_wherever_they_stand() -> None:
    text = "A sentence that the page" + "x" * 9000 + " breaks in two."
    document = Document("sha256:1", "/a.txt", "a.txt", "A", text, "utf-8", len(text))
    sentence = Sentence((Span(0, 24), Span(len(text) - 15, len(text))), "prose", "")
    passage = Passage("key", 0, Span(0, 24), text[:24], "", "prose", (sentence,))
    volume = FakeVolume({}, {("key", piece.number): piece for piece in split_text(text, "utf-8")})
    record = record_of(document, "key", passages=1)
    assert sentence_parts(volume, record, passage, sentence) == ["A sentence that the page", " breaks in two."]
