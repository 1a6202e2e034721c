"""Chroma, embedded in the process or as a server: the one store. No chromadb type leaves this file.

Vectors are kept here but searched in ``index/vectors.py``. An embedded Chroma that is killed while it writes its HNSW
files crashes whoever opens them next (measured: DECISIONS.md), so the embedded client is told never to write them:
everything is in its SQLite log, which is transactional, and the in-memory graph is kept as small as it may be.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import numpy as np

from index.errors import SettingsError, StaleRead, StoreError
from index.models import DocumentRecord, Passage
from index.rows import (
    passage_from,
    passage_row,
    piece_from,
    piece_row,
    record_from,
    record_row,
    sentence_vectors_from,
    state_from,
    state_row,
)
from index.store import WRITE_LIMIT, CollectionState, Piece, RecordState, StoredPassage, Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import GetResult

__all__ = ["ChromaStore", "ChromaVolume", "open_store"]

Item = TypeVar("Item")
SUPERSEDED: Sequence[RecordState] = ("retiring", "superseded")
_OPENING = threading.Lock()
"""chromadb keeps its clients' parts in one table without a lock."""


def in_batches(items: Sequence[Item], size: int = WRITE_LIMIT) -> Iterator[Sequence[Item]]:
    """The items in order, at most ``size`` at a time."""
    return (items[at : at + size] for at in range(0, len(items), size))


@contextmanager
def translated() -> Iterator[None]:
    """Turn what chromadb and its transport raise into errors of this project."""
    import httpx
    from chromadb.errors import ChromaError, NotFoundError

    try:
        yield
    except NotFoundError as error:
        raise StaleRead(f"The index changed while it was being read ({error}). Ask again.") from error
    except (ChromaError, httpx.HTTPError) as error:
        if "Missing metadata segment" in str(error):  # another process is deleting the collection at this moment
            raise StaleRead("The index changed while it was being read. Ask again.") from error
        raise StoreError(f"The store refused: {error}. {_cure(str(error))}") from error


def _cure(refusal: str) -> str:
    """What to do about what Chroma, or its SQLite, says."""
    said = refusal.casefold()
    if "readonly" in said or "read-only" in said:
        return "Make the folder writable: the store writes even when it is only read."
    if "full" in said or "no space" in said:
        return "Make room on the disk, then run the command again; what was finished is kept."
    if "not a database" in said or "malformed" in said:
        return "The file is damaged: move that folder away and add the documents again."
    if "connect" in said or "http" in said:
        return "Check that CITESPAN_CHROMA_URL is right and that the server is running."
    return "Run the command again; if that does not help, `citespan index rebuild` makes the index anew."


def open_store(*, state_dir: Path, chroma_url: str | None) -> "ChromaStore":
    """Open the embedded store under ``state_dir``, or the server at ``chroma_url``.

    Raises StoreError when the server cannot be reached or the folder cannot be used, SettingsError for a bad URL.
    """
    import chromadb
    from chromadb.config import Settings

    if chroma_url is None:
        folder = (state_dir / "chroma").resolve()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            client = _embedded_client(folder)
        except (OSError, StoreError) as error:
            raise StoreError(
                f"The index in {folder} cannot be opened: {error} Set CITESPAN_STATE_DIR (CITESPAN_CACHE_DIR for "
                "`ask --documents`) to another folder if it should be elsewhere."
            ) from error
        return ChromaStore(client, identity=f"embedded:{folder}", reopened=lambda: _embedded_client(folder, anew=True))
    try:
        url = urlsplit(chroma_url)
        port = url.port or (443 if url.scheme == "https" else 8000)
    except ValueError:
        url, port = urlsplit(""), 0
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise SettingsError(f"CITESPAN_CHROMA_URL must look like http://host:8000, not {chroma_url!r}.")
    try:
        with translated():
            quiet = Settings(anonymized_telemetry=False)
            client = chromadb.HttpClient(url.hostname, port, ssl=url.scheme == "https", settings=quiet)
    except ValueError as error:
        raise StoreError(f"No Chroma server answers at {chroma_url}: {error}. Start one with `chroma run`.") from error
    return ChromaStore(client, identity=f"server:{url.scheme}://{url.hostname}:{port}")


def _embedded_client(folder: Path, *, anew: bool = False) -> "ClientAPI":
    """The process's client for a folder; ``anew``, another one that has read nothing yet."""
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    with _OPENING, translated():
        if anew:
            SharedSystemClient.clear_system_cache()
        return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


