"""What a file held before it changed is read by its id for as long as the file is in the index, and never answers."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.chroma import open_store
from index.errors import DocumentNotFound, StaleRead, StoreError
from index.models import Span
from index.store import WRITE_LIMIT
from index.writing import VolumeWriter
from tests.fake_store import FakeStore, FakeVolume
from tests.test_build import Library, OtherEmbedder


@pytest.fixture(params=["memory", "embedded"])
def library(request: pytest.FixtureRequest, state_dir: Path, documents_dir: Path) -> Library:
    store = FakeStore() if request.param == "memory" else open_store(state_dir=state_dir, chroma_url=None)
    return Library(store, state_dir, documents_dir)


@pytest.fixture
def quick(state_dir: Path, documents_dir: Path) -> Library:
    return Library(FakeStore(), state_dir, documents_dir)


def put(library: Library, name: str, text: str, *, mirror: bool = False) -> str:
    """The id of a file's new content, which is in the index now."""
    library.write(name, f"Report\n\n{text}")
    library.add(mirror=mirror)
    return id_of(library, name)


def id_of(library: Library, path: str) -> str:
    (found,) = [record.id for record in library.store.volume(library.state).records() if record.path == path]
    return found


def text_of(library: Library, document_id: str) -> str:
    snapshot = library.snapshot()
    record, _ = snapshot.version(document_id)
    return snapshot.locate(record, Span(0, record.characters)).text.removeprefix("Report\n\n")


def newer(library: Library, document_id: str) -> str | None:
    return library.snapshot().version(document_id).newer


def gone(library: Library, *document_ids: str) -> bool:
    for document_id in document_ids:
        with pytest.raises(DocumentNotFound, match=document_id):
            library.snapshot().version(document_id)
    volume = library.store.volume(library.state)
    return not volume.superseded(document_ids)


def test_what_a_file_held_before_is_read_by_its_id_and_names_the_newest(library: Library) -> None:
    versions = [put(library, "a.txt", text) for text in ("A zebra heals.", "A lion heals.", "A mole heals.")]
    assert [text_of(library, version) for version in versions] == ["A zebra heals.", "A lion heals.", "A mole heals."]
    assert [newer(library, version) for version in versions] == [versions[2], versions[2], None]
    assert (library.found("zebra"), library.found("lion"), library.found("mole")) == (set(), set(), {"a.txt"})
    assert (library.paths(), library.state.documents) == (["a.txt"], 1)
    with pytest.raises(DocumentNotFound):
        library.snapshot().record(versions[0])
    library.healthy()


def test_a_file_that_goes_back_makes_its_earlier_content_the_newest_again(library: Library) -> None:
    first = put(library, "a.txt", "A zebra heals.")
    second = put(library, "a.txt", "A lion heals.")
    assert put(library, "a.txt", "A zebra heals.") == first
    assert (newer(library, first), newer(library, second)) == (None, first)
    assert (library.found("zebra"), library.found("lion")) == ({"a.txt"}, set())
    library.healthy()
    assert put(library, "a.txt", "A lion heals.") == second
    assert (newer(library, first), newer(library, second)) == (second, None)
    library.healthy()


def test_versions_go_along_when_their_file_moves(library: Library) -> None:
    first = put(library, "a.txt", "A zebra heals.")
    second = put(library, "a.txt", "A lion heals.")
    (library.documents / "a.txt").rename(library.documents / "b.txt")
    library.add()
    other = put(library, "a.txt", "A mole heals.")
    assert (newer(library, first), newer(library, second), newer(library, other)) == (
        id_of(library, "b.txt"),
        None,
        None,
    )
    assert id_of(library, "b.txt") == second
    library.healthy()


