"""``/v1/documents``: the documents of a collection and stretches of their text."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.problems import TextRangeError
from api.routes.reading import CollectionQuery, again, reading_responses
from api.schemas import DocumentList, DocumentOut, DocumentText, document_out
from api.service import Service
from index.models import Span

__all__ = ["LONGEST_TEXT", "USUAL_TEXT", "Documents", "text_span"]

USUAL_TEXT = 10_000
"""Characters of text that are given when no end is asked for."""
LONGEST_TEXT = 100_000
"""Most characters of text in one response."""

DocumentId = Annotated[
    str,
    Path(
        description="SHA-256 of the file's bytes.",
        examples=["sha256:500ec32f345e0df2b3782fb27967233f61e6e9cdaccb2c1e20c307cf18af9a01"],
    ),
]


class PageQuery(CollectionQuery):
    """Which documents of a collection, by path."""

    offset: int = Field(0, ge=0, description="How many documents to leave out.")
    limit: int = Field(100, ge=1, le=1000, description="Most documents to give.")


class TextQuery(CollectionQuery):
    """Which stretch of a text."""

    start: int = Field(0, ge=0, description="First character, from 0, in Unicode code points.")
    end: int | None = Field(
        None,
        ge=1,
        description=f"End, exclusive; {USUAL_TEXT} after the start when not given. At most {LONGEST_TEXT} after it.",
    )


class Documents:
    """The documents that can be cited. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._reader = service.assistant.reader

    def documents(self, query: Annotated[PageQuery, Query()]) -> DocumentList:
        """The documents of a collection by path, a page at a time."""
        records = again(lambda: self._reader.snapshot(query.collection).records())
        page = records[query.offset : query.offset + query.limit]
        return DocumentList(
            collection=query.collection,
            total=len(records),
            offset=query.offset,
            documents=[document_out(record) for record in page],
        )

    def document(self, document_id: DocumentId, query: Annotated[CollectionQuery, Query()]) -> DocumentOut:
        """One document, without its text."""
        return document_out(again(lambda: self._reader.snapshot(query.collection).record(document_id)))

    def text(self, document_id: DocumentId, query: Annotated[TextQuery, Query()]) -> DocumentText:
        """A stretch of a document's text, with the bytes and lines of the file that it stands in."""
        return again(lambda: self._text(document_id, query))

    def router(self) -> APIRouter:
        """The paths, with what OpenAPI says of each."""
        router = APIRouter()
        add = router.add_api_route
        path = "/v1/documents"
        add(path, self.documents, operation_id="list_documents", responses=reading_responses(path))
        path = "/v1/documents/{document_id}"
        found = reading_responses(path, "document-not-found")
        add(path, self.document, operation_id="get_document", responses=found)
        path = "/v1/documents/{document_id}/text"
        found = reading_responses(path, "document-not-found", "text-range")
        add(path, self.text, operation_id="get_document_text", responses=found)
        return router

    def _text(self, document_id: str, query: TextQuery) -> DocumentText:
        snapshot = self._reader.snapshot(query.collection)
        record = snapshot.record(document_id)
        place = snapshot.locate(record, text_span(query.start, query.end, characters=record.characters))
        return DocumentText(
            document_id=record.id,
            start=place.span.start,
            end=place.span.end,
            text=place.text,
            start_byte=place.start_byte,
            end_byte=place.end_byte,
            start_line=place.start_line,
            end_line=place.end_line,
        )


def text_span(start: int, end: int | None, *, characters: int) -> Span:
    """The range that was asked for in a text of so many characters. Raises TextRangeError when it cannot be given."""
    if start >= characters:
        raise TextRangeError(f"The text has {characters} characters; a range cannot start at {start}.")
    end = min(start + USUAL_TEXT, characters) if end is None else end
    if end > characters:
        raise TextRangeError(f"The text has {characters} characters; a range cannot end at {end}.")
    if end <= start:
        raise TextRangeError(
            f"The range from {start} to {end} is empty; the end is exclusive and comes after the start."
        )
    if end - start > LONGEST_TEXT:
        raise TextRangeError(f"The range has {end - start} characters; at most {LONGEST_TEXT} are given. Ask in parts.")
    return Span(start, end)
