"""Chat models of any provider, through LangChain, which stops at this file (and so does LangSmith)."""

import os
import random
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from langchain.chat_models import base, init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langsmith import tracing_context
from pydantic import SecretStr, ValidationError

from assistant.errors import GeneratorFailed
from assistant.generating.asking import OPENAI_LIKE, Optional, Request, constructing, dropped, requesting
from assistant.generating.chat import Message, Piece
from assistant.generating.connections import cuttable_client, stop_of_this_thread
from assistant.generating.failures import Failure, explained, failure_of
from assistant.generating.patience import Broke, OutOfTime, Patience, Stop, made_aside
from assistant.generating.thoughts import without_thoughts
from assistant.stages import Waiting

__all__ = ["LangChainChat", "build", "known_providers"]

_CHARACTERS_PER_TOKEN = 8
"""No language has tokens this long on average: a model that says more than this has lost count."""
_ATTEMPTS = 5
_FIRST_PAUSE = 0.5
"""Seconds, doubled each time: a server that is not there is given up after about 6, however large the budget."""
_ENDINGS = frozenset({"finish_reason", "status"})


def known_providers() -> tuple[str, ...]:
    """The providers that LangChain builds models of."""
    return tuple(sorted(getattr(base, "_BUILTIN_PROVIDERS", ())))


def build(
    provider: str, model: str, *, seconds: float, tokens: int, tracing: bool, url: str | None = None, key: str = ""
) -> BaseChatModel:
    """The provider's model, which leaves retries to us. ``url`` is an OpenAI-compatible server, the only one spoken to.

    Raises ImportError without the provider's package, and whatever else that package raises.
    """
    options = constructing(provider, seconds=seconds, tokens=tokens)
    if provider == "openai" and url is not None:
        options |= {"base_url": url, "api_key": key, "http_client": cuttable_client(only_key=key), "openai_proxy": None}
        options |= {"http_socket_options": (), "use_responses_api": False}
    elif provider in OPENAI_LIKE and not os.environ.get("OPENAI_PROXY"):
        options["http_client"] = cuttable_client()
    with _langsmith_ignored(unless=tracing):
        try:
            chat: BaseChatModel = init_chat_model(model, model_provider=provider, **options)
        except ValidationError as error:
            unknown = {problem["loc"][0] for problem in error.errors() if problem["type"] == "extra_forbidden"}
            if not unknown:
                raise
            known = {name: value for name, value in options.items() if name not in unknown}
            chat = init_chat_model(model, model_provider=provider, **known)
    if _lacks_key(chat):
        raise ValueError("no key")
    return chat


def _lacks_key(chat: BaseChatModel) -> bool:
    """Whether a package took an empty key for one: Anthropic's sends requests with it. Its tokens need no key."""
    return any(
        isinstance(key := getattr(chat, field, None), SecretStr)
        and not key.get_secret_value()
        and not os.environ.get(variable.replace("API_KEY", "AUTH_TOKEN"))
        for field, variable in chat.lc_secrets.items()
        if field.endswith("api_key")
    )


@contextmanager
def _langsmith_ignored(*, unless: bool) -> Iterator[None]:
    """LANGSMITH_GATEWAY would send prompts to LangSmith in the provider's stead; it is read when a model is built.

    LangChain's older variables go for good: all that they still do is to make it refuse to work.
    """
    gateway = None if unless else os.environ.pop("LANGSMITH_GATEWAY", None)
    if not unless:
        for name in ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER"):
            os.environ.pop(name, None)
    try:
        yield
    finally:
        if gateway is not None:
            os.environ["LANGSMITH_GATEWAY"] = gateway


