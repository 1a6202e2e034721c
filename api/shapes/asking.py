"""What a question is in the public JSON. Fields are added, never renamed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant import models
from assistant.models import Caution, Question

__all__ = ["EXAMPLE", "LONGEST_TURN", "MOST_TURNS", "AskRequest", "Turn"]

EXAMPLE = "which factors mediate wound healing?"
FOLLOW_UP = "and in mice?"
MOST_TURNS = 100
LONGEST_TURN = 20_000
LONGEST_GENERATOR = 200


class Turn(BaseModel):
    """One earlier turn of a conversation."""

    model_config = ConfigDict(extra="forbid")
    role: Literal["user", "assistant"]
    content: str = Field(max_length=LONGEST_TURN)


class AskRequest(BaseModel):
    """A question. Only ``question`` is required; unknown fields are errors."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": EXAMPLE},
                {"question": EXAMPLE, "max_sentences": 2},
                {"question": FOLLOW_UP, "history": [{"role": "user", "content": EXAMPLE}]},
            ]
        },
    )
    question: str = Field(description="What to answer from the documents.", max_length=2000, min_length=1)
    history: list[Turn] = Field(
        default_factory=list,
        max_length=MOST_TURNS,
        description="Earlier turns, the oldest first: a follow-up is read with them. The service keeps none of them.",
    )
    collection: str = Field("default", min_length=1, description="The library of documents to look in.")
    documents: list[str] = Field(
        default_factory=list, max_length=1000, description="Ids of the only documents to look in."
    )
    max_sentences: int | None = Field(None, ge=1, le=10, description="Longest answer; the server's setting when null.")
    caution: Caution | None = Field(None, description="How sure an answer must be; the server's setting when null.")
    generator: str | None = Field(
        None,
        min_length=1,
        max_length=LONGEST_GENERATOR,
        description="What writes the answer, one of `GET /v1/generators`; null is the server's usual one.",
    )

    def question_with(self, *, max_sentences: int, caution: Caution) -> Question:
        """The question, with defaults for what was left open."""
        return Question(
            text=self.question,
            collection=self.collection,
            documents=tuple(self.documents),
            max_sentences=self.max_sentences or max_sentences,
            caution=self.caution or caution,
            history=tuple(models.Turn(turn.role, turn.content) for turn in self.history),
            generator=self.generator,
        )
