"""One writer at a time, known by name, and never in the way once it is dead."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from index.errors import IndexLocked
from index.locking import writing

HOLDER = """
import sys, time
from pathlib import Path
from index.locking import writing
with writing(Path(sys.argv[1]), wait_seconds=0):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(state_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the lock until its standard input ends."""
    command = [sys.executable, "-c", HOLDER, str(state_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_writer_is_refused_and_told_who_writes(state_dir: Path) -> None:
    with held_elsewhere(state_dir) as other:
        with pytest.raises(IndexLocked) as caught, writing(state_dir, wait_seconds=0):
            pass
        assert f"Process {other.pid} on " in str(caught.value)
        assert "--wait SECONDS" in str(caught.value)


def test_a_second_writer_waits_as_long_as_it_is_told(state_dir: Path) -> None:
    started = time.monotonic()
    with held_elsewhere(state_dir), pytest.raises(IndexLocked), writing(state_dir, wait_seconds=0.5):
        pass
    assert time.monotonic() - started >= 0.5


def test_a_second_writer_goes_on_when_the_first_is_done(state_dir: Path) -> None:
    with held_elsewhere(state_dir) as other:
        assert other.stdin is not None
        Timer(0.3, other.stdin.close).start()
        with writing(state_dir, wait_seconds=30):
            assert other.wait(timeout=10) == 0


def test_a_killed_writer_holds_nothing(state_dir: Path) -> None:
    with held_elsewhere(state_dir) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait(timeout=10)
        with writing(state_dir, wait_seconds=0):
            pass


def test_a_holder_that_cannot_be_read_is_just_another_process(state_dir: Path) -> None:
    with held_elsewhere(state_dir):
        for content in (b"\xff\xfe", b"[]", b"", b"null", b'{"pid": 1}'):
            (state_dir / "writer.json").write_bytes(content)
            with pytest.raises(IndexLocked, match=r"^Another process is writing"), writing(state_dir, wait_seconds=0):
                pass


def test_two_threads_are_two_writers(state_dir: Path) -> None:
    with writing(state_dir, wait_seconds=0):
        with pytest.raises(IndexLocked, match=f"Process {os.getpid()} "), writing(state_dir, wait_seconds=0):
            pass
        assert (state_dir / "writer.json").exists(), "the holder is still named"
    with writing(state_dir, wait_seconds=0):
        pass


def test_the_folder_is_made_and_the_lock_released_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"), writing(tmp_path / "new" / "state", wait_seconds=0):
        fail()
    with writing(tmp_path / "new" / "state", wait_seconds=0):
        pass
