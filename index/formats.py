"""The formats that are read, by the suffix of a file's name, and those that are not, with what to do instead."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

from index.decoding import decode
from index.errors import FileSkipped
from index.extracting import extractor_of
from index.models import Reading

__all__ = ["FORMATS", "Format", "check_type", "check_unread", "format_of", "is_document"]

Reader = Callable[[str, bytes, str], Reading]
"""From the path to name in messages, the file's bytes and the fallback encoding; raises FileSkipped."""


class Format(NamedTuple):
    """How files of a format are read, and what reads them in this version: see Document.extractor."""

    read: Reader
    extractor: Callable[[], str]


def is_document(suffix: str) -> bool:
    """Whether files of this type hold documents, read or not, so that leaving one out must be said."""
    return suffix in FORMATS or suffix in _NOT_YET


def check_type(name: str, *, shown: str | None = None) -> None:
    """Raises FileSkipped, saying what to do instead, for a name whose type is not read; ``shown`` is for people."""
    check_unread(name, shown=shown or name)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in FORMATS:
        raise _unknown_format(shown or name, suffix)


def check_unread(name: str, *, shown: str) -> None:
    """Raises FileSkipped for a name of a type that holds documents and is not read: its bytes need not be looked at."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _NOT_YET:
        raise _NOT_YET[suffix](shown)


def format_of(name: str, data: bytes, *, shown: str) -> Format:
    """The format of a file by its name. Raises FileSkipped, saying what to do, where its bytes are another's."""
    suffix = PurePosixPath(name).suffix.lower()
    if data.startswith(b"%PDF-") and suffix != ".pdf":
        raise FileSkipped("pdf", f"{shown} is a PDF by its content. Name it .pdf and index that.")
    check_type(name, shown=shown)
    return FORMATS[suffix]


def _other_format(kind: str, instead: str, path: str) -> FileSkipped:
    message = f"{path} is {kind}, which is not read yet. Save it as {instead} and index that."
    return FileSkipped("format", message)


def _unknown_format(path: str, suffix: str) -> FileSkipped:
    what = f"of the type {suffix}" if suffix else "without a type in its name"
    known = ", ".join(FORMATS)
    message = f"{path} is {what}, which is not read. If it is plain text, name it .txt (read are: {known})."
    return FileSkipped("format", message)


_WORD = partial(_other_format, "a word processor's document", "Word's .docx")
_BOOK = partial(_other_format, "an electronic book", "a web page (.html) or plain text (.txt)")
_SHEET = partial(_other_format, "a table or a slide show", "a web page (.html) or plain text (.txt)")
_MARKUP = partial(_other_format, "marked-up text", "a web page (.html) or plain text (.txt)")

_NOT_YET: Mapping[str, Callable[[str], FileSkipped]] = {
    ".doc": _WORD,
    ".odt": _WORD,
    ".rtf": _WORD,
    ".epub": _BOOK,
    ".xls": _SHEET,
    ".xlsx": _SHEET,
    ".ppt": _SHEET,
    ".pptx": _SHEET,
    ".rst": _MARKUP,
    ".tex": _MARKUP,
}
"""Formats that hold documents and have no reader, so that leaving them out must be said."""


def _read_text(media_type: str, path: str, data: bytes, fallback_encoding: str) -> Reading:
    if not data:
        raise FileSkipped("empty", f"{path} is empty. Fill it or delete it.")
    text, encoding = decode(path, data, fallback_encoding)
    if not text.lstrip("\ufeff").strip():
        raise FileSkipped("empty", f"{path} holds nothing but white space. Fill it or delete it.")
    return Reading(text, encoding, media_type, "text 1")


def _extract(name: str, path: str, data: bytes, fallback_encoding: str) -> Reading:
    """What the extractor of a format makes of a file, in a process of its own."""
    if not data.strip():
        raise FileSkipped("empty", f"{path} is empty. Fill it or delete it.")
    from index.extracting.apart import extract_apart

    options = {"fallback_encoding": fallback_encoding} if name in _DECODING else {}
    return extract_apart(name, path, data, options=options)


_DECODING = frozenset({"html", "medline"})
"""Extractors of formats whose files need not say which encoding they are in."""


def _text(media_type: str) -> Format:
    return Format(partial(_read_text, media_type), lambda: "text 1")


def _extracted(name: str) -> Format:
    return Format(partial(_extract, name), partial(extractor_of, name))


FORMATS: Mapping[str, Format] = {
    ".txt": _text("text/plain"),
    ".text": _text("text/plain"),
    ".md": _text("text/markdown"),
    ".markdown": _text("text/markdown"),
    ".pdf": _extracted("pdf"),
    ".docx": _extracted("word"),
    ".html": _extracted("html"),
    ".htm": _extracted("html"),
    ".xhtml": _extracted("html"),
    ".xml": _extracted("jats"),
    ".nbib": _extracted("medline"),
}
"""Each format by suffix. A new one is one more line here and, if it is no plain text, one in index/extracting."""
