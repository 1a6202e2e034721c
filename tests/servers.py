"""Real servers for tests, and small libraries for them to answer from."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.app import create_app
from api.service import open_service
from api.serving import Protocol, Server, listen
from api.settings import ApiSettings, Settings
from assistant.answering import Assistant
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from index.settings import IndexSettings
from tests.fakes import HashingEmbedder

__all__ = ["QUESTION", "TEXTS", "Running", "parts_like", "quick_app", "quick_parts", "running", "say", "small_parts"]

TEXTS = {
    "wounds.txt": "Wounds\n\nInterleukin 6 attracts monocytes to wounds. Collagen keeps its shape \U0001f9ec.\n",
    "vessels.txt": "Vessels\r\n\r\nVEGF promotes angiogenesis in muscle.\r\nGrowth factors act for minutes.\r\n",
}


QUESTION = {"question": "which factors mediate wound healing?"}


@dataclass(frozen=True)
class Running:
    """A server that listens."""

    port: int
    server: Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_alone(self) -> None:
        """Until every client's connection is known to be closed."""
        deadline = time.monotonic() + 30
        while self.server.server_state.connections:
            assert time.monotonic() < deadline, "a client is still connected"
            time.sleep(0.01)


@contextmanager
def running(app: ASGIApp, port: int = 0) -> Iterator[Running]:
    """A real server on a loopback port, in a thread. It is told to leave logging as it is, which others share."""
    listening = listen("127.0.0.1", port)
    config = uvicorn.Config(
        app, http=Protocol, ws="none", log_config=None, access_log=False, timeout_graceful_shutdown=2
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Running(listening.getsockname()[1], server)
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive()


def quick_parts(folder: Path, texts: Mapping[str, str] = TEXTS, *, collections: tuple[str, ...] = ()) -> Parts:
    """Parts over a small library that a bag of words reads: no model is loaded. ``collections`` hold the same again."""
    source = folder / "source"
    source.mkdir(parents=True)
    for name, text in texts.items():
        (source / name).write_text(text, encoding="utf-8", newline="")
    parts = Parts(
        IndexSettings(state_dir=folder / "state"),
        answering=AssistantSettings(profile="fast"),
        notify=lambda _message: None,
    )
    parts._embedder = HashingEmbedder()
    for collection in ("default", *collections):
        parts.builder(collection).add([source])
    return parts


def parts_like(parts: Parts, **answering: Any) -> Parts:
    """The same models and documents, where answers are made by these settings."""
    settings = parts.answering.model_copy(update=answering)
    made = Parts(parts.settings, answering=settings, notify=lambda _message: None)
    made._embedder, made._finder, made._store = parts.embedder, parts.finder, parts.store
    return made


def small_parts(folder: Path) -> Parts:
    """One document, found by its words."""
    return quick_parts(
        folder, {"healing.txt": "Healing\n\nWound healing is mediated by IL-6, IL-8 and MCP-1 in mice.\n"}
    )


def quick_app(parts: Parts, assistant: Assistant | None = None, **settings: Any) -> FastAPI:
    """The service over these parts; ``assistant`` replaces theirs."""
    in_force = Settings(parts.settings, AssistantSettings(profile="fast"), ApiSettings(**settings), flags={})
    return create_app(open_service(in_force, parts, assistant))


def say(port: int, *parts: bytes, timeout: float = 30) -> bytes:
    """What the server answers to these bytes, until it closes or has nothing more to say for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it need not listen to all of it
        got = b""
        try:
            while data := connection.recv(65536):
                got += data
                connection.settimeout(1)
        except (TimeoutError, ConnectionResetError):
            pass
        return got
