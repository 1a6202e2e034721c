"""Jobs: what was asked of the index and takes a while. Each is written down before its asker hears of it, and survives.

One database per state directory, shared by every process over it: ``state_dir/jobs.sqlite``.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Literal

from api.database import Database, now
from index.errors import CitespanError

__all__ = ["KEPT_JOBS", "FileState", "Job", "JobFile", "JobKind", "JobNotFound", "JobState", "Jobs", "new_job_id"]

JobKind = Literal["upload", "delete", "reindex"]
JobState = Literal["queued", "running", "done", "failed"]
FileState = Literal["waiting", "added", "changed", "unchanged", "skipped", "removed"]

KEPT_JOBS = 1000
"""How many finished jobs are remembered."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    collection TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    created TEXT NOT NULL,
    started TEXT,
    finished TEXT,
    done_bytes INTEGER NOT NULL DEFAULT 0,
    total_bytes INTEGER NOT NULL DEFAULT 0,
    passages INTEGER NOT NULL DEFAULT 0,
    message TEXT
);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, number);
CREATE TABLE IF NOT EXISTS files (
    job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,
    document_id TEXT,
    message TEXT,
    location TEXT,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
"""


class JobNotFound(CitespanError):
    """No job of that id is known; the oldest finished ones are forgotten."""


@dataclass(frozen=True, slots=True)
class JobFile:
    """One file of a job. ``location`` is where a document that is to be deleted was read from."""

    name: str
    size: int
    state: FileState = "waiting"
    document_id: str | None = None
    message: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One thing that was asked of the index. Times are ISO 8601 in UTC."""

    id: str
    kind: JobKind
    collection: str
    files: Sequence[JobFile] = field(default=())
    state: JobState = "queued"
    created: str = ""
    started: str | None = None
    finished: str | None = None
    done_bytes: int = 0
    total_bytes: int = 0
    passages: int = 0
    message: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing will change about it any more."""
        return self.state in {"done", "failed"}


class Jobs:
    """The jobs of one state directory, oldest first. Safe to use from several threads and processes."""

    def __init__(self, state_dir: Path) -> None:
        self._database = Database(state_dir / "jobs.sqlite", SCHEMA)

    def add(self, job: Job) -> Job:
        """Write a new job down; once this returns it will be done, whatever happens to this process."""
        with self._database.writing() as database:
            total = sum(file.size for file in job.files if file.state == "waiting")
            number = database.execute(
                "INSERT INTO jobs (id, kind, collection, created, total_bytes) VALUES (?, ?, ?, ?, ?)",
                (job.id, job.kind, job.collection, now(), total),
            ).lastrowid
            database.executemany(
                "INSERT INTO files (job, number, name, size, state, document_id, message, location) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (number, place, file.name, file.size, file.state, file.document_id, file.message, file.location)
                    for place, file in enumerate(job.files)
                ],
            )
        return self.job(job.id)

    def job(self, job_id: str) -> Job:
        """A job by id. Raises JobNotFound."""
        found = self._select("id = ?", (job_id,))
        if not found:
            raise JobNotFound(f"No job {job_id} is known here. The last {KEPT_JOBS:,} finished ones are: GET /v1/jobs")
        return found[0]

    def page(self, collection: str | None, *, offset: int, limit: int) -> tuple[int, list[Job]]:
        """How many jobs there are, of one collection or of all, and some of them, the newest first."""
        where, values = ("collection = ?", (collection,)) if collection is not None else ("1", ())
        with self._database.reading() as database:
            (total,) = database.execute(f"SELECT count(*) FROM jobs WHERE {where}", values).fetchone()  # noqa: S608
            return total, self._select(f"{where} ORDER BY number DESC LIMIT ? OFFSET ?", (*values, limit, offset))

    def unfinished(self) -> list[Job]:
        """What is still to be done, the oldest first."""
        return self._select("state IN ('queued', 'running') ORDER BY number", ())

    def next(self) -> Job | None:
        """The oldest job that waits."""
        return next(iter(self._select("state = 'queued' ORDER BY number LIMIT 1", ())), None)

    def take_up(self) -> None:
        """Put jobs that a process left running back. Call it where no other process can be running one."""
        with self._database.writing() as database:
            database.execute(
                "UPDATE jobs SET state = 'queued', message = 'interrupted; it will be taken up again' "
                "WHERE state = 'running'"
            )

    def start(self, job: Job) -> None:
        """Note that a job runs."""
        with self._database.writing() as database:
            database.execute(
                "UPDATE jobs SET state = 'running', started = coalesce(started, ?), message = NULL WHERE id = ?",
                (now(), job.id),
            )

    def tell(self, job: Job, message: str | None) -> None:
        """Say what a running job waits for."""
        with self._database.writing() as database:
            database.execute("UPDATE jobs SET message = ? WHERE id = ?", (message, job.id))

    def progress(self, job: Job, *, done: int, total: int, passages: int) -> None:
        """Say how far a running job is."""
        with self._database.writing() as database:
            database.execute(
                "UPDATE jobs SET done_bytes = ?, total_bytes = ?, passages = ?, message = NULL WHERE id = ?",
                (done, total, passages, job.id),
            )

    def note(self, job: Job, files: Sequence[JobFile]) -> None:
        """Replace what is said of a job's files."""
        with self._database.writing() as database:
            database.executemany(
                "UPDATE files SET state = ?, document_id = ?, message = ? "
                "WHERE job = (SELECT number FROM jobs WHERE id = ?) AND number = ?",
                [(file.state, file.document_id, file.message, job.id, place) for place, file in enumerate(files)],
            )

    def finish(self, job: Job, *, state: JobState, message: str | None = None) -> None:
        """End a job, and forget the oldest ended ones."""
        with self._database.writing() as database:
            database.execute(
                "UPDATE jobs SET state = ?, finished = ?, message = ? WHERE id = ?", (state, now(), message, job.id)
            )
            if state == "done":
                database.execute("UPDATE jobs SET done_bytes = total_bytes WHERE id = ?", (job.id,))
            database.execute(
                "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs WHERE state IN ('done', 'failed') "
                "ORDER BY number DESC LIMIT -1 OFFSET ?)",
                (KEPT_JOBS,),
            )

    def close(self) -> None:
        """Close the database; the next use opens it again."""
        self._database.close()

    def _select(self, clause: str, values: Sequence[object]) -> list[Job]:
        with self._database.reading() as database:
            rows = database.execute(f"SELECT * FROM jobs WHERE {clause}", values).fetchall()  # noqa: S608  ours
            return [_job_from(row, self._files(database, row["number"])) for row in rows]

    def _files(self, database: sqlite3.Connection, number: int) -> list[JobFile]:
        rows = database.execute(
            "SELECT name, size, state, document_id, message, location FROM files WHERE job = ? ORDER BY number",
            (number,),
        )
        return [JobFile(**dict(row)) for row in rows]


def new_job_id() -> str:
    """An id that nobody guesses."""
    return f"job_{token_hex(10)}"


def _job_from(row: sqlite3.Row, files: Sequence[JobFile]) -> Job:
    known = {name: row[name] for name in row.keys() if name != "number"}  # noqa: SIM118  a row iterates its values
    return Job(files=files, **known)
