"""``citespan slack``: answers in Slack over Socket Mode, and the manifest to make the app from."""

import json
import signal
import threading
from contextlib import closing

import click

from api.commands.indexing import parts_of
from api.settings import Settings
from index.errors import SettingsError

__all__ = ["slack"]


@click.group(invoke_without_command=True)
@click.pass_context
def slack(context: click.Context) -> int | None:
    """Answer in Slack, over a connection that is opened from here (Socket Mode); see docs/slack.md."""
    if context.invoked_subcommand is not None:
        return None
    settings: Settings = context.obj
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    _listen(settings, stop)
    return 0


@slack.command()
@click.option("--http", is_flag=True, help="For requests to the API at the setting public_url, not for Socket Mode.")
@click.pass_obj
def manifest(settings: Settings, http: bool) -> int:
    """Print the app manifest (JSON), to paste at https://api.slack.com/apps under "From a manifest"."""
    from api.slack.manifest import manifest as made

    if http and settings.api.public_url is None:
        raise SettingsError("Slack needs to know where to send requests. Set public_url, for example https://host.")
    url = f"{settings.api.public_url.rstrip('/')}/slack/events" if http and settings.api.public_url else None
    click.echo(json.dumps(made(url), indent=2))
    return 0


def _listen(settings: Settings, stop: threading.Event) -> None:
    from api.feedback.records import FeedbackStore
    from api.slack.opening import open_slack
    from api.slack.tokens import app_token, bot_token

    token = app_token(settings.api)
    bot_token(settings.api)  # before the models are opened, which takes seconds
    with closing(FeedbackStore(settings.index.state_dir)) as feedback:
        parts = parts_of(settings)
        parts.generators.open(None)  # what is wrong with it is told now, and not with the first question
        app = open_slack(settings, parts.assistant(), feedback)
        from api.slack.socket_mode import listen

        try:
            listen(app, token, stop=stop, ready=lambda name: click.echo(f"citespan is listening to Slack as {name}"))
        finally:
            parts.generators.close()
