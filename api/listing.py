"""The documents of a collection as they are listed: read once, brought up to date by what changed, and searched.

Ten thousand records take a second to read from the store. A page must not: what a revision listed is kept, the next one
reads only the documents that are new, and the digest of a revision says whether that was all.
"""

import threading
import time
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from index.errors import CitespanError
from index.models import DocumentRecord, revision_of
from index.reading import Snapshot

__all__ = ["FRESH_SECONDS", "Listing", "Listings"]

FRESH_SECONDS = 60.0
"""How long a listing is believed where its revision stays: what a manifest says of a document is in no revision."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Documents by path, each with the text that a search looks in."""

    volume: str
    revision: str
    read: float
    records: Sequence[DocumentRecord]
    searched: Sequence[str]

    def found(self, words: str) -> Sequence[DocumentRecord]:
        """The documents that have every one of these words, or parts of words, in path, title or metadata."""
        wanted = _folded(words).split()
        if not wanted:
            return self.records
        pairs = zip(self.records, self.searched, strict=True)
        return [record for record, text in pairs if all(word in text for word in wanted)]


class Listings:
    """The newest listing of each collection. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._kept: dict[str, Listing] = {}

    def of(self, snapshot: Snapshot) -> Listing:
        """What a snapshot lists."""
        kept = self._kept.get(snapshot.state.name)
        if kept is not None and _same(kept, snapshot) and time.monotonic() - kept.read < FRESH_SECONDS:
            return kept
        with self._lock:
            lock = self._locks.setdefault(snapshot.state.name, threading.Lock())
        if kept is not None and _same(kept, snapshot):
            if lock.acquire(blocking=False):
                threading.Thread(target=self._renew, args=(snapshot, lock), daemon=True).start()
            return kept
        with lock:
            kept = self._kept.get(snapshot.state.name)
            if kept is None or not _same(kept, snapshot):
                kept = self._kept[snapshot.state.name] = _read(snapshot, kept)
            return kept

    def _renew(self, snapshot: Snapshot, lock: threading.Lock) -> None:
        try:
            with suppress(CitespanError):  # the next request meets it, and says so
                self._kept[snapshot.state.name] = _read(snapshot, None)
        finally:
            lock.release()


def _same(kept: Listing, snapshot: Snapshot) -> bool:
    return (kept.volume, kept.revision) == (snapshot.state.volume, snapshot.state.revision)


def _read(snapshot: Snapshot, kept: Listing | None) -> Listing:
    if kept is not None and kept.volume == snapshot.state.volume:
        listed = {record.key: record for record in kept.records}
        keys = snapshot.derived.lexical.keys
        new = snapshot.volume.committed([key for key in keys if key not in listed])
        records = [*(record for key, record in listed.items() if key in keys), *new.values()]
        if revision_of(records) == snapshot.state.revision:
            return replace(_listing(snapshot, records), read=kept.read)
    return _listing(snapshot, snapshot.records())


def _listing(snapshot: Snapshot, records: Iterable[DocumentRecord]) -> Listing:
    ordered = sorted(records, key=lambda record: (record.path, record.key))
    return Listing(
        volume=snapshot.state.volume,
        revision=snapshot.state.revision,
        read=time.monotonic(),
        records=ordered,
        searched=[_folded("\n".join([record.path, record.title, *record.metadata.values()])) for record in ordered],
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
