"""The Slack app that the settings call for."""

import os
from typing import TYPE_CHECKING

from api.feedback.records import FeedbackStore
from api.settings import Settings
from assistant.answering import Assistant
from index.errors import SettingsError

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from api.slack.app import SlackApp

__all__ = ["open_slack"]


def open_slack(
    settings: Settings, assistant: Assistant, feedback: FeedbackStore, *, client: "WebClient | None" = None
) -> "SlackApp":
    """The app; ``client`` speaks to another place than Slack's. Nothing is sent yet.

    Raises SettingsError for a token that is missing or malformed, and when Slack's packages are not installed.
    """
    try:
        from slack_sdk import WebClient
        from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

        from api.slack.app import SlackApp
    except ImportError as error:
        raise SettingsError(
            "Slack needs packages that are not installed. Run: pip install 'citespan[slack]'"
        ) from error
    from api.slack.asking import Asker
    from api.slack.blocks import Links
    from api.slack.database import Channels, Deliveries
    from api.slack.tokens import bot_token, collections_of_channels, signing_secret

    if {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"} <= os.environ.keys():
        raise SettingsError(
            "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set in the environment: slack-bolt would use them and not "
            "the setting slack_bot_token. Unset them for citespan."
        )
    if client is None:
        client = WebClient(token=bot_token(settings.api))
        client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=2))
    path = settings.index.state_dir / "slack.sqlite"
    channels = Channels(path, collections_of_channels(settings.api.slack_collections))
    return SlackApp(
        client,
        Asker(assistant, settings.assistant, channels, Links(settings.api.public_url)),
        Deliveries(path),
        feedback,
        workers=settings.api.concurrent_questions,
        signing_secret=signing_secret(settings.api) if settings.api.slack_signing_secret else None,
    )
