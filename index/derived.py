"""What is derived from the store for searching: vectors, passages and the lexical index, kept in step with it.

Everything here may be deleted at any time; it is made again. Each lists the document keys they hold, and a key names
bytes and making, so bringing them up to date is a difference of two sets.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from index.abbreviations import find_definitions
from index.lexical import Entry, LexicalIndex
from index.models import DocumentRecord, Passage, revision_of
from index.passages import PassageFile, ReadyPassage, shown_anyway
from index.store import CollectionState, Store, StoredPassage, Vectors, Volume
from index.table_rows import head_spans, searched_row
from index.texts import heading_texts, sentence_parts
from index.vectors import VectorFile
from index.views import display

__all__ = ["Derived", "derived_folder", "derived_lock", "open_derived", "update_derived"]


READ_AT_ONCE = 100
"""Documents read from the store in one go."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What searches, and reads, the same revision of the documents."""

    revision: str
    lexical: LexicalIndex
    vectors: VectorFile
    passages: PassageFile


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
        passages = PassageFile.open(folder / "passages")
        unchanged = _revision(folder) == revision
    except (OSError, ValueError):
        return None
    return Derived(revision, lexical, vectors, passages) if unchanged and revision == state.revision else None


def update_derived(folder: Path, state: CollectionState, volume: Volume) -> Derived:
    """Bring all derivatives up to what is committed now. The caller holds ``derived_lock``."""
    records = {record.key: record for record in volume.records()}
    (folder / "revision.json").unlink(missing_ok=True)  # until it is back, nobody opens what is here
    vectors, passages, lexical = _vectors(folder, state), _passages(folder), _lexical(folder)
    if set(vectors.keys) != records.keys():
        missing, gone = _difference(records, vectors.keys)
        vectors = vectors.replaced(((key, found) for key, _, found in _read(volume, missing)), gone)
    if set(passages.keys) != records.keys():
        missing, gone = _difference(records, passages.keys)
        ready = (
            (key, [_ready(volume, records[key], each) for each in stored]) for key, stored, _ in _read(volume, missing)
        )
        passages = passages.replaced(ready, gone)
    if lexical.keys != records.keys():
        missing, gone = _difference(records, lexical.keys)
        entries = ((key, [_entry(volume, records[key], each.passage) for each in passages.of(key)]) for key in missing)
        lexical = lexical.replaced(entries, gone)
    revision = revision_of(records.values())
    (folder / "revision.json").write_text(json.dumps(revision), encoding="utf-8")
    return Derived(revision, lexical, vectors, passages)


def _difference(records: Collection[str], keys: Collection[str]) -> tuple[list[str], set[str]]:
    """The documents that are missing among these keys, and the keys that are of no document."""
    return sorted(set(records) - set(keys)), set(keys) - set(records)


def _read(volume: Volume, keys: Sequence[str]) -> Iterator[tuple[str, list[StoredPassage], Vectors]]:
    """Documents with their passages and vectors, a batch of them in memory at a time."""
    for at in range(0, len(keys), READ_AT_ONCE):
        for key, (passages, vectors) in volume.passages_of(keys[at : at + READ_AT_ONCE]).items():
            yield key, passages, vectors


def _ready(volume: Volume, record: DocumentRecord, stored: StoredPassage) -> ReadyPassage:
    passage = stored.passage
    headings = heading_texts(volume, record, passage)
    shown = [
        shown_anyway(
            sentence_parts(volume, record, passage, sentence),
            headings=[headings[span] for span in head_spans(sentence.heads)],
        )
        for sentence in passage.sentences
    ]
    return ReadyPassage(passage, stored.sentence_vectors, shown)


def _entry(volume: Volume, record: DocumentRecord, passage: Passage) -> Entry:
    sentences = [" ".join(sentence_parts(volume, record, passage, sentence)) for sentence in passage.sentences]
    defined = (
        definition
        for text, sentence in zip(sentences, passage.sentences, strict=True)
        for definition in find_definitions(display(text, known=_never).text, sentence.label)
    )
    headings = heading_texts(volume, record, passage)
    searched = [
        searched_row(text, sentence.heads, headings) if sentence.heads else text
        for text, sentence in zip(sentences, passage.sentences, strict=True)
    ]
    return Entry(passage.id, "\n".join([record.title, passage.section, *searched]), tuple(dict.fromkeys(defined)))


def _never(_: str) -> bool:
    """No hyphen at a line end is taken out: both spellings have the same terms."""
    return False


def _lexical(folder: Path) -> LexicalIndex:
    try:
        return LexicalIndex.open(folder / "lexical")
    except (OSError, ValueError):
        return LexicalIndex.empty(folder / "lexical")


def _vectors(folder: Path, state: CollectionState) -> VectorFile:
    try:
        return VectorFile.open(folder / "vectors", dimension=_dimension(state))
    except (OSError, ValueError):
        return VectorFile.empty(folder / "vectors", dimension=_dimension(state))


def _passages(folder: Path) -> PassageFile:
    try:
        return PassageFile.open(folder / "passages")
    except (OSError, ValueError):
        return PassageFile.empty(folder / "passages")


def _revision(folder: Path) -> str:
    return str(json.loads((folder / "revision.json").read_text(encoding="utf-8")))


def _dimension(state: CollectionState) -> int:
    return int(state.making["dimension"])
