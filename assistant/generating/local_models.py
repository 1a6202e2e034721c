"""GGUF files, served by llama.cpp inside this process on a loopback port that nobody else has the key to."""

import os
import secrets
import threading
from pathlib import Path

from assistant.errors import GeneratorError
from assistant.generating.gguf_header import trained_window

__all__ = ["LocalServer"]

_WIDEST = 8192
"""Tokens: wider windows take gigabytes for their cache, so an operator asks for them (CITESPAN_GENERATOR_WINDOW)."""
_UNKNOWN = 4096
_AT_ONCE = 2
"""Answers that are written at the same time, each in a window of its own; others queue."""


class LocalServer:
    """A model that answers like OpenAI's server at ``url`` to whoever has ``key``, until ``close``."""

    def __init__(self, path: Path, *, window: int | None = None) -> None:
        """Load the model, in seconds to minutes. Raises GeneratorError without xllamacpp, or when it cannot be."""
        trained = trained_window(path)
        self.window = window or min(trained or _UNKNOWN, _WIDEST)
        self.key = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._server: object | None = _start(path, self.window, self.key)
        self.url = f"{self._server.listening_address}/v1"  # type: ignore[attr-defined]

    def close(self) -> None:
        """Stop serving and give the memory back; again does no harm."""
        with self._lock:
            self._server = None


def _start(path: Path, window: int, key: str) -> object:
    try:
        from xllamacpp import CommonParams, Server
    except ImportError:
        raise GeneratorError("A GGUF file needs llama.cpp: pip install 'citespan[gguf]'.") from None
    parameters = CommonParams()
    parameters.model.path = str(path)
    parameters.hostnames, parameters.port, parameters.api_keys = ["127.0.0.1"], 0, [key]
    parameters.n_ctx, parameters.n_parallel = window * _AT_ONCE, _AT_ONCE
    parameters.cpuparams.n_threads = os.cpu_count() or 1
    parameters.cache_ram_mib = 0  # else up to 8 GB of earlier prompts are kept
    parameters.verbosity = 0
    parameters.ui = parameters.endpoint_slots = False
    parameters.offline = True
    try:
        return Server(parameters)
    except RuntimeError:
        raise GeneratorError(
            f"llama.cpp cannot load {path}: it is damaged, of a kind that this version does not know, or too large."
        ) from None
