"""Reading an index while others write it: every question sees one committed state, the newest there is.

Hits are checked against the catalogue, so a passage of a document that was removed or replaced a moment ago never
answers, whatever the derived files still hold.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from index.derived import Derived, derived_folder, derived_lock, open_derived, update_derived
from index.errors import DocumentNotFound, IndexMissing, StaleRead
from index.lexical import Ways
from index.making import NAME
from index.models import DocumentRecord, Span
from index.passages import ReadyPassage
from index.store import CollectionState, Store, Vectors, Volume
from index.texts import Location, read_all

__all__ = ["IndexReader", "Snapshot", "Version"]


class Version(NamedTuple):
    """A document as some citation knows it; ``newer`` is the id of what its file holds now, None where that is it."""

    record: DocumentRecord
    newer: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One committed state of a collection, and what searches it. Use it for one question, then ask for another."""

    state: CollectionState
    volume: Volume
    derived: Derived

    @property
    def documents(self) -> int:
        """How many documents are searched."""
        return len(self.derived.lexical.keys)

    @property
    def passages_searched(self) -> int:
        """How many passages are searched."""
        return self.derived.lexical.passages

    def dense(self, vector: Vectors, *, limit: int, documents: Collection[str] | None) -> list[tuple[str, float]]:
        """Passage ids by cosine similarity; ``documents`` are document keys."""
        return self.derived.vectors.search(vector, limit=limit, documents=documents)

    def lexical(
        self, question: str, *, limit: int, documents: Collection[str] | None, ways: Ways | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids by BM25; ``documents`` are document keys, ``ways`` other ways to say a term."""
        return self.derived.lexical.search(question, limit=limit, documents=documents, ways=ways)

    def passages(self, ids: Sequence[str]) -> tuple[dict[str, ReadyPassage], dict[str, DocumentRecord]]:
        """Passages by id and their documents by key; what is no longer committed is left out."""
        records = self.volume.committed([passage_id.partition("/")[0] for passage_id in ids])
        kept = (name for name in ids if name.partition("/")[0] in records)
        found = ((name, self.derived.passages.get(name)) for name in kept)
        return {name: passage for name, passage in found if passage}, records

    def locate(self, record: DocumentRecord, span: Span) -> Location:
        """The stored text under a span, with its place in the file. Raises StaleRead when it is gone."""
        return self.locate_all([(record, span)])[0]

    def locate_all(self, places: Sequence[tuple[DocumentRecord, Span]]) -> list[Location]:
        """``locate`` for several spans, with one request for them all."""
        return read_all(self.volume, places)

    def records(self) -> list[DocumentRecord]:
        """Every document, by path."""
        return self.volume.records()

    def record(self, document_id: str) -> DocumentRecord:
        """A document by id. Raises DocumentNotFound."""
        found = self.volume.with_ids([document_id])
        if not found:
            raise DocumentNotFound(f"No document {document_id} is in the collection {self.state.name!r}.")
        return found[0]

    def version(self, document_id: str) -> Version:
        """A document by id, also one that a newer version of its file took the place of, to read its text.

        Raises DocumentNotFound, and StaleRead when it changes at this moment.
        """
        found = self.volume.with_ids([document_id])
        if found:
            return Version(found[0], None)
        earlier = self.volume.superseded([document_id])
        if not earlier:
            return Version(self.record(document_id), None)  # its file may just have gone back to it
        newest = self.volume.at(earlier[0].location)
        if newest is None:
            raise StaleRead("A document left the index while it was being read. Ask again.")
        return Version(earlier[0], newest.id)


class IndexReader:
    """Gives the newest snapshot of a collection. Safe to use from several threads."""

    def __init__(self, store: Store, *, state_dir: Path, check: Callable[[CollectionState], None]) -> None:
        self._store = store
        self._state_dir = state_dir
        self._check = check
        self._lock = threading.Lock()
        self._snapshots: dict[str, Snapshot] = {}

    def collections(self) -> list[CollectionState]:
        """The state of every collection, by name."""
        return self._store.states()

    def snapshot(self, collection: str) -> Snapshot:
        """The newest committed state.

        Raises IndexMissing when there is no such collection, IndexMismatch when what is in force cannot read it.
        """
        state = self._state(collection)
        kept = self._snapshots.get(collection)
        if kept is not None and kept.state == state:
            return kept
        with self._lock:
            return self._opened(collection)

    def _opened(self, collection: str) -> Snapshot:
        while True:
            state = self._state(collection)
            kept = self._snapshots.get(collection)
            if kept is not None and kept.state == state:
                return kept
            self._check(state)
            try:
                snapshot = self._made(state)
            except (StaleRead, OSError, ValueError):
                if self._state(collection).volume == state.volume:
                    raise
                continue  # a rebuild has switched to another volume and deletes this one
            if self._state(collection).volume == state.volume:
                self._snapshots[collection] = snapshot
                return snapshot

    def _made(self, state: CollectionState) -> Snapshot:
        folder = derived_folder(self._state_dir, self._store, state)
        volume = self._store.volume(state)
        derived = open_derived(folder, state)
        if derived is None:
            with derived_lock(folder):
                derived = open_derived(folder, state) or update_derived(folder, state, volume)
        return Snapshot(state, volume, derived)

    def _state(self, collection: str) -> CollectionState:
        state = self._store.state(collection) if NAME.fullmatch(collection) else None
        if state is None:
            raise IndexMissing(self._missing(collection))
        return state

    def _missing(self, collection: str) -> str:
        others = [state.name for state in self._store.states()]
        known = f" There is: {', '.join(others)}." if others else ""
        option = "" if collection == "default" else f" --collection {collection}"
        return f"There is no index for the collection {collection!r} yet.{known} Run: citespan index add FOLDER{option}"