class ChromaStore:
    """``Store`` on a Chroma client. Safe to use from several threads.

    ``reopened`` gives another client of an embedded store, None for a server.
    """

    def __init__(
        self, client: "ClientAPI", *, identity: str, reopened: "Callable[[], ClientAPI] | None" = None
    ) -> None:
        self.identity = identity
        self._client = client
        self._reopened = reopened
        self._states = self._open("citespan")

    def _open(self, name: str) -> "Collection":
        hnsw: CreateHNSWConfiguration = {"space": "cosine"}
        if self._reopened is not None:
            hnsw.update({"sync_threshold": 2_000_000_000, "max_neighbors": 8, "ef_construction": 8, "ef_search": 8})
        with translated():
            return self._client.get_or_create_collection(name, embedding_function=None, configuration={"hnsw": hnsw})

    def states(self) -> list[CollectionState]:
        with translated():
            found = self._states.get(include=["metadatas"])
        return sorted((state_from(row) for row in found["metadatas"] or []), key=lambda state: state.name)

    def state(self, collection: str) -> CollectionState | None:
        with translated():
            found = self._states.get(ids=[collection], include=["metadatas"])
        return state_from(found["metadatas"][0]) if found["metadatas"] else None

    def put_state(self, state: CollectionState) -> None:
        with translated():
            self._states.upsert(ids=[state.name], metadatas=[state_row(state)], embeddings=[_placeholder(state.name)])

    def volume(self, state: CollectionState) -> "ChromaVolume":
        stem = f"{state.name}.{state.volume}"
        reopened = self._reopened
        return ChromaVolume(
            catalogue=self._open(f"{stem}.catalogue"),
            texts=self._open(f"{stem}.texts"),
            passages=self._open(f"{stem}.passages"),
            reopened=reopened and (lambda: _collection(reopened(), f"{stem}.passages")),
        )

    def drop_volumes(self, collection: str, *, keep: str) -> None:
        with translated():
            for name in [found.name for found in self._client.list_collections()]:
                owner, volume, _ = [*name.rsplit(".", 2), "", ""][:3]
                if owner == collection and volume not in {"", keep}:
                    self._client.delete_collection(name)

    def drop(self, collection: str) -> None:
        with translated():
            self._states.delete(ids=[collection])
        self.drop_volumes(collection, keep="-")


