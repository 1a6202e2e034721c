"""Writing documents into a volume, a batch at a time, so that a kill at any instant leaves nothing half there.

begin → write → commit: see ``index.store.Volume``. What a killed run left behind is purged when the next one starts.
What a document replaces becomes its earlier version, whose text stays as long as there is a newest one.
"""

import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.catalogue import Catalogue, Versions
from index.chunking import Chunk, chunk
from index.derived import derived_folder, derived_lock, open_derived, update_derived
from index.embedding import Embedder
from index.making import document_key
from index.models import Document, DocumentRecord, revision_of
from index.segmenting import segment
from index.store import WRITE_LIMIT, CollectionState, Store, Vectors
from index.texts import pieces_of

__all__ = ["VolumeWriter", "record_of"]

BATCH_PASSAGES = 128
BATCH_DOCUMENTS = 100
EMBED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is cut and waits to be written, what it makes go, and what becomes an earlier version of it.

    ``moved`` are earlier versions already, of another place.
    """

    record: DocumentRecord
    document: Document
    chunks: Sequence[Chunk]
    removed: Sequence[DocumentRecord]
    moved: Sequence[DocumentRecord]
    superseded: Sequence[DocumentRecord]

    @property
    def keys(self) -> set[str]:
        """What its commit writes."""
        return {record.key for record in (self.record, *self.removed, *self.moved, *self.superseded)}


class VolumeWriter:
    """Writes one volume. The caller holds the write lock; ``state`` names the volume and how it is made.

    What is committed is published after ``publish_seconds`` at the latest, and when ``publish`` is called.
    """

    def __init__(
        self,
        store: Store,
        state: CollectionState,
        embedder: Embedder,
        *,
        state_dir: Path,
        tokens: int,
        written: Callable[[int, int], None],
        publish_seconds: float,
    ) -> None:
        self._store = store
        self._state = state
        self._embedder = embedder
        self._tokens = tokens
        self._written = written
        self._volume = store.volume(state)
        self._folder = derived_folder(state_dir, store, state)
        self._volume.purge(self._volume.unfinished())
        self._volume.retire(self._volume.retiring())
        self._waiting: list[Prepared] = []
        self._published = time.monotonic() if state.documents else -math.inf  # the first batch is shown at once
        self._publish_seconds = self._publish_every = publish_seconds
        self.catalogue = Catalogue(self._volume.records())
        self.versions = Versions(self._volume.superseded())

    def put(self, document: Document, *, replaces: Sequence[DocumentRecord] = ()) -> None:
        """Take a document in; it is committed with its batch, and what it replaces goes at the same instant."""
        key = document_key(document.id, document.title, document.media_type, document.extractor)
        sentences = segment(document.text, media_type=document.media_type, elements=document.elements)
        chunks = chunk(document, key, sentences, self._embedder, tokens=self._tokens)
        record = record_of(document, key, passages=len(chunks))
        removed = [replaced for replaced in replaces if replaced.id == record.id]
        moved, superseded = self._earlier(record, replaces)
        prepared = Prepared(record, document, chunks, removed, moved, superseded)
        if any(prepared.keys & waiting.keys for waiting in self._waiting):
            self.flush()  # one batch cannot both add and remove a version of a document
        self._forget_other_reading(record)
        self._place(record, replaces, [*moved, *superseded])
        self._waiting.append(prepared)
        passages = sum(len(prepared.chunks) for prepared in self._waiting)
        if passages >= BATCH_PASSAGES or len(self._waiting) >= BATCH_DOCUMENTS:
            self.flush()

    def amend(self, record: DocumentRecord, *, replaces: Sequence[DocumentRecord] = ()) -> None:
        """Replace what the catalogue says of a committed document whose passages stay as they are."""
        self.flush()
        moved, superseded = self._earlier(record, replaces)
        self._commit([record], [], [*moved, *superseded])
        self._place(record, replaces, [*moved, *superseded])

    def supersede(self, record: DocumentRecord, *, by: DocumentRecord) -> None:
        """Make a document an earlier version of another one that is committed."""
        self.flush()
        moved, superseded = self._earlier(by, [record])
        self._commit([], [], [*moved, *superseded])
        self._place(by, [record], [*moved, *superseded])

    def keep(self, document: Document, record: DocumentRecord) -> None:
        """Store the text of a superseded version as it stands in another volume."""
        self.flush()
        self._volume.begin([record])
        nothing = np.zeros((0, self._embedder.dimension), dtype=np.float32)
        self._volume.write({record.key: pieces_of(document)}, [], nothing, [])
        self._commit([], [], [record])
        self.versions.add(record)

    def remove(self, records: Sequence[DocumentRecord]) -> None:
        """Make documents and their earlier versions disappear at once, then delete what was theirs."""
        self.forget([version for record in records for version in self.versions.at(record.location)])
        self._remove(records)
        for record in records:
            self.catalogue.drop(record)

    def forget(self, versions: Sequence[DocumentRecord]) -> None:
        """Delete superseded versions."""
        self._remove(versions)
        for version in versions:
            self.versions.drop(version.id)

    def _remove(self, records: Sequence[DocumentRecord]) -> None:
        self.flush()
        for at in range(0, len(records), BATCH_DOCUMENTS):
            self._commit([], records[at : at + BATCH_DOCUMENTS], [])

    def _earlier(
        self, record: DocumentRecord, replaces: Sequence[DocumentRecord]
    ) -> tuple[list[DocumentRecord], list[DocumentRecord]]:
        """What becomes earlier versions of a record: those of documents elsewhere that it replaces, and documents."""
        elsewhere = [replaced.location for replaced in replaces if replaced.location != record.location]
        moved = [version for location in elsewhere for version in self.versions.at(location)]
        return _versions_of(record, moved), _versions_of(record, replaces)

    def _forget_other_reading(self, record: DocumentRecord) -> None:
        """A version that comes back is written over, unless it was read or called otherwise; then it goes first."""
        version = self.versions.get(record.id)
        if version is not None and (version.key, version.text_sha256) != (record.key, record.text_sha256):
            self.forget([version])

    def _place(
        self, record: DocumentRecord, replaces: Sequence[DocumentRecord], superseded: Sequence[DocumentRecord]
    ) -> None:
        """Note what a commit makes, or will make, of the catalogue."""
        for replaced in replaces:
            self.catalogue.drop(replaced)
        self.catalogue.add(record)
        self.versions.drop(record.id)
        for version in superseded:
            self.versions.add(version)

    def _commit(
        self,
        added: Sequence[DocumentRecord],
        removed: Sequence[DocumentRecord],
        superseded: Sequence[DocumentRecord],
    ) -> None:
        """Commit in one write, but for earlier versions beyond what that holds, which go first; then clean up."""
        beyond = max(0, len(added) + len(removed) + len(superseded) - WRITE_LIMIT)
        for at in range(0, beyond, WRITE_LIMIT):
            self._volume.commit([], [], superseded[at : min(at + WRITE_LIMIT, beyond)])
        self._volume.commit(added, removed, superseded[beyond:])
        self._volume.retire([version.key for version in superseded])
        self._volume.purge([record.key for record in removed])

    def flush(self) -> None:
        """Write and commit what waits."""
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        added = [prepared.record for prepared in batch]
        chunks = [chunk for prepared in batch for chunk in prepared.chunks]
        self._volume.begin(added)
        vectors, sentence_vectors = self._embedded(chunks, size=sum(record.size for record in added))
        self._volume.write(
            {prepared.record.key: pieces_of(prepared.document) for prepared in batch},
            [chunk.passage for chunk in chunks],
            vectors,
            sentence_vectors,
        )
        self._commit(
            added,
            [record for prepared in batch for record in prepared.removed],
            [
                *(version for prepared in batch for version in prepared.moved),
                *(version for prepared in batch for version in prepared.superseded),
            ],
        )
        if time.monotonic() - self._published > self._publish_every:
            self.publish()

    def publish(self) -> None:
        """Bring the derived files up to what is committed and let readers see it."""
        if revision_of(self.catalogue) == self._state.revision and open_derived(self._folder, self._state) is not None:
            return
        started = time.monotonic()
        with derived_lock(self._folder):
            derived = update_derived(self._folder, self._state, self._volume)
            records = self._volume.records()
            self._state = replace(
                self._state,
                revision=derived.revision,
                documents=len(records),
                passages=sum(record.passages for record in records),
            )
            self._store.put_state(self._state)
        self._published = time.monotonic()
        self._publish_every = max(self._publish_seconds, 20 * (self._published - started))

    def drop_other_volumes(self) -> None:
        """Delete the collection's other volumes and their derived files: a rebuild has switched away from them."""
        self._store.drop_volumes(self._state.name, keep=self._state.volume)
        for folder in self._folder.parent.iterdir():
            if folder != self._folder:
                shutil.rmtree(folder, ignore_errors=True)

    def _embedded(self, chunks: Sequence[Chunk], *, size: int) -> tuple[Vectors, list[Vectors]]:
        """The chunks' vectors and their sentences'; ``size`` bytes of source are reported as written on the way."""
        parts = [np.zeros((0, self._embedder.dimension), dtype=np.float32)]
        of_sentences: list[Vectors] = []
        reported = 0
        for at in range(0, len(chunks), EMBED_AT_ONCE):
            batch = chunks[at : at + EMBED_AT_ONCE]
            vectors, inner = self._embedder.embed_passages(
                [chunk.embedded for chunk in batch], [chunk.places for chunk in batch]
            )
            parts.append(vectors)
            of_sentences += inner
            now = size * (at + len(batch)) // len(chunks)
            self._written(now - reported, len(batch))
            reported = now
        return np.concatenate(parts), of_sentences


def _versions_of(record: DocumentRecord, found: Sequence[DocumentRecord]) -> list[DocumentRecord]:
    return [replace(version, location=record.location, passages=0) for version in found if version.id != record.id]


def record_of(document: Document, key: str, *, passages: int) -> DocumentRecord:
    """The catalogue record of a document."""
    return DocumentRecord(
        key=key,
        id=document.id,
        location=document.location,
        path=document.path,
        title=document.title,
        encoding=document.encoding,
        size=document.size,
        media_type=document.media_type,
        extractor=document.extractor,
        text_sha256=document.text_sha256,
        characters=len(document.text),
        passages=passages,
        metadata=document.metadata,
        stated=document.stated,
    )
