"""What Slack needs to be told: tokens, channels, a manifest; and what is said when it is missing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from api.cli import main
from api.feedback.records import FeedbackStore
from api.settings import ApiSettings, Settings
from api.slack.database import Channels, Deliveries
from api.slack.manifest import manifest
from api.slack.opening import open_slack
from api.slack.tokens import app_token, bot_token, collections_of_channels, signing_secret
from assistant.answering import Assistant
from assistant.settings import AssistantSettings
from index.errors import SettingsError
from index.settings import IndexSettings


@pytest.mark.parametrize(
    ("read", "name", "good", "where"),
    [
        (bot_token, "slack_bot_token", "xoxb-12-34-abC", "OAuth & Permissions"),
        (app_token, "slack_app_token", "xapp-1-A01-34-ab", "App-Level Tokens, with the scope connections:write"),
        (signing_secret, "slack_signing_secret", "8f742231b10e8888abcd99baad85a5ff", "App Credentials"),
    ],
)
@pytest.mark.parametrize("wrong", [None, "", "  ", "secret-xyz", "xoxp-12-34", "XOXB-1", "xapp_1", "8f 74", "xoxb-\n1"])
def test_a_token_that_is_missing_or_malformed_is_an_error_that_says_where_to_get_it_and_not_what_it_is(
    read: Any, name: str, good: str, where: str, wrong: str | None
) -> None:
    with pytest.raises(SettingsError) as error:
        read(ApiSettings.model_validate({name: wrong}))
    assert name in str(error.value)
    assert where in str(error.value)
    assert not wrong or not wrong.strip() or wrong not in str(error.value)
    assert read(ApiSettings.model_validate({name: f" {good} "})) == good


def test_channels_are_bound_by_the_setting() -> None:
    assert collections_of_channels(()) == {}
    assert collections_of_channels(("C0123=trials", "G9 = default")) == {"C0123": "trials", "G9": "default"}


@pytest.mark.parametrize("entry", ["C0123", "C0123=", "=trials", "#general=trials", "C0123=Trials", "C0123=a=b"])
def test_a_channel_that_cannot_be_bound_is_an_error_that_shows_how(entry: str) -> None:
    with pytest.raises(SettingsError, match="C0123ABCD=trials"):
        collections_of_channels((entry,))


def test_what_members_chose_outlives_the_process_and_goes_before_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "not there yet" / "slack.sqlite"
    channels = Channels(path, {"C1": "trials"})
    assert [channels.collection_of(name) for name in ("C1", "C2")] == ["trials", "default"]
    channels.bind("C1", "genes")
    channels.bind("C1", "proteins")
    assert Channels(path, {"C1": "trials"}).collection_of("C1") == "proteins"
    channels.unbind("C1")
    assert Channels(path, {"C1": "trials"}).collection_of("C1") == "trials"


def test_a_delivery_is_new_once_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "slack.sqlite"
    assert [Deliveries(path).take("Ev1"), Deliveries(path).take("Ev1"), Deliveries(path).take("Ev2")] == [
        True,
        False,
        True,
    ]
    monkeypatch.setattr("time.time", lambda: 4e9)
    assert Deliveries(path).take("Ev1")  # long forgotten: the signature is too old by then


def test_without_slacks_packages_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(IndexSettings(state_dir=tmp_path), AssistantSettings(), ApiSettings(), flags={})
    monkeypatch.delitem(sys.modules, "api.slack.app", raising=False)
    monkeypatch.setitem(sys.modules, "slack_bolt", None)
    with pytest.raises(SettingsError, match=r"pip install 'citespan\[slack\]'"):
        open_slack(settings, cast("Assistant", None), FeedbackStore(tmp_path))


def test_another_apps_names_in_the_environment_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "2")
    settings = Settings(IndexSettings(state_dir=tmp_path), AssistantSettings(), ApiSettings(), flags={})
    with pytest.raises(SettingsError, match="Unset them"):
        open_slack(settings, cast("Assistant", None), FeedbackStore(tmp_path))


def test_the_service_and_the_command_line_work_without_slacks_packages() -> None:
    program = (
        "import sys; sys.modules['slack_bolt'] = sys.modules['slack_sdk'] = None\n"
        "import api.app, api.cli, api.commands.slack, api.routes.slack\n"
        "api.cli.main(['slack', 'manifest'])"
    )
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, timeout=120)
    assert json.loads(ran.stdout) == manifest()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


def test_the_manifest_is_printed_for_socket_mode_and_for_requests(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("slack", "manifest") == 0
    assert json.loads(capsys.readouterr().out) == manifest()
    assert run("--set", "public_url=https://sources.example.org/", "slack", "manifest", "--http") == 0
    assert json.loads(capsys.readouterr().out) == manifest("https://sources.example.org/slack/events")
    assert run("slack", "manifest", "--http") == 2
    assert "public_url" in capsys.readouterr().err


def test_the_manifest_asks_for_what_is_used_and_sends_everything_to_one_place() -> None:
    made = manifest("https://x.org/slack/events")
    assert json.dumps(made).count("https://x.org/slack/events") == 3
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["bot_events"] == ["app_mention", "message.im"]
    assert made["features"]["slash_commands"][0]["command"] == "/ask"
    assert "request_url" not in json.dumps(manifest())
    assert manifest()["settings"]["socket_mode_enabled"] is True
    assert len(made["display_information"]["description"]) <= 140


@pytest.mark.parametrize("token", ["slack_app_token", "slack_bot_token"])
def test_the_command_says_at_once_which_token_is_missing(
    token: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"slack_app_token": "xapp-1-A-2-b", "slack_bot_token": "xoxb-1-2"}.items():
        if name != token:
            monkeypatch.setenv(f"CITESPAN_{name.upper()}", value)
    assert run("slack") == 2
    assert token in capsys.readouterr().err


def test_every_setting_and_command_of_the_guide_is_there() -> None:
    guide = (Path(__file__).parent.parent / "docs" / "slack.md").read_text()
    for name in ApiSettings.model_fields:
        if name.startswith("slack_"):
            assert f"CITESPAN_{name.upper()}" in guide, name
    for word in ("citespan slack manifest", "citespan slack\n", "/ask use", "/ask reset", "connections:write"):
        assert word in guide
