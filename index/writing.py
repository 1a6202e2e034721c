"""Writing documents into a volume, a batch at a time, so that a kill at any instant leaves nothing half there.

begin → write → commit: see ``index.store.Volume``. What a killed run left behind is purged when the next one starts.
"""

import math
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.catalogue import Catalogue
from index.chunking import Chunk, chunk
from index.derived import derived_folder, derived_lock, open_derived, update_derived
from index.embedding import Embedder
from index.making import document_key
from index.models import Document, DocumentRecord, revision_of
from index.segmenting import segment
from index.store import CollectionState, Store, Vectors
from index.texts import split_text

__all__ = ["VolumeWriter", "record_of"]

BATCH_PASSAGES = 128
BATCH_DOCUMENTS = 100
EMBED_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is cut and waits to be written, and the record it takes the place of."""

    record: DocumentRecord
    document: Document
    chunks: Sequence[Chunk]
    replaces: DocumentRecord | None


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
        self._waiting: list[Prepared] = []
        self._published = time.monotonic() if state.documents else -math.inf  # the first batch is shown at once
        self._publish_seconds = self._publish_every = publish_seconds
        self.catalogue = Catalogue(self._volume.records())

    def put(self, document: Document, *, replaces: DocumentRecord | None = None) -> None:
        """Take a document in; it is committed with its batch, and ``replaces`` goes at the same instant."""
        key = document_key(document.id, document.title, document.media_type)
        chunks = chunk(
            document, key, segment(document.text, media_type=document.media_type), self._embedder, tokens=self._tokens
        )
        record = record_of(document, key, passages=len(chunks))
        if any(_both_ways(prepared, record, replaces) for prepared in self._waiting):
            self.flush()  # one batch cannot both add and remove a version of a document
        if replaces is not None:
            self.catalogue.drop(replaces)
        self.catalogue.add(record)
        self._waiting.append(Prepared(record, document, chunks, replaces))
        passages = sum(len(prepared.chunks) for prepared in self._waiting)
        if passages >= BATCH_PASSAGES or len(self._waiting) >= BATCH_DOCUMENTS:
            self.flush()

    def amend(self, record: DocumentRecord) -> None:
        """Replace what the catalogue says of a committed document whose passages stay as they are."""
        self.flush()
        self._volume.commit([record], [])
        self.catalogue.add(record)

    def remove(self, records: Sequence[DocumentRecord]) -> None:
        """Make documents disappear at once, then delete what was theirs."""
        self.flush()
        for at in range(0, len(records), BATCH_DOCUMENTS):
            batch = records[at : at + BATCH_DOCUMENTS]
            self._volume.commit([], batch)
            self._volume.purge([record.key for record in batch])
            for record in batch:
                self.catalogue.drop(record)

    def flush(self) -> None:
        """Write and commit what waits."""
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        added = [prepared.record for prepared in batch]
        replaced = [prepared.replaces for prepared in batch if prepared.replaces is not None]
        chunks = [chunk for prepared in batch for chunk in prepared.chunks]
        self._volume.begin(added)
        vectors, sentence_vectors = self._embedded(chunks, size=sum(record.size for record in added))
        self._volume.write(
            {prepared.record.key: split_text(prepared.document.text, prepared.record.encoding) for prepared in batch},
            [chunk.passage for chunk in chunks],
            vectors,
            sentence_vectors,
        )
        self._volume.commit(added, replaced)
        self._volume.purge([record.key for record in replaced])
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


def _both_ways(prepared: Prepared, record: DocumentRecord, replaces: DocumentRecord | None) -> bool:
    """Whether what waits removes a record that is to be added, or adds one that is to be replaced."""
    removed = prepared.replaces is not None and prepared.replaces.key == record.key
    return removed or (replaces is not None and prepared.record.key == replaces.key)


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
    )
