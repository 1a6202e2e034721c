"""What each kind of job does. Any of it may be cut off at any instant and done again from the start."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from api.jobs.records import Job, JobFile, Jobs, JobState
from api.jobs.uploading import stored_name
from api.jobs.uploads import Uploads
from assistant.bootstrap import Parts
from index.build import Outcome, Progress
from index.errors import FileSkipped, IndexMissing
from index.folders import Source
from index.loading import load
from index.models import DocumentRecord

__all__ = ["Doing", "Ending"]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended, and what people should know of it."""

    state: JobState
    message: str | None = None


class Doing:
    """Indexes what was uploaded, removes documents, makes collections anew. Errors are those of ``Builder``."""

    def __init__(self, parts: Parts, jobs: Jobs, uploads: Uploads) -> None:
        self._parts = parts
        self._jobs = jobs
        self._uploads = uploads

    def do(self, job: Job, progress: Progress) -> Ending:
        """Do a job. Raises IndexLocked while another process writes."""
        match job.kind:
            case "upload":
                return self._upload(job, progress)
            case "delete":
                return self._delete(job, progress)
            case "reindex":
                self._parts.builder(job.collection, progress=progress).rebuild()
                return Ending("done")

    def _upload(self, job: Job, progress: Progress) -> Ending:
        """After an interruption a file that was done before it comes out as unchanged."""
        files = list(job.files)
        sources: dict[int, Source] = {}
        for number, file in enumerate(files):
            if file.state != "waiting":
                continue
            try:
                sources[number] = Source(self._placed(job, number, file.name), file.name)
            except FileSkipped as error:
                files[number] = replace(file, state="skipped", message=str(error))
        outcomes: dict[Path, Outcome] = {}
        if sources:
            builder = self._parts.builder(job.collection, progress=progress)
            builder.take(list(sources.values()), lambda source, outcome: outcomes.update({source.location: outcome}))
            self._drop_unused(job.collection, sources.values(), outcomes.values())
        for number, source in sources.items():
            files[number] = _told(files[number], outcomes[source.location])
        self._jobs.note(job, files)
        return _ending(files)

    def _placed(self, job: Job, number: int, name: str) -> Path:
        """Where a received file is read from. Raises FileSkipped; an earlier version then stays as it is."""
        place, folder = self._uploads.placed(job.collection, name), self._uploads.received(job.id)
        received = folder and folder / stored_name(number, name)
        if received is None or not received.exists():
            if place.exists():
                return place  # put there before the job was interrupted
            raise FileSkipped("vanished", f"{name} was lost on the server before it was indexed. Upload it again.")
        index = self._parts.settings
        try:
            load(Source(received, name), max_bytes=index.max_file_bytes, fallback_encoding=index.fallback_encoding)
        except FileSkipped as error:
            still = f" The {name} that was there before still answers." if place.exists() else ""
            raise FileSkipped(error.reason, f"{error}{still}") from error
        return self._uploads.place(received, job.collection, name)

    def _drop_unused(self, collection: str, sources: Iterable[Source], outcomes: Iterable[Outcome]) -> None:
        """Delete stored files that no document is read from: copies of others."""
        state = self._parts.store.state(collection)
        ids = [outcome.document_id for outcome in outcomes if outcome.document_id]
        read = {record.location for record in self._parts.store.volume(state).with_ids(ids)} if state else set()
        for location in [str(source.location) for source in sources if str(source.location) not in read]:
            self._uploads.remove(location)

    def _delete(self, job: Job, progress: Progress) -> Ending:
        (file,) = job.files
        locations = {file.location} if file.location else set()

        def select(record: DocumentRecord) -> bool:
            if record.id != file.document_id:
                return False
            locations.add(record.location)
            return True

        try:
            removed = self._parts.builder(job.collection, progress=progress).remove(select).removed
        except IndexMissing:
            removed = []
        for location in locations:
            if _holds(location, file.document_id):
                self._uploads.remove(location)
        message = None if removed else "It had left the index already."
        self._jobs.note(job, [replace(file, state="removed", message=message)])
        return Ending("done", message)


def _holds(location: str, document_id: str | None) -> bool:
    """Whether a file still is this document, and not one that took its name since."""
    try:
        with Path(location).open("rb") as file:
            return f"sha256:{file_digest(file, 'sha256').hexdigest()}" == document_id
    except OSError:
        return False


def _told(file: JobFile, outcome: Outcome) -> JobFile:
    return replace(file, state=outcome.change, document_id=outcome.document_id, message=outcome.message)


def _ending(files: Sequence[JobFile]) -> Ending:
    skipped = [file for file in files if file.state == "skipped"]
    if not skipped:
        return Ending("done")
    if len(skipped) < len(files):
        return Ending("done", f"{len(skipped)} of {len(files)} files could not be indexed; each says why.")
    first = skipped[0].message or ""
    return Ending("failed", first if len(files) == 1 else f"None of the {len(files)} files could be indexed. {first}")
