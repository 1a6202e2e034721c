"""The public JSON, one shape for the command line, HTTP and the evals. Fields are added, never renamed.

Offsets are 0-based code points, end exclusive; lines and pages 1-based, inclusive.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.jobs.records import FileState, Job, JobKind, JobState
from api.jobs.uploads import is_upload
from assistant.models import Answer, Caution, Citation, CitationRole, Question, Refusal, RefusalReason, Reply
from index.models import DocumentRecord
from index.store import CollectionState

__all__ = [
    "EXAMPLE",
    "AskRequest",
    "AskResponse",
    "CitationOut",
    "CitedDocument",
    "CollectionList",
    "CollectionOut",
    "DocumentList",
    "DocumentOut",
    "DocumentText",
    "IndexOut",
    "JobFileOut",
    "JobList",
    "JobOut",
    "ProgressOut",
    "SentenceOut",
    "Turn",
    "ask_response",
    "collection_out",
    "document_out",
    "job_out",
]

EXAMPLE = "which factors mediate wound healing?"


class Turn(BaseModel):
    """One earlier turn of a conversation."""

    model_config = ConfigDict(extra="forbid")
    role: Literal["user", "assistant"]
    content: str = Field(max_length=20_000)


class AskRequest(BaseModel):
    """A question. Only ``question`` is required; unknown fields are errors."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": EXAMPLE}, {"question": EXAMPLE, "max_sentences": 2}]},
    )
    question: str = Field(description="What to answer from the documents.", max_length=2000, min_length=1)
    history: list[Turn] = Field(
        default_factory=list,
        max_length=100,
        description="Earlier turns. The extractive generator reads each question by itself.",
    )
    collection: str = Field("default", min_length=1, description="The library of documents to look in.")
    documents: list[str] = Field(
        default_factory=list, max_length=1000, description="Ids of the only documents to look in."
    )
    max_sentences: int | None = Field(None, ge=1, le=10, description="Longest answer; the server's setting when null.")
    caution: Caution | None = Field(None, description="How sure an answer must be; the server's setting when null.")
    generator: Literal["extractive"] | None = Field(None, description="What writes the answer; null is the server's.")

    def question_with(self, *, max_sentences: int, caution: Caution) -> Question:
        """The question, with defaults for what was left open."""
        return Question(
            text=self.question,
            collection=self.collection,
            documents=tuple(self.documents),
            max_sentences=self.max_sentences or max_sentences,
            caution=self.caution or caution,
        )


class SentenceOut(BaseModel):
    """A sentence as shown: ``start``/``end`` index ``answer``, ``citations`` are ids, ``focus`` indexes ``text``."""

    text: str
    start: int
    end: int
    citations: list[int]
    focus: list[tuple[int, int]]


class CitationOut(BaseModel):
    """A quotation and where it stands. The ``char_location`` fields read alone are what existing clients expect."""

    id: int
    type: Literal["char_location"] = "char_location"
    role: CitationRole
    cited_text: str
    document_index: int
    document_title: str
    start_char_index: int
    end_char_index: int
    document_id: str
    file_name: str
    start_byte: int | None
    end_byte: int | None
    start_line: int | None
    end_line: int | None
    start_page: int | None = None
    end_page: int | None = None
    boxes: list[list[float]] | None = None
    section: str
    passage_id: str
    score: float


class CitedDocument(BaseModel):
    """A document that citations point into."""

    index: int
    id: str
    path: str
    title: str
    media_type: str
    encoding: str
    extractor: str
    text_sha256: str


class RefusalOut(BaseModel):
    """Why there is no answer, what the documents lack, and what came closest."""

    reason: RefusalReason
    message: str
    missing: list[str]
    nearest: list[CitationOut]


class GeneratorOut(BaseModel):
    """What wrote the answer."""

    name: str = "extractive"
    model: str | None = None
    usage: dict[str, int] | None = None


class DroppedOut(BaseModel):
    """A generated claim that its sources do not support."""

    reason: str
    text: str


class IndexOut(BaseModel):
    """What was asked."""

    collection: str
    revision: str
    documents: int
    passages: int


class AskResponse(BaseModel):
    """An answer (``answered``) or a refusal. All of it but ``timings_ms`` is the same every time."""

    schema_: Literal[1] = Field(1, alias="schema", serialization_alias="schema")
    id: str
    question: str
    searched_for: str | None
    answered: bool
    confidence: float = Field(description="Probability that the answer is supported and answers the question.")
    answer: str | None
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    documents: list[CitedDocument]
    refusal: RefusalOut | None
    dropped: list[DroppedOut]
    generator: GeneratorOut
    index: IndexOut
    timings_ms: dict[str, float]


class DocumentOut(BaseModel):
    """A document of a collection, without its text. ``metadata`` holds what its manifest states."""

    id: str
    path: str
    file_name: str
    title: str
    media_type: str
    encoding: str
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
    start_byte: int
    end_byte: int
    start_line: int
    end_line: int


