"""Files become Documents, decoded or extracted and otherwise untouched, or say clearly why they cannot."""

import os
from dataclasses import dataclass
from hashlib import sha256

from index.errors import FileSkipped
from index.folders import Source
from index.formats import Format, check_unread, format_of
from index.manifest import stated_by
from index.models import Document
from index.titles import title_in

__all__ = ["Opened", "load", "make_document", "open_file"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was read and not looked at yet; ``id`` is that of its Document."""

    source: Source
    data: bytes
    format: Format
    id: str


def load(source: Source, *, max_bytes: int, fallback_encoding: str) -> Document:
    """The Document that a file holds.

    ``fallback_encoding`` decodes bytes that are no Unicode encoding; where it has no characters for them, latin-1 does.
    Raises FileSkipped, with a reason as in Skipped, when the file cannot be indexed.
    """
    return make_document(open_file(source, max_bytes=max_bytes), fallback_encoding=fallback_encoding)


def open_file(source: Source, *, max_bytes: int) -> Opened:
    """The bytes of a file. Raises FileSkipped."""
    name = source.location.name
    check_unread(name, shown=source.path)
    data = _read(source, max_bytes)
    format_ = format_of(name, data, shown=source.path)
    return Opened(source, data, format_, f"sha256:{sha256(data).hexdigest()}")


def make_document(opened: Opened, *, fallback_encoding: str) -> Document:
    """The Document that an opened file holds. Raises FileSkipped."""
    source = opened.source
    reading = opened.format.read(source.path, opened.data, fallback_encoding)
    stated = source.entry.title if source.entry else None
    return Document(
        id=opened.id,
        location=str(source.location),
        path=source.path,
        title=stated or reading.title or title_in(reading) or source.path.rsplit("/", 1)[-1],
        text=reading.text,
        encoding=reading.encoding,
        size=len(opened.data),
        media_type=reading.media_type,
        extractor=reading.extractor,
        metadata={**reading.metadata, **(source.entry.metadata if source.entry else {})},
        stated=stated_by(source.entry),
        elements=reading.elements,
        boxes=reading.boxes,
    )


def _read(source: Source, max_bytes: int) -> bytes:
    try:
        with source.location.open("rb") as file:
            data = file.read(max_bytes + 1)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError as error:
        message = f"{source.path} vanished before it was read. Index again if it is back."
        raise FileSkipped("vanished", message) from error
    except OSError as error:
        message = f"{source.path} cannot be read: {error.strerror}. Check its permissions, then index again."
        raise FileSkipped("unreadable", message) from error
    if len(data) > max_bytes:
        message = f"{source.path} has {max(size, len(data)):,} bytes, more than the limit of {max_bytes:,}."
        raise FileSkipped("too_large", f"{message} Split it, or raise the limit.")
    return data
