"""What the routes stand on, made once and shared by all requests."""

from dataclasses import dataclass

from api.settings import Settings
from assistant.answering import Assistant
from assistant.bootstrap import Parts

__all__ = ["Service", "open_service"]


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service. Each is safe to use from several threads."""

    settings: Settings
    parts: Parts
    assistant: Assistant


def open_service(settings: Settings, parts: Parts) -> Service:
    """The service that the settings call for, over these parts."""
    return Service(settings=settings, parts=parts, assistant=parts.assistant())
