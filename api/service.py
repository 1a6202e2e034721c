"""What the routes stand on, made once and shared by all requests."""

from dataclasses import dataclass

from api.feedback import FeedbackStore
from api.jobs import Jobs
from api.listing import Listings
from api.settings import Settings
from api.uploads import Uploads
from api.working import Worker
from assistant.answering import Assistant
from assistant.bootstrap import Parts

__all__ = ["Service", "open_service"]


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service. Each is safe to use from several threads."""

    settings: Settings
    parts: Parts
    assistant: Assistant
    uploads: Uploads
    jobs: Jobs
    worker: Worker
    listings: Listings
    feedback: FeedbackStore


def open_service(settings: Settings, parts: Parts, assistant: Assistant | None = None) -> Service:
    """The service that the settings call for, over these parts; ``assistant`` takes the place of theirs."""
    uploads, jobs = Uploads(parts.settings.state_dir), Jobs(parts.settings.state_dir)
    return Service(
        settings=settings,
        parts=parts,
        assistant=assistant or parts.assistant(),
        uploads=uploads,
        jobs=jobs,
        worker=Worker(parts, jobs, uploads),
        listings=Listings(),
        feedback=FeedbackStore(parts.settings.state_dir),
    )
