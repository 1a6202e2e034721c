"""An answer or a refusal in the public JSON, one shape for the command line, HTTP and the evals.

Fields are added, never renamed. Offsets are 0-based code points, end exclusive.
"""

from typing import Literal

from pydantic import BaseModel, Field

from api.shapes.citations import CitationOut, CitedDocument, Listed
from assistant.models import (
    Answer,
    AnswerSentence,
    Dropped,
    DropReason,
    Fallback,
    Refusal,
    RefusalReason,
    Reply,
    Writing,
)

__all__ = [
    "AskResponse",
    "DroppedOut",
    "GeneratorOut",
    "IndexOut",
    "RefusalOut",
    "SentenceOut",
    "ask_response",
    "sentence_out",
]


class SentenceOut(BaseModel):
    """A sentence as shown: ``start``/``end`` index ``answer``, ``citations`` are ids, ``focus`` indexes ``text``."""

    text: str
    start: int
    end: int
    citations: list[int]
    focus: list[tuple[int, int]]
    generated: bool = Field(
        default=False,
        description="Whether these are a model's words, which its citations of the role `supports` were found to "
        "support; otherwise the sentence is the source's own.",
    )


class RefusalOut(BaseModel):
    """Why there is no answer, what the documents lack, and what came closest."""

    reason: RefusalReason
    message: str
    missing: list[str]
    nearest: list[CitationOut]


class GeneratorOut(BaseModel):
    """What wrote the answer."""

    name: str = "extractive"
    model: str | None = Field(None, description="The model's own name.")
    usage: dict[str, int] | None = Field(None, description="Tokens that the model read (`input`) and wrote (`output`).")
    fallback: Fallback | None = Field(
        None, description="Why sentences of the documents are given although a model was to write."
    )
    message: str | None = Field(None, description="The same for people.")


class DroppedOut(BaseModel):
    """A generated claim that its sources do not support. No page should show it as an answer."""

    reason: DropReason
    text: str
    detail: str = Field("", description="What it quotes where that stands nowhere; else what its source does not say.")
    nearest: CitationOut | None = Field(None, description="The closest span to a quotation that is not quite there.")


class IndexOut(BaseModel):
    """What was asked."""

    collection: str
    revision: str
    documents: int
    passages: int


class AskResponse(BaseModel):
    """An answer (``answered``) or a refusal, the same every time but for ``timings_ms``, unless a model writes."""

    schema_: Literal[1] = Field(1, alias="schema", serialization_alias="schema")
    id: str
    question: str
    searched_for: str | None
    rewritten: str | None = Field(None, description="The follow-up as a question that stands alone.")
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


def ask_response(reply: Reply) -> AskResponse:
    """The public shape of a reply."""
    answer = reply.result if isinstance(reply.result, Answer) else None
    refusal = reply.result if isinstance(reply.result, Refusal) else None
    listed = Listed()
    citations = listed.cite(answer.citations) if answer else []
    refused = _refusal_out(refusal, listed) if refusal else None
    dropped = [_dropped_out(claim, listed) for claim in reply.writing.dropped]
    return AskResponse(
        id=reply.id,
        question=reply.question.text,
        searched_for=reply.searched_for,
        rewritten=reply.rewritten,
        answered=answer is not None,
        confidence=reply.confidence,
        answer=answer.text if answer else None,
        sentences=[sentence_out(sentence) for sentence in answer.sentences] if answer else [],
        citations=citations,
        documents=listed.documents(),
        refusal=refused,
        dropped=dropped,
        generator=_generator_out(reply.writing),
        index=IndexOut(
            collection=reply.collection, revision=reply.revision, documents=reply.documents, passages=reply.passages
        ),
        timings_ms=dict(reply.timings),
    )


def sentence_out(sentence: AnswerSentence) -> SentenceOut:
    """The public shape of a sentence."""
    return SentenceOut(
        text=sentence.text,
        start=sentence.start,
        end=sentence.end,
        citations=list(sentence.citations),
        focus=list(sentence.focus),
        generated=sentence.generated,
    )


def _refusal_out(refusal: Refusal, listed: Listed) -> RefusalOut:
    return RefusalOut(
        reason=refusal.reason,
        message=refusal.message,
        missing=list(refusal.missing),
        nearest=listed.cite(refusal.nearest),
    )


def _dropped_out(claim: Dropped, listed: Listed) -> DroppedOut:
    nearest = listed.cite([claim.nearest])[0] if claim.nearest else None
    return DroppedOut(reason=claim.reason, text=claim.text, detail=claim.detail, nearest=nearest)


def _generator_out(writing: Writing) -> GeneratorOut:
    return GeneratorOut(
        name=writing.generator,
        model=writing.model,
        usage=dict(writing.usage) if writing.usage is not None else None,
        fallback=writing.fallback,
        message=writing.message,
    )
