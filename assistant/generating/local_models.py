"""GGUF files, served by llama.cpp on a loopback port that nobody else has the key to."""

import importlib.util
import secrets
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from assistant.errors import GeneratorError
from assistant.generating.gguf_header import trained_window

__all__ = ["LocalServer"]

_PROGRAM = Path(__file__).with_name("gguf_process.py")
_WIDEST = 8192
"""Tokens: wider windows take gigabytes for their cache, so an operator asks for them (CITESPAN_GENERATOR_WINDOW)."""
_UNKNOWN = 4096


class LocalServer:
    """A model that answers like OpenAI's server at ``url`` to whoever has ``key``, until ``close``."""

    def __init__(self, path: Path, *, window: int | None = None) -> None:
        """Load the model, in seconds to minutes. Raises GeneratorError without xllamacpp, or when it cannot be."""
        trained = trained_window(path)
        if importlib.util.find_spec("xllamacpp") is None:
            raise GeneratorError("A GGUF file needs llama.cpp: pip install 'citespan[gguf]'.")
        self.window = window or min(trained or _UNKNOWN, _WIDEST)
        self.key = secrets.token_urlsafe(32)
        self._process = subprocess.Popen(  # noqa: S603  this Python, our own file
            [sys.executable, "-P", str(_PROGRAM), str(path.absolute()), str(self.window)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        address = self._told(self.key)
        if not address:
            self.close()
            raise GeneratorError(
                f"llama.cpp cannot load {path}: it is damaged, of a kind that this version does not know, or too large."
            )
        self.url = f"{address}/v1"

    @property
    def running(self) -> bool:
        """Whether it still answers: llama.cpp may have crashed."""
        return self._process.poll() is None

    def close(self) -> None:
        """Stop at once and give the memory back; again does no harm."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _told(self, key: str) -> str:
        """The address, or nothing when the process has ended."""
        assert self._process.stdin is not None  # noqa: S101  both are pipes, as asked
        assert self._process.stdout is not None  # noqa: S101
        with suppress(OSError):
            self._process.stdin.write(f"{key}\n")
            self._process.stdin.flush()
            return self._process.stdout.readline().strip()
        return ""
