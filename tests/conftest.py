"""What every test has: no network beyond this machine, no settings from outside, folders of its own."""

import gc
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile(
    "default", deadline=None, max_examples=50, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("default"), derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")

SEEDS = Path(__file__).parent.parent / "seeds"
_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


class NetworkUsed(RuntimeError):
    """A test tried to reach another machine."""


def _refuse_others(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else ""  # a local socket has a path, not a host
    if host not in {"", "localhost", "127.0.0.1", "::1"}:
        raise NetworkUsed(f"tests reach no other machine, yet this one connects to {address!r}: use what is on disk")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    _refuse_others(address)
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_others(address)
    return _connect_ex(self, address)


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections to anything but this machine fail, whoever makes them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded_connect)
        patch.setattr(socket.socket, "connect_ex", _guarded_connect_ex)
        yield


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests has set for citespan does not reach them."""
    for name in list(os.environ):
        if name.upper().startswith("CITESPAN_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module", autouse=True)
def stores_of_a_file_are_closed() -> Iterator[None]:
    """Chroma keeps every store that was ever opened, with its files; thousands of them fill a process."""
    yield
    chroma = sys.modules.get("chromadb.api.shared_system_client")
    if chroma is not None:
        chroma.SharedSystemClient.clear_system_cache()
        gc.collect()


@pytest.fixture(scope="session", autouse=True)
def clients_on_this_machine() -> Iterator[None]:
    """Starlette's test client calls its server "testserver" and itself "testclient": no names of this machine."""
    from starlette.testclient import TestClient

    with pytest.MonkeyPatch.context() as patch:
        here = partialmethod(TestClient.__init__, base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50_000))
        patch.setattr(TestClient, "__init__", here)
        yield


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with the seeds in it, indexed with the real model; to be read only."""
    from assistant.bootstrap import Parts
    from index.settings import IndexSettings

    state = tmp_path_factory.mktemp("seeded") / "state"
    Parts(IndexSettings(state_dir=state), notify=lambda _: None).builder("default").add([SEEDS])
    return state


@pytest.fixture
def state_dir(tmp_path: Path) -> Path:
    """An empty folder for one index."""
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


@pytest.fixture
def documents_dir(tmp_path: Path) -> Path:
    """An empty folder for source files."""
    folder = tmp_path / "documents"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def no_stores_kept_open() -> Iterator[None]:
    """chromadb keeps every client it ever opened, and with it file handles."""
    yield
    chromadb = sys.modules.get("chromadb")
    systems = chromadb.api.client.SharedSystemClient._identifier_to_system if chromadb else {}
    for identifier, system in list(systems.items()):
        if system.settings.is_persistent:
            del systems[identifier]


@pytest.fixture(scope="session")
def chroma_connections() -> Iterator[None]:
    """chromadb never closes the connections to its servers; here that is a warning, and so a failure."""
    from chromadb.api.fastapi import FastAPI

    connected: list[FastAPI] = []
    connect = FastAPI.__init__

    def connect_and_remember(self: FastAPI, system: Any) -> None:
        connect(self, system)
        connected.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FastAPI, "__init__", connect_and_remember)
        yield
    for connection in connected:
        connection._session.close()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory, chroma_connections: None) -> Iterator[str]:
    """The URL of a Chroma server that runs as long as the tests do, on data of its own."""
    folder = tmp_path_factory.mktemp("chroma_server")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    executable = Path(sys.executable).with_name("chroma")
    command = [str(executable), "run", "--path", str(folder / "data"), "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"ANONYMIZED_TELEMETRY": "False", "CHROMA_TELEMETRY_ENABLED": "false"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_until_open(port, server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_open(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"`chroma run` does not listen on port {port}: {log.read_text(errors='replace')[-2000:]}")
