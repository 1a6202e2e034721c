"""What the routes stand on, made once and shared by all requests."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.settings import Settings
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
    slack: "SlackApp | None" = None


def open_service(settings: Settings, parts: Parts) -> Service:
    """The service that the settings call for, over these parts."""
    assistant = parts.assistant()
    return Service(settings=settings, parts=parts, assistant=assistant, slack=_slack(settings, assistant))


def _slack(settings: Settings, assistant: Assistant) -> "SlackApp | None":
    """The way in for Slack, where there is a secret to know its requests by."""
    if settings.api.slack_signing_secret is None:
        return None
    from api.slack.opening import open_slack

    return open_slack(settings, assistant, lambda _verdict, _pressed: None)
