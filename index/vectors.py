"""Dense search: exact cosine similarity over a memory-mapped matrix, derived from the store.

Exact search gives the same answer whatever the order in which documents came, opens in a millisecond at any size, and
cannot be torn by a killed process: rows are appended first and become valid when ``rows.json`` is replaced.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.store import Vectors

__all__ = ["VectorFile", "similarities"]

COMPACT_ABOVE = 0.5
"""Share of dead rows above which the file is written anew."""

ROUNDING = 1e-4
"""More than single precision may be off in a product of two unit vectors."""


def similarities(rows: Vectors, vector: Vectors) -> Vectors:
    """The cosine of each row to ``vector``, all of unit length.

    Not ``rows @ vector``: OpenBLAS's threads spin for milliseconds after it, on the cores that a model wants next; a
    question took 20 ms longer on two cores.
    """
    return np.asarray(np.einsum("ij,j->i", rows, vector), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of which file are valid: ``ranges`` maps a document key to (first row, number of rows)."""

    file: str
    dimension: int
    total: int
    ranges: Mapping[str, tuple[int, int]]


class VectorFile:
    """The vectors of a volume's passages, a row each. An opened object never changes: ``open`` another one."""

    def __init__(self, folder: Path, rows: Rows) -> None:
        self._folder = folder
        self._rows = rows
        self._matrix = _mapped(folder, rows)

    @classmethod
    def open(cls, folder: Path, *, dimension: int) -> "VectorFile":
        """What is on disk. Raises OSError or ValueError where it is missing, damaged or of another dimension."""
        rows = _read_rows(folder / "rows.json")
        if rows.dimension != dimension or (folder / rows.file).stat().st_size < rows.total * dimension * 4:
            raise ValueError(f"{folder} does not hold {rows.total} rows of dimension {dimension}")
        return cls(folder, rows)

    @classmethod
    def empty(cls, folder: Path, *, dimension: int) -> "VectorFile":
        """Start anew, dropping whatever is on disk."""
        shutil.rmtree(folder, ignore_errors=True)
        return cls(folder, Rows("", dimension, 0, {}))

    @property
    def keys(self) -> Collection[str]:
        """The documents whose vectors are here."""
        return self._rows.ranges.keys()

    def replaced(self, added: Iterable[tuple[str, Vectors]], removed: Collection[str]) -> "VectorFile":
        """Without the documents ``removed``, with those ``added``; on disk when this returns. One writer at a time."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ranges = {key: found for key, found in self._rows.ranges.items() if key not in removed}
        rows = (
            self._compacted(ranges)
            if self._wasteful(ranges)
            else Rows(self._rows.file, self._rows.dimension, self._rows.total, ranges)
        )
        rows = _append(self._folder, rows, added)
        _replace(self._folder / "rows.json", json.dumps(_stored(rows)).encode())
        for other in self._folder.glob("vectors-*.f32"):
            if other.name != rows.file:
                other.unlink(missing_ok=True)
        return VectorFile(self._folder, rows)

    def _wasteful(self, ranges: Mapping[str, tuple[int, int]]) -> bool:
        alive = sum(count for _, count in ranges.values())
        return not self._rows.file or alive < self._rows.total * (1 - COMPACT_ABOVE)

    def _compacted(self, ranges: Mapping[str, tuple[int, int]]) -> Rows:
        number = int(self._rows.file[8:-4]) + 1 if self._rows.file else 1
        empty = Rows(f"vectors-{number}.f32", self._rows.dimension, 0, {})
        (self._folder / empty.file).unlink(missing_ok=True)
        kept = ((key, self._matrix[first : first + count]) for key, (first, count) in ranges.items())
        return _append(self._folder, empty, kept)

    def search(
        self, vector: Vectors, *, limit: int, documents: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Ids of the ``limit`` nearest passages with their cosine similarity, best first, ties by id.

        ``vector`` has shape (dimension,) and unit length; ``documents`` are the keys to look in, None for all.
        """
        alive = self._everywhere if documents is None else _Alive.of(self._rows.ranges, documents)
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
        return _Alive.of(self._rows.ranges, self._rows.ranges)


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


def _mapped(folder: Path, rows: Rows) -> Vectors:
    if rows.total == 0:
        return np.zeros((0, rows.dimension), dtype=np.float32)
    return np.memmap(folder / rows.file, dtype=np.float32, mode="r", shape=(rows.total, rows.dimension))


def _append(folder: Path, rows: Rows, added: Iterable[tuple[str, Vectors]]) -> Rows:
    ranges, total = dict(rows.ranges), rows.total
    path = folder / rows.file
    path.touch()
    with path.open("r+b") as file:
        file.truncate(total * rows.dimension * 4)
        file.seek(0, os.SEEK_END)
        for key, vectors in added:
            file.write(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
            ranges[key] = (total, len(vectors))
            total += len(vectors)
        file.flush()
        os.fsync(file.fileno())
    return Rows(rows.file, rows.dimension, total, ranges)


def _read_rows(path: Path) -> Rows:
    stored = json.loads(path.read_text(encoding="utf-8"))
    try:
        ranges = {key: (int(first), int(count)) for key, (first, count) in stored["ranges"].items()}
        return Rows(stored["file"], stored["dimension"], stored["total"], ranges)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is damaged") from error


def _stored(rows: Rows) -> dict[str, object]:
    return {"file": rows.file, "dimension": rows.dimension, "total": rows.total, "ranges": dict(rows.ranges)}


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new one, and a crash leaves one of them."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
