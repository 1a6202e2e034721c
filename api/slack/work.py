"""Work that outlasts the three seconds Slack waits for an answer: so much at once, so much waiting, and no more."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["Work"]


class Work:
    """A bounded pool of threads."""

    def __init__(self, *, workers: int, waiting: int) -> None:
        self._room = threading.BoundedSemaphore(workers + waiting)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="slack")

    def submit(self, job: Callable[[], None]) -> bool:
        """Have it done, or say at once that there is no room. ``job`` must not raise."""
        if not self._room.acquire(blocking=False):
            return False
        try:
            self._pool.submit(job).add_done_callback(lambda _done: self._room.release())
        except RuntimeError:  # closed meanwhile
            self._room.release()
            return False
        return True

    def close(self) -> None:
        """Finish what was taken."""
        self._pool.shutdown(wait=True)
