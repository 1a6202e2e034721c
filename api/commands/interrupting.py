"""Ctrl-C that ends one answer and not the conversation."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

__all__ = ["Interruptible"]


class Interruptible:
    """Within it, Ctrl-C asks for an end, which the work finds with ``waiting``; a second one interrupts at once."""

    def __init__(self) -> None:
        self._stopped = False
        self._before: object = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if callable(self._before) or isinstance(self._before, signal.Handlers):
            signal.signal(signal.SIGINT, self._before)

    def waiting(self) -> bool:
        """Whether nobody has asked for an end yet."""
        return not self._stopped

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self._stopped:
            raise KeyboardInterrupt
        self._stopped = True
