"""What a file is to an index: known, changed, a copy, moved or new; and what became of the files that are not there."""

import os
import shlex
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from hashlib import file_digest
from pathlib import Path
from typing import Literal

from index.folders import Skipped
from index.loading import Opened
from index.manifest import stated_by
from index.models import Document, DocumentRecord
from index.store import CollectionState
from index.writing import VolumeWriter

__all__ = ["Change", "Known", "Outcome", "Placer", "Summary", "is_gone"]

Change = Literal["added", "changed", "unchanged", "skipped"]
Known = Document | DocumentRecord
"""A file that was read, now or before; then it is not read again."""


@dataclass(slots=True)
class Summary:
    """What a build did. ``skipped`` files were left out; ``notices`` are worth a line, but nothing was."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    ignored: int = 0
    seconds: float = 0.0
    state: CollectionState | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: ``path`` is how the document is shown, ``message`` says what people should know.

    Of a copy, id and path are those of the document that has its bytes already; a ``skipped`` file has an id where an
    earlier version of it still answers.
    """

    change: Change
    path: str
    document_id: str | None
    message: str | None = None


class Placer:
    """Gives each document its place in a volume, and says in the summary what was done.

    ``mirrored`` tells the places that the index is to hold, and no others; None when others stay. ``passed`` is
    told the size of each document that needed no writing. ``apart`` shows a document whose path another one has.
    """

    def __init__(
        self,
        writer: VolumeWriter,
        summary: Summary,
        *,
        mirrored: Callable[[str], bool] | None,
        passed: Callable[[int], None],
        apart: Callable[[Known], str],
    ) -> None:
        self._writer = writer
        self._catalogue = writer.catalogue
        self._summary = summary
        self._mirrored = mirrored
        self._passed = passed
        self._apart = apart

    def read_before(self, opened: Opened) -> DocumentRecord | None:
        """What is known of a file that was extracted just so before, as it is called now: that need not be done again.

        None where it has to be read, as texts always are: decoding one costs nothing.
        """
        same = self._catalogue.get(opened.id)
        if same is None or same.encoding is not None or same.extractor != opened.format.extractor():
            return None
        if same.stated != stated_by(opened.source.entry):
            return None
        return replace(same, location=str(opened.source.location), path=opened.source.path)

    def place(self, document: Known) -> Outcome:
        """Write a document where that is needed, and make what it replaces go; a record is that of one read before."""
        here = self._catalogue.at(document.location)
        same = self._catalogue.get(document.id)
        if here == same:
            here = None
        if same is not None and same.location != document.location:
            if self._stays(same):
                return self._pass_copy(document, same, here)
            self._catalogue.drop(same)  # it moved: its place and its name are free
            if here is not None:
                self._catalogue.drop(here)
        if same is not None and _read_alike(same, document):
            return self._keep(document, same, here)
        assert isinstance(document, Document)  # noqa: S101 - a record is read alike
        return self._put(document, [record for record in (same, here) if record is not None])

    def leave_out(self, skipped: Skipped, location: Path | None) -> Outcome:
        """Note a file that cannot be read; what it held before leaves a mirror, and elsewhere still answers."""
        self._summary.skipped.append(skipped)
        here = None if location is None else self._catalogue.at(str(location))
        if here is None:
            return Outcome("skipped", skipped.path, None, skipped.message)
        if self._mirrored is not None:
            self._writer.remove([here])
            self._summary.removed.append(here.path)
            return Outcome("skipped", here.path, None, skipped.message)
        still = f"{here.path} still answers as it was when it was last read."
        self._summary.notices.append(f"{still} To drop it: citespan index remove {shlex.quote(here.path)}")
        return Outcome("skipped", here.path, here.id, f"{skipped.message} {still}")

    def look_for_missing(self, seen: Collection[str]) -> None:
        """Remove, or name, the documents whose files are no longer there; ``seen`` are the places that are."""
        missing = [record for record in self._catalogue if record.location not in seen]
        if self._mirrored is not None:
            missing = [
                record
                for record in missing
                if not self._mirrored(record.location) and not _out_of_reach(record.location)
            ]
            self._writer.remove(missing)
            self._summary.removed += sorted(record.path for record in missing)
            return
        gone = [record for record in missing if is_gone(record.location)]
        if gone:
            self._summary.notices.append(
                f"{len(gone)} indexed file(s) are no longer on disk, {gone[0].path} among them; they still answer. "
                "To drop them: citespan index remove --missing"
            )

    def _stays(self, record: DocumentRecord) -> bool:
        """Whether the file that a document was read from still holds it, and is among those that are mirrored."""
        return (self._mirrored is None or self._mirrored(record.location)) and _id_at(record.location) == record.id

    def _pass_copy(self, document: Known, same: DocumentRecord, here: DocumentRecord | None) -> Outcome:
        notice = f"{document.path} has the same bytes as {same.path}; it is indexed once."
        self._summary.notices.append(notice)
        if here is not None:
            self._writer.supersede(here, by=same)
            self._summary.removed.append(here.path)
        self._passed(document.size)
        return Outcome("unchanged", same.path, same.id, notice)

    def _keep(self, document: Known, same: DocumentRecord, here: DocumentRecord | None) -> Outcome:
        """Its passages stay; where it is, or what its manifest says, may be new. ``here`` was there before it."""
        path = same.path if same.location == document.location else self._free_path(document)
        known = replace(same, location=document.location, path=path, metadata=document.metadata, stated=document.stated)
        if known != same:
            self._writer.amend(known, replaces=[record for record in (same, here) if record is not None])
        self._summary.unchanged += 1
        self._passed(document.size)
        return Outcome("unchanged", path, document.id)

    def _put(self, document: Document, replaced: Sequence[DocumentRecord]) -> Outcome:
        named = replace(document, path=self._free_path(document))
        (self._summary.changed if replaced else self._summary.added).append(named.path)
        self._writer.put(named, replaces=replaced)
        return Outcome("changed" if replaced else "added", named.path, named.id)

    def _free_path(self, document: Known) -> str:
        """A path for the document that no other has, with a word where file names repeat."""
        here = self._catalogue.at(document.location)
        if here is not None:
            return here.path
        name = document.path.rsplit("/", 1)[-1]
        while self._catalogue.has_path(document.path) and (apart := self._apart(document)) != document.path:
            document = replace(document, path=apart)
        if self._catalogue.has_name(name):
            self._summary.notices.append(f"More than one file is called {name}; this one is cited as {document.path}.")
        return document.path


def _read_alike(record: DocumentRecord, document: Known) -> bool:
    """Whether a document's passages would be made just so again."""
    return (record.title, record.media_type, record.extractor) == (
        document.title,
        document.media_type,
        document.extractor,
    )


def is_gone(location: str) -> bool:
    """Whether there is no file at a place any more; one that merely cannot be reached now is not gone."""
    try:
        Path(location).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _out_of_reach(location: str) -> bool:
    return not os.access(location, os.F_OK) and not is_gone(location)


def _id_at(location: str) -> str | None:
    """The id of the document that a file now holds; None where there is no such file."""
    try:
        with Path(location).open("rb") as file:
            return f"sha256:{file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return None
