"""Rows of bytes by document, in one memory-mapped file that only grows.

Opening it takes a millisecond at any size, and a killed process cannot tear it: rows are appended first and become
valid when ``rows.json`` is replaced.
"""

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["AppendedFile"]

COMPACT_ABOVE = 0.5
"""Share of dead rows above which the file is written anew."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of which file are valid: ``ranges`` maps a document key to (first row, number of rows).

    ``form`` says what is in a row, ``width`` how many bytes it has.
    """

    file: str
    form: str
    width: int
    total: int
    ranges: Mapping[str, tuple[int, int]]


class AppendedFile:
    """The rows of a volume's documents. An opened object never changes: ``open`` another one."""

    def __init__(self, folder: Path, rows: Rows) -> None:
        self._folder = folder
        self._rows = rows
        self.data = _mapped(folder, rows)

    @classmethod
    def open(cls, folder: Path, *, form: str, width: int) -> "AppendedFile":
        """What is on disk. Raises OSError or ValueError where it is missing, damaged or of another form."""
        rows = _read_rows(folder / "rows.json")
        expected = form, width
        if (rows.form, rows.width) != expected or (folder / rows.file).stat().st_size < rows.total * width:
            raise ValueError(f"{folder} does not hold {rows.total} rows of {form}, {width} bytes each")
        return cls(folder, rows)

    @classmethod
    def empty(cls, folder: Path, *, form: str, width: int) -> "AppendedFile":
        """Start anew, dropping whatever is on disk."""
        shutil.rmtree(folder, ignore_errors=True)
        return cls(folder, Rows("", form, width, 0, {}))

    @property
    def ranges(self) -> Mapping[str, tuple[int, int]]:
        """By document that is here, its first row and how many it has."""
        return self._rows.ranges

    def replaced(self, added: Iterable[tuple[str, bytes]], removed: Collection[str]) -> "AppendedFile":
        """Without the documents ``removed``, with those ``added``; on disk when this returns. One writer at a time."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ranges = {key: found for key, found in self.ranges.items() if key not in removed}
        rows = self._compacted(ranges) if self._wasteful(ranges) else replace(self._rows, ranges=ranges)
        rows = _append(self._folder, rows, added)
        _replace(self._folder / "rows.json", json.dumps(_stored(rows)).encode())
        for other in self._folder.glob("rows-*.bin"):
            if other.name != rows.file:
                other.unlink(missing_ok=True)
        return AppendedFile(self._folder, rows)

    def _wasteful(self, ranges: Mapping[str, tuple[int, int]]) -> bool:
        alive = sum(count for _, count in ranges.values())
        return not self._rows.file or alive < self._rows.total * (1 - COMPACT_ABOVE)

    def _compacted(self, ranges: Mapping[str, tuple[int, int]]) -> Rows:
        width = self._rows.width
        number = int(self._rows.file[5:-4]) + 1 if self._rows.file else 1
        empty = replace(self._rows, file=f"rows-{number}.bin", total=0, ranges={})
        (self._folder / empty.file).unlink(missing_ok=True)
        kept = (
            (key, self.data[first * width : (first + count) * width].tobytes())
            for key, (first, count) in ranges.items()
        )
        return _append(self._folder, empty, kept)


def _mapped(folder: Path, rows: Rows) -> Bytes:
    if rows.total == 0:
        return np.zeros(0, dtype=np.uint8)
    return np.asarray(np.memmap(folder / rows.file, dtype=np.uint8, mode="r", shape=(rows.total * rows.width,)))


def _append(folder: Path, rows: Rows, added: Iterable[tuple[str, bytes]]) -> Rows:
    ranges, total = dict(rows.ranges), rows.total
    path = folder / rows.file
    path.touch()
    with path.open("r+b") as file:
        file.truncate(total * rows.width)
        file.seek(0, os.SEEK_END)
        for key, content in added:
            file.write(content)
            ranges[key] = (total, len(content) // rows.width)
            total += len(content) // rows.width
        file.flush()
        os.fsync(file.fileno())
    return replace(rows, total=total, ranges=ranges)


def _read_rows(path: Path) -> Rows:
    stored = json.loads(path.read_text(encoding="utf-8"))
    try:
        ranges = {key: (int(first), int(count)) for key, (first, count) in stored["ranges"].items()}
        return Rows(stored["file"], stored["form"], stored["width"], stored["total"], ranges)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is damaged") from error


def _stored(rows: Rows) -> dict[str, object]:
    return {
        "file": rows.file,
        "form": rows.form,
        "width": rows.width,
        "total": rows.total,
        "ranges": dict(rows.ranges),
    }


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees the old or the new one, and a crash leaves one of them."""
    partial = path.with_suffix(".partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
