"""What can go wrong, as one short tree. Every message says what happened and what to do next.

CitespanError
├── SettingsError          a setting is unknown or has a bad value
├── IndexingError
│   ├── FileSkipped        one file cannot be indexed; the others are
│   ├── IndexMissing       there is no index here yet
│   ├── IndexMismatch      the index was made with another format, model or chunking
│   ├── IndexLocked        another process is writing
│   ├── StoreError         the store cannot be reached or refuses
│   └── StaleRead          a document left the index while it was being read
├── ModelError             a model cannot be had or is not what it should be
└── DocumentNotFound       no such document in the collection
"""

__all__ = [
    "CitespanError",
    "DocumentNotFound",
    "FileSkipped",
    "IndexLocked",
    "IndexMismatch",
    "IndexMissing",
    "IndexingError",
    "ModelError",
    "SettingsError",
    "StaleRead",
    "StoreError",
]


class CitespanError(Exception):
    """The root: catching it catches everything citespan raises on purpose."""


class SettingsError(CitespanError):
    """A setting is unknown or has a value that cannot be used."""


class IndexingError(CitespanError):
    """Something about the index or the files going into it."""


class FileSkipped(IndexingError):
    """One file was left out; ``reason`` is a stable word, the message is for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class IndexMissing(IndexingError):
    """There is no index at the place that was asked."""


class IndexMismatch(IndexingError):
    """The index was made with another format, model or chunking than is now in force."""


class IndexLocked(IndexingError):
    """Another process holds the index for writing; the message names it."""


class StoreError(IndexingError):
    """The store cannot be reached or refused a request."""


class StaleRead(IndexingError):
    """A document left the index between being found and being quoted; asking again helps."""


class ModelError(CitespanError):
    """A model cannot be had, or its weights are not the published ones."""


class DocumentNotFound(CitespanError):
    """No document of that id is in the collection."""
