"""The public shapes of what was asked of the index and may take long."""

from pydantic import BaseModel, Field

from api.jobs.records import FileState, Job, JobKind, JobState

__all__ = ["JobFileOut", "JobList", "JobOut", "ProgressOut", "job_out"]


class JobFileOut(BaseModel):
    """One file of a job. Of a copy, ``document_id`` is the document that has its bytes already."""

    name: str
    size: int
    state: FileState
    document_id: str | None
    message: str | None = Field(description="What people should know: why it was left out, and what to do.")


class ProgressOut(BaseModel):
    """How far a job is, in bytes of source, and the passages that it has written."""

    done_bytes: int
    total_bytes: int
    passages: int


class JobOut(BaseModel):
    """Something that was asked of the index. Once it is answered it will be done, also after a restart."""

    id: str
    kind: JobKind
    collection: str
    state: JobState
    created: str = Field(description="ISO 8601, UTC.")
    started: str | None
    finished: str | None
    progress: ProgressOut
    files: list[JobFileOut]
    message: str | None = Field(description="Why it failed and what to do, or what it waits for.")


class JobList(BaseModel):
    """A page of jobs, the newest first."""

    total: int
    offset: int
    jobs: list[JobOut]


def job_out(job: Job) -> JobOut:
    """The public shape of a job."""
    return JobOut(
        id=job.id,
        kind=job.kind,
        collection=job.collection,
        state=job.state,
        created=job.created,
        started=job.started,
        finished=job.finished,
        progress=ProgressOut(done_bytes=job.done_bytes, total_bytes=job.total_bytes, passages=job.passages),
        files=[
            JobFileOut(
                name=file.name,
                size=file.size,
                state=file.state,
                document_id=file.document_id,
                message=file.message,
            )
            for file in job.files
        ],
        message=job.message,
    )
