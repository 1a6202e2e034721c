"""The names and secrets that Slack gives out, checked before they are used, with where to get them."""

import re
from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from api.settings import ApiSettings
from index.errors import SettingsError
from index.making import NAME

__all__ = ["app_token", "bot_token", "collections_of_channels", "signing_secret"]

APPS = "https://api.slack.com/apps"
CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")


def bot_token(settings: ApiSettings) -> str:
    """The token that the bot speaks with."""
    where = f"{APPS}, your app, OAuth & Permissions, Bot User OAuth Token"
    return _checked(settings.slack_bot_token, "slack_bot_token", r"xoxb-[A-Za-z0-9-]+", "xoxb-…", where)


def app_token(settings: ApiSettings) -> str:
    """The token that Socket Mode connects with."""
    where = f"{APPS}, your app, Basic Information, App-Level Tokens, with the scope connections:write"
    return _checked(settings.slack_app_token, "slack_app_token", r"xapp-[A-Za-z0-9-]+", "xapp-…", where)


def signing_secret(settings: ApiSettings) -> str:
    """The secret that Slack signs its requests with."""
    where = f"{APPS}, your app, Basic Information, App Credentials, Signing Secret"
    form = "32 digits and letters a to f"
    return _checked(settings.slack_signing_secret, "slack_signing_secret", r"[0-9a-f]{16,128}", form, where)


def collections_of_channels(entries: Sequence[str]) -> Mapping[str, str]:
    """The collection of each channel that the setting ``slack_collections`` names. Raises SettingsError."""
    pairs = [[part.strip() for part in entry.partition("=")] for entry in entries]
    for entry, (channel, _, collection) in zip(entries, pairs, strict=True):
        if not CHANNEL.fullmatch(channel) or not NAME.fullmatch(collection):
            raise SettingsError(
                f"The setting slack_collections has {entry!r}. It takes a channel's id and a "
                "collection, C0123ABCD=trials, with commas between several; Slack shows the id at the end of a "
                "channel's details."
            )
    return {channel: collection for channel, _, collection in pairs}


def _checked(value: SecretStr | None, name: str, form: str, shown: str, where: str) -> str:
    """The value. Raises SettingsError, which never holds it, when it is missing or has another form."""
    secret = value.get_secret_value().strip() if value else ""
    if not secret:
        raise SettingsError(f"Slack needs the setting {name} ({shown}). Get it from {where}; see docs/slack.md.")
    if not re.fullmatch(form, secret):
        raise SettingsError(f"The setting {name} does not look like {shown}. Get it from {where}; see docs/slack.md.")
    return secret
