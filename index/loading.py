"""Files become Documents, decoded and otherwise untouched, or say clearly why they cannot."""

import os
import re
import stat
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import sha256
from importlib import import_module
from itertools import takewhile
from pathlib import Path, PurePosixPath

from index.decoding import decode
from index.errors import FileSkipped, IndexingError
from index.manifest import MANIFEST_NAME, ManifestEntry, read_manifest
from index.models import CharacterBoxes, Document, Element

__all__ = ["READERS", "Reading", "Skipped", "Source", "check_type", "find_files", "load"]

_TITLE_LENGTH = 200


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

    ``reason`` is a stable word: binary, damaged, empty, encrypted, format, ignored, link, missing, name, pdf,
    too_large, unreadable or vanished. What is ``ignored`` is of no concern to people; all else is worth a line.
    """

    path: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a file's bytes: see Document.

    ``encoding`` is None for an extracted text. ``title`` and ``metadata`` are what the document states of itself; what
    a manifest states goes over that.
    """

    text: str
    encoding: str | None
    media_type: str
    extractor: str
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    elements: tuple[Element, ...] = ()
    boxes: CharacterBoxes | None = field(default=None, compare=False)


Reader = Callable[[str, bytes, str], Reading]
"""From the path to name in messages, the file's bytes and the fallback encoding; raises FileSkipped."""


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
    if stat.S_ISREG(mode) and (suffix in READERS or suffix in _NOT_YET):
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


