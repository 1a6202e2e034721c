"""The files that documents were made of, given out only while they still are what was indexed."""

from collections import OrderedDict
from hashlib import file_digest
from os import stat_result
from pathlib import Path
from threading import Lock

from api.problems.errors import FileUnavailable
from index.models import DocumentRecord

__all__ = ["Originals"]

KEPT = 10_000
"""Digests that are remembered."""

_State = tuple[str, int, int, int, int]


class Originals:
    """Finds files by the id of their document. Safe to use from several threads.

    Digests are remembered by place, inode, size and both times, so that a page that reads a file in many pieces, or
    looks whether it is there, has it read for that once.
    """

    def __init__(self) -> None:
        self._digests: OrderedDict[_State, str] = OrderedDict()
        self._lock = Lock()

    def find(self, record: DocumentRecord) -> tuple[Path, stat_result]:
        """Where the file lies, and its status. Raises FileUnavailable when it is gone or holds something else now."""
        path = Path(record.location)
        try:
            status = path.stat()
            same = status.st_size == record.size and f"sha256:{self._digest(path, status)}" == record.id
        except OSError as error:
            raise FileUnavailable(_told(record, "is no longer where it was indexed, or cannot be read")) from error
        if not same:
            raise FileUnavailable(_told(record, "was changed after it was indexed"))
        return path, status

    def has(self, record: DocumentRecord) -> bool:
        """Whether the file can be given out."""
        try:
            self.find(record)
        except FileUnavailable:
            return False
        return True

    def _digest(self, path: Path, status: stat_result) -> str:
        state = (str(path), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        with self._lock:
            known = self._digests.get(state)
        if known is not None:
            return known
        with path.open("rb") as file:
            found = file_digest(file, "sha256").hexdigest()
        with self._lock:
            self._digests[state] = found
            while len(self._digests) > KEPT:
                self._digests.popitem(last=False)
        return found


def _told(record: DocumentRecord, what: str) -> str:
    return f"The file {record.path} {what}. Its stored text can still be read: /v1/documents/{record.id}/text"
