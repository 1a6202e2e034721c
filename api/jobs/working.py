"""Doing jobs: one thread of one process at a time, in the order they came, whichever process they came to.

Whoever holds ``state_dir/jobs.lock`` works; the system releases it when the process dies, and another one, or the next
start, takes up what was running. Indexing is idempotent, so a job that is done again ends as if nothing had happened.
"""

import logging
import time
from pathlib import Path
from threading import Event, Thread

from filelock import FileLock, Timeout

from api.jobs.doing import Doing, Ending
from api.jobs.records import Job, Jobs
from api.jobs.uploads import Uploads
from api.problems.details import explained
from assistant.bootstrap import Parts
from index.errors import IndexLocked, StoreError

__all__ = ["Worker"]

PROGRESS_SECONDS = 0.3
"""How often progress is written down."""
LOOK_SECONDS = 1.0
"""How often jobs that came to another process are looked for, and a lock that another holds is asked for again."""
STORE_SECONDS = 120.0
"""How long a job waits for a store that cannot be used."""
SWEEP_SECONDS = 300.0
"""How often what dead processes received is looked for."""
GRACE_SECONDS = 10.0
"""How long stopping waits for the running job to come to a safe point. Beyond that it ends as if killed."""

logger = logging.getLogger(__name__)


class Stopped(Exception):
    """The process is to end: the running job is left where it is, and taken up at the next start."""


class Worker:
    """Does the jobs of a state directory, in a thread of its own between ``start`` and ``stop``."""

    def __init__(self, parts: Parts, jobs: Jobs, uploads: Uploads) -> None:
        self._parts = parts
        self._jobs = jobs
        self._uploads = uploads
        self._doing = Doing(parts, jobs, uploads)
        self._wanted = Event()
        self._thread: Thread | None = None
        self.stopping = Event()

    def start(self) -> None:
        """Begin to work."""
        self.stopping.clear()
        self._thread = Thread(target=self._run, name="citespan jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for a job now."""
        self._wanted.set()

    def stop(self) -> None:
        """Stop at the next safe point; what is not finished is taken up at the next start."""
        self.stopping.set()
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout=GRACE_SECONDS)
            self._thread = None
        self._uploads.release()

    def _run(self) -> None:
        while not self.stopping.is_set():
            try:
                with FileLock(self._lock_path(), timeout=0, thread_local=False):
                    self._lead()
            except Timeout:
                self.stopping.wait(LOOK_SECONDS)  # another process works
            except Stopped:
                return
            except Exception:  # whatever it is, jobs that were accepted must be done
                logger.exception("Jobs cannot be worked on; trying again in 10 seconds")
                self.stopping.wait(10)

    def _lock_path(self) -> Path:
        state_dir = self._parts.settings.state_dir
        state_dir.mkdir(parents=True, exist_ok=True)
        return state_dir / "jobs.lock"

    def _lead(self) -> None:
        """Do jobs as long as this process lives."""
        self._jobs.take_up()
        swept = -SWEEP_SECONDS
        while not self.stopping.is_set():
            self._wanted.clear()
            job = self._jobs.next()
            if job is not None:
                self._do(job)
                continue
            if time.monotonic() - swept > SWEEP_SECONDS:
                self._uploads.sweep(lambda: {job.id for job in self._jobs.unfinished()})
                swept = time.monotonic()
            self._wanted.wait(LOOK_SECONDS)

    def _do(self, job: Job) -> None:
        self._jobs.start(job)
        told = Telling(job, self._jobs, self.stopping)
        try:
            ending = self._persistently(job, told)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, the next job must get its turn
            ending = Ending("failed", explained(error, f"The job {job.id}"))
        told.write()
        self._jobs.finish(job, state=ending.state, message=ending.message)
        self._uploads.forget(job.id)

    def _persistently(self, job: Job, told: "Telling") -> Ending:
        """Do a job, waiting for whoever else writes to the index and, for a while, for the store."""
        give_up = time.monotonic() + STORE_SECONDS
        while True:
            try:
                return self._doing.do(job, told)
            except IndexLocked:
                self._wait(job, "waiting for another writer")
            except StoreError:
                if time.monotonic() > give_up:
                    raise
                self._wait(job, "waiting for the store of documents, which cannot be used at the moment")

    def _wait(self, job: Job, message: str) -> None:
        self._jobs.tell(job, message)
        if self.stopping.wait(LOOK_SECONDS):
            raise Stopped


class Telling:
    """Writes a job's progress down, a few times a second at most. Called where stopping is safe, and stops there."""

    def __init__(self, job: Job, jobs: Jobs, stopping: Event) -> None:
        self._job = job
        self._jobs = jobs
        self._stopping = stopping
        self._written = -PROGRESS_SECONDS
        self._newest: tuple[int, int, int] | None = None

    def __call__(self, *, done: int, total: int, passages: int) -> None:
        """Note how far the job is. Raises Stopped when the process is to end."""
        if self._stopping.is_set():
            raise Stopped
        self._newest = (done, total, passages)
        if time.monotonic() - self._written >= PROGRESS_SECONDS:
            self.write()

    def write(self) -> None:
        """Write down what is known and not written yet."""
        if self._newest is None:
            return
        done, total, passages = self._newest
        self._jobs.progress(self._job, done=done, total=total, passages=passages)
        self._newest, self._written = None, time.monotonic()
