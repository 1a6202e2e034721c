"""What OpenAI's chat completions look like here: a request that asks, and an answer with its sources as a message.

What a request may hold and does not change an answer (temperature, tools, …) is ignored; what would change it and
cannot be done is an error.
"""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from api.shapes.answers import AskResponse
from api.shapes.asking import EXAMPLE, LONGEST_TURN, MOST_TURNS, AskRequest, Turn
from assistant.answering import LONGEST_QUESTION

__all__ = [
    "SOURCES",
    "ChatChoice",
    "ChatChunk",
    "ChatCompletion",
    "ChatDelta",
    "ChatRequest",
    "ChatUsage",
    "ChunkChoice",
    "Message",
    "UrlCitation",
]

SOURCES = "\n\nSources:\n\n"
"""Ends the answer in a message; what follows is about it."""
TAIL = re.compile(r"\n\n(Sources:\n\n|Understood as: |Searched for: )")
MARKERS = re.compile(r" ?(\[\d+\])+")


class Lenient(BaseModel):
    """OpenAI's clients send more fields every year."""

    model_config = ConfigDict(extra="ignore")


class Part(Lenient):
    """A part of a message: text, or what cannot be read here."""

    type: str
    text: str | None = None


class ChatMessage(Lenient):
    """A message of the conversation so far."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its text, all parts of it; a half character, which JSON can hold and UTF-8 cannot, is one that is unknown."""
        said = self.content or ""
        if isinstance(said, list):
            said = "\n".join(part.text for part in said if part.type == "text" and part.text)
        return said if said.isascii() else said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    @property
    def turn(self) -> Turn | None:
        """It as a turn of a conversation; None for what nobody said. Of an answer of ours, without its sources."""
        if self.role == "user" and self.text:
            return Turn(role="user", content=self.text[:LONGEST_TURN])
        said, *tail = TAIL.split(self.text, maxsplit=1)
        if self.role == "assistant" and said:
            return Turn(role="assistant", content=(MARKERS.sub("", said) if tail else said)[:LONGEST_TURN])
        return None


class StreamOptions(Lenient):
    """What else a stream holds."""

    include_usage: StrictBool | None = Field(None, description="Whether a last chunk holds the usage.")


class ResponseFormat(Lenient):
    """The form of the answer: text."""

    type: Literal["text"]


class ChatRequest(Lenient):
    """A conversation. Its last user message is the question, what user and assistant said before is its history."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"model": "citespan", "messages": [{"role": "user", "content": EXAMPLE}]}]}
    )
    model: str = Field(description="`citespan`, or `citespan/NAME` for another collection than the default one.")
    messages: list[ChatMessage] = Field(min_length=1, max_length=10_000)
    stream: StrictBool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = Field(None, description="One answer is given.")
    tool_choice: Literal["none", "auto"] | None = Field(None, description="No tool is ever called.")
    response_format: ResponseFormat | None = None

    @field_validator("messages")
    @classmethod
    def _ask_something(cls, messages: list[ChatMessage]) -> list[ChatMessage]:
        asked = _last_of_the_user(messages)
        if asked is None:
            raise ValueError("there is no message with the role user; the last one of these is the question")
        content = messages[asked].content
        if isinstance(content, list) and (other := {part.type for part in content} - {"text"}):
            raise ValueError(f"the last user message holds {', '.join(sorted(other))}; only text can be asked")
        text = messages[asked].text.strip()
        if not text:
            raise ValueError("the last user message, which is the question, is empty")
        if len(text) > LONGEST_QUESTION:
            raise ValueError(f"the last user message has {len(text)} characters; at most {LONGEST_QUESTION} are read")
        return messages

    def asked_of(self, collection: str) -> AskRequest:
        """The same as a request to ``/v1/ask``."""
        asked = _last_of_the_user(self.messages)
        turns = [turn for message in self.messages[:asked] if (turn := message.turn)]
        return AskRequest(
            question=self.messages[asked or 0].text.strip(), history=turns[-MOST_TURNS:], collection=collection
        )


class UrlCitation(BaseModel):
    """The place that a stretch of the message was taken from; ``end_index`` is exclusive."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """OpenAI's form of a citation."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Message(BaseModel):
    """The answer and its sources as text, and as ``citespan`` what ``/v1/ask`` gives."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[Annotation] = Field(description="Empty unless the setting public_url says where sources are.")
    citespan: AskResponse


class ChatUsage(BaseModel):
    """Tokens that the model read and wrote; where none did, those of the question and of the message, as embedded."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatChoice(BaseModel):
    """The one answer."""

    index: Literal[0] = 0
    message: Message
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class ChatCompletion(BaseModel):
    """An answer, or why there is none, in OpenAI's form."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChatChoice]
    usage: ChatUsage


def _is_none(value: object) -> bool:
    return value is None


class ChatDelta(BaseModel):
    """What a chunk adds to the message; what it does not add is left out."""

    role: Literal["assistant"] | None = Field(None, exclude_if=_is_none)
    content: str | None = Field(None, exclude_if=_is_none)
    annotations: list[Annotation] | None = Field(None, exclude_if=_is_none)


class ChunkChoice(BaseModel):
    """The one answer, a piece of it."""

    index: Literal[0] = 0
    delta: ChatDelta
    logprobs: None = None
    finish_reason: Literal["stop"] | None = None


class ChatChunk(BaseModel):
    """A piece of an answer. ``citespan`` stands on the one that says that the answer is finished."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: ChatUsage | None = None
    citespan: AskResponse | None = Field(None, exclude_if=_is_none)


def _last_of_the_user(messages: Sequence[ChatMessage]) -> int | None:
    return next((number for number in reversed(range(len(messages))) if messages[number].role == "user"), None)
