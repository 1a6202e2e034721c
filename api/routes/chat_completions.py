"""``/v1/chat/completions`` and ``/v1/models``: what clients of OpenAI's API need to ask here."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.openai.chat_completions import (
    ChatChoice,
    ChatChunk,
    ChatCompletion,
    ChatDelta,
    ChatRequest,
    ChatUsage,
    ChunkChoice,
)
from api.openai.errors import OpenAIErrorBody, openai_error, openai_status
from api.openai.messages import annotations_of, message_of, piece_of, pieces_of
from api.problems.details import problem_of
from api.problems.errors import ModelUnknown
from api.problems.kinds import KINDS, KindName
from api.routes.reading import DEFAULT_COLLECTION, Responses
from api.service import Service
from api.shapes.answers import AskResponse, ask_response, sentence_out
from api.streaming import Client, event, event_stream_of, stream
from assistant.finding import Found
from assistant.models import Reply, Stated
from index.errors import StaleRead

__all__ = ["ChatCompletions", "collection_of"]

MODEL = "citespan"
DONE = b"data: [DONE]\n\n"
READING: tuple[KindName, ...] = ("index-mismatch", "store", "internal")
ASKING: tuple[KindName, ...] = (
    "invalid-request", "malformed-json", "question", "model-not-found", "index-missing", "stale-read", "model",
    "citation",
)  # fmt: skip


class ModelOut(BaseModel):
    """A collection that can be asked."""

    id: str
    object: str = "model"
    created: int = Field(0, description="Always 0: a collection does not know when it was made.")
    owned_by: str = "citespan"


class ModelList(BaseModel):
    """Every collection that can be asked."""

    object: str = "list"
    data: list[ModelOut]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What all chunks of an answer have in common."""

    id: str
    created: int
    model: str

    def chunk(self, delta: ChatDelta, *, citespan: AskResponse | None = None) -> bytes:
        """A piece of the answer; with ``citespan`` it is the last."""
        choice = ChunkChoice(delta=delta, finish_reason="stop" if citespan else None)
        return event(None, ChatChunk(**self._shared(), choices=[choice], citespan=citespan))

    def usage(self, usage: ChatUsage) -> bytes:
        """The chunk after the last piece, for who asked for it."""
        return event(None, ChatChunk(**self._shared(), choices=[], usage=usage))

    def whole(self, choice: ChatChoice, usage: ChatUsage) -> ChatCompletion:
        """All of it at once."""
        return ChatCompletion(**self._shared(), choices=[choice], usage=usage)

    def _shared(self) -> dict[str, object]:
        return {"id": self.id, "created": self.created, "model": self.model}


class Sent:
    """What was sent of a message's text: it is not sent again, and cannot be taken back."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._place = 0

    def begin(self) -> None:
        """The text is told once more from its start."""
        self._place = 0

    def more(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces that were not sent yet. Raises StaleRead when one of those that were is another one now."""
        for piece in pieces:
            if self._place == len(self._sent):
                self._sent.append(piece)
                yield piece
            elif self._sent[self._place] != piece:
                raise StaleRead("The documents changed while the answer was being written. Ask again.")
            self._place += 1


