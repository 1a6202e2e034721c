"""``/v1/feedback``: what people think of answers."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.feedback.records import Feedback, Verdict
from api.problems.details import responses_for
from api.problems.errors import TextRangeError
from api.routes.reading import DEFAULT_COLLECTION, again, reading_responses
from api.service import Service
from assistant.answering import LONGEST_QUESTION
from index.models import Span

__all__ = [
    "FeedbackGiven",
    "FeedbackList",
    "FeedbackOut",
    "FeedbackRequest",
    "Feedbacks",
    "RatedCitation",
]

LONGEST_COMMENT = 2000


def _whole(text: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds half a character (a lone surrogate); send it as UTF-8")
    return text


def _with_words(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty")
    return text


Text = Annotated[str, AfterValidator(_whole)]


class RatedCitation(BaseModel):
    """The citation that a verdict is about."""

    model_config = ConfigDict(extra="forbid")
    document_id: Text = Field(min_length=1, max_length=200)
    start_char_index: int = Field(ge=0, le=2**53)
    end_char_index: int = Field(ge=1, le=2**53)


class FeedbackRequest(BaseModel):
    """A verdict on an answer, or on one of its citations."""

    model_config = ConfigDict(extra="forbid")
    verdict: Verdict
    question: Annotated[Text, AfterValidator(_with_words)] = Field(
        min_length=1, max_length=LONGEST_QUESTION, description="As it was asked."
    )
    collection: str = Field(DEFAULT_COLLECTION, min_length=1, description="The library of documents that was asked.")
    answer_id: Text | None = Field(None, max_length=100, description="The `id` of the answer.")
    citation: RatedCitation | None = Field(None, description="The citation that the verdict is about.")
    comment: Text | None = Field(None, max_length=LONGEST_COMMENT)


class FeedbackGiven(BaseModel):
    """It is stored."""

    id: str
    created: str = Field(description="ISO 8601, UTC.")


class FeedbackOut(FeedbackGiven):
    """What was said of an answer."""

    verdict: Verdict
    question: str
    collection: str
    answer_id: str | None
    citation: RatedCitation | None
    comment: str | None


class FeedbackList(BaseModel):
    """A page of feedback, the newest first."""

    total: int
    offset: int
    feedback: list[FeedbackOut]


class FeedbackQuery(BaseModel):
    """Which feedback."""

    model_config = ConfigDict(extra="forbid")
    collection: str | None = Field(None, min_length=1, description="Only that on this library of documents.")
    offset: int = Field(0, ge=0, le=1_000_000_000, description="How many to leave out.")
    limit: int = Field(100, ge=1, le=1000, description="Most to give.")


class Feedbacks:
    """Keeps what people think. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._reader = service.assistant.reader
        self._store = service.feedback

    def give(self, feedback: FeedbackRequest) -> FeedbackGiven:
        """Say whether an answer helped, that a citation is wrong, or that an answer is missing."""
        again(lambda: self._check(feedback))
        cited = feedback.citation
        kept = self._store.add(
            Feedback(
                verdict=feedback.verdict,
                question=feedback.question,
                collection=feedback.collection,
                answer_id=feedback.answer_id,
                document_id=cited.document_id if cited else None,
                start=cited.start_char_index if cited else None,
                end=cited.end_char_index if cited else None,
                comment=feedback.comment,
            )
        )
        return FeedbackGiven(id=kept.id, created=kept.created)

    def feedback(self, query: Annotated[FeedbackQuery, Query()]) -> FeedbackList:
        """What people said, the newest first, a page at a time."""
        total, page = self._store.page(query.collection, offset=query.offset, limit=query.limit)
        return FeedbackList(total=total, offset=query.offset, feedback=[_feedback_out(kept) for kept in page])

    def router(self) -> APIRouter:
        """The paths, with what OpenAPI says of each."""
        router = APIRouter()
        path = "/v1/feedback"
        found = reading_responses(path, "document-not-found", "text-range", "malformed-json")
        router.add_api_route(
            path, self.give, methods=["POST"], status_code=201, operation_id="give_feedback", responses=found
        )
        listed = responses_for(path, "invalid-request", "internal")
        router.add_api_route(path, self.feedback, operation_id="list_feedback", responses=listed)
        return router

    def _check(self, feedback: FeedbackRequest) -> None:
        """Raises IndexMissing, DocumentNotFound or TextRangeError for what is not in the index."""
        snapshot = self._reader.snapshot(feedback.collection)
        cited = feedback.citation
        if cited is None:
            return
        record = snapshot.version(cited.document_id).record
        start, end = cited.start_char_index, cited.end_char_index
        if not start < end <= record.characters:
            raise TextRangeError(f"The text has {record.characters} characters; {start} to {end} is no range in it.")
        snapshot.locate(record, Span(start, end))


def _feedback_out(kept: Feedback) -> FeedbackOut:
    cited = None
    if kept.document_id is not None and kept.start is not None and kept.end is not None:
        cited = RatedCitation(document_id=kept.document_id, start_char_index=kept.start, end_char_index=kept.end)
    return FeedbackOut(
        id=kept.id,
        created=kept.created,
        verdict=kept.verdict,
        question=kept.question,
        collection=kept.collection,
        answer_id=kept.answer_id,
        citation=cited,
        comment=kept.comment,
    )