def test_what_moved_over_a_file_is_the_newest_version_of_it(library: Library) -> None:
    first = put(library, "a.txt", "A zebra heals.")
    second = put(library, "a.txt", "A lion heals.")
    before, other = put(library, "b.txt", "A mole heals."), put(library, "b.txt", "A newt heals.")
    (library.documents / "b.txt").replace(library.documents / "a.txt")
    library.add()
    assert [newer(library, found) for found in (first, second, before, other)] == [other, other, other, None]
    assert [text_of(library, found) for found in (first, second, before)] == [
        "A zebra heals.",
        "A lion heals.",
        "A mole heals.",
    ]
    library.healthy()


def test_files_that_change_places_stay_readable(library: Library) -> None:
    ids = [put(library, f"{name}.txt", f"A {animal} heals.") for name, animal in (("a", "zebra"), ("b", "lion"))]
    (library.documents / "a.txt").rename(library.documents / "c")
    (library.documents / "b.txt").rename(library.documents / "a.txt")
    (library.documents / "c").rename(library.documents / "b.txt")
    library.add()
    assert [newer(library, found) for found in ids] == [None, None]
    assert [text_of(library, found) for found in ids] == ["A zebra heals.", "A lion heals."]
    library.healthy()


def test_a_file_that_became_a_copy_names_the_document_that_has_its_bytes(library: Library) -> None:
    first = put(library, "a.txt", "A zebra heals.")
    second = put(library, "a.txt", "A lion heals.")
    other = put(library, "b.txt", "A mole heals.")
    library.write("a.txt", "Report\n\nA mole heals.")
    library.add()
    assert library.paths() == ["b.txt"]
    assert (newer(library, first), newer(library, second)) == (other, other)
    library.healthy()


@pytest.mark.parametrize("how", ["removed", "mirrored", "unreadable"])
def test_the_earlier_versions_of_a_removed_document_go_with_it(library: Library, how: str) -> None:
    kept = [put(library, "b.txt", f"Kept {number}.") for number in range(2)]
    versions = [put(library, "a.txt", f"A zebra heals in {number} days.") for number in range(3)]
    if how == "removed":
        library.builder().remove(lambda record: record.path == "a.txt")
    elif how == "mirrored":
        (library.documents / "a.txt").unlink()
        library.add(mirror=True)
    else:
        library.write("a.txt", "")
        library.add(mirror=True)
    assert gone(library, *versions)
    assert newer(library, kept[0]) == kept[1]
    library.healthy()


def test_another_title_of_the_same_bytes_is_no_other_version(library: Library) -> None:
    first = put(library, "a.txt", "A zebra heals.")
    second = put(library, "a.txt", "A lion heals.")
    library.write("manifest.toml", '[[documents]]\nfile = "a.txt"\ntitle = "Another title"\n')
    library.add()
    assert (newer(library, first), newer(library, second)) == (second, None)
    assert library.snapshot().record(second).title == "Another title"
    assert len(library.store.volume(library.state).superseded()) == 1
    assert put(library, "a.txt", "A zebra heals.") == first, "under its new title"
    assert library.snapshot().record(first).title == "Another title"
    library.healthy()


def test_a_rebuild_carries_the_texts_of_earlier_versions_along(library: Library) -> None:
    versions = [put(library, "a.txt", f"A zebra heals in {number} days. " + "Filler. " * 900) for number in range(3)]
    library.builder(tokens=32).rebuild()
    snapshot = library.snapshot(tokens=32)
    for number, version in enumerate(versions):
        record, latest = snapshot.version(version)
        assert latest == (versions[2] if number < 2 else None)
        assert f"heals in {number} days" in snapshot.locate(record, Span(0, record.characters)).text
    library.healthy()


