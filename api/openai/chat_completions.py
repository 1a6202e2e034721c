"""What OpenAI's chat completions look like here: a request that asks, and an answer with its sources as a message.

What a request may hold and does not change an answer (temperature, tools, …) is ignored; what would change it and
cannot be done is an error.
"""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from api.shapes.schemas import EXAMPLE, AskRequest, AskResponse, CitationOut, Turn
from assistant.answering import LONGEST_QUESTION

__all__ = [
    "ChatChoice",
    "ChatChunk",
    "ChatCompletion",
    "ChatDelta",
    "ChatRequest",
    "ChatUsage",
    "ChunkChoice",
    "Message",
    "annotations_of",
    "inert",
    "message_of",
    "pieces_of",
]

SHORT_QUOTE = 200
"""Code points of a quotation that are shown in a list of sources; the whole stands in the structured field."""
MOST_TURNS = 100
LONGEST_TURN = 20_000
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


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
        """Its text, all parts of it."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text" and part.text)
        return self.content or ""


class StreamOptions(Lenient):
    """What else a stream holds."""

    include_usage: StrictBool | None = Field(None, description="Whether a last chunk holds the usage.")


class ResponseFormat(Lenient):
    """The form of the answer: text."""

    type: Literal["text"]


class ChatRequest(Lenient):
    """A conversation. Its last user message is the question, the messages before it are the history."""

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
        turns = [
            Turn(role=message.role, content=message.text[:LONGEST_TURN])
            for message in self.messages[:asked]
            if message.role in {"user", "assistant"} and message.text
        ]
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
    """Tokens of the embedding model, of the question and of the message: no other model reads or writes here."""

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


def message_of(reply: AskResponse, public_url: str | None) -> Message:
    """The whole message."""
    content = "".join(pieces_of(reply, public_url))
    return Message(content=content, annotations=annotations_of(reply, public_url), citespan=reply)


def pieces_of(reply: AskResponse, public_url: str | None) -> list[str]:
    """The message in the order that it is sent in: each sentence with its markers, then the sources.

    Chat clients render it as Markdown, and would fetch what a document names as an image: see ``inert``.
    """
    if reply.answer is None:
        return [inert(reply.refusal.message if reply.refusal else "")]
    starts = [sentence.start for sentence in reply.sentences]
    cuts = zip(starts, [*starts[1:], len(reply.answer)], strict=True)
    return [*(inert(reply.answer[start:end]) for start, end in cuts), _sources(reply, public_url)]


def inert(text: str) -> str:
    """Text in which Markdown sees no image and no tag: where one would begin, its first character is a wide one.

    As long as before, so that offsets hold; the text to the letter stands in ``citespan``.
    """
    return _TAG.sub("＜", text.replace("![", "！["))


def annotations_of(reply: AskResponse, public_url: str | None) -> list[Annotation]:
    """A link for each citation, on the sentence that it proves; none where nobody said how sources are reached."""
    if public_url is None:
        return []
    numbered = {citation.id: citation for citation in reply.citations}
    return [
        Annotation(
            url_citation=UrlCitation(
                start_index=sentence.start,
                end_index=sentence.end,
                title=numbered[number].document_title,
                url=_link(numbered[number], public_url),
            )
        )
        for sentence in reply.sentences
        for number in sentence.citations
    ]


def _sources(reply: AskResponse, public_url: str | None) -> str:
    lines = [_source(citation, public_url) for citation in reply.citations]
    if reply.searched_for is not None:
        lines.append(f"Searched for: {reply.searched_for}")
    return "\n\nSources:\n\n" + "\n".join(f"- {line}" for line in lines)


def _source(citation: CitationOut, public_url: str | None) -> str:
    quote = " ".join(citation.cited_text.split())
    short = quote if len(quote) <= SHORT_QUOTE else quote[: SHORT_QUOTE - 1].rstrip() + "…"
    said = f"[{citation.id}] {citation.document_title} ({citation.file_name}{_lines(citation)}): “{short}”"
    return inert(said) if public_url is None else f"{inert(said)} {_link(citation, public_url)}"


def _lines(citation: CitationOut) -> str:
    first, last = citation.start_line, citation.end_line
    if first is None or last is None:
        return ""
    return f", line {first}" if first == last else f", lines {first}–{last}"


def _link(citation: CitationOut, public_url: str) -> str:
    place = f"#char={citation.start_char_index},{citation.end_char_index}"
    return f"{public_url.rstrip('/')}/d/{citation.document_id}{place}"


def _last_of_the_user(messages: Sequence[ChatMessage]) -> int | None:
    return next((number for number in reversed(range(len(messages))) if messages[number].role == "user"), None)
