"""Building an index: adding what is in folders, removing documents, making it all anew."""

import math
import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from index.embedding import Embedder
from index.errors import FileSkipped, IndexMissing
from index.folders import Skipped, Source, find_files
from index.formats import FORMATS
from index.loading import make_document, open_file
from index.locking import writing
from index.making import (
    check_format,
    check_name,
    check_not_newer,
    check_state,
    following,
    making_of,
    new_state,
)
from index.models import DocumentRecord
from index.placing import Known, Outcome, Placer, Summary
from index.store import CollectionState, Store, Volume
from index.texts import restored
from index.writing import VolumeWriter

__all__ = ["GIVEN_FOLDER", "BuildOptions", "Builder", "Outcome", "Progress", "Summary", "Told"]

Told = Callable[[Source, Outcome], None]


GIVEN_FOLDER = "uploads"
"""Where, in the state directory, files lie that were given one by one."""


class Progress(Protocol):
    """Told how far a build is."""

    def __call__(self, *, done: int, total: int, passages: int) -> None:
        """``done`` of ``total`` bytes of source; ``passages`` written so far."""


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How files are read and passages are cut, and for how long.

    ``tokens`` is the longest passage, ``wait_seconds`` for another writer; what is committed is published to readers
    after ``publish_seconds`` at the latest.
    """

    tokens: int
    max_bytes: int
    fallback_encoding: str
    wait_seconds: float = 0.0
    publish_seconds: float = 15.0


class Builder:
    """Adds, removes and rebuilds the documents of one collection."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        *,
        collection: str,
        state_dir: Path,
        options: BuildOptions,
        progress: Progress | None = None,
    ) -> None:
        check_name(collection)
        self._store = store
        self._embedder = embedder
        self._collection = collection
        self._state_dir = state_dir
        self._options = options
        self._progress = progress
        self._making = making_of(embedder, tokens=options.tokens)
        self._done = self._total = self._passages = 0

    def add(self, roots: Sequence[Path], *, mirror: bool = False) -> Summary:
        """Index what is under ``roots``; with ``mirror``, documents that are no longer there leave the index.

        Files that were given one by one (``take``) from the state directory are no folder's, and stay.

        Raises IndexLocked, IndexMismatch, and IndexingError when a root does not exist. When it is interrupted, what is
        committed stays, and the next run goes on from there.
        """
        started = time.monotonic()
        summary = Summary()
        found = list(find_files(roots))
        seen = {str(item.location) for item in found if isinstance(item, Source)}
        if not seen:
            summary.notices.append(f"There is no file to read there; read are {', '.join(FORMATS)}.")
        with self._placing(
            summary, found, mirrored=self._belongs(seen) if mirror else None, apart=_place_on_disk
        ) as placer:
            for item in found:
                self._place(item, placer, summary)
            placer.look_for_missing(seen)
        summary.seconds = time.monotonic() - started
        return summary

    def take(self, sources: Sequence[Source], told: Told | None = None) -> Summary:
        """Index these files, wherever they lie, under the paths that they are to be shown by; no other is looked at.

        ``told`` hears of each as it is placed; that is final, and readers see it, once this returns. A path that
        another document has is shown in the folder ``uploaded/``. Raises and is interrupted like ``add``.
        """
        started = time.monotonic()
        summary = Summary()
        with self._placing(summary, sources, mirrored=None, apart=_uploaded) as placer:
            for source in sources:
                outcome = self._place(source, placer, summary)
                if told is not None and outcome is not None:
                    told(source, outcome)
        summary.seconds = time.monotonic() - started
        return summary

    @contextmanager
    def _placing(
        self,
        summary: Summary,
        found: Sequence[Source | Skipped],
        *,
        mirrored: Callable[[str], bool] | None,
        apart: Callable[[Known], str],
    ) -> Iterator[Placer]:
        """A placer under the write lock; what it placed is published at the end, also of what was interrupted."""
        self._total = sum(_size(item) for item in found if isinstance(item, Source))
        with writing(self._state_dir, wait_seconds=self._options.wait_seconds):
            writer = self._writer(self._state())
            try:
                yield Placer(writer, summary, mirrored=mirrored, passed=self._passed, apart=apart)
                writer.flush()
            finally:
                writer.publish()
            summary.state = self._store.state(self._collection)

    def _belongs(self, seen: Collection[str]) -> Callable[[str], bool]:
        """Whether a place is one of those seen, or in the folder of files that were given."""
        given = f"{self._state_dir.absolute() / GIVEN_FOLDER}{os.sep}"
        return lambda place: place in seen or place.startswith(given)

    def remove(self, select: Callable[[DocumentRecord], bool]) -> Summary:
        """Take documents out of the index; the files are not touched.

        Raises IndexMissing, IndexLocked, IndexMismatch.
        """
        summary = Summary()
        with writing(self._state_dir, wait_seconds=self._options.wait_seconds):
            state = self._store.state(self._collection)
            if state is None:
                raise IndexMissing(f"There is no collection {self._collection!r} to remove documents from.")
            check_format(state)
            writer = self._writer(state)
            chosen = [record for record in writer.catalogue if select(record)]
            summary.removed += sorted(record.path for record in chosen)
            writer.remove(chosen)
            writer.publish()
            summary.state = self._store.state(self._collection)
        return summary

    def rebuild(self) -> Summary:
        """Make the collection anew from its stored texts with the settings in force, then switch to it at once.

        Until the switch the old one answers. Interrupted, the next rebuild goes on where this one stopped.
        """
        started = time.monotonic()
        summary = Summary()
        with writing(self._state_dir, wait_seconds=self._options.wait_seconds):
            old = self._store.state(self._collection)
            if old is None:
                raise IndexMissing(f"There is no collection {self._collection!r} to rebuild.")
            check_not_newer(old)
            new = new_state(self._collection, self._making)
            new = replace(new, volume=following(old.volume, named=new.volume))
            source, writer = self._store.volume(old), self._writer(new, publish_seconds=math.inf)
            records = source.records()
            self._total = sum(record.size for record in records)
            versions = {_version(record) for record in records}
            writer.remove([made for made in writer.catalogue if _version(made) not in versions])
            for record in records:
                self._remake(record, source, writer, summary)
            writer.flush()
            _carry(source, writer)
            writer.publish()
            writer.drop_other_volumes()
            summary.state = self._store.state(self._collection)
        summary.seconds = time.monotonic() - started
        return summary

    def _remake(self, record: DocumentRecord, source: Volume, writer: VolumeWriter, summary: Summary) -> None:
        """Put a document into the new volume; an interrupted rebuild may have left it there, as it was then."""
        made = writer.catalogue.get(record.id)
        if made is None:
            writer.put(restored(source, record))
            summary.changed.append(record.path)
            return
        known = replace(
            made, location=record.location, path=record.path, metadata=record.metadata, stated=record.stated
        )
        if known != made:
            writer.amend(known, replaces=[made])
        summary.unchanged += 1
        self._passed(record.size)

    def _state(self) -> CollectionState:
        state = self._store.state(self._collection)
        if state is None:
            state = new_state(self._collection, self._making)
            self._store.put_state(state)
        check_state(state, self._making)
        return state

    def _writer(self, state: CollectionState, *, publish_seconds: float | None = None) -> VolumeWriter:
        return VolumeWriter(
            self._store,
            state,
            self._embedder,
            state_dir=self._state_dir,
            tokens=self._options.tokens,
            written=self._report,
            publish_seconds=self._options.publish_seconds if publish_seconds is None else publish_seconds,
        )

    def _place(self, item: Source | Skipped, placer: Placer, summary: Summary) -> Outcome | None:
        if isinstance(item, Skipped):
            if item.reason == "ignored":
                summary.ignored += 1
                return None
            return placer.leave_out(item, None)
        try:
            opened = open_file(item, max_bytes=self._options.max_bytes)
            document = placer.read_before(opened) or make_document(
                opened, fallback_encoding=self._options.fallback_encoding
            )
        except FileSkipped as error:
            self._passed(_size(item))
            return placer.leave_out(Skipped(item.path, error.reason, str(error)), item.location)
        return placer.place(document)

    def _passed(self, size: int) -> None:
        self._report(size, 0)

    def _report(self, size: int, passages: int) -> None:
        self._done += size
        self._passages += passages
        if self._progress is not None:
            self._progress(done=self._done, total=max(self._total, self._done), passages=self._passages)


def _place_on_disk(document: Known) -> str:
    return document.location.lstrip("/")


def _uploaded(document: Known) -> str:
    return f"uploaded/{document.path}"


def _carry(source: Volume, writer: VolumeWriter) -> None:
    """Bring the superseded versions along; an interrupted rebuild may have left some, as they were then."""
    wanted = {record.key: record for record in source.superseded()}
    writer.forget([made for made in writer.versions if wanted.get(made.key) != made])
    for record in wanted.values():
        if writer.versions.get(record.id) is None:
            writer.keep(restored(source, record), record)


def _version(record: DocumentRecord) -> tuple[str, str, str, str]:
    return record.id, record.title, record.media_type, record.extractor


def _size(source: Source) -> int:
    try:
        return source.location.stat().st_size
    except OSError:
        return 0
