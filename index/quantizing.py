"""Vectors of unit length as a byte for each component, and back: a quarter of the room, the direction all but kept.

A row is scaled by its largest component, so the error of its cosine is at most ``dimension * largest² / 2 / 254²``:
about 0.0002 for the vectors of sentences, 0.003 for the worst there can be of 384 components.
"""

from base64 import b64decode, b64encode

import numpy as np
from numpy.typing import NDArray

from index.store import Vectors

__all__ = ["dequantized", "quantized", "restored", "rounded"]

SignedBytes = NDArray[np.int8]


def rounded(vectors: Vectors) -> SignedBytes:
    """Rows as signed bytes, each scaled by its largest component; their lengths are not kept.

    What ``restored`` gives is rounded to what it was restored from.
    """
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12)
    return np.asarray(np.rint(vectors * (127 / largest)), dtype=np.int8)


def restored(values: SignedBytes, *, rows: int) -> Vectors:
    """The ``rows`` that ``rounded`` made, at unit length. Raises ValueError where there are more or fewer."""
    vectors = values.astype(np.float32).reshape((rows, -1) if rows else (0, len(values)))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def quantized(vectors: Vectors) -> str:
    """Rows as base64 of signed bytes, one after the other."""
    return b64encode(rounded(vectors).tobytes()).decode()


def dequantized(text: str, *, rows: int) -> Vectors:
    """The ``rows`` that ``quantized`` made the text of, at unit length. Raises ValueError for any other text."""
    return restored(np.frombuffer(b64decode(text, validate=True), dtype=np.int8), rows=rows)
