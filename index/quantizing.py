"""Vectors of unit length as a byte for each component, and back: a quarter of the room, the direction all but kept.

A row is scaled by its largest component, so the error of its cosine is at most ``dimension * largest² / 2 / 254²``:
about 0.0002 for the vectors of sentences, 0.003 for the worst there can be of 384 components.
"""

from base64 import b64decode, b64encode

import numpy as np

from index.store import Vectors

__all__ = ["dequantized", "quantized"]


def quantized(vectors: Vectors) -> str:
    """Rows as base64 of signed bytes, one after the other; their lengths are not kept."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=1e-12)
    return b64encode(np.rint(vectors * (127 / largest)).astype(np.int8).tobytes()).decode()


def dequantized(text: str, *, rows: int) -> Vectors:
    """The ``rows`` that ``quantized`` made the text of, at unit length. Raises ValueError for any other text."""
    values = np.frombuffer(b64decode(text, validate=True), dtype=np.int8).astype(np.float32)
    vectors = values.reshape(rows, -1) if rows else values.reshape(0, len(values))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
