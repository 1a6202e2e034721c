"""Files given one by one, as uploads are: what became of each is told, and no other document is touched."""

from pathlib import Path

import pytest

from index.build import Builder, BuildOptions, Outcome
from index.errors import IndexLocked
from index.folders import Source
from index.locking import writing
from index.models import DocumentRecord
from tests.fake_store import FakeStore
from tests.fakes import HashingEmbedder


class Uploads:
    """A collection and a folder of files under names that say nothing, as uploads are stored."""

    def __init__(self, folder: Path, state_dir: Path) -> None:
        self.store = FakeStore()
        self.folder = folder
        self.state_dir = state_dir
        self.told: list[tuple[str, Outcome]] = []

    def builder(self) -> Builder:
        options = BuildOptions(64, 10_000, "cp1252")
        return Builder(self.store, HashingEmbedder(), collection="default", state_dir=self.state_dir, options=options)

    def source(self, stored: str, name: str, text: str) -> Source:
        location = self.folder / stored
        location.parent.mkdir(parents=True, exist_ok=True)
        location.write_text(text, encoding="utf-8")
        return Source(location, name)

    def take(self, *sources: Source) -> list[Outcome]:
        self.told = []
        self.builder().take(sources, lambda source, outcome: self.told.append((source.path, outcome)))
        assert [name for name, _ in self.told] == [source.path for source in sources]
        return [outcome for _, outcome in self.told]

    def records(self) -> dict[str, DocumentRecord]:
        state = self.store.state("default")
        assert state is not None
        return {record.path: record for record in self.store.volume(state).records()}


@pytest.fixture
def uploads(documents_dir: Path, state_dir: Path) -> Uploads:
    return Uploads(documents_dir, state_dir)


def test_a_given_file_is_shown_by_the_name_that_it_was_given(uploads: Uploads) -> None:
    source = uploads.source("0123/file.txt", "Wound review.txt", "12\n")
    (outcome,) = uploads.take(source)
    (record,) = uploads.records().values()
    assert outcome == Outcome("added", "Wound review.txt", record.id)
    assert (record.path, record.location, record.title) == (
        "Wound review.txt",
        str(source.location),
        "Wound review.txt",
    )


def test_what_became_of_each_file_is_told_in_order(uploads: Uploads) -> None:
    kept = uploads.source("1/f.txt", "kept.txt", "Kept\n\nWounds heal.")
    changing = uploads.source("2/f.txt", "changing.txt", "Changing\n\nWounds heal slowly.")
    uploads.take(kept, changing)
    again = uploads.source("2/f.txt", "changing.txt", "Changing\n\nWounds heal fast.")
    broken = uploads.source("3/f.txt", "broken.txt", " ")
    outcomes = uploads.take(kept, again, broken)
    assert [(outcome.change, outcome.path) for outcome in outcomes] == [
        ("unchanged", "kept.txt"),
        ("changed", "changing.txt"),
        ("skipped", "broken.txt"),
    ]
    assert outcomes[0].document_id == uploads.records()["kept.txt"].id
    assert outcomes[1].document_id == uploads.records()["changing.txt"].id
    assert outcomes[2].document_id is None
    assert "broken.txt holds nothing but white space" in (outcomes[2].message or "")


def test_a_copy_is_told_with_the_document_that_has_its_bytes(uploads: Uploads) -> None:
    first = uploads.source("1/f.txt", "first.txt", "Report\n\nWounds heal.")
    second = uploads.source("2/f.txt", "second.txt", "Report\n\nWounds heal.")
    added, copy = uploads.take(first, second)
    assert (copy.change, copy.path, copy.document_id) == ("unchanged", "first.txt", added.document_id)
    assert copy.message == "second.txt has the same bytes as first.txt; it is indexed once."
    assert list(uploads.records()) == ["first.txt"]


def test_a_file_that_cannot_be_read_any_more_says_that_its_earlier_version_answers(uploads: Uploads) -> None:
    (added,) = uploads.take(uploads.source("1/f.txt", "a.txt", "Report\n\nWounds heal."))
    (skipped,) = uploads.take(uploads.source("1/f.txt", "a.txt", ""))
    assert (skipped.change, skipped.document_id) == ("skipped", added.document_id)
    assert "a.txt still answers as it was" in (skipped.message or "")


def test_other_documents_are_neither_missing_nor_moved(uploads: Uploads, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("From a folder\n\nWounds heal.")
    uploads.builder().add([folder])
    (folder / "a.txt").unlink()
    summary = uploads.builder().take([uploads.source("1/f.txt", "a.txt", "Uploaded\n\nScars fade.")])
    assert summary.added == ["uploaded/a.txt"]
    assert summary.removed == []
    assert not any("no longer on disk" in notice for notice in summary.notices)
    assert list(uploads.records()) == ["a.txt", "uploaded/a.txt"]


def test_two_files_at_one_place_in_one_go_leave_the_last(uploads: Uploads) -> None:
    first = uploads.source("1/f.txt", "a.txt", "Report\n\nThe first.")
    outcomes: list[Outcome] = []

    def told(_: Source, outcome: Outcome) -> None:
        outcomes.append(outcome)
        uploads.source("1/f.txt", "a.txt", "Report\n\nThe second.")

    uploads.builder().take([first, first], told)
    assert [outcome.change for outcome in outcomes] == ["added", "changed"]
    assert [record.id for record in uploads.records().values()] == [outcomes[1].document_id]


def test_no_file_makes_an_empty_collection(uploads: Uploads) -> None:
    assert uploads.take() == []
    assert uploads.records() == {}


def test_another_writer_is_told_of_before_anything_is_placed(uploads: Uploads) -> None:
    source = uploads.source("1/f.txt", "a.txt", "Report\n\nWounds heal.")
    with writing(uploads.state_dir, wait_seconds=0), pytest.raises(IndexLocked):
        uploads.take(source)
    assert uploads.told == []


def test_mirroring_a_folder_leaves_what_was_uploaded(documents_dir: Path, state_dir: Path) -> None:
    uploads = Uploads(state_dir / "uploads" / "default", state_dir)
    uploads.take(uploads.source("a1/document.txt", "note.txt", "Lions sleep in the shade."))
    (documents_dir / "folder.txt").write_text("Giraffes eat leaves.")
    builder = uploads.builder()
    builder.add([documents_dir])
    (documents_dir / "folder.txt").unlink()
    (documents_dir / "other.txt").write_text("Otters swim.")
    assert builder.add([documents_dir], mirror=True).removed == ["folder.txt"]
    assert set(uploads.records()) == {"note.txt", "other.txt"}
