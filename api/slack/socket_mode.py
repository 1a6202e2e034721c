"""Socket Mode: a connection that is opened from here, so that Slack needs no way in."""

import threading
from collections.abc import Callable
from typing import TypeVar
from urllib.error import URLError

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import SlackApiError

from api.slack.app import SlackApp
from index.errors import SettingsError

__all__ = ["listen"]

Result = TypeVar("Result")


def listen(slack: SlackApp, app_token: str, *, stop: threading.Event, ready: Callable[[str], None]) -> None:
    """Answer until ``stop`` is set, then finish what is under way. ``ready`` is told the bot's name and its team's.

    Raises SettingsError when Slack cannot be reached or refuses a token.
    """
    try:
        name = _name(slack)
        handler = SocketModeHandler(slack.bolt, app_token)
        try:
            _reached(handler.connect, "slack_app_token")
            ready(name)
            stop.wait()
        finally:
            handler.client.close()
    finally:
        slack.close()


def _name(slack: SlackApp) -> str:
    found = _reached(slack.client.auth_test, "slack_bot_token")
    return f"@{found.get('user')} in {found.get('team')}"


def _reached(call: Callable[[], Result], setting: str) -> Result:
    try:
        return call()
    except SlackApiError as error:
        raise SettingsError(
            f"Slack refuses the setting {setting}: {error.response['error']}. docs/slack.md says where to get another."
        ) from error
    except (URLError, OSError) as error:
        raise SettingsError(f"Slack cannot be reached: {error}. Check the network and HTTPS_PROXY.") from error
