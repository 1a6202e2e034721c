"""Which files cost what: new, changed, moved, copied, gone, broken; and making all of it anew."""

import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pytest

from index import rows
from index import writing as writing_module
from index.build import Builder, BuildOptions, Progress, Summary
from index.chroma import open_store
from index.chunking import chunk
from index.derived import derived_folder
from index.errors import IndexingError, IndexLocked, IndexMismatch, IndexMissing, StoreError
from index.loading import Source, find_files, load
from index.making import check_state, making_of
from index.models import DocumentRecord, Passage
from index.pooling import Places
from index.reading import IndexReader, Snapshot
from index.segmenting import segment
from index.store import CollectionState, Store, StoredPassage, Vectors, Volume
from tests.fake_store import FakeStore, FakeVolume
from tests.fakes import HashingEmbedder

WORDS = ["wound", "cell", "growth", "factor", "macrophage", "scar", "collagen", "oxygen", "burn", "graft", "matrix"]


class CountingEmbedder(HashingEmbedder):
    """Counts the passages that it was asked to embed."""

    def __init__(self) -> None:
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
        self.embedded += len(texts)
        return super().embed_passages(texts, places)


class OtherEmbedder(HashingEmbedder):
    name = "other/model"
    fingerprint = "other 1"
    dimension = 32


def stored_of(volume: Volume, key: str) -> list[StoredPassage]:
    return volume.passages_of([key])[key][0]


