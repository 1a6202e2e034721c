"""What lies under the folders that are to be indexed: files that may become Documents, and what is passed over."""

import os
import stat
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.errors import IndexingError
from index.formats import is_document
from index.manifest import MANIFEST_NAME, ManifestEntry, read_manifest

__all__ = ["Skipped", "Source", "find_files"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may become a Document.

    ``location`` is absolute; ``path`` is how people are shown it, with ``/`` between folders; ``entry`` is what the
    manifest of its own folder states of it.
    """

    location: Path
    path: str
    entry: ManifestEntry | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was found and is not read; the message is for people.

    ``reason`` is a stable word: binary, damaged, empty, encrypted, format, ignored, link, missing, name, pdf, scanned,
    timeout, too_large, unreadable or vanished. What is ``ignored`` is of no concern to people; all else is worth
    a line.
    """

    path: str
    reason: str
    message: str


def find_files(roots: Sequence[Path]) -> Iterator[Source | Skipped]:
    """The files under ``roots``, folder by folder in the order of their names; hidden ones are passed over.

    Raises IndexingError at once for a root that does not exist, and while iterating for a manifest that cannot be read.
    """
    for root in roots:
        try:
            root.stat()
        except OSError as error:
            raise IndexingError(_unreachable(root, error)) from error
    return _find(roots)


def _unreachable(root: Path, error: OSError) -> str:
    if not isinstance(error, FileNotFoundError):
        return f"{root} cannot be reached: {error.strerror}. Check its permissions and those of the folders above it."
    link = " (it is a link to something that is not there)" if root.is_symlink() else ""
    return f"{root} does not exist{link}. Check the spelling, or where you started the command."


def _find(roots: Sequence[Path]) -> Iterator[Source | Skipped]:
    manifest_of = cache(read_manifest)
    for root in roots:
        location = Path(os.path.abspath(root))  # noqa: PTH100 - absolute() keeps "..", resolve() follows links
        if location.is_dir():
            yield from _walk(_Folder(location, ""), manifest_of)
        else:
            yield _named(location, manifest_of)


@dataclass(frozen=True, slots=True)
class _Folder:
    location: Path
    path: str

    def join(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    @property
    def shown(self) -> str:
        return self.path or str(self.location)


_ManifestOf = Callable[[Path], Mapping[str, ManifestEntry]]


def _walk(root: _Folder, manifest_of: _ManifestOf) -> Iterator[Source | Skipped]:
    """Files before folders, folders before links to folders; each folder is entered once, not by a link if possible."""
    first_seen: dict[tuple[int, int], _Folder] = {}
    folders, links = [root], deque[_Folder]()
    while folders or links:
        folder = folders.pop() if folders else links.popleft()
        try:
            status = folder.location.stat()
            names = sorted(name for name in os.listdir(folder.location) if not name.startswith("."))  # noqa: PTH208
        except OSError as error:
            yield _unreadable_folder(folder, error)
            continue
        first = first_seen.setdefault((status.st_dev, status.st_ino), folder)
        if first is not folder:
            yield _seen_before(folder, first)
            continue
        found = list(_list(folder, names, manifest_of(folder.location)))
        yield from (item for item in found if not isinstance(item, _Folder))
        inner = [item for item in found if isinstance(item, _Folder)]
        folders += [item for item in reversed(inner) if not item.location.is_symlink()]
        links += [item for item in inner if item.location.is_symlink()]


def _list(
    folder: _Folder, names: Sequence[str], manifest: Mapping[str, ManifestEntry]
) -> Iterator[_Folder | Source | Skipped]:
    for name in names:
        if name == MANIFEST_NAME and (folder.location / name).is_file():
            continue  # it was read, so it is neither a document nor of a type that is ignored
        yield _classify(folder.location / name, folder.join(name), manifest.get(name))
    for name in manifest:
        if name not in names and not os.path.lexists(folder.location / name):
            manifest_path = folder.join(MANIFEST_NAME)
            message = f"{manifest_path} describes {name}, which is not there. Add the file or drop its table."
            yield Skipped(folder.join(name), "missing", message)


def _classify(location: Path, path: str, entry: ManifestEntry | None) -> _Folder | Source | Skipped:
    problem = _name_problem(path)
    if problem:
        return problem
    try:
        mode = location.stat().st_mode
    except OSError as error:
        return _no_status(location, path, error)
    if stat.S_ISDIR(mode):
        return _Folder(location, path)
    suffix = location.suffix.lower()
    if stat.S_ISREG(mode) and is_document(suffix):
        return Source(location, path, entry)
    return Skipped(path, "ignored", f"{path} is of a type that is not read.")


def _named(location: Path, manifest_of: _ManifestOf) -> Source | Skipped:
    """A file that was asked for by name, so that whatever is wrong with it is worth a message."""
    problem = _name_problem(location.name)
    if problem:
        return problem
    if not location.is_file():
        message = f"{location.name} is neither a file nor a folder. Name a text file or a folder of them."
        return Skipped(location.name, "format", message)
    return Source(location, location.name, manifest_of(location.parent).get(location.name))


def _name_problem(path: str) -> Skipped | None:
    shown = os.fsencode(path).decode("utf-8", "replace")
    if shown == path:
        return None
    return Skipped(shown, "name", f"{shown}: the name is not valid UTF-8, so it could not be cited. Rename it.")


def _unreadable_folder(folder: _Folder, error: OSError) -> Skipped:
    if isinstance(error, FileNotFoundError):
        return Skipped(folder.shown, "vanished", f"The folder {folder.shown} vanished while it was read. Index again.")
    message = f"The folder {folder.shown} cannot be read: {error.strerror}. Check its permissions, then index again."
    return Skipped(folder.shown, "unreadable", message)


def _seen_before(folder: _Folder, first: _Folder) -> Skipped:
    if f"{folder.path}/".startswith(f"{first.path}/" if first.path else ""):
        message = f"{folder.path} links back to {first.shown}, a folder that it lies in, and was not followed again."
    else:
        message = f"{folder.path} is the same folder as {first.shown}, which is read already."
    return Skipped(folder.path, "link", f"{message} Remove the link if you do not need it.")


def _no_status(location: Path, path: str, error: OSError) -> Skipped:
    if os.path.islink(location):  # noqa: PTH114 - is_symlink() would raise where nothing may be asked
        target = os.fsencode(location.readlink()).decode("utf-8", "replace")
        what = "which does not exist" if isinstance(error, FileNotFoundError) else f"which fails: {error.strerror}"
        return Skipped(path, "link", f"{path} is a link to {target}, {what}. Mend the link or remove it.")
    if isinstance(error, FileNotFoundError):
        return Skipped(path, "vanished", f"{path} vanished while its folder was read. Index again.")
    return Skipped(path, "unreadable", f"{path} cannot be read: {error.strerror}. Check its permissions.")
