"""``/v1/documents/{document_id}/file``: the file that a document was made of, byte by byte as it was indexed."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import FileResponse

from api.routes.documents import DocumentId
from api.routes.reading import CollectionQuery, Responses, again, reading_responses
from api.service import Service

__all__ = ["Files"]

PDF = "application/pdf"
OTHER = "application/octet-stream"
"""What everything else is sent as, to be saved: a web page of someone's is not shown under this address."""
SANDBOX = "sandbox; default-src 'none'"

_FILE = {"schema": {"type": "string", "format": "binary"}}
_GIVEN: Responses = {
    200: {
        "description": "The file. A PDF may be shown, all else is to be saved.",
        "content": {PDF: _FILE, OTHER: _FILE},
    },
    206: {"description": "The bytes that the header `Range` asks for.", "content": {PDF: _FILE, OTHER: _FILE}},
    304: {"description": "The client has it: its `If-None-Match` names the ETag."},
}


class Files:
    """Files that can be looked at beside their text."""

    def __init__(self, service: Service) -> None:
        self._reader = service.assistant.reader
        self._originals = service.originals

    def file(self, document_id: DocumentId, query: Annotated[CollectionQuery, Query()], request: Request) -> Response:
        """The file of a document, as long as its bytes are those that were indexed; also of an earlier version."""
        record = again(lambda: self._reader.snapshot(query.collection).version(document_id)).record
        path, status = self._originals.find(record)
        headers = {"ETag": f'"{record.id}"'}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        shown = record.media_type == PDF
        if not shown:
            headers["Content-Security-Policy"] = SANDBOX
        return FileResponse(
            path,
            headers=headers,
            media_type=PDF if shown else OTHER,
            filename=record.file_name,
            content_disposition_type="inline" if shown else "attachment",
            stat_result=status,
        )

    def router(self) -> APIRouter:
        """The path, with what OpenAPI says of it."""
        router = APIRouter()
        path = "/v1/documents/{document_id}/file"
        found = {**_GIVEN, **reading_responses(path, "document-not-found", "file-unavailable")}
        router.add_api_route(
            path, self.file, operation_id="get_document_file", responses=found, response_class=Response
        )
        return router
