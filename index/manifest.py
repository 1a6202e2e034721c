"""What people know about a folder's documents and the files do not say: an optional ``manifest.toml`` beside them.

    [[documents]]
    file = "konala-2016.txt"
    title = "The current landscape of the mesenchymal stromal cell secretome"
    authors = ["Konala VB", "Mamidi MK"]
    year = 2016

Only ``file`` is required.
"""

import tomllib
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from index.errors import IndexingError

__all__ = ["MANIFEST_NAME", "ManifestEntry", "read_manifest", "stated_by"]

MANIFEST_NAME = "manifest.toml"

_Stated = Annotated[str, Field(min_length=1)]


class ManifestEntry(BaseModel):
    """What a manifest states of one file of its own folder; everything but the file's name may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True)

    file: Annotated[str, Field(pattern=r"^[^/\\]+$")]
    title: _Stated | None = None
    authors: tuple[_Stated, ...] = ()
    year: _Stated | None = None
    journal: _Stated | None = None
    publisher: _Stated | None = None
    doi: _Stated | None = None
    pmid: _Stated | None = None
    pmcid: _Stated | None = None
    kind: _Stated | None = None
    licence: _Stated | None = None
    url: _Stated | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """What is stated besides file and title, as strings; authors are joined by ``"; "``."""
        stated = self.model_dump(exclude={"file", "title", "authors"}, exclude_none=True)
        return ({"authors": "; ".join(self.authors)} if self.authors else {}) | stated


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: tuple[ManifestEntry, ...] = ()


def stated_by(entry: ManifestEntry | None) -> str:
    """A digest of what a manifest states of a file; empty where it states nothing."""
    return sha256(entry.model_dump_json().encode()).hexdigest()[:16] if entry else ""


def read_manifest(folder: Path) -> dict[str, ManifestEntry]:
    """The entries of ``folder``'s manifest by file name; none where there is no manifest.

    Raises IndexingError when the manifest cannot be read. An entry may name a file that is not there.
    """
    path = folder / MANIFEST_NAME
    if not path.is_file():
        return {}
    values = _parse(path)
    try:
        entries = _Manifest.model_validate(values).documents
    except ValidationError as error:
        raise IndexingError(f"{path}: {_explain(error.errors()[0], values)}") from error
    return _by_name(path, entries)


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise IndexingError(f"{path} is not valid TOML: {error}. Correct that line, or delete the file.") from error
    except UnicodeDecodeError as error:
        raise IndexingError(f"{path} is not UTF-8 (byte {error.start}). Save it as UTF-8, which TOML needs.") from error
    except OSError as error:
        raise IndexingError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error


def _by_name(path: Path, entries: tuple[ManifestEntry, ...]) -> dict[str, ManifestEntry]:
    by_name: dict[str, ManifestEntry] = {}
    for entry in entries:
        if entry.file in by_name:
            raise IndexingError(f"{path} describes {entry.file} twice. Keep one of the two [[documents]] tables.")
        by_name[entry.file] = entry
    return by_name


def _explain(error: ErrorDetails, values: dict[str, Any]) -> str:
    key = str(error["loc"][-1])
    where = _whereabouts(error["loc"], values)
    if error["type"] == "extra_forbidden":
        known = list(ManifestEntry.model_fields) if where else ["documents"]
        close = get_close_matches(key, known, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "Remove it."
        return f"unknown key {key!r}{where}. {hint} Known keys: {', '.join(known)}."
    if error["loc"] == ("documents",):
        return 'documents must be written as [[documents]] tables, each with file = "…".'
    if error["loc"][-1] == "file" and error["type"] == "missing":
        return f'no file is named{where}. Add file = "…", the name of a file in the same folder.'
    if error["type"] == "string_pattern_mismatch":
        return f"{key} must be a plain file name, without a folder{where}. A folder has its own {MANIFEST_NAME}."
    return f"{key}{where} cannot be used: {error['msg']}. Correct the value or remove the line."


def _whereabouts(location: tuple[int | str, ...], values: dict[str, Any]) -> str:
    """Which table an error is in, as people count and by the file it names; empty outside of all tables."""
    if len(location) < 2 or not isinstance(location[1], int):
        return ""
    table = values["documents"][location[1]]
    name = table.get("file") if isinstance(table, dict) else None
    return f" in [[documents]] table {location[1] + 1}" + (f" ({name})" if name else "")