def test_an_interrupted_rebuild_does_not_bring_back_what_went_since(
    quick: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = put(quick, "a.txt", "A zebra heals."), put(quick, "a.txt", "A lion heals.")
    gone_since = [put(quick, "b.txt", "A mole heals."), put(quick, "b.txt", "A newt heals.")]

    def interrupted(_: VolumeWriter) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(VolumeWriter, "publish", interrupted)
        with pytest.raises(KeyboardInterrupt):
            quick.builder(tokens=32).rebuild()
    quick.builder().remove(lambda record: record.path == "b.txt")
    assert put(quick, "a.txt", "A zebra heals.") == first
    quick.builder(tokens=32).rebuild()
    assert quick.snapshot(tokens=32).version(second).newer == first
    assert quick.snapshot(tokens=32).version(first).newer is None
    assert not quick.store.volume(quick.state).superseded(gone_since)
    quick.healthy()


def test_a_document_that_was_read_otherwise_comes_back_as_it_is_read_now(quick: Library) -> None:
    (quick.documents / "a.txt").write_bytes(b"Report\n\nCaf\x81\xe9 cells.")
    quick.add()
    first = id_of(quick, "a.txt")
    put(quick, "a.txt", "A lion heals.")
    record = quick.store.volume(quick.state).superseded([first])[0]
    volume = quick.store.volume(quick.state)
    assert isinstance(volume, FakeVolume)
    volume.catalogue[record.key] = (replace(record, text_sha256="0" * 64), "superseded")
    (quick.documents / "a.txt").write_bytes(b"Report\n\nCaf\x81\xe9 cells.")
    quick.add()
    assert newer(quick, first) is None
    assert quick.snapshot().record(first).text_sha256 != "0" * 64
    quick.healthy()


def test_more_versions_than_one_write_holds_move_and_go(quick: Library) -> None:
    first = put(quick, "a.txt", "A zebra heals.")
    volume = quick.store.volume(quick.state)
    assert isinstance(volume, FakeVolume)
    (record,) = volume.records()
    for number in range(WRITE_LIMIT + 20):
        version = replace(record, key=f"k{number}", id=f"sha256:{number}")
        volume.catalogue[version.key] = (version, "superseded")
    (quick.documents / "a.txt").rename(quick.documents / "b.txt")
    quick.add()
    assert {found.location for found in volume.superseded()} == {str(quick.documents / "b.txt")}
    assert newer(quick, "sha256:7") == first
    quick.builder().remove(lambda record: record.path == "b.txt")
    assert volume.catalogue == {}


def test_a_write_that_fails_leaves_the_earlier_version_readable(
    quick: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = put(quick, "a.txt", "A zebra heals.")
    second = put(quick, "a.txt", "A lion heals.")
    quick.write("a.txt", "Report\n\nA zebra heals.")

    def torn(*_: object) -> None:
        raise StoreError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(FakeVolume, "commit", torn)
        with pytest.raises(StoreError, match="disk is full"):
            quick.add()
    assert (text_of(quick, first), newer(quick, first)) == ("A zebra heals.", second)
    put(quick, "a.txt", "A mole heals.")
    assert text_of(quick, first) == "A zebra heals."
    assert quick.found("zebra") == set()
    quick.healthy()


def test_an_unknown_document_is_told_and_a_version_without_a_newest_asks_again(quick: Library) -> None:
    first = put(quick, "a.txt", "A zebra heals.")
    assert gone(quick, "sha256:none")
    volume = quick.store.volume(quick.state)
    volume.commit([], [], volume.records())
    with pytest.raises(StaleRead, match="Ask again"):
        quick.snapshot().version(first)


def test_the_revision_knows_nothing_of_the_past(quick: Library, tmp_path: Path) -> None:
    put(quick, "a.txt", "A zebra heals.")
    before = quick.state.revision
    put(quick, "a.txt", "A lion heals.")
    put(quick, "a.txt", "A zebra heals.")
    assert quick.state.revision == before


def test_another_model_reads_the_earlier_versions(quick: Library) -> None:
    first = put(quick, "a.txt", "A zebra heals.")
    second = put(quick, "a.txt", "A lion heals.")
    quick.builder(embedder=OtherEmbedder()).rebuild()
    volume = quick.store.volume(quick.state)
    assert [record.id for record in volume.superseded()] == [first]
    assert [record.id for record in volume.records()] == [second]
