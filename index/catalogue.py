"""The documents of a volume as its writer knows them, found by id, by place and by name; and their earlier versions."""

from collections import Counter
from collections.abc import Iterable, Iterator

from index.models import DocumentRecord

__all__ = ["Catalogue", "Versions"]


class Catalogue:
    """Records by document id; a place on disk and a shown path each belong to one of them."""

    def __init__(self, records: Iterable[DocumentRecord]) -> None:
        self._by_id: dict[str, DocumentRecord] = {}
        self._by_location: dict[str, DocumentRecord] = {}
        self._paths: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
        for record in records:
            self.add(record)

    def __iter__(self) -> Iterator[DocumentRecord]:
        return iter(list(self._by_id.values()))

    def add(self, record: DocumentRecord) -> None:
        """Take a record in, in place of the one with the same id."""
        self.drop(record)
        self._by_id[record.id] = record
        self._by_location[record.location] = record
        self._paths[record.path] += 1
        self._names[record.file_name] += 1

    def drop(self, record: DocumentRecord) -> None:
        """Forget the record of this id, if there is one."""
        known = self._by_id.pop(record.id, None)
        if known is None:
            return
        if self._by_location.get(known.location) == known:
            del self._by_location[known.location]
        self._paths[known.path] -= 1
        self._names[known.file_name] -= 1

    def get(self, document_id: str) -> DocumentRecord | None:
        """The record of a document id."""
        return self._by_id.get(document_id)

    def at(self, location: str) -> DocumentRecord | None:
        """The record of the file at a place."""
        return self._by_location.get(location)

    def has_path(self, path: str) -> bool:
        """Whether some document is shown under this path."""
        return self._paths[path] > 0

    def has_name(self, name: str) -> bool:
        """Whether some document has this file name, in whatever folder."""
        return self._names[name] > 0


class Versions:
    """Superseded records by document id; those of one place are the earlier versions of the document there."""

    def __init__(self, records: Iterable[DocumentRecord]) -> None:
        self._by_id: dict[str, DocumentRecord] = {}
        self._at: dict[str, dict[str, DocumentRecord]] = {}
        for record in records:
            self.add(record)

    def __iter__(self) -> Iterator[DocumentRecord]:
        return iter(list(self._by_id.values()))

    def add(self, record: DocumentRecord) -> None:
        """Take a record in, in place of the one with the same id."""
        self.drop(record.id)
        self._by_id[record.id] = record
        self._at.setdefault(record.location, {})[record.id] = record

    def drop(self, document_id: str) -> None:
        """Forget the record of this id, if there is one."""
        known = self._by_id.pop(document_id, None)
        if known is not None:
            del self._at[known.location][known.id]

    def get(self, document_id: str) -> DocumentRecord | None:
        """The record of a document id."""
        return self._by_id.get(document_id)

    def at(self, location: str) -> list[DocumentRecord]:
        """The earlier versions of the document at a place."""
        return list(self._at.get(location, {}).values())
