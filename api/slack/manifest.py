"""The manifest that a Slack app is made from."""

from typing import Any

__all__ = ["manifest"]

SCOPES = ["app_mentions:read", "channels:history", "chat:write", "chat:write.public", "commands", "groups:history",
          "im:history"]  # fmt: skip


def manifest(events_url: str | None = None) -> dict[str, Any]:
    """The app: for Socket Mode, or for requests to ``events_url``."""
    request_url = {} if events_url is None else {"request_url": events_url}
    command = {
        "command": "/ask",
        "description": "Ask the documents; every sentence comes with its source",
        "usage_hint": "which factors mediate wound healing?",
        "should_escape": False,
    }
    return {
        "display_information": {
            "name": "citespan",
            "description": "Answers from your documents; every sentence carries the place that it was taken from.",
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "citespan", "always_online": True},
            "slash_commands": [command | ({} if events_url is None else {"url": events_url})],
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "event_subscriptions": {"bot_events": ["app_mention", "message.im"], **request_url},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": events_url is None,
            "token_rotation_enabled": False,
        },
    }
