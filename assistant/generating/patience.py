"""How long an answer is waited for, and what is made meanwhile in a thread that can be stopped."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from assistant.errors import Abandoned
from assistant.stages import Waiting

__all__ = ["Broke", "OutOfTime", "Patience", "Stop", "made_aside"]

T = TypeVar("T")
_GLANCE = 0.2
"""Seconds between two looks at whether anyone still waits."""


class OutOfTime(Exception):
    """The time budget is spent."""


class Broke(Exception):
    """What was made aside ended in ``cause``, whoever raised that."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.cause = cause


class Patience:
    """A time budget, and somebody who may stop waiting before it is spent."""

    def __init__(self, seconds: float, waiting: Waiting) -> None:
        self._deadline = time.monotonic() + seconds
        self._waiting = waiting
        self._glanced = float("-inf")

    @property
    def left(self) -> float:
        """Seconds that are left, never below 0."""
        return max(0.0, self._deadline - time.monotonic())

    def check(self) -> None:
        """Raises OutOfTime at the end of the budget, Abandoned when nobody waits."""
        now = time.monotonic()
        if now >= self._deadline:
            raise OutOfTime
        if now - self._glanced >= _GLANCE:
            self._glanced = now
            if not self._waiting():
                raise Abandoned("Nobody waits for the answer any more; the model was told to stop.")

    def sleep(self, seconds: float) -> None:
        """Let time pass, and raise as ``check`` does while it passes."""
        wake = time.monotonic() + seconds
        while (rest := wake - time.monotonic()) > 0:
            self.check()
            time.sleep(min(rest, _GLANCE))
        self.check()


class Stop:
    """Tells whoever works aside that nobody reads any more, and cuts what it waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cuts: list[Callable[[], None]] = []
        self.called = False

    def cutting(self, cut: Callable[[], None]) -> None:
        """Have ``cut`` called at the stop; at once when that has been."""
        with self._lock:
            if not self.called:
                self._cuts.append(cut)
                return
        cut()

    def call(self) -> None:
        """Stop. Calling twice does no harm."""
        with self._lock:
            self.called = True
            cuts, self._cuts = self._cuts, []
        for cut in cuts:
            cut()


class _End:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error


class _Work(Generic[T]):
    def __init__(self, make: Callable[[Stop], Iterator[T]]) -> None:
        self.stop = Stop()
        self.made: SimpleQueue[T | _End] = SimpleQueue()
        self._make = make

    def run(self) -> None:
        try:
            for item in self._make(self.stop):
                if self.stop.called:
                    break
                self.made.put(item)
        except Exception as error:  # noqa: BLE001  a thread's errors are told to who reads
            self.made.put(_End(error))
        else:
            self.made.put(_End())


def made_aside(make: Callable[[Stop], Iterator[T]], patience: Patience) -> Generator[T]:
    """What ``make`` yields, made in a thread of its own, which is stopped when reading ends for whatever reason.

    Raises OutOfTime and Abandoned within a moment, whatever the thread waits for, and Broke with what it raised.
    """
    work = _Work(make)
    threading.Thread(target=work.run, name="citespan-model", daemon=True).start()
    try:
        while True:
            patience.check()
            try:
                item = work.made.get(timeout=min(_GLANCE, patience.left + 0.001))
            except Empty:
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise Broke(item.error) from item.error
                return
            yield item
    finally:
        work.stop.call()
