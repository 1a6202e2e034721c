"""Stand-ins that can be computed by eye, and that nothing heavy is imported for."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

import numpy as np

from assistant.claims.built_in import BuiltInJudge
from assistant.conversing.asking import SCHEMA
from assistant.errors import Abandoned, GeneratorError
from assistant.generating.chat import Message, Piece
from assistant.generating.writers import Writers
from assistant.stages import Waiting
from index.pooling import Places, embed_apart
from index.store import Vectors

__all__ = ["HashingEmbedder", "ScriptedModel", "no_writers", "writers_of"]


class HashingEmbedder:
    """A bag of words: each lower-cased word adds 1 at the place its SHA-256 names; the sum is made unit length.

    A text without words points to place 0. The same in every process, unlike Python's own hash().
    """

    name = "hashing"
    fingerprint = "hashing 64"
    dimension = 64
    window = 256

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words between white space, and two for the special tokens of a real model."""
        return [len(text.split()) + 2 for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split()[: self.window - 2]:
                row[self.place(word)] += 1
            if not row.any():
                row[0] = 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / lengths, dtype=np.float32)

    def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
        """A sentence is the words that are its own."""
        return embed_apart(self.embed, texts, places)

    def embed_query(self, text: str) -> Vectors:
        """The same as a document's."""
        return np.asarray(self.embed([text])[0])

    def place(self, word: str) -> int:
        """The dimension that a lower-case word adds to."""
        return sha256(word.encode()).digest()[0] % self.dimension


class ScriptedModel:
    """A chat model that says what it is told to, in pieces: an error is raised, a function called in its place.

    ``rewritten`` is what it makes of a follow-up; ``asked`` is all that it was asked.
    """

    name = "scripted:1"
    model = "scripted-1"
    grammatical = False

    def __init__(
        self, *pieces: str | Exception | Callable[[], object], window: int = 4096, rewritten: str = ""
    ) -> None:
        self.window = window
        self.asked: list[Sequence[Message]] = []
        self.limits: list[int] = []
        self._pieces = pieces
        self._rewritten = rewritten

    def stream(
        self, messages: Sequence[Message], *, limit: int, waiting: Waiting, schema: Mapping[str, object] | None = None
    ) -> Iterator[Piece]:
        """The pieces, and one token for each."""
        self.asked.append(messages)
        self.limits.append(limit)
        if schema is SCHEMA:
            yield Piece(json.dumps({"question": self._rewritten}))
            return
        for piece in self._pieces:
            if not waiting():
                raise Abandoned("nobody waits")
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, str):
                yield Piece(piece)
            else:
                piece()
        yield Piece("", {"input": len(messages), "output": len(self._pieces)})


def writers_of(model: ScriptedModel | None) -> Writers:
    """Writers that know this model by its name, and judge without a model."""

    def opened(name: str | None) -> ScriptedModel | None:
        if name not in {None, "extractive", model and model.name}:
            raise GeneratorError(f"There is no {name}.")
        return None if name == "extractive" else model

    return Writers(opened, lambda: BuiltInJudge(None), tokens=256, usual=model.name if model else "extractive")


def no_writers() -> Writers:
    """The extractive answer, always."""
    return writers_of(None)
