"""Stand-ins that can be computed by eye, and that nothing heavy is imported for."""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from index.pooling import Places, embed_apart
from index.store import Vectors

__all__ = ["HashingEmbedder"]


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
