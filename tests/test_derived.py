"""What is derived may be lost or damaged at any time: the next question is answered the same."""

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from index.build import Builder, BuildOptions
from index.derived import derived_folder, open_derived, update_derived
from index.making import check_state, making_of
from index.reading import IndexReader
from index.store import Store, StoredPassage, Vectors
from tests.fake_store import FakeStore, FakeVolume
from tests.fakes import HashingEmbedder

EMBEDDER = HashingEmbedder()
MAKING = making_of(EMBEDDER, tokens=64)
QUESTIONS = ("zebra stripes", "wound healing", "TGF-\u03b21", "report")

Answers = list[tuple[list[tuple[str, float]], list[tuple[str, float]]]]


class Library:
    """An index with a history, and what it answers to a reader that has opened nothing yet."""

    def __init__(self, store: Store, state_dir: Path, documents_dir: Path) -> None:
        self.store = store
        self.state_dir = state_dir
        options = BuildOptions(tokens=64, max_bytes=10_000_000, fallback_encoding="cp1252")
        self.builder = Builder(store, EMBEDDER, collection="default", state_dir=state_dir, options=options)
        for number in range(12):
            lines = [f"Zebra {number} has stripes.", "Wound healing takes days.", f"TGF-\u03b2{number} acts."]
            (documents_dir / f"{number}.txt").write_text(f"Report {number}\n\n" + "\n\n".join(lines[: 1 + number % 3]))
        self.builder.add([documents_dir])
        self.builder.remove(lambda record: record.path in {"3.txt", "4.txt"})
        (documents_dir / "5.txt").write_text("Report 5\n\nA changed zebra heals its wound.")
        self.builder.add([documents_dir / "5.txt", documents_dir / "4.txt"])

    @property
    def folder(self) -> Path:
        state = self.store.state("default")
        assert state is not None
        return derived_folder(self.state_dir, self.store, state)

    def answers(self) -> Answers:
        reader = IndexReader(self.store, state_dir=self.state_dir, check=lambda state: check_state(state, MAKING))
        snapshot = reader.snapshot("default")
        return [
            (
                snapshot.dense(EMBEDDER.embed_query(question), limit=9, documents=None),
                snapshot.lexical(question, limit=9, documents=None),
            )
            for question in QUESTIONS
        ]


@pytest.fixture
def library(state_dir: Path, documents_dir: Path) -> Library:
    return Library(FakeStore(), state_dir, documents_dir)


def files_of(library: Library) -> dict[str, Path]:
    """One file of each kind; tantivy gives them names at random."""
    return {
        path.name if len(path.stem) < 30 else path.suffix: path
        for path in sorted(library.folder.rglob("*"))
        if path.is_file()
    }


def _remove(path: Path) -> None:
    path.unlink()


def _overwrite(path: Path, *, content: bytes) -> None:
    """In another file of that name: cutting short what a process has mapped into memory would kill the process."""
    damaged = path.with_name("damaged")
    damaged.write_bytes(content)
    damaged.replace(path)


def _halve(path: Path) -> None:
    _overwrite(path, content=path.read_bytes()[: path.stat().st_size // 2])


DAMAGE: dict[str, Callable[[Path], None]] = {
    "removed": _remove,
    "emptied": partial(_overwrite, content=b""),
    "halved": _halve,
    "garbage": partial(_overwrite, content=b"\x93garbage" * 20),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_any_file_may_be_damaged(library: Library, damage: Callable[[Path], None]) -> None:
    before = library.answers()
    kinds = set(files_of(library))
    assert {"revision.json", "rows.json", "keys.json", "meta.json", ".store", ".idx", "lock"} <= kinds
    for kind in sorted(kinds):
        path = files_of(library).get(kind)
        if path is not None:
            damage(path)
            assert library.answers() == before, kind


@pytest.mark.parametrize("folder", [".", "..", "vectors", "passages", "lexical", "lexical/tantivy"])
def test_any_folder_may_be_removed(library: Library, folder: str) -> None:
    before = library.answers()
    shutil.rmtree((library.folder / folder).resolve())
    assert library.answers() == before


@pytest.mark.parametrize("kind", ["rows.json", "keys.json", "meta.json", "revision.json", "lexical", "vectors"])
def test_a_writer_mends_what_was_damaged(library: Library, kind: str) -> None:
    before = library.answers()
    path = files_of(library).get(kind, library.folder / kind)
    shutil.rmtree(path) if path.is_dir() else _overwrite(path, content=b"\x00")
    library.builder.add([])
    assert library.answers() == before


def test_an_index_with_a_history_answers_as_one_made_at_once(
    library: Library, tmp_path: Path, documents_dir: Path
) -> None:
    (documents_dir / "3.txt").unlink()
    options = BuildOptions(tokens=64, max_bytes=10_000_000, fallback_encoding="cp1252")
    fresh = FakeStore()
    summary = Builder(fresh, EMBEDDER, collection="default", state_dir=tmp_path / "fresh", options=options).add(
        [documents_dir]
    )
    old = library.store.state("default")
    assert old is not None
    assert summary.state is not None
    assert summary.state.revision == old.revision
    before = library.answers()
    library.store, library.state_dir = fresh, tmp_path / "fresh"
    assert library.answers() == before


def test_only_the_same_revision_is_opened(library: Library) -> None:
    state = library.store.state("default")
    assert state is not None
    opened = open_derived(library.folder, state)
    assert opened is not None
    assert opened.revision == state.revision
    other = type(state)(state.name, state.format, state.volume, state.making, "another", 1, 1)
    assert open_derived(library.folder, other) is None


def test_bringing_it_up_to_date_touches_only_what_changed(library: Library) -> None:
    state = library.store.state("default")
    assert state is not None

    class Watched(FakeVolume):
        read: list[str] = []  # noqa: RUF012  one test, one list

        def passages_of(self, keys: Sequence[str]) -> dict[str, tuple[list[StoredPassage], Vectors]]:
            self.read.extend(keys)
            return super().passages_of(keys)

    volume = library.store.volume(state)
    assert isinstance(volume, FakeVolume)
    watched = Watched(volume.catalogue, volume.texts, volume.rows, volume.inner)
    update_derived(library.folder, state, watched)
    assert watched.read == []
    shutil.rmtree(library.folder / "vectors")
    update_derived(library.folder, state, watched)
    assert sorted(watched.read) == sorted(record.key for record in volume.records())


def test_stores_and_volumes_have_folders_of_their_own(library: Library) -> None:
    state = library.store.state("default")
    assert state is not None
    other = type(state)(state.name, 1, "v2", state.making, "", 0, 0)
    named = type(state)("papers", 1, state.volume, state.making, "", 0, 0)
    folders = {derived_folder(library.state_dir, library.store, each) for each in (state, other, named)}
    folders.add(derived_folder(library.state_dir, FakeStore(), state))
    assert len(folders) == 4
