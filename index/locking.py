"""One writer at a time: a lock file that names its holder, released by the system when its process dies."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexLocked

__all__ = ["writing"]


@contextmanager
def writing(state_dir: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the index for writing. Raises IndexLocked, naming the holder, after ``wait_seconds``."""
    state_dir.mkdir(parents=True, exist_ok=True)
    holder = state_dir / "writer.json"
    lock = FileLock(state_dir / "writer.lock")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise IndexLocked(
            f"{_described(holder)} is writing to {state_dir}. "
            "Try again when it has finished, or wait for it: --wait SECONDS."
        ) from None
    try:
        holder.write_text(json.dumps(_self()), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _self() -> dict[str, str | int]:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": command[:200],
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _described(holder: Path) -> str:
    try:
        found = json.loads(holder.read_text(encoding="utf-8"))
        return f"Process {found['pid']} on {found['host']} ({found['command']}, since {found['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "Another process"