class LangChainChat:
    """A ChatModel over LangChain's. ``key_place`` says where its key is set."""

    def __init__(
        self,
        chat: BaseChatModel,
        *,
        name: str,
        model: str,
        window: int | None,
        seconds: float,
        tracing: bool,
        key_place: str,
    ) -> None:
        profile: Mapping[str, Any] = chat.profile or {}
        self.name = name
        self.model = model
        self.window: int = window or profile.get("max_input_tokens") or 4096
        self._chat = chat
        self._seconds = seconds
        self._tracing = tracing
        self._key_place = key_place
        kind = name.partition(":")[0]
        self.grammatical = kind == "gguf"
        self._provider = "openai" if kind == "gguf" else kind
        self._place = f"{kind}:{model}"
        self._without = (
            frozenset[Optional]() if profile.get("temperature", True) else frozenset[Optional]({"temperature"})
        )

    def stream(
        self,
        messages: Sequence[Message],
        *,
        limit: int,
        waiting: Waiting,
        schema: Mapping[str, object] | None = None,
    ) -> Iterator[Piece]:
        """As ChatModel says. Nothing is asked again once a part of the answer has been passed on."""
        patience, asked, refused = Patience(self._seconds, waiting), 0, frozenset[Optional]()
        while True:
            request = self._request(limit, schema, patience, self._without | refused)
            began = False
            try:
                with closing(made_aside(partial(self._pieces, messages, request, limit), patience)) as pieces:
                    for piece in pieces:
                        began, self._without = True, self._without | refused
                        yield piece
            except OutOfTime:
                raise GeneratorFailed(self._late()) from None
            except Broke as broke:
                failure = failure_of(broke.cause)
            else:
                return
            if began:
                raise GeneratorFailed(f"{self._place} broke off in the middle of its answer.")
            if failure.refused and (option := dropped(request, failure.said)):
                refused |= frozenset[Optional]({option})
                continue
            asked += 1
            self._pause(failure, patience, asked)

    def _request(
        self, limit: int, schema: Mapping[str, object] | None, patience: Patience, without: frozenset[Optional]
    ) -> Request:
        return requesting(
            self._provider, limit=limit, schema=schema, window=self.window, left=patience.left, without=without
        )

    def _pause(self, failure: Failure, patience: Patience, asked: int) -> None:
        """Wait before the next attempt; raises GeneratorFailed where there is none."""
        pause = _FIRST_PAUSE * 2 ** (asked - 1) * random.uniform(0.5, 1)  # noqa: S311  no secret
        pause = pause if failure.retry_after is None else failure.retry_after
        if not failure.retryable or asked == _ATTEMPTS or pause >= patience.left:
            explanation = explained(failure, place=self._place, key=self._key_place, attempts=asked)
            raise GeneratorFailed(explanation)
        patience.sleep(pause)

    def _late(self) -> str:
        return f"{self._place} was not done within {self._seconds:g} seconds (CITESPAN_GENERATOR_SECONDS)."

    def _pieces(self, messages: Sequence[Message], request: Request, limit: int, stop: Stop) -> Iterator[Piece]:
        """In the thread that waits for the provider."""
        stop_of_this_thread.set(stop)
        left = limit * _CHARACTERS_PER_TOKEN
        with tracing_context(enabled=None if self._tracing else False):
            reading = _Reading(self._chat.stream([(one.role, one.content) for one in messages], **request.arguments))
            for text in without_thoughts(reading.texts()):
                if text:
                    yield Piece(text[:left])
                left -= len(text)
                if left <= 0:
                    reading.close()
                    return
        if self._provider in OPENAI_LIKE and not reading.ended:
            raise ConnectionError("the stream ended without saying why")
        yield Piece("", reading.usage)


class _Reading:
    """What an answer holds besides its text: how it ended, the tokens that it took."""

    def __init__(self, chunks: Iterator[AIMessageChunk]) -> None:
        self._chunks = chunks
        self._usage = {"input": 0, "output": 0}
        self.ended = False

    @property
    def usage(self) -> Mapping[str, int] | None:
        """Tokens, where the provider counts them."""
        return self._usage if any(self._usage.values()) else None

    def texts(self) -> Iterator[str]:
        """The text of each chunk, without reasoning, tool calls or images; "" too."""
        for chunk in self._chunks:
            if counted := chunk.usage_metadata:
                self._usage["input"] += counted["input_tokens"]
                self._usage["output"] += counted["output_tokens"]
            self.ended |= bool(counted or _ENDINGS & chunk.response_metadata.keys())
            yield str(chunk.text)

    def close(self) -> None:
        """Read no further: what is underneath is closed."""
        if isinstance(self._chunks, Generator):
            self._chunks.close()