class ChatCompletions:
    """Answers as chat completions. Plain functions: the framework runs each in its thread pool."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._parts = service.parts
        self._usual = service.settings.assistant
        self._public_url = service.settings.api.public_url

    def complete(self, chat: ChatRequest, request: Request) -> ChatCompletion | Response:
        """Answer the last user message from the documents, with numbered sources, in the form of OpenAI's API.

        What was said before it is its history. The service's usual generator writes: `model` names a collection. What
        `/v1/ask` gives stands beside the text, as `citespan`: on the message, or on the last chunk of a stream.
        """
        client = Client(request)
        asked = chat.asked_of(collection_of(chat.model))
        question = asked.question_with(max_sentences=self._usual.max_sentences, caution=self._usual.caution)
        talk = Conversation(f"chatcmpl-{uuid4().hex}", int(time.time()), chat.model)
        if chat.stream:
            steps = self._service.steps(question, waiting=client.waits)
            counted = bool(chat.stream_options and chat.stream_options.include_usage)
            chunks = self._chunks(talk, steps, counted=counted)
            return stream(chunks, client, failed=lambda error: event(None, openai_error(problem_of(request, error))))
        reply = ask_response(self._service.ask(question, waiting=client.waits))
        message = message_of(reply, self._public_url)
        return talk.whole(ChatChoice(message=message), self._usage(reply, message.content))

    def models(self) -> ModelList:
        """The models that can be named: one for each collection."""
        return ModelList(data=[ModelOut(id=name) for name in self._model_names()])

    def model(self, model: str) -> ModelOut:
        """One of the models."""
        names = self._model_names()
        if model not in names:
            raise ModelUnknown(f"There is no model {model[:100]!r}. There is: {', '.join(names) or 'none yet'}.")
        return ModelOut(id=model)

    def router(self) -> APIRouter:
        """The paths, with what OpenAPI says of each."""
        router = APIRouter()
        add = router.add_api_route
        path = "/v1/chat/completions"
        responses = _streamed() | _errors(*ASKING, *READING)
        add(
            path,
            self.complete,
            methods=["POST"],
            operation_id="chat_completions",
            response_model=ChatCompletion,
            responses=responses,
        )
        path = "/v1/models"
        add(path, self.models, operation_id="list_models", responses=_errors(*READING))
        path = "/v1/models/{model:path}"
        add(path, self.model, operation_id="get_model", responses=_errors("model-not-found", *READING))
        return router

    def _chunks(self, talk: Conversation, steps: Iterator[Found | Stated | Reply], *, counted: bool) -> Iterator[bytes]:
        """A sentence that a model writes is a chunk once it is verified; the others come with the whole."""
        sent = Sent()
        for step in steps:
            match step:
                case Found():
                    sent.begin()
                    yield talk.chunk(ChatDelta(role="assistant", content=""))
                case Stated():
                    yield from _said(talk, sent.more([piece_of(sentence_out(step.sentence))]))
                case Reply():
                    yield from self._rest(talk, ask_response(step), sent, counted=counted)
        yield DONE

    def _rest(self, talk: Conversation, reply: AskResponse, sent: Sent, *, counted: bool) -> Iterator[bytes]:
        pieces = pieces_of(reply, self._public_url)
        sent.begin()
        yield from _said(talk, sent.more(pieces))
        annotations = annotations_of(reply, self._public_url)
        yield talk.chunk(ChatDelta(annotations=annotations or None), citespan=reply)
        if counted:
            yield talk.usage(self._usage(reply, "".join(pieces)))

    def _usage(self, reply: AskResponse, content: str) -> ChatUsage:
        used = reply.generator.usage
        if used is not None:
            asked, answered = used.get("input", 0), used.get("output", 0)
        else:
            asked, answered = self._parts.embedder.count_tokens([reply.question, content])
        return ChatUsage(prompt_tokens=asked, completion_tokens=answered, total_tokens=asked + answered)

    def _model_names(self) -> list[str]:
        names = [state.name for state in self._service.assistant.reader.collections()]
        return [MODEL if name == DEFAULT_COLLECTION else f"{MODEL}/{name}" for name in names]


def collection_of(model: str) -> str:
    """The collection that a model's name stands for. Raises ModelUnknown when it can be none of ours."""
    if model == MODEL:
        return DEFAULT_COLLECTION
    prefix, _, name = model.partition("/")
    if prefix != MODEL or not name:
        raise ModelUnknown(f"There is no model {model[:100]!r}. Ask {MODEL}, or {MODEL}/NAME; see /v1/models.")
    return name


def _said(talk: Conversation, pieces: Iterator[str]) -> Iterator[bytes]:
    return (talk.chunk(ChatDelta(content=piece)) for piece in pieces)


def _streamed() -> Responses:
    told = "With `stream`: chunks, then `[DONE]`; an error where something goes wrong after the first."
    content = event_stream_of([(None, "ChatChunk"), (None, "OpenAIErrorBody")], told, end="[DONE]")
    return {200: {"description": "An answer, or why there is none.", "content": content}}


def _errors(*names: KindName) -> Responses:
    found: Responses = {}
    for kind in (KINDS[name] for name in names):
        entry = found.setdefault(openai_status(kind.status), {"model": OpenAIErrorBody, "description": ""})
        entry["description"] = "; or: ".join(filter(None, [entry["description"], kind.title]))
    return found
