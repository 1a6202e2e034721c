"""The public shapes of documents, without their text and with a stretch of it."""

from typing import Literal

from pydantic import BaseModel, Field

from api.jobs.uploads import is_upload
from index.models import DocumentRecord

__all__ = ["DocumentList", "DocumentOut", "DocumentText", "document_out"]


class DocumentOut(BaseModel):
    """A document of a collection, without its text. ``metadata`` holds what its manifest states."""

    id: str
    path: str
    file_name: str
    title: str
    media_type: str
    encoding: str | None
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
    start_byte: int | None
    end_byte: int | None
    start_line: int
    end_line: int


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
