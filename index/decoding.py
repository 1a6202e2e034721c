"""Bytes become text, and places in the text are found again in the bytes.

Every encoding that is recorded decodes the file's bytes to the text. A mark at the start (BOM) belongs to the encodings
``utf-8-sig``, ``utf-16`` and ``utf-32``: it is no character of the text, and byte offsets count it. Byte offset of a
position: ``bom_length(encoding) + byte_length(text[:position], encoding)``.

``utf-16`` and ``utf-32`` stand for both byte orders, as the mark tells them apart and lengths are the same in both. So
``text.encode(encoding)`` need not give back a marked file: Python writes the machine's own byte order. The file's bytes
are its mark followed by ``text.encode(unmarked(encoding, mark))``, and a piece of them is decoded likewise.
"""

import codecs
from collections import Counter
from collections.abc import Iterator
from unicodedata import category

from index.errors import FileSkipped, SettingsError

__all__ = ["bom_length", "byte_length", "decode", "unmarked", "with_marks"]

_SNIFFED = 8_000
_CONTROL_SHARE = 0.1
_MARKED_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BOM_LENGTHS = {"utf-8-sig": 3, "utf-16": 2, "utf-32": 4}
_UNMARKED = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_BIG_ENDIAN = {"utf-16": (codecs.BOM_UTF16_BE, "utf-16-be"), "utf-32": (codecs.BOM_UTF32_BE, "utf-32-be")}


def bom_length(encoding: str) -> int:
    """The bytes before the first character of a file recorded with ``encoding``."""
    return _BOM_LENGTHS.get(encoding, 0)


def unmarked(encoding: str, head: bytes = b"") -> str:
    """The codec for a piece from the middle of a file recorded with ``encoding``.

    ``head`` is the file's bytes, or as many of its first as the mark has; without it, UTF-16 and UTF-32 are taken to be
    little-endian, which is enough for lengths.
    """
    mark, big_endian = _BIG_ENDIAN.get(encoding, (b"", ""))
    return big_endian if mark and head.startswith(mark) else _UNMARKED.get(encoding, encoding)


def with_marks(text: str, encoding: str) -> Iterator[bytes]:
    """The bytes of the files that hold this text and are recorded with ``encoding``: one, or one for each mark."""
    marks = [mark for mark, marked in _MARKED_ENCODINGS if marked == encoding]
    for mark in marks or [b""]:
        yield mark + text.encode(unmarked(encoding, mark))


def byte_length(text: str, encoding: str) -> int:
    """The bytes that ``text``, any piece of a Document's text, takes in a file recorded with ``encoding``."""
    return len(text.encode(unmarked(encoding)))


def decode(path: str, data: bytes, fallback_encoding: str) -> tuple[str, str]:
    """The text and the encoding it was in; raises FileSkipped("binary", …), naming ``path``, when it is no text."""
    for encoding in _candidates(data):
        text = _decoded(data, encoding)
        if text is not None:
            break
    else:
        if b"\x00" in data[:_SNIFFED]:
            cure = r"Remove its NUL bytes (tr -d '\000' < FILE > CLEAN.txt)"
            raise _binary(path, f"it has a NUL byte in its first {_SNIFFED:,} bytes", cure)
        text, encoding = _decode_single_byte(data, fallback_encoding)
    if _odd_share(text[:_SNIFFED], "Cc") > _CONTROL_SHARE:
        test = f"more than 10 % of its first {_SNIFFED:,} characters are control characters"
        raise _binary(path, test, "Remove them")
    return text, encoding


def _binary(path: str, test: str, cure: str) -> FileSkipped:
    message = f"{path} is not a text: {test}. {cure}, or export it as text, and index the result."
    return FileSkipped("binary", message)


def _candidates(data: bytes) -> Iterator[str]:
    """The Unicode encodings that the bytes may be in, the likeliest first."""
    yield from (encoding for mark, encoding in _MARKED_ENCODINGS if data.startswith(mark))
    if b"\x00" in data[:_SNIFFED]:
        yield from _unmarked_utf16(data)
    else:
        yield "utf-8"


def _unmarked_utf16(data: bytes) -> Iterator[str]:
    """UTF-16 without a mark has its NULs, those of blanks and Latin letters, on one side of each pair of bytes."""
    head = data[: _SNIFFED - _SNIFFED % 2]
    even, odd = head[::2].count(0), head[1::2].count(0)
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    few, many = sorted((even, odd))
    text = _decoded(data, encoding) if few * 10 <= many and many * 50 >= len(head) else None
    if text is not None and _odd_share(text[:_SNIFFED], "Cc", "Cn", "Co") < 0.01:
        yield encoding


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text, when the bytes decode and it encodes back to them; else None."""
    mark = data[: bom_length(encoding)]
    if mark and (mark, encoding) not in _MARKED_ENCODINGS:
        return None
    try:
        text = data.decode(encoding)
        return text if mark + text.encode(unmarked(encoding, mark)) == data else None
    except UnicodeError:
        return None


def _decode_single_byte(data: bytes, fallback_encoding: str) -> tuple[str, str]:
    try:
        encoding = codecs.lookup(fallback_encoding).name
        text = _decoded(data, encoding)
    except LookupError as error:
        message = f"The fallback encoding {fallback_encoding!r} is not known. Use one that Python knows, as cp1252."
        raise SettingsError(message) from error
    if text is None or not _encodes_piecewise(text, encoding, len(data)):
        return data.decode("latin-1"), "latin-1"
    return text, encoding


def _encodes_piecewise(text: str, encoding: str, size: int) -> bool:
    """Whether each character takes the same bytes wherever it stands, as byte offsets of pieces need."""
    return sum(len(character.encode(encoding)) * count for character, count in Counter(text).items()) == size


def _odd_share(text: str, *categories: str) -> float:
    """The share of characters, white space apart, that are of these Unicode categories; 0 for an empty text."""
    odd = sum(category(character) in categories and not character.isspace() for character in text)
    return odd / max(len(text), 1)
