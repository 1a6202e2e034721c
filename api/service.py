"""What the routes stand on, made once and shared by all requests."""

import logging
from dataclasses import dataclass, field

from api.metrics import Metrics
from api.settings import Settings
from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.models import Reply

__all__ = ["Service", "open_service"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service. Each is safe to use from several threads."""

    settings: Settings
    parts: Parts
    assistant: Assistant
    metrics: Metrics = field(default_factory=Metrics)

    def note(self, reply: Reply) -> None:
        """Count a reply, whoever asked; log its question where that is wanted."""
        self.metrics.reply(reply)
        if self.settings.api.log_questions:
            logger.info("question", extra={"question": reply.question.text, "reply": reply.id})


def open_service(settings: Settings, parts: Parts) -> Service:
    """The service that the settings call for, over these parts."""
    return Service(settings=settings, parts=parts, assistant=parts.assistant())