class Library:
    """A collection with its folder of files."""

    def __init__(self, store: Store, state_dir: Path, documents: Path) -> None:
        self.store = store
        self.state_dir = state_dir
        self.documents = documents
        self.embedder = CountingEmbedder()

    def builder(
        self,
        *,
        tokens: int = 64,
        embedder: HashingEmbedder | None = None,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Builder:
        return Builder(
            self.store,
            embedder or self.embedder,
            collection="default",
            state_dir=self.state_dir,
            options=BuildOptions(tokens, 1_000_000, "cp1252", wait_seconds, publish_seconds=0.0),
            progress=progress,
        )

    def add(self, *roots: Path, mirror: bool = False) -> Summary:
        return self.builder().add(list(roots) or [self.documents], mirror=mirror)

    def write(self, name: str, text: str) -> Path:
        path = self.documents / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def state(self) -> CollectionState:
        state = self.store.state("default")
        assert state is not None
        return state

    def paths(self) -> list[str]:
        return [record.path for record in self.store.volume(self.state).records()]

    def passages(self) -> list[Passage]:
        volume = self.store.volume(self.state)
        return [stored.passage for record in volume.records() for stored in stored_of(volume, record.key)]

    def text(self) -> str:
        return "\n".join(passage.text for passage in self.passages())

    def snapshot(self, *, tokens: int = 64) -> Snapshot:
        making = making_of(self.embedder, tokens=tokens)
        reader = IndexReader(self.store, state_dir=self.state_dir, check=lambda state: check_state(state, making))
        return reader.snapshot("default")

    def found(self, question: str) -> set[str]:
        """The paths of the documents that lexical search finds; dense search must see the same index."""
        snapshot = self.snapshot()
        everything = snapshot.dense(self.embedder.embed_query("x"), limit=10_000, documents=None)
        assert {name for name, _ in everything} == {passage.id for passage in self.passages()}
        found, records = snapshot.passages([n for n, _ in snapshot.lexical(question, limit=1000, documents=None)])
        return {records[stored.passage.document_key].path for stored in found.values()}

    def healthy(self) -> None:
        """Nothing half done, nothing twice, the state says what there is."""
        volume = self.store.volume(self.state)
        records = volume.records()
        superseded = volume.superseded()
        assert volume.unfinished() == volume.retiring() == []
        assert len({record.id for record in [*records, *superseded]}) == len(records) + len(superseded)
        assert {record.location for record in superseded} <= {record.location for record in records}
        assert len({record.location for record in records}) == len(records)
        assert len({record.path for record in records}) == len(records)
        assert self.state.documents == len(records)
        assert self.state.passages == len(self.passages()) == sum(record.passages for record in records)
        if isinstance(volume, FakeVolume):
            keys = {record.key for record in records}
            assert {key for key, _ in volume.texts} == keys | {record.key for record in superseded}
            assert {passage.document_key for passage, _ in volume.rows.values()} <= keys


@pytest.fixture(params=["memory", "embedded"])
def library(request: pytest.FixtureRequest, state_dir: Path, documents_dir: Path) -> Library:
    store = FakeStore() if request.param == "memory" else open_store(state_dir=state_dir, chroma_url=None)
    return Library(store, state_dir, documents_dir)


@pytest.fixture
def quick(state_dir: Path, documents_dir: Path) -> Library:
    return Library(FakeStore(), state_dir, documents_dir)


def test_an_unchanged_file_costs_no_embedding(library: Library) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        library.write(name, f"Title {name}\n\nWounds heal in {name}.")
    assert library.add().added == ["a.txt", "b.txt", "c.txt"]
    before, revision = library.embedder.embedded, library.state.revision
    assert before > 0
    summary = library.add()
    assert (summary.added, summary.changed, summary.unchanged) == ([], [], 3)
    assert library.embedder.embedded == before
    assert library.state.revision == revision
    library.write("b.txt", "Title b.txt\n\nOnly this one changed.")
    summary = library.add()
    assert (summary.changed, summary.unchanged) == (["b.txt"], 2)
    assert 0 < library.embedder.embedded - before < before
    library.healthy()


def test_a_changed_file_answers_with_its_new_text_only(library: Library) -> None:
    library.write("a.txt", "Report\n\nA zebra heals.")
    library.write("b.txt", "Other\n\nNothing else.")
    library.add()
    library.write("a.txt", "Report\n\nA lion heals.")
    seen: list[set[str]] = []

    class Watching(CountingEmbedder):
        def embed_passages(self, texts: Sequence[str], places: Places) -> tuple[Vectors, list[Vectors]]:
            seen.append({animal for animal in ("zebra", "lion") if animal in library.text()})
            return super().embed_passages(texts, places)

    library.builder(embedder=Watching()).add([library.documents])
    assert seen == [{"zebra"}], "the old version answers until the new one is there"
    assert library.found("zebra") == set()
    assert library.found("lion") == {"a.txt"}
    library.healthy()


def test_the_new_version_comes_at_the_instant_the_old_one_goes(quick: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[list[str]] = []
    commit = FakeVolume.commit

    def watched(volume: FakeVolume, *records: Sequence[DocumentRecord]) -> None:
        commit(volume, *records)
        paths.append([record.path for record in volume.records()])

    monkeypatch.setattr(FakeVolume, "commit", watched)
    for text in ("A zebra heals.", "A lion heals."):
        quick.write("a.txt", f"Report\n\n{text}")
        quick.write("b.txt", f"Other\n\n{text}")
        quick.add()
    assert paths == [["a.txt", "b.txt"]] * 2


def test_a_write_that_fails_half_way_leaves_nothing_behind(quick: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is gone when the next run comes, so nothing would ever be written over what was left."""
    path = quick.write("a.txt", "Report\n\nA zebra heals.")
    quick.write("b.txt", "Other\n\nA lion heals.")

    def torn(volume: FakeVolume, *_: Sequence[DocumentRecord]) -> None:
        assert volume.texts, "the texts are written by now"
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(FakeVolume, "commit", torn)
        with pytest.raises(StoreError, match="disk is full"):
            quick.add()
    assert quick.paths() == []
    path.unlink()
    quick.add()
    assert quick.paths() == ["b.txt"]
    quick.healthy()


def test_a_moved_file_keeps_its_passages(library: Library) -> None:
    old = library.write("a.txt", "Report\n\nWounds heal.")
    library.add()
    before = library.embedder.embedded
    (library.documents / "deep").mkdir()
    old.rename(library.documents / "deep" / "b.txt")
    summary = library.add()
    assert (summary.added, summary.changed, summary.unchanged, summary.notices) == ([], [], 1, [])
    assert library.embedder.embedded == before
    assert library.paths() == ["deep/b.txt"]
    library.healthy()


def test_a_folder_that_moved_keeps_its_names(quick: Library, tmp_path: Path) -> None:
    quick.write("a.txt", "Report\n\nWounds heal.")
    quick.add()
    quick.documents = quick.documents.rename(tmp_path / "elsewhere")
    summary = quick.add()
    assert (summary.unchanged, summary.notices) == (1, [])
    assert quick.paths() == ["a.txt"]
    quick.healthy()


def test_the_same_bytes_twice_are_indexed_once(library: Library) -> None:
    first = library.write("a.txt", "Report\n\nWounds heal.")
    library.write("b.txt", "Report\n\nWounds heal.")
    summary = library.add()
    assert summary.added == ["a.txt"]
    assert summary.notices == ["b.txt has the same bytes as a.txt; it is indexed once."]
    assert library.add().notices == summary.notices
    assert library.paths() == ["a.txt"]
    first.unlink()
    summary = library.add()
    assert (summary.unchanged, summary.notices) == (1, [])
    assert library.paths() == ["b.txt"]
    library.healthy()


def test_a_copy_takes_over_when_the_first_changes(quick: Library) -> None:
    quick.write("a.txt", "Report\n\nWounds heal.")
    quick.write("b.txt", "Report\n\nWounds heal.")
    quick.add()
    quick.write("a.txt", "Report\n\nA lion heals.")
    quick.add()
    assert quick.paths() == ["a.txt", "b.txt"]
    assert quick.found("wounds") == {"b.txt"}
    assert quick.found("lion") == {"a.txt"}
    quick.healthy()


def test_a_file_that_became_a_copy_leaves(quick: Library) -> None:
    quick.write("a.txt", "Report\n\nWounds heal.")
    quick.write("b.txt", "Report\n\nA lion heals.")
    quick.add()
    quick.write("b.txt", "Report\n\nWounds heal.")
    summary = quick.add()
    assert summary.removed == ["b.txt"]
    assert quick.paths() == ["a.txt"]
    assert quick.found("lion") == set()
    quick.healthy()


@pytest.mark.parametrize("titled", [True, False], ids=["titles in the text", "titles from the names"])
def test_files_that_swap_their_contents_are_both_there(quick: Library, *, titled: bool) -> None:
    lion, zebra = ("Report\n\nA lion." if titled else "lion " * 99), ("Report\n\nA zebra." if titled else "zebra " * 99)
    quick.write("a.txt", lion)
    quick.write("b.txt", zebra)
    quick.add()
    quick.write("a.txt", zebra)
    quick.write("b.txt", lion)
    quick.add()
    assert quick.paths() == ["a.txt", "b.txt"]
    assert (quick.found("zebra"), quick.found("lion")) == ({"a.txt"}, {"b.txt"})
    quick.healthy()


@pytest.mark.parametrize("titled", [True, False], ids=["titles in the text", "titles from the names"])
def test_a_file_moved_over_another_replaces_it(quick: Library, *, titled: bool) -> None:
    lion, zebra = ("Report\n\nA lion." if titled else "lion " * 99), ("Report\n\nA zebra." if titled else "zebra " * 99)
    first = quick.write("a.txt", lion)
    second = quick.write("b.txt", zebra)
    quick.add()
    first.rename(second)
    quick.add()
    assert quick.paths() == ["b.txt"]
    assert (quick.found("zebra"), quick.found("lion")) == (set(), {"b.txt"})
    quick.healthy()


def test_a_new_file_may_take_the_old_text_of_a_changed_one(quick: Library) -> None:
    quick.write("a.txt", "Report\n\nA lion.")
    quick.add()
    quick.write("a.txt", "Report\n\nA zebra.")
    quick.write("b.txt", "Report\n\nA lion.")
    quick.add()
    assert (quick.found("zebra"), quick.found("lion")) == ({"a.txt"}, {"b.txt"})
    quick.healthy()


@pytest.mark.parametrize("seed", range(8))
def test_any_shuffle_of_files_ends_as_a_fresh_index(quick: Library, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    contents = [f"Report {number}\n\nText of {word}." for number, word in enumerate(WORDS[:5])]
    contents += [f"{word} " * 99 for word in WORDS[5:8]]
    names = ["a.txt", "b.txt", "deep/a.txt", "deep/c.txt", "d.txt"]
    for _ in range(12):
        for name in names:
            path = quick.documents / name
            if draw.random() < 0.25:
                path.unlink(missing_ok=True)
            elif draw.random() < 0.5:
                quick.write(name, draw.choice(contents))
        quick.add(mirror=True)
        quick.healthy()
        on_disk = {path.read_text() for path in quick.documents.rglob("*.txt")}
        records = quick.store.volume(quick.state).records()
        assert len(records) == len(on_disk)
        for record in records:
            path = Path(record.location)
            assert quick.documents / record.path == path
            found = quick.store.volume(quick.state).pieces({record.key: [0]})[record.key][0].text
            assert found == path.read_text(), record.path


def test_files_of_one_name_are_told_apart(library: Library) -> None:
    library.write("x/a.txt", "Report\n\nWounds heal.")
    library.write("y/a.txt", "Report\n\nA lion heals.")
    summary = library.add()
    assert summary.notices == ["More than one file is called a.txt; this one is cited as y/a.txt."]
    assert library.paths() == ["x/a.txt", "y/a.txt"]
    library.healthy()


def test_files_of_one_path_in_two_folders_are_told_apart(quick: Library) -> None:
    for folder in ("x", "y"):
        quick.write(f"{folder}/a.txt", f"Report\n\nWounds heal in {folder}.")
    summary = quick.add(quick.documents / "x", quick.documents / "y")
    other = str(quick.documents / "y" / "a.txt").lstrip("/")
    assert quick.paths() == sorted(["a.txt", other])
    assert summary.notices == [f"More than one file is called a.txt; this one is cited as {other}."]
    quick.write("y/a.txt", "Report\n\nChanged.")
    assert quick.add(quick.documents / "y").changed == [other]
    quick.healthy()


def test_bad_files_stop_no_other(library: Library) -> None:
    library.write("good.txt", "Report\n\nWounds heal.")
    bad = {
        "binary.txt": b"\x00\x01\x02" * 5000,
        "blank.md": b" \n\r\n\t",
        "empty.txt": b"",
        "large.txt": b"x" * 1_000_001,
        "paper.pdf": b"%PDF-1.7\n",
        "sheet.xlsx": b"PK",
    }
    for name, data in bad.items():
        (library.documents / name).write_bytes(data)
    (library.documents / "gone.txt").symlink_to(library.documents / "nowhere")
    (library.documents / "loop").symlink_to(library.documents)
    (library.documents / "picture.png").write_bytes(b"png")
    library.write("zuletzt.txt", "Bericht\n\nWunden heilen.")
    summary = library.add()
    assert summary.added == ["good.txt", "zuletzt.txt"]
    assert {(skipped.path, skipped.reason) for skipped in summary.skipped} == {
        ("binary.txt", "binary"),
        ("blank.md", "empty"),
        ("empty.txt", "empty"),
        ("gone.txt", "link"),
        ("large.txt", "too_large"),
        ("loop", "link"),
        ("paper.pdf", "damaged"),
        ("sheet.xlsx", "format"),
    }
    assert all(skipped.path in skipped.message for skipped in summary.skipped)
    assert summary.ignored == 1
    library.healthy()


def test_a_root_that_is_not_there_is_told_before_anything_is_written(quick: Library) -> None:
    quick.write("a.txt", "Report\n\nWounds heal.")
    with pytest.raises(IndexingError, match="nowhere does not exist"):
        quick.add(quick.documents, quick.documents / "nowhere")
    assert quick.store.states() == []


def test_mirroring_drops_what_is_gone(library: Library) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        library.write(name, f"Title {name}\n\nWounds heal in {name}.")
    library.add()
    (library.documents / "b.txt").unlink()
    summary = library.add(mirror=True)
    assert (summary.removed, summary.unchanged) == (["b.txt"], 2)
    assert library.paths() == ["a.txt", "c.txt"]
    assert library.found("wounds") == {"a.txt", "c.txt"}
    library.healthy()


def test_mirroring_another_folder_keeps_a_copy_that_lies_there(quick: Library) -> None:
    quick.write("x/a.txt", "Report\n\nWounds heal.")
    quick.write("y/b.txt", "Report\n\nWounds heal.")
    quick.add()
    assert quick.paths() == ["x/a.txt"]
    quick.add(quick.documents / "y", mirror=True)
    assert quick.paths() == ["b.txt"]
    quick.healthy()


def test_files_that_are_gone_are_noticed_and_still_answer(library: Library) -> None:
    library.write("a.txt", "Report\n\nWounds heal.")
    library.write("b.txt", "Other\n\nA lion heals.")
    library.add()
    (library.documents / "b.txt").unlink()
    summary = library.add()
    assert summary.removed == []
    (notice,) = summary.notices
    assert notice.startswith("1 indexed file(s) are no longer on disk, b.txt among them")
    assert "citespan index remove --missing" in notice
    assert library.found("lion") == {"b.txt"}


def test_another_folder_is_no_missing_file(quick: Library) -> None:
    quick.write("x/a.txt", "Report\n\nWounds heal.")
    quick.write("y/b.txt", "Report\n\nA lion heals.")
    quick.add(quick.documents / "x")
    assert quick.add(quick.documents / "y").notices == []
    assert quick.paths() == ["a.txt", "b.txt"]


def test_removed_documents_are_gone_at_once(library: Library) -> None:
    library.write("a.txt", "Report\n\nWounds heal.")
    library.write("b.txt", "Other\n\nA lion heals.")
    library.add()
    snapshot = library.snapshot()
    summary = library.builder().remove(lambda record: record.path == "b.txt")
    assert summary.removed == ["b.txt"]
    assert summary.state == library.state
    assert library.found("lion") == set()
    assert snapshot.passages([name for name, _ in snapshot.lexical("lion", limit=9, documents=None)]) == ({}, {})
    assert (library.documents / "b.txt").exists()
    library.healthy()
    assert library.builder().remove(lambda _: False).removed == []


def test_removing_from_no_collection_says_so(quick: Library) -> None:
    with pytest.raises(IndexMissing, match="no collection 'default'"):
        quick.builder().remove(lambda _: True)
    with pytest.raises(IndexMissing, match="no collection 'default'"):
        quick.builder().rebuild()


def test_many_documents_are_removed(quick: Library) -> None:
    for number in range(250):
        quick.write(f"{number}.txt", f"Title {number}\n\nText.")
    quick.add()
    assert len(quick.builder().remove(lambda record: record.path != "7.txt").removed) == 249
    assert quick.paths() == ["7.txt"]
    quick.healthy()


def test_a_changed_manifest_changes_what_is_said_not_what_is_embedded(quick: Library) -> None:
    quick.write("a.txt", "Report\n\nWounds heal.")
    quick.write("manifest.toml", '[[documents]]\nfile = "a.txt"\ntitle = "Report"\njournal = "One"\n')
    quick.add()
    before = quick.embedder.embedded
    quick.write("manifest.toml", '[[documents]]\nfile = "a.txt"\ntitle = "Report"\njournal = "Two"\n')
    assert quick.add().unchanged == 1
    assert quick.embedder.embedded == before
    (record,) = quick.store.volume(quick.state).records()
    assert record.metadata["journal"] == "Two"
    quick.write("manifest.toml", '[[documents]]\nfile = "a.txt"\ntitle = "A zebra report"\njournal = "Two"\n')
    assert quick.add().changed == ["a.txt"]
    assert quick.found("zebra") == {"a.txt"}
    quick.healthy()


def test_a_rebuild_switches_at_once_and_drops_the_old(library: Library) -> None:
    library.write("a.txt", "Report\n\n" + "Wounds heal in phases. " * 40)
    library.write("b.txt", "Other\n\nA lion heals.")
    library.add()
    old = library.state
    seen: set[str] = set()

    def watch(**_: int) -> None:
        seen.add(library.state.volume)

    summary = library.builder(tokens=24, progress=watch).rebuild()
    assert summary.changed == ["a.txt", "b.txt"]
    assert seen == {old.volume}
    assert library.state.volume != old.volume
    assert library.state.making["passage_tokens"] == "24"
    assert library.state.revision == old.revision
    assert library.state.passages > old.passages
    assert library.store.volume(old).records() == []
    assert not derived_folder(library.state_dir, library.store, old).exists()
    library.healthy()
    assert library.builder(tokens=24).add([library.documents]).unchanged == 2


def test_a_rebuild_does_not_switch_half_way_however_long_it_takes(
    quick: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_module, "BATCH_DOCUMENTS", 1)
    for number in range(5):
        quick.write(f"{number}.txt", f"Title {number}\n\nText.")
    quick.add()
    old = quick.state
    seen: list[str] = []
    quick.builder(tokens=24, progress=lambda **_: seen.append(quick.state.volume)).rebuild()
    assert set(seen) == {old.volume}
    assert len(seen) >= 5
    quick.healthy()


def test_a_rebuild_needs_no_files(library: Library) -> None:
    text = "\ufeffReport\r\n\r\nCaf\u00e9 \U0001f9ec\x00 heals.\r" + "Filler line.\r\n" * 1000
    path = library.documents / "a.txt"
    path.write_bytes(text.encode())
    library.add()
    before = library.passages()
    path.unlink()
    library.builder().rebuild()
    assert library.passages() == before
    assert library.state.volume.endswith("-2")
    (record,) = library.store.volume(library.state).records()
    volume = library.store.volume(library.state)
    pieces = volume.pieces({record.key: range((record.characters - 1) // 4000 + 1)})[record.key]
    assert "".join(piece.text for piece in pieces) == text[1:]
    assert pieces[1].start_byte == len(text[:4001].encode())
    library.builder().rebuild()
    assert library.state.volume.endswith("-3")
    library.healthy()


def test_a_reader_that_slept_through_two_rebuilds_reads_the_newest(library: Library) -> None:
    library.write("a.txt", "Report\n\nWounds heal.")
    library.add()
    reader = IndexReader(library.store, state_dir=library.state_dir, check=lambda _: None)
    assert len(reader.snapshot("default").records()) == 1
    library.builder().rebuild()
    library.builder().rebuild()
    assert len(reader.snapshot("default").records()) == 1


def test_an_interrupted_rebuild_goes_on_and_forgets_what_left_meanwhile(quick: Library) -> None:
    for number in range(150):
        quick.write(f"{number:03d}.txt", f"Title {number}\n\nText of {number}.")
    quick.write("zoo.txt", "Zoo\n\nA zebra.")
    quick.add()

    def interrupt(*, passages: int, **_: int) -> None:
        if passages > 130:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quick.builder(tokens=24, progress=interrupt).rebuild()
    assert "Text of 7." in quick.text()
    quick.healthy()
    quick.builder().remove(lambda record: record.path == "000.txt")
    (quick.documents / "001.txt").rename(quick.documents / "moved.txt")
    quick.write("002.txt", "Title 2\n\nAnother text.")
    quick.builder().add([quick.documents / "moved.txt", quick.documents / "002.txt"])
    expected = sorted(quick.paths())
    summary = quick.builder(tokens=24).rebuild()
    assert summary.unchanged > 0
    assert len(summary.changed) > 0
    assert sorted(quick.paths()) == expected
    assert "000.txt" not in expected
    assert "moved.txt" in expected
    assert "Another text." in quick.text()
    assert "Text of 2." not in quick.text()
    quick.healthy()


def was_1(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the index as format 1 was: chunking 1, no vectors of sentences."""

    def without(passage: Passage, _: Vectors) -> dict[str, Any]:
        return rows.passage_row(passage, np.zeros((0, 1), dtype=np.float32))

    with monkeypatch.context() as patch:
        patch.setattr("index.making.FORMAT", 1)
        patch.setattr("index.making.CHUNKING", "1")
        patch.setattr("index.chroma.passage_row", without)
        library.add()


def test_an_older_format_names_the_command_and_a_rebuild_mends_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.write("a.txt", "Report\n\nWounds heal. They close in days.")
    was_1(library, monkeypatch)
    for act in (library.add, library.snapshot):
        with pytest.raises(IndexMismatch, match=r"older format 1 \(now 3\)\. Run: citespan index rebuild"):
            act()
    library.builder().rebuild()
    volume = library.store.volume(library.state)
    for passage, vectors in [stored for record in volume.records() for stored in stored_of(volume, record.key)]:
        assert vectors.shape == (len(passage.sentences), library.embedder.dimension)
    assert library.found("wounds") == {"a.txt"}
    assert library.add().unchanged == 1
    library.healthy()


def test_a_newer_format_is_left_alone(quick: Library) -> None:
    quick.write("a.txt", "Report\n\nWounds heal.")
    quick.add()
    quick.store.put_state(replace(quick.state, format=99))
    before = quick.state
    acts: list[Callable[[], object]] = [
        quick.add,
        quick.snapshot,
        quick.builder().rebuild,
        lambda: quick.builder().remove(lambda _: True),
    ]
    for act in acts:
        with pytest.raises(IndexMismatch, match=r"format 99, made by a newer citespan.*Upgrade"):
            act()
    assert quick.state == before
    assert quick.paths() == ["a.txt"]


def test_another_model_names_the_command_and_a_rebuild_uses_it(library: Library) -> None:
    library.write("a.txt", "Report\n\nWounds heal.")
    library.add()
    other = OtherEmbedder()
    with pytest.raises(IndexMismatch, match=r"model hashing.*now in force: model other/model.*citespan index rebuild"):
        library.builder(embedder=other).add([library.documents])
    library.builder(embedder=other).rebuild()
    volume = library.store.volume(library.state)
    key = volume.records()[0].key
    _, vectors = volume.passages_of([key])[key]
    assert vectors.shape[1] == 32
    with pytest.raises(IndexMismatch, match=r"model other/model"):
        library.add()
    library.healthy()


def test_an_interruption_keeps_what_was_committed(library: Library) -> None:
    for number in range(250):
        library.write(f"{number:03d}.txt", f"Title {number}\n\nText of {number}.")
    calls = 0

    def interrupt(**_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.builder(progress=interrupt).add([library.documents])
    committed = library.paths()
    assert 0 < len(committed) < 250
    assert library.state.documents == len(committed)
    assert library.found("text") == set(committed)
    assert not (library.state_dir / "writer.json").exists()
    before = library.embedder.embedded
    summary = library.add()
    assert summary.unchanged == len(committed)
    assert len(summary.added) == 250 - len(committed)
    assert library.embedder.embedded - before == library.state.passages - sum(
        record.passages for record in library.store.volume(library.state).records() if record.path in set(committed)
    )
    library.healthy()


HOLDER = """
import sys
from pathlib import Path
from index.locking import writing
with writing(Path(sys.argv[1]), wait_seconds=0):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_refused_or_waits(quick: Library) -> None:
    quick.write("a.txt", "Report\n\nWounds heal.")
    command = [sys.executable, "-c", HOLDER, str(quick.state_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        builder = quick.builder()
        acts: list[Callable[[], Summary]] = [
            lambda: builder.add([quick.documents]),
            lambda: builder.remove(lambda _: True),
            builder.rebuild,
        ]
        for act in acts:
            with pytest.raises(IndexLocked, match=re.escape(f"Process {holder.pid} ")):
                act()
        assert quick.store.states() == []
        Timer(0.3, holder.stdin.close).start()
        assert quick.builder(wait_seconds=30).add([quick.documents]).added == ["a.txt"]
    quick.healthy()


def contents_of(store: Store) -> tuple[str, list[tuple[str, list[Passage], list[str]]]]:
    state = store.state("default")
    assert state is not None
    volume = store.volume(state)
    found = []
    for record in volume.records():
        pieces = volume.pieces({record.key: range((record.characters - 1) // 4000 + 1)})[record.key]
        passages = [stored.passage for stored in stored_of(volume, record.key)]
        found.append((record.path, passages, [piece.text for piece in pieces]))
    return state.revision, found


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_documents_come_does_not_matter(quick: Library, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    for number in range(30):
        sentences = [" ".join(draw.choices(WORDS, k=8)).capitalize() + "." for _ in range(draw.randint(1, 40))]
        quick.write(f"{number}.txt", f"Title {number}\n\n" + " ".join(sentences))
    quick.add()
    other = Library(FakeStore(), tmp_path / "other", quick.documents)
    paths = sorted(quick.documents.iterdir())
    draw.shuffle(paths)
    for at in range(0, len(paths), 7):
        other.add(*paths[at : at + 7])
    assert contents_of(other.store) == contents_of(quick.store)
    for question in ("wound growth factor", "scar tissue"):
        mine, theirs = quick.snapshot(), other.snapshot()
        vector = quick.embedder.embed_query(question)
        assert mine.lexical(question, limit=20, documents=None) == theirs.lexical(question, limit=20, documents=None)
        assert mine.dense(vector, limit=20, documents=None) == theirs.dense(vector, limit=20, documents=None)


def test_vectors_are_those_of_the_passages_and_their_sentences(quick: Library) -> None:
    path = quick.write("a.txt", "Report\n\n" + "Wounds heal in phases. " * 60)
    quick.add()
    volume = quick.store.volume(quick.state)
    key = volume.records()[0].key
    stored, vectors = volume.passages_of([key])[key]
    (document,) = [
        load(source, max_bytes=10_000, fallback_encoding="cp1252")
        for source in find_files([path])
        if isinstance(source, Source)
    ]
    sentences = segment(document.text)
    chunks = chunk(document, key, sentences, HashingEmbedder(), tokens=64)
    assert [each.passage for each in chunks] == [each.passage for each in stored]
    expected = HashingEmbedder().embed([each.embedded for each in chunks])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    for each, found in zip(chunks, stored, strict=True):
        shown = [each.embedded[start:end] for start, end in each.places]
        np.testing.assert_allclose(found.sentence_vectors, HashingEmbedder().embed(shown), atol=1e-6)


def test_progress_reaches_the_end_and_never_goes_back(quick: Library) -> None:
    for number in range(120):
        quick.write(f"{number}.txt", f"Title {number}\n\n" + "Wounds heal in phases. " * number)
    (quick.documents / "empty.txt").write_bytes(b"")
    for _ in range(2):
        steps: list[tuple[int, int, int]] = []

        def note(*, done: int, total: int, passages: int, steps: list[tuple[int, int, int]] = steps) -> None:
            steps.append((done, total, passages))

        quick.builder(progress=note).add([quick.documents])
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1] == sum(path.stat().st_size for path in quick.documents.iterdir())


def test_a_file_that_can_no_longer_be_read_still_answers_and_that_is_said(library: Library) -> None:
    """Unless the index mirrors the folder."""
    library.write("note.txt", "Report\n\nWounds heal.")
    library.add()
    (library.documents / "note.txt").write_bytes(b"")
    summary = library.add()
    assert [skipped.reason for skipped in summary.skipped] == ["empty"]
    assert "still answers as it was" in summary.notices[0]
    assert summary.state is not None
    assert summary.state.documents == 1
    assert library.add(mirror=True).removed == ["note.txt"]


def test_an_empty_folder_makes_an_empty_index(library: Library) -> None:
    summary = library.add()
    assert (summary.added, summary.unchanged) == ([], 0)
    assert library.state.documents == 0
    library.healthy()