class ChromaVolume:
    """``Volume`` on three Chroma collections; ``reopened`` gives the passages by another client."""

    def __init__(
        self,
        *,
        catalogue: "Collection",
        texts: "Collection",
        passages: "Collection",
        reopened: "Callable[[], Collection] | None",
    ) -> None:
        self._catalogue = catalogue
        self._texts = texts
        self._passages = passages
        self._reopened = reopened

    def begin(self, records: Sequence[DocumentRecord]) -> None:
        kept = self._superseded_among([record.key for record in records])
        self._move_on(kept, "retiring")
        self._mark([(record, "writing") for record in records if record.key not in kept])

    def commit(
        self,
        added: Sequence[DocumentRecord],
        removed: Sequence[DocumentRecord],
        superseded: Sequence[DocumentRecord] = (),
    ) -> None:
        states: list[tuple[Sequence[DocumentRecord], RecordState]] = [
            (removed, "removing"),
            (superseded, "retiring"),
            (added, "committed"),
        ]
        self._mark([(record, state) for records, state in states for record in records])

    def _mark(self, records: Sequence[tuple[DocumentRecord, RecordState]]) -> None:
        if not records:
            return
        if len(records) > WRITE_LIMIT:
            raise ValueError(f"{len(records)} records cannot be marked in one atomic write of {WRITE_LIMIT}")
        with translated():
            self._catalogue.upsert(
                ids=[record.key for record, _ in records],
                metadatas=[record_row(record, state) for record, state in records],
                embeddings=[_placeholder(record.key) for record, _ in records],
            )

    def _superseded_among(self, keys: Sequence[str]) -> list[str]:
        with translated():
            found = self._catalogue.get(ids=list(keys), include=["metadatas"]) if keys else None
        rows = zip(found["ids"], found["metadatas"] or [], strict=True) if found else ()
        return [key for key, row in rows if row["state"] in SUPERSEDED]

    def _move_on(self, keys: Sequence[str], state: RecordState) -> None:
        """Give documents another state; all else that is said of them stays."""
        with translated():
            for batch in in_batches(keys):
                self._catalogue.update(ids=list(batch), metadatas=[{"state": state} for _ in batch])

    def write(
        self,
        pieces: Mapping[str, Sequence[Piece]],
        passages: Sequence[Passage],
        vectors: Vectors,
        sentence_vectors: Sequence[Vectors],
    ) -> None:
        rows = [(key, piece) for key, of_document in pieces.items() for piece in of_document]
        with translated():
            for batch in in_batches(rows):
                ids = [f"{key}/{piece.number}" for key, piece in batch]
                self._texts.upsert(
                    ids=ids,
                    documents=[piece.text for _, piece in batch],
                    metadatas=[piece_row(key, piece) for key, piece in batch],
                    embeddings=[_placeholder(name) for name in ids],
                )
            for numbers in in_batches(range(len(passages))):
                self._passages.upsert(
                    ids=[passages[number].id for number in numbers],
                    documents=[passages[number].text for number in numbers],
                    metadatas=[passage_row(passages[number], sentence_vectors[number]) for number in numbers],
                    embeddings=vectors[numbers[0] : numbers[-1] + 1],
                )

    def purge(self, keys: Sequence[str]) -> None:
        for batch in in_batches(keys):
            self._delete_all_of(batch, self._passages, self._texts)
            with translated():
                self._catalogue.delete(ids=list(batch))

    def retire(self, keys: Sequence[str]) -> None:
        for batch in in_batches(keys):
            self._delete_all_of(batch, self._passages)
            self._move_on(batch, "superseded")

    def _delete_all_of(self, keys: Sequence[str], *parts: "Collection") -> None:
        with translated():
            for part in parts:
                gone = part.get(where=_where("document_key", "$in", list(keys)), include=[])["ids"]
                for ids in in_batches(gone):
                    part.delete(ids=list(ids))

    def unfinished(self) -> list[str]:
        return self._in_state("writing", "removing")

    def retiring(self) -> list[str]:
        return self._in_state("retiring")

    def _in_state(self, *states: RecordState) -> list[str]:
        with translated():
            found = self._catalogue.get(where=_where("state", "$in", list(states)), include=[])
        return sorted(found["ids"])

    def records(self) -> list[DocumentRecord]:
        return self._listed(_where("state", "$eq", "committed"))

    def superseded(self, document_ids: Sequence[str] | None = None) -> list[DocumentRecord]:
        if document_ids is None:
            return self._listed(_where("state", "$in", list(SUPERSEDED)))
        return self._found("id", document_ids, SUPERSEDED)

    def _listed(self, where: dict[str, Any]) -> list[DocumentRecord]:
        with translated():
            found = self._catalogue.get(where=where, include=["metadatas"])
        rows = zip(found["ids"], found["metadatas"] or [], strict=True)
        return sorted((record_from(key, row) for key, row in rows), key=lambda record: (record.path, record.key))

    def committed(self, keys: Sequence[str]) -> dict[str, DocumentRecord]:
        found: dict[str, DocumentRecord] = {}
        with translated():
            for batch in in_batches(sorted(set(keys))):
                got = self._catalogue.get(ids=list(batch), include=["metadatas"])
                for key, row in zip(got["ids"], got["metadatas"] or [], strict=True):
                    if row["state"] == "committed":
                        found[key] = record_from(key, row)
        return found

    def with_ids(self, document_ids: Sequence[str]) -> list[DocumentRecord]:
        return self._found("id", document_ids, ("committed",))

    def at(self, location: str) -> DocumentRecord | None:
        return next(iter(self._found("location", [location], ("committed",))), None)

    def _found(self, field: str, values: Sequence[str], states: Sequence[RecordState]) -> list[DocumentRecord]:
        found: list[DocumentRecord] = []
        with translated():
            for batch in in_batches(sorted(set(values))):
                got = self._catalogue.get(where=_where(field, "$in", list(batch)), include=["metadatas"])
                rows = zip(got["ids"], got["metadatas"] or [], strict=True)
                found += [record_from(key, row) for key, row in rows if row["state"] in states]
        return found

    def passages_of(self, keys: Sequence[str]) -> dict[str, tuple[list[StoredPassage], Vectors]]:
        try:
            got = self._all_of(keys)
        except StoreError:
            # An embedded client reads vectors from memory, where those that another process wrote since are missing.
            if self._reopened is None:
                raise
            self._passages = self._reopened()
            got = self._all_of(keys)
        rows = zip(got["metadatas"] or [], got["documents"] or [], strict=True)
        stored = [StoredPassage(passage_from(row, text), sentence_vectors_from(row)) for row, text in rows]
        vectors = np.asarray(got["embeddings"], dtype=np.float32)
        order = sorted(range(len(stored)), key=lambda number: stored[number].passage.ordinal)
        places: dict[str, list[int]] = {key: [] for key in keys}
        for number in order:
            places[stored[number].passage.document_key].append(number)
        return {key: ([stored[number] for number in found], vectors[found]) for key, found in places.items()}

    def _all_of(self, keys: Sequence[str]) -> "GetResult":
        with translated():
            return self._passages.get(
                where=_where("document_key", "$in", list(keys)), include=["metadatas", "documents", "embeddings"]
            )

    def pieces(self, wanted: Mapping[str, Iterable[int]]) -> dict[str, list[Piece]]:
        ids = [f"{key}/{number}" for key, numbers in wanted.items() for number in set(numbers)]
        found: dict[str, list[Piece]] = {key: [] for key in wanted}
        with translated():
            for batch in in_batches(ids):
                got = self._texts.get(ids=list(batch), include=["metadatas", "documents"])
                for row, text in zip(got["metadatas"] or [], got["documents"] or [], strict=True):
                    found[str(row["document_key"])].append(piece_from(row, text))
        if sum(map(len, found.values())) != len(ids):
            raise StaleRead("A document left the index while it was being read. Ask again.")
        return {key: sorted(pieces, key=lambda piece: piece.number) for key, pieces in found.items()}


def _collection(client: "ClientAPI", name: str) -> "Collection":
    with translated():
        return client.get_collection(name, embedding_function=None)


def _placeholder(name: str) -> Sequence[float]:
    """Chroma wants a vector with every record; where there is none to search, a small one made of the id."""
    return [1.0 + byte for byte in sha256(name.encode()).digest()[:4]]


def _where(field: str, operator: str, value: str | list[str]) -> dict[str, Any]:
    return {field: {operator: value}}
