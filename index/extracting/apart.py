"""Formats read in a process of their own: a hostile file can end that process, and nothing else.

One child serves file after file and is started at the first. It has limits of memory, processor time and time by the
clock for each file; what goes beyond them, or crashes it, is one file skipped, and the next file has a new child. The
child ends with its parent, when it is told to, and after a while without work. What comes back is JSON and the numbers
of the boxes: nothing that the child says is executed.
"""

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import IO, Any

import numpy as np

from index.elements import element_from
from index.errors import FileSkipped
from index.models import Reading

__all__ = ["Limits", "close_apart", "extract_apart"]

_LENGTHS = struct.Struct("<QQ")
_LARGEST_ANSWER = 2**31
_START = "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from index.extracting.working import main; main()"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take: seconds by the clock and of the processor, and bytes of memory beyond what is loaded."""

    seconds: float = 300.0
    processor_seconds: int = 300
    memory: int = 4 * 2**30


_USUAL = Limits()


class _Ended(Exception):
    """The child ended before it answered."""


class _Child:
    """A process that reads files, one after the other. Not for two threads at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [sys.executable, "-c", _START, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
        self.owner = os.getpid()

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """The child's answer and the bytes with it. Raises _Ended when there is none."""
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        head = json.dumps(request).encode()
        try:
            self._process.stdin.write(_LENGTHS.pack(len(head), len(data)) + head)
            self._process.stdin.write(data)
            self._process.stdin.flush()
            lengths = _LENGTHS.unpack(_exactly(self._process.stdout, _LENGTHS.size))
            if sum(lengths) > _LARGEST_ANSWER:
                raise _Ended
            answer = json.loads(_exactly(self._process.stdout, lengths[0]))
            return answer, _exactly(self._process.stdout, lengths[1])
        except (OSError, ValueError) as error:
            raise _Ended from error

    def end(self) -> int:
        """Kill the child and let go of it; what it ended with, below 0 for a signal."""
        with suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return self._process.wait()

    def wait(self) -> int:
        """What the child ended with, once it has ended by itself; it is killed when it does not."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=5)
        return self.end()


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise _Ended
    return data


class _Apart:
    """The child, one for this process, and the lock that gives it one file at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def extract(self, name: str, path: str, data: bytes, limits: Limits, options: Mapping[str, str]) -> Reading:
        request = {"name": name, "path": path, "options": dict(options), **asdict(limits)}
        with self._lock:
            answer, attached = self._answered(path, request, data, limits)
        try:
            if "skipped" not in answer:
                return _reading(answer, attached)
            reason, message = answer["skipped"]
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path} made its reader answer what makes no sense ({error}). Save it anew and index that."
            raise FileSkipped("damaged", message) from error
        raise FileSkipped(str(reason), str(message))

    def _answered(
        self, path: str, request: Mapping[str, Any], data: bytes, limits: Limits
    ) -> tuple[dict[str, Any], bytes]:
        child, fresh = self._running()
        late = threading.Event()
        timer = threading.Timer(limits.seconds, _stop, (child, late))
        timer.daemon = True
        timer.start()
        try:
            return child.ask(request, data)
        except _Ended as error:
            ended = child.wait()
            self._drop()
            if not fresh and not late.is_set() and ended != -24:  # killed before it was asked
                return self._answered(path, request, data, limits)
            raise _unanswered(path, limits, ended, late=late.is_set()) from error
        except BaseException:
            self._drop()
            raise
        finally:
            timer.cancel()
            timer.join()
            if late.is_set():
                self._drop()

    def _running(self) -> tuple[_Child, bool]:
        """The child, and whether it is a new one: where it has ended, or belongs to the process before a fork."""
        child = self._child
        if child is not None and child.owner != os.getpid():
            self._child = child = None
        if child is not None and not child.is_running():
            self._drop()
            child = None
        fresh = child is None
        if child is None:
            child = self._child = _Child()
        return child, fresh

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None and child.owner == os.getpid():
            child.end()

    def close(self) -> None:
        """End the child, if there is one."""
        self._drop()


def _stop(child: _Child, late: threading.Event) -> None:
    late.set()
    with suppress(OSError):
        os.kill(child.number, 9)


def _unanswered(path: str, limits: Limits, ended: int, *, late: bool) -> FileSkipped:
    if late or ended == -24:  # SIGXCPU
        message = f"{path} took longer than {limits.seconds:.0f} seconds to read. Split it, or save it anew, and index"
        return FileSkipped("timeout", f"{message} that.")
    message = f"{path} made its reader end without an answer: it is damaged, or needs more memory than the"
    what = (
        f"{limits.memory / 2**30:.1f} GiB that one file may take. Open it in its own program, save it anew, index that."
    )
    return FileSkipped("damaged", f"{message} {what}")


def _reading(answer: Mapping[str, Any], attached: bytes) -> Reading:
    """The child's answer checked and made a Reading. Raises ValueError for one that cannot be."""
    text = str(answer["text"])
    boxes = np.frombuffer(attached, dtype="<i4").reshape(-1, 5).astype(np.int32) if answer["boxed"] else None
    if boxes is not None and len(boxes) != len(text):
        raise ValueError(f"{len(boxes)} boxes for {len(text)} characters")
    return Reading(
        text=text,
        encoding=None,
        media_type=str(answer["media_type"]),
        extractor=str(answer["extractor"]),
        title=None if answer["title"] is None else str(answer["title"]),
        metadata={str(key): str(value) for key, value in answer["metadata"].items()},
        elements=tuple(map(element_from, answer["elements"])),
        boxes=boxes,
    )


_apart = _Apart()
atexit.register(_apart.close)


def extract_apart(
    name: str, path: str, data: bytes, limits: Limits = _USUAL, *, options: Mapping[str, str] | None = None
) -> Reading:
    """What ``index.extracting.NAME.extract(path, data, **options)`` makes of a file, in a process of its own.

    A name with a dot is that of a module elsewhere. Raises FileSkipped: what the extractor raised, ``damaged`` where it
    failed or crashed, ``timeout`` where it took too long.
    """
    return _apart.extract(name, path, data, limits, options or {})


def close_apart() -> None:
    """End the child process, if there is one; the next file starts another."""
    _apart.close()
