"""The paths of the service: ask, documents and their text, and whether the service lives and is ready."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.problems import KindName, TextRangeError, problem_response, responses_for
from api.schemas import AskRequest, AskResponse, DocumentList, DocumentOut, DocumentText, ask_response, document_out
from api.settings import Settings
from assistant.answering import Assistant
from index.errors import CitespanError, StaleRead
from index.models import Span
from index.store import CollectionState

__all__ = ["LONGEST_TEXT", "USUAL_TEXT", "CollectionOut", "Health", "Readiness", "Service", "text_span"]

DEFAULT_COLLECTION = "default"
USUAL_TEXT = 10_000
"""Characters of text that are given when no end is asked for."""
LONGEST_TEXT = 100_000
"""Most characters of text in one response."""

Result = TypeVar("Result")
DocumentId = Annotated[
    str,
    Path(
        description="SHA-256 of the file's bytes.",
        examples=["sha256:500ec32f345e0df2b3782fb27967233f61e6e9cdaccb2c1e20c307cf18af9a01"],
    ),
]


class CollectionQuery(BaseModel):
    """Which library of documents."""

    model_config = ConfigDict(extra="forbid")
    collection: str = Field(DEFAULT_COLLECTION, min_length=1, description="The library of documents to look in.")


class PageQuery(CollectionQuery):
    """Which documents of a collection, by path."""

    offset: int = Field(0, ge=0, description="How many documents to leave out.")
    limit: int = Field(100, ge=1, le=1000, description="Most documents to give.")


class TextQuery(CollectionQuery):
    """Which stretch of a text."""

    start: int = Field(0, ge=0, description="First character, from 0, in Unicode code points.")
    end: int | None = Field(
        None,
        ge=0,
        description=f"End, exclusive; {USUAL_TEXT} after the start when not given. At most {LONGEST_TEXT} after it.",
    )


class Health(BaseModel):
    """The process lives."""

    status: str = "ok"


class CollectionOut(BaseModel):
    """A library of documents."""

    name: str
    revision: str
    documents: int
    passages: int


class Readiness(BaseModel):
    """Questions can be answered."""

    status: str = "ready"
    collections: list[CollectionOut]


class Service:
    """The routes over one assistant. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, assistant: Assistant, settings: Settings) -> None:
        self._assistant = assistant
        self._settings = settings

    def ask(self, question: AskRequest) -> AskResponse:
        """Answer a question from the documents, each sentence with the place that it was taken from, or refuse."""
        usual = self._settings.assistant
        asked = question.question_with(max_sentences=usual.max_sentences, caution=usual.caution)
        return ask_response(self._assistant.ask(asked))

    def documents(self, query: Annotated[PageQuery, Query()]) -> DocumentList:
        """The documents of a collection by path, a page at a time."""
        records = again(lambda: self._assistant.reader.snapshot(query.collection).records())
        page = records[query.offset : query.offset + query.limit]
        return DocumentList(
            collection=query.collection,
            total=len(records),
            offset=query.offset,
            documents=[document_out(record) for record in page],
        )

    def document(self, document_id: DocumentId, query: Annotated[CollectionQuery, Query()]) -> DocumentOut:
        """One document, without its text."""
        return document_out(again(lambda: self._assistant.reader.snapshot(query.collection).record(document_id)))

    def text(self, document_id: DocumentId, query: Annotated[TextQuery, Query()]) -> DocumentText:
        """A stretch of a document's text, with the bytes and lines of the file that it stands in."""
        return again(lambda: self._text(document_id, query))

    def healthz(self) -> Health:
        """Whether the process lives."""
        return Health()

    def readyz(self, request: Request) -> Readiness | Response:
        """Whether questions to the default collection can be answered; if not, what to do."""
        reader = self._assistant.reader
        try:
            reader.snapshot(DEFAULT_COLLECTION)
            return Readiness(collections=[_collection_out(state) for state in reader.collections()])
        except CitespanError as error:
            return problem_response(request, error, status=503)

    def router(self) -> APIRouter:
        """The paths, with what OpenAPI says of each."""
        router = APIRouter()
        add = router.add_api_route
        add("/v1/ask", self.ask, methods=["POST"], operation_id="ask", responses=_ask_responses())
        path = "/v1/documents"
        add(path, self.documents, operation_id="list_documents", responses=_reading_responses(path))
        path = "/v1/documents/{document_id}"
        found = _reading_responses(path, "document-not-found")
        add(path, self.document, operation_id="get_document", responses=found)
        path = "/v1/documents/{document_id}/text"
        found = _reading_responses(path, "document-not-found", "text-range")
        add(path, self.text, operation_id="get_document_text", responses=found)
        add("/healthz", self.healthz, operation_id="healthz")
        path = "/readyz"
        found = responses_for(path, "index-missing", "index-mismatch", "store", "internal", status=503)
        add(path, self.readyz, operation_id="readyz", response_model=Readiness, responses=found)
        return router

    def _text(self, document_id: str, query: TextQuery) -> DocumentText:
        snapshot = self._assistant.reader.snapshot(query.collection)
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


def again(read: Callable[[], Result]) -> Result:
    """Read, and once more from the newest state when what was read left the index meanwhile."""
    try:
        return read()
    except StaleRead:
        return read()


def _collection_out(state: CollectionState) -> CollectionOut:
    return CollectionOut(name=state.name, revision=state.revision, documents=state.documents, passages=state.passages)


def _ask_responses() -> dict[int | str, dict[str, Any]]:
    problems = _reading_responses("/v1/ask", "question", "malformed-json", "model", "citation")
    return {200: {"description": "An answer, or a refusal: `answered` says which."}, **problems}


def _reading_responses(path: str, *others: KindName) -> dict[int | str, dict[str, Any]]:
    """The problems that every path which reads the index can have, and others."""
    path = path.format(document_id="sha256:00")
    return responses_for(
        path, "invalid-request", *others, "index-missing", "index-mismatch", "stale-read", "store", "internal"
    )
