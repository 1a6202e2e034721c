"""What is derived from the store for searching: the lexical index and the vector file, kept in step with it.

Everything here may be deleted at any time; it is made again. Both list the document keys they hold, and a key names
bytes and making, so bringing them up to date is a difference of two sets.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from index.abbreviations import find_definitions
from index.lexical import Entry, LexicalIndex
from index.models import DocumentRecord, Passage, revision_of
from index.store import CollectionState, Store, Vectors, Volume
from index.texts import sentence_parts
from index.vectors import VectorFile
from index.views import display

__all__ = ["Derived", "derived_folder", "derived_lock", "open_derived", "update_derived"]


READ_AT_ONCE = 100
"""Documents read from the store in one go."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A pair that searches the same revision of the documents."""

    revision: str
    lexical: LexicalIndex
    vectors: VectorFile


def derived_folder(state_dir: Path, store: Store, state: CollectionState) -> Path:
    """Where a volume's derived files are: apart per store, collection and volume."""
    place = sha256(store.identity.encode()).hexdigest()[:12]
    return state_dir / "derived" / place / state.name / state.volume


@contextmanager
def derived_lock(folder: Path) -> Iterator[None]:
    """Only one process at a time brings a folder up to date; the others wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        yield


def open_derived(folder: Path, state: CollectionState) -> Derived | None:
    """The derivatives of exactly this revision, or None when they are missing, damaged or of another one."""
    try:
        revision = _revision(folder)
        lexical = LexicalIndex.open(folder / "lexical")
        vectors = VectorFile.open(folder / "vectors", dimension=_dimension(state))
        unchanged = _revision(folder) == revision
    except (OSError, ValueError):
        return None
    return Derived(revision, lexical, vectors) if unchanged and revision == state.revision else None


def update_derived(folder: Path, state: CollectionState, volume: Volume) -> Derived:
    """Bring both derivatives up to what is committed now. The caller holds ``derived_lock``."""
    records = {record.key: record for record in volume.records()}
    (folder / "revision.json").unlink(missing_ok=True)  # until it is back, nobody opens what is here
    lexical, vectors = _opened(folder, state)
    if set(vectors.keys) != records.keys():
        missing = sorted(records.keys() - set(vectors.keys))
        vectors = vectors.replaced(
            ((key, found) for key, _, found in _read(volume, missing)), removed=set(vectors.keys) - records.keys()
        )
    if lexical.keys != records.keys():
        missing = sorted(records.keys() - lexical.keys)
        lexical = lexical.replaced(
            (
                (key, [_entry(volume, records[key], passage) for passage in passages])
                for key, passages, _ in _read(volume, missing)
            ),
            removed=lexical.keys - records.keys(),
        )
    revision = revision_of(records.values())
    (folder / "revision.json").write_text(json.dumps(revision), encoding="utf-8")
    return Derived(revision, lexical, vectors)


def _read(volume: Volume, keys: Sequence[str]) -> Iterator[tuple[str, list[Passage], Vectors]]:
    """Documents with their passages and vectors, a batch of them in memory at a time."""
    for at in range(0, len(keys), READ_AT_ONCE):
        for key, (passages, vectors) in volume.passages_of(keys[at : at + READ_AT_ONCE]).items():
            yield key, passages, vectors


def _entry(volume: Volume, record: DocumentRecord, passage: Passage) -> Entry:
    sentences = [" ".join(sentence_parts(volume, record, passage, sentence)) for sentence in passage.sentences]
    defined = (
        definition
        for text, sentence in zip(sentences, passage.sentences, strict=True)
        for definition in find_definitions(display(text, known=_never).text, sentence.label)
    )
    return Entry(passage.id, "\n".join([record.title, passage.section, *sentences]), tuple(dict.fromkeys(defined)))


def _never(_: str) -> bool:
    """No hyphen at a line end is taken out: both spellings have the same terms."""
    return False


def _opened(folder: Path, state: CollectionState) -> tuple[LexicalIndex, VectorFile]:
    try:
        lexical = LexicalIndex.open(folder / "lexical")
    except (OSError, ValueError):
        lexical = LexicalIndex.empty(folder / "lexical")
    try:
        vectors = VectorFile.open(folder / "vectors", dimension=_dimension(state))
    except (OSError, ValueError):
        vectors = VectorFile.empty(folder / "vectors", dimension=_dimension(state))
    return lexical, vectors


def _revision(folder: Path) -> str:
    return str(json.loads((folder / "revision.json").read_text(encoding="utf-8")))


def _dimension(state: CollectionState) -> int:
    return int(state.making["dimension"])
