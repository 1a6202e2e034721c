"""``/v1/jobs``: how far what was asked of the index is, by asking again or as events."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from anyio import sleep
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT
from pydantic import BaseModel, ConfigDict, Field

from api.jobs.records import Job
from api.problems.details import responses_for
from api.service import Service
from api.shapes.jobs import JobList, JobOut, job_out
from api.streaming import EVENT_STREAM, HEADERS, PING_SECONDS, Client, event, event_stream_of

__all__ = ["JobsOf"]

MOST_JOBS = 2**62
"""More than a database counts."""
LOOK_SECONDS = 0.25
"""How often a job is looked at for whoever listens to it."""

JobId = Annotated[
    str, Path(description="Id of a job, as its request was answered.", examples=["job_5f1c0a9be2d4416f7c38"])
]


class JobsQuery(BaseModel):
    """Which jobs."""

    model_config = ConfigDict(extra="forbid")
    collection: str | None = Field(None, min_length=1, description="Only jobs of this collection.")
    offset: int = Field(0, ge=0, description="How many jobs to leave out.")
    limit: int = Field(100, ge=1, le=1000, description="Most jobs to give.")


class JobsOf:
    """The jobs of a service."""

    def __init__(self, service: Service) -> None:
        self._jobs = service.jobs
        self._stopping = service.worker.stopping

    def jobs(self, query: Annotated[JobsQuery, Query()]) -> JobList:
        """Jobs, the newest first, a page at a time. The last 1,000 that ended are remembered."""
        total, found = self._jobs.page(query.collection, offset=min(query.offset, MOST_JOBS), limit=query.limit)
        return JobList(total=total, offset=query.offset, jobs=[job_out(job) for job in found])

    def job(self, job_id: JobId, request: Request) -> JobOut | Response:
        """One job. With ``Accept: text/event-stream`` as events: ``progress`` when it changes, ``done`` at the end.

        The data of both is the job. The events end without ``done`` when the server stops: ask again.
        """
        job = self._jobs.job(job_id)
        if not Client(request).wants_events():
            return job_out(job)
        return StreamingResponse(self._events(job), media_type=EVENT_STREAM, headers=HEADERS)

    def router(self) -> APIRouter:
        """The paths, with what OpenAPI says of each."""
        router = APIRouter()
        add = router.add_api_route
        add(
            "/v1/jobs",
            self.jobs,
            operation_id="list_jobs",
            responses=responses_for("/v1/jobs", "invalid-request", "internal"),
        )
        path = "/v1/jobs/{job_id}"
        told = "`progress` whenever the job changes, `done` when it has ended."
        events = event_stream_of([("progress", "JobOut"), ("done", "JobOut")], told)
        found: dict[int | str, dict[str, Any]] = {200: {"description": "The job.", "content": events}}
        found |= responses_for("/v1/jobs/job_00", "invalid-request", "job-not-found", "internal")
        add(path, self.job, operation_id="get_job", response_model=JobOut, responses=found)
        return router

    async def _events(self, job: Job) -> AsyncIterator[bytes]:
        yield _event(job)
        told = time.monotonic()
        while not job.ended and not self._stopping.is_set():
            await sleep(LOOK_SECONDS)
            newer = await run_in_threadpool(self._jobs.job, job.id)
            if newer != job:
                yield _event(newer)
                told = time.monotonic()
            elif time.monotonic() - told > PING_SECONDS:
                yield KEEPALIVE_COMMENT
                told = time.monotonic()
            job = newer


def _event(job: Job) -> bytes:
    return event("done" if job.ended else "progress", job_out(job))
