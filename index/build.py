"""Building an index: which files are new, changed, known, moved, the same as others; and making it all anew."""

import math
import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from hashlib import file_digest
from pathlib import Path
from typing import Protocol

from index.embedding import Embedder
from index.errors import FileSkipped, IndexMissing
from index.loading import Skipped, Source, find_files, load
from index.locking import writing
from index.making import check_format, check_name, check_not_newer, check_state, making_of, new_state
from index.models import Document, DocumentRecord
from index.store import PIECE_LENGTH, CollectionState, Store, Volume
from index.writing import VolumeWriter

__all__ = ["BuildOptions", "Builder", "Progress", "Summary"]


class Progress(Protocol):
    """Told how far a build is."""

    def __call__(self, *, done: int, total: int, passages: int) -> None:
        """``done`` of ``total`` bytes of source; ``passages`` written so far."""


@dataclass(slots=True)
class Summary:
    """What a build did. ``skipped`` files were left out; ``notices`` are worth a line, but nothing was."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    ignored: int = 0
    seconds: float = 0.0
    state: CollectionState | None = None


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
        self._mirrored: Collection[str] | None = None

    def add(self, roots: Sequence[Path], *, mirror: bool = False) -> Summary:
        """Index what is under ``roots``; with ``mirror``, documents that are no longer there leave the index.

        Raises IndexLocked, IndexMismatch, and IndexingError when a root does not exist. When it is interrupted, what is
        committed stays, and the next run goes on from there.
        """
        started = time.monotonic()
        summary = Summary()
        found = list(find_files(roots))
        sources = [source for source in found if isinstance(source, Source)]
        self._total = sum(_size(source) for source in sources)
        self._mirrored = {str(source.location) for source in sources} if mirror else None
        with writing(self._state_dir, wait_seconds=self._options.wait_seconds):
            writer = self._writer(self._state())
            try:
                for item in found:
                    self._take(item, writer, summary)
                writer.flush()
                self._look_for_missing(sources, writer, summary, mirror=mirror)
            finally:
                writer.publish()
            summary.state = self._store.state(self._collection)
        summary.seconds = time.monotonic() - started
        return summary

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
            if new.volume == old.volume:
                new = replace(new, volume=f"{new.volume}-2")
            source, writer = self._store.volume(old), self._writer(new, publish_seconds=math.inf)
            records = source.records()
            self._total = sum(record.size for record in records)
            versions = {_version(record) for record in records}
            writer.remove([made for made in writer.catalogue if _version(made) not in versions])
            for record in records:
                self._remake(record, source, writer, summary)
            writer.flush()
            writer.publish()
            writer.drop_other_volumes()
            summary.state = self._store.state(self._collection)
        summary.seconds = time.monotonic() - started
        return summary

    def _remake(self, record: DocumentRecord, source: Volume, writer: VolumeWriter, summary: Summary) -> None:
        """Put a document into the new volume; an interrupted rebuild may have left it there, as it was then."""
        made = writer.catalogue.get(record.id)
        if made is None:
            writer.put(_restored(source, record))
            summary.changed.append(record.path)
            return
        known = replace(made, location=record.location, path=record.path, metadata=record.metadata)
        if known != made:
            writer.amend(known)
        summary.unchanged += 1
        self._report(record.size, 0)

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

    def _take(self, item: Source | Skipped, writer: VolumeWriter, summary: Summary) -> None:
        if isinstance(item, Skipped):
            if item.reason == "ignored":
                summary.ignored += 1
            else:
                summary.skipped.append(item)
            return
        try:
            document = load(item, max_bytes=self._options.max_bytes, fallback_encoding=self._options.fallback_encoding)
        except FileSkipped as error:
            summary.skipped.append(Skipped(item.path, error.reason, str(error)))
            self._report(_size(item), 0)
            return
        self._place(document, writer, summary)

    def _place(self, document: Document, writer: VolumeWriter, summary: Summary) -> None:
        """Decide what a document is to the index: known, changed, a copy, moved, or new."""
        here = writer.catalogue.at(document.location)
        same = writer.catalogue.get(document.id)
        moved = same is not None and same.location != document.location
        if same is not None and moved and self._stays(same):
            summary.notices.append(f"{document.path} has the same bytes as {same.path}; it is indexed once.")
            if here is not None:
                writer.remove([here])
                summary.removed.append(here.path)
            self._report(document.size, 0)
            return
        if same is not None and here is not None and here.id != same.id:
            writer.remove([here])
            here = None
        if same is not None and moved:
            writer.catalogue.drop(same)  # its place and its name are free
        if same is not None and same.title == document.title and same.media_type == document.media_type:
            path = self._named(document, writer, summary).path if moved else same.path
            known = replace(same, location=document.location, path=path, metadata=document.metadata)
            if known != same:
                writer.amend(known)
            summary.unchanged += 1
            self._report(document.size, 0)
        else:
            replaced = same or here
            named = self._named(document, writer, summary)
            (summary.added if replaced is None else summary.changed).append(named.path)
            writer.put(named, replaces=replaced)

    def _stays(self, record: DocumentRecord) -> bool:
        """Whether the file that a document was read from still holds it, and is among those that are mirrored."""
        return (self._mirrored is None or record.location in self._mirrored) and _id_at(record.location) == record.id

    def _named(self, document: Document, writer: VolumeWriter, summary: Summary) -> Document:
        """The document under a path that no other has, with a word where file names repeat."""
        here = writer.catalogue.at(document.location)
        if here is not None:
            return replace(document, path=here.path)
        name = document.path.rsplit("/", 1)[-1]
        if writer.catalogue.has_path(document.path):
            document = replace(document, path=document.location.lstrip("/"))
        if writer.catalogue.has_name(name):
            summary.notices.append(f"More than one file is called {name}; this one is cited as {document.path}.")
        return document

    def _look_for_missing(
        self, sources: Sequence[Source], writer: VolumeWriter, summary: Summary, *, mirror: bool
    ) -> None:
        seen = {str(source.location) for source in sources}
        missing = [record for record in writer.catalogue if record.location not in seen]
        if mirror:
            writer.remove(missing)
            summary.removed += sorted(record.path for record in missing)
            return
        gone = [record for record in missing if not os.path.exists(record.location)]  # noqa: PTH110  never raises
        if gone:
            summary.notices.append(
                f"{len(gone)} indexed file(s) are no longer on disk, {gone[0].path} among them; they still answer. "
                "To drop them: citespan index remove --missing"
            )

    def _report(self, size: int, passages: int) -> None:
        self._done += size
        self._passages += passages
        if self._progress is not None:
            self._progress(done=self._done, total=max(self._total, self._done), passages=self._passages)


def _restored(volume: Volume, record: DocumentRecord) -> Document:
    pieces = volume.pieces(record.key, range((record.characters - 1) // PIECE_LENGTH + 1))
    return Document(
        id=record.id,
        location=record.location,
        path=record.path,
        title=record.title,
        text="".join(piece.text for piece in pieces),
        encoding=record.encoding,
        size=record.size,
        media_type=record.media_type,
        extractor=record.extractor,
        metadata=record.metadata,
    )


def _version(record: DocumentRecord) -> tuple[str, str, str]:
    return record.id, record.title, record.media_type


def _id_at(location: str) -> str | None:
    """The id of the document that a file now holds; None where there is no such file."""
    try:
        with Path(location).open("rb") as file:
            return f"sha256:{file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return None


def _size(source: Source) -> int:
    try:
        return source.location.stat().st_size
    except OSError:
        return 0
