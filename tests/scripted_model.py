"""An OpenAI-compatible server on loopback that behaves as it is told, request by request.

    with scripted_model([Status(429, retry_after=0.1), Text('{"claims": []}')]) as server:
        settings = AssistantSettings(generator="openai:scripted", generator_url=server.url)

The last behaviour repeats. ``server.requests`` holds what arrived, ``server.gone`` counts clients that hung up early.
"""

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

__all__ = [
    "Behaviour",
    "Bytes",
    "Dropping",
    "Received",
    "Scripted",
    "Silence",
    "Status",
    "Text",
    "Unless",
    "scripted_model",
]


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    at: float
    """Seconds on the monotonic clock."""

    @property
    def prompt(self) -> str:
        """All messages, joined."""
        return "\n".join(str(message["content"]) for message in self.body.get("messages", ()))


class Behaviour(Protocol):
    """What is done with a request."""

    def answer(self, reply: "Reply", request: Received) -> None: ...


@dataclass(frozen=True)
class Text:
    """This answer in pieces of ``size`` characters, ``pause`` seconds before each; tokens are counted if asked for."""

    text: str
    size: int = 20
    pause: float = 0.0
    usage: tuple[int, int] | None = (100, 20)
    reasoning: str = ""
    finish: str | None = "stop"

    def answer(self, reply: "Reply", request: Received) -> None:
        reply.begin()
        if self.reasoning:
            reply.delta({"role": "assistant", "reasoning_content": self.reasoning})
        for start in range(0, len(self.text), self.size):
            reply.sleep(self.pause)
            reply.delta({"content": self.text[start : start + self.size]})
        if self.finish:
            reply.delta({}, finish=self.finish)
        if self.usage and request.body.get("stream_options", {}).get("include_usage"):
            reply.usage(*self.usage)
        reply.end()


@dataclass(frozen=True)
class Status:
    """An HTTP error."""

    status: int
    message: str = "scripted"
    retry_after: float | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, reply: "Reply", request: Received) -> None:
        extra = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        body = json.dumps({"error": {"message": self.message, "type": "scripted", "code": None}}).encode()
        reply.plain(self.status, body, {**extra, **self.headers})


@dataclass(frozen=True)
class Bytes:
    """These bytes under HTTP 200, as a stream of events unless another type is given."""

    body: bytes
    kind: str = "text/event-stream"

    def answer(self, reply: "Reply", request: Received) -> None:
        reply.plain(200, self.body, {"Content-Type": self.kind})


@dataclass(frozen=True)
class Silence:
    """Nothing for so many seconds, after this text (and headers) if there is one; then the connection is closed."""

    seconds: float = 60.0
    after: str | None = None

    def answer(self, reply: "Reply", request: Received) -> None:
        if self.after is not None:
            reply.begin()
            reply.delta({"content": self.after})
        reply.sleep(self.seconds)
        reply.drop()


@dataclass(frozen=True)
class Dropping:
    """The connection breaks after this text; before any byte for None."""

    after: str | None = None

    def answer(self, reply: "Reply", request: Received) -> None:
        if self.after is not None:
            reply.begin()
            reply.delta({"content": self.after})
        reply.drop()


@dataclass(frozen=True)
class Unless:
    """HTTP 400 for requests that have ``field``; else what follows: ``Unless("response_format", Text("…"))``."""

    field: str
    then: Behaviour
    status: int = 400

    def answer(self, reply: "Reply", request: Received) -> None:
        if self.field in request.body:
            Status(self.status, f"Unsupported parameter: '{self.field}'").answer(reply, request)
        else:
            self.then.answer(reply, request)


class ClientGone(Exception):
    """The client has hung up."""


class Reply:
    """What a behaviour answers with."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler = handler
        self._closing = closing

    def plain(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """A whole response."""
        self._handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()
        self._write(body)

    def begin(self) -> None:
        """Headers of a stream of events, in chunks, so that a broken one is known from a complete one."""
        self._handler.send_response(200)
        self._handler.send_header("Content-Type", "text/event-stream")
        self._handler.send_header("Transfer-Encoding", "chunked")
        self._handler.end_headers()

    def delta(self, delta: Mapping[str, str], *, finish: str | None = None) -> None:
        self._event({"choices": [{"index": 0, "delta": dict(delta), "finish_reason": finish}]})

    def usage(self, prompt: int, completion: int) -> None:
        counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        self._event({"choices": [], "usage": counts})

    def end(self) -> None:
        self._chunk(b"data: [DONE]\n\n")
        self._write(b"0\r\n\r\n")

    def sleep(self, seconds: float) -> None:
        """Wait. Raises ClientGone as soon as the client hangs up."""
        wake = time.monotonic() + seconds
        while (rest := wake - time.monotonic()) > 0 and not self._closing.is_set():
            self._handler.connection.settimeout(min(rest, 0.05))
            with suppress(TimeoutError):
                if self._handler.connection.recv(1, socket.MSG_PEEK) == b"":
                    raise ClientGone
        self._handler.connection.settimeout(None)

    def drop(self) -> None:
        """End the connection where it is."""
        self._handler.connection.shutdown(socket.SHUT_RDWR)

    def _event(self, event: Mapping[str, object]) -> None:
        whole = {"id": "scripted", "object": "chat.completion.chunk", "created": 0, "model": "scripted", **event}
        self._chunk(b"data: " + json.dumps(whole).encode() + b"\n\n")

    def _chunk(self, data: bytes) -> None:
        self._write(b"%x\r\n%s\r\n" % (len(data), data))

    def _write(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()


class Scripted:
    """A server that runs. ``url`` is what ``CITESPAN_GENERATOR_URL`` wants."""

    def __init__(self, script: Sequence[Behaviour]) -> None:
        self.requests: list[Received] = []
        self.gone = 0
        self._script = list(script)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False  # server_close() waits for them
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _next(self, request: Received) -> Behaviour:
        with self._lock:
            self.requests.append(request)
            return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    def _play(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(length) or b"{}")
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Received(handler.path, headers, body, time.monotonic())
        handler.close_connection = True
        try:
            self._next(request).answer(Reply(handler, self._closing), request)
        except (ClientGone, ConnectionError):
            self.gone += 1

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        play = self._play

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                play(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
                pass

        return Handler


@contextmanager
def scripted_model(script: Sequence[Behaviour]) -> Iterator[Scripted]:
    """A server that plays this script, the last entry for ever."""
    server = Scripted(script)
    try:
        yield server
    finally:
        server.close()
