"""The public shapes of documents, without their text and with a stretch of it."""

from typing import Literal

from pydantic import BaseModel, Field

from api.jobs.uploads import is_upload
from api.shapes.citations import PageBox, boxes_out
from index.models import DocumentRecord
from index.texts import Location

__all__ = ["DocumentList", "DocumentOut", "DocumentText", "DocumentWithFile", "document_out", "text_out"]


class DocumentOut(BaseModel):
    """A document of a collection, without its text. ``metadata`` holds what its manifest states."""

    id: str
    path: str
    file_name: str
    title: str
    media_type: str
    encoding: str | None = Field(description="Python's name; null where the text was extracted from another format.")
    extractor: str
    text_sha256: str
    size: int = Field(description="Bytes of the file.")
    characters: int
    passages: int
    metadata: dict[str, str]
    origin: Literal["file", "upload"] = Field(description="Whether it was read from a folder or uploaded.")
    newer_version: str | None = Field(
        description="Id of what the file holds now; null where that is this. An earlier version never answers."
    )


class DocumentWithFile(DocumentOut):
    """A document, and whether its file is still there to be looked at."""

    file_available: bool = Field(description="Whether `/file` gives it: it is where it was, and has the same bytes.")


class DocumentList(BaseModel):
    """A page of documents, by path."""

    collection: str
    total: int
    offset: int
    documents: list[DocumentOut]


class DocumentText(BaseModel):
    """A stretch of a document's text, and where it stands in the file."""

    document_id: str
    start: int
    end: int
    text: str
    start_byte: int | None = Field(description="Null, as the end, where the text was extracted from another format.")
    end_byte: int | None
    start_line: int = Field(description="Of the file; of the text itself where it was extracted.")
    end_line: int
    start_page: int | None = Field(description="From 1; null where the format has no pages.")
    end_page: int | None
    boxes: list[PageBox] | None = Field(
        description="Where its lines stand: page, left, top, right, bottom, in points from the top left corner of the "
        "page as it is shown. Null where the format has no pages."
    )


def document_out(record: DocumentRecord, *, newer: str | None = None) -> DocumentOut:
    """The public shape of a catalogue record; ``newer`` is the id of what its file holds now, if that is another."""
    return DocumentOut(
        id=record.id,
        path=record.path,
        file_name=record.file_name,
        title=record.title,
        media_type=record.media_type,
        encoding=record.encoding,
        extractor=record.extractor,
        text_sha256=record.text_sha256,
        size=record.size,
        characters=record.characters,
        passages=record.passages,
        metadata=dict(record.metadata),
        origin="upload" if is_upload(record.location) else "file",
        newer_version=newer,
    )


def text_out(record: DocumentRecord, place: Location) -> DocumentText:
    """The public shape of a stretch of a document's text."""
    first, last = place.pages or (None, None)
    return DocumentText(
        document_id=record.id,
        start=place.span.start,
        end=place.span.end,
        text=place.text,
        start_byte=place.start_byte,
        end_byte=place.end_byte,
        start_line=place.start_line,
        end_line=place.end_line,
        start_page=first,
        end_page=last,
        boxes=boxes_out(place),
    )
