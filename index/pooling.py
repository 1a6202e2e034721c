"""Vectors of the sentences in a passage: read by themselves and, where the model pools by the mean, within it too.

Within its passage, a sentence's "It" is what the sentence before it is about (late chunking: Günther et al. 2024). The
two readings added up rank better than either alone (DECISIONS.md). The mean of tokens is what such a model was trained
to give; of a model that reads a text off its first token, the others say less, and a sentence is read by itself only.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.store import Vectors

__all__ = ["Places", "Tokens", "embed_apart", "embed_within", "unit"]

Places = Sequence[Sequence[tuple[int, int]]]
"""For each text, where its sentences stand in it: from code point to code point, end exclusive."""
Tokens = tuple[int, Vectors, NDArray[np.int64]]
"""Of the text of that number: its tokens' vectors, and where in it each token stands, shape (tokens, 2).

Special tokens are among them, and stand nowhere: they end at 0, or before it.
"""
Embed = Callable[[Sequence[str]], Vectors]


def unit(rows: NDArray[Any]) -> Vectors:
    """The rows at length 1, in single precision."""
    vectors = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def embed_apart(embed: Embed, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
    """The vectors of texts, and by text those of its sentences, every sentence read by itself."""
    return embed(texts), _alone(embed, texts, places)


def embed_within(
    embed: Embed, texts: Sequence[str], places: Places, tokens: Iterable[Tokens], *, window: int
) -> tuple[Vectors, list[Vectors]]:
    """The vectors of texts, and by text those of its sentences: each read by itself and within its text, added up.

    A sentence of which the ``window`` cuts something off, or that has no token, is read by itself only.
    """
    if not texts:
        return embed_apart(embed, texts, places)
    inner = _alone(embed, texts, places)
    means = np.empty((len(texts), inner[0].shape[1]), dtype=np.float32)
    for number, states, stand in tokens:
        means[number] = states.mean(axis=0)
        sums, whole = _sums(states, stand, places[number], full=len(stand) >= window)
        inner[number] = unit(inner[number] + unit(sums) * whole[:, None])
    return unit(means), inner


def _alone(embed: Embed, texts: Sequence[str], places: Places) -> list[Vectors]:
    sentences = [text[start:end] for text, inner in zip(texts, places, strict=True) for start, end in inner]
    ends = np.cumsum([len(inner) for inner in places], dtype=np.int64)
    return np.split(embed(sentences), ends[:-1]) if texts else []


def _sums(
    states: Vectors, stand: NDArray[np.int64], places: Sequence[tuple[int, int]], *, full: bool
) -> tuple[Vectors, NDArray[np.bool_]]:
    """The sum of the tokens that touch each sentence, which points where their mean does; and whether it is all there.

    ``full`` says that the window is, so that what stands behind the last token was cut off.
    """
    bounds = np.array(places, dtype=np.int64).reshape(-1, 2)
    touch = (stand[:, 0] < bounds[:, 1:]) & (stand[:, 1] > bounds[:, :1])
    last = stand[:, 1].max(initial=0) if full else sys.maxsize
    return touch.astype(np.float32) @ states, touch.any(axis=1) & (bounds[:, 1] <= last)
