"""Socket Mode with Slack's own client, over a WebSocket on loopback."""

import json
import queue
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from api.cli import main
from api.feedback.records import FeedbackStore
from api.settings import ApiSettings, Settings
from api.slack.opening import open_slack
from api.slack.socket_mode import listen
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from index.errors import SettingsError
from index.settings import IndexSettings
from tests.fake_slack import BOT, TOKEN, FakeSlack, command, event, fake_slack
from tests.fakes import HashingEmbedder

APP_TOKEN = "xapp-1-A01-1-test"
PATIENCE = 20


@dataclass
class Socket:
    """Slack's end of the sockets: every connection that was made, and all that was acknowledged."""

    connections: "queue.Queue[ServerConnection]" = field(default_factory=queue.Queue)
    acknowledged: "queue.Queue[dict[str, Any]]" = field(default_factory=queue.Queue)

    def send(self, connection: ServerConnection, payload: dict[str, Any], envelope: str, **more: Any) -> dict[str, Any]:
        kind = "slash_commands" if "command" in payload else "events_api"
        given = {"envelope_id": envelope, "type": kind, "payload": payload, "accepts_response_payload": True, **more}
        connection.send(json.dumps(given))
        return self.acknowledged.get(timeout=PATIENCE)


@contextmanager
def socket_of(slack: FakeSlack) -> Iterator[Socket]:
    """A WebSocket server, whose address apps.connections.open gives."""
    made = Socket()

    def handle(connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        made.connections.put(connection)
        try:
            for message in connection:
                made.acknowledged.put(json.loads(message))
        except ConnectionClosed:
            pass

    with serve(handle, "127.0.0.1", 0, ping_interval=0.05) as server:
        port = server.socket.getsockname()[1]
        slack.answers["apps.connections.open"] = {"ok": True, "url": f"ws://127.0.0.1:{port}/link?ticket=1"}
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with fake_slack() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "healing.txt").write_text(
        "Wound healing is mediated by IL-6 and MCP-1.\n\nMice were photographed daily.\n"
    )
    index = IndexSettings(state_dir=tmp_path / "state")
    return Settings(index, AssistantSettings(profile="fast"), ApiSettings(), flags={})


@dataclass
class Listening:
    """``citespan slack``, in a thread."""

    socket: Socket
    stop: threading.Event
    thread: threading.Thread
    said: "queue.Queue[str]"


@contextmanager
def listening(slack: FakeSlack, settings: Settings) -> Iterator[Listening]:
    parts = Parts(settings.index, answering=settings.assistant, notify=lambda _message: None)
    parts._embedder = HashingEmbedder()
    parts.builder("default").add([settings.index.state_dir.parent / "documents"])
    app = open_slack(settings, parts.assistant(), FeedbackStore(settings.index.state_dir), client=slack.client())
    stop, said = threading.Event(), queue.Queue[str]()
    with socket_of(slack) as socket:
        thread = threading.Thread(target=listen, args=(app, APP_TOKEN), kwargs={"stop": stop, "ready": said.put})
        thread.start()
        try:
            yield Listening(socket, stop, thread, said)
        finally:
            stop.set()
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_a_mention_is_acknowledged_and_answered_once_and_a_lost_connection_is_made_again(
    slack: FakeSlack, settings: Settings
) -> None:
    with listening(slack, settings) as running:
        assert running.said.get(timeout=PATIENCE) == "@citespan in Lab"
        assert slack.to("apps.connections.open")[0]["authorization"] == f"Bearer {APP_TOKEN}"
        connection = running.socket.connections.get(timeout=PATIENCE)
        given = event({"text": f"<@{BOT}> what is wound healing mediated by?"}, "Ev1")
        started = time.monotonic()
        assert running.socket.send(connection, given, "e1") == {"envelope_id": "e1"}
        assert time.monotonic() - started < 3
        (message,) = slack.wait("chat.postMessage")
        assert message["thread_ts"] == "1699999999.000100"
        assert (
            running.socket.send(connection, given, "e2", retry_attempt=1, retry_reason="timeout")["envelope_id"] == "e2"
        )
        connection.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
        again = running.socket.connections.get(timeout=PATIENCE)
        assert running.socket.send(again, command(slack, "collection", "T1"), "e3") == {"envelope_id": "e3"}
        (told,) = slack.wait("respond")
        assert "`default`" in told["text"]
    assert len(slack.to("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("method", "setting"), [("auth.test", "slack_bot_token"), ("apps.connections.open", "slack_app_token")]
)
def test_a_token_that_slack_refuses_is_an_error_that_names_the_setting(
    slack: FakeSlack, settings: Settings, method: str, setting: str
) -> None:
    parts = Parts(settings.index, answering=settings.assistant, notify=lambda _message: None)
    parts._embedder = HashingEmbedder()
    app = open_slack(settings, parts.assistant(), FeedbackStore(settings.index.state_dir), client=slack.client())
    slack.answers[method] = {"ok": False, "error": "invalid_auth"}
    with pytest.raises(SettingsError, match=f"{setting}: invalid_auth"):
        listen(app, APP_TOKEN, stop=threading.Event(), ready=lambda _name: None)


def test_without_a_way_to_slack_the_error_says_so(slack: FakeSlack, settings: Settings) -> None:
    parts = Parts(settings.index, answering=settings.assistant, notify=lambda _message: None)
    parts._embedder = HashingEmbedder()
    client = slack.client()
    client.base_url = "http://127.0.0.1:9/api/"
    app = open_slack(settings, parts.assistant(), FeedbackStore(settings.index.state_dir), client=client)
    with pytest.raises(SettingsError, match="cannot be reached"):
        listen(app, APP_TOKEN, stop=threading.Event(), ready=lambda _name: None)


def test_the_command_listens_until_it_is_told_to_stop(
    slack: FakeSlack, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = Parts(settings.index, answering=settings.assistant, notify=lambda _message: None)
    parts._embedder = HashingEmbedder()
    monkeypatch.setattr("api.commands.slack.parts_of", lambda _settings: parts)
    monkeypatch.setattr("slack_sdk.WebClient", partial(WebClient, base_url=f"{slack.url}/api/"))
    monkeypatch.setenv("CITESPAN_SLACK_APP_TOKEN", APP_TOKEN)
    monkeypatch.setenv("CITESPAN_SLACK_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("CITESPAN_STATE_DIR", str(settings.index.state_dir))
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with socket_of(slack) as socket:

        def stop() -> None:
            connection = socket.connections.get(timeout=PATIENCE)
            socket.send(connection, command(slack, "collection", "T1"), "e1")
            told = signal.getsignal(signal.SIGTERM)  # a real signal could end the process that runs the tests
            assert callable(told)
            told(signal.SIGTERM, None)

        thread = threading.Thread(target=stop)
        thread.start()
        try:
            with pytest.raises(SystemExit) as stopped:
                main(["slack"])
        finally:
            thread.join()
            for number, handler in kept.items():
                signal.signal(number, handler)
    assert stopped.value.code == 0
    assert capsys.readouterr().out == "citespan is listening to Slack as @citespan in Lab\n"
    assert "none yet" in slack.to("respond")[0]["text"]
