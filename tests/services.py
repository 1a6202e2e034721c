"""Services over one document, whose answers do not matter: built in no time, served on a real socket where wanted."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from api.app import create_app
from api.service import open_service
from api.serving import Protocol, Server, listen
from api.settings import ApiSettings, Settings
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from index.settings import IndexSettings
from tests.fakes import HashingEmbedder

QUESTION = {"question": "which factors mediate wound healing?"}


def small_parts(folder: Path) -> Parts:
    """One document, found by its words."""
    documents = folder / "documents"
    documents.mkdir(parents=True)
    (documents / "healing.txt").write_text("Healing\n\nWound healing is mediated by IL-6, IL-8 and MCP-1 in mice.\n")
    made = Parts(IndexSettings(state_dir=folder / "state"), answering=AssistantSettings(profile="fast"), notify=print)
    made._embedder = HashingEmbedder()
    made.builder("default").add([documents])
    return made


def app_over(parts: Parts, **api: Any) -> FastAPI:
    """The application with settings of its own."""
    settings = Settings(parts.settings, parts.answering, ApiSettings(**api), flags={})
    return create_app(open_service(settings, parts))


@contextmanager
def running(app: ASGIApp) -> Iterator[int]:
    """A real server on a loopback port, in a thread: its port."""
    listening = listen("127.0.0.1", 0)
    server = Server(uvicorn.Config(app, http=Protocol, ws="none", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive()


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
