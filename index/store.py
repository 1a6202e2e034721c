"""What a store of documents must do: the nouns and the seam. ``index/chroma.py`` is the one that ships.

A *collection* is a library of documents. Its ``CollectionState`` names the *volume* in force: catalogue, texts and
passages made with one model and one chunking. A rebuild fills another volume and then switches the state, one atomic
write. Within a volume the catalogue record of a document is its commit point (see ``Volume``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.models import CharacterBoxes, DocumentRecord, Element, Passage

__all__ = [
    "PIECE_LENGTH",
    "WRITE_LIMIT",
    "CollectionState",
    "Piece",
    "RecordState",
    "Store",
    "StoredPassage",
    "Vectors",
    "Volume",
]

PIECE_LENGTH = 4000
"""Code points in a stored piece of text: never above 16 KiB in UTF-8, hosted Chroma's limit for a document."""
WRITE_LIMIT = 300
"""Records in one write, hosted Chroma's limit."""

Vectors = NDArray[np.float32]
RecordState = Literal["writing", "committed", "removing", "retiring", "superseded"]
"""How far a document is: ``retiring`` is superseded with passages that are still to be deleted."""


@dataclass(frozen=True, slots=True)
class CollectionState:
    """What is in force for a collection, and which committed state its readers should see.

    ``making`` is how the passages were made (model, weights, precision, chunking), ``revision`` a digest of the
    committed documents: the same documents give the same revision, whatever the history.
    """

    name: str
    format: int
    volume: str
    making: Mapping[str, str]
    revision: str
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of ``PIECE_LENGTH`` code points of a document's text, the last one shorter.

    ``start`` counts code points, ``start_byte`` bytes of the file (a byte order mark included; 0 in an extracted text),
    ``start_line`` lines from 1. ``elements`` are those of an extracted text that start in it, ``boxes`` where its
    characters stand: shape (characters, 5).
    """

    number: int
    start: int
    start_byte: int
    start_line: int
    text: str
    elements: tuple[Element, ...] = ()
    boxes: CharacterBoxes | None = field(default=None, compare=False)


class StoredPassage(NamedTuple):
    """A passage, and a row for each of its sentences: shape (sentences, dimension), as quantising left them."""

    passage: Passage
    sentence_vectors: Vectors


class Volume(Protocol):
    """The documents of a collection as made with one model and one chunking.

    A document is written in three steps: ``begin`` notes the intent, ``write`` stores texts and passages, ``commit``
    makes it (and makes another one disappear) in one atomic write. Whatever a killed process leaves behind is listed by
    ``unfinished`` and taken away by ``purge``.

    A document whose file changed is *superseded*: its text can be read by whoever has its id, and it is neither listed
    nor searched. Its passages are to be deleted by ``retire``; where a killed process did not, ``retiring`` lists it.
    The ``location`` of its record is always that of the newest version.
    """

    def begin(self, records: Sequence[DocumentRecord]) -> None:
        """Note that these are being written; readers do not see them, but for the text of one that is superseded."""

    def write(
        self,
        pieces: Mapping[str, Sequence[Piece]],
        passages: Sequence[Passage],
        vectors: Vectors,
        sentence_vectors: Sequence[Vectors],
    ) -> None:
        """Store texts by document key and passages with their vectors and those of their sentences, row by row."""

    def commit(
        self,
        added: Sequence[DocumentRecord],
        removed: Sequence[DocumentRecord],
        superseded: Sequence[DocumentRecord] = (),
    ) -> None:
        """Make ``added`` visible, ``removed`` invisible and ``superseded`` readable by id only, at once."""

    def purge(self, keys: Sequence[str]) -> None:
        """Delete all there is under these document keys."""

    def retire(self, keys: Sequence[str]) -> None:
        """Delete the passages of these superseded documents; their texts stay."""

    def unfinished(self) -> list[str]:
        """Keys that a killed process was writing or removing."""

    def retiring(self) -> list[str]:
        """Keys of superseded documents that may have passages."""

    def records(self) -> list[DocumentRecord]:
        """Every committed document, by path."""

    def committed(self, keys: Sequence[str]) -> dict[str, DocumentRecord]:
        """Those of these documents that are committed."""

    def with_ids(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        """The committed documents of these ids."""

    def at(self, location: str) -> DocumentRecord | None:
        """The committed document of the file at a place."""

    def superseded(self, document_ids: Sequence[str] | None = None) -> list[DocumentRecord]:
        """The superseded documents of these ids, or all of them, by path."""

    def passages_of(self, keys: Sequence[str]) -> dict[str, tuple[list[StoredPassage], Vectors]]:
        """By document, all its passages in order and their vectors, of shape (passages, dimension)."""

    def pieces(self, wanted: Mapping[str, Iterable[int]]) -> dict[str, list[Piece]]:
        """By document, the pieces of its text that have these numbers, in order. Raises StaleRead when one is gone."""


class Store(Protocol):
    """The collections of one store, and the state of each."""

    @property
    def identity(self) -> str:
        """Names this store among others: derived files are kept per store."""

    def states(self) -> list[CollectionState]:
        """The state of every collection, by name."""

    def state(self, collection: str) -> CollectionState | None:
        """The state of a collection; None when there is no such collection."""

    def put_state(self, state: CollectionState) -> None:
        """Create or replace a collection's state, atomically."""

    def volume(self, state: CollectionState) -> Volume:
        """The volume that a state names, created when it is not there."""

    def drop_volumes(self, collection: str, *, keep: str) -> None:
        """Delete a collection's volumes other than ``keep``."""

    def drop(self, collection: str) -> None:
        """Delete a collection with all that it holds."""
