"""The seam to language models: messages in, text out, bit by bit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from assistant.stages import Waiting

__all__ = ["ChatModel", "Message", "Piece"]


class Message(NamedTuple):
    """What is said to a model, and by whom."""

    role: Literal["system", "user", "assistant"]
    content: str


class Piece(NamedTuple):
    """A stretch of a model's answer. ``usage`` counts tokens ("input", "output") and comes at most once, at the end."""

    text: str
    usage: Mapping[str, int] | None = None


class ChatModel(Protocol):
    """A language model. Safe to use from several threads.

    ``name`` is as configured (``openai:gpt-5-mini``), ``model`` the model's own name, ``window`` the tokens that
    messages and answer may have together. ``grammatical`` is whether any schema is a grammar to it, so that it can be
    held to the very sentences that it may quote.
    """

    name: str
    model: str
    window: int
    grammatical: bool

    def stream(
        self,
        messages: Sequence[Message],
        *,
        limit: int,
        waiting: Waiting,
        schema: Mapping[str, object] | None = None,
    ) -> Iterator[Piece]:
        """The answer, at most ``limit`` tokens of it, as JSON of this schema where the provider can be held to one.

        Raises GeneratorFailed when the model does not deliver within its time budget, Abandoned when nobody waits.
        """
        ...
