"""``/v1/documents``: the documents of a collection, stretches of their text; uploading, deleting, making anew."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.jobs.records import Job, JobFile, new_job_id
from api.jobs.uploading import FIELD, UploadLimits, receive_upload
from api.problems.details import responses_for
from api.problems.errors import TextRangeError
from api.routes.reading import DEFAULT_COLLECTION, CollectionQuery, again, reading_responses
from api.service import Service
from api.shapes.documents import DocumentList, DocumentText, DocumentWithFile, document_out, text_out
from api.shapes.jobs import JobOut, job_out
from index.formats import FORMATS
from index.making import NAME
from index.models import Span

__all__ = ["LONGEST_TEXT", "USUAL_TEXT", "DocumentId", "Documents", "text_span"]

USUAL_TEXT = 10_000
"""Characters of text that are given when no end is asked for."""
LONGEST_TEXT = 100_000
"""Most characters of text in one response."""

_UPLOADED = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "additionalProperties": False,
                    "properties": {
                        FIELD: {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                            "description": f"Files of the types {', '.join(FORMATS)}, each with a name of its own.",
                        }
                    },
                }
            }
        },
    }
}

DocumentId = Annotated[
    str,
    Path(
        description="SHA-256 of the file's bytes.",
        examples=["sha256:500ec32f345e0df2b3782fb27967233f61e6e9cdaccb2c1e20c307cf18af9a01"],
    ),
]


class PageQuery(CollectionQuery):
    """Which documents of a collection, by path."""

    search: str = Field("", max_length=500, description="Words, or parts of words, of path, title or metadata.")
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


class WritingQuery(BaseModel):
    """Which library of documents to change. One that is not there yet begins with its first upload."""

    model_config = ConfigDict(extra="forbid")
    collection: str = Field(
        DEFAULT_COLLECTION,
        pattern=rf"^{NAME.pattern}$",
        description="Up to 63 lower-case letters, digits, - and _, a letter or digit first.",
    )


class Documents:
    """The documents that can be cited. Plain functions, but for uploads: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._reader = service.assistant.reader
        self._listings = service.listings
        self._originals = service.originals
        self._uploads = service.uploads
        self._jobs = service.jobs
        self._worker = service.worker
        settings = service.settings
        self._limits = UploadLimits(
            upload_bytes=settings.api.max_upload_bytes,
            files=settings.api.max_upload_files,
            file_bytes=settings.index.max_file_bytes,
        )

    def documents(self, query: Annotated[PageQuery, Query()]) -> DocumentList:
        """The documents of a collection by path, a page at a time; with ``search``, those that have all its words."""
        records = again(lambda: self._listings.of(self._reader.snapshot(query.collection))).found(query.search)
        page = records[query.offset : query.offset + query.limit]
        return DocumentList(
            collection=query.collection,
            total=len(records),
            offset=query.offset,
            documents=[document_out(record) for record in page],
        )

    def document(self, document_id: DocumentId, query: Annotated[CollectionQuery, Query()]) -> DocumentWithFile:
        """One document, without its text; also one whose file has changed since, which names the newer version."""
        record, newer = again(lambda: self._reader.snapshot(query.collection).version(document_id))
        out = document_out(record, newer=newer)
        return DocumentWithFile(**dict(out), file_available=self._originals.has(record))

    def text(self, document_id: DocumentId, query: Annotated[TextQuery, Query()]) -> DocumentText:
        """A stretch of a document's text, and where it stands in the file; also of one that has changed since."""
        return again(lambda: self._text(document_id, query))

    async def upload(self, request: Request, query: Annotated[WritingQuery, Query()]) -> JobOut:
        """Upload documents, each in the form field ``files``. A name that is there already becomes a new version.

        The answer comes when all bytes are on disk; the job that it names indexes them. Of files that cannot be taken
        the job says why; where none can, the request is refused.
        """
        job = await receive_upload(
            request, collection=query.collection, uploads=self._uploads, jobs=self._jobs, limits=self._limits
        )
        self._worker.wake()
        return job_out(job)

    def delete(self, document_id: DocumentId, query: Annotated[WritingQuery, Query()]) -> JobOut:
        """Take a document out of the index, and delete its stored file if it was uploaded."""
        record = again(lambda: self._reader.snapshot(query.collection).record(document_id))
        file = JobFile(record.path, record.size, document_id=record.id, location=record.location)
        return self._asked(Job(new_job_id(), "delete", query.collection, [file]))

    def reindex(self, query: Annotated[WritingQuery, Query()]) -> JobOut:
        """Make a collection anew with the settings in force. Until that is done the old one answers."""
        if query.collection not in {state.name for state in self._reader.collections()}:
            self._reader.snapshot(query.collection)  # says what there is
        return self._asked(Job(new_job_id(), "reindex", query.collection))

    def _asked(self, job: Job) -> JobOut:
        job = self._jobs.add(job)
        self._worker.wake()
        return job_out(job)

    def router(self) -> APIRouter:
        """The paths, with what OpenAPI says of each."""
        router = APIRouter()
        add = router.add_api_route
        path = "/v1/documents"
        add(path, self.documents, operation_id="list_documents", responses=reading_responses(path))
        refused = responses_for(
            path,
            "invalid-request",
            "upload",
            "malformed-upload",
            "unsupported-type",
            "too-large",
            "no-space",
            "internal",
        )
        add(
            path,
            self.upload,
            methods=["POST"],
            status_code=202,
            operation_id="upload_documents",
            openapi_extra=_UPLOADED,
            responses=refused,
        )
        path = "/v1/documents/reindex"
        found = responses_for(path, "invalid-request", "index-missing", "store", "internal")
        add(path, self.reindex, methods=["POST"], status_code=202, operation_id="reindex", responses=found)
        path = "/v1/documents/{document_id}"
        found = reading_responses(path, "document-not-found")
        add(path, self.document, operation_id="get_document", responses=found)
        add(path, self.delete, methods=["DELETE"], status_code=202, operation_id="delete_document", responses=found)
        path = "/v1/documents/{document_id}/text"
        found = reading_responses(path, "document-not-found", "text-range")
        add(path, self.text, operation_id="get_document_text", responses=found)
        return router

    def _text(self, document_id: str, query: TextQuery) -> DocumentText:
        snapshot = self._reader.snapshot(query.collection)
        record = snapshot.version(document_id).record
        place = snapshot.locate(record, text_span(query.start, query.end, characters=record.characters))
        return text_out(record, place)


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
