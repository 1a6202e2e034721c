"""Dense search: exact cosine similarity over a memory-mapped matrix, derived from the store.

Exact search gives the same answer whatever the order in which documents came.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.appending import AppendedFile
from index.store import Vectors

__all__ = ["VectorFile", "similarities"]

FORM = "float32"
ROUNDING = 1e-4
"""More than single precision may be off in a product of two unit vectors."""


def similarities(rows: Vectors, vector: Vectors) -> Vectors:
    """The cosine of each row to ``vector``, all of unit length.

    Not ``rows @ vector``: OpenBLAS's threads spin for milliseconds after it, on the cores that a model wants next; a
    question took 20 ms longer on two cores.
    """
    return np.asarray(np.einsum("ij,j->i", rows, vector), dtype=np.float32)


class VectorFile:
    """The vectors of a volume's passages, a row each. An opened object never changes: ``open`` another one."""

    def __init__(self, file: AppendedFile, *, dimension: int) -> None:
        self._file = file
        self._dimension = dimension
        self._matrix: Vectors = file.data.view("<f4").reshape(-1, dimension)

    @classmethod
    def open(cls, folder: Path, *, dimension: int) -> "VectorFile":
        """What is on disk. Raises OSError or ValueError where it is missing, damaged or of another dimension."""
        return cls(AppendedFile.open(folder, form=FORM, width=4 * dimension), dimension=dimension)

    @classmethod
    def empty(cls, folder: Path, *, dimension: int) -> "VectorFile":
        """Start anew, dropping whatever is on disk."""
        return cls(AppendedFile.empty(folder, form=FORM, width=4 * dimension), dimension=dimension)

    @property
    def keys(self) -> Collection[str]:
        """The documents whose vectors are here."""
        return self._file.ranges.keys()

    def replaced(self, added: Iterable[tuple[str, Vectors]], removed: Collection[str]) -> "VectorFile":
        """Without the documents ``removed``, with those ``added``; on disk when this returns. One writer at a time."""
        rows = ((key, np.ascontiguousarray(vectors, dtype="<f4").tobytes()) for key, vectors in added)
        return VectorFile(self._file.replaced(rows, removed), dimension=self._dimension)

    def search(
        self, vector: Vectors, *, limit: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Ids of the ``limit`` nearest passages with their cosine similarity, best first, ties by id.

        ``vector`` has shape (dimension,) and unit length; ``documents`` are the keys to look in, None for all.
        """
        alive = self._everywhere if documents is None else _Alive.of(self._file.ranges, documents)
        rows = alive.rows
        if not len(rows) or limit < 1:
            return []
        if len(rows) == len(self._matrix):
            scores = similarities(self._matrix, vector)
        elif len(rows) * 4 > len(self._matrix):
            scores = similarities(self._matrix, vector)[rows]
        else:
            scores = similarities(self._matrix[rows], vector)
        cut = np.partition(scores, -limit)[-limit] - ROUNDING if limit < len(scores) else -np.inf
        near = np.flatnonzero(scores >= cut)
        # Summed row by row in double precision, a score does not depend on where its row stands.
        exact = (self._matrix[rows[near]].astype(np.float64) * vector).sum(axis=1)
        found = [(alive.name(position), score) for position, score in zip(near.tolist(), exact.tolist(), strict=True)]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    @cached_property
    def _everywhere(self) -> "_Alive":
        return _Alive.of(self._file.ranges, self._file.ranges)


@dataclass(frozen=True, slots=True)
class _Alive:
    """The rows of some documents, ascending, and by position among them the document's number and first row."""

    rows: NDArray[np.int64]
    owners: NDArray[np.int64]
    firsts: NDArray[np.int64]
    keys: Sequence[str]

    @classmethod
    def of(cls, ranges: Mapping[str, tuple[int, int]], documents: Collection[str]) -> "_Alive":
        wanted = sorted((*place, key) for key, place in ranges.items() if place[1] and key in documents)
        firsts = np.array([first for first, _, _ in wanted], dtype=np.int64)
        counts = np.array([count for _, count, _ in wanted], dtype=np.int64)
        owners = np.repeat(np.arange(len(wanted)), counts)
        before = np.cumsum(counts) - counts  # how many rows the documents before have
        rows = np.arange(counts.sum()) + (firsts - before)[owners]
        return cls(rows, owners, firsts, [key for _, _, key in wanted])

    def name(self, position: int) -> str:
        """The id of the passage in the row at ``position``."""
        owner = self.owners[position]
        return f"{self.keys[owner]}/{self.rows[position] - self.firsts[owner]}"