def check_type(path: str) -> None:
    """Raises FileSkipped, saying what to do instead, for a name whose type is not read."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _NOT_YET:
        raise _NOT_YET[suffix](path)
    if suffix not in READERS:
        raise _unknown_format(path, suffix)


def load(source: Source, *, max_bytes: int, fallback_encoding: str) -> Document:
    """The Document that a file holds.

    ``fallback_encoding`` decodes bytes that are no Unicode encoding; where it has no characters for them, latin-1 does.
    Raises FileSkipped, with a reason as in Skipped, when the file cannot be indexed.
    """
    suffix = source.location.suffix.lower()
    if suffix in _NOT_YET:
        raise _NOT_YET[suffix](source.path)
    data = _read(source, max_bytes)
    if data.startswith(b"%PDF-"):
        raise _pdf(source.path)
    if suffix not in READERS:
        raise _unknown_format(source.path, suffix)
    reading = READERS[suffix](source.path, data, fallback_encoding)
    stated = source.entry.title if source.entry else None
    return Document(
        id=f"sha256:{sha256(data).hexdigest()}",
        location=str(source.location),
        path=source.path,
        title=stated or reading.title or _title(reading) or source.path.rsplit("/", 1)[-1],
        text=reading.text,
        encoding=reading.encoding,
        size=len(data),
        media_type=reading.media_type,
        extractor=reading.extractor,
        metadata={**reading.metadata, **(source.entry.metadata if source.entry else {})},
        elements=reading.elements,
        boxes=reading.boxes,
    )


def _read(source: Source, max_bytes: int) -> bytes:
    try:
        with source.location.open("rb") as file:
            data = file.read(max_bytes + 1)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError as error:
        message = f"{source.path} vanished before it was read. Index again if it is back."
        raise FileSkipped("vanished", message) from error
    except OSError as error:
        message = f"{source.path} cannot be read: {error.strerror}. Check its permissions, then index again."
        raise FileSkipped("unreadable", message) from error
    if len(data) > max_bytes:
        message = f"{source.path} has {max(size, len(data)):,} bytes, more than the limit of {max_bytes:,}."
        raise FileSkipped("too_large", f"{message} Split it, or raise the limit.")
    return data


def _pdf(path: str) -> FileSkipped:
    message = f"{path} is a PDF, which is not read yet. Export its text (for example: pdftotext) and index that."
    return FileSkipped("pdf", message)


def _other_format(kind: str, instead: str, path: str) -> FileSkipped:
    message = f"{path} is {kind}, which is not read yet. Save it as {instead} and index that."
    return FileSkipped("format", message)


def _unknown_format(path: str, suffix: str) -> FileSkipped:
    what = f"of the type {suffix}" if suffix else "without a type in its name"
    known = ", ".join(READERS)
    message = f"{path} is {what}, which is not read. If it is plain text, name it .txt (read are: {known})."
    return FileSkipped("format", message)


_WORD = partial(_other_format, "a word processor's document", "Word's .docx")
_BOOK = partial(_other_format, "an electronic book", "a web page (.html) or plain text (.txt)")
_SHEET = partial(_other_format, "a table or a slide show", "a web page (.html) or plain text (.txt)")
_MARKUP = partial(_other_format, "marked-up text", "a web page (.html) or plain text (.txt)")

_NOT_YET: Mapping[str, Callable[[str], FileSkipped]] = {
    ".pdf": _pdf,
    ".doc": _WORD,
    ".odt": _WORD,
    ".rtf": _WORD,
    ".epub": _BOOK,
    ".xls": _SHEET,
    ".xlsx": _SHEET,
    ".ppt": _SHEET,
    ".pptx": _SHEET,
    ".rst": _MARKUP,
    ".tex": _MARKUP,
}
"""Formats that hold documents and have no reader, so that leaving them out must be said."""


def _read_text(media_type: str, path: str, data: bytes, fallback_encoding: str) -> Reading:
    if not data:
        raise FileSkipped("empty", f"{path} is empty. Fill it or delete it.")
    text, encoding = decode(path, data, fallback_encoding)
    if not text.lstrip("\ufeff").strip():
        raise FileSkipped("empty", f"{path} holds nothing but white space. Fill it or delete it.")
    return Reading(text, encoding, media_type, "text 1")


def _read_extracted(reader: str, path: str, data: bytes, fallback_encoding: str) -> Reading:
    """What the reader of a format that is no plain text makes of a file; imported when one is met."""
    module, _, name = reader.partition(":")
    reading: Reading = getattr(import_module(f"index.extracting.{module}"), name)(path, data, fallback_encoding)
    return reading


_HTML = partial(_read_extracted, "html:read_html")

READERS: Mapping[str, Reader] = {
    ".txt": partial(_read_text, "text/plain"),
    ".text": partial(_read_text, "text/plain"),
    ".md": partial(_read_text, "text/markdown"),
    ".markdown": partial(_read_text, "text/markdown"),
    ".html": _HTML,
    ".htm": _HTML,
    ".xhtml": _HTML,
    ".docx": partial(_read_extracted, "word:read_word"),
    ".xml": partial(_read_extracted, "jats:read_jats"),
    ".nbib": partial(_read_extracted, "medline:read_medline"),
}
"""The reader of each format by suffix. A new format is one more line here."""

_MARKDOWN_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_FURNITURE = re.compile(
    r"skip to\b.*|skip navigation|.*\bofficial website\b.*|u\.?s\.? flag|dot gov|https?|an? |menu|search|home|"
    r"(?:log|sign) ?in|table of contents|contents|abstract|summary|introduction|background|review|article|"
    r"(?:original |research )?(?:article|paper)|open access|chapter|full text|page \d+.*|access keys\b.*",
    re.IGNORECASE,
)


def _title(reading: Reading) -> str | None:
    """The first Markdown heading, else the first lines if they stand like a heading; None where neither is."""
    if reading.media_type == "text/markdown":
        heading = next(filter(None, map(_fold, _MARKDOWN_HEADING.findall(reading.text))), None)
        if heading:
            return heading[:_TITLE_LENGTH]
    return _plain_title(reading.text[: 100 * _TITLE_LENGTH])


def _plain_title(text: str) -> str | None:
    lines = [_fold(line) for line in text.splitlines()]
    start = next((number for number, line in enumerate(lines) if _may_be_title(line)), len(lines))
    block = list(takewhile(bool, lines[start : start + 20]))
    whole = " ".join(block)
    if len(whole) <= _TITLE_LENGTH:
        return whole or None
    # A line much shorter than the next one was ended on purpose; otherwise it is the start of a wrapped paragraph.
    alone = len(block) > 1 and len(block[0]) < 0.75 * len(block[1])
    return block[0] if alone and len(block[0]) <= _TITLE_LENGTH else None


def _may_be_title(line: str) -> bool:
    return any(character.isalpha() for character in line) and not _FURNITURE.fullmatch(line)


def _fold(line: str) -> str:
    return " ".join(line.strip("\ufeff").split())
