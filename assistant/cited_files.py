"""What citations may be checked against: files under folders, or the files that the documents of an index came from."""

import codecs
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.checks import plain
from assistant.errors import VerifyError
from index.decoding import with_marks
from index.errors import CitespanError, FileSkipped
from index.folders import Source, find_files
from index.loading import load
from index.models import Document, DocumentRecord
from index.reading import Snapshot
from index.texts import restored

__all__ = ["File", "FilesFor", "files_of_index", "files_under"]

_NOT_THE_FILES = "the text that is stored is not that of the file"

FilesFor = Callable[[Sequence[Mapping[str, Any]]], "Sequence[File]"]
"""From what an answer says of each citation's document to the files that may be meant, as they are now."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is now.

    ``number`` is its place, from 0, among files that were given in an order; ``note`` what whoever reads a finding of
    it must know.
    """

    source: Source
    raw: bytes
    document: Document | None
    problem: str = ""
    number: int | None = None
    note: str = ""
    readings: dict[str, tuple[Document, str]] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return PurePosixPath(self.source.path).name

    @property
    def names(self) -> set[str]:
        """All that a title may mean by it."""
        title = {self.document.title} if self.document else set()
        return {self.name, PurePosixPath(self.name).stem, self.source.path} | title

    def as_recorded(self, document: Document, encoding: object) -> tuple[Document, str]:
        """The document in the encoding that an answer recorded, with a problem where the file is not in that."""
        if encoding is None or encoding == document.encoding:
            return document, ""
        if not isinstance(encoding, str):
            return document, _not_in(document, encoding)
        if encoding not in self.readings:
            self.readings[encoding] = self._read_again(document, encoding)
        return self.readings[encoding]

    def _read_again(self, document: Document, encoding: str) -> tuple[Document, str]:
        if document.encoding is None:
            return document, _not_in(document, encoding)
        try:
            again = load(self.source, max_bytes=len(self.raw), fallback_encoding=encoding)
            same = codecs.lookup(again.encoding or "").name == codecs.lookup(encoding).name
        except (CitespanError, LookupError, ValueError):
            return document, _not_in(document, encoding)
        return (again, "") if same else (document, _not_in(document, encoding))


def files_under(roots: Sequence[Path], *, max_bytes: int, fallback_encoding: str) -> FilesFor:
    """All files under some folders, in order. What it gives raises IndexingError for a root that does not exist."""

    def files(_: Sequence[Mapping[str, Any]]) -> Sequence[File]:
        sources = [found for found in find_files(roots) if isinstance(found, Source)]
        return [
            replace(_read(source, max_bytes, fallback_encoding), number=number) for number, source in enumerate(sources)
        ]

    return files


def files_of_index(snapshot: Snapshot, *, max_bytes: int, fallback_encoding: str, most_bytes: int) -> FilesFor:
    """The files of the documents of an index that are cited; where one holds them no more, the text that is stored.

    What it gives raises VerifyError when they have more than ``most_bytes`` together.
    """

    def files(described: Sequence[Mapping[str, Any]]) -> Sequence[File]:
        meant = list(_meant(described, snapshot))
        size = sum(record.size for record in meant)
        if len(meant) > 1 and size > most_bytes:
            raise VerifyError(
                f"The {len(meant)} documents that are cited, or may be meant, have {size:,} bytes; at most "
                f"{most_bytes:,} are read at once. Send the citations in parts, each with its document_id."
            )
        return [_current(record, snapshot, max_bytes, fallback_encoding) for record in meant]

    return files


def _meant(described: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> Iterator[DocumentRecord]:
    """The documents of the index that citations mean by id; by path, name or title where the id is not known."""
    ids = {said for item in described if isinstance(said := item.get("document_id"), str) and said.isascii()}
    found = [*snapshot.volume.with_ids(sorted(ids)), *snapshot.volume.superseded(sorted(ids))]
    yield from found
    known = {record.id for record in found}
    others = [item for item in described if item.get("document_id") not in list(known)]
    said = {
        name
        for item in others
        for key in ("path", "file_name", "document_title")
        if isinstance(name := item.get(key), str)
    }
    if said:
        yield from (
            record for record in snapshot.records() if record.id not in known and not said.isdisjoint(_names_of(record))
        )


def _names_of(record: DocumentRecord) -> set[str]:
    return {record.path, record.file_name, PurePosixPath(record.path).stem, record.title}


def _read(source: Source, max_bytes: int, fallback_encoding: str) -> File:
    try:
        document = load(source, max_bytes=max_bytes, fallback_encoding=fallback_encoding)
        return File(source, source.location.read_bytes(), document)
    except (FileSkipped, OSError) as error:
        return File(source, b"", None, str(error))


def _current(record: DocumentRecord, snapshot: Snapshot, max_bytes: int, fallback_encoding: str) -> File:
    """The file of a document as it is on disk, or as it is stored where the disk has it no more."""
    source = Source(Path(record.location), record.path)
    file = _read(source, max_bytes, fallback_encoding)
    newer = snapshot.version(record.id).newer
    if file.document is not None and (file.document.id == record.id or newer is None):
        return replace(file, document=replace(file.document, title=record.title))
    why = "its file holds a newer version" if newer else "its file is gone or cannot be read"
    document = restored(snapshot.volume, record)
    note = f"checked against the text stored in the index: {why}"
    if document.encoding is None:  # there is no way back to the file's bytes
        whole = document.text_sha256 == record.text_sha256
        return File(source, b"", document if whole else None, "" if whole else _NOT_THE_FILES, note=note)
    raw = next((raw for raw in with_marks(document.text, document.encoding) if _id_of(raw) == record.id), b"")
    return File(source, raw, document if raw else None, "" if raw else _NOT_THE_FILES, note=note)


def _id_of(raw: bytes) -> str:
    return f"sha256:{sha256(raw).hexdigest()}"


def _not_in(document: Document, encoding: object) -> str:
    return f"the file is in {document.encoding}, not in {plain(encoding)}"
