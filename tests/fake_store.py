"""A store in memory, to be told apart from the real one by its speed only."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import ClassVar

import numpy as np

from index.errors import StaleRead
from index.models import DocumentRecord, Passage
from index.store import WRITE_LIMIT, CollectionState, Piece, RecordState, StoredPassage, Vectors

__all__ = ["FakeStore", "FakeVolume"]


@dataclass
class FakeVolume:
    """``Volume`` in dictionaries."""

    catalogue: dict[str, tuple[DocumentRecord, RecordState]] = field(default_factory=dict)
    texts: dict[tuple[str, int], Piece] = field(default_factory=dict)
    rows: dict[str, tuple[Passage, Vectors]] = field(default_factory=dict)
    inner: dict[str, Vectors] = field(default_factory=dict)

    def begin(self, records: Sequence[DocumentRecord]) -> None:
        kept = {record.key for record in self.superseded()}
        self.catalogue |= {record.key: (record, "writing") for record in records if record.key not in kept}
        self._move_on([record.key for record in records if record.key in kept], "retiring")

    def _move_on(self, keys: Sequence[str], state: RecordState) -> None:
        self.catalogue |= {key: (self.catalogue[key][0], state) for key in keys if key in self.catalogue}

    def write(
        self,
        pieces: Mapping[str, Sequence[Piece]],
        passages: Sequence[Passage],
        vectors: Vectors,
        sentence_vectors: Sequence[Vectors],
    ) -> None:
        self.texts |= {(key, piece.number): piece for key, of_document in pieces.items() for piece in of_document}
        pairs = zip(passages, np.array(vectors, dtype=np.float32), strict=True)
        self.rows |= {passage.id: (passage, vector) for passage, vector in pairs}
        self.inner |= {passage.id: rows for passage, rows in zip(passages, sentence_vectors, strict=True)}

    def commit(
        self,
        added: Sequence[DocumentRecord],
        removed: Sequence[DocumentRecord],
        superseded: Sequence[DocumentRecord] = (),
    ) -> None:
        changes: dict[str, tuple[DocumentRecord, RecordState]] = {}
        changes |= {record.key: (record, "removing") for record in removed}
        changes |= {record.key: (record, "retiring") for record in superseded}
        changes |= {record.key: (record, "committed") for record in added}
        if len(changes) != len(added) + len(removed) + len(superseded):
            raise ValueError("a record is both added and removed")
        if len(changes) > WRITE_LIMIT:
            raise ValueError("too many records for one atomic write")
        self.catalogue |= changes

    def retire(self, keys: Sequence[str]) -> None:
        self._delete_passages(set(keys))
        self._move_on(keys, "superseded")

    def _delete_passages(self, gone: set[str]) -> None:
        self.rows = {name: row for name, row in self.rows.items() if row[0].document_key not in gone}
        self.inner = {name: rows for name, rows in self.inner.items() if name in self.rows}

    def purge(self, keys: Sequence[str]) -> None:
        gone = set(keys)
        self._delete_passages(gone)
        self.texts = {place: piece for place, piece in self.texts.items() if place[0] not in gone}
        self.catalogue = {key: entry for key, entry in self.catalogue.items() if key not in gone}

    def unfinished(self) -> list[str]:
        return sorted(key for key, (_, state) in self.catalogue.items() if state in {"writing", "removing"})

    def retiring(self) -> list[str]:
        return sorted(key for key, (_, state) in self.catalogue.items() if state == "retiring")

    def records(self) -> list[DocumentRecord]:
        return self._in_state("committed")

    def superseded(self, document_ids: Sequence[str] | None = None) -> list[DocumentRecord]:
        found = self._in_state("retiring", "superseded")
        return [record for record in found if document_ids is None or record.id in document_ids]

    def _in_state(self, *states: RecordState) -> list[DocumentRecord]:
        found = [record for record, state in self.catalogue.values() if state in states]
        return sorted(found, key=lambda record: (record.path, record.key))

    def at(self, location: str) -> DocumentRecord | None:
        return next((record for record in self.records() if record.location == location), None)

    def committed(self, keys: Sequence[str]) -> dict[str, DocumentRecord]:
        return {record.key: record for record in self.records() if record.key in set(keys)}

    def with_ids(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        return [record for record in self.records() if record.id in set(document_ids)]

    def passages_of(self, keys: Sequence[str]) -> dict[str, tuple[list[StoredPassage], Vectors]]:
        return {key: self._passages_of(key) for key in keys}

    def _passages_of(self, key: str) -> tuple[list[StoredPassage], Vectors]:
        rows = [row for row in self.rows.values() if row[0].document_key == key]
        rows.sort(key=lambda row: row[0].ordinal)
        vectors = np.array([vector for _, vector in rows], dtype=np.float32)
        return [StoredPassage(passage, self.inner[passage.id]) for passage, _ in rows], vectors

    def pieces(self, wanted: Mapping[str, Iterable[int]]) -> dict[str, list[Piece]]:
        try:
            return {key: [self.texts[key, number] for number in sorted(set(found))] for key, found in wanted.items()}
        except KeyError as error:
            raise StaleRead("A document left the index while it was being read. Ask again.") from error


@dataclass
class FakeStore:
    """``Store`` in dictionaries; each has an identity of its own."""

    numbers: ClassVar[Iterator[int]] = count()
    kept: dict[str, CollectionState] = field(default_factory=dict)
    volumes: dict[tuple[str, str], FakeVolume] = field(default_factory=dict)
    identity: str = field(default_factory=lambda: f"fake:{next(FakeStore.numbers)}")

    def states(self) -> list[CollectionState]:
        return [self.kept[name] for name in sorted(self.kept)]

    def state(self, collection: str) -> CollectionState | None:
        return self.kept.get(collection)

    def put_state(self, state: CollectionState) -> None:
        self.kept[state.name] = state

    def volume(self, state: CollectionState) -> FakeVolume:
        return self.volumes.setdefault((state.name, state.volume), FakeVolume())

    def drop_volumes(self, collection: str, *, keep: str) -> None:
        self.volumes = {
            name: volume for name, volume in self.volumes.items() if name[0] != collection or name[1] == keep
        }

    def drop(self, collection: str) -> None:
        self.kept.pop(collection, None)
        self.drop_volumes(collection, keep="")
