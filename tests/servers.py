"""Real servers for tests, and small libraries for them to answer from."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.service import open_service
from api.serving import Server, listen
from api.settings import ApiSettings, Settings
from assistant.bootstrap import Parts
from assistant.settings import AssistantSettings
from index.settings import IndexSettings
from tests.fakes import HashingEmbedder

__all__ = ["TEXTS", "Running", "quick_app", "quick_parts", "running"]

TEXTS = {
    "wounds.txt": "Wounds\n\nInterleukin 6 attracts monocytes to wounds. Collagen keeps its shape \U0001f9ec.\n",
    "vessels.txt": "Vessels\r\n\r\nVEGF promotes angiogenesis in muscle.\r\nGrowth factors act for minutes.\r\n",
}


@dataclass(frozen=True)
class Running:
    """A server that listens."""

    url: str
    server: Server

    def wait_until_alone(self) -> None:
        """Until every client's connection is known to be closed."""
        deadline = time.monotonic() + 30
        while self.server.server_state.connections:
            assert time.monotonic() < deadline, "a client is still connected"
            time.sleep(0.01)


@contextmanager
def running(app: FastAPI) -> Iterator[Running]:
    """A real server on a loopback port, in a thread."""
    listening = listen("127.0.0.1", 0)
    server = Server(uvicorn.Config(app, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", server)
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


def quick_app(parts: Parts, **settings: Any) -> FastAPI:
    """The service over these parts."""
    return create_app(
        open_service(
            Settings(parts.settings, AssistantSettings(profile="fast"), ApiSettings(**settings), flags={}), parts
        )
    )
