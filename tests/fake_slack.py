"""Slack's Web API and its sockets on this machine, as far as citespan uses them: what was sent there is kept."""

import hmac
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode

from slack_sdk import WebClient

__all__ = ["BOT", "SECRET", "TOKEN", "FakeSlack", "command", "event", "fake_slack", "pressed", "signed"]

SECRET = "8f742231b10e8888abcd99yyyzzz85a5".replace("y", "a").replace("z", "b")
TOKEN = "xoxb-1-test"
BOT = "U0BOT"
PATIENCE = 10.0


@dataclass
class FakeSlack:
    """What was called, in order, and what to answer: a dict, or a function of the call."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    given: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def client(self) -> WebClient:
        return WebClient(token=TOKEN, base_url=f"{self.url}/api/")

    def to(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in list(self.calls) if name == method]

    def wait(self, method: str, count: int = 1) -> list[dict[str, Any]]:
        """The calls of a method once there are so many. More that come later are not waited for."""
        with self.changed:
            found = self.changed.wait_for(lambda: len(self.to(method)) >= count, PATIENCE)
        assert found, f"{method} was called {len(self.to(method))} times: {self.calls}"
        return self.to(method)

    def answer(self, method: str, given: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        answer = self._answer(method, given, headers)
        self.given.setdefault(method, []).append(answer)
        return answer

    def _answer(self, method: str, given: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        given["authorization"] = headers.get("Authorization")
        with self.changed:
            self.calls.append((method, given))
            number = len(self.calls)
            self.changed.notify_all()
        made = self.answers.get(method)
        if callable(made):
            made = made(given)
        if made is not None:
            return dict(made)
        match method:
            case "auth.test":
                return {
                    "ok": True,
                    "user_id": BOT,
                    "bot_id": "B0BOT",
                    "user": "citespan",
                    "team": "Lab",
                    "team_id": "T1",
                }
            case "conversations.replies":
                return {"ok": True, "messages": []}
        return {"ok": True, "ts": f"1700000000.{number:06}", "channel": given.get("channel")}


@contextmanager
def fake_slack() -> Iterator[FakeSlack]:
    """Slack, as long as it is needed."""
    slack = FakeSlack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            given = _read(body, self.headers.get("Content-Type", ""))
            answer = json.dumps(slack.answer(self.path.rpartition("/")[2], given, dict(self.headers))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    slack.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _read(body: str, content_type: str) -> dict[str, Any]:
    if content_type.startswith("application/json"):
        return dict(json.loads(body or "{}"))
    given = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
    return given | {name: json.loads(given[name]) for name in ("blocks", "view") if name in given}


def event(fields: Mapping[str, Any], event_id: str, kind: str = "app_mention") -> dict[str, Any]:
    """An event in the envelope it is delivered in."""
    inner = {"type": kind, "user": "U1", "channel": "C0123", "ts": "1699999999.000100", **fields}
    return {
        "type": "event_callback",
        "token": "old",
        "team_id": "T1",
        "api_app_id": "A1",
        "event": inner,
        "event_id": event_id,
        "event_time": 1699999999,
        "authorizations": [{"team_id": "T1", "user_id": BOT, "is_bot": True}],
    }


def command(slack: FakeSlack, text: str, trigger: str, channel: str = "C0123") -> dict[str, str]:
    """A use of /ask."""
    return {
        "command": "/ask",
        "text": text,
        "channel_id": channel,
        "user_id": "U1",
        "team_id": "T1",
        "trigger_id": trigger,
        "response_url": f"{slack.url}/respond",
    }


def pressed(slack: FakeSlack, button: Mapping[str, Any], trigger: str) -> dict[str, Any]:
    """A press of a button in a message."""
    return {
        "type": "block_actions",
        "user": {"id": "U1", "team_id": "T1"},
        "team": {"id": "T1"},
        "channel": {"id": "C0123"},
        "container": {"type": "message", "channel_id": "C0123", "message_ts": "1"},
        "trigger_id": trigger,
        "response_url": f"{slack.url}/respond",
        "actions": [{"type": "button", "block_id": "b", "action_ts": "1", **button}],
    }


def signed(payload: Mapping[str, Any], *, secret: str = SECRET, age: float = 0) -> dict[str, Any]:
    """What an HTTP client posts when it is Slack: JSON for events, a form for commands and buttons."""
    kind, body = "application/json", json.dumps(payload)
    if "command" in payload:
        kind, body = "application/x-www-form-urlencoded", urlencode(payload)
    elif payload.get("type") == "block_actions":
        kind, body = "application/x-www-form-urlencoded", urlencode({"payload": json.dumps(payload)})
    time_ = str(int(time.time() - age))
    signature = hmac.new(secret.encode(), f"v0:{time_}:{body}".encode(), sha256).hexdigest()
    headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": time_, "X-Slack-Signature": f"v0={signature}"}
    return {"content": body.encode(), "headers": headers}
