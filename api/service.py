"""What the routes stand on, made once and shared by all requests."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.feedback.records import FeedbackStore
from api.jobs.records import Jobs
from api.jobs.uploads import Uploads
from api.jobs.working import Worker
from api.listing import Listings
from api.originals import Originals
from api.problems.errors import GeneratorUnknown
from api.settings import Settings
from api.watching.metrics import Metrics
from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.finding import Found
from assistant.models import Question, Reply, Stated

if TYPE_CHECKING:
    from api.slack.app import SlackApp

__all__ = ["Service", "open_service"]

logger = logging.getLogger(__name__)


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
    metrics: Metrics = field(default_factory=Metrics)
    originals: Originals = field(default_factory=Originals)

    @property
    def generators(self) -> tuple[str, ...]:
        """Names of what may write answers here."""
        return self.parts.generators.names

    def ask(self, question: Question, *, waiting: Callable[[], bool]) -> Reply:
        """The assistant's reply, counted. Raises GeneratorUnknown for a generator that may not be asked for."""
        self._check(question)
        reply = self.assistant.ask(question, waiting=waiting)
        self._note(reply)
        return reply

    def steps(self, question: Question, *, waiting: Callable[[], bool]) -> Iterator[Found | Stated | Reply]:
        """The assistant's steps, the last of them counted. Raises what ``ask`` raises."""
        self._check(question)
        for step in self.assistant.steps(question, waiting=waiting):
            if isinstance(step, Reply):
                self._note(step)
            yield step

    def _check(self, question: Question) -> None:
        if question.generator is not None and question.generator not in self.generators:
            there = ", ".join(self.generators)
            raise GeneratorUnknown(f"The generator {question.generator!r} cannot be asked for here. There is: {there}.")

    def _note(self, reply: Reply) -> None:
        """Count a reply; log its question where that is wanted."""
        self.metrics.reply(reply)
        if self.settings.api.log_questions:
            logger.info("question", extra={"question": reply.question.text, "reply": reply.id})


def open_service(
    settings: Settings, parts: Parts, assistant: Assistant | None = None, *, slack: "SlackApp | None" = None
) -> Service:
    """The service that the settings call for, over these parts; ``assistant`` and ``slack`` replace theirs."""
    assistant = assistant or parts.assistant()
    uploads, jobs = Uploads(parts.settings.state_dir), Jobs(parts.settings.state_dir)
    feedback = FeedbackStore(parts.settings.state_dir)
    return Service(
        settings=settings,
        parts=parts,
        assistant=assistant,
        uploads=uploads,
        jobs=jobs,
        worker=Worker(parts, jobs, uploads),
        listings=Listings(),
        feedback=feedback,
        metrics=Metrics(parts.generators.names),
        slack=slack or _slack(settings, assistant, feedback),
    )


def _slack(settings: Settings, assistant: Assistant, feedback: FeedbackStore) -> "SlackApp | None":
    """The way in for Slack, where there is a secret to know its requests by."""
    if settings.api.slack_signing_secret is None:
        return None
    from api.slack.opening import open_slack

    return open_slack(settings, assistant, feedback)
