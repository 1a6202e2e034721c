"""The stages of an answer, from understand to answer: each is timed, and work that nobody waits for ends with it."""

import time
from collections.abc import Callable

from assistant.errors import Abandoned

__all__ = ["Stages", "Waiting", "always"]

Waiting = Callable[[], bool]
"""Says whether anyone still waits for the answer. Asked at the end of each stage, in the thread that works on it."""


def always() -> bool:
    """Somebody waits to the end."""
    return True


class Stages:
    """Milliseconds by stage; the end of a stage is where work that nobody waits for stops."""

    def __init__(self, waiting: Waiting = always) -> None:
        self.waiting = waiting
        self._milliseconds: dict[str, float] = {}
        self._began = time.perf_counter()

    def end(self, name: str) -> None:
        """Add the time since the last end to that of ``name``. Raises Abandoned when nobody waits any more."""
        now = time.perf_counter()
        self._milliseconds[name] = self._milliseconds.get(name, 0.0) + 1000 * (now - self._began)
        self._began = now
        if not self.waiting():
            raise Abandoned(f"Nobody waits for the answer any more; it was given up after the stage {name!r}.")

    def resume(self) -> None:
        """The next stage begins now: what whoever follows did with a step is no time of ours."""
        self._began = time.perf_counter()

    def timings(self) -> dict[str, float]:
        """All stages, and their sum as ``total``."""
        total = sum(self._milliseconds.values())
        return {name: round(value, 2) for name, value in {**self._milliseconds, "total": total}.items()}