class JobFileOut(BaseModel):
    """One file of a job. Of a copy, ``document_id`` is the document that has its bytes already."""

    name: str
    size: int
    state: FileState
    document_id: str | None
    message: str | None = Field(description="What people should know: why it was left out, and what to do.")


class ProgressOut(BaseModel):
    """How far a job is, in bytes of source, and the passages that it has written."""

    done_bytes: int
    total_bytes: int
    passages: int


class JobOut(BaseModel):
    """Something that was asked of the index. Once it is answered it will be done, also after a restart."""

    id: str
    kind: JobKind
    collection: str
    state: JobState
    created: str = Field(description="ISO 8601, UTC.")
    started: str | None
    finished: str | None
    progress: ProgressOut
    files: list[JobFileOut]
    message: str | None = Field(description="Why it failed and what to do, or what it waits for.")


class JobList(BaseModel):
    """A page of jobs, the newest first."""

    total: int
    offset: int
    jobs: list[JobOut]


class CollectionOut(BaseModel):
    """A library of documents."""

    name: str
    revision: str
    documents: int
    passages: int


class CollectionList(BaseModel):
    """Every collection, by name."""

    collections: list[CollectionOut]


def ask_response(reply: Reply) -> AskResponse:
    """The public shape of a reply."""
    answer = reply.result if isinstance(reply.result, Answer) else None
    refusal = reply.result if isinstance(reply.result, Refusal) else None
    cited = answer.citations if answer else refusal.nearest if refusal else ()
    places = {key: number for number, key in enumerate(dict.fromkeys(citation.record.key for citation in cited))}
    records = {citation.record.key: citation.record for citation in cited}
    return AskResponse(
        id=reply.id,
        question=reply.question.text,
        searched_for=reply.searched_for,
        answered=answer is not None,
        confidence=reply.confidence,
        answer=answer.text if answer else None,
        sentences=[_sentence_out(answer, number) for number in range(len(answer.sentences))] if answer else [],
        citations=[_citation_out(citation, places) for citation in answer.citations] if answer else [],
        documents=[_cited_document(records[key], place) for key, place in places.items()],
        refusal=_refusal_out(refusal, places) if refusal else None,
        dropped=[],
        generator=GeneratorOut(),
        index=IndexOut(
            collection=reply.collection, revision=reply.revision, documents=reply.documents, passages=reply.passages
        ),
        timings_ms=dict(reply.timings),
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


def collection_out(state: CollectionState) -> CollectionOut:
    """The public shape of a collection's state."""
    return CollectionOut(name=state.name, revision=state.revision, documents=state.documents, passages=state.passages)


def job_out(job: Job) -> JobOut:
    """The public shape of a job."""
    return JobOut(
        id=job.id,
        kind=job.kind,
        collection=job.collection,
        state=job.state,
        created=job.created,
        started=job.started,
        finished=job.finished,
        progress=ProgressOut(done_bytes=job.done_bytes, total_bytes=job.total_bytes, passages=job.passages),
        files=[
            JobFileOut(
                name=file.name,
                size=file.size,
                state=file.state,
                document_id=file.document_id,
                message=file.message,
            )
            for file in job.files
        ],
        message=job.message,
    )


def _sentence_out(answer: Answer, number: int) -> SentenceOut:
    sentence = answer.sentences[number]
    return SentenceOut(
        text=sentence.text,
        start=sentence.start,
        end=sentence.end,
        citations=list(sentence.citations),
        focus=list(sentence.focus),
    )


def _citation_out(citation: Citation, places: dict[str, int]) -> CitationOut:
    location, record = citation.location, citation.record
    return CitationOut(
        id=citation.number,
        role=citation.role,
        cited_text=citation.cited_text,
        document_index=places[record.key],
        document_title=record.title,
        start_char_index=location.span.start,
        end_char_index=location.span.end,
        document_id=record.id,
        file_name=record.file_name,
        start_byte=location.start_byte,
        end_byte=location.end_byte,
        start_line=location.start_line,
        end_line=location.end_line,
        section=citation.section,
        passage_id=citation.passage_id,
        score=citation.score,
    )


def _cited_document(record: DocumentRecord, place: int) -> CitedDocument:
    return CitedDocument(
        index=place,
        id=record.id,
        path=record.path,
        title=record.title,
        media_type=record.media_type,
        encoding=record.encoding,
        extractor=record.extractor,
        text_sha256=record.text_sha256,
    )


def _refusal_out(refusal: Refusal, places: dict[str, int]) -> RefusalOut:
    return RefusalOut(
        reason=refusal.reason,
        message=refusal.message,
        missing=list(refusal.missing),
        nearest=[_citation_out(citation, places) for citation in refusal.nearest],
    )
