"""Where uploaded files lie, and what they are called. A name from outside is shown and never becomes a path.

    state_dir/uploads/.incoming/<process>/<job>/<number>.txt    received, until its job has indexed it
    state_dir/uploads/<collection>/<digest of the name>/document.txt    what the index holds

What is received counts from the moment that its job is recorded. Until then it is swept up once its process is gone.
"""

import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from secrets import token_hex
from threading import Lock

from filelock import FileLock, Timeout

from index.build import GIVEN_FOLDER

__all__ = ["LONGEST_NAME", "Uploads", "clean_name", "digest_of", "is_upload", "sync_folder"]

LONGEST_NAME = 200
"""Most characters of a name that is shown; a longer one is cut and told apart by a digest."""
SWEEP_AFTER_SECONDS = 60.0
"""How old the folder of a process must be before another one asks whether it is gone."""

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_UNSHOWN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_STORED = re.compile(rf"/{GIVEN_FOLDER}/([a-z0-9][a-z0-9_-]{{0,62}})/([0-9a-f]{{64}})/document\.[a-z]+$")


def clean_name(name: str) -> str:
    """A name as it is shown: the last part of it, in NFC, without what cannot be seen. Empty if nothing is left.

    A device name of Windows gets a "_" before it, for whoever saves the file there.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if character.isspace() else character for character in last if _is_shown(character))
    folded = " ".join(unicodedata.normalize("NFC", seen).split()).strip(". ")
    return _shortened(_DEVICE.sub(r"_\1", folded, count=1) if _DEVICE.match(folded) else folded)


def digest_of(name: str) -> str:
    """What a cleaned name is called on disk."""
    return sha256(name.encode()).hexdigest()


def is_upload(location: str) -> bool:
    """Whether a document was uploaded, and not read from a folder."""
    return _STORED.search(location) is not None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Uploads:
    """The uploaded files of one state directory. Safe to use from several threads and processes."""

    def __init__(self, state_dir: Path) -> None:
        self._root = state_dir.absolute() / GIVEN_FOLDER
        self._incoming = self._root / ".incoming"
        self._own: Path | None = None
        self._held: FileLock | None = None
        self._lock = Lock()

    def receive(self, job_id: str) -> Path:
        """A new folder for what a job will index. It is abandoned if this process ends before the job is recorded."""
        folder = self._of_this_process() / job_id
        folder.mkdir()
        return folder

    def release(self) -> None:
        """Tell other processes that this one receives nothing any more."""
        with self._lock:
            own, held, self._own, self._held = self._own, self._held, None, None
        if own is None or held is None:
            return
        if not any(path.is_dir() for path in own.iterdir()):
            shutil.rmtree(own, ignore_errors=True)
        held.release()

    def received(self, job_id: str) -> Path | None:
        """The folder of what was received for a job; None when all of it is placed."""
        return next((path for path in self._incoming.glob(f"*/{job_id}") if path.is_dir()), None)

    def forget(self, job_id: str) -> None:
        """Delete what is left of what was received for a job that has ended."""
        for folder in self._incoming.glob(f"*/{job_id}"):
            shutil.rmtree(folder, ignore_errors=True)

    def place(self, received: Path, collection: str, name: str) -> Path:
        """Put a received file where its document is read from, in place of an earlier version. May be done again."""
        place = self.placed(collection, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        received.replace(place)
        for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
            sync_folder(folder)
        return place

    def placed(self, collection: str, name: str) -> Path:
        """Where the document of a cleaned name is read from."""
        return self._root / collection / digest_of(name) / f"document{PurePosixPath(name).suffix.lower()}"

    def remove(self, location: str) -> None:
        """Delete the stored file of an uploaded document; of one from a folder, nothing."""
        found = _STORED.search(location)
        if found is None:
            return
        folder = self._root / found[1] / found[2]
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            folder.parent.rmdir()  # the last one of its collection

    def sweep(self, wanted: Callable[[], Collection[str]], *, older_than: float = SWEEP_AFTER_SECONDS) -> None:
        """Delete what was received for no job that is ``wanted``, where the process that received it is gone."""
        for folder in self._gone(older_than):
            keep = wanted()  # asked under the lock: no job can be recorded for this folder any more
            for received in [path for path in folder.iterdir() if path.is_dir() and path.name not in keep]:
                shutil.rmtree(received, ignore_errors=True)
            if not any(path.is_dir() for path in folder.iterdir()):
                shutil.rmtree(folder, ignore_errors=True)

    def _gone(self, older_than: float) -> Iterator[Path]:
        """The folders of processes that are no more, each locked while it is looked at."""
        for folder in [path for path in self._incoming.glob("*") if path.is_dir() and path != self._own]:
            with suppress(Timeout, OSError):
                if time.time() - folder.stat().st_mtime < older_than:
                    continue  # perhaps just made, and not locked yet
                with FileLock(folder / "lock", timeout=0):
                    yield folder

    def _of_this_process(self) -> Path:
        with self._lock:
            if self._own is None:
                own = self._incoming / token_hex(8)
                own.mkdir(parents=True)
                held = FileLock(own / "lock", thread_local=False)
                held.acquire()
                self._own, self._held = own, held
            return self._own


def _is_shown(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in _UNSHOWN


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    suffix = PurePosixPath(name).suffix[:20]
    mark = f"… {sha256(name.encode()).hexdigest()[:8]}{suffix}"
    return name[: LONGEST_NAME - len(mark)].rstrip() + mark
