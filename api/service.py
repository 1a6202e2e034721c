"""What the routes stand on, made once and shared by all requests."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.feedback import FeedbackStore
from api.jobs import Jobs
from api.listing import Listings
from api.settings import Settings
from api.uploads import Uploads
from api.working import Worker
from assistant.answering import Assistant
from assistant.bootstrap import Parts

if TYPE_CHECKING:
    from api.slack.app import SlackApp

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
    slack: "SlackApp | None" = None


def open_service(settings: Settings, parts: Parts, assistant: Assistant | None = None) -> Service:
    """The service that the settings call for, over these parts; ``assistant`` takes the place of theirs."""
    assistant = assistant or parts.assistant()
    feedback = FeedbackStore(parts.settings.state_dir)
    uploads, jobs = Uploads(parts.settings.state_dir), Jobs(parts.settings.state_dir)
    return Service(
        settings=settings,
        parts=parts,
        assistant=assistant,
        uploads=uploads,
        jobs=jobs,
        worker=Worker(parts, jobs, uploads),
        listings=Listings(),
        feedback=feedback,
        slack=_slack(settings, assistant, feedback),
    )


def _slack(settings: Settings, assistant: Assistant, feedback: FeedbackStore) -> "SlackApp | None":
    """The way in for Slack, where there is a secret to know its requests by."""
    if settings.api.slack_signing_secret is None:
        return None
    from api.slack.opening import open_slack

    return open_slack(settings, assistant, feedback)
